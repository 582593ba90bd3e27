package audit_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"testing"

	"github.com/cometbft/cometbft/crypto/secp256k1eth"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/app/apptest"
	"urna/audit"
	"urna/crypto/ethkey"
)

// forger is somebody who holds all keys of the validators and shows another
// chain than the one that was made.
type forger struct {
	t       testing.TB
	genesis []byte
	blocks  []*cmttypes.Block // by height, from 1; the last one closes the chain
	raws    [][]byte          // instead of blocks, where there is one
	keys    map[ethkey.Address]secp256k1eth.PrivKey
}

// forge copies a chain.
func forge(t testing.TB, c *apptest.Chain) *forger {
	t.Helper()
	f := &forger{t: t, genesis: c.Genesis(), keys: map[ethkey.Address]secp256k1eth.PrivKey{}}
	for i := range c.Nodes {
		f.know(apptest.Keys("validator", len(c.Nodes))[i])
	}
	err := c.Source().Blocks(t.Context(), 1, func(raw []byte) error {
		var pb cmtproto.Block
		if err := pb.Unmarshal(raw); err != nil {
			return err
		}
		b, err := cmttypes.BlockFromProto(&pb)
		f.blocks = append(f.blocks, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	f.raws = make([][]byte, len(f.blocks))
	return f
}

func (f *forger) know(k *ethkey.Key) {
	raw, err := hex.DecodeString(k.Hex())
	if err != nil {
		f.t.Fatal(err)
	}
	f.keys[k.Address()] = raw
}

func (f *forger) block(height int) *cmttypes.Block { return f.blocks[height-1] }

// raw is the Protobuf of a block.
func (f *forger) raw(height int) []byte {
	if raw := f.raws[height-1]; raw != nil {
		return raw
	}
	pb, err := f.block(height).ToProto()
	if err != nil {
		f.t.Fatal(err)
	}
	raw, err := pb.Marshal()
	if err != nil {
		f.t.Fatal(err)
	}
	return raw
}

// fill computes the hashes of a header that follow from its block.
func fill(b *cmttypes.Block) {
	c := b.LastCommit // without the hash that it remembers
	b.LastCommit = &cmttypes.Commit{Height: c.Height, Round: c.Round, BlockID: c.BlockID, Signatures: c.Signatures}
	b.LastCommitHash, b.DataHash, b.EvidenceHash = b.LastCommit.Hash(), b.Data.Hash(), b.Evidence.Hash()
}

func (f *forger) id(height int) cmttypes.BlockID {
	parts := cmttypes.NewPartSetFromData(f.raw(height), cmttypes.BlockPartSizeBytes)
	return cmttypes.BlockID{Hash: f.block(height).Header.Hash(), PartSetHeader: parts.Header()}
}

// relink makes all that follows a block consistent with it: ids, and commits by
// whoever has signed them before.
func (f *forger) relink(height int) {
	for h := height + 1; h <= len(f.blocks); h++ {
		b := f.block(h)
		b.LastBlockID = f.id(h - 1)
		c := &cmttypes.Commit{Height: int64(h - 1), BlockID: b.LastBlockID, Signatures: b.LastCommit.Signatures}
		for i := range c.Signatures {
			f.sign(c, i)
		}
		b.LastCommit = c
		fill(b)
	}
}

// sign signs a place of a commit with its validator's key.
func (f *forger) sign(c *cmttypes.Commit, i int) {
	s := &c.Signatures[i]
	if s.BlockIDFlag == cmttypes.BlockIDFlagAbsent {
		return
	}
	sig, err := f.keys[ethkey.Address(s.ValidatorAddress)].Sign(c.VoteSignBytes(apptest.ChainID, int32(i)))
	if err != nil {
		f.t.Fatal(err)
	}
	s.Signature = sig
}

func (f *forger) Name() string                            { return "a forger" }
func (f *forger) Genesis(context.Context) ([]byte, error) { return f.genesis, nil }
func (f *forger) Tip(context.Context) (int64, error)      { return int64(len(f.blocks)), nil }

func (f *forger) Blocks(ctx context.Context, from int64, visit func(raw []byte) error) error {
	for ; from <= int64(len(f.blocks)); from++ {
		if err := visit(bytes.Clone(f.raw(int(from)))); err != nil {
			return err
		}
	}
	return ctx.Err()
}

var _ audit.Source = (*forger)(nil)
