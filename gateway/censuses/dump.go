package censuses

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"urna/census"
	"urna/census/tree"
)

// recordLen is the length of a member in a dump and on disk.
const recordLen = 1 + 2 + census.KeyLen + census.WeightLen

// dumpType is the wire's number for trees of weights hashed with BLAKE2b.
const dumpType = 1

// Dump is a whole census as it travels: in answers, and as the document that
// publishing puts into the file store.
type Dump struct {
	Type      int    `json:"type"`
	RootHash  string `json:"rootHash"`  // hex
	Data      []byte `json:"data"`      // members as census/tree dumps them, zstd
	MaxLevels int    `json:"maxLevels"` // of the tree
}

func (s *Service) openCodec() (err error) {
	if s.zip, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(2)); err != nil {
		return err
	}
	limit := max(uint64(recordLen)*uint64(s.cfg.MaxMembers), 1<<20) // no frame fits into less
	s.unzip, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(limit))
	return err
}

// dump needs e.mu.
func (s *Service) dump(e *entry) Dump {
	return Dump{
		Type: dumpType, RootHash: e.tree.Root().String(), MaxLevels: census.Levels,
		Data: s.zip.EncodeAll(e.tree.Dump(), nil),
	}
}

// unpack never returns more than the largest census takes, whatever a hostile
// frame promises.
func (s *Service) unpack(packed []byte) ([]byte, error) {
	dump, err := s.unzip.DecodeAll(packed, nil)
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeExceeded):
		return nil, ErrTooLarge
	case err != nil:
		return nil, fmt.Errorf("%w: %w", tree.ErrDump, err)
	case len(dump) > recordLen*s.cfg.MaxMembers:
		return nil, ErrTooLarge
	}
	return dump, nil
}

func (d *Dump) document() ([]byte, error) { return json.Marshal(d) }
