// Package keytest has keys of issuers for tests, because making one takes a
// second. They are public: nobody may use them for anything else.
package keytest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha512"
	_ "embed"
	"sync"

	"urna/crypto/blindrsa"
)

//go:embed 0.pem
var first []byte

//go:embed 1.pem
var second []byte

//go:embed 2.pem
var third []byte

//go:embed 3.pem
var fourth []byte

// Count is how many keys there are.
const Count = 4

var keys = sync.OnceValue(func() (keys [Count]*rsa.PrivateKey) {
	for i, text := range [Count][]byte{first, second, third, fourth} {
		var err error
		if keys[i], err = blindrsa.ParseKey(text); err != nil {
			panic(err)
		}
	}
	return keys
})

// Key returns the n-th key.
func Key(n int) *rsa.PrivateKey { return keys()[n] }

// Modulus is the public part of the n-th key.
func Modulus(n int) []byte { return Key(n).N.Bytes() }

// Sign signs a message as the n-th key, the same way each time. The signature
// is one that a blind exchange might have given.
func Sign(n int, message []byte) []byte {
	digest := sha512.Sum384(message)
	signature, err := rsa.SignPSS(zeros{}, Key(n), crypto.SHA384, digest[:], &rsa.PSSOptions{SaltLength: 48})
	if err != nil {
		panic(err)
	}
	return signature
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
