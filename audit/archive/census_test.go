package archive

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/holiman/uint256"
	"github.com/klauspost/compress/zstd"

	"urna/census"
	"urna/census/tree"
	"urna/crypto/ethkey"
)

// someCensus has n members; number i weighs i+1.
func someCensus(t testing.TB, n int) *tree.Tree {
	t.Helper()
	list := make([]tree.Member, n)
	for i := range list {
		var a ethkey.Address
		binary.BigEndian.PutUint32(a[:], uint32(i))
		list[i] = tree.Member{Address: a, Weight: *uint256.NewInt(uint64(i + 1))}
	}
	tr := tree.New()
	if bad, err := tr.AddBatch(list); err != nil || len(bad) > 0 {
		t.Fatal(bad, err)
	}
	return tr
}

// censusDocument is a census file as gateways publish it.
func censusDocument(t testing.TB, root census.Root, dump []byte) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"type":1,"rootHash":"%s","data":"%s","maxLevels":160}`,
		root, base64.StdEncoding.EncodeToString(z.EncodeAll(dump, nil)))
}

func TestACensusFileHasTheRootOfItsTree(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 4, 7, 100, 5000} {
		tr := someCensus(t, n)
		root, m, err := readCensus(iotest.HalfReader(bytes.NewReader(censusDocument(t, tr.Root(), tr.Dump()))))
		if err != nil {
			t.Fatal(n, err)
		}
		weight := tr.Weight()
		if root != tr.Root() || m.Count != uint64(n) || !m.Weight.Eq(&weight) {
			t.Errorf("%d members: root %s, not %s; %d weigh %s", n, root, tr.Root(), m.Count, m.Weight.Dec())
		}
	}
}

// streamOf is the second form of a census file.
func streamOf(t testing.TB, tr *tree.Tree) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tree.WriteFile(&b, tr.Reader(), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAStreamOfMembersHasTheRootOfItsTree(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 7, 100, 5000} {
		tr := someCensus(t, n)
		root, m, err := readCensus(iotest.HalfReader(bytes.NewReader(streamOf(t, tr))))
		weight := tr.Weight()
		if err != nil || root != tr.Root() || m.Count != uint64(n) || !m.Weight.Eq(&weight) {
			t.Errorf("%d members: root %s, not %s; %d weigh %s; %v", n, root, tr.Root(), m.Count, m.Weight.Dec(), err)
		}
	}
}

func TestStreamsOfAnotherFormAreRefused(t *testing.T) {
	good := streamOf(t, someCensus(t, 3))
	const head, one = len(streamMagic) + 32 + 8, census.KeyLen + 2
	bent := func(at int, b byte) []byte {
		c := bytes.Clone(good)
		c[at] = b
		return c
	}
	for name, file := range map[string][]byte{
		"another version": bent(len(streamMagic)-2, '2'), "another root": bent(20, good[20]^1), "a member more": bent(head-8, 4),
		"a member less": bent(head-8, 2), "countless members": bent(head-1, 1), "cut off": good[:len(good)-1], "cut off in the head": good[:40],
		"cut off in a key": good[:head+5], "cut off in the magic": good[:3], "a byte more": append(bytes.Clone(good), 0),
		"no weight": bent(head+one-2, 0), "a wide weight": bent(head+one-2, 17), "a weight of zero": bent(head+one-1, 0),
		"another weight": bent(head+one-1, 200),
		"a member twice": append(append(bytes.Clone(good[:head+one]), good[head:head+one]...), good[head+one:head+2*one]...),
		"out of order":   append(append(bytes.Clone(good[:head]), good[head+one:]...), good[head:head+one]...),
	} {
		_, _, err := readCensus(bytes.NewReader(file))
		if bad := (errCensus{}); !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("the disk is broken")
	for at := range len(good) + 1 {
		if _, _, err := readCensus(io.MultiReader(bytes.NewReader(good[:at]), iotest.ErrReader(broken))); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", at, err)
		}
	}
}

func TestMembersThatPartLateHaveTheRootOfTheirTree(t *testing.T) {
	for bit := range census.Levels {
		a := census.KeyOf(ethkey.Address{1})
		b := a
		b[bit/8] ^= 1 << (bit % 8)
		var dump []byte
		for i, k := range []census.Key{a, b, census.KeyOf(ethkey.Address{2})} {
			dump = append(dump, member(k, uint64(i+1))...)
		}
		tr := tree.New()
		if err := tr.Load(dump); err != nil {
			t.Fatal(err)
		}
		root, _, err := rootOfDump(bytes.NewReader(tr.Dump()))
		if err != nil || root != tr.Root() {
			t.Fatalf("bit %d: root %s, not %s: %v", bit, root, tr.Root(), err)
		}
	}
}

func member(k census.Key, weight uint64) []byte {
	value := census.WeightValue(uint256.NewInt(weight))
	b := binary.LittleEndian.AppendUint16([]byte{census.KeyLen}, census.WeightLen)
	return append(append(b, k[:]...), value[:]...)
}

func TestCensusFilesOfAnotherFormAreRefused(t *testing.T) {
	tr := someCensus(t, 3)
	dump, root := tr.Dump(), tr.Root()
	good := string(censusDocument(t, root, dump))
	bent := func(at int, b byte) []byte {
		c := bytes.Clone(dump)
		c[at] = b
		return censusDocument(t, root, c)
	}
	raw := func(data string) []byte {
		return fmt.Appendf(nil, `{"type":1,"rootHash":"%s","data":"%s","maxLevels":160}`, root, data)
	}
	for name, file := range map[string][]byte{
		"nothing":                  {},
		"another type":             []byte(strings.Replace(good, `"type":1`, `"type":2`, 1)),
		"white space":              []byte(strings.Replace(good, `,"data"`, `, "data"`, 1)),
		"another root":             []byte(strings.Replace(good, root.String(), strings.Repeat("ab", 32), 1)),
		"capitals":                 []byte(strings.Replace(good, root.String(), strings.ToUpper(root.String()), 1)),
		"other levels":             []byte(strings.Replace(good, `160}`, `161}`, 1)),
		"bytes at the end":         []byte(good + "\n"),
		"cut off":                  []byte(good[:len(good)-5]),
		"cut off in the data":      []byte(good[:120]),
		"no base64":                raw("!!!!"),
		"a line feed in base64":    []byte(strings.Replace(good, `"data":"`, "\"data\":\"\n", 1)),
		"base64 with spare bits":   raw("AB=="),
		"no zstd":                  raw(base64.StdEncoding.EncodeToString([]byte("no zstd at all"))),
		"half a member":            censusDocument(t, root, dump[:80]),
		"out of order":             censusDocument(t, root, append(bytes.Clone(dump[memberLen:]), dump[:memberLen]...)),
		"a member twice":           censusDocument(t, root, append(bytes.Clone(dump[:memberLen]), dump...)),
		"a key of another length":  bent(0, 19),
		"weight in more bytes":     bent(1, 33),
		"a weight of zero":         bent(23, 0),
		"a weight above 128 bits":  bent(23+16, 1),
		"another weight":           bent(23, 200),
		"another key":              bent(22, dump[22]^0x80),
		"a member of another root": censusDocument(t, root, dump[:2*memberLen]),
	} {
		_, _, err := readCensus(bytes.NewReader(file))
		if bad := (errCensus{}); !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACensusThatCannotBeReadIsNotCalledBad(t *testing.T) {
	tr := someCensus(t, 300)
	file := censusDocument(t, tr.Root(), tr.Dump())
	for _, n := range []int{0, 10, 90, 200, len(file) - 10, len(file)} {
		_, _, err := readCensus(io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(errors.New("disk"))))
		if bad := (errCensus{}); err == nil || errors.As(err, &bad) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

func FuzzCensus(f *testing.F) {
	for _, n := range []int{0, 1, 5} {
		tr := someCensus(f, n)
		f.Add(tr.Dump())
	}
	f.Fuzz(func(t *testing.T, dump []byte) {
		root, m, err := rootOfDump(bytes.NewReader(dump))
		tr := tree.New()
		if tr.Load(dump) != nil || !bytes.Equal(tr.Dump(), dump) {
			if err == nil {
				t.Fatalf("%x is no dump, and was read", dump)
			}
			return
		}
		if err != nil || root != tr.Root() || m.Count != uint64(tr.Size()) {
			t.Fatalf("%x: root %s, not %s: %v", dump, root, tr.Root(), err)
		}
	})
}
