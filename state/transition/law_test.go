package transition_test

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"

	"urna/ballot"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

func TestAnElectionLivesFromCreationToResult(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	w.census("c", map[string]uint64{"ann": 1, "bob": 2, "eve": 4})
	d := w.draft("org", "c")
	d.Rules.MaxOverwrites = 1
	id := w.elect("org", "e", d)
	w.next(1, nil)
	w.must("ann", w.ballotOf("ann", "c", id, "a1", "0"))
	w.must("bob", w.ballotOf("bob", "c", id, "b1", "2"))
	w.next(1, nil)
	w.must("ann", w.ballotOf("ann", "c", id, "a2", "1"))
	w.refused(tx.NoOverwritesLeft, "ann", w.ballotOf("ann", "c", id, "a3", "0"))
	w.next(200, nil)
	w.refused(tx.Finished, "eve", w.ballotOf("eve", "c", id, "e1", "0"))
	w.next(1, nil)
	w.refused(tx.NotReady, "eve", w.ballotOf("eve", "c", id, "e1", "0"))
	r, err := w.store.View().Result(id)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Tally.Strings(); !reflect.DeepEqual(got, [][]string{{"0", "1", "2"}}) {
		t.Errorf("result is %v", got)
	}
	if r.Votes != 2 || r.Overwritten != 1 || r.VoteSize != 3 || r.Tally.Weight.Uint64() != 3 {
		t.Errorf("result record is %+v", r)
	}
	log, err := w.store.View().Log(id)
	if err != nil {
		t.Fatal(err)
	}
	if log.Root != r.VoteRoot {
		t.Error("the result does not commit to the vote log")
	}
	w.next(5, nil)
	s, err := w.store.View().Sealing(id)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Done || s.Count != 2 || s.Root == ([32]byte{}) {
		t.Errorf("the set of nullifiers is %+v", s)
	}
}

func TestAResultCountsTheVotesOfItsOwnBlock(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	w.census("c", map[string]uint64{"ann": 1})
	id := w.elect("org", "e", w.draft("org", "c"))
	w.must("ann", w.ballotOf("ann", "c", id, "1", "1"))
	w.must("org", &tx.SetStatus{Nonce: w.nonce("org"), Election: id, Status: election.Ended})
	w.next(1, nil)
	r, err := w.store.View().Result(id)
	if err != nil {
		t.Fatal(err)
	}
	log, err := w.store.View().Log(id)
	if err != nil {
		t.Fatal(err)
	}
	if r.Votes != 1 || r.VoteRoot != log.Root || r.VoteSize != 1 {
		t.Errorf("result %+v, log %+v", r, log)
	}
}

// Every rejection that follows from the state is provoked here once.
func TestEachRejectionOfTheLawIsProvoked(t *testing.T) {
	w := newWorld(t, func(d *genesis.Doc) {
		d.Params.MaxCensusSize = 1000
		d.Params.MaxValidators = 5
		d.Params.Costs.SetValidator = 1
		d.Accounts = append(d.Accounts, genesis.Account{Address: key("poor").Address().String(), Balance: 0})
	})
	w.join("org", 15_000)
	w.join("ann", 100)
	org := func() uint32 { return w.nonce("org") }

	// accounts
	w.refused(tx.UnknownAccount, "nobody", &tx.SetAccountInfo{InfoURI: "ipfs://x"})
	w.refused(tx.AccountExists, "org", &tx.CreateAccount{})
	w.refused(tx.BadNonce, "org", &tx.SetAccountInfo{Nonce: 7, InfoURI: "ipfs://x"})
	w.refused(tx.InsufficientBalance, "poor", &tx.SetAccountInfo{InfoURI: "ipfs://x"})
	w.refused(tx.InsufficientBalance, "org", &tx.SendTokens{Nonce: org(), To: key("ann").Address(), Amount: math.MaxUint64})
	w.refused(tx.UnknownAccount, "org", &tx.SendTokens{Nonce: org(), To: key("nobody").Address(), Amount: 1})
	w.refused(tx.SelfTransfer, "org", &tx.SendTokens{Nonce: org(), To: key("org").Address(), Amount: 1})
	w.refused(tx.NotAuthorized, "ann", &tx.SetAccountInfo{Account: key("org").Address(), InfoURI: "ipfs://x"})
	w.refused(tx.SameURI, "org", &tx.SetAccountInfo{Nonce: org(), InfoURI: "ipfs://org"})
	ann := []ethkey.Address{key("ann").Address()}
	w.refused(tx.UnknownDelegate, "org", &tx.DelDelegate{Nonce: org(), Delegates: ann})
	w.must("org", &tx.AddDelegate{Nonce: org(), Delegates: ann})
	w.refused(tx.DelegateExists, "org", &tx.AddDelegate{Nonce: org(), Delegates: ann})
	w.refused(tx.SelfDelegate, "org", &tx.AddDelegate{Nonce: org(), Delegates: []ethkey.Address{key("org").Address()}})
	many := make([]ethkey.Address, tx.MaxDelegates)
	for i := range many {
		many[i] = ethkey.Address{byte(i), 1}
	}
	w.refused(tx.TooManyDelegates, "org", &tx.AddDelegate{Nonce: org(), Delegates: many})

	// faucet packages
	collect := func(p *tx.FaucetPackage) *tx.CollectFaucet {
		return &tx.CollectFaucet{Nonce: org(), Faucet: *p}
	}
	once := w.faucet("org", 77, 5)
	w.must("org", collect(once))
	w.refused(tx.FaucetSpent, "org", collect(once))
	w.refused(tx.FaucetWrongReceiver, "org", collect(w.faucet("ann", 78, 5)))
	w.refused(tx.FaucetUnderfunded, "org", collect(w.faucet("org", 79, 1<<60)))
	for _, notAfter := range []uint64{startTime - 1, startTime + 40*24*3600} {
		p, err := tx.SignFaucet(key("bank"), tx.FaucetPayload{Identifier: 80, To: key("org").Address(), Amount: 1, ChainID: chainID, NotAfter: notAfter})
		if err != nil {
			t.Fatal(err)
		}
		w.refused(tx.FaucetExpired, "org", collect(&p))
	}
	w.refused(tx.SelfTransfer, "bank", &tx.CollectFaucet{Faucet: *w.faucet("bank", 81, 1)})

	// validators
	join := func(k *ethkey.Key) *tx.SetValidator {
		sig, err := k.Sign(tx.PossessionText(chainID, key("org").Address()))
		if err != nil {
			t.Fatal(err)
		}
		return &tx.SetValidator{Nonce: org(), PublicKey: k.PublicKey(), Name: "v", Possession: sig}
	}
	w.refused(tx.ValidatorExists, "org", join(w.seats[0]))
	w.must("org", join(key("validator 5")))
	w.refused(tx.TooManyValidators, "org", join(key("validator 6")))

	// elections
	w.census("c", map[string]uint64{"ann": 1, "bob": 5})
	w.census("d", map[string]uint64{"ann": 1, "bob": 5, "eve": 1})
	reject := func(want tx.Code, change func(*tx.NewElection)) {
		t.Helper()
		d := w.draft("org", "c")
		change(d)
		w.refused(want, "org", d)
	}
	reject(tx.MetadataMissing, func(d *tx.NewElection) { d.MetadataURI = "" })
	reject(tx.CensusURIMissing, func(d *tx.NewElection) { d.CensusURI = "" })
	reject(tx.CensusTooLarge, func(d *tx.NewElection) { d.MaxCensusSize = 1001 })
	reject(tx.StartInPast, func(d *tx.NewElection) { d.StartTime = startTime - 1 })
	reject(tx.UnexpectedElectionID, func(d *tx.NewElection) { d.Expect = &election.ID{1} })
	reject(tx.NotAuthorized, func(d *tx.NewElection) { d.Organisation = key("bank").Address() })
	reject(tx.InsufficientBalance, func(d *tx.NewElection) {
		d.MaxCensusSize = 1000
		d.Rules.MaxOverwrites = 30
		d.Duration = tx.MaxDuration
	})
	w.refused(tx.UnknownElection, "org", &tx.SetStatus{Nonce: org(), Election: election.ID{9}, Status: election.Ended})

	d := w.draft("org", "c")
	d.StartTime, d.Interruptible = startTime+10, false
	fixed := w.elect("org", "fixed", d)
	status := func(id election.ID, s election.Status) *tx.SetStatus {
		return &tx.SetStatus{Nonce: org(), Election: id, Status: s}
	}
	w.refused(tx.StatusSame, "org", status(fixed, election.Ready))
	w.refused(tx.NotInterruptible, "org", status(fixed, election.Paused))
	w.refused(tx.NotInterruptible, "org", &tx.SetDuration{Nonce: org(), Election: fixed, Duration: 50})
	w.refused(tx.DurationUnchanged, "org", &tx.SetDuration{Nonce: org(), Election: fixed, Duration: 100})
	w.refused(tx.NotAuthorized, "bank", &tx.SetStatus{Election: fixed, Status: election.Ended})
	root, uri := w.trees["d"].Root(), "ipfs://d"
	w.refused(tx.CensusFixed, "org", &tx.SetCensus{Nonce: org(), Election: fixed, Root: &root, URI: &uri})
	w.refused(tx.CensusUnchanged, "org", &tx.SetCensus{Nonce: org(), Election: fixed, Size: 2})
	w.refused(tx.CensusShrinks, "org", &tx.SetCensus{Nonce: org(), Election: fixed, Size: 1})
	w.refused(tx.CensusTooLarge, "org", &tx.SetCensus{Nonce: org(), Election: fixed, Size: 1001})
	w.refused(tx.NotStarted, "ann", w.ballotOf("ann", "c", fixed, "1", "0"))

	d = w.draft("org", "c")
	d.DynamicCensus, d.MaxCensusSize, d.Rules.MaxOverwrites, d.Rules.UniqueValues = true, 1, 2, true
	open := w.elect("org", "open", d)
	w.refused(tx.CensusURIMissing, "org", &tx.SetCensus{Nonce: org(), Election: open, Root: &root})
	w.refused(tx.UnknownElection, "ann", w.ballotOf("ann", "c", election.ID{8}, "1", "0"))
	w.refused(tx.WrongRoot, "ann", w.ballotOf("ann", "d", open, "1", "0"))
	w.refused(tx.BallotRule, "ann", w.ballotOf("ann", "c", open, "1", "3"))
	w.refused(tx.BallotRule, "ann", w.ballotOf("ann", "c", open, "1", "0,1"))
	w.must("ann", w.ballotOf("ann", "c", open, "1", "0"))
	w.refused(tx.ReplayedBallot, "ann", w.ballotOf("ann", "c", open, "1", "0"))
	w.must("ann", w.ballotOf("ann", "c", open, "2", "1"))
	w.refused(tx.ReplayedBallot, "ann", w.ballotOf("ann", "c", open, "1", "0"))
	w.must("ann", w.ballotOf("ann", "c", open, "3", "1"))
	w.refused(tx.NoOverwritesLeft, "ann", w.ballotOf("ann", "c", open, "4", "1"))
	w.refused(tx.CensusFull, "bob", w.ballotOf("bob", "c", open, "1", "0"))
	w.must("org", status(open, election.Paused))
	w.refused(tx.NotReady, "bob", w.ballotOf("bob", "c", open, "1", "0"))
	w.must("org", status(open, election.Canceled))
	w.refused(tx.StatusForbidden, "org", status(open, election.Paused))
	w.refused(tx.ElectionClosed, "org", &tx.SetDuration{Nonce: org(), Election: open, Duration: 500})
	w.refused(tx.ElectionClosed, "org", &tx.SetCensus{Nonce: org(), Election: open, Size: 100})

	w.next(60, nil)
	w.must("ann", w.ballotOf("ann", "c", fixed, "1", "0"))
	d = w.draft("org", "c")
	short := w.elect("org", "short", d)
	w.next(51, nil)
	w.refused(tx.EndInPast, "org", &tx.SetDuration{Nonce: org(), Election: short, Duration: 51})
	w.refused(tx.Finished, "bob", w.ballotOf("bob", "c", fixed, "1", "0"))

	// a validator that signs twice never returns
	w.next(1, func(b *transition.Block) { b.Misbehaviour = []ethkey.Address{w.seats[1].Address()} })
	w.refused(tx.ValidatorTombstoned, "org", join(w.seats[1]))

	refuseIssuers(w)

	// what only an altered state leads to
	change := func(alter func(*state.Account)) {
		t.Helper()
		acc, err := w.fork.Account(key("org").Address())
		if err != nil {
			t.Fatal(err)
		}
		alter(acc)
		if err := w.fork.SetAccount(key("org").Address(), acc); err != nil {
			t.Fatal(err)
		}
	}
	change(func(a *state.Account) { a.ElectionIndex-- })
	reject(tx.ElectionExists, func(*tx.NewElection) {})
	change(func(a *state.Account) { a.ElectionIndex = math.MaxUint32 })
	reject(tx.Overflow, func(*tx.NewElection) {})
	change(func(a *state.Account) { a.Nonce = math.MaxUint32 })
	w.refused(tx.Overflow, "org", &tx.SetAccountInfo{Nonce: math.MaxUint32, InfoURI: "ipfs://y"})

	for _, c := range tx.Codes {
		if c >= 200 && !w.seen[c] {
			t.Errorf("nothing here provokes rejection %d (%s)", c, c)
		}
	}
}

func TestARejectedTransactionLeavesNoTrace(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	w.next(1, nil)
	before, err := w.store.View().Account(key("org").Address())
	if err != nil {
		t.Fatal(err)
	}
	p := w.faucet("org", 5, 10)
	w.census("c", map[string]uint64{"ann": 1})
	d := w.draft("org", "c")
	d.Faucet, d.MaxCensusSize = p, 1<<60 // the package is redeemed before the size is refused
	w.refused(tx.CensusTooLarge, "org", d)
	after, err := w.fork.Account(key("org").Address())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, after) {
		t.Errorf("account was %+v, is %+v", before, after)
	}
	d = w.draft("org", "c")
	d.Faucet = p
	w.elect("org", "e", d) // and so the package is still good
}

func TestAnOrganisationsDelegateManagesItsElections(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	w.join("ann", 1000)
	w.must("org", &tx.AddDelegate{Nonce: w.nonce("org"), Delegates: []ethkey.Address{key("ann").Address()}})
	w.census("c", map[string]uint64{"bob": 1})
	d := w.draft("ann", "c")
	d.Organisation = key("org").Address()
	id := w.elect("ann", "e", d)
	settings, err := w.fork.Settings(id)
	if err != nil {
		t.Fatal(err)
	}
	if settings.Organisation != key("org").Address() || settings.Creator != key("ann").Address() {
		t.Errorf("election belongs to %s, made by %s", settings.Organisation, settings.Creator)
	}
	w.must("ann", &tx.SetStatus{Nonce: w.nonce("ann"), Election: id, Status: election.Paused})
	w.must("org", &tx.DelDelegate{Nonce: w.nonce("org"), Delegates: []ethkey.Address{key("ann").Address()}})
	w.refused(tx.NotAuthorized, "ann", &tx.SetStatus{Nonce: w.nonce("ann"), Election: id, Status: election.Ready})
}

func TestAShortIdentityKeyIsKeptInItsFullLength(t *testing.T) {
	w := newWorld(t, nil)
	w.must("ann", &tx.CreateAccount{IdentityKey: []byte{7, 8}, Faucet: w.faucet("ann", 1, 10)})
	acc, err := w.fork.Account(key("ann").Address())
	if err != nil {
		t.Fatal(err)
	}
	if want := append([]byte{7, 8}, make([]byte, 30)...); !bytes.Equal(acc.IdentityKey, want) {
		t.Errorf("kept %x", acc.IdentityKey)
	}
}

func TestAnElectionThatIsEndedEndsNow(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	w.census("c", map[string]uint64{"ann": 1})
	id := w.elect("org", "e", w.draft("org", "c"))
	w.next(20, nil)
	w.must("org", &tx.SetStatus{Nonce: w.nonce("org"), Election: id, Status: election.Ended})
	stage, err := w.fork.Stage(id)
	if err != nil {
		t.Fatal(err)
	}
	if stage.End != startTime+20 || !stage.ManuallyEnded {
		t.Errorf("ended at %d, manually %v", stage.End, stage.ManuallyEnded)
	}
}

func TestTimeEndsAPausedElection(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	w.census("c", map[string]uint64{"ann": 1})
	d := w.draft("org", "c")
	d.Paused = true
	id := w.elect("org", "e", d)
	w.next(100, nil) // the last second still counts as open
	ended, _ := w.next(1, nil)
	if len(ended) != 0 {
		t.Fatalf("closed too early: %v", ended)
	}
	ended, _ = w.next(1, nil)
	want := []transition.Event{
		transition.StatusChanged{ID: id, From: election.Paused, To: election.Ended},
		transition.StatusChanged{ID: id, From: election.Ended, To: election.Results},
		transition.ResultWritten{ID: id},
	}
	if !reflect.DeepEqual(ended, want) {
		t.Errorf("got %v, want %v", ended, want)
	}
}

func TestACanceledElectionNeverCloses(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	w.census("c", map[string]uint64{"ann": 1})
	id := w.elect("org", "e", w.draft("org", "c"))
	w.must("org", &tx.SetStatus{Nonce: w.nonce("org"), Election: id, Status: election.Canceled})
	w.next(1000, nil)
	if ended, _ := w.next(1, nil); len(ended) != 0 {
		t.Errorf("a canceled election did %v", ended)
	}
	if _, err := w.store.View().Result(id); err != state.ErrNotFound {
		t.Errorf("a canceled election has a result: %v", err)
	}
}

func TestAbsenceCostsASeatButNeverTheLast(t *testing.T) {
	w := newWorld(t, nil)
	absent := func(who ...int) func(*transition.Block) {
		return func(b *transition.Block) {
			for i, k := range w.seats {
				s := transition.Signature{Validator: k.Address(), Signed: true}
				for _, j := range who {
					s.Signed = s.Signed && i != j
				}
				b.Commit = append(b.Commit, s)
			}
		}
	}
	var lost []ethkey.Address
	step := func(header func(*transition.Block)) {
		_, began := w.next(1, header)
		for _, e := range began {
			if v, ok := e.(transition.ValidatorChanged); ok && v.Power == 0 {
				lost = append(lost, v.Validator)
			}
		}
	}
	for range 7 {
		step(absent(2))
	}
	if len(lost) != 0 {
		t.Fatal("lost a seat before the window was full")
	}
	step(absent(2))
	if len(lost) != 1 || lost[0] != w.seats[2].Address() {
		t.Fatalf("lost %v", lost)
	}
	for range 30 {
		step(absent(0, 1, 2, 3))
	}
	seats, err := w.store.View().Validators()
	if err != nil {
		t.Fatal(err)
	}
	if len(seats) != 1 {
		t.Errorf("%d seats are left, want the last one", len(seats))
	}
}

func TestUpdatesTellTheLastWordPerKey(t *testing.T) {
	a, b := [33]byte{2, 1}, [33]byte{2, 2}
	o := transition.BlockOutcome{
		Before: []transition.Event{transition.ValidatorChanged{PublicKey: a, Power: 0}},
		Txs: []transition.Outcome{
			{Events: []transition.Event{transition.ValidatorChanged{PublicKey: b, Power: 3}}},
			{Events: []transition.Event{transition.ValidatorChanged{PublicKey: a, Power: 7}}},
		},
	}
	want := []transition.ValidatorUpdate{{PublicKey: a, Power: 7}, {PublicKey: b, Power: 3}}
	if got := o.Updates(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPricesAreThoseOfTheFormula(t *testing.T) {
	p := genesis.Default()
	p.Costs.NewElection, p.Price.Capacity = 10, 5000
	for _, c := range []struct {
		size, duration uint64
		enc, anon      bool
		overwrites     uint32
		want           uint64
	}{
		{1000, 86400, false, false, 0, 10 + 3 + 5},
		{100_000, 7 * 86400, false, false, 0, 10 + 16164 + 635},
		{6, 3599, false, false, 1, 10},
		{1000, 86400, true, true, 0, 10 + 3 + 5 + 5 + 10},
		{5000, 10, false, false, 2, 10 + 48 + 6},
	} {
		got, err := transition.ElectionPrice(&p, c.size, c.duration, c.enc, c.anon, c.overwrites)
		if err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("%+v costs %d, want %d", c, got, c.want)
		}
	}
	p.Price.K1, p.Price.K6 = 1<<50, 1<<50
	if _, err := transition.ElectionPrice(&p, 1<<40, tx.MaxDuration, true, true, 100); err == nil || !strings.Contains(err.Error(), "beyond") {
		t.Errorf("an absurd price gives %v", err)
	}
}

func TestBallotsNeverStallABlock(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1<<40)
	w.census("c", map[string]uint64{"ann": math.MaxUint64})
	d := w.draft("org", "c")
	d.Rules = ballot.Rules{MaxCount: 64, CostExponent: 3, CostFromWeight: true}
	id := w.elect("org", "e", d)
	big := strings.Repeat("4294967295,", 63) + "4294967295"
	w.refused(tx.BallotRule, "ann", w.ballotOf("ann", "c", id, "1", big))
	for _, hostile := range []string{"-1", "4294967296", "1e9", "1.0", "01", `"1"`, "null", "[1]", strings.Repeat("0,", 64) + "0"} {
		w.refused(tx.BadBallot, "ann", w.ballotOf("ann", "c", id, "1", hostile))
	}
	w.must("ann", w.ballotOf("ann", "c", id, "1", "100000,1000000"))
}
