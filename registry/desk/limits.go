package desk

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"urna/internal/peer"
)

// maxClients bounds what is remembered of clients.
const maxClients = 1 << 14

// limits bounds tries, by client and in all. Codes cannot be guessed; the bounds
// keep the database free for those who have one.
type limits struct {
	cfg Config
	all *rate.Limiter

	mu      sync.Mutex
	clients map[netip.Prefix]*rate.Limiter // guarded by mu
}

func newLimits(cfg Config) *limits {
	return &limits{
		cfg: cfg, all: rate.NewLimiter(rate.Limit(cfg.PerSecond), cfg.PerSecond),
		clients: map[netip.Prefix]*rate.Limiter{},
	}
}

// take counts a try and returns 0, or how long its client must wait.
func (l *limits) take(r *http.Request) time.Duration {
	now := l.cfg.Now()
	if wait := take(l.client(peer.Of(r.RemoteAddr, r.Header.Values("X-Forwarded-For"), l.cfg.TrustedProxies), now), now); wait > 0 {
		return wait
	}
	return take(l.all, now)
}

func take(b *rate.Limiter, now time.Time) time.Duration {
	if b.AllowN(now, 1) {
		return 0
	}
	missing := 1 - b.TokensAt(now)
	return max(time.Duration(missing/float64(b.Limit())*float64(time.Second)), 1)
}

// client finds a client's bucket. When there is no room, those that are full are
// forgotten; if all have tried a moment ago, the newcomers share one.
func (l *limits) client(p netip.Prefix, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.clients[p]; ok {
		return b
	}
	if len(l.clients) >= maxClients {
		for p, b := range l.clients {
			if b.TokensAt(now) >= float64(b.Burst()) {
				delete(l.clients, p)
			}
		}
	}
	if len(l.clients) >= maxClients {
		p = netip.Prefix{}
		if b, ok := l.clients[p]; ok {
			return b
		}
	}
	b := rate.NewLimiter(rate.Limit(float64(l.cfg.PerMinute)/60), l.cfg.PerMinute)
	l.clients[p] = b
	return b
}
