package ipfs

import (
	"fmt"

	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
)

// node is a piece of a file: content of its own, then that of its links.
type node struct {
	size    uint64 // of the content of both
	content []byte
	links   []link
}

// link is a promise of what a block holds.
type link struct {
	cid  cid.Cid
	size uint64
}

// decode takes nodes apart that are files or pieces of files and nothing else,
// and whose sizes add up. Each piece but the whole has at least a byte, so that
// the size of a file bounds everything below it.
func decode(c cid.Cid, block []byte) (*node, error) {
	if len(block) > maxBlock {
		return nil, fmt.Errorf("%w: a block of %d bytes", ErrMalformed, len(block))
	}
	if c.Type() == cid.Raw {
		return &node{size: uint64(len(block)), content: block}, nil
	}
	n, err := merkledag.DecodeProtobuf(block)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	f, err := unixfs.FSNodeFromBytes(n.Data())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if t := f.Type(); t != unixfs.TFile && t != unixfs.TRaw {
		return nil, fmt.Errorf("%w: UnixFS type %s", ErrMalformed, t)
	}
	links := n.Links()
	if len(links) != f.NumChildren() {
		return nil, fmt.Errorf("%w: %d links and %d sizes", ErrMalformed, len(links), f.NumChildren())
	}
	out := &node{size: uint64(len(f.Data())), content: f.Data()}
	for i, l := range links {
		if !ours(l.Cid) {
			return nil, fmt.Errorf("%w: it links to %s, which does not name a file by SHA-256", ErrMalformed, l.Cid)
		}
		size := f.BlockSize(i)
		if size == 0 || size > 1<<62 || out.size+size > 1<<62 {
			return nil, fmt.Errorf("%w: a piece of %d bytes", ErrMalformed, size)
		}
		out.links = append(out.links, link{l.Cid, size})
		out.size += size
	}
	if f.FileSize() != out.size {
		return nil, fmt.Errorf("%w: %d bytes pretend to be %d", ErrMalformed, out.size, f.FileSize())
	}
	return out, nil
}

// ours tells whether a CID names a piece of a file by SHA-256.
func ours(c cid.Cid) bool {
	if !c.Defined() {
		return false
	}
	p := c.Prefix()
	return p.MhType == multihash.SHA2_256 && p.MhLength == 32 && (p.Codec == cid.DagProtobuf || p.Codec == cid.Raw)
}
