package archive

import (
	"fmt"

	"urna/ballot"
	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
	"urna/state"
)

// compare asks whether the claims of an archive are what follows from its
// blocks.
func (l *life) compare(m *manifest, c *claims, r *check.Report) error {
	if l.stage == nil {
		return broken("no transaction creates the election")
	}
	if l.stage.Status == election.Canceled {
		return broken("the election was canceled, and has no result")
	}
	stage := *l.stage
	if stage.Status = election.Results; stage != *c.stage {
		return broken("the stage is %+v, the transactions lead to %+v", *c.stage, stage)
	}
	box, log, result := l.box, c.log, c.result
	r.Passed(check.Rules, int(l.transactions-box.records))
	if l.strangers > 0 {
		r.Skip(check.Rules, fmt.Sprintf("%d changes are signed by others than the organisation; whether they were its delegates is not in the file", l.strangers))
	}
	root, err := box.voteRoot()
	if err != nil {
		return err
	}
	if log.Size != box.records || log.Root != root {
		return check.Fail(check.Log, "the log has %d records and the root %x, the votes make %d and %x", log.Size, log.Root, box.records, root)
	}
	r.Passed(check.Log, int(box.records))
	overwritten := box.records - box.voters
	if log.Voters != box.voters || result.Votes != box.voters || result.Overwritten != overwritten {
		return check.Fail(check.Counts, "log and result speak of %d and %d voters and %d overwrites, there are %d and %d",
			log.Voters, result.Votes, result.Overwritten, box.voters, overwritten)
	}
	r.Passed(check.Counts, 3)
	tally := box.tally()
	if err := sameTally(&tally, &result.Tally); err != nil {
		return err
	}
	r.Passed(check.Tally, int(box.voters))
	if result.Invalid != 0 || result.Method != state.MethodRunningSum || result.CensusRoot != c.stage.CensusRoot ||
		result.VoteRoot != root || result.VoteSize != box.records || result.Height < l.last || result.Height > uint64(m.height) {
		return check.Fail(check.Result, "the result of block %d is not about these votes", result.Height)
	}
	r.Passed(check.Result, 1)
	nullifiers, greatest, err := box.nullifiers()
	if err != nil {
		return err
	}
	if c.sealing.Count != box.voters || c.sealing.Cursor != greatest || c.sealing.Root != nullifiers {
		return check.Fail(check.Nullifiers, "the set has %d nullifiers up to %s and the root %x, the votes make %d up to %s and %x",
			c.sealing.Count, c.sealing.Cursor, c.sealing.Root, box.voters, greatest, nullifiers)
	}
	r.Passed(check.Nullifiers, int(box.voters))
	return nil
}

// closing is the closing record of an archive whose claims are compared.
func (c *claims) closing(m *manifest, signed *light.Header, s *span, transactions uint64) *closing {
	return &closing{
		Format: closingFormat, ChainID: m.chainID, Election: m.election.String(), Height: m.height,
		Block: hashText(signed.Hash()), AppHash: hashText(signed.AppHash),
		FirstHeight: s.first, LastHeight: s.last, Entries: s.entries, Transactions: transactions,
		Voters: c.log.Voters, Records: c.log.Size, Overwritten: c.log.Overwrites,
		Weight: c.result.Tally.Weight.Dec(), Tally: c.result.Tally.Strings(),
		CensusRoot: c.stage.CensusRoot.String(), VoteRoot: hashText(c.log.Root), NullifierRoot: hashText(c.sealing.Root),
	}
}

// span is what 60-blocks covers.
type span struct {
	first, last int64 // heights
	entries     uint64
}

func (s *span) add(height int64) {
	if s.entries == 0 {
		s.first = height
	}
	s.last = height
	s.entries++
}

func sameTally(counted, claimed *ballot.Tally) error {
	same := len(counted.Cells) == len(claimed.Cells)
	for q := 0; same && q < len(counted.Cells); q++ {
		same = len(counted.Cells[q]) == len(claimed.Cells[q])
		for i := 0; same && i < len(counted.Cells[q]); i++ {
			if !counted.Cells[q][i].Eq(&claimed.Cells[q][i]) {
				return check.Fail(check.Tally, "cell (%d, %d) of the result is %s, the ballots make %s", q, i, claimed.Cells[q][i].Dec(), counted.Cells[q][i].Dec())
			}
		}
	}
	if !same || !counted.Weight.Eq(&claimed.Weight) {
		return check.Fail(check.Tally, "the result has the weight %s, the ballots have %s", claimed.Weight.Dec(), counted.Weight.Dec())
	}
	return nil
}
