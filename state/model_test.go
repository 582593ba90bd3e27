package state

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"urna/ballot"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
)

// model is the state as a few maps: what the store must agree with.
type model struct {
	accounts   map[ethkey.Address]Account
	stages     map[election.ID]Stage
	votes      map[election.ID][]NewVote
	validators map[ethkey.Address]Validator
	scheduled  map[string]Scheduled
	faucet     map[string]uint64
}

func newModel() *model {
	return &model{
		map[ethkey.Address]Account{},
		map[election.ID]Stage{},
		map[election.ID][]NewVote{},
		map[ethkey.Address]Validator{},
		map[string]Scheduled{},
		map[string]uint64{},
	}
}

func (m *model) clone() *model {
	votes := map[election.ID][]NewVote{}
	for id, v := range m.votes {
		votes[id] = slices.Clip(v)
	}
	return &model{maps.Clone(m.accounts), maps.Clone(m.stages), votes, maps.Clone(m.validators), maps.Clone(m.scheduled), maps.Clone(m.faucet)}
}

// change makes one random change in a fork and in the model.
func (m *model) change(t *testing.T, r *rand.Rand, f *Fork, height int64) {
	t.Helper()
	n := r.IntN(12)
	a, id := addressOf(n), electionID(n%4)
	switch r.IntN(12) {
	case 0, 1:
		acc := Account{Balance: r.Uint64(), Nonce: r.Uint32()}
		must(t, f.SetAccount(a, &acc))
		m.accounts[a] = acc
	case 2:
		v := Validator{Power: r.Uint64N(100)}
		must(t, f.SetValidator(a, &v))
		m.validators[a] = v
	case 3:
		must(t, f.DeleteValidator(a))
		delete(m.validators, a)
	case 4:
		s := Scheduled{Due: r.Uint64N(50), Kind: ScheduleClose, Subject: id[:]}
		must(t, f.Schedule(s))
		m.scheduled[string(ScheduleKey(s))] = s
	case 5:
		if keys := slices.Sorted(maps.Keys(m.scheduled)); len(keys) > 0 {
			must(t, f.Unschedule(m.scheduled[keys[0]]))
			delete(m.scheduled, keys[0])
		}
	case 6:
		must(t, f.SpendFaucet(a, uint64(n), 7))
		m.faucet[string(FaucetKey(a, uint64(n)))] = 7
	case 7:
		must(t, f.ForgetFaucet(a, uint64(n)))
		delete(m.faucet, string(FaucetKey(a, uint64(n))))
	case 8:
		if _, there := m.stages[id]; !there {
			must(t, f.CreateElection(settingsOf(id), newStage()))
			m.stages[id] = *newStage()
			m.votes[id] = nil
			return
		}
		stage := *newStage()
		stage.End = r.Uint64()
		must(t, f.SetStage(id, &stage))
		m.stages[id] = stage
	default:
		if _, there := m.stages[id]; !there {
			return
		}
		for range r.IntN(20) {
			v := voteOf(t, f, id, r.IntN(40), height)
			pos, err := f.AddVote(id, v)
			must(t, err)
			if pos != uint64(len(m.votes[id])) {
				t.Fatalf("position %d, want %d", pos, len(m.votes[id]))
			}
			m.votes[id] = append(m.votes[id], v)
		}
	}
}

// compare reads everything.
func (m *model) compare(t *testing.T, r Reader) {
	t.Helper()
	for n := range 12 {
		a := addressOf(n)
		acc, err := r.Account(a)
		if want, there := m.accounts[a]; there && (err != nil || acc.Balance != want.Balance || acc.Nonce != want.Nonce) || !there && err != ErrNotFound {
			t.Fatalf("account %d is %+v, %v", n, acc, err)
		}
		spent, err := r.FaucetSpent(a, uint64(n))
		if _, want := m.faucet[string(FaucetKey(a, uint64(n)))]; err != nil || spent != want {
			t.Fatalf("faucet package %d is %t, %v", n, spent, err)
		}
	}
	seats, err := r.Validators()
	must(t, err)
	var got, want []ethkey.Address
	for _, s := range seats {
		if s.Power != m.validators[s.Address].Power {
			t.Fatalf("validator %s has power %d", s.Address, s.Power)
		}
		got = append(got, s.Address)
	}
	want = slices.SortedFunc(maps.Keys(m.validators), func(a, b ethkey.Address) int { return bytes.Compare(a[:], b[:]) })
	if !slices.Equal(got, want) {
		t.Fatalf("validators %v, want %v", got, want)
	}
	for _, now := range []uint64{0, 20, 100} {
		for _, limit := range []int{2, 1000} {
			due, err := r.Due(now, limit)
			must(t, err)
			var want []string
			for _, key := range slices.Sorted(maps.Keys(m.scheduled)) {
				if m.scheduled[key].Due <= now && len(want) < limit {
					want = append(want, key)
				}
			}
			if !slices.EqualFunc(due, want, func(s Scheduled, key string) bool { return string(ScheduleKey(s)) == key }) {
				t.Fatalf("due at %d: %v", now, due)
			}
		}
	}
	for n := range 4 {
		m.compareElection(t, r, electionID(n))
	}
}

func (m *model) compareElection(t *testing.T, r Reader, id election.ID) {
	t.Helper()
	stage, there := m.stages[id]
	if !there {
		_, err1 := r.Settings(id)
		_, err2 := r.Log(id)
		_, _, err3 := r.Vote(id, nullifierOf(1))
		_, err4 := r.VoteAt(id, 0)
		_, err5 := r.Tally(id)
		for _, err := range []error{err1, err2, err3, err4, err5} {
			if err != ErrNotFound {
				t.Fatal(err)
			}
		}
		return
	}
	if got, err := r.Stage(id); err != nil || *got != stage {
		t.Fatalf("stage %+v, %v", got, err)
	}
	votes := m.votes[id]
	last := map[election.Nullifier]int{}
	tally := ballot.NewTally(rules)
	for i, v := range votes {
		if old, again := last[v.Record.Nullifier]; again {
			tally.Sub(rules, votes[old].Ballot, &votes[old].Record.Weight)
		}
		last[v.Record.Nullifier] = i
		tally.Add(rules, v.Ballot, &v.Record.Weight)
	}
	log, err := r.Log(id)
	if err != nil || log.Size != uint64(len(votes)) || log.Voters != uint64(len(last)) || log.Size != log.Voters+log.Overwrites {
		t.Fatalf("log %+v, %v; want %d votes of %d voters", log, err, len(votes), len(last))
	}
	root, err := r.VoteRoot(id)
	if want := rootByDefinition(votes); err != nil || root != want {
		t.Fatalf("root %x, %v; want %x", root, err, want)
	}
	if got, err := r.Tally(id); err != nil || fmt.Sprint(got.Strings(), got.Weight) != fmt.Sprint(tally.Strings(), tally.Weight) {
		t.Fatalf("tally %v, %v; want %v", got.Strings(), err, tally.Strings())
	}
	for voter := range 40 {
		got, pos, err := r.Vote(id, nullifierOf(voter))
		i, voted := last[nullifierOf(voter)]
		if voted && (err != nil || pos != uint64(i) || got != votes[i].Record) || !voted && err != ErrNotFound {
			t.Fatalf("voter %d: %+v at %d, %v; want %d", voter, got, pos, err, i)
		}
	}
	for i, v := range votes {
		got, err := r.VoteAt(id, uint64(i))
		if err != nil || got != v.Record {
			t.Fatalf("vote %d: %+v, %v", i, got, err)
		}
		pkg, memo, err := r.Ballot(id, uint64(i))
		if err != nil || !bytes.Equal(pkg, v.Package) || !bytes.Equal(memo, v.Memo) {
			t.Fatalf("ballot %d: %q %q, %v", i, pkg, memo, err)
		}
	}
	if _, err := r.VoteAt(id, uint64(len(votes))); err != ErrNotFound {
		t.Fatalf("a vote beyond the log: %v", err)
	}
	all := slices.SortedFunc(maps.Keys(last), compareNullifiers)
	var after *election.Nullifier
	for len(all) > 0 {
		part, err := r.ClosedNullifiers(id, after, 7)
		if n := min(7, len(all)); err != nil || !slices.Equal(part, all[:n]) {
			t.Fatalf("nullifiers after %v: %v, %v; want %v", after, part, err, all[:n])
		}
		all = all[len(part):]
		after = &part[len(part)-1]
	}
	if part, err := r.ClosedNullifiers(id, after, 7); err != nil || len(part) > 0 {
		t.Fatalf("nullifiers after the last: %v, %v", part, err)
	}
}

func TestTheStoreAgreesWithAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	dir := t.TempDir()
	cfg := Config{Dir: dir, KeepVersions: 5}
	s := openStore(t, cfg)
	m := newModel()
	past := map[int64]*model{0: m.clone()}
	roots := map[int64][32]byte{}
	for height := int64(1); height <= 40; height++ {
		f := s.Fork()
		m.block(t, r, f, height)
		m.compare(t, f)
		if r.IntN(3) == 0 { // somebody else's proposal is sealed in between
			other := s.Fork()
			past[height-1].clone().block(t, r, other, height)
			_, err := s.Seal(other)
			must(t, err)
		}
		roots[height] = commit(t, s, f)
		past[height] = m.clone()
		m.compare(t, s.View())
		m.compare(t, s.Fork())
		if r.IntN(10) == 0 {
			must(t, s.Close())
			cfg.Check = CheckMode(r.IntN(2))
			s = openStore(t, cfg)
			if s.Height() != height || s.Root() != roots[height] {
				t.Fatalf("opened at height %d with root %x, want %d and %x", s.Height(), s.Root(), height, roots[height])
			}
			m.compare(t, s.View())
		}
		for old := height; old > height-5 && old > 0; old-- {
			v, err := s.ViewAt(old)
			must(t, err)
			if v.Root() != roots[old] || v.Height() != old {
				t.Fatalf("height %d has root %x, had %x", old, v.Root(), roots[old])
			}
			if r.IntN(4) == 0 {
				past[old].compare(t, v)
			}
		}
		if height > 5 {
			if _, err := s.ViewAt(height - 5); err != ErrPruned {
				t.Fatalf("height %d: %v", height-5, err)
			}
		}
	}
	if _, err := s.ViewAt(41); err != ErrUncommitted {
		t.Error(err)
	}
	must(t, s.Close())
}

// block makes a block of random transactions, of which some are dropped.
func (m *model) block(t *testing.T, r *rand.Rand, f *Fork, height int64) {
	t.Helper()
	p := genesis.Default()
	must(t, f.SetParams(&p))
	must(t, f.SetMark(BlockMark{Height: uint64(height), Time: uint64(height)}))
	for range r.IntN(8) {
		child := f.Begin()
		next := m.clone()
		for range r.IntN(4) {
			next.change(t, r, child, height)
		}
		if r.IntN(4) == 0 {
			grandchild := child.Begin()
			further := next.clone()
			further.change(t, r, grandchild, height)
			if r.IntN(4) == 0 {
				further.compare(t, grandchild)
			}
			if r.IntN(2) == 0 {
				grandchild.Merge()
				next = further
			}
		}
		if r.IntN(8) == 0 {
			next.compare(t, child)
		}
		if r.IntN(3) > 0 {
			child.Merge()
			*m = *next
		}
	}
}
