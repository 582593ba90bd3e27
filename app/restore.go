package app

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"

	abci "github.com/cometbft/cometbft/abci/types"

	"urna/state"
)

// restoration is a state that is being built from a snapshot, beside the
// present one: in memory, or in a directory next to it that takes its place
// when the root is right.
type restoration struct {
	snapshot *abci.Snapshot
	root     [32]byte // that the light client trusts
	cfg      state.Config
	next     uint32 // chunk that is expected

	pipe   *io.PipeWriter
	result chan restored // buffered; one value when state.Restore returns
}

var errAbandoned = errors.New("the snapshot is abandoned")

type restored struct {
	store *state.Store
	err   error
}

func newRestoration(cfg state.Config, s *abci.Snapshot, root [32]byte) (*restoration, error) {
	if cfg.Dir != "" {
		cfg.Dir += ".restore"
		if err := os.RemoveAll(cfg.Dir); err != nil {
			return nil, err
		}
	}
	r, w := io.Pipe()
	res := &restoration{snapshot: s, root: root, cfg: cfg, pipe: w, result: make(chan restored, 1)}
	go func() {
		store, err := state.Restore(cfg, r)
		// Whoever still writes must not wait for a reader that is gone.
		r.CloseWithError(errors.Join(errors.New("the snapshot is refused"), err))
		res.result <- restored{store, err}
	}()
	return res, nil
}

// check tells whether a chunk is the expected one.
func (r *restoration) check(chunk []byte) bool {
	at := sha256.Size * int(r.next)
	return sha256.Sum256(chunk) == [32]byte(r.snapshot.Metadata[at:at+sha256.Size])
}

// feed hands over a chunk; false if the state cannot be built from it.
func (r *restoration) feed(chunk []byte) bool {
	if _, err := r.pipe.Write(chunk); err != nil {
		return false
	}
	r.next++
	return true
}

// finish ends the stream and returns the state if it is the trusted one.
func (r *restoration) finish() (*state.Store, error) {
	_ = r.pipe.Close()
	got := <-r.result
	if got.err != nil {
		return nil, errors.Join(got.err, r.cleanUp())
	}
	if h, root := got.store.Height(), got.store.Root(); h != int64(r.snapshot.Height) || root != r.root {
		return nil, errors.Join(fmt.Errorf("it has root %x at height %d, not %x at %d", root, h, r.root, r.snapshot.Height),
			got.store.Close(), r.cleanUp())
	}
	return got.store, nil
}

func (r *restoration) cleanUp() error {
	if r.cfg.Dir == "" {
		return nil
	}
	return os.RemoveAll(r.cfg.Dir)
}

// abandonRestore gives up a restoration that is under way.
func (a *App) abandonRestore() error {
	r := a.restoring
	if r == nil {
		return nil
	}
	a.restoring = nil
	return r.abandon()
}

func (r *restoration) abandon() error {
	_ = r.pipe.CloseWithError(errAbandoned)
	got := <-r.result
	if got.err == nil {
		got.err = got.store.Close()
	}
	if errors.Is(got.err, errAbandoned) {
		got.err = nil
	}
	return errors.Join(got.err, r.cleanUp())
}

// adopt puts a restored state in the place of the empty one.
func (a *App) adopt(store *state.Store, r *restoration) error {
	old := a.store.Load()
	if dir := a.cfg.State.Dir; dir != "" {
		a.closed.Store(true) // until there is another one
		if err := errors.Join(store.Close(), old.Close()); err != nil {
			return err
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if err := os.Rename(r.cfg.Dir, dir); err != nil {
			return err
		}
		var err error
		if store, err = state.Open(a.cfg.State); err != nil {
			return err
		}
		a.store.Store(store)
		a.closed.Store(false)
	} else {
		a.store.Store(store)
		if err := old.Close(); err != nil {
			return err
		}
	}
	a.wake()
	return nil
}
