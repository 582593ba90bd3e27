package main

import (
	"context"
	"sync"
)

// queue hands out the numbers of votes that are still to be sent: those that
// were never sent first, then those that the gateway did not take, in the order
// they came back.
type queue struct {
	mu    sync.Mutex
	next  int   // first vote that was never handed out
	total int   // votes in all
	again []int // votes to be sent again
	open  int   // votes that are neither settled nor in again nor unsent
	moved chan struct{}
}

func newQueue(total int) *queue { return &queue{total: total, moved: make(chan struct{})} }

// take returns up to n votes. It waits while none are left but some may come
// back, and returns nil when all are settled.
func (q *queue) take(ctx context.Context, n int) ([]int, error) {
	for {
		q.mu.Lock()
		var out []int
		for len(out) < n && q.next < q.total {
			out = append(out, q.next)
			q.next++
		}
		back := min(n-len(out), len(q.again))
		out = append(out, q.again[:back]...)
		q.again = q.again[back:]
		q.open += len(out)
		open, moved := q.open, q.moved
		q.mu.Unlock()
		if len(out) > 0 || open == 0 {
			return out, nil
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-moved:
		}
	}
}

// put says what became of votes that take returned: settled ones are done,
// again are to be sent again.
func (q *queue) put(settled int, again []int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open -= settled + len(again)
	q.again = append(q.again, again...)
	close(q.moved)
	q.moved = make(chan struct{})
}
