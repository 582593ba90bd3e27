package blindrsa_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha512"
	"testing"

	"urna/crypto/blindrsa"
	"urna/crypto/blindrsa/keytest"
)

func verify(key *rsa.PublicKey, message, signature []byte) error {
	digest := sha512.Sum384(message)
	return rsa.VerifyPSS(key, crypto.SHA384, digest[:], signature, &rsa.PSSOptions{SaltLength: 48})
}

func TestABlindSignatureIsAnOrdinaryOne(t *testing.T) {
	key := keytest.Key(0)
	message := []byte("for a fresh key")
	r, err := blindrsa.Blind(&key.PublicKey, message, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := blindrsa.Sign(key, r.Blinded)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := r.Finish(answer)
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(&key.PublicKey, message, signature); err != nil {
		t.Error(err)
	}
	if verify(&key.PublicKey, []byte("for another"), signature) == nil {
		t.Error("the signature serves another message")
	}
	if bytes.Equal(answer, signature) || verify(&key.PublicKey, message, answer) == nil {
		t.Error("the signer has seen the signature")
	}
}

func TestTheSameSeedMakesTheSameRequest(t *testing.T) {
	key := &keytest.Key(0).PublicKey
	made := map[string]bool{}
	for i := range 20 {
		r, err := blindrsa.Blind(key, []byte("m"), [32]byte{byte(i / 4)})
		if err != nil {
			t.Fatal(err)
		}
		made[string(r.Blinded)] = true
	}
	if len(made) != 5 {
		t.Errorf("5 seeds made %d requests", len(made))
	}
}

func TestBadKeysRequestsAndAnswersAreNamed(t *testing.T) {
	key := keytest.Key(0)
	for name, request := range map[string][]byte{
		"nothing": nil, "a short one": make([]byte, 383), "a long one": make([]byte, 385),
		"one above the key": bytes.Repeat([]byte{0xff}, 384),
	} {
		if _, err := blindrsa.Sign(key, request); err != blindrsa.ErrRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, err := blindrsa.Blind(&key.PublicKey, []byte("m"), [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	other, err := blindrsa.Sign(keytest.Key(1), append([]byte{0}, r.Blinded[1:]...))
	if err != nil {
		t.Fatal(err)
	}
	for name, answer := range map[string][]byte{"nothing": nil, "the request": r.Blinded, "another key's": other} {
		if _, err := r.Finish(answer); err != blindrsa.ErrAnswer {
			t.Errorf("%s: %v", name, err)
		}
	}
	small := key.PublicKey
	small.E = 3
	if _, err := blindrsa.Blind(&small, []byte("m"), [32]byte{1}); err != blindrsa.ErrKey {
		t.Errorf("a small exponent: %v", err)
	}
	text, err := blindrsa.MarshalKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := blindrsa.ParseKey(text); err != nil || !again.Equal(key) {
		t.Errorf("a key does not come back: %v", err)
	}
	for name, text := range map[string][]byte{"nothing": nil, "no key": []byte("key"), "two": append(text, text...)} {
		if _, err := blindrsa.ParseKey(text); err != blindrsa.ErrKey {
			t.Errorf("%s: %v", name, err)
		}
	}
}
