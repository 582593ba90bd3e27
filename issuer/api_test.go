package issuer_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/emersion/go-smtp"

	"urna/issuer"
)

// caller speaks to an issuer over HTTP.
type caller struct {
	t   testing.TB
	url string
}

func serve(t testing.TB, h *home, method issuer.Method) *caller {
	t.Helper()
	api := &issuer.API{Service: h.open(), Method: method, Title: "Test", Log: slog.New(slog.NewTextHandler(io.Discard, nil)), TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	server := httptest.NewServer(api.Handler())
	t.Cleanup(server.Close)
	return &caller{t, server.URL + "/v1/auth/elections/"}
}

type answer struct {
	status    int
	AuthToken string   `json:"authToken"`
	Response  []string `json:"response"`
	Token     string   `json:"token"`
	Weight    string   `json:"weight"`
	Key       string   `json:"key"`
	Signature string   `json:"signature"`
	Error     string   `json:"error"`
	Code      int      `json:"code"`
	PublicKey string   `json:"publicKey"`
	AuthType  string   `json:"authType"`
	AuthSteps []issuer.Question
}

// post asks as a client whose address the proxy has told.
func (c *caller) post(from, path string, body any) (out answer) {
	c.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+path, bytes.NewReader(text))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("X-Forwarded-For", "6.6.6.6, "+from)
	return c.do(r)
}

func (c *caller) do(r *http.Request) (out answer) {
	c.t.Helper()
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer w.Body.Close()
	if err := json.NewDecoder(w.Body).Decode(&out); err != nil {
		c.t.Fatal(err)
	}
	if w.Header.Get("Access-Control-Allow-Origin") != "*" {
		c.t.Error("a page may not ask")
	}
	out.status = w.StatusCode
	return out
}

func (a answer) want(t testing.TB, status int) answer {
	t.Helper()
	if a.status != status || (status >= 400) != (a.Error != "" && a.Code > 0) {
		t.Fatalf("got %d %q (code %d), want %d", a.status, a.Error, a.Code, status)
	}
	return a
}

func data(token string, answers ...string) map[string]any {
	out := map[string]any{"authData": answers}
	if token != "" {
		out["authToken"] = token
	}
	return out
}

// The exchange of the public client, as it was recorded, with the kind of
// signature that is safe.
func TestThePublicClientsExchangeGetsASignature(t *testing.T) {
	mail := newMailbox(t)
	h := newHome(t, "email", mail.method, "ada@example.org", "Bob@example.org,300")
	c := serve(t, h, mail.method)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+"info", nil)
	if err != nil {
		t.Fatal(err)
	}
	info := c.do(r).want(t, 200)
	if info.AuthType != "email" || len(info.AuthSteps) != 2 || info.PublicKey != hex.EncodeToString(h.open().PublicKey()) {
		t.Errorf("info is %+v", info)
	}
	path := plainID.String() + "/ecdsa/"
	first := c.post("1.1.1.1", path+"auth/0", data("", "Ada@Example.org")).want(t, 200)
	wrong := c.post("1.1.1.1", path+"auth/1", data(first.AuthToken, "no code")).want(t, 401)
	second := c.post("1.1.1.1", path+"email/1", data(first.AuthToken, mail.code("ada@example.org"))).want(t, 200)
	if wrong.Token != "" || second.Weight != "1" || second.Key != "" {
		t.Errorf("%+v", second)
	}
	payload := map[string]string{"token": second.Token, "payload": hex.EncodeToString(bundle(3))}
	sig := c.post("1.1.1.1", path+"sign", payload).want(t, 200)
	again := c.post("1.1.1.1", path+"sign", payload).want(t, 200)
	if len(sig.Signature) != 130 || again.Signature != sig.Signature {
		t.Errorf("signatures %s and %s", sig.Signature, again.Signature)
	}
	payload["payload"] = hex.EncodeToString(bundle(4))
	c.post("1.1.1.1", path+"sign", payload).want(t, 409)
	// Whoever is not on the list is told so after showing who they are.
	first = c.post("1.1.1.1", path+"auth/0", data("", "eve@example.org")).want(t, 200)
	c.post("1.1.1.1", path+"auth/1", data(first.AuthToken, mail.code("eve@example.org"))).want(t, 403)
}

func TestABlindExchangeGetsACredential(t *testing.T) {
	code := issuer.NewCode()
	h := newHome(t, "code", issuer.Codes{}, code)
	c := serve(t, h, issuer.Codes{})
	path := blindID.String() + "/rsa/"
	first := c.post("1.1.1.1", path+"code/0", data("", code)).want(t, 200)
	if first.Weight != "1" || first.Key != hex.EncodeToString(h.classes[0].Key) {
		t.Fatalf("%+v", first)
	}
	r := h.request(5)
	got := c.post("1.1.1.1", path+"sign", map[string]string{"token": first.Token, "payload": hex.EncodeToString(r.Blinded)}).want(t, 200)
	signature, err := hex.DecodeString(got.Signature)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Finish(signature); err != nil {
		t.Error(err)
	}
	mustAudit(t, h.open(), 1)
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	code := issuer.NewCode()
	h := newHome(t, "code", issuer.Codes{}, code)
	c := serve(t, h, issuer.Codes{})
	path := blindID.String() + "/rsa/"
	good := c.post("1.1.1.1", path+"code/0", data("", code)).want(t, 200)
	for name, one := range map[string]struct {
		path   string
		body   any
		status int
	}{
		"no election":          {"00/rsa/code/0", data("", code), 404},
		"another election":     {strings.Repeat("99", 32) + "/rsa/code/0", data("", code), 404},
		"no kind":              {blindID.String() + "/blind/code/0", data("", code), 404},
		"the other kind":       {blindID.String() + "/ecdsa/code/0", data("", code), 404},
		"another method":       {path + "sms/0", data("", code), 404},
		"a step too many":      {path + "code/1", data("", code), 404},
		"no step":              {path + "code/x", data("", code), 404},
		"a step below zero":    {path + "code/-1", data("", code), 404},
		"no answer":            {path + "code/0", data(""), 401},
		"a short code":         {path + "code/0", data("", "abc"), 401},
		"nobody's code":        {path + "code/0", data("", issuer.NewCode()), 403},
		"many answers":         {path + "code/0", data("", "1", "2", "3", "4", "5"), 400},
		"a long answer":        {path + "code/0", data("", strings.Repeat("x", 11_000)), 400},
		"a long body":          {path + "code/0", data("", strings.Repeat("x", 20_000)), 400},
		"no object":            {path + "code/0", "text", 400},
		"no token":             {path + "sign", map[string]string{"payload": "00"}, 401},
		"a token of nobody":    {path + "sign", map[string]string{"token": "00", "payload": "00"}, 401},
		"no hex":               {path + "sign", map[string]string{"token": good.Token, "payload": "xx"}, 400},
		"a short request":      {path + "sign", map[string]string{"token": good.Token, "payload": "00"}, 400},
		"a token of this path": {plainID.String() + "/ecdsa/sign", map[string]string{"token": good.Token, "payload": "00"}, 401},
	} {
		t.Run(name, func(t *testing.T) { c.post("1.1.1.1", one.path, one.body).want(t, one.status) })
	}
	mustAudit(t, h.open(), 0)
}

func TestAnInsistentClientIsTurnedAway(t *testing.T) {
	h := newHome(t, "code", issuer.Codes{}, issuer.NewCode())
	c := serve(t, h, issuer.Codes{})
	turnedAway := 0
	for range 60 {
		if c.post("1.1.1.1", blindID.String()+"/rsa/code/0", data("", issuer.NewCode())).status == http.StatusTooManyRequests {
			turnedAway++
		}
	}
	if turnedAway < 20 {
		t.Errorf("%d of 60 guesses were turned away", turnedAway)
	}
	c.post("2.2.2.2", blindID.String()+"/rsa/code/0", data("", issuer.NewCode())).want(t, 403)
}

func TestACodeOfAMailIsGuessedAFewTimesOnly(t *testing.T) {
	mail := newMailbox(t)
	h := newHome(t, "email", mail.method, "ada@example.org")
	c := serve(t, h, mail.method)
	path := plainID.String() + "/ecdsa/auth/"
	first := c.post("1.1.1.1", path+"0", data("", "ada@example.org")).want(t, 200)
	for range 5 {
		c.post("1.1.1.1", path+"1", data(first.AuthToken, "guess")).want(t, 401)
	}
	late := c.post("1.1.1.1", path+"1", data(first.AuthToken, mail.code("ada@example.org"))).want(t, 401)
	if !strings.Contains(late.Error, "session is over") {
		t.Error(late.Error)
	}
	for range 4 {
		c.post("1.1.1.1", path+"0", data("", "ada@example.org")).want(t, 200)
	}
	c.post("1.1.1.1", path+"0", data("", "ada@example.org")).want(t, 429) // no flood of mail
	c.post("1.1.1.1", path+"0", data("", "ada@example.org\r\nBcc: eve@example.org")).want(t, 401)
	c.post("1.1.1.1", path+"0", data("", "Ada <ada@example.org>")).want(t, 401)
}

func TestAMailServerThatFailsIsNotTheClientsBusiness(t *testing.T) {
	mail := newMailbox(t)
	h := newHome(t, "email", mail.method, "ada@example.org")
	c := serve(t, h, mail.method)
	mail.server.Close()
	got := c.post("1.1.1.1", plainID.String()+"/ecdsa/auth/0", data("", "ada@example.org")).want(t, 500)
	if strings.Contains(got.Error, "127.0.0.1") {
		t.Error(got.Error)
	}
	_, err := issuer.NewEmail(issuer.Mail{Server: "nowhere", From: "a@b.org"})
	_, err2 := issuer.NewEmail(issuer.Mail{Server: "mail:25", From: "nobody"})
	if err == nil || err2 == nil {
		t.Error("bad settings were taken")
	}
}

// mailbox is an SMTP server and what it received.
type mailbox struct {
	t      testing.TB
	server *smtp.Server
	method *issuer.Email
	got    chan [2]string // receiver and text
}

func newMailbox(t testing.TB) *mailbox {
	t.Helper()
	m := &mailbox{t: t, got: make(chan [2]string, 100)}
	m.server = smtp.NewServer(m)
	m.server.Domain = "localhost"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- m.server.Serve(listener) }()
	t.Cleanup(func() {
		m.server.Close() //nolint:errcheck // a test may have closed it
		<-done
	})
	if m.method, err = issuer.NewEmail(issuer.Mail{Server: listener.Addr().String(), From: "issuer@example.org", Subject: "Code", Plain: true}); err != nil {
		t.Fatal(err)
	}
	return m
}

var digits = regexp.MustCompile(`code is (\d{6})`)

// code is that of the next mail, which must be for this address.
func (m *mailbox) code(to string) string {
	m.t.Helper()
	mail := <-m.got
	found := digits.FindStringSubmatch(mail[1])
	if mail[0] != to || found == nil {
		m.t.Fatalf("mail to %s: %s", mail[0], mail[1])
	}
	return found[1]
}

func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &delivery{m: m}, nil }

type delivery struct {
	m  *mailbox
	to string
}

func (d *delivery) Mail(string, *smtp.MailOptions) error      { return nil }
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error { d.to = to; return nil }
func (d *delivery) Reset()                                    {}
func (d *delivery) Logout() error                             { return nil }

func (d *delivery) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	d.m.got <- [2]string{d.to, string(text)}
	return err
}

func TestALoginWithAnOpenIDProviderGetsASignature(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	provider := &oidctest.Server{Algorithms: []string{"ES256"}, PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "1", Algorithm: "ES256"}}}
	server := httptest.NewServer(provider)
	t.Cleanup(server.Close)
	provider.SetIssuer(server.URL)
	login := issuer.Login{Provider: server.URL, ClientID: "urna", Claim: "email"}
	method, err := issuer.NewOIDC(t.Context(), login)
	if err != nil {
		t.Fatal(err)
	}
	h := newHome(t, "oidc", method, "ada@example.org")
	c := serve(t, h, method)
	path := plainID.String() + "/ecdsa/oidc/"
	token := func(k *ecdsa.PrivateKey, audience, nonce, email string, verified bool, expires time.Time) string {
		return oidctest.SignIDToken(k, "1", "ES256", fmt.Sprintf(
			`{"iss":%q,"aud":%q,"sub":"subject","exp":%d,"nonce":%q,"email":%q,"email_verified":%v}`,
			server.URL, audience, expires.Unix(), nonce, email, verified))
	}
	soon, past := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	begin := func() (string, string) {
		first := c.post("1.1.1.1", path+"0", data("", "")).want(t, 200)
		if len(first.Response) != 3 || first.Response[1] != server.URL || first.Response[2] != "urna" {
			t.Fatalf("%+v", first)
		}
		return first.AuthToken, first.Response[0]
	}
	for name, bad := range map[string]func(nonce string) string{
		"another nonce":      func(string) string { return token(key, "urna", "x", "ada@example.org", true, soon) },
		"another audience":   func(n string) string { return token(key, "bank", n, "ada@example.org", true, soon) },
		"an old token":       func(n string) string { return token(key, "urna", n, "ada@example.org", true, past) },
		"another key":        func(n string) string { return token(stranger, "urna", n, "ada@example.org", true, soon) },
		"an unverified mail": func(n string) string { return token(key, "urna", n, "ada@example.org", false, soon) },
	} {
		auth, nonce := begin()
		if got := c.post("1.1.1.1", path+"1", data(auth, bad(nonce))); got.status != 401 {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	auth, nonce := begin()
	c.post("1.1.1.1", path+"1", data(auth, token(key, "urna", nonce, "eve@example.org", true, soon))).want(t, 403)
	auth, nonce = begin()
	good := c.post("1.1.1.1", path+"1", data(auth, token(key, "urna", nonce, "Ada@example.org", true, soon))).want(t, 200)
	c.post("1.1.1.1", plainID.String()+"/ecdsa/sign", map[string]string{"token": good.Token, "payload": hex.EncodeToString(bundle(1))}).want(t, 200)

	login.Claim = "name"
	if _, err := issuer.NewOIDC(t.Context(), login); err == nil {
		t.Error("a claim that names nobody was taken")
	}
	if _, err := issuer.NewOIDC(t.Context(), issuer.Login{Provider: server.URL, Claim: "sub"}); err == nil {
		t.Error("no client id was taken")
	}
	if _, err := issuer.NewOIDC(context.Background(), issuer.Login{Provider: server.URL + "/no", ClientID: "urna", Claim: "sub"}); err == nil {
		t.Error("a provider that is none was taken")
	}
	subjects, err := issuer.NewOIDC(t.Context(), issuer.Login{Provider: server.URL, ClientID: "urna", Claim: "sub"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := subjects.Answer(t.Context(), 1, "n", []string{token(key, "urna", "n", "", false, soon)})
	if err != nil || p.Member != "subject" {
		t.Errorf("%+v, %v", p, err)
	}
}
