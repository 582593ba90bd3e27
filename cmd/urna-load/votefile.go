package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"urna/tx"
)

// votefile keeps signed votes on disk, ready to send, so that half a million of
// them do not fill the memory that the node under test may need. A file is a
// line of JSON and then, for each vote, the transaction's hash, its length (four
// bytes, big-endian) and its bytes.

// recordHead is what stands before the bytes of a vote.
const recordHead = 32 + 4

// header says what the votes of a file are for.
type header struct {
	Chain    string `json:"chain"`
	Election string `json:"election"`
	Votes    int    `json:"votes"`
}

// voteFile is a file of votes; its index is in memory.
type voteFile struct {
	header header
	f      *os.File
	w      *bufio.Writer
	at     []int64 // where each vote starts, and where the last one ends
}

// createVotes makes a file at path, or one without a name if path is empty.
func createVotes(path string, h header) (*voteFile, error) {
	var f *os.File
	var err error
	if path != "" {
		f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	} else if f, err = os.CreateTemp("", "urna-load-*.votes"); err == nil {
		err = os.Remove(f.Name()) // the open file lives on
	}
	if err != nil {
		return nil, err
	}
	line, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	v := &voteFile{header: h, f: f, w: bufio.NewWriterSize(f, 1<<20), at: []int64{int64(len(line)) + 1}}
	_, err = v.w.Write(append(line, '\n'))
	return v, err
}

// openVotes reads the index of a file.
func openVotes(path string) (*voteFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	v := &voteFile{f: f}
	if err := v.index(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return v, nil
}

func (v *voteFile) index() error {
	r := bufio.NewReaderSize(v.f, 1<<20)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return errors.New("not a file of votes")
	}
	if err := json.Unmarshal(line, &v.header); err != nil {
		return fmt.Errorf("not a file of votes: %w", err)
	}
	at := int64(len(line))
	v.at = append(v.at, at)
	for {
		var head [recordHead]byte
		if _, err := io.ReadFull(r, head[:]); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		n := binary.BigEndian.Uint32(head[32:])
		if n == 0 || n > tx.MaxTxBytes {
			return fmt.Errorf("vote %d has %d bytes", len(v.at), n)
		}
		if _, err := r.Discard(int(n)); err != nil {
			return fmt.Errorf("vote %d is cut off", len(v.at))
		}
		at += recordHead + int64(n)
		v.at = append(v.at, at)
	}
	if v.len() != v.header.Votes {
		return fmt.Errorf("%d votes, not %d", v.len(), v.header.Votes)
	}
	return nil
}

func (v *voteFile) append(id tx.ID, raw []byte) error {
	head := binary.BigEndian.AppendUint32(id[:], uint32(len(raw)))
	if _, err := v.w.Write(head); err != nil {
		return err
	}
	v.at = append(v.at, v.at[len(v.at)-1]+int64(len(head)+len(raw)))
	_, err := v.w.Write(raw)
	return err
}

func (v *voteFile) flush() error { return v.w.Flush() }

// len is how many votes there are.
func (v *voteFile) len() int { return len(v.at) - 1 }

// read returns the votes with the given numbers. It may be called by several
// goroutines.
func (v *voteFile) read(numbers []int) ([][]byte, error) {
	out := make([][]byte, len(numbers))
	for i, n := range numbers {
		b := make([]byte, v.at[n+1]-v.at[n]-recordHead)
		if _, err := v.f.ReadAt(b, v.at[n]+recordHead); err != nil {
			return nil, fmt.Errorf("vote %d: %w", n, err)
		}
		out[i] = b
	}
	return out, nil
}

// hashes returns the hashes of the votes with the given numbers.
func (v *voteFile) hashes(numbers []int) ([]tx.ID, error) {
	out := make([]tx.ID, len(numbers))
	for i, n := range numbers {
		if _, err := v.f.ReadAt(out[i][:], v.at[n]); err != nil {
			return nil, fmt.Errorf("vote %d: %w", n, err)
		}
	}
	return out, nil
}

// bytes is the size of all votes.
func (v *voteFile) bytes() int64 { return v.at[len(v.at)-1] - v.at[0] - recordHead*int64(v.len()) }

func (v *voteFile) close() error { return v.f.Close() }
