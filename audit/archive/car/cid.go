package car

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"errors"
)

// Codecs of blocks.
const (
	DagPB byte = 0x70
	Raw   byte = 0x55
)

// CID names a block: version 1, one of the two codecs, SHA-256.
type CID struct {
	Codec byte
	Hash  [32]byte
}

const cidLen = 36

// ErrCID reports a text or bytes that are no CID as this package takes them.
var ErrCID = errors.New("not a CID of version 1 in base 32 of a file by SHA-256")

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func cidOf(codec byte, block []byte) CID { return CID{codec, sha256.Sum256(block)} }

// append writes the CID as it stands in links and frames.
func (c CID) append(b []byte) []byte {
	return append(append(b, 1, c.Codec, 0x12, sha256.Size), c.Hash[:]...)
}

// String is the multibase text, base 32 in lower case.
func (c CID) String() string { return "b" + base32Lower.EncodeToString(c.append(nil)) }

// ParseCID reads what String writes; the error is ErrCID.
func ParseCID(text string) (CID, error) {
	if len(text) != 1+base32Lower.EncodedLen(cidLen) || text[0] != 'b' {
		return CID{}, ErrCID
	}
	b, err := base32Lower.DecodeString(text[1:])
	if err != nil {
		return CID{}, ErrCID
	}
	c, err := readCID(b)
	if err != nil || c.String() != text { // the last character may have bits to spare
		return CID{}, ErrCID
	}
	return c, nil
}

func readCID(b []byte) (CID, error) {
	if len(b) != cidLen || b[0] != 1 || (b[1] != DagPB && b[1] != Raw) || !bytes.Equal(b[2:4], []byte{0x12, sha256.Size}) {
		return CID{}, ErrCID
	}
	return CID{b[1], [32]byte(b[4:])}, nil
}
