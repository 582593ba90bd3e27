package follow

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cometbft/cometbft/light/provider"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
	"urna/internal/check"
)

// Source is where a light client gets signed headers from, such as a gateway.
// It is not trusted. It must be safe for concurrent use.
type Source interface {
	// Block returns the signed header of a height, the newest one for 0.
	// ErrNoBlock says that the source does not have it, a check.Failure that it
	// sent something else; any other error is no answer.
	Block(ctx context.Context, height int64) (*light.Block, error)

	// Name tells sources apart for a person: the address of a gateway.
	Name() string
}

// Reporter is a Source that takes evidence of misbehaviour, for the chain to
// punish.
type Reporter interface {
	Report(ctx context.Context, ev cmttypes.Evidence) error
}

// ErrNoBlock says that a source does not have a height: not yet, or not any
// more.
var ErrNoBlock = errors.New("follow: the source does not have this height")

// witness is a source as CometBFT's light client wants it. It passes nothing on
// that is not a valid signed header of its chain.
type witness struct {
	Source
	client *Client

	mu   sync.Mutex
	seen map[int64]*light.Block // what it said lately
}

// maxSeen is more than one bisection asks for.
const maxSeen = 256

var _ provider.Provider = (*witness)(nil)

// ChainID is that of the client.
func (w *witness) ChainID() string { return w.client.chainID }

func (w *witness) String() string { return w.Name() }

// LightBlock asks the source, with the errors that CometBFT tells apart.
func (w *witness) LightBlock(ctx context.Context, height int64) (*cmttypes.LightBlock, error) {
	b, err := w.get(ctx, height)
	if errors.Is(err, ErrNoBlock) && height > 0 {
		b, err = w.wait(ctx, height)
	}
	switch f, failed := check.Failed(err); {
	case err == nil:
		return b.LightBlock()
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case failed:
		w.client.log.Warn("a source sent a false header", "source", w.Name(), "height", height, "err", f)
		return nil, provider.ErrBadLightBlock{Reason: f}
	case errors.Is(err, provider.ErrHeightTooHigh):
		return nil, provider.ErrHeightTooHigh
	case errors.Is(err, ErrNoBlock):
		return nil, provider.ErrLightBlockNotFound
	}
	w.client.log.Warn("a source does not answer", "source", w.Name(), "height", height, "err", err)
	return nil, provider.ErrNoResponse
}

// get asks once, and checks the answer.
func (w *witness) get(ctx context.Context, height int64) (*light.Block, error) {
	ctx, cancel := context.WithTimeout(ctx, w.client.timeout)
	defer cancel()
	b, err := w.Block(ctx, height)
	if err != nil {
		return nil, err
	}
	if height != 0 && b.Header.Height != height {
		return nil, check.Fail(check.Frame, "the header of height %d is of height %d", height, b.Header.Height)
	}
	if err := b.Verify(w.client.chainID); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.seen) >= maxSeen {
		clear(w.seen)
	}
	w.seen[b.Header.Height] = b
	return b, nil
}

// wait gives a source that is behind the others time to come up. One that
// stands still for longer than CometBFT would wait has nothing to say; one that
// is alive, and yet lower, may show that the height is made up.
func (w *witness) wait(ctx context.Context, height int64) (*light.Block, error) {
	newest, err := w.get(ctx, 0)
	if err != nil {
		return nil, err
	}
	if newest.Header.Height >= height {
		return nil, ErrNoBlock // not any more
	}
	tick := time.NewTicker(max(w.client.lag/20, time.Millisecond))
	defer tick.Stop()
	for end := time.After(w.client.lag); ; {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
			if b, err := w.get(ctx, height); !errors.Is(err, ErrNoBlock) {
				return b, err
			}
			continue
		case <-end:
		}
		break
	}
	if age := w.client.now().Sub(newest.Header.Time); age > 2*w.client.drift+w.client.lag {
		w.client.absent.Store(true)
		return nil, fmt.Errorf("it is at height %d since %s", newest.Header.Height, age.Round(time.Second))
	}
	return nil, provider.ErrHeightTooHigh
}

// ReportEvidence takes what CometBFT found out about another source.
func (w *witness) ReportEvidence(ctx context.Context, ev cmttypes.Evidence) error {
	if attack, ok := ev.(*cmttypes.LightClientAttackEvidence); ok {
		w.client.accused = append(w.client.accused, accusation{w, attack})
	}
	if r, ok := w.Source.(Reporter); ok {
		if err := r.Report(ctx, ev); err != nil {
			w.client.log.Warn("a source does not take evidence", "source", w.Name(), "err", err)
		}
	}
	return nil
}

// said is what a source said about a height.
func (w *witness) said(ctx context.Context, height int64) (*light.Block, error) {
	w.mu.Lock()
	b := w.seen[height]
	w.mu.Unlock()
	if b != nil {
		return b, nil
	}
	return w.get(ctx, height)
}
