package main

import (
	"bufio"
	"crypto/ed25519"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"urna/audit/archive"
	"urna/audit/tiles"
	"urna/chain/light"
	"urna/election"
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
	var t trust
	var in, out, keyFile string
	c := &cobra.Command{
		Use:   "export --archive FILE --out DIR --key FILE",
		Short: "Write the vote log of an archived election as a directory of log tiles",
		Long: `Write the vote log of an archived election as a directory of static files in the
layout of C2SP tlog-tiles: any web server can serve them, and any client of
transparency logs can read them. The archive is verified first.

The checkpoint is signed with the publisher's key, an Ed25519 key that is made the
first time. The signature says who published; what makes the votes the election's
is the proof beside it.`,
		Example: `  urna-audit tiles export --archive election.car --out tiles --key tiles.key --genesis genesis.json
  urna-audit tiles verify tiles --genesis genesis.json`,
		Args: cobra.NoArgs,
	}
	f := c.Flags()
	t.flags(f)
	f.StringVar(&in, "archive", "", "archive of the election")
	f.StringVar(&out, "out", "", "directory to be made")
	f.StringVar(&keyFile, "key", "", "file of the publisher's key, which is made if it is not there")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if in == "" || out == "" || keyFile == "" {
			return usage("--archive, --out and --key must be given")
		}
		o, err := t.options()
		if err != nil {
			return err
		}
		key, err := tiles.Key(keyFile)
		if err != nil {
			return err
		}
		file, err := os.Open(in)
		if err != nil {
			return err
		}
		defer file.Close()
		var v *archive.Verdict
		err = tiles.Export(out, tiles.Publication{Key: key, Log: func(add func([]byte) error) (doc *light.Document, err error) {
			if doc, v, err = archive.Log(cmd.Context(), bufio.NewReader(file), o, add); err != nil {
				return nil, err
			}
			return doc, t.enough(v.Trusted)
		}})
		if err != nil {
			return err
		}
		return printExport(a, out, v, key)
	}
	return c
}

func printExport(a *app, dir string, v *archive.Verdict, key ed25519.PrivateKey) error {
	id, err := election.ParseID(v.Election.ID)
	if err != nil {
		return err
	}
	verifier, err := tiles.VerifierKey(v.ChainID, id, key.Public().(ed25519.PublicKey))
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(struct {
			Dir   string `json:"dir"`
			Votes uint64 `json:"votes"`
			Key   string `json:"key"`
		}{dir, v.Election.Votes, verifier})
	}
	fmt.Fprintf(a.out, "%s holds the %d votes of election %s.\n", dir, v.Election.Votes, v.Election.ID)
	fmt.Fprintf(a.out, "Tell readers the key that signs it:\n%s\n", verifier)
	return nil
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
