package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	rpccore "github.com/cometbft/cometbft/rpc/core/types"
	rpctypes "github.com/cometbft/cometbft/rpc/jsonrpc/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/app"
	"urna/chain/light/follow"
	"urna/chain/light/lighttest"
	"urna/state"
)

// signed is a chain of signed headers that began a minute ago.
func signed(height int64) *lighttest.Chain {
	began := time.Now().Add(-time.Minute)
	c := &lighttest.Chain{
		ID: lighttest.ID, App: map[int64][32]byte{},
		Seats: func(int64) []lighttest.Seat { return lighttest.Seats(0, 4) },
		Time:  func(h int64) time.Time { return began.Add(time.Duration(h) * time.Second) },
	}
	c.Grow(height)
	return c
}

// rpc is CometBFT's RPC of a node that has a chain, as far as a light client
// asks. lie may change what it says of a height.
func rpc(t *testing.T, c *lighttest.Chain, lie func(lb *cmttypes.LightBlock)) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			ID     rpctypes.JSONRPCIntID
			Method string
			Params struct{ Height string }
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		height := c.Height()
		if q.Params.Height != "" {
			height, _ = strconv.ParseInt(q.Params.Height, 10, 64)
		}
		answer := rpctypes.RPCInternalError(q.ID, fmt.Errorf("height %d must be less than or equal to the current blockchain height %d", height, c.Height()))
		if height <= c.Height() {
			header := *c.Headers[height-1]
			lb := &cmttypes.LightBlock{
				SignedHeader: &cmttypes.SignedHeader{Header: &header, Commit: c.Commits[height-1]}, ValidatorSet: c.Sets[height-1].Copy(),
			}
			if lie != nil {
				lie(lb)
			}
			switch vals := lb.ValidatorSet.Validators; q.Method {
			case "commit":
				answer = rpctypes.NewRPCSuccessResponse(q.ID, &rpccore.ResultCommit{SignedHeader: *lb.SignedHeader, CanonicalCommit: true})
			case "validators":
				answer = rpctypes.NewRPCSuccessResponse(q.ID, &rpccore.ResultValidators{BlockHeight: height, Validators: vals, Count: len(vals), Total: len(vals)})
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// join is the configuration of a node that joins a chain at its second block.
func join(t *testing.T, c *lighttest.Chain, servers ...string) Config {
	t.Helper()
	cfg := Config{
		Home: t.TempDir(), P2P: P2P{Listen: "tcp://127.0.0.1:0"},
		StateSync: &StateSync{Servers: servers, TrustHeight: 2, TrustHash: c.Headers[1].Hash().String()},
	}
	if _, err := NewKeys(cfg.Home); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(paths(cfg.Home).GenesisFile(), c.Genesis(), 0o600); err != nil {
		t.Fatal(err)
	}
	return cfg
}

// tryStart starts a node, and stops it if it did.
func tryStart(t *testing.T, cfg Config) error {
	t.Helper()
	store, err := state.Open(state.Config{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(app.Config{Store: store, ChainID: lighttest.ID})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	n, err := Start(t.Context(), cfg, a)
	if err == nil {
		err = n.Stop()
	}
	return err
}

func flatter(lb *cmttypes.LightBlock) {
	if lb.Height > 2 {
		lb.AppHash = make([]byte, 32)
	}
}

func TestANodeDoesNotJoinAChainThatHasForked(t *testing.T) {
	c := signed(10)
	f := c.Fork(5, "another way")
	f.Grow(10)
	cfg := join(t, c, rpc(t, c, nil), rpc(t, f, nil))
	var fork *follow.Fork
	if err := tryStart(t, cfg); !errors.As(err, &fork) || len(fork.Both) != 4 {
		t.Fatalf("the node starts: %v", err)
	}
	if kept, _ := filepath.Glob(filepath.Join(cfg.Home, "data", "light", "*", "fork-*.json")); len(kept) != 1 || kept[0] != fork.File {
		t.Errorf("the evidence is in %q, of %q", fork.File, kept)
	}
}

func TestANodeDoesNotJoinByWhatALiarSays(t *testing.T) {
	c := signed(10)
	cfg := join(t, c, rpc(t, c, flatter), rpc(t, c, nil))
	if err := tryStart(t, cfg); err == nil || !strings.Contains(err.Error(), "no witness is left") {
		t.Errorf("the first server lies: %v", err)
	}
	cfg = join(t, c, rpc(t, c, nil), rpc(t, c, nil))
	cfg.StateSync.TrustHash = strings.Repeat("ab", 32)
	if err := tryStart(t, cfg); err == nil || !strings.Contains(err.Error(), "is not the trusted") {
		t.Errorf("another block is trusted: %v", err)
	}
	cfg = join(t, c, rpc(t, c, nil), rpc(t, c, nil))
	cfg.StateSync.TrustPeriod = time.Second
	if err := tryStart(t, cfg); err == nil || !strings.Contains(err.Error(), "too old") {
		t.Errorf("an old block is trusted: %v", err)
	}
	cfg = join(t, c, rpc(t, c, nil), "http://127.0.0.1:1")
	if err := tryStart(t, cfg); err == nil || !strings.Contains(err.Error(), "no witness") {
		t.Errorf("nobody confirms what a server says: %v", err)
	}
	// The test chain's genesis is still to come, so no node of it starts.
	joinerOf(t, join(t, c, rpc(t, c, nil), rpc(t, c, nil)))
	var log strings.Builder
	cfg = join(t, c, rpc(t, c, flatter), rpc(t, c, nil), rpc(t, c, nil))
	cfg.Log = slog.New(slog.NewTextHandler(&locked{w: &log}, nil))
	joinerOf(t, cfg)
	if !strings.Contains(log.String(), "a source sent a false header") {
		t.Errorf("of three servers the honest ones go on without the liar, and say nothing of it: %s", log.String())
	}
}

type locked struct {
	mu sync.Mutex
	w  *strings.Builder
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// joinerOf is a joiner, and what it ends the node with.
func joinerOf(t *testing.T, cfg Config) (*joiner, *error) {
	t.Helper()
	var failed error
	cfg, err := cfg.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	j, err := newJoiner(t.Context(), cfg, lighttest.ID, *cmttypes.DefaultConsensusParams(), func(err error) { failed = err })
	if err != nil {
		t.Fatal(err)
	}
	return j, &failed
}

func TestAForkWhileANodeJoinsEndsIt(t *testing.T) {
	c := signed(10)
	f := c.Fork(10, "another way")
	j, failed := joinerOf(t, join(t, c, rpc(t, c, nil), rpc(t, f, nil)))
	if _, err := j.AppHash(t.Context(), 8); err != nil || *failed != nil {
		t.Fatal(err, *failed)
	}
	c.Grow(12)
	f.Grow(12)
	var fork *follow.Fork
	if _, err := j.AppHash(context.Background(), 10); !errors.As(err, &fork) || !errors.As(*failed, &fork) {
		t.Errorf("%v; the node goes on: %v", err, *failed)
	}
}

func TestWhatNoHeaderSaysIsNotBelieved(t *testing.T) {
	c := signed(10)
	impatient := func(lb *cmttypes.LightBlock) { lb.ValidatorSet.Validators[1].ProposerPriority += 7 }
	for name, x := range map[string]struct {
		lie  func(*cmttypes.LightBlock)
		want string
	}{
		// The test chain's hash of the parameters is made up, so that is the end.
		"nobody lies":                   {nil, "are not those of the genesis"},
		"somebody wants to propose":     {impatient, "disagree about whose turn it is"},
		"somebody says nothing of them": {func(lb *cmttypes.LightBlock) { lb.ValidatorSet.Validators = nil }, "1 of 2 servers"},
	} {
		quiet := true
		j, failed := joinerOf(t, join(t, c, rpc(t, c, nil), rpc(t, c, func(lb *cmttypes.LightBlock) {
			if !quiet && x.lie != nil {
				x.lie(lb)
			}
		})))
		for h := int64(7); h <= 9; h++ { // trusted before the lie
			if _, err := j.at(t.Context(), h); err != nil {
				t.Fatal(err)
			}
		}
		quiet = false
		if _, err := j.State(t.Context(), 7); err == nil || !strings.Contains(err.Error(), x.want) || *failed != nil {
			t.Errorf("%s: %v, %v", name, err, *failed)
		}
	}
}
