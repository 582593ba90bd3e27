package relayer

import (
	"encoding/json"
	"fmt"
	"time"

	"urna/anchor"
	"urna/chain/light"
)

// FromLight puts a signed header into the plain bytes that the contracts' calls
// are made of.
func FromLight(b *light.Block) (*anchor.Signed, error) {
	if b.Commit == nil {
		return nil, fmt.Errorf("relayer: header %d has no commit", b.Header.Height)
	}
	leaves, err := anchor.ParseLeaves(b.Header.Encode())
	if err != nil {
		return nil, err
	}
	s := &anchor.Signed{
		Leaves: leaves, Round: b.Commit.Round, Parts: b.Commit.Parts, PartsHash: b.Commit.PartsHash,
		Validators: Members(b.Validators),
	}
	for _, slot := range b.Commit.Slots {
		s.Slots = append(s.Slots, anchor.Slot(slot))
	}
	return s, nil
}

// Members is a set of validators in plain bytes.
func Members(set light.Validators) []anchor.Validator {
	out := make([]anchor.Validator, len(set))
	for i, v := range set {
		out[i] = anchor.Validator(v)
	}
	return out
}

// DeployAtGenesis is an anchor that trusts the validators of a genesis document of
// CometBFT's, given as the bytes of its file.
func DeployAtGenesis(doc []byte, period time.Duration) (anchor.Deployment, error) {
	t, err := light.TrustGenesis(doc)
	if err != nil {
		return anchor.Deployment{}, err
	}
	var at struct {
		Time time.Time `json:"genesis_time"`
	}
	if err := json.Unmarshal(doc, &at); err != nil {
		return anchor.Deployment{}, fmt.Errorf("relayer: time of the genesis: %w", err)
	}
	return anchor.Deployment{
		ChainID: t.ChainID, Time: uint64(max(at.Time.Unix(), 0)), TrustingPeriod: period, Validators: Members(t.Validators),
	}, nil
}

// DeployAfter is an anchor that trusts the validators who sign after a header, which
// the caller trusts. Next is any later block of the same set, such as the next one.
func DeployAfter(h *light.Header, next light.Validators, period time.Duration) (anchor.Deployment, error) {
	if got := next.Hash(); got != h.NextValidatorsHash {
		return anchor.Deployment{}, fmt.Errorf("relayer: header %d names the next validators %x, not %x", h.Height, h.NextValidatorsHash, got)
	}
	return anchor.Deployment{
		ChainID: h.ChainID, Height: uint64(h.Height), Time: uint64(h.Time.Unix()), TrustingPeriod: period, Validators: Members(next),
	}, nil
}
