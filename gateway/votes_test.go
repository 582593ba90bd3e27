package gateway

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"urna/app/apptest"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

func TestVotesAreCastReplacedAndRead(t *testing.T) {
	a := newAPI(t, nil)
	voters := apptest.Keys("voter", 3)
	e, id := a.newElection(voters, func(p *tx.NewElection) { p.Rules.MaxOverwrites = 1 })
	vote := election.SignedNullifier(voters[0].Address(), e.ID).String()

	a.get("/votes/0x"+vote).refused(http.StatusNotFound, codeVoteNotFound, "vote not found")
	a.get("/votes/verify/"+id+"/"+vote).refused(http.StatusNotFound, codeVoteNotFound)
	a.get("/votes/abc").refused(http.StatusBadRequest, codeVoteID)
	a.get("/votes/verify/abc/"+vote).refused(http.StatusBadRequest, codeElectionID)

	var cast struct{ VoteID, TxHash string }
	first := b64(e.Vote(voters[0], 1, ""))
	a.post("/votes", map[string]string{"txPayload": first}).ok(&cast)
	if cast.VoteID != vote {
		t.Fatalf("vote id is %s, want %s", cast.VoteID, vote)
	}
	known := a.post("/votes", map[string]string{"txPayload": first}).refused(http.StatusConflict, codeBroadcast, "tx already exists in cache")
	if known.Hash != cast.TxHash {
		t.Fatalf("hash of the waiting vote is %s, not %s", known.Hash, cast.TxHash)
	}
	a.mine()
	a.get("/votes/0x" + strings.ToUpper(vote)).ok(nil)
	a.get("/votes/verify/" + id + "/" + vote).ok(nil)

	a.post("/votes", map[string]string{"txPayload": b64(e.Vote(voters[0], 2, "again"))}).ok(nil)
	a.mine()
	a.get("/votes/" + vote).ok(nil)
	a.golden("votes")
	a.post("/votes", map[string]string{"txPayload": b64(e.Vote(voters[0], 3, "and again"))}).
		refused(http.StatusBadRequest, codeRefused, "overwrite count reached")
}

func TestAMemoComesBack(t *testing.T) {
	a := newAPI(t, nil)
	voters := apptest.Keys("voter", 2)
	e, _ := a.newElection(voters, nil)
	proof, err := e.Census.Proof(voters[0].Address())
	if err != nil {
		t.Fatal(err)
	}
	a.mine(apptest.Sign(t, voters[0], &tx.Vote{
		Election: e.ID, Nonce: []byte{1}, Proof: proof.Merkle(), Package: []byte(`{"nonce":"ab","votes":[1]}`), Memo: []byte("memo"),
	}))
	var got struct{ Memo string }
	a.get("/votes/" + election.SignedNullifier(voters[0].Address(), e.ID).String()).ok(&got)
	if got.Memo != "6d656d6f" {
		t.Fatal(got.Memo)
	}
}

func TestRefusalsNameTheRule(t *testing.T) {
	a := newAPI(t, nil)
	voters := apptest.Keys("voter", 2)
	e, id := a.newElection(voters, nil)
	later, _ := a.newElection(voters, func(p *tx.NewElection) { p.StartTime = uint64(apptest.Start.Unix()) + 1000 })
	vote := func(raw []byte) *answer { return a.post("/votes", map[string]string{"txPayload": b64(raw)}) }
	rule := func(p *Problem, code tx.Code) {
		t.Helper()
		name, _ := tx.CodeInfo(code)
		if p.Rule != name || p.RuleCode != uint32(code) || p.Type != "urn:urna:rule:"+name {
			t.Fatalf("rule %q %d, type %s; want %s", p.Rule, p.RuleCode, p.Type, name)
		}
	}
	rule(vote(later.Vote(voters[0], 1, "")).refused(http.StatusBadRequest, codeRefused, "starts at", "current"), tx.NotStarted)

	stranger := apptest.Key("stranger")
	other := apptest.Census(t, []*ethkey.Key{stranger, voters[0]})
	outside := *e
	outside.Census = other
	rule(vote(outside.Vote(stranger, 1, "")).refused(http.StatusBadRequest, codeRefused, "merkle proof verification failed"), tx.WrongRoot)

	set := func(s election.Status) *answer {
		return a.post("/chain/transactions", map[string]string{"payload": a.signed(org, &tx.SetStatus{Nonce: a.Nonce("org"), Election: e.ID, Status: s})})
	}
	rule(set(election.Ready).refused(http.StatusBadRequest, codeRefused, "already in READY state"), tx.StatusSame)
	set(election.Ended).ok(nil)
	a.mine()
	rule(vote(e.Vote(voters[0], 1, "")).refused(http.StatusBadRequest, codeRefused, "finished at", "current"), tx.NotReady)
	a.get("/elections/" + id).ok(nil)
}

func TestHostileSubmissionsAreRefused(t *testing.T) {
	a := newAPI(t, nil)
	a.mine()
	for _, path := range []string{"/votes", "/elections", "/accounts"} {
		for body, code := range map[string]int{
			"":                         codeBody,
			"{":                        codeBody,
			"[]":                       codeBody,
			`{"txPayload":1}`:          codeBody,
			`{}`:                       codePayload,
			`{"txPayload":"!"}`:        codePayload,
			`{"txPayload":"AAAA"}`:     codeRefused,
			`{"txPayload":""}`:         codeRefused,
			`{"txPayload":"Cg=="}`:     codeRefused,
			"{\"txPayload\":\"\xff\"}": codePayload,
		} {
			a.post(path, body).refused(http.StatusBadRequest, code)
		}
	}
	a.post("/chain/transactions", `{}`).refused(http.StatusBadRequest, codePayload)
	a.post("/chain/transactions", `{"payload":"AAAA"}`).refused(http.StatusBadRequest, codeRefused)
	big := fmt.Sprintf(`{"payload":%q}`, b64(make([]byte, 200<<10)))
	p := a.post("/chain/transactions", big).refused(http.StatusBadRequest, codeRefused)
	if p.RuleCode != uint32(tx.TxTooLarge) {
		t.Fatalf("%+v", p)
	}
}

func TestAnySubmissionNamesWhatItMakes(t *testing.T) {
	a := newAPI(t, nil)
	voters := apptest.Keys("voter", 2)
	e, _ := a.newElection(voters, nil)
	var got struct {
		Hash     string
		Response []byte
		Code     int
	}
	a.post("/chain/transactions", map[string]string{"payload": b64(e.Vote(voters[0], 1, ""))}).ok(&got)
	if n := election.SignedNullifier(voters[0].Address(), e.ID); string(got.Response) != string(n[:]) || got.Code != 0 {
		t.Fatalf("%x", got.Response)
	}
	a.post("/chain/transactions", map[string]string{"payload": a.signed(org, apptest.NewElection(a.Nonce("org"), e.Census))}).ok(&got)
	if len(got.Response) != 32 || got.Response[31] != 1 {
		t.Fatalf("%x", got.Response)
	}
	a.post("/chain/transactions", map[string]string{"payload": a.signed(org, &tx.SetStatus{Nonce: a.Nonce("org") + 1, Election: e.ID, Status: election.Paused})}).ok(nil)
}
