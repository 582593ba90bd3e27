package chain

import (
	"errors"
	"fmt"
	"sync"

	"urna/chain/light"
)

// Signed returns the header of a height with what makes it final: the commit in
// the next block, or for the newest block the one that this node has seen. 0 is
// the newest. The caller must not change it.
func (n *Node) Signed(height int64) (b *light.Block, err error) {
	err = n.read(func() error {
		store := n.node.BlockStore()
		if height == 0 {
			height = store.Height()
		}
		meta := store.LoadBlockMeta(height)
		if meta == nil {
			return ErrNoBlock
		}
		commit := store.LoadBlockCommit(height)
		if commit == nil {
			commit = store.LoadSeenCommit(height)
		}
		if commit == nil {
			return ErrNoBlock
		}
		b = new(light.Block)
		if b.Header, err = light.HeaderOf(&meta.Header); err != nil {
			return fmt.Errorf("chain: header %d: %w", height, err)
		}
		if b.Commit, err = light.CommitOf(commit, b.Header.Hash()); err != nil {
			return fmt.Errorf("chain: commit %d: %w", height, err)
		}
		b.Validators, err = n.seats.get(b.Header.ValidatorsHash, func() (light.Validators, error) { return n.loadSeats(height) })
		return err
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// loadSeats reads the validators of a height. CometBFT keeps a set where it
// changed, and counts from there whose turn it is, block by block: that takes
// long, and is not asked here.
func (n *Node) loadSeats(height int64) (light.Validators, error) {
	set, err := n.env.StateStore.LoadValidators(height)
	if err != nil {
		return nil, errors.Join(ErrNoBlock, err)
	}
	seats, err := light.ValidatorsOf(set)
	if err != nil {
		return nil, fmt.Errorf("chain: validators of height %d: %w", height, err)
	}
	return seats, nil
}

// maxSeats bounds how many sets of validators are remembered.
const maxSeats = 64

// seats remembers sets of validators by their hash. The zero value is ready; it
// is safe for concurrent use.
type seats struct {
	mu   sync.Mutex
	sets map[light.Hash]light.Validators
}

// get returns a set, loading it if need be.
func (s *seats) get(hash light.Hash, load func() (light.Validators, error)) (light.Validators, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if set, ok := s.sets[hash]; ok {
		return set, nil
	}
	set, err := load()
	if err != nil {
		return nil, err
	}
	if set.Hash() != hash {
		return nil, fmt.Errorf("chain: the validators that are stored have hash %x, the header says %x", set.Hash(), hash)
	}
	if s.sets == nil || len(s.sets) >= maxSeats {
		s.sets = map[light.Hash]light.Validators{}
	}
	s.sets[hash] = set
	return set, nil
}
