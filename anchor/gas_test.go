package anchor

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/big"
	"os"
	"testing"

	cmttypes "github.com/cometbft/cometbft/types"
	ics23 "github.com/cosmos/ics23/go"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"urna/anchor/contract"
	"urna/election"
	"urna/state"
)

var (
	update  = flag.Bool("update", false, "write the golden files anew")
	million = flag.Bool("million", false, "make the state of a million records anew")
)

// bounds are what we have promised, in gas. The rest is in testdata/gas.txt.
var bounds = map[string]uint64{
	"anchor, 4 validators":                   92_000,
	"anchor, 20 validators":                  170_000,
	"anchor, 100 validators":                 540_000,
	"prove a result among 1,000,000 records": 120_000,
}

func TestGas(t *testing.T) {
	type row struct {
		what string
		gas  uint64
	}
	var rows []row
	measured := func(what string, gas uint64) { rows = append(rows, row{what, gas}) }

	four := newWorld(t, newChain(t, testChainID, equal(4, 10)...))
	measured("deploy the anchor, 4 validators", four.deployGas(four.code()))
	measured("deploy the registry", four.deployGas(RegistryCode(four.at)))
	for _, n := range []int{1, 4, 20, 50, 100} {
		w := newWorld(t, newChain(t, testChainID, equal(n, 10)...))
		w.skip(1_000_000, how{})
		measured(fmt.Sprintf("anchor, %d validators", n), w.anchor(w.next(how{})))
		old, join := w.vals.Validators[0], w.validator(10)
		measured(fmt.Sprintf("anchor and rotate, %d validators", n), w.anchor(w.next(how{change: []*cmttypes.Validator{join, leave(old)}})))
		if n == 4 {
			lie := w.copy()
			call := w.show([]*block{w.next(how{})}, []*block{lie.next(how{fork: "other"})}, w.since, nil)
			_, gas, err := w.send(w.at, call)
			must(t, err)
			measured("show a fork, 4 validators", gas)
		}
	}

	p := largeState(t)
	w := newStatement(t, [32]byte(p.Root))
	call, err := ResultCall([32]byte(p.Election), 1, [32]byte(p.Root), p.Record, p.Proof)
	must(t, err)
	_, gas, err := w.send(w.registry, call)
	must(t, err)
	measured("prove a result among 1,000,000 records", gas)
	w.cfg.State.AddBalance(caller, uint256.NewInt(1<<40), 0)
	w.cfg.Value = big.NewInt(1000)
	treasury := w.mustDeploy(append(common.FromHex(contract.TreasuryMetaData.Bin),
		contract.NewTreasury().PackConstructor(w.registry, [32]byte(p.Election), caller, 1, 0)...))
	w.cfg.Value = new(big.Int)
	_, gas, err = w.send(treasury, contract.NewTreasury().PackPay())
	must(t, err)
	measured("act on that result: pay from the example treasury", gas)

	var text bytes.Buffer
	for _, r := range rows {
		fmt.Fprintf(&text, "%-52s %8d\n", r.what, r.gas)
		if limit := bounds[r.what]; limit > 0 && r.gas > limit {
			t.Errorf("%s: %d gas, promised %d", r.what, r.gas, limit)
		}
	}
	const file = "testdata/gas.txt"
	if *update {
		must(t, os.WriteFile(file, text.Bytes(), 0o644))
	}
	golden, err := os.ReadFile(file)
	must(t, err)
	lines := bytes.Split(bytes.TrimSpace(golden), []byte("\n"))
	if len(lines) != len(rows) {
		t.Fatalf("%s has %d lines, want %d", file, len(lines), len(rows))
	}
	for i, r := range rows {
		what, number := bytes.TrimSpace(lines[i][:52]), bytes.TrimSpace(lines[i][52:])
		var was uint64
		if _, err := fmt.Sscan(string(number), &was); err != nil || string(what) != r.what {
			t.Fatalf("line %d of %s is %q", 1+i, file, lines[i])
		}
		if r.gas > was+was/50 || r.gas < was-was/50 {
			t.Errorf("%s: %d gas, which is more than 2 %% from the %d in %s", r.what, r.gas, was, file)
		}
	}
	t.Logf("\n%s", text.Bytes())
}

// recordOfMany is a result in a large state, with its proof.
type recordOfMany struct {
	Records                       int
	Root, Election, Record, Proof []byte
}

// largeState reads the deepest of a thousand results in a state of a million
// records. It is real, but takes a minute to make, and so is kept.
func largeState(t testing.TB) recordOfMany {
	t.Helper()
	const file = "testdata/million.json"
	if *million {
		b, err := json.MarshalIndent(makeLargeState(t, 1_000_000), "", " ")
		must(t, err)
		must(t, os.WriteFile(file, append(b, '\n'), 0o644))
	}
	b, err := os.ReadFile(file)
	must(t, err)
	var p recordOfMany
	must(t, json.Unmarshal(b, &p))
	proof := &ics23.CommitmentProof{}
	must(t, proof.Unmarshal(p.Proof))
	if !ics23.VerifyMembership(ics23.IavlSpec, p.Root, proof, state.ResultKey(election.ID(p.Election)), p.Record) {
		t.Fatalf("%s proves nothing", file)
	}
	return p
}

// makeLargeState makes a state of accounts and elections, at heights of seven
// digits.
func makeLargeState(t testing.TB, records int) (out recordOfMany) {
	t.Helper()
	values := map[string][]byte{}
	var ids [][32]byte
	for n := 0; len(values) < records; n++ {
		id := electionID(n)
		if n%200 != 0 { // an account
			values[string(append([]byte{'a'}, id[:20]...))] = make([]byte, 60)
			continue
		}
		ids = append(ids, id)
		for _, prefix := range []byte("esltn") {
			values[string(electionKey(prefix, id))] = make([]byte, 100)
		}
		values[string(electionKey('r', id))] = encoded(outcome(uint64(10_000+n), uint64(n%3000), uint64(5000+n%1000), uint64(n%2000)))
	}
	s := newTree(t, 1, 1_000_000, values)
	deepest := 0
	for _, id := range ids[:1000] {
		key := electionKey('r', id)
		p := s.exists(t, key)
		if depth := len(p.GetExist().Path); depth > deepest {
			deepest = depth
			out = recordOfMany{len(values), s.Hash(), id[:], values[string(key)], marshal(t, p)}
		}
	}
	return out
}
