package state

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"

	"urna/election"
	"urna/internal/codec"
	"urna/internal/kv"
)

// The vote log of an election is an RFC 6962 tree over its records. Of its
// inner nodes only every eighth level is kept, once a subtree is full; the
// others are computed from at most 256 of those or of the leaves.
const tileLevels = 8

// emptyRoot is the root of a log without records.
var emptyRoot = sha256.Sum256(nil)

var logTree = &compact.RangeFactory{Hash: hashChildren}

func hashChildren(left, right []byte) []byte {
	var b [1 + 2*sha256.Size]byte
	b[0] = rfc6962.RFC6962NodeHashPrefix
	copy(b[1:], left)
	copy(b[1+sha256.Size:], right)
	h := sha256.Sum256(b[:])
	return h[:]
}

func hashLeaf(record []byte) []byte {
	var b [256]byte
	h := sha256.Sum256(append(append(b[:0], rfc6962.RFC6962LeafHashPrefix), record...))
	return h[:]
}

func rootOf(r *compact.Range) ([32]byte, error) {
	if r.End() == 0 {
		return emptyRoot, nil
	}
	root, err := r.GetRootHash(nil)
	if err != nil {
		return [32]byte{}, err
	}
	return [32]byte(root), nil
}

// tile is a node of the log that is kept.
type tile struct {
	level uint8 // 1 for 256 leaves, 2 for 256^2
	index uint64
	hash  []byte
}

// collect returns a visitor that gathers the nodes to be kept.
func collect(tiles *[]tile) compact.VisitFn {
	return func(id compact.NodeID, hash []byte) {
		if id.Level > 0 && id.Level%tileLevels == 0 {
			*tiles = append(*tiles, tile{uint8(id.Level / tileLevels), id.Index, hash})
		}
	}
}

// growth is what appending records does to a log.
type growth struct {
	root     [32]byte
	size     uint64
	frontier [][]byte
	tiles    []tile
}

// grow appends records to the log of an election that has size of them. It
// writes nothing.
func (s *Store) grow(id election.ID, size uint64, votes []NewVote) (growth, error) {
	hashes, err := s.frontier(id, size)
	if err != nil {
		return growth{}, err
	}
	r, err := logTree.NewRange(0, size, hashes)
	if err != nil {
		return growth{}, fmt.Errorf("state: log of %s: %w", id, err)
	}
	var g growth
	visit := collect(&g.tiles)
	w := codec.Writer{B: make([]byte, 0, 256)}
	for i := range votes {
		w.B = w.B[:0]
		votes[i].Record.Append(&w)
		if err := r.Append(hashLeaf(w.B), visit); err != nil {
			return growth{}, fmt.Errorf("state: log of %s: %w", id, err)
		}
	}
	g.size, g.frontier = r.End(), r.Hashes()
	g.root, err = rootOf(r)
	return g, err
}

// frontier returns the hashes of the largest full subtrees of a log's first
// size records. The caller owns the slice, not the hashes.
func (s *Store) frontier(id election.ID, size uint64) ([][]byte, error) {
	if hashes, ok := s.frontiers.get(id, size); ok {
		return hashes, nil
	}
	return frontier(s.db, id, size)
}

// frontier reads them from disk.
func frontier(db reads, id election.ID, size uint64) ([][]byte, error) {
	nodes := compact.RangeNodes(0, size, nil)
	hashes := make([][]byte, len(nodes))
	for i, node := range nodes {
		var err error
		if hashes[i], err = nodeHash(db, id, node); err != nil {
			return nil, err
		}
	}
	return hashes, nil
}

// nodeHash returns the hash of a full subtree of an election's log.
func nodeHash(db reads, id election.ID, node compact.NodeID) ([]byte, error) {
	if level := node.Level / tileLevels; level > 0 && node.Level%tileLevels == 0 {
		hash, err := db.Get(tileKey(id, uint8(level), node.Index))
		if err == nil && len(hash) != sha256.Size {
			err = fmt.Errorf("state: subtree %d of level %d of the log of %s is missing", node.Index, level, id)
		}
		return hash, err
	}
	up := node.Level % tileLevels
	level, first, end := uint8(node.Level/tileLevels), node.Index<<up, (node.Index+1)<<up
	start, stop := tileKey(id, level, first), tileKey(id, level, end)
	if level == 0 {
		start, stop = positionKey(leafKeys, id, first), positionKey(leafKeys, id, end)
	}
	it, err := db.Iter(start, stop)
	if err != nil {
		return nil, err
	}
	r := logTree.NewEmptyRange(first)
	for it.Next() && err == nil {
		hash := bytes.Clone(it.Value())
		if level == 0 {
			hash = hashLeaf(hash)
		}
		err = r.Append(hash, nil)
	}
	if err := errors.Join(err, it.Close()); err != nil {
		return nil, err
	}
	if r.End() != end || len(r.Hashes()) != 1 {
		return nil, fmt.Errorf("state: the log of %s lacks part of its records %d to %d", id, node.Index<<node.Level, (node.Index+1)<<node.Level)
	}
	return r.Hashes()[0], nil
}

// frontiers remembers where logs ended, a fact that never changes. It is
// bounded, and safe for concurrent use.
type frontiers struct {
	mu  sync.Mutex
	ids map[election.ID]mountain
}

type mountain struct {
	size   uint64
	hashes [][]byte
}

const maxFrontiers = 4096

func (f *frontiers) get(id election.ID, size uint64) ([][]byte, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m, ok := f.ids[id]
	if !ok || m.size != size {
		return nil, false
	}
	return append(make([][]byte, 0, len(m.hashes)+8), m.hashes...), true
}

func (f *frontiers) put(id election.ID, size uint64, hashes [][]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ids == nil || len(f.ids) >= maxFrontiers {
		f.ids = map[election.ID]mountain{}
	}
	f.ids[id] = mountain{size, hashes}
}

// writeVote adds a vote's record, bytes and index entry to a batch.
func writeVote(b *kv.Batch, w *codec.Writer, id election.ID, pos uint64, v *VoteRecord, ballot []byte) error {
	w.B = w.B[:0]
	v.Append(w)
	return errors.Join(
		b.Set(positionKey(leafKeys, id, pos), w.B),
		b.Set(positionKey(ballotKeys, id, pos), ballot),
		b.Set(indexKey(id, v.Nullifier), positionValue(pos)),
	)
}

func writeTiles(b *kv.Batch, id election.ID, tiles []tile) error {
	for _, t := range tiles {
		if err := b.Set(tileKey(id, t.level, t.index), t.hash); err != nil {
			return err
		}
	}
	return nil
}
