package codec

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/holiman/uint256"
)

func amount(t testing.TB, s string) *uint256.Int {
	t.Helper()
	v, err := uint256.FromHex(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEveryFieldHasTheBytesOfTheSpecification(t *testing.T) {
	cases := []struct {
		name  string
		write func(w *Writer)
		want  string
	}{
		{"u8", func(w *Writer) { w.U8(0xfe) }, "fe"},
		{"u32", func(w *Writer) { w.U32(0x01020304) }, "01020304"},
		{"u64", func(w *Writer) { w.U64(0x0102030405060708) }, "0102030405060708"},
		{"uvarint 0", func(w *Writer) { w.Uvarint(0) }, "00"},
		{"uvarint 127", func(w *Writer) { w.Uvarint(127) }, "7f"},
		{"uvarint 128", func(w *Writer) { w.Uvarint(128) }, "8001"},
		{"uvarint max", func(w *Writer) { w.Uvarint(math.MaxUint64) }, "ffffffffffffffffff01"},
		{"false", func(w *Writer) { w.Bool(false) }, "00"},
		{"true", func(w *Writer) { w.Bool(true) }, "01"},
		{"fixed", func(w *Writer) { w.Fixed([]byte{1, 2}) }, "0102"},
		{"bytes", func(w *Writer) { w.Bytes([]byte{1, 2}) }, "020102"},
		{"no bytes", func(w *Writer) { w.Bytes(nil) }, "00"},
		{"string", func(w *Writer) { w.String("ab") }, "026162"},
		{"amount 0", func(w *Writer) { w.U256(new(uint256.Int)) }, "00"},
		{"amount 1", func(w *Writer) { w.U256(uint256.NewInt(1)) }, "0101"},
		{"amount 256", func(w *Writer) { w.U256(uint256.NewInt(256)) }, "020100"},
		{"amount max", func(w *Writer) { w.U256(new(uint256.Int).SetAllOne()) }, "20" + strings.Repeat("ff", 32)},
	}
	for _, c := range cases {
		var w Writer
		c.write(&w)
		if got := hex.EncodeToString(w.B); got != c.want {
			t.Errorf("%s: wrote %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWhatNoWriterProducesIsRefused(t *testing.T) {
	cases := []struct {
		name, in string
		read     func(r *Reader)
	}{
		{"bytes left over", "0000", func(r *Reader) { r.U8() }},
		{"nothing for a byte", "", func(r *Reader) { r.U8() }},
		{"three bytes for four", "010203", func(r *Reader) { r.U32() }},
		{"seven bytes for eight", "01020304050607", func(r *Reader) { r.U64() }},
		{"varint with a needless zero group", "8000", func(r *Reader) { r.Uvarint() }},
		{"varint cut off", "80", func(r *Reader) { r.Uvarint() }},
		{"varint of 65 bits", "ffffffffffffffffff02", func(r *Reader) { r.Uvarint() }},
		{"varint of eleven bytes", "8080808080808080808001", func(r *Reader) { r.Uvarint() }},
		{"bool 2", "02", func(r *Reader) { r.Bool() }},
		{"string longer than the limit", "03616263", func(r *Reader) { r.Bytes(2) }},
		{"string longer than the input", "03616b", func(r *Reader) { r.Bytes(10) }},
		{"length beyond all memory", "ffffffffffffffffff01", func(r *Reader) { r.Bytes(math.MaxInt) }},
		{"amount with a leading zero", "020001", func(r *Reader) { r.U256() }},
		{"amount zero written out", "0100", func(r *Reader) { r.U256() }},
		{"amount cut off", "0201", func(r *Reader) { r.U256() }},
		{"amount of 33 bytes", "21" + strings.Repeat("01", 33), func(r *Reader) { r.U256() }},
		{"negative length", "00", func(r *Reader) { r.Fixed(-1) }},
		{"refused by the caller", "", func(r *Reader) { r.Fail() }},
	}
	for _, c := range cases {
		b, err := hex.DecodeString(c.in)
		if err != nil {
			t.Fatal(err)
		}
		r := NewReader(b)
		c.read(r)
		if err := r.Done(); !errors.Is(err, ErrNotCanonical) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestTheFirstErrorSticks(t *testing.T) {
	r := NewReader([]byte{2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})
	r.Bool()
	if r.Err() == nil {
		t.Fatal("no error after a bool of 2")
	}
	sum := r.U256()
	if r.U8() != 0 || r.U32() != 0 || r.U64() != 0 || r.Uvarint() != 0 || r.Bool() || r.Bytes(9) != nil ||
		r.String(9) != "" || !sum.IsZero() {
		t.Error("a read after an error returned a value")
	}
	p := []byte{7}
	if r.Into(p); p[0] != 7 {
		t.Error("a read after an error wrote")
	}
	if r.Done() == nil {
		t.Error("the error is gone")
	}
}

func TestReadingBytesDoesNotLetTheCallerGrowIntoTheInput(t *testing.T) {
	in := []byte{1, 'a', 'b'}
	r := NewReader(in)
	_ = append(r.Bytes(1), 'X')
	if in[2] != 'b' {
		t.Error("append overwrote the next field")
	}
}

// script reads b as a list of fields: each pair of bytes chooses the kind of
// the next field and its value.
func script(b []byte, w *Writer) (kinds []byte) {
	for len(b) >= 2 {
		k, v := b[0]%9, b[1]
		b = b[2:]
		kinds = append(kinds, k)
		n := min(int(v), len(b))
		wide := new(uint256.Int).SetBytes(b[:min(n, 32)])
		switch k {
		case 0:
			w.U8(v)
		case 1:
			w.U32(uint32(wide[0]))
		case 2:
			w.U64(wide[0])
		case 3:
			w.Uvarint(wide[0])
		case 4:
			w.Bool(v&1 == 1)
		case 5:
			w.Bytes(b[:n])
		case 6:
			w.String(string(b[:n]))
		case 7:
			w.U256(wide)
		case 8:
			w.Fixed(b[:min(n, 5)])
			w.Fixed(make([]byte, 5-min(n, 5)))
		}
	}
	return kinds
}

// copyFields reads fields of the given kinds and writes them again.
func copyFields(kinds []byte, r *Reader, w *Writer) {
	for _, k := range kinds {
		switch k {
		case 0:
			w.U8(r.U8())
		case 1:
			w.U32(r.U32())
		case 2:
			w.U64(r.U64())
		case 3:
			w.Uvarint(r.Uvarint())
		case 4:
			w.Bool(r.Bool())
		case 5:
			w.Bytes(r.Bytes(1 << 20))
		case 6:
			w.String(r.String(1 << 20))
		case 7:
			v := r.U256()
			w.U256(&v)
		case 8:
			var p [5]byte
			r.Into(p[:])
			w.Fixed(p[:])
		}
	}
}

func FuzzWhatIsWrittenReadsBackAndNothingElseDoes(f *testing.F) {
	f.Add([]byte{0, 1, 1, 4, 2, 8, 3, 9, 4, 1, 5, 3, 6, 2, 7, 32, 8, 5, 1, 2, 3, 4, 5, 6, 7, 8}, uint(3), byte(1))
	f.Add([]byte{3, 8, 255, 255, 255, 255, 255, 255, 255, 255}, uint(0), byte(0x80))
	f.Add([]byte{7, 2, 0, 1}, uint(0), byte(3))
	f.Fuzz(func(t *testing.T, in []byte, at uint, flip byte) {
		var w Writer
		kinds := script(in, &w)

		var again Writer
		r := NewReader(w.B)
		copyFields(kinds, r, &again)
		if err := r.Done(); err != nil {
			t.Fatalf("own encoding refused: %v", err)
		}
		if !bytes.Equal(w.B, again.B) {
			t.Fatalf("%x came back as %x", w.B, again.B)
		}

		// One changed byte: refused, or another value with its own encoding.
		if len(w.B) == 0 {
			return
		}
		bent := slices.Clone(w.B)
		bent[at%uint(len(bent))] ^= flip
		again.B = nil
		r = NewReader(bent)
		copyFields(kinds, r, &again)
		if r.Done() == nil && !bytes.Equal(bent, again.B) {
			t.Fatalf("%x was accepted as %x", bent, again.B)
		}
	})
}

func TestAmountsOfEveryLengthComeBack(t *testing.T) {
	v := amount(t, "0x1")
	for range 256 {
		var w Writer
		w.U256(v)
		r := NewReader(w.B)
		if got := r.U256(); r.Done() != nil || !got.Eq(v) {
			t.Fatalf("%s came back as %s, %v", v.Hex(), got.Hex(), r.Err())
		}
		v.Lsh(v, 1)
	}
}
