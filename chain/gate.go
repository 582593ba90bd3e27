package chain

import (
	"sync"

	cmtdb "github.com/cometbft/cometbft-db"
)

// gate is a database that may be closed while somebody still reads. Routines of
// CometBFT that serve peers notice that the node has stopped only after a nap,
// and look into the stores once more; behind a closed gate they find nothing.
// What would write is refused.
type gate struct {
	cmtdb.DB
	mu     sync.RWMutex // held for reading during every call
	closed bool
}

func (g *gate) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil
	}
	g.closed = true
	return g.DB.Close()
}

func (g *gate) Get(key []byte) ([]byte, error) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.closed {
		return nil, nil
	}
	return g.DB.Get(key)
}

func (g *gate) Has(key []byte) (bool, error) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.closed {
		return false, nil
	}
	return g.DB.Has(key)
}

func (g *gate) write(f func() error) error {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.closed {
		return ErrStopped
	}
	return f()
}

func (g *gate) Set(key, value []byte) error {
	return g.write(func() error { return g.DB.Set(key, value) })
}

func (g *gate) SetSync(key, value []byte) error {
	return g.write(func() error { return g.DB.SetSync(key, value) })
}

func (g *gate) Delete(key []byte) error {
	return g.write(func() error { return g.DB.Delete(key) })
}

func (g *gate) DeleteSync(key []byte) error {
	return g.write(func() error { return g.DB.DeleteSync(key) })
}

func (g *gate) Compact(start, end []byte) error {
	return g.write(func() error { return g.DB.Compact(start, end) })
}

func (g *gate) Iterator(start, end []byte) (it cmtdb.Iterator, err error) {
	err = g.write(func() error { it, err = g.DB.Iterator(start, end); return err })
	return it, err
}

func (g *gate) ReverseIterator(start, end []byte) (it cmtdb.Iterator, err error) {
	err = g.write(func() error { it, err = g.DB.ReverseIterator(start, end); return err })
	return it, err
}

func (g *gate) NewBatch() cmtdb.Batch {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return gatedBatch{g.DB.NewBatch(), g}
}

type gatedBatch struct {
	cmtdb.Batch
	gate *gate
}

func (b gatedBatch) Write() error     { return b.gate.write(b.Batch.Write) }
func (b gatedBatch) WriteSync() error { return b.gate.write(b.Batch.WriteSync) }
