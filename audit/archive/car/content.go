package car

import (
	"io"

	"urna/internal/check"
)

// Content is a file in a CAR. Its blocks are checked as they are read.
type Content struct {
	r     *Reader
	path  string
	cid   CID
	size  uint64
	base  int    // how much of the reader's list is of other files
	own   bool   // it must be laid out as a Builder does
	chunk []byte // what is left of the last block
}

// Path is the name of the file, with those of its directories.
func (c *Content) Path() string { return c.path }

// CID is the name of the file's root block.
func (c *Content) CID() CID { return c.cid }

// Size is the number of bytes that the file has, as its root block says; the
// reader sees to it that they are as many.
func (c *Content) Size() uint64 { return c.size }

// Read reads the bytes of the file.
func (c *Content) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(c.chunk) == 0 {
		if c.r.err != nil {
			return 0, c.r.err
		}
		if len(c.r.todo) == c.base {
			return 0, io.EOF
		}
		at := c.r.pop()
		n, err := c.r.follow(at)
		if err == nil {
			err = c.take(n, at)
		}
		if err != nil {
			return 0, err
		}
	}
	n := copy(p, c.chunk)
	c.chunk = c.chunk[n:]
	return n, nil
}

// take puts the bytes of a block, or what it links to, before what is left of
// the file.
func (c *Content) take(n *node, at pending) error {
	if n == nil {
		n = &node{data: c.r.block, size: uint64(len(c.r.block))}
	}
	switch {
	case n.directory || n.size != at.size:
		return c.r.fail(check.Fail(check.Content, "the block %s%s is not the part of a file that its link states", at.cid, of(at)))
	case c.own && !n.builtAs(at):
		return c.r.fail(check.Fail(check.Content, "%s is laid out in another way than archives are", at.path))
	}
	c.chunk = n.data
	for i := len(n.links) - 1; i >= 0; i-- {
		c.r.todo = append(c.r.todo, pending{n.links[i], at.path, at.depth + 1, at.level - 1})
	}
	return nil
}

// builtAs tells whether a Builder would have made this node, as far as the
// sizes of its parts go.
func (n *node) builtAs(at pending) bool {
	if at.cid.Codec != DagPB || n.raw {
		return false
	}
	if at.level == 0 {
		return len(n.links) == 0
	}
	sizes := belowSizes(at.size, at.level)
	if len(n.data) > 0 || len(sizes) != len(n.links) {
		return false
	}
	for i := range sizes {
		if sizes[i] != n.links[i].size {
			return false
		}
	}
	return true
}
