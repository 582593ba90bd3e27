package app

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/state/transition"
	"urna/tx"
)

// PoolConfig bounds the transactions that wait for a block. Zero fields mean
// the defaults.
type PoolConfig struct {
	// MaxTxs and MaxBytes bound the pool; 200,000 and 512 MiB.
	MaxTxs   int
	MaxBytes int64

	// HighWater is the part of either bound above which votes are refused
	// before anything costly is done for them; 0.9. What is left above it is
	// for the transactions of accounts, so that an organiser can always act.
	HighWater float64

	// MaxWait is how long a vote may have to wait at the pace of the last full
	// blocks; 2 s, negative for no bound. Above it votes that are submitted here
	// are refused, too: a short queue mines as many as a long one, and whoever
	// is refused at once can tell the voter. Up to 10,000 always find room, and
	// what peers took is not refused for it.
	MaxWait time.Duration

	// ElectionShare is the part of MaxTxs that the votes of one election may
	// take when somebody submits another one here; 0.8. What peers took by their
	// own share is not refused for it.
	ElectionShare float64

	// AccountTxs is how many transactions of one account may wait; 64.
	AccountTxs int

	// Ahead is how far a nonce may run ahead of its account's next one; 16.
	Ahead uint32

	// ParkedBlocks is for how many blocks a transaction waits for the nonce
	// before it; 30.
	ParkedBlocks int64

	// RecheckBlocks is after how many blocks a transaction that is still
	// waiting is judged and gossiped again; 5.
	RecheckBlocks int64

	// LocalGossip keeps what peers sent from being passed on. Set it only where
	// every node is connected to every other.
	LocalGossip bool
}

func (c PoolConfig) withDefaults() (PoolConfig, error) {
	def := func(v *int64, d int64) {
		if *v == 0 {
			*v = d
		}
	}
	maxTxs, accountTxs, ahead := int64(c.MaxTxs), int64(c.AccountTxs), int64(c.Ahead)
	def(&maxTxs, 200_000)
	def(&c.MaxBytes, 512<<20)
	def(&accountTxs, 64)
	def(&ahead, 16)
	def(&c.ParkedBlocks, 30)
	def(&c.RecheckBlocks, 5)
	if c.MaxWait == 0 {
		c.MaxWait = 2 * time.Second
	}
	if c.HighWater == 0 {
		c.HighWater = 0.9
	}
	if c.ElectionShare == 0 {
		c.ElectionShare = 0.8
	}
	c.MaxTxs, c.AccountTxs, c.Ahead = int(maxTxs), int(accountTxs), uint32(ahead)
	if c.MaxTxs < 1 || c.MaxBytes < tx.MaxTxBytes || c.AccountTxs < 1 || c.ParkedBlocks < 1 || c.RecheckBlocks < 1 {
		return c, fmt.Errorf("app: pool bounds must be positive and hold one transaction")
	}
	if c.HighWater < 0 || c.HighWater > 1 || c.ElectionShare < 0 || c.ElectionShare > 1 {
		return c, fmt.Errorf("app: pool shares must be within 0 and 1")
	}
	return c, nil
}

// place is where a transaction of the pool stands.
type place uint8

const (
	ready  place = iota // in the queue
	parked              // waits for the nonce before it
	gone                // no longer in the pool
)

// entry is a transaction in the pool. Everything but place, since and fresh is
// fixed once it is made; those are guarded by pool.mu.
type entry struct {
	key    [32]byte // sha256 of raw
	raw    []byte
	facts  *tx.Verified
	events []transition.Event // what admission saw; kept for accounts only
	local  bool               // submitted here, not by a peer

	place place
	pos   int64 // in the queue, when ready
	since int64 // height when it came in or was last judged
	fresh bool  // in the gossip list
}

// voteSlot is held by the one waiting vote of a voter.
type voteSlot struct {
	election  election.ID
	nullifier election.Nullifier
}

// account is what waits of one account.
type account struct {
	create  *entry // an account is created without a nonce
	byNonce map[uint32]*entry
	parked  int
}

func (q *account) len() int {
	n := len(q.byNonce)
	if q.create != nil {
		n++
	}
	return n
}

// pool is the mempool. It never calls the law: whoever inserts has judged.
//
// Locks: account locks (see lockAccount) come before mu. mu is held for a few
// map operations at a time, or for one pass over the entries of a block.
type pool struct {
	cfg      PoolConfig
	txs      atomic.Int64 // entries and reservations
	bytes    atomic.Int64
	high     int64 // MaxTxs and MaxBytes times HighWater
	highB    int64
	patience atomic.Int64 // bound of txs for votes submitted here, at most high
	share    int

	stripes [64]sync.Mutex // account locks by the last byte of the address

	mu        sync.RWMutex
	byKey     map[[32]byte]*entry
	votes     map[voteSlot]*entry
	elections map[election.ID]int
	accounts  map[ethkey.Address]*account
	queue     []*entry // arrival order; entries that left are skipped
	head      int      // queue[:head] have left
	first     int64    // queue position of queue[0], counted since the start
	gossip    []*entry
	parked    int
}

func newPool(cfg PoolConfig) (*pool, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &pool{
		cfg:       cfg,
		high:      int64(math.Ceil(float64(cfg.MaxTxs) * cfg.HighWater)),
		highB:     int64(float64(cfg.MaxBytes) * cfg.HighWater),
		share:     int(math.Ceil(float64(cfg.MaxTxs) * cfg.ElectionShare)),
		byKey:     map[[32]byte]*entry{},
		votes:     map[voteSlot]*entry{},
		elections: map[election.ID]int{},
		accounts:  map[ethkey.Address]*account{},
	}
	p.patience.Store(p.high)
	if cfg.MaxWait > 0 {
		p.patience.Store(min(2*minQueue, p.high)) // until blocks show their pace
	}
	return p, nil
}

// lockAccount makes the admission of one account's transactions sequential.
func (p *pool) lockAccount(a ethkey.Address) *sync.Mutex {
	m := &p.stripes[int(a[len(a)-1])%len(p.stripes)]
	m.Lock()
	return m
}

// get returns the entry of a transaction by the hash of its bytes, or nil.
func (p *pool) get(key [32]byte) *entry {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.byKey[key]
}

// voteSlot tells why a vote has no place, before it is judged.
func (p *pool) voteSlot(e *entry, id election.ID) error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.voteTaken(e, id)
}

func (p *pool) voteTaken(e *entry, id election.ID) error {
	if other := p.votes[voteSlot{id, e.facts.Nullifier}]; other != nil {
		if other.facts.ID == e.facts.ID {
			return ErrKnown
		}
		return errVotePending
	}
	if e.local && p.elections[id] >= p.share {
		return errElectionCrowded
	}
	return nil
}

// insertVote puts a judged vote at the end of the queue.
func (p *pool) insertVote(e *entry, id election.ID) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.voteTaken(e, id); err != nil {
		return err
	}
	p.votes[voteSlot{id, e.facts.Nullifier}] = e
	p.elections[id]++
	p.add(e)
	return nil
}

// add registers an entry that has its slot. Caller holds mu.
func (p *pool) add(e *entry) {
	p.byKey[e.key] = e
	if e.place == ready {
		p.enqueue(e)
	}
	if e.local || !p.cfg.LocalGossip {
		p.spread(e)
	}
}

// enqueue puts an entry at the end of the queue. Caller holds mu.
func (p *pool) enqueue(e *entry) {
	e.pos = p.first + int64(len(p.queue))
	p.queue = append(p.queue, e)
}

// at returns the waiting entry at index i of the queue, or nil if it left or
// moved. Caller holds mu.
func (p *pool) at(i int) *entry {
	if e := p.queue[i]; e != nil && e.place == ready && e.pos == p.first+int64(i) {
		return e
	}
	return nil
}

// spread puts an entry on the gossip list once. Caller holds mu.
func (p *pool) spread(e *entry) {
	if !e.fresh {
		e.fresh = true
		p.gossip = append(p.gossip, e)
	}
}

// remove takes an entry out of the pool. Caller holds mu.
func (p *pool) remove(e *entry) {
	if e.place == gone {
		return
	}
	if v, ok := e.facts.Payload.(*tx.Vote); ok {
		delete(p.votes, voteSlot{v.Election, e.facts.Nullifier})
		if p.elections[v.Election]--; p.elections[v.Election] <= 0 {
			delete(p.elections, v.Election)
		}
	} else {
		p.leaveAccount(e)
	}
	e.place = gone
	delete(p.byKey, e.key)
	p.release(len(e.raw))
}

// drop removes entries for good.
func (p *pool) drop(entries ...*entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range entries {
		p.remove(e)
	}
}

// next returns up to limit waiting entries from queue position pos on, and the
// position after them.
func (p *pool) next(pos int64, limit int) ([]*entry, int64) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	i := max(int(pos-p.first), p.head)
	var out []*entry
	for ; i < len(p.queue) && len(out) < limit; i++ {
		if e := p.at(i); e != nil {
			out = append(out, e)
		}
	}
	return out, p.first + int64(i)
}

// trim forgets the front of the queue that has left. Caller holds mu.
func (p *pool) trim() {
	for p.head < len(p.queue) && p.at(p.head) == nil {
		p.queue[p.head] = nil
		p.head++
	}
	if p.head > len(p.queue)/2 {
		p.first += int64(p.head)
		p.queue = append(p.queue[:0:0], p.queue[p.head:]...)
		p.head = 0
	}
}

// reap returns transactions to gossip, each once, up to maxBytes (0: no bound).
func (p *pool) reap(maxBytes uint64) [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out [][]byte
	var n uint64
	i := 0
	for ; i < len(p.gossip); i++ {
		e := p.gossip[i]
		if n += uint64(len(e.raw)); maxBytes > 0 && n > maxBytes && len(out) > 0 {
			break
		}
		e.fresh = false
		if e.place != gone {
			out = append(out, e.raw)
		}
	}
	p.gossip = append(p.gossip[:0:0], p.gossip[i:]...)
	return out
}

// settled removes what a block has decided: its transactions and whatever
// cannot come after them. It returns the ones that lost their place to another
// transaction.
func (p *pool) settled(items []item) (lost []*entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range items {
		it := &items[i]
		if e := p.byKey[it.key]; e != nil {
			p.remove(e)
			continue
		}
		if it.facts == nil {
			continue
		}
		if v, ok := it.facts.Payload.(*tx.Vote); ok {
			// The same vote under another signature.
			if e := p.votes[voteSlot{v.Election, it.facts.Nullifier}]; e != nil && e.facts.ID == it.facts.ID {
				p.remove(e)
			}
		} else if e := p.accountHolder(it.facts); e != nil {
			if e.facts.ID != it.facts.ID {
				lost = append(lost, e)
			}
			p.remove(e)
		}
	}
	p.trim()
	return lost
}

// overdue returns up to limit waiting entries that nobody judged since before,
// oldest first, marks them as judged at height and gossips them again.
func (p *pool) overdue(before, height int64, limit int) (out []*entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := p.head; i < len(p.queue) && i < p.head+16*limit && len(out) < limit; i++ {
		e := p.at(i)
		if e == nil || e.since > before {
			continue
		}
		e.since = height
		p.spread(e)
		out = append(out, e)
	}
	return out
}
