package state

import (
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"urna/election"
)

// tileReader reads tiles for the Go team's own reader of transparency logs.
type tileReader struct {
	t    *testing.T
	view *View
	id   election.ID
}

func (r tileReader) Height() int                     { return tileLevels }
func (r tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

func (r tileReader) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		b, err := r.view.LogTile(r.id, uint8(tile.L), uint64(tile.N), tile.W)
		if err != nil {
			return nil, err
		}
		data = append(data, b)
	}
	return data, nil
}

// Every tile that a log of the view's size has is read and hashed up to the
// root by another implementation, and so is every record of every bundle.
func TestAnotherReaderFindsEveryVoteInTheTiles(t *testing.T) {
	const n = 66_000 // one tile of the second level
	s, id, votes := sized(t, Config{}, n, 22_000)
	closing(t, s)
	for height := s.Height() - 2; height <= s.Height(); height++ {
		v, err := s.ViewAt(height)
		must(t, err)
		log, err := v.Log(id)
		must(t, err)
		tree := tlog.Tree{N: int64(log.Size), Hash: tlog.Hash(log.Root)}
		hashes := tlog.TileHashReader(tree, tileReader{t, v, id})
		for pos := uint64(0); pos < log.Size; pos += 1 + log.Size/97 {
			p, err := tlog.ProveRecord(tree.N, int64(pos), hashes)
			must(t, err)
			must(t, tlog.CheckRecord(p, tree.N, tree.Hash, int64(pos), tlog.RecordHash(bytesOf(&votes[pos].Record))))
		}
		for _, tile := range tlog.NewTiles(tileLevels, 0, tree.N) {
			want, err := tlog.ReadTileData(tile, hashes)
			must(t, err)
			if got, err := v.LogTile(id, uint8(tile.L), uint64(tile.N), tile.W); err != nil || string(got) != string(want) {
				t.Fatalf("height %d, %s: %v", height, tile.Path(), err)
			}
		}
		for first := uint64(0); first < log.Size; first += TileWidth {
			width := int(min(TileWidth, log.Size-first))
			b, err := v.EntryBundle(id, first/TileWidth, width)
			must(t, err)
			for pos := first; len(b) > 0; pos++ {
				size := int(binary.BigEndian.Uint16(b))
				if string(b[2:2+size]) != string(bytesOf(&votes[pos].Record)) {
					t.Fatalf("record %d is another one", pos)
				}
				b = b[2+size:]
				width--
			}
			if width != 0 {
				t.Fatalf("bundle %d lacks %d records", first/TileWidth, width)
			}
		}
	}
}

func TestATileThatTheLogDoesNotHaveIsNotFound(t *testing.T) {
	s, id, _ := sized(t, Config{KeepVersions: 9}, 600, 300)
	closing(t, s)
	older, err := s.ViewAt(s.Height() - 1) // 300 votes
	must(t, err)
	for _, c := range []struct {
		view  *View
		id    election.ID
		level uint8
		n     uint64
		width int
		found bool
	}{
		{s.View(), id, 0, 0, 256, true},
		{s.View(), id, 0, 2, 88, true},
		{s.View(), id, 0, 2, 89, false},
		{s.View(), id, 0, 2, 256, false},
		{s.View(), id, 0, 3, 1, false},
		{s.View(), id, 0, 0, 0, false},
		{s.View(), id, 0, 0, -1, false},
		{s.View(), id, 0, 0, 257, false},
		{s.View(), id, 1, 0, 2, true},
		{s.View(), id, 1, 0, 3, false},
		{s.View(), id, 2, 0, 1, false},
		{s.View(), id, 8, 0, 1, false},
		{s.View(), id, 255, 0, 1, false},
		{s.View(), id, 0, 1 << 56, 1, false},
		{s.View(), id, 0, 1<<64 - 1, 256, false},
		{older, id, 0, 1, 44, true},
		{older, id, 0, 1, 45, false},
		{older, id, 1, 0, 1, true},
		{older, id, 1, 0, 2, false},
		{s.View(), electionID(2), 0, 0, 1, false},
	} {
		tile, err := c.view.LogTile(c.id, c.level, c.n, c.width)
		if c.found && (err != nil || len(tile) != 32*c.width) || !c.found && !errors.Is(err, ErrNotFound) {
			t.Errorf("level %d, tile %d, width %d: %d bytes, %v", c.level, c.n, c.width, len(tile), err)
		}
		if c.level > 0 {
			continue
		}
		if _, err := c.view.EntryBundle(c.id, c.n, c.width); c.found != (err == nil) {
			t.Errorf("bundle %d, width %d: %v", c.n, c.width, err)
		}
	}
}

func TestATileWithAHoleIsAFault(t *testing.T) {
	s, id, _ := sized(t, Config{}, 600, 600)
	closing(t, s)
	must(t, s.db.Delete(tileKey(id, 1, 1)))
	must(t, s.db.Delete(positionKey(leafKeys, id, 7)))
	for level := range uint8(2) {
		if _, err := s.View().LogTile(id, level, 0, 2+int(1-level)*250); err == nil || errors.Is(err, ErrNotFound) {
			t.Errorf("level %d: %v", level, err)
		}
	}
}
