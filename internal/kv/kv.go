// Package kv is the storage engine of a node: an ordered map from bytes to
// bytes on disk or in memory, with atomic batches. It is the one place that
// knows Pebble.
//
// It promises that a batch written with WriteSync is there after a crash,
// whole, and with it everything written before. A failing disk is an error of
// the call that met it, never a panic or an exit; from the first failed write
// or background job on, every call returns that error, because what the engine
// holds in memory may no longer be what is on disk. It refuses empty keys.
package kv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Memory that the engine may use. Pebble takes the memtables of all databases
// of the process out of the one block cache that they share, so it has room for
// blocks and for the memtables of one busy database on their way to disk.
const (
	memtableBytes = 32 << 20
	memtables     = 4
	blockBytes    = 64 << 20
	cacheBytes    = blockBytes + memtables*memtableBytes
)

var (
	// ErrEmptyKey refuses a key without bytes.
	ErrEmptyKey = errors.New("kv: empty key")

	// ErrClosed answers whoever comes after Close.
	ErrClosed = errors.New("kv: closed")
)

// FS is a file system that a database lives on.
type FS = vfs.FS

// Options say how to open a database. The zero value is right for a node.
type Options struct {
	// FS is the file system; nil is the machine's.
	FS FS
}

var blockCache = sync.OnceValue(func() *pebble.Cache { return pebble.NewCache(cacheBytes) })

// DB is an open database. It is safe for concurrent use.
type DB struct {
	reader
	db *pebble.DB
}

// Open opens the database in a directory, which it makes if need be. An empty
// dir is a new database in memory.
func Open(dir string, o Options) (*DB, error) {
	if dir == "" && o.FS == nil {
		o.FS = vfs.NewMem()
	}
	if o.FS == nil {
		o.FS = vfs.Default
	}
	f := newFault()
	opts := &pebble.Options{
		FS:                          frozenFS{o.FS, f},
		Cache:                       blockCache(),
		MemTableSize:                memtableBytes,
		MemTableStopWritesThreshold: memtables,
		FormatMajorVersion:          pebble.FormatNewest,
		Logger:                      f,
		EventListener: &pebble.EventListener{
			BackgroundError: func(err error) { f.set(err) },
			DataCorruption:  func(c pebble.DataCorruptionInfo) { f.set(fmt.Errorf("corrupt data: %s", c)) },
		},
	}
	for i := range opts.Levels {
		opts.Levels[i].FilterPolicy = bloom.FilterPolicy(10) // asking for an absent key should not touch the disk
	}
	db, err := openPebble(dir, opts, f)
	if err != nil {
		return nil, fmt.Errorf("kv: open %q: %w", dir, err)
	}
	if err := f.get(); err != nil {
		return nil, errors.Join(fmt.Errorf("kv: open %q: %w", dir, err), db.Close())
	}
	return &DB{reader: reader{from: db, fault: f}, db: db}, nil
}

// grace is how long Pebble may take to give up by itself when the disk fails
// while it opens. If it is moving its log to a table just then, it tries again
// for ever.
const grace = 50 * time.Millisecond

func openPebble(dir string, opts *pebble.Options, f *fault) (*pebble.DB, error) {
	type result struct {
		db  *pebble.DB
		err error
	}
	done := make(chan result, 1)
	go func() {
		db, err := pebble.Open(dir, opts)
		done <- result{db, err}
	}()
	select {
	case r := <-done:
		return r.db, r.err
	case <-f.tripped:
	}
	select {
	case r := <-done:
		return r.db, r.err
	case <-time.After(grace):
	}
	f.abandoned.Store(true) // what is left of Pebble stands still
	return nil, f.get()
}

// Close releases the database. What was written without sync is on disk
// afterwards, too. No call may be under way; later ones get ErrClosed.
func (d *DB) Close() error {
	if d.fault.closed.Swap(true) {
		return ErrClosed
	}
	if d.fault.wedged.Load() {
		return fmt.Errorf("kv: close: %w", d.fault.get()) // the engine holds locks it will never give back
	}
	err := d.db.Close()
	if first := d.fault.get(); first != nil {
		err = first
	}
	if err != nil {
		return fmt.Errorf("kv: close: %w", err)
	}
	return nil
}

// Set writes one key.
func (d *DB) Set(key, value []byte) error {
	b := d.NewBatch()
	if err := b.Set(key, value); err != nil {
		return errors.Join(err, b.Close())
	}
	return b.Write()
}

// Delete removes one key, which need not exist.
func (d *DB) Delete(key []byte) error {
	b := d.NewBatch()
	if err := b.Delete(key); err != nil {
		return errors.Join(err, b.Close())
	}
	return b.Write()
}

// Compact rewrites the keys from start until before end in their smallest form.
func (d *DB) Compact(start, end []byte) error {
	if err := d.fault.usable(); err != nil {
		return err
	}
	if err := d.db.Compact(context.Background(), start, end, false); err != nil {
		return fmt.Errorf("kv: compact: %w", err)
	}
	return nil
}

// Flush moves what is in memory to tables on disk. The room of deleted keys is
// given back some time after that.
func (d *DB) Flush() (err error) {
	if err := d.fault.usable(); err != nil {
		return err
	}
	defer func() {
		// Pebble panics when it cannot start a new log file.
		if p := recover(); p != nil {
			d.fault.wedged.Store(true)
			d.fault.set(fmt.Errorf("flush: %v", p))
			err = d.fault.get()
		}
	}()
	done, err := d.db.AsyncFlush()
	if err != nil {
		return fmt.Errorf("kv: flush: %w", err)
	}
	select {
	case <-done:
	case <-d.fault.tripped: // it would be tried again for ever
	}
	return d.fault.get()
}

// Metrics describes the engine's condition for a person.
func (d *DB) Metrics() string { return d.db.Metrics().String() }

// Snapshot is the database as it was at one moment.
type Snapshot struct {
	reader
	snapshot *pebble.Snapshot
}

// Snapshot keeps what the database holds now. It must be closed.
func (d *DB) Snapshot() (*Snapshot, error) {
	if err := d.fault.usable(); err != nil {
		return nil, err
	}
	s := d.db.NewSnapshot()
	return &Snapshot{reader{from: s, fault: d.fault}, s}, nil
}

// Close gives the snapshot up.
func (s *Snapshot) Close() error { return s.snapshot.Close() }

// reader is what a DB and a Snapshot have in common.
type reader struct {
	from  pebble.Reader
	fault *fault
}

// Get returns the value of a key, which is the caller's, or nil if there is
// none.
func (r reader) Get(key []byte) ([]byte, error) {
	var out []byte
	err := r.lookup(key, func(v []byte) { out = append([]byte{}, v...) })
	return out, err
}

// Has tells whether a key exists.
func (r reader) Has(key []byte) (bool, error) {
	found := false
	err := r.lookup(key, func([]byte) { found = true })
	return found, err
}

func (r reader) lookup(key []byte, found func([]byte)) error {
	if len(key) == 0 {
		return ErrEmptyKey
	}
	if err := r.fault.usable(); err != nil {
		return err
	}
	v, c, err := r.from.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("kv: read: %w", err)
	}
	found(v)
	return c.Close()
}

// Iter visits the keys from start until before end in byte order; nil is no
// bound. The iterator must be closed.
func (r reader) Iter(start, end []byte) (*Iterator, error) {
	if err := r.fault.usable(); err != nil {
		return nil, err
	}
	it, err := r.from.NewIter(&pebble.IterOptions{LowerBound: bytes.Clone(start), UpperBound: bytes.Clone(end)})
	if err != nil {
		return nil, fmt.Errorf("kv: iterate: %w", err)
	}
	return &Iterator{it: it}, nil
}

// Iterator walks over a range of keys. Next or Prev must be called first; they
// start from the range's first or last key.
type Iterator struct {
	it    *pebble.Iterator
	begun bool
}

// Next moves to the next key and tells whether there is one.
func (i *Iterator) Next() bool {
	if i.begun {
		return i.it.Next()
	}
	i.begun = true
	return i.it.First()
}

// Prev moves to the key before and tells whether there is one.
func (i *Iterator) Prev() bool {
	if i.begun {
		return i.it.Prev()
	}
	i.begun = true
	return i.it.Last()
}

// Key is valid until the iterator moves.
func (i *Iterator) Key() []byte { return i.it.Key() }

// Value is valid until the iterator moves.
func (i *Iterator) Value() []byte { return i.it.Value() }

// Close frees the iterator and returns the error that ended it, if one did.
func (i *Iterator) Close() error {
	if err := i.it.Close(); err != nil {
		return fmt.Errorf("kv: iterate: %w", err)
	}
	return nil
}

// PrefixEnd is the first key after all keys that begin with prefix; nil means
// that there is no such bound.
func PrefixEnd(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}
