package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"urna/audit"
	"urna/audit/archive"
	"urna/audit/remote"
	"urna/audit/tiles"
	"urna/chain/light"
	"urna/cmd/internal/cli"
	"urna/election"
	"urna/state"
)

func newTiles(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "tiles",
		Short: "Publish the votes of an election as static files, and check such files",
	}
	c.AddCommand(newTilesExport(a), newTilesVerify(a))
	return c
}

func newTilesExport(a *app) *cobra.Command {
	var e exporting
	c := &cobra.Command{
		Use:   "export --out DIR --key FILE",
		Short: "Write the vote log of an election as a directory of log tiles",
		Long: `Write the vote log of an election as a directory of static files in the layout of
C2SP tlog-tiles: any web server can serve them, and any client of transparency logs
can read them. The votes come from an archive of the election (--archive), or from a
gateway (--gateway, --election), which may be done while the election is open, or from the
directory of a replay (--dir), and then only signed headers come from the gateway. All of
it is verified: the votes must make the log for which the validators signed.

The checkpoint is signed with the publisher's key, an Ed25519 key that is made the
first time. The signature says who published; what makes the votes the election's
is the proof beside it.`,
		Example: `  urna-audit tiles export --archive election.car --out tiles --key tiles.key --genesis genesis.json
  urna-audit tiles export --gateway https://vote.example.org/v2 --election 1f0e... --out tiles --key tiles.key --genesis genesis.json
  urna-audit tiles verify tiles --genesis genesis.json`,
		Args: cobra.NoArgs,
	}
	f := c.Flags()
	e.trust.flags(f)
	f.StringVar(&e.archive, "archive", "", "archive of the election")
	f.StringVar(&e.gateway, "gateway", "", "root of a gateway's API, http://host:port/v2, in the place of an archive")
	f.StringVar(&e.election, "election", "", "the election, with --gateway")
	f.StringVar(&e.dir, "dir", "", "directory of a replay that has the votes, with --gateway")
	f.StringVar(&e.out, "out", "", "directory to be made")
	f.StringVar(&e.key, "key", "", "file of the publisher's key, which is made if it is not there")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if e.out == "" || e.key == "" || (e.archive == "") == (e.gateway == "") || (e.gateway == "") != (e.election == "") || e.dir != "" && e.gateway == "" {
			return cli.Misusef("--out, --key, and either --archive or --gateway with --election must be given; --dir goes with --gateway")
		}
		return e.run(cmd.Context(), a)
	}
	return c
}

// exporting is a directory of log tiles that is to be made.
type exporting struct {
	trust             trust
	archive           string
	gateway, election string
	dir               string // of a replay
	out, key          string
}

func (e *exporting) run(ctx context.Context, a *app) error {
	log := e.fromArchive
	if e.gateway != "" {
		log = e.fromGateway
	}
	key, err := tiles.Key(e.key)
	if err != nil {
		return err
	}
	var doc *light.Document
	err = tiles.Export(e.out, tiles.Publication{Key: key, Log: func(add func([]byte) error) (_ *light.Document, err error) {
		doc, err = log(ctx, add)
		return doc, err
	}})
	if err != nil {
		return err
	}
	id, votes, err := tiles.Claimed(doc)
	if err != nil {
		return err
	}
	verifier, err := tiles.VerifierKey(doc.ChainID, id, key.Public().(ed25519.PublicKey))
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(struct {
			Dir   string `json:"dir"`
			Votes uint64 `json:"votes"`
			Key   string `json:"key"`
		}{e.out, votes.Size, verifier})
	}
	fmt.Fprintf(a.out, "%s holds the %d votes of election %s up to block %d.\n", e.out, votes.Size, id, doc.Height)
	fmt.Fprintf(a.out, "Tell readers the key that signs it:\n%s\n", verifier)
	return nil
}

func (e *exporting) fromArchive(ctx context.Context, add func([]byte) error) (*light.Document, error) {
	o, err := e.trust.options()
	if err != nil {
		return nil, err
	}
	file, err := os.Open(e.archive)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	doc, v, err := archive.Log(ctx, bufio.NewReader(file), o, add)
	if err != nil {
		return nil, err
	}
	return doc, e.trust.enough(v.Trusted)
}

func (e *exporting) fromGateway(ctx context.Context, add func([]byte) error) (*light.Document, error) {
	id, err := election.ParseID(e.election)
	if err != nil {
		return nil, cli.Misuse(err)
	}
	root, err := e.trust.root()
	if err != nil {
		return nil, err
	}
	if err := e.trust.enough(!root.IsZero()); err != nil {
		return nil, err
	}
	g, err := remote.NewGateway(e.gateway)
	if err != nil {
		return nil, cli.Misuse(err)
	}
	if e.dir != "" {
		return e.fromReplay(ctx, id, root, g, add)
	}
	fetch := func(path string) ([]byte, error) {
		if path == "proof.json" && root.Height > 0 {
			path = fmt.Sprintf("%s?trust=%d", path, root.Height)
		}
		return g.LogFile(ctx, id, path)
	}
	doc, err := tiles.Fetch(fetch, func(d *light.Document) (light.Trusted, error) {
		if root.IsZero() {
			return d.Root(), nil
		}
		return root, nil
	}, add)
	if err != nil {
		return nil, fmt.Errorf("the votes that %s shows: %w", g.Name(), err)
	}
	if of, _, err := tiles.Claimed(doc); err != nil || of != id {
		return nil, fmt.Errorf("%s shows the votes of election %s", g.Name(), of)
	}
	return doc, nil
}

// fromReplay takes the votes from the directory of a replay, as they are at its
// last block, and what proves them from a gateway.
func (e *exporting) fromReplay(ctx context.Context, id election.ID, root light.Trusted, g *remote.Gateway, add func([]byte) error) (doc *light.Document, err error) {
	if root.IsZero() {
		return nil, cli.Misusef("--dir needs --genesis or --trust")
	}
	kept, err := audit.OpenDirectory(e.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	if doc, err = light.NewDocument(kept.View(), state.LogKey(id)); err != nil {
		return nil, err
	}
	if doc.Claims[0].Value == nil {
		return nil, fmt.Errorf("there is no election %s up to block %d", id, kept.Height())
	}
	trail, err := light.Trail(ctx, root, kept.Height()+1, func(ctx context.Context, height int64) (*light.Block, error) {
		b, err := g.Signed(ctx, height)
		if err != nil {
			return nil, fmt.Errorf("header %d from %s: %w", height, g.Name(), err)
		}
		return light.ParseBlock(b)
	})
	if err != nil {
		return nil, err
	}
	if err := doc.Anchor(trail); err != nil {
		return nil, fmt.Errorf("%s shows another chain than the one that was replayed: %w", g.Name(), err)
	}
	return doc, kept.View().EachVote(id, func(record, _, _ []byte) error { return add(record) })
}

func newTilesVerify(a *app) *cobra.Command {
	var t trust
	var key string
	c := &cobra.Command{
		Use:   "verify DIR",
		Short: "Check a directory of log tiles; urna-audit verify DIR is the same",
		Args:  cobra.ExactArgs(1),
	}
	t.flags(c.Flags())
	c.Flags().StringVar(&key, "key", "", "key of the publisher, as it was told; without it the signature is not checked")
	c.RunE = func(_ *cobra.Command, args []string) error { return a.verifyTiles(args[0], key, &t) }
	return c
}
