package gateway

import (
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"urna/app/apptest"
	"urna/election"
	"urna/ipfs"
)

func TestEveryRouteIsInTheDocumentAndEveryDocumentedCallIsServed(t *testing.T) {
	a := newAPI(t, nil)
	served := map[string]string{}
	for _, rt := range append(a.g.routes(), a.g.streamRoutes()...) {
		served[rt.method+" "+strings.Replace(rt.pattern, "...}", "}", 1)] = rt.summary // the document has no name for the rest of a path
	}
	documented := map[string]string{}
	ids := map[string]string{}
	for path, item := range loadDocument(t).Paths.Map() {
		for method, op := range item.Operations() {
			documented[method+" "+path] = op.Summary
			if other, taken := ids[op.OperationID]; taken || op.OperationID == "" {
				t.Errorf("%s %s has the operation id %q of %s", method, path, op.OperationID, other)
			}
			ids[op.OperationID] = method + " " + path
		}
	}
	for _, call := range slices.Sorted(maps.Keys(served)) {
		if summary, ok := documented[call]; !ok {
			t.Errorf("%s is not in openapi.json", call)
		} else if summary != served[call] {
			t.Errorf("%s is %q in openapi.json and %q in the routes", call, summary, served[call])
		}
	}
	for _, call := range slices.Sorted(maps.Keys(documented)) {
		if _, ok := served[call]; !ok {
			t.Errorf("%s is in openapi.json and not served", call)
		}
	}
}

// One conversation that calls everything; send checks each answer against the
// document.
func TestEveryCallAnswersAsTheDocumentSays(t *testing.T) {
	a, _ := newAnchoredAPI(t, withFaucet)
	voters := apptest.Keys("voter", 3)
	e, id := a.newElection(voters, nil)
	vote := election.SignedNullifier(voters[0].Address(), e.ID).String()
	var cast struct{ TxHash string }
	a.post("/votes", map[string]string{"txPayload": b64(e.Vote(voters[0], 1, ""))}).ok(&cast)
	if r := a.get("/chain/transactions/" + cast.TxHash); r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	a.mine()
	meta := `{"name":{"default":"Org"}}`
	account := apptest.Sign(t, org, setInfo(a.Nonce("org"), a.cid(meta)))
	a.post("/accounts", map[string]string{"txPayload": b64(account), "metadata": b64([]byte(meta))}).ok(nil)
	a.mine()
	p := apptest.NewElection(a.Nonce("org"), e.Census)
	p.MetadataURI = a.cid(electionMetadata)
	a.post("/elections", map[string]string{"txPayload": a.signed(org, p), "metadata": b64([]byte(electionMetadata))}).ok(nil)
	a.mine()
	a.post("/chain/transactions", map[string]string{"payload": a.signed(org, setStatus(a.Nonce("org"), e.ID, election.Ended))}).ok(nil)
	a.post("/chain/transactions/batch", map[string]any{"payloads": []string{"AAAA"}}).ok(nil)
	alice := apptest.Key("alice")
	create := createAccount(alice, a.faucetPackage(alice, 1000))
	create.IdentityKey = make([]byte, 32)
	create.IdentityKey[5] = 1
	a.mine(apptest.Sign(t, alice, create))

	a.get("/files").ok(nil)
	token := a.token()
	census := a.newCensus(token, "census")
	a.postAs(token, census+"/participants", recordedParticipants).ok(nil)
	a.uploadTo(token, census, csvType, strings.NewReader("")).ok(nil)
	a.postAs(token, census+"/publish/async", nil).ok(nil)
	a.postAs(token, census+"/publish", nil).ok(nil)
	a.postAs(token, census+"/publish/"+recordedRoot, nil).ok(nil)
	dump := a.get("/censuses/" + recordedRoot + "/export").ok(nil).body
	other := a.newCensus(token, "other")
	a.postAs(token, other+"/import", dump).ok(nil)
	a.send(http.MethodDelete, other, http.Header{"Authorization": {"Bearer " + token}}, nil).ok(nil)
	a.post("/censuses/"+recordedRoot+"/verify", map[string]string{"key": recordedVoter, "censusProof": recordedProof, "value": recordedValue}).ok(nil)

	a.post("/elections/price", `{"maxCensusSize":10,"electionDuration":100}`).ok(nil)
	a.post("/elections/id", `{"organizationId":"`+org.Address().String()+`","censusOrigin":2}`).ok(nil)
	a.post("/files/cid", `{"payload":"AAAA"}`).ok(nil)
	file, err := a.files.Put(t.Context(), []byte("a file"))
	if err != nil {
		t.Fatal(err)
	}

	for range 3 { // until the end of the election can be proved
		a.mine()
	}

	// The reads: every GET of the document, with these in its path.
	block := a.blocks[0].Hash
	values := strings.NewReplacer(
		"{address}", alice.Address().String(), "{accountId}", org.Address().String(), "{organizationId}", org.Address().String(),
		"{election}", id, "{electionId}", id, "{reference}", id, "{vote}", vote, "{census}", recordedRoot,
		"{status}", "results", "{page}", "0", "{height}", "2", "{index}", "0", "{timestamp}", "1798761602", "{type}", "new_process",
		"{hash}", cast.TxHash, "{record}", "stage", "{keys}", "70,62", "{level}", "0", "{n}", "000.p/1",
		"{cid}", strings.TrimPrefix(file, ipfs.Scheme),
	)
	for path, item := range loadDocument(t).Paths.Map() {
		if item.Get == nil || path == "/chain/events" { // the stream has tests of its own
			continue
		}
		if path == "/chain/blocks/hash/{hash}" {
			path = "/chain/blocks/hash/" + hex.EncodeToString(block[:])
		}
		if path == "/censuses/{census}/proof/{address}" {
			path = "/censuses/{census}/proof/" + recordedVoter
		}
		if path == "/chain/raw" {
			path = "/chain/raw?from=1"
		}
		if path == "/proofs/absences/{election}/{vote}" {
			path = "/proofs/absences/{election}/" + election.SignedNullifier(voters[1].Address(), e.ID).String()
		}
		r := a.get(values.Replace(path))
		if r.status != http.StatusOK && path != "/elections/{election}/keys" && path != "/accounts/{address}/metadata" {
			t.Errorf("%s: %d %s", r.what, r.status, r.body)
		}
	}
	a.get("/accounts/" + org.Address().String() + "/metadata").ok(nil)
	a.get("/accounts/" + org.Address().String()).ok(nil)
	for path, item := range loadDocument(t).Paths.Map() {
		for method := range item.Operations() {
			never := path == "/chain/events" || path == "/elections/{election}/keys" // no keys before sealed ballots
			if call := method + " " + path; !a.called[call] && !never {
				t.Errorf("%s was never answered", call)
			}
		}
	}
}
