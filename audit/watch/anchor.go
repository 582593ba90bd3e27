package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"urna/anchor"
	"urna/audit"
	"urna/chain/light"
	"urna/internal/check"
)

// again is how many blocks of Ethereum are searched once more, because others may
// have taken their places.
const again = 64

// ethereum is the name of the source of what is anchored.
const ethereum = "Ethereum"

// anchored compares what is anchored on Ethereum with what was seen first. One
// goroutine owns it.
type anchored struct {
	w *watch
	a *audit.Anchor

	known  bool          // the code is that of an anchor of this chain
	period time.Duration // trusting period
	next   uint64        // block of Ethereum that was not searched yet

	waiting  map[int64]anchor.Anchored // what nobody has shown yet, by height
	compared map[block]bool

	down, late, frozen bool
	refused            bool // the code is another one; there is nothing to look at
}

type block struct {
	height int64
	hash   light.Hash
}

func newAnchored(w *watch, a *audit.Anchor) *anchored {
	return &anchored{w: w, a: a, next: a.From, waiting: map[int64]anchor.Anchored{}, compared: map[block]bool{}}
}

// run looks again and again until ctx ends.
func (e *anchored) run(ctx context.Context) {
	for {
		err := e.look(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !e.down {
			e.w.tell(Event{Kind: Unreachable, Source: ethereum, Detail: err.Error()})
		}
		e.down = err != nil
		timer := time.NewTimer(e.w.o.AnchorEvery)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// look raises an alarm about everything that is wrong there now, once.
func (e *anchored) look(ctx context.Context) error {
	if e.refused {
		return nil
	}
	if !e.known {
		if err := e.know(ctx); err != nil || e.refused {
			return err
		}
	}
	head, _, err := e.a.Anchor.Head(ctx)
	if err != nil {
		return err
	}
	latest, err := e.a.Anchor.LatestAt(ctx, head)
	if err != nil {
		return err
	}
	from := max(e.a.From, e.next-min(e.next, again))
	if from <= head {
		h, err := e.a.Anchor.History(ctx, from, head)
		if err != nil {
			return err
		}
		for _, a := range h.Anchored {
			if !e.compared[block{int64(a.Height), a.BlockHash}] {
				e.waiting[int64(a.Height)] = a
			}
		}
		e.next = head + 1
	}
	if latest.FrozenFrom != 0 && !e.frozen {
		e.w.raise(Event{
			Kind: AnchorFrozen, Height: int64(latest.FrozenFrom), Source: ethereum, Check: check.AnchorForks.String(),
			Detail: "somebody has shown two signed blocks of this height to the anchor",
		})
	}
	e.frozen = latest.FrozenFrom != 0
	e.lag(latest)
	return e.compare()
}

// know checks the code, without which nothing there means anything.
func (e *anchored) know(ctx context.Context) error {
	doc, err := e.w.Genesis(ctx)
	if err != nil {
		return err
	}
	trusted, err := light.TrustGenesis(doc)
	if err != nil {
		return err
	}
	at := e.a.Anchor.Address()
	if e.period, err = e.a.Anchor.CheckChain(ctx, trusted.ChainID); err == nil && e.a.Registry != nil {
		at = e.a.Registry.Address()
		err = e.a.Registry.CheckCode(ctx, e.a.Anchor.Address())
	}
	if errors.Is(err, anchor.ErrCode) {
		e.refused = true
		e.w.raise(Event{
			Kind: AnchorDisagrees, Source: ethereum, Check: check.AnchorCode.String(),
			Detail: fmt.Sprintf("the code at %s is another one than %s has there", at, trusted.ChainID),
		})
		return nil
	}
	e.known = err == nil
	return err
}

// compare compares what somebody has shown by now.
func (e *anchored) compare() error {
	var heights []int64
	for h := range e.waiting {
		heights = append(heights, h)
	}
	slices.Sort(heights)
	for _, h := range heights {
		a := e.waiting[h]
		e.w.turn.Lock()
		seen, err := e.w.hashes.get(h)
		e.w.turn.Unlock()
		if err != nil {
			return err
		}
		if seen == (light.Hash{}) {
			continue
		}
		delete(e.waiting, h)
		e.compared[block{h, a.BlockHash}] = true
		if seen != a.BlockHash {
			e.w.raise(Event{
				Kind: AnchorDisagrees, Height: h, Source: ethereum, Check: check.AnchoredBlocks.String(),
				Hash: hashText(a.BlockHash), Seen: hashText(seen), Detail: "it was anchored in " + a.In.Hex(),
			})
		}
	}
	return nil
}

// lag raises an alarm if nothing was anchored for too long.
func (e *anchored) lag(latest anchor.Latest) {
	most := e.w.o.AnchorLate
	if most == 0 {
		most = e.period / 2
	}
	late := time.Since(time.Unix(int64(latest.Time), 0)) > most
	switch {
	case late && !e.late:
		e.w.raise(Event{
			Kind: AnchorLate, Height: int64(latest.Height), Source: ethereum,
			Detail: fmt.Sprintf("nothing newer is anchored, and this block is of %s", time.Unix(int64(latest.Time), 0).UTC().Format(time.RFC3339)),
		})
	case !late && e.late:
		e.w.tell(Event{Kind: Recovered, Height: int64(latest.Height), Source: ethereum})
	}
	e.late = late
}
