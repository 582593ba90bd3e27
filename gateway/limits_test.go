package gateway

import (
	"net/http"
	"net/netip"
	"testing"
	"time"
)

func TestClientsAreTheirAddressOrNetwork(t *testing.T) {
	l := Limits{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for _, c := range []struct{ peer, forwarded, want string }{
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
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{}}
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := netip.Prefix(l.clientOf(r)).String(); got != c.want {
			t.Errorf("%s forwarding %q is %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}

func TestAMeterRemembersNoMoreThanItMay(t *testing.T) {
	now := time.Now()
	m := newMeter[int](1, 1, 100, func() time.Time { return now })
	for k := range 10_000 {
		if m.take(k, 1) > 0 {
			t.Fatalf("key %d was refused at first", k)
		}
		if n := len(m.young) + len(m.old); n > 100 {
			t.Fatalf("%d keys are remembered", n)
		}
	}
	if m.take(9_999, 1) == 0 {
		t.Fatal("a key that was just used was forgotten")
	}
	// A busy key survives the others.
	for k := range 10_000 {
		m.take(-1, 1)
		m.take(k, 1)
	}
	if m.take(-1, 1) == 0 {
		t.Fatal("a busy key was forgotten")
	}
	now = now.Add(time.Second)
	if m.take(-1, 1) != 0 {
		t.Fatal("a second gives no new use")
	}
}

func TestNoMeterLetsEverythingPass(t *testing.T) {
	var m *meter[int]
	if m.take(1, 1) != 0 {
		t.Fatal("refused")
	}
}
