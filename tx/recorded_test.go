package tx

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"testing"

	"urna/crypto/ethkey"
)

// recorded is a transaction that the public SDK sent and what it was told.
type recorded struct {
	Scenario string
	Chain    string
	Raw      []byte
	Refused  string         // the rejection we give, if any
	Signer   string         // as the API knew it
	Election string         // id of the election it created
	Vote     string         // id of the vote it cast
	Answer   map[string]any // the transaction as the API showed it
}

func recordings(t testing.TB) (list []recorded) {
	t.Helper()
	data, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWhatTheSDKSentIsUnderstood(t *testing.T) {
	for i, rec := range recordings(t) {
		got, err := Decode(rec.Raw)
		if rec.Refused != "" {
			if err == nil {
				_, err = Verify(rec.Chain, rec.Raw)
			}
			if r := (*Rejection)(nil); !errors.As(err, &r) || r.Code.String() != rec.Refused {
				t.Errorf("%d %s: got %v, want %s", i, rec.Scenario, err, rec.Refused)
			}
			continue
		}
		if err != nil {
			t.Errorf("%d %s: %v", i, rec.Scenario, err)
			continue
		}
		signer, err := ethkey.Recover(got.Text(rec.Chain), got.Signature)
		if err != nil {
			t.Errorf("%d %s: %v", i, rec.Scenario, err)
		}
		if rec.Signer != "" && signer.String() != rec.Signer {
			t.Errorf("%d %s: signed by %s, want %s", i, rec.Scenario, signer, rec.Signer)
		}
		switch p := got.Payload.(type) {
		case *CreateAccount:
			if p.Account != signer {
				t.Errorf("%d %s: signed by %s for account %s", i, rec.Scenario, signer, p.Account)
			}
		case *SetAccountInfo:
			if p.Account != signer {
				t.Errorf("%d %s: signed by %s for account %s", i, rec.Scenario, signer, p.Account)
			}
		case *SendTokens:
			if p.From != signer {
				t.Errorf("%d %s: signed by %s for account %s", i, rec.Scenario, signer, p.From)
			}
		}
	}
}

func TestWhatTheSDKSentIsVerified(t *testing.T) {
	roots := map[string]bool{}
	votes := 0
	for i, rec := range recordings(t) {
		if rec.Refused != "" {
			continue
		}
		v, err := Verify(rec.Chain, rec.Raw)
		if sent, _ := Decode(rec.Raw); FaucetOf(sent.Payload) != nil {
			// Packages of another network name no chain.
			wantRejection(t, err, WrongChain)
			continue
		}
		if err != nil {
			t.Errorf("%d %s: %v", i, rec.Scenario, err)
			continue
		}
		switch p := v.Payload.(type) {
		case *NewElection:
			roots[p.CensusRoot.String()] = true
		case *SetCensus:
			roots[p.Root.String()] = true
		case *Vote:
			votes++
			if !roots[v.Root.String()] {
				t.Errorf("%d %s: proof leads to %s, which is no census", i, rec.Scenario, v.Root)
			}
			if rec.Vote != "" && rec.Vote != v.Nullifier.String() {
				t.Errorf("%d %s: vote id %s, want %s", i, rec.Scenario, v.Nullifier, rec.Vote)
			}
		}
	}
	if votes < 30 {
		t.Errorf("only %d votes were verified", votes)
	}
}

func TestTheJSONOfATransactionIsWhatClientsSaw(t *testing.T) {
	for i, rec := range recordings(t) {
		if rec.Refused != "" || rec.Answer == nil {
			continue
		}
		got, err := Decode(rec.Raw)
		if err != nil {
			t.Errorf("%d %s: %v", i, rec.Scenario, err)
			continue
		}
		// Two things that the chain filled in are not in the transaction, and
		// one that clients leave out is known from the message.
		want := rec.Answer
		if message, ok := want["newProcess"].(map[string]any); ok {
			process := message["process"].(map[string]any)
			process["processId"] = ""
			process["startTime"] = float64(got.Payload.(*NewElection).StartTime)
		}
		if message, ok := want["collectFaucet"].(map[string]any); ok {
			message["txType"] = "COLLECT_FAUCET"
		}
		if have := asJSON(t, got.Payload); !reflect.DeepEqual(have, want) {
			t.Errorf("%d %s:\n got %v\nwant %v", i, rec.Scenario, have, want)
		}
	}
}

func asJSON(t testing.TB, p Payload) (out map[string]any) {
	t.Helper()
	data, err := json.Marshal(JSON(p))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func wantRejection(t testing.TB, err error, want Code) {
	t.Helper()
	if r := (*Rejection)(nil); !errors.As(err, &r) || r.Code != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
