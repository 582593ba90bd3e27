package transition

import (
	"fmt"
	"math/bits"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/state"
	"urna/tx"
)

// maxSupply is what a genesis may hand out, and nothing makes tokens later.
const maxSupply = 1 << 62

// Invariants says everything that is wrong with a state that the law made: it
// looks at all of it and collects rather than stops, so that one broken rule
// does not hide another. Nothing means that all of it holds.
func Invariants(v state.Reader) (broken []error) {
	say := func(format string, args ...any) { broken = append(broken, fmt.Errorf(format, args...)) }
	params, err := v.Params()
	if err != nil {
		return []error{err}
	}
	if err := params.Check(); err != nil {
		say("%w", err)
	}
	var supply uint256.Int
	if err := v.EachAccount(func(_ ethkey.Address, a *state.Account) error {
		supply.Add(&supply, uint256.NewInt(a.Balance))
		return nil
	}); err != nil {
		say("accounts: %w", err)
	}
	if supply.Gt(uint256.NewInt(maxSupply)) {
		say("%d tokens exist, more than any genesis has", &supply)
	}
	for _, err := range seatInvariants(v, params.UptimeWindow) {
		say("validators: %w", err)
	}
	for _, err := range scheduleInvariants(v) {
		say("schedule: %w", err)
	}
	if err := v.EachElection(func(e *election.Settings) error {
		for _, err := range electionInvariants(v, e) {
			say("election %s: %w", e.ID, err)
		}
		return nil
	}); err != nil {
		say("elections: %w", err)
	}
	return broken
}

func electionInvariants(v state.Reader, e *election.Settings) (broken []error) {
	say := func(format string, args ...any) { broken = append(broken, fmt.Errorf(format, args...)) }
	stage, err := v.Stage(e.ID)
	if err != nil {
		return []error{err}
	}
	log, err := v.Log(e.ID)
	if err != nil {
		return []error{err}
	}
	tally, err := v.Tally(e.ID)
	if err != nil {
		return []error{err}
	}
	if log.Size != log.Voters+log.Overwrites {
		say("%d records are not %d voters and %d overwrites", log.Size, log.Voters, log.Overwrites)
	}
	if log.Voters > stage.MaxCensusSize {
		say("%d voters in a census of %d", log.Voters, stage.MaxCensusSize)
	}
	broken = append(broken, issuerInvariants(v, e, stage, log)...)
	if e.Rules.MaxValue > 0 { // each ballot puts its weight at most once into a row
		for q, row := range tally.Cells {
			var sum ballot.Amount
			for i := range row {
				sum.Add(&sum, &row[i])
			}
			if sum.Gt(&tally.Weight) {
				say("row %d sums to %d, more than the weight of all votes, %d", q, &sum, &tally.Weight)
			}
		}
	}
	result, err := v.Result(e.ID)
	switch {
	case stage.Status != election.Results:
		if err == nil {
			say("has a result in status %s", stage.Status)
		}
	case err != nil:
		say("has no result: %w", err)
	case result.Votes != log.Voters || result.VoteSize != log.Size || result.VoteRoot != log.Root:
		say("result speaks of %d votes in a log of %d, the log has %d and %d", result.Votes, result.VoteSize, log.Voters, log.Size)
	}
	return broken
}

func seatInvariants(v state.Reader, window uint32) (broken []error) {
	say := func(format string, args ...any) { broken = append(broken, fmt.Errorf(format, args...)) }
	seats, err := v.Validators()
	if err != nil {
		return []error{err}
	}
	if len(seats) == 0 {
		say("nobody has a seat in consensus")
	}
	for _, s := range seats {
		if addr, err := ethkey.PublicKeyAddress(s.PublicKey[:]); err != nil || addr != s.Address {
			say("seat %s has the key of %s, %v", s.Address, addr, err)
		}
		if s.Power == 0 {
			say("seat %s has no power", s.Address)
		}
		u, err := v.Uptime(s.Address)
		if err != nil {
			say("uptime of %s: %w", s.Address, err)
			continue
		}
		missed := 0
		for _, b := range u.Bits {
			missed += bits.OnesCount8(b)
		}
		if u.Seen > window || u.Missed > u.Seen || int(u.Missed) != missed {
			say("uptime of %s: missed %d of %d, %d bits are set", s.Address, u.Missed, u.Seen, missed)
		}
	}
	return broken
}

// scheduleInvariants compares the schedule with what should be in it: a close
// for every election that is open or waits for its result, a seal for every set
// that is unfinished, an end for the mark of every faucet package; each once,
// and nothing else.
func scheduleInvariants(v state.Reader) (broken []error) {
	say := func(format string, args ...any) { broken = append(broken, fmt.Errorf(format, args...)) }
	type work struct {
		kind    state.ScheduleKind
		subject string
	}
	const anyTime = 0
	due := map[work]uint64{}
	err := v.EachElection(func(e *election.Settings) error {
		stage, err := v.Stage(e.ID)
		if err != nil {
			return err
		}
		switch stage.Status {
		case election.Ready, election.Paused:
			due[work{state.ScheduleClose, string(e.ID[:])}] = stage.End + 1
		case election.Ended:
			due[work{state.ScheduleClose, string(e.ID[:])}] = anyTime
		case election.Results:
			set, err := v.Sealing(e.ID)
			if err != nil {
				return err
			}
			if !set.Done {
				due[work{state.ScheduleSeal, string(e.ID[:])}] = anyTime
			}
		}
		return nil
	})
	if err != nil {
		say("elections: %w", err)
	}
	err = v.EachFaucet(func(issuer ethkey.Address, identifier, expiry uint64) error {
		item := forget(&tx.FaucetGrant{Issuer: issuer, FaucetPayload: tx.FaucetPayload{Identifier: identifier, NotAfter: expiry}})
		due[work{item.Kind, string(item.Subject)}] = item.Due
		return nil
	})
	if err != nil {
		say("faucet packages: %w", err)
	}
	err = v.EachScheduled(func(item state.Scheduled) error {
		at, wanted := due[work{item.Kind, string(item.Subject)}]
		if !wanted || (at != anyTime && at != item.Due) {
			say("work %d on %x is due at %d for no reason", item.Kind, item.Subject, item.Due)
		}
		delete(due, work{item.Kind, string(item.Subject)})
		return nil
	})
	if err != nil {
		say("%w", err)
	}
	if len(due) > 0 {
		say("%d pieces of work are missing", len(due))
	}
	return broken
}
