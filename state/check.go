package state

import (
	"errors"
	"fmt"

	"github.com/transparency-dev/merkle/compact"

	"urna/election"
	"urna/internal/kv"
)

// CheckMode says how much of the votes Open reads.
type CheckMode int

const (
	// Sampled looks at where every log ends, at the root of every log that can
	// still grow, and at its last records and some of the others.
	Sampled CheckMode = iota

	// Full looks at every record, ballot, index entry and subtree.
	Full
)

// How many records of a log Sampled compares with the index: the last ones,
// which a crash could have touched, and others at equal distances.
const (
	lastRecords   = 1000
	spreadRecords = 64
)

// check compares the vote logs and their index with the hashed tree. The store
// must be at the view's height.
func check(db *kv.DB, v *View, mode CheckMode) error {
	return v.EachElection(func(e *election.Settings) error {
		log, err := v.log(e.ID)
		if err != nil {
			return fmt.Errorf("state: log of %s: %w", e.ID, err)
		}
		stage, err := v.Stage(e.ID)
		if err != nil {
			return fmt.Errorf("state: stage of %s: %w", e.ID, err)
		}
		c := checker{db, e.ID, log}
		if err := c.end(); err != nil {
			return err
		}
		switch {
		case mode == Full:
			return c.all()
		case stage.Status == election.Ready || stage.Status == election.Paused:
			return c.sample()
		}
		return nil
	})
}

type checker struct {
	db  *kv.DB
	id  election.ID
	log Log
}

func (c checker) fail(format string, args ...any) error {
	return fmt.Errorf("state: votes of %s: %w", c.id, fmt.Errorf(format, args...))
}

// end checks that the log is as long as the tree says.
func (c checker) end() error {
	if c.log.Size > 0 {
		if _, err := leaf(c.db, c.id, c.log.Size-1); err != nil {
			return err
		}
	}
	it, err := c.db.Iter(positionKey(leafKeys, c.id, c.log.Size), kv.PrefixEnd(logPrefix(leafKeys, c.id)))
	if err != nil {
		return err
	}
	longer := it.Next()
	if err := it.Close(); err != nil {
		return err
	}
	if longer {
		return c.fail("there are more than the %d that the tree commits to", c.log.Size)
	}
	return nil
}

// root checks the root of the log against the subtrees that are kept.
func (c checker) root() error {
	hashes, err := frontier(c.db, c.id, c.log.Size)
	if err != nil {
		return err
	}
	r, err := logTree.NewRange(0, c.log.Size, hashes)
	if err != nil {
		return c.fail("%w", err)
	}
	return c.sameRoot(r)
}

func (c checker) sameRoot(r *compact.Range) error {
	root, err := rootOf(r)
	if err != nil {
		return c.fail("%w", err)
	}
	if root != c.log.Root {
		return c.fail("their root is %x, the tree commits to %x", root, c.log.Root)
	}
	return nil
}

func (c checker) sample() error {
	if err := c.root(); err != nil {
		return err
	}
	step := c.log.Size/spreadRecords + 1
	for pos := uint64(0); pos < c.log.Size; {
		v, err := leaf(c.db, c.id, pos)
		if err == nil {
			err = c.indexed(&v, pos)
		}
		if err != nil {
			return err
		}
		if c.log.Size-pos <= lastRecords {
			pos++
		} else {
			pos = min(pos+step, c.log.Size-lastRecords)
		}
	}
	return nil
}

// indexed checks that the index leads to a record, or to one that came after
// it.
func (c checker) indexed(v *VoteRecord, pos uint64) error {
	at, found, err := position(c.db, c.id, v.Nullifier)
	if err != nil {
		return err
	}
	if !found || at >= c.log.Size {
		return c.fail("the index does not know number %d", pos)
	}
	for at > pos {
		later, err := leaf(c.db, c.id, at)
		if err != nil {
			return err
		}
		if later.Nullifier != v.Nullifier || later.Replaces == 0 || later.Replaces > at {
			break
		}
		at = later.Replaces - 1
	}
	if at != pos {
		return c.fail("the index does not lead to number %d", pos)
	}
	return nil
}

// all checks every record, its ballot, its predecessor and its index entry.
func (c checker) all() error {
	var tiles []tile
	var first uint64 // records that replace none
	r, visit := logTree.NewEmptyRange(0), collect(&tiles)
	it, err := c.db.Iter(positionKey(leafKeys, c.id, 0), kv.PrefixEnd(logPrefix(leafKeys, c.id)))
	if err != nil {
		return err
	}
	for err == nil && it.Next() {
		pos := r.End()
		if string(it.Key()) != string(positionKey(leafKeys, c.id, pos)) {
			err = c.fail("number %d is missing", pos)
			break
		}
		var v VoteRecord
		if v, err = c.record(pos, it.Value()); err == nil {
			err = r.Append(hashLeaf(it.Value()), visit)
		}
		if v.Replaces == 0 {
			first++
		}
	}
	if err := errors.Join(err, it.Close()); err != nil {
		return err
	}
	if r.End() != c.log.Size || first != c.log.Voters {
		return c.fail("there are %d by %d voters, the tree commits to %d by %d", r.End(), first, c.log.Size, c.log.Voters)
	}
	return errors.Join(c.sameRoot(r), c.tiles(tiles), c.index())
}

// record checks one record by itself and against its predecessor.
func (c checker) record(pos uint64, value []byte) (VoteRecord, error) {
	v, err := parseLeaf(c.id, pos, value)
	if err != nil {
		return v, err
	}
	kept, err := c.db.Get(positionKey(ballotKeys, c.id, pos))
	if err != nil {
		return v, err
	}
	if _, _, err := parseBallot(kept, v.BallotHash); err != nil {
		return v, c.fail("ballot %d: %w", pos, err)
	}
	if v.Replaces > 0 {
		if v.Replaces > pos {
			return v, c.fail("number %d replaces a later one", pos)
		}
		old, err := leaf(c.db, c.id, v.Replaces-1)
		if err != nil {
			return v, err
		}
		if old.Nullifier != v.Nullifier || old.Overwrites+1 != v.Overwrites {
			return v, c.fail("number %d does not follow number %d", pos, v.Replaces-1)
		}
	}
	return v, c.indexed(&v, pos)
}

// tiles checks the subtrees that are kept.
func (c checker) tiles(want []tile) error {
	for _, t := range want {
		hash, err := c.db.Get(tileKey(c.id, t.level, t.index))
		if err != nil {
			return err
		}
		if string(hash) != string(t.hash) {
			return c.fail("subtree %d of level %d is %x, not %x", t.index, t.level, hash, t.hash)
		}
	}
	return nil
}

// index checks that the index has one entry per voter: with every record found
// through it, it then has no other.
func (c checker) index() error {
	prefix := logPrefix(indexKeys, c.id)
	it, err := c.db.Iter(prefix, kv.PrefixEnd(prefix))
	if err != nil {
		return err
	}
	var n uint64
	for it.Next() {
		n++
	}
	if err := it.Close(); err != nil {
		return err
	}
	if n != c.log.Voters {
		return c.fail("the index has %d voters, the tree commits to %d", n, c.log.Voters)
	}
	return nil
}
