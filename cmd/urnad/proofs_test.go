package main

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
	"urna/client"
	"urna/internal/check"
)

// A stranger who knows the genesis checks what a real node serves: headers that
// follow from it, blocks that have the headers' hashes, a proof, a fresh one.
func TestWhatANodeServesFollowsFromItsGenesis(t *testing.T) {
	n, ended, stop := start(t, filepath.Join(t.TempDir(), "home"))
	ctx := t.Context()
	if err := n.blocks.Wait(ctx, 5); err != nil {
		t.Fatal(err)
	}
	c, err := client.New(client.Config{URL: n.url, Poll: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	genesis, err := c.Genesis(ctx)
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := light.TrustGenesis(genesis)
	if err != nil {
		t.Fatal(err)
	}
	now := trusted
	enough := errors.New("enough")
	err = c.RawBlocks(ctx, 1, func(raw []byte) error {
		var pb cmtproto.Block
		if err := pb.Unmarshal(raw); err != nil {
			return err
		}
		block, err := cmttypes.BlockFromProto(&pb)
		if err != nil {
			return err
		}
		b, err := c.LightBlock(ctx, block.Height)
		if err != nil {
			return err
		}
		signed, err := light.ParseBlock(b)
		if err != nil {
			return err
		}
		if now, err = now.Follow(signed); err != nil {
			return err
		}
		if block.Height != now.Height || !bytes.Equal(block.Hash(), now.Hash[:]) {
			t.Errorf("block %d has hash %s, the signed header %x", block.Height, block.Hash(), now.Hash)
		}
		if block.Height == 5 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Fatal(err)
	}
	for path, trust := range map[string]light.Trusted{"params": trusted, "params?trust=5": light.TrustCheckpoint(5, now.Hash)} {
		text, err := c.Proof(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		d, err := light.ParseDocument(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Verify(trust, check.NewReport('R')); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if last := n.blocks.Height(); d.Height < 4 || d.Height > last {
			t.Errorf("%s is about height %d, the last block is %d", path, d.Height, last)
		}
	}
	stop()
	if err := end(t, ended); err != nil {
		t.Fatal(err)
	}
}
