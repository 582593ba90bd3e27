package state

import (
	"encoding/binary"
	"errors"
	"sync"
	"sync/atomic"

	"urna/election"
	"urna/internal/kv"
)

// voters knows who has surely not voted: a Bloom filter over the nullifiers of
// the elections that were open when the store was opened, or came later. Most
// lookups are of voters who come for the first time, and the index on disk
// takes longest to say that there is nothing.
//
// Nullifiers go in before they are written and never out, so that at any height
// the filter knows all of them. It is safe for concurrent use.
type voters struct {
	blocks atomic.Pointer[[filterBlocks]block] // nil until the first add

	mu      sync.RWMutex
	covered map[election.ID]bool
}

// block takes eight bits of each nullifier, one per word (a split block filter:
// one nullifier, one cache line).
type block [8]uint32

// filterBlocks makes 16 MiB: sixteen bits for each of eight million nullifiers,
// and fewer for more. The filter then says "maybe" more often, never a wrong
// "no".
const filterBlocks = 1 << 19

func newVoters() *voters { return &voters{covered: map[election.ID]bool{}} }

// place chooses a block and a bit in each of its words. Nullifiers are hashes,
// so their bytes serve as they are.
func place(blocks *[filterBlocks]block, id *election.ID, n *election.Nullifier) (*block, uint64) {
	h := binary.LittleEndian.Uint64(n[8:]) ^ binary.LittleEndian.Uint64(id[24:])
	g := binary.LittleEndian.Uint64(n[16:])
	return &blocks[h%filterBlocks], g
}

// add notes a nullifier. One goroutine adds.
func (f *voters) add(id *election.ID, n *election.Nullifier) {
	blocks := f.blocks.Load()
	if blocks == nil {
		blocks = new([filterBlocks]block)
		f.blocks.Store(blocks)
	}
	b, g := place(blocks, id, n)
	for i := range b {
		atomic.OrUint32(&b[i], 1<<(g>>(5*i)&31))
	}
}

// absent tells that a nullifier has certainly no vote at any height.
func (f *voters) absent(id *election.ID, n *election.Nullifier) bool {
	f.mu.RLock()
	covered := f.covered[*id]
	f.mu.RUnlock()
	if !covered {
		return false
	}
	blocks := f.blocks.Load()
	if blocks == nil {
		return true
	}
	b, g := place(blocks, id, n)
	for i := range b {
		if atomic.LoadUint32(&b[i])&(1<<(g>>(5*i)&31)) == 0 {
			return true
		}
	}
	return false
}

func (f *voters) covers(id election.ID) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.covered[id]
}

// cover says that all nullifiers of an election so far are in the filter.
func (f *voters) cover(id election.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.covered[id] = true
}

// fill adds the nullifiers of the elections that can still take votes.
func (f *voters) fill(db *kv.DB, v *View) error {
	return v.EachElection(func(e *election.Settings) error {
		stage, err := v.Stage(e.ID)
		if err != nil {
			return err
		}
		if stage.Status != election.Ready && stage.Status != election.Paused {
			return nil
		}
		prefix := logPrefix(indexKeys, e.ID)
		it, err := db.Iter(prefix, kv.PrefixEnd(prefix))
		if err != nil {
			return err
		}
		for err == nil && it.Next() {
			n, _, bad := indexEntry(e.ID, it.Key(), it.Value())
			f.add(&e.ID, &n)
			err = bad
		}
		if err = errors.Join(err, it.Close()); err == nil {
			f.cover(e.ID)
		}
		return err
	})
}
