package ipfs

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/ipfs/go-cid"
)

// source gets a block whose bytes have the hash that the CID names.
type source func(context.Context, cid.Cid) ([]byte, error)

// walk visits every block of a file once, several at a time, and returns the
// file's size. It ends at the first block that cannot be had, is no piece of a
// file, lies about sizes, or exceeds a bound. progress is called after each
// block; calls do not overlap.
func walk(ctx context.Context, get source, root cid.Cid, limit int64, progress func()) (int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &walker{limit: limit, seen: map[cid.Cid]uint64{}, progress: progress}
	w.more.L = &w.mu
	n, err := w.visit(ctx, get, root)
	if err != nil {
		return 0, err
	}
	if n.size > uint64(max(limit, 0)) {
		return 0, fmt.Errorf("%w: %d bytes, more than %d", ErrTooLarge, n.size, limit)
	}
	if err := w.expect(n, 1); err != nil {
		return 0, err
	}
	var workers sync.WaitGroup
	for range fetches {
		workers.Go(func() {
			defer cancel() // who ends, ends all: there is nothing left, or an error
			w.work(ctx, get)
		})
	}
	workers.Wait()
	return int64(n.size), w.err
}

type walker struct {
	limit    int64
	progress func()

	mu     sync.Mutex // guards what follows
	more   sync.Cond  // todo grew, or the end is reached
	todo   []piece    // the last is next, which keeps it short
	busy   int        // workers at work
	seen   map[cid.Cid]uint64
	stored int64 // bytes of blocks
	err    error // the first
}

// piece is a node to visit, at a depth below the root.
type piece struct {
	link
	depth int
}

func (w *walker) work(ctx context.Context, get source) {
	for {
		p, ok := w.next()
		if !ok {
			return
		}
		n, err := w.visit(ctx, get, p.cid)
		if err == nil && n.size != p.size {
			err = fmt.Errorf("%w: a piece of %d bytes pretends to have %d", ErrMalformed, n.size, p.size)
		}
		if err == nil {
			err = w.expect(n, p.depth+1)
		}
		w.mu.Lock()
		w.busy--
		if err != nil && w.err == nil {
			w.err = err
		}
		w.more.Broadcast()
		w.mu.Unlock()
	}
}

// next waits for a piece; false is the end.
func (w *walker) next() (p piece, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.todo) == 0 && w.busy > 0 && w.err == nil {
		w.more.Wait()
	}
	if len(w.todo) == 0 || w.err != nil {
		return p, false
	}
	w.busy++
	p, w.todo = w.todo[len(w.todo)-1], w.todo[:len(w.todo)-1]
	return p, true
}

// visit gets a node and counts it.
func (w *walker) visit(ctx context.Context, get source, c cid.Cid) (*node, error) {
	block, err := get(ctx, c)
	if err != nil {
		return nil, err
	}
	n, err := decode(c, block)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.progress()
	if w.stored += int64(len(block)); w.stored > maxStored(w.limit) {
		return nil, fmt.Errorf("%w: its blocks have more than %d bytes", ErrTooLarge, maxStored(w.limit))
	}
	return n, nil
}

// expect adds the links of a node to what is to be visited.
func (w *walker) expect(n *node, depth int) error {
	if len(n.links) > 0 && depth > maxDepth {
		return fmt.Errorf("%w: it is deeper than %d nodes", ErrMalformed, maxDepth)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range n.links {
		if size, ok := w.seen[l.cid]; ok {
			if size != l.size {
				return fmt.Errorf("%w: one piece pretends to have %d bytes and %d", ErrMalformed, size, l.size)
			}
			continue
		}
		if len(w.seen) >= maxBlocks(w.limit) {
			return fmt.Errorf("%w: it has more than %d blocks", ErrTooLarge, maxBlocks(w.limit))
		}
		w.seen[l.cid] = l.size
		w.todo = append(w.todo, piece{l, depth})
	}
	return nil
}

// reader reads a file from its start to its end, a block at a time. It trusts
// blocks no more than walk does.
type reader struct {
	ctx  context.Context // of the call that opened it, as with an HTTP body
	get  source
	todo []piece // the last is next
	have []byte
}

// open returns a reader and the size that it will give, at most limit.
func open(ctx context.Context, get source, root cid.Cid, limit int64) (*reader, int64, error) {
	block, err := get(ctx, root)
	if err != nil {
		return nil, 0, err
	}
	n, err := decode(root, block)
	if err != nil {
		return nil, 0, err
	}
	if n.size > uint64(max(limit, 0)) {
		return nil, 0, fmt.Errorf("%w: %d bytes, more than %d", ErrTooLarge, n.size, limit)
	}
	r := &reader{ctx: ctx, get: get, have: n.content}
	r.push(n, 1)
	return r, int64(n.size), nil
}

func (r *reader) push(n *node, depth int) {
	for i := len(n.links) - 1; i >= 0; i-- {
		r.todo = append(r.todo, piece{n.links[i], depth})
	}
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	for len(r.have) == 0 {
		if len(r.todo) == 0 {
			return 0, io.EOF
		}
		next := r.todo[len(r.todo)-1]
		r.todo = r.todo[:len(r.todo)-1]
		if next.depth > maxDepth {
			return 0, fmt.Errorf("%w: it is deeper than %d nodes", ErrMalformed, maxDepth)
		}
		block, err := r.get(r.ctx, next.cid)
		if err != nil {
			return 0, err
		}
		n, err := decode(next.cid, block)
		if err != nil {
			return 0, err
		}
		if n.size != next.size {
			return 0, fmt.Errorf("%w: a piece of %d bytes pretends to have %d", ErrMalformed, n.size, next.size)
		}
		r.have = n.content
		r.push(n, next.depth+1)
	}
	n := copy(p, r.have)
	r.have = r.have[n:]
	return n, nil
}
