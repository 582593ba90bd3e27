package follow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	cometlight "github.com/cometbft/cometbft/light"
	"github.com/cometbft/cometbft/light/provider"

	"urna/chain/light"
)

// Client follows a chain by its signed headers, as CometBFT's light client
// does: it skips those that it can, compares sources, and keeps what it trusts.
// It is safe for concurrent use; callers wait for one another.
//
// A call may outlast its context by twice the drift and once the lag, while
// CometBFT waits for a source that is behind.
type Client struct {
	chainID             string
	dir                 string
	drift, lag, timeout time.Duration
	now                 func() time.Time
	log                 *slog.Logger

	store   *fileStore
	sources []*witness // all that were ever given

	mu      sync.Mutex // one call at a time, as CometBFT wants it
	comet   *cometlight.Client
	period  time.Duration
	accused []accusation // in this call
	absent  atomic.Bool  // some source does not have a height, in this call
}

// NewClient makes a client. If nothing is remembered in its directory it asks
// all sources for the first header that follows from what is trusted.
func NewClient(ctx context.Context, cfg Config) (*Client, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Client{
		chainID: cfg.Trust.ChainID, dir: cfg.Dir, drift: cfg.MaxDrift, lag: cfg.MaxLag, timeout: cfg.Timeout,
		period: cfg.TrustingPeriod, now: cfg.Now, log: cfg.Log,
	}
	if c.store, err = openStore(cfg.Dir, []byte(cfg.Trust.ID())); err != nil {
		return nil, err
	}
	if c.store.Size() == 0 {
		if err := c.begin(ctx, cfg); err != nil {
			return nil, err
		}
	}
	first, err := c.store.FirstLightBlockHeight()
	if err != nil {
		return nil, err
	}
	c.chainID = c.store.block(first).Header.ChainID
	witnesses := make([]provider.Provider, len(cfg.Witnesses))
	for i, s := range cfg.Witnesses {
		witnesses[i] = c.witness(s)
	}
	return c, c.ask(c.witness(cfg.Primary), witnesses)
}

// ask makes CometBFT's client, which goes on from the store.
func (c *Client) ask(primary provider.Provider, witnesses []provider.Provider) (err error) {
	c.comet, err = cometlight.NewClientFromTrustedStore(c.chainID, c.period, primary, witnesses, c.store,
		cometlight.SkippingVerification(cometlight.DefaultTrustLevel), cometlight.PruningSize(maxStored),
		cometlight.MaxClockDrift(c.drift), cometlight.MaxBlockLag(c.lag))
	if err != nil {
		return fmt.Errorf("follow: %w", err)
	}
	return nil
}

func (c *Client) witness(s Source) *witness {
	w := &witness{Source: s, client: c, seen: map[int64]*light.Block{}}
	c.sources = append(c.sources, w)
	return w
}

// begin finds the first header: that of the checkpoint, or of height 1. CometBFT
// can begin with a hash only, so a genesis is followed here. Every source is
// asked; those that have a valid one must have the same.
func (c *Client) begin(ctx context.Context, cfg Config) error {
	height := max(1, cfg.Trust.Height)
	var first Side
	var problems []error
	for _, s := range append([]Source{cfg.Primary}, cfg.Witnesses...) {
		asking, cancel := context.WithTimeout(ctx, c.timeout)
		b, err := s.Block(asking, height)
		cancel()
		if err == nil && b.Header.Height != height {
			err = fmt.Errorf("it sent header %d for %d", b.Header.Height, height)
		}
		if err == nil && b.Commit == nil {
			err = fmt.Errorf("it sent header %d without a commit", height)
		}
		if err == nil {
			_, err = cfg.Trust.Follow(b)
		}
		switch {
		case err != nil:
			c.log.Warn("a source has no first header", "source", s.Name(), "height", height, "err", err)
			problems = append(problems, fmt.Errorf("%s: %w", s.Name(), err))
		case first.Block == nil:
			first = Side{s.Name(), b}
		case first.Block.Header.Hash() != b.Header.Hash():
			f := newFork(height-1, first, Side{s.Name(), b})
			return errors.Join(f, f.write(c.dir))
		}
	}
	if first.Block == nil {
		return fmt.Errorf("follow: no source has header %d: %w", height, errors.Join(problems...))
	}
	return c.store.add(first.Block)
}

// Update trusts the newest header of the primary, if all is well with it, and
// returns the newest one that is trusted. A *Fork says that sources contradict
// each other.
func (c *Client) Update(ctx context.Context) (*light.Block, error) {
	err := c.call(ctx, func() error {
		_, err := c.comet.Update(ctx, c.now())
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.newest()
}

// At returns the header of a height, once it is trusted: from what is
// remembered, or from the sources. ErrNoBlock says that no source has it.
func (c *Client) At(ctx context.Context, height int64) (b *light.Block, err error) {
	err = c.call(ctx, func() error {
		lb, err := c.comet.VerifyLightBlockAtHeight(ctx, height, c.now())
		if err != nil {
			return err
		}
		b, err = light.BlockOf(lb)
		return err
	})
	return b, err
}

// Trusted is the newest header that is trusted.
func (c *Client) Trusted() (light.Trusted, error) {
	b, err := c.newest()
	if err != nil {
		return light.Trusted{}, err
	}
	return light.TrustBlock(b), nil
}

func (c *Client) newest() (*light.Block, error) {
	h, err := c.store.LastLightBlockHeight()
	if err != nil {
		return nil, err
	}
	if b := c.store.block(h); b != nil {
		return b, nil
	}
	return nil, errors.New("follow: nothing is trusted")
}

// call runs one request of CometBFT's client, and says what became of it. A
// primary whose headers cannot be verified is dropped, and the next source takes
// its place, as long as there is a witness for it.
func (c *Client) call(ctx context.Context, do func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		c.accused = nil
		c.absent.Store(false)
		primary, before := c.comet.Primary(), slices.Clone(c.comet.Witnesses())
		err := do()
		c.note(before)
		if err == nil {
			return nil
		}
		err, lies := c.judge(ctx, err, nameOf(primary))
		rest := slices.Clone(c.comet.Witnesses())
		if !lies || len(rest) < 2 || ctx.Err() != nil {
			return err
		}
		c.log.Warn("a source is not asked any more", "source", nameOf(c.comet.Primary()), "err", err)
		if err := c.ask(rest[0], rest[1:]); err != nil {
			return err
		}
	}
}

// note tells the log of witnesses that CometBFT has dropped.
func (c *Client) note(before []provider.Provider) {
	after := append(slices.Clone(c.comet.Witnesses()), c.comet.Primary())
	for _, w := range before {
		if !slices.Contains(after, w) {
			c.log.Warn("a witness contradicts the others without proof, and is not asked any more", "source", nameOf(w))
		}
	}
}

// judge says what an error of CometBFT's client means, and whether the primary
// is to blame.
func (c *Client) judge(ctx context.Context, err error, primary string) (_ error, lies bool) {
	var expired cometlight.ErrOldHeaderExpired
	switch {
	case errors.Is(err, cometlight.ErrLightClientAttack):
		f, problem := c.fork(ctx, primary)
		if problem != nil {
			return errors.Join(err, problem), false
		}
		return errors.Join(f, f.write(c.dir)), false
	case errors.Is(err, provider.ErrHeightTooHigh), errors.Is(err, provider.ErrLightBlockNotFound):
		return ErrNoBlock, false
	case errors.Is(err, provider.ErrNoResponse) && c.absent.Load():
		return ErrNoBlock, false
	case errors.Is(err, provider.ErrNoResponse):
		return errors.New("follow: no source answers"), false
	case errors.As(err, &expired):
		return fmt.Errorf("follow: what is trusted is too old since %s; give a newer checkpoint", expired.At.UTC().Format(time.RFC3339)), false
	case errors.Is(err, cometlight.ErrFailedHeaderCrossReferencing):
		return fmt.Errorf("follow: no witness confirms the header of %s: they do not answer, are behind, or lie", primary), false
	case errors.Is(err, cometlight.ErrNoWitnesses):
		return errors.New("follow: no witness is left"), false
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("follow: %w", err), false
	}
	return fmt.Errorf("follow: the header of %s cannot be verified: %w", primary, err), true
}

func nameOf(p provider.Provider) string {
	if w, ok := p.(*witness); ok {
		return w.Name()
	}
	return "nobody"
}
