package app_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/app"
	"urna/app/apptest"
	"urna/tx"
)

func submit(a *app.App, raws ...[]byte) []error {
	var out []error
	for _, s := range a.Submit(context.Background(), raws) {
		out = append(out, s.Err)
	}
	return out
}

// await polls a condition until it holds.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("timeout: %s", what)
		}
	}
}

func code(err error) tx.Code {
	var r *tx.Rejection
	if errors.As(err, &r) {
		return r.Code
	}
	return 0
}

func TestBeforeTheFirstBlockTheNodeIsBusy(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	if err := submit(c.Nodes[0].App, send(t, 0, "bank", "org"))[0]; !errors.Is(err, app.ErrBusy) {
		t.Errorf("got %v", err)
	}
	if n := c.Nodes[0].App.PendingCount(); n != 0 {
		t.Errorf("%d transactions wait", n)
	}
}

func TestANonceBeforeItsPredecessorWaitsAndIsMinedInOrder(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	c.Mine()
	a := c.Nodes[0].App
	for _, nonce := range []uint32{3, 1, 2} {
		if err := submit(a, send(t, nonce, "bank", "org"))[0]; err != nil {
			t.Fatal(nonce, err)
		}
	}
	if b := c.Mine(); len(b.Codes) != 0 {
		t.Fatalf("mined %v over a gap", b.Codes)
	}
	b := c.Mine(send(t, 0, "bank", "org"))
	if len(b.Codes) != 4 {
		t.Fatalf("mined %v", b.Codes)
	}
	for i, raw := range b.Request.Txs {
		v, err := tx.Verify(apptest.ChainID, raw)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := tx.Nonce(v.Payload); n != uint32(i) {
			t.Errorf("place %d has nonce %d", i, n)
		}
	}
	if a.PendingCount() != 0 {
		t.Errorf("%d transactions are left", a.PendingCount())
	}
}

func TestANonceTooFarAheadIsRefused(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	c.Mine()
	errs := submit(c.Nodes[0].App, send(t, 16, "bank", "org"), send(t, 17, "bank", "org"))
	if errs[0] != nil || code(errs[1]) != tx.BadNonce {
		t.Errorf("got %v", errs)
	}
}

func TestAPlaceInTheOrderOfNoncesIsHeldByOne(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	c.Mine()
	a := c.Nodes[0].App
	raw := send(t, 0, "bank", "org")
	other := apptest.Sign(t, apptest.Key("bank"), &tx.SendTokens{Nonce: 0, To: apptest.Key("org").Address(), Amount: 2})
	errs := append(submit(a, raw), append(submit(a, raw), submit(a, other)...)...)
	if errs[0] != nil || !errors.Is(errs[1], app.ErrKnown) || !errors.Is(errs[2], app.ErrBusy) {
		t.Fatalf("got %v", errs)
	}
	// Another node took the other one.
	b := c.Agree(c.Proposal(0, [][]byte{other}))
	if len(b.Codes) != 1 || a.PendingCount() != 0 {
		t.Errorf("codes %v, %d left", b.Codes, a.PendingCount())
	}
	v, err := tx.Verify(apptest.ChainID, raw)
	if err != nil {
		t.Fatal(err)
	}
	if why := a.Dropped(v.ID); why == nil || why.Code != tx.BadNonce {
		t.Errorf("dropped because of %v", why)
	}
}

func TestATransactionThatNeverFollowsItsGapIsDropped(t *testing.T) {
	c := apptest.New(t, apptest.Options{App: func(_ int, cfg *app.Config) { cfg.Pool.ParkedBlocks = 3 }})
	c.Mine()
	a := c.Nodes[0].App
	raw := send(t, 2, "bank", "org")
	if err := submit(a, raw)[0]; err != nil {
		t.Fatal(err)
	}
	for range 5 {
		c.Mine()
	}
	v, err := tx.Verify(apptest.ChainID, raw)
	if err != nil {
		t.Fatal(err)
	}
	if why := a.Dropped(v.ID); a.PendingCount() != 0 || why == nil || why.Code != tx.BadNonce {
		t.Errorf("%d wait, dropped because of %v", a.PendingCount(), why)
	}
}

func TestASuccessorOfADroppedTransactionWaitsForAnother(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	c.Mine()
	pkg, err := tx.SignFaucet(apptest.Key("bank"), tx.FaucetPayload{
		Identifier: 1, To: apptest.Key("org").Address(), Amount: 100, ChainID: apptest.ChainID, NotAfter: uint64(apptest.Start.Unix()) + 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	a := c.Nodes[0].App
	if errs := submit(a, apptest.Sign(t, apptest.Key("org"), &tx.CollectFaucet{Faucet: pkg}), send(t, 1, "org", "bank")); errs[0] != nil || errs[1] != nil {
		t.Fatal(errs)
	}
	c.Pass(time.Hour) // the package expires while it waits
	if b := c.Mine(); len(b.Codes) != 0 || a.PendingCount() != 1 {
		t.Fatalf("mined %v, %d wait", b.Codes, a.PendingCount())
	}
	if b := c.Mine(send(t, 0, "org", "bank")); len(b.Codes) != 2 || a.PendingCount() != 0 {
		t.Errorf("mined %v, %d wait", b.Codes, a.PendingCount())
	}
}

func TestANewAccountCanActInTheBlockThatCreatesIt(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	c.Mine()
	key := apptest.Key("newcomer")
	pkg, err := tx.SignFaucet(apptest.Key("bank"), tx.FaucetPayload{
		Identifier: 1, To: key.Address(), Amount: 100, ChainID: apptest.ChainID, NotAfter: uint64(apptest.Start.Unix()) + 3600,
	})
	if err != nil {
		t.Fatal(err)
	}
	b := c.Mine(
		apptest.Sign(t, key, &tx.CreateAccount{InfoURI: "ipfs://info", Faucet: &pkg}),
		apptest.Sign(t, key, &tx.SetAccountInfo{InfoURI: "ipfs://other"}),
		send(t, 1, "newcomer", "org"),
	)
	if len(b.Codes) != 3 {
		t.Errorf("mined %v", b.Codes)
	}
}

func TestAVoterHasOneVotePendingAtATime(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	voters := apptest.Keys("voter", 3)
	e := c.OpenElection(voters, nil)
	a := c.Nodes[0].App
	first, second := e.Vote(voters[0], 1, "a"), e.Vote(voters[0], 2, "b")
	otherV := append([]byte(nil), first...)
	otherV[len(otherV)-1] -= 27 // the same signature in its other spelling
	got := a.Submit(context.Background(), [][]byte{first})
	if got[0].Err != nil || len(got[0].Events) != 1 || got[0].Kind != tx.KindVote {
		t.Fatalf("got %+v", got[0])
	}
	errs := submit(a, first, otherV, second)
	if !errors.Is(errs[0], app.ErrKnown) || !errors.Is(errs[1], app.ErrKnown) || !errors.Is(errs[2], app.ErrBusy) {
		t.Fatalf("got %v", errs)
	}
	if b := c.Mine(); len(b.Codes) != 1 {
		t.Fatalf("mined %v", b.Codes)
	}
	errs = submit(a, first, second)
	if code(errs[0]) != tx.ReplayedBallot || errs[1] != nil {
		t.Errorf("after the block: %v", errs)
	}
}

func TestAnAccountAndAnElectionCannotFillThePool(t *testing.T) {
	c := apptest.New(t, apptest.Options{App: func(_ int, cfg *app.Config) {
		cfg.Pool.MaxTxs, cfg.Pool.HighWater, cfg.Pool.ElectionShare, cfg.Pool.AccountTxs = 100, 1, 0.2, 5
	}})
	voters := apptest.Keys("voter", 25)
	e := c.OpenElection(voters, nil)
	a := c.Nodes[0].App
	busy := 0
	for _, err := range submit(a, e.Votes(voters)...) {
		if errors.Is(err, app.ErrBusy) {
			busy++
		}
	}
	if busy != 5 {
		t.Errorf("%d votes of 25 are refused with a share of 20", busy)
	}
	busy = 0
	for nonce := range uint32(8) {
		if err := submit(a, send(t, nonce, "bank", "org"))[0]; errors.Is(err, app.ErrBusy) {
			busy++
		}
	}
	if busy != 3 {
		t.Errorf("%d transactions of 8 are refused with a bound of 5", busy)
	}
}

func TestOverloadSaysBusyAndKeepsWhatWasAccepted(t *testing.T) {
	m := app.NewMetrics(nil)
	c := apptest.New(t, apptest.Options{App: func(_ int, cfg *app.Config) {
		cfg.Pool.MaxTxs, cfg.Pool.HighWater, cfg.Pool.ElectionShare = 100, 0.5, 1
		cfg.ProposalTxs, cfg.Metrics = 20, m
	}})
	voters := apptest.Keys("voter", 300)
	e := c.OpenElection(voters, nil)
	a := c.Nodes[0].App
	accepted, mined := map[string]bool{}, 0
	todo := e.Votes(voters)
	for round := 0; len(todo) > 0; round++ {
		if round > 30 {
			t.Fatalf("%d votes never found room", len(todo))
		}
		var again [][]byte
		for i, err := range submit(a, todo...) {
			switch {
			case err == nil:
				accepted[string(todo[i])] = true
			case errors.Is(err, app.ErrBusy):
				again = append(again, todo[i])
			default:
				t.Fatalf("vote: %v", err)
			}
		}
		if n := a.PendingCount(); n > 50 {
			t.Fatalf("%d votes wait above the mark of 50", n)
		}
		if round == 0 {
			// An organiser can still act.
			if err := submit(a, send(t, 0, "bank", "org"))[0]; err != nil {
				t.Errorf("an account's transaction under load: %v", err)
			}
		}
		todo = again
		for _, raw := range c.Mine().Request.Txs {
			if accepted[string(raw)] {
				mined++
			}
		}
	}
	for a.PendingCount() > 0 {
		for _, raw := range c.Mine().Request.Txs {
			if accepted[string(raw)] {
				mined++
			}
		}
	}
	if len(accepted) != 300 || mined != 300 {
		t.Errorf("%d accepted, %d mined of 300", len(accepted), mined)
	}
	if count(t, m.Busy) == 0 {
		t.Error("nobody was told to come again")
	}
}

func TestAProposalFillsTheBlockAndNoMore(t *testing.T) {
	const room = 20_000
	c := apptest.New(t, apptest.Options{MaxBytes: room})
	voters := apptest.Keys("voter", 120)
	e := c.OpenElection(voters, nil)
	votes := e.Votes(voters)
	b := c.Mine(votes...) // Prepare checks the bound as CometBFT does
	size := cmttypes.ComputeProtoSizeForTxs(cmttypes.ToTxs(b.Request.Txs))
	next := cmttypes.ComputeProtoSizeForTxs(cmttypes.ToTxs(votes[len(b.Request.Txs) : len(b.Request.Txs)+1]))
	if size > room || size+next <= room {
		t.Errorf("a block of %d with %d bytes of transactions; the next takes %d", room, size, next)
	}
	total := len(b.Codes)
	for range 10 {
		total += len(c.Mine().Codes)
	}
	if total != 120 {
		t.Errorf("%d votes mined", total)
	}
}

func TestWhatBecomesInvalidIsDroppedWithItsReason(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	voters := apptest.Keys("voter", 2)
	e := c.OpenElection(voters, func(p *tx.NewElection) { p.Duration = 10 })
	a := c.Nodes[0].App
	raw := e.Vote(voters[0], 1, "")
	got := a.Submit(context.Background(), [][]byte{raw})
	if got[0].Err != nil {
		t.Fatal(got[0].Err)
	}
	c.Pass(time.Hour)
	if b := c.Mine(); len(b.Codes) != 0 {
		t.Fatalf("mined %v after the end", b.Codes)
	}
	if why := a.Dropped(got[0].ID); why == nil || why.Code != tx.Finished {
		t.Errorf("dropped because of %v", why)
	}
	if a.PendingCount() != 0 {
		t.Errorf("%d wait", a.PendingCount())
	}
}

// A gateway without a seat never proposes: what others refuse must leave its
// pool all the same, and what others lost must be offered again.
func TestANodeThatNeverProposesJudgesAndGossipsAgain(t *testing.T) {
	c := apptest.New(t, apptest.Options{Nodes: 1, App: func(_ int, cfg *app.Config) { cfg.Pool.RecheckBlocks = 3 }})
	voters := apptest.Keys("voter", 2)
	e := c.OpenElection(voters, func(p *tx.NewElection) { p.Duration = 7 })
	a := c.Nodes[0].App
	got := a.Submit(context.Background(), [][]byte{e.Vote(voters[0], 1, "")})
	if got[0].Err != nil {
		t.Fatal(got[0].Err)
	}
	gossiped := 0
	for range 12 {
		r, err := a.ReapTxs(context.Background(), &abci.RequestReapTxs{})
		if err != nil {
			t.Fatal(err)
		}
		gossiped += len(r.Txs)
		c.Agree(c.Proposal(0, nil))
	}
	if gossiped < 2 {
		t.Errorf("gossiped %d times", gossiped)
	}
	if why := a.Dropped(got[0].ID); a.PendingCount() != 0 || why == nil || code(why) != tx.NotReady {
		t.Errorf("%d wait, dropped because of %v", a.PendingCount(), why)
	}
}

func TestGossipPassesOnOnceWithinItsBound(t *testing.T) {
	for _, localOnly := range []bool{false, true} {
		t.Run(fmt.Sprint("local only ", localOnly), func(t *testing.T) {
			c := apptest.New(t, apptest.Options{App: func(_ int, cfg *app.Config) { cfg.Pool.LocalGossip = localOnly }})
			voters := apptest.Keys("voter", 4)
			e := c.OpenElection(voters, nil)
			a := c.Nodes[0].App
			if _, err := a.ReapTxs(context.Background(), &abci.RequestReapTxs{}); err != nil { // the election
				t.Fatal(err)
			}
			votes := e.Votes(voters)
			if errs := submit(a, votes[:2]...); errs[0] != nil || errs[1] != nil {
				t.Fatal(errs)
			}
			for _, raw := range votes[2:] {
				for range 2 {
					if r, err := a.InsertTx(context.Background(), &abci.RequestInsertTx{Tx: raw}); err != nil || r.Code != 0 {
						t.Fatal(r, err)
					}
				}
			}
			want := 4
			if localOnly {
				want = 2
			}
			await(t, "what peers sent is in the pool", func() bool {
				p, err := c.Nodes[0].Prepare()
				if err != nil {
					t.Fatal(err)
				}
				return len(p.Txs) == 4
			})
			seen := map[string]bool{}
			for range 6 {
				r, err := a.ReapTxs(context.Background(), &abci.RequestReapTxs{MaxBytes: uint64(len(votes[0]))})
				if err != nil {
					t.Fatal(err)
				}
				if len(r.Txs) > 1 {
					t.Fatalf("%d transactions at once", len(r.Txs))
				}
				for _, raw := range r.Txs {
					if seen[string(raw)] {
						t.Error("passed on twice")
					}
					seen[string(raw)] = true
				}
			}
			if len(seen) != want {
				t.Errorf("passed on %d, want %d", len(seen), want)
			}
		})
	}
}

// Two nodes may take two votes of one voter at once. Whichever is mined first,
// the other comes after it, also on nodes that had refused it.
func TestAPeersVoteThatHadNoPlaceFindsOneAfterTheBlock(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	voters := apptest.Keys("voter", 1)
	e := c.OpenElection(voters, nil)
	a := c.Nodes[0].App
	first, second := e.Vote(voters[0], 1, "a"), e.Vote(voters[0], 2, "b")
	if err := submit(a, first)[0]; err != nil {
		t.Fatal(err)
	}
	if r, err := a.InsertTx(context.Background(), &abci.RequestInsertTx{Tx: second}); err != nil || r.Code != 0 {
		t.Fatal(r, err)
	}
	mined := 0
	await(t, "both are mined", func() bool {
		b := c.Mine()
		mined += len(b.Codes)
		return mined == 2
	})
	if a.PendingCount() != 0 {
		t.Errorf("%d places are taken", a.PendingCount())
	}
}

func TestTheMempoolConnectionAnswersInCodes(t *testing.T) {
	c := apptest.New(t, apptest.Options{App: func(_ int, cfg *app.Config) {
		cfg.Pool.MaxTxs, cfg.Pool.HighWater = 2, 0.5
	}})
	voters := apptest.Keys("voter", 2)
	e := c.OpenElection(voters, nil)
	a := c.Nodes[0].App
	check := func(raw []byte) uint32 {
		r, err := a.CheckTx(context.Background(), &abci.RequestCheckTx{Tx: raw})
		if err != nil {
			t.Fatal(err)
		}
		return r.Code
	}
	if got := check(nil); got != uint32(tx.MalformedTx) {
		t.Errorf("no bytes: %d", got)
	}
	if got := check(send(t, 0, "nobody", "org")); got != uint32(tx.UnknownAccount) {
		t.Errorf("an unknown account: %d", got)
	}
	if got := check(e.Vote(voters[0], 1, "")); got != 0 {
		t.Errorf("a vote: %d", got)
	}
	if got := check(e.Vote(voters[0], 1, "")); got != 0 {
		t.Errorf("the vote again: %d", got)
	}
	if got := check(e.Vote(voters[1], 1, "")); got != abci.CodeTypeRetry {
		t.Errorf("a vote above the mark: %d", got)
	}
	r, err := a.InsertTx(context.Background(), &abci.RequestInsertTx{Tx: e.Vote(voters[1], 1, "")})
	if err != nil || r.Code != abci.CodeTypeRetry {
		t.Errorf("a peer's vote above the mark: %v %v", r, err)
	}
}

func TestASubmissionEndsWithItsContext(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	c.Mine()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if s := c.Nodes[0].App.Submit(ctx, [][]byte{send(t, 0, "bank", "org")}); !errors.Is(s[0].Err, context.Canceled) {
		t.Errorf("got %v", s[0].Err)
	}
	if n := c.Nodes[0].App.PendingCount(); n != 0 {
		t.Errorf("%d wait", n)
	}
}

func TestSubmissionsGoOnWhileBlocksAreMade(t *testing.T) {
	const groups, each = 4, 60
	c := apptest.New(t, apptest.Options{Disk: true, App: func(_ int, cfg *app.Config) { cfg.ProposalTxs = 50 }})
	voters := apptest.Keys("voter", groups*each)
	e := c.OpenElection(voters, nil)
	votes := e.Votes(voters)
	a := c.Nodes[0].App
	var wg sync.WaitGroup
	for g := range groups {
		wg.Go(func() {
			for i := g * each; i < (g+1)*each; i += 5 {
				if g == 0 { // a peer
					for _, raw := range votes[i : i+5] {
						if r, err := a.InsertTx(context.Background(), &abci.RequestInsertTx{Tx: raw}); err != nil || r.Code != 0 {
							t.Error(r, err)
						}
					}
					continue
				}
				for _, s := range a.Submit(context.Background(), votes[i:i+5]) {
					if s.Err != nil {
						t.Error(s.Err)
					}
				}
				if _, err := a.Query(context.Background(), &abci.RequestQuery{Path: "/key/70"}); err != nil {
					t.Error(err)
				}
				if _, err := a.ReapTxs(context.Background(), &abci.RequestReapTxs{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	mined := 0
	await(t, "all votes are mined", func() bool {
		mined += len(c.Mine().Codes)
		return mined == groups*each
	})
	wg.Wait()
	if n := a.PendingCount(); n != 0 {
		t.Errorf("%d are left", n)
	}
}
