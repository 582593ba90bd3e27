package audit

import (
	"context"
	"fmt"
	"time"

	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
	"urna/state"
	"urna/state/transition"
)

// replay is a replay under way. One goroutine owns it.
type replay struct {
	o       Options
	report  *check.Report
	started time.Time
	tip     int64

	origin *origin
	store  *state.Store
	last   position            // after the last block that was applied
	now    *applied            // that block, until the next one confirms it
	sums   totals              // up to the last confirmed block
	counts map[check.ID]uint64 // what the report counts, to be kept in the journal

	ethereum *onEthereum // nil if nobody asks for it

	setSince int64 // the block that changed the validators last

	// Elections that have a result, but no complete set of nullifiers yet, and
	// the root that their sets will have; zero if that is to be computed again.
	unsealed map[election.ID]light.Hash

	begun      totals // what sums was when this run began
	recounting bool   // or a recount has failed
	progressAt time.Time
	difference *Difference
}

// applied is a block that the law was run over. It becomes certain with the
// header of the next one.
type applied struct {
	block   *block
	fork    *state.Fork
	codes   codes
	proofs  []light.Hash // of misbehaviour, by which they are known again
	outcome transition.BlockOutcome
	closed  []election.ID // elections that got their result
	sealed  []election.ID // elections whose set of nullifiers is complete
}

// run replays what the source has beyond the last confirmed block.
func (r *replay) run(ctx context.Context) error {
	var err error
	if r.tip, err = r.o.Source.Tip(ctx); err != nil {
		return fmt.Errorf("newest height of %s: %w", r.o.Source.Name(), err)
	}
	if r.store.Height() == 0 {
		if err := r.firstRoot(); err != nil {
			return err
		}
	}
	if r.done() {
		return nil
	}
	p := startPipeline(ctx, r.o.Source, r.origin.chainID, r.last.height+1, r.o.LookAhead)
	defer p.end()
	for {
		b, err := p.next()
		if err != nil {
			return err
		}
		if b == nil {
			return r.closing(ctx)
		}
		if err := r.step(ctx, b); err != nil {
			return err
		}
		if r.done() {
			return nil
		}
		p.release(b, r.o.OnBlock != nil)
	}
}

// done tells whether the last height that was asked for is confirmed.
func (r *replay) done() bool { return r.o.To > 0 && r.store.Height() >= r.o.To }

// step takes the next block: its header confirms the one before, and the law is
// run over it.
func (r *replay) step(ctx context.Context, b *block) error {
	if err := r.follows(ctx, b.header); err != nil {
		return err
	}
	if err := r.decided(b); err != nil {
		return err
	}
	if err := r.confirm(b.header); err != nil || r.done() {
		return err
	}
	if err := r.proved(b); err != nil {
		return err
	}
	return r.apply(b)
}

// closing confirms the last block with a signed header, if the source has one.
func (r *replay) closing(ctx context.Context) error {
	c, ok := r.o.Source.(Closer)
	if !ok || r.now == nil {
		return nil
	}
	last, err := c.Closing(ctx)
	if err != nil {
		return err
	}
	if err := r.follows(ctx, last.Header); err != nil {
		return err
	}
	if err := last.Verify(r.origin.chainID); err != nil {
		return err
	}
	return r.confirm(last.Header)
}

// confirm makes the block before a header certain: everything that the header
// says about it was compared. It is written, and its elections are counted once
// more.
func (r *replay) confirm(next *light.Header) error {
	a := r.now
	if a == nil {
		return nil // it was written by an earlier run
	}
	r.passed(a)
	r.ethereum.see(a.block.header)
	if err := r.store.Commit(a.fork, r.journal(a)); err != nil {
		return err
	}
	r.now = nil
	if err := r.recount(a.closed, a.sealed); err != nil {
		return err
	}
	r.tellProgress(false)
	if r.o.OnBlock == nil {
		return nil
	}
	return r.o.OnBlock(&Block{
		Raw: a.block.raw, Header: a.block.header, Next: next, Txs: a.block.txs, Outcome: &a.outcome, View: r.store.View(),
	})
}

// passed counts what was looked at of a block.
func (r *replay) passed(a *applied) {
	r.sums.Transactions += uint64(len(a.codes))
	var votes, signed, replaced uint64
	for i, c := range a.codes {
		if c != 0 {
			r.sums.Refused++
			continue
		}
		signed++
		for _, e := range a.outcome.Txs[i].Events {
			if v, ok := e.(transition.VoteCast); ok {
				votes++
				if v.Overwrites > 0 {
					replaced++
				}
			}
		}
	}
	r.sums.Votes += votes
	r.sums.Overwrites += replaced
	r.count(check.Encoding, 1+uint64(len(a.codes)))
	r.count(check.Signature, signed)
	for _, id := range []check.ID{check.Membership, check.Uniqueness, check.BallotRules, check.Window} {
		r.count(id, votes)
	}
	r.count(check.Overwrites, replaced)
	r.count(check.Evidence, uint64(len(a.proofs)))
	for _, id := range []check.ID{check.Headers, check.Commits, check.Body, check.Validators, check.Results, check.State} {
		r.count(id, 1)
	}
}

// count adds to the report, and to what the journal keeps of it.
func (r *replay) count(id check.ID, n uint64) {
	if r.counts == nil {
		r.counts = map[check.ID]uint64{}
	}
	r.counts[id] += n
	r.report.Passed(id, int(n))
}

// tellProgress tells how far the replay is, if it is time again.
func (r *replay) tellProgress(now bool) {
	if r.o.Progress == nil || !now && time.Since(r.progressAt) < 200*time.Millisecond {
		return
	}
	r.progressAt = time.Now()
	r.o.Progress(Progress{
		Height: r.store.Height(), Tip: r.tip, Votes: r.sums.Votes,
		Rate: float64(r.sums.Votes-r.begun.Votes) / max(time.Since(r.started).Seconds(), 1e-3),
	})
}
