package tree

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/holiman/uint256"

	"urna/census"
)

// FileMagic begins a census file: the members in the order of their paths, to be
// read and checked with the memory of one path; docs/spec/audit.md section 2.6:
//
//	magic
//	root                  32 bytes
//	number of members     8 bytes, little-endian
//	members               key, length of the weight (1 to 16), weight,
//	                      little-endian, whose last byte is not zero
const FileMagic = "urna-census-1\n"

const maxWidth = 16 // bytes of a weight

// MaxFileLen is the most bytes of a census file of so many members.
func MaxFileLen(members int) int64 {
	return int64(len(FileMagic)+len(census.Root{})+8) + int64(members)*(census.KeyLen+1+maxWidth)
}

// Reader gives the members of a census one after the other, in the order of
// their paths, and sees at the end that they have the root that was promised.
type Reader struct {
	root census.Root
	size int
	read func() (leaf, error)

	given  int
	edge   edge
	weight uint256.Int
	end    func() error // after the last member; may be nil
}

// Root is the root that is promised. It is the members' once all were read.
func (r *Reader) Root() census.Root { return r.root }

// Size is how many members there are.
func (r *Reader) Size() int { return r.size }

// next returns the next member, and io.EOF after the last if they have the root.
// Other errors wrap ErrDump or ErrRoot, or are the source's.
func (r *Reader) next() (leaf, error) {
	if r.given == r.size {
		if got := r.edge.root(); got != r.root {
			return leaf{}, fmt.Errorf("%w: its members have %s, it promises %s", ErrRoot, got, r.root)
		}
		if r.end != nil {
			if err := r.end(); err != nil {
				return leaf{}, err
			}
		}
		return leaf{}, io.EOF
	}
	l, err := r.read()
	if err != nil {
		return l, torn(err)
	}
	if !r.edge.add(l) {
		return l, fmt.Errorf("%w: member %d does not stand in its place", ErrDump, r.given)
	}
	r.given++
	w := l.amount()
	r.weight.Add(&r.weight, &w)
	return l, nil
}

// Check reads what is left and returns the weight of all members if they have
// the root that was promised.
func (r *Reader) Check() (uint256.Int, error) {
	for {
		if _, err := r.next(); errors.Is(err, io.EOF) {
			return r.weight, nil
		} else if err != nil {
			return uint256.Int{}, err
		}
	}
}

// NewReader reads a census file. No member is read yet; the error wraps ErrDump
// or is the source's.
func NewReader(from io.Reader) (*Reader, error) {
	in := bufio.NewReaderSize(from, 64<<10)
	head := make([]byte, len(FileMagic)+len(census.Root{})+8)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, torn(err)
	}
	if string(head[:len(FileMagic)]) != FileMagic {
		return nil, fmt.Errorf("%w: no census file", ErrDump)
	}
	head = head[len(FileMagic):]
	size := binary.LittleEndian.Uint64(head[len(census.Root{}):])
	if size == 0 || size > 1<<40 {
		return nil, fmt.Errorf("%w: %d members", ErrDump, size)
	}
	r := &Reader{root: census.Root(head), size: int(size)}
	var key [census.KeyLen + 1]byte
	var value [32]byte
	r.read = func() (leaf, error) {
		if _, err := io.ReadFull(in, key[:]); err != nil {
			return leaf{}, err
		}
		width := int(key[census.KeyLen])
		if width == 0 || width > maxWidth {
			return leaf{}, fmt.Errorf("%w: member %d has a weight of %d bytes", ErrDump, r.given, width)
		}
		clear(value[:])
		if _, err := io.ReadFull(in, value[:width]); err != nil {
			return leaf{}, err
		}
		if value[width-1] == 0 {
			return leaf{}, fmt.Errorf("%w: member %d has a weight of more bytes than it needs", ErrDump, r.given)
		}
		return newLeaf(census.Key(key[:census.KeyLen]), littleEndian(value[:]))
	}
	r.end = func() error {
		_, err := in.ReadByte()
		if err == nil {
			return fmt.Errorf("%w: there are bytes after the last member", ErrDump)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
	return r, nil
}

// torn says what is wrong with a source that ends before it should.
func torn(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends too early", ErrDump)
	}
	return err
}

// Sort reads a dump, whose members may stand in any order, into memory. There
// may be no more of them than limit. The error wraps ErrDump or ErrTooMany, or is
// the source's.
func Sort(root census.Root, dump io.Reader, limit int) (*Reader, error) {
	in := bufio.NewReaderSize(dump, 64<<10)
	t := New()
	var leaves []leaf
	var record [recordLen]byte
	for {
		_, err := io.ReadFull(in, record[:])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, torn(err)
		}
		if len(leaves) == limit {
			return nil, fmt.Errorf("%w: more than %d", ErrTooMany, limit)
		}
		l, err := readRecord(len(leaves), record[:])
		if err != nil {
			return nil, err
		}
		leaves = append(leaves, l)
	}
	sorted, repeated := t.fresh(leaves)
	if len(repeated) > 0 {
		return nil, fmt.Errorf("%w: member %d is there twice", ErrDump, repeated[0].index)
	}
	return sortedReader(root, sorted), nil
}

// Reader reads the members of a tree, which must not change meanwhile.
func (t *Tree) Reader() *Reader {
	t.hashed()
	defer t.mu.RUnlock()
	return sortedReader(t.root, t.leaves)
}

func sortedReader(root census.Root, sorted []leaf) *Reader {
	r := &Reader{root: root, size: len(sorted)}
	r.read = func() (leaf, error) { return sorted[r.given], nil }
	return r
}

// WriteFile writes what is left of r as a census file, from which nothing may have
// been read yet. step, which may be nil, is called now and then with how many
// members are written; its error ends it.
func WriteFile(to io.Writer, r *Reader, step func(done int) error) error {
	out := bufio.NewWriterSize(to, 64<<10)
	head := append([]byte(FileMagic), r.root[:]...)
	if _, err := out.Write(binary.LittleEndian.AppendUint64(head, uint64(r.size))); err != nil {
		return err
	}
	return each(r, step, out.Flush, func(l *leaf) error {
		key, value, width := l.key(), l.value(), l.width()
		_, _ = out.Write(key[:]) // a bufio.Writer keeps its first error
		_ = out.WriteByte(byte(width))
		_, err := out.Write(value[:width])
		return err
	})
}

// WriteDump writes what is left of r as a dump, as WriteFile does.
func WriteDump(to io.Writer, r *Reader, step func(done int) error) error {
	out := bufio.NewWriterSize(to, 64<<10)
	var b []byte
	return each(r, step, out.Flush, func(l *leaf) error {
		b = appendRecord(b[:0], l)
		_, err := out.Write(b)
		return err
	})
}

// stepLen is how many members are between two calls of step.
const stepLen = 1 << 13

// each calls visit for what is left of r, and end at last.
func each(r *Reader, step func(done int) error, end func() error, visit func(*leaf) error) error {
	for {
		l, err := r.next()
		if errors.Is(err, io.EOF) {
			if err := end(); err != nil || step == nil {
				return err
			}
			return step(r.given)
		}
		if err == nil {
			err = visit(&l)
		}
		if err == nil && step != nil && r.given%stepLen == 0 {
			err = step(r.given)
		}
		if err != nil {
			return err
		}
	}
}

// value is the weight as a tree's leaf has it.
func (l *leaf) value() [census.WeightLen]byte {
	w := l.amount()
	return census.WeightValue(&w)
}

// width is how many bytes the weight needs.
func (l *leaf) width() int {
	w := l.amount()
	return w.ByteLen()
}

func littleEndian(b []byte) *uint256.Int {
	var w uint256.Int
	for limb := range w {
		w[limb] = binary.LittleEndian.Uint64(b[8*limb:])
	}
	return &w
}
