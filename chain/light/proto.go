package light

import "encoding/binary"

// The wire types of Protobuf that CometBFT's messages use.
const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
)

// message writes Protobuf fields in the order of the calls. A field of value
// zero is left out, as proto3 wants it. Field numbers are below 16.
type message struct{ b []byte }

func (m *message) tag(field, wire int) { m.b = append(m.b, byte(field<<3|wire)) }

func (m *message) varint(field int, v uint64) {
	if v != 0 {
		m.tag(field, wireVarint)
		m.b = binary.AppendUvarint(m.b, v)
	}
}

func (m *message) fixed64(field int, v uint64) {
	if v != 0 {
		m.tag(field, wireFixed64)
		m.b = binary.LittleEndian.AppendUint64(m.b, v)
	}
}

func (m *message) bytes(field int, p []byte) {
	if len(p) != 0 {
		m.message(field, p)
	}
}

// message writes a part that stands there even if it is empty.
func (m *message) message(field int, p []byte) {
	m.tag(field, wireBytes)
	m.b = binary.AppendUvarint(m.b, uint64(len(p)))
	m.b = append(m.b, p...)
}

// fields reads what message writes, and nothing else: fields in another order,
// zeros that stand there and longer varints are left over or bad.
type fields struct {
	b   []byte
	bad bool
}

// next tells whether the next field is of this number and type, and passes its
// tag.
func (f *fields) next(field, wire int) bool {
	if len(f.b) == 0 || f.b[0] != byte(field<<3|wire) {
		return false
	}
	f.b = f.b[1:]
	return true
}

func (f *fields) number() uint64 {
	v, n := binary.Uvarint(f.b)
	if n <= 0 || (n > 1 && f.b[n-1] == 0) {
		f.bad, f.b = true, nil
		return 0
	}
	f.b = f.b[n:]
	return v
}

func (f *fields) varint(field int) uint64 {
	if !f.next(field, wireVarint) {
		return 0
	}
	v := f.number()
	f.bad = f.bad || v == 0
	return v
}

func (f *fields) bytes(field int) []byte {
	if !f.next(field, wireBytes) {
		return nil
	}
	p := f.part()
	f.bad = f.bad || len(p) == 0
	return p
}

// message reads a part that must stand there.
func (f *fields) message(field int) []byte {
	if !f.next(field, wireBytes) {
		f.bad = true
		return nil
	}
	return f.part()
}

func (f *fields) part() []byte {
	n := f.number()
	if n > uint64(len(f.b)) {
		f.bad, f.b = true, nil
		return nil
	}
	p := f.b[:n:n]
	f.b = f.b[n:]
	return p
}

// done tells whether everything was read and right.
func (f *fields) done() bool { return !f.bad && len(f.b) == 0 }
