package state

import (
	"fmt"
	"sync"

	"github.com/cosmos/iavl"

	"urna/ballot"
	"urna/election"
)

// View is the state at one committed height. It is safe for concurrent use and
// stays readable while the store goes on, until the height is pruned. It must
// not be used after the store is closed.
type View struct {
	records
	store  *Store
	tree   *iavl.ImmutableTree
	height int64
	root   [32]byte
	cache  cache
}

func newView(s *Store, tree *iavl.ImmutableTree, height int64) *View {
	v := &View{store: s, tree: tree, height: height, root: [32]byte(tree.Hash())}
	v.records = records{v}
	return v
}

// Height is the height of the block whose effects the view shows; 0 is before
// the first.
func (v *View) Height() int64 { return v.height }

// Root is the root of the hashed tree.
func (v *View) Root() [32]byte { return v.root }

// fault says what went wrong while reading: most likely the height is pruned.
func (v *View) fault(doing string, err error) error {
	if v.height < v.store.first.Load() {
		return ErrPruned
	}
	return fmt.Errorf("state: %s at height %d: %w", doing, v.height, err)
}

func (v *View) value(key []byte) ([]byte, error) {
	if value, ok := v.cache.get(key); ok {
		return value, nil
	}
	value, err := v.tree.Get(key)
	if err != nil {
		return nil, v.fault("read "+describe(key), err)
	}
	v.cache.put(key, value)
	return value, nil
}

// scan goes by index and not with IAVL's iterator, which ends silently at an
// error.
func (v *View) scan(start, end []byte, visit func(key, value []byte) (bool, error)) error {
	index, _, err := v.tree.GetWithIndex(start)
	for ; err == nil && index < v.tree.Size(); index++ {
		var key, value []byte
		if key, value, err = v.tree.GetByIndex(index); err != nil {
			break
		}
		if end != nil && string(key) >= string(end) {
			return nil
		}
		if more, err := visit(key, value); err != nil || !more {
			return err
		}
	}
	if err != nil {
		return v.fault(fmt.Sprintf("list %s", describe(start)), err)
	}
	return nil
}

// Log returns an election's commitment to its votes.
func (v *View) Log(id election.ID) (Log, error) { return v.log(id) }

// VoteRoot returns the root of an election's log.
func (v *View) VoteRoot(id election.ID) ([32]byte, error) {
	log, err := v.log(id)
	return log.Root, err
}

// Tally returns the sum of an election's ballots.
func (v *View) Tally(id election.ID) (*ballot.Tally, error) { return v.tally(id) }

// cache keeps records of one height that were read. It is bounded: a full shard
// starts anew.
type cache struct {
	shards [16]struct {
		sync.RWMutex
		values map[string][]byte // nil: no such record
		bytes  int
	}
}

const (
	maxShardBytes  = 256 << 10
	maxCachedBytes = 16 << 10 // of one record; only tallies are larger
)

func shardOf(key []byte) int {
	h := uint32(2166136261) // FNV-1a
	for _, b := range key {
		h = (h ^ uint32(b)) * 16777619
	}
	return int(h>>16) % 16
}

func (c *cache) get(key []byte) ([]byte, bool) {
	s := &c.shards[shardOf(key)]
	s.RLock()
	value, ok := s.values[string(key)]
	s.RUnlock()
	return value, ok
}

func (c *cache) put(key, value []byte) {
	size := len(key) + len(value) + 64
	if size > maxCachedBytes {
		return
	}
	s := &c.shards[shardOf(key)]
	s.Lock()
	defer s.Unlock()
	if s.values == nil || s.bytes+size > maxShardBytes {
		s.values, s.bytes = map[string][]byte{}, 0
	}
	if _, there := s.values[string(key)]; !there {
		s.bytes += size
		s.values[string(key)] = value
	}
}
