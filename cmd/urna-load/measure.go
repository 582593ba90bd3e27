package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"urna/client"
	"urna/election"
	"urna/tx"
)

// measure sends the votes of f and watches them into blocks.
func (l *load) measure(ctx context.Context, f *voteFile) (*report, error) {
	gw := l.gateways[0]
	id, err := election.ParseID(f.header.Election)
	if err != nil {
		return nil, err
	}
	if chain, err := gw.ChainID(ctx); err != nil {
		return nil, err
	} else if chain != f.header.Chain {
		return nil, fmt.Errorf("the votes are for the chain %s, the gateway is of %s", f.header.Chain, chain)
	}
	before, err := gw.Election(ctx, id)
	if err != nil {
		return nil, err
	}
	if before.VoteCount != 0 {
		return nil, fmt.Errorf("election %s has %d votes already; these votes were sent before", id, before.VoteCount)
	}
	book := newLedger(f.len())
	watching, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var watcher sync.WaitGroup
	watch := l.listen
	if l.cfg.poll {
		watch = l.poll
	}
	ready := make(chan struct{})
	watcher.Go(func() {
		if err := watch(watching, book, sync.OnceFunc(func() { close(ready) })); err != nil && watching.Err() == nil {
			stop(fmt.Errorf("watch blocks: %w", err))
		}
	})
	select {
	case <-ready:
	case <-watching.Done():
		return nil, context.Cause(watching)
	}
	book.begin()
	if err := l.offer(watching, f, book); err != nil {
		return nil, err
	}
	book.sentAll()
	late := l.settle(watching, book)
	stop(nil)
	watcher.Wait()
	r := book.report(f)
	r.late(late)
	return r, l.verify(ctx, id, book, r)
}

// settle waits until every acknowledged vote is in a block.
func (l *load) settle(ctx context.Context, book *ledger) error {
	l.say("waiting for %d acknowledged votes to be in a block", book.unseen())
	deadline := time.Now().Add(l.cfg.drain)
	for book.unseen() > 0 {
		if time.Now().After(deadline) {
			return fmt.Errorf("%d acknowledged votes are in no block after %s", book.unseen(), l.cfg.drain)
		}
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// listen learns from the push stream which votes are in a block.
func (l *load) listen(ctx context.Context, book *ledger, ready func()) error {
	gw := l.gateways[0]
	info, err := gw.Info(ctx)
	if err != nil {
		return err
	}
	q := client.EventQuery{After: fmt.Sprint(info.Height), Types: []string{"block"}, Hashes: true}
	ready() // from that height on nothing is missed
	for e, err := range gw.Events(ctx, q) {
		if err != nil {
			return err
		}
		now := time.Now()
		var b client.BlockEvent
		if err := json.Unmarshal(e.Data, &b); err != nil {
			return fmt.Errorf("event %s: %w", e.ID, err)
		}
		hashes := make([]tx.ID, len(b.Hashes))
		for i, h := range b.Hashes {
			if hashes[i], err = client.ParseTxID(h); err != nil {
				return err
			}
		}
		book.inBlock(hashes, now)
	}
	return nil
}

// poll asks for one vote of each batch, for gateways without a push stream. The
// rest of a batch is taken to be in a block when its last vote is.
func (l *load) poll(ctx context.Context, book *ledger, ready func()) error {
	ready()
	gw := l.gateways[0]
	for {
		now := time.Now()
		for _, s := range book.samples() {
			_, err := gw.Transaction(ctx, s.last)
			if errors.Is(err, client.ErrNotYet) {
				break // those sent later are not mined before
			}
			if err != nil {
				return err
			}
			book.sampleMined(s, now)
		}
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// verify compares what the chain has counted with what was acknowledged.
func (l *load) verify(ctx context.Context, id election.ID, book *ledger, r *report) error {
	gw := l.gateways[0]
	if l.cfg.end {
		key, err := seededKey(l.cfg.seed, "organiser", 0)
		if err != nil {
			return err
		}
		hash, err := gw.SetStatus(ctx, key, id, election.Ended)
		if err != nil {
			return fmt.Errorf("end the election: %w", err)
		}
		if err := gw.WaitMined(ctx, hash); err != nil {
			return err
		}
	}
	e, err := gw.Election(ctx, id)
	if err != nil {
		return err
	}
	votes, answers := book.expected()
	r.Counted, r.Final = e.VoteCount, e.FinalResults
	r.Result = make([]string, choices)
	want := make([]string, choices)
	for i, n := range answers {
		want[i] = fmt.Sprint(n)
	}
	if len(e.Result) == 1 {
		r.Result = e.Result[0]
	}
	r.Verified = votes == e.VoteCount && fmt.Sprint(want) == fmt.Sprint(r.Result) && (!l.cfg.end || e.FinalResults)
	if !r.Verified {
		r.Faults = append(r.Faults, fmt.Sprintf("the chain has %d votes with the result %v, but acknowledged were %d with %v",
			e.VoteCount, r.Result, votes, want))
	}
	return nil
}
