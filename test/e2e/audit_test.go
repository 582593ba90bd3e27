package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"urna/audit"
)

// audited replays a network's chain from its gateways: with a stop on the way,
// and once more from one of them alone.
func audited(t *testing.T, nodes ...*node) *audit.Verdict {
	t.Helper()
	top, err := nodes[0].height()
	check(t, err)
	nodes[0].waitHeight(t, max(top+2, 7), time.Minute) // a block is certain with the next one
	var from []string
	for _, n := range nodes {
		from = append(from, "--gateway", n.client.URL())
	}
	dir := filepath.Join(t.TempDir(), "audit")
	if v := replayed(t, append(from, "--dir", dir, "--to", "5")...); v.Height != 5 {
		t.Errorf("the auditor stops at height %d, not at 5", v.Height)
	}
	v := replayed(t, append(from, "--dir", dir)...)
	if again := replayed(t, from[:2]...); again.Height < v.Height || again.Votes < v.Votes {
		t.Errorf("one gateway alone shows %d blocks and %d votes, all of them showed %d and %d", again.Height, again.Votes, v.Height, v.Votes)
	}
	t.Logf("audited %d blocks, %d votes, %d elections", v.Height, v.Votes, len(v.Elections))
	return v
}

// rpc is where CometBFT's RPC of a node of a testnet listens.
func (n *node) rpc(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(n.client.URL())
	check(t, err)
	port, err := strconv.Atoi(u.Port())
	check(t, err)
	return fmt.Sprintf("http://127.0.0.1:%d", port-gatewayPort+rpcPort)
}

// replayed runs the auditor, which must find nothing wrong.
func replayed(t testing.TB, args ...string) *audit.Verdict {
	t.Helper()
	out, err := exec.Command(filepath.Join(bin, "urna-audit"), append([]string{"replay", "--json"}, args...)...).Output()
	var v audit.Verdict
	if bad := json.Unmarshal(out, &v); err != nil || bad != nil || !v.OK || v.Height == 0 {
		t.Fatalf("the auditor: %v: %v\n%s", err, bad, out)
	}
	return &v
}

// audited replays the chain of a finished poll, and compares what was counted
// once more with what the poll should have come to.
func (p *poll) audited(t *testing.T) {
	t.Helper()
	v := audited(t, p.net.nodes...)
	replayed(t, "--rpc", p.net.nodes[0].rpc(t))
	var watch []string
	for _, n := range p.net.nodes {
		watch = append(watch, "--gateway", n.client.URL())
	}
	if out, err := exec.Command(filepath.Join(bin, "urna-audit"), append([]string{"watch", "--once"}, watch...)...).CombinedOutput(); err != nil {
		t.Errorf("the gateways do not agree: %v\n%s", err, out)
	}
	for _, e := range v.Elections {
		if e.ID == p.id.String() {
			if e.Voters != uint64(p.net.Voters) || e.Closed == 0 {
				t.Errorf("the auditor says of the poll: %+v", e)
			}
			return
		}
	}
	t.Errorf("the auditor knows no election %s", p.id)
}
