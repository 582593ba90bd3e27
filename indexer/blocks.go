package indexer

import (
	"context"
	"errors"
	"time"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// BlockInfo is what lists say of a block.
type BlockInfo struct {
	Height   int64
	Time     time.Time
	Hash     [32]byte
	LastHash [32]byte // of the block before; zero for the first
	Proposer ethkey.Address
	TxCount  int

	before int64 // transactions before the block
}

// BlockFilter chooses blocks. The zero filter chooses all.
type BlockFilter struct {
	Hash     Prefix
	Proposer Prefix
}

const blockColumns = `b.height, b.time, b.hash, b.last, b.proposer, b.txs, b.before`

func scanBlock(scan func(...any) error) (b BlockInfo, err error) {
	var ns int64
	err = scan(&b.Height, &ns, into(b.Hash[:]), into(b.LastHash[:]), into(b.Proposer[:]), &b.TxCount, &b.before)
	b.Time = time.Unix(0, ns).UTC()
	return b, err
}

// Blocks lists blocks.
func (x *Indexer) Blocks(ctx context.Context, f BlockFilter, p Page) (List[BlockInfo], error) {
	l := listing[BlockInfo]{columns: blockColumns, from: `block b`, cursor: `b.height`, scan: scanBlock}
	if f == (BlockFilter{}) {
		var last int64
		l.total = func(ctx context.Context, s *snapshot) (n int64, err error) {
			err = s.get(ctx, `SELECT coalesce((SELECT max(height) FROM block), 0),
				coalesce((SELECT max(height) FROM block) - (SELECT min(height) FROM block) + 1, 0)`, nil, &last, &n)
			return n, err
		}
		l.seek = func(_ context.Context, _ *snapshot, _, offset int64) (int64, int64, error) {
			return last - offset, 0, nil
		}
	}
	for _, c := range []struct {
		column string
		prefix Prefix
	}{{`b.hash`, f.Hash}, {`b.proposer`, f.Proposer}} {
		if !c.prefix.IsZero() {
			condition, args := c.prefix.condition(c.column)
			l.and(condition, args...)
		}
	}
	return list(ctx, x, l, p)
}

// Block finds a block by its height.
func (x *Indexer) Block(ctx context.Context, height int64) (b BlockInfo, err error) {
	err = x.read(ctx, func(s *snapshot) error {
		b, err = s.block(ctx, height)
		return err
	})
	return b, err
}

func (s *snapshot) block(ctx context.Context, height int64) (BlockInfo, error) {
	return s.blockWhere(ctx, `b.height = ?`, height)
}

func (s *snapshot) blockWhere(ctx context.Context, condition string, arg any) (BlockInfo, error) {
	return scanBlock(func(into ...any) error {
		return s.get(ctx, `SELECT `+blockColumns+` FROM block b WHERE `+condition, []any{arg}, into...)
	})
}

// BlockByHash finds a block by its hash.
func (x *Indexer) BlockByHash(ctx context.Context, hash [32]byte) (b BlockInfo, err error) {
	err = x.read(ctx, func(s *snapshot) error {
		b, err = s.blockWhere(ctx, `b.hash = ?`, hash[:])
		return err
	})
	return b, err
}

// BlockAt finds the last block that is not younger than t.
func (x *Indexer) BlockAt(ctx context.Context, t time.Time) (b BlockInfo, err error) {
	err = x.read(ctx, func(s *snapshot) error {
		b, err = s.blockWhere(ctx, `b.time <= ? ORDER BY b.time DESC, b.height DESC LIMIT 1`, t.UnixNano())
		return err
	})
	return b, err
}

// BlockTimes are the mean times between blocks over each of the spans that end
// with the last block; 0 where the chain is younger than the span.
func (x *Indexer) BlockTimes(ctx context.Context, spans ...time.Duration) (means []time.Duration, err error) {
	err = x.read(ctx, func(s *snapshot) error {
		means = make([]time.Duration, len(spans))
		last, err := s.blockWhere(ctx, `b.height > ? ORDER BY b.height DESC LIMIT 1`, 0)
		if err != nil {
			return noneIfUnknown(err)
		}
		for i, span := range spans {
			first, err := s.blockWhere(ctx, `b.time <= ? ORDER BY b.time DESC, b.height DESC LIMIT 1`,
				last.Time.Add(-span).UnixNano())
			switch {
			case errors.Is(err, ErrNotFound):
				continue
			case err != nil:
				return err
			}
			means[i] = last.Time.Sub(first.Time) / time.Duration(last.Height-first.Height)
		}
		return nil
	})
	return means, err
}

// inBlocks is the seek of a list that is ordered by transactions and of which a
// column of the blocks tells how many items came before each block.
func inBlocks(column string) func(context.Context, *snapshot, int64, int64) (int64, int64, error) {
	return func(ctx context.Context, s *snapshot, total, offset int64) (bound, rest int64, err error) {
		var height, after int64
		err = s.get(ctx, `SELECT height, before + txs FROM block WHERE `+column+` < ?
			ORDER BY `+column+` DESC, height DESC LIMIT 1`, []any{total - offset}, &height, &bound)
		if err != nil {
			return 0, 0, noneIfUnknown(err) // older than the index
		}
		err = s.get(ctx, `SELECT coalesce((SELECT `+column+` FROM block WHERE height = ? + 1), ?)`,
			[]any{height, total}, &after)
		return bound, after - (total - offset), err
	}
}

// Counters are the sizes of everything.
type Counters struct {
	Height        int64
	Time          time.Time // of the last block; zero if the index has none
	Transactions  int64
	Voters        int64 // votes that count, replaced ones counted once
	Elections     int64
	Accounts      int64
	Organisations int64
	Transfers     int64
	Fees          int64
	ByKind        map[tx.Kind]int64
	ByStatus      map[election.Status]int64
}

// Counters reads the sizes of everything, as of one block.
func (x *Indexer) Counters(ctx context.Context) (c Counters, err error) {
	err = x.read(ctx, func(s *snapshot) error {
		c = Counters{ByKind: map[tx.Kind]int64{}, ByStatus: map[election.Status]int64{}}
		last, err := s.blockWhere(ctx, `b.height > ? ORDER BY b.height DESC LIMIT 1`, 0)
		if err := noneIfUnknown(err); err != nil {
			return err
		}
		c.Height, c.Time = last.Height, last.Time
		rows, err := s.query(ctx, `SELECT name, sub, n FROM counter`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k counter
			var n int64
			if err := rows.Scan(&k.name, &k.sub, &n); err != nil {
				return err
			}
			c.set(k, n)
		}
		return rows.Err()
	})
	return c, err
}

func (c *Counters) set(k counter, n int64) {
	switch k {
	case countTxs:
		c.Transactions = n
	case countVoters:
		c.Voters = n
	case countElections:
		c.Elections = n
	case countAccounts:
		c.Accounts = n
	case countOrganisations:
		c.Organisations = n
	case countTransfers:
		c.Transfers = n
	case countFees:
		c.Fees = n
	case countSeeded:
		c.Height = max(c.Height, n)
	case countKind(tx.Kind(k.sub)):
		if n > 0 {
			c.ByKind[tx.Kind(k.sub)] = n
		}
	case countStatus(election.Status(k.sub)):
		if n > 0 {
			c.ByStatus[election.Status(k.sub)] = n
		}
	}
}
