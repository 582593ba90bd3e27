package tx

import (
	"bytes"
	"testing"

	"urna/census"
	"urna/election"
)

func TestABundleHasOneForm(t *testing.T) {
	p := &census.Signed{Election: election.ID{1}, Voter: signer.Address(), Weight: []byte{1, 0}}
	good := EncodeBundle(p)
	got, err := DecodeBundle(good)
	if err != nil || got.Election != p.Election || got.Voter != p.Voter || !bytes.Equal(got.Weight, p.Weight) {
		t.Fatalf("%+v, %v", got, err)
	}
	for name, bad := range map[string][]byte{
		"nothing":                 nil,
		"half":                    good[:40],
		"a byte more":             append(bytes.Clone(good), 0),
		"an empty weight":         append(EncodeBundle(&census.Signed{Election: p.Election, Voter: p.Voter}), 0x1a, 0),
		"a weight of zero":        EncodeBundle(&census.Signed{Election: p.Election, Voter: p.Voter, Weight: []byte{0}}),
		"a weight in longer form": EncodeBundle(&census.Signed{Election: p.Election, Voter: p.Voter, Weight: []byte{0, 1}}),
	} {
		if got, err := DecodeBundle(bad); err == nil {
			t.Errorf("%s is read as %+v", name, got)
		} else {
			wantNamed(t, name, err)
		}
	}
}

// FuzzDecodeBundle: what an issuer signs is the one form of what it read.
func FuzzDecodeBundle(f *testing.F) {
	f.Add(EncodeBundle(&census.Signed{Election: election.ID{1}, Voter: signer.Address()}))
	f.Add(EncodeBundle(&census.Signed{Election: election.ID{1}, Voter: signer.Address(), Weight: []byte{7}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := DecodeBundle(b)
		if err != nil {
			wantNamed(t, "DecodeBundle", err)
			return
		}
		if again := EncodeBundle(p); !bytes.Equal(again, b) {
			t.Fatalf("%x was read as %+v, which is written %x", b, p, again)
		}
	})
}
