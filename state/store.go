package state

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cosmos/iavl"

	"urna/election"
	"urna/internal/codec"
	"urna/internal/kv"
)

// Config says where the state lives and how much of it to keep.
type Config struct {
	// Dir is the directory of the database; "" is memory.
	Dir string

	// KeepVersions is how many heights stay readable, at least 1; 0 means 100.
	KeepVersions int

	// Check is how closely Open compares the vote logs and their index with
	// the hashed tree.
	Check CheckMode

	// FS is the file system; nil is the machine's. Tests bring one that fails.
	FS kv.FS
}

// Nodes of the hashed tree kept in memory, by the writer and by all views. A
// node is a few hundred bytes, a tally at most 130 KiB.
const (
	writerNodes = 10_000
	readerNodes = 20_000
)

// pruneStep bounds the heights given up per commit: one to stand still, one to
// catch up after KeepVersions was lowered.
const pruneStep = 2

const defaultKeepVersions = 100

// Store keeps the state on disk. Heights are committed one by one by one
// goroutine; views may be taken and read by many.
type Store struct {
	keep      int64
	db        *kv.DB
	nodes     *kv.Tree          // under tree
	tree      *iavl.MutableTree // owned by Seal and Commit
	readNodes *kv.Tree          // under reads
	reads     *iavl.MutableTree // makes views; IAVL's writer and readers may not share nodes
	frontiers frontiers
	voters    *voters
	view      atomic.Pointer[View]
	first     atomic.Int64 // oldest height that is kept

	mu     sync.Mutex // Seal and Commit
	sealed *seal      // what the tree holds beyond the last commit
	next   int64      // height that the next commit makes
	broken error      // a commit failed: what is in memory may be wrong
}

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

// Open opens the state, or makes an empty one at height 0. It refuses data that
// contradicts itself.
func Open(cfg Config) (*Store, error) {
	s, err := open(cfg)
	if err != nil {
		return nil, err
	}
	unfinished, err := s.db.Has([]byte{restoringKey})
	if err == nil && unfinished {
		err = errors.New("state: the directory holds an unfinished restore; empty it and begin anew")
	}
	if err == nil {
		err = s.load()
	}
	if err == nil {
		err = check(s.db, s.View(), cfg.Check)
	}
	if err == nil {
		err = s.voters.fill(s.db, s.View())
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func open(cfg Config) (*Store, error) {
	if cfg.KeepVersions < 0 {
		return nil, fmt.Errorf("state: KeepVersions is %d", cfg.KeepVersions)
	}
	if cfg.KeepVersions == 0 {
		cfg.KeepVersions = defaultKeepVersions
	}
	db, err := kv.Open(cfg.Dir, kv.Options{FS: cfg.FS})
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	s := &Store{keep: int64(cfg.KeepVersions), db: db, next: 1, nodes: db.Tree(nodeKeys), readNodes: db.Tree(nodeKeys), voters: newVoters()}
	s.tree = newTree(s.nodes, writerNodes)
	s.reads = newTree(s.readNodes, readerNodes)
	return s, nil
}

// newTree makes an IAVL tree that writes a version in one batch, however large:
// a version of which only some nodes are on disk could not be opened.
func newTree(nodes *kv.Tree, cached int) *iavl.MutableTree {
	const noFastIndex = true
	return iavl.NewMutableTree(nodes, cached, noFastIndex, iavl.NewNopLogger(), iavl.FlushThresholdOption(math.MaxInt))
}

// load finds the last committed height.
func (s *Store) load() error {
	height, err := s.tree.Load()
	if err = errors.Join(err, s.nodes.Err()); err != nil {
		return fmt.Errorf("state: load the tree: %w", err)
	}
	if height == 0 {
		s.view.Store(newView(s, &iavl.ImmutableTree{}, 0))
		return nil
	}
	versions := s.tree.AvailableVersions()
	if err := s.nodes.Err(); err != nil {
		return fmt.Errorf("state: list the heights: %w", err)
	}
	if len(versions) == 0 {
		return fmt.Errorf("state: the tree is at height %d, which it does not have", height)
	}
	s.first.Store(int64(versions[0]))
	s.next = height + 1
	return s.show(height)
}

// show makes a committed height the one that is read.
func (s *Store) show(height int64) error {
	tree, err := s.reads.GetImmutable(height)
	if err != nil {
		return fmt.Errorf("state: read height %d: %w", height, err)
	}
	s.view.Store(newView(s, tree, height))
	return nil
}

// Close releases the store. Nothing that came from it may be used any more.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = errors.New("state: the store is closed")
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	return nil
}

// Height is the last committed height; 0 is none.
func (s *Store) Height() int64 { return s.View().Height() }

// Root is the root of the hashed tree at Height.
func (s *Store) Root() [32]byte { return s.View().Root() }

// View returns the last committed height.
func (s *Store) View() *View { return s.view.Load() }

// ViewAt returns a committed height, ErrPruned or ErrUncommitted.
func (s *Store) ViewAt(height int64) (*View, error) {
	now := s.View()
	switch {
	case height == now.height:
		return now, nil
	case height > now.height:
		return nil, ErrUncommitted
	case height < s.first.Load() || height <= 0:
		return nil, ErrPruned
	}
	tree, err := s.reads.GetImmutable(height)
	if err != nil {
		if height < s.first.Load() {
			return nil, ErrPruned
		}
		return nil, fmt.Errorf("state: read height %d: %w", height, err)
	}
	return newView(s, tree, height), nil
}

// Fork makes a fork of the last committed height, to be sealed and committed.
func (s *Store) Fork() *Fork { return s.View().Fork() }

// StartAt makes height the first one that will be committed. The store must be
// empty.
func (s *Store) StartAt(height int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Height() != 0 || height < 1 {
		return fmt.Errorf("state: cannot start at height %d after height %d", height, s.Height())
	}
	s.drop()
	s.tree.SetInitialVersion(uint64(height))
	s.next = height
	return nil
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

// Journal returns what was committed beside a height, or ErrNotFound: a store
// that began with a snapshot has no journals from before.
func (s *Store) Journal(height int64) ([]byte, error) {
	if height <= 0 || height > s.Height() {
		return nil, ErrNotFound
	}
	journal, err := s.db.Get(journalKey(height))
	if err != nil {
		return nil, fmt.Errorf("state: journal of height %d: %w", height, err)
	}
	if journal == nil {
		return nil, ErrNotFound
	}
	return journal, nil
}
