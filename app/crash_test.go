package app_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"

	"urna/app/apptest"
	"urna/state"
	"urna/tx"
)

// story is a short life of a chain: what is submitted before each block.
func story(t *testing.T, c *apptest.Chain) [][][]byte {
	t.Helper()
	voters := apptest.Keys("voter", 12)
	e := c.OpenElection(voters, func(p *tx.NewElection) { p.Duration = 6 })
	votes := e.Votes(voters)
	return [][][]byte{
		votes[:5],
		{send(t, 0, "bank", "org"), votes[5], e.Vote(voters[0], 3, "again")},
		nil,
		votes[6:],
		nil, nil, nil, nil, // the election closes and is sealed
		{send(t, 1, "bank", "org")},
	}
}

// A process may end between any two calls. What CometBFT does then is to ask
// Info and to finalize again what is missing.
func TestACrashBetweenAnyTwoCallsLeadsToTheSameRoot(t *testing.T) {
	reference := apptest.New(t, apptest.Options{})
	for _, txs := range story(t, reference) {
		reference.Mine(txs...)
	}
	for at, where := range []string{"nothing", "InitChain", "Submit", "PrepareProposal", "ProcessProposal", "FinalizeBlock", "Commit"} {
		t.Run("after "+where, func(t *testing.T) {
			c := apptest.New(t, apptest.Options{Disk: true})
			n := c.Nodes[0]
			crash := func(here int) {
				if here == at {
					n.Restart()
					n.Handshake()
				}
			}
			for _, txs := range story(t, c) {
				crash(0)
				if at == 1 && n.App.Store().Height() == 0 {
					n.InitChain()
					crash(1)
				}
				submitted := func() {
					for _, s := range n.App.Submit(context.Background(), txs) {
						if s.Err != nil {
							t.Fatal(s.Err)
						}
					}
				}
				submitted()
				if at == 2 {
					crash(2)
					submitted() // the pool is gone; clients send again
				}
				p, err := n.Prepare()
				if err != nil {
					t.Fatal(err)
				}
				crash(3)
				if ok, err := n.Process(p); err != nil || !ok {
					t.Fatal(ok, err)
				}
				crash(4)
				r := apptest.Decide(p)
				out := n.Finalize(r)
				if at == 5 {
					crash(5)
					again := n.Finalize(r)
					if !bytes.Equal(again.AppHash, out.AppHash) {
						t.Fatalf("block %d has root %x before and %x after the crash", r.Height, out.AppHash, again.AppHash)
					}
				}
				n.Commit()
				c.Record(r, out)
				crash(6)
			}
			if c.Height() != reference.Height() || !bytes.Equal(c.Root(), reference.Root()) {
				t.Errorf("height %d root %x, want %d %x", c.Height(), c.Root(), reference.Height(), reference.Root())
			}
		})
	}
}

func TestAReplayFromGenesisReachesTheSameRoots(t *testing.T) {
	c := apptest.New(t, apptest.Options{Nodes: 2})
	for _, txs := range story(t, c) {
		c.Mine(txs...)
	}
	late := c.Join()
	// The same validators as at the start.
	late.Handshake() // compares every root
	a, b := c.Nodes[0].App.View(), late.App.View()
	if a.Root() != b.Root() {
		t.Errorf("roots %x and %x", a.Root(), b.Root())
	}
	for h := int64(1); h <= c.Height(); h++ {
		one, err := c.Nodes[1].App.Store().Journal(h)
		if err != nil {
			t.Fatal(err)
		}
		two, err := late.App.Store().Journal(h)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one, two) {
			t.Errorf("outcome of block %d differs", h)
		}
	}
}

// Rounds that fail leave executions behind; the one that is decided counts.
func TestAnotherRoundsProposalMayBeDecided(t *testing.T) {
	c := apptest.New(t, apptest.Options{Nodes: 2})
	c.Mine()
	own, other := send(t, 0, "bank", "org"), send(t, 0, "org", "bank")
	if errs := submit(c.Nodes[0].App, own); errs[0] != nil {
		t.Fatal(errs)
	}
	p, err := c.Nodes[0].Prepare()
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := c.Nodes[0].Process(p); err != nil || !ok {
		t.Fatal(ok, err)
	}
	for i := range 6 {
		if ok, err := c.Nodes[0].Process(c.Proposal(i%2, [][]byte{other}[:i%2])); err != nil || !ok {
			t.Fatal(ok, err)
		}
	}
	if b := c.Agree(c.Proposal(1, [][]byte{other})); len(b.Codes) != 1 {
		t.Fatal(b.Codes)
	}
	// The transaction of the lost round is still there; it is node 0's turn.
	if b := c.Mine(); len(b.Codes) != 1 {
		t.Error("the transaction of the lost round is lost", b.Codes)
	}
}

func TestCallsOutOfOrderAreFaultsAndNoPanics(t *testing.T) {
	for name, call := range map[string]func(c *apptest.Chain, n *apptest.Node) error{
		"Commit without a block": func(_ *apptest.Chain, n *apptest.Node) error {
			_, err := n.App.Commit(context.Background(), &abci.RequestCommit{})
			return err
		},
		"a block of another height": func(c *apptest.Chain, n *apptest.Node) error {
			p := c.Proposal(0, nil)
			p.Height += 5
			_, err := n.Process(p)
			return err
		},
		"a block from before": func(c *apptest.Chain, n *apptest.Node) error {
			p := c.Proposal(0, nil)
			p.Time = apptest.Start.AddDate(-1, 0, 0)
			_, err := n.Process(p)
			return err
		},
		"a proposer without an address": func(c *apptest.Chain, n *apptest.Node) error {
			p := c.Proposal(0, nil)
			p.ProposerAddress = []byte{1}
			_, err := n.Process(p)
			return err
		},
		"a second InitChain": func(c *apptest.Chain, n *apptest.Node) error {
			_, err := n.App.InitChain(context.Background(), c.InitChainRequest())
			return err
		},
		"a first block without InitChain": func(c *apptest.Chain, _ *apptest.Node) error {
			fresh := c.Join()
			p := c.Proposal(0, nil)
			p.Height = 1
			_, err := fresh.App.FinalizeBlock(context.Background(), apptest.Decide(p))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := apptest.New(t, apptest.Options{})
			c.Mine()
			if err := call(c, c.Nodes[0]); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestQueryAnswersWithProofs(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	voters := apptest.Keys("voter", 9)
	e := c.OpenElection(voters, nil)
	c.Mine(e.Votes(voters)...)
	c.Mine()
	a := c.Nodes[0].App
	ask := func(path string, height int64) *abci.ResponseQuery {
		r, err := a.Query(context.Background(), &abci.RequestQuery{Path: path, Height: height, Prove: true})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	key := state.AccountKey(apptest.Key("org").Address())
	r := ask("/key/"+hexKey(key), 0)
	checkMembership(t, c.Root(), r.ProofOps.Ops[0], key, r.Value)
	absent := state.AccountKey(apptest.Key("nobody").Address())
	r = ask("/key/"+hexKey(absent), 0)
	checkAbsence(t, c.Root(), r.ProofOps.Ops[0], absent, r.Value)

	v, err := tx.Verify(apptest.ChainID, e.Vote(voters[4], 4, ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, height := range []int64{0, 3} {
		r = ask(fmt.Sprintf("/vote/%s/0x%s", e.ID, v.Nullifier), height)
		root := c.Root()
		if height != 0 {
			root = c.Blocks[height-1].Root
		}
		checkVote(t, root, r, e.ID, v.Nullifier)
	}
	for path, want := range map[string]uint32{
		"":                              1,
		"/key/":                         1,
		"/key/zz":                       1,
		"/key/01":                       1,
		"/vote/00/00":                   1,
		"/vote/" + e.ID.String():        1,
		"/vote/" + e.ID.String() + "/1": 1,
		"/nonsense":                     1,
		fmt.Sprintf("/vote/%s/%s", e.ID, make32("00")): 2,
	} {
		if got := ask(path, 0); got.Code != want || got.ProofOps != nil {
			t.Errorf("%q: code %d, want %d", path, got.Code, want)
		}
	}
	if got := ask("/key/70", 99); got.Code != 3 {
		t.Errorf("an uncommitted height: code %d", got.Code)
	}
}

func make32(b string) (s string) {
	for range 32 {
		s += b
	}
	return s
}
