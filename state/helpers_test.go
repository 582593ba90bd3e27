package state

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
)

// rules of the elections in these tests: two questions, three choices.
var rules = ballot.Rules{MaxCount: 2, MaxValue: 2, MaxOverwrites: 100}

func electionID(n int) election.ID {
	return election.ID(sha256.Sum256(fmt.Appendf(nil, "election %d", n)))
}

func nullifierOf(n int) election.Nullifier {
	return election.Nullifier(sha256.Sum256(fmt.Appendf(nil, "voter %d", n)))
}

func addressOf(n int) ethkey.Address {
	h := sha256.Sum256(fmt.Appendf(nil, "account %d", n))
	return ethkey.Address(h[:20])
}

func settingsOf(id election.ID) *election.Settings {
	return &election.Settings{
		ID: id, Organisation: addressOf(1), Creator: addressOf(1), Rules: rules,
		CensusOrigin: census.TreeWeighted, Start: 1, Interruptible: true,
		MetadataURI: "ipfs://bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
	}
}

func newStage() *Stage {
	return &Stage{Status: election.Ready, CensusURI: "ipfs://bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", MaxCensusSize: 1 << 30, End: 1 << 40}
}

// pkgOf is the package of a voter's k-th vote.
func pkgOf(voter, k int) []byte {
	return fmt.Appendf(nil, `{"nonce":"%016x","votes":[%d,%d]}`, uint64(voter)*1_000_003+uint64(k), (voter+k)%3, k%3)
}

// voteOf makes the next vote of a voter, as the law would.
func voteOf(t testing.TB, r Reader, id election.ID, voter int, height int64) NewVote {
	t.Helper()
	n := nullifierOf(voter)
	old, pos, err := r.Vote(id, n)
	v := NewVote{Rules: rules, Record: VoteRecord{Nullifier: n, Height: uint64(height)}}
	v.Record.Weight.SetUint64(uint64(voter%5 + 1))
	switch err {
	case ErrNotFound:
	case nil:
		pkg, _, err := r.Ballot(id, pos)
		if err != nil {
			t.Fatal(err)
		}
		v.Record.Replaces, v.Record.Overwrites = pos+1, old.Overwrites+1
		v.Old = &OldVote{Ballot: decoded(t, pkg), Weight: old.Weight}
	default:
		t.Fatal(err)
	}
	v.Package = pkgOf(voter, int(v.Record.Overwrites))
	if voter%3 == 0 {
		v.Memo = []byte("memo")
	}
	v.Ballot = decoded(t, v.Package)
	v.Record.BallotHash = ballot.Hash(v.Package, v.Memo)
	return v
}

func decoded(t testing.TB, pkg []byte) ballot.Ballot {
	t.Helper()
	b, err := ballot.Decode(pkg)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func cast(t testing.TB, f *Fork, id election.ID, voter int, height int64) uint64 {
	t.Helper()
	pos, err := f.AddVote(id, voteOf(t, f, id, voter, height))
	if err != nil {
		t.Fatal(err)
	}
	return pos
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func openStore(t testing.TB, cfg Config) *Store {
	t.Helper()
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// first writes what every chain has from the start.
func first(t testing.TB, f *Fork) {
	t.Helper()
	p := genesis.Default()
	must(t, f.SetParams(&p))
	must(t, f.SetMark(BlockMark{Height: 1, Time: 1}))
}

// commit seals and commits, and returns the root.
func commit(t testing.TB, s *Store, f *Fork) [32]byte {
	t.Helper()
	root, err := s.Seal(f)
	must(t, err)
	must(t, s.Commit(f, binary.BigEndian.AppendUint64(nil, uint64(s.Height()+1))))
	return root
}

// closing closes at the end of a test.
func closing(t testing.TB, s *Store) *Store {
	t.Helper()
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}
