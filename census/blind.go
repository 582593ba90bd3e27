package census

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"math/big"

	"github.com/holiman/uint256"

	"urna/crypto/ethkey"
)

// The keys and signatures of blind credentials: RSABSSA-SHA384-PSS-Deterministic
// of RFC 9474 with 3072 bits and the public exponent 65537.
const (
	ClassKeyLen   = 384 // modulus, big-endian
	CredentialLen = 384
	MaxClasses    = 32 // a class for each power of two is enough to compose any weight

	saltLen       = 48 // of PSS: as long as SHA-384
	classExponent = 65537
)

// KeyHash names the key of a class: the SHA-256 of its modulus.
type KeyHash [32]byte

// Class is a group of voters of one weight, whose credentials one key signs.
type Class struct {
	Weight []byte // big-endian without zeros in front
	Key    []byte // modulus
}

// Hash names the key.
func (c *Class) Hash() KeyHash { return sha256.Sum256(c.Key) }

// Amount is the weight as a number, if it is in its shortest form, above zero
// and below 2^128.
func (c *Class) Amount() (w uint256.Int, ok bool) { return bigEndian(c.Weight) }

// CheckClasses checks the classes of an election: at least one, in ascending
// order of weight, each with a key of its own that is a possible modulus.
func CheckClasses(classes []Class) error {
	if len(classes) == 0 || len(classes) > MaxClasses {
		return fmt.Errorf("%d weight classes are not between 1 and %d", len(classes), MaxClasses)
	}
	seen := make(map[KeyHash]bool, len(classes))
	var last uint256.Int
	for i := range classes {
		c := &classes[i]
		w, ok := c.Amount()
		switch {
		case !ok:
			return fmt.Errorf("the weight of class %d is not in its shortest form", i)
		case !w.Gt(&last):
			return fmt.Errorf("the weight of class %d, %s, is not above the one before", i, w.Dec())
		case !possibleModulus(c.Key):
			return fmt.Errorf("the key of weight %s is not an odd number of %d bits", w.Dec(), 8*ClassKeyLen)
		case seen[c.Hash()]:
			return fmt.Errorf("the key of weight %s is another class's", w.Dec())
		}
		seen[c.Hash()], last = true, w
	}
	return nil
}

// possibleModulus tells whether the bytes have the form of a modulus. Whether
// it is the product of two primes only its owner knows.
func possibleModulus(n []byte) bool {
	return len(n) == ClassKeyLen && n[0]&0x80 != 0 && n[ClassKeyLen-1]&1 == 1
}

// ClassesRoot is the root of a census of blind credentials: the SHA-256 of
// each class's weight in 32 bytes, big-endian, and hash of its key.
func ClassesRoot(classes []Class) Root {
	h := sha256.New()
	for i := range classes {
		w, _ := classes[i].Amount()
		weight, key := w.Bytes32(), classes[i].Hash()
		h.Write(weight[:])
		h.Write(key[:])
	}
	return Root(h.Sum(nil))
}

// Blind is a credential: the issuer of a class has signed the voter's key
// without seeing it. It carries the key of the class, so that it can be checked
// by itself; whether the election has that class is asked elsewhere.
type Blind struct {
	Class
	Signature []byte
}

// credentialText begins what an issuer signs blindly.
const credentialText = "urna/credential/1"

// CredentialMessage is what the issuer of a class signs for a voter's fresh
// key: the text "urna/credential/1", the length of the chain's name in one
// byte and the name, the election, the weight in 32 bytes, big-endian, and the
// address of the key.
func CredentialMessage(chainID string, election [32]byte, weight *uint256.Int, voter ethkey.Address) []byte {
	b := append(make([]byte, 0, 160), credentialText...)
	b = append(append(b, byte(len(chainID))), chainID...)
	b = append(b, election[:]...)
	w := weight.Bytes32()
	return append(append(b, w[:]...), voter[:]...)
}

// Prove returns the hash of the key that signed, and the weight of the vote.
// An error wraps ErrProof.
func (p *Blind) Prove(chainID string, election [32]byte, voter ethkey.Address) (KeyHash, uint256.Int, error) {
	weight, ok := p.Amount()
	if !ok {
		return KeyHash{}, weight, malformed("the weight of the class is not in its shortest form")
	}
	if !possibleModulus(p.Key) {
		return KeyHash{}, weight, malformed("the key of the class is not an odd number of %d bits", 8*ClassKeyLen)
	}
	digest := sha512.Sum384(CredentialMessage(chainID, election, &weight, voter))
	err := rsa.VerifyPSS(p.PublicKey(), crypto.SHA384, digest[:], p.Signature, &rsa.PSSOptions{SaltLength: saltLen})
	if err != nil {
		return KeyHash{}, weight, malformed("the key of the class has not signed for voter %s", voter)
	}
	return p.Hash(), weight, nil
}

// PublicKey is the key of the class.
func (c *Class) PublicKey() *rsa.PublicKey {
	return &rsa.PublicKey{N: new(big.Int).SetBytes(c.Key), E: classExponent}
}
