package indexer

import (
	"context"
	"errors"
	"time"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// Vote is the vote that a voter has in an election, as last cast.
type Vote struct {
	ID         election.Nullifier
	Election   election.ID
	Voter      ethkey.Address
	Weight     ballot.Amount
	Overwrites uint32
	Tx         tx.ID
	Height     int64
	Index      int // of the transaction in its block
	Time       time.Time
}

const voteColumns = `v.nullifier, e.id, t.signer, v.weight, t.overwrites, t.hash, t.height, t.number - b.before - 1, b.time`

func scanVote(scan func(...any) error) (v Vote, err error) {
	var ns int64
	var weight string
	if err := scan(into(v.ID[:]), into(v.Election[:]), into(v.Voter[:]), &weight, &v.Overwrites, into(v.Tx[:]),
		&v.Height, &v.Index, &ns); err != nil {
		return v, err
	}
	w, err := uint256.FromDecimal(weight)
	if err != nil {
		return v, err
	}
	v.Weight, v.Time = *w, time.Unix(0, ns).UTC()
	return v, nil
}

// Votes lists the votes of an election, or of all if it is nil. A voter stands
// where the first vote was cast, however often it was replaced.
func (x *Indexer) Votes(ctx context.Context, in *election.ID, p Page) (out List[Vote], err error) {
	if in == nil {
		return list(ctx, x, listing[Vote]{
			columns: voteColumns,
			// The first vote's transaction gives the place, the last one's the rest.
			from: `tx f CROSS JOIN vote v ON v.id = f.vote CROSS JOIN tx t ON t.number = v.tx` + txBlock +
				` CROSS JOIN election e ON e.number = v.id >> 32`,
			cursor: `f.number`,
			where:  []string{`f.kind = 11`, `f.overwrites = 0`},
			total:  counted(countVoters),
			seek:   inBlocks("voters"),
			scan:   scanVote,
		}, p)
	}
	err = x.read(ctx, func(s *snapshot) error {
		e, err := s.election(ctx, *in)
		if err != nil {
			return err
		}
		l := listing[Vote]{
			columns: voteColumns,
			from:    `vote v CROSS JOIN tx t ON t.number = v.tx` + txBlock + ` CROSS JOIN election e ON e.number = v.id >> 32`,
			cursor:  `v.id`,
			scan:    scanVote,
			total:   func(context.Context, *snapshot) (int64, error) { return e.Votes, nil },
			seek: func(_ context.Context, _ *snapshot, total, offset int64) (int64, int64, error) {
				return e.Number<<32 | (total - offset), 0, nil
			},
		}
		// The upper bound comes from seek or from the cursor: of two of them
		// SQLite would use but one, and not the best.
		l.and(`v.id > ?`, e.Number<<32)
		p.Before = min(p.Before, (e.Number+1)<<32)
		out, err = page(ctx, s, l, p)
		return err
	})
	return out, err
}

// Vote finds a vote by its nullifier.
func (x *Indexer) Vote(ctx context.Context, id election.Nullifier) (v Vote, err error) {
	err = x.read(ctx, func(s *snapshot) error {
		var row int64
		if err := s.get(ctx, findVote+` LIMIT 1`, []any{prefixOf(id[:]), id[:]}, &row); err != nil {
			return err
		}
		v, err = scanVote(func(into ...any) error {
			return s.get(ctx, `SELECT `+voteColumns+` FROM vote v CROSS JOIN tx t ON t.number = v.tx`+txBlock+
				` CROSS JOIN election e ON e.number = v.id >> 32 WHERE v.id = ?`, []any{row}, into...)
		})
		return err
	})
	return v, err
}

// Bucket is a span of time and how many voted first in it.
type Bucket struct {
	Start time.Time
	Votes int64
}

// ErrManyBuckets reports a span of time of more than MaxBuckets buckets.
var ErrManyBuckets = errors.New("indexer: too many buckets")

// MaxBuckets is the most buckets in an answer.
const MaxBuckets = 1000

// Activity counts an election's voters by the time of their first votes, in
// buckets of whole hours (an hour, a day) from the one that holds from to the
// one that holds to. Buckets without votes are left out. A zero time is the
// first or last vote's.
func (x *Indexer) Activity(ctx context.Context, id election.ID, width time.Duration, from, to time.Time) (buckets []Bucket, err error) {
	hours := int64(width / time.Hour)
	if hours < 1 {
		return nil, errors.New("indexer: a bucket has whole hours")
	}
	err = x.read(ctx, func(s *snapshot) error {
		e, err := s.election(ctx, id)
		if err != nil {
			return err
		}
		var first, last int64
		if err := s.get(ctx, `SELECT coalesce(min(hour), 0), coalesce(max(hour), 0) FROM activity WHERE election = ?`,
			[]any{e.Number}, &first, &last); err != nil {
			return err
		}
		if !from.IsZero() {
			first = floor(from.Unix(), 3600)
		}
		if !to.IsZero() {
			last = floor(to.Unix(), 3600)
		}
		first, last = floor(first, hours), floor(last, hours)
		if last-first >= MaxBuckets {
			return ErrManyBuckets
		}
		rows, err := s.query(ctx, `
			SELECT hour / ?1 * ?1 AS bucket, sum(votes) FROM activity
			WHERE election = ?2 AND hour >= ?3 AND hour < ?4 GROUP BY bucket ORDER BY bucket`,
			hours, e.Number, first*hours, (last+1)*hours)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var hour int64
			var b Bucket
			if err := rows.Scan(&hour, &b.Votes); err != nil {
				return err
			}
			b.Start = time.Unix(hour*3600, 0).UTC()
			buckets = append(buckets, b)
		}
		return rows.Err()
	})
	return buckets, err
}

// floor divides and rounds down.
func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
