package apptest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/census"
	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// Key is the account key of a name, always the same.
func Key(name string) *ethkey.Key {
	h := sha256.Sum256([]byte("apptest key of " + name))
	k, err := ethkey.ParseKey(hex.EncodeToString(h[:]))
	if err != nil {
		panic(err)
	}
	return k
}

// Keys are n keys of numbered names.
func Keys(name string, n int) []*ethkey.Key {
	out := make([]*ethkey.Key, n)
	for i := range out {
		out[i] = Key(fmt.Sprintf("%s %d", name, i))
	}
	return out
}

// Sign makes a transaction of the test chain.
func Sign(t testing.TB, key *ethkey.Key, p tx.Payload) []byte {
	t.Helper()
	raw, err := tx.Sign(key, ChainID, p)
	if err != nil {
		t.Fatalf("sign a %T: %v", p, err)
	}
	return raw
}

// Census is a census of keys, each weighing 1.
func Census(t testing.TB, voters []*ethkey.Key) *tree.Tree {
	t.Helper()
	tr := tree.New()
	members := make([]tree.Member, len(voters))
	for i, k := range voters {
		members[i] = tree.Member{Address: k.Address(), Weight: *uint256.NewInt(1)}
	}
	if bad, err := tr.AddBatch(members); err != nil || len(bad) > 0 {
		t.Fatalf("census: %v %v", bad, err)
	}
	return tr
}

// Election is an election on a test chain and what its voters need.
type Election struct {
	ID     election.ID
	Census *tree.Tree
	t      testing.TB
}

// NewElection is a transaction of the organisation that opens an election for
// everybody in the census: one choice of 0 to 9, replaced at most 3 times, for
// 1,000 seconds.
func NewElection(nonce uint32, tr *tree.Tree) *tx.NewElection {
	return &tx.NewElection{
		Nonce: nonce, Rules: ballot.Rules{MaxCount: 1, MaxValue: 9, MaxOverwrites: 3, CostExponent: 1},
		CensusOrigin: census.TreeWeighted, CensusRoot: tr.Root(), CensusURI: "ipfs://census", MaxCensusSize: uint64(tr.Size()),
		Duration: 1000, Interruptible: true, MetadataURI: "ipfs://metadata",
	}
}

// Vote is a signed vote for a choice. Another salt makes another ballot of the
// same choice.
func (e *Election) Vote(key *ethkey.Key, choice int, salt string) []byte {
	e.t.Helper()
	proof, err := e.Census.Proof(key.Address())
	if err != nil {
		e.t.Fatal(err)
	}
	nonce := sha256.Sum256([]byte(salt + key.Address().String()))
	return Sign(e.t, key, &tx.Vote{
		Election: e.ID, Nonce: nonce[:], Proof: proof.Merkle(),
		Package: fmt.Appendf(nil, `{"nonce":"%x","votes":[%d]}`, nonce[:16], choice),
	})
}

// Votes are the first votes of many, signed in parallel.
func (e *Election) Votes(keys []*ethkey.Key) [][]byte {
	out := make([][]byte, len(keys))
	InParallel(len(keys), func(i int) { out[i] = e.Vote(keys[i], i%10, "") })
	return out
}
