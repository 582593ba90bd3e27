package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"urna/gateway/censuses"
	"urna/ipfs"
	"urna/ipfs/replica"
)

// IPFSConfig says how files are shared with other nodes. It is of use with a
// gateway only.
type IPFSConfig struct {
	Kubo      string        `toml:"kubo" doc:"RPC of a Kubo daemon to keep files in, host:port, instead of an IPFS node in this process; empty for the latter. Listening, peers, DHT and disk are then the daemon's business."`
	Listen    string        `toml:"listen" doc:"Where other IPFS nodes connect over TCP, IP:port; empty for nowhere."`
	External  string        `toml:"external" doc:"Address that IPFS nodes are told instead, host:port, for a node behind a router."`
	Peers     []string      `toml:"peers" doc:"IPFS nodes to stay connected with, such as /ip4/192.0.2.1/tcp/4101/p2p/ID; 'urnad keys show' prints a node's id."`
	Bootstrap []string      `toml:"bootstrap" doc:"IPFS nodes where the DHT begins, written as peers; peers serve, too."`
	DHT       string        `toml:"dht" doc:"Part in the table of who has what: server keeps some of it for others, client only asks, off asks nobody but peers."`
	Public    bool          `toml:"public" doc:"Take part in the DHT of the public IPFS network instead of that of Urna's nodes. It needs bootstrap."`
	SwarmKey  string        `toml:"swarm_key" doc:"File as Kubo's swarm.key: only nodes that have it, too, can connect. Empty for none. Relative paths are below the home."`
	MaxPeers  int64         `toml:"max_peers" doc:"IPFS nodes that may be connected at a time."`
	MinFree   Size          `toml:"min_free" doc:"Room that must stay free on the disk of the files; with less, nothing more is stored."`
	Quota     Size          `toml:"quota" doc:"Room that the files may take; 0 for any. When it is nearly used up, files are let go that nobody has needed for longest; those of open elections never are."`
	Keep      time.Duration `toml:"keep" doc:"For how long after its result the files of an election stay, whatever the quota."`
	MaxCensus Size          `toml:"max_census" doc:"Largest census that is fetched."`
}

func defaultIPFS() IPFSConfig {
	return IPFSConfig{
		Listen: "127.0.0.1:4101", DHT: string(ipfs.DHTServer), MaxPeers: 64, MinFree: 256 << 20,
		Quota: 20 << 30, Keep: 30 * 24 * time.Hour, MaxCensus: 512 << 20,
	}
}

// embedded tells whether an IPFS node runs in this process.
func (c *Config) embedded() bool { return c.Gateway.Enabled && c.IPFS.Kubo == "" }

func (c *Config) checkIPFS() error {
	i := c.IPFS
	if i.Kubo != "" {
		if _, _, err := splitAddress(i.Kubo); err != nil {
			return bad("ipfs.kubo", "%v", err)
		}
	}
	if i.Listen != "" && ipfs.CheckListen(i.Listen) != nil {
		return bad("ipfs.listen", "%q is not IP:port", i.Listen)
	}
	if i.External != "" {
		if _, _, err := splitAddress(i.External); err != nil {
			return bad("ipfs.external", "%v", err)
		}
	}
	for _, list := range []struct {
		path  string
		nodes []string
	}{{"ipfs.peers", i.Peers}, {"ipfs.bootstrap", i.Bootstrap}} {
		for _, n := range list.nodes {
			if err := ipfs.CheckPeer(n); err != nil {
				return bad(list.path, "%q is not the address of an IPFS node: %v", n, err)
			}
		}
	}
	switch d := ipfs.DHT(i.DHT); {
	case d != ipfs.DHTOff && d != ipfs.DHTClient && d != ipfs.DHTServer:
		return bad("ipfs.dht", "%q is neither server, client nor off", i.DHT)
	case i.Public && d == ipfs.DHTOff:
		return bad("ipfs.public", "the public network needs the DHT")
	case i.Public && len(i.Bootstrap) == 0:
		return bad("ipfs.bootstrap", "the public network begins somewhere")
	case i.Public && i.SwarmKey != "":
		return bad("ipfs.swarm_key", "keeps the public network out")
	}
	if i.Keep < time.Hour || i.Keep > 100*365*24*time.Hour {
		return bad("ipfs.keep", "%s is not within an hour and 100 years", i.Keep)
	}
	return nil
}

// ipfsKeyFile holds who the node is among IPFS nodes, beside its other keys.
func ipfsKeyFile(home string) string { return filepath.Join(home, "config", "ipfs_key") }

// openFiles opens the store of files, in this process or in a daemon.
func (n *node) openFiles(ctx context.Context) (*ipfs.Store, error) {
	c := n.cfg.IPFS
	if c.Kubo != "" {
		s, err := ipfs.Dial(ctx, c.Kubo)
		if err != nil {
			return nil, fmt.Errorf("ipfs.kubo: %w", err)
		}
		return s, nil
	}
	dir, err := n.dir(n.cfg.Dirs.Files)
	if err != nil {
		return nil, err
	}
	cfg := ipfs.Config{
		Dir: dir, Identity: ipfsKeyFile(n.home), Listen: c.Listen, External: c.External, Peers: c.Peers, Bootstrap: c.Bootstrap,
		DHT: ipfs.DHT(c.DHT), Public: c.Public, MaxPeers: int(c.MaxPeers), MinFree: int64(c.MinFree), Log: n.log,
	}
	if c.SwarmKey != "" {
		if cfg.SwarmKey, err = ipfs.ReadSwarmKey(below(n.home, c.SwarmKey)); err != nil {
			return nil, fmt.Errorf("ipfs.swarm_key: %w", err)
		}
	}
	ipfs.Quiet()
	s, err := ipfs.Start(cfg)
	if err != nil {
		return nil, fmt.Errorf("open files: %w", err)
	}
	return s, nil
}

// ipfsAddress is where IPFS nodes find this one, or why they do not.
func (n *node) ipfsAddress() string {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	st, err := n.files.Status(ctx)
	if err != nil {
		return err.Error()
	}
	if len(st.Addresses) == 0 {
		return "listens nowhere"
	}
	return st.Addresses[0]
}

// openCensuses opens the census service.
func (n *node) openCensuses(files *ipfs.Store) (*censuses.Service, error) {
	dir, err := n.dir(n.cfg.Dirs.Censuses)
	if err != nil {
		return nil, err
	}
	s, err := censuses.Open(censuses.Config{
		Dir: dir, Files: files, Log: n.log,
		Needed: func(uri string) bool { return n.replica.Needed(uri) }, // it is there before anybody calls
	})
	if err != nil {
		return nil, fmt.Errorf("open censuses: %w", err)
	}
	return s, nil
}

// The kinds of files that the chain refers to.
const (
	metadataKind  replica.Kind = "metadata"
	encryptedKind replica.Kind = "encrypted metadata"
	censusKind    replica.Kind = "census"
)

// maxMetadata is the largest metadata that a gateway takes or shows.
const maxMetadata = 1 << 20

// replicate keeps copies of what the chain refers to, until ctx ends, and brings
// the censuses among them to the census service. Trouble with files is no fault of
// the node.
func (n *node) replicate(ctx context.Context, files *ipfs.Store, lists *censuses.Service) error {
	dir, err := n.dir(n.cfg.Dirs.Wanted)
	if err != nil {
		return err
	}
	c := n.cfg.IPFS
	r, err := replica.Open(replica.Config{
		Dir: dir, Files: files, Feeder: &needs{n.blocks}, Log: n.log, Metrics: n.registry(),
		Kinds: map[replica.Kind]replica.Rule{
			metadataKind:  {Limit: maxMetadata, Check: checkMetadata},
			encryptedKind: {Limit: maxMetadata, Check: func(io.Reader) error { return nil }},
			censusKind: {Limit: int64(c.MaxCensus), Check: lists.Verify, Held: func(_ context.Context, uri string) {
				if err := lists.Offer(uri); err != nil && ctx.Err() == nil {
					n.log.Error("a census is not imported", "uri", uri, "error", err)
				}
			}},
		},
		Keep: c.Keep, Quota: int64(c.Quota),
	})
	if err != nil {
		return err
	}
	n.replica = r
	n.onStop(r.Close)
	n.group.Go(func() error { return r.Run(ctx) })
	return nil
}

// checkMetadata takes a JSON object. Clients read more out of it; the chain does
// not.
func checkMetadata(r io.Reader) error {
	text, err := io.ReadAll(r) // the limit is small
	if err != nil {
		return err
	}
	if text = bytes.TrimLeft(text, " \t\r\n"); !bytes.HasPrefix(text, []byte("{")) || !json.Valid(text) {
		return errors.New("metadata is not a JSON object")
	}
	return nil
}
