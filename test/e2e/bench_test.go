package e2e

import (
	"encoding/json"
	"flag"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"urna/audit"
	"urna/crypto/ethkey"
)

var (
	benchVotes      = flag.Int("votes", 10_000, "votes of BenchmarkAudit")
	benchValidators = flag.Int("validators", 4, "validators of BenchmarkAudit")
)

// BenchmarkAudit has a network of processes make a chain of votes, as fast as it
// takes them, and the auditor replay it from a gateway into a directory, on the
// same machine. In the same run it recovers as many signatures as there are
// votes, on all processors, which bounds both.
func BenchmarkAudit(b *testing.B) {
	for b.Loop() {
		net := startNetwork(b, network{Validators: *benchValidators, BlockTime: "1s"})
		args := []string{"--votes", strconv.Itoa(*benchVotes), "--binary", "--end", "--json"}
		for _, n := range net.nodes {
			args = append(args, "--gateway", n.client.URL())
		}
		out, err := exec.Command(filepath.Join(bin, "urna-load"), args...).Output()
		var load struct {
			Rate      float64 `json:"votes_per_second"`
			Sustained float64 `json:"sustained_votes_per_second"` // without the first block's latency
		}
		if bad := json.Unmarshal(out, &load); err != nil || bad != nil {
			b.Fatalf("the load generator: %v: %v\n%s", err, bad, out)
		}
		made := max(load.Rate, load.Sustained)
		net.nodes[0].waitHeight(b, net.height()+5+int64(*benchVotes)/4096, 10*time.Minute) // the set of nullifiers is complete
		checked := recoverSignatures(b, *benchVotes)
		v, rss := measured(b, "--gateway", net.nodes[0].client.URL(), "--dir", filepath.Join(b.TempDir(), "audit"))
		if v.Votes != uint64(*benchVotes) || !v.Elections[0].Sealed {
			b.Fatalf("the auditor says %+v", v)
		}
		b.ReportMetric(made, "made/s")
		b.ReportMetric(v.VotesARate, "replayed/s")
		b.ReportMetric(checked, "recovered/s")
		b.ReportMetric(v.VotesARate/made, "replayed/made")
		b.ReportMetric(float64(rss)/(1<<20), "MiB")
		b.ReportMetric(0, "ns/op")
		for _, n := range net.nodes {
			n.stop(b)
		}
	}
}

// measured replays and returns the most memory that the auditor had, bytes.
func measured(t testing.TB, args ...string) (*audit.Verdict, int64) {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, "urna-audit"), append([]string{"replay", "--json"}, args...)...)
	out, err := cmd.Output()
	var v audit.Verdict
	if bad := json.Unmarshal(out, &v); err != nil || bad != nil || !v.OK {
		t.Fatalf("the auditor: %v: %v\n%s", err, bad, out)
	}
	return &v, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
}

// recoverSignatures recovers signatures on all processors; it returns how many a
// second.
func recoverSignatures(t testing.TB, n int) float64 {
	t.Helper()
	key, err := ethkey.Generate()
	check(t, err)
	text := []byte("You are signing a vote; as long as that, with the id of an election in hex, 64 digits")
	sig, err := key.Sign(text)
	check(t, err)
	start := time.Now()
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for next.Add(1) <= int64(n) {
				if _, err := ethkey.Recover(text, sig); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	return float64(n) / time.Since(start).Seconds()
}
