package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"urna/anchor"
	"urna/chain/light"
	"urna/chain/light/follow"
	"urna/client"
	"urna/internal/check"
)

// verifiedAnchor is what was compared.
type verifiedAnchor struct {
	Anchor   string `json:"anchor"`
	Registry string `json:"registry,omitempty"`
	ChainID  string `json:"chainId"`
	From     uint64 `json:"fromEthereumBlock"`
	To       uint64 `json:"toEthereumBlock"`
	Blocks   int    `json:"blocks"`
	Sets     int    `json:"sets"`
	Height   uint64 `json:"height"`
	Above    int    `json:"above"` // anchored blocks that the gateway does not have yet
}

func newAnchorVerify(o *onEthereum) *cobra.Command {
	var from uint64
	c := &cobra.Command{
		Use: "verify", Short: "Check an anchor against the chain that you trust",
		Long: `Check an anchor: that its code is that of an anchor of this chain (and the registry's,
with --registry), that the set of validators it was created with and all later ones are
the chain's, that every block that was anchored is the chain's with its root, and that
nobody has shown a fork. The chain's headers come from the gateway and must follow from
the genesis or the block that you trust (--genesis or --trust); --witness compares with
other gateways.

Whether the chain keeps its law, and results in the registry, is what
urna-audit replay --anchor looks at.`,
		Example: `  urna anchor verify --genesis genesis.json --ethereum https://eth.example.org --anchor 0x5fbd... --ethereum-from 21000000`,
	}
	c.Flags().Uint64Var(&from, "ethereum-from", 0, "block of Ethereum to begin with, not above the one that deployed the anchor")
	return o.command(c, func(ctx context.Context, gw *client.Client, node *anchor.Node, _ []string) error {
		where, err := at("anchor", o.anchor)
		if err != nil {
			return err
		}
		v, err := o.verifier(ctx, gw)
		if err != nil {
			return err
		}
		top, err := v.light.Update(ctx)
		if err != nil {
			return err
		}
		r := anchor.NewReader(where, node)
		out := &verifiedAnchor{Anchor: where.Hex(), ChainID: top.Header.ChainID, From: from}
		if err := o.code(ctx, r, node, out); err != nil {
			return err
		}
		if out.To, _, err = r.Head(ctx); err != nil {
			return err
		}
		latest, err := r.LatestAt(ctx, out.To)
		if err != nil {
			return err
		}
		h, err := r.History(ctx, from, out.To)
		if err != nil {
			return err
		}
		if err := o.compare(ctx, v.light, top, h, latest, out); err != nil {
			return err
		}
		return o.print(out, out.text)
	})
}

// code checks that the contracts are ours.
func (o *onEthereum) code(ctx context.Context, r *anchor.Reader, node *anchor.Node, out *verifiedAnchor) error {
	_, err := r.CheckChain(ctx, out.ChainID)
	if errors.Is(err, anchor.ErrCode) {
		return check.Fail(check.AnchorCode, "the code at %s is not that of an anchor of chain %q", out.Anchor, out.ChainID)
	}
	if err != nil || o.registry == "" {
		return err
	}
	where, err := at("registry", o.registry)
	if err != nil {
		return err
	}
	out.Registry = where.Hex()
	err = anchor.NewRegistry(where, node).CheckCode(ctx, r.Address())
	if errors.Is(err, anchor.ErrCode) {
		return check.Fail(check.AnchorCode, "the code at %s is not that of a registry of results under the anchor %s", out.Registry, out.Anchor)
	}
	return err
}

// compare compares a history with the chain's headers.
func (o *onEthereum) compare(ctx context.Context, chain *follow.Client, top *light.Block, h *anchor.History, latest anchor.Latest, out *verifiedAnchor) error {
	if len(h.Changes) == 0 {
		return fmt.Errorf("the anchor was not deployed in the blocks %d to %d of Ethereum; begin with an earlier one", out.From, out.To)
	}
	for _, a := range h.Anchored {
		if a.Height == h.Changes[0].Since { // the first change is a rotation
			return fmt.Errorf("the anchor was deployed before block %d of Ethereum; begin with an earlier one", out.From)
		}
	}
	bar := o.bar(len(h.Changes)+len(h.Anchored), "comparing")
	defer func() { _ = bar.Finish() }()
	for _, c := range h.Changes {
		_ = bar.Add(1)
		above := int64(c.Since) + 1
		if above > top.Header.Height {
			out.Above++
			continue
		}
		b, err := chain.At(ctx, above) // the first that the set signs
		if err != nil {
			return fmt.Errorf("header %d: %w", above, err)
		}
		if b.Header.ValidatorsHash != c.ValidatorsHash {
			return check.Fail(check.AnchoredSets, "in %s the set %x took office above height %d; it is %x", c.In, c.ValidatorsHash, c.Since, b.Header.ValidatorsHash)
		}
		out.Sets++
	}
	last := h.Changes[0].Since
	for _, a := range h.Anchored {
		_ = bar.Add(1)
		last = a.Height
		if int64(a.Height) > top.Header.Height {
			out.Above++
			continue
		}
		b, err := chain.At(ctx, int64(a.Height))
		if err != nil {
			return fmt.Errorf("header %d: %w", a.Height, err)
		}
		if b.Header.Hash() != a.BlockHash || b.Header.AppHash != a.AppHash {
			return check.Fail(check.AnchoredBlocks, "in %s block %d was anchored as %x with the application hash %x; it is %x with %x",
				a.In, a.Height, a.BlockHash, a.AppHash, b.Header.Hash(), b.Header.AppHash)
		}
		out.Blocks++
	}
	if out.Height = latest.Height; last != latest.Height {
		return fmt.Errorf("the node of Ethereum shows no event for height %d, at which the anchor stands; begin with an earlier block", latest.Height)
	}
	if latest.FrozenFrom != 0 {
		return check.Fail(check.AnchorForks, "somebody has shown two signed blocks of height %d to the anchor", latest.FrozenFrom)
	}
	return nil
}

func (v *verifiedAnchor) text(w io.Writer) {
	fmt.Fprintf(w, "The contract %s is an anchor of %s, and has nothing in it that is not the chain's:\n", v.Anchor, v.ChainID)
	fmt.Fprintf(w, "%d blocks, the newest %d, and %d sets of validators, up to block %d of Ethereum.\n", v.Blocks, v.Height, v.Sets, v.To)
	if v.Registry != "" {
		fmt.Fprintf(w, "The contract %s is a registry of results under it.\n", v.Registry)
	}
	if v.Above > 0 {
		fmt.Fprintf(w, "The gateway does not have %d of what is anchored yet; that was not compared.\n", v.Above)
	}
}
