package light

import (
	"errors"
	"fmt"

	"urna/election"
	"urna/internal/codec"
	"urna/state"
)

// NewClaim proves a record of a view, or its absence.
func NewClaim(view *state.View, key []byte) (Claim, error) {
	value, proof, err := view.Prove(key)
	if err != nil {
		return Claim{}, err
	}
	p, err := proof.Marshal()
	if err != nil {
		return Claim{}, fmt.Errorf("light: encode a proof: %w", err)
	}
	return Claim{Key: key, Value: value, Proof: p}, nil
}

// NewDocument claims the records of some keys as they are in a view. It proves
// nothing until Anchor has hung it on signed headers.
func NewDocument(view *state.View, keys ...[]byte) (*Document, error) {
	if len(keys) == 0 || len(keys) > maxClaims {
		return nil, fmt.Errorf("light: a document cannot hold %d claims", len(keys))
	}
	d := &Document{Height: view.Height()}
	for _, key := range keys {
		c, err := NewClaim(view, key)
		if err != nil {
			return nil, err
		}
		d.Claims = append(d.Claims, c)
	}
	return d, nil
}

// NewReceipt claims the newest vote of a nullifier. state.ErrNotFound says that
// there is none. Anchor comes next.
func NewReceipt(view *state.View, id election.ID, n election.Nullifier) (*Document, error) {
	record, pos, err := view.Vote(id, n)
	if err != nil {
		return nil, err
	}
	pkg, memo, err := view.Ballot(id, pos)
	if err != nil {
		return nil, err
	}
	proof, err := view.ProveVote(id, pos)
	if err != nil {
		return nil, err
	}
	d, err := NewDocument(view, state.LogKey(id))
	if err != nil {
		return nil, err
	}
	w := codec.Writer{}
	record.Append(&w)
	d.Vote = &Vote{Position: pos, Record: w.B, Package: pkg, Memo: memo, Hashes: proof.Hashes}
	return d, nil
}

// ErrVoted says that a nullifier of which absence was to be shown has voted.
var ErrVoted = errors.New("light: the nullifier has voted")

// NewAbsence claims that a nullifier has not voted in an election whose set of
// nullifiers is sealed (otherwise state.ErrUnsealed), or returns ErrVoted. It
// takes as long as state.View.ProveNullifier. Anchor comes next.
func NewAbsence(view *state.View, id election.ID, n election.Nullifier) (*Document, error) {
	p, err := view.ProveNullifier(id, n)
	if err != nil {
		return nil, err
	}
	if p.Found {
		return nil, ErrVoted
	}
	d, err := NewDocument(view, state.SealingKey(id))
	if err != nil {
		return nil, err
	}
	d.NotVoted = &NotVoted{Nullifier: n, Before: p.Before, After: p.After}
	return d, nil
}

// Anchor hangs the claims on signed headers as Trail returns them: the last one
// is of the height after the view's, and has the view's root.
func (d *Document) Anchor(trail []*Block) error {
	if len(trail) == 0 || len(trail) > maxTrail+1 {
		return fmt.Errorf("light: a document cannot hang on %d headers", len(trail))
	}
	last := trail[len(trail)-1]
	if last.Header.Height != d.Height+1 || last.Commit == nil {
		return fmt.Errorf("light: the state of height %d does not hang on header %d", d.Height, last.Header.Height)
	}
	for i := range d.Claims {
		if err := d.Claims[i].Verify(last.Header.AppHash); err != nil {
			return fmt.Errorf("light: header %d: %w", last.Header.Height, err)
		}
	}
	d.ChainID, d.Signed, d.Trail = last.Header.ChainID, last, trail[:len(trail)-1]
	return nil
}
