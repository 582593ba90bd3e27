package chain_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"urna/app"
	"urna/chain"
	"urna/state/transition"
	"urna/tx"
)

// BenchmarkEngine measures votes through the application and CometBFT, without
// HTTP: signed beforehand, submitted in batches of 500 as fast as the nodes take
// them; with many callers, far faster, since a caller that is told to come again
// comes at once. Run it with -benchtime=1x.
func BenchmarkEngine(b *testing.B) {
	for _, c := range []struct{ nodes, callers, votes int }{{1, 1, 100_000}, {1, 32, 100_000}, {4, 4, 40_000}} {
		b.Run(fmt.Sprintf("nodes=%d/callers=%d/votes=%d", c.nodes, c.callers, c.votes), func(b *testing.B) {
			for b.Loop() {
				engine(b, c.nodes, c.callers, c.votes)
			}
		})
	}
}

func engine(b *testing.B, nodes, callers, votes int) {
	b.StopTimer()
	configs, err := chain.Testnet(b.TempDir(), nodes, ports(b, 2*nodes), newGenesis())
	if err != nil {
		b.Fatal(err)
	}
	var rs []*running
	for _, cfg := range configs {
		cfg.RPC = ""
		rs = append(rs, start(b, cfg, nil))
	}
	e, raws := openElection(b, rs[0], votes)
	for _, r := range rs {
		await(b, "the election is everywhere", func() bool { _, err := r.app.View().Settings(e.ID); return err == nil })
	}
	sent := make([]map[tx.ID]time.Time, callers)
	var offers atomic.Int64
	mined := make([]map[tx.ID]time.Time, 1)
	cpu := usage(b)
	b.StartTimer()
	begin := time.Now()
	var wg sync.WaitGroup
	wg.Go(func() { mined[0] = follow(b, rs[0], votes) })
	for i := range callers {
		r := rs[i%nodes]
		sent[i] = map[tx.ID]time.Time{}
		wg.Go(func() {
			for mine := raws[i*votes/callers : (i+1)*votes/callers]; len(mine) > 0; {
				n := min(500, len(mine))
				batch := mine[:n:n]
				mine = mine[n:]
				now := time.Now()
				offers.Add(int64(n))
				for k, s := range r.app.Submit(context.Background(), batch) {
					switch {
					case s.Err == nil:
						sent[i][s.ID] = now
					case errors.Is(s.Err, app.ErrKnown):
					case errors.Is(s.Err, app.ErrBusy):
						mine = append(mine, batch[k])
					default:
						b.Error(s.Err)
					}
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(begin)
	b.StopTimer()
	var waits []time.Duration
	for _, m := range sent {
		for id, at := range m {
			waits = append(waits, mined[0][id].Sub(at))
		}
	}
	slices.Sort(waits)
	b.ReportMetric(float64(votes)/took.Seconds(), "votes/s")
	b.ReportMetric(float64((usage(b)-cpu).Microseconds())/float64(votes), "cpu-µs/vote")
	b.ReportMetric(waits[len(waits)/2].Seconds(), "p50-s")
	b.ReportMetric(waits[len(waits)*99/100].Seconds(), "p99-s")
	b.ReportMetric(float64(offers.Load())/float64(votes), "offers/vote")
	b.ReportMetric(float64(rs[0].app.View().Height()), "blocks")
	b.ReportMetric(0, "ns/op")
	for _, r := range rs {
		r.stop()
		r.stop = func() {}
	}
	b.StartTimer()
}

// follow notes when votes are in a committed block of a node.
func follow(b *testing.B, r *running, votes int) map[tx.ID]time.Time {
	mined := make(map[tx.ID]time.Time, votes)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	for h := r.app.View().Height() + 1; len(mined) < votes; h++ {
		if err := r.Wait(ctx, h); err != nil {
			b.Error(err)
			return mined
		}
		now := time.Now()
		journal, err := r.app.Store().Journal(h)
		if err != nil {
			b.Error(err)
			return mined
		}
		o, err := transition.DecodeBlockOutcome(journal)
		if err != nil {
			b.Error(err)
			return mined
		}
		for _, t := range o.Txs {
			mined[t.ID] = now
		}
	}
	return mined
}

func usage(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
