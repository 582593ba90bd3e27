package anchor

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/crypto"
)

// Bounds of the contract on a set.
const (
	maxMembers = 1000
	powerLimit = 1 << 60
)

// Set is a set of validators and the height above which it signs.
type Set struct {
	Since      uint64
	Validators []Validator
}

// Roll is the set as a caller of the contract shows it:
//
//	since 8 ‖ total power 8 ‖ validators hash 32 ‖ n × ( address 20 ‖ power 8 )
func (s Set) Roll() ([]byte, error) {
	total, err := check(s.Validators)
	if err != nil {
		return nil, err
	}
	hash := ValidatorsHash(s.Validators)
	roll := binary.BigEndian.AppendUint64(nil, s.Since)
	roll = binary.BigEndian.AppendUint64(roll, total)
	roll = append(roll, hash[:]...)
	for i, v := range s.Validators {
		key, err := crypto.DecompressPubkey(v.Key[:])
		if err != nil {
			return nil, fmt.Errorf("anchor: key of validator %d: %w", i, err)
		}
		address := crypto.PubkeyToAddress(*key)
		roll = append(roll, address[:]...)
		roll = binary.BigEndian.AppendUint64(roll, v.Power)
	}
	return roll, nil
}

// keys are the full keys of a set, from which the contract makes its roll:
//
//	n × ( x 32 ‖ y 32 ‖ power 8 )
func keys(validators []Validator) ([]byte, error) {
	if _, err := check(validators); err != nil {
		return nil, err
	}
	var out []byte
	for i, v := range validators {
		key, err := crypto.DecompressPubkey(v.Key[:])
		if err != nil {
			return nil, fmt.Errorf("anchor: key of validator %d: %w", i, err)
		}
		out = append(out, crypto.FromECDSAPub(key)[1:]...)
		out = binary.BigEndian.AppendUint64(out, v.Power)
	}
	return out, nil
}

// check keeps sets from the contract that it would refuse, and sums their power.
func check(validators []Validator) (total uint64, err error) {
	if len(validators) == 0 || len(validators) > maxMembers {
		return 0, fmt.Errorf("anchor: a set has 1 to %d validators, not %d", maxMembers, len(validators))
	}
	for i, v := range validators {
		if v.Power == 0 || v.Power >= powerLimit {
			return 0, fmt.Errorf("anchor: power of validator %d: %d", i, v.Power)
		}
		if total += v.Power; total >= powerLimit {
			return 0, errors.New("anchor: the power of a set is 2^60 or more")
		}
	}
	return total, nil
}

// ValidatorsHash is the hash by which headers name a set.
func ValidatorsHash(validators []Validator) [32]byte {
	hashes := make([][32]byte, len(validators))
	for i, v := range validators {
		// SimpleValidator{1: PublicKey{5: key}, 2: power}
		leaf := append([]byte{0x0a, 0x23, 0x2a, 0x21}, v.Key[:]...)
		hashes[i] = leafHash(binary.AppendUvarint(append(leaf, 0x10), v.Power))
	}
	return root(hashes)
}

// leafHash, nodeHash and root are those of RFC 6962, section 2.1.
func leafHash(leaf []byte) [32]byte { return sha256.Sum256(append([]byte{0}, leaf...)) }

func nodeHash(left, right [32]byte) [32]byte {
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

func root(hashes [][32]byte) [32]byte {
	switch len(hashes) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return hashes[0]
	}
	k := 1
	for 2*k < len(hashes) {
		k *= 2
	}
	return nodeHash(root(hashes[:k]), root(hashes[k:]))
}
