package tree

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"urna/census"
)

// importBatch is how many members of an import are written at once: 3.6 MB.
const importBatch = 1 << 16

// Import brings the members of r into a directory, from which nothing may have
// been read yet, as Open finds them there: with the memory of one batch. They are
// on disk, and have the promised root, when it returns nil. After a crash, or an
// error that was not r's, it goes on with what is there if it is called again with
// the same census; until then the directory is not to be opened. step, which may
// be nil, is called after each batch with how many members are on disk; its error
// ends the import.
func Import(dir string, r *Reader, step func(done int) error) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, fileName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	d := &file{f: f}
	batch := make([]leaf, 0, min(importBatch, r.size))
	for ended := false; !ended; {
		l, err := r.next()
		if ended = errors.Is(err, io.EOF); !ended {
			if err != nil {
				return err
			}
			batch = append(batch, l)
		}
		if len(batch) == importBatch || ended && len(batch) > 0 {
			if err := d.keep(frame(batch)); err != nil {
				return err
			}
			batch = batch[:0]
			if step != nil {
				if err := step(r.given); err != nil {
					return err
				}
			}
		}
	}
	if err := d.cut(); err != nil {
		return err
	}
	return errors.Join(syncDir(dir), syncDir(filepath.Dir(dir)))
}

// keep writes a frame unless it is there.
func (d *file) keep(b []byte) error {
	there := make([]byte, len(b))
	n, err := d.f.ReadAt(there, d.size)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.Equal(there[:n], b) {
		d.size += int64(n)
		return nil
	}
	if err := d.f.Truncate(d.size); err != nil {
		return err
	}
	return d.write(b)
}

// OpenReader reads the members that Import brought into a directory, without
// keeping them in memory. The Closer must be closed.
func OpenReader(dir string, root census.Root) (*Reader, io.Closer, error) {
	f, err := os.Open(filepath.Join(dir, fileName))
	if err != nil {
		return nil, nil, err
	}
	r, err := readFile(f, root)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("census in %s: %w", dir, err), f.Close())
	}
	return r, f, nil
}

func readFile(f *os.File, root census.Root) (*Reader, error) {
	var bodies []io.Reader
	var head [8]byte
	var at, members int64
	for {
		_, err := f.ReadAt(head[:], at)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		n := int64(binary.LittleEndian.Uint64(head[:]))
		if n <= 0 || n%recordLen != 0 {
			return nil, ErrCorrupt
		}
		bodies = append(bodies, io.NewSectionReader(f, at+headerLen, n))
		at, members = at+headerLen+n, members+n/recordLen
	}
	in := bufio.NewReaderSize(io.MultiReader(bodies...), 64<<10)
	r := &Reader{root: root, size: int(members)}
	var record [recordLen]byte
	r.read = func() (leaf, error) {
		if _, err := io.ReadFull(in, record[:]); err != nil {
			return leaf{}, err
		}
		return readRecord(r.given, record[:])
	}
	return r, nil
}
