package main

import (
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Config is everything that can be said about how a node runs. The doc of a
// field is its comment in config.toml and its help as a flag.
type Config struct {
	Moniker     string `toml:"moniker" doc:"Name that peers and explorers see."`
	Public      bool   `toml:"public" doc:"Allow listening on addresses that other machines can reach. Without it every listener must be on loopback."`
	Validator   bool   `toml:"validator" doc:"This node signs blocks when its consensus key has a seat. A node that says false refuses to start with a key that has one: two nodes with one key would sign against each other, and lose the seat for ever."`
	MemoryLimit Size   `toml:"memory_limit" doc:"Soft limit of the memory that the process uses, such as 2GiB: the nearer it is, the harder memory is looked for before more is taken. 0 for none."`

	Log       LogConfig       `toml:"log"`
	Dirs      DirsConfig      `toml:"dirs"`
	P2P       P2PConfig       `toml:"p2p"`
	Consensus ConsensusConfig `toml:"consensus"`
	StateSync StateSyncConfig `toml:"state_sync"`
	State     StateConfig     `toml:"state"`
	Pool      PoolConfig      `toml:"pool"`
	Gateway   GatewayConfig   `toml:"gateway"`
	IPFS      IPFSConfig      `toml:"ipfs"`
	Faucet    FaucetConfig    `toml:"faucet"`
	Anchor    AnchorConfig    `toml:"anchor"`
	Debug     DebugConfig     `toml:"debug"`
}

// LogConfig says what is logged, to standard error.
type LogConfig struct {
	Level  string `toml:"level" doc:"Least level that is logged: debug, info, warn or error."`
	Format string `toml:"format" doc:"text for people or json for machines."`
}

// DirsConfig says where data is. Consensus keeps its own under data.
type DirsConfig struct {
	State     string `toml:"state" doc:"Directory of the state. Relative paths are below the home."`
	Snapshots string `toml:"snapshots" doc:"Directory of the snapshots that joining nodes fetch."`
	Index     string `toml:"index" doc:"Directory of the searchable index. It may be deleted: it is rebuilt from the blocks."`
	Files     string `toml:"files" doc:"Directory of metadata and censuses, stored by content."`
	Wanted    string `toml:"wanted" doc:"Directory of the list of files that the chain refers to. It may be deleted: it is made again from the chain."`
	Censuses  string `toml:"censuses" doc:"Directory of the census service."`
}

// P2PConfig says how the node talks to other nodes.
type P2PConfig struct {
	Listen   string   `toml:"listen" doc:"Where other nodes connect, host:port."`
	External string   `toml:"external" doc:"Address that peers are told instead, host:port, for a node behind a router."`
	Peers    []string `toml:"peers" doc:"Nodes to stay connected with, id@host:port; 'urnad keys show' prints a node's id."`
	Seeds    []string `toml:"seeds" doc:"Nodes to ask for peers, id@host:port; they need exchange."`
	Exchange bool     `toml:"exchange" doc:"Tell peers of other peers, and hear of them."`
	Private  bool     `toml:"private" doc:"Accept peers on private addresses, and several on one, as in a test network on one machine."`
	RPC      string   `toml:"rpc" doc:"Where CometBFT's own RPC listens, host:port; empty for nowhere. Nodes that join by snapshot need it of two others."`
}

// ConsensusConfig says how blocks are made. Validators of one network should
// agree on it.
type ConsensusConfig struct {
	BlockTime      time.Duration `toml:"block_time" doc:"Pause between a block and the next proposal."`
	ProposeTimeout time.Duration `toml:"propose_timeout" doc:"How long validators wait for a proposal before they go on without."`
	RetainBlocks   int64         `toml:"retain_blocks" doc:"How many blocks are kept; 0 keeps all. It must cover the evidence window of the genesis."`
}

// StateSyncConfig lets an empty node join by snapshot.
type StateSyncConfig struct {
	Servers     []string `toml:"servers" doc:"RPC addresses of at least two nodes, http://host:port; empty replays all blocks instead."`
	TrustHeight int64    `toml:"trust_height" doc:"Height of a block that you have learnt from somebody you trust."`
	TrustHash   string   `toml:"trust_hash" doc:"Hash of that block, 64 hex digits."`
}

// StateConfig says how the state is kept.
type StateConfig struct {
	KeepVersions  int64 `toml:"keep_versions" doc:"How many heights can be read and proved."`
	FullCheck     bool  `toml:"full_check" doc:"Check every vote against its log at the start, instead of a sample."`
	SnapshotEvery int64 `toml:"snapshot_every" doc:"Distance in blocks between snapshots for joining nodes; 0 makes none."`
	SnapshotKeep  int64 `toml:"snapshot_keep" doc:"How many snapshots stay."`
}

// PoolConfig bounds what waits for a block.
type PoolConfig struct {
	MaxTxs      int64 `toml:"max_txs" doc:"Most transactions that wait for a block; more are told to try later."`
	MaxBytes    Size  `toml:"max_bytes" doc:"Most bytes of the transactions that wait for a block."`
	LocalGossip bool  `toml:"local_gossip" doc:"Do not pass on what peers sent. Only where every node is connected to every other."`
}

// GatewayConfig says what apps and browsers are served.
type GatewayConfig struct {
	Enabled        bool     `toml:"enabled" doc:"Serve the HTTP API, and keep the index that it needs."`
	Listen         string   `toml:"listen" doc:"Where the API listens, host:port; it is below /v2."`
	Rate           int64    `toml:"rate" doc:"Requests per second from one client; -1 for any number."`
	Burst          int64    `toml:"burst" doc:"Requests that a quiet client may send at once; 0 for twice the rate."`
	Concurrent     int64    `toml:"concurrent" doc:"Requests answered at the same time; more are told to try later."`
	MaxBatch       int64    `toml:"max_batch" doc:"Most transactions in one batch."`
	MaxBodies      Size     `toml:"max_bodies" doc:"Most bytes of request bodies in memory at once."`
	TrustedProxies []string `toml:"trusted_proxies" doc:"Networks, such as 10.0.0.0/8, whose X-Forwarded-For is believed."`
}

// FaucetConfig lets the gateway give tokens away.
type FaucetConfig struct {
	KeyFile    string `toml:"key_file" doc:"File with the private key of the account that pays, 64 hex digits; empty turns the faucet off. Relative paths are below the home."`
	Amount     uint64 `toml:"amount" doc:"Tokens in a package."`
	PerAccount int64  `toml:"per_account" doc:"Packages for one account in a day."`
	PerClient  int64  `toml:"per_client" doc:"Packages for one client in a day."`
}

// DebugConfig is for those who look into the process.
type DebugConfig struct {
	Pprof   string `toml:"pprof" doc:"Where Go's profiler listens, host:port, on loopback only; empty for nowhere."`
	Metrics bool   `toml:"metrics" doc:"Show Prometheus metrics at /metrics of the gateway."`
}

// defaultConfig is what a node does when nobody says otherwise.
func defaultConfig() Config {
	return Config{
		Validator: true,
		Log:       LogConfig{Level: "info", Format: "text"},
		Dirs: DirsConfig{
			State: "data/state", Snapshots: "data/snapshots", Index: "index", Files: "files", Wanted: "wanted", Censuses: "censuses",
		},
		P2P:       P2PConfig{Listen: "127.0.0.1:26656"},
		Consensus: ConsensusConfig{BlockTime: time.Second, ProposeTimeout: 3 * time.Second},
		State:     StateConfig{KeepVersions: 100, SnapshotEvery: 1000, SnapshotKeep: 2},
		Pool:      PoolConfig{MaxTxs: 200_000, MaxBytes: 512 << 20},
		Gateway: GatewayConfig{
			Enabled: true, Listen: "127.0.0.1:9090", Rate: 200, Concurrent: 512, MaxBatch: 10_000, MaxBodies: 256 << 20,
		},
		IPFS:   defaultIPFS(),
		Anchor: defaultAnchor(),
		Faucet: FaucetConfig{Amount: 100_000, PerAccount: 3, PerClient: 20},
		Debug:  DebugConfig{Metrics: true},
	}
}

// fault is a setting that makes no sense.
type fault struct {
	path   string
	reason string
}

func (f *fault) Error() string { return f.path + ": " + f.reason }

func bad(path, format string, args ...any) error {
	return &fault{path, fmt.Sprintf(format, args...)}
}

// check refuses nonsense, so that a node never runs on a setting that its
// operator did not mean. home must be absolute.
func (c *Config) check(home string) error {
	for _, check := range []func() error{
		c.checkWords, c.checkListeners, c.checkPeers, c.checkIPFS, c.checkAnchor, c.checkNumbers, c.checkStateSync, func() error { return c.checkDirs(home) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) checkWords() error {
	if c.Moniker == "" || len(c.Moniker) > 64 {
		return bad("moniker", "must have 1 to 64 bytes")
	}
	if _, err := logLevel(c.Log.Level); err != nil {
		return bad("log.level", "%v", err)
	}
	if c.Log.Format != "text" && c.Log.Format != "json" {
		return bad("log.format", "%q is neither text nor json", c.Log.Format)
	}
	for _, p := range c.Gateway.TrustedProxies {
		if _, err := netip.ParsePrefix(p); err != nil {
			return bad("gateway.trusted_proxies", "%q is not a network such as 10.0.0.0/8", p)
		}
	}
	return nil
}

// checkListeners sees that nothing listens where it should not, and no two
// things on one port.
func (c *Config) checkListeners() error {
	taken := map[string]string{}
	for _, l := range []struct {
		path, address string
		on, optional  bool
	}{
		{"p2p.listen", c.P2P.Listen, true, false},
		{"p2p.rpc", c.P2P.RPC, true, true},
		{"gateway.listen", c.Gateway.Listen, c.Gateway.Enabled, false},
		{"ipfs.listen", c.IPFS.Listen, c.embedded(), true},
		{"debug.pprof", c.Debug.Pprof, true, true},
	} {
		if !l.on || (l.optional && l.address == "") {
			continue
		}
		host, port, err := splitAddress(l.address)
		if err != nil {
			return bad(l.path, "%v", err)
		}
		if !loopback(host) && (!c.Public || l.path == "debug.pprof") {
			if l.path == "debug.pprof" {
				return bad(l.path, "%s is not on loopback; the profiler never listens elsewhere", l.address)
			}
			return bad(l.path, "%s is not on loopback; other machines may only connect with public = true (--public)", l.address)
		}
		if other, double := taken[port]; double && port != "0" {
			return bad(l.path, "port %s is that of %s", port, other)
		}
		taken[port] = l.path
	}
	return nil
}

func splitAddress(s string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(s)
	if err != nil {
		return "", "", fmt.Errorf("%q is not host:port", s)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return "", "", fmt.Errorf("%q is not a port", port)
	}
	return host, port, nil
}

// loopback tells whether only this machine can reach a host. A name other than
// localhost may mean anything.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

var nodeAddress = regexp.MustCompile(`^[0-9a-f]{40}@[^@]+:[0-9]{1,5}$`)

func (c *Config) checkPeers() error {
	for _, list := range []struct {
		path  string
		nodes []string
	}{{"p2p.peers", c.P2P.Peers}, {"p2p.seeds", c.P2P.Seeds}} {
		for _, n := range list.nodes {
			if !nodeAddress.MatchString(n) {
				return bad(list.path, "%q is not id@host:port with an id of 40 hex digits", n)
			}
		}
	}
	if c.P2P.External != "" {
		if _, _, err := splitAddress(c.P2P.External); err != nil {
			return bad("p2p.external", "%v", err)
		}
	}
	if len(c.P2P.Seeds) > 0 && !c.P2P.Exchange {
		return bad("p2p.seeds", "are of no use without p2p.exchange = true")
	}
	return nil
}

func (c *Config) checkNumbers() error {
	for _, n := range []struct {
		path       string
		v, low, hi int64
	}{
		{"memory_limit", int64(c.MemoryLimit), 0, 1 << 50},
		{"state.keep_versions", c.State.KeepVersions, 10, 1_000_000},
		{"state.snapshot_every", c.State.SnapshotEvery, 0, 10_000_000},
		{"state.snapshot_keep", c.State.SnapshotKeep, 1, 1000},
		{"consensus.retain_blocks", c.Consensus.RetainBlocks, 0, 1 << 50},
		{"pool.max_txs", c.Pool.MaxTxs, 1, 100_000_000},
		{"pool.max_bytes", int64(c.Pool.MaxBytes), 1 << 20, 1 << 50},
		{"gateway.rate", c.Gateway.Rate, -1, 1_000_000},
		{"gateway.burst", c.Gateway.Burst, 0, 1_000_000},
		{"gateway.concurrent", c.Gateway.Concurrent, 1, 100_000},
		{"gateway.max_batch", c.Gateway.MaxBatch, 1, 100_000},
		{"gateway.max_bodies", int64(c.Gateway.MaxBodies), 64 << 20, 1 << 50},
		{"ipfs.max_peers", c.IPFS.MaxPeers, 1, 10_000},
		{"ipfs.min_free", int64(c.IPFS.MinFree), 0, 1 << 50},
		{"ipfs.quota", int64(c.IPFS.Quota), 0, 1 << 50},
		{"ipfs.max_census", int64(c.IPFS.MaxCensus), 1 << 20, 1 << 40},
		{"faucet.per_account", c.Faucet.PerAccount, 1, 1_000_000},
		{"faucet.per_client", c.Faucet.PerClient, 1, 1_000_000_000},
	} {
		if n.v < n.low || n.v > n.hi {
			return bad(n.path, "%d is not within %d and %d", n.v, n.low, n.hi)
		}
	}
	if c.MemoryLimit != 0 && c.MemoryLimit < 256<<20 {
		return bad("memory_limit", "%s is too little for a node; 256MiB is the least", c.MemoryLimit)
	}
	if c.Gateway.Rate == 0 {
		return bad("gateway.rate", "0 would answer nobody; -1 is any number")
	}
	for _, d := range []struct {
		path string
		v    time.Duration
	}{{"consensus.block_time", c.Consensus.BlockTime}, {"consensus.propose_timeout", c.Consensus.ProposeTimeout}} {
		if d.v < time.Millisecond || d.v > time.Hour {
			return bad(d.path, "%s is not within 1ms and 1h", d.v)
		}
	}
	if c.Faucet.KeyFile != "" && c.Faucet.Amount == 0 {
		return bad("faucet.amount", "a faucet that gives nothing")
	}
	if c.Faucet.KeyFile != "" && !c.Gateway.Enabled {
		return bad("faucet.key_file", "the faucet is part of the gateway, which is off")
	}
	return nil
}

var blockHash = regexp.MustCompile(`^[0-9A-Fa-f]{64}$`)

func (c *Config) checkStateSync() error {
	s := c.StateSync
	if len(s.Servers) == 0 {
		return nil
	}
	switch {
	case len(s.Servers) < 2:
		return bad("state_sync.servers", "two are needed, so that they can be compared")
	case s.TrustHeight < 1:
		return bad("state_sync.trust_height", "a snapshot cannot be trusted without a block to start from")
	case !blockHash.MatchString(s.TrustHash):
		return bad("state_sync.trust_hash", "%q is not 64 hex digits", s.TrustHash)
	}
	return nil
}

// namedDir is a directory and the setting that names it.
type namedDir struct{ path, dir string }

// dirs are the directories, absolute.
func (c *Config) dirs(home string) []namedDir {
	return []namedDir{
		{"dirs.state", below(home, c.Dirs.State)},
		{"dirs.snapshots", below(home, c.Dirs.Snapshots)},
		{"dirs.index", below(home, c.Dirs.Index)},
		{"dirs.files", below(home, c.Dirs.Files)},
		{"dirs.wanted", below(home, c.Dirs.Wanted)},
		{"dirs.censuses", below(home, c.Dirs.Censuses)},
	}
}

// below makes a path of the file absolute.
func below(home, path string) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(home, path)
	}
	return filepath.Clean(path)
}

// checkDirs sees that no part of the node writes into another's directory, nor
// where consensus keeps its keys.
func (c *Config) checkDirs(home string) error {
	dirs := c.dirs(home)
	keys := filepath.Join(home, "config")
	for _, d := range dirs {
		if within(home, d.dir) {
			return bad(d.path, "%s holds the whole home", d.dir)
		}
		if within(d.dir, keys) || within(keys, d.dir) {
			return bad(d.path, "%s is where the keys are", d.dir)
		}
	}
	for i, d := range dirs {
		for j, other := range dirs {
			if i != j && within(d.dir, other.dir) {
				return bad(d.path, "%s is inside %s of %s", d.dir, other.dir, other.path)
			}
		}
	}
	return nil
}

// within tells whether path is dir or below it.
func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
