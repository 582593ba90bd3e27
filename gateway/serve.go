package gateway

import (
	"context"
	"errors"
	"math"
	"net/http"
	"runtime/debug"
	"time"
)

// recorder remembers whether an answer has begun, and which.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// door is what every request passes first: it lets browsers of any site in,
// since nothing here depends on cookies, and answers their preflights.
func (g *Gateway) door(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "Retry-After")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept, Last-Event-ID, X-Requested-With")
			h.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// answerTime is what is left for sending the answer when the time for making it
// is over.
const answerTime = 10 * time.Second

// endpoint wraps the handler of a call of the API. A long one streams its
// answer: it has no deadline and takes no place among the requests under way.
func (g *Gateway) endpoint(rt route, long bool) http.Handler {
	limit := g.limits.body(rt.pattern)
	return g.answer(rt, func(w http.ResponseWriter, r *http.Request) error {
		if wait := g.clients.take(g.limits.clientOf(r)); wait > 0 {
			return tooMany("too many requests", wait)
		}
		deadline := time.Time{}
		if !long {
			select {
			case g.running <- struct{}{}:
				defer func() { <-g.running }()
			default:
				return overloaded("too many requests are being answered; try again later")
			}
			deadline = time.Now().Add(g.limits.Timeout)
			ctx, cancel := context.WithDeadline(r.Context(), deadline)
			defer cancel()
			r = r.WithContext(ctx)
		}
		// The errors say that the connection has no deadlines, as in tests.
		rc := http.NewResponseController(w)
		_ = rc.SetReadDeadline(deadline)
		if !long {
			deadline = deadline.Add(answerTime)
		}
		_ = rc.SetWriteDeadline(deadline)
		release, err := g.bound(w, r, limit)
		if err != nil {
			return err
		}
		defer release()
		return rt.handler(w, r)
	})
}

// bound limits the body of a request, and waits until there is memory for it.
func (g *Gateway) bound(w http.ResponseWriter, r *http.Request, limit int64) (release func(), err error) {
	if r.Body == nil || r.Body == http.NoBody {
		return func() {}, nil
	}
	size := r.ContentLength
	if size > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	if size < 0 {
		size = limit
	}
	if err := g.bodies.Acquire(r.Context(), size); err != nil {
		return nil, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	return func() { g.bodies.Release(size) }, nil
}

// public wraps a handler that must answer when the API is at its limits.
func (g *Gateway) public(rt route) http.Handler { return g.answer(rt, rt.handler) }

// answer calls a handler and sees that its request ends in one answer: a panic
// or an error becomes a problem document, unless an answer has begun; then the
// connection is cut, so that nobody takes half an answer for a whole one.
func (g *Gateway) answer(rt route, handler handlerFunc) http.Handler {
	observe := g.metrics.route(rt)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		rec := &recorder{ResponseWriter: w}
		defer func() { observe(rec.status, time.Since(began)) }()
		if err := g.guarded(rt, handler, rec, r); err != nil {
			g.refuse(rt, rec, err)
		}
	})
}

var errPanic = errors.New("panic")

func (g *Gateway) guarded(rt route, handler handlerFunc, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler {
			panic(v)
		}
		g.log.Error("handler panicked", "route", rt.pattern, "panic", v, "stack", string(debug.Stack()))
		err = errPanic
	}()
	return handler(w, r)
}

func (g *Gateway) refuse(rt route, w *recorder, err error) {
	p, fault := asProblem(err)
	if fault && err != errPanic {
		// The path may hold a secret that a client put there; the pattern cannot.
		g.log.Error("request ended in a fault", "route", rt.pattern, "error", err)
	}
	if w.status != 0 {
		panic(http.ErrAbortHandler)
	}
	p.write(w)
}

// noEndpoint answers what no route takes.
func (g *Gateway) noEndpoint(mux *http.ServeMux) http.Handler {
	return g.public(route{pattern: "none", handler: func(w http.ResponseWriter, r *http.Request) error {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
			if _, pattern := mux.Handler(other); pattern != "/" {
				w.Header().Add("Allow", method)
			}
		}
		if w.Header().Get("Allow") != "" {
			return problem(http.StatusMethodNotAllowed, codeMethod, "this endpoint does not take %s", r.Method)
		}
		return problem(http.StatusNotFound, codeNoEndpoint, "no such endpoint")
	}})
}

// tooMany is the problem for a client that has used up its share.
func tooMany(text string, wait time.Duration) *Problem {
	p := newProblem(http.StatusTooManyRequests, codeRateLimit, text)
	p.retryAfter = int(math.Ceil(min(wait.Seconds(), 1e9)))
	return p
}
