package archive

import (
	"urna/chain/light"
	"urna/internal/check"
)

// blocks reads 60-blocks of an election.
type blocks struct {
	*verifier
	sets    *setList
	trusted light.Trusted // the last header with a commit, or the genesis
	life    *life

	last   *light.Header // nil before the first entry
	signed bool          // the last entry has a commit
	span   span
}

// read checks the entries one by one.
func (b *blocks) read() error {
	file, err := b.next(blocksFile)
	if err != nil {
		return err
	}
	a := readAhead(b.ctx, file, b.manifest.chainID)
	defer a.end()
	for {
		j, err := a.next()
		if err != nil {
			return err
		}
		if j == nil {
			break
		}
		if err := b.entry(j); err != nil {
			return err
		}
		a.release(j)
	}
	switch {
	case b.last == nil:
		return check.Fail(check.Frame, "%s is empty", blocksFile)
	case !b.signed:
		return check.Fail(check.Commits, "header %d, the last one, has no commit", b.last.Height)
	case b.sets.used < len(b.sets.list):
		return check.Fail(check.Frame, "set %d of %s is of no commit", b.sets.used, validatorsFile)
	}
	return nil
}

// entry checks an entry and carries out its transactions.
func (b *blocks) entry(j *job) error {
	if err := b.header(j.entry); err != nil {
		return err
	}
	if err := j.checkBody(); err != nil {
		return err
	}
	if len(j.txs) > 0 {
		b.report.Passed(check.Body, 1)
	}
	if j.commit != nil {
		if err := b.commit(j.entry); err != nil {
			return err
		}
	}
	l := b.life
	at := moment{uint64(j.header.Height), uint64(j.header.Time.Unix())}
	transactions, records, voters := l.transactions, l.box.records, l.box.voters
	for i := range j.txs {
		if j.txs[i].raw == nil {
			continue
		}
		f := &j.facts[i]
		if f.err != nil {
			return refusal(f.err)
		}
		if err := l.apply(f.tx, f.ballot, at); err != nil {
			return err
		}
	}
	b.passed(int(l.transactions-transactions), int(l.box.records-records), int(l.box.voters-voters))
	return nil
}

// header checks that an entry continues what came before.
func (b *blocks) header(e *entry) error {
	h, last := e.header, b.last
	switch {
	case h.ChainID != b.manifest.chainID:
		return check.Fail(check.Genesis, "header %d is of chain %q, not %q", h.Height, h.ChainID, b.manifest.chainID)
	case last != nil && h.Height <= last.Height, h.Height > b.manifest.height:
		return check.Fail(check.Headers, "header %d does not stand in its place", h.Height)
	case last != nil && h.Time.Before(last.Time):
		return check.Fail(check.Headers, "header %d is earlier than header %d", h.Height, last.Height)
	case last != nil && h.Height == last.Height+1 && h.LastHash != last.Hash():
		return check.Fail(check.Headers, "header %d names the block %x before it, which is %x", h.Height, h.LastHash, last.Hash())
	case last != nil && h.Height > last.Height+1 && !b.signed:
		return check.Fail(check.Commits, "header %d has no commit, and no header after it leads to one", last.Height)
	}
	if err := b.holds(h); err != nil {
		return err
	}
	b.last, b.signed = h, e.commit != nil
	b.span.add(h.Height)
	b.report.Passed(check.Headers, 1)
	return nil
}

// commit checks the commit of an entry, and that it follows from what is trusted.
func (b *blocks) commit(e *entry) error {
	set, err := b.sets.use(e.header)
	if err != nil {
		return err
	}
	signed := &light.Block{Header: e.header, Commit: e.commit, Validators: set}
	if b.trusted, err = b.trusted.Follow(signed); err != nil {
		return err
	}
	b.report.Passed(check.Commits, signed.Signatures())
	b.report.Passed(check.Validators, 1)
	return nil
}

// passed counts what was looked at of the transactions of an entry.
func (b *blocks) passed(transactions, votes, voters int) {
	b.report.Passed(check.Encoding, transactions)
	b.report.Passed(check.Signature, transactions)
	for _, id := range []check.ID{check.Membership, check.Uniqueness, check.BallotRules, check.Window} {
		b.report.Passed(id, votes)
	}
	b.report.Passed(check.Overwrites, votes-voters)
	if b.o.Progress != nil && transactions > 0 {
		b.o.Progress(b.life.transactions)
	}
}
