package gateway

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// Before the first block a gateway knows no more than the genesis: it says so,
// or that nothing is there, and has no fault.
func TestBeforeTheFirstBlockNothingIsAFault(t *testing.T) {
	a, _ := newAnchoredAPI(t, withFaucet)
	id := strings.Repeat("ab", 32)
	fill := strings.NewReplacer(
		"{address}", org.Address().String(), "{accountId}", org.Address().String(), "{organizationId}", org.Address().String(),
		"{election}", id, "{electionId}", id, "{vote}", id, "{hash}", id, "{height}", "1", "{index}", "0", "{page}", "0",
		"{status}", "READY", "{timestamp}", "1700000000", "{type}", "vote", "{reference}", id, "{record}", "stage", "{keys}", "70",
		"{cid}", "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi", "{level}", "0", "{n...}", "000", "{census}", id, "{root}", id,
		"{key}", "0e4b8e2c-0b59-4e8c-a0a3-4f1d7a6fcd1e",
	)
	for _, r := range a.g.routes() {
		if r.method != http.MethodGet {
			continue
		}
		if got := a.get(fill.Replace(r.pattern)); got.status >= 500 && got.status != http.StatusServiceUnavailable {
			t.Errorf("GET %s: %d %s", r.pattern, got.status, got.body)
		}
	}
	for _, path := range []string{"/chain/info", "/chain/transactions/cost", "/chain/info/electionPriceFactors", "/open/claim/" + org.Address().String()} {
		r := a.get(path)
		r.refused(http.StatusServiceUnavailable, codeOverloaded, "no block yet")
		if r.header.Get("Retry-After") == "" {
			t.Errorf("%s does not say when to come again", path)
		}
	}
	a.post("/elections/price", map[string]any{"maxCensusSize": 10, "electionDuration": 60}).refused(http.StatusServiceUnavailable, codeOverloaded, "no block yet")
	if bytes.Contains(a.log.Bytes(), []byte("level=ERROR")) {
		t.Errorf("the log has an error: %s", a.log.Bytes())
	}
	a.mine()
	a.get("/chain/info").ok(nil)
}
