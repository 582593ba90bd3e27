package state

import (
	"errors"
	"testing"

	"urna/ballot"
	"urna/internal/codec"
)

func TestEachVoteShowsWhatTheLogCommitsTo(t *testing.T) {
	s := openStore(t, Config{})
	defer s.Close()
	id := electionID(1)
	f := s.Fork()
	first(t, f)
	must(t, f.CreateElection(settingsOf(id), newStage()))
	for _, voter := range []int{0, 1, 2, 1, 3} {
		cast(t, f, id, voter, 1)
	}
	commit(t, s, f)
	early := s.View()
	f = s.Fork()
	cast(t, f, id, 7, 2)
	commit(t, s, f)

	for _, v := range []*View{early, s.View()} {
		log, err := v.Log(id)
		must(t, err)
		pos := uint64(0)
		must(t, v.EachVote(id, func(record, pkg, memo []byte) error {
			r := codec.NewReader(record)
			got := ReadVoteRecord(r)
			want, err := v.VoteAt(id, pos)
			if err != nil || r.Done() != nil || got != want || ballot.Hash(pkg, memo) != got.BallotHash {
				t.Errorf("vote %d is %+v, want %+v, %v", pos, got, want, err)
			}
			pos++
			return nil
		}))
		if pos != log.Size {
			t.Errorf("%d votes were shown, the log has %d", pos, log.Size)
		}
	}
	stop := errors.New("enough")
	if err := s.View().EachVote(id, func(_, _, _ []byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of the visitor becomes %v", err)
	}
	if err := s.View().EachVote(electionID(9), nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("votes of no election: %v", err)
	}
	must(t, s.db.Delete(positionKey(ballotKeys, id, 2)))
	if err := s.View().EachVote(id, func(_, _, _ []byte) error { return nil }); err == nil {
		t.Error("a missing ballot is passed over")
	}
}

func TestChangesAreWhatABlockWritesIntoTheTree(t *testing.T) {
	s := openStore(t, Config{})
	defer s.Close()
	id := electionID(1)
	f := s.Fork()
	first(t, f)
	must(t, f.CreateElection(settingsOf(id), newStage()))
	must(t, f.SetTombstone(addressOf(1), 1))
	commit(t, s, f)
	f = s.Fork()
	must(t, f.SetMark(BlockMark{Height: 2, Time: 2}))
	must(t, f.SetTombstone(addressOf(2), 2))
	cast(t, f, id, 1, 2)
	root, err := s.Seal(f)
	must(t, err)
	changes, err := s.Changes(f)
	must(t, err)
	must(t, s.Commit(f, nil))
	if s.Root() != root {
		t.Fatal("asking for changes has changed the root")
	}
	want := [][]byte{MarkKey(), LogKey(id), TallyKey(id), TombstoneKey(addressOf(2))}
	if len(changes) != len(want) {
		t.Fatalf("%d changes, want %d", len(changes), len(want))
	}
	for i, c := range changes {
		value, _, err := s.View().Prove(c.Key)
		if err != nil || string(c.Key) != string(want[i]) || string(c.Value) != string(value) {
			t.Errorf("change %d is %x = %x, want %x = %x, %v", i, c.Key, c.Value, want[i], value, err)
		}
	}
	if _, err := s.Changes(f); err == nil {
		t.Error("a fork of an older height has changes")
	}
}
