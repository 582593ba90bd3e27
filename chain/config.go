package chain

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
)

// Config says how a node runs. Home is required; zero fields mean the defaults.
type Config struct {
	// Home is the directory that InitHome or Testnet has made.
	Home string

	// Moniker is the name that peers see; the base name of Home.
	Moniker string

	// BlockTime is the pause between a commit and the next proposal; 1 s. All
	// validators of a network should have the same.
	BlockTime time.Duration

	// ProposeTimeout is how long validators wait for a proposal before they go
	// on without; 3 s. It must cover the application's ProposalTime, the way of
	// a full block through the network, and its execution.
	ProposeTimeout time.Duration

	P2P P2P

	// RPC is where CometBFT's own RPC listens, such as tcp://127.0.0.1:26657;
	// empty turns it off. Nodes that join by snapshot need it of two others.
	RPC string

	// StateSync makes an empty node join by snapshot; nil replays blocks.
	StateSync *StateSync

	// SeenTxs is how many transactions CometBFT remembers so as not to ask the
	// application twice; 200,000.
	SeenTxs int

	// GossipInterval is how often new transactions are handed to peers; 50 ms.
	GossipInterval time.Duration

	// Metrics registers CometBFT's own metrics with the default Prometheus
	// registry; one node per process can.
	Metrics bool

	Log *slog.Logger // nil discards
}

// P2P says how a node talks to others.
type P2P struct {
	// Listen is where peers connect; tcp://127.0.0.1:26656.
	Listen string

	// External is the address that this node tells its peers, if it differs.
	External string

	// Peers are kept connected: id@host:port. Of two nodes only one should name
	// the other: when both dial at once, each may take the other's connection
	// for a second one and close it.
	Peers []string

	// Seeds are asked for peers once: id@host:port. They need Exchange.
	Seeds []string

	// Exchange lets peers tell each other of further peers.
	Exchange bool

	// Private accepts peers on private addresses and several on one address, as
	// on one machine or in one office.
	Private bool

	// Inbound and Outbound bound the connections; 40 and 10.
	Inbound, Outbound int

	// Rate bounds each connection in both directions, in bytes per second;
	// 512 MB/s, which is to say that the network is the limit.
	Rate int64
}

// StateSync is what a node must be told to trust a snapshot: a block that its
// operator has learnt from somebody trusted, not from the network.
type StateSync struct {
	Servers     []string // RPC of at least two nodes, which are compared
	TrustHeight int64
	TrustHash   string        // hex
	TrustPeriod time.Duration // 7 days; shorter than validators stay accountable
}

const defaultTrustPeriod = 7 * 24 * time.Hour

const defaultRate = 512_000_000

func (c Config) withDefaults() (Config, error) {
	if c.Home == "" {
		return c, errors.New("chain: Home is required")
	}
	if c.Moniker == "" {
		c.Moniker = filepath.Base(c.Home)
	}
	for _, d := range []struct {
		v   *time.Duration
		def time.Duration
	}{{&c.BlockTime, time.Second}, {&c.ProposeTimeout, 3 * time.Second}, {&c.GossipInterval, 50 * time.Millisecond}} {
		if *d.v == 0 {
			*d.v = d.def
		}
		if *d.v < 0 {
			return c, errors.New("chain: a duration is negative")
		}
	}
	if c.P2P.Listen == "" {
		c.P2P.Listen = "tcp://127.0.0.1:26656"
	}
	if c.P2P.Rate == 0 {
		c.P2P.Rate = defaultRate
	}
	if c.P2P.Inbound == 0 {
		c.P2P.Inbound = 40
	}
	if c.P2P.Outbound == 0 {
		c.P2P.Outbound = 10
	}
	if c.SeenTxs == 0 {
		c.SeenTxs = 200_000
	}
	if len(c.P2P.Seeds) > 0 && !c.P2P.Exchange {
		return c, errors.New("chain: Seeds are of no use without Exchange")
	}
	if c.P2P.Rate < 0 || c.P2P.Inbound < 0 || c.P2P.Outbound < 0 || c.SeenTxs < 0 {
		return c, errors.New("chain: a bound is negative")
	}
	if c.StateSync != nil {
		s := *c.StateSync
		s.TrustPeriod = cmp.Or(s.TrustPeriod, defaultTrustPeriod)
		c.StateSync = &s
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// comet is the configuration as CometBFT wants it.
func (c Config) comet() (*cmtcfg.Config, error) {
	x := cmtcfg.DefaultConfig()
	x.SetRoot(c.Home)
	x.Moniker = c.Moniker

	x.RPC.ListenAddress = c.RPC
	x.RPC.GRPCListenAddress = ""

	x.P2P.ListenAddress = c.P2P.Listen
	x.P2P.ExternalAddress = c.P2P.External
	x.P2P.PersistentPeers = strings.Join(c.P2P.Peers, ",")
	x.P2P.Seeds = strings.Join(c.P2P.Seeds, ",")
	x.P2P.PexReactor = c.P2P.Exchange
	x.P2P.AddrBookStrict = !c.P2P.Private
	x.P2P.AllowDuplicateIP = c.P2P.Private
	x.P2P.MaxNumInboundPeers = c.P2P.Inbound
	x.P2P.MaxNumOutboundPeers = c.P2P.Outbound
	x.P2P.SendRate, x.P2P.RecvRate = c.P2P.Rate, c.P2P.Rate

	x.Mempool.Type = cmtcfg.MempoolTypeApp
	x.Mempool.SeenCacheSize = c.SeenTxs
	x.Mempool.ReapInterval = c.GossipInterval
	x.Mempool.ReapMaxBytes = reapBytes
	x.Mempool.MaxTxBytes = maxTxBytes
	x.Mempool.MaxBatchBytes = batchBytes

	x.Consensus.TimeoutPropose = c.ProposeTimeout
	x.Consensus.TimeoutCommit = c.BlockTime
	x.Consensus.SkipTimeoutCommit = false
	x.Consensus.CreateEmptyBlocks = true // the application's mempool cannot wake consensus
	x.Consensus.PeerGossipSleepDuration = 10 * time.Millisecond
	x.Consensus.PeerQueryMaj23SleepDuration = 500 * time.Millisecond

	x.TxIndex.Indexer = "null"               // the indexer room does that work
	x.Storage.DiscardABCIResponses = true    // the state keeps outcomes
	x.Instrumentation.Prometheus = c.Metrics // only registers; the listener is cmd's
	x.Instrumentation.PrometheusListenAddr = ""

	if s := c.StateSync; s != nil {
		x.StateSync.Enable = true
		x.StateSync.RPCServers = s.Servers
		x.StateSync.TrustHeight = s.TrustHeight
		x.StateSync.TrustHash = s.TrustHash
		x.StateSync.DiscoveryTime = 5 * time.Second
		x.StateSync.TrustPeriod = s.TrustPeriod
	}
	if err := x.ValidateBasic(); err != nil {
		return nil, fmt.Errorf("chain: %w", err)
	}
	return x, nil
}

const (
	// maxTxBytes is the law's own limit with room for nothing else.
	maxTxBytes = 100 << 10

	// batchBytes bounds one gossip message. Peers handle a connection's messages
	// in turn, so a large batch would keep votes of consensus waiting.
	batchBytes = 256 << 10

	// reapBytes bounds what is taken for gossip at once.
	reapBytes = 8 << 20
)
