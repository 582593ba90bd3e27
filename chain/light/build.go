package light

import (
	"errors"

	"urna/election"
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
		return Claim{}, err
	}
	return Claim{Key: key, Value: value, Proof: p}, nil
}

// NewDocument claims the records of some keys, as they are in a view. It proves
// nothing before Anchor has been called.
func NewDocument(view *state.View, keys ...[]byte) (*Document, error) {
	return nil, errors.New("light: not yet")
}

// NewReceipt claims the newest vote of a nullifier. state.ErrNotFound says that
// there is none. Anchor comes next.
func NewReceipt(view *state.View, id election.ID, n election.Nullifier) (*Document, error) {
	return nil, errors.New("light: not yet")
}

// NewAbsence claims that a nullifier did not vote in an election whose set of
// nullifiers is sealed. Anchor comes next.
func NewAbsence(view *state.View, id election.ID, n election.Nullifier) (*Document, error) {
	return nil, errors.New("light: not yet")
}

// Anchor hangs the claims on signed headers, as Trail returns them: the last is
// that of the height after the view's.
func (d *Document) Anchor(trail []*Block) error { return errors.New("light: not yet") }
