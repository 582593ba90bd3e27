package state

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"

	"github.com/cosmos/iavl"

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
