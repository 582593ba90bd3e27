package issuer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/holiman/uint256"

	"urna/crypto/blindrsa"
	"urna/election"
	"urna/tx"
)

// Eligible is what a member may have in an election.
type Eligible struct {
	Weight uint256.Int
	Key    []byte // modulus of the class's key; empty in a plain election
}

// Eligible looks a member up.
func (s *Service) Eligible(ctx context.Context, id election.ID, member string) (Eligible, error) {
	e, err := s.find(ctx, `id = ?`, id.String())
	if err != nil {
		return Eligible{}, err
	}
	weight, _, err := s.member(ctx, s.db, e.name, member)
	if err != nil {
		return Eligible{}, err
	}
	c, err := e.class(&weight)
	if err != nil {
		return Eligible{}, err
	}
	out := Eligible{Weight: weight}
	if e.blind {
		out.Key = c.key.N.Bytes()
	}
	return out, nil
}

func (e *prepared) class(weight *uint256.Int) (*class, error) {
	for i := range e.classes {
		if e.classes[i].weight == *weight {
			return &e.classes[i], nil
		}
	}
	return nil, fmt.Errorf("election %q has no class of weight %s", e.name, weight.Dec())
}

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func (s *Service) member(ctx context.Context, q querier, name, member string) (weight uint256.Int, request []byte, err error) {
	var text string
	err = q.QueryRowContext(ctx, `SELECT weight, request FROM member WHERE election = ? AND id = ?`, name, member).Scan(&text, &request)
	if errors.Is(err, sql.ErrNoRows) {
		return weight, nil, ErrNoMember
	}
	if err == nil {
		err = weight.SetFromDecimal(text)
	}
	return weight, request, err
}

// SignBlind signs a member's blinded request in a blind election.
func (s *Service) SignBlind(ctx context.Context, id election.ID, member string, blinded []byte) ([]byte, error) {
	return s.sign(ctx, id, member, blinded, true, func(c *class) ([]byte, error) {
		answer, err := blindrsa.Sign(c.key, blinded)
		if err != nil {
			return nil, ErrRequest
		}
		return answer, nil
	})
}

// SignBundle signs, in a plain election, the message of the wire that names the
// election, a member's address and weight.
func (s *Service) SignBundle(ctx context.Context, id election.ID, member string, bundle []byte) ([]byte, error) {
	p, err := tx.DecodeBundle(bundle)
	if err != nil || p.Election != id {
		return nil, ErrRequest
	}
	weight := *uint256.NewInt(1)
	if len(p.Weight) > 0 {
		weight.SetBytes(p.Weight)
	}
	return s.sign(ctx, id, member, bundle, false, func(c *class) ([]byte, error) {
		if c.weight != weight {
			return nil, fmt.Errorf("%w: the member's weight is %s", ErrRequest, c.weight.Dec())
		}
		return tx.SignBundle(s.key, p)
	})
}

// sign signs a request if it is the member's first, or the first once more: a
// request is noted before its signature leaves, and always has the same one.
func (s *Service) sign(ctx context.Context, id election.ID, member string, request []byte, blind bool, make func(*class) ([]byte, error)) ([]byte, error) {
	e, err := s.find(ctx, `id = ?`, id.String())
	if err != nil {
		return nil, err
	}
	if e.blind != blind {
		return nil, fmt.Errorf("%w: the election is of the other kind", ErrRequest)
	}
	weight, _, err := s.member(ctx, s.db, e.name, member)
	if err != nil {
		return nil, err
	}
	c, err := e.class(&weight)
	if err != nil {
		return nil, err
	}
	signature, err := make(c) // and nobody has it yet
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append(bytes.Clone(s.salt), request...))
	err = inTx(ctx, s.db, func(t *sql.Tx) error { return s.note(ctx, t, e.name, member, &weight, sum[:]) })
	if err != nil {
		return nil, err
	}
	return signature, nil
}

// note takes down that a member has a credential.
func (s *Service) note(ctx context.Context, t *sql.Tx, name, member string, weight *uint256.Int, request []byte) error {
	_, before, err := s.member(ctx, t, name, member)
	switch {
	case err != nil:
		return err
	case bytes.Equal(before, request):
		return nil
	case before != nil:
		return ErrTaken
	}
	var closed, blind bool
	var starts int64
	if err := t.QueryRowContext(ctx, `SELECT closed, blind, starts FROM election WHERE name = ?`, name).Scan(&closed, &blind, &starts); err != nil {
		return err
	}
	if closed || blind && s.now().Unix() >= starts {
		return ErrClosed
	}
	if _, err := t.ExecContext(ctx, `UPDATE member SET request = ? WHERE election = ? AND id = ?`, request, name, member); err != nil {
		return err
	}
	var issued uint64
	if err := t.QueryRowContext(ctx, `UPDATE class SET issued = issued + 1 WHERE election = ? AND weight = ? RETURNING issued`, name, weight.Dec()).Scan(&issued); err != nil {
		return err
	}
	return s.enter(ctx, t, name, weight.Dec(), issued)
}

// enter adds a line to the journal.
func (s *Service) enter(ctx context.Context, t *sql.Tx, name, weight string, issued uint64) error {
	var before []byte
	err := t.QueryRowContext(ctx, `SELECT hash FROM journal ORDER BY seq DESC LIMIT 1`).Scan(&before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO journal (election, weight, issued, hash) VALUES (?, ?, ?, ?)`,
		name, weight, issued, lineHash(before, name, weight, issued))
	return err
}

// lineHash is the hash of a line of the journal and all before it.
func lineHash(before []byte, name, weight string, issued uint64) []byte {
	h := sha256.New()
	h.Write(before)
	for _, part := range []string{name, weight} {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		h.Write([]byte(part))
	}
	h.Write(binary.BigEndian.AppendUint64(nil, issued))
	return h.Sum(nil)
}

// Audit reads the journal from its first line and compares it with the counts
// and with the members who have a credential. It returns the number of lines
// and the hash of the last one, which an observer may have been told before.
func (s *Service) Audit(ctx context.Context) (lines uint64, hash []byte, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT election, weight, issued, hash FROM journal ORDER BY seq`)
	if err != nil {
		return 0, nil, err
	}
	type key struct{ name, weight string }
	counted := map[key]uint64{}
	for rows.Next() {
		var k key
		var issued uint64
		var got []byte
		if err := rows.Scan(&k.name, &k.weight, &issued, &got); err != nil {
			return 0, nil, errors.Join(err, rows.Close())
		}
		hash = lineHash(hash, k.name, k.weight, issued)
		counted[k]++
		lines++
		if !bytes.Equal(hash, got) || counted[k] != issued {
			return 0, nil, errors.Join(fmt.Errorf("line %d of the journal does not follow from those before", lines), rows.Close())
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, nil, err
	}
	rows, err = s.db.QueryContext(ctx, `SELECT election, weight, issued,
		(SELECT count(*) FROM member m WHERE m.election = c.election AND m.weight = c.weight AND m.request IS NOT NULL) FROM class c`)
	if err != nil {
		return 0, nil, err
	}
	for rows.Next() {
		var k key
		var issued, holders uint64
		if err := rows.Scan(&k.name, &k.weight, &issued, &holders); err != nil {
			return 0, nil, errors.Join(err, rows.Close())
		}
		if issued != counted[k] || holders != issued {
			return 0, nil, errors.Join(fmt.Errorf("election %q, weight %s: %d credentials, %d in the journal, %d members have one",
				k.name, k.weight, issued, counted[k], holders), rows.Close())
		}
	}
	return lines, hash, errors.Join(rows.Err(), rows.Close())
}
