package kv_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"urna/internal/kv"
	"urna/internal/kv/kvtest"
)

func open(t *testing.T, dir string, o kv.Options) *kv.DB {
	t.Helper()
	db, err := kv.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func closed(t *testing.T, c interface{ Close() error }) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

// read collects a range, forwards or backwards.
func read(t *testing.T, it *kv.Iterator, err error, backwards bool) (out []string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	step := it.Next
	if backwards {
		step = it.Prev
	}
	for step() {
		out = append(out, fmt.Sprintf("%x=%x", it.Key(), it.Value()))
	}
	closed(t, it)
	return out
}

func TestFlushMakesDurableAndReportsADiskThatFails(t *testing.T) {
	disk := kvtest.NewDisk()
	db := open(t, "db", kv.Options{FS: disk.FS()})
	if err := db.Set([]byte("k"), []byte("v")); err != nil {
		t.Fatal(err)
	}
	if err := db.Flush(); err != nil {
		t.Fatal(err)
	}
	again := open(t, "db", kv.Options{FS: disk.Reboot().FS()})
	if v, err := again.Get([]byte("k")); err != nil || string(v) != "v" {
		t.Errorf("%q, %v", v, err)
	}
	closed(t, again)
	closed(t, db)
	for at := 1; ; at++ {
		disk := kvtest.NewDisk()
		db := open(t, "db", kv.Options{FS: disk.FS()})
		if err := db.Set([]byte("k"), []byte("v")); err != nil {
			t.Fatal(err)
		}
		disk.CutPower(at, 0, 1)
		err := db.Flush()
		_ = db.Close()
		if !disk.Tripped() {
			if at < 3 {
				t.Errorf("only %d calls", at)
			}
			return
		}
		if err == nil && at < 3 {
			t.Errorf("call %d failed, and nobody says so", at)
		}
	}
}

func TestADatabaseAgreesWithAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	dir := t.TempDir()
	db := open(t, dir, kv.Options{})
	model := map[string]string{}
	key := func() []byte { return []byte{byte(r.IntN(5)), byte(r.IntN(20))} }
	for i := range 3000 {
		switch k := key(); r.IntN(10) {
		case 0, 1, 2, 3:
			v := fmt.Appendf(nil, "%d", i)
			if err := db.Set(k, v); err != nil {
				t.Fatal(err)
			}
			model[string(k)] = string(v)
		case 4, 5:
			if err := db.Delete(k); err != nil {
				t.Fatal(err)
			}
			delete(model, string(k))
		case 6, 7:
			got, err := db.Get(k)
			want, ok := model[string(k)]
			if err != nil || (got != nil) != ok || string(got) != want {
				t.Fatalf("step %d: Get(%x) = %q, %v; want %q, %v", i, k, got, err, want, ok)
			}
			if has, err := db.Has(k); err != nil || has != ok {
				t.Fatalf("step %d: Has(%x) = %v, %v", i, k, has, err)
			}
		case 8:
			b := db.NewBatch()
			k2 := key()
			if err := errors.Join(b.Set(k, []byte("batch")), b.Delete(k2), b.WriteSync()); err != nil {
				t.Fatal(err)
			}
			model[string(k)] = "batch"
			delete(model, string(k2))
		case 9:
			start, end := k, key()
			if bytes.Compare(start, end) > 0 {
				start, end = end, start
			}
			var want []string
			for _, m := range slices.Sorted(maps.Keys(model)) {
				if m >= string(start) && m < string(end) {
					want = append(want, fmt.Sprintf("%x=%x", m, model[m]))
				}
			}
			it, err := db.Iter(start, end)
			if got := read(t, it, err, false); !slices.Equal(got, want) {
				t.Fatalf("step %d: %v, want %v", i, got, want)
			}
			slices.Reverse(want)
			it, err = db.Iter(start, end)
			if got := read(t, it, err, true); !slices.Equal(got, want) {
				t.Fatalf("step %d: backwards %v, want %v", i, got, want)
			}
		}
		if i%1000 == 999 {
			closed(t, db)
			db = open(t, dir, kv.Options{})
		}
	}
	closed(t, db)
}

func TestASnapshotDoesNotChange(t *testing.T) {
	db := open(t, "", kv.Options{})
	defer closed(t, db)
	if err := db.Set([]byte("a"), []byte("1")); err != nil {
		t.Fatal(err)
	}
	s, err := db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, s)
	if err := errors.Join(db.Set([]byte("a"), []byte("2")), db.Set([]byte("b"), nil)); err != nil {
		t.Fatal(err)
	}
	it, err := s.Iter(nil, nil)
	if got := read(t, it, err, false); !slices.Equal(got, []string{"61=31"}) {
		t.Fatalf("the snapshot holds %v", got)
	}
	if v, err := db.Get([]byte("b")); err != nil || v == nil || len(v) != 0 {
		t.Fatalf("an empty value reads as %v, %v", v, err)
	}
}

func TestEmptyKeysAreRefused(t *testing.T) {
	db := open(t, "", kv.Options{})
	defer closed(t, db)
	_, get := db.Get(nil)
	_, has := db.Has([]byte{})
	for _, err := range []error{get, has, db.Set(nil, nil), db.Delete(nil)} {
		if !errors.Is(err, kv.ErrEmptyKey) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAClosedDatabaseAnswersWithAnError(t *testing.T) {
	db := open(t, "", kv.Options{})
	b := db.NewBatch()
	if err := b.Set([]byte("k"), []byte("v")); err != nil {
		t.Fatal(err)
	}
	closed(t, db)
	_, get := db.Get([]byte("k"))
	_, iter := db.Iter(nil, nil)
	_, snapshot := db.Snapshot()
	for i, err := range []error{get, iter, snapshot, b.Write(), db.Compact(nil, []byte("k")), db.Close()} {
		if !errors.Is(err, kv.ErrClosed) {
			t.Errorf("call %d: %v", i, err)
		}
	}
}

func TestAWrittenBatchIsSpent(t *testing.T) {
	db := open(t, "", kv.Options{})
	defer closed(t, db)
	b := db.NewBatch()
	if err := errors.Join(b.Set([]byte("k"), []byte("v")), b.Write()); err != nil {
		t.Fatal(err)
	}
	for i, err := range []error{b.Set([]byte("k"), nil), b.Delete([]byte("k")), b.Write(), b.WriteSync(), db.NewBatch().Append(b)} {
		if err == nil {
			t.Errorf("call %d succeeded", i)
		}
	}
	if err := b.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestPrefixEndIsTheNextPrefix(t *testing.T) {
	for _, c := range []struct{ prefix, want []byte }{
		{[]byte{1}, []byte{2}}, {[]byte{1, 0xff}, []byte{2}}, {[]byte{0xff, 0xff}, nil}, {nil, nil},
	} {
		if got := kv.PrefixEnd(c.prefix); !bytes.Equal(got, c.want) {
			t.Errorf("PrefixEnd(%x) = %x, want %x", c.prefix, got, c.want)
		}
	}
}

// rounds writes numbered batches of some size until one fails, and returns how
// many succeeded.
func rounds(db *kv.DB, n int) (done int, err error) {
	for i := range n {
		b := db.NewBatch()
		for k := range 3 {
			if err := b.Set([]byte{byte(k)}, fmt.Appendf(nil, "%04d", i)); err != nil {
				return i, err
			}
		}
		if err := b.WriteSync(); err != nil {
			return i, err
		}
	}
	return n, nil
}

func TestASyncedBatchSurvivesAPowerCutWhole(t *testing.T) {
	const n = 12
	for _, unsynced := range []int{0, 50, 100} {
		for at := 1; ; at++ {
			disk := kvtest.NewDisk()
			disk.CutPower(at, unsynced, uint64(at))
			done := 0
			db, err := kv.Open("db", kv.Options{FS: disk.FS()})
			opened := err == nil
			if opened {
				done, err = rounds(db, n)
				if closeErr := db.Close(); err == nil {
					err = closeErr
				}
			}
			tripped := disk.Tripped()
			if !tripped && err != nil {
				t.Fatalf("cut %d: %v on a whole disk", at, err)
			}
			db, err = kv.Open("db", kv.Options{FS: disk.Reboot().FS()})
			if err != nil && !opened {
				continue // half a directory in which nothing was ever stored
			}
			if err != nil {
				t.Fatalf("cut %d: %v", at, err)
			}
			var last []byte
			for k := range 3 {
				v, err := db.Get([]byte{byte(k)})
				if err != nil {
					t.Fatal(err)
				}
				if k > 0 && !bytes.Equal(v, last) {
					t.Fatalf("cut %d: half a batch: %q and %q", at, last, v)
				}
				last = v
			}
			if done > 0 && (last == nil || string(last) < fmt.Sprintf("%04d", done-1)) {
				t.Fatalf("cut %d: %d batches were synced, %q is there", at, done, last)
			}
			closed(t, db)
			if !tripped {
				break
			}
		}
	}
}

func TestEveryFailingCallIsAnErrorAndStays(t *testing.T) {
	const n = 12
	for at := 1; ; at++ {
		disk := kvtest.NewDisk()
		disk.FailOnce(at)
		db, err := kv.Open("db", kv.Options{FS: disk.FS()})
		if err == nil {
			var done int
			if done, err = rounds(db, n); err != nil {
				if _, again := rounds(db, 1); again == nil {
					t.Fatalf("call %d: a batch was lost (%v) and the next one taken", at, err)
				}
				if _, again := db.Get([]byte{0}); again == nil {
					t.Fatalf("call %d: reading goes on after %v", at, err)
				}
			}
			closeErr := db.Close()
			if err != nil && closeErr == nil {
				t.Fatalf("call %d: Close has forgotten %v", at, err)
			}
			db = open(t, "db", kv.Options{FS: disk.Restart().FS()})
			v, err := db.Get([]byte{2})
			if err != nil || (done > 0 && string(v) < fmt.Sprintf("%04d", done-1)) {
				t.Fatalf("call %d: after %d batches %q, %v", at, done, v, err)
			}
			closed(t, db)
		}
		if !disk.Tripped() {
			return
		}
	}
}
