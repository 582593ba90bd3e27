package kv

import (
	"bytes"
	"errors"
	"sync/atomic"

	corestore "cosmossdk.io/core/store"
	cmtdb "github.com/cometbft/cometbft-db"
)

// cursor is an iterator as IAVL and CometBFT want it.
type cursor struct {
	it         *Iterator
	step       func() bool
	strip      int // bytes of prefix that the reader does not see
	start, end []byte
	valid      bool
	err        error // from Close; Pebble reports it there
	closed     bool
	onError    func(error)
}

func newCursor(r reader, prefix, start, end []byte, reverse bool, onError func(error)) (*cursor, error) {
	if (start != nil && len(start) == 0) || (end != nil && len(end) == 0) {
		return nil, ErrEmptyKey
	}
	upper := PrefixEnd(prefix)
	if end != nil {
		upper = join(prefix, end)
	}
	it, err := r.Iter(join(prefix, start), upper)
	if err != nil {
		return nil, err
	}
	c := &cursor{it: it, step: it.Next, strip: len(prefix), start: start, end: end, onError: onError}
	if reverse {
		c.step = it.Prev
	}
	c.move()
	return c, nil
}

func (c *cursor) move() {
	if c.valid = c.step(); c.valid {
		return
	}
	c.err = c.it.it.Error()
	if c.err != nil && c.onError != nil {
		c.onError(c.err)
	}
}

func (c *cursor) Domain() (start, end []byte) { return c.start, c.end }
func (c *cursor) Valid() bool                 { return c.valid && !c.closed }
func (c *cursor) Error() error                { return c.err }

func (c *cursor) Next() {
	c.mustBeValid()
	c.move()
}

func (c *cursor) Key() []byte {
	c.mustBeValid()
	return bytes.Clone(c.it.Key()[c.strip:])
}

func (c *cursor) Value() []byte {
	c.mustBeValid()
	return append([]byte{}, c.it.Value()...)
}

func (c *cursor) mustBeValid() {
	if !c.Valid() {
		panic("kv: iterator is used beyond its end")
	}
}

func (c *cursor) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	return c.it.Close()
}

func join(prefix, key []byte) []byte {
	return append(append(make([]byte, 0, len(prefix)+len(key)), prefix...), key...)
}

// Tree is the part of a database under one prefix byte, as IAVL wants it.
//
// IAVL forgets some errors that it meets while reading, and would go on to
// write what follows from half a tree. So after its first error a Tree refuses
// every further call.
type Tree struct {
	r      reader
	db     *DB // nil over a snapshot
	prefix []byte
	first  atomic.Pointer[error]
	along  *Batch
}

// Tree gives the keys that begin with prefix.
func (d *DB) Tree(prefix byte) *Tree { return &Tree{r: d.reader, db: d, prefix: []byte{prefix}} }

// Tree gives the keys that begin with prefix, for reading.
func (s *Snapshot) Tree(prefix byte) *Tree { return &Tree{r: s.reader, prefix: []byte{prefix}} }

// Err is the first error that the tree's user met, if any.
func (t *Tree) Err() error {
	if p := t.first.Load(); p != nil {
		return *p
	}
	return nil
}

func (t *Tree) keep(err error) error {
	if err != nil {
		t.first.CompareAndSwap(nil, &err)
	}
	return err
}

// Along makes b part of the next batch that the tree writes: both become
// durable in one step.
func (t *Tree) Along(b *Batch) { t.along = b }

// Get implements iavl's DB.
func (t *Tree) Get(key []byte) ([]byte, error) {
	if err := t.Err(); err != nil {
		return nil, err
	}
	v, err := t.r.Get(join(t.prefix, key))
	return v, t.keep(err)
}

// Has implements iavl's DB.
func (t *Tree) Has(key []byte) (bool, error) {
	if err := t.Err(); err != nil {
		return false, err
	}
	ok, err := t.r.Has(join(t.prefix, key))
	return ok, t.keep(err)
}

// Iterator implements iavl's DB.
func (t *Tree) Iterator(start, end []byte) (corestore.Iterator, error) {
	return t.cursor(start, end, false)
}

// ReverseIterator implements iavl's DB.
func (t *Tree) ReverseIterator(start, end []byte) (corestore.Iterator, error) {
	return t.cursor(start, end, true)
}

func (t *Tree) cursor(start, end []byte, reverse bool) (corestore.Iterator, error) {
	if err := t.Err(); err != nil {
		return nil, err
	}
	c, err := newCursor(t.r, t.prefix, start, end, reverse, func(err error) { t.keep(err) })
	if err != nil {
		return nil, t.keep(err)
	}
	return c, nil
}

// Close implements iavl's DB. It does nothing: the database is its owner's.
func (t *Tree) Close() error { return nil }

// NewBatch implements iavl's DB.
func (t *Tree) NewBatch() corestore.Batch {
	b := &treeBatch{tree: t}
	if t.db != nil {
		b.b = t.db.NewBatch()
	}
	return b
}

// NewBatchWithSize implements iavl's DB. The size, which IAVL takes for a
// flush threshold too, is not reserved.
func (t *Tree) NewBatchWithSize(int) corestore.Batch { return t.NewBatch() }

// treeBatch adds the prefix to a Batch.
type treeBatch struct {
	tree *Tree
	b    *Batch // nil over a snapshot
	key  []byte
}

func (b *treeBatch) ready() error {
	if b.b == nil {
		return errReadOnly
	}
	return b.tree.Err()
}

func (b *treeBatch) prefixed(key []byte) []byte {
	b.key = append(append(b.key[:0], b.tree.prefix...), key...)
	return b.key
}

func (b *treeBatch) Set(key, value []byte) error {
	if err := b.ready(); err != nil {
		return err
	}
	return b.tree.keep(b.b.Set(b.prefixed(key), value))
}

func (b *treeBatch) Delete(key []byte) error {
	if err := b.ready(); err != nil {
		return err
	}
	return b.tree.keep(b.b.Delete(b.prefixed(key)))
}

func (b *treeBatch) Write() error     { return b.write((*Batch).Write) }
func (b *treeBatch) WriteSync() error { return b.write((*Batch).WriteSync) }

func (b *treeBatch) write(commit func(*Batch) error) error {
	if err := b.ready(); err != nil {
		return err
	}
	along := b.tree.along
	if along == nil {
		return b.tree.keep(commit(b.b))
	}
	b.tree.along = nil
	if err := along.Append(b.b); err != nil {
		return b.tree.keep(err)
	}
	return b.tree.keep(along.WriteSync())
}

func (b *treeBatch) Close() error {
	if b.b == nil {
		return nil
	}
	return b.b.Close()
}

func (b *treeBatch) GetByteSize() (int, error) {
	if b.b == nil {
		return 0, nil
	}
	return b.b.Len(), nil
}

var errNilValue = errors.New("kv: nil value")

// Comet is a database as CometBFT wants it. Closing it closes the database.
func Comet(d *DB) cmtdb.DB { return comet{d} }

type comet struct{ *DB }

func (c comet) Set(key, value []byte) error     { return c.write(key, value, (*Batch).Write) }
func (c comet) SetSync(key, value []byte) error { return c.write(key, value, (*Batch).WriteSync) }

func (c comet) write(key, value []byte, commit func(*Batch) error) error {
	b := c.DB.NewBatch()
	if err := (cometBatch{b}).Set(key, value); err != nil {
		return errors.Join(err, b.Close())
	}
	return commit(b)
}

func (c comet) DeleteSync(key []byte) error {
	b := c.DB.NewBatch()
	if err := b.Delete(key); err != nil {
		return errors.Join(err, b.Close())
	}
	return b.WriteSync()
}

func (c comet) Iterator(start, end []byte) (cmtdb.Iterator, error) {
	return newCometCursor(c.reader, start, end, false)
}

func (c comet) ReverseIterator(start, end []byte) (cmtdb.Iterator, error) {
	return newCometCursor(c.reader, start, end, true)
}

func newCometCursor(r reader, start, end []byte, reverse bool) (cmtdb.Iterator, error) {
	cur, err := newCursor(r, nil, start, end, reverse, nil)
	if err != nil {
		return nil, err
	}
	return cur, nil
}

func (c comet) NewBatch() cmtdb.Batch    { return cometBatch{c.DB.NewBatch()} }
func (c comet) Print() error             { return errors.ErrUnsupported }
func (c comet) Stats() map[string]string { return map[string]string{"pebble": c.Metrics()} }

// Compact implements cmtdb.DB; nil is no bound.
func (c comet) Compact(start, end []byte) error {
	if start == nil {
		start = []byte{0}
	}
	if end == nil {
		it, err := c.Iter(start, nil)
		if err != nil {
			return err
		}
		if it.Prev() {
			end = append(bytes.Clone(it.Key()), 0)
		}
		if err := it.Close(); err != nil {
			return err
		}
	}
	if bytes.Compare(start, end) >= 0 {
		return nil
	}
	return c.DB.Compact(start, end)
}

type cometBatch struct{ *Batch }

func (b cometBatch) Set(key, value []byte) error {
	if value == nil {
		return errNilValue
	}
	return b.Batch.Set(key, value)
}
