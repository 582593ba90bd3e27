package app

import (
	"crypto/sha256"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"urna/tx"
)

// item is a transaction on its way through a block: its bytes, the pure facts
// about them, or the rejection that follows from the bytes alone.
type item struct {
	key   [32]byte // sha256 of raw
	raw   []byte
	facts *tx.Verified
	bad   *tx.Rejection
}

// verify makes items of raw transactions, in parallel where they are not known.
// Facts are functions of the bytes and the chain id; verdicts are never kept.
func (a *App) verify(raws [][]byte) []item {
	items := make([]item, len(raws))
	parallel(len(raws), 64, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			it := &items[i]
			it.raw, it.key = raws[i], sha256.Sum256(raws[i])
			if it.facts = a.known(it.key); it.facts == nil {
				if it.facts, it.bad = a.verifyOne(it.raw); it.bad == nil {
					a.facts.put(it.key, it.facts)
				}
			}
		}
	})
	return items
}

// known returns the facts of a transaction that was verified before, or nil.
func (a *App) known(key [32]byte) *tx.Verified {
	if e := a.pool.get(key); e != nil {
		return e.facts
	}
	return a.facts.get(key)
}

func (a *App) verifyOne(raw []byte) (*tx.Verified, *tx.Rejection) {
	start := time.Now()
	v, err := tx.Verify(a.cfg.ChainID, raw)
	a.metrics.Verify.Observe(time.Since(start).Seconds())
	if err != nil {
		return nil, asRejection(err)
	}
	return v, nil
}

// asRejection is for errors of functions of bytes, which have no faults.
func asRejection(err error) *tx.Rejection {
	var r *tx.Rejection
	if errors.As(err, &r) {
		return r
	}
	panic("app: an error of a pure function is not a rejection: " + err.Error())
}

// parallel calls f for all of [0, n) in spans of at least grain, on at most
// GOMAXPROCS goroutines.
func parallel(n, grain int, f func(lo, hi int)) {
	workers := min(runtime.GOMAXPROCS(0), (n+grain-1)/grain)
	if workers <= 1 {
		if n > 0 {
			f(0, n)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				lo := int(next.Add(int64(grain))) - grain
				if lo >= n {
					return
				}
				f(lo, min(lo+grain, n))
			}
		})
	}
	wg.Wait()
}

// factCache remembers facts by the hash of the bytes, oldest out first. The
// pool is the other half of this memory: what enters it need not be here.
type factCache struct {
	limit int64

	mu    sync.Mutex
	facts map[[32]byte]*tx.Verified
	ring  [][32]byte
	bytes int64
}

// factOverhead is what a tx.Verified takes beside the bytes it decodes.
const factOverhead = 512

func newFactCache(limit int64) *factCache {
	return &factCache{limit: limit, facts: map[[32]byte]*tx.Verified{}}
}

func (c *factCache) get(key [32]byte) *tx.Verified {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.facts[key]
}

func (c *factCache) put(key [32]byte, v *tx.Verified) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.facts[key]; ok {
		return
	}
	c.facts[key] = v
	c.ring = append(c.ring, key)
	c.bytes += int64(v.Size) + factOverhead
	for c.bytes > c.limit && len(c.ring) > 0 {
		old := c.ring[0]
		c.ring = c.ring[1:]
		if f := c.facts[old]; f != nil {
			c.bytes -= int64(f.Size) + factOverhead
			delete(c.facts, old)
		}
	}
}

// dropLog remembers, for a while, why transactions left the pool without a
// block.
type dropLog struct {
	mu      sync.Mutex
	reasons map[tx.ID]*tx.Rejection
	ring    []tx.ID
	next    int
}

// droppedKept is how many reasons are remembered.
const droppedKept = 50_000

func newDropLog() *dropLog { return &dropLog{reasons: map[tx.ID]*tx.Rejection{}} }

func (d *dropLog) put(id tx.ID, r *tx.Rejection) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.ring) < droppedKept {
		d.ring = append(d.ring, id)
	} else {
		delete(d.reasons, d.ring[d.next])
		d.ring[d.next] = id
		d.next = (d.next + 1) % droppedKept
	}
	d.reasons[id] = r
}

// forget is for a transaction that is taken again.
func (d *dropLog) forget(id tx.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.reasons, id)
}

func (d *dropLog) get(id tx.ID) *tx.Rejection {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.reasons[id]
}
