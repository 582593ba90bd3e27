package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"urna/client"
	"urna/tx"
)

// offer sends all votes of f until each is taken or refused for good.
func (l *load) offer(ctx context.Context, f *voteFile, book *ledger) error {
	q := newQueue(f.len())
	limit := rate.NewLimiter(rate.Inf, l.cfg.batch)
	if l.cfg.rate > 0 {
		limit.SetLimit(rate.Limit(l.cfg.rate * l.cfg.overload))
	}
	bar := l.bar(f.len(), "votes taken")
	g, ctx := errgroup.WithContext(ctx)
	for w := range l.cfg.workers {
		s := sender{
			load: l, gateway: l.senders[w%len(l.senders)], queue: q, limit: limit, votes: f, book: book, bar: bar,
		}
		g.Go(func() error { return s.run(ctx) })
	}
	return g.Wait()
}

// sender is one connection.
type sender struct {
	load    *load
	gateway *client.Client
	queue   *queue
	limit   *rate.Limiter
	votes   *voteFile
	book    *ledger
	bar     func(int)

	patience time.Duration // next pause after "try later"
	silent   time.Time     // since when the gateway gave no answer; zero if it does
}

// Pauses of a sender that is told to try later, unless it is to overload the
// gateway, and of one that gets no answer.
const (
	shortPause = 50 * time.Millisecond
	longPause  = 2 * time.Second
	giveUp     = 2 * time.Minute // without an answer
)

func (s *sender) run(ctx context.Context) error {
	for {
		numbers, err := s.queue.take(ctx, s.load.cfg.batch)
		if err != nil || numbers == nil {
			return err
		}
		if err := s.limit.WaitN(ctx, len(numbers)); err != nil {
			return err
		}
		again, err := s.send(ctx, numbers)
		if err != nil {
			return err
		}
		s.bar(len(numbers) - len(again))
		s.queue.put(len(numbers)-len(again), again)
		if len(again) == 0 {
			s.patience = 0
			continue
		}
		if s.load.cfg.overload > 1 && s.silent.IsZero() {
			continue // that is the point
		}
		s.patience = min(max(2*s.patience, shortPause), longPause)
		if err := wait(ctx, s.patience); err != nil {
			return err
		}
	}
}

// send offers votes once and returns those that must come again.
func (s *sender) send(ctx context.Context, numbers []int) (again []int, err error) {
	raws, err := s.votes.read(numbers)
	if err != nil {
		return nil, err
	}
	submit := s.gateway.SubmitBatch
	if s.load.cfg.binary {
		submit = s.gateway.SubmitBinary
	}
	at := time.Now()
	s.book.sent(len(numbers))
	answers, err := submit(ctx, raws)
	if err != nil {
		return numbers, s.unanswered(ctx, numbers, err)
	}
	s.silent = time.Time{}
	var taken []int
	var hashes []tx.ID
	for i, a := range answers {
		switch n := numbers[i]; {
		case a.Err == nil:
			taken, hashes = append(taken, n), append(hashes, a.Hash)
		case a.Err.Later():
			again = append(again, n)
		default:
			s.book.said(n, ruleOf(a.Err))
		}
	}
	if s.load.cfg.binary { // the answer leaves out what we can compute
		if hashes, err = s.votes.hashes(taken); err != nil {
			return nil, err
		}
	}
	s.book.taken(taken, hashes, at)
	s.book.later(len(again))
	return again, nil
}

// unanswered decides whether a batch without answers may come again.
func (s *sender) unanswered(ctx context.Context, numbers []int, err error) error {
	var p *client.Problem
	switch {
	case ctx.Err() != nil:
		return err
	case errors.As(err, &p) && p.Later():
		s.book.later(len(numbers))
		return nil
	case errors.As(err, &p) && p.Status < 500:
		return fmt.Errorf("the gateway refuses the whole batch: %w", err)
	}
	s.book.brokeOff(numbers)
	if s.silent.IsZero() {
		s.silent = time.Now()
	}
	if time.Since(s.silent) > giveUp {
		return fmt.Errorf("no answer for %s: %w", giveUp, err)
	}
	return nil
}

func ruleOf(p *client.Problem) string {
	if p.Rule != "" {
		return p.Rule
	}
	return fmt.Sprintf("code %d: %s", p.Code, p.Detail)
}

// wait pauses for d or until the context ends.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
