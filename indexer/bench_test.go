package indexer_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"urna/election"
	"urna/indexer"
	"urna/state/transition"
	"urna/tx"
)

// voteChain gives the blocks of a benchmark: an election, then blocks of
// votes, made when they are asked for and decoded as they come from the disk.
type voteChain struct {
	*chain
	id       election.ID
	perBlock int
	before   int64                    // height before the vote blocks
	encoded  [][]byte                 // outcomes of the vote blocks
	decoded  map[int64]*indexer.Block // those that are not decoded when asked for
}

func newVoteChain(perBlock, blocks int) *voteChain {
	c := &voteChain{chain: newChain(1), perBlock: perBlock}
	for len(c.elections) == 0 || c.elections[0].status != election.Ready {
		c.extend(1, 10)
	}
	c.id, c.before = c.elections[0].id, c.chain.Height()
	for range blocks {
		b := c.voteBlock(c.id, len(c.encoded)*perBlock, perBlock)
		c.encoded = append(c.encoded, b.Outcome.Encode())
		b.Outcome = nil
		c.add(b)
	}
	return c
}

func (c *voteChain) Block(ctx context.Context, height int64) (*indexer.Block, error) {
	b, err := c.chain.Block(ctx, height)
	if err != nil {
		return nil, err
	}
	if made := c.decoded[height]; made != nil {
		return made, nil
	}
	if i := height - c.before - 1; i >= 0 {
		made := *b
		made.Outcome, err = transition.DecodeBlockOutcome(c.encoded[i])
		return &made, err
	}
	return b, nil
}

// BenchmarkIndexVotes indexes blocks of ten thousand votes, with their outcomes
// decoded as from the disk, and reports the processor time that a vote takes.
func BenchmarkIndexVotes(b *testing.B) {
	const perBlock, blocks = 10_000, 50
	for b.Loop() {
		b.StopTimer()
		c := newVoteChain(perBlock, blocks)
		path := filepath.Join(b.TempDir(), "index.db")
		x := openIndex(b, path)
		runtime.GC()
		before, start := processorTime(b), time.Now()
		b.StartTimer()
		stop := follow(x, c)
		waitFor(b, x, c.Height())
		b.StopTimer()
		cpu, took := processorTime(b)-before, time.Since(start)
		if err := stop(); err != nil {
			b.Fatal(err)
		}
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		votes := float64(perBlock * blocks)
		b.ReportMetric(votes/took.Seconds(), "votes/s")
		b.ReportMetric(float64(cpu.Microseconds())/votes, "cpu-us/vote")
		b.ReportMetric(float64(info.Size())/votes, "B/vote")
		b.StartTimer()
	}
}

// BenchmarkIndexLiveVotes indexes blocks of ten thousand votes one by one, as
// they come from a chain that keeps pace: each is an SQL transaction.
func BenchmarkIndexLiveVotes(b *testing.B) {
	const perBlock, blocks = 10_000, 50
	for b.Loop() {
		b.StopTimer()
		c := newVoteChain(perBlock, blocks)
		held := c.blocks[c.before:]
		c.blocks = c.blocks[:c.before]
		c.decoded = map[int64]*indexer.Block{}
		for i, h := range held {
			made := *h
			var err error
			if made.Outcome, err = transition.DecodeBlockOutcome(c.encoded[i]); err != nil {
				b.Fatal(err)
			}
			c.decoded[h.Height] = &made
		}
		x := openIndex(b, filepath.Join(b.TempDir(), "index.db"))
		stop := follow(x, c)
		waitFor(b, x, c.Height())
		runtime.GC()
		before, start := processorTime(b), time.Now()
		b.StartTimer()
		for _, h := range held {
			c.add(h)
			waitFor(b, x, h.Height)
		}
		b.StopTimer()
		cpu, took := processorTime(b)-before, time.Since(start)
		if err := stop(); err != nil {
			b.Fatal(err)
		}
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
		votes := float64(perBlock * blocks)
		b.ReportMetric(votes/took.Seconds(), "votes/s")
		b.ReportMetric(float64(cpu.Microseconds())/votes, "cpu-us/vote")
		b.StartTimer()
	}
}

// BenchmarkRead asks an index of half a million votes.
func BenchmarkRead(b *testing.B) {
	c := newVoteChain(10_000, 50)
	x := openIndex(b, filepath.Join(b.TempDir(), "index.db"))
	stop := follow(x, c)
	waitFor(b, x, c.Height())
	defer func() {
		if err := stop(); err != nil {
			b.Error(err)
		}
		if err := x.Close(); err != nil {
			b.Error(err)
		}
	}()
	ctx := context.Background()
	old, err := x.Transactions(ctx, indexer.TransactionFilter{}, indexer.Page{Limit: 1, Number: 490_000})
	if err != nil {
		b.Fatal(err)
	}
	vote, err := x.Votes(ctx, &c.id, indexer.Page{Limit: 1, Number: 490_000})
	if err != nil {
		b.Fatal(err)
	}
	deep := indexer.Page{Limit: 10, Number: 40_000}
	for _, q := range []struct {
		name string
		ask  func() error
	}{
		{"transaction by hash, old", func() error { _, err := x.Transaction(ctx, old.Items[0].Hash); return err }},
		{"vote by nullifier, old", func() error { _, err := x.Vote(ctx, vote.Items[0].ID); return err }},
		{"transactions, first page", func() error {
			_, err := x.Transactions(ctx, indexer.TransactionFilter{}, indexer.Page{Limit: 10})
			return err
		}},
		{"transactions, deep page", func() error { _, err := x.Transactions(ctx, indexer.TransactionFilter{}, deep); return err }},
		{"vote transactions, deep page", func() error {
			_, err := x.Transactions(ctx, indexer.TransactionFilter{Kinds: []tx.Kind{tx.KindVote}}, deep)
			return err
		}},
		{"rare transactions", func() error {
			_, err := x.Transactions(ctx, indexer.TransactionFilter{Kinds: []tx.Kind{tx.KindNewElection}}, indexer.Page{Limit: 10})
			return err
		}},
		{"transactions of a signer", func() error {
			_, err := x.Transactions(ctx, indexer.TransactionFilter{Signer: &old.Items[0].Signer}, indexer.Page{Limit: 10})
			return err
		}},
		{"votes of an election, deep page", func() error { _, err := x.Votes(ctx, &c.id, deep); return err }},
		{"votes, deep page", func() error { _, err := x.Votes(ctx, nil, deep); return err }},
		{"elections", func() error {
			_, err := x.Elections(ctx, indexer.ElectionFilter{}, indexer.Page{Limit: 10})
			return err
		}},
		{"counters", func() error { _, err := x.Counters(ctx); return err }},
	} {
		b.Run(q.name, func(b *testing.B) {
			for b.Loop() {
				if err := q.ask(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
