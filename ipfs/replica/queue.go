package replica

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"urna/ipfs"
)

// How long it takes until a file is tried again at the most.
const (
	openAgain    = time.Hour          // that somebody needs
	closedAgain  = 24 * time.Hour     // that nobody needs any more
	refusedAgain = 7 * 24 * time.Hour // that broke its rules, which may have changed with the program
)

// How long one attempt may take: the first, and at the most, when each doubled
// it. What came of a file stays, so that the next attempt goes on with it.
const (
	firstTime = time.Minute
	mostTime  = 10 * time.Minute
)

// ErrQuota: the file is within its rules, but there is no room left for it.
var ErrQuota = errors.New("the quota leaves no room for the file")

// item is a file in line.
type item struct {
	file     *file
	at       time.Time
	open     bool
	attempts int
	seq      int64
}

// moreNeeded: what an open election needs, then what was not tried often, then
// what came last: of a flood of files that nobody has, each costs the next one
// that somebody needs no more than the place of one worker.
func moreNeeded(a, b item) bool {
	switch {
	case a.open != b.open:
		return a.open
	case a.attempts != b.attempts:
		return a.attempts < b.attempts
	}
	return a.seq > b.seq
}

func earlier(a, b item) bool { return a.at.Before(b.at) }

// queue is a heap of items.
type queue struct {
	items []item
	less  func(a, b item) bool
}

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (q *queue) Len() int           { return len(q.items) }
func (q *queue) Less(i, j int) bool { return q.less(q.items[i], q.items[j]) }
func (q *queue) Swap(i, j int)      { q.items[i], q.items[j] = q.items[j], q.items[i] }
func (q *queue) Push(v any)         { q.items = append(q.items, v.(item)) }
func (q *queue) Pop() any {
	last := q.items[len(q.items)-1]
	q.items = q.items[:len(q.items)-1]
	return last
}

// push puts a file in line. It needs mu.
func (r *Replicator) push(f *file, now time.Time) {
	r.arrivals++
	f.seq = r.arrivals // where it stood in line before counts no more
	open, _ := r.need(f)
	it := item{f, time.Unix(f.Next, 0), open, f.Attempts, f.seq}
	if it.at.After(now) {
		heap.Push(&r.later, it)
		return
	}
	r.line(it)
}

// pop returns the next file to fetch; nil, and how long there will be none.
func (r *Replicator) pop() (*file, time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.cfg.Now()
	for r.later.Len() > 0 && !r.later.items[0].at.After(now) {
		r.line(heap.Pop(&r.later).(item))
	}
	for {
		q := r.next()
		if q == nil {
			break
		}
		it := heap.Pop(q).(item)
		f := it.file
		if f.seq != it.seq || f.State != wanted && f.State != refused {
			continue
		}
		if r.busy[f.uri] { // it is being let go, or fetched
			it.at = now.Add(time.Second)
			heap.Push(&r.later, it)
			continue
		}
		if !r.desired(f, now) {
			f.State, f.Since = released, now.Unix()
			continue
		}
		r.busy[f.uri] = true
		r.places++
		if it.attempts > 0 {
			r.retries++
		}
		return f, 0
	}
	idle := time.Hour
	if r.later.Len() > 0 && r.places < r.cfg.Workers {
		idle = min(idle, max(r.later.items[0].at.Sub(now), time.Millisecond))
	}
	return nil, idle
}

// line puts a file into one of the lines for now: what has failed before takes no
// more than half of the places, so that peers who send too little to be of use and
// too much to be given up cannot take all. It needs mu.
func (r *Replicator) line(it item) {
	if it.attempts > 0 {
		heap.Push(&r.again, it)
		return
	}
	heap.Push(&r.ready, it)
}

// next is the line whose first file is to be fetched now; nil if there is none,
// or no place for it. It needs mu.
func (r *Replicator) next() *queue {
	if r.places >= r.cfg.Workers {
		return nil
	}
	again := r.again.Len() > 0 && r.retries < max(r.cfg.Workers/2, 1)
	switch {
	case r.ready.Len() == 0 && !again:
		return nil
	case r.ready.Len() == 0 || again && moreNeeded(r.again.items[0], r.ready.items[0]):
		return &r.again
	}
	return &r.ready
}

// dispatch starts fetches.
func (r *Replicator) dispatch(ctx context.Context, group *errgroup.Group) {
	for ctx.Err() == nil {
		f, idle := r.pop()
		if f != nil {
			group.Go(func() error {
				r.fetch(ctx, f)
				return nil
			})
			continue
		}
		t := time.NewTimer(idle)
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-t.C:
		}
		t.Stop()
	}
}

// fetch tries once to get a file, and notes what became of it.
func (r *Replicator) fetch(ctx context.Context, f *file) {
	r.mu.Lock()
	kinds, left, attempts := slices.Clone(f.Kinds), r.cfg.Quota-r.used, f.Attempts
	r.mu.Unlock()
	size, err := r.try(ctx, f.uri, kinds, left, backoff(firstTime, attempts+1, mostTime))
	r.mu.Lock()
	delete(r.busy, f.uri)
	r.places--
	if attempts > 0 {
		r.retries--
	}
	if err != nil && ctx.Err() != nil {
		r.mu.Unlock()
		return // nothing was learnt
	}
	r.note(f, len(kinds), size, err, r.cfg.Now())
	b := r.newBatch()
	b.file(f)
	r.mu.Unlock()
	r.write(b)
	if err != nil && final(err) { // what came of it lies about, and counts
		if _, err := r.look(ctx); err != nil && ctx.Err() == nil {
			r.cfg.Log.Error("the room of the file store is not known", "err", err)
		}
	}
	r.nudge()
	if err != nil {
		r.cfg.Log.Debug("file is not here yet", "uri", f.uri, "err", err)
	}
}

// try fetches a file by the rule of one of its kinds after the other, of which
// only the first has to ask peers.
func (r *Replicator) try(ctx context.Context, uri string, kinds []Kind, left int64, most time.Duration) (size int64, err error) {
	for _, k := range kinds {
		rule := r.cfg.Kinds[k]
		limit := rule.Limit
		if r.cfg.Quota > 0 {
			limit = min(limit, left)
		}
		if limit <= 0 {
			return 0, ErrQuota
		}
		size, err = r.cfg.Files.Fetch(ctx, uri, ipfs.Limits{Bytes: limit, Stall: r.cfg.Stall, Time: most}, rule.Check)
		if errors.Is(err, ipfs.ErrTooLarge) && limit < rule.Limit {
			return 0, fmt.Errorf("%w: %w", ErrQuota, err)
		}
		if err == nil || !final(err) {
			break
		}
	}
	return size, err
}

// final tells whether an error would be the same tomorrow.
func final(err error) bool {
	return errors.Is(err, ipfs.ErrRefused) || errors.Is(err, ipfs.ErrTooLarge) || errors.Is(err, ipfs.ErrBadURI)
}

// local tells whether an error is no fault of the file or of peers.
func local(err error) bool { return errors.Is(err, ErrQuota) || errors.Is(err, ipfs.ErrDiskFull) }

// note says what became of a fetch by the rules of so many kinds. It needs mu.
func (r *Replicator) note(f *file, kinds int, size int64, err error, now time.Time) {
	r.count.outcomes[outcome(err)]++
	if err == nil {
		f.State, f.Since, f.Size, f.Attempts, f.Next, f.Reason, f.Error = held, now.Unix(), size, 0, 0, "", ""
		r.used += size
		r.announce(f, f.Kinds...)
		return
	}
	f.Reason, f.Error = outcome(err), err.Error()
	open, _ := r.need(f)
	if !local(err) {
		f.Attempts++
	}
	switch {
	case len(f.Kinds) > kinds: // it has become something else meanwhile
		f.State, f.Next = wanted, 0
	case local(err):
		f.State, f.Next = wanted, now.Add(jitter(6*r.cfg.Retry)).Unix()
	case final(err):
		if f.State != refused {
			f.State, f.Since = refused, now.Unix()
		}
		f.Next = now.Add(refusedAgain).Unix()
	default:
		most := closedAgain
		if open {
			most = openAgain
		}
		f.State, f.Next = wanted, now.Add(jitter(backoff(r.cfg.Retry, f.Attempts, most))).Unix()
	}
	r.push(f, now)
}

// backoff doubles with each attempt.
func backoff(first time.Duration, attempts int, most time.Duration) time.Duration {
	d := first
	for i := 1; i < attempts && d < most; i++ {
		d *= 2
	}
	return min(d, most)
}

// jitter takes or adds up to a fifth, so that what failed together is not tried
// together.
func jitter(d time.Duration) time.Duration {
	fifth := int64(d / 5)
	return d + time.Duration(rand.Int64N(2*fifth+1)-fifth)
}
