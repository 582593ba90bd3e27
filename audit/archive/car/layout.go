package car

import "io"

// How the files that an archive makes are cut and stacked.
const (
	chunkSize = 256 << 10
	maxLinks  = 174
)

// layout finds the DAG of a file while its bytes come in. It keeps a name per
// chunk, and nothing of the bytes.
type layout struct {
	raw    bool // leaves are the bytes themselves, without an envelope
	chunk  []byte
	leaves []link
	size   uint64
	buffer []byte
}

func newLayout(raw bool) *layout { return &layout{raw: raw, chunk: make([]byte, 0, chunkSize)} }

// Write takes the next bytes of the file. It never fails.
func (l *layout) Write(p []byte) (int, error) {
	l.size += uint64(len(p))
	for rest := p; len(rest) > 0; {
		n := min(len(rest), chunkSize-len(l.chunk))
		l.chunk, rest = append(l.chunk, rest[:n]...), rest[n:]
		if len(l.chunk) == chunkSize {
			l.flush()
		}
	}
	return len(p), nil
}

func (l *layout) flush() {
	codec, block := l.leaf(l.chunk)
	l.leaves = append(l.leaves, link{cid: cidOf(codec, block), tree: uint64(len(block)), size: uint64(len(l.chunk))})
	l.chunk = l.chunk[:0]
}

// leaf is the block of a chunk; it is good until the next call.
func (l *layout) leaf(chunk []byte) (codec byte, block []byte) {
	if l.raw {
		return Raw, chunk
	}
	n := node{data: chunk, size: uint64(len(chunk))}
	l.buffer = n.encode(l.buffer[:0])
	return DagPB, l.buffer
}

// shape is the DAG of a whole file: level 0 are the leaves, each level above
// has a node for every 174 of the one below, and the last has one.
type shape [][]link

func (l *layout) finish() shape {
	if len(l.chunk) > 0 || len(l.leaves) == 0 {
		l.flush()
	}
	s := shape{l.leaves}
	for below := l.leaves; len(below) > 1; below = s[len(s)-1] {
		level := make([]link, 0, (len(below)+maxLinks-1)/maxLinks)
		for i := 0; i < len(below); i += maxLinks {
			n := inner(below[i:min(i+maxLinks, len(below))])
			block := n.encode(nil)
			level = append(level, link{cid: cidOf(DagPB, block), tree: n.tree(len(block)), size: n.size})
		}
		s = append(s, level)
	}
	return s
}

// root is the link to the file.
func (s shape) root() link { return s[len(s)-1][0] }

// inner is the node above some others.
func inner(below []link) *node {
	n := &node{links: below}
	for i := range below {
		n.size += below[i].size
	}
	return n
}

// write hands out the blocks of a file in depth-first order, reading its bytes
// once more.
func (l *layout) write(s shape, content io.Reader, emit func(CID, []byte) error) error {
	return l.below(s, len(s)-1, 0, content, emit)
}

func (l *layout) below(s shape, level, index int, content io.Reader, emit func(CID, []byte) error) error {
	at := s[level][index]
	if level == 0 {
		chunk := l.chunk[:at.size]
		if _, err := io.ReadFull(content, chunk); err != nil {
			return err
		}
		_, block := l.leaf(chunk)
		return emit(at.cid, block)
	}
	first := index * maxLinks
	end := min(first+maxLinks, len(s[level-1]))
	if err := emit(at.cid, inner(s[level-1][first:end]).encode(nil)); err != nil {
		return err
	}
	for i := first; i < end; i++ {
		if err := l.below(s, level-1, i, content, emit); err != nil {
			return err
		}
	}
	return nil
}

// depthOf is how many levels above its leaves the DAG of a file of this size
// has.
func depthOf(size uint64) (depth int) {
	for room := uint64(chunkSize); room < size; depth++ {
		if room > maxSize/maxLinks {
			return depth + 1
		}
		room *= maxLinks
	}
	return depth
}

// belowSizes are the sizes of the parts that a node of this size has, depth
// levels above its leaves.
func belowSizes(size uint64, depth int) (sizes []uint64) {
	full := uint64(chunkSize)
	for range depth - 1 {
		full *= maxLinks
	}
	for ; size > full; size -= full {
		sizes = append(sizes, full)
	}
	return append(sizes, size)
}
