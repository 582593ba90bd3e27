package car

import (
	"encoding/binary"
	"errors"
	"strings"

	"urna/internal/codec"
)

// link is what a node says of a node below it.
type link struct {
	cid  CID
	name string
	tree uint64 // bytes of all blocks from it on
	size uint64 // bytes of the file that it holds; not of directories
}

// node is a dag-pb node of UnixFS.
type node struct {
	directory bool
	links     []link
	data      []byte // of a file without links
	raw       bool   // a leaf whose type is raw, which encode does not write
	size      uint64 // of the file
}

// Bounds of one node. Two megabytes is the largest block that IPFS exchanges.
const (
	maxBlock = 2 << 20
	maxName  = 255
	maxSize  = 1 << 62
)

// Types of UnixFS nodes.
const (
	typeRaw       = 0
	typeDirectory = 1
	typeFile      = 2
)

var (
	errNode = errors.New("not a canonical dag-pb node of a UnixFS file or directory")
	errSize = errors.New("the sizes in a node do not agree")
)

// Tags of Protobuf fields: number and wire type.
const (
	tagData  = 1<<3 | 2
	tagLinks = 2<<3 | 2

	tagHash = 1<<3 | 2
	tagName = 2<<3 | 2
	tagTree = 3 << 3

	tagType      = 1 << 3
	tagFileData  = 2<<3 | 2
	tagFileSize  = 3 << 3
	tagBlockSize = 4 << 3
)

// encode appends the node's block to b.
func (n *node) encode(b []byte) []byte {
	for i := range n.links {
		l := &n.links[i]
		length := 2 + cidLen + 1 + varintLen(uint64(len(l.name))) + len(l.name) + 1 + varintLen(l.tree)
		b = binary.AppendUvarint(append(b, tagLinks), uint64(length))
		b = l.cid.append(append(b, tagHash, cidLen))
		b = binary.AppendUvarint(append(b, tagName), uint64(len(l.name)))
		b = append(b, l.name...)
		b = binary.AppendUvarint(append(b, tagTree), l.tree)
	}
	return append(binary.AppendUvarint(append(b, tagData), uint64(n.unixfsLen())), n.unixfs()...)
}

func (n *node) unixfs() []byte {
	if n.directory {
		return []byte{tagType, typeDirectory}
	}
	b := append(make([]byte, 0, n.unixfsLen()), tagType, typeFile)
	if len(n.data) > 0 {
		b = binary.AppendUvarint(append(b, tagFileData), uint64(len(n.data)))
		b = append(b, n.data...)
	}
	b = binary.AppendUvarint(append(b, tagFileSize), n.size)
	for i := range n.links {
		b = binary.AppendUvarint(append(b, tagBlockSize), n.links[i].size)
	}
	return b
}

func (n *node) unixfsLen() int {
	if n.directory {
		return 2
	}
	length := 2 + 1 + varintLen(n.size)
	if d := len(n.data); d > 0 {
		length += 1 + varintLen(uint64(d)) + d
	}
	for i := range n.links {
		length += 1 + varintLen(n.links[i].size)
	}
	return length
}

func varintLen(v uint64) (n int) {
	for n = 1; v >= 0x80; n++ {
		v >>= 7
	}
	return n
}

// tree is the size of all blocks from the node on, its own block being of the
// given length.
func (n *node) tree(block int) uint64 {
	sum := uint64(block)
	for i := range n.links {
		sum += n.links[i].tree
	}
	return sum
}

// decodeNode reads a block of codec dag-pb. It takes what encode writes, and
// leaves of UnixFS type raw, which some writers of files use. What it returns
// lives in block.
func decodeNode(block []byte) (*node, error) {
	n := &node{}
	var tree uint64
	r := codec.NewReader(block)
	for {
		switch r.U8() {
		case tagLinks:
			l, err := decodeLink(r.Bytes(maxBlock))
			if err != nil {
				return nil, err
			}
			if tree += l.tree; tree > maxSize {
				return nil, errSize
			}
			n.links = append(n.links, l)
			continue
		case tagData:
			data := r.Bytes(maxBlock)
			if r.Done() != nil {
				return nil, errNode
			}
			return n, n.decodeUnixfs(data)
		}
		return nil, errNode
	}
}

func decodeLink(b []byte) (l link, err error) {
	r := codec.NewReader(b)
	if r.U8() != tagHash {
		return l, errNode
	}
	if l.cid, err = readCID(r.Bytes(cidLen)); err != nil {
		return l, err
	}
	if r.U8() != tagName {
		return l, errNode
	}
	l.name = r.String(maxName)
	if r.U8() != tagTree {
		return l, errNode
	}
	l.tree = r.Uvarint()
	if r.Done() != nil || l.tree > maxSize {
		return l, errNode
	}
	return l, nil
}

// decodeUnixfs reads what the node says of itself.
func (n *node) decodeUnixfs(b []byte) error {
	r := codec.NewReader(b)
	if r.U8() != tagType {
		return errNode
	}
	switch r.U8() {
	case typeDirectory:
		n.directory = true
		if r.Done() != nil || !n.inOrder() {
			return errNode
		}
		return nil
	case typeRaw:
		if n.raw = true; len(n.links) > 0 {
			return errNode
		}
	case typeFile:
	default:
		return errNode
	}
	return n.decodeFile(r)
}

// inOrder tells whether the links of a directory have names that are sorted,
// each once.
func (n *node) inOrder() bool {
	last := ""
	for i := range n.links {
		name := n.links[i].name
		if name <= last || strings.Contains(name, "/") {
			return false
		}
		last = name
	}
	return true
}

func (n *node) decodeFile(r *codec.Reader) error {
	tag := r.U8()
	if tag == tagFileData {
		if n.data = r.Bytes(maxBlock); len(n.data) == 0 || len(n.links) > 0 {
			return errNode // an inner node holds no data of its own
		}
		tag = r.U8()
	}
	if tag != tagFileSize {
		return errNode
	}
	n.size = r.Uvarint()
	sum := uint64(len(n.data))
	for i := range n.links {
		l := &n.links[i]
		if r.U8() != tagBlockSize || l.name != "" {
			return errNode
		}
		if l.size = r.Uvarint(); l.size == 0 || l.size > maxSize {
			return errNode
		}
		if sum += l.size; sum > maxSize {
			return errSize
		}
	}
	if r.Done() != nil {
		return errNode
	}
	if n.size != sum {
		return errSize
	}
	return nil
}
