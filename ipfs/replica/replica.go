// Package replica keeps a copy of every file that a chain refers to. A Feeder
// tells who needs which files; they are fetched from peers, checked, pinned,
// and let go when nobody has needed them for long and room is short.
//
// It promises that a file which an open owner needs is never let go, that what
// is wanted is tried again until it comes, across restarts, the most needed
// first, and that nothing that peers or the chain say stops it: a file that
// cannot be had is an entry in Status. It refuses files that break the rule of
// their kind, and to store more than its quota, files under way excepted.
package replica

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"urna/internal/kv"
	"urna/ipfs"
)

// Kind is what a file is to its owner, such as "census".
type Kind string

// Rule says what a file of a kind must be.
type Rule struct {
	Limit int64                 // most bytes
	Check func(io.Reader) error // refuses what is no such file; it must read with bounds of its own

	// Held, if not nil, is told of each file of the kind that is here: after the
	// start and when it has come, one after the other, perhaps more than once. What
	// is a file of several kinds may have passed the check of another.
	Held func(ctx context.Context, uri string)
}

// File is a file that somebody refers to.
type File struct {
	URI  string
	Kind Kind
}

// Need is all that one owner refers to now. Files that it referred to before
// and no longer names are needed as those of an owner that closes now.
type Need struct {
	Owner  string // a name of its own, such as "election/..."
	Files  []File
	Closed time.Time // since when nobody needs the files to take part; zero while somebody does
}

// Feeder tells of needs. It may tell of the same again.
type Feeder interface {
	// Next waits until there is more than it has told up to after, which is 0 at
	// first, tells of every owner whose needs may have changed since, and returns
	// what to ask for next. An error of visit is returned as it is.
	Next(ctx context.Context, after int64, visit func(Need) error) (int64, error)
}

// Files is the store that files go to: an *ipfs.Store.
type Files interface {
	Fetch(ctx context.Context, uri string, l ipfs.Limits, check func(io.Reader) error) (int64, error)
	Unpin(ctx context.Context, uri string) error
	Pins(ctx context.Context, visit func(ipfs.Pin) error) error
	Stored(ctx context.Context) (int64, error)
	Sweep(ctx context.Context) error
	Status(ctx context.Context) (ipfs.Status, error)
}

// Config says what is kept and how.
type Config struct {
	Dir    string        // where the queue is; "" keeps it in memory
	Files  Files         // required
	Feeder Feeder        // required
	Kinds  map[Kind]Rule // required
	Log    *slog.Logger  // required

	Keep    time.Duration // for how long after an owner has closed its files stay, whatever the quota; 0 is 30 days
	Quota   int64         // bytes that the store may take; 0 is any number
	Workers int           // files fetched at once; 0 is 16
	Stall   time.Duration // see ipfs.Limits; 0 is 20 s
	Retry   time.Duration // before the second try, doubled before each further one; 0 is 10 s

	Metrics prometheus.Registerer // nil for none
	Now     func() time.Time      // time.Now
}

func (c *Config) complete() error {
	if c.Files == nil || c.Feeder == nil || len(c.Kinds) == 0 || c.Log == nil {
		return errors.New("replica: Files, Feeder, Kinds and Log are required")
	}
	for kind, r := range c.Kinds {
		if r.Limit <= 0 || r.Check == nil {
			return fmt.Errorf("replica: kind %q needs a limit and a check", kind)
		}
	}
	for v, def := range map[*time.Duration]time.Duration{
		&c.Keep: 30 * 24 * time.Hour, &c.Stall: 20 * time.Second, &c.Retry: 10 * time.Second,
	} {
		if *v == 0 {
			*v = def
		}
		if *v < 0 {
			return errors.New("replica: a duration is negative")
		}
	}
	if c.Workers == 0 {
		c.Workers = 16
	}
	if c.Workers < 0 || c.Quota < 0 {
		return errors.New("replica: Workers and Quota must not be negative")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

// Replicator keeps copies. Its methods may be called by several goroutines.
type Replicator struct {
	cfg   Config
	db    *kv.DB
	wake  chan struct{} // there may be something to fetch
	count counters

	tidying sync.Mutex // one clean-up at a time

	mu     sync.Mutex // guards what follows
	cursor int64      // what the feeder has told of
	owners map[string]*owner
	files  map[string]*file
	ready  queue // to fetch now, never tried before, the most needed first
	again  queue // to fetch now, tried before, the most needed first
	later  queue // to fetch later, the earliest first

	arrivals int64           // in line, ever
	busy     map[string]bool // being fetched or let go
	places   int             // files that are being fetched
	retries  int             // of those, files that were tried before

	news   []notice      // for Rule.Held
	toTell chan struct{} // there may be some

	used  int64 // bytes of all pins when they were last looked at, and of what came since
	loose int64 // of used, what no pin holds, as far as it can be told
	lost  error // why the queue is not on disk as it is in memory
}

// Open opens the queue as it was left. Close must follow, after Run has ended.
func Open(cfg Config) (*Replicator, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	db, err := kv.Open(cfg.Dir, kv.Options{})
	if err != nil {
		return nil, fmt.Errorf("open queue of files: %w", err)
	}
	r := &Replicator{
		cfg: cfg, db: db, wake: make(chan struct{}, 1), toTell: make(chan struct{}, 1),
		owners: map[string]*owner{}, files: map[string]*file{}, busy: map[string]bool{},
		count: counters{outcomes: map[string]int64{}},
		ready: queue{less: moreNeeded}, again: queue{less: moreNeeded}, later: queue{less: earlier},
	}
	if err := r.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open queue of files: %w", err), db.Close())
	}
	if err := r.measure(cfg.Metrics); err != nil {
		return nil, errors.Join(fmt.Errorf("open queue of files: %w", err), db.Close())
	}
	return r, nil
}

// Close closes the queue.
func (r *Replicator) Close() error { return r.db.Close() }

// Run fetches what is wanted until ctx ends, and returns nil. It may be called
// once.
func (r *Replicator) Run(ctx context.Context) error {
	r.tidy(ctx, r.cfg.Now().Add(time.Minute)) // nothing is being fetched
	group, ctx := errgroup.WithContext(ctx)
	r.announceAll()
	group.Go(func() error { r.tell(ctx); return nil })
	group.Go(func() error { r.feed(ctx); return nil })
	group.Go(func() error { r.dispatch(ctx, group); return nil })
	group.Go(func() error { r.housekeep(ctx); return nil })
	return group.Wait()
}

// pauseAfterFault is how long is waited before something local is tried again
// that went wrong.
const pauseAfterFault = 10 * time.Second

// feed takes what the feeder tells.
func (r *Replicator) feed(ctx context.Context) {
	for ctx.Err() == nil {
		r.mu.Lock()
		after := r.cursor
		r.mu.Unlock()
		b := r.newBatch()
		next, err := r.cfg.Feeder.Next(ctx, after, func(n Need) error { return r.take(b, n) })
		if err == nil {
			r.advance(b, next)
			continue
		}
		r.write(b)
		if ctx.Err() != nil {
			return
		}
		r.cfg.Log.Error("nobody tells which files the chain refers to", "err", err)
		wait(ctx, pauseAfterFault)
	}
}

// wait waits, and tells whether ctx goes on.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// nudge lets the dispatcher look again.
func (r *Replicator) nudge() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}
