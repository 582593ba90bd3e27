package main

import "sync"

// maxRecent bounds the bytes of the blocks that are remembered: four of the
// largest, or all blocks of the last minutes when there is little to do.
const (
	maxRecent       = 64 << 20
	maxRecentBlocks = 256
)

// recentBlocks remembers the transactions of the blocks that were read last,
// because many clients ask for single transactions of the youngest blocks. The
// zero value is ready.
type recentBlocks struct {
	reading sync.Mutex // held while a block is read, so that it is read once

	mu    sync.Mutex // guards what follows
	txs   map[int64][][]byte
	order []int64 // heights, the one that was read last at the end
	bytes int
}

// get returns the transactions of a block, reading it if need be.
func (r *recentBlocks) get(height int64, read func() ([][]byte, error)) ([][]byte, error) {
	if txs, ok := r.find(height); ok {
		return txs, nil
	}
	r.reading.Lock()
	defer r.reading.Unlock()
	if txs, ok := r.find(height); ok {
		return txs, nil
	}
	txs, err := read()
	if err == nil {
		r.keep(height, txs)
	}
	return txs, err
}

func (r *recentBlocks) find(height int64) ([][]byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	txs, ok := r.txs[height]
	return txs, ok
}

func (r *recentBlocks) keep(height int64, txs [][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.txs == nil {
		r.txs = map[int64][][]byte{}
	}
	r.txs[height] = txs
	r.order = append(r.order, height)
	r.bytes += size(txs)
	for r.bytes > maxRecent || len(r.order) > maxRecentBlocks {
		oldest := r.order[0]
		r.order = r.order[1:]
		r.bytes -= size(r.txs[oldest])
		delete(r.txs, oldest)
	}
}

func size(txs [][]byte) (n int) {
	for _, t := range txs {
		n += len(t)
	}
	return n
}
