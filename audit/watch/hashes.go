package watch

import (
	"errors"
	"fmt"
	"io"
	"os"

	"urna/chain/light"
)

// hashes remembers the hash of every block as it was first seen: 32 bytes for
// each height from 1 on, zeros where none was seen. In a file if there is one.
type hashes struct {
	file *os.File
	held map[int64]light.Hash // without a file
}

func openHashes(path string) (*hashes, error) {
	if path == "" {
		return &hashes{held: map[int64]light.Hash{}}, nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.Size()%int64(len(light.Hash{})) != 0 {
		return nil, errors.Join(err, f.Close(), fmt.Errorf("watch: %s is not made of hashes", path))
	}
	return &hashes{file: f}, nil
}

// get returns the hash of a height, zero if none was seen.
func (s *hashes) get(height int64) (h light.Hash, err error) {
	if s.file == nil {
		return s.held[height], nil
	}
	if _, err = s.file.ReadAt(h[:], (height-1)*int64(len(h))); errors.Is(err, io.EOF) {
		return light.Hash{}, nil
	}
	return h, err
}

// put notes the hash of a height.
func (s *hashes) put(height int64, h light.Hash) error {
	if s.file == nil {
		s.held[height] = h
		return nil
	}
	_, err := s.file.WriteAt(h[:], (height-1)*int64(len(h)))
	return err
}

func (s *hashes) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
