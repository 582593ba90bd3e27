package state

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"urna/election"
)

// The log of an election can be published as files, in the layout of C2SP
// tlog-tiles: a tile of level l holds up to 256 hashes of full subtrees of
// 256^l records, which are just the nodes that are kept.

// TileWidth is how many hashes a full tile has, and records a full bundle.
const TileWidth = 1 << tileLevels

// LogTile returns the first width hashes of tile n of a level of an election's
// log; those of level 0 are of the records themselves. ErrNotFound says that the
// log does not have as many at this height.
func (v *View) LogTile(id election.ID, level uint8, n uint64, width int) ([]byte, error) {
	out := make([]byte, 0, max(0, min(width, TileWidth))*sha256.Size)
	err := v.eachInTile(id, level, n, width, func(value []byte) error {
		if level == 0 {
			value = hashLeaf(value)
		}
		if len(value) != sha256.Size {
			return fmt.Errorf("a hash has %d bytes", len(value))
		}
		out = append(out, value...)
		return nil
	})
	return out, err
}

// EntryBundle returns the records under tile n of level 0, each as its length in
// two bytes, big-endian, and its bytes.
func (v *View) EntryBundle(id election.ID, n uint64, width int) ([]byte, error) {
	var out []byte
	err := v.eachInTile(id, 0, n, width, func(record []byte) error {
		if len(record) > math.MaxUint16 {
			return fmt.Errorf("a record has %d bytes", len(record))
		}
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(record))), record...)
		return nil
	})
	return out, err
}

// eachInTile visits what is stored for the first width entries of a tile:
// records at level 0, hashes above.
func (v *View) eachInTile(id election.ID, level uint8, n uint64, width int, visit func([]byte) error) error {
	log, err := v.log(id)
	if err != nil {
		return err
	}
	have := uint64(0) // entries of the level
	if level < 64/tileLevels {
		have = log.Size >> (tileLevels * level)
	}
	if width < 1 || width > TileWidth || n > have/TileWidth || n*TileWidth+uint64(width) > have {
		return ErrNotFound
	}
	first := n * TileWidth
	start, stop := tileKey(id, level, first), tileKey(id, level, first+uint64(width))
	if level == 0 {
		start, stop = positionKey(leafKeys, id, first), positionKey(leafKeys, id, first+uint64(width))
	}
	it, err := v.store.db.Iter(start, stop)
	if err != nil {
		return err
	}
	found := 0
	for ; err == nil && it.Next(); found++ {
		err = visit(it.Value())
	}
	if err = errors.Join(err, it.Close()); err == nil && found != width {
		err = fmt.Errorf("only %d of %d entries are there", found, width)
	}
	if err != nil {
		return fmt.Errorf("state: tile %d of level %d of the log of %s: %w", n, level, id, err)
	}
	return nil
}
