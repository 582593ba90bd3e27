package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"

	"urna/census"
	"urna/census/tree"
	"urna/client"
	"urna/cmd/internal/cli"
	"urna/crypto/ethkey"
	"urna/election"
)

// maxVoters bounds a census that is read from elsewhere.
const maxVoters = 1 << 26

// dumpType is the number of the one type of census in documents.
const dumpType = 1

// openedCensus is a whole census, with what it was said to be.
type openedCensus struct {
	*tree.Tree
	From string // where it was found, for people

	names    map[census.Key]ethkey.Address // the addresses of a list; nil for files, which have keys alone
	election *client.Election              // that it was found through, if any
}

// openCensus finds a census by what the user has: a file with a list or a census,
// ipfs:// and a content id, an election, or a root. Its members have the root
// that was asked for, whoever gave them out; otherwise it is an error.
func (a *app) openCensus(ctx context.Context, gw *client.Client, what string) (*openedCensus, error) {
	if _, err := os.Stat(what); err == nil {
		return a.openCensusFile(what)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if isContentID(what) {
		return downloadCensus(ctx, gw, what, nil)
	}
	root, err := client.ParseRoot(what)
	if err != nil {
		return nil, cli.Misusef("%q is no file, no ipfs://..., and no election or root of 64 hex digits", what)
	}
	if h, err := a.heldCensus(what, ""); err == nil && h.URI != "" {
		if root, err = client.ParseRoot(h.Root); err != nil {
			return nil, err
		}
		return downloadCensus(ctx, gw, h.URI, (*census.Root)(&root))
	}
	e, err := gw.Election(ctx, election.ID(root))
	if err == nil && e.Census != nil {
		return electionsCensus(ctx, gw, e)
	}
	var p *client.Problem
	if err != nil && (!errors.As(err, &p) || p.Code != client.CodeElectionNotFound) {
		return nil, err
	}
	uri, err := gw.CensusURI(ctx, root.String())
	if err != nil {
		return nil, fmt.Errorf("no election has this id, and of a census: %w", err)
	}
	return downloadCensus(ctx, gw, uri, (*census.Root)(&root))
}

func isContentID(s string) bool {
	return strings.HasPrefix(s, "ipfs://") || strings.HasPrefix(s, "baf") || strings.HasPrefix(s, "Qm")
}

func electionsCensus(ctx context.Context, gw *client.Client, e *client.Election) (*openedCensus, error) {
	root, err := client.ParseRoot(e.Census.Root)
	if err != nil {
		return nil, err
	}
	if e.Census.URL == "" {
		return nil, errors.New("the election does not say where its census is")
	}
	c, err := downloadCensus(ctx, gw, e.Census.URL, (*census.Root)(&root))
	if err == nil {
		c.election = e
	}
	return c, err
}

// downloadCensus reads a census that was published.
func downloadCensus(ctx context.Context, gw *client.Client, uri string, want *census.Root) (*openedCensus, error) {
	f, err := gw.File(ctx, strings.TrimPrefix(uri, "ipfs://"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", uri, err)
	}
	defer f.Close()
	return readCensus(f, uri, want)
}

// openCensusFile reads a list of voters, or a published census.
func (a *app) openCensusFile(path string) (*openedCensus, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if published(head[:n]) {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		return readCensus(f, path, nil)
	}
	l, err := a.readMembers(path)
	if err != nil {
		return nil, err
	}
	c := &openedCensus{From: path, names: make(map[census.Key]ethkey.Address, len(l.members))}
	for i := range l.members {
		c.names[census.KeyOf(l.members[i].Address)] = l.members[i].Address
	}
	c.Tree, err = l.build()
	return c, err
}

// published tells by its first bytes whether a file is what publishing makes.
func published(head []byte) bool {
	return bytes.HasPrefix(head, []byte(tree.FileMagic)) || bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("{"))
}

// readCensus reads a census file, or the document that existing gateways read, and
// computes its root, which must be the one that it promises and that is wanted.
func readCensus(from io.Reader, name string, want *census.Root) (*openedCensus, error) {
	in := bufio.NewReaderSize(from, 64<<10)
	open := readCensusDocument
	if head, _ := in.Peek(len(tree.FileMagic)); string(head) == tree.FileMagic {
		open = tree.NewReader
	}
	r, err := open(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if r.Size() > maxVoters {
		return nil, fmt.Errorf("%s: it promises %d members, more than there may be", name, r.Size())
	}
	c := &openedCensus{Tree: tree.New(), From: name}
	if err := c.Fill(r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if got := c.Root(); want != nil && got != *want {
		return nil, fmt.Errorf("%s: its members have the root %s, not %s: it is another census", name, got, want)
	}
	return c, nil
}

// readCensusDocument reads {"type": 1, "rootHash": hex, "data": members in zstd}.
func readCensusDocument(in io.Reader) (*tree.Reader, error) {
	var d client.Dump
	if err := json.NewDecoder(in).Decode(&d); err != nil {
		return nil, fmt.Errorf("neither a census file nor a census document: %w", err)
	}
	root, err := client.ParseRoot(d.RootHash)
	if err != nil || d.Type != dumpType {
		return nil, fmt.Errorf("not a document of a weighted census: type %d, root %q", d.Type, d.RootHash)
	}
	unzip, err := zstd.NewReader(bytes.NewReader(d.Data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
	if err != nil {
		return nil, err
	}
	defer unzip.Close()
	return tree.Sort(root, unzip, maxVoters)
}
