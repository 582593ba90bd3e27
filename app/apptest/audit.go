package apptest

import (
	"context"
	"fmt"
	"testing"

	"urna/audit"
)

// Unaudited says that this chain is broken on purpose, and why. From now on its
// blocks may be such as CometBFT would not decide, and the auditor is not asked
// about it when the test ends.
func (c *Chain) Unaudited(why string) { c.unaudited = why }

// audit replays the chain when its test ends well. Benchmarks are spared.
func (c *Chain) audit() {
	c.t.Helper()
	if _, bench := c.t.(*testing.B); bench || c.unaudited != "" || c.Height() == 0 || c.t.Failed() {
		return
	}
	v, err := audit.Replay(context.Background(), audit.Options{Source: c.Source()})
	if err != nil {
		c.t.Errorf("the auditor: %v", err)
	} else if v.Height != c.Height() {
		c.t.Errorf("the auditor replayed %d of %d blocks", v.Height, c.Height())
	}
}

// Source is the chain for an auditor, with a Closing block at the end.
func (c *Chain) Source() audit.Source { return source{c} }

type source struct{ c *Chain }

func (s source) Name() string                            { return "the test's chain" }
func (s source) Genesis(context.Context) ([]byte, error) { return s.c.Genesis(), nil }
func (s source) Tip(context.Context) (int64, error)      { return s.c.Height() + 1, nil }

func (s source) Blocks(ctx context.Context, from int64, visit func(raw []byte) error) error {
	for ; from <= s.c.Height()+1; from++ {
		var b *Block
		var err error
		if from <= s.c.Height() {
			b = s.c.Blocks[from-1]
		} else if b, err = s.c.Closing(); err != nil {
			return err
		}
		if b.Block == nil {
			return fmt.Errorf("block %d is no real one", from)
		}
		if err := visit(b.Raw()); err != nil {
			return err
		}
	}
	return ctx.Err()
}
