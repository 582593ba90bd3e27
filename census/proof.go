package census

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/holiman/uint256"
	"golang.org/x/crypto/blake2b"

	"urna/crypto/ethkey"
)

// The shape of a census tree and of its proofs.
const (
	Levels    = 160 // a leaf's path is its key's bits
	KeyLen    = Levels / 8
	WeightLen = 32 // of a leaf's value; only the lower half may be used

	nodeLen   = 32
	headerLen = 4 // two lengths of two bytes each
)

// Errors of MerkleProof.Prove.
var (
	// ErrProof reports a proof that no census tree would give out.
	ErrProof = errors.New("malformed census proof")
	// ErrProofType reports a proof made with another hash than BLAKE2b-256.
	ErrProofType = errors.New("census proof is not of type BLAKE2B")
)

// Proof types and key types of the wire.
const (
	TypeBlake2b = 0

	KeyUndefined = 0
	KeyAddress   = 1
)

// Key is the place of a voter in a census tree.
type Key [KeyLen]byte

// KeyOf is the key of a voter: the first 20 bytes of BLAKE2b-256 of the
// address.
func KeyOf(voter ethkey.Address) Key {
	h := blake2b.Sum256(voter[:])
	return Key(h[:KeyLen])
}

// Bit is the direction that the key's path takes below the given level: bits
// count from the least significant one of the first byte; 1 is right.
func (k *Key) Bit(level int) byte { return k[level/8] >> (level % 8) & 1 }

// LeafHash is the hash of a leaf: BLAKE2b-256(key ‖ value ‖ 0x01), where the
// value is the weight in 32 bytes, little-endian.
func LeafHash(key Key, value [WeightLen]byte) [32]byte {
	var leaf [KeyLen + WeightLen + 1]byte
	copy(leaf[:], key[:])
	copy(leaf[KeyLen:], value[:])
	leaf[KeyLen+WeightLen] = 1
	return blake2b.Sum256(leaf[:])
}

// InnerHash is the hash of an inner node: BLAKE2b-256(left ‖ right). An empty
// subtree's hash is 32 zero bytes; a subtree of one leaf is that leaf.
func InnerHash(left, right *[32]byte) [32]byte {
	var node [2 * nodeLen]byte
	copy(node[:], left[:])
	copy(node[nodeLen:], right[:])
	return blake2b.Sum256(node[:])
}

// MerkleProof shows that a voter is a leaf of a census tree. Its fields are
// those of the wire.
type MerkleProof struct {
	Type            uint32 // TypeBlake2b
	Siblings        []byte // packed, see Prove
	AvailableWeight []byte // the leaf's value: 32 bytes, little-endian
	KeyType         uint32 // KeyUndefined and KeyAddress mean the same
	VoteWeight      []byte // how much of it the vote uses, little-endian; empty for all
}

// Prove returns the root that the proof leads to for this voter, and the
// weight of the vote, which is above zero and below 2^128. It accepts one
// encoding only of a path:
//
//	total length, bytes     u16 little-endian
//	bitmap length, bytes    u16 little-endian
//	bitmap                  bit i, least significant first: a sibling below level i
//	siblings                32 bytes each, none zero, from the root down
//
// where the highest bit of the bitmap stands for the leaf's own sibling, so
// that the last byte is not zero. A census of one voter has the empty bitmap.
// An error wraps ErrProof or is ErrProofType.
func (p MerkleProof) Prove(voter ethkey.Address) (Root, uint256.Int, error) {
	var none uint256.Int
	if p.Type != TypeBlake2b {
		return Root{}, none, ErrProofType
	}
	if p.KeyType > KeyAddress {
		return Root{}, none, malformed("key type %d", p.KeyType)
	}
	if len(p.AvailableWeight) != WeightLen {
		return Root{}, none, malformed("available weight has %d bytes, not %d", len(p.AvailableWeight), WeightLen)
	}
	available, ok := littleEndian(p.AvailableWeight)
	if !ok {
		return Root{}, none, malformed("available weight is zero or not below 2^128")
	}
	weight := available
	if len(p.VoteWeight) > 0 {
		if weight, ok = littleEndian(p.VoteWeight); !ok || weight.Gt(&available) {
			return Root{}, none, malformed("vote weight is not between 1 and the available weight")
		}
	}
	bitmap, siblings, err := unpack(p.Siblings)
	if err != nil {
		return Root{}, none, err
	}
	key := KeyOf(voter)
	return climb(key, [WeightLen]byte(p.AvailableWeight), bitmap, siblings), weight, nil
}

// unpack splits packed siblings and checks that they are in canonical form.
func unpack(packed []byte) (bitmap, siblings []byte, err error) {
	if len(packed) < headerLen || int(binary.LittleEndian.Uint16(packed)) != len(packed) {
		return nil, nil, malformed("siblings do not have the length they state")
	}
	n := int(binary.LittleEndian.Uint16(packed[2:]))
	if n > KeyLen || headerLen+n > len(packed) {
		return nil, nil, malformed("bitmap of %d bytes", n)
	}
	bitmap, siblings = packed[headerLen:headerLen+n], packed[headerLen+n:]
	if n > 0 && bitmap[n-1] == 0 {
		return nil, nil, malformed("bitmap ends in a zero byte")
	}
	count := 0
	for _, b := range bitmap {
		count += bits.OnesCount8(b)
	}
	if len(siblings) != count*nodeLen {
		return nil, nil, malformed("bitmap tells of %d siblings, %d bytes are there", count, len(siblings))
	}
	for i := 0; i < len(siblings); i += nodeLen {
		if [nodeLen]byte(siblings[i:i+nodeLen]) == ([nodeLen]byte{}) {
			return nil, nil, malformed("a sibling is zero")
		}
	}
	return bitmap, siblings, nil
}

// climb hashes from the leaf to the root.
func climb(key Key, value [WeightLen]byte, bitmap, siblings []byte) Root {
	node := LeafHash(key, value)
	depth := 0
	if n := len(bitmap); n > 0 {
		depth = 8*(n-1) + bits.Len8(bitmap[n-1])
	}
	for level := depth - 1; level >= 0; level-- {
		var sibling [nodeLen]byte
		if bitmap[level/8]>>(level%8)&1 == 1 {
			end := len(siblings)
			copy(sibling[:], siblings[end-nodeLen:])
			siblings = siblings[:end-nodeLen]
		}
		if key.Bit(level) == 1 {
			node = InnerHash(&sibling, &node)
		} else {
			node = InnerHash(&node, &sibling)
		}
	}
	return Root(node)
}

// littleEndian reads up to 32 bytes and reports whether 0 < v < 2^128.
func littleEndian(b []byte) (v uint256.Int, ok bool) {
	if len(b) > WeightLen {
		return v, false
	}
	var full [WeightLen]byte
	copy(full[:], b)
	for i := range v {
		v[i] = binary.LittleEndian.Uint64(full[8*i:])
	}
	return v, v[2]|v[3] == 0 && !v.IsZero()
}

// WeightValue is the value of a leaf with this weight.
func WeightValue(w *uint256.Int) (value [WeightLen]byte) {
	for i, limb := range w {
		binary.LittleEndian.PutUint64(value[8*i:], limb)
	}
	return value
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrProof}, args...)...)
}
