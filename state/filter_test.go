package state

import (
	"testing"

	"urna/election"
)

// The filter may say "maybe" of anybody, but never "no" of a voter.
func TestTheFilterKnowsEveryVoter(t *testing.T) {
	f := newVoters()
	id, other := electionID(1), electionID(2)
	if n := nullifierOf(1); f.absent(&id, &n) {
		t.Error("the filter speaks of an election that it does not cover")
	}
	f.cover(id)
	if n := nullifierOf(1); !f.absent(&id, &n) {
		t.Error("somebody has voted in an election without votes")
	}
	const voters = 200_000
	for i := range voters {
		n := nullifierOf(i)
		f.add(&id, &n)
	}
	maybe := 0
	for i := range voters {
		n := nullifierOf(i)
		if f.absent(&id, &n) {
			t.Fatalf("voter %d is said not to have voted", i)
		}
		if n = nullifierOf(voters + i); !f.absent(&id, &n) {
			maybe++
		}
		if f.absent(&other, &n) {
			t.Fatal("the filter speaks of an election that it does not cover")
		}
	}
	if maybe > voters/1000 {
		t.Errorf("%d of %d strangers may have voted", maybe, voters)
	}
}

// After a restart the filter is filled for open elections; closed ones are
// looked up on disk.
func TestLookupsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, Config{Dir: dir})
	f := s.Fork()
	first(t, f)
	open, closed, late := electionID(1), electionID(2), electionID(3)
	for _, id := range []election.ID{open, closed} {
		must(t, f.CreateElection(settingsOf(id), newStage()))
		for i := range 30 {
			cast(t, f, id, i, 1)
		}
	}
	over := newStage()
	over.Status = election.Results
	must(t, f.SetStage(closed, over))
	commit(t, s, f)
	must(t, s.Close())
	s = closing(t, openStore(t, Config{Dir: dir}))
	f = s.Fork()
	must(t, f.CreateElection(settingsOf(late), newStage()))
	cast(t, f, late, 5, 2)
	cast(t, f, open, 50, 2)
	commit(t, s, f)
	f = s.Fork()
	cast(t, f, late, 6, 3)
	commit(t, s, f)
	for id, voted := range map[election.ID]func(int) bool{
		open:   func(i int) bool { return i < 30 || i == 50 },
		closed: func(i int) bool { return i < 30 },
		late:   func(i int) bool { return i == 5 || i == 6 },
	} {
		for i := range 60 {
			_, _, err := s.View().Vote(id, nullifierOf(i))
			if voted(i) && err != nil || !voted(i) && err != ErrNotFound {
				t.Errorf("voter %d: %v", i, err)
			}
		}
	}
	if !s.voters.covers(open) || s.voters.covers(closed) || !s.voters.covers(late) {
		t.Error("the filter covers other elections than the open ones")
	}
}
