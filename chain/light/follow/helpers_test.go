package follow

import (
	"cmp"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"urna/chain/light"
	"urna/chain/light/lighttest"
	"urna/internal/check"
)

// factory makes signed headers.
type factory struct {
	*lighttest.Chain
	t testing.TB
}

// changing is a chain whose validators all change every twenty blocks.
func changing(t testing.TB, height int64) *factory {
	return &factory{lighttest.New(height, func(h int64) []lighttest.Seat { return lighttest.Seats(int(h)/5, 4) }), t}
}

// strangers is a chain of other validators.
func strangers(t testing.TB, height int64) *factory {
	return &factory{lighttest.New(height, func(int64) []lighttest.Seat { return lighttest.Seats(500, 4) }), t}
}

// fork goes its own way from a height on.
func (f *factory) fork(height int64, salt string) *factory {
	return &factory{f.Fork(height, salt), f.t}
}

func (f *factory) block(h int64) *light.Block {
	f.t.Helper()
	b, err := light.BlockOf(f.LightBlock(h))
	must(f.t, err)
	return b
}

func (f *factory) hash(h int64) light.Hash { return f.block(h).Header.Hash() }

func (f *factory) trusted() light.Trusted {
	f.t.Helper()
	t, err := light.TrustGenesis(f.Genesis())
	must(f.t, err)
	return t
}

// fake is a source that serves a chain, and whatever else a test wants.
type fake struct {
	name   string
	height atomic.Int64 // newest
	asked  atomic.Int64
	answer func(ctx context.Context, h int64, b *light.Block) (*light.Block, error) // nil: the chain's

	mu    sync.Mutex
	chain *factory
}

func (f *fake) Name() string { return f.name }

func (f *fake) Block(ctx context.Context, h int64) (*light.Block, error) {
	f.asked.Add(1)
	b, err := f.known(h)
	if f.answer != nil {
		return f.answer(ctx, h, b)
	}
	return b, err
}

func (f *fake) known(h int64) (*light.Block, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	newest := f.height.Load()
	if h == 0 {
		h = newest
	}
	if h < 1 || h > newest {
		return nil, ErrNoBlock
	}
	return light.ParseBlock(f.chain.block(h).Encode())
}

func sourceOf(name string, chain *factory, height int64) *fake {
	f := &fake{name: name, chain: chain}
	f.height.Store(height)
	return f
}

// logged is a log that a test reads.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newClient follows sources with a clock that stands an hour after the genesis.
func newClient(t *testing.T, cfg Config, sources ...Source) (*Client, *logged, error) {
	t.Helper()
	cfg.Primary, cfg.Witnesses = sources[0], sources[1:]
	cfg.MaxDrift, cfg.MaxLag = 10*time.Millisecond, cmp.Or(cfg.MaxLag, 40*time.Millisecond)
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return lighttest.Began.Add(time.Hour) }
	}
	log := &logged{}
	cfg.Log = slog.New(slog.NewTextHandler(log, nil))
	c, err := NewClient(t.Context(), cfg)
	return c, log, err
}

func client(t *testing.T, cfg Config, sources ...Source) (*Client, *logged) {
	t.Helper()
	c, log, err := newClient(t, cfg, sources...)
	must(t, err)
	return c, log
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fails checks that an error is the failure of a check.
func fails(t testing.TB, what string, err error, want check.ID) {
	t.Helper()
	if f, ok := check.Failed(err); !ok || f.Check != want {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}
