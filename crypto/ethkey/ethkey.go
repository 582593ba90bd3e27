// Package ethkey holds account keys as Ethereum wallets know them: secp256k1
// keys, 20-byte addresses and the personal message signature (EIP-191, version
// 0x45). It is strict where wallets are lax: a signature is 65 bytes, its last
// byte 0, 1, 27 or 28, and its s in the lower half of the order, so that a
// message has one signature per nonce and key.
package ethkey

import (
	"crypto/ecdsa"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"
)

// AddressLen and SignatureLen are in bytes.
const (
	AddressLen   = 20
	SignatureLen = 65
)

// ErrSignature reports bytes that are not a signature by anybody.
var ErrSignature = errors.New("signature is not 65 bytes r, s, v with v in 0, 1, 27, 28 and a low s")

// Address is the last 20 bytes of the Keccak-256 hash of a public key.
type Address [AddressLen]byte

// String is lower-case hex without a prefix.
func (a Address) String() string { return hex.EncodeToString(a[:]) }

// IsZero tells whether a is the address of nobody.
func (a Address) IsZero() bool { return a == Address{} }

// ParseAddress reads 40 hex digits in any case, with or without 0x.
func ParseAddress(s string) (Address, error) {
	var a Address
	s = strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X")
	if len(s) != 2*AddressLen {
		return a, fmt.Errorf("address %q is not 40 hex digits", s)
	}
	if _, err := hex.Decode(a[:], []byte(s)); err != nil {
		return Address{}, fmt.Errorf("address %q is not hex", s)
	}
	return a, nil
}

// AddressFromBytes takes exactly 20 bytes.
func AddressFromBytes(b []byte) (Address, error) {
	if len(b) != AddressLen {
		return Address{}, fmt.Errorf("an address has 20 bytes, not %d", len(b))
	}
	return Address(b), nil
}

// Key is a private key.
type Key struct{ k *ecdsa.PrivateKey }

// Generate makes a new random key.
func Generate() (*Key, error) {
	k, err := crypto.GenerateKey()
	if err != nil {
		return nil, err
	}
	return &Key{k}, nil
}

// ParseKey reads 64 hex digits, with or without 0x.
func ParseKey(s string) (*Key, error) {
	k, err := crypto.HexToECDSA(strings.TrimPrefix(strings.TrimSpace(s), "0x"))
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	return &Key{k}, nil
}

// FromECDSA takes a key that another package made.
func FromECDSA(k *ecdsa.PrivateKey) (*Key, error) {
	return ParseKey(hex.EncodeToString(crypto.FromECDSA(k)))
}

// String names the key by its address, so that printing it tells no secret.
func (k *Key) String() string { return "key of " + k.Address().String() }

// GoString is String.
func (k *Key) GoString() string { return k.String() }

// Hex is the private key as 64 hex digits.
func (k *Key) Hex() string { return hex.EncodeToString(crypto.FromECDSA(k.k)) }

// ECDSA is the key as go-ethereum's own packages want it.
func (k *Key) ECDSA() *ecdsa.PrivateKey { return k.k }

// Address is the account of the key.
func (k *Key) Address() Address { return Address(crypto.PubkeyToAddress(k.k.PublicKey)) }

// PublicKey is the compressed public key, 33 bytes.
func (k *Key) PublicKey() []byte { return crypto.CompressPubkey(&k.k.PublicKey) }

// Sign signs text as a wallet's personal_sign does; v is 27 or 28.
func (k *Key) Sign(text []byte) ([]byte, error) {
	h := TextHash(text)
	sig, err := crypto.Sign(h[:], k.k)
	if err != nil {
		return nil, err
	}
	sig[64] += 27
	return sig, nil
}

// Recover returns the address that signed text. It does not change sig.
func Recover(text, sig []byte) (Address, error) {
	pub, err := recoverKey(text, sig)
	if err != nil {
		return Address{}, err
	}
	h := crypto.Keccak256(pub[1:])
	return Address(h[12:]), nil
}

// recoverKey returns the uncompressed public key, 65 bytes.
func recoverKey(text, sig []byte) ([]byte, error) {
	if len(sig) != SignatureLen {
		return nil, ErrSignature
	}
	var s [SignatureLen]byte
	copy(s[:], sig)
	switch s[64] {
	case 0, 1:
	case 27, 28:
		s[64] -= 27
	default:
		return nil, ErrSignature
	}
	if !lowS(s[32:64]) {
		return nil, ErrSignature
	}
	h := TextHash(text)
	pub, err := crypto.Ecrecover(h[:], s[:])
	if err != nil {
		return nil, ErrSignature
	}
	return pub, nil
}

// halfOrder is (n-1)/2 of secp256k1, big-endian (SEC 2, section 2.4.1).
var halfOrder = [32]byte{
	0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
}

func lowS(s []byte) bool { return string(s) <= string(halfOrder[:]) }

// PublicKeyLen is the length of a compressed public key, bytes.
const PublicKeyLen = 33

// ErrPublicKey reports bytes that are not a compressed point of the curve.
var ErrPublicKey = errors.New("not a compressed secp256k1 public key of 33 bytes")

// PublicKeyAddress is the address of a compressed public key.
func PublicKeyAddress(pub []byte) (Address, error) {
	if len(pub) != PublicKeyLen {
		return Address{}, ErrPublicKey
	}
	k, err := crypto.DecompressPubkey(pub)
	if err != nil {
		return Address{}, ErrPublicKey
	}
	return Address(crypto.PubkeyToAddress(*k)), nil
}

// TextHash is the hash that personal_sign signs (EIP-191):
// keccak256(0x19 "Ethereum Signed Message:\n" ‖ decimal length ‖ text).
func TextHash(text []byte) [32]byte {
	return Keccak256([]byte("\x19Ethereum Signed Message:\n"+strconv.Itoa(len(text))), text)
}

// Keccak256 hashes the concatenation of its arguments.
func Keccak256(parts ...[]byte) [32]byte { return [32]byte(crypto.Keccak256(parts...)) }

// Verify tells whether a signature of a hash is that of a compressed public
// key. It takes no signature but 65 bytes r, s, v with a low s, and the v of 0
// or 1 that leads back to the key.
func Verify(key [PublicKeyLen]byte, hash [32]byte, sig []byte) bool {
	signer, err := RecoverKey(hash, sig)
	return err == nil && signer == key
}

// RecoverKey returns the compressed public key whose signature of a hash this
// is, as Verify has it, for those who learn later whose it should be.
func RecoverKey(hash [32]byte, sig []byte) (key [PublicKeyLen]byte, err error) {
	if len(sig) != SignatureLen || sig[64] > 1 || !lowS(sig[32:64]) {
		return key, ErrSignature
	}
	pub, err := crypto.Ecrecover(hash[:], sig)
	if err != nil || len(pub) != 65 {
		return key, ErrSignature
	}
	key[0] = 2 | pub[64]&1
	copy(key[1:], pub[1:33])
	return key, nil
}
