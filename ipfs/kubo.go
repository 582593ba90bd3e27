package ipfs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/ipfs/boxo/path"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/ipfs/kubo/client/rpc"
	"github.com/ipfs/kubo/core/coreiface/options"
)

// How long a daemon may take for what it need not ask its peers for.
const (
	daemonRead    = 5 * time.Second // to read a block
	daemonTime    = 30 * time.Second
	daemonPinTime = 5 * time.Minute // it looks at every block of the file
)

// Dial uses a Kubo daemon whose RPC listens at host:port. The daemon's owner
// decides about its peers, its disk and when it collects garbage; this store
// pins what it keeps under a name of its own, and lets no other pin go. Blocks
// that the daemon hands out are checked as if a stranger did.
func Dial(ctx context.Context, hostport string) (*Store, error) {
	a, err := tcpAddress(hostport)
	if err != nil {
		return nil, err
	}
	api, err := rpc.NewApi(a)
	if err != nil {
		return nil, err
	}
	s := &Store{&kubo{api: api}}
	if _, err := s.Status(ctx); err != nil {
		return nil, fmt.Errorf("kubo daemon at %s: %w", hostport, err)
	}
	return s, nil
}

// kubo is the backend in a daemon.
type kubo struct {
	api *rpc.HttpApi

	pinning sync.Mutex // a pin is looked up and changed by one at a time
}

func (k *kubo) close() error { return nil }

func (k *kubo) here(ctx context.Context, c cid.Cid) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, daemonRead)
	defer cancel()
	return k.block(ctx, c, true)
}

// block asks for a block, which the daemon looks for among its peers unless
// local.
func (k *kubo) block(ctx context.Context, c cid.Cid, local bool) ([]byte, error) {
	res, err := k.api.Request("block/get", c.String()).Option("offline", local).Send(ctx)
	if err != nil {
		return nil, err
	}
	if missing := (ipld.ErrNotFound{Cid: c}); res.Error != nil {
		if strings.Contains(res.Error.Message, missing.Error()) {
			return nil, missing
		}
		return nil, full(res.Error)
	}
	b, err := io.ReadAll(io.LimitReader(res.Output, maxBlock+1))
	if err := errors.Join(err, res.Cancel()); err != nil {
		return nil, err
	}
	if sha256.Sum256(b) != [32]byte(hashOf(c)) {
		return nil, fmt.Errorf("%w: block %s from the daemon", ErrCorrupt, c)
	}
	return b, nil
}

// errand is work on a file. What it fetched or stored stays with the daemon
// until it collects garbage; that a file is whole is known when it is pinned.
type errand struct{ k *kubo }

func (k *kubo) begin(context.Context) work { return errand{k} }

func (errand) done() {}

func (e errand) get(ctx context.Context, c cid.Cid) ([]byte, error) { return e.k.block(ctx, c, false) }

func (e errand) put(ctx context.Context, n ipld.Node) error {
	ctx, cancel := context.WithTimeout(ctx, daemonTime)
	defer cancel()
	codec := "dag-pb"
	if n.Cid().Type() == cid.Raw {
		codec = "raw"
	}
	st, err := e.k.api.Block().Put(ctx, bytes.NewReader(n.RawData()), options.Block.CidCodec(codec), options.Block.Hash(n.Cid().Prefix().MhType, 32))
	if err != nil {
		return full(err)
	}
	if got := st.Path().RootCid(); !got.Equals(n.Cid()) {
		return fmt.Errorf("%w: the daemon calls block %s %s", ErrCorrupt, n.Cid(), got)
	}
	return nil
}

func (k *kubo) stored(ctx context.Context) (n int64, err error) {
	err = k.pins(ctx, func(p Pin) error {
		n += p.Size
		return nil
	})
	return n, err
}

func (k *kubo) sweep(context.Context) error { return nil }

func (k *kubo) publish(ctx context.Context, c cid.Cid) (string, error) {
	name, err := k.api.Name().Publish(ctx, path.FromCid(c), options.Name.AllowOffline(true), options.Name.ValidTime(nameLife))
	if err != nil {
		return "", err
	}
	return NameScheme + name.String(), nil
}

func (k *kubo) resolve(ctx context.Context, name string) (cid.Cid, error) {
	p, err := k.api.Name().Resolve(ctx, name, options.Name.Cache(false))
	if ctx.Err() != nil {
		return cid.Undef, ctx.Err()
	}
	if err != nil {
		return cid.Undef, fmt.Errorf("%w: %w", ErrNoName, err)
	}
	return target(p)
}

func (k *kubo) status(ctx context.Context) (Status, error) {
	ctx, cancel := context.WithTimeout(ctx, daemonTime)
	defer cancel()
	var id struct {
		ID        string
		Addresses []string
	}
	if err := k.api.Request("id").Exec(ctx, &id); err != nil {
		return Status{}, err
	}
	peers, err := k.api.Swarm().Peers(ctx)
	return Status{Backend: "kubo", ID: id.ID, Addresses: id.Addresses, Peers: len(peers)}, err
}
