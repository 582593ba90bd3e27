package tree

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/holiman/uint256"

	"urna/census"
)

// fileOf is the census file of a tree.
func fileOf(t testing.TB, tree *Tree) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteFile(&b, tree.Reader(), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mustRead(t testing.TB, file []byte) *Reader {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestACensusFileHoldsTheCensusAndItsRootIsComputedAsItIsRead(t *testing.T) {
	most := new(uint256.Int).Lsh(uint256.NewInt(1), 128)
	most.SubUint64(most, 1)
	for _, n := range []int{1, 2, 3, 17, 1000, 20_000} {
		tree := New()
		list := members(n, 1)
		list[0].Weight = *most
		mustAdd(t, tree, list)
		file := fileOf(t, tree)
		if int64(len(file)) > MaxFileLen(n) {
			t.Errorf("%d members take %d bytes, more than %d", n, len(file), MaxFileLen(n))
		}
		r := mustRead(t, file)
		if r.Root() != tree.Root() || r.Size() != n {
			t.Fatalf("%d members: root %s, size %d", n, r.Root(), r.Size())
		}
		want := tree.Weight()
		if w, err := r.Check(); err != nil || !w.Eq(&want) {
			t.Fatalf("%d members: weight %s, %v", n, w.Dec(), err)
		}
		again := New()
		if err := again.Fill(mustRead(t, file)); err != nil || again.Root() != tree.Root() {
			t.Fatal(err)
		}
		if err := again.Fill(mustRead(t, file)); !errors.Is(err, ErrNotEmpty) {
			t.Error(err)
		}
		var dump bytes.Buffer
		if err := WriteDump(&dump, mustRead(t, file), nil); err != nil || !bytes.Equal(dump.Bytes(), tree.Dump()) {
			t.Error("another dump", err)
		}
	}
}

func TestTheRootOfKeysThatDifferInOneBitIsComputedAsItIsRead(t *testing.T) {
	var dump []byte
	for bit := range census.Levels {
		var key census.Key
		key[bit/8] |= 1 << (bit % 8)
		dump = append(dump, record(key, uint64(bit)+1)...)
	}
	tree := New()
	if err := tree.Load(dump); err != nil {
		t.Fatal(err)
	}
	r, err := Sort(tree.Root(), bytes.NewReader(dump), census.Levels)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Check(); err != nil {
		t.Error(err)
	}
}

func TestCensusFilesThatAreNotInOrderAreRefused(t *testing.T) {
	tree := New()
	mustAdd(t, tree, members(5, 1))
	file := fileOf(t, tree)
	head := len(FileMagic) + 32 + 8
	const one = census.KeyLen + 2 // members whose weight is below 256
	spoil := func(f func(b []byte) []byte) []byte { return f(slices.Clone(file)) }
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"empty":             {nil, ErrDump},
		"half a head":       {file[:20], ErrDump},
		"half a member":     {file[:len(file)-1], ErrDump},
		"a member less":     {file[:len(file)-one], ErrDump},
		"a byte more":       {append(slices.Clone(file), 0), ErrDump},
		"another magic":     {spoil(func(b []byte) []byte { b[0]++; return b }), ErrDump},
		"no members":        {spoil(func(b []byte) []byte { b[head-8] = 0; return b[:head] }), ErrDump},
		"countless members": {spoil(func(b []byte) []byte { b[head-1] = 1; return b }), ErrDump},
		"another root":      {spoil(func(b []byte) []byte { b[head-9]++; return b }), ErrRoot},
		"another weight":    {spoil(func(b []byte) []byte { b[head+one-1]++; return b }), ErrRoot},
		"no weight":         {spoil(func(b []byte) []byte { b[head+one-2] = 0; return b }), ErrDump},
		"a wide weight":     {spoil(func(b []byte) []byte { b[head+one-2] = 17; return b }), ErrDump},
		"a weight of zero":  {spoil(func(b []byte) []byte { b[head+one-1] = 0; return b }), ErrDump},
		"a weight with leading zeros": {spoil(func(b []byte) []byte {
			b[head+one-2] = 2
			return slices.Insert(b, head+one, 0)
		}), ErrDump},
		"out of order": {spoil(func(b []byte) []byte {
			first := slices.Clone(b[head : head+one])
			copy(b[head:], b[head+one:head+2*one])
			copy(b[head+one:], first)
			return b
		}), ErrDump},
		"a member twice": {spoil(func(b []byte) []byte { copy(b[head+one:], b[head:head+one]); return b }), ErrDump},
	} {
		r, err := NewReader(bytes.NewReader(c.file))
		if err == nil {
			_, err = r.Check()
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	broken := errors.New("the disk is broken")
	for at := range len(file) + 1 {
		r, err := NewReader(io.MultiReader(bytes.NewReader(file[:at]), iotest.ErrReader(broken)))
		if err == nil {
			_, err = r.Check()
		}
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", at, err)
		}
	}
	if _, err := Sort(tree.Root(), bytes.NewReader(tree.Dump()), 4); !errors.Is(err, ErrTooMany) {
		t.Error(err)
	}
	if _, err := Sort(tree.Root(), bytes.NewReader(append(tree.Dump(), tree.Dump()...)), 10); !errors.Is(err, ErrDump) {
		t.Error(err)
	}
	if _, err := Sort(tree.Root(), bytes.NewReader(tree.Dump()[:60]), 10); !errors.Is(err, ErrDump) {
		t.Error(err)
	}
}

func TestAnImportGoesOnWhereItStopped(t *testing.T) {
	const n = 2*importBatch + 1000
	whole := New()
	mustAdd(t, whole, members(n, 1))
	file := fileOf(t, whole)
	enough := errors.New("enough")
	dir := t.TempDir()
	stop := func(at int) func(int) error {
		return func(done int) error {
			if done >= at {
				return enough
			}
			return nil
		}
	}
	if err := Import(dir, mustRead(t, file), stop(importBatch)); !errors.Is(err, enough) {
		t.Fatal(err)
	}
	path := filepath.Join(dir, fileName)
	first, err := os.Stat(path)
	if err != nil || first.Size() != headerLen+importBatch*recordLen {
		t.Fatal(first, err)
	}
	// What a crash may leave after the last whole batch.
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(make([]byte, 100_000)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var steps []int
	if err := Import(dir, mustRead(t, file), func(done int) error { steps = append(steps, done); return nil }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(steps, []int{importBatch, 2 * importBatch, n}) {
		t.Error(steps)
	}
	tree := mustOpen(t, dir)
	if tree.Size() != n || tree.Root() != whole.Root() {
		t.Error("another census came in")
	}
	r, c, err := OpenReader(dir, whole.Root())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := r.Check(); err != nil || r.Size() != n {
		t.Error(r.Size(), err)
	}
}

func TestAnotherCensusInTheDirectoryOfAnImportIsReplaced(t *testing.T) {
	one, two := New(), New()
	mustAdd(t, one, members(importBatch+5000, 1))
	mustAdd(t, two, members(importBatch+10, 1))
	dir := t.TempDir()
	for _, tree := range []*Tree{one, two, one} {
		if err := Import(dir, mustRead(t, fileOf(t, tree)), nil); err != nil {
			t.Fatal(err)
		}
		if mustOpen(t, dir).Root() != tree.Root() {
			t.Fatal("another census came in")
		}
	}
	wrong := fileOf(t, one)
	wrong[len(FileMagic)]++
	if err := Import(dir, mustRead(t, wrong), nil); !errors.Is(err, ErrRoot) {
		t.Error(err)
	}
	if err := Import(filepath.Join(os.DevNull, "census"), mustRead(t, wrong), nil); err == nil {
		t.Error("a directory inside a file was filled")
	}
}

func TestDamagedMembersAreNotPassedOn(t *testing.T) {
	tree := New()
	mustAdd(t, tree, members(1000, 1))
	for name, spoil := range map[string]func(b []byte) []byte{
		"a bit":        func(b []byte) []byte { b[5000] ^= 1; return b },
		"a length":     func(b []byte) []byte { b[0]++; return b },
		"short":        func(b []byte) []byte { return b[:len(b)-1] },
		"very long":    func(b []byte) []byte { binary.LittleEndian.PutUint64(b, recordLen<<50); return b },
		"of no length": func(b []byte) []byte { clear(b[:8]); return b },
	} {
		dir := t.TempDir()
		if err := Import(dir, tree.Reader(), nil); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, fileName)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, spoil(b), 0o600); err != nil {
			t.Fatal(err)
		}
		r, c, err := OpenReader(dir, tree.Root())
		if err == nil {
			_, err = r.Check()
			c.Close()
		}
		if err == nil {
			t.Errorf("%s: passed on", name)
		}
	}
}

// Whatever stands in a file, a census that is taken from it is written as it came,
// and is the one that a tree of the same members is.
func FuzzReaderTakesAnything(f *testing.F) {
	tree := New()
	mustAdd(f, tree, members(5, 1))
	whole := fileOf(f, tree)
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add([]byte(FileMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := NewReader(bytes.NewReader(b))
		if err == nil {
			tree := New()
			if err = tree.Fill(r); err == nil {
				if !bytes.Equal(fileOf(t, tree), b) || tree.Root() != r.Root() {
					t.Fatal("a file was read that would not be written")
				}
				return
			}
		}
		if !errors.Is(err, ErrDump) && !errors.Is(err, ErrRoot) {
			t.Fatal(err)
		}
	})
}
