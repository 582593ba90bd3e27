package anchor

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	ics23 "github.com/cosmos/ics23/go"

	"urna/anchor/contract"
)

// maxProof bounds an ICS-23 proof in bytes, and maxSteps a path in it.
const (
	maxProof = 64 << 10
	maxSteps = 128
)

// ErrProof says that a proof does not show what it should.
var ErrProof = errors.New("anchor: the proof does not show this")

// Existence shows that a record is in the state, in the words of the contracts.
type Existence struct {
	Version uint64 // height that wrote the record
	Path    []byte // from its leaf to the root: n × ( length of head 1 ‖ head ‖ sibling 32 )
}

// NewExistence takes an ICS-23 proof that a key has a value under a root. It
// refuses one that does not show this.
func NewExistence(root [32]byte, key, value, proof []byte) (Existence, error) {
	p, err := parseProof(proof)
	if err != nil {
		return Existence{}, err
	}
	e := p.GetExist()
	if e == nil || !bytes.Equal(e.Key, key) || !bytes.Equal(e.Value, value) {
		return Existence{}, fmt.Errorf("%w: it is about something else", ErrProof)
	}
	hash, version, steps, err := existence(e)
	if err != nil {
		return Existence{}, err
	}
	for _, s := range steps {
		hash = s.above(hash)
	}
	if hash != root {
		return Existence{}, fmt.Errorf("%w: it leads to %x, not %x", ErrProof, hash, root)
	}
	return Existence{Version: version, Path: pack(steps)}, nil
}

// NewAbsence takes an ICS-23 proof that a key has no value under a root. It
// refuses one that does not show this.
func NewAbsence(root [32]byte, key, proof []byte) (contract.IavlAbsence, error) {
	var out contract.IavlAbsence
	p, err := parseProof(proof)
	if err != nil {
		return out, err
	}
	n := p.GetNonexist()
	if n == nil || !bytes.Equal(n.Key, key) || n.Left == nil && n.Right == nil {
		return out, fmt.Errorf("%w: it is about something else", ErrProof)
	}
	var left, right, common []step
	var hash, leftHash, rightHash [32]byte
	if n.Left != nil {
		if bytes.Compare(n.Left.Key, key) >= 0 {
			return out, fmt.Errorf("%w: the neighbour on the left is not before the key", ErrProof)
		}
		if leftHash, out.Left.Version, left, err = existence(n.Left); err != nil {
			return out, err
		}
		out.Left.Key, out.Left.ValueHash = n.Left.Key, sha256.Sum256(n.Left.Value)
		hash = leftHash
	}
	if n.Right != nil {
		if bytes.Compare(key, n.Right.Key) >= 0 {
			return out, fmt.Errorf("%w: the neighbour on the right is not after the key", ErrProof)
		}
		if rightHash, out.Right.Version, right, err = existence(n.Right); err != nil {
			return out, err
		}
		out.Right.Key, out.Right.ValueHash = n.Right.Key, sha256.Sum256(n.Right.Value)
		hash = rightHash
	}
	if n.Left != nil && n.Right != nil {
		// From the root down the paths are one, until they part in the node in
		// which the neighbours meet.
		for len(left) > 0 && len(right) > 0 && left[len(left)-1].equal(right[len(right)-1]) {
			common = append([]step{left[len(left)-1]}, common...)
			left, right = left[:len(left)-1], right[:len(right)-1]
		}
		if len(left) == 0 || len(right) == 0 || left[len(left)-1].left || !right[len(right)-1].left {
			return out, fmt.Errorf("%w: the neighbours do not meet", ErrProof)
		}
		out.Meeting = left[len(left)-1].head
		left, right = left[:len(left)-1], right[:len(right)-1]
		for _, s := range left {
			leftHash = s.above(leftHash)
		}
		for _, s := range right {
			rightHash = s.above(rightHash)
		}
		hash = step{head: out.Meeting, sibling: rightHash}.above(leftHash)
	} else {
		for _, s := range append(append([]step(nil), left...), right...) {
			hash = s.above(hash)
		}
	}
	for _, s := range left {
		if !s.left {
			return out, fmt.Errorf("%w: something stands between the left neighbour and the key", ErrProof)
		}
	}
	for _, s := range right {
		if s.left {
			return out, fmt.Errorf("%w: something stands between the key and the right neighbour", ErrProof)
		}
	}
	for _, s := range common {
		hash = s.above(hash)
	}
	if hash != root {
		return out, fmt.Errorf("%w: it leads to %x, not %x", ErrProof, hash, root)
	}
	out.LeftPath, out.RightPath, out.Path = pack(left), pack(right), pack(common)
	return out, nil
}

func parseProof(proof []byte) (*ics23.CommitmentProof, error) {
	if len(proof) > maxProof {
		return nil, fmt.Errorf("%w: it has %d bytes", ErrProof, len(proof))
	}
	p := &ics23.CommitmentProof{}
	if err := p.Unmarshal(proof); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProof, err)
	}
	return p, nil
}

// step is a node of the tree as one of its children sees it.
type step struct {
	head    []byte // height, size and version, as varints
	sibling [32]byte
	left    bool // the sibling is on the left
}

// above is the hash of the node.
func (s step) above(child [32]byte) [32]byte {
	left, right := child, s.sibling
	if s.left {
		left, right = right, left
	}
	b := append(append([]byte(nil), s.head...), 32)
	b = append(append(b, left[:]...), 32)
	return sha256.Sum256(append(b, right[:]...))
}

func (s step) equal(o step) bool {
	return s.left == o.left && s.sibling == o.sibling && bytes.Equal(s.head, o.head)
}

func pack(steps []step) []byte {
	out := []byte{}
	for _, s := range steps {
		first := byte(len(s.head))
		if s.left {
			first += 128
		}
		out = append(append(out, first), s.head...)
		out = append(out, s.sibling[:]...)
	}
	return out
}

// existence takes a leaf and its path apart, under the IAVL specification of
// ICS-23.
func existence(e *ics23.ExistenceProof) (leaf [32]byte, version uint64, steps []step, err error) {
	if e.Leaf == nil || len(e.Key) == 0 || len(e.Key) > 127 || len(e.Path) > maxSteps {
		return leaf, 0, nil, fmt.Errorf("%w: its leaf is malformed", ErrProof)
	}
	// Height 0, size 1 and the version, as signed varints.
	prefix, ok := bytes.CutPrefix(e.Leaf.Prefix, []byte{0, 2})
	doubled, n := binary.Uvarint(prefix)
	if !ok || n != len(prefix) || n <= 0 || doubled%2 != 0 || len(binary.AppendUvarint(nil, doubled)) != n {
		return leaf, 0, nil, fmt.Errorf("%w: its leaf is malformed", ErrProof)
	}
	value := sha256.Sum256(e.Value)
	b := append(append([]byte(nil), e.Leaf.Prefix...), byte(len(e.Key)))
	b = append(append(b, e.Key...), 32)
	leaf = sha256.Sum256(append(b, value[:]...))
	for _, op := range e.Path {
		s, err := newStep(op)
		if err != nil {
			return leaf, 0, nil, err
		}
		steps = append(steps, s)
	}
	return leaf, doubled / 2, steps, nil
}

// newStep finds head and sibling in what stands before and after a child.
func newStep(op *ics23.InnerOp) (s step, err error) {
	before, ok := bytes.CutSuffix(op.GetPrefix(), []byte{32})
	after := op.GetSuffix()
	switch {
	case ok && len(after) == 33 && after[0] == 32:
		s.head, s.sibling = before, [32]byte(after[1:])
	case ok && len(after) == 0 && len(before) > 33 && before[len(before)-33] == 32:
		s.head, s.sibling, s.left = before[:len(before)-33], [32]byte(before[len(before)-32:]), true
	}
	if len(s.head) == 0 || len(s.head) > 30 || s.head[0] == 0 {
		return s, fmt.Errorf("%w: a step of its path is no node", ErrProof)
	}
	return s, nil
}
