package transition_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/census"
	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

const chainID = "urna/test/1"

// startTime is the time of the first block, unix seconds.
const startTime = 1_800_000_000

// world is a chain without consensus: a state, a block in progress, and keys
// made from names.
type world struct {
	t      testing.TB
	store  *state.Store
	block  transition.Block
	fork   *state.Fork
	before []transition.Event
	txs    []transition.Outcome
	trees  map[string]*tree.Tree
	ids    map[string]election.ID
	seats  []*ethkey.Key
	seen   map[tx.Code]bool // rejections provoked so far
}

func key(name string) *ethkey.Key {
	h := sha256.Sum256([]byte("key of " + name))
	k, err := ethkey.ParseKey(hex.EncodeToString(h[:]))
	if err != nil {
		panic(err)
	}
	return k
}

func newWorld(t testing.TB, adjust func(*genesis.Doc)) *world {
	t.Helper()
	store, err := state.Open(state.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{
		t: t, store: store, trees: map[string]*tree.Tree{}, ids: map[string]election.ID{}, seen: map[tx.Code]bool{},
		block: transition.Block{ChainID: chainID, Height: 1, Time: startTime},
	}
	doc := &genesis.Doc{Params: genesis.Default(), Accounts: []genesis.Account{{Address: key("bank").Address().String(), Balance: 1 << 50}}}
	doc.Params.UptimeWindow, doc.Params.MaxMissed = 8, 4
	if adjust != nil {
		adjust(doc)
	}
	var validators []transition.GenesisValidator
	for i := range 4 {
		k := key(fmt.Sprintf("validator %d", i))
		w.seats = append(w.seats, k)
		validators = append(validators, transition.GenesisValidator{PublicKey: [33]byte(k.PublicKey()), Power: 10})
	}
	w.fork = store.Fork()
	if _, err := transition.Genesis(w.fork, doc, validators, transition.Block{ChainID: chainID, Time: startTime - 1}); err != nil {
		t.Fatal(err)
	}
	w.begin()
	return w
}

func (w *world) begin() {
	w.t.Helper()
	events, err := transition.Begin(w.fork, w.block)
	if err != nil {
		w.t.Fatal(err)
	}
	w.before, w.txs = events, nil
}

// next ends the block and begins another, seconds later. It returns what the
// ended block did by itself and what the new one's header causes.
func (w *world) next(seconds uint64, header func(*transition.Block)) (ended, began []transition.Event) {
	w.t.Helper()
	events, err := transition.End(w.fork, w.block)
	if err != nil {
		w.t.Fatal(err)
	}
	out := &transition.BlockOutcome{Height: w.block.Height, Time: w.block.Time, Before: w.before, Txs: w.txs, Events: events}
	if _, err := w.store.Seal(w.fork); err != nil {
		w.t.Fatal(err)
	}
	if err := w.store.Commit(w.fork, out.Encode()); err != nil {
		w.t.Fatal(err)
	}
	for _, err := range transition.Invariants(w.store.View()) {
		w.t.Error(err)
	}
	w.block.Height++
	w.block.Time += seconds
	w.block.Commit, w.block.Misbehaviour = nil, nil
	if header != nil {
		header(&w.block)
	}
	w.fork = w.store.Fork()
	w.begin()
	return events, w.before
}

// apply signs a payload as somebody and applies it.
func (w *world) apply(who string, p tx.Payload) ([]transition.Event, error) {
	w.t.Helper()
	raw, err := tx.Sign(key(who), chainID, p)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.applyRaw(raw)
}

func (w *world) applyRaw(raw []byte) ([]transition.Event, error) {
	w.t.Helper()
	v, err := tx.Verify(chainID, raw)
	if err != nil {
		return nil, err
	}
	events, err := transition.Apply(w.fork, w.block, v)
	o := transition.Outcome{ID: v.ID, Kind: v.Payload.Kind(), Signer: v.Signer, Events: events}
	var no *tx.Rejection
	if errors.As(err, &no) {
		o.Code = no.Code
	} else if err != nil {
		w.t.Fatalf("fault: %v", err)
	}
	w.txs = append(w.txs, o)
	return events, err
}

// must applies a payload that the law accepts.
func (w *world) must(who string, p tx.Payload) []transition.Event {
	w.t.Helper()
	events, err := w.apply(who, p)
	if err != nil {
		w.t.Fatalf("%s, %T: %v", who, p, err)
	}
	return events
}

// refused applies a payload and wants a rejection with a code.
func (w *world) refused(want tx.Code, who string, p tx.Payload) {
	w.t.Helper()
	_, err := w.apply(who, p)
	w.wantCode(want, err)
}

func (w *world) wantCode(want tx.Code, err error) {
	w.t.Helper()
	var no *tx.Rejection
	if !errors.As(err, &no) {
		w.t.Fatalf("got %v, want rejection %d", err, want)
	}
	w.seen[no.Code] = true
	if no.Code != want {
		w.t.Fatalf("got rejection %d (%s), want %d", no.Code, no.Detail, want)
	}
}

func (w *world) nonce(who string) uint32 {
	w.t.Helper()
	acc, err := w.fork.Account(key(who).Address())
	if err != nil {
		w.t.Fatal(err)
	}
	return acc.Nonce
}

// faucet makes a package of the bank for somebody.
func (w *world) faucet(to string, id, amount uint64) *tx.FaucetPackage {
	w.t.Helper()
	p, err := tx.SignFaucet(key("bank"), tx.FaucetPayload{
		Identifier: id, To: key(to).Address(), Amount: amount, ChainID: chainID, NotAfter: w.block.Time + 3600,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return &p
}

// join creates an account with tokens from the bank.
func (w *world) join(who string, amount uint64) {
	w.t.Helper()
	h := sha256.Sum256([]byte(who))
	id := uint256.NewInt(0).SetBytes(h[:8]).Uint64()
	w.must(who, &tx.CreateAccount{Account: key(who).Address(), InfoURI: "ipfs://" + who, Faucet: w.faucet(who, id, amount)})
}

// census builds a census of names and weights.
func (w *world) census(name string, members map[string]uint64) census.Root {
	w.t.Helper()
	tr := tree.New()
	for who, weight := range members {
		if err := tr.Add(tree.Member{Address: key(who).Address(), Weight: *uint256.NewInt(weight)}); err != nil {
			w.t.Fatal(err)
		}
	}
	w.trees[name] = tr
	return tr.Root()
}

// draft is an election that the law accepts.
func (w *world) draft(who, censusName string) *tx.NewElection {
	w.t.Helper()
	return &tx.NewElection{
		Nonce: w.nonce(who), Organisation: key(who).Address(),
		Rules:        ballot.Rules{MaxCount: 1, MaxValue: 2, CostExponent: 1},
		CensusOrigin: census.TreeWeighted, CensusRoot: w.trees[censusName].Root(), CensusURI: "ipfs://" + censusName,
		MaxCensusSize: uint64(w.trees[censusName].Size()), Duration: 100, Interruptible: true, MetadataURI: "ipfs://metadata",
	}
}

// elect creates an election and names it.
func (w *world) elect(who, name string, p *tx.NewElection) election.ID {
	w.t.Helper()
	for _, e := range w.must(who, p) {
		if c, ok := e.(transition.ElectionCreated); ok {
			w.ids[name] = c.ID
			return c.ID
		}
	}
	w.t.Fatal("no election was created")
	return election.ID{}
}

// ballotOf is a vote for choices with a proof from the named census.
func (w *world) ballotOf(who, censusName string, id election.ID, nonce string, choices string) *tx.Vote {
	w.t.Helper()
	proof, err := w.trees[censusName].Proof(key(who).Address())
	if err != nil {
		w.t.Fatal(err)
	}
	return &tx.Vote{
		Election: id, Nonce: []byte(nonce), Proof: proof.Merkle(),
		Package: []byte(fmt.Sprintf(`{"nonce":"%x","votes":[%s]}`, nonce, choices)),
	}
}
