// Package ipfs keeps files under the names that IPFS gives them: UnixFS, CID
// version 1, dag-pb, SHA-256, chunks of 256 KiB, as the metadata of accounts
// and elections is named by every client. A file that Put has returned is on
// disk; what Get returns has the hash that was asked for, and is never longer
// than the caller allows.
//
// The store is local. Blocks come from a blockservice, so that an exchange with
// peers can stand behind the same methods.
package ipfs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ipfs/boxo/blockservice"
	"github.com/ipfs/boxo/blockstore"
	chunker "github.com/ipfs/boxo/chunker"
	"github.com/ipfs/boxo/exchange/offline"
	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs/importer/balanced"
	"github.com/ipfs/boxo/ipld/unixfs/importer/helpers"
	unixfs "github.com/ipfs/boxo/ipld/unixfs/io"
	"github.com/ipfs/go-cid"
	"github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/sync"
	pebbleds "github.com/ipfs/go-ds-pebble"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/multiformats/go-multihash"
)

// Scheme starts every URI that this package gives out or takes.
const Scheme = "ipfs://"

// Errors of this package.
var (
	ErrNotFound = errors.New("file is not in the store")
	ErrTooLarge = errors.New("file is larger than the limit")
	ErrBadURI   = errors.New("not a URI of the form ipfs://<CID of a file>")
)

// Store is a set of files. Its methods may be called by several goroutines.
type Store struct {
	data  datastore.Batching
	files ipld.DAGService
}

// Open opens the store in a directory, which it makes if need be; with "" the
// store lives in memory. Close must follow.
func Open(dir string) (*Store, error) {
	var data datastore.Batching = sync.MutexWrap(datastore.NewMapDatastore())
	if dir != "" {
		var err error
		if data, err = pebbleds.NewDatastore(dir); err != nil {
			return nil, fmt.Errorf("open file store: %w", err)
		}
	}
	return newStore(data), nil
}

func newStore(data datastore.Batching) *Store {
	blocks := blockstore.NewBlockstore(data)
	return &Store{data, merkledag.NewDAGService(blockservice.New(blocks, offline.Exchange(blocks)))}
}

// Close closes the store.
func (s *Store) Close() error { return s.data.Close() }

// Put stores a file and returns its URI once it is on disk. Storing it again
// changes nothing.
func (s *Store) Put(ctx context.Context, file []byte) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	// The importer adds a node after those it links to, and the log of the
	// disk keeps that order: a node that survives a crash is complete.
	uri, err := layout(s.files, file)
	if err != nil {
		return "", fmt.Errorf("store file: %w", err)
	}
	if err := s.data.Sync(ctx, datastore.NewKey("/")); err != nil {
		return "", fmt.Errorf("store file: %w", err)
	}
	return uri, nil
}

// CID is the URI that a file has, stored or not.
func CID(file []byte) (string, error) { return layout(nowhere{}, file) }

// CID is the URI that Put would return; it stores nothing.
func (s *Store) CID(file []byte) (string, error) { return CID(file) }

// Has tells whether a file is in the store.
func (s *Store) Has(ctx context.Context, uri string) (bool, error) {
	_, err := s.root(ctx, uri)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Get returns a file of at most limit bytes. The error wraps ErrBadURI,
// ErrNotFound or ErrTooLarge, or is the disk's or the context's.
func (s *Store) Get(ctx context.Context, uri string, limit int64) ([]byte, error) {
	root, err := s.root(ctx, uri)
	if err != nil {
		return nil, err
	}
	r, err := unixfs.NewDagReader(ctx, root, oneByOne{s.files})
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrBadURI, uri, err)
	}
	// The size is what the root says, so the bytes are counted too.
	if r.Size() > uint64(max(limit, 0)) {
		return nil, fmt.Errorf("%w: %s has %d bytes, more than %d", ErrTooLarge, uri, r.Size(), limit)
	}
	var b bytes.Buffer
	b.Grow(int(r.Size()) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(r, limit+1)); err != nil {
		return nil, missing(uri, err)
	}
	if int64(b.Len()) > limit {
		return nil, fmt.Errorf("%w: %s has more than %d bytes", ErrTooLarge, uri, limit)
	}
	return b.Bytes(), nil
}

func (s *Store) root(ctx context.Context, uri string) (ipld.Node, error) {
	c, err := parse(uri)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	n, err := s.files.Get(ctx, c)
	if err != nil {
		return nil, missing(uri, err)
	}
	return n, nil
}

func missing(uri string, err error) error {
	if ipld.IsNotFound(err) {
		return fmt.Errorf("%w: %s", ErrNotFound, uri)
	}
	return fmt.Errorf("read %s: %w", uri, err)
}

// parse takes the CIDs of files whose blocks are named by SHA-256.
func parse(uri string) (cid.Cid, error) {
	name, ok := strings.CutPrefix(uri, Scheme)
	if !ok {
		return cid.Undef, fmt.Errorf("%w: %q", ErrBadURI, uri)
	}
	c, err := cid.Decode(name)
	if err != nil {
		return cid.Undef, fmt.Errorf("%w: %q: %w", ErrBadURI, uri, err)
	}
	p := c.Prefix()
	if p.MhType != multihash.SHA2_256 || p.MhLength != 32 || (p.Codec != cid.DagProtobuf && p.Codec != cid.Raw) {
		return cid.Undef, fmt.Errorf("%w: %q does not name a file by SHA-256", ErrBadURI, uri)
	}
	return c, nil
}

// layout cuts a file into blocks, adds them to dag and returns the file's URI.
func layout(dag ipld.DAGService, file []byte) (string, error) {
	params := helpers.DagBuilderParams{
		Dagserv:    dag,
		Maxlinks:   helpers.DefaultLinksPerBlock,
		CidBuilder: cid.V1Builder{Codec: cid.DagProtobuf, MhType: multihash.SHA2_256},
	}
	builder, err := params.New(chunker.NewSizeSplitter(bytes.NewReader(file), chunker.DefaultBlockSize))
	if err != nil {
		return "", err
	}
	root, err := balanced.Layout(builder)
	if err != nil {
		return "", err
	}
	return Scheme + root.Cid().String(), nil
}

// nowhere is a DAG service to which nodes are only added, and forgotten.
type nowhere struct{ ipld.DAGService }

func (nowhere) Add(context.Context, ipld.Node) error { return nil }

// oneByOne gets nodes in turn, so that the error of a node is not lost: a block
// that is missing must not look like a disk that fails.
type oneByOne struct{ ipld.DAGService }

func (o oneByOne) GetMany(ctx context.Context, cids []cid.Cid) <-chan *ipld.NodeOption {
	nodes := make(chan *ipld.NodeOption, len(cids))
	defer close(nodes)
	seen := cid.NewSet()
	for _, c := range cids {
		if seen.Visit(c) {
			n, err := o.Get(ctx, c)
			nodes <- &ipld.NodeOption{Node: n, Err: err}
		}
	}
	return nodes
}
