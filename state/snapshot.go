package state

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/cosmos/iavl"
	"github.com/klauspost/compress/zstd"

	"urna/election"
	"urna/internal/kv"
)

// A snapshot is one zstd frame. Inside: the magic line, the height and the root
// of the tree; the tree's nodes, left, right, parent, each with the height that
// made it; a zero byte; then, election by election in the order of their IDs,
// every record of the log and the bytes of its vote. What follows from the rest
// is left out: inner keys, heights of subtrees, sizes of logs, the index.
const (
	snapshotMagic = "urna state snapshot 1\n"

	nodesEnd   = 0
	leafNode   = 1
	branchNode = 2
)

// Snapshot writes the state at a height that the store keeps, as Restore reads
// it. Stores with the same state write the same bytes. The store goes on
// meanwhile.
func (s *Store) Snapshot(ctx context.Context, height int64, w io.Writer) error {
	if height <= 0 || height > s.Height() {
		return ErrUncommitted
	}
	frozen, err := s.db.Snapshot()
	if err != nil {
		return fmt.Errorf("state: snapshot: %w", err)
	}
	err = s.snapshot(ctx, frozen, height, w)
	return errors.Join(err, frozen.Close())
}

func (s *Store) snapshot(ctx context.Context, frozen *kv.Snapshot, height int64, w io.Writer) error {
	if height < s.first.Load() {
		return ErrPruned
	}
	nodes := frozen.Tree(nodeKeys)
	tree, err := newTree(nodes, writerNodes).GetImmutable(height)
	if err != nil {
		return fmt.Errorf("state: snapshot of height %d: %w", height, err)
	}
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("state: snapshot: %w", err)
	}
	out := &snapshotWriter{ctx: ctx, w: bufio.NewWriter(z)}
	v := newView(s, tree, height)
	out.raw([]byte(snapshotMagic))
	out.raw(binary.BigEndian.AppendUint64(nil, uint64(height)))
	out.raw(v.root[:])
	err = out.nodes(tree)
	if err == nil {
		err = v.EachElection(func(e *election.Settings) error {
			log, err := v.log(e.ID)
			if err != nil {
				return err
			}
			return out.votes(frozen, e.ID, log.Size)
		})
	}
	err = errors.Join(err, nodes.Err())
	if err == nil {
		err = out.w.Flush()
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return fmt.Errorf("state: snapshot of height %d: %w", height, err)
	}
	return nil
}

type snapshotWriter struct {
	ctx   context.Context
	w     *bufio.Writer // keeps the first error until Flush
	count int
}

func (o *snapshotWriter) raw(p []byte) { _, _ = o.w.Write(p) } // the error stays in w

func (o *snapshotWriter) number(v uint64) {
	o.raw(binary.AppendUvarint(o.w.AvailableBuffer(), v))
}

func (o *snapshotWriter) bytes(p []byte) {
	o.number(uint64(len(p)))
	o.raw(p)
}

// step counts what is written and looks up from time to time.
func (o *snapshotWriter) step() error {
	if o.count++; o.count%1024 != 0 {
		return nil
	}
	_, err := o.w.Write(nil)
	return errors.Join(o.ctx.Err(), err)
}

func (o *snapshotWriter) nodes(tree *iavl.ImmutableTree) error {
	exporter, err := tree.Export()
	if err != nil {
		return err
	}
	defer exporter.Close()
	var n int64
	for {
		node, err := exporter.Next()
		if errors.Is(err, iavl.ErrorExportDone) {
			break
		}
		if err != nil {
			return err
		}
		if node.Height == 0 {
			o.raw([]byte{leafNode})
			o.number(uint64(node.Version))
			o.bytes(node.Key)
			o.bytes(node.Value)
		} else {
			o.raw([]byte{branchNode})
			o.number(uint64(node.Version))
		}
		if err := o.step(); err != nil {
			return err
		}
		n++
	}
	// IAVL's exporter ends silently at an error.
	if leaves := tree.Size(); n != max(0, 2*leaves-1) {
		return fmt.Errorf("the tree has %d leaves, but %d nodes were read", leaves, n)
	}
	o.raw([]byte{nodesEnd})
	return nil
}

func (o *snapshotWriter) votes(db *kv.Snapshot, id election.ID, size uint64) error {
	leaves, err := db.Iter(positionKey(leafKeys, id, 0), positionKey(leafKeys, id, size))
	if err != nil {
		return err
	}
	ballots, err := db.Iter(positionKey(ballotKeys, id, 0), positionKey(ballotKeys, id, size))
	if err != nil {
		return errors.Join(err, leaves.Close())
	}
	var pos uint64
	for ; err == nil && pos < size && leaves.Next() && ballots.Next(); pos++ {
		if string(leaves.Key()[1:]) != string(ballots.Key()[1:]) {
			break
		}
		o.bytes(leaves.Value())
		o.bytes(ballots.Value())
		err = o.step()
	}
	if err := errors.Join(err, leaves.Close(), ballots.Close()); err != nil {
		return err
	}
	if pos != size {
		return fmt.Errorf("vote %d of %s or its ballot is missing", pos, id)
	}
	return nil
}
