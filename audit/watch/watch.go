// Package watch follows a live chain through several sources at once and raises
// an alarm when they do not show the same blocks, or not in time (V51): a block
// that was rewritten, that is missing or late, sources that disagree. What they
// show first is replayed under the law as it comes.
//
// It promises that the hash of every block is kept as it was first seen, on disk
// if there is a directory, and that whatever is shown later is compared with it.
// It does not decide which of two sources is right; it shows what each of them
// has signatures for.
package watch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"urna/audit"
	"urna/chain/light"
	"urna/internal/check"
)

// Signer is a source that shows signed headers; they are the evidence when
// sources disagree.
type Signer interface {
	// Signed returns the signed header of a height (docs/spec/proofs.md section
	// 4) as the source shows it.
	Signed(ctx context.Context, height int64) ([]byte, error)
}

// Options say what to watch. At least one source is required.
type Options struct {
	Sources []audit.Source

	// Dir keeps the replay, the hashes and the alarms between runs; "" keeps
	// nothing.
	Dir string

	// Genesis is a copy of the genesis that is trusted, see audit.Options.
	Genesis []byte

	// Anchor is where the chain is anchored on Ethereum; nil does not look there.
	// Blocks are compared by their hash; sets and results are for a replay.
	Anchor *audit.Anchor

	// AnchorEvery is the pause between two looks at Ethereum; 15 s.
	AnchorEvery time.Duration

	// AnchorLate is how old the newest anchored block may be; half of the
	// trusting period.
	AnchorLate time.Duration

	// Every is the pause after a source has shown all it has; 1 s.
	Every time.Duration

	// Late is how long a block may be missing at a source, or at all of them,
	// after it should be there; 30 s.
	Late time.Duration

	// Until ends the watch when this height is replayed; 0 does not.
	Until int64

	// Once ends the watch when every source has shown what the others had at
	// the beginning, or is late.
	Once bool

	// Tell is told what happens, one event at a time.
	Tell func(Event)
}

// Run watches until ctx ends or the options say so. The error is a
// *check.Failure if there was an alarm: of V51, or of the check that the blocks
// failed. The end of ctx alone is none.
func Run(ctx context.Context, o Options) (*audit.Verdict, error) {
	if len(o.Sources) == 0 {
		return nil, errors.New("watch: there is no source")
	}
	if o.Every == 0 {
		o.Every = time.Second
	}
	if o.Late == 0 {
		o.Late = 30 * time.Second
	}
	if o.AnchorEvery == 0 {
		o.AnchorEvery = 15 * time.Second
	}
	w := &watch{o: o, raws: make(chan []byte), moved: time.Now()}
	if err := w.open(); err != nil {
		return nil, err
	}
	endAnchor := w.watchAnchor(ctx)
	v, err := audit.Replay(ctx, audit.Options{
		Source: w, Dir: o.Dir, Genesis: o.Genesis, To: o.Until, LookAhead: 4 << 20, OnBlock: w.replayed,
	})
	err = errors.Join(err, endAnchor())
	if failure, ok := check.Failed(err); ok {
		w.raise(Event{Kind: Refused, Height: v.Height + 1, Check: failure.Check.String(), Detail: failure.Detail})
		return v, errors.Join(err, w.close())
	}
	if err != nil && ctx.Err() == nil {
		return v, errors.Join(err, w.close())
	}
	if err := w.close(); err != nil {
		return v, err
	}
	if w.alarms > 0 {
		return v, check.Fail(check.Agreement, "alarms: %d; the first one: %s", w.alarms, w.first)
	}
	return v, nil
}

// watchAnchor looks at Ethereum until end, which looks once more unless ctx has
// ended.
func (w *watch) watchAnchor(ctx context.Context) (end func() error) {
	if w.o.Anchor == nil {
		return func() error { return nil }
	}
	e := newAnchored(w, w.o.Anchor)
	looking, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { e.run(looking); close(ended) }()
	return func() error {
		stop()
		<-ended
		if ctx.Err() != nil {
			return nil
		}
		return e.look(ctx)
	}
}

// watch is the sources as one that does not end. The replay pulls its blocks.
type watch struct {
	o    Options
	raws chan []byte // to the replay, in order

	// turn is held by whoever looks at a block: to see it first and to hand it
	// on to the replay is one step.
	turn   sync.Mutex
	hashes *hashes
	handed int64 // last height that the replay got

	top  atomic.Int64 // highest one that anybody has shown
	goal int64        // with Once: highest one at the beginning

	mu     sync.Mutex // alarms, and what the replay says
	log    *os.File
	alarms int
	first  string
	moved  time.Time // when there was a new block
	silent bool      // nobody has shown one for too long
}

func (w *watch) open() (err error) {
	path := ""
	if w.o.Dir != "" {
		if err := os.MkdirAll(w.o.Dir, 0o755); err != nil {
			return err
		}
		path = filepath.Join(w.o.Dir, "hashes")
		if w.log, err = os.OpenFile(filepath.Join(w.o.Dir, "alarms.jsonl"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
			return err
		}
	}
	if w.hashes, err = openHashes(path); err != nil && w.log != nil {
		err = errors.Join(err, w.log.Close())
	}
	return err
}

func (w *watch) close() error {
	err := w.hashes.close()
	if w.log != nil {
		err = errors.Join(err, w.log.Close())
	}
	return err
}

// Name implements audit.Source.
func (w *watch) Name() string { return fmt.Sprintf("%d sources", len(w.o.Sources)) }

// Genesis implements audit.Source. All sources that answer must have the same.
func (w *watch) Genesis(ctx context.Context) (doc []byte, err error) {
	var of string
	for _, s := range w.o.Sources {
		other, bad := s.Genesis(ctx)
		if bad != nil {
			err = errors.Join(err, bad)
			continue
		}
		if doc == nil {
			doc, of = other, s.Name()
			continue
		}
		one, err1 := audit.CanonicalGenesis(doc)
		two, err2 := audit.CanonicalGenesis(other)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		if !bytes.Equal(one, two) {
			return nil, check.Fail(check.Agreement, "%s and %s show different genesis documents", of, s.Name())
		}
	}
	if doc != nil {
		err = nil
	}
	return doc, err
}

// Tip implements audit.Source. With Once it is what everybody has to show;
// without, whoever does not answer yet may answer later.
func (w *watch) Tip(ctx context.Context) (int64, error) {
	var err error
	for _, s := range w.o.Sources {
		h, bad := s.Tip(ctx)
		err = errors.Join(err, bad)
		w.goal = max(w.goal, h)
	}
	if w.goal > 0 || !w.o.Once {
		err = nil
	}
	return w.goal, err
}

// Blocks implements audit.Source. It ends with ctx, or with Once when every
// source has ended.
func (w *watch) Blocks(ctx context.Context, from int64, visit func(raw []byte) error) error {
	w.turn.Lock()
	w.handed = from - 1
	w.turn.Unlock()
	w.top.Store(from - 1)
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	for _, s := range w.o.Sources {
		f := &follower{w: w, s: s, next: from, shown: map[int64]light.Hash{}}
		all.Go(func() { f.run(ctx) })
	}
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	defer func() { stop(); <-ended }()
	alive := time.NewTicker(w.o.Every)
	defer alive.Stop()
	for {
		select {
		case raw := <-w.raws:
			if err := visit(raw); err != nil {
				return err
			}
		case <-alive.C:
			w.checkAlive()
		case <-ended:
			return ctx.Err()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// replayed is told that the law agrees with a block.
func (w *watch) replayed(b *audit.Block) error {
	w.tell(Event{Kind: Replayed, Height: b.Header.Height, Hash: hashText(b.Header.Hash()), Transactions: len(b.Txs)})
	return nil
}

// checkAlive raises an alarm if nobody has shown a new block for too long.
func (w *watch) checkAlive() {
	w.mu.Lock()
	late := !w.o.Once && !w.silent && time.Since(w.moved) > w.o.Late
	w.silent = w.silent || late
	since := w.moved
	w.mu.Unlock()
	if late {
		w.raise(Event{Kind: Late, Height: w.top.Load() + 1, Detail: fmt.Sprintf("nobody has shown a new block since %s", since.UTC().Format(time.RFC3339))})
	}
}

// newBlock notes that somebody has shown a block that nobody had shown before.
func (w *watch) newBlock(height int64) {
	w.top.Store(height) // under turn
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moved, w.silent = time.Now(), false
}

// raise counts an alarm, keeps it and tells it.
func (w *watch) raise(e Event) {
	e.Alarm = true
	if e.Check == "" {
		e.Check = check.Agreement.String()
	}
	w.mu.Lock()
	w.alarms++
	if w.alarms == 1 {
		w.first = e.String()
	}
	w.mu.Unlock()
	w.tell(e)
}

func (w *watch) tell(e Event) {
	e.Time = time.Now().UTC().Truncate(time.Millisecond)
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.Alarm && w.log != nil {
		if b, err := json.Marshal(e); err == nil {
			_, _ = w.log.Write(append(b, '\n')) // what cannot be kept is still told
		}
	}
	if w.o.Tell != nil {
		w.o.Tell(e)
	}
}
