package app

import "time"

// How full the pool may be, and for whom.

// claim says who wants a place in the pool, and so how full it may be.
type claim uint8

const (
	localVote claim = iota // up to what a voter can wait for
	peerVote               // up to the high-water mark
	anyKind                // up to the bounds
)

// reserve takes room for a transaction of size bytes; release gives it back. An
// inserted entry keeps its room until it leaves.
func (p *pool) reserve(size int, c claim) bool {
	maxTxs, maxBytes := int64(p.cfg.MaxTxs), p.cfg.MaxBytes
	switch c {
	case localVote:
		maxTxs, maxBytes = p.patience.Load(), p.highB
	case peerVote:
		maxTxs, maxBytes = p.high, p.highB
	}
	if txs, bytes := p.txs.Add(1), p.bytes.Add(int64(size)); txs > maxTxs || bytes > maxBytes {
		p.release(size)
		return false
	}
	return true
}

// minQueue is how many transactions may wait at any pace.
const minQueue = 10_000

// pace notes that a block took txs transactions in the time since the one
// before. It is a measure of what the chain can do only if as many were left.
func (p *pool) pace(txs int, took time.Duration) {
	bound := p.patience.Load()
	switch {
	case p.cfg.MaxWait < 0:
		return
	case p.txs.Load() < int64(txs) || txs == 0:
		bound *= 2
	default:
		bound = (bound + int64(float64(txs)*p.cfg.MaxWait.Seconds()/max(took.Seconds(), 0.001))) / 2
	}
	p.patience.Store(min(max(bound, minQueue), p.high))
}

func (p *pool) release(size int) {
	p.txs.Add(-1)
	p.bytes.Add(-int64(size))
}
