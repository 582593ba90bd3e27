// Command urnad is the daemon for those who run infrastructure: a validator, a
// gateway, or both, as its configuration says; or with `urnad dev` a whole
// network in one process. It listens on loopback only, until it is told
// otherwise, and refuses to start on settings that make no sense.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"urna/cmd/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal stops the node gracefully; a second one finds the
	// default handler and ends the process at once.
	context.AfterFunc(ctx, stop)
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// execute is the whole program without its globals. It returns the exit code:
// 0, 1 for a failure, 64 for a command line that makes no sense.
func execute(ctx context.Context, args []string, out, errs io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errs)
	return cli.Execute(ctx, root, func(err error) int {
		fmt.Fprintln(errs, "urnad:", err)
		return 1
	})
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "urnad",
		Short: "Run a node of a voting chain",
		Long: `urnad runs a node of a voting chain. What it serves is configuration: a
validator, a gateway for apps and browsers, or both.

  urnad dev      a whole network in one process, to try things out
  urnad init     make the home of a node
  urnad start    run the node of a home`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(newDev(), newInit(), newStart(), newTestnet(), newKeys(), newGenesis(), newIndex(), newVersion())
	return root
}

// noArgs refuses arguments, and says so as other mistakes of usage are said.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return cli.Misusef("%s takes no argument %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// group makes a command that only holds others.
func group(use, short string, sub ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return cli.Misusef("unknown command %q for %q", args[0], cmd.CommandPath())
		}
		return cmd.Help()
	}}
	c.AddCommand(sub...)
	return c
}

// homeFlag gives a command the --home of a node.
func homeFlag(c *cobra.Command, home *string) {
	c.Flags().StringVar(home, "home", defaultHome("node"), "directory of the node")
}

// defaultHome is a directory below ~/.urna.
func defaultHome(name string) string {
	dir, err := os.UserHomeDir()
	if err != nil {
		return name
	}
	return filepath.Join(dir, ".urna", name)
}

// configFile is the configuration of a home.
func configFile(home string) string { return filepath.Join(home, "config.toml") }
