package anchor

import (
	"encoding/binary"
	"errors"
	"fmt"

	"urna/anchor/contract"
)

// ErrPower says that a header is not signed by more than two thirds of the power.
var ErrPower = errors.New("anchor: the signers do not have more than two thirds of the power")

// AnchorCall anchors a header after which the set stays the same. Since is the
// height above which the set in office signs (Latest.Since).
func AnchorCall(s *Signed, since uint64) ([]byte, error) {
	p, err := newStepOf(s, since, nil)
	if err != nil {
		return nil, err
	}
	return contract.NewCometAnchor().TryPackAnchor(p.Header, p.Commit, p.Signatures, p.Roll)
}

// RotateCall anchors the last header of the set in office and puts the next one
// into office. Since is as in AnchorCall.
func RotateCall(s *Signed, since uint64, next []Validator) ([]byte, error) {
	p, err := newStepOf(s, since, next)
	if err != nil {
		return nil, err
	}
	return contract.NewCometAnchor().TryPackAnchorAndRotate(p.Header, p.Commit, p.Signatures, p.Roll, p.Keys)
}

// ForkCall shows two branches that end in different blocks of one height. Each
// step but the last of a branch is the last block of its set. Both start with the
// set that took office above since. If that is a former set, lastHeight and lastTime
// (unix seconds) are those of its last block; otherwise they are 0.
func ForkCall(one, other []*Signed, since, lastHeight, lastTime uint64) ([]byte, error) {
	a, err := branch(one, since)
	if err != nil {
		return nil, err
	}
	b, err := branch(other, since)
	if err != nil {
		return nil, err
	}
	return contract.NewCometAnchor().TryPackShowFork(a, b, lastHeight, lastTime)
}

// ResultCall proves the result of an election to the registry: the record of the
// state under appHash, which is that of the anchored header, with its ICS-23 proof.
func ResultCall(election [32]byte, anchored uint64, appHash [32]byte, record, proof []byte) ([]byte, error) {
	e, err := NewExistence(appHash, electionKey('r', election), record, proof)
	if err != nil {
		return nil, err
	}
	return contract.NewResultRegistry().TryPackProve(election, anchored, record, e.Version, e.Path)
}

// RecordCall checks on Ethereum that a record is in the state; see ResultCall.
func RecordCall(anchored uint64, appHash [32]byte, key, record, proof []byte) ([]byte, error) {
	e, err := NewExistence(appHash, key, record, proof)
	if err != nil {
		return nil, err
	}
	return contract.NewStateProofs().TryPackRequireRecord(anchored, key, record, e.Version, e.Path)
}

// AbsenceCall checks on Ethereum that there is no record of a key in the state.
func AbsenceCall(anchored uint64, appHash [32]byte, key, proof []byte) ([]byte, error) {
	a, err := NewAbsence(appHash, key, proof)
	if err != nil {
		return nil, err
	}
	return contract.NewStateProofs().TryPackRequireAbsent(anchored, key, a)
}

// VoteCall checks on Ethereum that a vote is in an election's log: the log record
// with its ICS-23 proof, and the vote record with its position and RFC 6962 path.
func VoteCall(election [32]byte, anchored uint64, appHash [32]byte, log, proof, vote []byte, position uint64, path [][32]byte) ([]byte, error) {
	e, err := NewExistence(appHash, electionKey('l', election), log, proof)
	if err != nil {
		return nil, err
	}
	return contract.NewStateProofs().TryPackRequireVote(anchored, election, log, e.Version, e.Path, vote, position, path)
}

// electionKey is the key of an election's record in the state.
func electionKey(prefix byte, election [32]byte) []byte {
	return append([]byte{prefix}, election[:]...)
}

// branch is a list of steps of the contract.
func branch(blocks []*Signed, since uint64) ([]contract.CometAnchorStep, error) {
	steps := make([]contract.CometAnchorStep, len(blocks))
	for i, s := range blocks {
		var next []Validator
		if i+1 < len(blocks) {
			next = blocks[i+1].Validators
		}
		var err error
		if steps[i], err = newStepOf(s, since, next); err != nil {
			return nil, err
		}
		since = steps[i].Header.Height
	}
	return steps, nil
}

// newStepOf puts a signed header, and the next set if it is named, into the words
// of the contract.
func newStepOf(s *Signed, since uint64, next []Validator) (p contract.CometAnchorStep, err error) {
	if p.Header, err = header(s); err != nil {
		return p, err
	}
	if p.Signatures, err = signatures(s); err != nil {
		return p, err
	}
	if p.Roll, err = (Set{Since: since, Validators: s.Validators}).Roll(); err != nil {
		return p, err
	}
	p.Commit = contract.Commit{Round: s.Round, Parts: s.Parts, PartsHash: s.PartsHash}
	if len(next) == 0 {
		return p, nil
	}
	if got := ValidatorsHash(next); got != p.Header.NextValidatorsHash {
		return p, fmt.Errorf("anchor: header %d names the next validators %x, not %x", p.Header.Height, p.Header.NextValidatorsHash, got)
	}
	p.Keys, err = keys(next)
	return p, err
}

func header(s *Signed) (h contract.Header, err error) {
	if h.Height, err = s.Height(); err != nil {
		return h, err
	}
	if h.Time, h.Nanos, err = s.Time(); err != nil {
		return h, err
	}
	if h.AppHash, err = s.AppHash(); err != nil {
		return h, err
	}
	if h.NextValidatorsHash, err = s.hash(leafNextValidators, "next validators hash"); err != nil {
		return h, err
	}
	validators, err := s.hash(leafValidators, "validators hash")
	if err != nil {
		return h, err
	}
	if got := ValidatorsHash(s.Validators); got != validators {
		return h, fmt.Errorf("anchor: header %d names the validators %x, not %x", h.Height, validators, got)
	}
	leaf := func(i int) [32]byte { return leafHash(s.Leaves[i]) }
	h.Version, h.Data, h.Consensus, h.Results = leaf(0), leaf(6), leaf(9), leaf(11)
	h.Last, h.Evidence = nodeHash(leaf(4), leaf(5)), nodeHash(leaf(12), leaf(13))
	return h, nil
}

// signatures packs the first signatures that hold more than two thirds of the
// power. Sets are sorted by power, so these are the fewest.
//
//	n × ( index 2 ‖ r, s, v 65 ‖ length 1 ‖ time )
func signatures(s *Signed) ([]byte, error) {
	if len(s.Slots) != len(s.Validators) {
		return nil, fmt.Errorf("anchor: %d slots for %d validators", len(s.Slots), len(s.Validators))
	}
	total, err := check(s.Validators)
	if err != nil {
		return nil, err
	}
	var out []byte
	signed := uint64(0)
	for i, slot := range s.Slots {
		if !slot.Signed {
			continue
		}
		time := timestamp(slot.Seconds, slot.Nanos)
		out = binary.BigEndian.AppendUint16(out, uint16(i))
		out = append(out, slot.Signature[:]...)
		out = append(append(out, byte(len(time))), time...)
		if signed += s.Validators[i].Power; 3*signed > 2*total {
			return out, nil
		}
	}
	return nil, ErrPower
}

// timestamp is Timestamp{1: seconds, 2: nanos} of Protobuf.
func timestamp(seconds uint64, nanos uint32) (b []byte) {
	if seconds != 0 {
		b = binary.AppendUvarint(append(b, 1<<3), seconds)
	}
	if nanos != 0 {
		b = binary.AppendUvarint(append(b, 2<<3), uint64(nanos))
	}
	return b
}
