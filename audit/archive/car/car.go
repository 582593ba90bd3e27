// Package car writes and reads a directory of files as one file of blocks: CAR
// version 1, with dag-pb and UnixFS, as docs/spec/audit.md section 2 says.
//
// It promises that the same files make the same bytes, that reading takes
// memory for one block and the way down to it only, and that a Reader lets no
// byte through that the root does not name. It refuses everything that a
// Builder would not write, except that files which others have made may be laid
// out as those others liked. It is no IPFS node: package ipfs is one, and the
// judge of this one in its tests.
package car

import (
	"bytes"
	"encoding/binary"
)

// The header: DAG-CBOR of {"roots": [root], "version": 1} and its length.
var (
	headerHead = []byte("\x3a\xa2\x65roots\x81\xd8\x2a\x58\x25\x00")
	headerTail = []byte("\x67version\x01")
)

func appendHeader(b []byte, root CID) []byte {
	return append(root.append(append(b, headerHead...)), headerTail...)
}

func readHeader(b []byte) (CID, bool) {
	at := len(headerHead)
	if len(b) != at+cidLen+len(headerTail) || !bytes.HasPrefix(b, headerHead) || !bytes.HasSuffix(b, headerTail) {
		return CID{}, false
	}
	root, err := readCID(b[at : at+cidLen])
	return root, err == nil
}

// appendFrame puts a CID and a length before a block.
func appendFrame(b []byte, c CID, block int) []byte {
	return c.append(binary.AppendUvarint(b, uint64(cidLen+block)))
}
