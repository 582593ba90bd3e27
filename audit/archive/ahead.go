package archive

import (
	"bufio"
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"urna/tx"
)

// lookAhead bounds the bytes of transactions that are verified before it is
// their turn. A block that is larger comes alone.
const lookAhead = 32 << 20

// ahead reads entries and finds out, before their turn and on all processors,
// what follows from the bytes of their transactions. What it says comes in the
// order of the file, failures too.
type ahead struct {
	ctx  context.Context
	out  chan *job // closed at the end
	room *room
	stop context.CancelFunc
	all  sync.WaitGroup
}

// job is an entry on its way, or the error in its place.
type job struct {
	*entry
	facts []fact
	err   error
	work  sync.WaitGroup // facts and hashes are there
}

// fact is what the bytes of a transaction say.
type fact struct {
	tx     *tx.Verified
	ballot [32]byte // hash, of a vote
	err    error
}

// txsPerTask make some milliseconds of work.
const txsPerTask = 64

// readAhead begins to read. The caller must call end, and leave the input alone
// until then.
func readAhead(ctx context.Context, in io.Reader, chainID string) *ahead {
	a := &ahead{ctx: ctx, out: make(chan *job, 64), room: newRoom(lookAhead)}
	ctx, a.stop = context.WithCancel(ctx)
	context.AfterFunc(ctx, a.room.close)
	tasks := make(chan func(), 2*runtime.GOMAXPROCS(0))
	a.all.Go(func() {
		defer close(a.out)
		defer close(tasks)
		r := bufio.NewReaderSize(in, 1<<20)
		for {
			e, err := readEntry(r)
			if errors.Is(err, io.EOF) {
				return
			}
			j := &job{entry: e, err: err}
			if err == nil {
				if !a.room.take(int64(e.size)) {
					return
				}
				j.tasks(chainID, func(task func()) { tasks <- task })
			}
			select {
			case a.out <- j:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	})
	for range runtime.GOMAXPROCS(0) {
		a.all.Go(func() {
			for task := range tasks {
				task()
			}
		})
	}
	return a
}

func (j *job) tasks(chainID string, do func(task func())) {
	j.facts = make([]fact, len(j.txs))
	for lo := 0; lo < len(j.txs); lo += txsPerTask {
		j.work.Add(1)
		do(func() {
			defer j.work.Done()
			for i := lo; i < min(lo+txsPerTask, len(j.txs)); i++ {
				t, f := &j.txs[i], &j.facts[i]
				if t.raw == nil {
					continue
				}
				t.sum()
				if f.tx, f.err = tx.Verify(chainID, t.raw); f.err == nil {
					f.ballot = ballotHash(f.tx.Payload)
				}
			}
		})
	}
}

// next returns the next entry, or nil at the end of the file.
func (a *ahead) next() (*job, error) {
	j, ok := <-a.out
	if err := a.ctx.Err(); err != nil {
		return nil, err
	}
	if !ok {
		return nil, nil
	}
	j.work.Wait()
	return j, j.err
}

// release gives back the room of an entry.
func (a *ahead) release(j *job) { a.room.give(int64(j.size)) }

// end stops everything and waits for it.
func (a *ahead) end() {
	a.stop()
	a.all.Wait()
}

// room bounds what is on its way.
type room struct {
	mu     sync.Mutex
	freed  sync.Cond
	size   int64
	used   int64
	closed bool
}

func newRoom(size int64) *room {
	r := &room{size: size}
	r.freed.L = &r.mu
	return r
}

// take waits for room; false says that there will be none.
func (r *room) take(n int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for !r.closed && r.used > 0 && r.used+n > r.size {
		r.freed.Wait()
	}
	r.used += n
	return !r.closed
}

func (r *room) give(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used -= n
	r.freed.Signal()
}

func (r *room) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.freed.Broadcast()
}
