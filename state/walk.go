package state

import (
	"errors"
	"fmt"

	"urna/election"
	"urna/internal/codec"
)

// EachVote visits the records of an election's log in their order, encoded as
// the log commits to them, each with the package and the memo that are kept
// beside it. Nothing is compared with anything. The bytes must not be kept.
func (v *View) EachVote(id election.ID, visit func(record, pkg, memo []byte) error) error {
	log, err := v.log(id)
	if err != nil {
		return err
	}
	db := v.store.db
	leaves, err := db.Iter(positionKey(leafKeys, id, 0), positionKey(leafKeys, id, log.Size))
	if err != nil {
		return err
	}
	ballots, err := db.Iter(positionKey(ballotKeys, id, 0), positionKey(ballotKeys, id, log.Size))
	if err != nil {
		return errors.Join(err, leaves.Close())
	}
	var pos uint64
	for ; err == nil && pos < log.Size && leaves.Next() && ballots.Next(); pos++ {
		if string(leaves.Key()[1:]) != string(ballots.Key()[1:]) {
			break
		}
		r := codec.NewReader(ballots.Value())
		pkg, memo := r.Bytes(maxBallotBytes), r.Bytes(maxBallotBytes)
		if err = r.Done(); err == nil {
			err = visit(leaves.Value(), pkg, memo)
		}
	}
	if err := errors.Join(err, leaves.Close(), ballots.Close()); err != nil {
		return err
	}
	if pos != log.Size {
		return fmt.Errorf("state: vote %d of %s or its ballot is missing", pos, id)
	}
	return nil
}

// Change is what a block does to a record of the hashed tree. A nil Value takes
// it away.
type Change struct{ Key, Value []byte }

// Changes lists in key order what a fork of the last committed height writes
// into the hashed tree, for those who look for the reason of another root.
func (s *Store) Changes(f *Fork) ([]Change, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.parent != nil || f.view != s.View() {
		return nil, errors.New("state: only a fork of the last committed height has changes of the tree")
	}
	writes, err := s.close(f, &seal{})
	out := make([]Change, len(writes))
	for i, w := range writes {
		out[i] = Change{[]byte(w.key), w.value}
	}
	return out, err
}
