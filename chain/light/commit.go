package light

import (
	"encoding/binary"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/crypto/ethkey"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/tx"
)

const (
	maxRound = 1<<31 - 1
	maxParts = 1<<31 - 1

	precommit = 2 // type of the vote that a commit is made of
)

// Commit is what makes a block final: the signatures of those validators who
// signed for it. Whoever signed for no block has an empty slot.
type Commit struct {
	Round     uint32
	Parts     uint32 // of the block, as it was gossiped
	PartsHash Hash
	Slots     []Slot // one for each validator of the header's set, in its order
}

// Slot is a validator's part in a commit.
type Slot struct {
	Signed    bool
	Seconds   uint64 // unix time that the validator signed
	Nanos     uint32
	Signature [ethkey.SignatureLen]byte // r, s, v with v 0 or 1
}

// CommitOf takes a commit of CometBFT's for the block with this hash.
func CommitOf(c *cmttypes.Commit, block Hash) (*Commit, error) {
	if c == nil {
		return nil, check.Fail(check.Frame, "there is no commit")
	}
	if string(c.BlockID.Hash) != string(block[:]) {
		return nil, check.Fail(check.Commits, "the commit is for block %x, not %x", []byte(c.BlockID.Hash), block)
	}
	parts := c.BlockID.PartSetHeader
	if c.Round < 0 || parts.Total > maxParts || len(parts.Hash) != len(Hash{}) || len(c.Signatures) > maxValidators {
		return nil, check.Fail(check.Frame, "a commit of round %d with %d parts, a hash of %d bytes and %d signatures",
			c.Round, parts.Total, len(parts.Hash), len(c.Signatures))
	}
	out := &Commit{Round: uint32(c.Round), Parts: parts.Total, PartsHash: Hash(parts.Hash), Slots: make([]Slot, len(c.Signatures))}
	for i, s := range c.Signatures {
		if s.BlockIDFlag != cmttypes.BlockIDFlagCommit {
			continue
		}
		at := s.Timestamp.Unix()
		if len(s.Signature) != ethkey.SignatureLen || at < 0 || at > tx.MaxTime {
			return nil, check.Fail(check.Commits, "the signature of validator %d has %d bytes and is of %s", i, len(s.Signature), s.Timestamp)
		}
		out.Slots[i] = Slot{
			Signed: true, Seconds: uint64(at), Nanos: uint32(s.Timestamp.Nanosecond()),
			Signature: [ethkey.SignatureLen]byte(s.Signature),
		}
	}
	return out, nil
}

// ParseCommit reads what Encode wrote.
func ParseCommit(b []byte) (*Commit, error) {
	r := codec.NewReader(b)
	round, parts := r.Uvarint(), r.Uvarint()
	if round > maxRound || parts > maxParts {
		r.Fail()
	}
	c := &Commit{Round: uint32(round), Parts: uint32(parts)}
	r.Into(c.PartsHash[:])
	n := r.Uvarint()
	if n > maxValidators || n > uint64(r.Len()) {
		return nil, check.Fail(check.Frame, "a commit with %d slots", n)
	}
	c.Slots = make([]Slot, n)
	for i := range c.Slots {
		s := &c.Slots[i]
		if s.Signed = r.Bool(); !s.Signed {
			continue
		}
		s.Seconds = r.Uvarint()
		nanos := r.Uvarint()
		if s.Seconds > tx.MaxTime || nanos >= uint64(time.Second) {
			r.Fail()
		}
		s.Nanos = uint32(nanos)
		r.Into(s.Signature[:])
	}
	if err := r.Done(); err != nil {
		return nil, check.Fail(check.Frame, "commit: %v", err)
	}
	return c, nil
}

// Encode writes the commit as proofs.md section 3 has it.
func (c *Commit) Encode() []byte {
	w := codec.Writer{B: make([]byte, 0, 64+len(c.Slots)*80)}
	w.Uvarint(uint64(c.Round))
	w.Uvarint(uint64(c.Parts))
	w.Fixed(c.PartsHash[:])
	w.Uvarint(uint64(len(c.Slots)))
	for i := range c.Slots {
		s := &c.Slots[i]
		if w.Bool(s.Signed); s.Signed {
			w.Uvarint(s.Seconds)
			w.Uvarint(uint64(s.Nanos))
			w.Fixed(s.Signature[:])
		}
	}
	return w.B
}

// message is what the validator of a slot signed: its precommit for the header.
func (c *Commit) message(h *Header, s *Slot) []byte {
	body := encode(func(m *message) {
		m.varint(1, precommit)
		m.fixed64(2, uint64(h.Height))
		m.fixed64(3, uint64(c.Round))
		m.message(4, encode(func(m *message) {
			m.bytes(1, h.hash[:])
			m.message(2, encode(func(m *message) {
				m.varint(1, uint64(c.Parts))
				m.bytes(2, c.PartsHash[:])
			}))
		}))
		m.message(5, timestampOf(s.Seconds, s.Nanos))
		m.bytes(6, []byte(h.ChainID))
	})
	return append(binary.AppendUvarint(make([]byte, 0, len(body)+2), uint64(len(body))), body...)
}

// signedBy tells whether the signature in a slot is that of a key.
func (c *Commit) signedBy(h *Header, s *Slot, key [33]byte) bool {
	return ethkey.Verify(key, ethkey.Keccak256(c.message(h, s)), s.Signature[:])
}
