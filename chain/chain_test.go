package chain_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"urna/app"
	"urna/app/apptest"
	"urna/chain"
	"urna/genesis"
	"urna/state"
)

// limit bounds every wait.
const limit = 60 * time.Second

// await polls a condition until it holds.
func await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("timeout: %s", what)
		}
	}
}

func ports(t testing.TB, n int) []int {
	t.Helper()
	out := make([]int, n)
	for i := range out {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		out[i] = l.Addr().(*net.TCPAddr).Port
	}
	return out
}

func doc() *genesis.Doc {
	d := &genesis.Doc{Params: genesis.Default()}
	for _, name := range []string{"bank", "org"} {
		d.Accounts = append(d.Accounts, genesis.Account{Address: apptest.Key(name).Address().String(), Balance: 1 << 40})
	}
	return d
}

func newGenesis() chain.Genesis {
	return chain.Genesis{ChainID: apptest.ChainID, Time: time.Now().Add(-time.Second), App: doc()}
}

// running is a node and its application.
type running struct {
	*chain.Node
	app  *app.App
	stop func()
}

func start(t testing.TB, cfg chain.Config, change func(*app.Config)) *running {
	t.Helper()
	sc := state.Config{Dir: chain.StateDir(cfg.Home)}
	store, err := state.Open(sc)
	if err != nil {
		t.Fatal(err)
	}
	ac := app.Config{Store: store, State: sc, ChainID: apptest.ChainID}
	if change != nil {
		change(&ac)
	}
	a, err := app.New(ac)
	if err != nil {
		t.Fatal(err)
	}
	n, err := chain.Start(context.Background(), cfg, a)
	if err != nil {
		t.Fatal(errors.Join(err, a.Close()))
	}
	r := &running{Node: n, app: a}
	r.stop = func() {
		r.audit(t)
		if err := errors.Join(n.Stop(), a.Close()); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() { r.stop() })
	return r
}

func (r *running) wait(t testing.TB, height int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := r.Wait(ctx, height); err != nil {
		t.Fatalf("height %d: %v", height, err)
	}
}

// submit sends transactions until all are taken.
func (r *running) submit(t testing.TB, txs ...[]byte) {
	t.Helper()
	await(t, "the node takes all transactions", func() bool {
		var again [][]byte
		for i, s := range r.app.Submit(context.Background(), txs) {
			switch {
			case s.Err == nil || errors.Is(s.Err, app.ErrKnown):
			case errors.Is(s.Err, app.ErrBusy):
				again = append(again, txs[i])
			default:
				t.Fatalf("transaction %d: %v", i, s.Err)
			}
		}
		txs = again
		return len(txs) == 0
	})
}

func single(t testing.TB) chain.Config {
	t.Helper()
	home := filepath.Join(t.TempDir(), "home")
	if _, err := chain.InitHome(home, newGenesis()); err != nil {
		t.Fatal(err)
	}
	return chain.Config{Home: home, BlockTime: 20 * time.Millisecond, P2P: chain.P2P{Listen: "tcp://127.0.0.1:0"}}
}

func openElection(t testing.TB, r *running, voters int) (*apptest.Election, [][]byte) {
	t.Helper()
	keys := apptest.Keys("voter", voters)
	tr := apptest.Census(t, keys)
	r.wait(t, 1)
	p := apptest.NewElection(0, tr)
	p.Duration = 24 * 3600
	s := r.app.Submit(context.Background(), [][]byte{apptest.Sign(t, apptest.Key("org"), p)})[0]
	if s.Err != nil {
		t.Fatal(s.Err)
	}
	e := apptest.Created(t, s.Events, tr)
	await(t, "the election is there", func() bool { _, err := r.app.View().Settings(e.ID); return err == nil })
	return e, e.Votes(keys)
}

func (r *running) votes(t testing.TB, e *apptest.Election) uint64 {
	t.Helper()
	log, err := r.app.View().Log(e.ID)
	if err != nil {
		t.Fatal(err)
	}
	return log.Size
}

func TestANodeMinesStopsAndStartsAgainWithTheSameRoot(t *testing.T) {
	cfg := single(t)
	r := start(t, cfg, nil)
	e, votes := openElection(t, r, 50)
	r.submit(t, votes...)
	await(t, "all votes are mined", func() bool { return r.votes(t, e) == 50 })
	r.stop()
	height, root := r.app.View().Height(), r.app.View().Root()

	r = start(t, cfg, nil)
	if v, err := r.app.Store().ViewAt(height); err != nil || v.Root() != root {
		t.Fatalf("root of height %d is not %x after the restart (%v)", height, root, err)
	}
	r.wait(t, height+3)
	if n := r.votes(t, e); n != 50 {
		t.Errorf("%d votes", n)
	}

	// What the stores tell.
	b, err := r.Block(height)
	if err != nil {
		t.Fatal(err)
	}
	next, err := r.Block(height + 1)
	if err != nil {
		t.Fatal(err)
	}
	if next.AppHash != chain.Hash(root) || next.LastHash != b.Hash || next.LastCommit == nil || next.LastCommit.BlockHash != b.Hash {
		t.Errorf("block %d does not follow block %d: %+v", next.Height, b.Height, next.Header)
	}
	if len(next.LastCommit.Signatures) != 1 || next.LastCommit.Signatures[0].Validator != r.ID().Validator || len(next.LastCommit.Signatures[0].Signature) != 65 {
		t.Errorf("commit is %+v", next.LastCommit)
	}
	if again, err := r.BlockByHash(b.Hash); err != nil || again.Height != height {
		t.Errorf("by hash: %v", err)
	}
	if c, err := r.Commit(height); err != nil || c.BlockHash != b.Hash {
		t.Errorf("commit: %v", err)
	}
	if vals, err := r.Validators(height); err != nil || len(vals) != 1 || vals[0].PublicKey != r.ID().PublicKey || vals[0].Power != 10 {
		t.Errorf("validators: %+v %v", vals, err)
	}
	txs := 0
	for h := r.Base(); h <= height; h++ {
		header, err := r.Header(h)
		if err != nil {
			t.Fatal(err)
		}
		txs += header.TxCount
	}
	if txs != 51 {
		t.Errorf("%d transactions in all blocks", txs)
	}
	if _, err := r.Block(height + 1_000_000); !errors.Is(err, chain.ErrNoBlock) {
		t.Errorf("a block of the future: %v", err)
	}
	if _, err := r.BlockByHash(chain.Hash{1}); !errors.Is(err, chain.ErrNoBlock) {
		t.Errorf("a block that never was: %v", err)
	}
	if r.Syncing() || len(r.Peers()) != 0 || r.Err() != nil {
		t.Error("the node is not well")
	}
	r.stop()
	if _, err := r.Block(height); !errors.Is(err, chain.ErrStopped) {
		t.Errorf("a block of a stopped node: %v", err)
	}
	var left []string
	defer func() {
		if t.Failed() {
			t.Log(strings.Join(left, "\n\n"))
		}
	}()
	await(t, "no goroutine is left", func() bool { left = leaked(); return len(left) == 0 })
}

// leaked lists goroutines that a stopped node should not leave behind. Three of
// CometBFT's live as long as the process: the cleaner of the mempool's memory
// of seen transactions, and two that look after the write-ahead log's file.
func leaked() (out []string) {
	buf := make([]byte, 1<<20)
next:
	for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		for _, known := range []string{"guard.NewWithInterval", "autofile.OpenAutoFile", "testing.tRunner"} {
			if strings.Contains(g, known) {
				continue next
			}
		}
		if strings.Contains(g, "cometbft") || strings.Contains(g, "urna/") {
			out = append(out, g)
		}
	}
	return out
}

func TestNodesReachTheSameAppHashWhileVotesFlow(t *testing.T) {
	t.Parallel()
	const nodes, voters = 4, 400
	configs, err := chain.Testnet(t.TempDir(), nodes, ports(t, 2*nodes), newGenesis())
	if err != nil {
		t.Fatal(err)
	}
	var rs []*running
	for i := range configs {
		cfg := &configs[i]
		cfg.BlockTime, cfg.ProposeTimeout, cfg.RPC = 100*time.Millisecond, 300*time.Millisecond, ""
		rs = append(rs, start(t, *cfg, nil))
	}
	e, votes := openElection(t, rs[0], voters)
	for i, r := range rs {
		await(t, "the election is everywhere", func() bool { _, err := r.app.View().Settings(e.ID); return err == nil })
		for lo := 0; lo < voters/nodes; lo += 20 {
			from := i*voters/nodes + lo
			r.submit(t, votes[from:from+20]...)
		}
	}
	for _, r := range rs {
		await(t, "all votes are everywhere", func() bool { return r.votes(t, e) == voters })
	}
	height := rs[0].app.View().Height()
	for i, r := range rs {
		r.wait(t, height)
		v, err := r.app.Store().ViewAt(height)
		if err != nil {
			t.Fatal(err)
		}
		if want, err := rs[0].app.Store().ViewAt(height); err != nil || v.Root() != want.Root() {
			t.Errorf("node %d has root %x at %d", i, v.Root(), height)
		}
		await(t, "everybody is connected to everybody", func() bool { return len(r.Peers()) == nodes-1 })
		if r.app.PendingCount() != 0 {
			t.Errorf("node %d keeps %d mined votes in its pool", i, r.app.PendingCount())
		}
	}

	// One stops, misses blocks and catches up.
	rs[3].stop()
	h := rs[0].app.View().Height()
	rs[0].wait(t, h+5)
	back := start(t, configs[3], nil)
	back.wait(t, h+10)
	if back.Err() != nil {
		t.Error(back.Err())
	}
}

func TestANodeJoinsBySnapshot(t *testing.T) {
	t.Parallel()
	p := ports(t, 6)
	configs, err := chain.Testnet(t.TempDir(), 2, p[:4], newGenesis())
	if err != nil {
		t.Fatal(err)
	}
	var rs []*running
	for _, cfg := range configs {
		cfg.BlockTime, cfg.ProposeTimeout = 50*time.Millisecond, 300*time.Millisecond
		rs = append(rs, start(t, cfg, func(c *app.Config) {
			c.SnapshotDir, c.SnapshotEvery, c.SnapshotKeep = chain.SnapshotDir(cfg.Home), 10, 50
		}))
	}
	e, votes := openElection(t, rs[0], 60)
	rs[0].submit(t, votes...)
	await(t, "all votes are mined", func() bool { return rs[0].votes(t, e) == 60 })
	mined := rs[0].app.View().Height()
	rs[0].wait(t, mined+15)
	trusted, err := rs[0].Header(2)
	if err != nil {
		t.Fatal(err)
	}

	home := filepath.Join(t.TempDir(), "late")
	if _, err := chain.NewKeys(home); err != nil {
		t.Fatal(err)
	}
	g, _, err := chain.ReadGenesis(configs[0].Home)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.WriteGenesis(home); err != nil {
		t.Fatal(err)
	}
	late := start(t, chain.Config{
		Home: home, BlockTime: 50 * time.Millisecond,
		P2P: chain.P2P{
			Listen: fmt.Sprintf("tcp://127.0.0.1:%d", p[4]), Private: true,
			Peers: []string{
				fmt.Sprintf("%s@127.0.0.1:%d", rs[0].ID().NodeID, p[0]),
				fmt.Sprintf("%s@127.0.0.1:%d", rs[1].ID().NodeID, p[2]),
			},
		},
		StateSync: &chain.StateSync{
			Servers:     []string{strings.Replace(configs[0].RPC, "tcp", "http", 1), strings.Replace(configs[1].RPC, "tcp", "http", 1)},
			TrustHeight: 2, TrustHash: fmt.Sprintf("%x", trusted.Hash[:]),
		},
	}, nil)
	late.wait(t, mined)
	if late.votes(t, e) != 60 {
		t.Errorf("%d votes", late.votes(t, e))
	}
	h := late.app.View().Height() + 5
	late.wait(t, h)
	rs[0].wait(t, h)
	a, err := late.app.Store().ViewAt(h)
	if err != nil {
		t.Fatal(err)
	}
	b, err := rs[0].app.Store().ViewAt(h)
	if err != nil || a.Root() != b.Root() {
		t.Errorf("roots differ at %d (%v)", h, err)
	}
	if late.Base() < 10 {
		t.Errorf("the node has blocks from %d on, though it joined by snapshot", late.Base())
	}
	if kept, err := filepath.Glob(filepath.Join(home, "data", "light", "*", "trusted")); err != nil || len(kept) != 1 {
		t.Errorf("what the light client trusts is in %q (%v)", kept, err)
	}
}

func TestAFaultOfTheApplicationFailsTheNode(t *testing.T) {
	disk := &breakable{}
	cfg := single(t)
	r := start(t, cfg, func(c *app.Config) {
		if err := c.Store.Close(); err != nil {
			t.Fatal(err)
		}
		c.State.FS = disk.fs()
		var err error
		if c.Store, err = state.Open(c.State); err != nil {
			t.Fatal(err)
		}
	})
	r.stop = func() { _ = r.Stop() }
	r.wait(t, 2)
	disk.broken.Store(true)
	select {
	case <-r.Failed():
	case <-time.After(limit):
		t.Fatal("the node does not notice")
	}
	if r.Err() == nil {
		t.Error("no reason")
	}
	if err := r.Stop(); err != nil {
		t.Errorf("stop after a fault: %v", err)
	}
}

func TestAHomeIsNeverOverwritten(t *testing.T) {
	home := t.TempDir()
	id, err := chain.InitHome(home, newGenesis())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chain.InitHome(home, newGenesis()); !errors.Is(err, chain.ErrHomeTaken) {
		t.Errorf("got %v", err)
	}
	if again, err := chain.ReadIdentity(home); err != nil || again != id {
		t.Errorf("identity %+v, was %+v (%v)", again, id, err)
	}
	g, hash, err := chain.ReadGenesis(home)
	if err != nil {
		t.Fatal(err)
	}
	if g.ChainID != apptest.ChainID || len(g.Validators) != 1 || g.Validators[0].PublicKey != id.PublicKey || g.MaxBlockBytes != 16<<20 {
		t.Errorf("genesis is %+v", g)
	}
	if g.App.Name(id.Validator) != filepath.Base(home) {
		t.Errorf("the validator is called %q", g.App.Name(id.Validator))
	}
	other := t.TempDir()
	if err := g.WriteGenesis(other); err != nil {
		t.Fatal(err)
	}
	if _, h, err := chain.ReadGenesis(other); err != nil || h != hash {
		t.Errorf("the same genesis has hash %x and %x (%v)", hash, h, err)
	}
}

func TestNonsenseIsAnErrorOfStartAndNotTheEndOfTheProcess(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, cfg *chain.Config){
		"no home":          func(_ *testing.T, c *chain.Config) { c.Home = "" },
		"no keys":          func(t *testing.T, c *chain.Config) { remove(t, c.Home, "config/priv_validator_key.json") },
		"a broken key":     func(t *testing.T, c *chain.Config) { write(t, c.Home, "config/priv_validator_key.json", "{") },
		"no sign state":    func(t *testing.T, c *chain.Config) { remove(t, c.Home, "data/priv_validator_state.json") },
		"no node key":      func(t *testing.T, c *chain.Config) { remove(t, c.Home, "config/node_key.json") },
		"no genesis":       func(t *testing.T, c *chain.Config) { remove(t, c.Home, "config/genesis.json") },
		"a broken genesis": func(t *testing.T, c *chain.Config) { write(t, c.Home, "config/genesis.json", "[]") },
		"a bad address":    func(_ *testing.T, c *chain.Config) { c.P2P.Listen = "nowhere" },
		"a bad peer":       func(_ *testing.T, c *chain.Config) { c.P2P.Peers = []string{"x"} },
		"a bad duration":   func(_ *testing.T, c *chain.Config) { c.BlockTime = -1 },
		"seeds alone":      func(_ *testing.T, c *chain.Config) { c.P2P.Seeds = []string{"x"} },
		"half a sync":      func(_ *testing.T, c *chain.Config) { c.StateSync = &chain.StateSync{TrustHeight: 1} },
		"a taken port": func(t *testing.T, c *chain.Config) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			c.P2P.Listen = "tcp://" + l.Addr().String()
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := single(t)
			spoil(t, &cfg)
			store, err := state.Open(state.Config{})
			if err != nil {
				t.Fatal(err)
			}
			a, err := app.New(app.Config{Store: store, ChainID: apptest.ChainID})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			if n, err := chain.Start(context.Background(), cfg, a); err == nil {
				t.Error("it starts", n.Stop())
			}
		})
	}
}

func TestAnotherChainsApplicationIsRefused(t *testing.T) {
	cfg := single(t)
	store, err := state.Open(state.Config{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(app.Config{Store: store, ChainID: "another"})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := chain.Start(context.Background(), cfg, a); err == nil || !strings.Contains(err.Error(), "another") {
		t.Errorf("got %v", err)
	}
}

func remove(t *testing.T, home, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(home, name)); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, home, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
