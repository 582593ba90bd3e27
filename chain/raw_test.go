package chain_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/app"
	"urna/app/apptest"
	"urna/chain"
	"urna/state"
)

// raw puts the pieces of a block together.
func (r *running) raw(t testing.TB, height int64) []byte {
	t.Helper()
	size, pieces, err := r.RawBlock(height)
	if err != nil {
		t.Fatal(err)
	}
	var b []byte
	for piece, err := range pieces {
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, piece...)
	}
	if len(b) != size {
		t.Fatalf("block %d has %d bytes, not the %d that were announced", height, len(b), size)
	}
	return b
}

func TestARawBlockIsWhatConsensusHashed(t *testing.T) {
	r := start(t, single(t), nil)
	e, votes := openElection(t, r, 400) // more than a piece of 64 KiB
	r.submit(t, votes...)
	await(t, "all votes are mined", func() bool { return r.votes(t, e) == 400 })
	last, largest := r.Height(), 0
	for h := int64(1); h <= last; h++ {
		raw := r.raw(t, h)
		largest = max(largest, len(raw))
		var pb cmtproto.Block
		if err := pb.Unmarshal(raw); err != nil {
			t.Fatal(err)
		}
		b, err := cmttypes.BlockFromProto(&pb)
		if err != nil {
			t.Fatal(err)
		}
		want, err := r.Block(h)
		if err != nil || chain.Hash(b.Hash()) != want.Hash {
			t.Fatalf("block %d has hash %x (%v)", h, b.Hash(), err)
		}
		parts := cmttypes.NewPartSetFromData(raw, cmttypes.BlockPartSizeBytes).Header()
		if next, err := r.Block(h + 1); h < last && (err != nil || next.LastPartsHash != chain.Hash(parts.Hash)) {
			t.Fatalf("the parts of block %d have hash %x (%v)", h, parts.Hash, err)
		}
	}
	if largest < 2*int(cmttypes.BlockPartSizeBytes) {
		t.Errorf("the largest block has only %d bytes", largest)
	}
	for _, h := range []int64{-1, 0, last + 1_000_000} {
		if _, _, err := r.RawBlock(h); !errors.Is(err, chain.ErrNoBlock) {
			t.Errorf("block %d: %v", h, err)
		}
	}
	_, pieces, err := r.RawBlock(1)
	if err != nil {
		t.Fatal(err)
	}
	r.stop()
	for _, err := range pieces {
		if !errors.Is(err, chain.ErrStopped) {
			t.Errorf("a piece from a stopped node: %v", err)
		}
	}
}

func TestTheGenesisOfANodeIsTheFileThatPeopleCompare(t *testing.T) {
	cfg := single(t)
	r := start(t, cfg, nil)
	r.wait(t, 1)
	r.stop()
	file := filepath.Join(cfg.Home, "config", "genesis.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, hash, err := chain.ReadGenesis(cfg.Home); err != nil || sha256.Sum256(r.Genesis()) != hash || !bytes.Equal(r.Genesis(), text) {
		t.Errorf("the node shows another genesis (%v)", err)
	}

	// Spaces are the operator's own affair, what they stand between is not.
	write(t, cfg.Home, "config/genesis.json", " "+string(text))
	r = start(t, cfg, nil)
	if !strings.HasPrefix(string(r.Genesis()), " {") {
		t.Error("the node does not show the file")
	}
	r.stop()
	balance := `"balance": "1099511627776"`
	if !strings.Contains(string(text), balance) {
		balance = `"balance": 1099511627776`
	}
	write(t, cfg.Home, "config/genesis.json", strings.Replace(string(text), balance, strings.Replace(balance, "776", "777", 1), 1))
	store, err := state.Open(state.Config{Dir: chain.StateDir(cfg.Home)})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(app.Config{Store: store, ChainID: apptest.ChainID})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if n, err := chain.Start(t.Context(), cfg, a); err == nil || !strings.Contains(err.Error(), "genesis file") {
		t.Errorf("a changed genesis: %v", err)
		if err == nil {
			_ = n.Stop()
		}
	}
}
