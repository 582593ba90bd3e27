package audit

import (
	"context"
	"fmt"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"
	cmttime "github.com/cometbft/cometbft/types/time"
	"github.com/cometbft/cometbft/version"

	"urna/chain/light"
	"urna/internal/check"
	"urna/tx"
)

// position is what the header after a block must say.
type position struct {
	height    int64 // 0: before the first block
	hash      light.Hash
	parts     uint32
	partsHash light.Hash
	time      time.Time
	root      light.Hash // of the state
	results   light.Hash // of the transactions

	last, now, next *set // validators of height, height+1, height+2
}

// start is the position before the first block. The root comes later.
func (o *origin) start() position {
	return position{time: o.time, results: codes(nil).hash(), now: o.set, next: o.set}
}

// follows compares a header with all that the blocks before it have led to.
func (r *replay) follows(ctx context.Context, h *light.Header) error {
	l := &r.last
	switch {
	case h.ChainID != r.origin.chainID:
		return check.Fail(check.Genesis, "header %d is of chain %q, not %q", h.Height, h.ChainID, r.origin.chainID)
	case h.Height != l.height+1:
		return check.Fail(check.Headers, "header %d comes after header %d", h.Height, l.height)
	case h.LastHash != l.hash:
		return check.Fail(check.Headers, "header %d names %x as the block before it, which is %x", h.Height, h.LastHash, l.hash)
	case h.LastParts != l.parts || h.LastPartsHash != l.partsHash:
		return check.Fail(check.Headers, "header %d names %d parts %x of the block before it, which has %d parts %x",
			h.Height, h.LastParts, h.LastPartsHash, l.parts, l.partsHash)
	case h.BlockVersion != version.BlockProtocol || h.AppVersion != lawVersion:
		return check.Fail(check.Headers, "header %d is of version %d of blocks and %d of the law", h.Height, h.BlockVersion, h.AppVersion)
	case h.Height == 1 && !h.Time.Equal(l.time):
		return check.Fail(check.Headers, "header 1 is of %s, the genesis of %s", h.Time, l.time)
	case h.Height > 1 && !h.Time.After(l.time):
		return check.Fail(check.Headers, "header %d is of %s, not after the one before of %s", h.Height, h.Time, l.time)
	case h.LastResultsHash != l.results:
		return r.otherResults(h)
	case h.AppHash != l.root:
		return r.otherRoot(ctx, h)
	case h.ValidatorsHash != l.now.hash:
		return check.Fail(check.Validators, "header %d names the validators %x, they are %x", h.Height, h.ValidatorsHash, l.now.hash)
	case h.NextValidatorsHash != l.next.hash:
		return check.Fail(check.Validators, "header %d names the next validators %x, they are %x", h.Height, h.NextValidatorsHash, l.next.hash)
	case h.ConsensusHash != r.origin.consensusHash:
		return check.Fail(check.Body, "header %d names the consensus parameters %x, the genesis %x", h.Height, h.ConsensusHash, r.origin.consensusHash)
	}
	if _, ok := l.now.places[h.Proposer]; !ok {
		return check.Fail(check.Validators, "the proposer %s of block %d is no validator", h.Proposer, h.Height)
	}
	return nil
}

// otherResults says which check a header breaks that has other results than the
// law. If it claims that every transaction was accepted, it is the reason for
// which the law refuses the first one.
func (r *replay) otherResults(h *light.Header) error {
	if a := r.now; a != nil && h.LastResultsHash == make(codes, len(a.codes)).hash() {
		for i, c := range a.codes {
			if c != 0 {
				return check.Fail(c.check(), "transaction %d of block %d is called accepted, which the law refuses: %d %s", i, r.last.height, c, tx.Code(c))
			}
		}
	}
	return check.Fail(check.Results, "header %d has the results %x, by the law they are %x", h.Height, h.LastResultsHash, r.last.results)
}

// decided checks that more than two thirds of the power have signed the block
// before a block, as CometBFT does: every signature that is there must be right
// (V22), and the time of the block is the median of theirs (V21).
func (r *replay) decided(b *block) error {
	l, c := &r.last, b.commit
	if l.height == 0 {
		if len(c.Signatures) != 0 {
			return check.Fail(check.Commits, "block 1 has a commit of a block before it")
		}
		return nil
	}
	id := c.BlockID
	switch {
	case c.Height != l.height || string(id.Hash) != string(l.hash[:]) ||
		id.PartSetHeader.Total != l.parts || string(id.PartSetHeader.Hash) != string(l.partsHash[:]):
		return check.Fail(check.Commits, "block %d has a commit for block %X at height %d, not for the block before it", l.height+1, id.Hash, c.Height)
	case len(c.Signatures) != len(l.last.list):
		return check.Fail(check.Commits, "the commit for block %d has %d places, there are %d validators", l.height, len(c.Signatures), len(l.last.list))
	}
	power := uint64(0)
	times := make([]*cmttime.WeightedTime, len(c.Signatures))
	for i := range c.Signatures {
		s, v := &c.Signatures[i], l.last.list[i]
		if s.BlockIDFlag == cmttypes.BlockIDFlagAbsent {
			continue
		}
		if string(s.ValidatorAddress) != string(l.last.addresses[i][:]) || !b.signers[i].ok || b.signers[i].key != v.Key {
			return check.Fail(check.Commits, "the signature of validator %s in the commit for block %d is not theirs", l.last.addresses[i], l.height)
		}
		if s.BlockIDFlag == cmttypes.BlockIDFlagCommit {
			power += v.Power
			times[i] = cmttime.NewWeightedTime(s.Timestamp, int64(v.Power))
		}
	}
	if 3*power <= 2*l.last.total {
		return check.Fail(check.Commits, "block %d is signed by %d of %d, which is not more than two thirds", l.height, power, l.last.total)
	}
	if median := cmttime.WeightedMedian(times, int64(power)); !b.header.Time.Equal(median) {
		return check.Fail(check.Headers, "block %d is of %s, the median of those who signed the block before it is %s", l.height+1, b.header.Time, median)
	}
	return nil
}

// codes are what became of a block's transactions.
type codes []code

type code tx.Code

// hash is the results hash of a header. Of a result only the code is ever set.
func (c codes) hash() light.Hash {
	leaves := make([][]byte, len(c))
	for i, code := range c {
		if code != 0 {
			leaves[i] = codeField(uint64(code))
		}
	}
	return light.MerkleRoot(leaves)
}

// check is the check that a chain breaks which accepts what has this code.
func (c code) check() check.ID {
	switch tx.Code(c) {
	case tx.MalformedTx, tx.TxTooLarge:
		return check.Encoding
	case tx.BadSignature:
		return check.Signature
	case tx.BadProof, tx.BadProofKind, tx.WrongRoot:
		return check.Membership
	case tx.BadBallot, tx.BallotRule:
		return check.BallotRules
	case tx.NotReady, tx.NotStarted, tx.Finished:
		return check.Window
	case tx.NoOverwritesLeft, tx.ReplayedBallot:
		return check.Overwrites
	}
	return check.Results
}

func (c code) String() string { return fmt.Sprintf("%d %s", uint32(c), tx.Code(c)) }
