package tree

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// fileName holds the batches that were added, in order. A batch is the length
// of its members (eight bytes, little-endian), the first eight bytes of their
// SHA-256, and the members in the format of a dump.
const (
	fileName  = "members"
	headerLen = 16
)

// file is the disk's side of a tree. A nil file keeps nothing.
type file struct {
	f    *os.File
	size int64 // of the whole batches, all of them synced
	err  error // set once a write has failed and could not be taken back
}

// Open returns the census that is kept in a directory, which it makes if need
// be. One Tree at a time may have it open. A batch that a crash cut off was
// never acknowledged and is dropped; any other damage is ErrCorrupt.
func Open(dir string) (*Tree, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, fileName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	t := &Tree{disk: &file{f: f}}
	if err := t.read(); err != nil {
		return nil, errors.Join(fmt.Errorf("census in %s: %w", dir, err), f.Close())
	}
	if err := errors.Join(syncDir(dir), syncDir(filepath.Dir(dir))); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return t, nil
}

// read adds the batches of the file to the tree, which must be empty.
func (t *Tree) read() error {
	b, err := os.ReadFile(t.disk.f.Name())
	if err != nil {
		return err
	}
	leaves := make([]leaf, 0, len(b)/recordLen)
	for rest := b; len(rest) > 0; {
		body, whole := batch(rest)
		if !whole {
			break
		}
		if body == nil {
			return ErrCorrupt
		}
		more, err := readRecords(body)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		leaves = append(leaves, more...)
		rest = rest[headerLen+len(body):]
		t.disk.size = int64(len(b) - len(rest))
	}
	leaves, repeated := t.fresh(leaves)
	if len(repeated) > 0 {
		return fmt.Errorf("%w: a member is there twice", ErrCorrupt)
	}
	t.merge(leaves)
	return t.disk.cut()
}

// batch returns the members at the start of b, or nil if they are damaged, or
// whole = false for what a crash may leave at the end of the file: a batch that
// is too short, or has its length but not its bytes, or zeros.
func batch(b []byte) (body []byte, whole bool) {
	if len(b) < headerLen {
		return nil, false
	}
	n := binary.LittleEndian.Uint64(b)
	if n == 0 || n%recordLen != 0 {
		return nil, len(bytes.Trim(b, "\x00")) > 0
	}
	if n > uint64(len(b)-headerLen) {
		return nil, false
	}
	body = b[headerLen : headerLen+int(n)]
	if sum := sha256.Sum256(body); bytes.Equal(sum[:8], b[8:headerLen]) {
		return body, true
	}
	return nil, headerLen+int(n) < len(b)
}

// append adds a batch and returns when it is on disk. After an error the file
// is as before, or the tree refuses to be changed again.
func (d *file) append(leaves []leaf) error {
	if d == nil || len(leaves) == 0 {
		return nil
	}
	if d.err != nil {
		return d.err
	}
	return d.write(frame(leaves))
}

// frame is a batch as it stands in the file.
func frame(leaves []leaf) []byte {
	b := make([]byte, headerLen, headerLen+recordLen*len(leaves))
	b = appendRecords(b, leaves)
	binary.LittleEndian.PutUint64(b, uint64(len(b)-headerLen))
	sum := sha256.Sum256(b[headerLen:])
	copy(b[8:headerLen], sum[:])
	return b
}

// write is append for a frame.
func (d *file) write(b []byte) error {
	_, err := d.f.WriteAt(b, d.size)
	if err == nil {
		err = d.f.Sync()
	}
	if err != nil {
		if undo := d.cut(); undo != nil {
			d.err = fmt.Errorf("census file is in an unknown state: %w", undo)
		}
		return err
	}
	d.size += int64(len(b))
	return nil
}

// cut drops what follows the whole batches.
func (d *file) cut() error {
	if err := d.f.Truncate(d.size); err != nil {
		return err
	}
	return d.f.Sync()
}

func (d *file) close() error {
	if d == nil {
		return nil
	}
	return d.f.Close()
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
