package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"urna/audit"
)

func newReplay(a *app) *cobra.Command {
	var from sources
	var on ethereum
	var o audit.Options
	var genesis string
	c := &cobra.Command{
		Use:   "replay",
		Short: "Run the law of a chain again over all its blocks, and compare",
		Long: `Run the law of a chain again, from its genesis over all its blocks, and compare
with what the chain says: every signature, every root, every result. The blocks
come from a gateway, a node or an archive, which are not trusted; with several,
another one is asked where one fails. The newest block is left out, because no
other one confirms it yet.

With --dir the state is kept, and the next run goes on where this one ended,
however it ended. --genesis compares the genesis with a copy that you trust;
without it, the verdict is about the chain of the genesis that the source shows.

With --anchor and --ethereum, what stands on Ethereum is compared with the replay:
the contract's code, every block that was anchored, every set of validators; with
--registry the results that were proved there. The node of Ethereum is only read,
and believed about what the contracts hold.`,
		Example: `  urna-audit replay --gateway https://vote.example.org/v2
  urna-audit replay --gateway https://vote.example.org/v2 --dir audit --genesis genesis.json
  urna-audit replay --rpc http://127.0.0.1:26657 --to 100000 --json
  urna-audit replay --from chain.car --dir audit
  urna-audit replay --gateway https://vote.example.org/v2 --ethereum https://eth.example.org \
    --anchor 0x5fbd... --registry 0xe7f1... --ethereum-from 21000000`,
		Args: cobra.NoArgs,
	}
	f := c.Flags()
	from.flags(f)
	on.flags(f)
	f.StringVar(&o.Dir, "dir", "", "directory that keeps the state, to go on later; without it everything is in memory")
	f.StringVar(&genesis, "genesis", "", "file of the genesis document that you trust")
	f.Int64Var(&o.To, "to", 0, "last height; 0 for all")
	c.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if o.Source, err = from.one(); err != nil {
			return err
		}
		if o.Anchor, err = on.open(cmd.Context()); err != nil {
			return err
		}
		if genesis != "" {
			if o.Genesis, err = os.ReadFile(genesis); err != nil {
				return err
			}
		}
		end := a.progress(&o)
		v, err := audit.Replay(cmd.Context(), o)
		end()
		if a.json {
			if bad := a.printJSON(v); bad != nil {
				return bad
			}
			return err
		}
		printLines(a.out, v.Checks)
		fmt.Fprintln(a.out)
		v.WriteText(a.out)
		return err
	}
	return c
}

// progress shows how far a replay is, on one line of a terminal, until end.
func (a *app) progress(o *audit.Options) (end func()) {
	f, ok := a.errs.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func() {}
	}
	o.Progress = func(p audit.Progress) { showProgress(f, p) }
	return func() { fmt.Fprint(f, "\r\x1b[K") }
}

func showProgress(w io.Writer, p audit.Progress) {
	fmt.Fprintf(w, "\r\x1b[Kblock %d of %d, %d votes, %.0f votes/s", p.Height, p.Tip, p.Votes, p.Rate)
}
