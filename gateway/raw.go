package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"iter"
	"net/http"
	"strconv"
	"time"
)

// Who checks the chain on their own needs it as it was hashed and signed, not as
// this node tells it. These calls hand that out, byte for byte.

// immutable marks an answer that is the same for ever, for caches on the way.
const immutable = "public, max-age=31536000, immutable"

func (g *Gateway) genesisDocument(w http.ResponseWriter, r *http.Request) error {
	document := g.blocks.GenesisDocument()
	hash := sha256.Sum256(document)
	h := w.Header()
	h.Set("Content-Type", jsonType)
	h.Set("Cache-Control", "public, no-cache")
	h.Set("ETag", `"`+hex.EncodeToString(hash[:])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(document))
	return nil
}

// latest names the newest height in a path.
const latest = "latest"

// signedHeader answers with a header and its commit. The commit of the newest
// one may differ from node to node, and until it stands in a block.
func (g *Gateway) signedHeader(w http.ResponseWriter, r *http.Request) error {
	height := int64(0)
	if s := r.PathValue("height"); s != latest && s != "0" {
		var err error
		if height, err = heightParam(r, "height"); err != nil {
			return err
		}
	}
	b, err := g.blocks.Signed(r.Context(), height)
	if err != nil {
		return missing(err, codeBlockNotFound, "block not found")
	}
	if height != 0 && height < g.blocks.Height() {
		w.Header().Set("Cache-Control", immutable)
	}
	return replyBytes(w, binaryType, b.Encode())
}

// Bounds of one answer of raw blocks. A block may be larger: at least one is
// sent.
const (
	defaultRawBytes = 8 << 20
	maxRawBytes     = 64 << 20
	maxRawBlocks    = 1024
)

// rawRate is the least speed, in bytes per second, at which raw blocks and files
// must be taken, or the connection is cut.
const rawRate = 64 << 10

// rawBlock is a block that will be sent.
type rawBlock struct {
	size   int
	pieces iter.Seq2[[]byte, error]
}

// rawBlocks sends blocks from a height on, each after its length. Only pieces
// are in memory, however large a block is.
func (g *Gateway) rawBlocks(w http.ResponseWriter, r *http.Request) error {
	from, err := heightParam(r, "from")
	if err != nil {
		return err
	}
	room := int64(defaultRawBytes)
	if s := param(r, "max"); s != "" {
		if room, err = strconv.ParseInt(s, 10, 64); err != nil || room < 1 {
			return problem(http.StatusBadRequest, codeNumber, "max %q is not a number of bytes", s)
		}
	}
	blocks, total, all, err := g.rawFrom(r, from, min(room, maxRawBytes))
	if err != nil {
		return err
	}
	if len(blocks) == 0 {
		if base := g.blocks.Base(); from < base {
			return problem(http.StatusNotFound, codeBlockNotFound, "this node has blocks from height %d on", base)
		}
		return replyNotYet(w)
	}
	h := w.Header()
	h.Set("Content-Type", binaryType)
	h.Set("Content-Length", strconv.FormatInt(total, 10))
	if !all {
		h.Set("Cache-Control", immutable) // the next block would not change it
	}
	w.WriteHeader(http.StatusOK)
	return g.sendRaw(w, blocks)
}

// rawFrom looks up which blocks an answer has, the bytes of all of it, and
// whether there are no more.
func (g *Gateway) rawFrom(r *http.Request, from, room int64) (blocks []rawBlock, total int64, all bool, err error) {
	for len(blocks) < maxRawBlocks && total < room {
		var b rawBlock
		b.size, b.pieces, err = g.blocks.RawBlock(r.Context(), from+int64(len(blocks)))
		if errors.Is(err, ErrNoBlock) {
			return blocks, total, true, nil
		}
		if err != nil {
			return nil, 0, false, err
		}
		blocks = append(blocks, b)
		total += int64(len(binary.AppendUvarint(nil, uint64(b.size))) + b.size)
	}
	return blocks, total, false, nil
}

// paced writes at the speed of the client, until that falls below rawRate. It
// returns false when the client went away.
func (g *Gateway) paced(w http.ResponseWriter) (write func([]byte) bool) {
	rc, until := http.NewResponseController(w), time.Now().Add(g.limits.Timeout)
	return func(b []byte) bool {
		until = until.Add(time.Duration(len(b)) * time.Second / rawRate)
		_ = rc.SetWriteDeadline(until) // in tests connections have none
		_, err := w.Write(b)
		return err == nil
	}
}

// sendRaw writes blocks.
func (g *Gateway) sendRaw(w http.ResponseWriter, blocks []rawBlock) error {
	write := g.paced(w)
	for _, b := range blocks {
		if !write(binary.AppendUvarint(nil, uint64(b.size))) {
			return nil // the client went away
		}
		for piece, err := range b.pieces {
			if err != nil {
				return err
			}
			if !write(piece) {
				return nil
			}
		}
	}
	return nil
}
