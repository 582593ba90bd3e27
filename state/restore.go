package state

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/cosmos/iavl"
	"github.com/klauspost/compress/zstd"

	"urna/election"
	"urna/internal/codec"
	"urna/internal/kv"
)

// Bounds on a snapshot, which may come from anybody.
const (
	maxSnapshotHeight = 1 << 30
	maxNodeKeyBytes   = 128
	maxNodeBytes      = 1 << 20
	maxLeafBytes      = 256
	maxWindowBytes    = 64 << 20
	restoreBatchBytes = 4 << 20
)

// Restore makes a store from a snapshot. It checks that the snapshot agrees
// with itself; whether its root is the chain's, the caller must check with a
// header that it trusts. The directory must be empty, or hold what is left of a
// restore that did not finish.
func Restore(cfg Config, r io.Reader) (*Store, error) {
	s, err := open(cfg)
	if err != nil {
		return nil, err
	}
	if err := s.restore(r); err != nil {
		return nil, errors.Join(fmt.Errorf("state: restore: %w", err), s.Close())
	}
	return s, nil
}

func (s *Store) restore(r io.Reader) error {
	if err := s.vacate(); err != nil {
		return err
	}
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindowBytes))
	if err != nil {
		return err
	}
	defer z.Close()
	in := &snapshotReader{r: bufio.NewReader(z)}
	height, root, err := in.header()
	if err != nil {
		return err
	}
	if err := s.importTree(in, height); err != nil {
		return err
	}
	if err := s.load(); err != nil {
		return err
	}
	s.first.Store(height)
	v := s.View()
	if v.root != root {
		return fmt.Errorf("the tree has root %x, the snapshot says %x", v.root, root)
	}
	err = v.EachElection(func(e *election.Settings) error {
		log, err := v.log(e.ID)
		if err == nil {
			err = s.restoreVotes(in, e.ID, log)
		}
		if err != nil {
			return fmt.Errorf("votes of %s: %w", e.ID, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := in.r.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("bytes after the end: %w", err)
	}
	if err := s.voters.fill(s.db, v); err != nil {
		return err
	}
	b := s.db.NewBatch()
	return errors.Join(b.Delete([]byte{restoringKey}), b.WriteSync())
}

// vacate makes sure that the database is empty and marks it as unfinished.
func (s *Store) vacate() error {
	unfinished, err := s.db.Has([]byte{restoringKey})
	if err != nil {
		return err
	}
	if unfinished {
		if err := s.db.Clear(); err != nil {
			return err
		}
	}
	it, err := s.db.Iter(nil, nil)
	if err != nil {
		return err
	}
	full := it.Next()
	if err := it.Close(); err != nil {
		return err
	}
	if full {
		return errors.New("the directory holds a state already")
	}
	b := s.db.NewBatch()
	return errors.Join(b.Set([]byte{restoringKey}, nil), b.WriteSync())
}

// importTree rebuilds the hashed tree. Keys and heights of inner nodes are not
// hashed, so they are derived and not read.
func (s *Store) importTree(in *snapshotReader, height int64) error {
	imp, err := s.tree.Import(height)
	if err != nil {
		return err
	}
	defer imp.Close()
	type subtree struct {
		least  []byte // its first key
		height int8
	}
	var open []subtree
	var last []byte
	var newest uint64 // height at which the last node, the root, was made
	for {
		tag, err := in.r.ReadByte()
		if err != nil {
			return in.cut(err)
		}
		if tag == nodesEnd {
			break
		}
		version, err := in.number()
		if err != nil {
			return err
		}
		if version < 1 || version > uint64(height) {
			return fmt.Errorf("a node was made at height %d", version)
		}
		newest = version
		node := &iavl.ExportNode{Version: int64(version)}
		switch {
		case tag == leafNode:
			if node.Key, err = in.bytes(maxNodeKeyBytes); err == nil {
				node.Value, err = in.bytes(maxNodeBytes)
			}
			if err != nil {
				return err
			}
			if len(node.Key) == 0 || (last != nil && string(node.Key) <= string(last)) {
				return fmt.Errorf("key %x follows key %x", node.Key, last)
			}
			last = node.Key
			open = append(open, subtree{node.Key, 0})
		case tag == branchNode && len(open) >= 2:
			left, right := open[len(open)-2], open[len(open)-1]
			if d := left.height - right.height; d < -1 || d > 1 {
				return fmt.Errorf("the tree is not balanced above key %x", right.least)
			}
			node.Key = right.least
			node.Height = max(left.height, right.height) + 1
			open = append(open[:len(open)-2], subtree{left.least, node.Height})
		default:
			return errors.New("the nodes do not make a tree")
		}
		if err := imp.Add(node); err != nil {
			return err
		}
	}
	if len(open) != 1 || newest != uint64(height) {
		return fmt.Errorf("the nodes make %d trees, the last one of height %d", len(open), newest) // every block changes the tree
	}
	return errors.Join(imp.Commit(), s.nodes.Err())
}

// restoreVotes rebuilds an election's log, ballots, index and subtrees.
func (s *Store) restoreVotes(in *snapshotReader, id election.ID, log Log) error {
	p := votePuller{s: s, in: in, id: id, recent: map[election.Nullifier]precursor{}}
	p.batch = s.db.NewBatch()
	r, visit := logTree.NewEmptyRange(0), collect(&p.tiles)
	for r.End() < log.Size {
		record, err := p.pull(r.End())
		if err == nil {
			err = r.Append(hashLeaf(record), visit)
		}
		if err != nil {
			return errors.Join(err, p.batch.Close())
		}
	}
	if err := p.flush(); err != nil {
		return errors.Join(err, p.batch.Close())
	}
	if err := p.batch.Close(); err != nil {
		return err
	}
	root, err := rootOf(r)
	if err != nil {
		return err
	}
	if root != log.Root || p.voters != log.Voters {
		return fmt.Errorf("%d voters and root %x, the tree commits to %d and %x", p.voters, root, log.Voters, log.Root)
	}
	return nil
}

// votePuller takes the votes of one election out of a snapshot.
type votePuller struct {
	s      *Store
	in     *snapshotReader
	id     election.ID
	batch  *kv.Batch
	tiles  []tile
	recent map[election.Nullifier]precursor // in the batch
	voters uint64
	height uint64 // of the last record
	w      codec.Writer
}

// precursor is the newest vote of a nullifier so far.
type precursor struct {
	next       uint64 // position plus one
	overwrites uint32
}

func (p *votePuller) pull(pos uint64) ([]byte, error) {
	record, err := p.in.bytes(maxLeafBytes)
	if err != nil {
		return nil, err
	}
	bytes, err := p.in.bytes(2*maxBallotBytes + 20)
	if err != nil {
		return nil, err
	}
	v, err := parseLeaf(p.id, pos, record)
	if err != nil {
		return nil, err
	}
	if _, _, err := parseBallot(bytes, v.BallotHash); err != nil {
		return nil, fmt.Errorf("ballot %d: %w", pos, err)
	}
	if v.Height < p.height {
		return nil, fmt.Errorf("number %d is of height %d, after one of height %d", pos, v.Height, p.height)
	}
	p.height = v.Height
	old, err := p.precursor(v.Nullifier)
	if err != nil {
		return nil, err
	}
	switch {
	case old.next != v.Replaces:
		return nil, fmt.Errorf("number %d replaces %d, the newest vote of %s is %d", pos, v.Replaces, v.Nullifier, old.next)
	case old.next == 0:
		p.voters++
	case old.overwrites+1 != v.Overwrites:
		return nil, fmt.Errorf("number %d is overwrite %d after %d", pos, v.Overwrites, old.overwrites)
	}
	p.recent[v.Nullifier] = precursor{pos + 1, v.Overwrites}
	if err := writeVote(p.batch, &p.w, p.id, pos, &v, bytes); err != nil {
		return nil, err
	}
	if p.batch.Len() > restoreBatchBytes {
		return record, p.flush()
	}
	return record, nil
}

func (p *votePuller) precursor(n election.Nullifier) (precursor, error) {
	if old, ok := p.recent[n]; ok {
		return old, nil
	}
	pos, found, err := position(p.s.db, p.id, n)
	if err != nil || !found {
		return precursor{}, err
	}
	v, err := leaf(p.s.db, p.id, pos)
	return precursor{pos + 1, v.Overwrites}, err
}

func (p *votePuller) flush() error {
	if err := writeTiles(p.batch, p.id, p.tiles); err != nil {
		return err
	}
	if err := p.batch.Write(); err != nil {
		return err
	}
	p.batch = p.s.db.NewBatch()
	p.tiles = p.tiles[:0]
	clear(p.recent)
	return nil
}

type snapshotReader struct{ r *bufio.Reader }

// cut says that the stream ends too early, if it does.
func (in *snapshotReader) cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (in *snapshotReader) header() (height int64, root [32]byte, err error) {
	head := make([]byte, len(snapshotMagic)+8+32)
	if _, err := io.ReadFull(in.r, head); err != nil {
		return 0, root, in.cut(err)
	}
	rest := head[len(snapshotMagic):]
	if string(head[:len(snapshotMagic)]) != snapshotMagic {
		return 0, root, errors.New("this is not a snapshot")
	}
	h := binary.BigEndian.Uint64(rest)
	if h < 1 || h > maxSnapshotHeight {
		return 0, root, fmt.Errorf("height %d", h)
	}
	return int64(h), [32]byte(rest[8:]), nil
}

func (in *snapshotReader) number() (uint64, error) {
	v, err := binary.ReadUvarint(in.r)
	return v, in.cut(err)
}

func (in *snapshotReader) bytes(limit uint64) ([]byte, error) {
	n, err := in.number()
	if err != nil {
		return nil, err
	}
	if n > limit {
		return nil, fmt.Errorf("a part of %d bytes, where %d are the most", n, limit)
	}
	p := make([]byte, n)
	_, err = io.ReadFull(in.r, p)
	return p, in.cut(err)
}
