package peer

import (
	"net/netip"
	"testing"
)

func TestClientsAreTheirAddressOrNetwork(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.1:1234", "", "192.0.2.1/32"},
		{"192.0.2.1:1234", "198.51.100.7", "192.0.2.1/32"}, // a stranger's word
		{"[::ffff:192.0.2.1]:1234", "", "192.0.2.1/32"},
		{"[2001:db8:1:2:3:4:5:6]:1234", "", "2001:db8:1:2::/64"},
		{"[fe80::1%eth0]:1234", "", "fe80::/64"},
		{"10.1.2.3:1234", "", "10.1.2.3/32"},
		{"10.1.2.3:1234", "198.51.100.7", "198.51.100.7/32"},
		{"10.1.2.3:1234", "203.0.113.9, 198.51.100.7", "198.51.100.7/32"},
		{"10.1.2.3:1234", "198.51.100.7, 10.4.4.4", "198.51.100.7/32"},
		{"10.1.2.3:1234", "nonsense, 10.4.4.4", "10.4.4.4/32"},
		{"10.1.2.3:1234", "2001:db8::5", "2001:db8::/64"},
		{"pipe", "", "invalid Prefix"},
	} {
		var forwarded []string
		if c.forwarded != "" {
			forwarded = []string{c.forwarded}
		}
		if got := Of(c.remote, forwarded, trusted).String(); got != c.want {
			t.Errorf("%s forwarding %q is %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
	if got := Of("10.1.2.3:1", []string{"203.0.113.9", "198.51.100.7"}, trusted).String(); got != "198.51.100.7/32" {
		t.Errorf("of two headers %s counts", got)
	}
}
