package ipfs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/ipfs/boxo/bitswap"
	"github.com/ipfs/boxo/bitswap/network/bsnet"
	"github.com/ipfs/boxo/blockservice"
	"github.com/ipfs/boxo/peering"
	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p"
	dht "github.com/libp2p/go-libp2p-kad-dht"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	libp2pnet "github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/pnet"
	"github.com/libp2p/go-libp2p/core/routing"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/multiformats/go-multiaddr"

	"urna/internal/kv"
)

// What peers may take of this node.
const (
	netMemory = 256 << 20 // bytes of buffers for all connections together

	// Per peer: wanted blocks that are remembered, and bytes on their way.
	peerWants = 256
	peerBytes = 1 << 20

	// Goroutines that read blocks for peers, and that send them.
	readers = 8
	senders = 4
)

// ownDHT is the prefix of the DHT's protocols among Urna's nodes. Nodes of the
// public network speak another and never see it.
const ownDHT = "/urna"

// network is the node among its peers.
type network struct {
	host    host.Host
	key     crypto.PrivKey
	bitswap *bitswap.Bitswap
	peering *peering.PeeringService
	dht     *dht.IpfsDHT // nil if it is off
	disk    *disk
	log     *slog.Logger

	fresh chan cid.Cid // files to announce
	end   context.CancelFunc
	tasks sync.WaitGroup
}

// Start starts a node of the IPFS network. It runs until Close.
func Start(cfg Config) (*Store, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("ipfs: %w", err)
	}
	d, err := openDisk(cfg.Dir, kv.Options{})
	if err != nil {
		return nil, fmt.Errorf("open file store: %w", err)
	}
	d.least = cfg.MinFree
	s, err := start(cfg, d)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start ipfs node: %w", err), d.close())
	}
	return s, nil
}

// start starts a node over a disk, which stays the caller's if that goes wrong.
func start(cfg Config, d *disk) (_ *Store, err error) {
	ctx, end := context.WithCancel(context.Background()) // Close ends it
	n := &network{disk: d, log: cfg.Log, fresh: make(chan cid.Cid, 1024), end: end}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.close())
		}
	}()
	if n.key, err = identity(cfg.Identity); err != nil {
		return nil, err
	}
	peers, err := addresses(cfg.Peers)
	if err != nil {
		return nil, err
	}
	if n.host, err = newHost(cfg, n.key); err != nil {
		return nil, err
	}
	var finder routing.ContentDiscovery
	if cfg.DHT != DHTOff {
		if n.dht, err = newDHT(cfg, n.host); err != nil {
			return nil, err
		}
		if err = n.dht.Bootstrap(ctx); err != nil {
			return nil, err
		}
		finder = n.dht
	}
	n.bitswap = bitswap.New(ctx, bsnet.NewFromIpfsHost(n.host), finder, d,
		bitswap.MaxQueuedWantlistEntriesPerPeer(peerWants), bitswap.MaxOutstandingBytesPerPeer(peerBytes),
		bitswap.EngineBlockstoreWorkerCount(readers), bitswap.TaskWorkerCount(senders), bitswap.EngineTaskWorkerCount(senders))
	n.peering = peering.NewPeeringService(n.host)
	for _, p := range peers {
		n.peering.AddPeer(p)
		n.tasks.Go(func() { // the service begins after some seconds
			if err := n.host.Connect(ctx, p); err != nil {
				n.log.Debug("peer cannot be reached yet", "peer", p.ID.String(), "err", err)
			}
		})
	}
	if err = n.peering.Start(); err != nil {
		return nil, err
	}
	if n.dht != nil {
		n.tasks.Go(func() { n.announce(ctx) })
	}
	e := newEmbedded(d)
	e.net, e.blocks = n, blockservice.New(d, n.bitswap)
	return &Store{e}, nil
}

// newHost speaks TCP, Noise and yamux and nothing else: every IPFS node does,
// and each protocol is one more that strangers can feed with bytes.
func newHost(cfg Config, key crypto.PrivKey) (host.Host, error) {
	conns, err := connmgr.NewConnManager(max(cfg.MaxPeers*3/4, 1), cfg.MaxPeers)
	if err != nil {
		return nil, err
	}
	limits, err := resources(cfg.MaxPeers)
	if err != nil {
		return nil, errors.Join(err, conns.Close())
	}
	opts := []libp2p.Option{
		libp2p.Identity(key), libp2p.UserAgent("urna"),
		libp2p.Transport(tcp.NewTCPTransport), libp2p.Security(noise.ID, noise.New), libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.ConnectionManager(conns), libp2p.ResourceManager(limits),
		libp2p.DisableRelay(), libp2p.DisableMetrics(), libp2p.Ping(false),
	}
	if cfg.Listen == "" {
		opts = append(opts, libp2p.NoListenAddrs)
	} else {
		listen, err := tcpAddress(cfg.Listen)
		if err != nil {
			return nil, errors.Join(err, conns.Close(), limits.Close())
		}
		opts = append(opts, libp2p.ListenAddrs(listen))
	}
	if cfg.External != "" {
		external, err := tcpAddress(cfg.External)
		if err != nil {
			return nil, errors.Join(err, conns.Close(), limits.Close())
		}
		opts = append(opts, libp2p.AddrsFactory(func([]multiaddr.Multiaddr) []multiaddr.Multiaddr {
			return []multiaddr.Multiaddr{external}
		}))
	}
	if cfg.SwarmKey != nil {
		psk, err := pnet.DecodeV1PSK(bytes.NewReader(cfg.SwarmKey))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("swarm key: %w", err), conns.Close(), limits.Close())
		}
		opts = append(opts, libp2p.PrivateNetwork(psk))
	}
	h, err := libp2p.New(opts...)
	if err != nil {
		return nil, errors.Join(err, conns.Close(), limits.Close())
	}
	return h, nil
}

// resources bounds connections, streams and memory. Connections from one IP
// address are at most eight, those from this machine excepted.
func resources(maxPeers int) (libp2pnet.ResourceManager, error) {
	limits := rcmgr.DefaultLimits
	libp2p.SetDefaultServiceLimits(&limits)
	conns := rcmgr.LimitVal(maxPeers + maxPeers/2 + 8) // room for those on their way in and out
	partial := rcmgr.PartialLimitConfig{System: rcmgr.ResourceLimits{
		Conns: conns, ConnsInbound: conns, ConnsOutbound: conns, FD: conns, Memory: netMemory,
	}}
	return rcmgr.NewResourceManager(rcmgr.NewFixedLimiter(partial.Build(limits.Scale(netMemory, int(conns)))), rcmgr.WithMetricsDisabled())
}

func newDHT(cfg Config, h host.Host) (*dht.IpfsDHT, error) {
	bootstrap, err := addresses(cfg.Bootstrap)
	if err != nil {
		return nil, err
	}
	opts := []dht.Option{
		dht.ValueDatastore(newMemory()), dht.ProviderDatastore(newMemory()),
		dht.BootstrapPeers(bootstrap...), dht.Mode(dht.ModeClient),
	}
	if cfg.DHT == DHTServer {
		opts = append(opts, dht.Mode(dht.ModeServer))
	}
	if cfg.Public {
		opts = append(opts, dht.QueryFilter(dht.PublicQueryFilter), dht.RoutingTableFilter(dht.PublicRoutingTableFilter))
	} else {
		opts = append(opts, dht.ProtocolPrefix(ownDHT))
	}
	return dht.New(h, opts...)
}

func (n *network) close() error {
	n.end()
	n.tasks.Wait()
	var errs []error
	if n.peering != nil {
		n.peering.Stop()
	}
	if n.bitswap != nil {
		errs = append(errs, n.bitswap.Close())
	}
	if n.dht != nil {
		errs = append(errs, n.dht.Close())
	}
	if n.host != nil {
		errs = append(errs, n.host.Close())
	}
	return errors.Join(errs...)
}

func (n *network) status() (Status, error) {
	st, err := n.bitswap.Stat()
	if err != nil {
		return Status{}, err
	}
	s := Status{
		Backend: "embedded", ID: n.host.ID().String(), Peers: len(n.host.Network().Peers()),
		BlocksSent: st.BlocksSent, BlocksReceived: st.BlocksReceived, BytesSent: st.DataSent, BytesReceived: st.DataReceived,
	}
	all, err := peer.AddrInfoToP2pAddrs(host.InfoFromHost(n.host))
	for _, a := range all {
		s.Addresses = append(s.Addresses, a.String())
	}
	return s, err
}
