package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"urna/anchor"
	"urna/anchor/wallet"
	"urna/client"
	"urna/cmd/internal/cli"
)

// onEthereum is what the commands about Ethereum share.
type onEthereum struct {
	*app
	url, anchor, registry string

	maxFee        string
	yes, dryRun   bool
	confirmations uint64
	poll          time.Duration
}

func newAnchor(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "anchor", Short: "Anchor the chain on Ethereum, and prove results there",
		Long: `The chain's anchor on Ethereum is a contract without an owner that keeps roots of the
chain under its validators' own signatures. Anybody may deploy one, anchor headers, and
prove results of elections under it to a registry that other contracts read; wrong calls
are refused there and cost their gas.

The flags --ethereum, --anchor and --registry may be set in the environment:
URNA_ETHEREUM, URNA_ANCHOR, URNA_REGISTRY. Commands that cost ether show what it is and
ask first; --dry-run only shows it, and needs no key.`,
	}
	o := &onEthereum{app: a}
	f := c.PersistentFlags()
	f.StringVar(&o.url, "ethereum", "", "a node of Ethereum, http://host:8545 or ws://")
	f.StringVar(&o.anchor, "anchor", "", "address of the anchor")
	f.StringVar(&o.registry, "registry", "", "address of the registry of results")
	c.AddCommand(newAnchorDeploy(o), newAnchorPost(o), newAnchorStatus(o), newAnchorVerify(o), newAnchorProve(o))
	return c
}

// command makes a command that talks to the gateway and to Ethereum.
func (o *onEthereum) command(c *cobra.Command, run func(ctx context.Context, gw *client.Client, node *anchor.Node, args []string) error) *cobra.Command {
	o.app.command(c, nil)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := bindEnv(cmd.Parent().PersistentFlags()); err != nil {
			return err
		}
		if o.url == "" {
			return cli.Misusef("--ethereum names a node of Ethereum")
		}
		ctx, cancel, gw, err := o.connect(cmd)
		if err != nil {
			return err
		}
		defer cancel()
		node, err := argument(anchor.Dial(ctx, o.url))
		if err != nil {
			return err
		}
		defer node.Close()
		return run(ctx, gw, node, args)
	}
	return c
}

// paying makes a command that may send transactions.
func (o *onEthereum) paying(c *cobra.Command) *cobra.Command {
	f := c.Flags()
	f.StringVar(&o.maxFee, "max-fee", "", "most to offer for a unit of gas, in gwei")
	f.BoolVar(&o.yes, "yes", false, "send without asking")
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would be sent and what it costs, and send nothing")
	f.Uint64Var(&o.confirmations, "confirmations", 2, "blocks of Ethereum on top of a transaction, until it counts")
	f.DurationVar(&o.poll, "poll", time.Second, "pause between two looks at Ethereum")
	return c
}

// at reads an address from a flag.
func at(flag, text string) (anchor.Address, error) {
	if text == "" {
		return anchor.Address{}, cli.Misusef("--%s is missing", flag)
	}
	a, err := anchor.ParseAddress(text)
	if err != nil {
		return a, cli.Misusef("--%s: %w", flag, err)
	}
	return a, nil
}

// open is the account that pays. A dry run needs none.
func (o *onEthereum) open(ctx context.Context, node *anchor.Node) (*wallet.Wallet, error) {
	if o.yes && o.dryRun {
		return nil, cli.Misusef("--yes and --dry-run exclude each other")
	}
	if o.poll <= 0 {
		return nil, cli.Misusef("--poll must be positive")
	}
	var most *big.Int
	if o.maxFee != "" {
		var ok bool
		if most, ok = fromGwei(o.maxFee); !ok {
			return nil, cli.Misusef("--max-fee %q is not a number of gwei", o.maxFee)
		}
	}
	hexKey := ""
	if o.dryRun {
		return wallet.Open(ctx, node, hexKey, most)
	}
	if !o.yes && !o.asks() {
		return nil, cli.Misusef("this costs ether: --yes sends, --dry-run shows what it costs")
	}
	key, err := o.key()
	if err != nil {
		return nil, err
	}
	return wallet.Open(ctx, node, key.Hex(), most)
}

// asks tells whether there is somebody to ask.
func (o *onEthereum) asks() bool {
	f, ok := o.in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && !o.json
}

// transaction is what is sent, or would be, for people and scripts. Amounts are in
// wei.
type transaction struct {
	What     string `json:"what"`
	To       string `json:"to,omitempty"` // empty: it deploys a contract
	Data     string `json:"data"`
	Gas      uint64 `json:"gas"` // limit, and used once it is in a block
	Fee      string `json:"maxFeePerGas"`
	Tip      string `json:"maxPriorityFeePerGas"`
	Most     string `json:"maxCost"`
	Hash     string `json:"txHash,omitempty"`
	Block    uint64 `json:"block,omitempty"` // of Ethereum
	Paid     string `json:"paid,omitempty"`
	Contract string `json:"contract,omitempty"` // that was deployed

	offer *wallet.Offer
}

// offer finds out what a transaction costs.
func (o *onEthereum) offer(ctx context.Context, w *wallet.Wallet, what string, to *anchor.Address, data []byte) (*transaction, error) {
	of, err := w.Offer(ctx, to, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	t := &transaction{
		What: what, Data: "0x" + hex.EncodeToString(data), Gas: of.Gas, Fee: of.Fee.String(), Tip: of.Tip.String(), Most: of.Most().String(), offer: of,
	}
	if to != nil {
		t.To = to.Hex()
	}
	return t, nil
}

// errDeclined ends a command whose user does not want to pay.
var errDeclined = errors.New("nothing was sent")

// ask shows what transactions cost, and waits for a yes. It says no in a dry run.
func (o *onEthereum) ask(w *wallet.Wallet, list []*transaction) (yes bool, err error) {
	if o.dryRun {
		return false, nil
	}
	if o.yes {
		return true, nil
	}
	o.costs(o.errs, w, list)
	fmt.Fprintf(o.errs, "Send from %s? [y/N] ", w.Address().Hex())
	line, err := bufio.NewReader(o.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	if s := strings.ToLower(strings.TrimSpace(line)); s != "y" && s != "yes" {
		return false, errDeclined
	}
	return true, nil
}

// costs writes what transactions cost.
func (o *onEthereum) costs(out io.Writer, w *wallet.Wallet, list []*transaction) {
	now, most := new(big.Int), new(big.Int)
	for _, t := range list {
		now.Add(now, t.offer.Now())
		most.Add(most, t.offer.Most())
		fmt.Fprintf(out, "%-34s up to %9d gas, %d bytes\n", t.What, t.Gas, len(t.offer.Data))
	}
	f := list[0].offer
	fmt.Fprintf(out, "on the Ethereum chain %s: %s ether at the price of now (%s gwei), %s ether at most (%s gwei)\n",
		w.ChainID(), ether(now), gwei(new(big.Int).Add(f.Base, f.Tip)), ether(most), gwei(f.Fee))
}

// send sends a transaction and waits until it is confirmed.
func (o *onEthereum) send(ctx context.Context, w *wallet.Wallet, t *transaction) error {
	hash, err := w.Send(ctx, t.offer)
	if err != nil {
		return fmt.Errorf("%s: %w", t.What, err)
	}
	t.Hash = hash.Hex()
	if !o.json {
		fmt.Fprintf(o.errs, "%s: sent %s\n", t.What, t.Hash)
	}
	bar := o.bar(int(o.confirmations)+1, "waiting for Ethereum")
	mined, err := w.Wait(ctx, hash, o.confirmations, o.poll, func(onTop int) { _ = bar.Set(onTop + 1) })
	_ = bar.Finish()
	if err != nil {
		return fmt.Errorf("%s: %w", t.What, err)
	}
	t.Gas, t.Block, t.Paid = mined.Gas, mined.Block, mined.Paid.String()
	if t.To == "" {
		t.Contract = mined.Contract.Hex()
	}
	return nil
}

// done writes what became of a transaction.
func (t *transaction) done(w io.Writer) {
	paid, _ := new(big.Int).SetString(t.Paid, 10)
	if paid == nil {
		paid = new(big.Int)
	}
	fmt.Fprintf(w, "%s: in block %d of Ethereum, %d gas, %s ether\n  transaction %s\n", t.What, t.Block, t.Gas, ether(paid), t.Hash)
}

// fromGwei reads gwei with up to nine decimals.
func fromGwei(s string) (*big.Int, bool) {
	r, ok := new(big.Rat).SetString(s)
	if !ok || r.Sign() <= 0 || strings.ContainsAny(s, "/eExX_") {
		return nil, false
	}
	r.Mul(r, big.NewRat(1_000_000_000, 1))
	return r.Num(), r.IsInt()
}

// gwei and ether write an amount of wei.
func gwei(wei *big.Int) string  { return decimal(wei, 9, 3) }
func ether(wei *big.Int) string { return decimal(wei, 18, 8) }

func decimal(wei *big.Int, unit int64, digits int) string {
	r := new(big.Rat).SetFrac(wei, new(big.Int).Exp(big.NewInt(10), big.NewInt(unit), nil))
	s := r.FloatString(digits)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "0" && wei.Sign() > 0 {
		return "less than 0." + strings.Repeat("0", digits-1) + "1"
	}
	return s
}
