package transition_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

// votesPerBlock is what a busy chain of one block a second carries.
const votesPerBlock = 10_000

// BenchmarkApply measures the law alone: transactions whose signatures and
// proofs are known to hold are applied in blocks, sealed and committed to disk.
// It reports votes per second.
func BenchmarkApply(b *testing.B) {
	store, err := state.Open(state.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	doc := &genesis.Doc{Params: genesis.Default(), Accounts: []genesis.Account{{Address: key("org").Address().String(), Balance: 1 << 60}}}
	doc.Params.MaxCensusSize = 1 << 32
	block := transition.Block{ChainID: chainID, Height: 1, Time: startTime}
	f := store.Fork()
	if _, err := transition.Genesis(f, doc, []transition.GenesisValidator{{PublicKey: [33]byte(key("v").PublicKey()), Power: 1}}, transition.Block{ChainID: chainID}); err != nil {
		b.Fatal(err)
	}
	root := census.Root{1}
	create := &tx.Verified{Signer: key("org").Address(), Payload: &tx.NewElection{
		Rules:        ballot.Rules{MaxCount: 1, MaxValue: 3, CostExponent: 1},
		CensusOrigin: census.TreeWeighted, CensusRoot: root, CensusURI: "ipfs://c", MetadataURI: "ipfs://m",
		MaxCensusSize: 1 << 30, Duration: 1 << 20,
	}}
	if _, err := transition.Begin(f, block); err != nil {
		b.Fatal(err)
	}
	events, err := transition.Apply(f, block, create)
	if err != nil {
		b.Fatal(err)
	}
	var id election.ID
	for _, e := range events {
		if c, ok := e.(transition.ElectionCreated); ok {
			id = c.ID
		}
	}
	n := uint64(0)
	vote := func() *tx.Verified {
		n++
		var who ethkey.Address
		binary.BigEndian.PutUint64(who[:], n*0x9e3779b97f4a7c15) // spread over the key space, as hashes are
		return &tx.Verified{
			Signer: who, Nullifier: election.SignedNullifier(who, id), Origin: census.TreeWeighted, Root: root, Weight: *uint256.NewInt(1),
			Ballot:  ballot.Ballot{Values: []uint32{uint32(n % 4)}},
			Payload: &tx.Vote{Election: id, Package: fmt.Appendf(nil, `{"nonce":"%016x","votes":[%d]}`, n, n%4)},
		}
	}
	for b.Loop() {
		b.StopTimer()
		votes := make([]*tx.Verified, votesPerBlock)
		for i := range votes {
			votes[i] = vote()
		}
		b.StartTimer()
		out := transition.BlockOutcome{Height: block.Height, Time: block.Time, Txs: make([]transition.Outcome, len(votes))}
		for i, v := range votes {
			events, err := transition.Apply(f, block, v)
			if err != nil {
				b.Fatal(err)
			}
			out.Txs[i] = transition.Outcome{ID: v.ID, Kind: tx.KindVote, Signer: v.Signer, Events: events}
		}
		if _, err := transition.End(f, block); err != nil {
			b.Fatal(err)
		}
		if _, err := store.Seal(f); err != nil {
			b.Fatal(err)
		}
		if err := store.Commit(f, out.Encode()); err != nil {
			b.Fatal(err)
		}
		block.Height++
		block.Time++
		f = store.Fork()
		if _, err := transition.Begin(f, block); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*votesPerBlock)/b.Elapsed().Seconds(), "votes/s")
}
