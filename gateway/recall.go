package gateway

import (
	"context"
	"sync"
)

// recall remembers the values that were put last, a bounded number. They are
// facts that do not change. It is safe for concurrent use.
type recall[K comparable, V any] struct {
	max int

	mu     sync.Mutex // guards what follows
	values map[K]V
	order  []K // the oldest first
}

func newRecall[K comparable, V any](max int) *recall[K, V] {
	return &recall[K, V]{max: max, values: map[K]V{}}
}

func (r *recall[K, V]) get(k K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.values[k]
	return v, ok
}

func (r *recall[K, V]) put(k K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, there := r.values[k]; !there {
		if len(r.order) == r.max {
			delete(r.values, r.order[0])
			r.order = r.order[1:]
		}
		r.order = append(r.order, k)
	}
	r.values[k] = v
}

// lane lets a few requests at a time do something that costs much, and a few
// wait; the rest is told to come again.
type lane struct {
	places chan struct{} // working or waiting
	turns  chan struct{} // working
}

func newLane(working, waiting int) *lane {
	return &lane{places: make(chan struct{}, working+waiting), turns: make(chan struct{}, working)}
}

// enter waits for a turn, which leave ends.
func (l *lane) enter(ctx context.Context) (leave func(), err error) {
	select {
	case l.places <- struct{}{}:
	default:
		return nil, overloaded("too many proofs of this kind are being made; try again later")
	}
	select {
	case l.turns <- struct{}{}:
		return func() { <-l.turns; <-l.places }, nil
	case <-ctx.Done():
		<-l.places
		return nil, ctx.Err()
	}
}
