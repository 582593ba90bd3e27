// Package election says what an election is: its settings, its life cycle and
// when it accepts what. It holds no state and reads no clock; the caller brings
// both.
package election

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
)

// ID names an election on every chain: see NewID.
type ID [32]byte

// String is lower-case hex without a prefix.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// ParseID reads 64 hex digits in any case, with or without 0x.
func ParseID(s string) (ID, error) {
	var id ID
	s = strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X")
	if len(s) != 64 {
		return id, fmt.Errorf("election id %q is not 64 hex digits", s)
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return ID{}, fmt.Errorf("election id %q is not hex", s)
	}
	return id, nil
}

// Mode is how ballots travel and are counted. Its bits appear in the ID.
type Mode struct {
	Anonymous bool
	Encrypted bool
}

// NewID computes the ID of an organisation's election number index: the first
// six bytes of keccak256(chain id), the organisation's address, the census
// origin, the mode bits and the index, big-endian.
func NewID(chainID string, org ethkey.Address, origin census.Origin, m Mode, r ballot.Rules, index uint32) ID {
	var id ID
	h := ethkey.Keccak256([]byte(chainID))
	copy(id[:6], h[:6])
	copy(id[6:26], org[:])
	id[26] = byte(origin)
	id[27] = modeBits(m, r)
	binary.BigEndian.PutUint32(id[28:], index)
	return id
}

func modeBits(m Mode, r ballot.Rules) (b byte) {
	for i, on := range []bool{false, m.Anonymous, m.Encrypted, r.UniqueValues, r.CostFromWeight} {
		if on {
			b |= 1 << i
		}
	}
	return b
}

// Nullifier names the one vote that a voter may have in an election.
type Nullifier [32]byte

// String is lower-case hex without a prefix.
func (n Nullifier) String() string { return hex.EncodeToString(n[:]) }

// SignedNullifier is the nullifier of a vote whose voter signs it with an
// account key: keccak256(address ‖ election id).
func SignedNullifier(voter ethkey.Address, id ID) Nullifier {
	return Nullifier(ethkey.Keccak256(voter[:], id[:]))
}

// Status is a stage of an election's life. Its values are stored and proved.
type Status uint8

// The stages. Failed is ours: an election whose scheduled work could not be
// carried out, with a reason; it never stops a block.
const (
	Ready    Status = 1
	Ended    Status = 2
	Canceled Status = 3
	Paused   Status = 4
	Results  Status = 5
	Failed   Status = 6
)

// String is the name that the HTTP API uses.
func (s Status) String() string {
	switch s {
	case Ready:
		return "READY"
	case Ended:
		return "ENDED"
	case Canceled:
		return "CANCELED"
	case Paused:
		return "PAUSED"
	case Results:
		return "RESULTS"
	case Failed:
		return "FAILED"
	}
	return "UNKNOWN"
}

// Final tells whether nothing can change the election any more.
func (s Status) Final() bool { return s == Canceled || s == Results || s == Failed }

// Step says whether a transaction may move an election from one status to
// another. over means that its end time has passed.
func Step(from, to Status, interruptible, over bool) error {
	switch {
	case from == to:
		return &StepError{from, to, StepSame}
	case from != Ready && from != Paused:
		return &StepError{from, to, StepForbidden}
	case to == Ended && !interruptible && !over:
		return &StepError{from, to, StepNotInterruptible}
	case to == Ended:
		return nil
	case from == Paused && (to == Ready || to == Canceled):
		return nil
	case from == Ready && (to == Paused || to == Canceled):
		if !interruptible {
			return &StepError{from, to, StepNotInterruptible}
		}
		return nil
	}
	return &StepError{from, to, StepForbidden}
}

// StepReason tells why a step is refused.
type StepReason int

// The reasons.
const (
	StepSame StepReason = iota
	StepForbidden
	StepNotInterruptible
)

// StepError is a refused change of status.
type StepError struct {
	From, To Status
	Reason   StepReason
}

func (e *StepError) Error() string {
	to := strings.ToLower(e.To.String())
	switch e.Reason {
	case StepSame:
		return "already in " + e.From.String() + " state"
	case StepNotInterruptible:
		return "cannot set status to " + to + ", it is not interruptible"
	}
	if e.To == Ended {
		return "an election can only be ended from ready or paused status, not from " + e.From.String()
	}
	return "cannot set process status from " + e.From.String() + " to " + to
}
