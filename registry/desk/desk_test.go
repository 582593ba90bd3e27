package desk

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"urna/crypto/ethkey"
	"urna/registry"
	"urna/registry/invitation"
)

// office is a desk with a real registry behind it.
type office struct {
	*registry.Registry
	http.Handler
	log bytes.Buffer
	now time.Time
}

func open(t testing.TB, cfg Config) *office {
	t.Helper()
	o := &office{now: time.Unix(1_800_000_000, 0)}
	now := func() time.Time { return o.now }
	r, err := registry.Create(t.Context(), registry.Config{Database: filepath.Join(t.TempDir(), "registry.db"), Now: now}, "Chess club")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	list := "id,name,email\nada,Ada Lovelace,ada@example.org\ngrace,Grace Hopper,grace@example.org\n"
	if done, err := r.Import(t.Context(), strings.NewReader(list), registry.Import{}); err != nil || done.Added != 2 {
		t.Fatal(done, err)
	}
	o.Registry, cfg.Now = r, now
	if cfg.Registry == nil {
		cfg.Registry = r
	}
	cfg.Log = slog.New(slog.NewTextHandler(&o.log, nil))
	o.Handler = New(cfg)
	return o
}

func (o *office) invite(t testing.TB) map[string]invitation.Code {
	t.Helper()
	codes := map[string]invitation.Code{}
	_, err := o.Invite(t.Context(), registry.Invite{Expires: o.now.Add(time.Hour)},
		func(m *registry.Member, c invitation.Code) error { codes[m.ID] = c; return nil }, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

// ask sends a request from a client and returns the status and the answer.
func (o *office) ask(from, method, path, body string) (int, map[string]any, http.Header) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = from
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	var v map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &v)
	return w.Code, v, w.Header()
}

const here = "192.0.2.1:1000"

func newKey(t testing.TB) *ethkey.Key {
	t.Helper()
	k, err := ethkey.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// redeem does what the page does: it asks for the text, signs and redeems.
func (o *office) redeem(t testing.TB, from string, c invitation.Code, k *ethkey.Key) (int, map[string]any) {
	t.Helper()
	body := fmt.Sprintf(`{"code":%q,"address":"0x%s"}`, c, k.Address())
	status, v, _ := o.ask(from, "POST", "/text", body)
	if status != http.StatusOK {
		t.Fatal(status, v)
	}
	sig, err := k.Sign([]byte(v["text"].(string)))
	if err != nil {
		t.Fatal(err)
	}
	status, v, _ = o.ask(from, "POST", "/redeem", strings.TrimSuffix(body, "}")+`,"signature":"0x`+hex.EncodeToString(sig)+`"}`)
	return status, v
}

func TestAMemberRedeemsAnInvitation(t *testing.T) {
	o := open(t, Config{PerMinute: 100})
	codes := o.invite(t)
	k := newKey(t)
	for range 2 {
		if status, v := o.redeem(t, here, codes["ada"], k); status != http.StatusOK || v["redeemed"] != true {
			t.Fatal(status, v)
		}
	}
	if m, err := o.Find(t.Context(), "ada"); err != nil || m.Address != k.Address().String() {
		t.Fatal(m, err)
	}
	for name, c := range map[string]struct {
		code   invitation.Code
		key    *ethkey.Key
		status int
		want   string
	}{
		"used":            {codes["ada"], newKey(t), http.StatusConflict, registry.ErrUsed.Error()},
		"never given out": {invitation.New(), k, http.StatusForbidden, registry.ErrCode.Error()},
		"another's":       {codes["grace"], k, http.StatusConflict, "another member has this address"},
	} {
		if status, v := o.redeem(t, here, c.code, c.key); status != c.status || v["error"] != c.want {
			t.Errorf("%s: %d %v", name, status, v)
		}
	}
	o.now = o.now.Add(time.Hour)
	if status, v := o.redeem(t, here, codes["grace"], newKey(t)); status != http.StatusGone {
		t.Errorf("expired: %d %v", status, v)
	}
	for _, secret := range []string{"Ada", "ada", "grace", "example", k.Address().String(), codes["ada"].String(), "192.0.2"} {
		if strings.Contains(o.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, o.log.String())
		}
	}
	if n := strings.Count(o.log.String(), "an invitation was redeemed"); n != 2 {
		t.Errorf("logged %d times", n)
	}
}

func TestRequestsWithoutSenseAreRefused(t *testing.T) {
	o := open(t, Config{PerMinute: 100})
	c := o.invite(t)["ada"].String()
	a := strings.Repeat("1", 40)
	for body, want := range map[string]string{
		"":                                   "not the JSON",
		"{}":                                 "this is not a code",
		`{"code":"` + c + `","address":"x"}`: "not 40 hex digits",
		`{"code":"` + c + `","address":"` + a + `","signature":"x"}`:            "not hex",
		`{"code":"` + c + `","address":"` + a + `","signature":"00"}`:           "signature is not by this address",
		`{"code":"` + c + `","address":"` + a + `","more":1}`:                   "not the JSON",
		`{"code":"` + c + `","address":"` + a + `"}{}`:                          "not the JSON",
		`{"code":"` + strings.Repeat("0", maxBody) + `","address":"` + a + `"}`: "not the JSON",
	} {
		status, v, _ := o.ask(here, "POST", "/redeem", body)
		if text, _ := v["error"].(string); status != http.StatusBadRequest || !strings.Contains(text, want) {
			t.Errorf("%.80s: %d %v", body, status, v)
		}
	}
	r := httptest.NewRequest("POST", "/redeem", strings.NewReader("{}")) // as a form of another site could
	r.Header.Set("Content-Type", "text/plain")
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	if w.Code != http.StatusBadRequest {
		t.Error(w.Code)
	}
	for path, status := range map[string]int{"/redeem": http.StatusNotFound, "/registry.db": http.StatusNotFound, "/..%2fdesk.go": http.StatusNotFound} {
		if got, _, _ := o.ask(here, "GET", path, ""); got != status {
			t.Errorf("%s: %d", path, got)
		}
	}
}

func TestThePageIsThereAndGuarded(t *testing.T) {
	o := open(t, Config{})
	for path, want := range map[string]string{"/": "<title>Redeem", "/page.js": "personal_sign", "/page.css": "body {", "/registry": o.ID()} {
		r := httptest.NewRequest("GET", path, nil)
		w := httptest.NewRecorder()
		o.ServeHTTP(w, r)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d", path, w.Code)
		}
		if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: %q", path, csp)
		}
	}
}

func TestTriesAreLimitedByClientAndInAll(t *testing.T) {
	proxy := netip.MustParsePrefix("198.51.100.0/24")
	o := open(t, Config{PerMinute: 3, PerSecond: 7, TrustedProxies: []netip.Prefix{proxy}})
	try := func(from, forwarded string) int {
		r := httptest.NewRequest("POST", "/redeem", strings.NewReader("{}"))
		r.RemoteAddr = from
		r.Header.Set("Content-Type", "application/json")
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		w := httptest.NewRecorder()
		o.ServeHTTP(w, r)
		if (w.Code == http.StatusTooManyRequests) != (w.Header().Get("Retry-After") != "") {
			t.Errorf("%d, retry after %q", w.Code, w.Header().Get("Retry-After"))
		}
		return w.Code
	}
	count := func(n int, from, forwarded string) (taken int) {
		for range n {
			if try(from, forwarded) != http.StatusTooManyRequests {
				taken++
			}
		}
		return taken
	}
	if n := count(5, here, ""); n != 3 {
		t.Errorf("%d tries of one client", n)
	}
	if n := count(2, here, "203.0.113.9"); n != 0 { // it may say what it likes
		t.Errorf("%d tries with a name of its own", n)
	}
	if n := count(4, "198.51.100.7:1", "10.0.0.1, 203.0.113.9"); n != 3 {
		t.Errorf("%d tries behind a proxy", n)
	}
	if n := count(3, "[2001:db8::1]:1", ""); n != 1 { // 7 in all
		t.Errorf("%d tries of others", n)
	}
	o.now = o.now.Add(20 * time.Second)
	if n := count(3, here, ""); n != 1 {
		t.Errorf("%d tries after a third of a minute", n)
	}
	o.now = o.now.Add(time.Second)
	if n := count(3, "[2001:db8::2]:1", ""); n != 1 { // the same network as before, which had used all of its own
		t.Errorf("%d tries of one network", n)
	}
}

func TestManyClientsDoNotFillTheMemory(t *testing.T) {
	o := open(t, Config{})
	l := newLimits(Config{PerMinute: 2, PerSecond: 1 << 30, Now: func() time.Time { return o.now }})
	from := func(i int) *http.Request {
		return &http.Request{RemoteAddr: fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255)}
	}
	for i := range maxClients {
		if l.take(from(i)) > 0 {
			t.Fatal(i)
		}
	}
	refused := 0
	for i := range 10 {
		if l.take(from(maxClients+i)) > 0 {
			refused++
		}
	}
	if refused != 8 || len(l.clients) != maxClients+1 {
		t.Errorf("%d newcomers refused, %d clients", refused, len(l.clients))
	}
	o.now = o.now.Add(time.Minute)
	if l.take(from(maxClients+20)) > 0 || len(l.clients) > 1 {
		t.Errorf("%d clients", len(l.clients))
	}
}

// broken is a registry whose disk has failed.
type broken struct{ *registry.Registry }

func (broken) Redeem(context.Context, invitation.Code, ethkey.Address, []byte) error {
	return errors.New("disk I/O error")
}

func TestAFaultIsForTheLogOnly(t *testing.T) {
	good := open(t, Config{})
	o := open(t, Config{Registry: broken{good.Registry}})
	status, v := o.redeem(t, here, invitation.New(), newKey(t))
	if status != http.StatusServiceUnavailable || strings.Contains(fmt.Sprint(v), "disk") || !strings.Contains(o.log.String(), "disk I/O error") {
		t.Errorf("%d %v\n%s", status, v, o.log.String())
	}
}

func FuzzRedeem(f *testing.F) {
	o := open(f, Config{PerMinute: 1 << 30, PerSecond: 1 << 30})
	c := o.invite(f)["ada"]
	f.Add([]byte(`{"code":"` + c.String() + `","address":"` + strings.Repeat("1", 40) + `","signature":"` + strings.Repeat("00", 65) + `"}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest("POST", "/redeem", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		w := httptest.NewRecorder()
		o.ServeHTTP(w, r)
		b, _ := io.ReadAll(w.Body)
		if w.Code < 400 || w.Code >= 500 || !json.Valid(b) {
			t.Fatalf("%d %s", w.Code, b)
		}
	})
}
