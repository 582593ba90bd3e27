// Package census says who may vote and proves it. A proof is a pure fact about
// bytes: it names the root it leads to, and whether that root is the election's
// is asked elsewhere. So the costly half can be checked anywhere, in any order,
// and remembered.
package census

import (
	"encoding/hex"
	"fmt"
	"math"
)

// Origin tells what kind of list the voters are on. Values up to 4 are the
// wire's; BlindIssuer is 1000 there.
type Origin uint8

// The origins. IssuerSalted is known in order to be refused.
const (
	Tree         Origin = 1   // Merkle tree; treated as TreeWeighted
	TreeWeighted Origin = 2   // Merkle tree whose leaves carry weights
	Issuer       Origin = 3   // voters show an issuer's signature
	IssuerSalted Origin = 4   // the same with salted or blind signatures of the wire
	BlindIssuer  Origin = 100 // voters show RSA blind signatures (RFC 9474)
)

// blindOnWire is BlindIssuer on the wire and in the API.
const blindOnWire = 1000

// Wire is the origin's number on the wire and in the API.
func (o Origin) Wire() uint64 {
	if o == BlindIssuer {
		return blindOnWire
	}
	return uint64(o)
}

// FromWire is the origin that a number of the wire stands for. Numbers that no
// byte holds and BlindIssuer's own stand for none.
func FromWire(n uint64) (o Origin, ok bool) {
	switch {
	case n == blindOnWire:
		return BlindIssuer, true
	case n > math.MaxUint8 || n == uint64(BlindIssuer):
		return 0, false
	}
	return Origin(n), true
}

// IsTree tells whether a Merkle tree lists the voters.
func (o Origin) IsTree() bool { return o == Tree || o == TreeWeighted }

// String is the name that the HTTP API uses.
func (o Origin) String() string {
	switch o {
	case Tree:
		return "OFF_CHAIN_TREE"
	case TreeWeighted:
		return "OFF_CHAIN_TREE_WEIGHTED"
	case Issuer:
		return "OFF_CHAIN_CA"
	case IssuerSalted:
		return "OFF_CHAIN_CA_V2"
	case BlindIssuer:
		return "OFF_CHAIN_CA_BLIND"
	}
	return fmt.Sprintf("UNKNOWN_%d", uint8(o))
}

// Root commits to a census: the tree's root, IssuerRoot or ClassesRoot.
type Root [32]byte

// String is lower-case hex without a prefix.
func (r Root) String() string { return hex.EncodeToString(r[:]) }
