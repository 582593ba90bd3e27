package archive

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"urna/chain/light"
	"urna/internal/check"
)

// Extension is what a comparison of two archives has found.
type Extension struct {
	Old    *Verdict `json:"old"`
	New    *Verdict `json:"new,omitempty"`
	Common uint64   `json:"common"` // headers that stand in both
	Only   uint64   `json:"only"`   // headers of the old one that the new one does not hold
}

// Extends verifies two archives and asks whether the second extends the first:
// the same genesis (V01), no other header at any height that both hold, an end
// that is no earlier, and all heights of the old one if the new one is of a
// chain (V21).
func Extends(ctx context.Context, old, new io.Reader, o Options) (e *Extension, err error) {
	e = &Extension{}
	was, err := listHeaders(o.Dir)
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, was.close()) }()
	is, err := listHeaders(o.Dir)
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, is.close()) }()
	o.header = was.add
	if e.Old, err = Verify(ctx, old, o); err != nil {
		return e, fmt.Errorf("the old archive: %w", err)
	}
	o.header = is.add
	if e.New, err = Verify(ctx, new, o); err != nil {
		return e, fmt.Errorf("the new archive: %w", err)
	}
	if e.Old.GenesisHash != e.New.GenesisHash {
		return e, check.Fail(check.Genesis, "the old archive is of the chain of genesis %s, the new one of %s", e.Old.GenesisHash, e.New.GenesisHash)
	}
	if e.New.Height < e.Old.Height {
		return e, check.Fail(check.Headers, "the new archive ends at height %d, before the old one, at %d", e.New.Height, e.Old.Height)
	}
	return e, e.compare(was, is)
}

// compare goes through both lists at once.
func (e *Extension) compare(was, is *headerList) error {
	a, err := was.sorted()
	if err != nil {
		return err
	}
	b, err := is.sorted()
	if err != nil {
		return err
	}
	at, more, err := b()
	for err == nil {
		var old headerAt
		var ok bool
		if old, ok, err = a(); err != nil || !ok {
			return err
		}
		for more && at.height < old.height && err == nil {
			at, more, err = b()
		}
		switch {
		case err != nil:
		case more && at.height == old.height && at.hash != old.hash:
			return check.Fail(check.Headers, "header %d is %x in the old archive and %x in the new one", old.height, old.hash, at.hash)
		case more && at.height == old.height:
			e.Common++
		case e.New.Kind == Chain:
			return check.Fail(check.Headers, "the new archive lacks header %d", old.height)
		default:
			e.Only++
		}
	}
	return err
}

// headerAt is a header by its height and hash.
type headerAt struct {
	height int64
	hash   light.Hash
}

// headerList is the headers of an archive. Those that come in ascending order
// are kept in a file, the few others in memory.
type headerList struct {
	file  *os.File
	w     *bufio.Writer
	last  int64
	early []headerAt // they came before one of a lower height
}

func listHeaders(dir string) (*headerList, error) {
	f, err := os.CreateTemp(dir, "urna-headers-*")
	if err != nil {
		return nil, err
	}
	return &headerList{file: f, w: bufio.NewWriter(f)}, nil
}

func (l *headerList) close() error { return errors.Join(l.file.Close(), os.Remove(l.file.Name())) }

// add takes the next header. An archive of an election shows those of its proofs
// first, and then those of its blocks; they are kept apart by where they came.
func (l *headerList) add(h *light.Header) error {
	if h.Height <= l.last { // the blocks begin: what came before is kept in memory
		if err := l.restart(); err != nil {
			return err
		}
	}
	l.last = h.Height
	hash := h.Hash()
	_, err := l.w.Write(append(binary.BigEndian.AppendUint64(nil, uint64(h.Height)), hash[:]...))
	return err
}

// restart moves what is in the file into memory.
func (l *headerList) restart() error {
	next, err := l.stored()
	if err != nil {
		return err
	}
	for {
		h, ok, err := next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		l.early = append(l.early, h)
	}
	if _, err := l.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return l.file.Truncate(0)
}

// stored reads the file from its start.
func (l *headerList) stored() (func() (headerAt, bool, error), error) {
	if err := l.w.Flush(); err != nil {
		return nil, err
	}
	if _, err := l.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	r := bufio.NewReader(l.file)
	return func() (h headerAt, ok bool, err error) {
		var b [8 + len(h.hash)]byte
		_, err = io.ReadFull(r, b[:])
		if errors.Is(err, io.EOF) {
			return h, false, nil
		}
		h.height = int64(binary.BigEndian.Uint64(b[:]))
		copy(h.hash[:], b[8:])
		return h, err == nil, err
	}, nil
}

// sorted reads all headers by height. What stands in two places is read twice.
func (l *headerList) sorted() (func() (headerAt, bool, error), error) {
	next, err := l.stored()
	if err != nil {
		return nil, err
	}
	early := slices.Clone(l.early)
	slices.SortStableFunc(early, func(a, b headerAt) int {
		return cmp.Or(cmp.Compare(a.height, b.height), bytes.Compare(a.hash[:], b.hash[:]))
	})
	at, more, err := next()
	return func() (h headerAt, ok bool, bad error) {
		if err != nil {
			return h, false, err
		}
		if len(early) > 0 && (!more || early[0].height <= at.height) {
			h, early = early[0], early[1:]
			return h, true, nil
		}
		h, ok = at, more
		if more {
			at, more, err = next()
		}
		return h, ok, nil
	}, nil
}
