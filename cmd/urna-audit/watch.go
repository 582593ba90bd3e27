package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"urna/audit/watch"
	"urna/cmd/internal/cli"
)

func newWatch(a *app) *cobra.Command {
	var from sources
	var on ethereum
	var o watch.Options
	var genesis string
	c := &cobra.Command{
		Use:   "watch",
		Short: "Follow a live chain through several gateways, and raise alarms",
		Long: `Follow a live chain through several gateways at once, until Ctrl-C. Every block
that they show is compared with what was first seen at its height, and replayed
under the law as it comes. An alarm is raised when

  disagree   a gateway shows another block than was seen first
  rewritten  a gateway shows another block than it did before
  missing    a gateway no longer has the newest block that it has shown
  late       a gateway, or all of them, do not show a block in time
  refused    a block fails a check; this ends the watch

and with --anchor and --ethereum, when

  anchor-disagrees  another block was anchored than was seen first, or the code
                    there is not that of an anchor of this chain
  anchor-frozen     somebody has shown a fork to the anchor
  anchor-late       nothing was anchored for --anchor-late

Alarms are lines on standard output, with --json one object a line, with the
signed headers that the gateways show. With --dir hashes, alarms and the replay
are kept, so that the next run remembers what this one has seen.

With --once it looks until every gateway has shown what the others have, with
--until to a height. The exit code is 7 if there was an alarm, or the class of the
check that a block failed.`,
		Example: `  urna-audit watch --gateway https://one.example.org/v2 --gateway https://two.example.org/v2 --dir watch
  urna-audit watch --gateway https://one.example.org/v2 --gateway https://two.example.org/v2 --once --json`,
		Args: cobra.NoArgs,
	}
	f := c.Flags()
	from.flags(f)
	on.flags(f)
	f.DurationVar(&o.AnchorLate, "anchor-late", 0, "how old the newest anchored block may be; half of the anchor's trusting period by default")
	f.StringVar(&o.Dir, "dir", "", "directory that keeps what was seen")
	f.StringVar(&genesis, "genesis", "", "file of the genesis document that you trust")
	f.DurationVar(&o.Every, "every", time.Second, "pause between two looks at a gateway")
	f.DurationVar(&o.Late, "late", 30*time.Second, "when a block is late")
	f.BoolVar(&o.Once, "once", false, "end when every gateway has shown what the others have")
	f.Int64Var(&o.Until, "until", 0, "end when this height is replayed")
	c.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if o.Sources, err = from.list(); err != nil {
			return err
		}
		if o.Anchor, err = on.open(cmd.Context()); err != nil {
			return err
		}
		if o.Every <= 0 || o.Late <= 0 || o.Until < 0 || o.AnchorLate < 0 {
			return cli.Misusef("--every, --late, --anchor-late and --until must be positive")
		}
		if genesis != "" {
			if o.Genesis, err = os.ReadFile(genesis); err != nil {
				return err
			}
		}
		o.Tell = a.tellEvent
		v, err := watch.Run(cmd.Context(), o)
		if v != nil && !a.json {
			fmt.Fprintf(a.out, "watched chain %s to height %d: %d votes\n", v.ChainID, v.Height, v.Votes)
		}
		return err
	}
	return c
}

// tellEvent prints an event on a line of its own.
func (a *app) tellEvent(e watch.Event) {
	if !a.json {
		fmt.Fprintln(a.out, e.Time.Format(time.RFC3339), e)
		for _, p := range e.Evidence {
			fmt.Fprintf(a.out, "  %s has a signed header, valid: %s\n", p.Source, p.Valid)
		}
		return
	}
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(e) // who does not listen any more misses nothing
}
