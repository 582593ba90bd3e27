package census

import (
	"github.com/holiman/uint256"

	"urna/crypto/ethkey"
)

// MaxWeightLen is the length of the longest weight that an issuer may give,
// bytes: weights are below 2^128.
const MaxWeightLen = 16

// IssuerRoot is the root of a census whose voters show signatures of one
// account key: twelve zero bytes and the key's address.
func IssuerRoot(key ethkey.Address) (r Root) {
	copy(r[len(r)-len(key):], key[:])
	return r
}

// Signed shows that an issuer vouches for a voter. The issuer sees for whom.
type Signed struct {
	Election  [32]byte       // what the issuer wrote down
	Voter     ethkey.Address // the same
	Weight    []byte         // big-endian without zeros in front; empty for 1
	Signature []byte         // personal signature over the three, as the wire encodes them
}

// Prove returns the root and the weight of the vote. message is the encoding
// of what was signed. An error wraps ErrProof.
func (p *Signed) Prove(message []byte, election [32]byte, voter ethkey.Address) (Root, uint256.Int, error) {
	var none uint256.Int
	switch {
	case p.Election != election:
		return Root{}, none, malformed("the issuer signed for election %x, the vote is for %x", p.Election, election)
	case p.Voter != voter:
		return Root{}, none, malformed("the issuer signed for voter %s, the vote is signed by %s", p.Voter, voter)
	}
	weight := *uint256.NewInt(1)
	if len(p.Weight) > 0 {
		var ok bool
		if weight, ok = bigEndian(p.Weight); !ok {
			return Root{}, none, malformed("the weight is not in its shortest form")
		}
	}
	issuer, err := ethkey.Recover(message, p.Signature)
	if err != nil {
		return Root{}, none, malformed("the issuer's signature: %v", err)
	}
	return IssuerRoot(issuer), weight, nil
}

// bigEndian reads a weight in its shortest form, which is above zero and below
// 2^128.
func bigEndian(b []byte) (v uint256.Int, ok bool) {
	if len(b) == 0 || len(b) > MaxWeightLen || b[0] == 0 {
		return v, false
	}
	v.SetBytes(b)
	return v, true
}
