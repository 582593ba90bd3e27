package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"urna/chain/light"
	"urna/client"
	"urna/cmd/internal/cli"
	"urna/election"
	"urna/internal/check"
)

func newReceipt(a *app) *cobra.Command {
	c := &cobra.Command{Use: "receipt", Short: "Keep proof that a vote is in the box, and check such proof"}
	c.AddCommand(newReceiptGet(a), newReceiptVerify(a))
	return c
}

func newReceiptGet(a *app) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "get ELECTION [VOTE]", Short: "Fetch the receipt of a vote into a file; your own vote by default",
		Long: `Fetch the receipt of a vote: one small file that shows that the vote is in the
box, by the signatures of the chain's validators. It is checked before it is
kept: against --genesis or --trust if you give one of them, else against itself.
With --trust it leads back to that block, otherwise to the genesis.`,
		Example: `  urna receipt get 1f0e... --as ada --out ada.json
  urna receipt verify ada.json --genesis genesis.json`,
		Args: cobra.RangeArgs(1, 2),
	}
	c.Flags().StringVar(&out, "out", "", `file; "-" is standard output; receipt-VOTE.json if it is not given`)
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		of, err := argument(election.ParseID(args[0]))
		if err != nil {
			return err
		}
		id, err := a.voteIDOrOwn(args[1:], of)
		if err != nil {
			return err
		}
		root, err := a.trust.root()
		if err != nil {
			return err
		}
		raw, d, err := fetchReceipt(ctx, gw, of, id, root)
		if err != nil {
			return err
		}
		if out == "-" {
			_, err := a.out.Write(raw)
			return err
		}
		if out == "" {
			out = "receipt-" + id.String()[:16] + ".json"
		}
		if err := os.WriteFile(out, raw, 0o644); err != nil {
			return err
		}
		v := struct {
			File     string `json:"file"`
			Bytes    int    `json:"bytes"`
			Election string `json:"electionID"`
			ID       string `json:"voteID"`
			Height   int64  `json:"height"`
			Trusted  bool   `json:"trusted"`
		}{out, len(raw), of.String(), id.String(), d.Height, !root.IsZero()}
		return a.print(v, func(w io.Writer) {
			fmt.Fprintf(w, "%s shows vote %s in the box of election %s after block %d\n", out, id, of, d.Height)
			if !v.Trusted {
				fmt.Fprintln(w, "it was checked against itself only; give --genesis or --trust to know that it is of your chain")
			}
		})
	})
}

// fetchReceipt waits until a vote can be proved, and checks the proof.
func fetchReceipt(ctx context.Context, gw *client.Client, of election.ID, id election.Nullifier, root light.Trusted) ([]byte, *light.Document, error) {
	// The state of the block before the last would be there at once; but a vote
	// that was cast a moment ago is in the last one.
	info, err := gw.Info(ctx)
	if err != nil {
		return nil, nil, err
	}
	path := fmt.Sprintf("votes/%s/%s?height=%d&trust=%d", of, id, info.Height, root.Height)
	raw, err := gw.Proof(ctx, path)
	for errors.Is(err, client.ErrNotYet) {
		if err := pause(ctx, headerPoll); err != nil {
			return nil, nil, err
		}
		raw, err = gw.Proof(ctx, path)
	}
	var p *client.Problem
	if errors.As(err, &p) && p.Code == client.CodeVoteNotFound {
		return nil, nil, fmt.Errorf("no vote %s counts in election %s", id, of)
	}
	if err != nil {
		return nil, nil, err
	}
	d, err := light.ParseDocument(raw)
	if err != nil {
		return nil, nil, err
	}
	if _, err := receiptOf(d, of, id); err != nil {
		return nil, nil, err
	}
	if root.IsZero() {
		root = d.Root()
	}
	return raw, d, d.Verify(root, check.NewReport('R'))
}

func newReceiptVerify(a *app) *cobra.Command {
	var newer string
	var anyChain, ask bool
	c := &cobra.Command{
		Use: "verify FILE", Short: "Check a receipt, or any proof document, without a network",
		Long: `Check a receipt, or any other proof document of a gateway, without a network, and
say what it shows and what it does not.

It must follow from what you trust: the genesis document of the chain
(--genesis) or a block (--trust). Without either, it is only known to agree with
itself, and the command fails unless --any-chain says that this is enough.

A receipt shows that a vote was in the box after some block. Whether the voter
has replaced it since, a newer receipt tells: --newer FILE, or --gateway-check
asks the gateway for one.

The exit code is 0 if everything holds, 1 if the file cannot be read or nothing
is trusted, 64 if the command line makes no sense, and otherwise the class of the
check that failed: 2 set-up, 3 ballots, 4 box, 5 tally, 6 file
(docs/spec/audit.md).`,
		Example: `  urna receipt verify ada.json --genesis genesis.json
  urna receipt verify ada.json --trust 1200:8d0f... --newer ada-later.json`,
		Args: cobra.ExactArgs(1),
	}
	c.Flags().StringVar(&newer, "newer", "", "a newer receipt of the same vote")
	c.Flags().BoolVar(&ask, "gateway-check", false, "ask the gateway for a newer receipt")
	c.Flags().BoolVar(&anyChain, "any-chain", false, "it is enough that the file agrees with itself")
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		if newer != "" && ask {
			return cli.Misusef("--newer and --gateway-check exclude each other")
		}
		root, err := a.trust.root()
		if err != nil {
			return err
		}
		v, d, err := judge(args[0], root)
		if err == nil && newer != "" {
			err = v.compareFile(d, newer, root)
		}
		if err == nil && ask {
			err = v.compareGateway(ctx, gw, d, root)
		}
		if err == nil && root.IsZero() && !anyChain {
			err = errors.New("nothing says that this is your chain: give --genesis or --trust, or be content with --any-chain")
		}
		if d == nil {
			return err
		}
		if err != nil {
			v.Good, v.Error = false, err.Error()
		}
		return errors.Join(a.print(v, v.text), err)
	})
}

// verdict is what became of a document.
type verdict struct {
	File    string       `json:"file"`
	Good    bool         `json:"good"`
	Trusted string       `json:"trusted,omitempty"` // what it follows from
	ChainID string       `json:"chainId"`
	Height  int64        `json:"height"` // of the state that it is about
	Block   string       `json:"block"`  // hash of the header that it hangs on
	Time    time.Time    `json:"time"`   // of that header
	Vote    *votedOn     `json:"vote,omitempty"`
	Newer   *newerVote   `json:"newer,omitempty"`
	Shows   []string     `json:"shows"`
	Not     []string     `json:"doesNotShow"`
	Checks  []check.Line `json:"checks"`
	Error   string       `json:"error,omitempty"`
}

// votedOn is the vote of a receipt.
type votedOn struct {
	Election   string `json:"electionID"`
	ID         string `json:"voteID"`
	Position   uint64 `json:"position"`
	Ballot     string `json:"package"`
	Memo       string `json:"memo"` // hex
	Weight     string `json:"weight"`
	Overwrites uint32 `json:"overwriteCount"`
	Height     uint64 `json:"blockHeight"` // that took it
}

// newerVote is what a newer receipt says about an older one.
type newerVote struct {
	Height   int64  `json:"height"`
	Replaced bool   `json:"replaced"`
	Position uint64 `json:"position"`    // of the newest vote
	Cast     uint64 `json:"blockHeight"` // that took it
}

// judge checks a file. The document is nil if it cannot be read.
func judge(path string, root light.Trusted) (*verdict, *light.Document, error) {
	d, err := readDocument(path)
	if err != nil {
		return nil, nil, err
	}
	v := &verdict{File: path, ChainID: d.ChainID, Height: d.Height, Time: d.Signed.Header.Time, Shows: []string{}, Not: []string{}}
	hash := d.Signed.Header.Hash()
	v.Block = hex.EncodeToString(hash[:])
	r := check.NewReport('R')
	r.Passed(check.Frame, 1)
	if root.IsZero() {
		err = d.Verify(d.Root(), r)
	} else {
		v.Trusted = root.String()
		err = d.Verify(root, r)
	}
	v.Checks = r.Lines(err)
	if root.IsZero() {
		v.doubt()
	}
	if err != nil {
		return v, d, err
	}
	v.Good = true
	receipt, err := d.Receipt()
	if err == nil {
		v.Shows, v.Not, err = d.Describe()
	}
	if receipt != nil {
		v.Vote = &votedOn{
			Election: receipt.Election.String(), ID: receipt.Record.Nullifier.String(), Position: receipt.Position,
			Ballot: string(receipt.Package), Memo: hex.EncodeToString(receipt.Memo), Weight: receipt.Record.Weight.Dec(),
			Overwrites: receipt.Record.Overwrites, Height: receipt.Record.Height,
		}
	}
	return v, d, err
}

// doubt takes back what cannot be said without a root of trust.
func (v *verdict) doubt() {
	for i := range v.Checks {
		if l := &v.Checks[i]; l.ID == check.Genesis.String() && l.Status == check.Passed {
			l.Status, l.Items, l.Detail = check.NotChecked, 0, "no genesis and no block was given to trust"
		}
	}
	v.Not = append(v.Not, "That any of this is of your chain: no genesis and no block was given to trust.")
}

func readDocument(path string) (*light.Document, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return light.ParseDocument(b)
}

func (v *verdict) compareFile(d *light.Document, path string, root light.Trusted) error {
	later, err := readDocument(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if root.IsZero() {
		root = later.Root()
	}
	if err := later.Verify(root, check.NewReport('R')); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := v.compare(d, later); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (v *verdict) compareGateway(ctx context.Context, gw *client.Client, d *light.Document, root light.Trusted) error {
	r, err := d.Receipt()
	if err != nil {
		return err
	}
	if r == nil {
		return errors.New("only votes can be replaced, and this file is about none")
	}
	_, later, err := fetchReceipt(ctx, gw, r.Election, r.Record.Nullifier, root)
	if err == nil {
		err = v.compare(d, later)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", gw.URL(), err)
	}
	return nil
}

// compare tells whether a later receipt has another vote. Both are verified.
func (v *verdict) compare(d, later *light.Document) error {
	old, err := d.Receipt()
	if err != nil {
		return err
	}
	r, err := later.Receipt()
	switch {
	case err != nil:
		return err
	case old == nil || r == nil || !old.Same(r) || d.ChainID != later.ChainID:
		return errors.New("it is not about the same vote")
	case later.Height < d.Height:
		return fmt.Errorf("it is older: it shows the box after block %d", later.Height)
	}
	v.Newer = &newerVote{later.Height, r.Position != old.Position, r.Position, r.Record.Height}
	return nil
}

func (v *verdict) text(w io.Writer) {
	rows := [][2]string{
		{"file", v.File},
		{"chain", v.ChainID},
		{"state after block", fmt.Sprint(v.Height)},
		{"signed header", v.Block},
		{"of", v.Time.Format(time.RFC3339)},
		{"follows from", v.Trusted},
	}
	if b := v.Vote; b != nil {
		rows = append(rows, [][2]string{
			{"election", b.Election},
			{"vote", b.ID},
			{"ballot", compact([]byte(b.Ballot))},
			{"weight", b.Weight},
			{"memo", memoText(b.Memo)},
		}...)
	}
	table(w, rows)
	list := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(w, "\n%s\n", title)
		}
		for _, l := range lines {
			fmt.Fprintln(w, "  -", l)
		}
	}
	list("It shows:", v.Shows)
	list("It does not show:", v.Not)
	fmt.Fprintln(w)
	for _, l := range v.Checks {
		fmt.Fprintf(w, "%s  %-24s %-11s %6d  %s\n", l.ID, l.Name, l.Status, l.Items, l.Detail)
	}
	fmt.Fprintln(w)
	switch n := v.Newer; {
	case !v.Good:
		fmt.Fprintln(w, "NOT GOOD:", v.Error)
	case n == nil:
		fmt.Fprintln(w, "good")
	case n.Replaced:
		fmt.Fprintf(w, "good, but REPLACED: after block %d the voter's newest vote is number %d, cast in block %d\n", n.Height, n.Position+1, n.Cast)
	default:
		fmt.Fprintf(w, "good, and still the voter's newest vote after block %d\n", n.Height)
	}
}
