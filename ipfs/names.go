package ipfs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ipfs/boxo/ipns"
	"github.com/ipfs/boxo/path"
	"github.com/ipfs/go-cid"

	"urna/internal/kv"
)

// NameScheme starts every name, which points to a file and may later point to
// another.
const NameScheme = "ipns://"

// ErrNoName: nobody knows, or nobody who can be asked.
var ErrNoName = errors.New("name is not known")

const (
	nameLife  = 48 * time.Hour   // a record is believed for so long
	nameCache = 5 * time.Minute  // and may be remembered by others without asking again
	renewal   = 10 * time.Hour   // records and announcements are repeated
	oneAnswer = 2 * time.Minute  // for the DHT to take a record or an announcement
	firstOnes = 30 * time.Second // until there are peers to announce anything to
)

// Publish lets the node's own name point to a file of the store, and returns
// the name. Without anybody who hears of it that is remembered, and told later.
func (s *Store) Publish(ctx context.Context, uri string) (name string, err error) {
	c, err := parse(uri)
	if err != nil {
		return "", err
	}
	if has, err := s.back.pinned(ctx, c); err != nil || !has {
		return "", errors.Join(fmt.Errorf("publish %s: %w", uri, ErrNotFound), err)
	}
	return s.back.publish(ctx, c)
}

// Resolve returns the URI of the file that a name points to. The error wraps
// ErrNoName or ErrBadURI, or is the context's.
func (s *Store) Resolve(ctx context.Context, name string) (uri string, err error) {
	text, ok := strings.CutPrefix(name, NameScheme)
	if _, err := ipns.NameFromString(text); !ok || err != nil {
		return "", fmt.Errorf("%w: %q is not a name", ErrBadURI, name)
	}
	c, err := s.back.resolve(ctx, text)
	if err != nil {
		return "", fmt.Errorf("resolve %s: %w", name, err)
	}
	if !ours(c) {
		return "", fmt.Errorf("resolve %s: %w: %s", name, ErrMalformed, c)
	}
	return Scheme + c.String(), nil
}

var errNoNetwork = fmt.Errorf("%w: this store has no network", ErrNoName)

func (e *embedded) publish(ctx context.Context, c cid.Cid) (string, error) {
	if e.net == nil {
		return "", errNoNetwork
	}
	return e.net.publish(ctx, c)
}

func (e *embedded) resolve(ctx context.Context, name string) (cid.Cid, error) {
	if e.net == nil {
		return cid.Undef, errNoNetwork
	}
	return e.net.resolve(ctx, name)
}

func (n *network) publish(ctx context.Context, c cid.Cid) (string, error) {
	last, err := n.record()
	if err != nil {
		return "", err
	}
	seq := uint64(1)
	if last != nil {
		if seq, err = last.Sequence(); err != nil {
			return "", err
		}
		seq++
	}
	if err := n.sign(path.FromCid(c), seq); err != nil {
		return "", err
	}
	if err := n.tell(ctx); err != nil {
		n.log.Info("nobody has heard of the new name yet", "err", err)
	}
	return NameScheme + ipns.NameFromPeer(n.host.ID()).String(), nil
}

// sign makes a record and keeps it.
func (n *network) sign(value path.Path, seq uint64) error {
	r, err := ipns.NewRecord(n.key, value, seq, time.Now().Add(nameLife), nameCache)
	if err != nil {
		return err
	}
	b, err := ipns.MarshalRecord(r)
	if err != nil {
		return err
	}
	return n.disk.use(func(db *kv.DB) error {
		batch := db.NewBatch()
		if err := batch.Set([]byte{nameKey}, b); err != nil {
			return errors.Join(err, batch.Close())
		}
		return batch.WriteSync()
	})
}

// record is the last one that was signed; nil if there is none.
func (n *network) record() (*ipns.Record, error) {
	var b []byte
	err := n.disk.use(func(db *kv.DB) (err error) {
		b, err = db.Get([]byte{nameKey})
		return err
	})
	if err != nil || b == nil {
		return nil, err
	}
	return ipns.UnmarshalRecord(b)
}

// tell gives the record to the DHT.
func (n *network) tell(ctx context.Context) error {
	r, err := n.record()
	if err != nil || r == nil || n.dht == nil {
		return err
	}
	b, err := ipns.MarshalRecord(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, oneAnswer)
	defer cancel()
	return n.dht.PutValue(ctx, string(ipns.NameFromPeer(n.host.ID()).RoutingKey()), b)
}

func (n *network) resolve(ctx context.Context, text string) (cid.Cid, error) {
	name, err := ipns.NameFromString(text)
	if err != nil {
		return cid.Undef, err
	}
	var r *ipns.Record
	if name.Equal(ipns.NameFromPeer(n.host.ID())) {
		if r, err = n.record(); err == nil && r == nil {
			err = ErrNoName
		}
	} else {
		r, err = n.ask(ctx, name)
	}
	if err != nil {
		return cid.Undef, err
	}
	value, err := r.Value()
	if err != nil {
		return cid.Undef, err
	}
	return target(value)
}

// target is the file that a name points to.
func target(value path.Path) (cid.Cid, error) {
	p, err := path.NewImmutablePath(value)
	if err != nil || len(p.Segments()) != 2 {
		return cid.Undef, fmt.Errorf("%w: it points to %s", ErrMalformed, value)
	}
	return p.RootCid(), nil
}

// ask finds the record of somebody else's name, and checks its signature and
// date.
func (n *network) ask(ctx context.Context, name ipns.Name) (*ipns.Record, error) {
	if n.dht == nil {
		return nil, fmt.Errorf("%w: the DHT is off", ErrNoName)
	}
	b, err := n.dht.GetValue(ctx, string(name.RoutingKey()))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoName, err)
	}
	r, err := ipns.UnmarshalRecord(b)
	if err != nil {
		return nil, err
	}
	return r, ipns.ValidateWithName(r, name)
}

// announce tells the DHT that this node has its files, each when it comes and
// all of them now and then, and where its name points.
func (n *network) announce(ctx context.Context) {
	again := time.NewTimer(firstOnes)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case c := <-n.fresh:
			n.provide(ctx, c)
		case <-again.C:
			if err := n.renew(ctx); err != nil && ctx.Err() == nil {
				n.log.Warn("not all files are announced", "err", err)
			}
			next := renewal
			if n.dht.RoutingTable().Size() == 0 {
				next = firstOnes // nobody has heard it
			}
			again.Reset(next)
		}
	}
}

func (n *network) renew(ctx context.Context) error {
	r, err := n.record()
	if err != nil {
		return err
	}
	if r != nil {
		value, err := r.Value()
		if err != nil {
			return err
		}
		seq, err := r.Sequence()
		if err != nil {
			return err
		}
		if err := n.sign(value, seq+1); err != nil {
			return err
		}
		if err := n.tell(ctx); err != nil {
			n.log.Debug("nobody has heard of the name", "err", err)
		}
	}
	var roots []cid.Cid
	err = n.disk.each(pinKey, func(key, _ []byte) error {
		c, err := cid.Cast(key)
		roots = append(roots, c)
		return err
	})
	for _, c := range roots {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n.provide(ctx, c)
	}
	return err
}

// provide announces the root of one file. Whoever gets the root here asks here
// for the rest.
func (n *network) provide(ctx context.Context, c cid.Cid) {
	ctx, cancel := context.WithTimeout(ctx, oneAnswer)
	defer cancel()
	if err := n.dht.Provide(ctx, c, true); err != nil {
		n.log.Debug("nobody has heard of a file", "cid", c.String(), "err", err)
	}
}

// hear is told of a new file.
func (n *network) hear(c cid.Cid) {
	select {
	case n.fresh <- c:
	default: // too many at once: the next renewal tells
	}
}
