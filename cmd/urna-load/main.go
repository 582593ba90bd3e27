// Command urna-load offers votes to a gateway and measures what becomes of them.
// It speaks the public API only, so that it can drive any gateway that has it:
// it makes voters, a census and an election, signs every vote beforehand, sends
// them in batches, learns from the push stream when they are in a block, and at
// the end checks that every vote that was acknowledged is counted.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"urna/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	err := newRoot().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "urna-load:", err)
		os.Exit(1)
	}
}

// config is what the flags say.
type config struct {
	gateways    []string
	votes       int
	batch       int
	workers     int
	rate        float64
	overload    float64
	seed        string
	json        bool
	prepareOnly bool
	file        string
	binary      bool
	poll        bool
	end         bool
	duration    time.Duration
	drain       time.Duration
}

func newRoot() *cobra.Command {
	var cfg config
	c := &cobra.Command{
		Use:   "urna-load",
		Short: "Offer votes to a gateway and measure what becomes of them",
		Long: `Offer votes to a gateway and measure what becomes of them.

Each vote is by a voter of its own, whose key is derived from --seed. All votes
are signed before the first one is sent. Votes that the gateway puts off ("try
later") are sent again after a pause until it takes them.

--file keeps the signed votes: with --prepare-only the file is written and
nothing sent; without, an existing file is sent and a new one is made first.
--overload 10 with --rate offers ten times the rate, and does not pause when told
to try later.`,
		Example: `  urna-load --votes 100000
  urna-load --votes 500000 --prepare-only --file votes.bin && urna-load --file votes.bin --rate 12000`,
		Args: cobra.NoArgs, SilenceErrors: true, SilenceUsage: true,
	}
	f := c.Flags()
	f.StringSliceVar(&cfg.gateways, "gateway", []string{client.DefaultURL}, "root of a gateway's API; may be repeated, the load is spread")
	f.IntVar(&cfg.votes, "votes", 10_000, "how many votes, and voters")
	f.IntVar(&cfg.batch, "batch", 1000, "votes in a request")
	f.IntVar(&cfg.workers, "workers", 4, "connections")
	f.Float64Var(&cfg.rate, "rate", 0, "votes per second; 0 for as fast as the gateway takes them")
	f.Float64Var(&cfg.overload, "overload", 1, "offer this many times --rate, without pauses")
	f.StringVar(&cfg.seed, "seed", "urna", "what the voters' keys are derived from")
	f.BoolVar(&cfg.json, "json", false, "report in JSON")
	f.BoolVar(&cfg.prepareOnly, "prepare-only", false, "make --file and send nothing")
	f.StringVar(&cfg.file, "file", "", "file of signed votes")
	f.BoolVar(&cfg.binary, "binary", false, "send batches in the gateway's binary form, which costs both sides less than JSON")
	f.BoolVar(&cfg.poll, "poll", false, "ask for one vote of each batch instead of listening to the push stream")
	f.BoolVar(&cfg.end, "end", false, "end the election afterwards and check its final result, too")
	f.DurationVar(&cfg.duration, "duration", 24*time.Hour, "how long the election runs")
	f.DurationVar(&cfg.drain, "drain", 2*time.Minute, "how long acknowledged votes may take to be in a block")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := cfg.check(); err != nil {
			return err
		}
		l, err := newLoad(cfg, cmd.OutOrStdout(), os.Stderr)
		if err != nil {
			return err
		}
		return l.run(cmd.Context())
	}
	c.AddCommand(&cobra.Command{
		Use: "version", Short: "Show the version", Args: cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), "urna-load", version) },
	})
	return c
}

// version is set by the linker; see the Makefile.
var version = "unreleased"

func (c *config) check() error {
	switch {
	case c.votes < 1 || c.batch < 1 || c.workers < 1:
		return errors.New("--votes, --batch and --workers must be above zero")
	case c.rate < 0 || c.overload < 1:
		return errors.New("--rate must not be below zero, --overload not below one")
	case c.overload > 1 && c.rate == 0:
		return errors.New("--overload is a multiple of --rate")
	case c.prepareOnly && c.file == "":
		return errors.New("--prepare-only needs a --file")
	}
	return nil
}

// load is one run.
type load struct {
	cfg      config
	out      io.Writer
	errs     *os.File
	gateways []*client.Client // patient, for preparing
	senders  []*client.Client // ask once, for sending
}

func newLoad(cfg config, out io.Writer, errs *os.File) (*load, error) {
	l := &load{cfg: cfg, out: out, errs: errs}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = cfg.workers + 2
	transport.DisableCompression = true
	web := &http.Client{Transport: transport}
	for _, u := range cfg.gateways {
		patient, err := client.New(client.Config{URL: u, HTTP: web, Attempts: 20})
		if err != nil {
			return nil, err
		}
		sender, err := client.New(client.Config{URL: u, HTTP: web, Attempts: 1})
		if err != nil {
			return nil, err
		}
		l.gateways, l.senders = append(l.gateways, patient), append(l.senders, sender)
	}
	return l, nil
}

// run prepares if need be, sends, waits and reports.
func (l *load) run(ctx context.Context) error {
	f, err := l.votes(ctx)
	if err != nil {
		return err
	}
	defer f.close()
	if l.cfg.prepareOnly {
		l.say("%d votes are in %s", f.len(), l.cfg.file)
		return nil
	}
	r, err := l.measure(ctx, f)
	if err != nil {
		return err
	}
	if l.cfg.json {
		err = json.NewEncoder(l.out).Encode(r)
	} else {
		r.text(l.out)
	}
	return errors.Join(err, r.fault())
}

// votes opens the file of votes, or prepares and makes it.
func (l *load) votes(ctx context.Context) (*voteFile, error) {
	if l.cfg.file != "" && !l.cfg.prepareOnly {
		f, err := openVotes(l.cfg.file)
		if !errors.Is(err, os.ErrNotExist) {
			return f, err
		}
	}
	p, err := l.prepare(ctx)
	if err != nil {
		return nil, err
	}
	f, err := createVotes(l.cfg.file, header{Chain: p.chainID, Election: p.election.String(), Votes: l.cfg.votes})
	if err != nil {
		return nil, err
	}
	return f, l.sign(p, f)
}

// say tells something to whoever watches.
func (l *load) say(format string, args ...any) {
	if !l.cfg.json {
		fmt.Fprintf(l.errs, format+"\n", args...)
	}
}

// bar shows progress on a terminal. The function it returns adds to it, and may
// be called by several goroutines.
func (l *load) bar(total int, what string) func(n int) {
	if l.cfg.json || !term.IsTerminal(int(l.errs.Fd())) {
		l.say("%s: %d", what, total)
		return func(int) {}
	}
	b := progressbar.NewOptions(total,
		progressbar.OptionSetDescription(fmt.Sprintf("%-12s", what)), progressbar.OptionSetWriter(l.errs),
		progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionSetElapsedTime(true), progressbar.OptionOnCompletion(func() { fmt.Fprintln(l.errs) }))
	return func(n int) { _ = b.Add(n) }
}
