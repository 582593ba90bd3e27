// Package ipfs keeps files under the names that IPFS gives them: UnixFS, CID
// version 1, dag-pb, SHA-256, chunks of 256 KiB, as the metadata of accounts
// and elections is named by every client. Any IPFS program reads them.
//
// A Store is one of three: local (Open), a node of the IPFS network in this
// process (Start), or a Kubo daemon that somebody else runs (Dial). All give a
// file the same CID. A file that Put, Add or Fetch has returned is on disk,
// whole, and stays until Unpin. What Get and Reader return has the hash that
// was asked for, comes from this machine without waiting for anybody, and is
// never longer than the caller allows. Fetch alone talks to peers; it ends
// within its limits, with an error of this package that says why.
//
// It refuses everything but files: directories, other codecs and other hashes
// are ErrBadURI, and so are graphs of blocks whose sizes do not add up.
package ipfs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
)

// Scheme starts every URI that this package gives out or takes.
const Scheme = "ipfs://"

// Errors of this package.
var (
	ErrNotFound = errors.New("file is not in the store")
	ErrTooLarge = errors.New("file is larger than the limit")
	ErrBadURI   = errors.New("not a URI of the form ipfs://<CID of a file>")

	// ErrMalformed is an ErrBadURI: the CID names something else than a file.
	ErrMalformed = fmt.Errorf("%w: not a well-formed file", ErrBadURI)

	// ErrUnavailable: no peer sent any piece for as long as Limits.Stall.
	ErrUnavailable = errors.New("no peer sends the file")

	// ErrSlow: pieces came, but not all of them within Limits.Time.
	ErrSlow = errors.New("the file comes too slowly")

	// ErrCorrupt: bytes do not have the hash that names them.
	ErrCorrupt = errors.New("content does not match its hash")

	// ErrRefused: the caller's check did not accept the file.
	ErrRefused = errors.New("file is not what was expected")

	// ErrDiskFull: there is too little room. Once there is more, the next try
	// succeeds.
	ErrDiskFull = errors.New("the disk is full")
)

// Store is a set of files. Its methods may be called by several goroutines.
type Store struct{ back backend }

// backend is where blocks and pins live. Its methods may be called by several
// goroutines.
type backend interface {
	// here returns a block of this machine; ipld.ErrNotFound if it has none.
	here(ctx context.Context, c cid.Cid) ([]byte, error)

	// begin starts work on one file, which must end with done.
	begin(ctx context.Context) work

	pinned(ctx context.Context, c cid.Cid) (bool, error)
	unpin(ctx context.Context, c cid.Cid) error
	pins(ctx context.Context, visit func(Pin) error) error

	// stored is the size of all blocks, whether a pin holds them or not.
	stored(ctx context.Context) (int64, error)

	// sweep frees the room of blocks that no pin holds.
	sweep(ctx context.Context) error

	// publish lets the node's own name point to a file; resolve follows a name.
	publish(ctx context.Context, c cid.Cid) (name string, err error)
	resolve(ctx context.Context, name string) (cid.Cid, error)

	status(ctx context.Context) (Status, error)
	close() error
}

// work is what is done with one file. The blocks that went through it stay at
// least until done.
type work interface {
	// get returns a block from this machine or from peers, for as long as ctx.
	get(ctx context.Context, c cid.Cid) ([]byte, error)
	put(ctx context.Context, n ipld.Node) error

	// keep pins the file whose blocks, and no others, went through this work.
	// When it returns nil, they and the pin are durable.
	keep(ctx context.Context, root cid.Cid, size int64) error
	done()
}

// Pin is a file that stays.
type Pin struct {
	URI   string
	Size  int64     // bytes of content
	Added time.Time // when it was last stored, in whole seconds
}

// Close closes the store, and leaves the network.
func (s *Store) Close() error { return s.back.close() }

// Put stores a file and returns its URI once it is on disk. Storing it again
// changes nothing.
func (s *Store) Put(ctx context.Context, file []byte) (string, error) {
	uri, _, err := s.Add(ctx, bytes.NewReader(file))
	return uri, err
}

// Add is Put for a file that need not be in memory. It returns its size, too.
func (s *Store) Add(ctx context.Context, file io.Reader) (uri string, size int64, err error) {
	if err := ctx.Err(); err != nil {
		return "", 0, err
	}
	w := s.back.begin(ctx)
	defer w.done()
	counted := &counter{r: file}
	root, err := layout(adder{ctx: ctx, put: w.put}, counted)
	if err == nil {
		err = w.keep(ctx, root, counted.n)
	}
	if err != nil {
		return "", 0, fmt.Errorf("store file: %w", err)
	}
	return Scheme + root.String(), counted.n, nil
}

// CID is the URI that a file has, stored or not.
func CID(file []byte) (string, error) {
	root, err := layout(adder{}, bytes.NewReader(file))
	return Scheme + root.String(), err
}

// CID is the URI that Put would return; it stores nothing.
func (s *Store) CID(file []byte) (string, error) { return CID(file) }

// Has tells whether a file is in the store, whole, and stays there.
func (s *Store) Has(ctx context.Context, uri string) (bool, error) {
	c, err := parse(uri)
	if err != nil {
		return false, err
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	return s.back.pinned(ctx, c)
}

// Get returns a file of at most limit bytes. The error wraps ErrBadURI,
// ErrNotFound or ErrTooLarge, or is the disk's or the context's.
func (s *Store) Get(ctx context.Context, uri string, limit int64) ([]byte, error) {
	r, size, err := s.Reader(ctx, uri, limit)
	if err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(make([]byte, 0, min(size, 1<<20)+bytes.MinRead))
	if _, err := b.ReadFrom(r); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Reader returns a file of at most limit bytes, to read while ctx lasts, and its
// size. Errors are those of Get; Read returns them, too.
func (s *Store) Reader(ctx context.Context, uri string, limit int64) (io.Reader, int64, error) {
	c, err := parse(uri)
	if err != nil {
		return nil, 0, err
	}
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	return open(ctx, func(ctx context.Context, c cid.Cid) ([]byte, error) {
		b, err := s.back.here(ctx, c)
		if ipld.IsNotFound(err) {
			return nil, fmt.Errorf("%w: %s", ErrNotFound, uri)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", uri, err)
		}
		return b, ctx.Err()
	}, c, limit)
}

// Unpin lets a file go, which need not be there. Its room is free after Sweep.
func (s *Store) Unpin(ctx context.Context, uri string) error {
	c, err := parse(uri)
	if err != nil {
		return err
	}
	return s.back.unpin(ctx, c)
}

// Pins visits the files of the store until visit returns an error. visit must
// not use the store.
func (s *Store) Pins(ctx context.Context, visit func(Pin) error) error {
	return s.back.pins(ctx, visit)
}

// Stored is the room that the store takes, in bytes: that of its files, and of
// what Sweep would remove. Of a daemon it is that of this store's files.
func (s *Store) Stored(ctx context.Context) (int64, error) { return s.back.stored(ctx) }

// Sweep frees the room of what is not pinned, such as files that were unpinned
// and pieces of files that never came whole. A daemon sweeps by itself.
func (s *Store) Sweep(ctx context.Context) error { return s.back.sweep(ctx) }

// parse takes the CIDs of files whose blocks are named by SHA-256.
func parse(uri string) (cid.Cid, error) {
	name, ok := strings.CutPrefix(uri, Scheme)
	if !ok {
		return cid.Undef, fmt.Errorf("%w: %q", ErrBadURI, uri)
	}
	c, err := cid.Decode(name)
	if err != nil {
		return cid.Undef, fmt.Errorf("%w: %q: %w", ErrBadURI, uri, err)
	}
	if !ours(c) {
		return cid.Undef, fmt.Errorf("%w: %q does not name a file by SHA-256", ErrBadURI, uri)
	}
	return c, nil
}

// Canonical is the one way in which this package writes the URI of a file.
func Canonical(uri string) (string, error) {
	c, err := parse(uri)
	if err != nil {
		return "", err
	}
	return Scheme + c.String(), nil
}
