package kv

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

var (
	errBatchDone = errors.New("kv: batch is written or closed")
	errReadOnly  = errors.New("kv: a snapshot cannot be written")
)

// Batch collects writes that happen together or not at all. It is not safe for
// concurrent use.
type Batch struct {
	b     *pebble.Batch // nil once written or closed
	fault *fault
}

// NewBatch makes an empty batch. It must be written or closed.
func (d *DB) NewBatch() *Batch { return &Batch{d.db.NewBatch(), d.fault} }

// NewBatchSize makes an empty batch with room for n bytes.
func (d *DB) NewBatchSize(n int) *Batch { return &Batch{d.db.NewBatchWithSize(n), d.fault} }

// Set writes a key. Key and value are copied.
func (b *Batch) Set(key, value []byte) error {
	if len(key) == 0 {
		return ErrEmptyKey
	}
	if b.b == nil {
		return errBatchDone
	}
	return b.b.Set(key, value, nil)
}

// Delete removes a key, which need not exist.
func (b *Batch) Delete(key []byte) error {
	if len(key) == 0 {
		return ErrEmptyKey
	}
	if b.b == nil {
		return errBatchDone
	}
	return b.b.Delete(key, nil)
}

// Append adds the writes of another batch, which stays as it is.
func (b *Batch) Append(other *Batch) error {
	if b.b == nil || other.b == nil {
		return errBatchDone
	}
	return b.b.Apply(other.b, nil)
}

// Len is the size of the batch in bytes.
func (b *Batch) Len() int {
	if b.b == nil {
		return 0
	}
	return b.b.Len()
}

// Write makes the batch visible; a crash soon after may lose it. The batch is
// closed, whether Write succeeds or not.
func (b *Batch) Write() error { return b.commit(pebble.NoSync) }

// WriteSync makes the batch visible and durable. The batch is closed, whether
// WriteSync succeeds or not.
func (b *Batch) WriteSync() error { return b.commit(pebble.Sync) }

func (b *Batch) commit(how *pebble.WriteOptions) (err error) {
	if b.b == nil {
		return errBatchDone
	}
	if err := b.fault.usable(); err != nil {
		return errors.Join(err, b.Close())
	}
	defer func() {
		// Pebble panics when it cannot start a new log file.
		if p := recover(); p != nil {
			b.fault.wedged.Store(true)
			b.fault.set(fmt.Errorf("write: %v", p))
			b.b, err = nil, b.fault.get()
		}
	}()
	err = b.b.Commit(how)
	if first := b.fault.get(); first != nil {
		b.b = nil // Pebble may still hold it
		return first
	}
	if err != nil {
		b.fault.set(err)
		b.b = nil
		return b.fault.get()
	}
	return b.Close()
}

// Close drops the batch. It may be called at any time.
func (b *Batch) Close() error {
	if b.b == nil {
		return nil
	}
	err := b.b.Close()
	b.b = nil
	return err
}

// Clear removes every key, and makes that durable.
func (d *DB) Clear() error {
	b := d.NewBatch()
	last := bytes.Repeat([]byte{0xff}, 64) // no key of ours begins like this
	if err := b.b.DeleteRange([]byte{0}, last, nil); err != nil {
		return errors.Join(err, b.Close())
	}
	return b.WriteSync()
}
