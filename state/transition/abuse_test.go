package transition_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

// What time has ended stays ended, also in the block in which the close is
// still to come, and for as long as the close is behind other work.
func TestAnElectionThatIsOverCannotBeReopened(t *testing.T) {
	for name, late := range map[string]func(w *world, id election.ID) tx.Payload{
		"by a longer duration": func(w *world, id election.ID) tx.Payload {
			return &tx.SetDuration{Nonce: w.nonce("org"), Election: id, Duration: 5000}
		},
		"for another census": func(w *world, id election.ID) tx.Payload {
			root, uri := census.Root{7}, "ipfs://d"
			return &tx.SetCensus{Nonce: w.nonce("org"), Election: id, Root: &root, URI: &uri}
		},
		"for a pause": func(w *world, id election.ID) tx.Payload {
			return &tx.SetStatus{Nonce: w.nonce("org"), Election: id, Status: election.Paused}
		},
		"to take it back": func(w *world, id election.ID) tx.Payload {
			return &tx.SetStatus{Nonce: w.nonce("org"), Election: id, Status: election.Canceled}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.join("org", 1000)
			w.census("c", map[string]uint64{"ann": 1})
			d := w.draft("org", "c")
			d.DynamicCensus = true
			id := w.elect("org", "e", d)
			w.must("ann", w.ballotOf("ann", "c", id, "1", "1"))
			w.next(101, nil) // one second after its last
			w.refused(tx.ElectionClosed, "org", late(w, id))
			w.next(1, nil)
			if _, err := w.store.View().Result(id); err != nil {
				t.Errorf("it has no result: %v", err)
			}
		})
	}
}

func TestAnOverElectionMayStillBeEndedByHand(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	w.census("c", map[string]uint64{"ann": 1})
	d := w.draft("org", "c")
	d.Interruptible = false
	id := w.elect("org", "e", d)
	w.next(101, nil)
	w.must("org", &tx.SetStatus{Nonce: w.nonce("org"), Election: id, Status: election.Ended})
	w.next(1, nil)
	if r, err := w.store.View().Result(id); err != nil || r.Votes != 0 {
		t.Errorf("result %+v, %v", r, err)
	}
}

// crowd lets n people vote in an election, without signatures.
func (w *world) crowd(id election.ID, root census.Root, n int) {
	w.t.Helper()
	for i := range n {
		who := ethkey.Address{0xcc, byte(i >> 16), byte(i >> 8), byte(i)}
		v := &tx.Verified{
			Signer: who, Nullifier: election.SignedNullifier(who, id), Origin: census.TreeWeighted, Root: root, Weight: *uint256.NewInt(1),
			Payload: &tx.Vote{Election: id, Package: fmt.Appendf(nil, `{"votes":[]}%d`, i)},
		}
		if _, err := transition.Apply(w.fork, w.block, v); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Sets of nullifiers are added up a bounded number per block. Whoever leaves
// many of them behind must not keep other elections from closing.
func TestSetsOfNullifiersDoNotHoldUpTheCloseOfOthers(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1<<30)
	root := w.census("c", map[string]uint64{"ann": 1})
	draft := func() *tx.NewElection {
		d := w.draft("org", "c")
		d.MaxCensusSize = 20_000
		return d
	}
	w.crowd(w.elect("org", "large", draft()), root, 12_300) // takes all room for three blocks
	var small []election.ID
	for i := range 300 {
		id := w.elect("org", fmt.Sprint(i), draft())
		w.crowd(id, root, 1)
		small = append(small, id)
	}
	d := draft()
	d.Duration = 103
	late := w.elect("org", "late", d)
	w.next(101, nil)
	for range 4 {
		w.next(1, nil)
	}
	if _, err := w.store.View().Result(late); err != nil {
		t.Errorf("the election that ended a block ago: %v", err)
	}
	for range 4 {
		w.next(1, nil)
	}
	for _, id := range append(small, w.ids["large"]) {
		if s, err := w.store.View().Sealing(id); err != nil || !s.Done {
			t.Fatalf("the set of %s is %+v, %v", id, s, err)
		}
	}
}

// A thousand packages that expire at once are forgotten at once.
func TestExpiredFaucetPackagesDoNotHoldUpACloseEither(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 10_000)
	w.census("c", map[string]uint64{"ann": 1})
	id := w.elect("org", "e", w.draft("org", "c"))
	for i := range uint64(1000) {
		g := tx.FaucetGrant{Issuer: key("bank").Address(), FaucetPayload: tx.FaucetPayload{
			Identifier: i, To: key("org").Address(), Amount: 1, ChainID: chainID, NotAfter: startTime + 50,
		}}
		v := &tx.Verified{Signer: key("org").Address(), Payload: &tx.CollectFaucet{Nonce: w.nonce("org")}, Faucet: &g}
		if _, err := transition.Apply(w.fork, w.block, v); err != nil {
			t.Fatal(err)
		}
	}
	w.next(101, nil)
	w.next(1, nil)
	if _, err := w.store.View().Result(id); err != nil {
		t.Errorf("the election has no result: %v", err)
	}
	for i := range uint64(1000) {
		if spent, err := w.store.View().FaucetSpent(key("bank").Address(), i); err != nil || spent {
			t.Fatalf("package %d is not forgotten: %v", i, err)
		}
	}
}

// A package is good until its last second and spent in it; when its mark is
// forgotten it has expired.
func TestAFaucetPackageIsSpentOnceAlsoAroundItsExpiry(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	p, err := tx.SignFaucet(key("bank"), tx.FaucetPayload{
		Identifier: 9, To: key("org").Address(), Amount: 5, ChainID: chainID, NotAfter: startTime + 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	collect := func() *tx.CollectFaucet { return &tx.CollectFaucet{Nonce: w.nonce("org"), Faucet: p} }
	w.next(10, nil)
	w.must("org", collect())
	w.refused(tx.FaucetSpent, "org", collect())
	w.next(0, nil)
	w.refused(tx.FaucetSpent, "org", collect())
	for range 3 {
		w.next(1, nil)
		w.refused(tx.FaucetExpired, "org", collect())
	}
}

// A fee is one sum; with absurd factors it must not wrap around to nothing.
func TestFeesDoNotWrapAround(t *testing.T) {
	p := genesis.Default()
	p.Price = genesis.Price{Capacity: 1, K2: 1 << 50, K7: 1}
	for _, size := range []uint64{1, 1 << 20, 1 << 39, 1 << 40} {
		for duration := uint64(1); duration <= tx.MaxDuration; duration *= 3 {
			price, err := transition.ElectionPrice(&p, size, duration, false, false, 0)
			if err == nil && price > 1<<62 {
				t.Fatalf("a price of %d for %d voters over %d s, with which a cost does not add up", price, size, duration)
			}
		}
	}
	for _, size := range []uint64{1<<40 + 1, 1 << 50, math.MaxUint64} {
		p := genesis.Default()
		p.Price.Capacity, p.Price.K1, p.Price.K6 = 1<<40, 1<<50, 1<<50
		if price, err := transition.ElectionPrice(&p, size, 1, false, false, 0); err == nil {
			t.Errorf("%d voters cost %d", size, price)
		}
	}
}

// CometBFT stops if the power of all validators exceeds its bound, or if a key
// stands twice.
func TestGenesisRefusesValidatorsThatConsensusCouldNotBear(t *testing.T) {
	seat := func(name string, power uint64) transition.GenesisValidator {
		return transition.GenesisValidator{PublicKey: [33]byte(key(name).PublicKey()), Power: power}
	}
	for want, set := range map[string][]transition.GenesisValidator{
		"no validators": nil,
		"power":         {seat("a", 1), seat("b", 1<<60)},
		"power 0":       {seat("a", 0)},
		"twice":         {seat("a", 1), seat("b", 1), seat("a", 1)},
		"key":           {{Power: 1}},
	} {
		store, err := state.Open(state.Config{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = transition.Genesis(store.Fork(), &genesis.Doc{Params: genesis.Default()}, set, transition.Block{ChainID: chainID})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error about %q, got %v", want, err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
