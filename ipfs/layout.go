package ipfs

import (
	"context"
	"io"

	chunker "github.com/ipfs/boxo/chunker"
	"github.com/ipfs/boxo/ipld/unixfs/importer/balanced"
	"github.com/ipfs/boxo/ipld/unixfs/importer/helpers"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/multiformats/go-multihash"
)

// layout cuts a file into blocks, adds them to dag, each after those it links
// to, and returns the file's CID.
func layout(dag ipld.DAGService, file io.Reader) (cid.Cid, error) {
	params := helpers.DagBuilderParams{
		Dagserv:    dag,
		Maxlinks:   helpers.DefaultLinksPerBlock,
		CidBuilder: cid.V1Builder{Codec: cid.DagProtobuf, MhType: multihash.SHA2_256},
	}
	builder, err := params.New(chunker.NewSizeSplitter(file, chunker.DefaultBlockSize))
	if err != nil {
		return cid.Undef, err
	}
	root, err := balanced.Layout(builder)
	if err != nil {
		return cid.Undef, err
	}
	return root.Cid(), nil
}

// adder is a DAG service to which nodes are only added. Without put it forgets
// them.
type adder struct {
	ipld.DAGService
	ctx context.Context // of the call: the importer hands on none
	put func(context.Context, ipld.Node) error
}

// Add implements ipld.DAGService.
func (a adder) Add(_ context.Context, n ipld.Node) error {
	if a.put == nil {
		return nil
	}
	if err := a.ctx.Err(); err != nil {
		return err
	}
	return a.put(a.ctx, n)
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
