// Command urna-issuer lets people vote one by one: it asks who they are and
// signs for each member once, in plain elections and in blind ones. Its home
// holds keys and lists of members; it needs a gateway only to look at an
// election that it is to serve, and signs nothing for the chain.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"urna/cmd/internal/cli"
	"urna/issuer"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program without its globals. It returns the exit code: 0, 1
// for a failure, 64 for a command line that makes no sense.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	a := &app{out: out, errs: errs}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errs)
	return cli.Execute(ctx, root, func(err error) int {
		fmt.Fprintln(errs, "urna-issuer:", err)
		return 1
	})
}

// app is what every command shares.
type app struct {
	out, errs io.Writer
	home      string
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "urna-issuer",
		Short: "Let people vote one by one",
		Long: `urna-issuer hands out credentials: whoever shows to be a member, by an
invitation code, an e-mail or an OpenID login, gets one signature and no more.

  urna-issuer init --auth code          a home: keys, settings, no members yet
  urna-issuer codes 100 > codes.csv     invitation codes, to be sent to members
  urna-issuer new board --members codes.csv --blind > board.json
                                        keys for an election that is to come
  urna election new --issuer board.json ...        creates it on the chain
  urna-issuer bind board ELECTION       now credentials may be handed out
  urna-issuer serve
  urna-issuer shut board > counts.json  no more of them; how many there are
  urna election count ELECTION counts.json         before the election starts

A plain election (without --blind) is open from its start and needs no count.
docs/operations/issuer.md tells more.`,
		SilenceErrors: true, SilenceUsage: true,
	}
	root.PersistentFlags().StringVar(&a.home, "home", defaultHome(), "where keys, lists and settings are kept")
	root.AddCommand(newInit(a), newCodes(a), newNew(a), newBind(a), newServe(a), newShut(a), newAudit(a))
	return root
}

func defaultHome() string {
	dir, err := os.UserHomeDir()
	if err != nil {
		return "urna-issuer"
	}
	return dir + "/.urna/issuer"
}

// open opens the home.
func (a *app) open(ctx context.Context) (*issuer.Service, *settings, error) {
	s, err := readSettings(a.home)
	if err != nil {
		return nil, nil, err
	}
	service, err := issuer.Open(ctx, a.home, nil)
	return service, s, err
}
