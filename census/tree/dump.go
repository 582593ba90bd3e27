package tree

import (
	"encoding/binary"
	"fmt"

	"github.com/holiman/uint256"

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
		return fmt.Errorf("%w: member %d is there twice", ErrDump, repeated[0])
	}
	if err := t.disk.append(leaves); err != nil {
		return err
	}
	t.merge(leaves)
	return nil
}

func appendRecords(b []byte, leaves []leaf) []byte {
	for i := range leaves {
		key, w := leaves[i].key(), leaves[i].amount()
		value := census.WeightValue(&w)
		b = append(b, census.KeyLen)
		b = binary.LittleEndian.AppendUint16(b, census.WeightLen)
		b = append(b, key[:]...)
		b = append(b, value[:]...)
	}
	return b
}

func readRecords(dump []byte) ([]leaf, error) {
	if len(dump)%recordLen != 0 {
		return nil, fmt.Errorf("%w: %d bytes are not a number of members", ErrDump, len(dump))
	}
	leaves := make([]leaf, 0, len(dump)/recordLen)
	for i := 0; len(dump) > 0; i++ {
		record := dump[:recordLen]
		dump = dump[recordLen:]
		if record[0] != census.KeyLen || binary.LittleEndian.Uint16(record[1:]) != census.WeightLen {
			return nil, fmt.Errorf("%w: member %d does not have a key of %d and a weight of %d bytes", ErrDump, i, census.KeyLen, census.WeightLen)
		}
		var w uint256.Int
		for limb := range w {
			w[limb] = binary.LittleEndian.Uint64(record[3+census.KeyLen+8*limb:])
		}
		l, err := newLeaf(census.Key(record[3:3+census.KeyLen]), &w)
		if err != nil {
			return nil, fmt.Errorf("%w: member %d: %w", ErrDump, i, err)
		}
		leaves = append(leaves, l)
	}
	return leaves, nil
}
