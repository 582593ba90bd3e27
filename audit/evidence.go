package audit

import (
	"fmt"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/internal/check"
)

// proved checks a block's evidence of misbehaviour against the blocks before it,
// as CometBFT's evidence pool does (V50).
func (r *replay) proved(b *block) error {
	if len(b.evidence) == 0 {
		return nil
	}
	pb, err := (&cmttypes.EvidenceData{Evidence: b.evidence}).ToProto()
	if err != nil {
		return err
	}
	if size := int64(pb.Size()); size > r.origin.evidence.MaxBytes {
		return check.Fail(check.Evidence, "block %d has %d bytes of evidence; the bound is %d", b.header.Height, size, r.origin.evidence.MaxBytes)
	}
	seen, oldest := map[light.Hash]bool{}, b.header.Height
	for i, e := range b.evidence {
		if err := r.proves(e); err != nil {
			return wrongEvidence(err, b.header.Height, i)
		}
		oldest = min(oldest, e.Height())
		seen[light.Hash(e.Hash())] = true
	}
	if len(seen) != len(b.evidence) {
		return check.Fail(check.Evidence, "block %d has the same evidence twice", b.header.Height)
	}
	for h := oldest + 1; h <= r.last.height; h++ {
		j, err := r.journalOf(h)
		if err != nil {
			return err
		}
		for _, hash := range j.proofs {
			if seen[hash] {
				return check.Fail(check.Evidence, "block %d has evidence %x, which block %d has", b.header.Height, hash, h)
			}
		}
	}
	return nil
}

// falseEvidence says why evidence proves nothing; other errors are not about it.
type falseEvidence string

func (e falseEvidence) Error() string { return string(e) }

func wrongEvidence(err error, height int64, i int) error {
	if why, ok := err.(falseEvidence); ok {
		return check.Fail(check.Evidence, "evidence %d of block %d: %s", i, height, why)
	}
	return err
}

func (r *replay) proves(e cmttypes.Evidence) error {
	if e.Height() < 1 || e.Height() > r.last.height {
		return falseEvidence(fmt.Sprintf("it is about height %d", e.Height()))
	}
	j, err := r.journalOf(e.Height())
	if err != nil {
		return err
	}
	if !e.Time().Equal(j.time) {
		return falseEvidence(fmt.Sprintf("its time is %s, that of its height %s", e.Time(), j.time))
	}
	age, blocks := r.last.time.Sub(j.time), r.last.height-e.Height()
	if age > r.origin.evidence.MaxAgeDuration && blocks > r.origin.evidence.MaxAgeNumBlocks {
		return falseEvidence(fmt.Sprintf("it is too old: %d blocks and %s", blocks, age))
	}
	s, err := r.setAt(e.Height())
	if err != nil {
		return err
	}
	switch e := e.(type) {
	case *cmttypes.DuplicateVoteEvidence:
		return signedTwice(e, r.origin.chainID, s)
	case *cmttypes.LightClientAttackEvidence:
		// It names headers that no chain has; judging it needs the commits of both.
		r.report.Skip(check.Evidence, fmt.Sprintf("evidence of an attack on light clients at height %d is taken as the validators decided it", e.Height()))
		return nil
	}
	return falseEvidence(fmt.Sprintf("it is a %T", e))
}

// signedTwice checks that a validator of a set has signed two blocks.
func signedTwice(e *cmttypes.DuplicateVoteEvidence, chainID string, s *set) error {
	a, b := e.VoteA, e.VoteB
	if len(a.ValidatorAddress) != ethkey.AddressLen {
		return falseEvidence("it names no validator")
	}
	i, ok := s.places[ethkey.Address(a.ValidatorAddress)]
	switch {
	case !ok:
		return falseEvidence(fmt.Sprintf("%s was no validator at height %d", a.ValidatorAddress, a.Height))
	case a.Height != b.Height || a.Round != b.Round || a.Type != b.Type:
		return falseEvidence("its votes are of different rounds")
	case string(a.ValidatorAddress) != string(b.ValidatorAddress):
		return falseEvidence("its votes are of two validators")
	case a.BlockID.Equals(b.BlockID):
		return falseEvidence("its votes are for one block")
	case e.ValidatorPower != int64(s.list[i].Power) || e.TotalVotingPower != int64(s.total):
		return falseEvidence(fmt.Sprintf("it names a power of %d of %d, not %d of %d", e.ValidatorPower, e.TotalVotingPower, s.list[i].Power, s.total))
	}
	for _, v := range []*cmttypes.Vote{a, b} {
		hash := ethkey.Keccak256(cmttypes.VoteSignBytes(chainID, v.ToProto()))
		if !ethkey.Verify(s.list[i].Key, hash, v.Signature) {
			return falseEvidence("a vote is not signed by its validator")
		}
	}
	return nil
}
