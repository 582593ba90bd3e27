package ipfs

import (
	"context"
	"errors"

	"urna/internal/kv"
)

// sweepBatch is how many blocks are removed before others may go on.
const sweepBatch = 256

// sweep removes the blocks that no pin names and no work holds. Work may begin
// and end meanwhile: what it holds when the pins are read, or later, stays until
// the next sweep.
func (e *embedded) sweep(ctx context.Context) error {
	e.sweeping.Lock()
	defer e.sweeping.Unlock()
	e.mark(true)
	defer e.mark(false)
	needed := map[[32]byte]struct{}{}
	err := e.disk.each(pinKey, func(key, value []byte) error {
		_, hashes, err := parsePin(key, value)
		if err != nil {
			return err
		}
		for ; len(hashes) > 0; hashes = hashes[32:] {
			needed[[32]byte(hashes)] = struct{}{}
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	var garbage [][32]byte // of sizes, which are small: blocks are not read
	err = e.disk.each(sizeKey, func(key, _ []byte) error {
		if _, ok := needed[[32]byte(key)]; !ok {
			garbage = append(garbage, [32]byte(key))
		}
		return ctx.Err()
	})
	found := len(garbage) > 0
	for err == nil && len(garbage) > 0 {
		n := min(len(garbage), sweepBatch)
		if err = e.remove(garbage[:n]); err == nil {
			err = ctx.Err()
		}
		garbage = garbage[n:]
	}
	if found && err == nil {
		err = e.disk.use(func(db *kv.DB) error { return db.Flush() }) // else the room is free at the next start
	}
	return err
}

// mark begins or ends a sweep.
func (e *embedded) mark(begin bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.marking = begin
	for _, hash := range e.late {
		e.release(hash)
	}
	e.late = nil
}

// remove deletes blocks unless somebody has come to hold them. Whoever holds a
// block does so before looking for it, and so either keeps it from being
// deleted or finds it gone.
func (e *embedded) remove(garbage [][32]byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.disk.use(func(db *kv.DB) error {
		b := db.NewBatch()
		for _, hash := range garbage {
			if e.held[hash] > 0 {
				continue
			}
			if err := deleteBlock(b, hash[:]); err != nil {
				return errors.Join(err, b.Close())
			}
		}
		return b.Write()
	})
}

// stored is the size of all blocks, pinned or not.
func (e *embedded) stored(ctx context.Context) (n int64, err error) {
	err = e.disk.each(sizeKey, func(_, size []byte) error {
		n += int64(blockSize(size))
		return ctx.Err()
	})
	return n, err
}
