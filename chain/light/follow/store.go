package follow

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/cometbft/cometbft/light/store"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
	"urna/internal/codec"
)

const (
	storeName  = "trusted"
	storeMagic = "urna light client 1\n"

	// maxStored bounds the file. The first header, from which everything else
	// followed, is among them and stays.
	maxStored = 100
)

// ErrOtherRoot says that a directory belongs to a client that trusts something
// else.
var ErrOtherRoot = errors.New("follow: the directory is that of a client that trusts another genesis or checkpoint; take another one, or remove it")

// fileStore keeps the headers that a light client has come to trust, in one
// small file that is always whole: it is written anew and renamed. It is what
// CometBFT's client calls a trusted store; whoever can write the file decides
// what is trusted.
//
//	magic ‖ bytes root ‖ uvarint n ‖ n × bytes signed header ‖ SHA-256 of all before
type fileStore struct {
	dir  string // "": nothing is kept
	root []byte // what everything follows from

	mu     sync.Mutex
	blocks map[int64]*light.Block
}

var _ store.Store = (*fileStore)(nil)

// openStore reads the file in a directory, which is made if it is missing.
func openStore(dir string, root []byte) (*fileStore, error) {
	s := &fileStore{dir: dir, root: root, blocks: map[int64]*light.Block{}}
	if dir == "" {
		return s, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("follow: %w", err)
	}
	b, err := os.ReadFile(s.path())
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = s.decode(b)
	}
	if err != nil {
		return nil, fmt.Errorf("follow: %s: %w", s.path(), err)
	}
	return s, nil
}

func (s *fileStore) path() string { return filepath.Join(s.dir, storeName) }

func (s *fileStore) encode() []byte {
	w := codec.Writer{B: []byte(storeMagic)}
	w.Bytes(s.root)
	w.Uvarint(uint64(len(s.blocks)))
	for _, h := range s.heights() {
		w.Bytes(s.blocks[h].Encode())
	}
	sum := sha256.Sum256(w.B)
	return append(w.B, sum[:]...)
}

func (s *fileStore) decode(b []byte) error {
	body, ok := bytes.CutPrefix(b, []byte(storeMagic))
	if !ok || len(body) < sha256.Size {
		return errors.New("this is no store of a light client")
	}
	end := len(b) - sha256.Size
	if sha256.Sum256(b[:end]) != [sha256.Size]byte(b[end:]) {
		return errors.New("the file is damaged; remove it, and trust is found anew")
	}
	r := codec.NewReader(body[:len(body)-sha256.Size])
	if root := r.Bytes(light.MaxBlockBytes); r.Err() == nil && !bytes.Equal(root, s.root) {
		return ErrOtherRoot
	}
	n := r.Uvarint()
	for i := uint64(0); i < n && r.Err() == nil; i++ {
		b, err := light.ParseBlock(r.Bytes(light.MaxBlockBytes))
		if err != nil {
			return err
		}
		s.blocks[b.Header.Height] = b
	}
	if err := r.Done(); err != nil {
		return err
	}
	if uint64(len(s.blocks)) != n {
		return errors.New("a height stands twice")
	}
	return nil
}

// save writes the file. The caller holds the lock.
func (s *fileStore) save() error {
	if s.dir == "" {
		return nil
	}
	return writeFile(s.path(), s.encode())
}

// writeFile replaces a file as a whole: after a crash it is the old or the new
// one.
func writeFile(path string, b []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (s *fileStore) heights() []int64 { return slices.Sorted(maps.Keys(s.blocks)) }

// add keeps a signed header.
func (s *fileStore) add(b *light.Block) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blocks[b.Header.Height] = b
	return s.save()
}

// block is what is kept of a height, nil if nothing is.
func (s *fileStore) block(height int64) *light.Block {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blocks[height]
}

// SaveLightBlock keeps a header.
func (s *fileStore) SaveLightBlock(lb *cmttypes.LightBlock) error {
	b, err := light.BlockOf(lb)
	if err != nil {
		return err
	}
	return s.add(b)
}

// DeleteLightBlock forgets a header.
func (s *fileStore) DeleteLightBlock(height int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.blocks, height)
	return s.save()
}

// LightBlock returns a header, or store.ErrLightBlockNotFound.
func (s *fileStore) LightBlock(height int64) (*cmttypes.LightBlock, error) {
	b := s.block(height)
	if b == nil {
		return nil, store.ErrLightBlockNotFound
	}
	return b.LightBlock()
}

// LastLightBlockHeight is the highest one that is kept, or -1.
func (s *fileStore) LastLightBlockHeight() (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.blocks) == 0 {
		return -1, nil
	}
	return slices.Max(s.heights()), nil
}

// FirstLightBlockHeight is the lowest one that is kept, or -1.
func (s *fileStore) FirstLightBlockHeight() (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.blocks) == 0 {
		return -1, nil
	}
	return slices.Min(s.heights()), nil
}

// LightBlockBefore returns the highest header below a height.
func (s *fileStore) LightBlockBefore(height int64) (*cmttypes.LightBlock, error) {
	return s.LightBlock(s.before(height))
}

// before is the highest height below another one, or 0.
func (s *fileStore) before(height int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := int64(0)
	for h := range s.blocks {
		if h < height {
			before = max(before, h)
		}
	}
	return before
}

// Prune forgets the lowest headers until so many are left, except the first.
func (s *fileStore) Prune(size uint16) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	heights := s.heights()
	if len(heights) <= int(size) {
		return nil
	}
	if size > 0 {
		heights = heights[1 : len(heights)-int(size)+1]
	}
	for _, h := range heights {
		delete(s.blocks, h)
	}
	return s.save()
}

// Size is how many headers are kept.
func (s *fileStore) Size() uint16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return uint16(len(s.blocks))
}
