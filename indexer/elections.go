package indexer

import (
	"context"
	"time"

	"urna/crypto/ethkey"
	"urna/election"
)

// Election is what lists say of an election.
type Election struct {
	Number        int64 // in the chain, from 1
	ID            election.ID
	Organisation  ethkey.Address
	MetadataURI   string
	Status        election.Status
	ManuallyEnded bool
	Start, End    time.Time
	Votes         int64     // voters that have voted
	HasResults    bool      // results can be seen, final or not
	FinalResults  bool      // the result is written
	Created       time.Time // of the block that created it, whole seconds
	Height        int64     // of that block
}

// ElectionFilter chooses elections. The zero filter chooses all.
type ElectionFilter struct {
	ID            Prefix
	Organisation  Prefix
	Status        election.Status // 0 is any
	HasResults    *bool
	FinalResults  *bool
	ManuallyEnded *bool
	// Bounds, exclusive; the zero time is none.
	StartAfter, StartBefore, EndAfter, EndBefore time.Time
}

const (
	electionColumns = `e.number, e.id, a.address, e.metadata, e.status, e.manual, e.opens, e.closes, e.voters,
		e.results, e.final, e.created, e.height`
	electionFrom = `election e CROSS JOIN account a ON a.number = e.organisation`
)

func scanElection(scan func(...any) error) (e Election, err error) {
	var opens, closes, created int64
	err = scan(&e.Number, into(e.ID[:]), into(e.Organisation[:]), &e.MetadataURI, &e.Status, &e.ManuallyEnded,
		&opens, &closes, &e.Votes, &e.HasResults, &e.FinalResults, &created, &e.Height)
	e.Start, e.End, e.Created = time.Unix(opens, 0).UTC(), time.Unix(closes, 0).UTC(), time.Unix(created, 0).UTC()
	return e, err
}

// Elections lists elections.
func (x *Indexer) Elections(ctx context.Context, f ElectionFilter, p Page) (List[Election], error) {
	l := listing[Election]{columns: electionColumns, from: electionFrom, cursor: `e.number`, scan: scanElection}
	if f == (ElectionFilter{}) {
		l.total, l.seek = counted(countElections), dense
	}
	if !f.ID.IsZero() {
		condition, args := f.ID.condition(`e.id`)
		l.and(condition, args...)
	}
	if !f.Organisation.IsZero() {
		condition, args := f.Organisation.condition(`address`)
		l.and(`e.organisation IN (SELECT number FROM account WHERE `+condition+`)`, args...)
	}
	if f.Status != 0 {
		l.and(`e.status = ?`, int64(f.Status))
	}
	for _, c := range []struct {
		column string
		want   *bool
	}{{`e.results`, f.HasResults}, {`e.final`, f.FinalResults}, {`e.manual`, f.ManuallyEnded}} {
		if c.want != nil {
			l.and(c.column+` = ?`, *c.want)
		}
	}
	for _, c := range []struct {
		condition string
		bound     time.Time
	}{
		{`e.opens > ?`, f.StartAfter},
		{`e.opens < ?`, f.StartBefore},
		{`e.closes > ?`, f.EndAfter},
		{`e.closes < ?`, f.EndBefore},
	} {
		if !c.bound.IsZero() {
			l.and(c.condition, c.bound.Unix())
		}
	}
	return list(ctx, x, l, p)
}

// Election finds an election by its id.
func (x *Indexer) Election(ctx context.Context, id election.ID) (e Election, err error) {
	err = x.read(ctx, func(s *snapshot) error {
		e, err = s.election(ctx, id)
		return err
	})
	return e, err
}

func (s *snapshot) election(ctx context.Context, id election.ID) (Election, error) {
	return scanElection(func(into ...any) error {
		return s.get(ctx, `SELECT `+electionColumns+` FROM `+electionFrom+` WHERE e.id = ?`, []any{id[:]}, into...)
	})
}
