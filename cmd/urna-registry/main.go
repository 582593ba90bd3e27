// Command urna-registry is for an organisation, privately: it keeps the members
// with their personal data in a database of its own, invites them, and makes the
// lists that elections need, which are without names. It talks to no gateway and
// no chain; what it writes is handed on by whoever runs it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"urna/cmd/internal/cli"
	"urna/registry"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program without its globals. It returns the exit code: 0, 1 for
// a failure or a list with bad rows, 64 for a command line that makes no sense.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	a := &app{in: in, out: out, errs: errs}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	return cli.Execute(ctx, root, func(err error) int {
		if a.json {
			_ = json.NewEncoder(errs).Encode(map[string]string{"error": err.Error()})
		} else {
			fmt.Fprintln(errs, "urna-registry:", err)
		}
		return 1
	})
}

// app is what every command shares.
type app struct {
	in        io.Reader
	out, errs io.Writer

	database string
	json     bool
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "urna-registry",
		Short: "Keep an organisation's members, privately",
		Long: `urna-registry keeps the members of an organisation in a database that only the
organisation has: an SQLite file, or PostgreSQL. It imports lists from spreadsheets,
gives out invitations with which members bind an address of their own, and writes
the lists that elections need, which are without names.

A MEMBER is the member's id, an e-mail address, an address, or #NUMBER.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	f := root.PersistentFlags()
	f.StringVar(&a.database, "db", "", "SQLite file, or postgres://user@host/name; URNA_REGISTRY_DB may hold it, for it may have a password (~/.urna/registry.db)")
	f.BoolVar(&a.json, "json", false, "answer in JSON")
	root.AddCommand(
		newInit(a), newImport(a), newExport(a), newShow(a), newSet(a), newRemove(a), newCompact(a), newStatus(a),
		newInvite(a), newRevoke(a), newCensus(a), newIssuerList(a), newServe(a),
	)
	return root
}

// where is the database that is meant.
func (a *app) where() (registry.Config, error) {
	database := a.database
	if database == "" {
		database = os.Getenv("URNA_REGISTRY_DB")
	}
	if database == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return registry.Config{}, err
		}
		database = filepath.Join(home, ".urna", "registry.db")
	}
	return registry.Config{Database: database}, nil
}

// command makes a command that works with an open registry.
func (a *app) command(c *cobra.Command, args cobra.PositionalArgs, run func(ctx context.Context, r *registry.Registry, args []string) error) *cobra.Command {
	return a.plain(c, args, func(ctx context.Context, args []string) (err error) {
		cfg, err := a.where()
		if err != nil {
			return err
		}
		r, err := registry.Open(ctx, cfg)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, r.Close()) }()
		return run(ctx, r, args)
	})
}

// plain makes a command.
func (a *app) plain(c *cobra.Command, check cobra.PositionalArgs, run func(ctx context.Context, args []string) error) *cobra.Command {
	c.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return cli.Misusef("%w; usage: %s", err, cmd.UseLine())
		}
		return nil
	}
	c.RunE = func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), args) }
	return c
}

// print answers with v in JSON, or with text for people.
func (a *app) print(v any, text string) error {
	if !a.json {
		_, err := fmt.Fprintln(a.out, text)
		return err
	}
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// filterFlags are the flags that choose members.
func filterFlags(c *cobra.Command) *registry.Filter {
	f := new(registry.Filter)
	c.Flags().StringSliceVar(&f.Tags, "tag", nil, "only members with this tag; given twice, with both")
	return f
}
