package light

import (
	"fmt"
	"time"

	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/internal/check"
)

// LightBlock is the signed header as CometBFT's light client wants it. Whoever
// has an empty slot is absent there, even if they signed for no block: only the
// hash of the commit, which nobody compares, would tell the difference.
// Priorities of proposers are those of a new set, the same for every source.
func (b *Block) LightBlock() (*cmttypes.LightBlock, error) {
	if b.Commit == nil || len(b.Commit.Slots) != len(b.Validators) {
		return nil, check.Fail(check.Commits, "header %d has no commit of its validators", b.Header.Height)
	}
	set, err := b.Validators.Set()
	if err != nil {
		return nil, err
	}
	h := b.Header
	out := &cmttypes.LightBlock{ValidatorSet: set, SignedHeader: &cmttypes.SignedHeader{
		Header: &cmttypes.Header{
			Version: cmtversion.Consensus{Block: h.BlockVersion, App: h.AppVersion},
			ChainID: h.ChainID, Height: h.Height, Time: h.Time, LastCommitHash: h.LastCommitHash[:], DataHash: h.DataHash[:],
			ValidatorsHash: h.ValidatorsHash[:], NextValidatorsHash: h.NextValidatorsHash[:], ConsensusHash: h.ConsensusHash[:],
			AppHash: h.AppHash[:], LastResultsHash: h.LastResultsHash[:], EvidenceHash: h.EvidenceHash[:], ProposerAddress: h.Proposer[:],
		},
		Commit: &cmttypes.Commit{
			Height: h.Height, Round: int32(b.Commit.Round), Signatures: make([]cmttypes.CommitSig, len(b.Commit.Slots)),
			BlockID: cmttypes.BlockID{
				Hash: h.hash[:], PartSetHeader: cmttypes.PartSetHeader{Total: b.Commit.Parts, Hash: b.Commit.PartsHash[:]},
			},
		},
	}}
	if h.Height > 1 {
		out.Header.LastBlockID = cmttypes.BlockID{
			Hash: h.LastHash[:], PartSetHeader: cmttypes.PartSetHeader{Total: h.LastParts, Hash: h.LastPartsHash[:]},
		}
	}
	for i := range b.Commit.Slots {
		s := &b.Commit.Slots[i]
		if !s.Signed {
			out.Commit.Signatures[i] = cmttypes.NewCommitSigAbsent()
			continue
		}
		out.Commit.Signatures[i] = cmttypes.CommitSig{
			BlockIDFlag: cmttypes.BlockIDFlagCommit, ValidatorAddress: set.Validators[i].Address,
			Timestamp: time.Unix(int64(s.Seconds), int64(s.Nanos)).UTC(), Signature: s.Signature[:],
		}
	}
	if string(out.Hash()) != string(h.hash[:]) {
		return nil, fmt.Errorf("light: CometBFT hashes header %d differently", h.Height)
	}
	return out, nil
}

// BlockOf takes a signed header of CometBFT's.
func BlockOf(lb *cmttypes.LightBlock) (b *Block, err error) {
	if lb == nil || lb.SignedHeader == nil {
		return nil, check.Fail(check.Frame, "there is no signed header")
	}
	b = &Block{}
	if b.Header, err = HeaderOf(lb.Header); err != nil {
		return nil, err
	}
	if b.Commit, err = CommitOf(lb.Commit, b.Header.Hash()); err != nil {
		return nil, err
	}
	b.Validators, err = ValidatorsOf(lb.ValidatorSet)
	return b, err
}
