package app_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"urna/app"
	"urna/app/apptest"
	"urna/genesis"
	"urna/state"
	"urna/tx"
)

func send(t *testing.T, nonce uint32, from, to string) []byte {
	t.Helper()
	return apptest.Sign(t, apptest.Key(from), &tx.SendTokens{Nonce: nonce, To: apptest.Key(to).Address(), Amount: 1})
}

func count(t *testing.T, c prometheus.Counter) int {
	t.Helper()
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		t.Fatal(err)
	}
	return int(m.GetCounter().GetValue())
}

func TestABlockIsExecutedOncePerNode(t *testing.T) {
	var metrics []*app.Metrics
	c := apptest.New(t, apptest.Options{Nodes: 3, App: func(_ int, cfg *app.Config) {
		cfg.Metrics = app.NewMetrics(nil)
		metrics = append(metrics, cfg.Metrics)
	}})
	voters := apptest.Keys("voter", 30)
	e := c.OpenElection(voters, nil)
	b := c.Mine(e.Votes(voters)...)
	if len(b.Codes) != len(voters) {
		t.Fatalf("%d of %d votes in the block", len(b.Codes), len(voters))
	}
	for i, m := range metrics {
		if got := count(t, m.Executions); got != int(c.Height()) {
			t.Errorf("node %d executed %d blocks at height %d", i, got, c.Height())
		}
	}
}

func TestNodesWithDifferentMempoolsAgree(t *testing.T) {
	c := apptest.New(t, apptest.Options{Nodes: 2})
	voters := apptest.Keys("voter", 40)
	e := c.OpenElection(voters, nil)
	votes := e.Votes(voters)
	// Each node has seen one half, and other votes of some voters.
	for i, half := range [][][]byte{votes[:20], votes[20:]} {
		for _, s := range c.Nodes[i].App.Submit(context.Background(), half) {
			if s.Err != nil {
				t.Fatal(s.Err)
			}
		}
	}
	for _, k := range voters[20:25] {
		if s := c.Nodes[0].App.Submit(context.Background(), [][]byte{e.Vote(k, 1, "other")}); s[0].Err != nil {
			t.Fatal(s[0].Err)
		}
	}
	total := 0
	for range 4 {
		b := c.Mine()
		total += len(b.Codes)
		for _, code := range b.Codes {
			if code != 0 {
				t.Errorf("a proposal carried a transaction with code %d", code)
			}
		}
	}
	if total != 45 {
		t.Errorf("%d votes were mined, not 45", total)
	}
	log, err := c.Nodes[1].App.View().Log(e.ID)
	if err != nil || log.Voters != 40 || log.Overwrites != 5 {
		t.Errorf("log is %+v, %v", log, err)
	}
}

func TestAProposalWithARefusedTransactionIsRefused(t *testing.T) {
	c := apptest.New(t, apptest.Options{Nodes: 2})
	c.Mine()
	good := send(t, 0, "bank", "org")
	for name, txs := range map[string][][]byte{
		"garbage":                 {good, []byte("garbage")},
		"a wrong nonce":           {good, send(t, 7, "org", "bank")},
		"the same twice":          {good, good},
		"an unknown account":      {send(t, 0, "nobody", "bank")},
		"a transaction too early": {send(t, 1, "bank", "org"), good},
	} {
		p := c.Proposal(0, txs)
		if ok, err := c.Nodes[1].Process(p); err != nil || ok {
			t.Errorf("%s: accepted %v, error %v", name, ok, err)
		}
	}
	if ok, err := c.Nodes[1].Process(c.Proposal(0, [][]byte{good})); err != nil || !ok {
		t.Errorf("a good proposal after bad ones: accepted %v, error %v", ok, err)
	}
}

// Consensus may decide a block that this node would not have accepted, if it
// has faulty company. Then all must record the same codes.
func TestADecidedBlockRecordsCodesAndNothingElse(t *testing.T) {
	c := apptest.New(t, apptest.Options{Nodes: 2})
	c.Mine()
	txs := [][]byte{send(t, 0, "bank", "org"), []byte("garbage"), send(t, 5, "org", "bank")}
	r := apptest.Decide(c.Proposal(0, txs))
	out := c.Nodes[0].Finalize(r)
	want := []uint32{0, uint32(tx.MalformedTx), uint32(tx.BadNonce)}
	for i, res := range out.TxResults {
		if res.Code != want[i] || res.Log != "" || res.Info != "" || len(res.Data) > 0 || len(res.Events) > 0 || res.GasUsed != 0 {
			t.Errorf("result %d is %+v, want only code %d", i, res, want[i])
		}
	}
	// The results hash of these numbers, computed by hand from the codes.
	bare := make([]*abci.ExecTxResult, len(want))
	for i, code := range want {
		bare[i] = &abci.ExecTxResult{Code: code}
	}
	if !bytes.Equal(cmttypes.NewResults(out.TxResults).Hash(), cmttypes.NewResults(bare).Hash()) {
		t.Error("more than the codes is in the results hash")
	}
	b := c.Decided(r)
	if b.Codes[1] != tx.MalformedTx {
		t.Errorf("codes are %v", b.Codes)
	}
}

func TestAStorageErrorStopsTheNodeAndRejectsNothing(t *testing.T) {
	// Enough accounts that some are in no cache.
	keys := apptest.Keys("holder", 4000)
	good := func(t *testing.T) [][]byte {
		return [][]byte{apptest.Sign(t, keys[1234], &tx.SendTokens{To: keys[2345].Address(), Amount: 1})}
	}
	for name, call := range map[string]func(*testing.T, *apptest.Chain) error{
		"Submit": func(t *testing.T, c *apptest.Chain) error {
			return c.Nodes[0].App.Submit(context.Background(), good(t))[0].Err
		},
		"CheckTx": func(t *testing.T, c *apptest.Chain) error {
			_, err := c.Nodes[0].App.CheckTx(context.Background(), &abci.RequestCheckTx{Tx: good(t)[0]})
			return err
		},
		"InsertTx": func(t *testing.T, c *apptest.Chain) error {
			a := c.Nodes[0].App
			if r, err := a.InsertTx(context.Background(), &abci.RequestInsertTx{Tx: good(t)[0]}); err != nil || r.Code != 0 {
				t.Fatal(r, err)
			}
			await(t, "the inbox is read", func() bool { return a.Fault() != nil })
			_, err := a.InsertTx(context.Background(), &abci.RequestInsertTx{Tx: good(t)[0]})
			return err
		},
		"ProcessProposal": func(t *testing.T, c *apptest.Chain) error {
			_, err := c.Nodes[0].Process(c.Proposal(0, good(t)))
			return err
		},
		"FinalizeBlock": func(t *testing.T, c *apptest.Chain) error {
			_, err := c.Nodes[0].App.FinalizeBlock(context.Background(), apptest.Decide(c.Proposal(0, good(t))))
			return err
		},
		"Commit": func(t *testing.T, c *apptest.Chain) error {
			_, err := c.Nodes[0].App.Commit(context.Background(), &abci.RequestCommit{})
			return err
		},
		"Query": func(_ *testing.T, c *apptest.Chain) error {
			_, err := c.Nodes[0].App.Query(context.Background(), &abci.RequestQuery{Path: "/key/" + hexKey(state.AccountKey(keys[3456].Address()))})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			disk := newBrokenFS()
			c := apptest.New(t, apptest.Options{
				Disk: true,
				App:  func(_ int, cfg *app.Config) { cfg.State.FS = disk },
				Genesis: func(d *genesis.Doc) {
					for _, k := range keys {
						d.Accounts = append(d.Accounts, genesis.Account{Address: k.Address().String(), Balance: 100})
					}
				},
			})
			c.Mine()
			c.Nodes[0].Restart() // what was written is in no cache
			if name == "Commit" {
				c.Nodes[0].Finalize(apptest.Decide(c.Proposal(0, good(t))))
			}
			disk.breakIt()
			err := call(t, c)
			if err == nil {
				t.Fatal("a call on a broken disk succeeded")
			}
			if code(err) != 0 {
				t.Fatalf("a broken disk is a rejection: %v", err)
			}
			if name == "Query" {
				return // what strangers ask for does not stop the node
			}
			a := c.Nodes[0].App
			select {
			case <-a.Faulted():
			default:
				t.Fatalf("the node goes on after %v", err)
			}
			if _, err := a.Info(context.Background(), &abci.RequestInfo{}); err == nil {
				t.Error("Info answers after a fault")
			}
			if _, err := c.Nodes[0].Process(c.Proposal(0, nil)); err == nil {
				t.Error("ProcessProposal answers after a fault")
			}
			if _, err := c.Nodes[0].Prepare(); err == nil {
				t.Error("PrepareProposal answers after a fault")
			}
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			if err := a.Wait(ctx, 99); err == nil || ctx.Err() != nil {
				t.Errorf("Wait does not report the fault: %v", err)
			}
		})
	}
}

func TestValidatorUpdatesCarryConsensusKeys(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	c.Mine()
	seat := apptest.Key("new seat")
	possession, err := seat.Sign(tx.PossessionText(apptest.ChainID, apptest.Key("bank").Address()))
	if err != nil {
		t.Fatal(err)
	}
	b := c.Mine(apptest.Sign(t, apptest.Key("bank"), &tx.SetValidator{PublicKey: seat.PublicKey(), Name: "new", Possession: possession}))
	if len(b.Updates) != 1 || !bytes.Equal(b.Updates[0].PubKey.GetSecp256K1Eth(), seat.PublicKey()) || b.Updates[0].Power != 10 {
		t.Fatalf("updates are %+v", b.Updates)
	}
	vals, err := cmttypes.PB2TM.ValidatorUpdates(b.Updates)
	if err != nil {
		t.Fatal(err)
	}
	if addr := seat.Address(); !bytes.Equal(vals[0].Address, addr[:]) {
		t.Errorf("CometBFT sees address %s, we %s", vals[0].Address, addr)
	}
	// It decides from the block after the next one. Evidence against it takes
	// the seat away for ever.
	c.Know(seat)
	for range 3 {
		c.Mine()
	}
	addr := seat.Address()
	p := c.Proposal(0, nil)
	p.Misbehavior = []abci.Misbehavior{{Type: abci.MisbehaviorType_DUPLICATE_VOTE, Validator: abci.Validator{Address: addr[:], Power: 10}, Height: 4}}
	b = c.Agree(p)
	if len(b.Updates) != 1 || b.Updates[0].Power != 0 {
		t.Errorf("updates after evidence are %+v", b.Updates)
	}
	if gone, err := c.Nodes[0].App.View().Tombstoned(addr); err != nil || !gone {
		t.Errorf("tombstone: %v %v", gone, err)
	}
}

func TestAGenesisOfAnotherChainIsAFault(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	for name, spoil := range map[string]func(*abci.RequestInitChain){
		"another chain":    func(r *abci.RequestInitChain) { r.ChainId = "other" },
		"no app state":     func(r *abci.RequestInitChain) { r.AppStateBytes = nil },
		"a later height":   func(r *abci.RequestInitChain) { r.InitialHeight = 7 },
		"no validators":    func(r *abci.RequestInitChain) { r.Validators = nil },
		"a foreign key":    func(r *abci.RequestInitChain) { r.Validators[0].PubKey.Sum = nil },
		"a weightless key": func(r *abci.RequestInitChain) { r.Validators[0].Power = 0 },
	} {
		n := c.Join()
		r := c.InitChainRequest()
		spoil(r)
		if _, err := n.App.InitChain(context.Background(), r); err == nil || n.App.Fault() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
