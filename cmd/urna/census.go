package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"urna/census"
	"urna/client"
	"urna/cmd/internal/cli"
	"urna/crypto/ethkey"
)

func newCensus(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "census",
		Short: "Build and publish lists of voters",
		Long: `A census is a list of voters, published as a whole: publish does it with a file.
In steps it is new, add (as often as needed), publish. A published census never
changes and is named by its root, which elections take.

build, check, diff and proof work with files as well as with what was published,
and believe no gateway.

The secret that owns a census before it is published is kept under --wallet.`,
	}
	c.AddCommand(newCensusNew(a), newCensusAdd(a), newCensusPublish(a), newCensusProof(a),
		a.unchecked(newCensusShow(a)), newCensusExport(a), newCensusImport(a), newCensusDelete(a),
		newCensusBuild(a), newCensusCheck(a), newCensusDiff(a), newCensusJoin(a))
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
		return "", cli.Misusef("census %q is not 64 hex digits", id)
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
		list := new(voterList)
		if members != "" {
			var err error
			if list, err = a.readMembers(members); err != nil {
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
		return a.print(h, func(w io.Writer) { h.text(w, len(list.members)) })
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
func (a *app) buildCensus(ctx context.Context, gw *client.Client, list *voterList) (heldCensus, error) {
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
	return h, a.addMembers(ctx, gw, h, list)
}

// addMembers sends a list.
func (a *app) addMembers(ctx context.Context, gw *client.Client, h heldCensus, list *voterList) error {
	bar := a.bar(len(list.members), "members")
	defer bar.Finish()
	if len(list.members) == 0 {
		return nil
	}
	member := func(i int) client.Member {
		m := &list.members[i]
		return client.Member{Key: "0x" + m.Address.String(), Weight: m.Weight.Dec()}
	}
	return gw.UploadMembers(ctx, h.Token, h.ID, len(list.members), member, func(done int) { _ = bar.Set(done) })
}

func (a *app) publishCensus(ctx context.Context, gw *client.Client, h heldCensus) (heldCensus, error) {
	bar := a.bar(-1, "publishing")
	defer bar.Finish()
	p, err := gw.FollowPublication(ctx, h.Token, h.ID, func(j *client.CensusJob) {
		if j.Members > 0 {
			bar.ChangeMax(j.Members)
			_ = bar.Set(j.Done)
		}
	})
	if err != nil {
		return h, err
	}
	h.Root, h.URI = p.Root, p.URI
	return h, a.holdCensus(h)
}

// publishList makes a census of a list, here and at the gateway, and publishes it
// if both have the same root.
func (a *app) publishList(ctx context.Context, gw *client.Client, list *voterList) (heldCensus, error) {
	t, err := list.build()
	if err != nil {
		return heldCensus{}, err
	}
	h, err := a.buildCensus(ctx, gw, list)
	if err != nil {
		return h, err
	}
	if h, err = a.publishCensus(ctx, gw, h); err != nil {
		return h, err
	}
	if root := t.Root().String(); h.Root != root {
		return h, fmt.Errorf("the gateway has published another census than this: its root is %s, that of the list %s", h.Root, root)
	}
	return h, nil
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
		list, err := a.readMembers(args[1])
		if err != nil {
			return err
		}
		if err := a.addMembers(ctx, gw, h, list); err != nil {
			return err
		}
		v := struct {
			ID    string `json:"censusID"`
			Added int    `json:"added"`
		}{h.ID, len(list.members)}
		return a.print(v, func(w io.Writer) { h.text(w, len(list.members)) })
	})
}

func newCensusPublish(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "publish CENSUS|FILE",
		Short: "Freeze a census so that elections can name it",
		Long: `Freeze a census so that elections can name it: one that was made with new and add,
or a list of voters from a CSV or JSON file. Of a list the root is computed here as
well, and the gateway's must be the same.`,
		Example: `  urna census publish members.csv`,
		Args:    cobra.ExactArgs(1),
	}
	token := tokenFlag(c)
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		if _, err := os.Stat(args[0]); err == nil {
			list, err := a.readMembers(args[0])
			if err != nil {
				return err
			}
			h, err := a.publishList(ctx, gw, list)
			if err != nil {
				return err
			}
			return a.print(h, func(w io.Writer) { h.text(w, len(list.members)) })
		}
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
	c := &cobra.Command{
		Use: "proof ROOT|FILE [ADDRESS]", Short: "Prove that a voter is on a census, and check the proof",
		Long: `Prove that a voter is on a published census, or on that of a file, for which no
network is needed. The proof is checked here.`,
		Args: cobra.RangeArgs(1, 2),
	}
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		who, err := a.addressOrOwn(args[1:])
		if err != nil {
			return err
		}
		var p *client.Proof
		var root census.Root
		if _, e := os.Stat(args[0]); e == nil {
			p, root, err = a.proofFromFile(args[0], who)
		} else {
			p, root, err = proofFromGateway(ctx, gw, args[0], who)
		}
		if err != nil {
			return err
		}
		if err := checkProof(p, root, who); err != nil {
			return err
		}
		return a.print(p, func(w io.Writer) {
			table(w, [][2]string{{"voter", who.String()}, {"weight", p.Weight}, {"root", p.Root}, {"value", p.Value}, {"proof", p.Proof}})
		})
	})
}

func proofFromGateway(ctx context.Context, gw *client.Client, word string, who ethkey.Address) (*client.Proof, census.Root, error) {
	root, err := argument(client.ParseRoot(word))
	if err != nil {
		return nil, root, err
	}
	p, err := gw.CensusProof(ctx, root.String(), who)
	return p, root, err
}

func (a *app) proofFromFile(path string, who ethkey.Address) (*client.Proof, census.Root, error) {
	t, err := a.openCensusFile(path)
	if err != nil {
		return nil, census.Root{}, err
	}
	p, err := t.Proof(who)
	if err != nil {
		return nil, p.Root, fmt.Errorf("%s: %w", who, err)
	}
	return &client.Proof{
		Type: "weighted", Weight: p.Weight.Dec(), Root: p.Root.String(),
		Proof: hex.EncodeToString(p.Siblings), Value: hex.EncodeToString(p.Value[:]),
	}, p.Root, nil
}

// checkProof does not take the gateway's word.
func checkProof(p *client.Proof, root [32]byte, who ethkey.Address) error {
	proof, err := p.Merkle()
	if err != nil {
		return err
	}
	leads, weight, err := proof.Prove(who)
	if err != nil {
		return fmt.Errorf("the proof does not hold: %w", err)
	}
	if leads != root || weight.Dec() != p.Weight {
		return fmt.Errorf("the proof does not hold: it leads to root %s with weight %s", leads, weight.Dec())
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
		h, err := a.buildCensus(ctx, gw, new(voterList))
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
