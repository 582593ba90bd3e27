package client

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/census"
	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

func newKey(t *testing.T) *ethkey.Key {
	t.Helper()
	k, err := ethkey.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const zeroHash = "0000000000000000000000000000000000000000000000000000000000000000"

// verified checks what a client signed as the chain would.
func verified(t *testing.T, raw []byte, key *ethkey.Key) tx.Payload {
	t.Helper()
	v, err := tx.Verify(testChain, raw)
	if err != nil {
		t.Errorf("the chain would refuse it: %v", err)
		return nil
	}
	if v.Signer != key.Address() {
		t.Errorf("signed by %s, not %s", v.Signer, key.Address())
	}
	return v.Payload
}

func TestAnAccountIsCreatedWithItsMetadataAndTheFaucetsPackage(t *testing.T) {
	key, faucet := newKey(t), newKey(t)
	grant, err := tx.SignFaucet(faucet, tx.FaucetPayload{Identifier: 3, To: key.Address(), Amount: 9, ChainID: testChain, NotAfter: 1e9})
	if err != nil {
		t.Fatal(err)
	}
	text, err := grant.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	c := serve(t, map[string]http.HandlerFunc{
		"GET /open/claim/{a}": say(`{"amount":"9","faucetPackage":"` + string(text) + `"}`),
		"POST /files/cid":     say(`{"cid":"ipfs://doc"}`),
		"POST /accounts": func(w http.ResponseWriter, r *http.Request) {
			in := readBody[withMetadata](t, r)
			p, ok := verified(t, in.Tx, key).(*tx.CreateAccount)
			if !ok || p.InfoURI != "ipfs://doc" || p.Faucet == nil || p.Faucet.Payload.Amount != 9 || len(in.Metadata) == 0 {
				t.Errorf("got %+v with %d bytes of metadata", p, len(in.Metadata))
			}
			say(`{"txHash":"`+zeroHash+`"}`)(w, r)
		},
	})
	pkg, err := c.Claim(t.Context(), key.Address())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateAccount(t.Context(), key, NewAccountMetadata("a", "b"), pkg); err != nil {
		t.Fatal(err)
	}
}

func TestAnElectionNamesTheIDThatTheChainWillGive(t *testing.T) {
	key := newKey(t)
	e := tx.NewElection{
		Rules: ballot.Rules{MaxCount: 1, MaxValue: 1, CostExponent: 1}, CensusOrigin: census.TreeWeighted,
		CensusRoot: census.Root{1}, CensusURI: "ipfs://census", MaxCensusSize: 5, Duration: 60,
	}
	want := election.NewID(testChain, key.Address(), e.CensusOrigin, e.Mode, e.Rules, 4)
	c := serve(t, map[string]http.HandlerFunc{
		"GET /accounts/{a}": say(`{"nonce":11,"electionIndex":4}`),
		"POST /files/cid":   say(`{"cid":"ipfs://doc"}`),
		"POST /elections": func(w http.ResponseWriter, r *http.Request) {
			p, ok := verified(t, readBody[withMetadata](t, r).Tx, key).(*tx.NewElection)
			if !ok || p.Nonce != 11 || p.Expect == nil || *p.Expect != want || p.MetadataURI != "ipfs://doc" {
				t.Errorf("got %+v", p)
			}
			say(`{"txHash":"`+zeroHash+`"}`)(w, r)
		},
	})
	id, _, err := c.CreateElection(t.Context(), key, e, []byte("{}"))
	if err != nil || id != want {
		t.Fatalf("got %s, %v; want %s", id, err, want)
	}
}

func TestADelegatePaysWithItsOwnNonceForTheOrganisationsElection(t *testing.T) {
	key, org := newKey(t), newKey(t).Address()
	e := tx.NewElection{
		Organisation: org, Rules: ballot.Rules{MaxCount: 1, MaxValue: 1, CostExponent: 1}, CensusOrigin: census.TreeWeighted,
		CensusRoot: census.Root{1}, CensusURI: "ipfs://census", MaxCensusSize: 5, Duration: 60,
	}
	c := serve(t, map[string]http.HandlerFunc{
		"GET /accounts/{a}": func(w http.ResponseWriter, r *http.Request) {
			if r.PathValue("a") == org.String() {
				say(`{"nonce":50,"electionIndex":2}`)(w, r)
				return
			}
			say(`{"nonce":7,"electionIndex":0}`)(w, r)
		},
		"POST /files/cid": say(`{"cid":"ipfs://doc"}`),
		"POST /elections": func(w http.ResponseWriter, r *http.Request) {
			p := verified(t, readBody[withMetadata](t, r).Tx, key).(*tx.NewElection)
			if p.Nonce != 7 || p.Organisation != org {
				t.Errorf("got nonce %d for %s", p.Nonce, p.Organisation)
			}
			say(`{"txHash":"`+zeroHash+`"}`)(w, r)
		},
	})
	id, _, err := c.CreateElection(t.Context(), key, e, nil)
	if want := election.NewID(testChain, org, e.CensusOrigin, e.Mode, e.Rules, 2); err != nil || id != want {
		t.Fatalf("got %s, %v", id, err)
	}
}

func TestAVoteCarriesTheProofAndTheWeightThatWasAskedFor(t *testing.T) {
	key, id := newKey(t), election.ID{9}
	members := tree.New()
	for _, m := range []tree.Member{
		{Address: key.Address(), Weight: *uint256.NewInt(10)},
		{Address: newKey(t).Address(), Weight: *uint256.NewInt(1)},
	} {
		if err := members.Add(m); err != nil {
			t.Fatal(err)
		}
	}
	proof, err := members.Proof(key.Address())
	if err != nil {
		t.Fatal(err)
	}
	root := members.Root()
	c := serve(t, map[string]http.HandlerFunc{
		"GET /elections/{id}": say(fmt.Sprintf(`{"census":{"censusRoot":"%s"}}`, root)),
		"GET /censuses/" + root.String() + "/proof/{a}": say(fmt.Sprintf(
			`{"type":"weighted","weight":"10","censusRoot":"%s","censusProof":"%x","value":"%x"}`, root, proof.Siblings, proof.Value)),
		"POST /votes": func(w http.ResponseWriter, r *http.Request) {
			in := readBody[struct {
				Tx []byte `json:"txPayload"`
			}](t, r)
			v, err := tx.Verify(testChain, in.Tx)
			if err != nil {
				t.Errorf("the chain would refuse it: %v", err)
				return
			}
			if v.Root != root || v.Weight.Uint64() != 4 || len(v.Ballot.Values) != 2 || v.Ballot.Values[1] != 3 {
				t.Errorf("got root %s, weight %s, ballot %v", v.Root, v.Weight.Dec(), v.Ballot)
			}
			if p := v.Payload.(*tx.Vote); string(p.Memo) != "why" || p.Election != id {
				t.Errorf("got %+v", p)
			}
			say(fmt.Sprintf(`{"txHash":"%s","voteID":"%s"}`, v.ID, v.Nullifier))(w, r)
		},
	})
	n, _, err := c.Cast(t.Context(), key, Ballot{Election: id, Choices: []uint32{1, 3}, Weight: uint256.NewInt(4), Memo: []byte("why")})
	if err != nil || n != election.SignedNullifier(key.Address(), id) {
		t.Fatalf("got %s, %v", n, err)
	}
}

func TestTwoPackagesOfTheSameChoicesDiffer(t *testing.T) {
	a, err := Package([]uint32{1})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Package([]uint32{1})
	if err != nil {
		t.Fatal(err)
	}
	if string(a) == string(b) {
		t.Error("the chain would take the second for a replay")
	}
	for _, p := range [][]byte{a, b} {
		if _, err := ballot.Decode(p); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
}

func TestMembersGoInCallsOfTheLargestSize(t *testing.T) {
	var calls []int
	c := serve(t, map[string]http.HandlerFunc{
		"POST /wallet/add/{key}": say(`{"token":"secret"}`),
		"POST /censuses/weighted": func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Authorization"); got != "Bearer secret" {
				t.Errorf("token %q", got)
			}
			say(`{"censusID":"`+zeroHash+`"}`)(w, r)
		},
		"POST /censuses/{id}/participants": func(w http.ResponseWriter, r *http.Request) {
			in := readBody[struct{ Participants []Member }](t, r)
			calls = append(calls, len(in.Participants))
			say("\n")(w, r)
		},
		"POST /censuses/{id}/publish/async": say(`{"censusID":"aa"}`),
		"GET /censuses/aa/check":            inTurn(refuse(204, ""), say(`{"censusID":"aa","uri":"ipfs://x"}`)),
	})
	token, err := c.NewToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id, err := c.NewCensus(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	var seen []int
	err = c.AddMembers(t.Context(), token, id, make([]Member, 2*MaxParticipants+5), func(done int) { seen = append(seen, done) })
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(calls) != "[8192 8192 5]" || fmt.Sprint(seen) != "[8192 16384 16389]" {
		t.Errorf("calls %v, progress %v", calls, seen)
	}
	p, err := c.PublishCensus(t.Context(), token, id)
	if err != nil || p.Root != "aa" || p.URI != "ipfs://x" {
		t.Fatalf("got %+v, %v", p, err)
	}
}

func TestABatchSaysWhatBecameOfEachTransaction(t *testing.T) {
	id := func(b byte) string { return hex.EncodeToString(append(make([]byte, 31), b)) }
	failed := `"failed":[{"index":1,"code":5003,"error":"no","rule":"NotReady","ruleCode":320},` +
		`{"index":2,"code":5030,"error":"later"},{"index":3,"code":5001,"error":"already","hash":"` + id(4) + `"}]`
	c := serve(t, map[string]http.HandlerFunc{
		"POST /chain/transactions/batch": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Content-Type") == "application/octet-stream" {
				body, _ := io.ReadAll(r.Body)
				if string(body) != "\x00\x00\x00\x01a\x00\x00\x00\x02bc\x00\x00\x00\x01d\x00\x00\x00\x01e" {
					t.Errorf("binary batch is %q", body)
				}
				say(`{"total":4,"accepted":1,`+failed+`}`)(w, r)
				return
			}
			in := readBody[struct{ Payloads [][]byte }](t, r)
			if fmt.Sprintf("%s", in.Payloads) != "[a bc d e]" {
				t.Errorf("batch is %s", in.Payloads)
			}
			say(`{"submitted":[{"index":0,"hash":"`+id(1)+`","voteID":"x"}],`+failed+`,"pending":[]}`)(w, r)
		},
	})
	raws := [][]byte{[]byte("a"), []byte("bc"), []byte("d"), []byte("e")}
	check := func(answers []Answer, err error, first string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if answers[0].Err != nil || answers[0].Hash.String() != first {
			t.Errorf("first: %+v", answers[0])
		}
		if p := answers[1].Err; p == nil || p.Rule != "NotReady" || p.Later() {
			t.Errorf("second: %+v", p)
		}
		if p := answers[2].Err; p == nil || !p.Later() {
			t.Errorf("third: %+v", p)
		}
		if answers[3].Err != nil || answers[3].Hash.String() != id(4) {
			t.Errorf("fourth: %+v", answers[3])
		}
	}
	answers, err := c.SubmitBatch(t.Context(), raws)
	check(answers, err, id(1))
	answers, err = c.SubmitBinary(t.Context(), raws)
	check(answers, err, zeroHash)
}

func TestABatchAnswerOutOfRangeIsAnError(t *testing.T) {
	for _, text := range []string{
		`{"submitted":[{"index":1,"hash":"` + zeroHash + `"}]}`, `{"submitted":[{"index":-1,"hash":"` + zeroHash + `"}]}`,
		`{"failed":[{"index":1}]}`, `{"submitted":[{"index":0,"hash":"zz"}]}`, `{"failed":[{"index":0,"hash":"zz"}]}`,
	} {
		c := serve(t, map[string]http.HandlerFunc{"POST /chain/transactions/batch": say(text)})
		if _, err := c.SubmitBatch(t.Context(), [][]byte{{1}}); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func TestATransactionThatABatchAnswerForgetsIsNotTaken(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{"POST /chain/transactions/batch": say(`{"submitted":[],"failed":[]}`)})
	answers, err := c.SubmitBatch(t.Context(), [][]byte{{1}})
	if err != nil || answers[0].Err == nil {
		t.Fatalf("got %+v, %v", answers, err)
	}
}

func TestChangesOfAnElectionCarryTheNextNonce(t *testing.T) {
	key, id := newKey(t), election.ID{1}
	var last tx.Payload
	c := serve(t, map[string]http.HandlerFunc{
		"GET /accounts/{a}": say(`{"nonce":3}`),
		"POST /chain/transactions": func(w http.ResponseWriter, r *http.Request) {
			last = verified(t, readBody[struct{ Payload []byte }](t, r).Payload, key)
			say(`{"hash":"`+zeroHash+`"}`)(w, r)
		},
	})
	root, uri := census.Root{7}, "ipfs://new"
	for name, change := range map[string]func() (tx.ID, error){
		"status":   func() (tx.ID, error) { return c.SetStatus(t.Context(), key, id, election.Paused) },
		"census":   func() (tx.ID, error) { return c.SetCensus(t.Context(), key, id, &root, &uri, 0) },
		"duration": func() (tx.ID, error) { return c.SetDuration(t.Context(), key, id, time.Hour) },
		"tokens":   func() (tx.ID, error) { return c.SendTokens(t.Context(), key, ethkey.Address{1}, 5) },
		"delegate": func() (tx.ID, error) { return c.AddDelegates(t.Context(), key, ethkey.Address{1}) },
		"release":  func() (tx.ID, error) { return c.DelDelegates(t.Context(), key, ethkey.Address{1}) },
	} {
		last = nil
		if _, err := change(); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if n, ok := tx.Nonce(last); !ok || n != 3 {
			t.Errorf("%s: nonce %d of %T", name, n, last)
		}
	}
}
