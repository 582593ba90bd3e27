package kv_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/cosmos/iavl"
	iavldb "github.com/cosmos/iavl/db"

	"urna/internal/kv"
	"urna/internal/kv/kvtest"
)

var _ iavldb.DB = (*kv.Tree)(nil)

func TestATreeSeesOnlyItsPrefix(t *testing.T) {
	db := open(t, "", kv.Options{})
	defer closed(t, db)
	for _, k := range []string{"h1", "i1", "i2", "i3", "j1"} {
		if err := db.Set([]byte(k), []byte(k)); err != nil {
			t.Fatal(err)
		}
	}
	tree := db.Tree('i')
	for _, c := range []struct {
		start, end string
		reverse    bool
		want       []string
	}{
		{"", "", false, []string{"1", "2", "3"}},
		{"", "", true, []string{"3", "2", "1"}},
		{"2", "", false, []string{"2", "3"}},
		{"", "3", true, []string{"2", "1"}},
	} {
		var start, end []byte
		if c.start != "" {
			start = []byte(c.start)
		}
		if c.end != "" {
			end = []byte(c.end)
		}
		iter := tree.Iterator
		if c.reverse {
			iter = tree.ReverseIterator
		}
		it, err := iter(start, end)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for ; it.Valid(); it.Next() {
			if string(it.Value()) != "i"+string(it.Key()) {
				t.Errorf("%q = %q", it.Key(), it.Value())
			}
			got = append(got, string(it.Key()))
		}
		if err := errors.Join(it.Error(), it.Close()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("from %q to %q: %v, want %v", c.start, c.end, got, c.want)
		}
	}
	if v, err := tree.Get([]byte("2")); err != nil || string(v) != "i2" {
		t.Errorf("Get: %q, %v", v, err)
	}
}

func TestWhatGoesAlongIsWrittenWithTheTree(t *testing.T) {
	disk := kvtest.NewDisk()
	db := open(t, "db", kv.Options{FS: disk.FS()})
	tree := db.Tree('i')
	along := db.NewBatch()
	if err := along.Set([]byte("v"), []byte("vote")); err != nil {
		t.Fatal(err)
	}
	tree.Along(along)
	b := tree.NewBatch()
	if err := errors.Join(b.Set([]byte("k"), []byte("node")), b.Write(), b.Close()); err != nil {
		t.Fatal(err)
	}
	db2 := open(t, "db", kv.Options{FS: disk.Reboot().FS()})
	for k, want := range map[string]string{"v": "vote", "ik": "node"} {
		if got, err := db2.Get([]byte(k)); err != nil || string(got) != want {
			t.Errorf("after a crash %q is %q, %v", k, got, err)
		}
	}
	closed(t, db2)
	closed(t, db)
}

// A tree that could not read a node must not write what follows from its
// absence: IAVL's pruning takes an unreadable version for an empty one.
func TestATreeThatMetAnErrorWritesNoMore(t *testing.T) {
	disk := kvtest.NewDisk()
	db := open(t, "db", kv.Options{FS: disk.FS()})
	tree := db.Tree('i')
	b := tree.NewBatch()
	if _, err := tree.Get(nil); err != nil { // IAVL may: its prefix makes the key
		t.Fatal(err)
	}
	if _, err := tree.Iterator([]byte{}, nil); !errors.Is(err, kv.ErrEmptyKey) {
		t.Fatalf("an empty bound: %v", err)
	}
	for i, err := range []error{b.Set([]byte("k"), nil), b.Delete([]byte("k")), b.Write(), b.WriteSync()} {
		if !errors.Is(err, kv.ErrEmptyKey) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	closed(t, db)
}

func TestASnapshotCarriesAReadableTree(t *testing.T) {
	db := open(t, "", kv.Options{})
	defer closed(t, db)
	tree := iavl.NewMutableTree(db.Tree('i'), 10, true, iavl.NewNopLogger())
	if _, err := tree.Set([]byte("k"), []byte("v")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := tree.SaveVersion(); err != nil {
		t.Fatal(err)
	}
	s, err := db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, s)
	past, err := iavl.NewMutableTree(s.Tree('i'), 10, true, iavl.NewNopLogger()).GetImmutable(1)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := past.Get([]byte("k")); err != nil || string(v) != "v" {
		t.Errorf("%q, %v", v, err)
	}
	if err := s.Tree('i').NewBatch().Set([]byte("k"), []byte("v")); err == nil {
		t.Error("a snapshot was written")
	}
}

func TestCometsDatabaseKeepsItsContract(t *testing.T) {
	db := kv.Comet(open(t, "", kv.Options{}))
	defer closed(t, db)
	if err := errors.Join(
		db.Set([]byte("a"), []byte("1")), db.SetSync([]byte("b"), []byte("2")), db.Set([]byte("c"), []byte{}),
		db.SetSync([]byte("d"), []byte("4")), db.Delete([]byte("a")), db.DeleteSync([]byte("none")),
		db.Compact(nil, nil),
	); err != nil {
		t.Fatal(err)
	}
	it, err := db.ReverseIterator([]byte("b"), []byte("d"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for ; it.Valid(); it.Next() {
		got = append(got, string(it.Key())+string(it.Value()))
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil || !slices.Equal(got, []string{"c", "b2"}) {
		t.Errorf("%v, %v", got, err)
	}
	b := db.NewBatch()
	if err := errors.Join(b.Set([]byte("x"), []byte("y")), b.WriteSync()); err != nil {
		t.Fatal(err)
	}
	if b.Set([]byte("x"), []byte("y")) == nil || b.Write() == nil {
		t.Error("a written batch takes more")
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if db.Set([]byte("n"), nil) == nil || db.Set(nil, []byte("v")) == nil {
		t.Error("a nil key or value is taken")
	}
	if _, err := db.Iterator([]byte{}, nil); err == nil {
		t.Error("an empty bound is taken")
	}
	if v, err := db.Get([]byte("x")); err != nil || string(v) != "y" {
		t.Errorf("%q, %v", v, err)
	}
}
