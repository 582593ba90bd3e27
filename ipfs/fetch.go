package ipfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
)

// Fetch gets a file from peers, unless it is here, and pins it once check has
// read what it wants of it and returned nil; check may be nil. It returns the
// file's size. However peers behave it ends within the limits, and no more is
// stored than they allow; what came before an error stays for the next try,
// until Sweep. The error wraps ErrBadURI, ErrTooLarge, ErrUnavailable, ErrSlow,
// ErrCorrupt, ErrRefused (and check's) or ErrDiskFull, or is the disk's or the
// context's.
func (s *Store) Fetch(ctx context.Context, uri string, l Limits, check func(io.Reader) error) (int64, error) {
	c, err := parse(uri)
	if err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	w := s.back.begin(ctx)
	defer w.done()
	size, err := fetch(ctx, w, c, l.complete())
	if err == nil && check != nil {
		err = s.check(ctx, c, size, check)
	}
	if err == nil {
		err = w.keep(ctx, c, size)
	}
	if err != nil {
		return 0, fmt.Errorf("fetch %s: %w", uri, err)
	}
	return size, nil
}

// fetch brings all blocks of a file here, against the clock.
func fetch(ctx context.Context, w work, c cid.Cid, l Limits) (int64, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	stalled := time.AfterFunc(l.Stall, func() { stop(ErrUnavailable) })
	defer stalled.Stop()
	late := time.AfterFunc(l.Time, func() { stop(ErrSlow) })
	defer late.Stop()
	size, err := walk(ctx, w.get, c, l.Bytes, func() { stalled.Reset(l.Stall) })
	if err == nil {
		return size, nil
	}
	// Whatever a source answered to a context that ended, the cause is why.
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrBadURI) {
		return 0, cause
	}
	if ipld.IsNotFound(err) {
		return 0, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return 0, err
}

// check shows a file that is here to the caller.
func (s *Store) check(ctx context.Context, c cid.Cid, size int64, check func(io.Reader) error) error {
	r, _, err := open(ctx, s.back.here, c, size)
	if err != nil {
		return err
	}
	noted := &faults{r: r}
	if err := check(noted); err != nil && noted.err == nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return noted.err
}

// faults notes errors of reading, so that they are not taken for the file's.
type faults struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (f *faults) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}
