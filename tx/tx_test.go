package tx

import (
	"encoding/hex"
	"strings"
	"testing"

	"urna/ballot"
	"urna/crypto/ethkey"
	"urna/election"
)

func TestEveryKindHasNamesOfItsOwn(t *testing.T) {
	subtypes, costs := map[string]bool{}, map[string]bool{}
	for _, k := range Kinds {
		if k.String() == "" || k.Type() == "" || subtypes[k.String()] {
			t.Errorf("kind %d: %q of %q", k, k, k.Type())
		}
		subtypes[k.String()] = true
		if free := k == KindVote; (k.CostName() == "") != free || costs[k.CostName()] && !free {
			t.Errorf("kind %s: cost %q", k, k.CostName())
		}
		costs[k.CostName()] = true
	}
}

func TestTheNonceOfAPayloadIsTheOneItCarries(t *testing.T) {
	// The examples number their nonces from 3, save the kinds that have none.
	want := uint32(3)
	for _, e := range examples(t) {
		nonce, ok := Nonce(e.payload)
		switch e.payload.Kind() {
		case KindVote, KindCreateAccount:
			if ok {
				t.Errorf("%s has nonce %d", e.name, nonce)
			}
			continue
		}
		if !ok || nonce != want {
			t.Errorf("%s: nonce %d, want %d", e.name, nonce, want)
		}
		want++
	}
}

func TestWhatWouldBeRefusedIsNotSigned(t *testing.T) {
	for want, p := range map[Code]Payload{
		FieldRange:           &SetStatus{Election: election.ID{1}},
		FieldLength:          &SetDuration{Duration: 1},
		UnsupportedAnonymous: anonymous(),
		BadProof:             &Vote{Election: election.ID{1}, Package: []byte("p")},
		BadFaucetPackage:     &CollectFaucet{Faucet: FaucetPackage{Raw: []byte("hello"), Signature: make([]byte, 65)}},
	} {
		_, err := Sign(signer, testChain, p)
		wantRejection(t, err, want)
	}
	_, err := SignFaucet(issuer, FaucetPayload{Identifier: 1, To: signer.Address()})
	wantRejection(t, err, FieldRange)
	_, err = SignFaucet(issuer, FaucetPayload{To: signer.Address(), Amount: 1, ChainID: strings.Repeat("c", MaxChainIDBytes+1)})
	wantRejection(t, err, FieldLength)
}

func anonymous() *NewElection {
	return &NewElection{
		Mode: election.Mode{Anonymous: true}, CensusOrigin: 2, CensusRoot: [32]byte{1}, MaxCensusSize: 1, Duration: 1,
		Rules: ballot.Rules{MaxCount: 1},
	}
}

func TestARejectionSaysWhy(t *testing.T) {
	r := Reject(BadNonce, "nonce is %d", 7)
	if r.Error() != "nonce is 7" || r.Code.String() != "BadNonce" {
		t.Errorf("%v, %v", r, r.Code)
	}
	if name, text := CodeInfo(BadNonce); name != "BadNonce" || text == "" {
		t.Errorf("%q, %q", name, text)
	}
	if name, text := CodeInfo(1); name != "" || text != "" || Code(1).String() != "Code(1)" {
		t.Errorf("%q, %q, %s", name, text, Code(1))
	}
	_, err := Decode(envelope(bodyOf(t, `newProcess { txtype: NEW_PROCESS process { entityId: "short" } }`), nil))
	if err == nil || !strings.HasPrefix(err.Error(), "process: entityId: 5 bytes") {
		t.Errorf("%v does not lead to the field", err)
	}
}

func TestTheTextNamesWhatIsSigned(t *testing.T) {
	id, account := strings.Repeat("65", 32), strings.Repeat("74", 20)
	for name, want := range map[string]string{
		"new_process":              "NEW_PROCESS",
		"set_process_status":       "SET_PROCESS_STATUS for process ID " + id + " and status ended",
		"set_process_census":       "SET_PROCESS_CENSUS for process ID " + id + " and census " + strings.Repeat("72", 32),
		"set_process_duration":     "SET_PROCESS/SET_PROCESS_DURATION with process ID " + id,
		"vote":                     "VOTE for process ID " + id,
		"send_tokens":              "SEND_TOKENS for an amount of 1125899906842624 VOC tokens to destination address " + account,
		"collect_faucet":           "COLLECT_FAUCET",
		"create_account":           "CREATE_ACCOUNT for address " + signer.Address().String(),
		"set_account_info_uri":     "SET_ACCOUNT_INFO_URI for address " + account + " with URI ipfs://info",
		"add_delegate_for_account": "SET_ACCOUNT/ADD_DELEGATE_FOR_ACCOUNT",
		"del_delegate_for_account": "SET_ACCOUNT/DEL_DELEGATE_FOR_ACCOUNT",
		"set_account_validator":    "SET_ACCOUNT/SET_ACCOUNT_VALIDATOR",
	} {
		for _, e := range examples(t) {
			if e.name != name {
				continue
			}
			body, err := Encode(e.payload)
			if err != nil {
				t.Fatal(err)
			}
			h := ethkey.Keccak256(body)
			want := "You are signing a Vocdoni transaction of type " + want + ".\n\nThe hash of this transaction is " +
				hex.EncodeToString(h[:]) + " and the destination chain is " + testChain + "."
			if got := string((&Tx{Body: body, Payload: e.payload}).Text(testChain)); got != want {
				t.Errorf("%s:\n got %s\nwant %s", name, got, want)
			}
		}
	}
	if got := string(text(&SetCensus{}, [32]byte{}, "c")); !strings.Contains(got, " and census .\n") {
		t.Errorf("a census without a root: %s", got)
	}
	if got := string(text(&CreateAccount{}, [32]byte{}, "c")); !strings.Contains(got, "CREATE_ACCOUNT for address .\n") {
		t.Errorf("an account that is left out: %s", got)
	}
}
