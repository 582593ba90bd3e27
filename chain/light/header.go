package light

import (
	"encoding/hex"
	"strings"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/crypto/ethkey"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/tx"
)

// The leaves of a header, in the order in which CometBFT hashes them.
const (
	leafVersion = iota
	leafChainID
	leafHeight
	leafTime
	leafLastBlock
	leafLastCommit
	leafData
	leafValidators
	leafNextValidators
	leafConsensus
	leafApp
	leafLastResults
	leafEvidence
	leafProposer
	leaves
)

const maxLeafBytes = 1024

// Header is a block's header. It is made by HeaderOf or ParseHeader and not
// changed afterwards.
type Header struct {
	BlockVersion, AppVersion uint64
	ChainID                  string
	Height                   int64
	Time                     time.Time // UTC
	LastHash                 Hash      // of the block before; zero at height 1
	LastParts                uint32
	LastPartsHash            Hash
	LastCommitHash           Hash
	DataHash                 Hash // MerkleRoot of the SHA-256 hashes of the transactions
	ValidatorsHash           Hash
	NextValidatorsHash       Hash
	ConsensusHash            Hash
	AppHash                  Hash // root of the state after the block before
	LastResultsHash          Hash
	EvidenceHash             Hash
	Proposer                 ethkey.Address

	leaves [leaves][]byte
	hash   Hash
}

// HeaderOf takes a header of CometBFT. It refuses one that a chain of ours
// cannot have, such as one without an application hash.
func HeaderOf(h *cmttypes.Header) (*Header, error) {
	if h == nil {
		return nil, check.Fail(check.Frame, "there is no header")
	}
	var l [leaves][]byte
	l[leafVersion] = encode(func(m *message) {
		m.varint(1, h.Version.Block)
		m.varint(2, h.Version.App)
	})
	l[leafChainID] = encode(func(m *message) { m.bytes(1, []byte(h.ChainID)) })
	l[leafHeight] = encode(func(m *message) { m.varint(1, uint64(h.Height)) })
	l[leafTime] = timestamp(h.Time)
	l[leafLastBlock] = encode(func(m *message) {
		m.bytes(1, h.LastBlockID.Hash)
		m.message(2, encode(func(m *message) {
			m.varint(1, uint64(h.LastBlockID.PartSetHeader.Total))
			m.bytes(2, h.LastBlockID.PartSetHeader.Hash)
		}))
	})
	for i, p := range [][]byte{
		h.LastCommitHash, h.DataHash, h.ValidatorsHash, h.NextValidatorsHash, h.ConsensusHash,
		h.AppHash, h.LastResultsHash, h.EvidenceHash, h.ProposerAddress,
	} {
		l[leafLastCommit+i] = encode(func(m *message) { m.bytes(1, p) })
	}
	return headerOfLeaves(l)
}

// ParseHeader reads what Encode wrote.
func ParseHeader(b []byte) (*Header, error) {
	r := codec.NewReader(append([]byte(nil), b...))
	var l [leaves][]byte
	for i := range l {
		l[i] = r.Bytes(maxLeafBytes)
	}
	if err := r.Done(); err != nil {
		return nil, check.Fail(check.Frame, "header: %v", err)
	}
	return headerOfLeaves(l)
}

// Encode writes the header as proofs.md section 1 has it.
func (h *Header) Encode() []byte {
	w := codec.Writer{B: make([]byte, 0, 512)}
	for _, leaf := range h.leaves {
		w.Bytes(leaf)
	}
	return w.B
}

// Hash is the hash of the block.
func (h *Header) Hash() Hash { return h.hash }

// headerOfLeaves reads the leaves, which it keeps.
func headerOfLeaves(l [leaves][]byte) (*Header, error) {
	h := &Header{leaves: l}
	bad := -1
	leaf := func(i int, read func(f *fields)) {
		f := &fields{b: l[i]}
		if read(f); !f.done() && bad < 0 {
			bad = i
		}
	}
	leaf(leafVersion, func(f *fields) { h.BlockVersion, h.AppVersion = f.varint(1), f.varint(2) })
	leaf(leafChainID, func(f *fields) {
		h.ChainID = string(f.bytes(1))
		f.bad = f.bad || !goodChainID(h.ChainID)
	})
	leaf(leafHeight, func(f *fields) {
		h.Height = int64(f.varint(1))
		f.bad = f.bad || h.Height < 1
	})
	leaf(leafTime, func(f *fields) {
		s, ns := f.varint(1), f.varint(2)
		f.bad = f.bad || s > tx.MaxTime || ns >= uint64(time.Second)
		h.Time = time.Unix(int64(s), int64(ns)).UTC()
	})
	leaf(leafLastBlock, func(f *fields) {
		first := h.Height == 1
		h.LastHash = f.hash(1, first)
		parts := fields{b: f.message(2)}
		n := parts.varint(1)
		h.LastParts, h.LastPartsHash = uint32(n), parts.hash(2, first)
		f.bad = f.bad || !parts.done() || n > maxParts || (n == 0) != first
	})
	for i, hash := range []*Hash{
		&h.LastCommitHash, &h.DataHash, &h.ValidatorsHash, &h.NextValidatorsHash, &h.ConsensusHash,
		&h.AppHash, &h.LastResultsHash, &h.EvidenceHash,
	} {
		leaf(leafLastCommit+i, func(f *fields) { *hash = f.hash(1, false) })
	}
	leaf(leafProposer, func(f *fields) {
		p := f.bytes(1)
		f.bad = f.bad || copy(h.Proposer[:], p) != len(h.Proposer) || len(p) != len(h.Proposer)
	})
	if bad >= 0 {
		return nil, check.Fail(check.Frame, "leaf %d of a header is %s", bad, hex.EncodeToString(l[bad]))
	}
	h.hash = MerkleRoot(l[:])
	return h, nil
}

// hash reads 32 bytes that are there exactly if they may not be missing.
func (f *fields) hash(field int, missing bool) (h Hash) {
	p := f.bytes(field)
	f.bad = f.bad || len(p) != 0 == missing || (len(p) != 0 && len(p) != len(h))
	copy(h[:], p)
	return h
}

// goodChainID tells whether a name is one that every text can carry.
func goodChainID(id string) bool {
	return id != "" && len(id) <= tx.MaxChainIDBytes &&
		strings.IndexFunc(id, func(c rune) bool { return c < ' ' || c > '~' || strings.ContainsRune(`"\<>&`, c) }) < 0
}

// timestamp encodes a moment that is not before 1970.
func timestamp(t time.Time) []byte { return timestampOf(uint64(t.Unix()), uint32(t.Nanosecond())) }

func timestampOf(seconds uint64, nanos uint32) []byte {
	return encode(func(m *message) {
		m.varint(1, seconds)
		m.varint(2, uint64(nanos))
	})
}

func encode(write func(*message)) []byte {
	m := message{}
	write(&m)
	return m.b
}
