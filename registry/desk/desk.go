// Package desk is the counter where members redeem their invitations: a page and
// two calls over HTTP. It promises that a code is used once, by who has the key of
// the address, and that neither answers nor logs tell anything of a person. It
// refuses more than a few tries a minute from one client. What it hears is secret
// until it is used, so it is to be spoken to through TLS.
package desk

import (
	"context"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"urna/crypto/ethkey"
	"urna/registry"
	"urna/registry/invitation"
)

// Registry is what the desk needs of a *registry.Registry.
type Registry interface {
	Organisation() string
	ID() string
	Redeem(ctx context.Context, c invitation.Code, a ethkey.Address, signature []byte) error
}

// Config says how the desk works.
type Config struct {
	Registry Registry
	Log      *slog.Logger

	PerMinute int // tries that a client has; 10
	PerSecond int // tries of all clients together; 50

	// TrustedProxies may name the client in X-Forwarded-For.
	TrustedProxies []netip.Prefix
	Now            func() time.Time // time.Now if nil
}

const (
	maxBody = 4 << 10          // of a request, bytes
	timeout = 10 * time.Second // for one request
)

//go:embed page
var page embed.FS

// New makes the handler.
func New(cfg Config) http.Handler {
	if cfg.PerMinute <= 0 {
		cfg.PerMinute = 10
	}
	if cfg.PerSecond <= 0 {
		cfg.PerSecond = 50
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	d := &desk{cfg: cfg, limits: newLimits(cfg)}
	files, err := fs.Sub(page, "page")
	if err != nil {
		panic(err) // the files are in this program
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /registry", d.registry)
	mux.HandleFunc("POST /text", d.text)
	mux.HandleFunc("POST /redeem", d.redeem)
	return guard(mux)
}

// guard puts on every answer what keeps the page from being framed, cached,
// referred to, or fed with scripts of others.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

type desk struct {
	cfg    Config
	limits *limits
}

func (d *desk) registry(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, map[string]string{"organisation": d.cfg.Registry.Organisation(), "registry": d.cfg.Registry.ID()})
}

// ask is the body of both calls.
type ask struct {
	Code      string `json:"code"`
	Address   string `json:"address"`
	Signature string `json:"signature"` // hex; not there when the text is asked for
}

// read reads a request; if it makes no sense, it answers and returns false.
func read(w http.ResponseWriter, r *http.Request) (c invitation.Code, a ethkey.Address, signature []byte, ok bool) {
	var in ask
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/json" || dec.Decode(&in) != nil || dec.More() {
		refuse(w, http.StatusBadRequest, "the body is not the JSON that is expected")
		return c, a, nil, false
	}
	c, err := invitation.Parse(in.Code)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return c, a, nil, false
	}
	if a, err = ethkey.ParseAddress(strings.TrimSpace(in.Address)); err != nil {
		refuse(w, http.StatusBadRequest, "the address is not 40 hex digits")
		return c, a, nil, false
	}
	if signature, err = hex.DecodeString(strings.TrimPrefix(strings.TrimSpace(in.Signature), "0x")); err != nil {
		refuse(w, http.StatusBadRequest, "the signature is not hex")
		return c, a, nil, false
	}
	return c, a, signature, true
}

// text is what is to be signed. It says nothing of whether the code is valid.
func (d *desk) text(w http.ResponseWriter, r *http.Request) {
	if c, a, _, ok := read(w, r); ok {
		reply(w, http.StatusOK, map[string]string{"text": invitation.Text(d.cfg.Registry.Organisation(), d.cfg.Registry.ID(), c, a)})
	}
}

func (d *desk) redeem(w http.ResponseWriter, r *http.Request) {
	if wait := d.limits.take(r); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		refuse(w, http.StatusTooManyRequests, "too many tries; wait a little")
		return
	}
	c, a, signature, ok := read(w, r)
	if !ok {
		return
	}
	err := d.cfg.Registry.Redeem(r.Context(), c, a, signature)
	for _, known := range []struct {
		err    error
		status int
	}{
		{registry.ErrSignature, http.StatusBadRequest},
		{registry.ErrCode, http.StatusForbidden},
		{registry.ErrExpired, http.StatusGone},
		{registry.ErrUsed, http.StatusConflict},
	} {
		if errors.Is(err, known.err) {
			refuse(w, known.status, known.err.Error())
			return
		}
	}
	var taken *registry.TakenError
	switch {
	case errors.As(err, &taken):
		refuse(w, http.StatusConflict, taken.Error())
	case err != nil:
		d.cfg.Log.Error("redeem an invitation", "error", err)
		refuse(w, http.StatusServiceUnavailable, "this does not work at the moment; try again later")
	default:
		d.cfg.Log.Info("an invitation was redeemed")
		reply(w, http.StatusOK, map[string]bool{"redeemed": true})
	}
}

func refuse(w http.ResponseWriter, status int, text string) {
	reply(w, status, map[string]string{"error": text})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client has gone, if this fails
}
