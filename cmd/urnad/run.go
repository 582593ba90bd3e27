package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"urna/anchor"
	"urna/anchor/relayer"
	"urna/app"
	"urna/chain"
	"urna/crypto/ethkey"
	"urna/gateway"
	"urna/indexer"
	"urna/ipfs"
	"urna/ipfs/replica"
	"urna/state"
)

// stopTime is how long requests under way may take when the node stops.
const stopTime = 5 * time.Second

// node is a running node: its parts in the order in which they were started,
// and will be stopped in reverse.
type node struct {
	cfg   *Config
	home  string // absolute
	log   *slog.Logger
	group *errgroup.Group // what goes on until the node stops
	stops []func() error

	genesis chain.Genesis
	app     *app.App
	chain   *chain.Node
	blocks  *blocks
	url     string // root of the API, if the gateway is on
	files   *ipfs.Store
	replica *replica.Replicator

	relayer  *relayer.Relayer // looks at Ethereum; nil if nobody does
	ethereum []*anchor.Node
}

// run starts a node, calls ready, and keeps the node up until ctx ends or one
// of its parts has a fault, which ends all of them.
func run(ctx context.Context, cfg *Config, home string, log *slog.Logger, ready func(*node)) error {
	if err := cfg.check(home); err != nil {
		return err
	}
	unlock, err := lockHome(home)
	if err != nil {
		return err
	}
	if cfg.MemoryLimit > 0 {
		debug.SetMemoryLimit(int64(cfg.MemoryLimit))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	n := &node{cfg: cfg, home: home, log: log, group: group}
	n.onStop(unlock)
	if err = n.start(ctx); err == nil {
		group.Go(func() error {
			select {
			case <-n.chain.Failed():
				return n.chain.Err()
			case <-ctx.Done():
				return nil
			}
		})
		ready(n)
		<-ctx.Done()
		log.Info("stopping")
	}
	cancel()
	errs := []error{err, group.Wait()}
	for _, stop := range slices.Backward(n.stops) {
		errs = append(errs, stop())
	}
	log.Info("stopped")
	return errors.Join(errs...)
}

// start starts every part. Sockets come first: a port that is taken should be
// known before the state is opened and checked.
func (n *node) start(ctx context.Context) error {
	var api net.Listener
	var err error
	if n.cfg.Gateway.Enabled {
		if api, err = net.Listen("tcp", n.cfg.Gateway.Listen); err != nil {
			return fmt.Errorf("gateway.listen: %w", err)
		}
		n.onStop(closing(api))
	}
	if err := n.profile(ctx); err != nil {
		return err
	}
	if err := n.startApp(); err != nil {
		return err
	}
	if err := n.startChain(ctx); err != nil {
		return err
	}
	if n.cfg.anchors() {
		if err := n.startAnchor(ctx); err != nil {
			return err
		}
	}
	if !n.cfg.Gateway.Enabled {
		return nil
	}
	handler, err := n.gateway(ctx)
	if err != nil {
		return err
	}
	n.url = "http://" + api.Addr().String() + gateway.BasePath
	n.serve(ctx, api, endStreams(ctx, handler))
	return nil
}

// endStreams ends the push stream's requests with ctx: they have no other end,
// and a node that stops would wait for them in vain.
func endStreams(ctx context.Context, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == gateway.BasePath+"/chain/events" {
			until, cancel := context.WithCancel(r.Context())
			defer cancel()
			defer context.AfterFunc(ctx, cancel)()
			r = r.WithContext(until)
		}
		next.ServeHTTP(w, r)
	})
}

func (n *node) onStop(f func() error) { n.stops = append(n.stops, f) }

// closing is l.Close for a listener that a server may have closed before.
func closing(l net.Listener) func() error {
	return func() error {
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}
}

// dir makes and returns a directory of the configuration.
func (n *node) dir(path string) (string, error) {
	dir := below(n.home, path)
	return dir, os.MkdirAll(dir, 0o700)
}

func (n *node) startApp() error {
	var err error
	if n.genesis, _, err = chain.ReadGenesis(n.home); err != nil {
		return err
	}
	dir, err := n.dir(n.cfg.Dirs.State)
	if err != nil {
		return err
	}
	cfg := state.Config{Dir: dir, KeepVersions: int(n.cfg.State.KeepVersions)}
	if n.cfg.State.FullCheck {
		cfg.Check = state.Full
	}
	began := time.Now()
	store, err := state.Open(cfg)
	if err != nil {
		return fmt.Errorf("open state: %w", err)
	}
	n.log.Info("state is open", "height", store.Height(), "took", time.Since(began))
	snapshots := ""
	if n.cfg.State.SnapshotEvery > 0 {
		if snapshots, err = n.dir(n.cfg.Dirs.Snapshots); err != nil {
			return errors.Join(err, store.Close())
		}
	}
	n.app, err = app.New(app.Config{
		Store: store, State: cfg, ChainID: n.genesis.ChainID, Log: n.log, Metrics: app.NewMetrics(n.registry()),
		Pool: app.PoolConfig{
			MaxTxs: int(n.cfg.Pool.MaxTxs), MaxBytes: int64(n.cfg.Pool.MaxBytes), LocalGossip: n.cfg.Pool.LocalGossip,
		},
		RetainBlocks: n.cfg.Consensus.RetainBlocks,
		SnapshotDir:  snapshots, SnapshotEvery: n.cfg.State.SnapshotEvery, SnapshotKeep: int(n.cfg.State.SnapshotKeep),
	})
	if err != nil {
		return errors.Join(err, store.Close())
	}
	n.onStop(n.app.Close)
	return nil
}

// registry is where metrics go; one node runs in a process.
func (n *node) registry() prometheus.Registerer {
	if !n.cfg.Debug.Metrics {
		return nil
	}
	return prometheus.DefaultRegisterer
}

func (n *node) startChain(ctx context.Context) error {
	if err := n.checkSeat(); err != nil {
		return err
	}
	c := n.cfg
	cfg := chain.Config{
		Home: n.home, Moniker: c.Moniker, BlockTime: c.Consensus.BlockTime, ProposeTimeout: c.Consensus.ProposeTimeout,
		P2P: chain.P2P{
			Listen: "tcp://" + c.P2P.Listen, External: c.P2P.External, Peers: c.P2P.Peers, Seeds: c.P2P.Seeds,
			Exchange: c.P2P.Exchange, Private: c.P2P.Private,
		},
		Metrics: c.Debug.Metrics, Log: n.log,
	}
	if c.P2P.RPC != "" {
		cfg.RPC = "tcp://" + c.P2P.RPC
	}
	if len(c.StateSync.Servers) > 0 && n.app.Store().Height() == 0 {
		cfg.StateSync = &chain.StateSync{
			Servers: c.StateSync.Servers, TrustHeight: c.StateSync.TrustHeight, TrustHash: c.StateSync.TrustHash,
		}
	}
	var err error
	if n.chain, err = chain.Start(ctx, cfg, n.app); err != nil {
		return err
	}
	n.onStop(n.chain.Stop)
	n.blocks = &blocks{node: n.chain, app: n.app, genesis: n.genesis}
	id := n.chain.ID()
	n.log.Info("node is up", "chain", n.genesis.ChainID, "height", n.app.Store().Height(), "node_id", id.NodeID, "validator", id.Validator.String())
	return nil
}

// checkSeat keeps a node that must not sign from doing so.
func (n *node) checkSeat() error {
	if n.cfg.Validator {
		return nil
	}
	id, err := chain.ReadIdentity(n.home)
	if err != nil {
		return err
	}
	seated := false
	for _, v := range n.genesis.Validators {
		seated = seated || v.PublicKey == id.PublicKey
	}
	if n.app.Store().Height() > 0 {
		_, err := n.app.View().Validator(id.Validator)
		if err != nil && !errors.Is(err, state.ErrNotFound) {
			return err
		}
		seated = err == nil
	}
	if seated {
		return bad("validator", "is false, but the consensus key %s has a seat and would sign", id.Validator)
	}
	return nil
}

// gateway opens what the gateway serves, and the gateway.
func (n *node) gateway(ctx context.Context) (http.Handler, error) {
	if _, err := n.dir(n.cfg.Dirs.Index); err != nil {
		return nil, err
	}
	index, err := indexer.Open(indexFile(n.cfg, n.home), n.log)
	if err != nil {
		return nil, err
	}
	n.onStop(index.Close)
	files, err := n.openFiles(ctx)
	if err != nil {
		return nil, err
	}
	n.onStop(files.Close)
	n.files = files
	lists, err := n.openCensuses(files)
	if err != nil {
		return nil, err
	}
	n.onStop(lists.Close)
	if err := n.replicate(ctx, files, lists); err != nil {
		return nil, err
	}
	cfg := gateway.Config{
		App: n.app, Index: index, Blocks: n.blocks, Files: files, Replica: n.replica, Censuses: lists, Log: n.log, Limits: n.limits(),
		Metrics: n.registry(),
	}
	if n.cfg.Debug.Metrics {
		cfg.Gather = prometheus.DefaultGatherer
	}
	if cfg.Faucet, err = n.faucet(); err != nil {
		return nil, err
	}
	if cfg.LogKey, err = logKey(n.home); err != nil {
		return nil, err
	}
	n.showAnchor(&cfg)
	gw, err := gateway.New(cfg)
	if err != nil {
		return nil, err
	}
	n.group.Go(func() error {
		err := index.Follow(ctx, n.blocks)
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("index: %w", err)
	})
	return gw.Handler(), nil
}

func (n *node) limits() gateway.Limits {
	g := n.cfg.Gateway
	l := gateway.Limits{
		Rate: float64(g.Rate), Burst: int(g.Burst), Concurrent: int(g.Concurrent), MaxBatch: int(g.MaxBatch),
		MaxBodies: int64(g.MaxBodies),
	}
	for _, p := range g.TrustedProxies {
		l.TrustedProxies = append(l.TrustedProxies, netip.MustParsePrefix(p)) // checked
	}
	return l
}

func (n *node) faucet() (gateway.FaucetConfig, error) {
	f := n.cfg.Faucet
	if f.KeyFile == "" {
		return gateway.FaucetConfig{}, nil
	}
	text, err := os.ReadFile(below(n.home, f.KeyFile))
	if err != nil {
		return gateway.FaucetConfig{}, fmt.Errorf("faucet.key_file: %w", err)
	}
	key, err := ethkey.ParseKey(string(text))
	if err != nil {
		return gateway.FaucetConfig{}, fmt.Errorf("faucet.key_file: %s does not hold a private key of 64 hex digits", f.KeyFile)
	}
	const day = 24 * time.Hour
	return gateway.FaucetConfig{
		Key: key, Amount: f.Amount,
		PerAddress: gateway.Quota{Times: int(f.PerAccount), Per: day},
		PerClient:  gateway.Quota{Times: int(f.PerClient), Per: day},
	}, nil
}

// serve answers on l until ctx ends. Requests under way are given stopTime, then
// they are cut.
func (n *node) serve(ctx context.Context, l net.Listener, h http.Handler) {
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return base },
		ErrorLog:    slog.NewLogLogger(n.log.Handler(), slog.LevelDebug),
	}
	n.group.Go(func() error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve %s: %w", l.Addr(), err)
		}
		return nil
	})
	n.group.Go(func() error {
		<-ctx.Done()
		defer cut()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		if err := srv.Shutdown(grace); err != nil {
			return srv.Close()
		}
		return nil
	})
}

// profile serves Go's profiler, if it is on.
func (n *node) profile(ctx context.Context) error {
	if n.cfg.Debug.Pprof == "" {
		return nil
	}
	l, err := net.Listen("tcp", n.cfg.Debug.Pprof)
	if err != nil {
		return fmt.Errorf("debug.pprof: %w", err)
	}
	n.onStop(closing(l))
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	n.log.Info("profiler is up", "address", l.Addr().String())
	n.serve(ctx, l, mux)
	return nil
}
