package archive

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/holiman/uint256"
	"github.com/klauspost/compress/zstd"

	"urna/ballot"
	"urna/census"
)

// Members are what a census file says of the voters.
type Members struct {
	Count  uint64
	Weight uint256.Int // of all members
}

// A census file is one of two: one object without white space around the base64
// of a zstd frame, or what begins with streamMagic, members as they are.
const (
	streamMagic = "urna-census-1\n"
	maxWidth    = 16 // bytes of a weight in the second

	censusHead   = `{"type":1,"rootHash":"`
	censusMiddle = `","data":"`
	censusTail   = `","maxLevels":160}`
)

const (
	memberLen       = 1 + 2 + census.KeyLen + census.WeightLen
	maxCensusWindow = 8 << 20 // what a zstd decoder must support
)

// errCensus says what is wrong with a census file; the input's own errors are
// returned as they are.
type errCensus struct{ error }

func badCensus(format string, args ...any) error { return errCensus{fmt.Errorf(format, args...)} }

// readCensus computes the root of a census file, reading it once with the
// memory of one path, and compares it with the root that the file states.
func readCensus(in io.Reader) (root census.Root, m Members, err error) {
	r := bufio.NewReaderSize(in, 64<<10)
	if first, err := r.Peek(1); err == nil && first[0] == streamMagic[0] {
		return readStream(r)
	}
	if err := expect(r, censusHead); err != nil {
		return root, m, err
	}
	var text [64]byte
	if _, err := io.ReadFull(r, text[:]); err != nil {
		return root, m, torn(err)
	}
	if err := expect(r, censusMiddle); err != nil {
		return root, m, err
	}
	quoted := &untilQuote{r: r}
	z, err := zstd.NewReader(base64.NewDecoder(base64.StdEncoding.Strict(), quoted),
		zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxCensusWindow))
	if err != nil {
		return root, m, err
	}
	defer z.Close()
	if root, m, err = rootOfDump(bufio.NewReaderSize(z, 64<<10)); err != nil {
		if quoted.err != nil {
			err = quoted.err
		}
		return root, m, err
	}
	if err := expect(r, censusTail); err != nil {
		return root, m, err
	}
	switch _, err := r.ReadByte(); {
	case err == nil:
		return root, m, badCensus("there are bytes after the object")
	case !errors.Is(err, io.EOF):
		return root, m, err
	}
	if root.String() != string(text[:]) {
		return root, m, badCensus("its members make the root %s, it states %s", root, text)
	}
	return root, m, nil
}

// readStream is readCensus for the second form.
func readStream(r *bufio.Reader) (root census.Root, m Members, err error) {
	if err := expect(r, streamMagic); err != nil {
		return root, m, err
	}
	var head [len(root) + 8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return root, m, torn(err)
	}
	stated, count := census.Root(head[:]), binary.LittleEndian.Uint64(head[len(root):])
	var t rightEdge
	for ; m.Count < count; m.Count++ {
		var key [census.KeyLen + 1]byte
		var value [census.WeightLen]byte
		if _, err := io.ReadFull(r, key[:]); err != nil {
			return root, m, torn(err)
		}
		width := int(key[census.KeyLen])
		if width < 1 || width > maxWidth {
			return root, m, badCensus("member %d has a weight of %d bytes", m.Count, width)
		}
		if _, err := io.ReadFull(r, value[:width]); err != nil {
			return root, m, torn(err)
		}
		if value[width-1] == 0 {
			return root, m, badCensus("member %d has a weight of more bytes than it needs", m.Count)
		}
		if !t.add(census.Key(key[:]), census.LeafHash(census.Key(key[:]), value)) {
			return root, m, badCensus("member %d does not stand in its place", m.Count)
		}
		weight := weightOf(value)
		m.Weight.Add(&m.Weight, &weight)
	}
	switch _, err := r.ReadByte(); {
	case err == nil:
		return root, m, badCensus("there are bytes after the last member")
	case !errors.Is(err, io.EOF):
		return root, m, err
	}
	if root = t.root(); root != stated {
		return root, m, badCensus("its members make the root %s, it states %s", root, stated)
	}
	return root, m, nil
}

func expect(r io.Reader, want string) error {
	got := make([]byte, len(want))
	if _, err := io.ReadFull(r, got); err != nil {
		return torn(err)
	}
	if string(got) != want {
		return badCensus("%q stands where %q must", got, want)
	}
	return nil
}

func torn(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return badCensus("it ends too early")
	}
	return err
}

// untilQuote ends before the next quotation mark, which stays to be read.
type untilQuote struct {
	r   *bufio.Reader
	err error // of the input
}

func (u *untilQuote) Read(p []byte) (n int, err error) {
	for n < len(p) {
		c, err := u.r.ReadByte()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				u.err = err
			}
			return n, io.ErrUnexpectedEOF
		}
		if c == '"' {
			return n, errors.Join(u.r.UnreadByte(), io.EOF)
		}
		if c <= ' ' {
			c = '!' // the decoder would read over line feeds
		}
		p[n] = c
		n++
	}
	return n, nil
}

// rootOfDump hashes the members of a dump, which stand in the order of their
// paths.
func rootOfDump(r io.Reader) (root census.Root, m Members, err error) {
	var t rightEdge
	var record [memberLen]byte
	for {
		if _, err := io.ReadFull(r, record[:]); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return root, m, badCensus("member %d: %v", m.Count, err)
		}
		if record[0] != census.KeyLen || binary.LittleEndian.Uint16(record[1:]) != census.WeightLen {
			return root, m, badCensus("member %d does not have a key of %d and a weight of %d bytes", m.Count, census.KeyLen, census.WeightLen)
		}
		key, value := census.Key(record[3:]), [census.WeightLen]byte(record[3+census.KeyLen:])
		weight := weightOf(value)
		if err := ballot.CheckWeight(&weight); err != nil {
			return root, m, badCensus("member %d: %v", m.Count, err)
		}
		if !t.add(key, census.LeafHash(key, value)) {
			return root, m, badCensus("member %d does not stand in its place", m.Count)
		}
		m.Count++
		m.Weight.Add(&m.Weight, &weight)
	}
	return t.root(), m, nil
}

func weightOf(value [census.WeightLen]byte) (w uint256.Int) {
	for i := range w {
		w[i] = binary.LittleEndian.Uint64(value[8*i:])
	}
	return w
}

// rightEdge is a census tree of which only the nodes are kept that still miss
// something on their right.
type rightEdge struct {
	waiting []fork
	last    subtree
	any     bool
}

// subtree is a node with the level at which it stands, or a lone leaf, which
// stands at any level.
type subtree struct {
	hash  [32]byte
	key   census.Key // of one of its leaves
	level int        // census.Levels for a leaf
}

// fork is a node whose left half is complete.
type fork struct {
	left  subtree
	level int
}

// add takes the next leaf, and refuses one that does not come after the last.
func (t *rightEdge) add(key census.Key, hash [32]byte) bool {
	if t.any {
		level, ok := parting(&t.last.key, &key)
		if !ok {
			return false
		}
		t.join(level)
		t.waiting = append(t.waiting, fork{t.last, level})
	}
	t.last, t.any = subtree{hash, key, census.Levels}, true
	return true
}

// join completes the nodes that lie below a level.
func (t *rightEdge) join(level int) {
	for n := len(t.waiting); n > 0 && t.waiting[n-1].level > level; n-- {
		f := t.waiting[n-1]
		t.waiting = t.waiting[:n-1]
		left, right := f.left.at(f.level+1), t.last.at(f.level+1)
		t.last.hash, t.last.level = census.InnerHash(&left, &right), f.level
	}
}

// at is the node of the subtree at a level above it or its own: past siblings
// that are empty.
func (s *subtree) at(level int) [32]byte {
	node := s.hash
	if s.level == census.Levels {
		return node
	}
	var empty [32]byte
	for l := s.level - 1; l >= level; l-- {
		if s.key.Bit(l) == 1 {
			node = census.InnerHash(&empty, &node)
		} else {
			node = census.InnerHash(&node, &empty)
		}
	}
	return node
}

func (t *rightEdge) root() census.Root {
	if !t.any {
		return census.Root{}
	}
	t.join(-1)
	return census.Root(t.last.at(0))
}

// parting is the level at which the paths of two keys part, and whether the
// first one goes left.
func parting(a, b *census.Key) (level int, ok bool) {
	for i := range a {
		if d := a[i] ^ b[i]; d != 0 {
			level = 8*i + bits.TrailingZeros8(d)
			return level, a.Bit(level) == 0
		}
	}
	return 0, false
}
