package tx

import (
	"testing"

	"urna/crypto/ethkey"
	"urna/election"
)

// benchVote is a vote in a census of a million.
func benchVote(b *testing.B) []byte {
	b.Helper()
	p := &Vote{
		Election: election.ID{1}, Nonce: make([]byte, 32), Proof: path(20, 1),
		Package: []byte(`{"nonce":"b69d10d0e96c0c79","votes":[0,1,2]}`),
	}
	raw, err := Sign(signer, testChain, p)
	if err != nil {
		b.Fatal(err)
	}
	return raw
}

func BenchmarkVerifyVote(b *testing.B) {
	raw := benchVote(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := Verify(testChain, raw); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerifyCredential is the same for a vote with a blind credential.
func BenchmarkVerifyCredential(b *testing.B) {
	id := election.ID{1}
	raw, err := Sign(signer, testChain, &Vote{
		Election: id, Nonce: make([]byte, 32), Blind: credential(id, signer.Address()),
		Package: []byte(`{"nonce":"b69d10d0e96c0c79","votes":[0,1,2]}`),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := Verify(testChain, raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeVote(b *testing.B) {
	raw := benchVote(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRecover is the part of Verify that no code of ours can save.
func BenchmarkRecover(b *testing.B) {
	t, err := Decode(benchVote(b))
	if err != nil {
		b.Fatal(err)
	}
	text := t.Text(testChain)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ethkey.Recover(text, t.Signature); err != nil {
			b.Fatal(err)
		}
	}
}
