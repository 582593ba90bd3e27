package main

import (
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// report is what a run has shown. Times are in seconds.
type report struct {
	Election     string         `json:"election"`
	Votes        int            `json:"votes"`
	BytesPerVote float64        `json:"bytes_per_vote"` // signed transactions
	Offered      int            `json:"offered"`        // votes sent, repetitions counted
	Busy         int            `json:"busy"`           // answers "try later"
	Broken       int            `json:"broken"`         // requests without an answer
	Acknowledged int            `json:"acknowledged"`
	Rejected     map[string]int `json:"rejected"` // by rule
	Mined        int            `json:"mined"`

	SendSeconds  float64 `json:"send_seconds"`  // first request to last acknowledgement
	TotalSeconds float64 `json:"total_seconds"` // first request to last block
	OfferedRate  float64 `json:"offered_per_second"`
	Rate         float64 `json:"votes_per_second"`           // mined / total_seconds
	Sustained    float64 `json:"sustained_votes_per_second"` // from the first block with votes to the last
	Blocks       int     `json:"blocks"`                     // with votes of this run

	Latency latency `json:"latency_seconds"` // request sent to block seen

	Counted  uint64   `json:"counted"` // by the chain
	Result   []string `json:"result"`
	Final    bool     `json:"final"`
	Verified bool     `json:"verified"` // counted and result are what was acknowledged
	Faults   []string `json:"faults,omitempty"`
}

// latency is a distribution.
type latency struct {
	P50   float64         `json:"p50"`
	P90   float64         `json:"p90"`
	P99   float64         `json:"p99"`
	P999  float64         `json:"p99.9"`
	Max   float64         `json:"max"`
	Mean  float64         `json:"mean"`
	Steps []latencyBucket `json:"histogram"`
}

// latencyBucket counts the votes that took at most so long.
type latencyBucket struct {
	AtMost float64 `json:"at_most"`
	Votes  int64   `json:"votes"`
}

// report sums the ledger up.
func (l *ledger) report(f *voteFile) *report {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := &report{
		Election: f.header.Election, Votes: f.len(), BytesPerVote: float64(f.bytes()) / float64(f.len()),
		Offered: l.offered, Busy: l.busy, Broken: l.broken, Rejected: l.rejected, Mined: l.mined, Blocks: len(l.blocks),
		SendSeconds: l.end.Sub(l.start).Seconds(), Latency: summary(l.latency),
	}
	for _, s := range l.state {
		if s == acknowledged {
			r.Acknowledged++
		}
	}
	r.OfferedRate = perSecond(r.Offered, r.SendSeconds)
	times := make([]time.Time, 0, len(l.blocks))
	for at := range l.blocks {
		times = append(times, at)
	}
	sort.Slice(times, func(i, j int) bool { return times[i].Before(times[j]) })
	if len(times) == 0 {
		return r
	}
	first, last := times[0], times[len(times)-1]
	r.TotalSeconds = last.Sub(l.start).Seconds()
	r.Rate = perSecond(l.mined, r.TotalSeconds)
	// The first block ends the time before the window: its votes came earlier.
	r.Sustained = perSecond(l.mined-l.blocks[first], last.Sub(first).Seconds())
	return r
}

func perSecond(n int, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(n) / seconds
}

func summary(h *hdrhistogram.Histogram) latency {
	at := func(quantile float64) float64 { return float64(h.ValueAtQuantile(quantile)) / 1e6 }
	out := latency{P50: at(50), P90: at(90), P99: at(99), P999: at(99.9), Max: float64(h.Max()) / 1e6, Mean: h.Mean() / 1e6}
	// Steps of a quarter of a second show the shape that block times give it.
	const step = 250_000
	for _, bar := range h.Distribution() {
		if bar.Count == 0 {
			continue
		}
		n := int((bar.To + step - 1) / step)
		for len(out.Steps) < n {
			out.Steps = append(out.Steps, latencyBucket{AtMost: float64(len(out.Steps)+1) * step / 1e6})
		}
		out.Steps[n-1].Votes += bar.Count
	}
	return out
}

// late notes acknowledged votes that did not arrive in time.
func (r *report) late(err error) {
	if err != nil {
		r.Faults = append(r.Faults, err.Error())
	}
}

// fault is the error of a run that has shown a fault.
func (r *report) fault() error {
	if len(r.Faults) == 0 {
		return nil
	}
	return errors.New(strings.Join(r.Faults, "; "))
}

func (r *report) text(w io.Writer) {
	p := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	p("election      %s", r.Election)
	p("votes         %d of %.0f bytes", r.Votes, r.BytesPerVote)
	p("offered       %d in %.1f s, %.0f a second", r.Offered, r.SendSeconds, r.OfferedRate)
	p("acknowledged  %d", r.Acknowledged)
	p("try later     %d", r.Busy)
	p("broken off    %d requests", r.Broken)
	p("mined         %d in %d blocks", r.Mined, r.Blocks)
	p("throughput    %.0f votes a second from the first request to the last block (%.1f s)", r.Rate, r.TotalSeconds)
	p("sustained     %.0f votes a second from the first block with votes to the last", r.Sustained)
	p("latency       p50 %.2f s, p90 %.2f s, p99 %.2f s, p99.9 %.2f s, max %.2f s",
		r.Latency.P50, r.Latency.P90, r.Latency.P99, r.Latency.P999, r.Latency.Max)
	rules := make([]string, 0, len(r.Rejected))
	for rule := range r.Rejected {
		rules = append(rules, rule)
	}
	sort.Strings(rules)
	for _, rule := range rules {
		p("rejected      %d %s", r.Rejected[rule], rule)
	}
	var most int64 = 1
	for _, b := range r.Latency.Steps {
		most = max(most, b.Votes)
	}
	for _, b := range r.Latency.Steps {
		p("  <= %5.2f s %9d %s", b.AtMost, b.Votes, strings.Repeat("#", int(b.Votes*50/most)))
	}
	state := "as it stands"
	if r.Final {
		state = "final"
	}
	p("counted       %d, result %v, %s", r.Counted, r.Result, state)
	if r.Verified {
		p("verified      every acknowledged vote is counted")
	}
	for _, f := range r.Faults {
		p("FAULT         %s", f)
	}
}
