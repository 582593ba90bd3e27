package gateway

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"urna/app/apptest"
	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/gateway/censuses"
	"urna/genesis"
	"urna/indexer"
	"urna/ipfs"
	"urna/state/transition"
)

// testChain is a chain in memory with everything that a gateway needs of it:
// the application, its blocks, and an index that follows them.
type testChain struct {
	*apptest.Chain
	t     testing.TB
	doc   *genesis.Doc
	index *indexer.Indexer
	files *ipfs.Store

	spoiled bool // the index is to stop with an error

	mu     sync.Mutex
	blocks []*indexer.Block // guarded by mu
	txs    [][][]byte       // guarded by mu
	raws   [][]byte         // guarded by mu
	signed []*light.Block   // guarded by mu
	base   int64            // guarded by mu
	moved  chan struct{}    // closed and replaced with every block; guarded by mu
}

// newTestChain starts a chain. Everything ends with the test.
func newTestChain(t testing.TB, change ...func(*genesis.Doc)) *testChain {
	t.Helper()
	c := &testChain{t: t, base: 1, moved: make(chan struct{})}
	c.Chain = apptest.New(t, apptest.Options{Genesis: func(d *genesis.Doc) {
		for _, f := range change {
			f(d)
		}
		c.doc = d
	}})
	var err error
	if c.files, err = ipfs.Open(""); err != nil {
		t.Fatal(err)
	}
	if c.index, err = indexer.Open(filepath.Join(t.TempDir(), "index.db"), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.index.Follow(ctx, c) }()
	t.Cleanup(func() {
		cancel()
		err := <-ended
		if c.spoiled {
			err = nil
		}
		if err := errors.Join(err, c.index.Close(), c.files.Close()); err != nil {
			t.Error(err)
		}
	})
	return c
}

// mine makes a block of transactions and waits until the index has it.
func (c *testChain) mine(txs ...[]byte) {
	c.t.Helper()
	c.Mine(txs...)
	c.publish()
}

// mineWithout is mine, and some validators have not signed the block before.
func (c *testChain) mineWithout(absent func(ethkey.Address) bool, txs ...[]byte) {
	c.t.Helper()
	c.MineWithout(absent, txs...)
	c.publish()
}

// publish shows the blocks that the chain has made since to the index.
func (c *testChain) publish() {
	c.t.Helper()
	for h := c.Height() + 1; h <= c.Chain.Height(); h++ {
		r := c.Chain.Blocks[h-1].Request
		b := &indexer.Block{Height: h, Hash: [32]byte(r.Hash), Time: r.Time, Proposer: ethkey.Address(r.ProposerAddress), Outcome: c.Outcome(h)}
		if h > 1 {
			b.LastHash = [32]byte(c.Chain.Blocks[h-2].Request.Hash)
		}
		c.mu.Lock()
		c.blocks, c.txs, c.raws = append(c.blocks, b), append(c.txs, r.Txs), append(c.raws, c.Chain.Blocks[h-1].Raw())
		close(c.moved)
		c.moved = make(chan struct{})
		c.mu.Unlock()
	}
	c.sign()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.index.Wait(ctx, c.Height()); err != nil {
		c.t.Fatal(err)
	}
}

// sign shows the signed headers of the blocks that are shown. The commit of the
// newest is another one once the next block is there.
func (c *testChain) sign() {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for h := max(int64(len(c.signed)), 1); h <= int64(len(c.blocks)); h++ {
		b, err := c.Chain.Signed(h)
		if err != nil {
			c.t.Fatal(err)
		}
		c.signed = append(c.signed[:h-1], b)
	}
}

// spoil shows a block to the index that it cannot take.
func (c *testChain) spoil() {
	c.spoiled = true
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blocks = append(c.blocks, &indexer.Block{Outcome: &transition.BlockOutcome{}})
	close(c.moved)
	c.moved = make(chan struct{})
}

// Height implements Blocks and indexer.Source.
func (c *testChain) Height() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int64(len(c.blocks))
}

// Wait implements indexer.Source.
func (c *testChain) Wait(ctx context.Context, height int64) error {
	for {
		c.mu.Lock()
		have, moved := int64(len(c.blocks)), c.moved
		c.mu.Unlock()
		if have >= height {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Block implements Blocks and indexer.Source.
func (c *testChain) Block(_ context.Context, height int64) (*indexer.Block, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if height < c.base || height > int64(len(c.blocks)) {
		return nil, ErrNoBlock
	}
	return c.blocks[height-1], nil
}

// RawTx implements Blocks and indexer.Source.
func (c *testChain) RawTx(_ context.Context, height int64, index int) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if height < c.base || height > int64(len(c.txs)) || index >= len(c.txs[height-1]) {
		return nil, ErrNoBlock
	}
	return c.txs[height-1][index], nil
}

// Header implements Blocks.
func (c *testChain) Header(ctx context.Context, height int64) (*Header, error) {
	b, err := c.Block(ctx, height)
	if err != nil {
		return nil, err
	}
	made := func(what string) []byte {
		h := sha256.Sum256(fmt.Appendf(nil, "%s of %d", what, height))
		return h[:]
	}
	return &Header{
		Height: height, Hash: b.Hash[:], Time: b.Time, Proposer: b.Proposer, VersionBlock: 11, VersionApp: 1,
		AppHash: made("app hash"), ConsensusHash: made("consensus hash"), DataHash: made("data hash"),
		EvidenceHash: made("evidence hash"), LastBlockHash: b.LastHash[:], LastBlockParts: 1,
		LastBlockPartsHash: made("parts hash"), LastCommitHash: made("commit hash"), LastResultsHash: made("results hash"),
		NextValidatorsHash: made("next validators hash"), ValidatorsHash: made("validators hash"),
	}, nil
}

// raw is the bytes of a block, nil if it is not there.
func (c *testChain) raw(height int64) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if height < c.base || height > int64(len(c.raws)) {
		return nil
	}
	return c.raws[height-1]
}

// RawBlock implements Blocks.
func (c *testChain) RawBlock(_ context.Context, height int64) (int, iter.Seq2[[]byte, error], error) {
	b := c.raw(height)
	if b == nil {
		return 0, nil, ErrNoBlock
	}
	return len(b), func(yield func([]byte, error) bool) {
		for piece := range slices.Chunk(b, 100) {
			var err error
			if c.raw(height) == nil {
				err = ErrNoBlock
			}
			if !yield(piece, err) || err != nil {
				return
			}
		}
	}, nil
}

// Signed implements Blocks.
func (c *testChain) Signed(_ context.Context, height int64) (*light.Block, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if height == 0 {
		height = int64(len(c.signed))
	}
	if height < c.base || height > int64(len(c.signed)) {
		return nil, ErrNoBlock
	}
	return c.signed[height-1], nil
}

// GenesisDocument implements Blocks.
func (c *testChain) GenesisDocument() []byte { return c.Chain.Genesis() }

// Genesis implements indexer.Source, the rest Blocks.
func (c *testChain) Genesis() *genesis.Doc  { return c.doc }
func (c *testChain) GenesisTime() time.Time { return apptest.Start }
func (c *testChain) Syncing() bool          { return false }
func (c *testChain) Base() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base
}

// prune throws the blocks before a height away.
func (c *testChain) prune(base int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base = base
}

// serve opens a gateway on the chain and a server for it.
func (c *testChain) serve() *httptest.Server {
	c.t.Helper()
	cs, err := censuses.Open(censuses.Config{Dir: c.t.TempDir(), Files: c.files, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		if err := cs.Close(); err != nil {
			c.t.Error(err)
		}
	})
	g, err := New(Config{
		App: c.Nodes[0].App, Index: c.index, Blocks: c, Files: c.files, Censuses: cs,
		Log: slog.New(slog.DiscardHandler), Limits: Limits{Rate: -1}, LogKey: testLogKey,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	server := httptest.NewServer(g.Handler())
	c.t.Cleanup(server.Close)
	return server
}

// getBody asks the server and returns the status and the body.
func getBody(t testing.TB, server *httptest.Server, path string) (int, []byte) {
	t.Helper()
	r, err := http.Get(server.URL + BasePath + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, body
}
