// Package chain runs a CometBFT node around the application, in the same
// process, and makes the directories that nodes live in.
//
// It promises that Stop leaves everything on disk and nothing running, that a
// node whose application or consensus has failed says so (Failed), and that no
// validator key is ever overwritten. It refuses to guess: a missing or broken
// key, genesis or database is an error of Start. It decides nothing; what a
// block means is the application's.
package chain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	cmtdb "github.com/cometbft/cometbft-db"
	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/proxy"
	rpccore "github.com/cometbft/cometbft/rpc/core"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/app"
	"urna/internal/kv"
)

// Node is a running node. Its methods are safe for concurrent use.
type Node struct {
	app  *app.App
	id   Identity
	node *node.Node
	env  *rpccore.Environment // the way to CometBFT's stores
	dbs  []*gate

	genesis []byte // the document, as it is at home
	seats   seats

	mu      sync.RWMutex // held for reading while the stores are read
	stopped bool

	failOnce sync.Once
	failed   chan struct{}
	err      error // set before failed is closed

	watch sync.WaitGroup
	done  chan struct{} // closed by Stop
}

// Start runs a node on an application whose state is that of the same home. It
// returns when the application has caught up with the blocks that are stored;
// blocks from peers come after. The application stays the caller's: close it
// after Stop.
func Start(ctx context.Context, cfg Config, a *app.App) (*Node, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	if a.Store().Height() > 0 {
		cfg.StateSync = nil // it has joined
	}
	comet, err := cfg.comet()
	if err != nil {
		return nil, err
	}
	pv, nodeKey, err := readKeys(cfg.Home)
	if err != nil {
		return nil, err
	}
	n := &Node{app: a, failed: make(chan struct{}), done: make(chan struct{})}
	if n.id, err = ReadIdentity(cfg.Home); err != nil {
		return nil, err
	}
	if n.genesis, err = os.ReadFile(paths(cfg.Home).GenesisFile()); err != nil {
		return nil, fmt.Errorf("read genesis: %w", err)
	}
	g, err := parseGenesis(n.genesis)
	if err != nil {
		return nil, err
	}
	if g.ChainID != a.ChainID() {
		return nil, fmt.Errorf("chain: the genesis is of chain %q, the application of %q", g.ChainID, a.ChainID())
	}
	var options []node.Option
	if cfg.StateSync != nil {
		doc, err := cmttypes.GenesisDocFromJSON(n.genesis)
		if err != nil {
			return nil, fmt.Errorf("read genesis: %w", err)
		}
		j, err := newJoiner(ctx, cfg, g.ChainID, *doc.ConsensusParams, n.fail)
		if err != nil {
			return nil, err
		}
		options = append(options, node.StateProvider(j))
	}
	n.node, err = newNode(ctx, comet, pv, nodeKey, a, n.openDB, logger{out: cfg.Log, failure: n.consensusDied}, options...)
	if err != nil {
		return nil, errors.Join(err, n.closeDBs())
	}
	if err = sameGenesis(n.genesis, n.node.GenesisDoc()); err == nil {
		n.env, err = n.node.ConfigureRPC()
	}
	if err == nil {
		err = n.node.Start()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("chain: start: %w", err), n.node.EventBus().Stop(), n.node.ProxyApp().Stop(), n.closeDBs())
	}
	n.watch.Go(func() {
		select {
		case <-a.Faulted():
			n.fail(a.Fault())
		case <-n.done:
		}
	})
	return n, nil
}

// newNode builds CometBFT's node, and turns its panics on disagreeing data into
// errors: at a start there is nobody else to tell.
func newNode(ctx context.Context, cfg *cmtcfg.Config, pv cmttypes.PrivValidator, key *p2p.NodeKey, a *app.App,
	open cmtcfg.DBProvider, log logger, options ...node.Option,
) (n *node.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("chain: start: %v", r)
		}
	}()
	n, err = node.NewNodeWithContext(ctx, cfg, pv, key, proxy.NewConnSyncLocalClientCreator(a),
		node.DefaultGenesisDocProviderFunc(cfg), open, node.DefaultMetricsProvider(cfg.Instrumentation), log, options...)
	if err != nil {
		err = fmt.Errorf("chain: start: %w", err)
	}
	return n, err
}

func (n *Node) openDB(c *cmtcfg.DBContext) (cmtdb.DB, error) {
	db, err := kv.Open(filepath.Join(c.Config.DBDir(), c.ID+".db"), kv.Options{})
	if err != nil {
		return nil, err
	}
	g := &gate{DB: kv.Comet(db)}
	n.dbs = append(n.dbs, g)
	return g, nil
}

// Stop ends the node; its data is on disk then. Routines that slept at that
// moment end within seconds and touch nothing. A second call does nothing.
func (n *Node) Stop() error {
	n.mu.Lock()
	if n.stopped {
		n.mu.Unlock()
		return nil
	}
	n.stopped = true
	n.mu.Unlock()
	close(n.done)
	n.watch.Wait()
	err := n.node.Stop() // closes the databases too
	n.node.Wait()
	return errors.Join(err, n.node.ProxyApp().Stop())
}

// closeDBs closes what a node that did not start has opened.
func (n *Node) closeDBs() (err error) {
	for _, db := range n.dbs {
		err = errors.Join(err, db.Close())
	}
	return err
}

// ID tells who the node is.
func (n *Node) ID() Identity { return n.id }

// Failed is closed when the node cannot go on: its application has a fault, or
// consensus has died. It must be stopped, and started again only when somebody
// knows why.
func (n *Node) Failed() <-chan struct{} { return n.failed }

// Err says why the node failed; nil while it has not.
func (n *Node) Err() error {
	select {
	case <-n.failed:
		return n.err
	default:
		return nil
	}
}

func (n *Node) fail(err error) {
	n.failOnce.Do(func() {
		n.err = err
		close(n.failed)
	})
}

func (n *Node) consensusDied() {
	err := n.app.Fault()
	if err == nil {
		err = errors.New("chain: consensus has stopped; the log says why")
	}
	n.fail(err)
}

// Syncing tells whether the node is still catching up with its peers.
func (n *Node) Syncing() bool { return n.node.ConsensusReactor().WaitSync() }

// Wait returns when the application has committed a height, or ctx ends, or the
// node fails.
func (n *Node) Wait(ctx context.Context, height int64) error { return n.app.Wait(ctx, height) }

// Peer is a connected node.
type Peer struct {
	NodeID   string
	Address  string // host:port
	Outbound bool
	Moniker  string
}

// Peers lists who is connected.
func (n *Node) Peers() []Peer {
	var out []Peer
	for _, p := range n.node.Switch().Peers().Copy() {
		x := Peer{NodeID: string(p.ID()), Address: p.RemoteAddr().String(), Outbound: p.IsOutbound()}
		if info, ok := p.NodeInfo().(p2p.DefaultNodeInfo); ok {
			x.Moniker = info.Moniker
		}
		out = append(out, x)
	}
	return out
}

// read keeps the stores open while f reads them, and turns the panics with
// which CometBFT reports a failing disk into errors.
func (n *Node) read(f func() error) (err error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if n.stopped {
		return ErrStopped
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("chain: read a block: %v", r)
		}
	}()
	return f()
}
