package follow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"urna/chain/light"
	"urna/chain/light/lighttest"
	"urna/internal/check"
	"urna/internal/codec"
)

func TestAClientFollowsFromAGenesisAndFromACheckpoint(t *testing.T) {
	f := changing(t, 60)
	for _, root := range []light.Trusted{f.trusted(), light.TrustCheckpoint(7, f.hash(7))} {
		primary := sourceOf("a", f, 40)
		c, _ := client(t, Config{Trust: root}, primary, sourceOf("b", f, 60), sourceOf("c", f, 60))
		for _, height := range []int64{40, 60} {
			primary.height.Store(height)
			b, err := c.Update(t.Context())
			must(t, err)
			got, err := c.Trusted()
			must(t, err)
			if b.Header.Hash() != f.hash(height) || got.Height != height || got.Hash != b.Header.Hash() || got.ChainID != lighttest.ID {
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
			if err != nil || b.Header.Hash() != f.hash(height) {
				t.Errorf("height %d: %v", height, err)
			}
		}
		if root.Height == 7 {
			b, err := c.At(t.Context(), 2)
			if err != nil || b.Header.Hash() != f.hash(2) {
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
	lie.Grow(30)
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
	whole := func(parts ...[]byte) *light.Block {
		w := codec.Writer{}
		for _, p := range parts {
			w.Bytes(p)
		}
		b, err := light.ParseBlock(w.B)
		must(t, err)
		return b
	}
	a, b := whole(e.A.Header, e.A.Commit, e.A.Validators), whole(e.B.Header, e.B.Commit, e.B.Validators)
	must(t, a.Verify(e.ChainID))
	must(t, b.Verify(e.ChainID))
	if e.Format != ForkFormat || a.Header.Hash() == b.Header.Hash() || len(e.Both) != 4 || e.Both[0].Power != 10 || e.A.Source == "" {
		t.Errorf("%s", raw)
	}
}

func TestAForkBeforeTheFirstHeaderIsSeen(t *testing.T) {
	f := changing(t, 3)
	lie := f.fork(0, "lie")
	lie.Grow(3)
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
	others := sourceOf("others", strangers(t, 30), 30)
	type block = light.Block
	for name, answer := range map[string]func(h int64, b *block) (*block, error){
		"a false signature": func(_ int64, b *block) (*block, error) { b.Commit.Slots[0].Nanos ^= 1; return b, nil },
		"another height":    func(_ int64, b *block) (*block, error) { return light.BlockOf(f.LightBlock(max(1, b.Header.Height-1))) },
		"strange bytes":     func(int64, *block) (*block, error) { return light.ParseBlock([]byte("what?")) },
		"other validators":  func(h int64, _ *block) (*block, error) { return others.known(h) },
		"without a commit":  func(_ int64, b *block) (*block, error) { b.Commit = nil; return b, nil },
		"half a commit":     func(_ int64, b *block) (*block, error) { clear(b.Commit.Slots[:2]); return b, nil },
	} {
		for place := range 2 {
			liar := sourceOf("liar", f, 30)
			sources := []Source{liar, sourceOf("b", f, 30), sourceOf("c", f, 30)}
			sources[0], sources[place] = sources[place], sources[0]
			c, log := client(t, Config{Trust: f.trusted()}, sources...)
			liar.answer = func(_ context.Context, h int64, b *block) (*block, error) { return answer(h, b) }
			b, err := c.Update(t.Context())
			if err != nil || b.Header.Hash() != f.hash(30) {
				t.Errorf("%s in place %d: %v", name, place, err)
			}
			if !strings.Contains(log.String(), "source=liar") {
				t.Errorf("%s in place %d: the log says %q", name, place, log)
			}
		}
	}
}

// Sources that have nothing to say.
var mute = map[string]func(s *fake){
	"dead": func(s *fake) {
		s.answer = func(context.Context, int64, *light.Block) (*light.Block, error) {
			return nil, errors.New("connection refused")
		}
	},
	"lagging": func(s *fake) { s.height.Store(12) },
	"slow": func(s *fake) {
		s.answer = func(ctx context.Context, _ int64, _ *light.Block) (*light.Block, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
	},
	"pruned": func(s *fake) {
		s.height.Store(31)
		s.answer = func(_ context.Context, h int64, b *light.Block) (*light.Block, error) {
			if h == 30 {
				return nil, ErrNoBlock
			}
			return b, nil
		}
	},
}

func TestAMuteWitnessIsPassedOver(t *testing.T) {
	f := changing(t, 31)
	for name, silence := range mute {
		w := sourceOf("b", f, 30)
		c, _ := client(t, Config{Trust: f.trusted(), Timeout: 50 * time.Millisecond}, sourceOf("a", f, 30), w, sourceOf("c", f, 30))
		silence(w)
		if got, err := c.Update(t.Context()); err != nil || got.Header.Hash() != f.hash(30) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWithoutAWitnessNothingIsTrusted(t *testing.T) {
	f := changing(t, 31)
	for name, silence := range mute {
		b, w := sourceOf("b", f, 30), sourceOf("c", f, 30)
		c, _ := client(t, Config{Trust: f.trusted(), Timeout: 50 * time.Millisecond}, sourceOf("a", f, 30), b, w)
		silence(b)
		silence(w)
		if _, err := c.Update(t.Context()); err == nil || !strings.Contains(err.Error(), "no witness confirms the header of a") {
			t.Errorf("%s: %v", name, err)
		}
		if got, _ := c.Trusted(); got.Height != 1 {
			t.Errorf("%s: trusted is %s", name, got)
		}
	}
}

func TestADeadPrimaryIsReplaced(t *testing.T) {
	f := changing(t, 31)
	for name, silence := range mute {
		primary := sourceOf("a", f, 30)
		c, _ := client(t, Config{Trust: f.trusted(), Timeout: 50 * time.Millisecond}, primary, sourceOf("b", f, 30), sourceOf("c", f, 30))
		silence(primary)
		if name == "lagging" || name == "pruned" {
			continue // the newest that it has is fine
		}
		if got, err := c.Update(t.Context()); err != nil || got.Header.Hash() != f.hash(30) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAWitnessThatIsAMomentBehindIsWaitedFor(t *testing.T) {
	f := changing(t, 30)
	a, b := sourceOf("a", f, 30), sourceOf("b", f, 29)
	c, _ := client(t, Config{Trust: f.trusted(), MinWitnesses: 1, MaxLag: 4 * time.Second}, a, b)
	polls := 0
	b.answer = func(_ context.Context, h int64, known *light.Block) (*light.Block, error) {
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

func TestAHeightThatIsMadeUpIsSeenByALiveWitness(t *testing.T) {
	// The primary, with all the validators, makes up heights; a witness that is
	// alive at a lower height has a later time.
	f := changing(t, 15)
	ahead := f.fork(15, "ahead")
	ahead.Grow(40)
	live := f.fork(15, "live")
	live.Time = func(h int64) time.Time { return lighttest.Began.Add(50*time.Second + time.Duration(h)*time.Second) }
	live.Grow(20)
	now := func() time.Time { return lighttest.Began.Add(70*time.Second + time.Millisecond) }
	c, _ := client(t, Config{Trust: f.trusted(), MinWitnesses: 1, Dir: t.TempDir(), Now: now}, sourceOf("liar", ahead, 40), sourceOf("honest", live, 20))
	_, err := c.Update(t.Context())
	var fork *Fork
	if !errors.As(err, &fork) || fork.A.Source != "liar" || fork.A.Block.Header.Height <= fork.B.Block.Header.Height {
		t.Errorf("%v", err)
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
	if got, err := c.Trusted(); err != nil || got.Height != 60 || got.ChainID != lighttest.ID {
		t.Errorf("%s, %v", got, err)
	}
	if b, err := c.At(t.Context(), 60); err != nil || b.Header.Hash() != f.hash(60) {
		t.Error(err)
	}
	// With another root it is another client's.
	_, _, err = newClient(t, Config{Trust: light.TrustCheckpoint(7, f.hash(7)), Dir: dir}, sources...)
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
	f := changing(t, 20)
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
	c, _ = client(t, Config{Trust: f.trusted(), Now: func() time.Time { return lighttest.Began.Add(5 * time.Second) }}, sources...)
	if _, err := c.Update(t.Context()); err == nil || !strings.Contains(err.Error(), "future") {
		t.Error(err)
	}
}

func TestNoSourceIsAnError(t *testing.T) {
	f := changing(t, 3)
	for name, source := range map[string]*fake{"empty": sourceOf("x", f, 0), "another chain": sourceOf("x", strangers(t, 3), 3)} {
		if _, _, err := newClient(t, Config{Trust: f.trusted()}, source, source, source); err == nil {
			t.Errorf("%s: a client began", name)
		}
	}
	dead := sourceOf("dead", f, 3)
	c, _ := client(t, Config{Trust: f.trusted()}, dead, dead, dead)
	mute["dead"](dead)
	if _, err := c.Update(t.Context()); err == nil || !strings.Contains(err.Error(), "no source answers") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Update(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func FuzzStore(f *testing.F) {
	chain := changing(f, 3)
	s := &fileStore{root: []byte("root"), blocks: map[int64]*light.Block{1: chain.block(1), 3: chain.block(3)}}
	f.Add(s.encode())
	f.Add([]byte(storeMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := &fileStore{root: []byte("root"), blocks: map[int64]*light.Block{}}
		if s.decode(b) == nil && !bytes.Equal(s.encode(), b) {
			t.Error("two files of one store")
		}
	})
}
