package archive

import (
	"bytes"
	"flag"
	"os"
	"testing"
	"time"

	"urna/app"
	"urna/app/apptest"
	"urna/crypto/ethkey"
	"urna/tx"
)

var (
	benchVotes = flag.Int("votes", 20_000, "votes of the archive that BenchmarkVerify makes")
	benchKeep  = flag.String("keep", "", "where BenchmarkVerify leaves its archive, to be verified by hand")
)

// BenchmarkVerify measures how fast the archive of one election is verified, in
// blocks of 5,000 votes, and sets it against the recovery of as many signatures
// on all processors in the same run.
func BenchmarkVerify(b *testing.B) {
	const perBlock = 5000
	w := &world{t: b, files: map[string][]byte{}, Chain: apptest.New(b, apptest.Options{
		App: func(_ int, c *app.Config) { c.ProposalTime = time.Minute },
	})}
	voters := apptest.Keys("voter", *benchVotes)
	e := w.open(voters, func(p *tx.NewElection) { p.Duration = 5000 })
	for lo := 0; lo < len(voters); lo += perBlock {
		w.Mine(e.Votes(voters[lo:min(lo+perBlock, len(voters))])...)
	}
	w.Pass(5000 * time.Second)
	w.idle(len(voters) / 4096)
	w.seal(e)
	file := w.archive(e, nil)
	if *benchKeep != "" {
		must(b, os.WriteFile(*benchKeep, file, 0o644))
	}
	text := []byte("as long as the text of a vote, which says for what it is, and has a hash in hex, 64 digits or so")
	sig, err := apptest.Key("bank").Sign(text)
	must(b, err)
	var verify, recover time.Duration
	rounds := 0
	for b.Loop() {
		rounds++
		start := time.Now()
		v, err := Verify(b.Context(), bytes.NewReader(file), Options{})
		verify += time.Since(start)
		if err != nil || v.Election.Voters != uint64(len(voters)) {
			b.Fatal(err, v.Election)
		}
		b.StopTimer()
		start = time.Now()
		apptest.InParallel(len(voters), func(int) {
			if _, err := ethkey.Recover(text, sig); err != nil {
				b.Error(err)
			}
		})
		recover += time.Since(start)
		b.StartTimer()
	}
	n := float64(rounds * len(voters))
	b.ReportMetric(n/verify.Seconds(), "verified/s")
	b.ReportMetric(n/recover.Seconds(), "recovered/s")
	b.ReportMetric(recover.Seconds()/verify.Seconds(), "ratio")
	b.ReportMetric(float64(len(file))/float64(len(voters)), "bytes/vote")
	b.ReportMetric(0, "ns/op")
}
