package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"urna/anchor"
	"urna/anchor/relayer"
	"urna/chain/light"
	"urna/client"
	"urna/cmd/internal/cli"
)

// posted is what was anchored.
type posted struct {
	Before       uint64         `json:"before"` // height at which the anchor stood
	Height       uint64         `json:"height"` // at which it stands now, or would
	Transactions []*transaction `json:"transactions"`
}

func newAnchorPost(o *onEthereum) *cobra.Command {
	var to int64
	c := &cobra.Command{
		Use: "post", Short: "Anchor the newest block, and every change of the validators before it",
		Long: `Anchor the newest block of the chain that another one confirms, or the one of --to, and
before it the last block of every set of validators since what is anchored: the contract
follows the validators from set to set. Each takes one transaction.

The contract checks the validators' signatures; nothing depends on the gateway's word.`,
		Example: `  urna anchor post --ethereum https://eth.example.org --anchor 0x5fbd... --dry-run
  urna anchor post --ethereum https://eth.example.org --anchor 0x5fbd... --as relayer --yes`,
	}
	c.Flags().Int64Var(&to, "to", 0, "height to anchor; the newest that is confirmed by default")
	return o.paying(o.command(c, func(ctx context.Context, gw *client.Client, node *anchor.Node, _ []string) error {
		where, err := at("anchor", o.anchor)
		if err != nil {
			return err
		}
		w, err := o.open(ctx, node)
		if err != nil {
			return err
		}
		steps, latest, err := due(ctx, gw, anchor.NewReader(where, node), to)
		if err != nil {
			return err
		}
		out := &posted{Before: latest.Height, Height: latest.Height, Transactions: []*transaction{}}
		for i, s := range steps {
			call, err := s.Call()
			if err != nil {
				return err
			}
			what := fmt.Sprintf("anchor block %d", s.Height())
			if s.Next != nil {
				what += ", change the set"
			}
			if i > 0 && o.dryRun {
				break // Ethereum cannot say what it costs before the first one is there
			}
			t, err := o.offer(ctx, w, what, &where, call)
			if err != nil {
				return err
			}
			out.Transactions, out.Height = append(out.Transactions, t), s.Height()
			yes, err := o.ask(w, []*transaction{t})
			if err != nil {
				return err
			}
			if yes {
				err = o.send(ctx, w, t)
			}
			if err != nil {
				return err
			}
		}
		return o.print(out, func(to io.Writer) {
			switch {
			case len(steps) == 0:
				fmt.Fprintf(to, "there is nothing to do: block %d is anchored\n", latest.Height)
			case o.dryRun:
				o.costs(to, w, out.Transactions)
				if more := len(steps) - 1; more > 0 {
					fmt.Fprintf(to, "and %d more transactions up to block %d, which can be estimated when this one is there\n", more, steps[more].Height())
				}
			default:
				for _, t := range out.Transactions {
					t.done(to)
				}
			}
		})
	}))
}

// due are the headers to anchor.
func due(ctx context.Context, gw *client.Client, r *anchor.Reader, to int64) ([]*relayer.Step, anchor.Latest, error) {
	latest, err := r.Latest(ctx)
	if err != nil {
		return nil, latest, err
	}
	if latest.FrozenFrom != 0 {
		return nil, latest, fmt.Errorf("the anchor is frozen from height %d: somebody has shown two signed blocks of it", latest.FrozenFrom)
	}
	source := relayer.FromGateway(gw)
	fetch := func(ctx context.Context, height int64) (*light.Block, error) { return source.Signed(ctx, height) }
	top, err := fetch(ctx, 0)
	if err != nil {
		return nil, latest, err
	}
	if to == 0 {
		to = top.Header.Height - 1
	}
	if to < 1 || to >= top.Header.Height {
		return nil, latest, cli.Misusef("height %d cannot be anchored: blocks 1 to %d can", to, top.Header.Height-1)
	}
	steps, err := relayer.Plan(ctx, latest, to, fetch)
	return steps, latest, err
}
