package state

import (
	"errors"
	"sync"
	"testing"

	"urna/election"
	"urna/genesis"
)

// Views are read while the store commits, prunes and is snapshotted; every view
// must go on showing exactly its own height.
func TestViewsStayAsTheyAreWhileTheStoreGoesOn(t *testing.T) {
	const voters, heights, readers = 60, 60, 4
	s := closing(t, openStore(t, Config{KeepVersions: 4}))
	id := electionID(1)
	f := s.Fork()
	first(t, f)
	must(t, f.CreateElection(settingsOf(id), newStage()))
	commit(t, s, f)

	done := make(chan struct{})
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := look(s.View(), id, voters); err != nil && !errors.Is(err, ErrPruned) {
					t.Error(err)
					return
				}
			}
		})
	}
	s.reads = newTree(s.readNodes, 0) // remembers no node
	must(t, s.show(1))
	old := s.View()
	for height := int64(2); height <= heights; height++ {
		f := s.Fork()
		must(t, f.SetMark(BlockMark{Height: uint64(height), Time: uint64(height)}))
		for i := range 10 {
			cast(t, f, id, (int(height)*7+i*3)%voters, height)
		}
		commit(t, s, f)
	}
	close(done)
	wg.Wait()
	if _, err := old.Account(addressOf(1)); err != ErrPruned {
		t.Errorf("a view of a pruned height answers %v", err)
	}
	if _, err := old.Validators(); err != ErrPruned {
		t.Errorf("a view of a pruned height lists %v", err)
	}
}

// look checks that what a view shows fits together.
func look(v *View, id election.ID, voters int) error {
	mark, err := v.Mark()
	if err != nil {
		return err
	}
	log, err := v.Log(id)
	if err != nil {
		return err
	}
	if int64(mark.Height) != v.Height() || log.Size != uint64(v.Height()-1)*10 {
		return errors.New("mark and log are of different heights")
	}
	f := v.Fork()
	var found uint64
	for i := range voters {
		record, pos, err := f.Vote(id, nullifierOf(i))
		if err == ErrNotFound {
			continue
		}
		if err != nil {
			return err
		}
		if pos >= log.Size || record.Height > mark.Height || record.Nullifier != nullifierOf(i) {
			return errors.New("a vote of a later height is in sight")
		}
		if _, _, err := f.Ballot(id, pos); err != nil {
			return err
		}
		found++
	}
	if found != log.Voters {
		return errors.New("the voters that are found are not those that are counted")
	}
	if all, err := v.ClosedNullifiers(id, nil, voters+1); err != nil || uint64(len(all)) != log.Voters {
		return errors.Join(err, errors.New("the nullifiers that are listed are not those that are counted"))
	}
	if log.Size > 0 {
		if p, err := v.ProveVote(id, log.Size-1); err != nil || p.Size != log.Size {
			return errors.Join(err, errors.New("the proof is of another size"))
		}
	}
	return nil
}

func TestAStoreMayStartAtAnyHeight(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, Config{Dir: dir, KeepVersions: 2})
	if s.Height() != 0 || s.Root() != emptyRoot {
		t.Errorf("an empty store is at height %d with root %x", s.Height(), s.Root())
	}
	if _, err := s.View().Params(); err != ErrNotFound {
		t.Error(err)
	}
	if list, err := s.View().Validators(); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	if err := s.StartAt(0); err == nil {
		t.Error("a store started at height 0")
	}
	must(t, s.StartAt(1000))
	for height := int64(1000); height < 1006; height++ {
		f := s.Fork()
		p := genesis.Default()
		must(t, f.SetParams(&p))
		must(t, f.SetMark(BlockMark{Height: uint64(height)}))
		_, err := s.Seal(f)
		must(t, err)
		must(t, s.Commit(f, []byte("journal")))
		if s.Height() != height {
			t.Fatalf("height %d, want %d", s.Height(), height)
		}
	}
	if err := s.StartAt(2000); err == nil {
		t.Error("a store with a height started anew")
	}
	must(t, s.Close())
	s = openStore(t, Config{Dir: dir, KeepVersions: 2})
	if s.Height() != 1005 {
		t.Errorf("opened at height %d", s.Height())
	}
	for height, want := range map[int64]error{1004: nil, 1005: nil, 1003: ErrPruned, 999: ErrPruned, 0: ErrPruned, -1: ErrPruned, 1006: ErrUncommitted} {
		if _, err := s.ViewAt(height); err != want {
			t.Errorf("height %d: %v, want %v", height, err, want)
		}
	}
	must(t, s.Close())
}

func TestJournalsStandBesideTheirHeights(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, Config{Dir: dir, KeepVersions: 1})
	for _, journal := range [][]byte{[]byte("one"), {}, nil, []byte("four")} {
		f := s.Fork()
		first(t, f)
		_, err := s.Seal(f)
		must(t, err)
		must(t, s.Commit(f, journal))
	}
	for range 2 {
		for height, want := range map[int64]string{1: "one", 2: "", 3: "", 4: "four"} {
			if got, err := s.Journal(height); err != nil || string(got) != want {
				t.Errorf("journal %d: %q, %v", height, got, err)
			}
		}
		for _, height := range []int64{-1, 0, 5} {
			if _, err := s.Journal(height); err != ErrNotFound {
				t.Errorf("journal %d: %v", height, err)
			}
		}
		must(t, s.Close())
		s = openStore(t, Config{Dir: dir})
	}
	must(t, s.Close())
}

func TestNonsenseConfigurationsAreRefused(t *testing.T) {
	if _, err := Open(Config{KeepVersions: -1}); err == nil {
		t.Error("KeepVersions -1 was taken")
	}
}

func TestTheViewCacheIsBounded(t *testing.T) {
	var c cache
	key := make([]byte, 40)
	for i := range 100_000 {
		key[0], key[1], key[2] = byte(i), byte(i>>8), byte(i>>16)
		c.put(key, make([]byte, 300))
		if got, ok := c.get(key); !ok || len(got) != 300 {
			t.Fatal("what was put is not there")
		}
	}
	c.put([]byte("large"), make([]byte, maxCachedBytes))
	if _, ok := c.get([]byte("large")); ok {
		t.Error("a large record was kept")
	}
	for i := range c.shards {
		if n := c.shards[i].bytes; n > maxShardBytes {
			t.Errorf("shard %d holds %d bytes", i, n)
		}
	}
}
