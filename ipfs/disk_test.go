package ipfs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	blocks "github.com/ipfs/go-block-format"

	"urna/internal/kv"
	"urna/internal/kv/kvtest"
)

// on opens a store on a file system.
func on(t *testing.T, fs kv.FS) *Store {
	t.Helper()
	d, err := openDisk("store", kv.Options{FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	return &Store{newEmbedded(d)}
}

func TestWhatPutReturnedSurvivesAPowerCut(t *testing.T) {
	for seed := range uint64(30) {
		disk := kvtest.NewDisk()
		s := on(t, disk.FS())
		r := rand.New(rand.NewPCG(seed, 1))
		disk.CutPower(1+r.IntN(60), r.IntN(101), seed)
		kept := map[string][]byte{}
		for i := range 30 {
			file := content(r.IntN(600_000))
			uri, err := s.Put(t.Context(), file)
			if err != nil {
				break
			}
			kept[uri] = file
			if i%7 == 6 {
				if err := s.Sweep(t.Context()); err != nil {
					break
				}
			}
		}
		_ = s.Close()
		after := on(t, disk.Reboot().FS())
		for uri, file := range kept {
			holds(t, after, uri, file)
		}
		whole(t, after)
		if err := after.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Fatalf("seed %d, %d files", seed, len(kept))
		}
	}
}

// whole checks that every pinned file can be read.
func whole(t *testing.T, s *Store) {
	t.Helper()
	var pins []Pin
	if err := s.Pins(t.Context(), func(p Pin) error { pins = append(pins, p); return nil }); err != nil {
		t.Error(err)
	}
	for _, p := range pins {
		r, size, err := s.Reader(t.Context(), p.URI, p.Size)
		if err != nil || size != p.Size {
			t.Errorf("%s of %d bytes: %d, %v", p.URI, p.Size, size, err)
			continue
		}
		if n, err := io.Copy(io.Discard, r); err != nil || n != size {
			t.Errorf("%s: %d bytes, %v", p.URI, n, err)
		}
	}
}

func TestEveryFailingCallToTheDiskIsAnErrorAndTheNextTrySucceeds(t *testing.T) {
	for at := 1; ; at++ {
		disk := kvtest.NewDisk()
		s := on(t, disk.FS())
		first := mustPut(t, s, content(300_000))
		if err := s.Unpin(t.Context(), mustPut(t, s, content(200_000))); err != nil {
			t.Fatal(err)
		}
		disk.FailOnce(at)
		uri, err := s.Put(t.Context(), content(400_000))
		if err == nil {
			err = s.Sweep(t.Context())
		}
		if !disk.Tripped() {
			_ = s.Close()
			if at < 5 {
				t.Fatalf("only %d calls", at)
			}
			return
		}
		if err != nil && !strings.Contains(err.Error(), kvtest.ErrBroken.Error()) {
			t.Fatalf("call %d: %v", at, err)
		}
		if uri != "" {
			eventually(t, fmt.Sprintf("what was acknowledged is back after call %d failed", at), func() bool {
				has, err := s.Has(t.Context(), uri)
				return has && err == nil
			})
		}
		eventually(t, fmt.Sprintf("the store is back after call %d failed", at), func() bool {
			uri, err = s.Put(t.Context(), content(500_000))
			return err == nil
		})
		holds(t, s, first, content(300_000))
		holds(t, s, uri, content(500_000))
		if err := s.Close(); err != nil {
			t.Errorf("call %d: close: %v", at, err)
		}
	}
}

// smallDisk answers that it is full once so many bytes were written.
type smallDisk struct{ room atomic.Int64 }

func (d *smallDisk) fs() kv.FS {
	return errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpFileWrite && d.room.Add(-64<<10) < 0 { // at most a write of Pebble's
			return &vfsError{op.Path}
		}
		return nil
	}))
}

type vfsError struct{ path string }

func (e *vfsError) Error() string { return "write " + e.path + ": no space left on device" }
func (e *vfsError) Unwrap() error { return syscall.ENOSPC }

func TestAFullDiskIsSaidSoAndRecovers(t *testing.T) {
	disk := new(smallDisk)
	disk.room.Store(1 << 30)
	s := on(t, disk.fs())
	s.back.(*embedded).disk.space = func() (int64, error) { return disk.room.Load(), nil }
	first := mustPut(t, s, content(1<<20))
	disk.room.Store(256 << 10)
	_, err := s.Put(t.Context(), content(4<<20))
	if !errors.Is(err, ErrDiskFull) {
		t.Fatalf("%v, want %v", err, ErrDiskFull)
	}
	if _, err := s.Put(t.Context(), []byte("still full")); !errors.Is(err, ErrDiskFull) {
		t.Errorf("there is still no room: %v", err)
	}
	disk.room.Store(1 << 30)
	var uri string
	eventually(t, "the store takes files again", func() bool {
		uri, err = s.Put(t.Context(), content(4<<20))
		return err == nil
	})
	holds(t, s, first, content(1<<20))
	holds(t, s, uri, content(4<<20))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestRoomIsLeftOnTheDisk(t *testing.T) {
	s := inMemory(t)
	d := s.back.(*embedded).disk
	free := int64(1 << 20)
	d.space, d.least = func() (int64, error) { return free, nil }, 2<<20
	if _, err := s.Put(t.Context(), []byte("too much")); !errors.Is(err, ErrDiskFull) {
		t.Errorf("%v, want %v", err, ErrDiskFull)
	}
	free = 2 << 20
	uri := mustPut(t, s, []byte("just enough"))
	free = 0
	holds(t, s, uri, []byte("just enough"))
	if err := s.Unpin(t.Context(), uri); err != nil {
		t.Errorf("what would make room needs room: %v", err)
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	d.space = func() (int64, error) { return 0, errors.New("no such disk") }
	if _, err := s.Put(t.Context(), []byte("x")); err == nil {
		t.Error("nobody knows the room, and yet it was stored")
	}
	if n, err := freeSpace(t.TempDir()); err != nil || n <= 0 {
		t.Errorf("%d bytes are free here, %v", n, err)
	}
}

func TestABlockThatHasChangedOnDiskIsNotShown(t *testing.T) {
	s := inMemory(t)
	uri := mustPut(t, s, []byte("as it was"))
	c, err := parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := blocks.NewBlockWithCid([]byte("as it was not"), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.back.(*embedded).disk.Put(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Get(t.Context(), uri, 100); !errors.Is(err, ErrCorrupt) || b != nil {
		t.Errorf("%q, %v", b, err)
	}
}

// count is how many blocks a store has.
func count(t *testing.T, s *Store) (n int) {
	t.Helper()
	if err := s.back.(*embedded).disk.each(sizeKey, func(_, _ []byte) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSweepingRemovesWhatNoPinNames(t *testing.T) {
	s := inMemory(t)
	shared := content(1 << 20)
	one := mustPut(t, s, shared)
	two := mustPut(t, s, append(slices.Clone(shared), content(1<<20)...))
	before := count(t, s)
	if err := s.Sweep(t.Context()); err != nil || count(t, s) != before {
		t.Errorf("%d blocks of %d left, %v", count(t, s), before, err)
	}
	for range 2 { // what is gone can be let go again
		if err := s.Unpin(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
	if has, err := s.Has(t.Context(), one); has || err != nil {
		t.Error("it is pinned", err)
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s); n != before-1 { // the chunks are in the other file, the root is not
		t.Errorf("%d blocks of %d left", n, before)
	}
	holds(t, s, two, append(slices.Clone(shared), content(1<<20)...))
	if err := s.Unpin(t.Context(), two); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(t.Context()); err != nil || count(t, s) != 0 {
		t.Errorf("%d blocks left, %v", count(t, s), err)
	}
	if _, err := s.Get(t.Context(), two, 1<<30); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if err := s.Unpin(t.Context(), "x"); !errors.Is(err, ErrBadURI) {
		t.Error(err)
	}
}

func TestSweepingDoesNotTouchWhatIsBeingStored(t *testing.T) {
	s := inMemory(t)
	ctx, stop := context.WithCancel(t.Context())
	var sweeps sync.WaitGroup
	sweeps.Go(func() {
		for ctx.Err() == nil {
			if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
	})
	var wait sync.WaitGroup
	for g := range 4 {
		wait.Go(func() {
			for i := range 60 {
				file := content(300_000 + (g+i)%5) // several store and drop the same
				uri := mustPut(t, s, file)
				if g == 0 {
					if err := s.Unpin(t.Context(), uri); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wait.Wait()
	stop()
	sweeps.Wait()
	for i := range 5 {
		file := content(300_000 + i)
		holds(t, s, mustPut(t, s, file), file)
	}
	whole(t, s)
}

func TestPinsTellWhatIsThere(t *testing.T) {
	s := inMemory(t)
	began := time.Now().Truncate(time.Second)
	sizes := map[string]int64{}
	for _, n := range []int{0, 5, 700_000} {
		sizes[mustPut(t, s, content(n))] = int64(n)
	}
	err := s.Pins(t.Context(), func(p Pin) error {
		if size, ok := sizes[p.URI]; !ok || size != p.Size || p.Added.Before(began) || p.Added.After(time.Now()) {
			t.Errorf("%+v", p)
		}
		delete(sizes, p.URI)
		return nil
	})
	if err != nil || len(sizes) != 0 {
		t.Error(sizes, err)
	}
	enough := errors.New("enough")
	if err := s.Pins(t.Context(), func(Pin) error { return enough }); !errors.Is(err, enough) {
		t.Error(err)
	}
}

func TestAStreamIsStoredAsItsBytesAre(t *testing.T) {
	s := inMemory(t)
	file := content(3 << 20)
	uri, size, err := s.Add(t.Context(), io.MultiReader(bytes.NewReader(file[:1000]), bytes.NewReader(file[1000:])))
	if err != nil || size != int64(len(file)) {
		t.Fatal(size, err)
	}
	if want, err := CID(file); err != nil || uri != want {
		t.Errorf("%s, want %s, %v", uri, want, err)
	}
	holds(t, s, uri, file)
	r, _, err := s.Reader(t.Context(), uri, size)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, file) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	broken := errors.New("the client went away")
	if _, _, err := s.Add(t.Context(), io.MultiReader(bytes.NewReader(content(1<<20)), errReader{broken})); !errors.Is(err, broken) {
		t.Error(err)
	}
	pins := 0
	if err := s.Pins(t.Context(), func(Pin) error { pins++; return nil }); err != nil || pins != 1 {
		t.Errorf("%d pins, %v", pins, err)
	}
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }
