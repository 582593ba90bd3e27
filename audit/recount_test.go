package audit_test

import (
	"testing"

	"github.com/holiman/uint256"

	"urna/app/apptest"
	"urna/audit"
	"urna/ballot"
	"urna/census/tree"
	"urna/election"
	"urna/internal/check"
	"urna/tx"
)

func TestACountThatDiffersIsFound(t *testing.T) {
	c, e := story(t)
	view, err := c.Nodes[0].App.Store().ViewAt(9) // when the set of nullifiers is complete
	if err != nil {
		t.Fatal(err)
	}
	early, err := c.Nodes[0].App.Store().ViewAt(8) // when it has its result
	if err != nil {
		t.Fatal(err)
	}
	for wrong, want := range audit.MiscountFails {
		at := early
		if wrong == "nullifiers" {
			at = view
		}
		if f, ok := check.Failed(audit.Miscount(at, e.ID, wrong)); !ok || f.Check != want {
			t.Errorf("%s: %v, want %s", wrong, f, want)
		}
	}
	if err := audit.Miscount(early, e.ID, ""); err != nil {
		t.Errorf("a right count: %v", err)
	}
	if f, ok := check.Failed(audit.Miscount(view, e.ID, "")); !ok || f.Check != check.Result {
		t.Errorf("a result that speaks of another height: %v", f)
	}
}

// Every kind of rules, with weights, is counted as the law counts it.
func TestElectionsOfAllKindsAreCountedOnceMore(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	voters := apptest.Keys("voter", 6)
	c.Mine()
	census := tree.New()
	var members []tree.Member
	for i, k := range voters {
		members = append(members, tree.Member{Address: k.Address(), Weight: *uint256.NewInt(uint64(10 * (i + 1)))})
	}
	if bad, err := census.AddBatch(members); err != nil || len(bad) > 0 {
		t.Fatal(bad, err)
	}
	packages := []string{`{"votes":[]}`, `{"votes":[1]}`, `{"votes":[0,2,1]}`, `{"votes":[2,0]}`, `{"votes":[1,2,0]}`, `{"votes":[0,1]}`}
	for _, rules := range []ballot.Rules{
		{MaxCount: 3, MaxValue: 2, MaxOverwrites: 1},
		{MaxCount: 3, MaxValue: 0, CostExponent: 1, MaxTotalCost: 10},
		{MaxCount: 3, MaxValue: 0, CostExponent: 2, CostFromWeight: true},
		{MaxCount: 3, MaxValue: 5, UniqueValues: true},
	} {
		p := apptest.NewElection(c.Nonce("org"), census)
		p.Rules = rules
		c.Mine(apptest.Sign(t, apptest.Key("org"), p))
		e := apptest.Created(t, c.Outcome(c.Height()).Txs[0].Events, census)
		var votes [][]byte
		for i, k := range voters {
			proof, err := census.Proof(k.Address())
			if err != nil {
				t.Fatal(err)
			}
			votes = append(votes, apptest.Sign(t, k, &tx.Vote{Election: e.ID, Nonce: make([]byte, 32), Proof: proof.Merkle(), Package: []byte(packages[i])}))
		}
		c.Mine(votes...)
		c.Mine(apptest.Sign(t, apptest.Key("org"), &tx.SetStatus{Nonce: c.Nonce("org"), Election: e.ID, Status: election.Ended}))
	}
	c.Mine()
	v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source()})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range v.Elections {
		if e.Status != "RESULTS" || e.Voters != 6 || e.Weight != "210" {
			t.Errorf("%+v", e)
		}
	}
}
