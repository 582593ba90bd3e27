package ipfs

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
)

func FuzzDecodeTakesAnyBlock(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(merkledag.NodeWithData(unixfs.FilePBData([]byte("file"), 4)).RawData())
	f.Add(merkledag.NodeWithData(unixfs.FilePBData([]byte("file"), 5)).RawData())
	f.Add(unixfs.EmptyDirNode().RawData())
	root := new(merkledag.ProtoNode)
	two := unixfs.NewFSNode(unixfs.TFile)
	for range 2 {
		two.AddBlockSize(4)
		if err := root.AddNodeLink("", merkledag.NodeWithData(unixfs.FilePBData([]byte("file"), 4))); err != nil {
			f.Fatal(err)
		}
	}
	b, err := two.GetBytes()
	if err != nil {
		f.Fatal(err)
	}
	root.SetData(b)
	f.Add(root.RawData())
	prefix := cid.V1Builder{Codec: cid.DagProtobuf, MhType: 0x12}
	f.Fuzz(func(t *testing.T, block []byte) {
		c, err := prefix.Sum(block)
		if err != nil {
			t.Fatal(err)
		}
		n, err := decode(c, block)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		size := uint64(len(n.content))
		for _, l := range n.links {
			size += l.size
		}
		if size != n.size || len(n.content) > len(block) || len(n.links) > len(block) {
			t.Fatalf("%d bytes in %d links are %d", len(n.content), len(n.links), n.size)
		}
		// The one block is all there is.
		get := func(_ context.Context, have cid.Cid) ([]byte, error) {
			if have != c {
				return nil, ipld.ErrNotFound{Cid: have}
			}
			return block, nil
		}
		got, err := walk(t.Context(), get, c, 1<<20, func() {})
		if (err == nil) != (len(n.links) == 0) || (err == nil && got != int64(size)) {
			t.Fatalf("%d, %v", got, err)
		}
		r, _, err := open(t.Context(), get, c, 1<<20)
		if err != nil {
			return // too large
		}
		if read, err := io.Copy(io.Discard, r); (err == nil) != (len(n.links) == 0) || read != int64(len(n.content)) {
			t.Fatalf("%d, %v", read, err)
		}
	})
}

func FuzzPinsOnDiskMayBeAnything(f *testing.F) {
	f.Add([]byte(nil), []byte(nil))
	c, err := parse("ipfs://bafybeiaviujuxqkkrdn55hizozn6iprfbjzatduuindxfamqbbozdwjrji")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(c.Bytes(), make([]byte, pinHead+32))
	f.Add(c.Bytes(), append([]byte{pinVersion}, make([]byte, pinHead+63)...))
	f.Fuzz(func(t *testing.T, key, value []byte) {
		_, hashes, err := parsePin(key, value)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
		if len(hashes)%32 != 0 {
			t.Fatal(len(hashes))
		}
	})
}
