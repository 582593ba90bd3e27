package apptest

import (
	"errors"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
)

// Signed is the signed header of a decided block. The commit of the newest is
// that of Closing: another one, with other times, may come with the next block.
func (c *Chain) Signed(height int64) (*light.Block, error) {
	if height < 1 || height > c.Height() || c.Blocks[height-1].Block == nil {
		return nil, errors.New("there is no real block of this height")
	}
	var next *cmttypes.Block
	if height < c.Height() {
		next = c.Blocks[height].Block
	} else {
		closing, err := c.Closing()
		if err != nil {
			return nil, err
		}
		next = closing.Block
	}
	if next == nil {
		return nil, errors.New("the next block is no real one")
	}
	var b light.Block
	var err error
	if b.Header, err = light.HeaderOf(&c.Blocks[height-1].Block.Header); err != nil {
		return nil, err
	}
	if b.Commit, err = light.CommitOf(next.LastCommit, b.Header.Hash()); err != nil {
		return nil, err
	}
	b.Validators, err = light.ValidatorsOf(c.sets[height-1])
	return &b, err
}
