package app_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"urna/app"
	"urna/app/apptest"
	"urna/tx"
)

// BenchmarkBlock measures what a vote costs the application on its way through
// one block of 10,000, phase by phase, on a state on disk, in processor time of
// the whole process. A proposer pays for submit, prepare, own, finalize and
// commit; a validator that has the votes in its pool for process instead of
// prepare; one that has not, for unseen.
func BenchmarkBlock(b *testing.B) {
	const votes = 10_000
	c := apptest.New(b, apptest.Options{Nodes: 3, Disk: true, App: func(_ int, cfg *app.Config) { cfg.ProposalTime = time.Minute }})
	voters := apptest.Keys("voter", votes)
	spent := map[string]time.Duration{}
	timed := func(what string, f func()) {
		start := processorTime()
		f()
		spent[what] += processorTime() - start
	}
	rounds, bytes := 0, 0
	for b.Loop() {
		b.StopTimer()
		raws := c.OpenElection(voters, nil).Votes(voters)
		rounds++
		for _, raw := range raws {
			bytes += len(raw)
		}
		b.StartTimer()
		submit := func(a *app.App) {
			for lo := 0; lo < votes; lo += 500 {
				for _, s := range a.Submit(context.Background(), raws[lo:lo+500]) {
					if s.Err != nil {
						b.Fatal(s.Err)
					}
				}
			}
			if _, err := a.ReapTxs(context.Background(), &abci.RequestReapTxs{}); err != nil {
				b.Fatal(err)
			}
		}
		at := int(c.Height()) % 3
		proposer, pooled, unseen := c.Nodes[at], c.Nodes[(at+1)%3], c.Nodes[(at+2)%3]
		timed("submit", func() { submit(proposer.App) })
		submit(pooled.App)
		var p *abci.RequestProcessProposal
		timed("prepare", func() {
			var err error
			if p, err = proposer.Prepare(); err != nil || len(p.Txs) != votes {
				b.Fatal(len(p.Txs), err)
			}
		})
		process := func(n *apptest.Node) {
			if ok, err := n.Process(p); err != nil || !ok {
				b.Fatal(ok, err)
			}
		}
		timed("own", func() { process(proposer) })
		timed("process", func() { process(pooled) })
		timed("unseen", func() { process(unseen) })
		r := apptest.Decide(p)
		var out *abci.ResponseFinalizeBlock
		timed("finalize", func() { out = proposer.Finalize(r) })
		timed("commit", proposer.Commit)
		for _, n := range []*apptest.Node{pooled, unseen} {
			n.Finalize(r)
			n.Commit()
		}
		c.Record(r, out)
	}
	for what, d := range spent {
		b.ReportMetric(float64(d.Microseconds())/float64(rounds*votes), what+"-µs/vote")
	}
	b.ReportMetric(float64(bytes)/float64(rounds*votes), "B/vote")
	b.ReportMetric(0, "ns/op")
}

// processorTime is what the process has used so far, on all processors. On a
// shared machine it says more than a clock.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSubmitAlone measures submissions of one vote per call, as a server
// gets them from browsers.
func BenchmarkSubmitAlone(b *testing.B) {
	c := apptest.New(b, apptest.Options{})
	voters := apptest.Keys("voter", 20_000)
	e := c.OpenElection(voters, nil)
	raws := e.Votes(voters)
	i := 0
	for b.Loop() {
		// Beyond the last vote the node says that it knows it, which is cheap.
		if s := c.Nodes[0].App.Submit(context.Background(), raws[i%len(raws):i%len(raws)+1]); s[0].Err != nil && i < len(raws) {
			b.Fatal(s[0].Err)
		}
		i++
	}
}

// BenchmarkBusy measures how fast a full node says so.
func BenchmarkBusy(b *testing.B) {
	c := apptest.New(b, apptest.Options{App: func(_ int, cfg *app.Config) { cfg.Pool.MaxTxs, cfg.Pool.HighWater = 100, 0.5 }})
	voters := apptest.Keys("voter", 1000)
	e := c.OpenElection(voters, nil)
	raws := e.Votes(voters)
	c.Nodes[0].App.Submit(context.Background(), raws[:50])
	n := 0
	for b.Loop() {
		c.Nodes[0].App.Submit(context.Background(), raws[50:])
		n += len(raws) - 50
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/vote")
}

// BenchmarkReplay measures what a node that was away does with the blocks it
// missed: it executes and commits decided blocks of 10,000 votes that it has
// never seen, on a state on disk. Signature recovery of the same votes, on all
// processors in the same run, is the peer it is set against.
func BenchmarkReplay(b *testing.B) {
	const votes = 10_000
	c := apptest.New(b, apptest.Options{Disk: true, App: func(_ int, cfg *app.Config) { cfg.ProposalTime = time.Minute }})
	voters := apptest.Keys("voter", votes)
	away := c.Join()
	away.Handshake()
	total := 0
	var replay, verify time.Duration
	for b.Loop() {
		b.StopTimer()
		raws := c.OpenElection(voters, nil).Votes(voters)
		missed := len(c.Blocks)
		c.Mine(raws...)
		for _, block := range c.Blocks[away.App.Store().Height():missed] {
			away.Finalize(block.Request)
			away.Commit()
		}
		b.StartTimer()
		start := time.Now()
		away.Finalize(c.Blocks[missed].Request)
		away.Commit()
		replay += time.Since(start)
		b.StopTimer()
		start = time.Now()
		apptest.InParallel(votes, func(i int) {
			if _, err := tx.Verify(apptest.ChainID, raws[i]); err != nil {
				b.Error(err)
			}
		})
		verify += time.Since(start)
		total += votes
		b.StartTimer()
	}
	b.ReportMetric(float64(total)/replay.Seconds(), "votes/s")
	b.ReportMetric(float64(total)/verify.Seconds(), "verified/s")
	b.ReportMetric(verify.Seconds()/replay.Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}
