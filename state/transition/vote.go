package transition

import (
	"errors"
	"fmt"

	"urna/ballot"
	"urna/census"
	"urna/election"
	"urna/state"
	"urna/tx"
)

// vote casts or replaces a vote. Everything that follows from the bytes alone
// (signature, proof, package) is in s.t already.
func (s *step) vote(p *tx.Vote) error {
	settings, stage, err := s.election(p.Election)
	if err != nil {
		return err
	}
	if err := s.checkOpen(settings, stage); err != nil {
		return err
	}
	issuer, class, err := s.checkProof(settings, stage)
	if err != nil {
		return err
	}
	if err := settings.Rules.Accept(s.t.Ballot, &s.t.Weight); err != nil {
		return tx.Reject(tx.BallotRule, "%v", err)
	}
	v := state.NewVote{
		Record: state.VoteRecord{
			Nullifier:  s.t.Nullifier,
			BallotHash: ballot.Hash(p.Package, p.Memo),
			Weight:     s.t.Weight,
			Height:     s.b.Height,
		},
		Package: p.Package,
		Memo:    p.Memo,
		Rules:   settings.Rules,
		Ballot:  s.t.Ballot,
	}
	old, position, err := s.f.Vote(p.Election, s.t.Nullifier)
	switch {
	case errors.Is(err, state.ErrNotFound):
		if err = s.checkRoom(p.Election, stage); err == nil {
			err = s.spend(p.Election, issuer, class)
		}
	case err == nil:
		err = s.replace(&v, p.Election, settings, old, position)
	}
	if err != nil {
		return err
	}
	position, err = s.f.AddVote(p.Election, v)
	if err != nil {
		return err
	}
	s.emit(VoteCast{
		Election: p.Election, Nullifier: s.t.Nullifier, Voter: s.t.Signer,
		Position: position, Weight: s.t.Weight, Overwrites: v.Record.Overwrites,
	})
	return nil
}

// checkOpen checks that the election takes votes at the block's time.
func (s *step) checkOpen(e *election.Settings, stage *state.Stage) error {
	now := s.b.Time
	switch stage.Status {
	case election.Ready:
	case election.Ended, election.Results:
		return tx.Reject(tx.NotReady, "process %s finished at time %d, current time is %d - current state: %s", e.ID, min(stage.End, now), now, stage.Status)
	default:
		return tx.Reject(tx.NotReady, "process %s not in READY state - current state: %s", e.ID, stage.Status)
	}
	if now < e.Start {
		return tx.Reject(tx.NotStarted, "process %s starts at time %d, current time is %d", e.ID, e.Start, now)
	}
	if now > stage.End {
		return tx.Reject(tx.Finished, "process %s finished at time %d, current time is %d", e.ID, stage.End, now)
	}
	return nil
}

// checkRoom checks that one more voter fits the census.
func (s *step) checkRoom(id election.ID, stage *state.Stage) error {
	log, err := s.f.Log(id)
	if err != nil {
		return err
	}
	if log.Voters >= stage.MaxCensusSize {
		return tx.Reject(tx.CensusFull, "all %d votes of the census are cast: maxCensusSize reached", stage.MaxCensusSize)
	}
	return nil
}

// replace makes v the successor of the vote at position, if the rules allow and
// its package is new: whoever replays an older vote of somebody else is refused.
func (s *step) replace(v *state.NewVote, id election.ID, e *election.Settings, old state.VoteRecord, position uint64) error {
	if e.CensusOrigin == census.BlindIssuer && old.Weight != v.Record.Weight {
		return tx.Reject(tx.ClassChanged, "a credential of weight %s cannot replace a vote of weight %s", v.Record.Weight.Dec(), old.Weight.Dec())
	}
	if old.Overwrites >= e.Rules.MaxOverwrites {
		return tx.Reject(tx.NoOverwritesLeft, "overwrite count reached: a vote can be replaced %d times", e.Rules.MaxOverwrites)
	}
	for r := old; ; {
		if r.BallotHash == v.Record.BallotHash {
			return tx.Reject(tx.ReplayedBallot, "this vote package was accepted before; a new one needs a fresh nonce")
		}
		if r.Replaces == 0 {
			break
		}
		var err error
		if r, err = s.f.VoteAt(id, r.Replaces-1); err != nil {
			return fmt.Errorf("read replaced vote: %w", err)
		}
	}
	pkg, _, err := s.f.Ballot(id, position)
	if err != nil {
		return fmt.Errorf("read replaced ballot: %w", err)
	}
	b, err := ballot.Decode(pkg)
	if err != nil {
		return fmt.Errorf("accepted ballot %d of %s: %w", position, id, err)
	}
	v.Record.Replaces = position + 1
	v.Record.Overwrites = old.Overwrites + 1
	v.Old = &state.OldVote{Ballot: b, Weight: old.Weight}
	return nil
}
