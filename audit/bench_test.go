package audit_test

import (
	"flag"
	"testing"
	"time"

	"urna/app"
	"urna/app/apptest"
	"urna/audit"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

var benchVotes = flag.Int("votes", 20_000, "votes of the chain that BenchmarkReplay makes")

// BenchmarkReplay measures how fast a chain is replayed into a state on disk, one
// election in blocks of 5,000 votes, and sets it against the recovery of as many
// signatures on all processors in the same run, and against the applications
// that made the chain. For networks of processes see BenchmarkAudit of test/e2e.
func BenchmarkReplay(b *testing.B) {
	const perBlock = 5000
	c := apptest.New(b, apptest.Options{App: func(_ int, cfg *app.Config) { cfg.ProposalTime = time.Minute }})
	voters := apptest.Keys("voter", *benchVotes)
	e := c.OpenElection(voters, nil)
	votes := e.Votes(voters)
	start := time.Now()
	for lo := 0; lo < len(votes); lo += perBlock {
		c.Mine(votes[lo:min(lo+perBlock, len(votes))]...)
	}
	made := time.Since(start)
	c.Mine(apptest.Sign(b, apptest.Key("org"), &tx.SetStatus{Nonce: c.Nonce("org"), Election: e.ID, Status: election.Ended}))
	for range 2 + len(votes)/4096 {
		c.Mine()
	}
	source := forge(b, c) // Protobuf of its own, as from a file
	for h := range source.blocks {
		source.raws[h] = source.raw(h + 1)
	}
	var replay, check time.Duration
	rounds := 0
	for b.Loop() {
		rounds++
		v, err := audit.Replay(b.Context(), audit.Options{Source: source, Dir: b.TempDir()})
		if err != nil || v.Votes != uint64(len(votes)) || !v.Elections[0].Sealed {
			b.Fatal(err, v)
		}
		replay += time.Duration(v.Seconds * float64(time.Second))
		b.StopTimer()
		text := []byte("as long as the text of a vote, which says for what it is, and has a hash in hex, 64 digits or so")
		sig, err := apptest.Key("bank").Sign(text)
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		apptest.InParallel(len(votes), func(int) {
			if _, err := ethkey.Recover(text, sig); err != nil {
				b.Error(err)
			}
		})
		check += time.Since(start)
		b.StartTimer()
	}
	n := float64(rounds * len(votes))
	b.ReportMetric(float64(len(votes))/made.Seconds(), "made/s")
	b.ReportMetric(n/replay.Seconds(), "replayed/s")
	b.ReportMetric(n/check.Seconds(), "recovered/s")
	b.ReportMetric(check.Seconds()/replay.Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}
