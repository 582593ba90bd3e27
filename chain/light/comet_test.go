package light

import (
	"bytes"
	"testing"

	cmttypes "github.com/cometbft/cometbft/types"
)

func TestBlocksOfCometBFTComeBackUnchanged(t *testing.T) {
	f := mixed(t, 12)
	for h := int64(1); h <= 12; h++ {
		lb, err := f.block(h).LightBlock()
		must(t, err)
		must(t, lb.ValidateBasic(testChain))
		must(t, lb.ValidatorSet.VerifyCommitLightAllSignatures(testChain, lb.Commit.BlockID, h, lb.Commit))
		b, err := BlockOf(lb)
		must(t, err)
		if !bytes.Equal(b.Encode(), f.block(h).Encode()) {
			t.Errorf("block %d changed on the way", h)
		}
	}
	for name, lb := range map[string]*cmttypes.LightBlock{"nothing": nil, "no header": {}, "no validators": {SignedHeader: &cmttypes.SignedHeader{Header: f.Headers[0], Commit: f.Commits[0]}}} {
		if _, err := BlockOf(lb); err == nil {
			t.Errorf("%s is a block", name)
		}
	}
	b := f.block(1)
	b.Commit = nil
	if _, err := b.LightBlock(); err == nil {
		t.Error("a block without a commit")
	}
}
