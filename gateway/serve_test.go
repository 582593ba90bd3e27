package gateway

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"urna/app/apptest"
)

// handle serves one handler as if it were a call of the API.
func handle(t testing.TB, l Limits, log io.Writer, h handlerFunc) *httptest.Server {
	t.Helper()
	a := newAPI(t, func(c *Config) {
		if l.Rate == 0 {
			l.Rate = -1
		}
		c.Limits, c.Log = l, slog.New(slog.NewTextHandler(log, nil))
	})
	server := httptest.NewServer(a.g.door(a.g.endpoint(route{"POST", "/test", h, ""}, false)))
	t.Cleanup(server.Close)
	return server
}

func call(t testing.TB, server *httptest.Server, body io.Reader) *answer {
	t.Helper()
	r, err := http.Post(server.URL, jsonType, body)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &answer{t: t, what: "call", status: r.StatusCode, header: r.Header, body: b}
}

func TestAPanicIsAnInternalError(t *testing.T) {
	var log strings.Builder
	server := handle(t, Limits{}, &log, func(http.ResponseWriter, *http.Request) error { panic("secret state") })
	for range 2 { // the server lives on
		p := call(t, server, nil).refused(http.StatusInternalServerError, codeInternal)
		if strings.Contains(p.Detail, "secret") {
			t.Fatal(p.Detail)
		}
	}
	if !strings.Contains(log.String(), "secret state") || !strings.Contains(log.String(), "serve_test.go") {
		t.Fatalf("log: %s", log.String())
	}
}

func TestAFaultIsLoggedAndNotShown(t *testing.T) {
	var log strings.Builder
	server := handle(t, Limits{}, &log, func(http.ResponseWriter, *http.Request) error { return errors.New("disk on fire") })
	p := call(t, server, nil).refused(http.StatusInternalServerError, codeInternal)
	if strings.Contains(p.Detail, "disk") || !strings.Contains(log.String(), "disk on fire") {
		t.Fatalf("%s; log: %s", p.Detail, log.String())
	}
}

func TestAnAnswerThatBreaksOffIsNoAnswer(t *testing.T) {
	server := handle(t, Limits{}, io.Discard, func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, `{"half":`)
		return errors.New("broken")
	})
	r, err := http.Post(server.URL, jsonType, nil)
	if err == nil {
		_, err = io.ReadAll(r.Body)
		r.Body.Close()
	}
	if err == nil {
		t.Fatal("the client took half an answer for a whole one")
	}
}

func TestBodiesAreBounded(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) error {
		b, err := readBody(r)
		if err != nil {
			return err
		}
		return reply(w, len(b))
	}
	server := handle(t, Limits{MaxBody: 100}, io.Discard, echo)
	call(t, server, strings.NewReader(strings.Repeat("x", 100))).ok(nil)
	call(t, server, strings.NewReader(strings.Repeat("x", 101))).refused(http.StatusRequestEntityTooLarge, codeBodyTooLarge, "100 bytes")
	// Of a length that nobody tells beforehand.
	endless := io.MultiReader(strings.NewReader(strings.Repeat("x", 50)), strings.NewReader(strings.Repeat("x", 60)))
	call(t, server, endless).refused(http.StatusRequestEntityTooLarge, codeBodyTooLarge)
	call(t, server, io.MultiReader(strings.NewReader("short"))).ok(nil)
}

func TestABodyThatEndsEarlyIsRefused(t *testing.T) {
	server := handle(t, Limits{}, io.Discard, func(_ http.ResponseWriter, r *http.Request) error {
		_, err := readBody(r)
		return err
	})
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nshort")
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusBadRequest {
		t.Fatal(r.Status)
	}
}

func TestASlowClientDoesNotKeepAPlace(t *testing.T) {
	server := handle(t, Limits{Timeout: 50 * time.Millisecond, Concurrent: 1}, io.Discard, func(w http.ResponseWriter, r *http.Request) error {
		if _, err := readBody(r); err != nil {
			return err
		}
		return replyDone(w)
	})
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nslow")
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode/100 == 2 {
		t.Fatal(r.Status)
	}
	call(t, server, nil).ok(nil)
}

func TestARequestEndsInTime(t *testing.T) {
	server := handle(t, Limits{Timeout: 20 * time.Millisecond}, io.Discard, func(_ http.ResponseWriter, r *http.Request) error {
		<-r.Context().Done()
		return fmt.Errorf("wait for something: %w", r.Context().Err())
	})
	r := call(t, server, nil)
	r.refused(http.StatusServiceUnavailable, codeTimeout)
	if r.header.Get("Retry-After") == "" {
		t.Fatal("no Retry-After")
	}
}

func TestTooManyRequestsAtOnceAreRefused(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	server := handle(t, Limits{Concurrent: 1}, io.Discard, func(w http.ResponseWriter, _ *http.Request) error {
		entered <- struct{}{}
		<-leave
		return replyDone(w)
	})
	first := make(chan error, 1)
	go func() {
		r, err := http.Post(server.URL, jsonType, nil)
		if err == nil {
			r.Body.Close()
		}
		first <- err
	}()
	<-entered
	r := call(t, server, nil)
	r.refused(http.StatusServiceUnavailable, codeOverloaded)
	if r.header.Get("Retry-After") != "1" {
		t.Fatal("no Retry-After")
	}
	close(leave)
	if err := <-first; err != nil {
		t.Fatal(err)
	}
}

func TestMemoryForBodiesIsBounded(t *testing.T) {
	entered, leave := make(chan struct{}, 2), make(chan struct{})
	server := handle(t, Limits{MaxBody: 100, MaxBatchBody: 100, MaxDumpBody: 100, MaxBodies: 150, Timeout: 10 * time.Second}, io.Discard,
		func(w http.ResponseWriter, r *http.Request) error {
			if _, err := readBody(r); err != nil {
				return err
			}
			entered <- struct{}{}
			<-leave
			return replyDone(w)
		})
	answers := make(chan int, 2)
	for range 2 {
		go func() {
			r, err := http.Post(server.URL, jsonType, strings.NewReader(strings.Repeat("x", 100)))
			if err != nil {
				answers <- 0
				return
			}
			r.Body.Close()
			answers <- r.StatusCode
		}()
	}
	<-entered
	select {
	case <-entered:
		t.Fatal("two bodies were let in where one fits")
	default: // the other waits, or is about to
	}
	leave <- struct{}{}
	<-entered
	leave <- struct{}{}
	for range 2 {
		if status := <-answers; status != http.StatusOK {
			t.Fatal(status)
		}
	}
}

func TestOneClientCannotTakeAllPlaces(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	limits := Limits{Rate: 1000, Parallel: 1, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	server := handle(t, limits, io.Discard, func(w http.ResponseWriter, r *http.Request) error {
		if r.Header.Get("X-Forwarded-For") == "192.0.2.1" {
			entered <- struct{}{}
			<-leave
		}
		return replyDone(w)
	})
	first := make(chan int, 1)
	go func() {
		r, err := http.NewRequest(http.MethodPost, server.URL, nil)
		if err != nil {
			first <- 0
			return
		}
		r.Header.Set("X-Forwarded-For", "192.0.2.1")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			first <- 0
			return
		}
		res.Body.Close()
		first <- res.StatusCode
	}()
	<-entered
	r, err := http.NewRequest(http.MethodPost, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Forwarded-For", "192.0.2.1")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusTooManyRequests {
		t.Fatal(res.Status)
	}
	call(t, server, nil).ok(nil) // another client
	close(leave)
	if status := <-first; status != http.StatusOK {
		t.Fatal(status)
	}
}

func TestOneClientCannotFillTheCensuses(t *testing.T) {
	now := time.Now()
	a := newAPI(t, func(c *Config) {
		c.Limits = Limits{Rate: 1000, CensusBytes: 3*len(recordedParticipants) + 10}
		c.Now = func() time.Time { return now }
	})
	token := a.token()
	census := a.newCensus(token, "census")
	for _, ok := range []bool{true, true, true, false} {
		r := a.postAs(token, census+"/participants", recordedParticipants)
		if ok {
			r.ok(nil)
		} else {
			r.refused(http.StatusTooManyRequests, codeRateLimit, "census members")
		}
	}
	now = now.Add(24 * time.Hour)
	a.postAs(token, census+"/participants", recordedParticipants).ok(nil)
}

func TestOneClientCannotTakeItAll(t *testing.T) {
	now := time.Now()
	a := newAPI(t, func(c *Config) {
		c.Limits = Limits{Rate: 1, Burst: 2, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
		c.Now = func() time.Time { return now }
	})
	a.mine()
	from := func(forwarded string) *answer {
		return a.send(http.MethodGet, "/chain/transactions/cost", http.Header{"X-Forwarded-For": {forwarded}}, nil)
	}
	from("192.0.2.1").ok(nil)
	from("192.0.2.1").ok(nil)
	r := from("192.0.2.1")
	r.refused(http.StatusTooManyRequests, codeRateLimit)
	if r.header.Get("Retry-After") != "1" {
		t.Fatalf("Retry-After: %q", r.header.Get("Retry-After"))
	}
	from("10.9.9.9, 192.0.2.1").refused(http.StatusTooManyRequests, codeRateLimit) // hearsay before a stranger's address
	from("192.0.2.2").ok(nil)
	now = now.Add(time.Second)
	from("192.0.2.1").ok(nil)
	from("192.0.2.1").refused(http.StatusTooManyRequests, codeRateLimit)
	// Health is for those who run the node.
	for range 5 {
		res, err := http.Get(a.server.URL + "/ping")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Fatal(res.Status)
		}
	}
}

func TestBrowsersOfAnySiteMayCall(t *testing.T) {
	a := newAPI(t, nil)
	a.mine()
	preflight := a.send(http.MethodOptions, "/censuses/weighted", http.Header{
		"Origin": {"https://example.org"}, "Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"authorization,content-type"},
	}, nil)
	h := preflight.header
	if preflight.status != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != "*" ||
		!strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization") || !strings.Contains(h.Get("Access-Control-Allow-Headers"), "Content-Type") ||
		!strings.Contains(h.Get("Access-Control-Allow-Methods"), "DELETE") {
		t.Fatalf("%d %v", preflight.status, h)
	}
	for _, path := range []string{"/chain/transactions/cost", "/nothing", "/accounts/nobody"} {
		if got := a.get(path).header.Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("%s: %q", path, got)
		}
	}
}

func TestWhatDoesNotExistIsAProblemToo(t *testing.T) {
	a := newAPI(t, nil)
	a.get("/nothing").refused(http.StatusNotFound, codeNoEndpoint)
	a.get("").refused(http.StatusNotFound, codeNoEndpoint)
	a.post("/accounts/nobody", nil).refused(http.StatusMethodNotAllowed, codeMethod)
	r := a.send(http.MethodPut, "/votes", nil, nil)
	r.refused(http.StatusMethodNotAllowed, codeMethod, "PUT")
	if got := r.header.Values("Allow"); len(got) != 2 {
		t.Fatal(got)
	}
}

func TestSecretsInPathsAreNotLogged(t *testing.T) {
	a := newAPI(t, nil)
	secret := strings.Repeat("5e", 32)
	a.post("/wallet/add/"+secret, nil).ok(nil)
	a.get("/wallet/add/"+secret).refused(http.StatusMethodNotAllowed, codeMethod)
	metrics := a.outside("/metrics")
	if strings.Contains(a.log.String(), secret) || strings.Contains(string(metrics.body), secret) {
		t.Fatal("the private key that a client sent was written down")
	}
	if !strings.Contains(string(metrics.body), `urna_gateway_requests_total{method="POST",route="/wallet/add/{key}",status="2xx"} 1`) {
		t.Fatalf("%s", metrics.body)
	}
}

// outside asks for something outside the base path.
func (a *api) outside(path string) *answer {
	a.t.Helper()
	r, err := http.Get(a.server.URL + path)
	if err != nil {
		a.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return &answer{t: a.t, what: path, status: r.StatusCode, header: r.Header, body: b}
}

func TestHealthTellsWhatIsWrong(t *testing.T) {
	a := newAPI(t, nil)
	if r := a.outside("/ping"); r.status != http.StatusOK || string(r.body) != "." {
		t.Fatalf("%d %s", r.status, r.body)
	}
	check := func(path string, status int, text string) {
		t.Helper()
		r := a.outside(path)
		if r.status != status || !strings.Contains(string(r.body), text) {
			t.Fatalf("%s: %d %s, want %d with %s", path, r.status, r.body, status, text)
		}
	}
	check("/health/live", http.StatusOK, `"status":"ok"`)
	check("/health/ready", http.StatusServiceUnavailable, `"status":"no block yet"`)
	a.mine()
	check("/health/ready", http.StatusOK, `{"status":"ok","height":1,"indexHeight":1,"syncing":false}`)
	for range maxIndexLag + 1 {
		a.Mine() // the index does not hear of it
	}
	check("/health/ready", http.StatusServiceUnavailable, `"status":"index is behind"`)
	a.publish()
	check("/health/ready", http.StatusOK, `"status":"ok"`)

	a.g.blocks = syncing{a}
	check("/health/ready", http.StatusServiceUnavailable, `"status":"syncing"`)
	check("/health/live", http.StatusOK, `"status":"ok"`)
}

type syncing struct{ Blocks }

func (syncing) Syncing() bool { return true }

func TestMetricsAreHiddenUnlessAskedFor(t *testing.T) {
	a := newAPI(t, func(c *Config) { c.Gather = nil })
	a.outside("/metrics").refused(http.StatusNotFound, codeNoEndpoint)
}

func TestConfigsWithoutSenseAreRefused(t *testing.T) {
	a := newAPI(t, nil)
	good := Config{
		App: a.Nodes[0].App, Index: a.index, Blocks: a, Files: a.files, Censuses: a.censuses,
		Log: slog.New(slog.DiscardHandler), LogKey: testLogKey,
	}
	for name, spoil := range map[string]func(*Config){
		"no app":             func(c *Config) { c.App = nil },
		"no log":             func(c *Config) { c.Log = nil },
		"no key of logs":     func(c *Config) { c.LogKey = nil },
		"negative bound":     func(c *Config) { c.Limits.MaxBody = -1 },
		"no memory":          func(c *Config) { c.Limits.MaxBodies = 1 },
		"faucet of nothing":  func(c *Config) { c.Faucet.Key = apptest.Key("bank") },
		"no time":            func(c *Config) { c.Limits.Timeout = -time.Second },
		"negative batch":     func(c *Config) { c.Limits.MaxBatch = -5 },
		"negative customers": func(c *Config) { c.Limits.Clients = -5 },
	} {
		cfg := good
		spoil(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
}
