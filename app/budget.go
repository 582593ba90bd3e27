package app

import (
	"errors"

	"urna/election"
	"urna/state"
	"urna/tx"
)

// blockCells bounds the cells of the tallies that a block's votes change. A
// tally is written anew, hashed and stored once in a block that brings it a
// vote, so one vote in each of a thousand elections would cost as much as a
// thousand whole tallies. The bound lets 248 elections with the largest tally
// have votes in one block, or 8,128 with the smallest, and any number of votes
// each.
//
// It is a rule of validity that follows from the block and the state: the sum
// runs over the distinct elections in which the block's transactions cast a
// vote, and an election's cells never change. Proposers keep it, and validators
// refuse a proposal that does not; what is decided all the same is executed.
const blockCells = 1 << 20

// electionCells is what each of these elections counts for besides its cells:
// records, hashes and paths in the tree are written for the smallest tally too.
const electionCells = 128

var errTooManyCells = errors.New("the votes of the block change tallies of too many cells")

// cells counts the tallies that an execution's votes change.
type cells struct {
	sum     uint64
	pending map[election.ID]uint64 // what a first vote would add; 0 after it
}

// more is how much a transaction adds if it casts a vote: none in an
// election that has votes in the block already, or that does not exist.
func (c *cells) more(f *state.Fork, t *tx.Verified) (uint64, error) {
	v, ok := t.Payload.(*tx.Vote)
	if !ok {
		return 0, nil
	}
	if n, ok := c.pending[v.Election]; ok {
		return n, nil
	}
	settings, err := f.Settings(v.Election)
	if errors.Is(err, state.ErrNotFound) {
		return 0, nil // the law refuses it, unless the election comes before it
	}
	if err != nil {
		return 0, err
	}
	if c.pending == nil {
		c.pending = map[election.ID]uint64{}
	}
	n := settings.Rules.Cells() + electionCells
	c.pending[v.Election] = n
	return n, nil
}

// count notes a transaction that was carried out.
func (c *cells) count(f *state.Fork, t *tx.Verified) error {
	n, err := c.more(f, t)
	if err != nil || n == 0 {
		return err
	}
	c.sum += n
	c.pending[t.Payload.(*tx.Vote).Election] = 0
	return nil
}

// fits tells whether a transaction may still come into the block.
func (x *execution) fits(t *tx.Verified) (bool, error) {
	n, err := x.cells.more(x.fork, t)
	return x.cells.sum+n <= blockCells, err
}
