package state

import (
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"

	"urna/election"
)

// rootByDefinition is RFC 6962, section 2.1, word for word.
func rootByDefinition(votes []NewVote) [32]byte {
	switch len(votes) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, bytesOf(&votes[0].Record)...))
	}
	k := 1
	for k*2 < len(votes) {
		k *= 2
	}
	left, right := rootByDefinition(votes[:k]), rootByDefinition(votes[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

func TestHashesAreThoseOfTheStandard(t *testing.T) {
	a, b := sha256.Sum256([]byte("a")), sha256.Sum256([]byte("b"))
	if got, want := hashLeaf(a[:]), rfc6962.DefaultHasher.HashLeaf(a[:]); string(got) != string(want) {
		t.Errorf("leaf %x, want %x", got, want)
	}
	long := make([]byte, 1000)
	if got, want := hashLeaf(long), rfc6962.DefaultHasher.HashLeaf(long); string(got) != string(want) {
		t.Errorf("leaf %x, want %x", got, want)
	}
	if got, want := hashChildren(a[:], b[:]), rfc6962.DefaultHasher.HashChildren(a[:], b[:]); string(got) != string(want) {
		t.Errorf("node %x, want %x", got, want)
	}
	if got, want := emptyRoot[:], rfc6962.DefaultHasher.EmptyRoot(); string(got) != string(want) {
		t.Errorf("empty log %x, want %x", got, want)
	}
}

// sized makes a store with one election of n votes, in blocks of block votes.
func sized(t testing.TB, cfg Config, n, block int) (*Store, election.ID, []NewVote) {
	t.Helper()
	s := openStore(t, cfg)
	id := electionID(1)
	f := s.Fork()
	first(t, f)
	must(t, f.CreateElection(settingsOf(id), newStage()))
	var all []NewVote
	for len(all) < n {
		votes := votesFor(len(all), min(len(all)+block, n), s.Height()+1)
		castAll(t, f, id, votes)
		all = append(all, votes...)
		must(t, f.SetMark(BlockMark{Height: uint64(s.Height() + 1), Time: uint64(len(all))}))
		commit(t, s, f)
		f = s.Fork()
	}
	return s, id, all
}

func TestEveryVoteIsProvedAgainstTheLog(t *testing.T) {
	const n = 700 // two full tiles and a rest
	s, id, votes := sized(t, Config{KeepVersions: 50}, n, 37)
	closing(t, s)
	for height := s.Height() - 15; height <= s.Height(); height++ {
		v, err := s.ViewAt(height)
		must(t, err)
		log, err := v.Log(id)
		must(t, err)
		if want := rootByDefinition(votes[:log.Size]); log.Root != want {
			t.Fatalf("height %d: root %x, want %x", height, log.Root, want)
		}
		for pos := uint64(0); pos < log.Size; pos += 1 + pos%3 {
			p, err := v.ProveVote(id, pos)
			must(t, err)
			if string(p.Record) != string(bytesOf(&votes[pos].Record)) || p.Size != log.Size {
				t.Fatalf("vote %d: %x of %d", pos, p.Record, p.Size)
			}
			var hashes [][]byte
			for i := range p.Hashes {
				hashes = append(hashes, p.Hashes[i][:])
			}
			leaf := rfc6962.DefaultHasher.HashLeaf(p.Record)
			if err := proof.VerifyInclusion(rfc6962.DefaultHasher, pos, p.Size, leaf, hashes, log.Root[:]); err != nil {
				t.Fatalf("height %d, vote %d: %v", height, pos, err)
			}
		}
		if _, err := v.ProveVote(id, log.Size); !errors.Is(err, ErrNotFound) {
			t.Errorf("a vote beyond the log is proved: %v", err)
		}
	}
	if _, err := s.View().ProveVote(electionID(2), 0); !errors.Is(err, ErrNotFound) {
		t.Errorf("a vote in no election is proved: %v", err)
	}
}

// What is cut into tiles must give the same nodes as the leaves do.
func TestSubtreesFromTilesAreThoseFromLeaves(t *testing.T) {
	const n = 66_000 // one tile of the second level
	s, id, votes := sized(t, Config{}, n, 20_000)
	closing(t, s)
	want := map[compact.NodeID][]byte{}
	r := logTree.NewEmptyRange(0)
	for i := range votes {
		must(t, r.Append(hashLeaf(bytesOf(&votes[i].Record)), func(id compact.NodeID, hash []byte) { want[id] = hash }))
	}
	for node, hash := range want {
		if node.Level < 6 && node.Index%97 != 0 {
			continue
		}
		got, err := nodeHash(s.db, id, node)
		if err != nil || string(got) != string(hash) {
			t.Fatalf("node %d of level %d: %x, %v; want %x", node.Index, node.Level, got, err, hash)
		}
	}
	kept := 0
	it, err := s.db.Iter([]byte{tileKeys}, []byte{tileKeys + 1})
	must(t, err)
	for it.Next() {
		kept++
	}
	must(t, it.Close())
	if kept != n/256+n/65536 {
		t.Errorf("%d subtrees are kept", kept)
	}
	for _, size := range []uint64{1, 255, 256, 257, 65535, 65536, 65537, n} {
		hashes, err := frontier(s.db, id, size)
		must(t, err)
		r, err := logTree.NewRange(0, size, hashes)
		must(t, err)
		if root, err := rootOf(r); err != nil || root != rootByDefinition(votes[:size]) {
			t.Errorf("root of %d votes: %x, %v", size, root, err)
		}
	}
	if _, err := nodeHash(s.db, id, compact.NewNodeID(3, n/8)); err == nil {
		t.Error("a subtree beyond the log has a hash")
	}
	if _, err := nodeHash(s.db, id, compact.NewNodeID(8, n/256)); err == nil {
		t.Error("a tile beyond the log has a hash")
	}
}

func TestForgettingWhereLogsEndChangesNothing(t *testing.T) {
	s := closing(t, openStore(t, Config{}))
	const elections = 5
	roots := func() [32]byte {
		f := s.Fork()
		for i := range elections {
			castAll(t, f, electionID(i), votesFor(1000*int(s.Height()), 1000*int(s.Height())+9, s.Height()+1))
		}
		root, err := s.Seal(f)
		must(t, err)
		return root
	}
	f := s.Fork()
	first(t, f)
	for i := range elections {
		must(t, f.CreateElection(settingsOf(electionID(i)), newStage()))
		castAll(t, f, electionID(i), votesFor(0, 300, 1))
	}
	commit(t, s, f)
	want := roots()
	s.frontiers = frontiers{}
	if got := roots(); got != want {
		t.Errorf("root %x, want %x", got, want)
	}
	for i := range maxFrontiers + 10 { // the memory is bounded
		s.frontiers.put(electionID(1000+i), 1, [][]byte{emptyRoot[:]})
	}
	if n := len(s.frontiers.ids); n > maxFrontiers {
		t.Errorf("%d ends are remembered", n)
	}
	if got := roots(); got != want {
		t.Errorf("root %x, want %x", got, want)
	}
}
