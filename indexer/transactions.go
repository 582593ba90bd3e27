package indexer

import (
	"context"
	"strconv"
	"strings"
	"time"

	"urna/crypto/ethkey"
	"urna/tx"
)

// Transaction is a transaction of a block, accepted or not.
type Transaction struct {
	Number int64 // in the chain, from 1
	Hash   tx.ID
	Height int64
	Index  int // in the block
	Time   time.Time
	Kind   tx.Kind // 0 if the bytes could not be decoded
	Signer ethkey.Address
	Code   tx.Code // 0 if accepted
}

// TransactionFilter chooses transactions. The zero filter chooses all.
type TransactionFilter struct {
	Kinds  []tx.Kind // any of these
	Signer *ethkey.Address
	Height int64
}

const (
	txColumns = `t.number, t.hash, t.height, t.number - b.before - 1, b.time, t.kind, t.signer, t.code`
	txBlock   = ` CROSS JOIN block b ON b.height = t.height`

	// byHash and bySigner ask the epochs, the newest first. Their argument is
	// the prefix of the hash or of the signer.
	byHash = `
		(WITH RECURSIVE epoch(n) AS (SELECT max(epoch) FROM tx_hash UNION ALL SELECT n - 1 FROM epoch WHERE n > 0)
			SELECT k.tx FROM epoch CROSS JOIN tx_hash k ON k.epoch = epoch.n AND k.prefix = ?) k
		CROSS JOIN tx t ON t.number = k.tx`
	bySigner = `
		(WITH RECURSIVE epoch(n) AS (SELECT max(epoch) FROM tx_signer UNION ALL SELECT n - 1 FROM epoch WHERE n > 0)
			SELECT k.tx FROM epoch CROSS JOIN tx_signer k ON k.epoch = epoch.n AND k.prefix = ?) k
		CROSS JOIN tx t ON t.number = k.tx`
)

func scanTransaction(scan func(...any) error) (t Transaction, err error) {
	var ns int64
	err = scan(&t.Number, into(t.Hash[:]), &t.Height, &t.Index, &ns, &t.Kind, into(t.Signer[:]), &t.Code)
	t.Time = time.Unix(0, ns).UTC()
	return t, err
}

// Transactions lists transactions.
func (x *Indexer) Transactions(ctx context.Context, f TransactionFilter, p Page) (out List[Transaction], err error) {
	err = x.read(ctx, func(s *snapshot) error {
		l := listing[Transaction]{columns: txColumns, cursor: `t.number`, scan: scanTransaction}
		votes := len(f.Kinds) == 1 && f.Kinds[0] == tx.KindVote
		switch {
		case f.Signer != nil:
			l.from = bySigner
			l.args = append(l.args, prefixOf(f.Signer[:]))
			l.and(`t.signer = ?`, f.Signer[:])
		case f.Height != 0:
			l.from = `tx t`
		case votes:
			l.from = `tx t`
			l.total, l.seek = counted(countBallots), inBlocks("ballots")
		case len(f.Kinds) > 0:
			l.from = `tx t INDEXED BY tx_other`
			l.total = countedKinds(f.Kinds)
			l.and(`t.kind <> 11`)
		default:
			l.from = `tx t`
			l.total, l.seek = counted(countTxs), dense
		}
		if f.Height != 0 {
			b, err := s.block(ctx, f.Height)
			if err != nil {
				return err
			}
			l.and(`t.number > ? AND t.number <= ?`, b.before, b.before+int64(b.TxCount))
			if f.Signer == nil && len(f.Kinds) == 0 {
				l.total = func(context.Context, *snapshot) (int64, error) { return int64(b.TxCount), nil }
			}
		}
		if len(f.Kinds) > 0 {
			l.and(`t.kind IN (` + joinKinds(f.Kinds) + `)`)
		}
		if l.total == nil { // counted without the blocks
			from := l.from
			where, args := l.conditions(), l.args
			l.total = func(ctx context.Context, s *snapshot) (n int64, err error) {
				err = s.get(ctx, `SELECT count(*) FROM `+from+where, args, &n)
				return n, err
			}
		}
		l.from += txBlock
		out, err = page(ctx, s, l, p)
		return err
	})
	return out, err
}

// joinKinds writes kinds into a query: they are numbers, and few.
func joinKinds(kinds []tx.Kind) string {
	var b strings.Builder
	for i, k := range kinds {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(int(k)))
	}
	return b.String()
}

func countedKinds(kinds []tx.Kind) func(context.Context, *snapshot) (int64, error) {
	return func(ctx context.Context, s *snapshot) (sum int64, err error) {
		for _, k := range kinds {
			n, err := s.counter(ctx, countKind(k))
			if err != nil {
				return 0, err
			}
			sum += n
		}
		return sum, nil
	}
}

// Transaction finds a transaction by its hash: the accepted one, if the same
// was mined again and refused.
func (x *Indexer) Transaction(ctx context.Context, id tx.ID) (found Transaction, err error) {
	err = x.read(ctx, func(s *snapshot) error {
		rows, err := s.query(ctx, `SELECT `+txColumns+` FROM `+byHash+txBlock+` WHERE t.hash = ?`, prefixOf(id[:]), id[:])
		if err != nil {
			return err
		}
		defer rows.Close()
		none := true
		for rows.Next() {
			t, err := scanTransaction(rows.Scan)
			if err != nil {
				return err
			}
			if none || t.Code == 0 {
				found, none = t, false
			}
			if t.Code == 0 {
				return nil
			}
		}
		if err := rows.Err(); err != nil || !none {
			return err
		}
		return ErrNotFound
	})
	return found, err
}

// TransactionAt finds a transaction by its place.
func (x *Indexer) TransactionAt(ctx context.Context, height int64, index int) (t Transaction, err error) {
	err = x.read(ctx, func(s *snapshot) error {
		b, err := s.block(ctx, height)
		if err != nil {
			return err
		}
		if index < 0 || index >= b.TxCount {
			return ErrNotFound
		}
		t, err = scanTransaction(func(into ...any) error {
			return s.get(ctx, `SELECT `+txColumns+` FROM tx t`+txBlock+` WHERE t.number = ?`,
				[]any{b.before + 1 + int64(index)}, into...)
		})
		return err
	})
	return t, err
}
