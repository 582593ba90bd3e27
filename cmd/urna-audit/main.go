// Command urna-audit is for those who trust no server: it replays a chain under
// its law, writes archives of elections and verifies them, and watches gateways.
//
// What it finds wrong is evidence, and has the number of a check of
// docs/spec/audit.md; the exit code is the class of the check. It refuses to
// call anything right that it has not looked at: a report says of every check
// how many things passed it, and why one was not made.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"urna/cmd/internal/cli"
	"urna/internal/check"
)

// memoryLimit is what the collector of garbage tries to stay below, bytes.
const memoryLimit = 384 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends the work where it can be resumed; a second one ends
	// the process at once.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program without its globals. It returns the exit code: 0, the
// class of the check that failed, 1 if something could not be looked at, or 64
// if the command line makes no sense.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	a := &app{in: in, out: out, errs: errs}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	return cli.Execute(ctx, root, func(err error) int {
		fmt.Fprintln(errs, "urna-audit:", err)
		return check.ExitCode(err)
	})
}

// app is what every command shares.
type app struct {
	in        io.Reader
	out, errs io.Writer
	json      bool // answer in JSON
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "urna-audit",
		Short: "Check a voting chain, trusting no server",
		Long: `urna-audit checks what a voting chain says, and trusts nobody who says it.

Exit codes: 0 nothing failed; 1 something could not be read; 64 the command line
makes no sense; otherwise a check failed: 2 set-up, 3 ballots, 4 box, 5 tally,
6 file, 7 gateways that disagree, 8 anchor on Ethereum.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return cli.Misusef("unknown command %q; see urna-audit --help", args[0])
			}
			return cmd.Help()
		},
	}
	root.PersistentFlags().BoolVar(&a.json, "json", false, "answer in JSON")
	root.AddCommand(newReplay(a), newWatch(a), newArchive(a), newVerify(a), newVerifyExtends(a), newTiles(a)) // in the order of --help
	return root
}

// printJSON answers with v.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// printLines writes a report for people, one line a check.
func printLines(w io.Writer, lines []check.Line) {
	for _, l := range lines {
		sign, what := "ok", fmt.Sprintf("%d checked", l.Items)
		switch l.Status {
		case check.Broken:
			sign, what = "FAILED", ""
		case check.NotChecked:
			sign, what = "-", ""
		}
		what = strings.TrimPrefix(what+"; "+l.Detail, "; ")
		fmt.Fprintf(w, "%-6s %s  %-24s %s\n", sign, l.ID, l.Name, strings.TrimSuffix(what, "; "))
	}
}
