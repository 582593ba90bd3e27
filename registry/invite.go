package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"urna/registry/invitation"
)

// Invite says who is invited. Without Members it is everybody whom the filter
// chooses and who has neither an address nor an invitation that can still be
// redeemed.
type Invite struct {
	Filter Filter
	// Members are those who get a new code whatever they have, as Find takes them.
	Members []string
	// Again includes those who have an invitation; its code is not valid any more.
	Again   bool
	Expires time.Time
}

// inviteBatch is how many members are read and invited at a time.
const inviteBatch = 1024

// Invite gives members new codes and hands each to yield, once: they are not
// stored. A code that the member had is replaced. The registry has the codes if
// and only if Invite returns no error; save makes what yield has written durable
// before that.
func (r *Registry) Invite(ctx context.Context, in Invite, yield func(*Member, invitation.Code) error, save func() error) (invited int, err error) {
	now := r.now()
	if !in.Expires.After(now) {
		return 0, errors.New("invitations would expire before they are sent")
	}
	err = r.change(ctx, func(tx *sql.Tx) error {
		codes := bulk{
			on: tx, lite: r.lite, into: "invitation (member, hash, issued, expires, redeemed)", columns: 5,
			after: ` ON CONFLICT (member) DO UPDATE SET hash = excluded.hash, issued = excluded.issued,
				expires = excluded.expires, redeemed = 0`,
		}
		give := func(m *Member) error {
			c := invitation.New()
			if err := codes.add(ctx, m.Number, c.Hash(), now.Unix(), in.Expires.Unix(), 0); err != nil {
				return err
			}
			invited++
			return yield(m, c)
		}
		if err := r.invited(ctx, tx, in, now, give); err != nil {
			return err
		}
		if err := codes.flush(ctx); err != nil {
			return err
		}
		return save()
	})
	if err != nil {
		return 0, fmt.Errorf("invite members: %w", err)
	}
	return invited, nil
}

// invited calls give for those who are to be invited.
func (r *Registry) invited(ctx context.Context, tx *sql.Tx, in Invite, now time.Time, give func(*Member) error) error {
	seen := map[int64]bool{}
	for i, word := range in.Members {
		m, err := find(ctx, tx, word)
		if err != nil {
			return fmt.Errorf("member %d of %d: %w", i+1, len(in.Members), err)
		}
		if !seen[m.Number] {
			if err := give(m); err != nil {
				return err
			}
		}
		seen[m.Number] = true
	}
	if len(in.Members) > 0 {
		return nil
	}
	in.Filter.WithoutAddress = true
	cond, args := in.Filter.where(2)
	if !in.Again {
		cond += fmt.Sprintf(` AND NOT EXISTS (SELECT 1 FROM invitation i WHERE i.member = m.number AND i.redeemed = 0 AND i.expires > $%d)`, len(args)+2)
		args = append(args, now.Unix())
	}
	query := `SELECT ` + memberFields + ` FROM member m WHERE m.number > $1` + cond + fmt.Sprintf(` ORDER BY m.number LIMIT %d`, inviteBatch)
	for last := int64(0); ; {
		batch, err := r.batch(ctx, tx, query, append([]any{last}, args...))
		if err != nil || len(batch) == 0 {
			return err
		}
		for i := range batch {
			if err := give(&batch[i]); err != nil {
				return err
			}
		}
		last = batch[len(batch)-1].Number
	}
}

func (r *Registry) batch(ctx context.Context, q querier, query string, args []any) ([]Member, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var batch []Member
	for rows.Next() {
		var m Member
		if err := m.scan(rows); err != nil {
			return nil, err
		}
		batch = append(batch, m)
	}
	return batch, rows.Err()
}

// Revoke makes the codes of members useless: of those named, or of all whom the
// filter chooses if none is. What was redeemed stays redeemed.
func (r *Registry) Revoke(ctx context.Context, f Filter, words []string) (revoked int, err error) {
	err = r.change(ctx, func(tx *sql.Tx) error {
		if len(words) == 0 {
			cond, args := f.where(1)
			res, err := tx.ExecContext(ctx, `DELETE FROM invitation WHERE redeemed = 0 AND member IN (SELECT m.number FROM member m WHERE 1 = 1`+cond+`)`, args...)
			if err != nil {
				return err
			}
			revoked, err = affected(res)
			return err
		}
		for i, word := range words {
			m, err := find(ctx, tx, word)
			if err != nil {
				return fmt.Errorf("member %d of %d: %w", i+1, len(words), err)
			}
			res, err := tx.ExecContext(ctx, `DELETE FROM invitation WHERE redeemed = 0 AND member = $1`, m.Number)
			if err != nil {
				return err
			}
			n, err := affected(res)
			if err != nil {
				return err
			}
			revoked += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("revoke invitations: %w", err)
	}
	return revoked, nil
}

// IssuerList calls yield for every invitation that can be redeemed: the hash of its
// code and the member's weight, which is all that an issuer of credentials needs to
// know. The order is that of hashes.
func (r *Registry) IssuerList(ctx context.Context, f Filter, yield func(hash, weight string) error) error {
	cond, args := f.where(2)
	rows, err := r.db.QueryContext(ctx, `SELECT i.hash, m.weight FROM invitation i JOIN member m ON m.number = i.member
		WHERE i.redeemed = 0 AND i.expires > $1`+cond+` ORDER BY i.hash`, append([]any{r.now().Unix()}, args...)...)
	if err != nil {
		return fmt.Errorf("read invitations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var hash, weight string
		if err := rows.Scan(&hash, &weight); err != nil {
			return fmt.Errorf("read invitations: %w", err)
		}
		if err := yield(hash, weight); err != nil {
			return err
		}
	}
	return rows.Err()
}
