package archive

import (
	"bytes"
	"slices"
	"testing"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
	"urna/internal/codec"
)

// chainForger makes archives of a chain as somebody would who holds the keys of
// all validators.
type chainForger struct {
	*forger // keys
	s       *story
	blocks  []*cmttypes.Block
	raws    map[int][]byte // in the place of a block, by height
	final   *forged
	files   map[string][]byte // the others
	bend    func(map[string][]byte)
	bytes   func([]byte) []byte
}

// newChainForger takes an accepted archive of a chain apart.
func newChainForger(t testing.TB, s *story, archive []byte) *chainForger {
	t.Helper()
	files := unpackFiles(t, archive)
	signed, err := light.ParseBlock(files[finalFile])
	must(t, err)
	f := &chainForger{forger: newKeys(t), s: s, raws: map[int][]byte{}, files: files}
	f.final = f.take(s.world, signed.Header, signed.Commit)
	f.final.light = signed.Header
	must(t, readBlocks(t.Context(), bytes.NewReader(files[blocksFile]), 1, func(raw []byte) error {
		b, err := parseBlock(raw)
		f.blocks = append(f.blocks, b)
		return err
	}))
	return f
}

func (f *chainForger) block(height int) *cmttypes.Block { return f.blocks[height-1] }

func (f *chainForger) raw(height int) []byte {
	if raw, there := f.raws[height]; there {
		return raw
	}
	raw, err := rawBlock(f.block(height))
	must(f.t, err)
	return raw
}

// fill computes the hashes of a header that follow from its block.
func fill(b *cmttypes.Block) {
	c := b.LastCommit // without the hash that it remembers
	b.LastCommit = &cmttypes.Commit{Height: c.Height, Round: c.Round, BlockID: c.BlockID, Signatures: c.Signatures}
	b.LastCommitHash, b.DataHash, b.EvidenceHash = b.LastCommit.Hash(), b.Data.Hash(), b.Evidence.Hash()
}

func (f *chainForger) id(height int) cmttypes.BlockID {
	parts := cmttypes.NewPartSetFromData(f.raw(height), cmttypes.BlockPartSizeBytes)
	return cmttypes.BlockID{Hash: f.block(height).Header.Hash(), PartSetHeader: parts.Header()}
}

// relink makes all that follows a block consistent with it: ids, and commits of
// those who signed before.
func (f *chainForger) relink(height int) {
	for h := height + 1; h <= len(f.blocks); h++ {
		b := f.block(h)
		b.LastBlockID = f.id(h - 1)
		c := &cmttypes.Commit{Height: int64(h - 1), BlockID: b.LastBlockID, Signatures: slices.Clone(b.LastCommit.Signatures)}
		for i := range c.Signatures {
			f.signSlot(c, i)
		}
		b.LastCommit = c
		fill(b)
	}
	f.final.h.LastBlockID = f.id(len(f.blocks))
}

// signSlot signs a place of a commit with its validator's key.
func (f *chainForger) signSlot(c *cmttypes.Commit, i int) {
	s := &c.Signatures[i]
	if s.BlockIDFlag != cmttypes.BlockIDFlagAbsent {
		s.Signature = f.signature([20]byte(s.ValidatorAddress), c.VoteSignBytes(f.chainID, int32(i)))
	}
}

// signFinal signs the last header again, if its commit does not hold any more.
func (f *chainForger) signFinal() {
	h, err := light.HeaderOf(&f.final.h)
	must(f.t, err)
	f.final.light = h
	if f.final.commit != nil && (f.final.by != nil || !f.commitHolds(f.final)) {
		f.final.commit = f.sealOf(f.final)
	}
}

// build makes the archive.
func (f *chainForger) build() []byte {
	f.t.Helper()
	var blocks codec.Writer
	for h := range f.blocks {
		blocks.Bytes(f.raw(h + 1))
	}
	f.files[blocksFile], f.files[finalFile] = blocks.B, f.forger.block(f.final).Encode()
	if f.bend != nil {
		f.bend(f.files)
	}
	out := packFiles(f.t, f.files)
	if f.bytes != nil {
		out = f.bytes(out)
	}
	return out
}
