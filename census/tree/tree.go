// Package tree keeps the members of a census and proves each of them with the
// Merkle proofs that package census checks. A census is a sorted list in
// memory, of some 80 bytes per member, from which the hashes are computed when
// a root or a proof is first asked for; so members are added at the speed of
// memory, a census of a million is hashed in less than a second, and a proof takes
// microseconds. With a directory every batch is on disk before it is
// acknowledged.
//
// A member's weight is above zero and below 2^128, a voter is a member once,
// and both are refused otherwise, member by member. What a tree holds of a
// voter is the key: an address cannot be read from it, only tried.
package tree

import (
	"bytes"
	"errors"
	"math/bits"
	"slices"
	"sort"
	"sync"

	"github.com/holiman/uint256"

	"urna/census"
	"urna/crypto/ethkey"
)

// Errors of this package.
var (
	ErrNotMember = errors.New("not a member of the census")
	ErrDuplicate = errors.New("a member of the census already")
	ErrWeight    = errors.New("weight is not between 1 and 2^128-1")
	ErrNotEmpty  = errors.New("census is not empty")
	ErrDump      = errors.New("malformed census dump")
	ErrRoot      = errors.New("census has another root")
	ErrTooMany   = errors.New("more members than are taken")
	ErrCorrupt   = errors.New("census file is corrupt")
)

// Member is a voter and what the vote may weigh.
type Member struct {
	Address ethkey.Address
	Weight  uint256.Int
}

// BadMember is a member that was not added, and why: ErrDuplicate or
// ErrWeight.
type BadMember struct {
	Index int // in the list that was given
	Err   error
	Same  bool // the census has this very member, with this weight
}

// Proof shows that a voter is a member.
type Proof struct {
	Root     census.Root
	Siblings []byte                 // packed as census.MerkleProof wants them
	Value    [census.WeightLen]byte // the weight, little-endian
	Weight   uint256.Int
}

// Merkle is the proof in its wire form, for a vote of the full weight.
func (p *Proof) Merkle() census.MerkleProof {
	return census.MerkleProof{
		Type: census.TypeBlake2b, KeyType: census.KeyAddress, Siblings: p.Siblings, AvailableWeight: p.Value[:],
	}
}

// Tree is a census. Its methods may be called by several goroutines.
type Tree struct {
	mu     sync.RWMutex
	leaves []leaf // in the order of their paths
	weight uint256.Int
	disk   *file // nil: in memory only

	// hashes[i] is the hash of the lowest node that has leaf i-1 on its left
	// and leaf i on its right, for i > 0; every node with two children that
	// are not empty is that node for one i. It is computed from leaves when
	// stale.
	hashes [][32]byte
	root   census.Root
	stale  bool
}

// leaf is a member: the key with the bits of each byte reversed, so that the
// order of paths is the order of bytes, and the weight, low half first.
type leaf struct {
	path   [census.KeyLen]byte
	weight [2]uint64
}

func newLeaf(k census.Key, w *uint256.Int) (leaf, error) {
	l := leaf{path: [census.KeyLen]byte(k), weight: [2]uint64{w[0], w[1]}}
	l.reverse()
	if w[2]|w[3] != 0 || w.IsZero() {
		return leaf{}, ErrWeight
	}
	return l, nil
}

func (l *leaf) reverse() {
	for i, b := range l.path {
		l.path[i] = bits.Reverse8(b)
	}
}

func (l leaf) key() census.Key {
	l.reverse()
	return census.Key(l.path)
}

func (l *leaf) amount() uint256.Int { return uint256.Int{l.weight[0], l.weight[1]} }

func (l *leaf) hash() [32]byte {
	w := l.amount()
	return census.LeafHash(l.key(), census.WeightValue(&w))
}

func (l *leaf) bit(level int) byte { return l.path[level/8] >> (7 - level%8) & 1 }

func compare(a, b leaf) int { return bytes.Compare(a.path[:], b.path[:]) }

// before is compare for lists in which nothing may stand twice.
func before(a, b leaf) int {
	if c := compare(a, b); c != 0 {
		return c
	}
	return -1
}

// New returns an empty census that lives in memory.
func New() *Tree { return new(Tree) }

// Add adds one member; the error is ErrDuplicate, ErrWeight or the disk's.
func (t *Tree) Add(m Member) error {
	bad, err := t.AddBatch([]Member{m})
	if err == nil && len(bad) > 0 {
		err = bad[0].Err
	}
	return err
}

// AddBatch adds all members that it can and lists the others in order. With an
// error, which is the disk's, it has added none.
func (t *Tree) AddBatch(members []Member) ([]BadMember, error) {
	var bad []BadMember
	batch := make([]leaf, 0, len(members))
	index := make([]int, 0, len(members)) // of each leaf in members
	for i := range members {
		l, err := newLeaf(census.KeyOf(members[i].Address), &members[i].Weight)
		if err != nil {
			bad = append(bad, BadMember{Index: i, Err: err})
			continue
		}
		batch, index = append(batch, l), append(index, i)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	batch, repeated := t.fresh(batch)
	for _, r := range repeated {
		bad = append(bad, BadMember{Index: index[r.index], Err: ErrDuplicate, Same: r.same})
	}
	slices.SortFunc(bad, func(a, b BadMember) int { return a.Index - b.Index })
	if err := t.disk.append(batch); err != nil {
		return nil, err
	}
	t.merge(batch)
	return bad, nil
}

// repeat is a leaf of a batch whose member is there already.
type repeat struct {
	index int
	same  bool // with the same weight
}

// fresh sorts the leaves that are not in the tree and lists the others. Of equal
// ones the first is fresh. It may return the batch itself.
func (t *Tree) fresh(batch []leaf) (sorted []leaf, repeated []repeat) {
	if len(t.leaves) == 0 && slices.IsSortedFunc(batch, before) {
		return batch, nil
	}
	order := make([]int, len(batch))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		if c := compare(batch[i], batch[j]); c != 0 {
			return c
		}
		return i - j
	})
	sorted = make([]leaf, 0, len(batch))
	for _, i := range order {
		at, known := slices.BinarySearchFunc(t.leaves, batch[i], compare)
		switch last := len(sorted) - 1; {
		case known:
			repeated = append(repeated, repeat{i, t.leaves[at].weight == batch[i].weight})
		case last >= 0 && compare(sorted[last], batch[i]) == 0:
			repeated = append(repeated, repeat{i, sorted[last].weight == batch[i].weight})
		default:
			sorted = append(sorted, batch[i])
		}
	}
	return sorted, repeated
}

// merge adds sorted leaves that are not in the tree, from the back, in place. The
// first ones it keeps as they are.
func (t *Tree) merge(batch []leaf) {
	if len(batch) == 0 {
		return
	}
	for i := range batch {
		w := batch[i].amount()
		t.weight.Add(&t.weight, &w)
	}
	t.stale = true
	old := len(t.leaves)
	if old == 0 {
		t.leaves = batch
		return
	}
	t.leaves = append(t.leaves, batch...)
	for to, i, j := len(t.leaves)-1, old-1, len(batch)-1; j >= 0; to-- {
		if i >= 0 && compare(t.leaves[i], batch[j]) > 0 {
			t.leaves[to] = t.leaves[i]
			i--
		} else {
			t.leaves[to] = batch[j]
			j--
		}
	}
}

// Size is the number of members.
func (t *Tree) Size() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.leaves)
}

// Weight is the sum of all weights.
func (t *Tree) Weight() uint256.Int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.weight
}

// Root commits to all members; of an empty census it is zero.
func (t *Tree) Root() census.Root {
	t.hashed()
	defer t.mu.RUnlock()
	return t.root
}

// Proof proves a member. The error is ErrNotMember.
func (t *Tree) Proof(voter ethkey.Address) (Proof, error) {
	one := uint256.NewInt(1)
	sought, _ := newLeaf(census.KeyOf(voter), one)
	t.hashed()
	defer t.mu.RUnlock()
	i, ok := slices.BinarySearchFunc(t.leaves, sought, compare)
	if !ok {
		return Proof{}, ErrNotMember
	}
	w := t.leaves[i].amount()
	return Proof{Root: t.root, Siblings: t.siblings(i), Value: census.WeightValue(&w), Weight: w}, nil
}

// Iterate calls yield for every member, in the order of their paths, until it
// returns false. It must not change the tree.
func (t *Tree) Iterate(yield func(key census.Key, weight uint256.Int) bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for i := range t.leaves {
		if !yield(t.leaves[i].key(), t.leaves[i].amount()) {
			return
		}
	}
}

// Close releases the directory, if there is one.
func (t *Tree) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.disk.close()
}

// split finds the node that is the lowest common ancestor of leaves lo to
// hi-1, at least two: its level and the first leaf on its right.
func (t *Tree) split(lo, hi int) (level, mid int) {
	level = parting(&t.leaves[lo], &t.leaves[hi-1])
	mid = lo + sort.Search(hi-lo, func(k int) bool { return t.leaves[lo+k].bit(level) == 1 })
	return level, mid
}
