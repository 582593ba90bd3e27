package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	abci "github.com/cometbft/cometbft/abci/types"
)

// The snapshot connection. A snapshot is the stream of state.Store.Snapshot cut
// into files:
//
//	<dir>/<height>/<n>    chunk n
//	<dir>/<height>/meta   the SHA-256 hashes of the chunks, one after the other
//
// A directory appears under its name only when it is complete. The metadata
// travels with the offer, so every chunk is checked as it comes; the root of
// what comes out is checked against the AppHash that the light client trusts.

const (
	snapshotFormat = 1

	// maxChunk fits a message of CometBFT's chunk channel (16 MiB).
	maxChunk = 10 << 20

	// maxChunks bounds what an offer can make us expect.
	maxChunks = 1 << 16

	metaFile = "meta"
)

// maybeSnapshot starts a snapshot in the background if one is due at height and
// none is being made.
func (a *App) maybeSnapshot(height int64) {
	if a.cfg.SnapshotDir == "" || height%a.cfg.SnapshotEvery != 0 || !a.snapshotting.CompareAndSwap(false, true) {
		return
	}
	a.tasks.Go(func() {
		defer a.snapshotting.Store(false)
		if err := a.takeSnapshot(a.background, height); err != nil && a.background.Err() == nil {
			// A snapshot is for others; this node can do without it.
			a.log.Error("snapshot", "height", height, "err", err)
		}
	})
}

func (a *App) takeSnapshot(ctx context.Context, height int64) error {
	final := filepath.Join(a.cfg.SnapshotDir, strconv.FormatInt(height, 10))
	tmp := final + ".tmp"
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	if err := os.MkdirAll(tmp, 0o755); err != nil {
		return err
	}
	w := &chunkWriter{dir: tmp, size: a.cfg.SnapshotChunk}
	err := a.Store().Snapshot(ctx, height, w)
	if err == nil {
		err = w.finish()
	}
	if err == nil {
		err = os.Rename(tmp, final)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(tmp))
	}
	a.log.Info("snapshot made", "height", height, "chunks", w.n)
	return a.dropSnapshots()
}

// dropSnapshots removes all but the newest.
func (a *App) dropSnapshots() error {
	heights, err := a.snapshotHeights()
	if err != nil {
		return err
	}
	for i, h := range heights {
		if i < len(heights)-a.cfg.SnapshotKeep {
			if err := os.RemoveAll(filepath.Join(a.cfg.SnapshotDir, strconv.FormatInt(h, 10))); err != nil {
				return err
			}
		}
	}
	return nil
}

// snapshotHeights lists complete snapshots, oldest first.
func (a *App) snapshotHeights() (heights []int64, err error) {
	entries, err := os.ReadDir(a.cfg.SnapshotDir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if h, err := strconv.ParseInt(e.Name(), 10, 64); err == nil && h > 0 {
			heights = append(heights, h)
		}
	}
	slices.Sort(heights)
	return heights, err
}

// chunkWriter cuts a stream into files of size bytes and hashes them.
type chunkWriter struct {
	dir  string
	size int
	n    int
	buf  []byte
	meta []byte
}

func (w *chunkWriter) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 {
		k := min(len(p), w.size-len(w.buf))
		w.buf, p = append(w.buf, p[:k]...), p[k:]
		if len(w.buf) == w.size {
			if err := w.flush(); err != nil {
				return total - len(p), err
			}
		}
	}
	return total, nil
}

func (w *chunkWriter) flush() error {
	sum := sha256.Sum256(w.buf)
	if err := os.WriteFile(filepath.Join(w.dir, strconv.Itoa(w.n)), w.buf, 0o644); err != nil {
		return err
	}
	w.meta, w.buf, w.n = append(w.meta, sum[:]...), w.buf[:0], w.n+1
	return nil
}

func (w *chunkWriter) finish() error {
	if len(w.buf) > 0 || w.n == 0 {
		if err := w.flush(); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(w.dir, metaFile), w.meta, 0o644)
}

// snapshotHash names a snapshot by everything in it.
func snapshotHash(height uint64, meta []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "urna snapshot %d %d\n", snapshotFormat, height)
	h.Write(meta)
	return h.Sum(nil)
}

// ListSnapshots tells peers what this node can give.
func (a *App) ListSnapshots(context.Context, *abci.RequestListSnapshots) (*abci.ResponseListSnapshots, error) {
	out := &abci.ResponseListSnapshots{}
	if a.cfg.SnapshotDir == "" {
		return out, nil
	}
	heights, err := a.snapshotHeights()
	if err != nil {
		a.log.Error("list snapshots", "err", err)
		return out, nil
	}
	for _, h := range heights {
		meta, err := os.ReadFile(filepath.Join(a.cfg.SnapshotDir, strconv.FormatInt(h, 10), metaFile))
		if err != nil || len(meta)%sha256.Size != 0 {
			continue // dropped meanwhile, or not ours
		}
		out.Snapshots = append(out.Snapshots, &abci.Snapshot{
			Height: uint64(h), Format: snapshotFormat, Chunks: uint32(len(meta) / sha256.Size),
			Hash: snapshotHash(uint64(h), meta), Metadata: meta,
		})
	}
	return out, nil
}

// LoadSnapshotChunk gives a chunk; an empty one if it is gone.
func (a *App) LoadSnapshotChunk(_ context.Context, r *abci.RequestLoadSnapshotChunk) (*abci.ResponseLoadSnapshotChunk, error) {
	out := &abci.ResponseLoadSnapshotChunk{}
	if a.cfg.SnapshotDir == "" || r.Format != snapshotFormat {
		return out, nil
	}
	name := filepath.Join(a.cfg.SnapshotDir, strconv.FormatUint(r.Height, 10), strconv.FormatUint(uint64(r.Chunk), 10))
	if b, err := os.ReadFile(name); err == nil {
		out.Chunk = b
	}
	return out, nil
}

// OfferSnapshot accepts a snapshot whose metadata is consistent, on a node that
// has no block yet.
func (a *App) OfferSnapshot(_ context.Context, r *abci.RequestOfferSnapshot) (*abci.ResponseOfferSnapshot, error) {
	answer := func(res abci.ResponseOfferSnapshot_Result) (*abci.ResponseOfferSnapshot, error) {
		return &abci.ResponseOfferSnapshot{Result: res}, nil
	}
	s := r.Snapshot
	if err := a.Fault(); err != nil {
		return nil, err
	}
	if a.Store().Height() != 0 {
		return answer(abci.ResponseOfferSnapshot_ABORT)
	}
	if s == nil || s.Format != snapshotFormat {
		return answer(abci.ResponseOfferSnapshot_REJECT_FORMAT)
	}
	if s.Height == 0 || s.Chunks == 0 || s.Chunks > maxChunks || len(s.Metadata) != sha256.Size*int(s.Chunks) ||
		!bytes.Equal(s.Hash, snapshotHash(s.Height, s.Metadata)) || len(r.AppHash) != sha256.Size {
		return answer(abci.ResponseOfferSnapshot_REJECT)
	}
	a.abandonRestore()
	res, err := newRestoration(a.cfg.State, s, [32]byte(r.AppHash))
	if err != nil {
		return nil, a.fail("restore a snapshot", err)
	}
	a.restoring = res
	return answer(abci.ResponseOfferSnapshot_ACCEPT)
}

// ApplySnapshotChunk takes the chunks in order. After the last one the restored
// state must have the root that the light client trusts.
func (a *App) ApplySnapshotChunk(_ context.Context, r *abci.RequestApplySnapshotChunk) (*abci.ResponseApplySnapshotChunk, error) {
	answer := func(res abci.ResponseApplySnapshotChunk_Result) (*abci.ResponseApplySnapshotChunk, error) {
		return &abci.ResponseApplySnapshotChunk{Result: res}, nil
	}
	res := a.restoring
	if res == nil || r.Index != res.next {
		return answer(abci.ResponseApplySnapshotChunk_RETRY_SNAPSHOT)
	}
	if !res.check(r.Chunk) {
		return &abci.ResponseApplySnapshotChunk{
			Result:        abci.ResponseApplySnapshotChunk_RETRY,
			RefetchChunks: []uint32{r.Index}, RejectSenders: []string{r.Sender},
		}, nil
	}
	if !res.feed(r.Chunk) {
		a.log.Warn("a snapshot is refused", "height", res.snapshot.Height, "err", a.abandonRestore())
		return answer(abci.ResponseApplySnapshotChunk_REJECT_SNAPSHOT)
	}
	if res.next < res.snapshot.Chunks {
		return answer(abci.ResponseApplySnapshotChunk_ACCEPT)
	}
	a.restoring = nil
	store, err := res.finish()
	if err != nil {
		a.log.Warn("a snapshot is refused", "height", res.snapshot.Height, "err", err)
		return answer(abci.ResponseApplySnapshotChunk_REJECT_SNAPSHOT)
	}
	if err := a.adopt(store, res); err != nil {
		return nil, a.fail("restore a snapshot", err)
	}
	a.log.Info("state restored from a snapshot", "height", res.snapshot.Height)
	return answer(abci.ResponseApplySnapshotChunk_ACCEPT)
}
