package archive

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"urna/chain/light"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/tx"
)

// Bounds on an entry of 60-blocks; CometBFT's blocks have at most 100 MiB.
const (
	maxHeaderBytes = 16 << 10
	maxCommitBytes = 1 << 20
	maxEntryTxs    = 1 << 22
	maxEntryBytes  = 128 << 20
)

// entry is a height of 60-blocks: its header, its commit if it ends a run, and
// its transactions if some are of the election.
type entry struct {
	header *light.Header
	commit *light.Commit // nil if it has none
	txs    []entryTx
	size   int // bytes of the transactions
}

// entryTx is a transaction of a block.
type entryTx struct {
	hash light.Hash // SHA-256 of raw
	raw  []byte     // nil if it is not of the election
}

// encode appends the entry.
func (e *entry) encode(b []byte) []byte {
	w := codec.Writer{B: b}
	w.Bytes(e.header.Encode())
	if e.commit == nil {
		w.Bytes(nil)
	} else {
		w.Bytes(e.commit.Encode())
	}
	w.Uvarint(uint64(len(e.txs)))
	for i := range e.txs {
		if t := &e.txs[i]; t.raw == nil {
			w.U8(0)
			w.Fixed(t.hash[:])
		} else {
			w.U8(1)
			w.Bytes(t.raw)
		}
	}
	return w.B
}

// readEntry reads the next entry of a stream; io.EOF says that there is none.
// The hashes of transactions that are there are left to whoever hashes them.
func readEntry(r *bufio.Reader) (*entry, error) {
	if _, err := r.Peek(1); err != nil {
		return nil, err
	}
	e := &entry{}
	header, err := readBytes(r, maxHeaderBytes)
	if err != nil {
		return nil, err
	}
	commit, err := readBytes(r, maxCommitBytes)
	if err != nil {
		return nil, err
	}
	if e.header, err = light.ParseHeader(header); err != nil {
		return nil, err
	}
	if len(commit) > 0 {
		if e.commit, err = light.ParseCommit(commit); err != nil {
			return nil, err
		}
	}
	n, err := readUvarint(r)
	if err != nil {
		return nil, err
	}
	if n > maxEntryTxs {
		return nil, check.Fail(check.Frame, "a block of %d transactions", n)
	}
	for range n {
		t, err := readTx(r)
		if err != nil {
			return nil, err
		}
		if e.size += len(t.raw) + len(t.hash); e.size > maxEntryBytes {
			return nil, check.Fail(check.Frame, "the transactions of block %d have more than %d bytes", e.header.Height, maxEntryBytes)
		}
		e.txs = append(e.txs, t)
	}
	return e, nil
}

func readTx(r *bufio.Reader) (t entryTx, err error) {
	kind, err := r.ReadByte()
	switch {
	case err != nil:
		return t, short(err)
	case kind == 0:
		_, err = io.ReadFull(r, t.hash[:])
		return t, short(err)
	case kind > 1:
		return t, check.Fail(check.Frame, "a transaction of the kind %d", kind)
	}
	if t.raw, err = readBytes(r, tx.MaxTxBytes); err == nil && len(t.raw) == 0 {
		t.raw = []byte{}
	}
	return t, err
}

// readBytes reads a length of at most limit and that many bytes.
func readBytes(r *bufio.Reader, limit int) ([]byte, error) {
	n, err := readUvarint(r)
	if err != nil {
		return nil, err
	}
	if n > uint64(limit) {
		return nil, check.Fail(check.Frame, "a string of %d bytes; the bound is %d", n, limit)
	}
	b := make([]byte, n)
	_, err = io.ReadFull(r, b)
	return b, short(err)
}

// readUvarint reads a number in its shortest form.
func readUvarint(r *bufio.Reader) (uint64, error) {
	var b [binary.MaxVarintLen64]byte
	for i := range b {
		c, err := r.ReadByte()
		if err != nil {
			return 0, short(err)
		}
		if b[i] = c; c < 0x80 {
			in := codec.NewReader(b[:i+1])
			v := in.Uvarint()
			if in.Done() == nil {
				return v, nil
			}
			break
		}
	}
	return 0, check.Fail(check.Frame, "a number is not written as it must be")
}

// short tells a file that ends in the middle of a value from an input that
// fails.
func short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return check.Fail(check.Frame, "a file ends in the middle of a value")
	}
	return err
}

// checkBody compares the transactions with the data hash of the header.
func (e *entry) checkBody() error {
	if len(e.txs) == 0 {
		return nil
	}
	leaves := make([][]byte, len(e.txs))
	for i := range e.txs {
		leaves[i] = e.txs[i].hash[:]
	}
	if got := light.MerkleRoot(leaves); got != e.header.DataHash {
		return check.Fail(check.Body, "the transactions of block %d hash to %x, its header says %x", e.header.Height, got, e.header.DataHash)
	}
	return nil
}

func (t *entryTx) sum() {
	if t.raw != nil {
		t.hash = sha256.Sum256(t.raw)
	}
}

// readAll reads a small file whole.
func readAll(r io.Reader, name string, size uint64, limit int) ([]byte, error) {
	if size > uint64(limit) {
		return nil, check.Fail(check.Frame, "%s has %d bytes; the bound is %d", name, size, limit)
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	_, err := r.Read(make([]byte, 1))
	if !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, check.Fail(check.Frame, "%s is longer than it says", name))
	}
	return b, nil
}
