package state

import (
	"fmt"
	"testing"

	"urna/genesis"
	"urna/internal/kv/kvtest"
)

// The history that the tests below interrupt: it creates elections, casts and
// replaces votes, fills a tile, prunes and deletes.
const historyHeights = 5

func historyBlock(t testing.TB, f *Fork, height int64) {
	t.Helper()
	must(t, f.SetMark(BlockMark{Height: uint64(height), Time: uint64(height)}))
	if height == 1 {
		p := genesis.Default()
		must(t, f.SetParams(&p))
	}
	if height%3 == 1 {
		must(t, f.CreateElection(settingsOf(electionID(int(height))), newStage()))
	}
	newest := electionID(int(height-1)/3*3 + 1)
	for i := range 100 {
		c := f.Begin()
		cast(t, c, newest, i*int(height)%150, height)
		c.Merge()
	}
	cast(t, f, electionID(1), 1000+int(height), height)
	cast(t, f, electionID(1), 1000, height)
	must(t, f.SetAccount(addressOf(int(height)), &Account{Balance: uint64(height)}))
	must(t, f.SpendFaucet(addressOf(1), uint64(height), 1))
	must(t, f.ForgetFaucet(addressOf(1), uint64(height-2)))
}

// history is the same blocks on a store that nothing happens to: the roots by
// height.
func history(t testing.TB) [historyHeights + 1][32]byte {
	t.Helper()
	s := openStore(t, Config{KeepVersions: 2})
	var roots [historyHeights + 1][32]byte
	roots[0] = s.Root()
	for height := int64(1); height <= historyHeights; height++ {
		f := s.Fork()
		historyBlock(t, f, height)
		roots[height] = commit(t, s, f)
	}
	must(t, s.Close())
	return roots
}

// live carries the history on from wherever the store is, until something
// fails, and returns the last height whose Commit succeeded.
func live(t testing.TB, s *Store) (height int64, err error) {
	t.Helper()
	defer func() { // a read failed inside of a block
		if p := recover(); p != nil {
			broken, ok := p.(readFailed)
			if !ok {
				panic(p)
			}
			err = broken.error
		}
	}()
	for height = s.Height(); height < historyHeights; height++ {
		f := s.Fork()
		historyBlock(failing{t}, f, height+1)
		if _, err := s.Seal(f); err != nil {
			return height, err
		}
		if err := s.Commit(f, fmt.Appendf(nil, "journal %d", height+1)); err != nil {
			return height, err
		}
	}
	return height, nil
}

// failing turns an error in a block into a panic that live catches.
type failing struct{ testing.TB }

type readFailed struct{ error }

func (f failing) Fatal(args ...any) {
	if err, ok := args[0].(error); ok {
		panic(readFailed{err})
	}
	f.TB.Fatal(args...)
}

// survives opens what a failure left behind, checks that it is a whole height,
// finishes the history and compares.
func survives(t *testing.T, what string, disk *kvtest.Disk, done int64, roots [historyHeights + 1][32]byte) {
	t.Helper()
	s, err := Open(Config{Dir: "state", FS: disk.FS(), KeepVersions: 2, Check: Full})
	if err != nil {
		t.Fatalf("%s: open again: %v", what, err)
	}
	at := s.Height()
	if at != done && at != done+1 {
		t.Fatalf("%s: committed height %d, found height %d", what, done, at)
	}
	if s.Root() != roots[at] {
		t.Fatalf("%s: height %d has root %x, want %x", what, at, s.Root(), roots[at])
	}
	if _, err := s.Journal(at + 1); err != ErrNotFound {
		t.Fatalf("%s: a journal beyond the height: %v", what, err)
	}
	if end, err := live(t, s); err != nil || s.Root() != roots[historyHeights] {
		t.Fatalf("%s: ended at height %d with root %x, %v; want %x", what, end, s.Root(), err, roots[historyHeights])
	}
	must(t, s.Close())
	s = openStore(t, Config{Dir: "state", FS: disk.Restart().FS(), KeepVersions: 2, Check: Full})
	must(t, s.Close())
}

// The plug is pulled before every single write to the disk. What is found
// afterwards is a whole height, no older than the last Commit that returned,
// and the same blocks lead to the same root.
func TestAPowerCutBeforeAnyWriteLosesNoCommit(t *testing.T) {
	roots := history(t)
	for _, unsynced := range []int{0, 50} {
		for at := 1; ; at++ {
			disk := kvtest.NewDisk()
			disk.CutPower(at, unsynced, uint64(at))
			var done int64
			s, err := Open(Config{Dir: "state", FS: disk.FS(), KeepVersions: 2})
			opened := err == nil
			if opened {
				done, err = live(t, s)
				if closeErr := s.Close(); err == nil {
					err = closeErr
				}
			}
			tripped := disk.Tripped()
			if tripped != (err != nil) {
				t.Fatalf("cut %d: the disk broke: %t, the store says %v", at, tripped, err)
			}
			if opened {
				survives(t, fmt.Sprintf("cut %d, %d%%", at, unsynced), disk.Reboot(), done, roots)
			}
			if !tripped {
				t.Logf("%d writes", at-1)
				break
			}
		}
	}
}

// Every call to the disk fails once, reads too. The store must notice, or be
// none the worse for it.
func TestEveryFailingCallIsNoticedOrHarmless(t *testing.T) {
	roots := history(t)
	for at := 1; ; at++ {
		disk := kvtest.NewDisk()
		disk.FailOnce(at)
		var done int64
		s, err := Open(Config{Dir: "state", FS: disk.FS(), KeepVersions: 2})
		opened := err == nil
		if opened {
			done, err = live(t, s)
			if err != nil {
				if _, again := s.Seal(s.Fork()); done < s.Height() && again == nil {
					t.Fatalf("call %d: the store goes on after %v", at, err)
				}
			}
			if closeErr := s.Close(); err == nil {
				err = closeErr
			}
		}
		if opened {
			survives(t, fmt.Sprintf("call %d (%v)", at, err), disk.Restart(), done, roots)
		}
		if !disk.Tripped() {
			if err != nil {
				t.Fatalf("a whole disk: %v", err)
			}
			t.Logf("%d calls", at-1)
			break
		}
	}
}

// A second crash while the first one is repaired changes nothing.
func TestACrashWhileOpeningAfterACrash(t *testing.T) {
	roots := history(t)
	disk := kvtest.NewDisk()
	s := openStore(t, Config{Dir: "state", FS: disk.FS(), KeepVersions: 2})
	if _, err := live(t, s); err != nil {
		t.Fatal(err)
	}
	left := disk.Restart()
	must(t, s.Close())
	for at := 1; ; at++ {
		second := left.Restart()
		second.CutPower(at, 0, 1)
		s, err := Open(Config{Dir: "state", FS: second.FS(), KeepVersions: 2})
		if err == nil {
			if closeErr := s.Close(); closeErr != nil {
				err = closeErr
			}
		}
		if second.Tripped() != (err != nil) {
			t.Fatalf("cut %d: the disk broke: %t, the store says %v", at, second.Tripped(), err)
		}
		survives(t, fmt.Sprintf("second cut %d", at), second.Reboot(), historyHeights, roots)
		if err == nil {
			t.Logf("%d writes", at-1)
			return
		}
	}
}
