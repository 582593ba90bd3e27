package issuer

import (
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// ErrTooOften reports somebody who asks more often than is allowed.
var ErrTooOften = errors.New("too many requests; try again later")

// limiter bounds how often each of many keys may do something.
type limiter struct {
	burst int
	every time.Duration
	most  int

	mu   sync.Mutex // guards keys
	keys map[string]*rate.Limiter
}

func newLimiter(burst int, every time.Duration, most int) *limiter {
	return &limiter{burst: burst, every: every, most: most, keys: map[string]*rate.Limiter{}}
}

// allow tells whether the key may do it now. When too many keys are remembered,
// those are forgotten that have nothing to answer for; if none has, the key must
// wait.
func (l *limiter) allow(key string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.keys[key]
	if one == nil {
		if len(l.keys) >= l.most {
			for k, r := range l.keys {
				if r.TokensAt(now) >= float64(l.burst) {
					delete(l.keys, k)
				}
			}
		}
		if len(l.keys) >= l.most {
			return false
		}
		one = rate.NewLimiter(rate.Every(l.every), l.burst)
		l.keys[key] = one
	}
	return one.AllowN(now, 1)
}
