// Package blindrsa signs what the signer does not see: RSABSSA-SHA384-PSS-
// Deterministic of RFC 9474, with keys of 3072 bits. The receiver blinds a
// message into a request, the signer answers it, the receiver turns the answer
// into an ordinary RSASSA-PSS signature, which the signer cannot tie to the
// request.
//
// "Deterministic" is the RFC's word for messages that are signed as they are.
// That is safe for messages that nobody can guess; ours hold a fresh key.
package blindrsa

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"

	"github.com/cloudflare/circl/blindsign/blindrsa"
)

// Sizes of keys, requests, answers and signatures.
const (
	Bits = 3072
	Len  = Bits / 8
)

// SeedLen is the length of the secret from which a request is made, bytes.
const SeedLen = 32

// Errors.
var (
	ErrKey     = fmt.Errorf("not an RSA key of %d bits with the exponent 65537", Bits)
	ErrRequest = errors.New("not a blinded message for this key")
	ErrAnswer  = errors.New("the answer is not a signature of the request")
)

// GenerateKey makes a signer's key.
func GenerateKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, Bits) }

// MarshalKey writes a key as PEM (PKCS #8).
func MarshalKey(key *rsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// ParseKey reads what MarshalKey wrote.
func ParseKey(text []byte) (*rsa.PrivateKey, error) {
	block, rest := pem.Decode(text)
	if block == nil || len(rest) > 0 {
		return nil, ErrKey
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, ErrKey
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok || key.N.BitLen() != Bits || key.E != 65537 {
		return nil, ErrKey
	}
	return key, nil
}

// Request is a blinded message and what is needed to use the answer.
type Request struct {
	Blinded []byte
	client  blindrsa.Client
	state   blindrsa.State
}

// Blind makes a request for a message. The same seed makes the same request, so
// that whoever keeps the seed can ask again after a crash; nobody else may know
// it, and it serves one message only.
func Blind(key *rsa.PublicKey, message []byte, seed [SeedLen]byte) (*Request, error) {
	if key.N.BitLen() != Bits || key.E != 65537 {
		return nil, ErrKey
	}
	client, err := blindrsa.NewClient(blindrsa.SHA384PSSDeterministic, key)
	if err != nil {
		return nil, err
	}
	r := &Request{client: client}
	r.Blinded, r.state, err = client.Blind(newStream(seed), message)
	return r, err
}

// Finish turns the signer's answer into a signature of the message.
func (r *Request) Finish(answer []byte) ([]byte, error) {
	signature, err := r.client.Finalize(r.state, answer)
	if err != nil {
		return nil, ErrAnswer
	}
	return signature, nil
}

// Sign answers a request. It takes what is shorter than the key or not below
// it for no request.
func Sign(key *rsa.PrivateKey, blinded []byte) ([]byte, error) {
	answer, err := blindrsa.NewSigner(key).BlindSign(blinded)
	if err != nil {
		return nil, ErrRequest
	}
	return answer, nil
}

// stream is SHA-256 of the seed and a counter: bytes that whoever does not know
// the seed cannot tell from random ones.
type stream struct {
	h       hash.Hash
	seed    [SeedLen]byte
	counter uint64
	left    []byte
}

func newStream(seed [SeedLen]byte) *stream { return &stream{h: sha256.New(), seed: seed} }

func (s *stream) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		if len(s.left) == 0 {
			s.h.Reset()
			s.h.Write(s.seed[:])
			s.h.Write(binary.BigEndian.AppendUint64(nil, s.counter))
			s.counter++
			s.left = s.h.Sum(nil)
		}
		k := copy(p[n:], s.left)
		s.left, n = s.left[k:], n+k
	}
	return len(p), nil
}
