package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"urna/election"
	"urna/tx"
)

const testChain = "urna/test/1"

// serve starts a gateway that answers as routes say, and a client of it. A
// pattern is that of net/http below /v2.
func serve(t testing.TB, routes map[string]http.HandlerFunc) *Client {
	t.Helper()
	mux := http.NewServeMux()
	for pattern, h := range routes {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /v2"+path, h)
	}
	if _, ok := routes["GET /chain/info"]; !ok {
		mux.HandleFunc("GET /v2/chain/info", say(`{"chainId":"`+testChain+`","height":7}`))
	}
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	c, err := New(Config{URL: srv.URL + "/v2/", HTTP: srv.Client(), Poll: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// say answers every request with one text.
func say(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

// refuse answers with a problem.
func refuse(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// inTurn answers the first request as the first handler says, and so on; the
// last one goes on for ever.
func inTurn(handlers ...http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		i := min(int(n.Add(1)), len(handlers)) - 1
		handlers[i](w, r)
	}
}

func problemOf(t *testing.T, err error) *Problem {
	t.Helper()
	var p *Problem
	if !errors.As(err, &p) {
		t.Fatalf("got %v, want a problem", err)
	}
	return p
}

func TestAURLThatIsNoGatewayIsRefused(t *testing.T) {
	for _, u := range []string{"127.0.0.1:9090/v2", "ftp://host/v2", "http:///v2", "http://a b/", "/v2"} {
		if _, err := New(Config{URL: u}); err == nil {
			t.Errorf("%q was taken", u)
		}
	}
}

func TestTryLaterIsAskedAgain(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{
		"GET /chain/info": inTurn(
			refuse(503, `{"code":5030,"detail":"full"}`), refuse(429, `{"code":6003,"detail":"slower"}`),
			say(`{"chainId":"urna/test/1","height":3}`)),
	})
	info, err := c.Info(t.Context())
	if err != nil || info.Height != 3 {
		t.Fatalf("got %v, %v", info, err)
	}
}

func TestAPauseThatIsTooLongIsNotWaitedFor(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{
		"GET /chain/info": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "3600")
			refuse(429, `{"detail":"the faucet has given enough"}`)(w, r)
		},
	})
	began := time.Now()
	_, err := c.Info(t.Context())
	if p := problemOf(t, err); p.Status != 429 || p.Detail != "the faucet has given enough" {
		t.Errorf("got %+v", p)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{"GET /chain/transactions/{id}": refuse(204, "")})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := c.WaitMined(ctx, tx.ID{1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}

func TestARefusalNamesTheRule(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{
		"GET /chain/info": refuse(400, `{"type":"urn:x","status":400,"detail":"no","error":"no","code":5003,"rule":"NotReady","ruleCode":320}`),
	})
	_, err := c.Info(t.Context())
	p := problemOf(t, err)
	if p.Rule != "NotReady" || p.RuleCode != 320 || p.Code != 5003 || p.Status != 400 || p.Later() {
		t.Errorf("got %+v", p)
	}
	if p.Error() != "no [rule NotReady, 320]" {
		t.Errorf("it says %q", p.Error())
	}
}

func TestAnswersThatAreNotAGatewaysAreProblemsToo(t *testing.T) {
	for body, want := range map[string]string{
		"<html>Bad Gateway</html>": "<html>Bad Gateway</html> [HTTP 502]",
		"":                         "the gateway answered 502 Bad Gateway [HTTP 502]",
		`{"error":"old","code":7}`: "old [code 7]",
	} {
		c := serve(t, map[string]http.HandlerFunc{"GET /chain/info": refuse(502, body)})
		_, err := c.Info(t.Context())
		if got := problemOf(t, err).Error(); got != want {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
}

func TestAnAnswerThatIsNotJSONNamesTheCall(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{"GET /chain/info": say("hello")})
	if _, err := c.Info(t.Context()); err == nil || !strings.Contains(err.Error(), "GET /chain/info") {
		t.Fatalf("got %v", err)
	}
}

func TestWaitMinedAsksUntilTheBlockIsThere(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{
		"GET /chain/transactions/{id}": inTurn(refuse(204, ""), refuse(204, ""), say(`{}`)),
	})
	if err := c.WaitMined(t.Context(), tx.ID{1}); err != nil {
		t.Fatal(err)
	}
}

func TestWaitMinedTellsWhyATransactionWasDropped(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{
		"GET /chain/transactions/{id}": inTurn(refuse(204, ""), refuse(400, `{"detail":"ended","rule":"NotReady","ruleCode":320}`)),
	})
	if p := problemOf(t, c.WaitMined(t.Context(), tx.ID{1})); p.Rule != "NotReady" {
		t.Errorf("got %+v", p)
	}
}

func TestATransactionThatWaitsAlreadyCountsAsSent(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	c := serve(t, map[string]http.HandlerFunc{
		"POST /chain/transactions": refuse(409, `{"code":5001,"detail":"tx already exists in cache","hash":"`+hash+`"}`),
	})
	id, err := c.SubmitRaw(t.Context(), []byte("x"))
	if err != nil || id.String() != hash {
		t.Fatalf("got %s, %v", id, err)
	}
}

func TestTheChainIDIsAskedForOnce(t *testing.T) {
	var asked atomic.Int32
	c := serve(t, map[string]http.HandlerFunc{
		"GET /chain/info": func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			say(`{"chainId":"urna/test/1"}`)(w, r)
		},
	})
	for range 3 {
		if id, err := c.ChainID(t.Context()); err != nil || id != testChain {
			t.Fatalf("got %q, %v", id, err)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("it was asked for %d times", n)
	}
}

// readBody decodes a request's body.
func readBody[T any](t *testing.T, r *http.Request) T {
	var v T
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
		t.Errorf("body of %s: %v", r.URL, err)
	}
	return v
}

func TestTheWayOfAResultToEthereumIsRead(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{
		"GET /elections/" + strings.Repeat("ab", 32) + "/anchor": say(`{"state":"ready","anchoredHeight":9,"nextAnchor":"2027-01-02T03:04:05Z","call":{"to":"0x01","data":"0x02","gas":3,"height":8}}`),
		"GET /elections/" + strings.Repeat("cd", 32) + "/anchor": say(`{"state":"notFinal"}`),
	})
	got, err := c.ResultOnEthereum(t.Context(), election.ID(bytes.Repeat([]byte{0xab}, 32)))
	if err != nil || got.State != "ready" || got.Anchored != 9 || got.Next.Year() != 2027 || got.Call.Gas != 3 || got.Call.Height != 8 {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = c.ResultOnEthereum(t.Context(), election.ID(bytes.Repeat([]byte{0xcd}, 32)))
	if err != nil || got.Call != nil || got.Next != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := c.ResultOnEthereum(t.Context(), election.ID{}); err == nil {
		t.Error("an answer that is none is read")
	}
}
