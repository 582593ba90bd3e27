package anchor

import (
	"encoding/binary"
	"errors"
	"fmt"

	"urna/anchor/contract"
)

// ErrPower says that a header is not signed by more than two thirds of the power.
var ErrPower = errors.New("anchor: the signers do not have more than two thirds of the power")

// AnchorCall is the call that anchors a header after which the set stays.
// Since is that of the set in office.
func AnchorCall(s *Signed, since uint64) ([]byte, error) {
	p, err := parts(s, since)
	if err != nil {
		return nil, err
	}
	return contract.NewCometAnchor().TryPackAnchor(p.Header, p.Commit, p.Signatures, p.Roll)
}

// RotateCall is the call that anchors the last header of the set in office and
// puts the next one into office.
func RotateCall(s *Signed, since uint64, next []Validator) ([]byte, error) {
	p, err := parts(s, since)
	if err != nil {
		return nil, err
	}
	k, err := keys(next)
	if err != nil {
		return nil, err
	}
	return contract.NewCometAnchor().TryPackAnchorAndRotate(p.Header, p.Commit, p.Signatures, p.Roll, k)
}

// parts puts a signed header into the words of the contract.
func parts(s *Signed, since uint64) (p contract.CometAnchorStep, err error) {
	if p.Header, err = header(s); err != nil {
		return p, err
	}
	if p.Signatures, err = signatures(s); err != nil {
		return p, err
	}
	p.Commit = contract.Commit{Round: s.Round, Parts: s.Parts, PartsHash: s.PartsHash}
	p.Roll, err = Set{Since: since, Validators: s.Validators}.Roll()
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
	h.Last, h.Proposal = nodeHash(leaf(4), leaf(5)), nodeHash(leaf(12), leaf(13))
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
