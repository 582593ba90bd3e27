package audit

import (
	"context"
	"fmt"
	"runtime"
	"sync"
)

// pipeline takes blocks from a source and finds out, ahead of their turn and on
// all processors, what follows from their bytes alone. Their number is bounded
// by the bytes that are on their way.
type pipeline struct {
	ctx  context.Context // of the replay
	out  chan *block     // in the order of the chain; closed at the end
	err  error           // of the source; read it when out is closed
	room *room
	stop context.CancelFunc
	all  sync.WaitGroup
}

// startPipeline begins to fetch. The caller must call end.
func startPipeline(ctx context.Context, s Source, chainID string, from, bytes int64) *pipeline {
	p := &pipeline{ctx: ctx, out: make(chan *block, 256), room: newRoom(bytes)}
	ctx, p.stop = context.WithCancel(ctx)
	raws := make(chan []byte, 256)
	tasks := make(chan func(), 2*runtime.GOMAXPROCS(0))
	context.AfterFunc(ctx, p.room.close)
	p.all.Go(func() {
		defer close(raws)
		p.err = s.Blocks(ctx, from, func(raw []byte) error {
			if !p.room.take(int64(len(raw))) {
				return ctx.Err()
			}
			select {
			case raws <- raw:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if p.err != nil {
			p.err = fmt.Errorf("blocks from %s: %w", s.Name(), p.err)
		}
	})
	p.all.Go(func() {
		defer close(p.out)
		defer close(tasks)
		for raw := range raws { // to the end, so that err is there
			if ctx.Err() != nil {
				continue
			}
			b, err := decode(raw)
			if err != nil {
				b = &block{err: err}
			} else {
				b.tasks(chainID, func(task func()) { tasks <- task })
			}
			b.size = int64(len(raw))
			select {
			case p.out <- b:
			case <-ctx.Done():
			}
			if err != nil {
				p.stop()
			}
		}
	})
	for range runtime.GOMAXPROCS(0) {
		p.all.Go(func() {
			for task := range tasks {
				task()
			}
		})
	}
	return p
}

// next returns the next block when its facts are there, or nil at the end of the
// source.
func (p *pipeline) next() (*block, error) {
	b, ok := <-p.out
	if err := p.ctx.Err(); err != nil {
		return nil, err
	}
	if !ok {
		return nil, p.err
	}
	b.work.Wait()
	return b, b.err
}

// release gives back the room of a block to which the law was applied. Its bytes
// go, too, unless they are wanted.
func (p *pipeline) release(b *block, wanted bool) {
	p.room.give(b.size)
	b.facts, b.commit, b.signers, b.evidence = nil, nil, nil, nil
	if !wanted {
		b.raw, b.txs = nil, nil
	}
}

// end stops everything and waits for it.
func (p *pipeline) end() {
	p.stop()
	p.all.Wait()
}

// room bounds what is on its way. What is larger than all of it comes alone.
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
