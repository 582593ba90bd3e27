package transition

import (
	"fmt"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/state"
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
	seats, err := v.Validators()
	if err != nil {
		say("validators: %w", err)
	}
	if len(seats) == 0 {
		say("nobody has a seat in consensus")
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
