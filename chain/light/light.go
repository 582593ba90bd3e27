// Package light checks what validators sign, for whoever runs no node: headers,
// validator sets and commits in canonical bytes, and proof documents that hang
// on them. Package follow below it is a light client.
//
// It promises that what it accepts follows from what its caller trusts, by the
// rules of docs/spec/proofs.md, and from nothing else; a refusal that is about
// evidence is a check.Failure with its number. It refuses bytes that have
// another canonical form. It knows no clock and no network.
package light

import "crypto/sha256"

// Hash is SHA-256, of a header, a set of validators, or a Merkle tree.
type Hash = [32]byte

// MerkleRoot is the Merkle tree hash of RFC 6962, section 2.1, over SHA-256.
// CometBFT hashes headers, validator sets and transactions with it.
func MerkleRoot(leaves [][]byte) Hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	left, right := MerkleRoot(leaves[:k]), MerkleRoot(leaves[k:])
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}
