package anchor

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"urna/anchor/contract"
	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/internal/codec"
	"urna/state"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// electionID is a made-up id.
func electionID(n int) [32]byte { return sha256.Sum256(fmt.Append(nil, "election ", n)) }

// encoded is a record as the state keeps it.
func encoded(r interface{ Append(*codec.Writer) }) []byte {
	w := codec.Writer{}
	r.Append(&w)
	return w.B
}

// outcome is a result with one question, of these cells.
func outcome(votes uint64, cells ...uint64) *state.Result {
	r := &state.Result{Votes: votes, VoteSize: votes, Method: state.MethodRunningSum, Height: 7}
	row := make([]ballot.Amount, len(cells))
	for i, c := range cells {
		row[i].SetUint64(c)
		r.Tally.Weight.AddUint64(&r.Tally.Weight, c)
	}
	r.Tally.Cells = [][]ballot.Amount{row}
	return r
}

// results is a state of nothing but results.
func results(t testing.TB, all map[[32]byte]*state.Result) *tree {
	t.Helper()
	values := map[string][]byte{}
	for id, r := range all {
		values[string(state.ResultKey(election.ID(id)))] = encoded(r)
	}
	return newTree(t, 1, 5, values)
}

// proveCall proves a result against the header of a height.
func proveCall(t testing.TB, s *tree, id [32]byte, height uint64) []byte {
	t.Helper()
	key := state.ResultKey(election.ID(id))
	call, err := ResultCall(id, height, s.root(), s.values[string(key)], marshal(t, s.exists(t, key)))
	must(t, err)
	return call
}

// result reads what the registry says.
func (s *statement) result(id [32]byte) (contract.Result, error) {
	r := contract.NewResultRegistry()
	out, _, err := s.send(s.registry, r.PackResult(id))
	if err != nil {
		return contract.Result{}, err
	}
	return r.UnpackResult(out)
}

// same tells whether the registry says what the chain says.
func same(got contract.Result, want *state.Result) bool {
	var cells []*big.Int
	columns := 0
	for _, row := range want.Tally.Cells {
		columns = len(row)
		for i := range row {
			cells = append(cells, row[i].ToBig())
		}
	}
	return fmt.Sprint(got) == fmt.Sprint(contract.Result{
		Cells: cells, Columns: big.NewInt(int64(columns)), Weight: want.Tally.Weight.ToBig(),
		Votes: want.Votes, Overwritten: want.Overwritten,
	})
}

func TestResultsOfEveryShapeAreReadAsTheyAre(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	number := func() uint64 { return rnd.Uint64() >> rnd.IntN(64) }
	amount := func() (a ballot.Amount) {
		a.Rsh(&uint256.Int{rnd.Uint64(), rnd.Uint64(), rnd.Uint64(), rnd.Uint64()}, uint(rnd.IntN(257)))
		return a
	}
	all := map[[32]byte]*state.Result{electionID(0): {Method: 1, Height: 1}} // no matrix at all
	for i, shape := range [][2]int{{1, 1}, {1, 2}, {1, 3}, {3, 3}, {64, 1}, {1, 64}, {8, 16}, {1, 2}, {2, 5}, {12, 12}} {
		r := &state.Result{
			Votes: number(), Overwritten: number(), Invalid: number(), VoteSize: number(), Method: uint8(rnd.Uint32()), Height: number(),
			CensusRoot: census.Root(electionID(i)), VoteRoot: electionID(-i),
		}
		for range shape[0] {
			row := make([]ballot.Amount, shape[1])
			for j := range row {
				row[j] = amount()
			}
			r.Tally.Cells = append(r.Tally.Cells, row)
		}
		r.Tally.Weight = amount()
		all[electionID(1+i)] = r
	}
	s := results(t, all)
	w := newStatement(t, s.root())
	for id, want := range all {
		_, err := w.result(id)
		refused(t, err, "NotProved")
		if _, _, err := w.send(w.registry, proveCall(t, s, id, 1)); err != nil {
			t.Errorf("a matrix of %d rows: %v", len(want.Tally.Cells), err)
			continue
		}
		if got, err := w.result(id); err != nil || !same(got, want) {
			t.Errorf("the registry says %v, %v, the chain %v", got, err, want)
		}
	}
}

func TestAResultIsProvedOnceAndAboutItsElection(t *testing.T) {
	yes, no := electionID(1), electionID(2)
	s := results(t, map[[32]byte]*state.Result{yes: outcome(30, 10, 20), no: outcome(30, 20, 10)})
	w := newStatement(t, s.root(), [32]byte{1})
	r := contract.NewResultRegistry()
	key := state.ResultKey(election.ID(yes))
	record := s.values[string(key)]
	e, err := NewExistence(s.root(), key, record, marshal(t, s.exists(t, key)))
	must(t, err)
	prove := func(id [32]byte, height uint64, record []byte) error {
		return w.try(w.registry, r.PackProve(id, height, record, e.Version, e.Path))
	}
	refused(t, prove(no, 1, record), "WrongProof")
	refused(t, prove([32]byte{}, 1, record), "WrongProof")
	refused(t, prove(yes, 2, record), "WrongProof")
	refused(t, prove(yes, 3, record), "NotAnchored")
	refused(t, prove(yes, 1, encoded(outcome(30, 20, 10))), "WrongProof")
	must(t, prove(yes, 1, record))
	if _, _, err := w.send(w.registry, proveCall(t, s, yes, 1)); err != nil {
		t.Fatal(err)
	}
	refused(t, prove(yes, 1, record), "AlreadyProved")
}

func TestARecordOfAnotherKindIsNoResult(t *testing.T) {
	id := electionID(1)
	good := encoded(outcome(30, 10, 20))
	for name, bytes := range map[string][]byte{
		"another version":       append([]byte{2}, good[1:]...),
		"another tally version": append([]byte{1, 2}, good[2:]...),
		"something follows":     append(bytes.Clone(good), 0),
		"something is missing":  good[:len(good)-1],
		"more cells than bytes": append([]byte{1, 1, 0xff, 0xff, 0x03, 0xff, 0xff, 0x03}, good[4:]...),
		"a long amount":         append([]byte{1, 1, 1, 2, 33}, make([]byte, 200)...),
		"a long number":         append([]byte{1, 1}, bytes.Repeat([]byte{0x80}, 80)...),
		"a number of 65 bits":   append([]byte{1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2}, good[4:]...),
		"one byte":              {1},
	} {
		s := newTree(t, 1, 1, map[string][]byte{string(state.ResultKey(election.ID(id))): bytes})
		w := newStatement(t, s.root())
		_, _, err := w.send(w.registry, proveCall(t, s, id, 1))
		t.Log(name)
		refused(t, err, "MalformedRecord")
	}
}

func TestAResultFallsWithTheHeaderThatItWasProvedAgainst(t *testing.T) {
	id := electionID(1)
	truth, lie := outcome(30, 10, 20), outcome(30, 29, 1)
	good := results(t, map[[32]byte]*state.Result{id: truth, electionID(2): truth})
	forged := results(t, map[[32]byte]*state.Result{id: lie, electionID(2): truth})
	w := newStatement(t, good.root())
	other := w.copy()
	honest := w.next(how{app: good.root()})
	fork := other.next(how{app: forged.root(), fork: "forged"})
	w.anchor(fork)
	_, _, err := w.send(w.registry, proveCall(t, forged, id, 2))
	must(t, err)
	if got, err := w.result(id); err != nil || !same(got, lie) {
		t.Fatal(got, err)
	}

	w.mustSend(w.show([]*block{honest}, []*block{fork}, 0, nil))
	_, err = w.result(id)
	refused(t, err, "Frozen")
	refused(t, w.try(w.registry, proveCall(t, forged, electionID(2), 2)), "Frozen")
	// What was anchored below the fork can still be proved, instead.
	_, _, err = w.send(w.registry, proveCall(t, good, id, 1))
	must(t, err)
	if got, err := w.result(id); err != nil || !same(got, truth) {
		t.Error(got, err)
	}
}

func TestATreasuryPaysForAMajorityWithAQuorumAlone(t *testing.T) {
	recipient := common.HexToAddress("0x2000000000000000000000000000000000000002")
	two := outcome(30, 1, 29)
	two.Tally.Cells = append(two.Tally.Cells, two.Tally.Cells[0])
	all := map[[32]byte]*state.Result{
		electionID(1): outcome(30, 10, 20),
		electionID(2): outcome(30, 15, 15),
		electionID(3): outcome(29, 1, 28),
		electionID(4): two, // questions
		electionID(5): outcome(30, 30),
		electionID(6): outcome(30, 9, 10, 11), // the third option abstains
	}
	s := results(t, all)
	w := newStatement(t, s.root())
	deadline := w.cfg.Time + 1000
	fund := func(id [32]byte, amount uint64) common.Address {
		w.cfg.State.AddBalance(caller, uint256.NewInt(1<<40), 0)
		w.cfg.Value = new(big.Int).SetUint64(amount)
		defer func() { w.cfg.Value = new(big.Int) }()
		return w.mustDeploy(append(common.FromHex(contract.TreasuryMetaData.Bin),
			contract.NewTreasury().PackConstructor(w.registry, id, recipient, 30, deadline)...))
	}
	pay, refund := contract.NewTreasury().PackPay(), contract.NewTreasury().PackRefund()
	paid := uint64(0)
	for n, want := range map[int]string{1: "", 2: "Rejected", 3: "NoQuorum", 4: "NotAProposal", 5: "NotAProposal", 6: "", 7: "NotProved"} {
		id := electionID(n)
		at := fund(id, 1000)
		refused(t, w.try(at, pay), "NotProved")
		if all[id] != nil {
			_, _, err := w.send(w.registry, proveCall(t, s, id, 1))
			must(t, err)
		}
		refused(t, w.try(at, refund), "NotYet")
		_, _, err := w.send(at, pay)
		if want != "" {
			refused(t, err, want)
			w.cfg.Time = deadline
			if _, _, err := w.send(at, refund); err != nil || w.cfg.State.GetBalance(at).Sign() != 0 {
				t.Errorf("nothing comes back: %v", err)
			}
			w.cfg.Time = deadline - 1
			continue
		}
		must(t, err)
		paid += 1000
		if got := w.cfg.State.GetBalance(recipient).Uint64(); got != paid {
			t.Errorf("the recipient has %d, want %d", got, paid)
		}
		refused(t, w.try(at, pay), "NotPaid")
	}
}

func TestVotesOfTheRealStateAreShown(t *testing.T) {
	store, err := state.Open(state.Config{})
	must(t, err)
	defer func() { must(t, store.Close()) }()
	id := election.ID(electionID(1))
	rules := ballot.Rules{MaxCount: 1, MaxValue: 1}
	f := store.Fork()
	p := genesis.Default()
	must(t, f.SetParams(&p))
	must(t, f.SetMark(state.BlockMark{Height: 1, Time: 1}))
	must(t, f.CreateElection(&election.Settings{
		ID: id, Organisation: ethkey.Address{1}, Creator: ethkey.Address{1}, Rules: rules, CensusOrigin: census.TreeWeighted, Start: 1,
	}, &state.Stage{Status: election.Ready, MaxCensusSize: 100, End: 1 << 40}))
	commit := func() [32]byte {
		root, err := store.Seal(f)
		must(t, err)
		must(t, store.Commit(f, nil))
		return root
	}
	roots := [][32]byte{commit()}
	for n := range 20 { // a vote in every block
		f = store.Fork()
		pkg := []byte(`{"votes":[1]}`)
		b, err := ballot.Decode(pkg)
		must(t, err)
		v := state.NewVote{Rules: rules, Package: pkg, Ballot: b, Record: state.VoteRecord{
			Nullifier: election.Nullifier(electionID(n)), BallotHash: ballot.Hash(pkg, nil), Height: uint64(n) + 2,
		}}
		v.Record.Weight.SetUint64(1)
		_, err = f.AddVote(id, v)
		must(t, err)
		must(t, f.SetMark(state.BlockMark{Height: uint64(n) + 2, Time: uint64(n) + 2}))
		roots = append(roots, commit())
	}
	w := newStatement(t, roots...)
	for height := int64(2); height <= store.Height(); height++ {
		view, err := store.ViewAt(height)
		must(t, err)
		log, proof, err := view.Prove(state.LogKey(id))
		must(t, err)
		size := uint64(height) - 1
		for pos := range size {
			v, err := view.ProveVote(id, pos)
			must(t, err)
			call := func(vote []byte, position uint64, path [][32]byte) error {
				c, err := VoteCall(id, uint64(height), view.Root(), log, marshal(t, proof), vote, position, path)
				must(t, err)
				return w.try(w.proofs, c)
			}
			must(t, call(v.Record, pos, v.Hashes))
			other := bytes.Clone(v.Record)
			other[40] ^= 1
			refused(t, call(other, pos, v.Hashes), "WrongVoteProof")
			refused(t, call(v.Record, size, v.Hashes), "PositionOutOfRange")
			refused(t, call(v.Record, pos, append(v.Hashes, [32]byte{})), "WrongPathLength")
			if len(v.Hashes) > 0 {
				refused(t, call(v.Record, pos, v.Hashes[1:]), "WrongPathLength")
				changed := append([][32]byte(nil), v.Hashes...)
				changed[len(changed)-1][0] ^= 1
				refused(t, call(v.Record, pos, changed), "WrongVoteProof")
			}
			for elsewhere := range size {
				if elsewhere == pos {
					continue
				}
				if err := call(v.Record, elsewhere, v.Hashes); err == nil {
					t.Errorf("vote %d of %d is shown at position %d", pos, size, elsewhere)
				}
			}
		}
	}
	// A key of the real state that is not there.
	view, err := store.ViewAt(store.Height())
	must(t, err)
	_, proof, err := view.Prove(state.ResultKey(id))
	must(t, err)
	call, err := AbsenceCall(uint64(store.Height()), view.Root(), state.ResultKey(id), marshal(t, proof))
	must(t, err)
	must(t, w.try(w.proofs, call))
}
