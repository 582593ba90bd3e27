package app

import (
	"errors"
	"sync"
)

// inbox holds what peers sent until a worker judges it. It needs no bound of
// its own: everything in it has a place in the pool reserved.
type inbox struct {
	mu      sync.Mutex
	wake    sync.Cond // of mu: something came in, or it is closed
	waiting []arrival
	later   []arrival // refused for a reason that the next block may end
	closed  bool
}

const (
	// laterLimit and laterTries bound what is tried again. Nobody waits for the
	// answer, and whoever took the transaction first offers it again.
	laterLimit = 4096
	laterTries = 5
)

func newInbox() *inbox {
	b := &inbox{}
	b.wake.L = &b.mu
	return b
}

func (b *inbox) put(x arrival) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, x)
	b.wake.Signal()
}

// take waits for arrivals and returns up to limit; none if the inbox is closed.
func (b *inbox) take(limit int) []arrival {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.waiting) == 0 && !b.closed {
		b.wake.Wait()
	}
	if b.closed {
		return nil
	}
	n := min(limit, len(b.waiting))
	run := b.waiting[:n:n]
	b.waiting = b.waiting[n:]
	return run
}

// postpone keeps arrivals for the next block, as far as there is room, and
// returns the others.
func (b *inbox) postpone(run []arrival) (tooMany []arrival) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(run), laterLimit-len(b.later))
	b.later = append(b.later, run[:n]...)
	return run[n:]
}

// again brings back what was postponed.
func (b *inbox) again() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, b.later...)
	b.later = nil
	b.wake.Broadcast()
}

func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.wake.Broadcast()
}

// readInbox judges what peers sent, until the inbox is closed.
func (a *App) readInbox() {
	for {
		run := a.inbox.take(admissionSpan)
		if run == nil {
			return
		}
		out := make([]Submission, len(run))
		for i := range run {
			run[i].out = &out[i]
		}
		a.work(a.background, run)
		var later []arrival
		for i := range run {
			x := &run[i]
			if x.tries++; errors.Is(out[i].Err, ErrBusy) && x.tries < laterTries && a.pool.reserve(len(x.raw), peerVote) {
				x.out = nil
				later = append(later, *x)
			}
		}
		for _, x := range a.inbox.postpone(later) {
			a.pool.release(len(x.raw))
		}
	}
}
