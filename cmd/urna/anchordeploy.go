package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"urna/anchor"
	"urna/anchor/relayer"
	"urna/anchor/wallet"
	"urna/client"
	"urna/cmd/internal/cli"
)

// deployed is what a deployment has made.
type deployed struct {
	ChainID        string         `json:"chainId"`
	Height         uint64         `json:"height"` // the validators that are trusted sign above it
	TrustingPeriod string         `json:"trustingPeriod"`
	EthereumID     uint64         `json:"ethereumChainId"`
	Anchor         string         `json:"anchor,omitempty"`
	Registry       string         `json:"registry,omitempty"`
	StateProofs    string         `json:"stateProofs,omitempty"`
	Block          uint64         `json:"ethereumBlock,omitempty"` // that has the anchor
	Transactions   []*transaction `json:"transactions"`

	url string // of Ethereum
}

func newAnchorDeploy(o *onEthereum) *cobra.Command {
	var period time.Duration
	c := &cobra.Command{
		Use: "deploy", Short: "Deploy an anchor of the chain, and a registry of results under it",
		Long: `Deploy an anchor of the gateway's chain, a registry of results under it, and the
contract that checks other proofs. Nobody will own them, and nobody can change them.

The anchor trusts the validators of the chain's newest block, which is checked first: it
must follow from the genesis or the block that you trust (--genesis or --trust).

The trusting period is for how long the anchor believes validators after their newest
block. If nothing is anchored for so long, it believes nobody any more, for ever. It must
be shorter than it takes a validator to leave the chain with what it can lose.`,
		Example: `  urna anchor deploy --genesis genesis.json --ethereum https://eth.example.org --dry-run
  urna anchor deploy --genesis genesis.json --ethereum https://eth.example.org --as relayer --max-fee 20`,
	}
	c.Flags().DurationVar(&period, "trusting-period", 14*24*time.Hour, "for how long validators are believed after their newest block")
	return o.paying(o.command(c, func(ctx context.Context, gw *client.Client, node *anchor.Node, _ []string) error {
		if period < time.Minute {
			return cli.Misusef("--trusting-period is less than a minute")
		}
		w, err := o.open(ctx, node)
		if err != nil {
			return err
		}
		d, err := o.newest(ctx, gw, period)
		if err != nil {
			return err
		}
		return o.deploy(ctx, w, d)
	}))
}

// newest is the deployment that trusts the validators of the newest header.
func (o *onEthereum) newest(ctx context.Context, gw *client.Client, period time.Duration) (d anchor.Deployment, err error) {
	v, err := o.verifier(ctx, gw)
	if err != nil {
		return d, err
	}
	top, err := v.light.Update(ctx)
	if err != nil {
		return d, err
	}
	if top.Header.Height < 2 {
		return d, fmt.Errorf("the chain %s has no two blocks yet", top.Header.ChainID)
	}
	before, err := v.light.At(ctx, top.Header.Height-1)
	if err != nil {
		return d, err
	}
	return relayer.DeployAfter(before.Header, top.Validators, period)
}

func (o *onEthereum) deploy(ctx context.Context, w *wallet.Wallet, d anchor.Deployment) error {
	out := &deployed{ChainID: d.ChainID, Height: d.Height, TrustingPeriod: d.TrustingPeriod.String(), EthereumID: w.ChainID().Uint64(), url: o.url}
	code, err := d.Code()
	if err != nil {
		return err
	}
	at, err := w.WillDeploy(ctx, 0)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		what string
		code []byte
	}{
		{"deploy the anchor", code},
		{"deploy the registry of results", anchor.RegistryCode(at)},
		{"deploy the checks of other proofs", anchor.StateProofsCode(at)},
	} {
		t, err := o.offer(ctx, w, c.what, nil, c.code)
		if err != nil {
			return err
		}
		out.Transactions = append(out.Transactions, t)
	}
	yes, err := o.ask(w, out.Transactions)
	if err != nil {
		return err
	}
	if !yes {
		return o.print(out, func(to io.Writer) { o.costs(to, w, out.Transactions) })
	}
	for i, where := range []*string{&out.Anchor, &out.Registry, &out.StateProofs} {
		t := out.Transactions[i]
		if err := o.send(ctx, w, t); err != nil {
			return fmt.Errorf("%w; deployed so far: anchor %q, registry %q", err, out.Anchor, out.Registry)
		}
		if *where = t.Contract; i == 0 {
			out.Block = t.Block
		}
		if i == 0 && t.Contract != at.Hex() {
			return fmt.Errorf("the anchor is at %s and not at %s: something else of this account was sent meanwhile", t.Contract, at.Hex())
		}
	}
	return o.print(out, out.text)
}

func (d *deployed) text(w io.Writer) {
	for _, t := range d.Transactions {
		t.done(w)
	}
	fmt.Fprintf(w, "\nThe anchor of %s trusts the validators that sign above height %d. Publish its address,\n", d.ChainID, d.Height)
	fmt.Fprintf(w, "and that block %d of Ethereum has it. Settings for a node that anchors:\n\n", d.Block)
	fmt.Fprintf(w, "[anchor]\nrpc = [%q]\nethereum = %d\ncontract = %q\nregistry = %q\nresults = true\nkey_file = \"\" # of the account that pays\n", d.url, d.EthereumID, d.Anchor, d.Registry)
}
