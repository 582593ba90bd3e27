package tree

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"urna/census"
)

// A dump is the members in the order of their paths, each as the length of the
// key, the length of the value (two bytes, little-endian), key and value.
const recordLen = 1 + 2 + census.KeyLen + census.WeightLen

// Dump returns all members in the format in which censuses are published.
func (t *Tree) Dump() []byte {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return appendRecords(make([]byte, 0, recordLen*len(t.leaves)), t.leaves)
}

// Load fills an empty tree from a dump, whose members may stand in any order.
// The error is ErrNotEmpty, wraps ErrDump, or is the disk's; the tree is then
// still empty.
func (t *Tree) Load(dump []byte) error {
	leaves, err := readRecords(dump)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.leaves) > 0 {
		return ErrNotEmpty
	}
	leaves, repeated := t.fresh(leaves)
	if len(repeated) > 0 {
		return fmt.Errorf("%w: member %d is there twice", ErrDump, repeated[0].index)
	}
	if err := t.disk.append(leaves); err != nil {
		return err
	}
	t.merge(leaves)
	return nil
}

// Fill fills an empty tree with the members of r. The error is ErrNotEmpty,
// r's, or the disk's; the tree is then still empty.
func (t *Tree) Fill(r *Reader) error {
	leaves := make([]leaf, 0, min(r.size, 1<<20)) // a promise costs nothing
	for {
		l, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		leaves = append(leaves, l)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.leaves) > 0 {
		return ErrNotEmpty
	}
	if err := t.disk.append(leaves); err != nil {
		return err
	}
	t.merge(leaves)
	return nil
}

func appendRecords(b []byte, leaves []leaf) []byte {
	for i := range leaves {
		b = appendRecord(b, &leaves[i])
	}
	return b
}

func appendRecord(b []byte, l *leaf) []byte {
	key, value := l.key(), l.value()
	b = append(b, census.KeyLen)
	b = binary.LittleEndian.AppendUint16(b, census.WeightLen)
	b = append(b, key[:]...)
	return append(b, value[:]...)
}

func readRecords(dump []byte) ([]leaf, error) {
	if len(dump)%recordLen != 0 {
		return nil, fmt.Errorf("%w: %d bytes are not a number of members", ErrDump, len(dump))
	}
	leaves := make([]leaf, len(dump)/recordLen)
	for i := range leaves {
		var err error
		if leaves[i], err = readRecord(i, dump[i*recordLen:(i+1)*recordLen]); err != nil {
			return nil, err
		}
	}
	return leaves, nil
}

// readRecord reads member i of a dump.
func readRecord(i int, record []byte) (leaf, error) {
	if record[0] != census.KeyLen || binary.LittleEndian.Uint16(record[1:]) != census.WeightLen {
		return leaf{}, fmt.Errorf("%w: member %d does not have a key of %d and a weight of %d bytes", ErrDump, i, census.KeyLen, census.WeightLen)
	}
	l, err := newLeaf(census.Key(record[3:3+census.KeyLen]), littleEndian(record[3+census.KeyLen:]))
	if err != nil {
		return l, fmt.Errorf("%w: member %d: %w", ErrDump, i, err)
	}
	return l, nil
}
