package gateway

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"runtime/debug"
	"time"

	"golang.org/x/sync/semaphore"
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
		from := g.limits.clientOf(r)
		if wait := g.clients.take(from, 1); wait > 0 {
			return tooMany("too many requests", wait)
		}
		// The errors of rc say that the connection has no deadlines, as in tests.
		rc := http.NewResponseController(w)
		if long {
			_ = rc.SetReadDeadline(time.Time{})
			_ = rc.SetWriteDeadline(time.Time{})
			return rt.handler(w, r)
		}
		if !g.crowd.enter(from) {
			return tooMany("too many requests at once", time.Second)
		}
		defer g.crowd.leave(from)
		select {
		case g.running <- struct{}{}:
			defer func() { <-g.running }()
		default:
			return overloaded("too many requests are being answered; try again later")
		}
		deadline := time.Now().Add(g.limits.Timeout)
		_ = rc.SetReadDeadline(deadline)
		_ = rc.SetWriteDeadline(deadline.Add(answerTime))
		ctx, cancel := context.WithDeadline(r.Context(), deadline)
		defer cancel()
		r = r.WithContext(ctx)
		if r.Body != nil && r.Body != http.NoBody {
			body := &boundedBody{ReadCloser: http.MaxBytesReader(w, r.Body, limit), ctx: ctx, budget: g.bodies}
			defer body.release()
			r.Body = body
			if r.ContentLength > limit {
				return &http.MaxBytesError{Limit: limit}
			}
		}
		return rt.handler(w, r)
	})
}

// boundedBody takes memory from the budget for all bodies as bytes arrive, not
// as they are announced: whoever sends slowly holds little.
type boundedBody struct {
	io.ReadCloser
	ctx    context.Context
	budget *semaphore.Weighted
	taken  int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		if err := b.budget.Acquire(b.ctx, int64(n)); err != nil {
			return 0, err
		}
		b.taken += int64(n)
	}
	return n, err
}

func (b *boundedBody) release() { b.budget.Release(b.taken) }

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
