package ipfs

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"

	"urna/internal/kv"
)

// What the database holds, by the first byte of the key.
const (
	blockKey = 'b' // SHA-256 of a block -> its bytes
	sizeKey  = 's' // SHA-256 of a block -> how many those are: to be read without the block
	pinKey   = 'p' // CID of a file -> pin
	nameKey  = 'n' // the record under the node's own name
)

// disk keeps blocks and pins. It is a blockstore of the IPFS libraries for
// blocks named by SHA-256, whatever else their CIDs say.
//
// After an error of the storage engine, which then refuses everything, the
// database is opened again at the next call, and what was durable is there
// again.
type disk struct {
	open  func() (*kv.DB, error)
	space func() (int64, error) // bytes that are free; nil if nobody knows
	least int64                 // bytes that must stay free

	mu   sync.RWMutex // held for reading while db is used, for writing while it is replaced
	db   *kv.DB
	sick bool      // db has failed
	last time.Time // of the last attempt to open it again
}

var _ blockstore.Blockstore = (*disk)(nil)

const (
	// reopenPause is the least time between two attempts to open a database that
	// has failed.
	reopenPause = time.Second

	// reopenRoom is the least room on the disk for such an attempt: the engine
	// writes what it finds in its log, and does not come back from a disk that
	// fills up meanwhile.
	reopenRoom = 64 << 20
)

func openDisk(dir string, o kv.Options) (*disk, error) {
	d := &disk{open: func() (*kv.DB, error) { return kv.Open(dir, o) }}
	if dir != "" && o.FS == nil {
		d.space = func() (int64, error) { return freeSpace(dir) }
	}
	var err error
	if d.db, err = d.open(); err != nil {
		return nil, full(err)
	}
	return d, nil
}

func (d *disk) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.db.Close()
}

// use calls f, which returns errors of the engine only and must not call use.
func (d *disk) use(f func(db *kv.DB) error) error {
	if err := d.heal(); err != nil {
		return err
	}
	d.mu.RLock()
	err := f(d.db)
	d.mu.RUnlock()
	if err == nil || errors.Is(err, kv.ErrClosed) {
		return err
	}
	d.mu.Lock()
	d.sick = true
	d.mu.Unlock()
	return full(err)
}

// full says what is wrong with a full disk in words of this package. The engine,
// and daemons, keep some causes as text only.
func full(err error) error {
	if err == nil {
		return nil
	}
	if text := err.Error(); strings.Contains(text, syscall.ENOSPC.Error()) || strings.Contains(text, syscall.EDQUOT.Error()) {
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return err
}

// heal opens a database again that has failed.
func (d *disk) heal() error {
	d.mu.RLock()
	sick := d.sick
	d.mu.RUnlock()
	if !sick {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.sick {
		return nil
	}
	if time.Since(d.last) < reopenPause {
		return errSick
	}
	if err := d.room(reopenRoom); err != nil {
		return err
	}
	d.last = time.Now()
	_ = d.db.Close() // it says again what has failed
	db, err := d.open()
	if err != nil {
		return full(fmt.Errorf("open file store again: %w", err))
	}
	d.db, d.sick = db, false
	return nil
}

var errSick = errors.New("the file store has failed and will be opened again in a second")

func hashOf(c cid.Cid) []byte { return c.Hash()[2:] } // SHA-256 and its length come first

func blockAt(hash []byte) []byte { return append([]byte{blockKey}, hash...) }

func sizeAt(hash []byte) []byte { return append([]byte{sizeKey}, hash...) }

// setBlock and deleteBlock keep a block and its size together.
func setBlock(b *kv.Batch, hash, block []byte) error {
	size := binary.BigEndian.AppendUint32(nil, uint32(len(block)))
	return errors.Join(b.Set(blockAt(hash), block), b.Set(sizeAt(hash), size))
}

func deleteBlock(b *kv.Batch, hash []byte) error {
	return errors.Join(b.Delete(blockAt(hash)), b.Delete(sizeAt(hash)))
}

// Get returns a block, whose hash it checks. The error is ipld.ErrNotFound if
// there is none.
func (d *disk) Get(_ context.Context, c cid.Cid) (blocks.Block, error) {
	b, err := d.read(c, blockAt)
	if err != nil {
		return nil, err
	}
	if sha256.Sum256(b) != [32]byte(hashOf(c)) {
		return nil, fmt.Errorf("%w: block %s on disk", ErrCorrupt, c)
	}
	return blocks.NewBlockWithCid(b, c)
}

// read returns what stands under the key of a block.
func (d *disk) read(c cid.Cid, at func(hash []byte) []byte) (b []byte, err error) {
	if !ours(c) {
		return nil, ipld.ErrNotFound{Cid: c}
	}
	err = d.use(func(db *kv.DB) error {
		b, err = db.Get(at(hashOf(c)))
		return err
	})
	if err == nil && b == nil {
		err = ipld.ErrNotFound{Cid: c}
	}
	return b, err
}

// Has tells whether there is a block.
func (d *disk) Has(_ context.Context, c cid.Cid) (bool, error) {
	_, err := d.read(c, sizeAt)
	if ipld.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// GetSize returns the size of a block. The error is ipld.ErrNotFound if there
// is none.
func (d *disk) GetSize(_ context.Context, c cid.Cid) (int, error) {
	b, err := d.read(c, sizeAt)
	if err != nil {
		return -1, err
	}
	return blockSize(b), nil
}

func blockSize(b []byte) int {
	if len(b) != 4 {
		return 0
	}
	return int(binary.BigEndian.Uint32(b))
}

// Put stores a block, which the next pin makes durable.
func (d *disk) Put(ctx context.Context, b blocks.Block) error {
	return d.PutMany(ctx, []blocks.Block{b})
}

// PutMany stores blocks, which the next pin makes durable.
func (d *disk) PutMany(_ context.Context, bs []blocks.Block) error {
	for _, b := range bs {
		if !ours(b.Cid()) || len(b.RawData()) > maxBlock {
			return fmt.Errorf("%w: block %s of %d bytes", ErrMalformed, b.Cid(), len(b.RawData()))
		}
	}
	if err := d.room(d.least); err != nil {
		return err
	}
	return d.use(func(db *kv.DB) error {
		batch := db.NewBatch()
		for _, b := range bs {
			if err := setBlock(batch, hashOf(b.Cid()), b.RawData()); err != nil {
				return errors.Join(err, batch.Close())
			}
		}
		return batch.Write()
	})
}

// room refuses to fill the disk: the rest of the node lives on it, too, and what
// the engine has to rewrite needs room.
func (d *disk) room(least int64) error {
	if d.space == nil {
		return nil
	}
	free, err := d.space()
	if err != nil {
		return fmt.Errorf("look for room on the disk: %w", err)
	}
	if free < least {
		return fmt.Errorf("%w: %d bytes are free and %d must stay free", ErrDiskFull, free, least)
	}
	return nil
}

// DeleteBlock removes a block, which need not be there.
func (d *disk) DeleteBlock(_ context.Context, c cid.Cid) error {
	if !ours(c) {
		return nil
	}
	return d.use(func(db *kv.DB) error {
		b := db.NewBatch()
		if err := deleteBlock(b, hashOf(c)); err != nil {
			return errors.Join(err, b.Close())
		}
		return b.Write()
	})
}

// AllKeysChan is refused: nothing here asks for it.
func (d *disk) AllKeysChan(context.Context) (<-chan cid.Cid, error) {
	return nil, errors.ErrUnsupported
}

// each visits the keys and values under a prefix until f returns an error. f
// must not use the disk.
func (d *disk) each(prefix byte, f func(key, value []byte) error) error {
	var stop error
	err := d.use(func(db *kv.DB) error {
		it, err := db.Iter([]byte{prefix}, []byte{prefix + 1})
		if err != nil {
			return err
		}
		for stop == nil && it.Next() {
			stop = f(it.Key()[1:], it.Value())
		}
		return it.Close()
	})
	if err != nil {
		return err
	}
	return stop
}
