package sim

import (
	"errors"
	"fmt"
	"math/bits"
	"reflect"
	"slices"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/state"
	"urna/state/transition"
)

// check compares a committed state with the law, all of it, both ways.
func (l *law) check(v *state.View) error {
	return errors.Join(append(transition.Invariants(v),
		l.checkMark(v), l.checkAccounts(v), l.checkContests(v), l.checkSeats(v))...)
}

func (l *law) checkMark(v *state.View) error {
	m, err := v.Mark()
	return same("mark", m, state.BlockMark{Height: l.height, Time: l.now}, err)
}

func same(what string, got, want any, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%s is %+v, should be %+v", what, got, want)
	}
	return nil
}

func (l *law) checkAccounts(v *state.View) error {
	var seen, spent int
	supply := num(0)
	err := v.EachAccount(func(who ethkey.Address, a *state.Account) error {
		seen++
		supply.Add(supply, num(a.Balance))
		b, ok := l.accounts[who]
		if !ok {
			return fmt.Errorf("account %s should not be there", who)
		}
		if num(a.Balance).Cmp(b.balance) != 0 || a.Nonce != b.nonce || a.ElectionIndex != b.elections || a.InfoURI != b.uri ||
			!slices.Equal(a.Delegates, b.delegates) || !slices.Equal(a.IdentityKey, b.key) {
			return fmt.Errorf("account %s is %+v, should be %+v", who, a, b)
		}
		return nil
	})
	err = errors.Join(err, v.EachFaucet(func(issuer ethkey.Address, id, until uint64) error {
		spent++
		return same(fmt.Sprintf("package %d of %s", id, issuer), until, l.packages[grant{issuer, id}], nil)
	}))
	return errors.Join(err, same("number of accounts", seen, len(l.accounts), nil), same("spent packages", spent, len(l.packages), nil),
		same("supply", supply, l.supply, nil))
}

func (l *law) checkContests(v *state.View) error {
	var seen int
	err := v.EachElection(func(s *election.Settings) error {
		seen++
		e := l.contests[s.ID]
		if e == nil {
			return fmt.Errorf("election %s should not be there", s.ID)
		}
		if s.CensusOrigin != e.origin || s.Organisation != e.org || s.Creator != e.creator || s.Rules != e.rules || s.Start != e.start || s.Interruptible != e.breaks || s.DynamicCensus != e.dynamic {
			return fmt.Errorf("election %s is %+v, should be %+v", s.ID, s, e)
		}
		if err := e.check(v, s.ID); err != nil {
			return fmt.Errorf("election %s: %w", s.ID, err)
		}
		return nil
	})
	return errors.Join(err, same("number of elections", seen, len(l.contests), nil))
}

func (e *contest) check(v *state.View, id election.ID) error {
	stage, err := v.Stage(id)
	if err := same("stage", stage, &state.Stage{
		Status: e.status, ManuallyEnded: e.byHand, CensusRoot: e.root, CensusURI: e.uri, MaxCensusSize: e.size, End: e.end,
	}, err); err != nil {
		return err
	}
	if err := e.checkIssuer(v, id); err != nil {
		return err
	}
	log, err := v.Log(id)
	if err := same("log", log, state.Log{
		Root: treeHash(e.log), Size: uint64(len(e.log)), Voters: uint64(len(e.votes)), Overwrites: uint64(len(e.log) - len(e.votes)),
	}, err); err != nil {
		return err
	}
	tally, err := v.Tally(id)
	if err != nil {
		return err
	}
	cells, weight := e.tally()
	for n, w := range e.votes {
		r, pos, err := v.Vote(id, n)
		if err := same("vote "+n.String(), []any{pos, r.Overwrites, r.Weight.ToBig().String()}, []any{w.position, w.overwrites, w.weight.String()}, err); err != nil {
			return err
		}
		if _, _, err := v.Ballot(id, pos); err != nil {
			return err
		}
	}
	return errors.Join(same("tally", tally.Strings(), cells, nil), same("weight", tally.Weight.Dec(), weight, nil), e.checkResult(v, id))
}

func (e *contest) checkResult(v *state.View, id election.ID) error {
	r, err := v.Result(id)
	if e.result == nil {
		if !errors.Is(err, state.ErrNotFound) {
			return fmt.Errorf("result is %+v (%w), should not be there", r, err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	got := result{
		tally: r.Tally.Strings(), weight: r.Tally.Weight.Dec(), voters: int(r.Votes), votes: int(r.VoteSize),
		root: r.VoteRoot, census: r.CensusRoot, height: r.Height,
	}
	set, err := v.Sealing(id)
	if err == nil && e.set != nil {
		err = same("set of nullifiers", []any{set.Done, set.Count, set.Root}, []any{true, uint64(len(e.votes)), *e.set}, nil)
	}
	return errors.Join(same("result", got, *e.result, err), same("overwritten", r.Overwritten, r.VoteSize-r.Votes, nil))
}

func (l *law) checkSeats(v *state.View) error {
	seats, err := v.Validators()
	if err := same("number of seats", len(seats), len(l.seats), err); err != nil {
		return err
	}
	for _, got := range seats {
		s := l.seats[got.Address]
		if s == nil {
			return fmt.Errorf("seat %s should not be there", got.Address)
		}
		u, err := v.Uptime(got.Address)
		if err != nil {
			return err
		}
		set := 0
		for _, b := range u.Bits {
			set += bits.OnesCount8(b)
		}
		if err := same("seat "+got.Address.String(),
			[]any{got.PublicKey, got.Power, got.Votes, got.Proposals, int(u.Seen), int(u.Missed), set},
			[]any{s.key, s.power, s.votes, s.proposals, s.seen, s.missed(), s.missed()}, nil); err != nil {
			return err
		}
	}
	for who := range l.banned {
		if yes, err := v.Tombstoned(who); err != nil || !yes {
			return fmt.Errorf("%s has no tombstone: %w", who, err)
		}
	}
	return nil
}
