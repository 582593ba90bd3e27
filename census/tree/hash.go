package tree

import (
	"encoding/binary"
	"sync"

	"urna/census"
)

// parallelFrom is how many leaves make it worth hashing the two halves of a
// subtree at once: a few milliseconds of work.
const parallelFrom = 1 << 13

// hashed takes the read lock with hashes and root up to date.
func (t *Tree) hashed() {
	for {
		t.mu.RLock()
		if !t.stale {
			return
		}
		t.mu.RUnlock()
		t.mu.Lock()
		if t.stale {
			t.hashes = make([][32]byte, len(t.leaves))
			t.root = census.Root(t.rehash(0, len(t.leaves), 0))
			t.stale = false
		}
		t.mu.Unlock()
	}
}

// rehash computes the hashes of the subtree of leaves lo to hi-1 and returns
// that of its root, which is at the given level.
func (t *Tree) rehash(lo, hi, level int) [32]byte {
	if hi-lo == 1 {
		return t.leaves[lo].hash()
	}
	fork, mid := t.split(lo, hi)
	var left, right [32]byte
	if hi-lo >= parallelFrom {
		var half sync.WaitGroup
		half.Go(func() { left = t.rehash(lo, mid, fork+1) })
		right = t.rehash(mid, hi, fork+1)
		half.Wait()
	} else {
		left, right = t.rehash(lo, mid, fork+1), t.rehash(mid, hi, fork+1)
	}
	t.hashes[mid] = census.InnerHash(&left, &right)
	return lift(t.hashes[mid], &t.leaves[mid], fork, level)
}

// node is what rehash returned.
func (t *Tree) node(lo, hi, level int) [32]byte {
	if hi-lo == 1 {
		return t.leaves[lo].hash()
	}
	fork, mid := t.split(lo, hi)
	return lift(t.hashes[mid], &t.leaves[mid], fork, level)
}

// siblings packs the siblings on the way from the root to leaf i; see
// census.MerkleProof.Prove for the format.
func (t *Tree) siblings(i int) []byte {
	var bitmap [census.KeyLen]byte
	used := 0
	hashes := make([]byte, 0, 32*32)
	for lo, hi := 0, len(t.leaves); hi-lo > 1; {
		fork, mid := t.split(lo, hi)
		var sibling [32]byte
		if i < mid {
			sibling = t.node(mid, hi, fork+1)
			hi = mid
		} else {
			sibling = t.node(lo, mid, fork+1)
			lo = mid
		}
		hashes = append(hashes, sibling[:]...)
		bitmap[fork/8] |= 1 << (fork % 8)
		used = fork/8 + 1
	}
	packed := make([]byte, 4, 4+used+len(hashes))
	binary.LittleEndian.PutUint16(packed, uint16(4+used+len(hashes)))
	binary.LittleEndian.PutUint16(packed[2:], uint16(used))
	packed = append(packed, bitmap[:used]...)
	return append(packed, hashes...)
}
