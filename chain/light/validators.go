package light

import (
	"bytes"
	"fmt"

	"github.com/cometbft/cometbft/crypto/secp256k1eth"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/crypto/ethkey"
	"urna/internal/check"
	"urna/internal/codec"
)

const (
	// maxValidators is CometBFT's bound on the votes of a commit.
	maxValidators = 10_000

	// maxTotalPower keeps three times a sum of powers within 64 bits; it is
	// CometBFT's bound.
	maxTotalPower = 1<<60 - 1
)

// Validator is a seat of a set: a compressed secp256k1 key and its power.
type Validator struct {
	Key   [33]byte
	Power uint64
}

// Address is that of the Ethereum account of the key; of nobody if the key is
// none.
func (v Validator) Address() ethkey.Address {
	a, err := ethkey.PublicKeyAddress(v.Key[:])
	if err != nil {
		return ethkey.Address{}
	}
	return a
}

// Validators is a set, by power, highest first, then by address.
type Validators []Validator

// ValidatorsOf takes a set of CometBFT's.
func ValidatorsOf(set *cmttypes.ValidatorSet) (Validators, error) {
	if set == nil {
		return nil, check.Fail(check.Frame, "there are no validators")
	}
	vs := make(Validators, len(set.Validators))
	for i, v := range set.Validators {
		key, ok := v.PubKey.(secp256k1eth.PubKey)
		if !ok || len(key) != len(vs[i].Key) || v.VotingPower < 1 {
			return nil, check.Fail(check.Frame, "validator %s has a key of type %s and power %d", v.Address, v.PubKey.Type(), v.VotingPower)
		}
		vs[i] = Validator{Key: [33]byte(key), Power: uint64(v.VotingPower)}
	}
	return vs, vs.check()
}

// ParseValidators reads what Encode wrote.
func ParseValidators(b []byte) (Validators, error) {
	r := codec.NewReader(b)
	n := r.Uvarint()
	if n > maxValidators || n > uint64(r.Len()) {
		return nil, check.Fail(check.Frame, "a set of %d validators", n)
	}
	vs := make(Validators, n)
	for i := range vs {
		r.Into(vs[i].Key[:])
		vs[i].Power = r.Uvarint()
	}
	if err := r.Done(); err != nil {
		return nil, check.Fail(check.Frame, "validators: %v", err)
	}
	return vs, vs.check()
}

// check refuses what is no set: none, too many, no keys, another order.
func (vs Validators) check() error {
	if len(vs) == 0 || len(vs) > maxValidators {
		return check.Fail(check.Frame, "a set of %d validators", len(vs))
	}
	total := uint64(0)
	var last ethkey.Address
	for i, v := range vs {
		a, err := ethkey.PublicKeyAddress(v.Key[:])
		if err != nil {
			return check.Fail(check.Frame, "validator %d: %v", i, err)
		}
		if v.Power == 0 || v.Power > maxTotalPower-total {
			return check.Fail(check.Frame, "validator %s: power %d", a, v.Power)
		}
		total += v.Power
		if i > 0 && (v.Power > vs[i-1].Power || (v.Power == vs[i-1].Power && bytes.Compare(a[:], last[:]) <= 0)) {
			return check.Fail(check.Frame, "validator %s does not stand in its place", a)
		}
		last = a
	}
	return vs.unique()
}

func (vs Validators) unique() error {
	seen := make(map[[33]byte]bool, len(vs))
	for _, v := range vs {
		if seen[v.Key] {
			return check.Fail(check.Frame, "validator %s stands twice", v.Address())
		}
		seen[v.Key] = true
	}
	return nil
}

// Encode writes the set as proofs.md section 2 has it.
func (vs Validators) Encode() []byte {
	w := codec.Writer{B: make([]byte, 0, 4+len(vs)*40)}
	w.Uvarint(uint64(len(vs)))
	for i := range vs {
		w.Fixed(vs[i].Key[:])
		w.Uvarint(vs[i].Power)
	}
	return w.B
}

// Hash is the validators hash of a header.
func (vs Validators) Hash() Hash {
	leaves := make([][]byte, len(vs))
	for i, v := range vs {
		leaves[i] = encode(func(m *message) {
			m.message(1, encode(func(m *message) { m.bytes(5, v.Key[:]) }))
			m.varint(2, v.Power)
		})
	}
	return MerkleRoot(leaves)
}

// Total is the sum of the powers, below 2^60.
func (vs Validators) Total() uint64 {
	total := uint64(0)
	for _, v := range vs {
		total += v.Power
	}
	return total
}

// Set is the set as CometBFT has it, with the proposer of a new chain.
func (vs Validators) Set() (set *cmttypes.ValidatorSet, err error) {
	if err := vs.check(); err != nil {
		return nil, err
	}
	list := make([]*cmttypes.Validator, len(vs))
	for i, v := range vs {
		list[i] = cmttypes.NewValidator(secp256k1eth.PubKey(v.Key[:]), int64(v.Power))
	}
	set = cmttypes.NewValidatorSet(list)
	if Hash(set.Hash()) != vs.Hash() {
		return nil, fmt.Errorf("light: CometBFT hashes the set of %d validators differently", len(vs))
	}
	return set, nil
}
