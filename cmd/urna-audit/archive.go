package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"urna/audit"
	"urna/audit/archive"
	"urna/audit/remote"
	"urna/cmd/internal/cli"
	"urna/election"
)

func newArchive(a *app) *cobra.Command {
	var m archiving
	var id string
	c := &cobra.Command{
		Use:   "archive --out FILE",
		Short: "Write an election, or a whole chain, into one file that anybody can check",
		Long: `Write an election (--election), or the chain up to a height (--to), into one file
that anybody can check without a network: urna-audit verify. The chain is replayed
first, so what goes into the file is right; the sources are not trusted. With --dir
the state of the replay is kept, and the next run goes on where this one ended.

Everybody who archives the same thing makes the same bytes, with the same CID. The
files that elections name, metadata and censuses, come from the gateways, or from a
gateway of IPFS (--ipfs). If nobody has one of them there is no archive: the file is
named, and you may ask others, or archive without any of them (--without-files).

An election can be archived some blocks after its end, when the set of its voters
is sealed.`,
		Example: `  urna-audit archive --gateway https://vote.example.org/v2 --election 1f0e... --out election.car
  urna-audit archive --gateway https://vote.example.org/v2 --dir audit --out chain.car`,
		Args: cobra.NoArgs,
	}
	f := c.Flags()
	m.from.flags(f)
	f.StringVar(&id, "election", "", "the election to archive; the whole chain without it")
	f.Int64Var(&m.to, "to", 0, "last height of an archive of the chain; the newest that can be confirmed by default")
	f.StringVar(&m.out, "out", "", "the file")
	f.StringVar(&m.dir, "dir", "", "directory that keeps the state of the replay, to go on later")
	f.StringVar(&m.genesis, "genesis", "", "file of the genesis document that you trust")
	f.StringVar(&m.ipfs, "ipfs", "", "root of a gateway of IPFS, http://host:port, for files that the others do not have")
	f.BoolVar(&m.withoutFiles, "without-files", false, "leave all metadata and censuses out")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if m.out == "" {
			return cli.Misusef("--out says where the archive goes")
		}
		if id != "" {
			of, err := election.ParseID(id)
			if err != nil {
				return cli.Misuse(err)
			}
			if m.election = &of; m.to != 0 {
				return cli.Misusef("--to is for an archive of the chain; that of an election has a height of its own")
			}
		}
		return m.run(cmd.Context(), a)
	}
	return c
}

// archiving is an archive that is to be made.
type archiving struct {
	from         sources
	election     *election.ID // nil: the chain
	to           int64
	out, dir     string
	genesis      string
	ipfs         string
	withoutFiles bool

	left []leftOut
}

type leftOut struct {
	URI string `json:"uri"`
	Why string `json:"why"`
}

// made is the answer.
type made struct {
	File    string    `json:"file"`
	CID     string    `json:"cid"`
	Bytes   int64     `json:"bytes"`
	Height  int64     `json:"height"`
	LeftOut []leftOut `json:"leftOut"`
}

func (m *archiving) run(ctx context.Context, a *app) (err error) {
	source, err := m.from.one()
	if err != nil {
		return err
	}
	if m.dir == "" {
		if m.dir, err = os.MkdirTemp("", "urna-audit-*"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(m.dir)) }()
	}
	replayed, err := m.replay(ctx, a, source)
	if err != nil {
		return err
	}
	kept, err := audit.OpenDirectory(m.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	show, end := a.counting("block %d")
	material := archive.Material{
		Source: source, Validators: kept.Validators, Dir: m.temp(),
		LeftOut: func(uri string, why error) { m.left = append(m.left, leftOut{uri, why.Error()}) },
		Progress: func(height, _ int64) {
			if show != nil {
				show(uint64(height))
			}
		},
	}
	if !m.withoutFiles {
		if material.File, err = m.files(); err != nil {
			return err
		}
	}
	answer := made{File: m.out, LeftOut: []leftOut{}}
	if m.election != nil {
		answer.CID, answer.Height, err = m.makeElection(ctx, material, kept)
	} else {
		answer.CID, answer.Height, err = m.makeChain(ctx, material, kept, replayed.Height)
	}
	end()
	if lacks := (*archive.MissingError)(nil); errors.As(err, &lacks) {
		return lacking(lacks)
	}
	if err != nil {
		return err
	}
	info, err := os.Stat(m.out)
	if err != nil {
		return err
	}
	answer.Bytes, answer.LeftOut = info.Size(), append(answer.LeftOut, m.left...)
	return answer.print(a)
}

// temp is where the parts of the archive are collected: beside it, because there
// must be room for it.
func (m *archiving) temp() string { return filepath.Dir(m.out) }

func (m *archiving) replay(ctx context.Context, a *app, source audit.Source) (v *audit.Verdict, err error) {
	o := audit.Options{Source: source, Dir: m.dir, To: m.to}
	if m.genesis != "" {
		if o.Genesis, err = os.ReadFile(m.genesis); err != nil {
			return nil, err
		}
	}
	end := a.progress(&o)
	v, err = audit.Replay(ctx, o)
	end()
	if err != nil {
		return v, fmt.Errorf("the chain cannot be archived as it is: %w", err)
	}
	return v, nil
}

// files asks the gateways, and then IPFS.
func (m *archiving) files() (func(context.Context, string) (io.ReadCloser, error), error) {
	type opener interface {
		File(ctx context.Context, uri string) (io.ReadCloser, error)
	}
	var from []opener
	all, err := m.from.list()
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if o, ok := s.(opener); ok {
			from = append(from, o)
		}
	}
	if m.ipfs != "" {
		o, err := remote.NewIPFS(m.ipfs)
		if err != nil {
			return nil, err
		}
		from = append(from, o)
	}
	return func(ctx context.Context, uri string) (io.ReadCloser, error) {
		var why []string
		for _, o := range from {
			f, err := o.File(ctx, uri)
			if err == nil {
				return f, nil
			}
			why = append(why, err.Error())
		}
		if len(why) == 0 {
			return nil, errors.New("nobody was asked: give a --gateway, or --ipfs")
		}
		return nil, errors.New(strings.Join(why, "; "))
	}, nil
}

// lacking says what to do where files are missing.
func lacking(e *archive.MissingError) error {
	text := "there is no archive, because nobody who was asked has these files:\n"
	for _, f := range e.Files {
		text += fmt.Sprintf("  %s (%s)\n", oneLine(f.URI), oneLine(f.Why.Error()))
	}
	return errors.New(text + "ask others too (--gateway, --ipfs), or leave all files out (--without-files)")
}

func (m *archiving) makeElection(ctx context.Context, material archive.Material, kept *audit.Directory) (string, int64, error) {
	height, claims, err := audit.ReadClaims(m.dir, *m.election)
	if errors.Is(err, fs.ErrNotExist) {
		return "", 0, m.notYet(kept)
	}
	if err != nil {
		return "", 0, err
	}
	twins, err := m.twins(kept)
	if err != nil {
		return "", 0, err
	}
	cid, err := archive.MakeElection(ctx, archive.ElectionMaterial{Material: material, ID: *m.election, Height: height, Claims: claims, Twins: twins}, m.out)
	return cid, height, err
}

// notYet says why there are no claims.
func (m *archiving) notYet(kept *audit.Directory) error {
	stage, err := kept.View().Stage(*m.election)
	if err != nil {
		return fmt.Errorf("there is no election %s up to block %d", m.election, kept.Height())
	}
	if stage.Status == election.Canceled {
		return fmt.Errorf("election %s was canceled; it has no result that could be archived", m.election)
	}
	return fmt.Errorf("election %s has the status %s at block %d, the newest that can be confirmed; it can be archived when it is in RESULTS and the set of its voters is sealed, some blocks after its end: try again then", m.election, stage.Status, kept.Height())
}

// twins is how many elections the organisation created in the same block before
// this one.
func (m *archiving) twins(kept *audit.Directory) (n int, err error) {
	view := kept.View()
	own, err := view.Settings(*m.election)
	if err != nil {
		return 0, err
	}
	err = view.EachElection(func(e *election.Settings) error {
		if e.Organisation == own.Organisation && e.CreatedHeight == own.CreatedHeight && e.Index < own.Index {
			n++
		}
		return nil
	})
	return n, err
}

func (m *archiving) makeChain(ctx context.Context, material archive.Material, kept *audit.Directory, height int64) (string, int64, error) {
	if m.to == 0 {
		height-- // the header that confirms the last block must have a commit
	}
	if m.to > 0 {
		height = m.to
	}
	cid, err := archive.MakeChain(ctx, archive.ChainMaterial{Material: material, Kept: kept, Height: height}, m.out)
	return cid, height, err
}

func (m *made) print(a *app) error {
	if a.json {
		return a.printJSON(m)
	}
	fmt.Fprintf(a.out, "%s, %d bytes, holds everything up to block %d.\n", m.File, m.Bytes, m.Height)
	fmt.Fprintf(a.out, "Its CID is %s;\nwhoever archives the same gets the same.\n", m.CID)
	for _, l := range m.LeftOut {
		fmt.Fprintf(a.out, "left out: %s (%s)\n", oneLine(l.URI), oneLine(l.Why))
	}
	fmt.Fprintf(a.out, "Check it with: urna-audit verify %s --genesis FILE\n", m.File)
	return nil
}
