package watch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"urna/audit"
	"urna/chain/light"
	"urna/internal/check"
)

// memory is how many of its last blocks a follower remembers of its source.
const memory = 256

// follower watches one source, from which it takes block after block.
type follower struct {
	w    *watch
	s    audit.Source
	next int64 // height that it has not shown yet

	shown map[int64]light.Hash // the last ones that it has shown

	behind time.Time // since when others have a block that it has not
	late   bool
	down   bool // it does not answer

	refused int64 // height at which it shows no block
}

// errEnough ends a visit.
var errEnough = errors.New("enough")

// run looks again and again until ctx ends, or with Once until the source has
// shown what there was at the beginning.
func (f *follower) run(ctx context.Context) {
	began := time.Now()
	for {
		f.look(ctx)
		if ctx.Err() != nil {
			return
		}
		f.lag()
		if f.w.o.Once && (f.next > f.w.goal || time.Since(began) > f.w.o.Late) {
			if f.next <= f.w.goal {
				f.alarmLate(f.w.goal)
			}
			return
		}
		f.lookBack(ctx)
		timer := time.NewTimer(f.w.o.Every)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// look takes all blocks that are new at the source. It begins with the last one
// that the source has shown, which must still be there.
func (f *follower) look(ctx context.Context) {
	from := f.next
	_, again := f.shown[from-1]
	if again {
		from--
	}
	err := f.s.Blocks(ctx, from, func(raw []byte) error {
		again = false
		return f.take(ctx, raw)
	})
	if ctx.Err() != nil {
		return
	}
	if failure, failed := check.Failed(err); failed {
		f.refuse(failure)
	} else if err != nil && !f.down {
		f.w.tell(Event{Kind: Unreachable, Height: f.next, Source: f.s.Name(), Detail: err.Error()})
	} else if err == nil && again {
		f.w.raise(Event{Kind: Missing, Height: from, Source: f.s.Name(), Seen: hashText(f.shown[from]), Detail: "it was there before"})
		clear(f.shown)
		f.next = from
	}
	f.down = err != nil
}

// refuse raises an alarm about a block that agrees with no header, once.
func (f *follower) refuse(failure *check.Failure) {
	if f.refused != f.next {
		f.w.raise(Event{Kind: Disagree, Height: f.next, Source: f.s.Name(), Check: failure.Check.String(), Detail: failure.Detail})
	}
	f.refused = f.next
}

// take compares a block with what was seen before, and hands it on if nobody was
// faster.
func (f *follower) take(ctx context.Context, raw []byte) error {
	h, err := audit.CheckBlock(raw)
	if err != nil {
		return err
	}
	if h.Height != f.next && h.Height != f.next-1 {
		return check.Fail(check.Headers, "it shows block %d where block %d should be", h.Height, f.next)
	}
	before, shown := f.shown[h.Height]
	seen, err := f.see(ctx, h, raw)
	if err != nil {
		return err
	}
	f.shown[h.Height] = h.Hash()
	delete(f.shown, h.Height-memory)
	f.next = max(f.next, h.Height+1)
	if shown && before != h.Hash() {
		f.alarm(ctx, Rewritten, h, before)
	} else if !shown && seen != h.Hash() {
		f.alarm(ctx, Disagree, h, seen)
	}
	return nil
}

// see returns the hash of a block's height as it was seen first, which may be
// now. The next block that the replay waits for is handed to it.
func (f *follower) see(ctx context.Context, h *light.Header, raw []byte) (light.Hash, error) {
	f.w.turn.Lock()
	defer f.w.turn.Unlock()
	seen, err := f.w.hashes.get(h.Height)
	if err == nil && seen == (light.Hash{}) {
		seen = h.Hash()
		err = f.w.hashes.put(h.Height, seen)
	}
	if err != nil || h.Height != f.w.handed+1 {
		return seen, err
	}
	select {
	case f.w.raws <- raw:
		f.w.handed = h.Height
		f.w.newBlock(h.Height)
		return seen, nil
	case <-ctx.Done():
		return seen, ctx.Err()
	}
}

// lookBack compares some block of the past with what was seen first. A source
// may have thrown old ones away, and one that does not answer is noticed when it
// is asked for new blocks.
func (f *follower) lookBack(ctx context.Context) {
	if f.next < 3 || f.down {
		return
	}
	height := 1 + rand.Int64N(f.next-1)
	err := f.s.Blocks(ctx, height, func(raw []byte) error {
		h, err := audit.CheckBlock(raw)
		if err != nil || h.Height != height {
			return errors.Join(err, errEnough)
		}
		f.w.turn.Lock()
		seen, err := f.w.hashes.get(height)
		f.w.turn.Unlock()
		if err == nil && seen != h.Hash() && seen != (light.Hash{}) && f.shown[height] != h.Hash() {
			f.shown[height] = h.Hash()
			f.alarm(ctx, Rewritten, h, seen)
		}
		return errors.Join(err, errEnough)
	})
	if failure, failed := check.Failed(err); failed && ctx.Err() == nil {
		f.refuse(failure)
	}
}

func (f *follower) alarm(ctx context.Context, k Kind, h *light.Header, seen light.Hash) {
	f.w.raise(Event{
		Kind: k, Height: h.Height, Source: f.s.Name(), Hash: hashText(h.Hash()), Seen: hashText(seen), Evidence: f.evidence(ctx, h.Height),
	})
}

// lag raises an alarm if others have shown a block for too long that this source
// has not.
func (f *follower) lag() {
	top := f.w.top.Load()
	switch {
	case f.next > top:
		if f.late {
			f.w.tell(Event{Kind: Recovered, Height: top, Source: f.s.Name()})
		}
		f.behind, f.late = time.Time{}, false
	case f.behind.IsZero():
		f.behind = time.Now()
	case !f.late && !f.w.o.Once && time.Since(f.behind) > f.w.o.Late:
		f.alarmLate(top)
	}
}

func (f *follower) alarmLate(top int64) {
	f.late = true
	f.w.raise(Event{Kind: Late, Height: f.next, Source: f.s.Name(), Detail: fmt.Sprintf("others have shown block %d", top)})
}

// evidence is what the sources show signatures for, at a height.
func (f *follower) evidence(ctx context.Context, height int64) (out []Evidence) {
	for _, s := range f.w.o.Sources {
		signer, ok := s.(Signer)
		if !ok {
			continue
		}
		header, err := signer.Signed(ctx, height)
		if err != nil {
			continue
		}
		e := Evidence{Source: s.Name(), Header: header, Valid: "yes"}
		b, err := light.ParseBlock(header)
		if err == nil {
			err = b.Verify(b.Header.ChainID)
		}
		if err != nil {
			e.Valid = err.Error()
		}
		out = append(out, e)
	}
	return out
}
