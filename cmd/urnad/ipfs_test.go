package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"urna/ballot"
	"urna/census"
	"urna/client"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/ipfs/replica"
	"urna/tx"
)

// neighbours finds the first of n free neighbouring ports.
func neighbours(t *testing.T, n int) int {
	t.Helper()
search:
	for range 100 {
		base := 38_000 + rand.IntN(2000)
		for port := base; port < base+n; port++ {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				continue search
			}
			l.Close()
		}
		return base
	}
	t.Fatal("no free ports")
	return 0
}

// startHome runs the node of a home until the test ends, or stop is called.
func startHome(t *testing.T, home string) (n *node, stop func()) {
	t.Helper()
	cfg := defaultConfig()
	cfg.Moniker = filepath.Base(home)
	if err := readConfig(&cfg, configFile(home)); err != nil {
		t.Fatal(err)
	}
	cfg.Debug.Metrics = false // one node per process can
	ctx, cancel := context.WithCancel(t.Context())
	up, ended := make(chan *node, 1), make(chan error, 1)
	go func() {
		ended <- run(ctx, &cfg, home, slog.New(slog.DiscardHandler), func(n *node) { up <- n })
	}()
	stop = func() {
		cancel()
		if err := end(t, ended); err != nil {
			t.Error(err)
		}
	}
	select {
	case n = <-up:
	case err := <-ended:
		cancel()
		t.Fatal(err)
	case <-time.After(time.Minute):
		cancel()
		t.Fatal("the node does not start")
	}
	return n, stop
}

// soon waits until a condition holds.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("not within a minute: " + what)
		}
	}
}

func TestWhatOneGatewayWasGivenAllHave(t *testing.T) {
	const gateways = 3
	o := testnetOptions{
		validators: gateways, out: filepath.Join(t.TempDir(), "net"), basePort: neighbours(t, 10*gateways),
		chainID: "urna/test/1", blockTime: 50 * time.Millisecond, amount: 100_000,
	}
	out, err := makeTestnet(o)
	if err != nil {
		t.Fatal(err)
	}
	homes, nodes, stops := make([]string, gateways), make([]*node, gateways), make([]func(), gateways)
	for i := range gateways { // one after the other: a node is up before there are blocks
		homes[i] = filepath.Join(out, fmt.Sprintf("node%d", i))
		nodes[i], stops[i] = startHome(t, homes[i])
	}
	ctx := t.Context()
	uris := organise(t, nodes[0]).files
	has := func(n *node) bool {
		for _, uri := range uris {
			if ok, err := n.files.Has(ctx, uri); err != nil || !ok {
				return false
			}
		}
		return true
	}
	for i, n := range nodes {
		soon(t, fmt.Sprintf("gateway %d has the files", i), func() bool { return has(n) })
	}
	// One loses everything that it had of files, and gets it back from the others.
	stops[2]()
	for _, dir := range []string{"files", "wanted"} {
		if err := os.RemoveAll(filepath.Join(homes[2], dir)); err != nil {
			t.Fatal(err)
		}
	}
	nodes[2], stops[2] = startHome(t, homes[2])
	soon(t, "a gateway that has nothing gets it from its peers", func() bool { return has(nodes[2]) })
	s, err := nodes[2].replica.Status(ctx)
	if err != nil || s.Held != len(uris) || s.Store.Peers == 0 || s.Store.BlocksReceived == 0 {
		t.Errorf("%+v, %v", s, err)
	}
	for _, stop := range stops {
		stop()
	}
}

// organised is an election on a chain.
type organised struct {
	client  *client.Client
	key     *ethkey.Key
	account string // owners, as replication calls them
	poll    string
	id      election.ID
	files   []string // URIs of the metadata of both, and of the census
}

// organise makes an account and an election through a gateway, which is given
// their metadata and the census.
func organise(t *testing.T, n *node) *organised {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c, err := client.New(client.Config{URL: n.url, Poll: 20 * time.Millisecond})
	must(err)
	key, err := ethkey.Generate()
	must(err)
	faucet, err := c.Claim(ctx, key.Address())
	must(err)
	hash, err := c.CreateAccount(ctx, key, client.NewAccountMetadata("Chess club", ""), faucet)
	must(err)
	must(c.WaitMined(ctx, hash))
	token, err := c.NewToken(ctx)
	must(err)
	list, err := c.NewCensus(ctx, token)
	must(err)
	must(c.AddMembers(ctx, token, list, []client.Member{{Key: key.Address().String(), Weight: "1"}}, nil))
	published, err := c.PublishCensus(ctx, token, list)
	must(err)
	root, err := client.ParseRoot(published.Root)
	must(err)
	metadata, err := json.Marshal(client.ElectionMetadata{Version: "1.2", Title: client.Plain("Shall we?")})
	must(err)
	id, hash, err := c.CreateElection(ctx, key, tx.NewElection{
		Rules:        ballot.Rules{MaxCount: 1, MaxValue: 1, CostExponent: 1},
		CensusOrigin: census.TreeWeighted, CensusRoot: root, CensusURI: published.URI,
		MaxCensusSize: 1, Duration: 3600, Interruptible: true,
	}, metadata)
	must(err)
	must(c.WaitMined(ctx, hash))
	view := n.blocks.View()
	account, err := view.Account(key.Address())
	must(err)
	settings, err := view.Settings(id)
	must(err)
	return &organised{
		client: c, key: key, id: id, account: "account/" + key.Address().String(), poll: "election/" + id.String(),
		files: []string{account.InfoURI, settings.MetadataURI, published.URI},
	}
}

func TestTheNeedsOfAnElectionEndWithIt(t *testing.T) {
	n, ended, stop := start(t, filepath.Join(t.TempDir(), "home"))
	ctx := t.Context()
	o := organise(t, n)
	// tell asks block by block and all at once, which must tell the same.
	tell := func() map[string]replica.Need {
		t.Helper()
		f := &needs{n.blocks}
		step, once := map[string]replica.Need{}, map[string]replica.Need{}
		top := n.blocks.Height()
		for at := int64(1); at < top; {
			var err error
			if at, err = f.Next(ctx, at, func(need replica.Need) error { step[need.Owner] = need; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if at, err := f.Next(ctx, 0, func(need replica.Need) error { once[need.Owner] = need; return nil }); err != nil || at < top {
			t.Fatal(at, err)
		}
		for owner, need := range step {
			if !reflect.DeepEqual(once[owner], need) {
				t.Errorf("%s: %v, and at once %v", owner, need, once[owner])
			}
		}
		return once
	}
	needs := tell()
	want := []replica.File{{URI: o.files[0], Kind: metadataKind}}
	if got := needs[o.account]; !reflect.DeepEqual(got.Files, want) || !got.Closed.IsZero() {
		t.Errorf("%+v", got)
	}
	want = []replica.File{{URI: o.files[1], Kind: metadataKind}, {URI: o.files[2], Kind: censusKind}}
	if got := needs[o.poll]; !reflect.DeepEqual(got.Files, want) || !got.Closed.IsZero() {
		t.Errorf("%+v", got)
	}
	before := time.Now()
	hash, err := o.client.SetStatus(ctx, o.key, o.id, election.Ended)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.client.WaitMined(ctx, hash); err != nil {
		t.Fatal(err)
	}
	if got := tell()[o.poll]; got.Closed.Before(before.Add(-time.Minute)) || got.Closed.After(time.Now().Add(time.Minute)) {
		t.Errorf("closed at %s, now is %s", got.Closed, time.Now())
	}
	soon(t, "all files are held", func() bool {
		s, err := n.replica.Status(ctx)
		return err == nil && s.Held == len(o.files) && len(s.Missing) == 0 && s.Cursor >= n.blocks.Height()-3
	})
	stop()
	if err := end(t, ended); err != nil {
		t.Fatal(err)
	}
}

func TestFilesAreWhatTheyAreSaidToBe(t *testing.T) {
	for text, want := range map[string]bool{
		`{}`: true, ` {"title":{}}`: true, `[]`: false, ``: false, `{`: false, `"x"`: false, `{} x`: false,
	} {
		if got := checkMetadata(strings.NewReader(text)) == nil; got != want {
			t.Errorf("metadata %q: %v", text, got)
		}
	}
}

func TestIPFSSettingsThatMakeNoSenseAreNamed(t *testing.T) {
	const peer = "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWKXyBwAbZEXWwX2LSLZ3SyQ5JU8j79uFiNgGvisoteDhz"
	for name, c := range map[string]struct {
		spoil func(*Config)
		want  string
	}{
		"kubo":             {func(c *Config) { c.IPFS.Kubo = "localhost" }, "ipfs.kubo: "},
		"listen":           {func(c *Config) { c.IPFS.Listen = "example.org:4001" }, "ipfs.listen: "},
		"not loopback":     {func(c *Config) { c.IPFS.Listen = "0.0.0.0:4001" }, "ipfs.listen: 0.0.0.0:4001 is not on loopback"},
		"taken":            {func(c *Config) { c.IPFS.Listen = "127.0.0.1:9090" }, "ipfs.listen: port 9090 is that of gateway.listen"},
		"external":         {func(c *Config) { c.IPFS.External = "example.org" }, "ipfs.external: "},
		"peer":             {func(c *Config) { c.IPFS.Peers = []string{peer, "example.org:4001"} }, "ipfs.peers: "},
		"bootstrap":        {func(c *Config) { c.IPFS.Bootstrap = []string{"x"} }, "ipfs.bootstrap: "},
		"dht":              {func(c *Config) { c.IPFS.DHT = "yes" }, "ipfs.dht: "},
		"public, no start": {func(c *Config) { c.IPFS.Public = true }, "ipfs.bootstrap: "},
		"public, no dht":   {func(c *Config) { c.IPFS.Public, c.IPFS.DHT = true, "off" }, "ipfs.public: "},
		"public, secret": {func(c *Config) {
			c.IPFS.Public, c.IPFS.Bootstrap, c.IPFS.SwarmKey = true, []string{peer}, "swarm.key"
		}, "ipfs.swarm_key: "},
		"keep": {func(c *Config) { c.IPFS.Keep = time.Minute }, "ipfs.keep: "},
	} {
		cfg := defaultConfig()
		cfg.Moniker = "x"
		c.spoil(&cfg)
		if err := cfg.check(t.TempDir()); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	cfg := defaultConfig()
	cfg.Moniker, cfg.Public = "x", true
	cfg.IPFS = IPFSConfig{
		Listen: "0.0.0.0:4101", External: "example.org:4101", Peers: []string{peer}, Bootstrap: []string{peer}, DHT: "client", Public: true,
		MaxPeers: 10, Keep: time.Hour, MaxCensus: 1 << 20,
	}
	if err := cfg.check(t.TempDir()); err != nil {
		t.Error(err)
	}
}
