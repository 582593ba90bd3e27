package indexer

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// Account is what lists say of an account. Its balance is in the state.
type Account struct {
	Number    int64 // in the chain, from 1
	Address   ethkey.Address
	Elections int64 // created
	Transfers int64 // sent and received
	Fees      int64 // paid, a number of payments
}

const accountColumns = `a.number, a.address, a.elections, a.transfers, a.fees`

func scanAccount(scan func(...any) error) (a Account, err error) {
	err = scan(&a.Number, into(a.Address[:]), &a.Elections, &a.Transfers, &a.Fees)
	return a, err
}

// Accounts lists the accounts whose addresses have the prefix.
func (x *Indexer) Accounts(ctx context.Context, address Prefix, p Page) (List[Account], error) {
	return list(ctx, x, accounts(address, `a.number`, countAccounts), p)
}

// Organisations lists the accounts that have elections.
func (x *Indexer) Organisations(ctx context.Context, address Prefix, p Page) (List[Account], error) {
	l := accounts(address, `a.organisation`, countOrganisations)
	l.and(`a.organisation IS NOT NULL`)
	return list(ctx, x, l, p)
}

func accounts(address Prefix, cursor string, total counter) listing[Account] {
	l := listing[Account]{columns: accountColumns, from: `account a`, cursor: cursor, scan: scanAccount}
	if address.IsZero() {
		l.total, l.seek = counted(total), dense
	} else {
		condition, args := address.condition(`a.address`)
		l.and(condition, args...)
	}
	return l
}

// Account finds an account by its address.
func (x *Indexer) Account(ctx context.Context, address ethkey.Address) (a Account, err error) {
	err = x.read(ctx, func(s *snapshot) error {
		a, err = s.account(ctx, address)
		return err
	})
	return a, err
}

func (s *snapshot) account(ctx context.Context, address ethkey.Address) (Account, error) {
	return scanAccount(func(into ...any) error {
		return s.get(ctx, `SELECT `+accountColumns+` FROM account a WHERE a.address = ?`, []any{address[:]}, into...)
	})
}

// Transfer is a movement of tokens.
type Transfer struct {
	Number   int64 // in the chain, from 1
	From, To ethkey.Address
	Amount   uint64
	Tx       tx.ID
	Height   int64
	Time     time.Time
}

// TransferFilter chooses transfers. The zero filter chooses all.
type TransferFilter struct {
	Account  *ethkey.Address // sent or received
	From, To *ethkey.Address
}

// Transfers lists transfers. Of an unknown account there are none.
func (x *Indexer) Transfers(ctx context.Context, f TransferFilter, p Page) (out List[Transfer], err error) {
	l := listing[Transfer]{
		columns: `r.number, s.address, d.address, r.amount, t.hash, t.height, b.time`,
		from:    `transfer r`,
		cursor:  `r.number`,
		scan: func(scan func(...any) error) (r Transfer, err error) {
			var amount, ns int64
			err = scan(&r.Number, into(r.From[:]), into(r.To[:]), &amount, into(r.Tx[:]), &r.Height, &ns)
			r.Amount, r.Time = uint64(amount), time.Unix(0, ns).UTC()
			return r, err
		},
	}
	err = x.read(ctx, func(s *snapshot) error {
		switch {
		case f == TransferFilter{}:
			l.total, l.seek = counted(countTransfers), dense
		case f.From == nil && f.To == nil:
			a, err := s.account(ctx, *f.Account)
			if err != nil {
				return err
			}
			l.total = func(context.Context, *snapshot) (int64, error) { return a.Transfers, nil }
		}
		joined := false
		for _, c := range []struct {
			party  *ethkey.Address
			column string
		}{{f.Account, ``}, {f.From, `r.sender`}, {f.To, `r.receiver`}} {
			if c.party == nil {
				continue
			}
			a, err := s.account(ctx, *c.party)
			if err != nil {
				return err
			}
			if !joined {
				joined = true
				l.from = `transfer_account ra CROSS JOIN transfer r ON r.number = ra.transfer`
				l.cursor = `ra.transfer`
				l.and(`ra.account = ?`, a.Number)
			}
			if c.column != `` {
				l.and(c.column+` = ?`, a.Number)
			} else if f.From != nil || f.To != nil {
				l.and(`(r.sender = ? OR r.receiver = ?)`, a.Number, a.Number)
			}
		}
		l.from += ` CROSS JOIN account s ON s.number = r.sender CROSS JOIN account d ON d.number = r.receiver
			CROSS JOIN tx t ON t.number = r.tx` + txBlock
		out, err = page(ctx, s, l, p)
		return err
	})
	return out, noneIfUnknown(err)
}

// Fee is what a transaction cost.
type Fee struct {
	Number   int64 // in the chain, from 1
	From     ethkey.Address
	Amount   uint64
	Kind     tx.Kind
	Election *election.ID // that it was paid for, if any
	Tx       tx.ID
	Height   int64
	Time     time.Time
}

// FeeFilter chooses fees. The zero filter chooses all.
type FeeFilter struct {
	Payer    *ethkey.Address
	Election *election.ID
	Kinds    []tx.Kind // any of these
}

// Fees lists fees. Of an unknown account, or for an unknown election, there are
// none.
func (x *Indexer) Fees(ctx context.Context, f FeeFilter, p Page) (out List[Fee], err error) {
	l := listing[Fee]{
		columns: `f.number, a.address, f.amount, f.kind, e.id, t.hash, t.height, b.time`,
		from:    `fee f`,
		cursor:  `f.number`,
		scan:    scanFee,
	}
	err = x.read(ctx, func(s *snapshot) error {
		if f.Payer == nil && f.Election == nil && len(f.Kinds) == 0 {
			l.total, l.seek = counted(countFees), dense
		}
		if f.Payer != nil {
			a, err := s.account(ctx, *f.Payer)
			if err != nil {
				return err
			}
			l.and(`f.payer = ?`, a.Number)
			if f.Election == nil && len(f.Kinds) == 0 {
				l.total = func(context.Context, *snapshot) (int64, error) { return a.Fees, nil }
			}
		}
		if f.Election != nil {
			e, err := s.election(ctx, *f.Election)
			if err != nil {
				return err
			}
			l.and(`f.election = ?`, e.Number)
		}
		if len(f.Kinds) > 0 {
			l.and(`f.kind IN (` + joinKinds(f.Kinds) + `)`)
		}
		l.from += ` CROSS JOIN account a ON a.number = f.payer LEFT JOIN election e ON e.number = f.election
			CROSS JOIN tx t ON t.number = f.tx` + txBlock
		out, err = page(ctx, s, l, p)
		return err
	})
	return out, noneIfUnknown(err)
}

func scanFee(scan func(...any) error) (f Fee, err error) {
	var amount, ns int64
	var about sql.Null[[]byte]
	err = scan(&f.Number, into(f.From[:]), &amount, &f.Kind, &about, into(f.Tx[:]), &f.Height, &ns)
	f.Amount, f.Time = uint64(amount), time.Unix(0, ns).UTC()
	if about.Valid && err == nil {
		f.Election = new(election.ID)
		err = into(f.Election[:]).Scan(about.V)
	}
	return f, err
}

// noneIfUnknown takes that something is unknown for an empty list.
func noneIfUnknown(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
