package tree

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/holiman/uint256"
)

func mustOpen(t testing.TB, dir string) *Tree {
	t.Helper()
	tree, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tree.Close() })
	return tree
}

// file of three batches, and how long it was after each.
func threeBatches(t testing.TB) (whole []byte, ends []int) {
	t.Helper()
	dir := t.TempDir()
	tree := mustOpen(t, dir)
	list := members(6, 1)
	for _, n := range []int{1, 2, 3} {
		mustAdd(t, tree, list[:n])
		list = list[n:]
		b, err := os.ReadFile(filepath.Join(dir, fileName))
		if err != nil {
			t.Fatal(err)
		}
		whole, ends = b, append(ends, len(b))
	}
	return whole, ends
}

func dirWith(t testing.TB, b []byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), b, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestACensusIsThereAfterReopening(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "by", "Open")
	memory, disk := New(), mustOpen(t, dir)
	list := members(300, 1)
	for batch := range slices.Chunk(list, 70) {
		mustAdd(t, memory, batch)
		mustAdd(t, disk, batch)
		if err := disk.Close(); err != nil {
			t.Fatal(err)
		}
		disk = mustOpen(t, dir)
		if disk.Root() != memory.Root() || disk.Weight() != memory.Weight() || disk.Size() != memory.Size() {
			t.Fatalf("%d members came back as %d", memory.Size(), disk.Size())
		}
	}
}

func TestALoadedDumpIsThereAfterReopening(t *testing.T) {
	memory := New()
	mustAdd(t, memory, members(10, 1))
	dir := t.TempDir()
	disk := mustOpen(t, dir)
	if err := disk.Load(memory.Dump()); err != nil {
		t.Fatal(err)
	}
	if err := disk.Close(); err != nil {
		t.Fatal(err)
	}
	if disk = mustOpen(t, dir); disk.Root() != memory.Root() {
		t.Error("another root")
	}
}

func TestABatchThatACrashCutOffIsDropped(t *testing.T) {
	whole, ends := threeBatches(t)
	sizes := []int{1, 3, 6}
	for n := range whole {
		want := 0
		for i, end := range ends {
			if n >= end {
				want = sizes[i]
			}
		}
		dir := dirWith(t, whole[:n])
		tree := mustOpen(t, dir)
		if tree.Size() != want {
			t.Fatalf("%d bytes hold %d members, not %d", n, tree.Size(), want)
		}
		// What follows must not be taken for the rest of the lost batch.
		if err := tree.Add(Member{address(99), *uint256.NewInt(1)}); err != nil {
			t.Fatal(err)
		}
		if again := mustOpen(t, dir); again.Root() != tree.Root() {
			t.Fatalf("%d bytes: another root after reopening", n)
		}
	}
}

func TestAFileThatGrewBeforeItsBytesArrivedIsCut(t *testing.T) {
	whole, ends := threeBatches(t)
	for name, b := range map[string][]byte{
		"all of the last batch missing":   append(slices.Clone(whole[:ends[1]]), make([]byte, ends[2]-ends[1])...),
		"a part of the last batch zero":   append(slices.Clone(whole[:ends[2]-60]), make([]byte, 60)...),
		"fewer zeros than a header takes": append(slices.Clone(whole[:ends[1]]), make([]byte, 5)...),
	} {
		tree, err := Open(dirWith(t, b))
		if err != nil || tree.Size() != 3 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDamageBeforeTheLastBatchIsReported(t *testing.T) {
	whole, ends := threeBatches(t)
	for i := range ends[1] {
		b := slices.Clone(whole)
		b[i] ^= 0x10
		if _, err := Open(dirWith(t, b)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("byte %d: %v", i, err)
		}
	}
	twice := slices.Concat(whole, whole)
	if _, err := Open(dirWith(t, twice)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("every member twice: %v", err)
	}
}

func TestAMemberThatCouldNotBeWrittenIsNotAdded(t *testing.T) {
	tree := mustOpen(t, t.TempDir())
	mustAdd(t, tree, members(5, 1))
	root := tree.Root()
	if err := tree.disk.f.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := tree.Add(Member{address(9), *uint256.NewInt(1)}); !errors.Is(err, os.ErrClosed) {
			t.Errorf("Add on a dead disk: %v", err)
		}
	}
	if tree.Size() != 5 || tree.Root() != root {
		t.Error("the member was added")
	}
	if tree.disk.err == nil {
		t.Error("a file that cannot be cut may be written again")
	}
	if _, err := Open(filepath.Join(os.DevNull, "census")); err == nil {
		t.Error("a directory inside a file was opened")
	}
}

func FuzzOpenTakesAnything(f *testing.F) {
	whole, ends := threeBatches(f)
	f.Add(whole)
	f.Add(whole[:ends[0]])
	f.Add(whole[:ends[2]-1])
	f.Add(bytes.Repeat([]byte{0}, 100))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := dirWith(t, b)
		tree, err := Open(dir)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatal(err)
			}
			return
		}
		defer tree.Close()
		if again := mustOpen(t, dir); again.Root() != tree.Root() {
			t.Fatal("another root after reopening")
		}
	})
}
