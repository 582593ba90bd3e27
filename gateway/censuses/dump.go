package censuses

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"urna/census"
	"urna/census/tree"
)

// MemberLen is the length of a member in a dump and on disk, in bytes.
const MemberLen = 1 + 2 + census.KeyLen + census.WeightLen

// dumpType is the wire's number for trees of weights hashed with BLAKE2b.
const dumpType = 1

// maxDocument is the most members of a census that is published as the JSON
// document that existing gateways read; a larger one is a census file, see
// tree.FileMagic, which is a third smaller and read as it comes.
const maxDocument = 100_000

// maxDocumentLen is the most bytes of a document that is imported: it is read
// whole before it is known what it says, and has a million members.
const maxDocumentLen = 32 << 20

// maxHead is where a document must have said which census it is.
const maxHead = 4096

// maxWindow is how far back a packed dump may refer.
const maxWindow = 8 << 20

// document is a census as existing gateways publish it.
type document struct {
	Type      int    `json:"type"`
	RootHash  string `json:"rootHash"`  // hex
	Data      []byte `json:"data"`      // members as census/tree dumps them, zstd
	MaxLevels int    `json:"maxLevels"` // of the tree
}

// writeDocument writes the document of a census of any size with little memory.
func writeDocument(w io.Writer, r *tree.Reader, step func(done int) error) error {
	if _, err := fmt.Fprintf(w, `{"type":%d,"rootHash":"%s","data":"`, dumpType, r.Root()); err != nil {
		return err
	}
	text := base64.NewEncoder(base64.StdEncoding, w)
	zip, err := zstd.NewWriter(text, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return err
	}
	if err := errors.Join(tree.WriteDump(zip, r, step), zip.Close()); err != nil {
		return err
	}
	if err := text.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, `","maxLevels":%d}`, census.Levels)
	return err
}

// writeCensus writes what publishing puts into the file store.
func writeCensus(w io.Writer, r *tree.Reader, step func(done int) error) error {
	if r.Size() > maxDocument {
		return tree.WriteFile(w, r, step)
	}
	return writeDocument(w, r, step)
}

// readCensus reads a document or a census file of at most limit members. What a
// Reader promises is not checked yet. The error wraps tree.ErrDump or ErrTooLarge,
// or is the source's.
func readCensus(from io.Reader, limit int) (*tree.Reader, error) {
	in := bufio.NewReaderSize(from, maxHead)
	if head, _ := in.Peek(1); string(head) == tree.FileMagic[:1] {
		r, err := tree.NewReader(in)
		if err == nil && r.Size() > limit {
			return nil, ErrTooLarge
		}
		return r, err
	}
	root, err := rootOf(in)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(in, maxDocumentLen+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxDocumentLen {
		return nil, fmt.Errorf("%w: a document of more than %d bytes", ErrTooLarge, maxDocumentLen)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("%w: %w", tree.ErrDump, err)
	}
	if d.Type != dumpType || !strings.EqualFold(d.RootHash, root.String()) {
		return nil, fmt.Errorf("%w: a document of type %d with root %q", tree.ErrDump, d.Type, d.RootHash)
	}
	return unpack(root, d.Data, limit)
}

// rootOf finds out which census a document or file is, without taking anything
// from the buffer, which must hold maxHead bytes.
func rootOf(in *bufio.Reader) (root census.Root, err error) {
	head, err := in.Peek(maxHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return root, err
	}
	if text, ok := bytes.CutPrefix(head, []byte(tree.FileMagic)); ok && len(text) >= len(root) {
		return census.Root(text), nil
	}
	if !bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("{")) {
		return root, fmt.Errorf("%w: neither a document nor a census file", tree.ErrDump)
	}
	_, text, _ := bytes.Cut(head, []byte(`"rootHash"`))
	text = bytes.TrimLeft(text, " \t\r\n:\"")
	if len(text) < 2*len(root) {
		return root, fmt.Errorf("%w: it does not begin with its root", tree.ErrDump)
	}
	if _, err := hex.Decode(root[:], text[:2*len(root)]); err != nil {
		return root, fmt.Errorf("%w: its root is not hex", tree.ErrDump)
	}
	return root, nil
}

// unpack reads a packed dump with memory for its members alone, whatever a
// hostile frame promises.
func unpack(root census.Root, packed []byte, limit int) (*tree.Reader, error) {
	unzip, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", tree.ErrDump, err)
	}
	defer unzip.Close()
	r, err := tree.Sort(root, unzip, limit)
	switch {
	case errors.Is(err, tree.ErrTooMany):
		return nil, ErrTooLarge
	case err != nil && !errors.Is(err, tree.ErrDump):
		return nil, fmt.Errorf("%w: %w", tree.ErrDump, err) // zstd's
	}
	return r, err
}
