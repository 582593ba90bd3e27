package main

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"urna/tx"
)

// ledger knows what became of every vote. Its methods may be called by several
// goroutines.
type ledger struct {
	mu         sync.Mutex
	start, end time.Time // first request, last acknowledgement
	state      []voteState
	doubtful   []bool // a request with this vote broke off: the gateway may have it

	waiting map[tx.ID]time.Time // acknowledged, not yet seen in a block: when it was sent
	early   map[tx.ID]time.Time // seen in a block before the acknowledgement came
	latency *hdrhistogram.Histogram
	blocks  map[time.Time]int // votes by the time when their block was seen
	mined   int

	batches []sample // for gateways that are polled

	offered  int            // votes sent, each time counted
	busy     int            // "try later" answers, per vote
	broken   int            // requests without an answer
	rejected map[string]int // by rule
}

type voteState uint8

const (
	unsettled voteState = iota
	acknowledged
	refused
)

// sample is the last vote of a batch, and all that it stands for.
type sample struct {
	last   tx.ID
	hashes []tx.ID
}

// newLedger measures up to ten minutes, to three digits.
func newLedger(votes int) *ledger {
	return &ledger{
		state: make([]voteState, votes), doubtful: make([]bool, votes),
		waiting: map[tx.ID]time.Time{}, early: map[tx.ID]time.Time{}, blocks: map[time.Time]int{},
		latency:  hdrhistogram.New(1, int64(10*time.Minute/time.Microsecond), 3),
		rejected: map[string]int{},
	}
}

func (l *ledger) begin()   { l.start = time.Now() }
func (l *ledger) sentAll() { l.end = time.Now() }

func (l *ledger) sent(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.offered += n
}

// taken notes the votes of a batch, sent at a time, that were acknowledged.
func (l *ledger) taken(numbers []int, hashes []tx.ID, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, n := range numbers {
		l.state[n] = acknowledged
		if seen, ok := l.early[hashes[i]]; ok {
			delete(l.early, hashes[i])
			l.settle(at, seen)
		} else {
			l.waiting[hashes[i]] = at
		}
	}
	if len(hashes) > 0 {
		l.batches = append(l.batches, sample{hashes[len(hashes)-1], hashes})
	}
}

// said notes a refusal. A vote that the gateway took in a request that broke off
// is refused as a repetition when it comes again: that is an acknowledgement.
func (l *ledger) said(n int, rule string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.doubtful[n] && (rule == tx.NoOverwritesLeft.String() || rule == tx.ReplayedBallot.String()) {
		l.state[n] = acknowledged
		l.mined++ // in a block that is not known
		return
	}
	l.state[n] = refused
	l.rejected[rule]++
}

func (l *ledger) later(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy += n
}

func (l *ledger) brokeOff(numbers []int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken++
	for _, n := range numbers {
		l.doubtful[n] = true
	}
}

// inBlock notes the transactions of a block that was seen at a time.
func (l *ledger) inBlock(hashes []tx.ID, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, h := range hashes {
		if sent, ok := l.waiting[h]; ok {
			delete(l.waiting, h)
			l.settle(sent, at)
		} else {
			l.early[h] = at
		}
	}
}

// settle records that a vote is mined; the lock is held.
func (l *ledger) settle(sent, seen time.Time) {
	_ = l.latency.RecordValue(int64(max(seen.Sub(sent), time.Microsecond) / time.Microsecond))
	l.mined++
	l.blocks[seen]++
}

// samples are the last votes of the batches that are not known to be mined, in
// the order in which they were sent.
func (l *ledger) samples() []sample {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]sample(nil), l.batches...)
}

// sampleMined notes that a sample is mined, and with it its batch.
func (l *ledger) sampleMined(s sample, at time.Time) {
	l.inBlock(s.hashes, at)
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.batches {
		if l.batches[i].last == s.last {
			l.batches = append(l.batches[:i], l.batches[i+1:]...)
			return
		}
	}
}

// unseen is how many acknowledged votes are not known to be in a block.
func (l *ledger) unseen() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting)
}

// expected is what the chain must say at the end: how many votes, and how many
// for each answer.
func (l *ledger) expected() (votes uint64, answers [choices]uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for n, s := range l.state {
		if s == acknowledged {
			votes++
			answers[n%choices]++
		}
	}
	return votes, answers
}
