package state

import (
	"errors"
	"os"
	"strings"
	"testing"

	"urna/ballot"
	"urna/election"
)

// votesFor prepares the first votes of voters from..to, as the law would hand
// them over.
func votesFor(from, to int, height int64) []NewVote {
	out := make([]NewVote, 0, to-from)
	for i := from; i < to; i++ {
		pkg := pkgOf(i, 0)
		b, err := ballot.Decode(pkg)
		if err != nil {
			panic(err)
		}
		v := NewVote{Record: VoteRecord{Nullifier: nullifierOf(i), BallotHash: ballot.Hash(pkg, nil), Height: uint64(height)}, Package: pkg, Rules: rules, Ballot: b}
		v.Record.Weight.SetUint64(1)
		out = append(out, v)
	}
	return out
}

// castAll applies votes as the law does: a child for each, with its lookup.
func castAll(b testing.TB, f *Fork, id election.ID, votes []NewVote) {
	for i := range votes {
		c := f.Begin()
		if _, _, err := c.Vote(id, votes[i].Record.Nullifier); !errors.Is(err, ErrNotFound) {
			b.Fatal(err)
		}
		if _, err := c.AddVote(id, votes[i]); err != nil {
			b.Fatal(err)
		}
		c.Merge()
	}
}

func grownStore(b testing.TB, dir string, votes int) (*Store, election.ID) {
	s := openStore(b, Config{Dir: dir})
	id := electionID(1)
	f := s.Fork()
	first(b, f)
	must(b, f.CreateElection(settingsOf(id), newStage()))
	commit(b, s, f)
	const block = 10_000
	for n := 0; n < votes; n += block {
		f := s.Fork()
		castAll(b, f, id, votesFor(n, min(n+block, votes), s.Height()+1))
		commit(b, s, f)
	}
	return s, id
}

// One block of 10,000 votes in one election: lookup, AddVote, Seal, Commit.
func BenchmarkBlockOf10kVotes(b *testing.B) {
	s, id := grownStore(b, b.TempDir(), 0)
	defer s.Close()
	const block = 10_000
	n := 0
	b.ResetTimer()
	for b.Loop() {
		b.StopTimer()
		votes := votesFor(n, n+block, s.Height()+1)
		n += block
		b.StartTimer()
		f := s.Fork()
		castAll(b, f, id, votes)
		commit(b, s, f)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "votes/s")
}

// BenchmarkMillionVotes reports what a vote costs on disk besides its ballot,
// and what looking a nullifier up costs then.
func BenchmarkMillionVotes(b *testing.B) {
	const n = 1_000_000
	dir := b.TempDir()
	s, id := grownStore(b, dir, n)
	total := compacted(b, s, dir, nil)
	rest := compacted(b, s, dir, []byte{ballotKeys, journalKeys})
	defer s.Close()
	f := s.Fork()
	b.Run("absent", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, _, err := f.Vote(id, nullifierOf(n+i)); err != ErrNotFound {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(total)/n, "B/vote")
		b.ReportMetric(float64(rest)/n, "B/vote-without-ballot")
	})
	b.Run("present", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, _, err := f.Vote(id, nullifierOf(i*7919%n)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("prove", func(b *testing.B) {
		v := s.View()
		for i := 0; b.Loop(); i++ {
			if _, err := v.ProveVote(id, uint64(i*7919%n)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// compacted removes some kinds of keys, compacts, and returns the size of the
// tables on disk.
func compacted(b testing.TB, s *Store, dir string, without []byte) (size int64) {
	b.Helper()
	for _, p := range without {
		it, err := s.db.Iter([]byte{p}, []byte{p + 1})
		must(b, err)
		batch := s.db.NewBatch()
		for it.Next() {
			must(b, batch.Delete(it.Key()))
		}
		must(b, errors.Join(it.Close(), batch.WriteSync()))
	}
	must(b, s.db.Compact([]byte{0}, []byte{0xff}))
	files, err := os.ReadDir(dir)
	must(b, err)
	for _, f := range files {
		if info, err := f.Info(); err == nil && strings.HasSuffix(f.Name(), ".sst") { // others are just being removed
			size += info.Size()
		}
	}
	return size
}

func BenchmarkReadsOfAHotElection(b *testing.B) {
	s, id := grownStore(b, "", 10_000)
	defer s.Close()
	v := s.View()
	b.Run("settings", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Settings(id); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("stage", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Stage(id); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("log", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Log(id); err != nil {
				b.Fatal(err)
			}
		}
	})
	votes := votesFor(20_000, 21_000, s.Height()+1)
	b.Run("throw-away vote", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			f := v.Fork()
			castAll(b, f, id, votes[i%1000:i%1000+1])
		}
	})
}

// One vote in each of many elections, the worst shape of a block.
func BenchmarkBlockOf1000ElectionsWithOneVoteEach(b *testing.B) {
	s := openStore(b, Config{Dir: b.TempDir()})
	defer s.Close()
	f := s.Fork()
	first(b, f)
	const elections = 1000
	for i := range elections {
		must(b, f.CreateElection(settingsOf(electionID(i)), newStage()))
	}
	commit(b, s, f)
	n := 0
	for b.Loop() {
		b.StopTimer()
		votes := votesFor(n, n+elections, s.Height()+1)
		n += elections
		b.StartTimer()
		f := s.Fork()
		for i := range votes {
			castAll(b, f, electionID(i), votes[i:i+1])
		}
		commit(b, s, f)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "votes/s")
}
