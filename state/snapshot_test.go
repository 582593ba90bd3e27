package state

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"urna/internal/kv/kvtest"
)

func snapshotOf(t testing.TB, s *Store, height int64) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, s.Snapshot(context.Background(), height, &b))
	return b.Bytes()
}

// restored checks everything in a store made from a snapshot.
func restored(t testing.TB, cfg Config, snapshot []byte) *Store {
	t.Helper()
	s, err := Restore(cfg, bytes.NewReader(snapshot))
	if err != nil {
		t.Fatal(err)
	}
	must(t, check(s.db, s.View(), Full))
	return s
}

func TestASnapshotRestoresTheStateAndGoesOn(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	s := closing(t, openStore(t, Config{KeepVersions: 10}))
	m := newModel()
	past := map[int64]*model{}
	for height := int64(1); height <= 20; height++ {
		f := s.Fork()
		m.block(t, r, f, height)
		commit(t, s, f)
		past[height] = m.clone()
	}
	for _, height := range []int64{20, 15} { // with votes beyond the height on disk
		snapshot := snapshotOf(t, s, height)
		if again := snapshotOf(t, s, height); !bytes.Equal(again, snapshot) {
			t.Error("two snapshots of one height differ")
		}
		dir := t.TempDir()
		copied := restored(t, Config{Dir: dir, KeepVersions: 10}, snapshot)
		was, err := s.ViewAt(height)
		must(t, err)
		if copied.Height() != height || copied.Root() != was.Root() {
			t.Fatalf("restored height %d with root %x, want %d and %x", copied.Height(), copied.Root(), height, was.Root())
		}
		past[height].compare(t, copied.View())
		if again := snapshotOf(t, copied, height); !bytes.Equal(again, snapshot) {
			t.Error("a snapshot of the restored state differs")
		}
		if _, err := copied.Journal(height); err != ErrNotFound {
			t.Errorf("journal: %v", err)
		}
		if _, err := copied.ViewAt(height - 1); err != ErrPruned {
			t.Errorf("the height before: %v", err)
		}
		// Both go on with the same blocks, over a restart and pruning.
		must(t, copied.Close())
		copied = openStore(t, Config{Dir: dir, KeepVersions: 2, Check: Full})
		other := restored(t, Config{}, snapshot)
		m1, m2 := past[height].clone(), past[height].clone()
		for h := height + 1; h < height+9; h++ {
			f1, f2 := copied.Fork(), other.Fork()
			m1.block(t, rand.New(rand.NewPCG(1, uint64(h))), f1, h)
			m2.block(t, rand.New(rand.NewPCG(1, uint64(h))), f2, h)
			if commit(t, copied, f1) != commit(t, other, f2) {
				t.Fatalf("the roots part at height %d", h)
			}
		}
		m1.compare(t, copied.View())
		must(t, copied.Close())
		must(t, other.Close())
	}
}

func TestOnlyKeptHeightsHaveSnapshots(t *testing.T) {
	s, _, _ := sized(t, Config{KeepVersions: 2}, 50, 10)
	closing(t, s)
	for height, want := range map[int64]error{0: ErrUncommitted, s.Height() + 1: ErrUncommitted, 1: ErrPruned} {
		if err := s.Snapshot(context.Background(), height, io.Discard); !errors.Is(err, want) {
			t.Errorf("height %d: %v, want %v", height, err, want)
		}
	}
}

func TestASnapshotStopsWhenItsReaderDoes(t *testing.T) {
	s, _, _ := sized(t, Config{}, 3000, 3000)
	closing(t, s)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Snapshot(ctx, s.Height(), io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	full := snapshotOf(t, s, s.Height())
	for n := 0; n < len(full); n += len(full)/7 + 1 {
		if err := s.Snapshot(context.Background(), s.Height(), &fullDisk{room: n}); !errors.Is(err, errFull) {
			t.Errorf("room for %d bytes: %v", n, err)
		}
	}
}

type fullDisk struct{ room int }

var errFull = errors.New("full")

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// plain unpacks a snapshot, packed packs it again.
func plain(t testing.TB, snapshot []byte) []byte {
	t.Helper()
	z, err := zstd.NewReader(nil)
	must(t, err)
	defer z.Close()
	out, err := z.DecodeAll(snapshot, nil)
	must(t, err)
	return out
}

func packed(t testing.TB, b []byte) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	must(t, err)
	return z.EncodeAll(b, nil)
}

// Whatever is changed in a snapshot either makes Restore refuse it or shows in
// the root, which the caller compares.
func TestATamperedSnapshotIsRefusedOrHasAnotherRoot(t *testing.T) {
	s, _, _ := sized(t, Config{}, 40, 20)
	closing(t, s)
	f := s.Fork()
	for i := range 3 {
		cast(t, f, electionID(1), i, s.Height()+1) // replaced votes
	}
	commit(t, s, f)
	root := s.Root()
	whole := plain(t, snapshotOf(t, s, s.Height()))
	try := func(what string, changed []byte) {
		t.Helper()
		got, err := Restore(Config{}, bytes.NewReader(packed(t, changed)))
		if err != nil {
			return
		}
		if got.Root() == root {
			t.Errorf("%s: restored with the same root", what)
		}
		must(t, got.Close())
	}
	for at := 0; at < len(whole); at += 1 + at%5 {
		changed := bytes.Clone(whole)
		changed[at] ^= 1 << (at % 8)
		try(fmt.Sprintf("flipped at %d: %x", at, whole[max(0, at-10):at+10]), changed)
	}
	for n := 0; n < len(whole); n += 29 {
		try("cut", whole[:n])
	}
	try("longer", append(bytes.Clone(whole), 0))
}

func TestRestoreNamesWhatIsWrong(t *testing.T) {
	s, id, votes := sized(t, Config{}, 5, 5)
	closing(t, s)
	whole := plain(t, snapshotOf(t, s, s.Height()))
	leaf := bytesOf(&votes[4].Record)
	at := bytes.Index(whole, leaf)
	tail := func(record []byte, ballot []byte) []byte {
		out := bytes.Clone(whole[:at-1])
		out = binary.AppendUvarint(out, uint64(len(record)))
		out = append(out, record...)
		out = binary.AppendUvarint(out, uint64(len(ballot)))
		return append(out, ballot...)
	}
	ballot := whole[at+len(leaf)+1:]
	other := votes[4].Record
	other.Nullifier = votes[3].Record.Nullifier
	later := votes[4].Record
	later.Height = 0
	chained := votes[4].Record
	chained.Replaces, chained.Overwrites = 2, 1
	for name, c := range map[string]struct {
		snapshot []byte
		want     string
	}{
		"no snapshot":        {bytes.Repeat([]byte("no "), 50), "not a snapshot"},
		"another root":       {bytes.Replace(whole, s.View().root[:], make([]byte, 32), 1), "the snapshot says 0000"},
		"a short log":        {whole[:at-1], "unexpected EOF"},
		"another ballot":     {tail(leaf, append([]byte{ballot[0]}, bytes.Repeat([]byte("x"), len(ballot)-1)...)), "ballot 4"},
		"a double vote":      {tail(bytesOf(&other), ballot), "number 4 replaces 0, the newest vote of"},
		"a vote from before": {tail(bytesOf(&later), ballot), "number 4 is of height 0"},
		"a false overwrite":  {tail(bytesOf(&chained), ballot), "number 4 replaces 2"},
		"more bytes":         {append(bytes.Clone(whole), 1), "bytes after the end"},
	} {
		_, err := Restore(Config{}, bytes.NewReader(packed(t, c.snapshot)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	weight := votes[4].Record
	weight.Weight.SetUint64(77)
	if _, err := Restore(Config{}, bytes.NewReader(packed(t, tail(bytesOf(&weight), ballot)))); err == nil || !strings.Contains(err.Error(), "votes of "+id.String()) {
		t.Errorf("another weight: %v", err)
	}
}

func TestRestoreNeedsAnEmptyDirectory(t *testing.T) {
	s, _, _ := sized(t, Config{}, 5, 5)
	closing(t, s)
	snapshot := snapshotOf(t, s, s.Height())
	dir := t.TempDir()
	must(t, restored(t, Config{Dir: dir}, snapshot).Close())
	if _, err := Restore(Config{Dir: dir}, bytes.NewReader(snapshot)); err == nil {
		t.Error("a state was overwritten")
	}
	must(t, openStore(t, Config{Dir: dir}).Close())
}

// A restore that broke off is not mistaken for a state, and can be repeated.
func TestAnUnfinishedRestoreIsNoState(t *testing.T) {
	s, _, _ := sized(t, Config{}, 600, 300)
	closing(t, s)
	snapshot := snapshotOf(t, s, s.Height())
	for at := 1; ; at++ {
		disk := kvtest.NewDisk()
		disk.CutPower(at, 50, uint64(at))
		got, err := Restore(Config{Dir: "state", FS: disk.FS()}, bytes.NewReader(snapshot))
		if err == nil {
			err = got.Close()
			if !disk.Tripped() {
				must(t, err)
				return
			}
		}
		after := disk.Reboot()
		found, err := Open(Config{Dir: "state", FS: after.FS(), Check: Full})
		if err == nil {
			if h := found.Height(); h != 0 && h != s.Height() || h != 0 && found.Root() != s.Root() {
				t.Fatalf("cut %d: found height %d with root %x", at, h, found.Root())
			}
			must(t, found.Close())
			continue
		}
		if !strings.Contains(err.Error(), "unfinished restore") {
			continue // cut before the database was one
		}
		again := restored(t, Config{Dir: "state", FS: after.Restart().FS()}, snapshot)
		if again.Root() != s.Root() {
			t.Fatalf("cut %d: restored with root %x", at, again.Root())
		}
		must(t, again.Close())
	}
}

func FuzzRestore(f *testing.F) {
	s, _, _ := sized(f, Config{}, 10, 5)
	whole := plain(f, snapshotOf(f, s, s.Height()))
	must(f, s.Close())
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(snapshotMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Restore(Config{}, bytes.NewReader(packed(t, b)))
		if err != nil {
			return
		}
		must(t, check(s.db, s.View(), Full))
		if again := plain(t, snapshotOf(t, s, s.Height())); !bytes.Equal(again, b) {
			t.Errorf("a snapshot was restored but is written differently")
		}
		must(t, s.Close())
	})
}
