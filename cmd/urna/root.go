package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"urna/client"
	"urna/cmd/internal/cli"
	"urna/tx"
)

// app is what every command shares.
type app struct {
	in        io.Reader
	out, errs io.Writer

	// Flags; each may also be set by an environment variable, see bindEnv.
	gateway      string
	json         bool
	timeout      time.Duration
	wallet       string
	as           string
	keyFile      string
	passwordFile string
	noWait       bool
	trust        trust
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "urna",
		Short: "Organise elections and vote from a terminal",
		Long: `urna talks to a gateway: it makes keys and accounts, builds censuses, runs
elections, casts votes and reads results. Private keys stay on this machine.

Every flag below may be set in the environment: URNA_GATEWAY for --gateway,
URNA_AS for --as, and so on. URNA_KEY holds a private key in hex, for scripts.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return bindEnv(cmd.Root().PersistentFlags())
		},
	}
	f := root.PersistentFlags()
	f.StringVar(&a.gateway, "gateway", client.DefaultURL, "root of the gateway's API")
	f.BoolVar(&a.json, "json", false, "answer in JSON")
	f.DurationVar(&a.timeout, "timeout", 5*time.Minute, "give up after this long")
	f.StringVar(&a.wallet, "wallet", underHome("wallet"), "where keys and census tokens are kept")
	f.StringVar(&a.as, "as", "", "name of the key to act with")
	f.StringVar(&a.keyFile, "key-file", "", "file of the key to act with: encrypted, or 64 hex digits")
	f.StringVar(&a.passwordFile, "password-file", "", "file whose first line is the key's password; URNA_PASSWORD may hold it too")
	a.trust.define(f)
	_ = root.RegisterFlagCompletionFunc("as", a.completeKeys)
	root.AddCommand(
		newKey(a), newAccount(a), newCensus(a), newElection(a), newCredential(a), newVote(a),
		newReceipt(a), newResults(a), newAnchor(a), a.unchecked(newWatch(a)), a.unchecked(newStatus(a)),
	)
	for _, c := range root.Commands() {
		strictGroup(c)
	}
	return root
}

// strictGroup makes a command that only groups others refuse words that name
// none of them.
func strictGroup(c *cobra.Command) {
	if c.Runnable() {
		return
	}
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return cli.Misusef("unknown command %q for %q; see %s --help", args[0], cmd.CommandPath(), cmd.CommandPath())
		}
		return cmd.Help()
	}
	for _, sub := range c.Commands() {
		strictGroup(sub)
	}
}

// bindEnv takes flags that were not given from the environment: --key-file from
// URNA_KEY_FILE.
func bindEnv(flags *pflag.FlagSet) (err error) {
	flags.VisitAll(func(f *pflag.Flag) {
		name := "URNA_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v := os.Getenv(name); v != "" && !f.Changed && err == nil {
			if e := flags.Set(f.Name, v); e != nil {
				err = cli.Misusef("%s: %w", name, e)
			}
		}
	})
	return err
}

// connect makes a client and a context that ends with the program's patience.
func (a *app) connect(cmd *cobra.Command) (context.Context, context.CancelFunc, *client.Client, error) {
	c, err := client.New(client.Config{URL: a.gateway})
	if err != nil {
		return nil, nil, nil, cli.Misuse(err)
	}
	ctx, cancel := context.WithTimeoutCause(cmd.Context(), a.timeout,
		fmt.Errorf("no answer within %s (--timeout)", a.timeout))
	return ctx, cancel, c, nil
}

// command makes a command that talks to the gateway.
func (a *app) command(c *cobra.Command, run func(ctx context.Context, c *client.Client, args []string) error) *cobra.Command {
	c.Args = strictArgs(c.Args)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, cancel, gw, err := a.connect(cmd)
		if err != nil {
			return err
		}
		defer cancel()
		return run(ctx, gw, args)
	}
	return c
}

// local makes a command that talks to nobody.
func (a *app) local(c *cobra.Command, run func(args []string) error) *cobra.Command {
	c.Args = strictArgs(c.Args)
	c.RunE = func(_ *cobra.Command, args []string) error { return run(args) }
	return c
}

// strictArgs turns a wrong number of arguments into a misuse; none are
// allowed unless the command says so.
func strictArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	if check == nil {
		check = cobra.NoArgs
	}
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return cli.Misusef("%w; usage: %s", err, cmd.UseLine())
		}
		return nil
	}
}

// waits gives a command that sends a transaction the choice not to wait.
func (a *app) waits(c *cobra.Command) *cobra.Command {
	c.Flags().BoolVar(&a.noWait, "no-wait", false, "return when the gateway has taken the transaction; do not wait for its block")
	return c
}

// sent waits until a transaction is in a block, unless told not to, and answers
// with v or text.
func (a *app) sent(ctx context.Context, c *client.Client, hash tx.ID, v any, text func(w io.Writer)) error {
	if !a.noWait {
		if err := c.WaitMined(ctx, hash); err != nil {
			return err
		}
	}
	return a.print(v, text)
}

// print answers with v in JSON, or with text for people.
func (a *app) print(v any, text func(w io.Writer)) error {
	if !a.json {
		text(a.out)
		return nil
	}
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
