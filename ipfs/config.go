package ipfs

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strconv"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/pnet"
	"github.com/multiformats/go-multiaddr"
)

// DHT says what part a node takes in the distributed table of who has what.
type DHT string

// The parts that a node can take.
const (
	DHTOff    DHT = "off"    // asks its peers only
	DHTClient DHT = "client" // asks the table
	DHTServer DHT = "server" // keeps a part of it for others; it must be reachable
)

// Config says how a node in this process lives among its peers. The zero value
// listens nowhere and knows nobody.
type Config struct {
	Dir      string // of blocks and pins; "" keeps them in memory
	Identity string // file of the node's key, made if need be; "" makes one for now

	Listen   string // host:port over TCP, host an IP address; "" for nowhere
	External string // host:port that peers are told instead; host may be a name

	Peers     []string // addresses with /p2p/<id> to stay connected with
	Bootstrap []string // addresses with /p2p/<id> where the DHT begins

	DHT    DHT  // "" is off
	Public bool // take part in the DHT of the public network instead of Urna's own

	// SwarmKey is the content of a file as Kubo's swarm.key: only nodes that
	// have it, too, can connect. nil for none.
	SwarmKey []byte

	MaxPeers int   // connected at a time; 0 is 64
	MinFree  int64 // bytes that must stay free on the disk

	Log *slog.Logger // required
}

func (c *Config) complete() error {
	if c.Log == nil {
		return errors.New("a log is required")
	}
	if c.MaxPeers == 0 {
		c.MaxPeers = 64
	}
	if c.DHT == "" {
		c.DHT = DHTOff
	}
	switch {
	case c.MaxPeers < 1 || c.MaxPeers > 10_000:
		return fmt.Errorf("%d peers are not within 1 and 10000", c.MaxPeers)
	case c.DHT != DHTOff && c.DHT != DHTClient && c.DHT != DHTServer:
		return fmt.Errorf("DHT %q is neither off, client nor server", c.DHT)
	case c.Public && c.SwarmKey != nil:
		return errors.New("a node with a swarm key cannot take part in the public network")
	case c.Public && c.DHT == DHTOff:
		return errors.New("the public network needs the DHT")
	case c.MinFree < 0:
		return errors.New("MinFree is negative")
	}
	return nil
}

// CheckPeer tells whether s is the address of a node, such as
// /ip4/127.0.0.1/tcp/4001/p2p/12D3KooW....
func CheckPeer(s string) error {
	_, err := peer.AddrInfoFromString(s)
	return err
}

// CheckListen tells whether a node can listen at s: an IP address, or localhost,
// and a port.
func CheckListen(s string) error {
	a, err := tcpAddress(s)
	if err != nil {
		return err
	}
	if _, err := a.ValueForProtocol(multiaddr.P_DNS); err == nil {
		return fmt.Errorf("%q is not an IP address and a port", s)
	}
	return nil
}

// Address is how a peer is told to reach a node with an id at host:port.
func Address(hostport, id string) (string, error) {
	a, err := tcpAddress(hostport)
	if err != nil {
		return "", err
	}
	return a.String() + "/p2p/" + id, nil
}

// tcpAddress is host:port as libp2p writes it.
func tcpAddress(hostport string) (multiaddr.Multiaddr, error) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, fmt.Errorf("%q is not host:port", hostport)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return nil, fmt.Errorf("%q is not a port", port)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	kind := "dns"
	if ip, err := netip.ParseAddr(host); err == nil {
		kind = "ip4"
		if ip.Is6() {
			kind = "ip6"
		}
	}
	return multiaddr.NewMultiaddr("/" + kind + "/" + host + "/tcp/" + port)
}

func addresses(list []string) ([]peer.AddrInfo, error) {
	var out []multiaddr.Multiaddr
	for _, s := range list {
		a, err := multiaddr.NewMultiaddr(s)
		if err != nil {
			return nil, fmt.Errorf("peer %q: %w", s, err)
		}
		out = append(out, a)
	}
	infos, err := peer.AddrInfosFromP2pAddrs(out...)
	if err != nil {
		return nil, fmt.Errorf("peers %q: %w", list, err)
	}
	return infos, nil
}

// ReadSwarmKey reads and checks the file of a swarm key.
func ReadSwarmKey(file string) ([]byte, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if _, err := pnet.DecodeV1PSK(bytes.NewReader(b)); err != nil {
		return nil, fmt.Errorf("%s is not a swarm key: %w", file, err)
	}
	return b, nil
}

// SwarmKey writes 32 secret bytes as the file of a swarm key.
func SwarmKey(secret [32]byte) []byte {
	return []byte("/key/swarm/psk/1.0.0/\n/base16/\n" + hex.EncodeToString(secret[:]) + "\n")
}
