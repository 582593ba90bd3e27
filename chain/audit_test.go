package chain_test

import (
	"context"
	"testing"

	"urna/audit"
)

// source shows a node's chain to an auditor.
type source struct{ *running }

func (s source) Name() string                            { return "the node" }
func (s source) Genesis(context.Context) ([]byte, error) { return s.running.Genesis(), nil }
func (s source) Tip(context.Context) (int64, error)      { return s.Height(), nil }

func (s source) Blocks(_ context.Context, from int64, visit func(raw []byte) error) error {
	for ; from <= s.Height(); from++ {
		size, pieces, err := s.RawBlock(from)
		if err != nil {
			return err
		}
		raw := make([]byte, 0, size)
		for piece, err := range pieces {
			if err != nil {
				return err
			}
			raw = append(raw, piece...)
		}
		if err := visit(raw); err != nil {
			return err
		}
	}
	return nil
}

// audit replays the chain of a node before it stops, if the node has all of it
// and nothing has failed yet.
func (r *running) audit(t testing.TB) {
	t.Helper()
	_, bench := t.(*testing.B)
	if bench || t.Failed() || r.Base() != 1 {
		return
	}
	top := r.Height()
	v, err := audit.Replay(context.Background(), audit.Options{Source: source{r}})
	if err != nil || v.Height < top-1 {
		t.Errorf("the auditor: %v, %d of %d blocks", err, v.Height, top)
	}
}
