// Package census says who may vote and proves it. A proof is a pure fact about
// bytes: it names the root it leads to, and whether that root is the election's
// is asked elsewhere. So the costly half can be checked anywhere, in any order,
// and remembered.
package census

import (
	"encoding/hex"
	"fmt"
)

// Origin tells what kind of list the voters are on. Values are the wire's.
type Origin uint8

// The living origins. Only the Merkle ones are accepted so far.
const (
	Tree         Origin = 1 // Merkle tree; treated as TreeWeighted
	TreeWeighted Origin = 2 // Merkle tree whose leaves carry weights
	Issuer       Origin = 3 // credentials signed by an issuer
	IssuerSalted Origin = 4 // the same, bound to election and weight
)

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
	}
	return fmt.Sprintf("UNKNOWN_%d", uint8(o))
}

// Root commits to a census. For Merkle origins it is the tree's root.
type Root [32]byte

// String is lower-case hex without a prefix.
func (r Root) String() string { return hex.EncodeToString(r[:]) }
