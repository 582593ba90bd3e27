// Package tiles writes and verifies the vote log of an election as a directory
// of static files, in the layout of C2SP tlog-tiles, so that any web server can
// replicate it and any client of transparency logs can read it:
// docs/spec/proofs.md section 7.
//
// It promises that a directory which Verify accepts holds the votes that the
// election's log record commits to, and nothing besides. The signature below
// the checkpoint says who published the files and makes nothing true; what does
// is the proof document beside it.
package tiles

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"

	"urna/chain/light"
	"urna/election"
)

// Names of files.
const (
	checkpointFile = "checkpoint"
	proofFile      = "proof.json"
	tileDirectory  = "tile"
)

// width is how many hashes a full tile has, and records a full bundle.
const width = 256

// Bounds of files that are read whole.
const (
	maxCheckpoint = 4096
	maxProof      = 16 << 20
	maxBundle     = width * (2 + math.MaxUint16)
)

// origin is the name of an election's log.
func origin(chainID string, id election.ID) string { return chainID + "/votes/" + id.String() }

// keyName is the name of the key that signs its checkpoints: spaces and plus
// signs may not stand in it.
func keyName(origin string) string { return strings.NewReplacer(" ", "_", "+", "_").Replace(origin) }

// checkpointText is the text that a publisher signs.
func checkpointText(origin string, size uint64, root light.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(root[:]))
}

// tilePath is the name of a tile of a level, or of a bundle of entries.
func tilePath(level string, n uint64, filled int) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if filled < width {
		name += ".p/" + strconv.Itoa(filled)
	}
	return tileDirectory + "/" + level + "/" + name
}

var logTree = &compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}

// layout makes the files of a log while its records come in.
type layout struct {
	emit   func(path string, content []byte) error
	size   uint64
	bundle []byte
	levels []level
	log    *compact.Range
}

// level is the last tile of a level, as far as it is filled.
type level struct {
	n      uint64 // tiles before it
	hashes [][]byte
}

func newLayout(emit func(path string, content []byte) error) *layout {
	return &layout{emit: emit, log: logTree.NewEmptyRange(0)}
}

// add takes the next record.
func (l *layout) add(record []byte) error {
	if len(record) > math.MaxUint16 {
		return fmt.Errorf("record %d has %d bytes", l.size, len(record))
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(record)
	if err := l.log.Append(leaf, nil); err != nil {
		return err
	}
	l.bundle = append(binary.BigEndian.AppendUint16(l.bundle, uint16(len(record))), record...)
	l.size++
	if l.size%width == 0 {
		if err := l.emit(tilePath("entries", l.size/width-1, width), l.bundle); err != nil {
			return err
		}
		l.bundle = nil
	}
	return l.hash(0, leaf)
}

// hash adds a hash to a level, and that of a full tile to the one above.
func (l *layout) hash(at int, hash []byte) error {
	if at == len(l.levels) {
		l.levels = append(l.levels, level{})
	}
	t := &l.levels[at]
	t.hashes = append(t.hashes, hash)
	if len(t.hashes) < width {
		return nil
	}
	full := t.hashes
	t.hashes = nil
	t.n++
	if err := l.emit(tilePath(strconv.Itoa(at), t.n-1, width), join(full)); err != nil {
		return err
	}
	above := logTree.NewEmptyRange(0)
	for _, h := range full {
		if err := above.Append(h, nil); err != nil {
			return err
		}
	}
	root, err := above.GetRootHash(nil)
	if err != nil {
		return err
	}
	return l.hash(at+1, root)
}

// finish makes the files that are not full.
func (l *layout) finish() (root light.Hash, err error) {
	if n := int(l.size % width); n > 0 {
		if err := l.emit(tilePath("entries", l.size/width, n), l.bundle); err != nil {
			return root, err
		}
	}
	for at := range l.levels {
		t := &l.levels[at]
		if len(t.hashes) == 0 {
			continue
		}
		if err := l.emit(tilePath(strconv.Itoa(at), t.n, len(t.hashes)), join(t.hashes)); err != nil {
			return root, err
		}
	}
	if l.size == 0 {
		return light.Hash(rfc6962.DefaultHasher.EmptyRoot()), nil
	}
	hash, err := l.log.GetRootHash(nil)
	if err != nil {
		return root, err
	}
	return light.Hash(hash), nil
}

func join(hashes [][]byte) []byte {
	out := make([]byte, 0, len(hashes)*sha256.Size)
	for _, h := range hashes {
		out = append(out, h...)
	}
	return out
}
