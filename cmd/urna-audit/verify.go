package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"urna/audit/archive"
	"urna/audit/tiles"
	"urna/chain/light"
	"urna/internal/check"
)

// maxDocument bounds a proof document.
const maxDocument = 16 << 20

func newVerify(a *app) *cobra.Command {
	var t trust
	var key, temp string
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check an archive, a receipt or a directory of log tiles, without a network",
		Long: `Check a file without a network: the archive of an election or of a chain, a
receipt or any other proof document, or a directory of log tiles. What it is, the
command sees. FILE may be "-", which is standard input.

An archive of an election is checked to the last signature, and its ballots are
counted again; an archive of a chain is replayed under the chain's law.

What a file says must follow from what you trust: the genesis document of the
chain (--genesis, or its hash) or a block (--trust). Without either, the verdict
is only that the file agrees with itself, and the command fails unless --any-chain
says that this is enough.

The exit code is 0 if everything holds, 1 if the file cannot be read or nothing is
trusted, and otherwise the class of the check that failed: 2 set-up, 3 ballots,
4 box, 5 tally, 6 file (docs/spec/audit.md).`,
		Example: `  urna-audit verify election.car --genesis genesis.json
  urna-audit verify chain.car --genesis-hash 5fd1... --json
  urna-audit verify receipt.json --trust 1200:8d0f...`,
		Args: cobra.ExactArgs(1),
	}
	f := c.Flags()
	t.flags(f)
	f.StringVar(&key, "key", "", "key of the publisher of log tiles, as the publisher shows it; without it the signature is not checked")
	f.StringVar(&temp, "temp", "", "directory for the state while a chain is replayed; that of the system by default")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, path := cmd.Context(), args[0]
		if path == "-" {
			return a.verifyStream(ctx, a.in, &t, temp)
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if info.IsDir() {
			return a.verifyTiles(path, key, &t)
		}
		in, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(a.verifyStream(ctx, in, &t, temp), in.Close())
	}
	return c
}

// verifyStream tells a document from an archive by its first byte.
func (a *app) verifyStream(ctx context.Context, in io.Reader, t *trust, temp string) error {
	r := bufio.NewReader(in)
	first, err := r.Peek(1)
	if err != nil {
		return fmt.Errorf("the file is empty, or cannot be read: %w", err)
	}
	if first[0] == '{' {
		return a.verifyDocument(r, t)
	}
	return a.verifyArchive(ctx, r, t, temp)
}

func (a *app) verifyArchive(ctx context.Context, in io.Reader, t *trust, temp string) error {
	o, err := t.options()
	if err != nil {
		return err
	}
	if o.Dir = temp; temp == "" {
		o.Dir = os.TempDir()
	}
	var end func()
	o.Progress, end = a.counting("%d transactions checked")
	v, err := archive.Verify(ctx, in, o)
	end()
	if err == nil {
		err = t.enough(v.Trusted)
	}
	return a.verdict(v, v.Checks, err, func(w io.Writer) { writeArchive(w, v, err) })
}

// counting shows a number on one line of a terminal, until end.
func (a *app) counting(text string) (show func(uint64), end func()) {
	f, ok := a.errs.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, func() {}
	}
	return func(n uint64) { fmt.Fprintf(f, "\r\x1b[K"+text, n) }, func() { fmt.Fprint(f, "\r\x1b[K") }
}

// verdict prints a verdict with its table of checks, and returns err.
func (a *app) verdict(v any, lines []check.Line, err error, text func(io.Writer)) error {
	if a.json {
		problem := ""
		if err != nil {
			problem = err.Error()
		}
		return errors.Join(a.printJSON(struct {
			Good    bool   `json:"good"`
			Error   string `json:"error,omitempty"`
			Verdict any    `json:"verdict"`
		}{err == nil, problem, v}), err)
	}
	printLines(a.out, lines)
	fmt.Fprintln(a.out)
	text(a.out)
	return err
}

// documentVerdict is what a proof document says.
type documentVerdict struct {
	ChainID string       `json:"chainId"`
	Height  int64        `json:"height"` // of the state that it is about
	Block   string       `json:"block"`  // hash of the header that it hangs on
	Trusted string       `json:"trusted,omitempty"`
	Shows   []string     `json:"shows"`
	Not     []string     `json:"doesNotShow"`
	Checks  []check.Line `json:"checks"`
}

func (a *app) verifyDocument(in io.Reader, t *trust) error {
	text, err := io.ReadAll(io.LimitReader(in, maxDocument+1))
	if err != nil {
		return err
	}
	root, err := t.root()
	if err != nil {
		return err
	}
	v, report := &documentVerdict{}, check.NewReport('R')
	doc, err := light.ParseDocument(text)
	if err == nil {
		hash := doc.Signed.Header.Hash()
		v.ChainID, v.Height, v.Block = doc.ChainID, doc.Height, fmt.Sprintf("%x", hash)
		from := root
		if from.IsZero() {
			from = doc.Root()
		} else {
			v.Trusted = from.String()
		}
		if err = doc.Verify(from, report); err == nil {
			report.Passed(check.Frame, 1)
			v.Shows, v.Not, err = doc.Describe()
		}
	}
	v.Checks = report.Lines(err)
	if err == nil {
		err = t.enough(!root.IsZero())
	}
	return a.verdict(v, v.Checks, err, func(w io.Writer) { writeDocument(w, v, err) })
}

func (a *app) verifyTiles(dir, key string, t *trust) error {
	root, err := t.root()
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "checkpoint")); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is a directory without a checkpoint of log tiles", dir)
	}
	v, err := tiles.Verify(os.DirFS(dir), tiles.Options{Key: key, Trust: func(d *light.Document) (light.Trusted, error) {
		if root.IsZero() {
			return d.Root(), nil
		}
		return root, nil
	}})
	if err == nil {
		err = t.enough(!root.IsZero())
	}
	return a.verdict(v, v.Checks, err, func(w io.Writer) { writeTiles(w, v, !root.IsZero(), err) })
}

func newVerifyExtends(a *app) *cobra.Command {
	var t trust
	var temp string
	c := &cobra.Command{
		Use:   "verify-extends OLD NEW",
		Short: "Check two archives, and that the newer one does not tell another past",
		Long: `Check two archives, of elections or of chains, and that the second one extends the
first: the same genesis, the same blocks at all heights that both hold, and no
earlier end.`,
		Example: `  urna-audit verify-extends may.car june.car --genesis genesis.json`,
		Args:    cobra.ExactArgs(2),
	}
	f := c.Flags()
	t.flags(f)
	f.StringVar(&temp, "temp", "", "directory for what is kept meanwhile; that of the system by default")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		o, err := t.options()
		if err != nil {
			return err
		}
		if o.Dir = temp; temp == "" {
			o.Dir = os.TempDir()
		}
		old, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer old.Close()
		new, err := os.Open(args[1])
		if err != nil {
			return err
		}
		defer new.Close()
		e, err := archive.Extends(cmd.Context(), bufio.NewReader(old), bufio.NewReader(new), o)
		if err == nil {
			err = t.enough(e.Old.Trusted)
		}
		var lines []check.Line
		for _, v := range []*archive.Verdict{e.Old, e.New} {
			if v != nil {
				lines = v.Checks
			}
		}
		return a.verdict(e, lines, err, func(w io.Writer) { writeExtension(w, e, err) })
	}
	return c
}
