package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"time"

	"urna/client"
)

// portsPerNode is the distance between the ports of two nodes of a testnet;
// CometBFT's RPC is the second, the gateway the third.
const (
	portsPerNode = 10
	rpcPort      = 1
	gatewayPort  = 2
)

// makeHomes lets urnad make the homes of a network, as an operator would.
func makeHomes(t testing.TB, dir string, n network) []*node {
	t.Helper()
	base := freePorts(t, portsPerNode*n.Validators)
	out := filepath.Join(dir, "homes")
	cmd := exec.Command(filepath.Join(bin, "urnad"), "testnet",
		"--validators", strconv.Itoa(n.Validators), "--out", out, "--base-port", strconv.Itoa(base),
		"--block-time", n.BlockTime, "--chain-id", "urna/e2e/1",
		"--faucet-amount", "10000000") // the price of an election for millions
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("urnad testnet: %v\n%s", err, text)
	}
	var nodes []*node
	for i := range n.Validators {
		name := fmt.Sprintf("node%d", i)
		nodes = append(nodes, newNode(t, dir, name, filepath.Join(out, name), base+portsPerNode*i+gatewayPort))
	}
	return nodes
}

// newNode describes the node whose home is made already.
func newNode(t testing.TB, dir, name, home string, port int) *node {
	t.Helper()
	// An attempt is cheap and the next gateway is near: a test asks again itself.
	c, err := client.New(client.Config{URL: fmt.Sprintf("http://127.0.0.1:%d/v2", port), Attempts: 1, Poll: 100 * time.Millisecond})
	check(t, err)
	return &node{
		name: name, args: []string{"start", "--home", home}, home: home, logFile: filepath.Join(dir, name+".log"), client: c,
	}
}

// freePorts finds the first of n neighbouring ports that nothing listens on.
func freePorts(t testing.TB, n int) int {
	t.Helper()
	for range 100 {
		base := 20_000 + rand.IntN(30_000)
		if allFree(base, n) {
			return base
		}
	}
	t.Fatalf("no %d neighbouring free ports", n)
	return 0
}

func allFree(base, n int) bool {
	for port := base; port < base+n; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return false
		}
		l.Close()
	}
	return true
}

// derived lists what is computed from blocks, in a home.
var derived = []string{"data/state", "index"}

// replayAgrees computes everything again from the blocks of a network of one
// node, without any crash, and compares what comes out. CometBFT compares the
// root after each replayed block with the one that the next block names, and
// does not start if one differs; so what is left to compare are the answers.
func replayAgrees(t *testing.T, p *poll) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	original := p.net.nodes[0]
	top, err := original.height()
	check(t, err)
	want := map[string]any{}
	for _, path := range questions(p) {
		want[path], err = original.get(ctx, path)
		check(t, err)
	}
	original.stop(t)

	home := filepath.Join(p.net.dir, "replay")
	check(t, os.CopyFS(home, os.DirFS(original.home)))
	for _, d := range derived {
		d = filepath.Join(home, d)
		if _, err := os.Stat(d); err != nil {
			t.Fatalf("nothing would be replayed: %v", err)
		}
		check(t, os.RemoveAll(d))
	}
	port := freePort(t)
	again := newNode(t, p.net.dir, "replay", home, port)
	again.args = append(again.args, "--gateway-listen", fmt.Sprintf("127.0.0.1:%d", port))
	p.net.nodes = append(p.net.nodes, again)
	again.start(t)
	again.waitHeight(t, top, 3*time.Minute)
	for path := range want {
		got, err := again.get(ctx, path)
		check(t, err)
		if !reflect.DeepEqual(got, want[path]) {
			t.Errorf("GET %s: %v, replayed %v", path, want[path], got)
		}
	}
	check(t, p.votesAreThere(ctx, again))
	t.Logf("replayed %d blocks", top)
}
