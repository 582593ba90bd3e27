package e2e

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"urna/client"
)

var benchMembers = flag.Int("members", 1_000_000, "members of the census that BenchmarkReaders has imported")

const (
	readers    = 50
	readerPace = 50 * time.Millisecond // from one question of a reader to the next
	readable   = 10_000                // members of the census that is read
)

// BenchmarkReaders has people ask a gateway for proofs in one census while it
// fetches and imports another, large one, that an election names. Both gateways and
// the readers share the machine.
func BenchmarkReaders(b *testing.B) {
	for b.Loop() {
		net := startNetwork(b, network{Validators: 2, BlockTime: "1s", Voters: 1, Absent: *benchMembers - 1})
		ctx, cancel := context.WithTimeout(b.Context(), 10*time.Minute)
		reading, stop := context.WithCancel(ctx)
		reads := newReads(b, ctx, net.nodes[1])
		var crowd sync.WaitGroup
		for i := range readers {
			crowd.Go(func() { reads.read(b, reading, i) })
		}
		began := time.Now()
		p := openPoll(b, net)
		check(b, until(5*time.Minute, func() error { return net.nodes[1].holds(ctx, p) }))
		ended := time.Now()
		fmt.Printf("%d members sent, published and named in %.1f s, fetched and imported by the other gateway in %.1f s\n",
			*benchMembers, p.named.Sub(began).Seconds(), ended.Sub(p.named).Seconds())
		quiet := time.Now()
		wait(5 * time.Second)
		stop()
		crowd.Wait()
		cancel()
		reads.tell("proofs while it is filled and published elsewhere", began, p.named)
		reads.tell("proofs while it is fetched and imported here", p.named, ended)
		reads.tell("proofs after that", quiet, time.Now())
		for _, n := range net.nodes {
			n.stop(b)
		}
	}
}

// reads are questions to a gateway and how long the answers took.
type reads struct {
	url string // of proofs, without the voter

	mu    sync.Mutex
	times []answered // guarded by mu
}

type answered struct {
	asked time.Time
	took  time.Duration
}

// newReads publishes a census that is to be read.
func newReads(b *testing.B, ctx context.Context, n *node) *reads {
	b.Helper()
	c := n.client
	token, err := c.NewToken(ctx)
	check(b, err)
	list, err := c.NewCensus(ctx, token)
	check(b, err)
	members := make([]client.Member, readable)
	for i := range members {
		members[i] = client.Member{Key: fmt.Sprintf("0x%040x", i+1), Weight: strconv.Itoa(i + 1)}
	}
	check(b, c.AddMembers(ctx, token, list, members, nil))
	published, err := c.PublishCensus(ctx, token, list)
	check(b, err)
	return &reads{url: c.URL() + "/censuses/" + published.Root + "/proof/"}
}

// read is one reader.
func (r *reads) read(b *testing.B, ctx context.Context, seed int) {
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	web := &http.Client{Transport: &http.Transport{}}
	tick := time.NewTicker(readerPace)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asked := time.Now()
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+fmt.Sprintf("%040x", random.IntN(readable)+1), nil)
		check(b, err)
		res, err := web.Do(q)
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if err == nil && res.StatusCode != http.StatusOK {
				err = fmt.Errorf("status %d", res.StatusCode)
			}
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			b.Errorf("a reader: %v", err)
			return
		}
		r.mu.Lock()
		r.times = append(r.times, answered{asked, time.Since(asked)})
		r.mu.Unlock()
	}
}

// tell prints how long answers took that were asked for in a span of time.
func (r *reads) tell(what string, from, to time.Time) {
	var took []time.Duration
	for _, a := range r.times {
		if !a.asked.Before(from) && a.asked.Before(to) {
			took = append(took, a.took)
		}
	}
	if len(took) == 0 {
		fmt.Printf("%-50s none\n", what)
		return
	}
	slices.Sort(took)
	fmt.Printf("%-50s %7d answers   p50 %s, p99 %s, most %s\n", what, len(took), took[len(took)/2], took[len(took)*99/100], took[len(took)-1])
}
