package light

import (
	"context"
	"fmt"

	"urna/internal/check"
)

// maxTrail bounds the trail of a document; a chain whose validators all change
// every day reaches it after years.
const maxTrail = 1024

// Trail finds the signed headers that lead from what is trusted to a height,
// as few as bisection needs; the last one is of that height. From a checkpoint
// the first one is its own header, without a commit. Headers come from fetch,
// whose errors are returned as they are, and are checked (V01, V22, V45).
//
// Two callers that fetch from the same chain get the same trail.
func Trail(ctx context.Context, t Trusted, to int64, fetch func(ctx context.Context, height int64) (*Block, error)) ([]*Block, error) {
	if to < t.Height || to < 1 {
		return nil, fmt.Errorf("light: height %d is before %s", to, t)
	}
	w := &walk{ctx: ctx, fetch: fetch, known: map[int64]*Block{}}
	if len(t.Validators) == 0 || to == t.Height {
		b, err := w.block(t, t.Height)
		if err != nil {
			return nil, err
		}
		if to == t.Height {
			return []*Block{b}, nil
		}
		w.trail = append(w.trail, &Block{Header: b.Header, Validators: b.Validators})
		t = TrustBlock(b)
	}
	_, err := w.walk(t, to)
	return w.trail, err
}

// walk is one search for a trail.
type walk struct {
	ctx   context.Context
	fetch func(context.Context, int64) (*Block, error)
	known map[int64]*Block // fetched and valid, not yet in the trail
	trail []*Block
}

// walk appends what leads from t to a later height.
func (w *walk) walk(t Trusted, to int64) (Trusted, error) {
	b, err := w.block(t, to)
	if err != nil {
		return Trusted{}, err
	}
	next, err := t.next(b)
	if err == nil || to == t.Height+1 {
		delete(w.known, to)
		if len(w.trail) == maxTrail {
			return Trusted{}, fmt.Errorf("light: more than %d headers lead to height %d", maxTrail, to)
		}
		w.trail = append(w.trail, b)
		return next, err
	}
	if t, err = w.walk(t, t.Height+(to-t.Height)/2); err != nil {
		return Trusted{}, err
	}
	return w.walk(t, to)
}

// block returns a valid signed header that may follow from t.
func (w *walk) block(t Trusted, height int64) (*Block, error) {
	if b := w.known[height]; b != nil {
		return b, nil
	}
	b, err := w.fetch(w.ctx, height)
	if err != nil {
		return nil, err
	}
	if b.Header.Height != height {
		return nil, check.Fail(check.Frame, "the header of height %d is of height %d", height, b.Header.Height)
	}
	if err := t.reaches(b.Header); err != nil {
		return nil, err
	}
	if err := b.Verify(b.Header.ChainID); err != nil {
		return nil, err
	}
	w.known[height] = b
	return b, nil
}
