package gateway

import (
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"urna/internal/peer"
)

// Limits bound what clients may ask for. A zero field means its default.
type Limits struct {
	MaxBody      int64 // bytes of a request body; 2 MiB
	MaxBatchBody int64 // bytes of a batch of transactions; 16 MiB
	MaxDumpBody  int64 // bytes of a census that is imported; 64 MiB, some two million members
	MaxBodies    int64 // bytes of all request bodies in memory at once; 256 MiB
	MaxBatch     int   // transactions in a batch; 10,000
	MaxMetadata  int   // bytes of a metadata document; 1 MiB

	// What one client may do: an IPv4 address or an IPv6 network of 64 bits.
	Rate        float64 // requests per second; 200. Below zero nothing is bounded by client
	Burst       int     // requests that a quiet client may send at once; twice the rate
	Parallel    int     // requests that are answered at the same time; 128
	CensusBytes int     // bytes of census members that are taken in a day; 512 MiB, some five million members
	Clients     int     // clients remembered at most; 65,536

	Concurrent int           // requests answered at the same time; 512
	Timeout    time.Duration // for reading and answering one request; 30 s

	// TrustedProxies may name the client in X-Forwarded-For.
	TrustedProxies []netip.Prefix
}

func (l *Limits) complete() error {
	def(&l.MaxBody, 2<<20)
	def(&l.MaxBatchBody, 16<<20)
	def(&l.MaxDumpBody, 64<<20)
	def(&l.MaxBodies, 256<<20)
	def(&l.MaxBatch, 10_000)
	def(&l.MaxMetadata, 1<<20)
	def(&l.Rate, 200)
	def(&l.Burst, int(2*l.Rate)+1)
	def(&l.Parallel, 128)
	def(&l.CensusBytes, 512<<20)
	def(&l.Clients, 1<<16)
	def(&l.Concurrent, 512)
	def(&l.Timeout, 30*time.Second)
	if l.Rate < 0 {
		l.Burst = 1
	}
	if min(l.MaxBody, l.MaxBatchBody, l.MaxDumpBody, l.MaxBodies, int64(l.MaxBatch), int64(l.MaxMetadata),
		int64(l.Burst), int64(l.Parallel), int64(l.CensusBytes), int64(l.Clients), int64(l.Concurrent), int64(l.Timeout)) < 1 {
		return errors.New("limits must be above zero")
	}
	if l.MaxBodies < max(l.MaxBody, l.MaxBatchBody, l.MaxDumpBody) {
		return errors.New("MaxBodies is less than one body may have")
	}
	return nil
}

func def[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// body is the bound for the body of a request to the pattern.
func (l *Limits) body(pattern string) int64 {
	switch pattern {
	case "/chain/transactions/batch":
		return l.MaxBatchBody
	case "/censuses/{census}/import":
		return l.MaxDumpBody
	}
	return l.MaxBody
}

// client is who a rate limit counts; see package internal/peer.
type client netip.Prefix

func (l *Limits) clientOf(r *http.Request) client {
	return client(peer.Of(r.RemoteAddr, r.Header.Values("X-Forwarded-For"), l.TrustedProxies))
}

// meter bounds how often each key may do something, and how many keys it
// remembers: those of two generations, of which the older is forgotten when the
// younger is full. A forgotten key starts anew, so the bound must be larger
// than the number of keys that are busy at once.
type meter[K comparable] struct {
	now   func() time.Time
	limit rate.Limit
	burst int
	half  int

	mu         sync.Mutex // guards what follows
	young, old map[K]*rate.Limiter
}

func newMeter[K comparable](perSecond float64, burst, keys int, now func() time.Time) *meter[K] {
	return &meter[K]{now: now, limit: rate.Limit(perSecond), burst: burst, half: max(keys/2, 1), young: map[K]*rate.Limiter{}}
}

// take counts n uses by k. If that is too many, it counts none and tells when to
// come again. A nil meter lets everything pass.
func (m *meter[K]) take(k K, n int) (wait time.Duration) {
	if m == nil {
		return 0
	}
	now := m.now()
	m.mu.Lock()
	l := m.find(k)
	m.mu.Unlock()
	use := l.ReserveN(now, min(n, m.burst))
	if wait = use.DelayFrom(now); wait > 0 {
		use.CancelAt(now)
	}
	return wait
}

// find needs m.mu.
func (m *meter[K]) find(k K) *rate.Limiter {
	if l, ok := m.young[k]; ok {
		return l
	}
	l, ok := m.old[k]
	if !ok {
		l = rate.NewLimiter(m.limit, m.burst)
	}
	if len(m.young) >= m.half {
		m.old, m.young = m.young, make(map[K]*rate.Limiter, m.half)
	}
	m.young[k] = l
	return l
}

// crowd bounds how many requests of each client are under way. A nil crowd lets
// everything pass.
type crowd struct {
	limit int

	mu    sync.Mutex
	count map[client]int // above zero; guarded by mu
}

func newCrowd(limit int) *crowd { return &crowd{limit: limit, count: map[client]int{}} }

func (c *crowd) enter(k client) bool {
	if c == nil {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count[k] >= c.limit {
		return false
	}
	c.count[k]++
	return true
}

func (c *crowd) leave(k client) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count[k]--; c.count[k] == 0 {
		delete(c.count, k)
	}
}
