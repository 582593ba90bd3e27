package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"urna/anchor"
	"urna/anchor/relayer"
	"urna/client"
	"urna/election"
)

// provedResult is a result on Ethereum, or on its way there.
type provedResult struct {
	Election    string       `json:"electionID"`
	Registry    string       `json:"registry"`
	Proved      bool         `json:"proved"` // it stands there
	Anchored    uint64       `json:"anchoredHeight,omitempty"`
	Result      [][]string   `json:"result,omitempty"` // as the registry tells it
	Transaction *transaction `json:"transaction,omitempty"`
}

func newAnchorProve(o *onEthereum) *cobra.Command {
	c := &cobra.Command{
		Use: "prove-result ELECTION", Short: "Prove the result of an election to the registry on Ethereum",
		Long: `Prove the final result of an election to a registry of results on Ethereum, from which
other contracts read it. The proof leads to the newest block that is anchored; anybody may
send it. With --dry-run the data of the transaction is shown, for any wallet to send.`,
		Example: `  urna anchor prove-result 1f0e... --ethereum https://eth.example.org --registry 0xe7f1... --dry-run --json
  urna anchor prove-result 1f0e... --ethereum https://eth.example.org --registry 0xe7f1... --as relayer --yes`,
		Args: cobra.ExactArgs(1),
	}
	return o.paying(o.command(c, func(ctx context.Context, gw *client.Client, node *anchor.Node, args []string) error {
		id, err := argument(election.ParseID(args[0]))
		if err != nil {
			return err
		}
		where, err := at("registry", o.registry)
		if err != nil {
			return err
		}
		w, err := o.open(ctx, node)
		if err != nil {
			return err
		}
		registry := anchor.NewRegistry(where, node)
		out := &provedResult{Election: id.String(), Registry: where.Hex()}
		if there, err := out.read(ctx, registry, id); err != nil || there {
			return errors.Join(err, o.print(out, out.text))
		}
		call, err := o.resultCall(ctx, gw, node, registry, id, out)
		if err != nil {
			return err
		}
		if out.Transaction, err = o.offer(ctx, w, "prove the result", &where, call); err != nil {
			return err
		}
		list := []*transaction{out.Transaction}
		yes, err := o.ask(w, list)
		if err != nil {
			return err
		}
		if !yes {
			return o.print(out, func(to io.Writer) {
				o.costs(to, w, list)
				fmt.Fprintf(to, "It proves the result under the anchored block %d. Anybody may send it:\nto    %s\ndata  %s\n", out.Anchored, out.Registry, out.Transaction.Data)
			})
		}
		if err := o.send(ctx, w, out.Transaction); err != nil {
			return err
		}
		if _, err := out.read(ctx, registry, id); err != nil {
			return err
		}
		return o.print(out, out.text)
	}))
}

// read asks the registry for the result.
func (p *provedResult) read(ctx context.Context, r *anchor.Registry, id election.ID) (bool, error) {
	result, err := r.Result(ctx, id)
	for _, none := range []string{"NotProved", "Frozen"} {
		if errors.Is(err, &anchor.Refusal{Name: none}) {
			return false, nil
		}
	}
	if err != nil {
		return false, err
	}
	p.Proved, p.Result = true, [][]string{}
	for _, row := range result.Rows {
		var cells []string
		for _, cell := range row {
			cells = append(cells, cell.String())
		}
		p.Result = append(p.Result, cells)
	}
	return true, nil
}

// resultCall makes the call against the newest block that is anchored.
func (o *onEthereum) resultCall(ctx context.Context, gw *client.Client, node *anchor.Node, registry *anchor.Registry, id election.ID, out *provedResult) ([]byte, error) {
	under, err := registry.Anchor(ctx)
	if err != nil {
		return nil, err
	}
	reader := anchor.NewReader(under, node)
	latest, err := reader.Latest(ctx)
	if err != nil {
		return nil, err
	}
	root, err := reader.AppHash(ctx, latest.Height)
	if err != nil {
		return nil, err
	}
	out.Anchored = latest.Height
	record, proof, err := relayer.FromGateway(gw).Result(ctx, id, int64(latest.Height)-1)
	if errors.Is(err, relayer.ErrNoProof) {
		e, missing := gw.Election(ctx, id)
		if missing != nil {
			return nil, missing
		}
		if !e.FinalResults {
			return nil, fmt.Errorf("election %s has the status %s; there is no final result to prove", id, e.Status)
		}
		return nil, fmt.Errorf("the gateway cannot prove the result under block %d, the newest that is anchored; anchor a newer one with: urna anchor post", latest.Height)
	}
	if err != nil {
		return nil, err
	}
	return anchor.ResultCall(id, latest.Height, root, record, proof)
}

func (p *provedResult) text(w io.Writer) {
	if p.Transaction != nil {
		p.Transaction.done(w)
	} else {
		fmt.Fprintln(w, "it was proved before")
	}
	fmt.Fprintf(w, "the registry %s has the result of election %s:\n", p.Registry, p.Election)
	for i, row := range p.Result {
		fmt.Fprintf(w, "  row %d  %v\n", i, row)
	}
}
