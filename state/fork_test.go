package state

import (
	"errors"
	"testing"

	"urna/election"
	"urna/genesis"
)

// withElection is a store with one election and the first votes of n voters.
func withElection(t testing.TB, n int) (*Store, election.ID) {
	t.Helper()
	s, id, _ := sized(t, Config{}, max(n, 1), max(n, 1))
	return closing(t, s), id
}

func TestADroppedChildLeavesNoTrace(t *testing.T) {
	s, id := withElection(t, 10)
	f := s.Fork()
	before, err := s.Seal(f)
	must(t, err)
	for range 3 {
		c := f.Begin()
		must(t, c.SetAccount(addressOf(1), &Account{Balance: 1}))
		must(t, c.SetStage(id, &Stage{Status: election.Canceled}))
		cast(t, c, id, 99, 2)
		cast(t, c, id, 3, 2)
	}
	if _, err := f.Account(addressOf(1)); err != ErrNotFound {
		t.Errorf("account: %v", err)
	}
	if _, _, err := f.Vote(id, nullifierOf(99)); err != ErrNotFound {
		t.Errorf("vote: %v", err)
	}
	if log, err := f.Log(id); err != nil || log.Size != 10 {
		t.Errorf("log %+v, %v", log, err)
	}
	if after, err := s.Seal(f); err != nil || after != before {
		t.Errorf("root %x, %v; was %x", after, err, before)
	}
}

func TestAChildSeesItsParentAndThenItself(t *testing.T) {
	s, id := withElection(t, 1)
	f := s.Fork()
	must(t, f.SetAccount(addressOf(1), &Account{Balance: 1}))
	cast(t, f, id, 50, 2)
	c := f.Begin()
	if a, err := c.Account(addressOf(1)); err != nil || a.Balance != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	if pos := cast(t, c, id, 50, 2); pos != 2 {
		t.Fatalf("position %d", pos)
	}
	must(t, c.SetAccount(addressOf(1), &Account{Balance: 2}))
	if a, err := f.Account(addressOf(1)); err != nil || a.Balance != 1 {
		t.Fatalf("the parent has %+v, %v", a, err)
	}
	if _, pos, err := f.Vote(id, nullifierOf(50)); err != nil || pos != 1 {
		t.Fatalf("the parent's vote is at %d, %v", pos, err)
	}
	c.Merge()
	if a, err := f.Account(addressOf(1)); err != nil || a.Balance != 2 {
		t.Fatalf("after the merge %+v, %v", a, err)
	}
	if v, pos, err := f.Vote(id, nullifierOf(50)); err != nil || pos != 2 || v.Replaces != 2 || v.Overwrites != 1 {
		t.Fatalf("after the merge %+v at %d, %v", v, pos, err)
	}
	c = f.Begin()
	if _, ok := c.writes[string(AccountKey(addressOf(1)))]; ok || len(c.logs) > 0 {
		t.Error("a new child begins with what the last one did")
	}
}

func TestALargeChildMergesWhole(t *testing.T) {
	s, id := withElection(t, 1)
	f := s.Fork()
	c := f.Begin()
	for i := range 3 * smallFork {
		must(t, c.SetAccount(addressOf(i), &Account{Balance: uint64(i)}))
		cast(t, c, id, 100+i, 2)
	}
	c.Merge()
	for i := range 3 * smallFork {
		if a, err := f.Account(addressOf(i)); err != nil || a.Balance != uint64(i) {
			t.Fatalf("account %d: %+v, %v", i, a, err)
		}
		if _, pos, err := f.Vote(id, nullifierOf(100+i)); err != nil || pos != uint64(1+i) {
			t.Fatalf("voter %d: %d, %v", i, pos, err)
		}
	}
}

func TestWhatAReaderReturnsIsTheCallersOwn(t *testing.T) {
	s, id := withElection(t, 1)
	f := s.Fork()
	must(t, f.SetAccount(addressOf(1), &Account{IdentityKey: make([]byte, 32), Delegates: nil}))
	must(t, f.SetUptime(addressOf(1), &Uptime{Bits: []byte{0}}))
	must(t, f.SetSealing(id, &Sealing{Count: 1, Frontier: [][32]byte{{}}}))
	commit(t, s, f)
	for _, r := range []Reader{s.View(), s.Fork()} {
		for range 2 {
			acc, err := r.Account(addressOf(1))
			must(t, err)
			up, err := r.Uptime(addressOf(1))
			must(t, err)
			set, err := r.Sealing(id)
			must(t, err)
			tally, err := r.Tally(id)
			must(t, err)
			pkg, _, err := r.Ballot(id, 0)
			must(t, err)
			if acc.IdentityKey[0]|up.Bits[0]|set.Frontier[0][0] != 0 || tally.Cells[0][0].IsZero() || pkg[0] != '{' {
				t.Fatalf("%x %x %x %v %q", acc.IdentityKey, up.Bits, set.Frontier, tally.Cells, pkg)
			}
			acc.IdentityKey[0], up.Bits[0], set.Frontier[0][0], pkg[0] = 1, 1, 1, 'x'
			tally.Cells[0][0].Clear()
		}
	}
}

func TestAddVoteRefusesWhatDoesNotFitTheLog(t *testing.T) {
	s, id := withElection(t, 5)
	f := s.Fork()
	good := voteOf(t, f, id, 2, 2) // replaces number 2
	fresh := voteOf(t, f, id, 70, 2)
	for name, change := range map[string]func(*NewVote){
		"no weight":            func(v *NewVote) { v.Record.Weight.Clear() },
		"too much weight":      func(v *NewVote) { v.Record.Weight.Lsh(&v.Record.Weight, 128) },
		"a lost predecessor":   func(v *NewVote) { v.Record.Replaces, v.Record.Overwrites, v.Old = 0, 0, nil },
		"a wrong predecessor":  func(v *NewVote) { v.Record.Replaces = 2 },
		"a later predecessor":  func(v *NewVote) { v.Record.Replaces = 9 },
		"an uncounted one":     func(v *NewVote) { v.Record.Overwrites = 0 },
		"no old ballot":        func(v *NewVote) { v.Old = nil },
		"an endless package":   func(v *NewVote) { v.Package = make([]byte, maxBallotBytes+1) },
		"an endless memo":      func(v *NewVote) { v.Memo = make([]byte, maxBallotBytes+1) },
		"somebody else's name": func(v *NewVote) { v.Record.Nullifier = nullifierOf(3) },
	} {
		v := good
		change(&v)
		if _, err := f.AddVote(id, v); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	fresh.Old = &OldVote{}
	if _, err := f.AddVote(id, fresh); err == nil {
		t.Error("a first vote with an old ballot was taken")
	}
	if _, err := f.AddVote(electionID(9), good); !errors.Is(err, ErrNotFound) {
		t.Errorf("a vote in no election: %v", err)
	}
	if log, err := f.Log(id); err != nil || log.Size != 5 {
		t.Fatalf("log %+v, %v", log, err)
	}
	if _, err := f.AddVote(id, good); err != nil {
		t.Fatal(err)
	}
	if _, err := f.AddVote(id, good); err == nil {
		t.Error("one vote was taken twice")
	}
}

// The answer to a lookup is remembered for the AddVote that follows; a vote that
// came in between must not be missed.
func TestARememberedLookupDoesNotOutliveAVote(t *testing.T) {
	s, id := withElection(t, 1)
	f := s.Fork()
	first := voteOf(t, f, id, 60, 2)
	c := f.Begin()
	if _, _, err := c.Vote(id, first.Record.Nullifier); err != ErrNotFound {
		t.Fatal(err)
	}
	if _, err := c.AddVote(id, first); err != nil {
		t.Fatal(err)
	}
	if _, err := c.AddVote(id, first); err == nil {
		t.Fatal("the child took it twice")
	}
	if _, _, err := f.Vote(id, first.Record.Nullifier); err != ErrNotFound {
		t.Fatal(err)
	}
	c.Merge()
	if _, err := f.AddVote(id, first); err == nil {
		t.Fatal("the parent took it again")
	}
	c = f.Begin()
	if _, err := c.AddVote(id, first); err == nil {
		t.Fatal("the next child took it again")
	}
}

func TestAnElectionIsCreatedOnce(t *testing.T) {
	s, id := withElection(t, 1)
	f := s.Fork()
	if err := f.CreateElection(settingsOf(id), newStage()); err == nil {
		t.Error("a committed election was created again")
	}
	must(t, f.CreateElection(settingsOf(electionID(2)), newStage()))
	if err := f.Begin().CreateElection(settingsOf(electionID(2)), newStage()); err == nil {
		t.Error("a new election was created again")
	}
	got, err := f.Settings(electionID(2))
	if err != nil || *got != *settingsOf(electionID(2)) {
		t.Errorf("%+v, %v", got, err)
	}
	log, err := f.Log(electionID(2))
	if err != nil || log != (Log{Root: emptyRoot}) {
		t.Errorf("%+v, %v", log, err)
	}
	set, err := f.Sealing(electionID(2))
	if err != nil || set.Done || set.Count != 0 {
		t.Errorf("%+v, %v", set, err)
	}
}

func TestASeatLeavesWithItsUptime(t *testing.T) {
	s := closing(t, openStore(t, Config{}))
	f := s.Fork()
	a := addressOf(1)
	must(t, f.SetValidator(a, &Validator{Power: 1}))
	must(t, f.SetUptime(a, &Uptime{Seen: 1}))
	must(t, f.SetTombstone(a, 3))
	must(t, f.DeleteValidator(a))
	if _, err := f.Validator(a); err != ErrNotFound {
		t.Error(err)
	}
	if _, err := f.Uptime(a); err != ErrNotFound {
		t.Error(err)
	}
	if banned, err := f.Tombstoned(a); err != nil || !banned {
		t.Errorf("%t, %v", banned, err)
	}
}

func TestSealingTwiceGivesOneRoot(t *testing.T) {
	s, id := withElection(t, 20)
	make := func(voters ...int) *Fork {
		f := s.Fork()
		must(t, f.SetAccount(addressOf(1), &Account{Balance: uint64(len(voters))}))
		for _, v := range voters {
			cast(t, f, id, v, 2)
		}
		return f
	}
	a, b := make(1, 2, 99), make(5, 1)
	rootA, err := s.Seal(a)
	must(t, err)
	rootB, err := s.Seal(b)
	must(t, err)
	again, err := s.Seal(a)
	must(t, err)
	twice, err := s.Seal(a)
	must(t, err)
	if rootA == rootB || again != rootA || twice != rootA {
		t.Fatalf("%x %x, then %x %x", rootA, rootB, again, twice)
	}
	if err := s.Commit(b, nil); err == nil {
		t.Fatal("the fork that is not sealed was committed")
	}
	must(t, s.Commit(a, nil))
	if s.Root() != rootA {
		t.Errorf("root %x, sealed %x", s.Root(), rootA)
	}
	if err := s.Commit(a, nil); err == nil {
		t.Error("a fork was committed twice")
	}
	if _, err := s.Seal(b); err == nil {
		t.Error("a fork of an older height was sealed")
	}
}

func TestOnlyWhatWasSealedIsCommitted(t *testing.T) {
	s, id := withElection(t, 20)
	for name, change := range map[string]func(*Fork){
		"a record": func(f *Fork) { must(t, f.SetMark(BlockMark{Height: 9})) },
		"a vote":   func(f *Fork) { cast(t, f, id, 77, 2) },
		"a merge":  func(f *Fork) { c := f.Begin(); must(t, c.SetMark(BlockMark{Height: 9})); c.Merge() },
	} {
		f := s.Fork()
		must(t, f.SetMark(BlockMark{Height: 2}))
		_, err := s.Seal(f)
		must(t, err)
		change(f)
		if err := s.Commit(f, nil); err == nil {
			t.Errorf("%s after the seal was committed", name)
		}
	}
	if _, err := s.Seal(s.Fork().Begin()); err == nil {
		t.Error("a child was sealed")
	}
	if err := s.Commit(s.Fork(), nil); err == nil {
		t.Error("a fork without a seal was committed")
	}
}

func TestAnElectionMayBeCreatedVotedInAndClosedInOneBlock(t *testing.T) {
	s := closing(t, openStore(t, Config{}))
	id := electionID(1)
	f := s.Fork()
	p := genesis.Default()
	must(t, f.SetParams(&p))
	must(t, f.CreateElection(settingsOf(id), newStage()))
	for i := range 20 {
		cast(t, f, id, i%12, 1)
	}
	tally, err := f.Tally(id)
	must(t, err)
	root, err := f.VoteRoot(id)
	must(t, err)
	must(t, f.SetResult(id, &Result{Tally: *tally, VoteRoot: root, VoteSize: 20, Method: MethodRunningSum}))
	commit(t, s, f)
	v := s.View()
	log, err := v.Log(id)
	if err != nil || log.Root != root || log.Size != 20 || log.Voters != 12 {
		t.Errorf("log %+v, %v", log, err)
	}
	if got, err := v.Tally(id); err != nil || got.Weight != tally.Weight {
		t.Errorf("tally %v, %v", got, err)
	}
	if got, err := v.Result(id); err != nil || got.VoteRoot != log.Root {
		t.Errorf("result %+v, %v", got, err)
	}
}
