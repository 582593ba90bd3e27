package gateway

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"urna/app/apptest"
	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/internal/check"
	"urna/state"
	"urna/tx"
)

// proved reads the document of an answer and checks it against the genesis that
// is served.
func (a *api) proved(r *answer) *light.Document {
	a.t.Helper()
	trusted, err := light.TrustGenesis(a.GenesisDocument())
	if err != nil {
		a.t.Fatal(err)
	}
	return a.provedFrom(trusted, r)
}

func (a *api) provedFrom(trusted light.Trusted, r *answer) *light.Document {
	a.t.Helper()
	d, err := light.ParseDocument(r.ok(nil).body)
	if err != nil {
		a.t.Fatalf("%s: %v", r.what, err)
	}
	if err := d.Verify(trusted, check.NewReport('R')); err != nil {
		a.t.Fatalf("%s: %v", r.what, err)
	}
	return d
}

// nullifierOf is the vote id of a voter, twice: as it is and in hex.
func nullifierOf(k *ethkey.Key, e *apptest.Election) (election.Nullifier, string) {
	n := election.SignedNullifier(k.Address(), e.ID)
	return n, n.String()
}

func TestEveryRecordAndItsAbsenceIsProved(t *testing.T) {
	a := newAPI(t, nil)
	voters := apptest.Keys("voter", 3)
	e, id := a.newElection(voters, nil)
	a.mine(e.Votes(voters)...)
	a.mine(apptest.Sign(t, org, setStatus(a.Nonce("org"), e.ID, election.Ended)))
	for range 3 {
		a.mine()
	}
	seat := apptest.Key("validator 0").Address()
	nobody := apptest.Key("nobody").Address()
	other := strings.Repeat("ab", 32)
	for _, c := range []struct {
		path  string
		key   []byte
		there bool
	}{
		{"params", state.ParamsKey(), true},
		{"accounts/" + org.Address().String(), state.AccountKey(org.Address()), true},
		{"accounts/0x" + nobody.String(), state.AccountKey(nobody), false},
		{"validators/" + seat.String(), state.ValidatorKey(seat), true},
		{"validators/" + nobody.String(), state.ValidatorKey(nobody), false},
		{"elections/" + id + "/settings", state.SettingsKey(e.ID), true},
		{"elections/" + id + "/stage", state.StageKey(e.ID), true},
		{"elections/" + id + "/log", state.LogKey(e.ID), true},
		{"elections/" + id + "/tally", state.TallyKey(e.ID), true},
		{"elections/" + id + "/result", state.ResultKey(e.ID), true},
		{"elections/" + id + "/sealing", state.SealingKey(e.ID), true},
		{"elections/" + other + "/stage", append([]byte("s"), bytes.Repeat([]byte{0xab}, 32)...), false},
		{"keys/0x" + hex.EncodeToString(state.MarkKey()), state.MarkKey(), true},
	} {
		d := a.proved(a.get("/proofs/" + c.path))
		if len(d.Claims) != 1 || !bytes.Equal(d.Claims[0].Key, c.key) || (d.Claims[0].Value != nil) != c.there {
			t.Errorf("%s claims %x = %x", c.path, d.Claims[0].Key, d.Claims[0].Value)
		}
		if d.Height != a.Height()-1 || len(d.Trail) != 0 {
			t.Errorf("%s is of height %d, with a trail of %d; the last block is %d", c.path, d.Height, len(d.Trail), a.Height())
		}
	}
	d := a.proved(a.get(fmt.Sprintf("/proofs/keys/%x,%x,%x", state.ParamsKey(), state.MarkKey(), state.AccountKey(nobody))))
	if len(d.Claims) != 3 || d.Claims[1].Value == nil || d.Claims[2].Value != nil {
		t.Errorf("%d claims", len(d.Claims))
	}

	a.get("/proofs/accounts/xyz").refused(http.StatusBadRequest, codeAddress)
	a.get("/proofs/validators/xyz").refused(http.StatusBadRequest, codeAddress)
	a.get("/proofs/elections/xyz/stage").refused(http.StatusBadRequest, codeElectionID)
	a.get("/proofs/elections/"+id+"/votes").refused(http.StatusBadRequest, codeParameter)
	a.get("/proofs/keys/xyz").refused(http.StatusBadRequest, codeHex)
	a.get("/proofs/keys/70,").refused(http.StatusBadRequest, codeKey)
	a.get("/proofs/keys/7070").refused(http.StatusBadRequest, codeKey)
	a.get("/proofs/keys/00").refused(http.StatusBadRequest, codeKey)
	a.get("/proofs/keys/70"+strings.Repeat(",70", maxClaims)).refused(http.StatusBadRequest, codeKey, "the limit is 64")
}

func TestAProofIsOfTheHeightAndFromTheCheckpointThatAreAskedFor(t *testing.T) {
	a := newAPI(t, nil)
	const path = "/proofs/keys/62" // the block mark: it names its height
	if r := a.get(path); r.status != http.StatusNoContent {
		t.Errorf("before the first block: %d %s", r.status, r.body)
	}
	a.mine()
	if r := a.get(path); r.status != http.StatusNoContent {
		t.Errorf("before a header commits to a state: %d %s", r.status, r.body)
	}
	for range 120 {
		a.Mine()
	}
	a.publish()
	last := a.Height()
	for _, c := range []struct {
		query         string
		height, trust int64
	}{
		{"", last - 1, 0},
		{"?height=latest", last - 1, 0},
		{fmt.Sprintf("?height=%d", last-1), last - 1, 0},
		{fmt.Sprintf("?height=%d&trust=0", last-50), last - 50, 0},
		{"?trust=1", last - 1, 1},
		{fmt.Sprintf("?height=%d&trust=%d", last-50, last-50), last - 50, last - 50},
		{fmt.Sprintf("?height=%d&trust=%d", last-50, last-49), last - 50, last - 49}, // the signed header itself
	} {
		r := a.get(path + c.query)
		if again := a.get(path + c.query); !bytes.Equal(again.body, r.body) {
			t.Errorf("%s: asked twice, the answers differ", c.query)
		}
		var d *light.Document
		if c.trust == 0 {
			d = a.proved(r)
		} else {
			d = a.provedFrom(light.TrustCheckpoint(c.trust, light.Hash(a.blocks[c.trust-1].Hash)), r)
		}
		view, err := a.Nodes[0].App.Store().ViewAt(c.height)
		if err != nil {
			t.Fatal(err)
		}
		value, _, err := view.Prove(state.MarkKey())
		if err != nil || d.Height != c.height || !bytes.Equal(value, d.Claims[0].Value) {
			t.Errorf("%s: of height %d with mark %x; the state has %x (%v)", c.query, d.Height, d.Claims[0].Value, value, err)
		}
	}
	for _, h := range []int64{last, last + 1, last + 1000} {
		if r := a.get(fmt.Sprintf("%s?height=%d", path, h)); r.status != http.StatusNoContent {
			t.Errorf("%s: %d %s", r.what, r.status, r.body)
		}
	}
	a.get(path+"?height=1").refused(http.StatusNotFound, codePruned)
	a.get(path+"?height=-1").refused(http.StatusBadRequest, codeNumber)
	a.get(path+"?trust=x").refused(http.StatusBadRequest, codeNumber)
	a.get(fmt.Sprintf("%s?trust=%d", path, last+1)).refused(http.StatusBadRequest, codeNumber, "beyond")
	a.prune(50)
	a.get(path+"?trust=49").refused(http.StatusNotFound, codeNoTrail, "a later checkpoint")
	a.get(path + "?trust=50").ok(nil)
}

func TestAReceiptLeadsFromTheGenesisToValidatorsWhoJoinedLater(t *testing.T) {
	a := serveTestChain(t, newTestChain(t, func(d *genesis.Doc) { d.Params.JoinPower = 100 }), nil)
	voters := apptest.Keys("voter", 2)
	e, id := a.newElection(voters, nil)
	receipt := func(voter int) string {
		_, vote := nullifierOf(voters[voter], e)
		return "/proofs/votes/" + id + "/" + vote
	}
	a.mine(e.Vote(voters[0], 1, ""))
	a.mine()
	before := a.proved(a.get(receipt(0)))
	if len(before.Trail) != 0 {
		t.Errorf("while nothing has changed, %d headers lead to the receipt", len(before.Trail))
	}

	newcomer := apptest.Key("newcomer")
	silent := func(seat ethkey.Address) bool { return seat != newcomer.Address() }
	a.Know(newcomer)
	possession, err := newcomer.Sign(tx.PossessionText(apptest.ChainID, apptest.Key("org").Address()))
	if err != nil {
		t.Fatal(err)
	}
	a.mine(apptest.Sign(t, apptest.Key("org"), &tx.SetValidator{Nonce: a.Nonce("org"), PublicKey: newcomer.PublicKey(), Name: "newcomer", Possession: possession}))
	joined := a.Height()
	a.mine()
	a.mine() // the newcomer signs
	a.mineWithout(silent, e.Vote(voters[1], 2, ""))
	for range 40 {
		a.mineWithout(silent)
	}
	for _, trust := range []int64{0, 1, joined + 1, joined + 2, a.Height() - 1} { // the header of the newest block is signed by everybody
		path := fmt.Sprintf("%s?height=%d&trust=%d", receipt(1), a.Height()-2, trust)
		r := a.get(path)
		trusted, own := light.TrustCheckpoint(max(trust, 1), light.Hash(a.blocks[max(trust, 1)-1].Hash)), 1 // its own header
		if trust == 0 {
			if trusted, err = light.TrustGenesis(a.GenesisDocument()); err != nil {
				t.Fatal(err)
			}
			own = 0
		}
		d := a.provedFrom(trusted, r)
		if signers := signersOf(d.Signed); d.Vote == nil || signers != 1 {
			t.Errorf("from %d: %d have signed", trust, signers)
		}
		if again := a.get(path); !bytes.Equal(again.body, r.body) {
			t.Errorf("from %d: asked twice, the receipts differ", trust)
		}
		if between := len(d.Trail) - own; (between > 0) != (trust < joined+2) {
			t.Errorf("from %d over %d headers; the newcomer has a seat from %d on", trust, between, joined+2)
		}
		if trust < joined+2 { // nothing else leads from those who are silent to the newcomer
			d.Trail = d.Trail[:own]
			if f, ok := check.Failed(d.Verify(trusted, check.NewReport('R'))); !ok || f.Check != check.Validators {
				t.Errorf("from %d without the headers between: %v", trust, f)
			}
		}
	}
}

func signersOf(b *light.Block) (n int) {
	for _, slot := range b.Commit.Slots {
		if slot.Signed {
			n++
		}
	}
	return n
}

func TestAVoteHasAReceiptOnceAHeaderCommitsToIt(t *testing.T) {
	a := newAPI(t, nil)
	voters := apptest.Keys("voter", 3)
	e, id := a.newElection(voters, func(p *tx.NewElection) { p.Rules.MaxOverwrites = 1 })
	n, vote := nullifierOf(voters[0], e)
	path := "/proofs/votes/" + id + "/" + vote
	a.get(path).refused(http.StatusNotFound, codeVoteNotFound)
	a.mine(e.Vote(voters[0], 1, ""))
	if r := a.get(path); r.status != http.StatusNoContent || len(r.body) != 0 {
		t.Errorf("right after the block: %d %s", r.status, r.body)
	}
	a.get(fmt.Sprintf("%s?height=%d", path, a.Height()-1)).refused(http.StatusNotFound, codeVoteNotFound)
	a.mine(e.Votes(voters[1:])...)
	first := a.proved(a.get(path))
	if first.Vote == nil || first.Vote.Position != 0 || !bytes.Contains(first.Vote.Package, []byte(`"votes":[1]`)) {
		t.Errorf("the receipt shows %+v", first.Vote)
	}
	a.mine(e.Vote(voters[0], 2, "again"))
	a.mine()
	second := a.proved(a.get("/proofs/votes/0x" + id + "/0x" + strings.ToUpper(vote)))
	if second.Vote == nil || second.Vote.Position != 3 || !bytes.Contains(second.Vote.Record, n[:]) {
		t.Errorf("the receipt shows %+v", second.Vote)
	}
	old := a.proved(a.get(fmt.Sprintf("%s?height=%d", path, first.Height)))
	if old.Vote.Position != 0 {
		t.Errorf("at height %d the vote was %d", first.Height, old.Vote.Position)
	}
	a.get("/proofs/votes/"+strings.Repeat("ab", 32)+"/"+vote).refused(http.StatusNotFound, codeVoteNotFound)
	a.get("/proofs/votes/abc/"+vote).refused(http.StatusBadRequest, codeElectionID)
	a.get("/proofs/votes/"+id+"/abc").refused(http.StatusBadRequest, codeVoteID)
}

func TestThatSomebodyDidNotVoteIsProvedOnceTheSetIsSealed(t *testing.T) {
	a := newAPI(t, nil)
	voters := apptest.Keys("voter", 20)
	e, id := a.newElection(voters, nil)
	a.mine(e.Votes(voters[:10])...)
	a.mine()
	_, vote := nullifierOf(voters[0], e)
	voted, absent := "/proofs/absences/"+id+"/"+vote, ""
	a.get(voted).refused(http.StatusNotFound, codeUnsealed)
	a.mine(apptest.Sign(t, org, setStatus(a.Nonce("org"), e.ID, election.Ended)))
	for range 3 {
		a.mine()
	}
	for _, k := range voters[10:] {
		n, vote := nullifierOf(k, e)
		absent = "/proofs/absences/" + id + "/" + vote
		r := a.get(absent)
		d := a.proved(r)
		if d.NotVoted == nil || d.NotVoted.Nullifier != n || (d.NotVoted.Before == nil && d.NotVoted.After == nil) {
			t.Errorf("%s shows %+v", r.what, d.NotVoted)
		}
		if again := a.get(absent); !bytes.Equal(again.body, r.body) { // from memory
			t.Errorf("%s: asked twice, the answers differ", r.what)
		}
	}
	a.mine()
	a.proved(a.get(absent)) // from memory, with another header
	a.get(absent+"?height=2").refused(http.StatusNotFound, codeUnsealed)
	a.get(voted).refused(http.StatusConflict, codeVoted)
	a.get("/proofs/absences/"+strings.Repeat("ab", 32)+"/"+vote).refused(http.StatusNotFound, codeElectionNotFound)
	a.get("/proofs/absences/abc/"+vote).refused(http.StatusBadRequest, codeElectionID)
	a.get("/proofs/absences/"+id+"/abc").refused(http.StatusBadRequest, codeVoteID)
}

func TestALaneTakesAFewAndTurnsTheRestAway(t *testing.T) {
	l := newLane(1, 1)
	leave, err := l.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	gaveUp := make(chan error)
	go func() {
		_, err := l.enter(ctx)
		gaveUp <- err
	}()
	for len(l.places) < 2 { // until it waits
		select {
		case err := <-gaveUp:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
	}
	if _, err := l.enter(t.Context()); err == nil {
		t.Error("the lane is full and takes another one")
	} else if p, _ := asProblem(err); p.Code != codeOverloaded || p.retryAfter == 0 {
		t.Errorf("turned away with %+v", p)
	}
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("whoever gave up got %v", err)
	}
	leave()
	leave, err = l.enter(t.Context())
	if err != nil {
		t.Fatalf("the lane is free: %v", err)
	}
	leave()
}

func TestRecallForgetsTheOldest(t *testing.T) {
	r := newRecall[int, string](2)
	for _, k := range []int{1, 2, 2, 3} {
		r.put(k, fmt.Sprint(k))
	}
	for k, want := range map[int]bool{1: false, 2: true, 3: true} {
		if v, ok := r.get(k); ok != want || ok && v != fmt.Sprint(k) {
			t.Errorf("%d: %q %t", k, v, ok)
		}
	}
}
