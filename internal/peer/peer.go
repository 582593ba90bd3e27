// Package peer tells who a request comes from, for whoever bounds what one client
// may ask for.
//
// It promises that nobody chooses whom they are counted as: a word about the client
// counts only if a proxy that the operator trusts has said it.
package peer

import (
	"net/netip"
	"strings"
)

// Of finds the client behind a request: an IPv4 address or an IPv6 network of 64
// bits, which is what one person may have. Remote is the other end of the connection,
// "host:port"; forwarded are the X-Forwarded-For headers, of which the last address
// counts that is not a trusted proxy: the ones before it are hearsay. The zero Prefix
// is everybody whose address is not known.
func Of(remote string, forwarded []string, trusted []netip.Prefix) netip.Prefix {
	from, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	addr := from.Addr().Unmap()
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(hops) - 1; i >= 0 && contains(trusted, addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, err := addr.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

func contains(networks []netip.Prefix, a netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}
