// Package codec writes and reads the canonical bytes of everything the chain
// stores or hashes: one value has one encoding, and a reader that meets
// anything else reports ErrNotCanonical.
//
// Integers are big-endian and fixed width, or unsigned varints in their
// shortest form; byte strings carry a varint length; amounts of up to 256 bits
// are a length byte and a big-endian number without leading zeros. There are
// no field tags: a record starts with a version byte that names its layout.
package codec

import (
	"encoding/binary"
	"errors"

	"github.com/holiman/uint256"
)

// ErrNotCanonical reports bytes that no Writer would have produced.
var ErrNotCanonical = errors.New("codec: not a canonical encoding")

// Writer appends fields to B.
type Writer struct{ B []byte }

// U8 appends one byte.
func (w *Writer) U8(v uint8) { w.B = append(w.B, v) }

// U32 appends four bytes, big-endian.
func (w *Writer) U32(v uint32) { w.B = binary.BigEndian.AppendUint32(w.B, v) }

// U64 appends eight bytes, big-endian.
func (w *Writer) U64(v uint64) { w.B = binary.BigEndian.AppendUint64(w.B, v) }

// Uvarint appends v in LEB128, shortest form.
func (w *Writer) Uvarint(v uint64) { w.B = binary.AppendUvarint(w.B, v) }

// Bool appends 0 or 1.
func (w *Writer) Bool(v bool) {
	if v {
		w.U8(1)
	} else {
		w.U8(0)
	}
}

// Fixed appends p as it is; the reader must know its length.
func (w *Writer) Fixed(p []byte) { w.B = append(w.B, p...) }

// Bytes appends the length of p and p.
func (w *Writer) Bytes(p []byte) {
	w.Uvarint(uint64(len(p)))
	w.B = append(w.B, p...)
}

// String appends the length of s and s.
func (w *Writer) String(s string) {
	w.Uvarint(uint64(len(s)))
	w.B = append(w.B, s...)
}

// U256 appends a length byte (0 to 32) and the big-endian number.
func (w *Writer) U256(v *uint256.Int) {
	n := v.ByteLen()
	w.U8(uint8(n))
	full := v.Bytes32()
	w.B = append(w.B, full[32-n:]...)
}

// Reader takes fields from a byte string in the order they were written. The
// first error sticks: later reads return zero values, and Done reports it.
type Reader struct {
	b   []byte
	err error
}

// NewReader reads from b, which it does not copy.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Done returns the first error, or ErrNotCanonical if bytes are left over.
func (r *Reader) Done() error {
	if r.err == nil && len(r.b) != 0 {
		r.err = ErrNotCanonical
	}
	return r.err
}

// Err returns the first error so far.
func (r *Reader) Err() error { return r.err }

// Len returns how many bytes are left.
func (r *Reader) Len() int { return len(r.b) }

// Fixed returns the next n bytes, which alias the input.
func (r *Reader) Fixed(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.b) {
		r.Fail()
		return nil
	}
	p := r.b[:n:n]
	r.b = r.b[n:]
	return p
}

// Into fills p with the next len(p) bytes.
func (r *Reader) Into(p []byte) { copy(p, r.Fixed(len(p))) }

// U8 reads one byte.
func (r *Reader) U8() uint8 {
	if p := r.Fixed(1); p != nil {
		return p[0]
	}
	return 0
}

// U32 reads four bytes, big-endian.
func (r *Reader) U32() uint32 {
	if p := r.Fixed(4); p != nil {
		return binary.BigEndian.Uint32(p)
	}
	return 0
}

// U64 reads eight bytes, big-endian.
func (r *Reader) U64() uint64 {
	if p := r.Fixed(8); p != nil {
		return binary.BigEndian.Uint64(p)
	}
	return 0
}

// Uvarint reads a varint and refuses any but its shortest form.
func (r *Reader) Uvarint() uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.b)
	if n <= 0 || (n > 1 && r.b[n-1] == 0) {
		r.Fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Bool reads 0 or 1.
func (r *Reader) Bool() bool {
	v := r.U8()
	if v > 1 {
		r.Fail()
	}
	return v == 1
}

// Bytes reads a length of at most limit and that many bytes, which alias the
// input. An empty string is nil.
func (r *Reader) Bytes(limit int) []byte {
	n := r.Uvarint()
	if n > uint64(limit) {
		r.Fail()
		return nil
	}
	if n == 0 {
		return nil
	}
	return r.Fixed(int(n))
}

// String reads a length of at most limit and that many bytes.
func (r *Reader) String(limit int) string { return string(r.Bytes(limit)) }

// U256 reads an amount written by Writer.U256.
func (r *Reader) U256() (v uint256.Int) {
	n := int(r.U8())
	if n > 32 {
		r.Fail()
		return v
	}
	p := r.Fixed(n)
	if n > 0 && (p == nil || p[0] == 0) {
		r.Fail()
		return v
	}
	v.SetBytes(p)
	return v
}

// Fail marks the input as not canonical; decoders call it when a value has no
// meaning.
func (r *Reader) Fail() {
	if r.err == nil {
		r.err = ErrNotCanonical
	}
}
