package tx

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"urna/census"
	"urna/crypto/ethkey"
)

// vector is what testdata keeps of each example, for implementations in other
// languages too.
type vector struct {
	Chain  string          `json:"chain"`
	Key    string          `json:"key"` // private
	Text   string          `json:"text"`
	Raw    string          `json:"raw"` // SignedTx
	Signer string          `json:"signer"`
	ID     string          `json:"id"`
	Tx     json.RawMessage `json:"tx"`
	Vote   *voteFacts      `json:"vote,omitempty"`
	Issuer string          `json:"faucet_issuer,omitempty"`
}

type voteFacts struct {
	Nullifier string   `json:"nullifier"`
	Root      string   `json:"root,omitempty"`
	ClassKey  string   `json:"class_key,omitempty"`
	Weight    string   `json:"weight"`
	Values    []uint32 `json:"values"`
}

func TestEveryKindHasItsGoldenBytes(t *testing.T) {
	covered := map[Kind]bool{}
	for _, e := range examples(t) {
		covered[e.payload.Kind()] = true
		raw, err := Sign(signer, testChain, e.payload)
		if err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
		v, err := Verify(testChain, raw)
		if err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
		decoded, err := Decode(raw)
		if err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
		if v.Signer != signer.Address() || v.Size != len(raw) || !strings.HasPrefix(e.name+".", e.payload.Kind().String()+".") {
			t.Errorf("%s: signer %s, size %d, kind %s", e.name, v.Signer, v.Size, v.Payload.Kind())
		}
		body := ethkey.Keccak256(decoded.Body)
		if want := ID(ethkey.Keccak256(body[:], v.Signer[:])); v.ID != want {
			t.Errorf("%s: id %s, want %s", e.name, v.ID, want)
		}
		out := vector{
			Chain: testChain, Key: signer.Hex(), Text: string(decoded.Text(testChain)), Raw: hex.EncodeToString(raw),
			Signer: v.Signer.String(), ID: v.ID.String(), Tx: json.RawMessage(JSON(e.payload).(document)),
		}
		if _, ok := e.payload.(*Vote); ok {
			out.Vote = &voteFacts{Nullifier: v.Nullifier.String(), Weight: v.Weight.Dec(), Values: v.Ballot.Values}
			if v.Origin == census.BlindIssuer {
				out.Vote.ClassKey = hex.EncodeToString(v.ClassKey[:])
			} else {
				out.Vote.Root = v.Root.String()
			}
		}
		if FaucetOf(e.payload) != nil {
			if v.Faucet == nil || v.Faucet.Issuer != issuer.Address() {
				t.Fatalf("%s: faucet package of nobody", e.name)
			}
			out.Issuer = v.Faucet.Issuer.String()
		}
		file, err := json.MarshalIndent(out, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, fmt.Sprintf("testdata/%s.json", e.name), append(file, '\n'))
	}
	for _, k := range Kinds {
		if !covered[k] {
			t.Errorf("no example of %s", k)
		}
	}
}

func TestJSONEscapesWhatABrowserWouldRead(t *testing.T) {
	uri := "a\"b\\c</script>&\u2028\u2029é🗳"
	document := JSON(&SetAccountInfo{InfoURI: uri}).(document)
	for _, c := range string(document) {
		if c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029' {
			t.Errorf("%q in %s", c, document)
		}
	}
	got := asJSON(t, &SetAccountInfo{InfoURI: uri})["setAccount"].(map[string]any)["infoURI"]
	if got != uri {
		t.Errorf("got %q, want %q", got, uri)
	}
}

func TestAFaucetPackageTravelsAsText(t *testing.T) {
	want, err := SignFaucet(issuer, FaucetPayload{Identifier: 1, To: signer.Address(), Amount: 2, ChainID: testChain, NotAfter: 3})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got FaucetPackage
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Payload != want.Payload || string(got.Raw) != string(want.Raw) || string(got.Signature) != string(want.Signature) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	// What a public client reads: base64 of an object with two base64 strings.
	var inner struct{ FaucetPayload, Signature []byte }
	var object []byte
	if err := json.Unmarshal(text, &object); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(object, &inner); err != nil || string(inner.FaucetPayload) != string(want.Raw) || string(inner.Signature) != string(want.Signature) {
		t.Errorf("%v in %s", err, object)
	}
	for _, bad := range []string{"", "e30=", "!", string(text[1 : len(text)-5]), "eyJmYXVjZXRQYXlsb2FkIjoiIiwic2lnbmF0dXJlIjoiIn0="} {
		if err := got.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is taken for a faucet package", bad)
		}
	}
}

func TestFaucetPackagesOfOneNetworkHaveOneIssuer(t *testing.T) {
	issuers := map[string]map[ethkey.Address]int{}
	for i, rec := range recordings(t) {
		sent, err := Decode(rec.Raw)
		if err != nil || FaucetOf(sent.Payload) == nil {
			continue
		}
		p := FaucetOf(sent.Payload)
		by, err := ethkey.Recover(p.Raw, p.Signature)
		if err != nil {
			t.Errorf("%d %s: %v", i, rec.Scenario, err)
		}
		if issuers[rec.Chain] == nil {
			issuers[rec.Chain] = map[ethkey.Address]int{}
		}
		issuers[rec.Chain][by]++
	}
	for chain, by := range issuers {
		if len(by) != 1 {
			t.Errorf("%s: issuers %v", chain, by)
		}
	}
}
