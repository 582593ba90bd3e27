// Package census says who may vote and proves it. A proof is a pure fact about
// bytes: it names the root it leads to, and whether that root is the election's
// is asked elsewhere. So the costly half can be checked anywhere, in any order,
// and remembered.
package census

import (
	"encoding/hex"
	"fmt"
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
