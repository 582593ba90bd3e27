package state

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"

	"urna/election"
)

// sealed makes an election of n voters, the first of whom voted twice, and seals
// its nullifiers, which it returns in order.
func sealed(t testing.TB, n int) (*Store, election.ID, []election.Nullifier) {
	t.Helper()
	s := closing(t, openStore(t, Config{}))
	id := electionID(1)
	f := s.Fork()
	first(t, f)
	must(t, f.CreateElection(settingsOf(id), newStage()))
	commit(t, s, f)
	var members []election.Nullifier
	if n > 0 {
		f = s.Fork()
		castAll(t, f, id, votesFor(0, n, 2))
		commit(t, s, f)
		f = s.Fork()
		cast(t, f, id, 0, 3)
		commit(t, s, f)
		for i := range n {
			members = append(members, nullifierOf(i))
		}
		slices.SortFunc(members, compareNullifiers)
	}
	f = s.Fork()
	must(t, f.SetSealing(id, &Sealing{Done: true, Count: uint64(n), Root: setByDefinition(members)}))
	must(t, f.SetMark(BlockMark{Height: uint64(s.Height() + 1), Time: 9}))
	commit(t, s, f)
	return s, id, members
}

// setByDefinition is RFC 6962, section 2.1, word for word.
func setByDefinition(members []election.Nullifier) [32]byte {
	switch len(members) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, members[0][:]...))
	}
	k := 1
	for k*2 < len(members) {
		k *= 2
	}
	left, right := setByDefinition(members[:k]), setByDefinition(members[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// holds checks the proof of a neighbour by another library's rules.
func (n *Neighbour) holds(t testing.TB, set *Sealing) {
	t.Helper()
	var hashes [][]byte
	for i := range n.Hashes {
		hashes = append(hashes, n.Hashes[i][:])
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(n.Nullifier[:])
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, n.Position, set.Count, leaf, hashes, set.Root[:]); err != nil {
		t.Errorf("nullifier %d of %d: %v", n.Position, set.Count, err)
	}
}

func TestAbsenceFromASealedSetIsProvedByTheNeighbours(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 7, 8, 100, 257} {
		s, id, members := sealed(t, n)
		v := s.View()
		set, err := v.Sealing(id)
		must(t, err)
		strangers := []election.Nullifier{{}, election.Nullifier(bytes.Repeat([]byte{0xff}, 32))}
		for i := range 40 {
			strangers = append(strangers, nullifierOf(1_000_000+i))
		}
		for _, x := range strangers {
			at, _ := slices.BinarySearchFunc(members, x, compareNullifiers)
			p, err := v.ProveNullifier(id, x)
			must(t, err)
			if p.Found || p.Count != uint64(n) || (p.Before == nil) != (at == 0) || (p.After == nil) != (at == n) {
				t.Fatalf("%s in a set of %d: %+v", x, n, p)
			}
			if p.Before != nil {
				if p.Before.Position != uint64(at-1) || p.Before.Nullifier != members[at-1] {
					t.Fatalf("%s stands after %+v", x, p.Before)
				}
				p.Before.holds(t, set)
			}
			if p.After != nil {
				if p.After.Position != uint64(at) || p.After.Nullifier != members[at] {
					t.Fatalf("%s stands before %+v", x, p.After)
				}
				p.After.holds(t, set)
			}
		}
		for _, x := range members {
			if p, err := v.ProveNullifier(id, x); err != nil || !p.Found || p.Count != uint64(n) || p.Before != nil || p.After != nil {
				t.Fatalf("%s, which voted: %+v, %v", x, p, err)
			}
		}
	}
}

func TestAbsenceIsNotProvedBeforeTheSetIsSealed(t *testing.T) {
	s, id := withElection(t, 10)
	if _, err := s.View().ProveNullifier(id, nullifierOf(99)); !errors.Is(err, ErrUnsealed) {
		t.Errorf("in an open election: %v", err)
	}
	if _, err := s.View().ProveNullifier(electionID(9), nullifierOf(99)); !errors.Is(err, ErrNotFound) {
		t.Errorf("in no election: %v", err)
	}
}

func TestASetThatIsNotTheSealedOneIsAFault(t *testing.T) {
	s, id, members := sealed(t, 20)
	for name, spoil := range map[string]func(*Sealing){
		"another root":  func(set *Sealing) { set.Root[5] ^= 1 },
		"one too few":   func(set *Sealing) { set.Count, set.Root = 19, setByDefinition(members[:19]) },
		"one too many":  func(set *Sealing) { set.Count = 21 },
		"the empty set": func(set *Sealing) { set.Count, set.Root = 0, emptyRoot },
	} {
		f := s.Fork()
		set := &Sealing{Done: true, Count: 20, Root: setByDefinition(members)}
		spoil(set)
		must(t, f.SetSealing(id, set))
		commit(t, s, f)
		if _, err := s.View().ProveNullifier(id, nullifierOf(99)); err == nil || errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
