package ipfs

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ipfs/boxo/blockservice"
	"github.com/ipfs/boxo/exchange/offline"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"

	"urna/internal/kv"
)

// Open opens a store in a directory, which it makes if need be; with "" the
// store lives in memory. It has no peers: Fetch finds what is here. Close must
// follow.
func Open(dir string) (*Store, error) {
	d, err := openDisk(dir, kv.Options{})
	if err != nil {
		return nil, fmt.Errorf("open file store: %w", err)
	}
	return &Store{newEmbedded(d)}, nil
}

// embedded is the backend in this process.
type embedded struct {
	disk   *disk
	blocks blockservice.BlockService
	net    *network // nil: there are no peers

	sweeping sync.Mutex // one sweep at a time
	mu       sync.Mutex // guards what follows
	held     map[[32]byte]int
	marking  bool       // a sweep is under way: late holds what it must not touch
	late     [][32]byte // held until the sweep ends
}

func newEmbedded(d *disk) *embedded {
	return &embedded{disk: d, blocks: blockservice.New(d, offline.Exchange(d)), held: map[[32]byte]int{}}
}

func (e *embedded) close() error {
	var err error
	if e.net != nil {
		err = e.net.close()
	}
	return errors.Join(err, e.disk.close())
}

func (e *embedded) status(context.Context) (Status, error) {
	if e.net == nil {
		return Status{Backend: "local"}, nil
	}
	return e.net.status()
}

func (e *embedded) here(ctx context.Context, c cid.Cid) ([]byte, error) {
	b, err := e.disk.Get(ctx, c)
	if err != nil {
		return nil, err
	}
	return b.RawData(), nil
}

// holding is work on a file.
type holding struct {
	e       *embedded
	session *blockservice.Session

	mu   sync.Mutex // guards mine
	mine map[[32]byte]struct{}
}

func (e *embedded) begin(ctx context.Context) work {
	return &holding{e: e, session: blockservice.NewSession(ctx, e.blocks), mine: map[[32]byte]struct{}{}}
}

// hold keeps a block from being swept, whether it is there yet or not. It comes
// before anybody looks whether the block is there.
func (h *holding) hold(c cid.Cid) {
	hash := [32]byte(hashOf(c))
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.mine[hash]; ok {
		return
	}
	h.mine[hash] = struct{}{}
	h.e.mu.Lock()
	h.e.held[hash]++
	h.e.mu.Unlock()
}

func (h *holding) done() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.e.mu.Lock()
	defer h.e.mu.Unlock()
	for hash := range h.mine {
		if h.e.marking {
			h.e.late = append(h.e.late, hash)
		} else {
			h.e.release(hash)
		}
	}
	h.mine = nil
}

// release needs mu.
func (e *embedded) release(hash [32]byte) {
	if e.held[hash]--; e.held[hash] == 0 {
		delete(e.held, hash)
	}
}

func (h *holding) get(ctx context.Context, c cid.Cid) ([]byte, error) {
	h.hold(c)
	b, err := h.session.GetBlock(ctx, c)
	if err != nil {
		return nil, err
	}
	return b.RawData(), nil
}

func (h *holding) put(ctx context.Context, n ipld.Node) error {
	h.hold(n.Cid())
	return h.e.blocks.AddBlock(ctx, n)
}

// A pin names every block of its file, so that nothing has to be read to know
// what may be swept: size, time added (unix seconds), SHA-256 of each block.
const pinHead = 1 + 8 + 8

const pinVersion = 1

func (h *holding) keep(_ context.Context, root cid.Cid, size int64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	pin := make([]byte, 0, pinHead+32*len(h.mine))
	pin = append(pin, pinVersion)
	pin = binary.BigEndian.AppendUint64(pin, uint64(size))
	pin = binary.BigEndian.AppendUint64(pin, uint64(time.Now().Unix()))
	for hash := range h.mine {
		pin = append(pin, hash[:]...)
	}
	err := h.e.disk.use(func(db *kv.DB) error {
		b := db.NewBatch()
		if err := b.Set(pinAt(root), pin); err != nil {
			return errors.Join(err, b.Close())
		}
		return b.WriteSync()
	})
	if err == nil && h.e.net != nil {
		h.e.net.hear(root)
	}
	return err
}

func pinAt(c cid.Cid) []byte { return append([]byte{pinKey}, c.Bytes()...) }

func parsePin(key, value []byte) (p Pin, hashes []byte, err error) {
	c, err := cid.Cast(key)
	if err != nil || len(value) < pinHead || value[0] != pinVersion || (len(value)-pinHead)%32 != 0 {
		return Pin{}, nil, fmt.Errorf("%w: a pin on disk", ErrCorrupt)
	}
	return Pin{
		URI: Scheme + c.String(), Size: int64(binary.BigEndian.Uint64(value[1:])),
		Added: time.Unix(int64(binary.BigEndian.Uint64(value[9:])), 0),
	}, value[pinHead:], nil
}

func (e *embedded) pinned(_ context.Context, c cid.Cid) (found bool, err error) {
	err = e.disk.use(func(db *kv.DB) error {
		found, err = db.Has(pinAt(c))
		return err
	})
	return found, err
}

func (e *embedded) unpin(_ context.Context, c cid.Cid) error {
	return e.disk.use(func(db *kv.DB) error {
		b := db.NewBatch()
		if err := b.Delete(pinAt(c)); err != nil {
			return errors.Join(err, b.Close())
		}
		return b.WriteSync()
	})
}

func (e *embedded) pins(ctx context.Context, visit func(Pin) error) error {
	return e.disk.each(pinKey, func(key, value []byte) error {
		p, _, err := parsePin(key, value)
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return visit(p)
	})
}
