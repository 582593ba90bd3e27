package replica

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"urna/ipfs"
)

// world is a chain that refers to files, peers that have some, and a store.
type world struct {
	t *testing.T

	mu     sync.Mutex
	told   []Need
	more   chan struct{} // closed when there is more to tell
	peers  map[string][]byte
	pins   map[string]ipfs.Pin
	tries  map[string]int
	full   bool                     // the store's disk
	hang   map[string]struct{}      // nobody answers about these
	drips  map[string]time.Duration // how long a file takes that comes slowly
	swept  int
	litter int64 // bytes of what was fetched and not pinned
}

func newWorld(t *testing.T) *world {
	return &world{
		t: t, more: make(chan struct{}), peers: map[string][]byte{}, pins: map[string]ipfs.Pin{},
		tries: map[string]int{}, hang: map[string]struct{}{}, drips: map[string]time.Duration{},
	}
}

// Next implements Feeder: the cursor counts needs.
func (w *world) Next(ctx context.Context, after int64, visit func(Need) error) (int64, error) {
	for {
		w.mu.Lock()
		news, more := slices.Clone(w.told[after:]), w.more
		w.mu.Unlock()
		for _, n := range news {
			if err := visit(n); err != nil {
				return 0, err
			}
		}
		if len(news) > 0 {
			return after + int64(len(news)), nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (w *world) tell(n Need) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, n)
	close(w.more)
	w.more = make(chan struct{})
}

// have puts a file among the peers'.
func (w *world) have(file string) (uri string) {
	uri, err := ipfs.CID([]byte(file))
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.peers[uri] = []byte(file)
	return uri
}

// Fetch implements Files.
func (w *world) Fetch(ctx context.Context, uri string, l ipfs.Limits, check func(io.Reader) error) (int64, error) {
	if _, err := ipfs.Canonical(uri); err != nil {
		return 0, err
	}
	w.mu.Lock()
	w.tries[uri]++
	file, ok := w.peers[uri]
	_, hangs := w.hang[uri]
	full, rest := w.full, w.drips[uri]
	w.drips[uri] -= l.Time // what has come stays
	w.mu.Unlock()
	if rest > l.Time {
		if !wait(ctx, l.Time) {
			return 0, ctx.Err()
		}
		return 0, ipfs.ErrSlow
	}
	if hangs || !ok {
		if !wait(ctx, l.Stall) {
			return 0, ctx.Err()
		}
		return 0, ipfs.ErrUnavailable
	}
	if !wait(ctx, 10*time.Millisecond) {
		return 0, ctx.Err()
	}
	if int64(len(file)) > l.Bytes {
		return 0, ipfs.ErrTooLarge
	}
	if full {
		return 0, ipfs.ErrDiskFull
	}
	if err := check(bytes.NewReader(file)); err != nil {
		w.mu.Lock()
		w.litter += int64(len(file))
		w.mu.Unlock()
		return 0, fmt.Errorf("%w: %w", ipfs.ErrRefused, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pins[uri] = ipfs.Pin{URI: uri, Size: int64(len(file)), Added: time.Now()}
	return int64(len(file)), nil
}

func (w *world) Unpin(_ context.Context, uri string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.pins, uri)
	return nil
}

func (w *world) Pins(_ context.Context, visit func(ipfs.Pin) error) error {
	w.mu.Lock()
	pins := slices.Collect(maps.Values(w.pins))
	w.mu.Unlock()
	for _, p := range pins {
		if err := visit(p); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) Stored(context.Context) (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.litter
	for _, p := range w.pins {
		n += p.Size
	}
	return n, nil
}

func (w *world) Sweep(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.swept++
	w.litter = 0
	return nil
}

func (w *world) Status(context.Context) (ipfs.Status, error) {
	return ipfs.Status{Backend: "world", Peers: 7}, nil
}

// pinned tells whether the store has a file.
func (w *world) pinned(uri string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.pins[uri]
	return ok
}

// count is how many files the store has, and sweeps how often it was swept.
func (w *world) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.pins)
}

func (w *world) sweeps() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.swept
}

func (w *world) tried(uri string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tries[uri]
}

var errNoObject = errors.New("no JSON object")

// kinds are the rules of the tests.
var kinds = map[Kind]Rule{
	"metadata": {Limit: 1000, Check: func(r io.Reader) error {
		var v map[string]any
		if json.NewDecoder(r).Decode(&v) != nil {
			return errNoObject
		}
		return nil
	}},
	"census": {Limit: 10_000, Check: func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }},
}

func (w *world) config() Config {
	return Config{Files: w, Feeder: w, Kinds: kinds, Log: slog.New(slog.DiscardHandler)}
}

// run runs a replicator until stop is called.
func (w *world) run(cfg Config) (r *Replicator, stop func()) {
	w.t.Helper()
	r, err := Open(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	return r, func() {
		cancel()
		if err := errors.Join(<-done, r.Close()); err != nil {
			w.t.Error(err)
		}
	}
}

func stand(t *testing.T, r *Replicator) Status {
	t.Helper()
	s, err := r.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func metadata(uri string) File { return File{uri, "metadata"} }
func censusOf(uri string) File { return File{uri, "census"} }

func TestWhatTheChainRefersToIsFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var uris []string
		for i := range 100 {
			m, c := w.have(fmt.Sprintf(`{"title":%d}`, i)), w.have(fmt.Sprintf("census %d", i))
			uris = append(uris, m, c)
			w.tell(Need{Owner: fmt.Sprintf("election/%d", i), Files: []File{metadata(m), censusOf(c)}})
		}
		r, stop := w.run(w.config())
		defer stop()
		pass(time.Second)
		for _, uri := range uris {
			if !w.pinned(uri) || w.tried(uri) != 1 {
				t.Errorf("%s: pinned %v after %d attempts", uri, w.pinned(uri), w.tried(uri))
			}
		}
		if s := stand(t, r); s.Held != 200 || s.Wanted != 0 || len(s.Missing) != 0 || s.Cursor != 100 || s.Store.Peers != 7 {
			t.Errorf("%+v", s)
		}
	})
}

// pass lets time pass in a bubble, and then everything settle.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
