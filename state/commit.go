package state

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"urna/election"
	"urna/internal/codec"
	"urna/internal/kv"
)

// pruneStep bounds the heights given up per commit: one to stand still, one to
// catch up after KeepVersions was lowered.
const pruneStep = 2

// seal is a fork whose changes are in the tree.
type seal struct {
	fork  *Fork
	edits uint64
	root  [32]byte
	logs  []grown
}

type grown struct {
	id   election.ID
	from uint64
	growth
}

// drop takes a sealed fork out of the tree.
func (s *Store) drop() {
	if s.sealed != nil {
		s.tree.Rollback()
		s.sealed = nil
	}
}

// Seal computes the root that the state has with a fork's changes: the root of
// the next height. It writes nothing to disk. Another fork may be sealed
// instead, any number of times.
func (s *Store) Seal(f *Fork) ([32]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return [32]byte{}, s.broken
	}
	if f.parent != nil || f.view != s.View() {
		return [32]byte{}, errors.New("state: only a fork of the last committed height can be sealed")
	}
	s.drop()
	z := &seal{fork: f, edits: f.edits}
	s.sealed = z // so that a failure halfway is rolled back
	writes, err := s.close(f, z)
	if err == nil {
		err = s.apply(writes)
	}
	if err = errors.Join(err, s.nodes.Err()); err != nil {
		s.drop()
		return [32]byte{}, err
	}
	z.root = [32]byte(s.tree.WorkingHash())
	return z.root, nil
}

// close turns the votes of a fork into records and returns all its changes in
// key order.
func (s *Store) close(f *Fork, z *seal) ([]write, error) {
	writes := f.changes(nil, nil)
	set := func(key, value []byte) { writes = append(writes, write{string(key), value}) }
	for id := range f.logs {
		z.logs = append(z.logs, grown{id: id})
	}
	slices.SortFunc(z.logs, func(a, b grown) int { return strings.Compare(string(a.id[:]), string(b.id[:])) })
	touched := map[string]bool{}
	for i := range z.logs {
		g := &z.logs[i]
		log, err := f.Log(g.id)
		if err != nil {
			return nil, err
		}
		tally, err := f.Tally(g.id)
		if err != nil {
			return nil, err
		}
		votes := f.logs[g.id].votes
		g.from = log.Size - uint64(len(votes))
		if g.growth, err = s.grow(g.id, g.from, votes); err != nil {
			return nil, err
		}
		log.Root = g.root
		logValue, err := logKind.encode(log)
		if err != nil {
			return nil, err
		}
		tallyValue, err := tallyKind.encode(tally)
		if err != nil {
			return nil, err
		}
		touched[string(LogKey(g.id))], touched[string(TallyKey(g.id))] = true, true
		set(LogKey(g.id), logValue)
		set(TallyKey(g.id), tallyValue)
	}
	// What CreateElection wrote is superseded by the votes of the same block.
	n := len(writes) - 2*len(z.logs)
	kept := slices.DeleteFunc(writes[:n:n], func(w write) bool { return touched[w.key] })
	writes = append(kept, writes[n:]...)
	slices.SortFunc(writes, func(a, b write) int { return strings.Compare(a.key, b.key) })
	return writes, nil
}

// apply makes changes in the tree.
func (s *Store) apply(writes []write) error {
	for _, w := range writes {
		var err error
		if w.value == nil {
			_, _, err = s.tree.Remove([]byte(w.key))
		} else {
			_, err = s.tree.Set([]byte(w.key), w.value)
		}
		if err != nil {
			return fmt.Errorf("state: write %s: %w", describe([]byte(w.key)), err)
		}
	}
	return nil
}

// Commit makes the sealed fork the next height, and keeps the journal of its
// block beside it. Everything is written in one batch: after a crash the whole
// height is there, or nothing of it.
func (s *Store) Commit(f *Fork, journal []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	z := s.sealed
	if z == nil || z.fork != f || z.edits != f.edits {
		return errors.New("state: the fork is not sealed, or was changed since")
	}
	if err := s.commit(z, journal); err != nil {
		s.broken = fmt.Errorf("state: commit height %d: %w", s.next, err)
		return s.broken
	}
	return nil
}

func (s *Store) commit(z *seal, journal []byte) error {
	b, err := s.batch(z, journal)
	if err != nil {
		return err
	}
	s.learn(z)
	s.nodes.Along(b)
	root, height, err := s.tree.SaveVersion()
	if err = errors.Join(err, s.nodes.Err()); err != nil {
		return err
	}
	if height != s.next || [32]byte(root) != z.root {
		return fmt.Errorf("height %d was sealed with root %x but is saved as height %d with root %x", s.next, z.root, height, root)
	}
	for _, g := range z.logs {
		s.frontiers.put(g.id, g.size, g.frontier)
	}
	if s.first.Load() == 0 {
		s.first.Store(height)
	}
	s.sealed = nil
	s.next = height + 1
	if err := s.show(height); err != nil {
		return err
	}
	return s.prune(height)
}

// learn notes who votes in a sealed fork. A new election has all its voters in
// there.
func (s *Store) learn(z *seal) {
	for _, g := range z.logs {
		if g.from > 0 && !s.voters.covers(g.id) {
			continue
		}
		votes := z.fork.logs[g.id].votes
		for i := range votes {
			s.voters.add(&g.id, &votes[i].Record.Nullifier)
		}
		s.voters.cover(g.id)
	}
}

// batch is what a height writes beside the tree.
func (s *Store) batch(z *seal, journal []byte) (*kv.Batch, error) {
	b := s.db.NewBatch()
	var w, ballot codec.Writer
	err := b.Set(journalKey(s.next), journal)
	for _, g := range z.logs {
		votes := z.fork.logs[g.id].votes
		for i := range votes {
			v := &votes[i]
			ballot.B = ballot.B[:0]
			appendBallot(&ballot, v.Package, v.Memo)
			if err == nil {
				err = writeVote(b, &w, g.id, g.from+uint64(i), &v.Record, ballot.B)
			}
		}
		if err == nil {
			err = writeTiles(b, g.id, g.tiles)
		}
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// prune gives up heights that are too old, a few at a time.
func (s *Store) prune(height int64) error {
	first := s.first.Load()
	last := min(height-s.keep, first+pruneStep-1)
	if last < first {
		return nil
	}
	s.first.Store(last + 1) // before the first node goes: a view that misses one must know why
	if err := errors.Join(s.tree.DeleteVersionsTo(last), s.nodes.Err()); err != nil {
		return fmt.Errorf("prune to height %d: %w", last, err)
	}
	return nil
}
