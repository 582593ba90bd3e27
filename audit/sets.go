package audit

import (
	"github.com/cometbft/cometbft/crypto/secp256k1eth"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/state/transition"
)

// set is a set of validators, with what is asked of it at every height.
type set struct {
	list      light.Validators
	hash      light.Hash
	addresses []ethkey.Address // in the order of list
	places    map[ethkey.Address]int
	total     uint64
}

func newSet(list light.Validators) *set {
	s := &set{list: list, hash: list.Hash(), total: list.Total(), places: make(map[ethkey.Address]int, len(list))}
	for i, v := range list {
		s.addresses = append(s.addresses, v.Address())
		s.places[s.addresses[i]] = i
	}
	return s
}

// change applies what a block does to the seats, by CometBFT's own rules. It
// returns s itself if nothing changes.
func (s *set) change(updates []transition.ValidatorUpdate) (*set, error) {
	if len(updates) == 0 {
		return s, nil
	}
	comet, err := s.list.Set()
	if err != nil {
		return nil, err
	}
	changes := make([]*cmttypes.Validator, len(updates))
	for i, u := range updates {
		changes[i] = cmttypes.NewValidator(secp256k1eth.PubKey(u.PublicKey[:]), int64(u.Power))
	}
	if err := comet.UpdateWithChangeSet(changes); err != nil {
		return nil, err
	}
	list, err := light.ValidatorsOf(comet)
	if err != nil {
		return nil, err
	}
	return newSet(list), nil
}
