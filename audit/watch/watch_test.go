package watch

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"urna/app/apptest"
	"urna/audit"
	"urna/chain/light"
	"urna/internal/check"
)

// screen is a source that shows what a test puts on it.
type screen struct {
	name string

	mu      sync.Mutex
	genesis []byte
	blocks  [][]byte
	down    error
	looked  chan int64 // heights of blocks that were looked at, if anybody wants to know
}

func (s *screen) Name() string { return s.name }

func (s *screen) Genesis(context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.genesis, s.down
}

func (s *screen) Tip(context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.blocks)), s.down
}

func (s *screen) Blocks(ctx context.Context, from int64, visit func(raw []byte) error) error {
	for ; ; from++ {
		s.mu.Lock()
		raw, err := []byte(nil), s.down
		if from <= int64(len(s.blocks)) {
			raw = s.blocks[from-1]
		}
		s.mu.Unlock()
		if err = errors.Join(err, ctx.Err()); err != nil || raw == nil {
			return err
		}
		if err := visit(raw); err != nil {
			return err
		}
		select {
		case s.looked <- from:
		default:
		}
	}
}

// wait waits until a block was looked at.
func (s *screen) wait(height int64) {
	for <-s.looked != height {
	}
}

// Signed shows a header that nobody signed.
func (s *screen) Signed(_ context.Context, height int64) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := audit.CheckBlock(s.blocks[height-1])
	if err != nil {
		return nil, err
	}
	trusted, err := light.TrustGenesis(s.genesis)
	return (&light.Block{Header: h, Validators: trusted.Validators}).Encode(), err
}

func (s *screen) show(change func(s *screen)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// two are two screens that show the first n blocks of a chain, and all of them.
func two(t *testing.T, n int) (a, b *screen, all [][]byte) {
	c := apptest.New(t, apptest.Options{})
	for range 8 {
		c.Mine()
	}
	if err := c.Source().Blocks(t.Context(), 1, func(raw []byte) error { all = append(all, raw); return nil }); err != nil {
		t.Fatal(err)
	}
	a, b = &screen{name: "A", genesis: c.Genesis()}, &screen{name: "B", genesis: c.Genesis()}
	a.blocks, b.blocks = all[:n:n], all[:n:n]
	a.looked, b.looked = make(chan int64), make(chan int64)
	return a, b, all
}

// other is another chain with the same genesis: its blocks are a second apart
// from the others' from the second one on.
func other(t *testing.T) (all [][]byte) {
	c := apptest.New(t, apptest.Options{})
	c.Mine()
	c.Pass(time.Second)
	for range 8 {
		c.Mine()
	}
	if err := c.Source().Blocks(t.Context(), 1, func(raw []byte) error { all = append(all, raw); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

// watching is a watch under way and what it has told.
type watching struct {
	t      *testing.T
	events chan Event
	seen   []Event
	stop   context.CancelFunc
	end    chan error
}

func begin(t *testing.T, o Options) *watching {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &watching{t: t, events: make(chan Event, 10_000), stop: stop, end: make(chan error, 1)}
	o.Every = time.Millisecond
	o.Tell = func(e Event) { r.events <- e }
	go func() {
		_, err := Run(ctx, o)
		r.end <- err
	}()
	return r
}

// until waits for an event, in whatever order they come. Each is found once.
func (r *watching) until(what Kind, height int64, source string) Event {
	r.t.Helper()
	is := func(e Event) bool { return e.Kind == what && e.Height == height && e.Source == source }
	for i, e := range r.seen {
		if is(e) {
			r.seen = slices.Delete(r.seen, i, i+1)
			return e
		}
	}
	limit := time.After(time.Minute)
	for {
		select {
		case e := <-r.events:
			if is(e) {
				return e
			}
			r.seen = append(r.seen, e)
		case <-limit:
			r.t.Fatalf("there is no %s of block %d at %q, but %v", what, height, source, r.seen)
		}
	}
}

// ends stops the watch and returns its error.
func (r *watching) ends() error {
	r.stop()
	return <-r.end
}

func broken(t *testing.T, err error, want check.ID) {
	t.Helper()
	if f, ok := check.Failed(err); !ok || f.Check != want {
		t.Errorf("the watch ends with %v, want %s", err, want)
	}
}

func TestSourcesThatAgreeRaiseNoAlarm(t *testing.T) {
	a, b, all := two(t, 3)
	r := begin(t, Options{Sources: []audit.Source{a, b}, Dir: t.TempDir()})
	r.until(Replayed, 2, "")
	for n := 4; n <= len(all); n++ {
		for _, s := range []*screen{a, b} {
			s.show(func(s *screen) { s.blocks = all[:n:n] })
		}
		r.until(Replayed, int64(n-1), "")
	}
	if err := r.ends(); err != nil {
		t.Error(err)
	}
	for _, e := range r.seen {
		if e.Alarm {
			t.Errorf("%s", e)
		}
	}
}

func TestSourcesThatDisagreeAreNamedWithEvidence(t *testing.T) {
	a, b, all := two(t, 4)
	lie := other(t)
	dir := t.TempDir()
	r := begin(t, Options{Sources: []audit.Source{a, b}, Dir: dir})
	b.wait(4)
	a.show(func(a *screen) { a.blocks = all[:5:5] })
	r.until(Replayed, 4, "")
	b.show(func(b *screen) { b.blocks = append(all[:4:4], lie[4]) })
	e := r.until(Disagree, 5, "B")
	if e.Hash == e.Seen || e.Check != "V51" || len(e.Evidence) != 2 || !strings.Contains(e.Evidence[1].Valid, "no commit") {
		t.Errorf("%+v", e)
	}
	broken(t, r.ends(), check.Agreement)
	log, err := os.ReadFile(filepath.Join(dir, "alarms.jsonl"))
	var kept Event
	if err != nil || json.Unmarshal(log, &kept) != nil || kept.Hash != e.Hash || kept.Kind != Disagree {
		t.Errorf("what is kept is %s, %v", log, err)
	}
}

func TestABlockThatIsRewrittenOrTakenBackIsNoticed(t *testing.T) {
	a, b, all := two(t, 6)
	lie := other(t)
	r := begin(t, Options{Sources: []audit.Source{a, b}})
	a.wait(6)
	b.wait(6)
	a.show(func(a *screen) { a.blocks = append(all[:5:5], lie[5]) })
	if e := r.until(Rewritten, 6, "A"); e.Hash == e.Seen || e.Seen == "" {
		t.Errorf("%+v", e)
	}
	b.show(func(b *screen) { b.blocks = all[:5:5] })
	r.until(Missing, 6, "B")
	// Older blocks are looked at, too, one now and then.
	b.show(func(b *screen) { b.blocks = slices.Concat(all[:2:2], lie[2:3], all[3:6:6]) })
	r.until(Rewritten, 3, "B")
	broken(t, r.ends(), check.Agreement)
}

func TestAfterARestartTheFirstSightStillCounts(t *testing.T) {
	a, _, all := two(t, 5)
	lie := other(t)
	dir := t.TempDir()
	o := Options{Sources: []audit.Source{a}, Dir: dir}
	r := begin(t, o)
	r.until(Replayed, 4, "")
	if err := r.ends(); err != nil {
		t.Fatal(err)
	}
	a.show(func(a *screen) { a.blocks = append(all[:4:4], lie[4]) })
	r = begin(t, o)
	r.until(Disagree, 5, "A")
	if _, failed := check.Failed(r.ends()); !failed { // the law may have been quicker to end it
		t.Error("the watch ends well")
	}
}

func TestASourceThatIsLateIsNamedUntilItHasCaughtUp(t *testing.T) {
	a, b, all := two(t, 3)
	r := begin(t, Options{Sources: []audit.Source{a, b}, Late: 30 * time.Millisecond})
	b.wait(3)
	b.show(func(b *screen) { b.down = errors.New("no answer") })
	a.show(func(a *screen) { a.blocks = all })
	r.until(Unreachable, 4, "B")
	r.until(Late, 4, "B")
	b.show(func(b *screen) { b.blocks, b.down = all, nil })
	r.until(Recovered, int64(len(all)), "B")
	r.until(Late, int64(len(all)+1), "") // nobody goes on
	broken(t, r.ends(), check.Agreement)
}

func TestAWatchEndsAtAHeightOrAfterOneLook(t *testing.T) {
	a, b, all := two(t, 6)
	dir := t.TempDir()
	if v, err := Run(t.Context(), Options{Sources: []audit.Source{a, b}, Until: 4, Dir: dir}); err != nil || v.Height != 4 {
		t.Errorf("until 4: %v, %+v", err, v)
	}
	for range 2 {
		if v, err := Run(t.Context(), Options{Sources: []audit.Source{a, b}, Once: true, Dir: dir}); err != nil || v.Height != 5 {
			t.Errorf("once: %v, %+v", err, v)
		}
	}
	a.show(func(a *screen) { a.blocks = all })
	v, err := Run(t.Context(), Options{Sources: []audit.Source{a, b}, Once: true, Every: time.Millisecond, Late: 10 * time.Millisecond})
	if broken(t, err, check.Agreement); v.Height != 8 || !strings.Contains(err.Error(), "block 7 late at B") {
		t.Errorf("once, when B is late: %v, %+v", err, v)
	}
}

func TestABlockThatBreaksALawEndsTheWatch(t *testing.T) {
	a, _, all := two(t, 4)
	lie := other(t)
	r := begin(t, Options{Sources: []audit.Source{a}})
	r.until(Replayed, 3, "")
	a.show(func(a *screen) { a.blocks = slices.Concat(all[:4:4], lie[4:5]) })
	r.until(Refused, 4, "")
	broken(t, <-r.end, check.Headers)

	// A body that is not the header's is refused before the law is asked.
	a, b, all := two(t, 4)
	r = begin(t, Options{Sources: []audit.Source{a, b}})
	b.wait(4)
	b.show(func(b *screen) { b.blocks = append(all[:4:4], append(slices.Clone(all[4]), 0x7a, 0)) })
	if e := r.until(Disagree, 5, "B"); e.Check != "V13" {
		t.Errorf("%+v", e)
	}
	broken(t, r.ends(), check.Agreement)
}

func TestSourcesOfDifferentChainsAreNotWatched(t *testing.T) {
	a, b, _ := two(t, 4)
	b.genesis = []byte(strings.Replace(string(b.genesis), `"power": "10"`, `"power": "11"`, 1))
	_, err := Run(t.Context(), Options{Sources: []audit.Source{a, b}})
	broken(t, err, check.Agreement)
	b.genesis = []byte("{}")
	_, err = Run(t.Context(), Options{Sources: []audit.Source{a, b}})
	broken(t, err, check.Genesis)
	b.down, a.down = errors.New("down"), errors.New("down")
	if _, err := Run(t.Context(), Options{Sources: []audit.Source{a, b}}); err == nil {
		t.Error("nobody is watched")
	}
	if _, err := Run(t.Context(), Options{}); err == nil {
		t.Error("nothing is watched")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "hashes"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), Options{Sources: []audit.Source{a}, Dir: dir}); err == nil {
		t.Error("a broken file of hashes is used")
	}
}
