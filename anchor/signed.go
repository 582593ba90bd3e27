package anchor

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Leaves is how many leaves a header has; none is longer than maxLeaf bytes.
const (
	Leaves  = 14
	maxLeaf = 1024
)

// Places of the leaves that the contract looks at.
const (
	leafHeight         = 2
	leafTime           = 3
	leafValidators     = 7
	leafNextValidators = 8
	leafApp            = 10
)

// Signed is a signed header as docs/spec/proofs.md describes it, in plain bytes.
type Signed struct {
	Leaves     [Leaves][]byte
	Round      uint32
	Parts      uint32
	PartsHash  [32]byte
	Slots      []Slot // one for each validator, in their order
	Validators []Validator
}

// Slot is a validator's place in a commit.
type Slot struct {
	Signed    bool   // for this block; otherwise absent, or for no block
	Seconds   uint64 // unix time of the vote
	Nanos     uint32
	Signature [65]byte // r, s, v with v 0 or 1
}

// Validator is a member of a set.
type Validator struct {
	Key   [33]byte // compressed
	Power uint64
}

// ParseLeaves reads a header in the bytes of docs/spec/proofs.md, section 1.
// What the leaves say is looked at when they are used.
func ParseLeaves(header []byte) (leaves [Leaves][]byte, err error) {
	rest := header
	for i := range leaves {
		length, n := binary.Uvarint(rest)
		if n <= 0 || n != len(binary.AppendUvarint(nil, length)) || length > maxLeaf || length > uint64(len(rest)-n) {
			return leaves, fmt.Errorf("anchor: leaf %d of a header: %w", i, errLeaf)
		}
		leaves[i] = rest[n : n+int(length)]
		rest = rest[n+int(length):]
	}
	if len(rest) != 0 {
		return leaves, fmt.Errorf("anchor: %d bytes follow a header", len(rest))
	}
	return leaves, nil
}

// Height is the height of the header.
func (s *Signed) Height() (uint64, error) {
	h, rest, err := field(s.Leaves[leafHeight], 1)
	if err == nil && len(rest) != 0 {
		err = errLeaf
	}
	if err != nil {
		return 0, fmt.Errorf("anchor: height of a header: %w", err)
	}
	return h, nil
}

// Time is the time of the header, in unix seconds and nanoseconds below a second.
func (s *Signed) Time() (seconds uint64, nanos uint32, err error) {
	seconds, rest, err := field(s.Leaves[leafTime], 1)
	fraction := uint64(0)
	if err == nil {
		fraction, rest, err = field(rest, 2)
	}
	if err == nil && (len(rest) != 0 || fraction >= 1e9) {
		err = errLeaf
	}
	if err != nil {
		return 0, 0, fmt.Errorf("anchor: time of a header: %w", err)
	}
	return seconds, uint32(fraction), nil
}

// AppHash is the root of the state after the block before.
func (s *Signed) AppHash() ([32]byte, error) { return s.hash(leafApp, "application hash") }

// Rotates tells whether another set signs the next block, so that the header
// must be anchored together with that set.
func (s *Signed) Rotates() (bool, error) {
	now, err := s.hash(leafValidators, "validators hash")
	if err != nil {
		return false, err
	}
	next, err := s.hash(leafNextValidators, "next validators hash")
	return now != next, err
}

// hash reads a leaf that is BytesValue{1: 32 bytes}.
func (s *Signed) hash(leaf int, what string) ([32]byte, error) {
	b := s.Leaves[leaf]
	if len(b) != 34 || b[0] != 0x0a || b[1] != 32 {
		return [32]byte{}, fmt.Errorf("anchor: %s of a header: %w", what, errLeaf)
	}
	return [32]byte(b[2:]), nil
}

var errLeaf = errors.New("the leaf is not as CometBFT writes it")

// field reads one varint field of a Protobuf message; it is 0 if it is left out.
func field(b []byte, number byte) (value uint64, rest []byte, err error) {
	if len(b) == 0 || b[0] != number<<3 {
		return 0, b, nil
	}
	value, n := binary.Uvarint(b[1:])
	if n <= 0 || value == 0 || value > 1<<62 || len(binary.AppendUvarint(nil, value)) != n {
		return 0, nil, errLeaf
	}
	return value, b[1+n:], nil
}
