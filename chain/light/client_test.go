package light

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/internal/check"
)

// fake is a source that serves a chain, and whatever else a test wants.
type fake struct {
	name   string
	chain  *factory
	height atomic.Int64 // newest
	asked  atomic.Int64
	answer func(ctx context.Context, h int64, b *Block) (*Block, error) // nil: the chain's
	mu     sync.Mutex
}

func (f *fake) Name() string { return f.name }

func (f *fake) Block(ctx context.Context, h int64) (*Block, error) {
	f.asked.Add(1)
	f.mu.Lock() // the factory is for one at a time
	defer f.mu.Unlock()
	newest := f.height.Load()
	if h == 0 {
		h = newest
	}
	if h > newest {
		if f.answer != nil {
			return f.answer(ctx, h, nil)
		}
		return nil, ErrNoBlock
	}
	b, err := f.chain.fetch(ctx, h)
	if f.answer == nil || err != nil {
		return b, err
	}
	return f.answer(ctx, h, b)
}

func sourceOf(name string, chain *factory, height int64) *fake {
	f := &fake{name: name, chain: chain}
	f.height.Store(height)
	return f
}

// newClient follows sources with a clock that stands at the chain's end.
func newClient(t *testing.T, cfg Config, sources ...Source) (*Client, *bytes.Buffer, error) {
	t.Helper()
	cfg.Primary, cfg.Witnesses = sources[0], sources[1:]
	cfg.MaxDrift, cfg.MaxLag = 10*time.Millisecond, 40*time.Millisecond
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return began.Add(time.Hour) }
	}
	log := &bytes.Buffer{}
	cfg.Log = slog.New(slog.NewTextHandler(log, nil))
	c, err := NewClient(t.Context(), cfg)
	return c, log, err
}

func client(t *testing.T, cfg Config, sources ...Source) (*Client, *bytes.Buffer) {
	t.Helper()
	c, log, err := newClient(t, cfg, sources...)
	must(t, err)
	return c, log
}

// changing is a chain whose validators all change every twenty blocks.
func changing(t *testing.T, height int64) *factory {
	return newFactory(t, height, func(h int64) []seat { return seats(int(h)/5, 4) }, nil)
}

func TestAClientFollowsFromAGenesisAndFromACheckpoint(t *testing.T) {
	f := changing(t, 60)
	for _, root := range []Trusted{f.trusted(), TrustCheckpoint(7, f.block(7).Header.Hash())} {
		primary := sourceOf("a", f, 40)
		c, _ := client(t, Config{Trust: root}, primary, sourceOf("b", f, 60), sourceOf("c", f, 60))
		for _, height := range []int64{40, 60} {
			primary.height.Store(height)
			b, err := c.Update(t.Context())
			must(t, err)
			got, err := c.Trusted()
			must(t, err)
			if b.Header.Hash() != f.block(height).Header.Hash() || got.Height != height || got.Hash != b.Header.Hash() || got.ChainID != testChain {
				t.Errorf("trusted is %s", got)
			}
		}
		asked := primary.asked.Load()
		if asked > 40 {
			t.Errorf("%d headers were asked for", asked)
		}
		again, err := c.Update(t.Context())
		if err != nil || again.Header.Height != 60 {
			t.Errorf("%v", err)
		}
		// Between the headers that are kept, and before the first.
		for _, height := range []int64{8, 23, 59, 60} {
			b, err := c.At(t.Context(), height)
			if err != nil || b.Header.Hash() != f.block(height).Header.Hash() {
				t.Errorf("height %d: %v", height, err)
			}
		}
		if root.Height == 7 {
			b, err := c.At(t.Context(), 2)
			if err != nil || b.Header.Hash() != f.block(2).Header.Hash() {
				t.Errorf("before the checkpoint: %v", err)
			}
		}
		if _, err := c.At(t.Context(), 61); !errors.Is(err, ErrNoBlock) {
			t.Errorf("a height that is not there: %v", err)
		}
	}
}

func TestAClientNeedsWitnesses(t *testing.T) {
	f := changing(t, 9)
	a, b := sourceOf("a", f, 9), sourceOf("b", f, 9)
	if _, _, err := newClient(t, Config{Trust: f.trusted()}, a, b); err == nil {
		t.Error("one witness is enough")
	}
	c, _ := client(t, Config{Trust: f.trusted(), MinWitnesses: 1}, a, b)
	if _, err := c.Update(t.Context()); err != nil {
		t.Error(err)
	}
	c, _ = client(t, Config{Trust: f.trusted(), MinWitnesses: -1}, a)
	if _, err := c.Update(t.Context()); err != nil {
		t.Error(err)
	}
	if _, _, err := newClient(t, Config{}, a, b, b); err == nil {
		t.Error("a client trusts nothing")
	}
	if _, err := NewClient(t.Context(), Config{Trust: f.trusted()}); err == nil {
		t.Error("a client asks nobody")
	}
}

func TestAForkIsSeenAndKeptAsEvidence(t *testing.T) {
	f := changing(t, 30)
	lie := f.fork(22, "lie")
	lie.grow(30)
	for name, sources := range map[string][]Source{
		"a witness lies":   {sourceOf("honest", f, 30), sourceOf("liar", lie, 30), sourceOf("too", f, 30)},
		"the primary lies": {sourceOf("liar", lie, 30), sourceOf("honest", f, 30), sourceOf("too", f, 30)},
	} {
		dir := t.TempDir()
		c, _ := client(t, Config{Trust: f.trusted(), Dir: dir}, sources...)
		before, err := c.Trusted()
		must(t, err)
		_, err = c.Update(t.Context())
		var fork *Fork
		if !errors.As(err, &fork) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		fails(t, name, err, check.Agreement)
		if after, err := c.Trusted(); err != nil || after.Hash != before.Hash {
			t.Errorf("%s: a header is trusted all the same: %s, %v", name, after, err)
		}
		a, b := fork.A.Block, fork.B.Block
		if a.Header.Height <= 22 || b.Header.Height != a.Header.Height || a.Header.Hash() == b.Header.Hash() || len(fork.Both) != 4 || fork.Common < 1 || fork.Common > 22 ||
			fork.A.Source == fork.B.Source || !strings.Contains(fork.Error(), fork.File) || !strings.Contains(fork.Error(), "liar") {
			t.Errorf("%s: %v", name, fork)
		}
		if fork.A.Source != sources[0].Name() {
			t.Errorf("%s: the primary is %s", name, fork.A.Source)
		}
		evidence(t, fork.File)
	}
}

// evidence checks the file without what the client knew.
func evidence(t *testing.T, path string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	must(t, err)
	var e struct {
		Format  string
		ChainID string
		A, B    struct {
			Source                     string
			Header, Commit, Validators []byte
		}
		Both []struct {
			Address string
			Power   uint64
		}
	}
	must(t, json.Unmarshal(raw, &e))
	a, err := parseBlock(e.A.Header, e.A.Commit, e.A.Validators)
	must(t, err)
	b, err := parseBlock(e.B.Header, e.B.Commit, e.B.Validators)
	must(t, err)
	must(t, a.Verify(e.ChainID))
	must(t, b.Verify(e.ChainID))
	if e.Format != ForkFormat || a.Header.Hash() == b.Header.Hash() || len(e.Both) != 4 || e.Both[0].Power != 10 || e.A.Source == "" {
		t.Errorf("%s", raw)
	}
}

func TestAForkBeforeTheFirstHeaderIsSeen(t *testing.T) {
	f := changing(t, 3)
	lie := newFactory(t, 0, f.seats, nil)
	lie.salt = "lie"
	lie.grow(3)
	dir := t.TempDir()
	_, _, err := newClient(t, Config{Trust: f.trusted(), Dir: dir}, sourceOf("honest", f, 3), sourceOf("liar", lie, 3), sourceOf("too", f, 3))
	var fork *Fork
	if !errors.As(err, &fork) || fork.A.Block.Header.Height != 1 || fork.Common != 0 {
		t.Fatal(err)
	}
	evidence(t, fork.File)
}

func TestALiarWithoutTheValidatorsIsDropped(t *testing.T) {
	f := changing(t, 30)
	forged := newFactory(t, 30, func(int64) []seat { return seats(500, 4) }, nil)
	for name, answer := range map[string]func(context.Context, int64, *Block) (*Block, error){
		"a false signature": func(_ context.Context, _ int64, b *Block) (*Block, error) {
			b.Commit.Slots[0].Nanos ^= 1
			return b, nil
		},
		"another height":   func(ctx context.Context, h int64, b *Block) (*Block, error) { return f.fetch(ctx, max(1, h-1)) },
		"strange bytes":    func(context.Context, int64, *Block) (*Block, error) { return ParseBlock([]byte("what?")) },
		"other validators": func(ctx context.Context, h int64, _ *Block) (*Block, error) { return forged.fetch(ctx, h) },
		"without a commit": func(_ context.Context, _ int64, b *Block) (*Block, error) { b.Commit = nil; return b, nil },
		"some are not his": func(_ context.Context, _ int64, b *Block) (*Block, error) { unsign(b, 0, 1); return b, nil },
	} {
		liar := sourceOf("liar", f, 30)
		honest := []*fake{sourceOf("b", f, 30), sourceOf("c", f, 30)}
		for place := range 2 {
			liar.answer = nil
			sources := []Source{honest[0], liar, honest[1]}
			if place == 1 {
				sources = []Source{liar, honest[0], honest[1]}
			}
			c, log := client(t, Config{Trust: f.trusted()}, sources...)
			liar.answer = answer
			b, err := c.Update(t.Context())
			if err != nil || b.Header.Hash() != f.block(30).Header.Hash() {
				t.Errorf("%s in place %d: %v", name, place, err)
			}
			if !strings.Contains(log.String(), "source=liar") {
				t.Errorf("%s in place %d: the log says %q", name, place, log)
			}
		}
	}
}

func TestADeadOrLaggingWitnessDoesNotConfirm(t *testing.T) {
	f := changing(t, 30)
	dead := errors.New("connection refused")
	for name, change := range map[string]func(s *fake){
		"dead":    func(s *fake) { s.answer = func(context.Context, int64, *Block) (*Block, error) { return nil, dead } },
		"lagging": func(s *fake) { s.height.Store(12) },
		"slow": func(s *fake) {
			s.answer = func(ctx context.Context, _ int64, _ *Block) (*Block, error) { <-ctx.Done(); return nil, ctx.Err() }
		},
		"pruned": func(s *fake) {
			s.answer = func(_ context.Context, h int64, b *Block) (*Block, error) {
				if h == 30 {
					return nil, ErrNoBlock
				}
				return b, nil
			}
			s.height.Store(31)
			s.chain.grow(31)
		},
	} {
		live, b, w := sourceOf("a", f, 30), sourceOf("b", changing(t, 30), 30), sourceOf("c", f, 30)
		c, _ := client(t, Config{Trust: f.trusted(), Timeout: 50 * time.Millisecond}, live, b, w)
		change(b)
		if got, err := c.Update(t.Context()); err != nil || got.Header.Height != 30 {
			t.Errorf("%s: %v", name, err)
		}
		w2 := sourceOf("c", changing(t, 30), 30)
		c, _ = client(t, Config{Trust: f.trusted(), Timeout: 50 * time.Millisecond}, live, sourceOf("b", f, 30), w2)
		both := c.comet.Witnesses()
		change(both[0].(*witness).Source.(*fake))
		change(w2)
		f.headers, f.commits, f.sets = f.headers[:30], f.commits[:30], f.sets[:30]
		_, err := c.Update(t.Context())
		if err == nil {
			t.Errorf("%s: nobody confirms, and it is trusted", name)
		}
		if got, _ := c.Trusted(); got.Height != 1 {
			t.Errorf("%s: trusted is %s", name, got)
		}
	}
}

func TestAWitnessThatIsAMomentBehindIsWaitedFor(t *testing.T) {
	f := changing(t, 30)
	a, b := sourceOf("a", f, 30), sourceOf("b", f, 29)
	c, _ := client(t, Config{Trust: f.trusted(), MinWitnesses: 1}, a, b)
	polls := 0
	b.answer = func(_ context.Context, h int64, known *Block) (*Block, error) {
		if polls++; polls == 4 {
			b.height.Store(30)
		}
		if known == nil {
			return nil, ErrNoBlock
		}
		return known, nil
	}
	if got, err := c.Update(t.Context()); err != nil || got.Header.Height != 30 {
		t.Error(err)
	}
}

func TestAHeaderFromTheFutureIsSeenByALiveWitness(t *testing.T) {
	// The primary, with all the validators, makes up heights; a witness that is
	// alive at a lower height has a later time.
	f := changing(t, 20)
	ahead := f.fork(15, "ahead")
	ahead.grow(40)
	late := f.fork(15, "late")
	for h := int64(16); h <= 20; h++ {
		late.add(h)
	}
	slow := newFactory(t, 0, f.seats, nil)
	slow.headers, slow.commits, slow.sets, slow.last = f.headers[:15:15], f.commits[:15:15], f.sets[:15:15], f.headers[15].LastBlockID
	began := began
	shift(slow, 16, 20, began.Add(50*time.Second))
	now := func() time.Time { return began.Add(70*time.Second + time.Millisecond) }
	c, _ := client(t, Config{Trust: f.trusted(), MinWitnesses: 1, Dir: t.TempDir(), Now: now}, sourceOf("liar", ahead, 40), sourceOf("honest", slow, 20))
	_, err := c.Update(t.Context())
	var fork *Fork
	if !errors.As(err, &fork) || fork.A.Block.Header.Height == fork.B.Block.Header.Height {
		t.Errorf("%v", err)
	}
}

// shift adds blocks whose times are later than the factory's.
func shift(f *factory, from, to int64, base time.Time) {
	for h := from; h <= to; h++ {
		f.add(h)
		header := f.headers[h-1]
		header.Time = base.Add(time.Duration(h) * time.Second)
		f.last.Hash = header.Hash()
		f.commits[h-1] = f.commit(h, f.sets[h-1], cmttypes.BlockID{Hash: header.Hash(), PartSetHeader: f.last.PartSetHeader})
	}
}

func TestAClientRemembersWhatItTrusts(t *testing.T) {
	f := changing(t, 60)
	dir := filepath.Join(t.TempDir(), "light")
	sources := []Source{sourceOf("a", f, 60), sourceOf("b", f, 60), sourceOf("c", f, 60)}
	c, _ := client(t, Config{Trust: f.trusted(), Dir: dir}, sources...)
	_, err := c.Update(t.Context())
	must(t, err)
	// Again, with sources that have nothing.
	gone := func(name string) *fake { return sourceOf(name, f, 0) }
	c, _ = client(t, Config{Trust: f.trusted(), Dir: dir}, gone("a"), gone("b"), gone("c"))
	if got, err := c.Trusted(); err != nil || got.Height != 60 || got.ChainID != testChain {
		t.Errorf("%s, %v", got, err)
	}
	if b, err := c.At(t.Context(), 60); err != nil || b.Header.Hash() != f.block(60).Header.Hash() {
		t.Error(err)
	}
	// With another root it is another client's.
	_, _, err = newClient(t, Config{Trust: TrustCheckpoint(7, f.block(7).Header.Hash()), Dir: dir}, sources...)
	if !errors.Is(err, ErrOtherRoot) {
		t.Errorf("another root: %v", err)
	}
	path := filepath.Join(dir, storeName)
	raw, err := os.ReadFile(path)
	must(t, err)
	for name, b := range map[string][]byte{
		"empty": {}, "short": raw[:len(raw)-1], "longer": append(bytes.Clone(raw), 0), "another": []byte(strings.Repeat("x", 100)),
		"a changed byte": func() []byte { b := bytes.Clone(raw); b[len(b)/2] ^= 1; return b }(),
	} {
		must(t, os.WriteFile(path, b, 0o644))
		if _, _, err := newClient(t, Config{Trust: f.trusted(), Dir: dir}, sources...); err == nil {
			t.Errorf("%s: the file is believed", name)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}

func TestTheStoreKeepsItsFirstHeader(t *testing.T) {
	f := newFactory(t, 20, nil, nil)
	s, err := openStore(t.TempDir(), []byte("root"))
	must(t, err)
	if h, err := s.LastLightBlockHeight(); h != -1 || err != nil {
		t.Error(h, err)
	}
	if h, err := s.FirstLightBlockHeight(); h != -1 || err != nil {
		t.Error(h, err)
	}
	for h := int64(3); h <= 20; h++ {
		lb, err := f.block(h).LightBlock()
		must(t, err)
		must(t, s.SaveLightBlock(lb))
	}
	must(t, s.Prune(5))
	again, err := openStore(s.dir, []byte("root"))
	must(t, err)
	for _, s := range []*fileStore{s, again} {
		first, _ := s.FirstLightBlockHeight()
		last, _ := s.LastLightBlockHeight()
		if first != 3 || last != 20 || s.Size() != 5 {
			t.Errorf("%d headers from %d to %d", s.Size(), first, last)
		}
		lb, err := s.LightBlockBefore(17)
		if err != nil || lb.Height != 3 {
			t.Error(err)
		}
		if _, err := s.LightBlockBefore(3); err == nil {
			t.Error("something is before the first")
		}
	}
	must(t, s.DeleteLightBlock(20))
	must(t, s.Prune(0))
	if s.Size() != 0 {
		t.Error("the store is not empty")
	}
	must(t, s.Prune(10))
}

func TestTrustThatIsTooOldEnds(t *testing.T) {
	f := changing(t, 30)
	sources := []Source{sourceOf("a", f, 30), sourceOf("b", f, 30), sourceOf("c", f, 30)}
	c, _ := client(t, Config{Trust: f.trusted(), TrustingPeriod: time.Minute}, sources...)
	if _, err := c.Update(t.Context()); err == nil || !strings.Contains(err.Error(), "too old") {
		t.Error(err)
	}
	c, _ = client(t, Config{Trust: f.trusted(), TrustingPeriod: 2 * time.Hour}, sources...)
	if _, err := c.Update(t.Context()); err != nil {
		t.Error(err)
	}
	c, _ = client(t, Config{Trust: f.trusted(), Now: func() time.Time { return began.Add(5 * time.Second) }}, sources...)
	if _, err := c.Update(t.Context()); err == nil || !strings.Contains(err.Error(), "future") {
		t.Error(err)
	}
}

func TestNoSourceIsAnError(t *testing.T) {
	f := changing(t, 3)
	strangers := newFactory(t, 3, func(int64) []seat { return seats(70, 4) }, nil)
	for name, source := range map[string]*fake{"empty": sourceOf("x", f, 0), "another chain": sourceOf("x", strangers, 3)} {
		if _, _, err := newClient(t, Config{Trust: f.trusted()}, source, source, source); err == nil {
			t.Errorf("%s: a client began", name)
		}
	}
	dead := sourceOf("dead", f, 3)
	c, _ := client(t, Config{Trust: f.trusted()}, dead, dead, dead)
	dead.answer = func(context.Context, int64, *Block) (*Block, error) { return nil, errors.New("gone") }
	if _, err := c.Update(t.Context()); err == nil || !strings.Contains(err.Error(), "no source answers") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Update(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

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
	for name, lb := range map[string]*cmttypes.LightBlock{"nothing": nil, "no header": {}, "no validators": {SignedHeader: &cmttypes.SignedHeader{Header: f.headers[0], Commit: f.commits[0]}}} {
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

func FuzzStore(f *testing.F) {
	chain := mixed(f, 3)
	s := &fileStore{root: []byte("root"), blocks: map[int64]*Block{1: chain.block(1), 3: chain.block(3)}}
	f.Add(s.encode())
	f.Add([]byte(storeMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := &fileStore{root: []byte("root"), blocks: map[int64]*Block{}}
		if s.decode(b) == nil && !bytes.Equal(s.encode(), b) {
			t.Error("two files of one store")
		}
	})
}
