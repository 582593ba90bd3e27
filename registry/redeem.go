package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"urna/crypto/ethkey"
	"urna/registry/invitation"
)

// Errors of Redeem. None of them tells anything of a member.
var (
	ErrCode      = errors.New("this code is not valid: it was replaced, taken back, or never given out")
	ErrExpired   = errors.New("this code has expired; ask the organisation for another one")
	ErrUsed      = errors.New("this code was used already, with another address; if it was not by you, tell the organisation")
	ErrSignature = errors.New("the signature is not by this address")
)

// Redeem takes an invitation: whoever has the code and the key of an address makes
// it the address of the member. It works once; the same again, after an answer
// that was lost, is no error. A member who had another address has this one from
// now on. The error is ErrSignature, ErrCode, ErrExpired, ErrUsed, a *TakenError
// or the database's.
func (r *Registry) Redeem(ctx context.Context, c invitation.Code, a ethkey.Address, signature []byte) error {
	signer, err := ethkey.Recover([]byte(invitation.Text(r.organisation, r.id, c, a)), signature)
	if err != nil || signer != a || a.IsZero() {
		return ErrSignature
	}
	return r.change(ctx, func(tx *sql.Tx) error {
		var number, expires, redeemed int64
		err := tx.QueryRowContext(ctx, `SELECT member, expires, redeemed FROM invitation WHERE hash = $1`, c.Hash()).Scan(&number, &expires, &redeemed)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrCode
		}
		if err != nil {
			return fmt.Errorf("redeem an invitation: %w", err)
		}
		m, err := findBy(ctx, tx, "number", number)
		if err != nil {
			return err
		}
		now := r.now().Unix()
		switch {
		case redeemed > 0 && m.Address == a.String():
			return nil
		case redeemed > 0:
			return ErrUsed
		case expires <= now:
			return ErrExpired
		}
		m.Address = a.String()
		if err := r.write(ctx, tx, m); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE invitation SET redeemed = $1 WHERE member = $2`, now, number)
		return err
	})
}
