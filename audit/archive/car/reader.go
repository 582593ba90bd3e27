package car

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"urna/internal/check"
)

// maxDepth bounds the way from the root to a block: directories and levels of a
// file together.
const maxDepth = 64

// Reader reads the files of a CAR in their order. An error is a *check.Failure
// (check.Frame, check.Content) or that of the input; after one nothing more can
// be read.
type Reader struct {
	in    *bufio.Reader
	root  CID
	names []string
	todo  []pending // what is still expected, the next one last
	block []byte    // the last one
	file  *Content
	free  func(path string) bool
	err   error
}

// pending is a link that has not been followed yet.
type pending struct {
	link
	path  string
	depth int // of the way to it
	level int // above the leaves of its file
}

// NewReader reads the header and the root directory. Files whose path is free
// may be laid out as whoever made them liked; nil frees none.
func NewReader(in io.Reader, free func(path string) bool) (*Reader, error) {
	if free == nil {
		free = func(string) bool { return false }
	}
	r := &Reader{in: bufio.NewReaderSize(in, 1<<20), free: free}
	header := make([]byte, len(headerHead)+cidLen+len(headerTail))
	if _, err := io.ReadFull(r.in, header); err != nil {
		return nil, torn(err)
	}
	var ok bool
	if r.root, ok = readHeader(header); !ok {
		return nil, check.Fail(check.Frame, "the file does not begin as a CAR of version 1 with one root")
	}
	n, err := r.follow(pending{link: link{cid: r.root}})
	if err != nil {
		return nil, err
	}
	if n == nil || !n.directory {
		return nil, check.Fail(check.Frame, "the root is not a directory")
	}
	for i := range n.links {
		r.names = append(r.names, n.links[i].name)
	}
	r.enter(n, pending{})
	return r, nil
}

// Root is the CID of the directory.
func (r *Reader) Root() CID { return r.root }

// Names are the entries of the root directory, sorted.
func (r *Reader) Names() []string { return r.names }

// Next returns the next file; what is left of the one before is read and
// checked first. After the last file, and if nothing follows it, the error is
// io.EOF. Directories show in the names of files only.
func (r *Reader) Next() (*Content, error) {
	if r.file != nil {
		if _, err := io.Copy(io.Discard, r.file); err != nil {
			return nil, err
		}
		r.file = nil
	}
	for r.err == nil {
		if len(r.todo) == 0 {
			_, err := r.in.ReadByte()
			if err == nil {
				err = check.Fail(check.Frame, "there are bytes after the last block")
			}
			r.err = err
			break
		}
		p := r.pop()
		n, err := r.follow(p)
		if err != nil {
			break
		}
		if n != nil && n.directory {
			r.enter(n, p)
			continue
		}
		if p.size = uint64(len(r.block)); n != nil {
			p.size = n.size
		}
		p.level = depthOf(p.size)
		c := &Content{r: r, path: p.path, cid: p.cid, size: p.size, base: len(r.todo), own: !r.free(p.path)}
		if c.take(n, p) != nil {
			break
		}
		r.file = c
		return c, nil
	}
	return nil, r.err
}

func (r *Reader) pop() pending {
	last := len(r.todo) - 1
	p := r.todo[last]
	r.todo = r.todo[:last]
	return p
}

func (r *Reader) fail(err error) error {
	if r.err == nil {
		r.err = err
	}
	return r.err
}

// enter puts what a directory holds on the list.
func (r *Reader) enter(n *node, p pending) {
	for i := len(n.links) - 1; i >= 0; i-- {
		path := n.links[i].name
		if p.path != "" {
			path = p.path + "/" + path
		}
		r.todo = append(r.todo, pending{link: n.links[i], path: path, depth: p.depth + 1})
	}
}

// follow reads the block that a link names. The node is nil for a raw block,
// whose bytes are in r.block.
func (r *Reader) follow(p pending) (*node, error) {
	if p.depth > maxDepth {
		return nil, r.fail(check.Fail(check.Content, "%s lies too deep", p.path))
	}
	if err := r.frame(p); err != nil {
		return nil, r.fail(err)
	}
	if sha256.Sum256(r.block) != p.cid.Hash {
		return nil, r.fail(check.Fail(check.Content, "the block %s%s has another hash", p.cid, of(p)))
	}
	var n *node
	tree := uint64(len(r.block))
	if p.cid.Codec == DagPB {
		var err error
		if n, err = decodeNode(r.block); err != nil {
			return nil, r.fail(check.Fail(check.Content, "the block %s%s: %v", p.cid, of(p), err))
		}
		tree = n.tree(len(r.block))
	}
	if p.depth > 0 && tree != p.tree {
		return nil, r.fail(check.Fail(check.Content, "the link to %s%s states %d bytes, not %d", p.cid, of(p), p.tree, tree))
	}
	return n, nil
}

func of(p pending) string {
	if p.path == "" {
		return ""
	}
	return " of " + p.path
}

// frame reads the next frame, which must be of this block.
func (r *Reader) frame(p pending) error {
	length, err := r.length()
	if err != nil {
		return err
	}
	if length < cidLen || length > cidLen+maxBlock {
		return check.Fail(check.Frame, "a block of %d bytes%s", length, of(p))
	}
	var name [cidLen]byte
	if _, err := io.ReadFull(r.in, name[:]); err != nil {
		return torn(err)
	}
	if c, err := readCID(name[:]); err != nil || c != p.cid {
		return check.Fail(check.Frame, "another block stands where %s%s must", p.cid, of(p))
	}
	size := int(length) - cidLen
	if cap(r.block) < size {
		r.block = make([]byte, size)
	}
	r.block = r.block[:size]
	if _, err := io.ReadFull(r.in, r.block); err != nil {
		return torn(err)
	}
	return nil
}

// length reads a varint in its shortest form.
func (r *Reader) length() (uint64, error) {
	var b [binary.MaxVarintLen32]byte
	for i := range b {
		c, err := r.in.ReadByte()
		if err != nil {
			return 0, torn(err)
		}
		b[i] = c
		if c < 0x80 {
			v, n := binary.Uvarint(b[:i+1])
			if n > 1 && c == 0 {
				break
			}
			return v, nil
		}
	}
	return 0, check.Fail(check.Frame, "the length of a block is not written as it must be")
}

// torn tells a file that ends too early from an input that fails.
func torn(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return check.Fail(check.Frame, "the file ends in the middle")
	}
	return fmt.Errorf("read archive: %w", err)
}
