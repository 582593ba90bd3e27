package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/holiman/uint256"

	"urna/crypto/ethkey"
)

// Filter chooses members: those with all of the tags and, if so wanted, without an
// address.
type Filter struct {
	Tags           []string
	WithoutAddress bool
}

// where is the condition on table m; the arguments' numbers begin at first.
func (f Filter) where(first int) (string, []any) {
	cond, args := "", []any{}
	if f.WithoutAddress {
		cond = " AND m.address IS NULL"
	}
	for _, t := range f.Tags {
		t = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(strings.TrimSpace(t)))
		cond += fmt.Sprintf(` AND m.tags LIKE $%d ESCAPE '\'`, first+len(args))
		args = append(args, "%|"+t+"|%")
	}
	return cond, args
}

const memberFields = `m.number, coalesce(m.id, ''), m.name, m.email, m.phone, m.weight, m.tags, coalesce(m.address, '')`

// scan reads memberFields, and more.
func (m *Member) scan(row interface{ Scan(...any) error }, more ...any) error {
	var weight, tags string
	dest := append([]any{&m.Number, &m.ID, &m.Name, &m.Email, &m.Phone, &weight, &tags, &m.Address}, more...)
	if err := row.Scan(dest...); err != nil {
		return err
	}
	w, err := uint256.FromDecimal(weight)
	if err != nil {
		return fmt.Errorf("the weight of member %d is damaged", m.Number)
	}
	m.Weight, m.Tags = *w, unpackTags(tags)
	return nil
}

// Each calls yield for every member that f chooses, in the order in which they
// came, as they were at one moment.
func (r *Registry) Each(ctx context.Context, f Filter, yield func(*Member) error) error {
	cond, args := f.where(1)
	rows, err := r.db.QueryContext(ctx, `SELECT `+memberFields+` FROM member m WHERE 1 = 1`+cond+` ORDER BY m.number`, args...)
	if err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var m Member
		if err := m.scan(rows); err != nil {
			return fmt.Errorf("read members: %w", err)
		}
		if err := yield(&m); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Find finds a member by what the organisation has at hand: the member's id, an
// e-mail address, an address, or # and the number.
func (r *Registry) Find(ctx context.Context, word string) (*Member, error) {
	return find(ctx, r.db, word)
}

func find(ctx context.Context, q querier, word string) (*Member, error) {
	column, value := colID, any(word)
	if number, ok := strings.CutPrefix(word, "#"); ok {
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, ErrNotFound
		}
		column, value = "number", n
	}
	m, err := findBy(ctx, q, column, value)
	if !errors.Is(err, ErrNotFound) {
		return m, err
	}
	if strings.Contains(word, "@") {
		return findBy(ctx, q, "mailbox", strings.ToLower(word))
	}
	if a, err := ethkey.ParseAddress(word); err == nil {
		return findBy(ctx, q, colAddress, a.String())
	}
	return nil, ErrNotFound
}

func findBy(ctx context.Context, q querier, column string, value any) (*Member, error) {
	var m Member
	err := m.scan(q.QueryRowContext(ctx, `SELECT `+memberFields+` FROM member m WHERE m.`+column+` = $1`, value))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find a member: %w", err)
	}
	return &m, nil
}

// Change is a new value for a column of a member; an empty one removes it.
type Change struct{ Column, Value string }

// Set changes a member. The error is ErrNotFound, or says which value is wrong and
// why, without the value.
func (r *Registry) Set(ctx context.Context, word string, changes []Change) (*Member, error) {
	var m *Member
	err := r.change(ctx, func(tx *sql.Tx) (err error) {
		if m, err = find(ctx, tx, word); err != nil {
			return err
		}
		for _, c := range changes {
			if f := m.set(c.Column, strings.TrimSpace(c.Value)); f.what != "" {
				return fmt.Errorf("%s %s; %s", c.Column, f.what, f.fix)
			}
		}
		if f := m.check(); f.what != "" {
			return fmt.Errorf("the member would have %s; %s", f.what, f.fix)
		}
		return r.write(ctx, tx, m)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// write stores a member who is there.
func (r *Registry) write(ctx context.Context, tx *sql.Tx, m *Member) error {
	for _, k := range []struct{ key, value, noun string }{
		{colID, m.ID, "id"}, {"mailbox", m.mailbox(), "e-mail"}, {colAddress, m.Address, "address"},
	} {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM member WHERE `+k.key+` = $1 AND number <> $2`, k.value, m.Number).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return &TakenError{Noun: k.noun}
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE member SET id = $1, name = $2, email = $3, mailbox = $4, phone = $5, weight = $6, tags = $7, address = $8 WHERE number = $9`,
		text(m.ID), m.Name, m.Email, text(m.mailbox()), m.Phone, m.Weight.Dec(), packTags(m.Tags), text(m.Address), m.Number)
	return err
}

// TakenError says that another member has an id, e-mail or address.
type TakenError struct{ Noun string }

func (e *TakenError) Error() string { return "another member has this " + e.Noun }

// Remove erases members, with their invitations: all of them, or none if one is
// not there. The error wraps ErrNotFound. What was published before, such as an
// address in a census, cannot be taken back.
func (r *Registry) Remove(ctx context.Context, words []string) error {
	err := r.change(ctx, func(tx *sql.Tx) error {
		for i, word := range words {
			m, err := find(ctx, tx, word)
			if err != nil {
				return fmt.Errorf("member %d of %d: %w", i+1, len(words), err)
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM member WHERE number = $1`, m.Number); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove members: %w", err)
	}
	if err := r.Compact(ctx); err != nil {
		return fmt.Errorf("the members were removed, but %w", err)
	}
	return nil
}

// Voters calls yield for every member with an address, as a census wants them:
// in the order of addresses, which tells nothing of the organisation's list. It
// returns how many have none.
func (r *Registry) Voters(ctx context.Context, f Filter, yield func(address, weight string) error) (without int, err error) {
	cond, args := f.where(1)
	if err := r.db.QueryRowContext(ctx, `SELECT count(*) FROM member m WHERE m.address IS NULL`+cond, args...).Scan(&without); err != nil {
		return 0, fmt.Errorf("read voters: %w", err)
	}
	rows, err := r.db.QueryContext(ctx, `SELECT m.address, m.weight FROM member m WHERE m.address IS NOT NULL`+cond+` ORDER BY m.address`, args...)
	if err != nil {
		return 0, fmt.Errorf("read voters: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var address, weight string
		if err := rows.Scan(&address, &weight); err != nil {
			return 0, fmt.Errorf("read voters: %w", err)
		}
		if err := yield(address, weight); err != nil {
			return 0, err
		}
	}
	return without, rows.Err()
}
