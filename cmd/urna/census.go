package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"urna/client"
	"urna/crypto/ethkey"
)

func newCensus(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "census",
		Short: "Build and publish lists of voters",
		Long: `A census is built in steps: new, add (as often as needed), publish. A published
census never changes and is named by its root, which elections take.

The secret that owns a census before it is published is kept under --wallet.`,
	}
	c.AddCommand(newCensusNew(a), newCensusAdd(a), newCensusPublish(a), newCensusProof(a),
		a.unchecked(newCensusShow(a)), newCensusExport(a), newCensusImport(a), newCensusDelete(a))
	return c
}

// heldCensus is what this machine remembers of a census: the secret that owns
// it, and what publishing it gave. It is filed under the id and, once
// published, under the root.
type heldCensus struct {
	ID    string `json:"censusID"`
	Token string `json:"token"`
	Root  string `json:"root,omitempty"`
	URI   string `json:"uri,omitempty"`
}

func (a *app) censusPath(id string) (string, error) {
	root, err := client.ParseRoot(id) // ids have the same form
	if err != nil {
		return "", usage("census %q is not 64 hex digits", id)
	}
	return filepath.Join(a.wallet, "censuses", root.String()+".json"), nil
}

func (a *app) holdCensus(h heldCensus) error {
	b, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return err
	}
	for _, id := range []string{h.ID, h.Root} {
		if id == "" {
			continue
		}
		path, err := a.censusPath(id)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, append(b, '\n'), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// heldCensus finds a census by id or root; token, if given, wins.
func (a *app) heldCensus(id, token string) (heldCensus, error) {
	h := heldCensus{ID: id, Token: token}
	path, err := a.censusPath(id)
	if err != nil || token != "" {
		return h, err
	}
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return h, fmt.Errorf("census %s was not made here; give its --token", id)
	}
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal(b, &h)
}

func tokenFlag(c *cobra.Command) *string {
	return c.Flags().String("token", "", "secret that owns the census, if it was made elsewhere")
}

func newCensusNew(a *app) *cobra.Command {
	var members string
	var publish bool
	c := &cobra.Command{
		Use:   "new",
		Short: "Start a census",
		Example: `  urna census new
  urna census new --members members.csv --publish`,
	}
	c.Flags().StringVar(&members, "members", "", "CSV or JSON file of members to add at once")
	c.Flags().BoolVar(&publish, "publish", false, "publish it at once")
	return a.command(c, func(ctx context.Context, gw *client.Client, _ []string) error {
		var list []client.Member
		if members != "" {
			var err error
			if list, err = readMembers(members); err != nil {
				return err
			}
		}
		h, err := a.buildCensus(ctx, gw, list)
		if err == nil && publish {
			h, err = a.publishCensus(ctx, gw, h)
		}
		if err != nil {
			return err
		}
		return a.print(h, func(w io.Writer) { h.text(w, len(list)) })
	})
}

func (h heldCensus) text(w io.Writer, members int) {
	rows := [][2]string{{"census", h.ID}}
	if members > 0 {
		rows = append(rows, [2]string{"members", strconv.Itoa(members)})
	}
	if h.Root != "" {
		rows = append(rows, [2]string{"root", h.Root}, [2]string{"uri", h.URI})
	}
	table(w, rows)
}

// buildCensus starts a census with members.
func (a *app) buildCensus(ctx context.Context, gw *client.Client, members []client.Member) (heldCensus, error) {
	token, err := gw.NewToken(ctx)
	if err != nil {
		return heldCensus{}, err
	}
	h := heldCensus{Token: token}
	if h.ID, err = gw.NewCensus(ctx, h.Token); err != nil {
		return h, err
	}
	if err := a.holdCensus(h); err != nil {
		return h, err
	}
	return h, a.addMembers(ctx, gw, h, members)
}

func (a *app) addMembers(ctx context.Context, gw *client.Client, h heldCensus, members []client.Member) error {
	bar := a.bar(len(members), "members")
	defer bar.Finish()
	return gw.AddMembers(ctx, h.Token, h.ID, members, func(done int) { _ = bar.Set(done) })
}

func (a *app) publishCensus(ctx context.Context, gw *client.Client, h heldCensus) (heldCensus, error) {
	p, err := gw.PublishCensus(ctx, h.Token, h.ID)
	if err != nil {
		return h, err
	}
	h.Root, h.URI = p.Root, p.URI
	return h, a.holdCensus(h)
}

func newCensusAdd(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "add CENSUS FILE",
		Short: "Add members from a file",
		Long: `Add members from a file: CSV lines "address,weight", where the weight may be
missing and then is 1, or a JSON list of {"address": "...", "weight": "..."}.`,
		Args: cobra.ExactArgs(2),
	}
	token := tokenFlag(c)
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		h, err := a.heldCensus(args[0], *token)
		if err != nil {
			return err
		}
		list, err := readMembers(args[1])
		if err != nil {
			return err
		}
		if err := a.addMembers(ctx, gw, h, list); err != nil {
			return err
		}
		v := struct {
			ID    string `json:"censusID"`
			Added int    `json:"added"`
		}{h.ID, len(list)}
		return a.print(v, func(w io.Writer) { h.text(w, len(list)) })
	})
}

func newCensusPublish(a *app) *cobra.Command {
	c := &cobra.Command{Use: "publish CENSUS", Short: "Freeze a census so that elections can name it", Args: cobra.ExactArgs(1)}
	token := tokenFlag(c)
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		h, err := a.heldCensus(args[0], *token)
		if err != nil {
			return err
		}
		if h, err = a.publishCensus(ctx, gw, h); err != nil {
			return err
		}
		return a.print(h, func(w io.Writer) { h.text(w, 0) })
	})
}

func newCensusProof(a *app) *cobra.Command {
	c := &cobra.Command{Use: "proof ROOT [ADDRESS]", Short: "Prove that a voter is on a published census", Args: cobra.RangeArgs(1, 2)}
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		root, err := argument(client.ParseRoot(args[0]))
		if err != nil {
			return err
		}
		who, err := a.addressOrOwn(args[1:])
		if err != nil {
			return err
		}
		p, err := gw.CensusProof(ctx, root.String(), who)
		if err != nil {
			return err
		}
		if err := checkProof(p, root, who); err != nil {
			return err
		}
		return a.print(p, func(w io.Writer) {
			table(w, [][2]string{{"voter", who.String()}, {"weight", p.Weight}, {"root", p.Root}, {"proof", p.Proof}})
		})
	})
}

// checkProof does not take the gateway's word.
func checkProof(p *client.Proof, root [32]byte, who ethkey.Address) error {
	proof, err := p.Merkle()
	if err != nil {
		return err
	}
	leads, weight, err := proof.Prove(who)
	if err != nil {
		return fmt.Errorf("the gateway's proof does not hold: %w", err)
	}
	if leads != root || weight.Dec() != p.Weight {
		return fmt.Errorf("the gateway's proof does not hold: it leads to root %s with weight %s", leads, weight.Dec())
	}
	return nil
}

func newCensusShow(a *app) *cobra.Command {
	c := &cobra.Command{Use: "show CENSUS", Short: "Show the size and weight of a census", Args: cobra.ExactArgs(1)}
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		id, err := argument(client.ParseRoot(args[0]))
		if err != nil {
			return err
		}
		v := struct {
			ID     string `json:"censusID"`
			Size   uint64 `json:"size"`
			Weight string `json:"weight"`
			URI    string `json:"uri,omitempty"`
		}{ID: id.String()}
		if v.Size, err = gw.CensusSize(ctx, v.ID); err != nil {
			return err
		}
		if v.Weight, err = gw.CensusWeight(ctx, v.ID); err != nil {
			return err
		}
		if h, err := a.heldCensus(v.ID, ""); err == nil {
			v.URI = h.URI
		}
		return a.print(v, func(w io.Writer) {
			table(w, [][2]string{{"census", v.ID}, {"members", strconv.FormatUint(v.Size, 10)}, {"weight", v.Weight}, {"uri", v.URI}})
		})
	})
}

func newCensusExport(a *app) *cobra.Command {
	c := &cobra.Command{Use: "export CENSUS [FILE]", Short: "Save a whole census", Args: cobra.RangeArgs(1, 2)}
	token := tokenFlag(c)
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		h, err := a.heldCensus(args[0], *token)
		if err != nil {
			return err
		}
		d, err := gw.ExportCensus(ctx, h.Token, h.ID)
		if err != nil {
			return err
		}
		b, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if len(args) == 1 {
			_, err = fmt.Fprintln(a.out, string(b))
			return err
		}
		if err := os.WriteFile(args[1], append(b, '\n'), 0o600); err != nil {
			return err
		}
		v := struct {
			Root string `json:"root"`
			File string `json:"file"`
		}{d.RootHash, args[1]}
		return a.print(v, func(w io.Writer) { table(w, [][2]string{{"root", v.Root}, {"file", v.File}}) })
	})
}

func newCensusImport(a *app) *cobra.Command {
	c := &cobra.Command{Use: "import FILE", Short: "Start a census from a saved one", Args: cobra.ExactArgs(1)}
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		b, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		var d client.Dump
		if err := json.Unmarshal(b, &d); err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		h, err := a.buildCensus(ctx, gw, nil)
		if err != nil {
			return err
		}
		if err := gw.ImportCensus(ctx, h.Token, h.ID, &d); err != nil {
			return err
		}
		return a.print(h, func(w io.Writer) { h.text(w, 0) })
	})
}

func newCensusDelete(a *app) *cobra.Command {
	c := &cobra.Command{Use: "delete CENSUS", Short: "Forget a census that is not published", Args: cobra.ExactArgs(1)}
	token := tokenFlag(c)
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		h, err := a.heldCensus(args[0], *token)
		if err != nil {
			return err
		}
		if err := gw.DeleteCensus(ctx, h.Token, h.ID); err != nil {
			return err
		}
		path, err := a.censusPath(h.ID)
		if err != nil {
			return err
		}
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return err
		}
		v := struct {
			ID string `json:"censusID"`
		}{h.ID}
		return a.print(v, func(w io.Writer) { fmt.Fprintln(w, "census", h.ID, "is forgotten") })
	})
}
