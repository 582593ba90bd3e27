package gateway

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/prometheus/client_golang/prometheus"

	"urna/app/apptest"
	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/gateway/censuses"
	"urna/tx"
)

var update = flag.Bool("update", false, "write the golden files anew")

// api is a gateway on a test chain, and a client of it that checks every answer
// against openapi.json and may write down the conversation.
type api struct {
	*testChain
	g        *Gateway
	censuses *censuses.Service
	server   *httptest.Server
	log      bytes.Buffer // what the gateway logs

	router     routers.Router
	called     map[string]bool // "METHOD pattern" of calls that were answered 200
	transcript strings.Builder
	names      []string // pairs: a random text and what the transcript calls it
}

// testLogKey signs the checkpoints of test gateways.
var testLogKey = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// newAPI starts everything; change may alter the gateway's configuration.
func newAPI(t testing.TB, change func(*Config)) *api {
	t.Helper()
	return serveTestChain(t, newTestChain(t), change)
}

// serveTestChain starts a gateway of a chain.
func serveTestChain(t testing.TB, c *testChain, change func(*Config)) *api {
	t.Helper()
	a := &api{testChain: c, called: map[string]bool{}}
	var err error
	quiet := slog.New(slog.DiscardHandler)
	if a.censuses, err = censuses.Open(censuses.Config{Dir: t.TempDir(), Files: a.files, Log: quiet}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.censuses.Close() })
	registry := prometheus.NewRegistry()
	cfg := Config{
		App: a.Nodes[0].App, Index: a.index, Blocks: a, Files: a.files, Censuses: a.censuses,
		Log: slog.New(slog.NewTextHandler(&a.log, nil)), Limits: Limits{Rate: -1}, Metrics: registry, Gather: registry, LogKey: testLogKey,
	}
	if change != nil {
		change(&cfg)
	}
	if a.g, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	a.server = httptest.NewServer(a.g.Handler())
	t.Cleanup(a.server.Close)
	a.router = strictRouter(t)
	return a
}

// strictRouter reads openapi.json and forbids every member that it does not
// name: to clients the document is open, to our own answers it is not.
func strictRouter(t testing.TB) routers.Router {
	t.Helper()
	doc := loadDocument(t)
	for path, item := range doc.Paths.Map() {
		if rest := strings.Replace(path, "{n}", "{n:.+}", 1); rest != path { // it contains slashes
			doc.Paths.Delete(path)
			doc.Paths.Set(rest, item)
		}
	}
	for _, s := range doc.Components.Schemas {
		forbidUnknown(s)
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody != nil {
				for _, m := range op.RequestBody.Value.Content {
					forbidUnknown(m.Schema)
				}
			}
			for _, r := range op.Responses.Map() {
				for _, m := range r.Value.Content {
					forbidUnknown(m.Schema)
				}
			}
		}
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

func loadDocument(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

func forbidUnknown(s *openapi3.SchemaRef) {
	if s == nil || s.Ref != "" && s.Value.AdditionalProperties.Has != nil {
		return
	}
	v := s.Value
	if len(v.Properties) > 0 && v.AdditionalProperties.Has == nil && v.AdditionalProperties.Schema == nil {
		no := false
		v.AdditionalProperties.Has = &no
	}
	for _, p := range v.Properties {
		forbidUnknown(p)
	}
	forbidUnknown(v.Items)
	for _, list := range []openapi3.SchemaRefs{v.AllOf, v.AnyOf, v.OneOf} {
		for _, p := range list {
			forbidUnknown(p)
		}
	}
}

// reply is an answer.
type answer struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
}

// send makes a request, checks the answer against the document and notes both.
func (a *api) send(method, path string, header http.Header, body io.Reader) *answer {
	a.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, a.server.URL+BasePath+path, body)
	if err != nil {
		a.t.Fatal(err)
	}
	for k, v := range header {
		r.Header[k] = v
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	out := &answer{t: a.t, what: method + " " + path, status: res.StatusCode, header: res.Header}
	if out.body, err = io.ReadAll(res.Body); err != nil {
		a.t.Fatal(err)
	}
	a.validate(r, out)
	fmt.Fprintf(&a.transcript, "%s %s\n%d %s\n", method, path, out.status, strings.TrimRight(string(out.body), "\n"))
	return out
}

func (a *api) validate(r *http.Request, out *answer) {
	a.t.Helper()
	route, params, err := a.router.FindRoute(r)
	if err != nil {
		return // no route of the document; the answer says so too
	}
	if out.status == http.StatusOK {
		a.called[r.Method+" "+strings.Replace(route.Path, "{n:.+}", "{n}", 1)] = true
	}
	err = openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 out.status, Header: out.header, Body: io.NopCloser(bytes.NewReader(out.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		a.t.Errorf("%s: answer %d %s is not as documented: %v", out.what, out.status, out.body, err)
	}
}

func (a *api) get(path string) *answer {
	a.t.Helper()
	return a.send(http.MethodGet, path, nil, nil)
}

// post sends v as JSON; bytes and readers as they are.
func (a *api) post(path string, v any) *answer { a.t.Helper(); return a.postAs("", path, v) }

// postAs is post with a bearer token.
func (a *api) postAs(token, path string, v any) *answer {
	a.t.Helper()
	header := http.Header{"Content-Type": {jsonType}}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	var body io.Reader
	switch v := v.(type) {
	case nil:
	case []byte:
		body = bytes.NewReader(v)
	case string:
		body = strings.NewReader(v)
	default:
		b, err := json.Marshal(v)
		if err != nil {
			a.t.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	return a.send(http.MethodPost, path, header, body)
}

// ok fails the test unless the status is 200, and decodes the answer.
func (r *answer) ok(v any) *answer {
	r.t.Helper()
	if r.status != http.StatusOK {
		r.t.Fatalf("%s: %d %s", r.what, r.status, r.body)
	}
	if v != nil {
		if err := json.Unmarshal(r.body, v); err != nil {
			r.t.Fatalf("%s: %s: %v", r.what, r.body, err)
		}
	}
	return r
}

// refused fails the test unless the answer is a problem with this status and
// code, whose text contains all of these, and returns it.
func (r *answer) refused(status, code int, texts ...string) *Problem {
	r.t.Helper()
	var p Problem
	if err := json.Unmarshal(r.body, &p); err != nil {
		r.t.Fatalf("%s: %d %q is not a problem document: %v", r.what, r.status, r.body, err)
	}
	if r.status != status || p.Status != status || p.Code != code || p.Legacy != p.Detail ||
		p.Title == "" || p.Type == "" || r.header.Get("Content-Type") != "application/problem+json" {
		r.t.Fatalf("%s: want problem %d with status %d, got %d %s", r.what, code, status, r.status, r.body)
	}
	for _, text := range texts {
		if !strings.Contains(p.Detail, text) {
			r.t.Fatalf("%s: %q does not contain %q", r.what, p.Detail, text)
		}
	}
	return &p
}

// call replaces a random text in the transcript.
func (a *api) call(random, name string) { a.names = append(a.names, random, "<"+name+">") }

// golden compares the conversation with a file.
func (a *api) golden(name string) {
	a.t.Helper()
	path := filepath.Join("testdata", name+".txt")
	got := strings.NewReplacer(a.names...).Replace(a.transcript.String())
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			a.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		a.t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range gotLines {
		if i >= len(wantLines) || gotLines[i] != wantLines[i] {
			a.t.Fatalf("%s, line %d: got\n%s\nwant\n%s", path, i+1, gotLines[i], strings.Join(wantLines[min(i, len(wantLines)):min(i+1, len(wantLines))], ""))
		}
	}
	a.t.Fatalf("%s: got only the first %d of %d lines", path, len(gotLines), len(wantLines))
}

// org is the organisation of the test chain, which has tokens from the start.
var org = apptest.Key("org")

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// signed is a transaction in base64, as bodies carry it.
func (a *api) signed(key *ethkey.Key, p tx.Payload) string {
	a.t.Helper()
	return b64(apptest.Sign(a.t, key, p))
}

// put stores a document and returns its URI.
func (a *api) put(document string) string {
	a.t.Helper()
	uri, err := a.files.Put(context.Background(), []byte(document))
	if err != nil {
		a.t.Fatal(err)
	}
	return uri
}

// cid is the URI that a document has.
func (a *api) cid(document string) string {
	a.t.Helper()
	uri, err := a.files.CID([]byte(document))
	if err != nil {
		a.t.Fatal(err)
	}
	return uri
}

// newElection is an election of the organisation for voters.
func (a *api) newElection(voters []*ethkey.Key, change func(*tx.NewElection)) (*apptest.Election, string) {
	a.t.Helper()
	e := a.OpenElection(voters, change)
	a.publish()
	return e, e.ID.String()
}

// vote is a signed vote in an election that was made over HTTP.
func (a *api) vote(id election.ID, tr *tree.Tree, key *ethkey.Key, choice int, salt string) []byte {
	a.t.Helper()
	proof, err := tr.Proof(key.Address())
	if err != nil {
		a.t.Fatal(err)
	}
	return apptest.Sign(a.t, key, &tx.Vote{
		Election: id, Nonce: []byte(salt), Proof: proof.Merkle(), Package: fmt.Appendf(nil, `{"nonce":"%x","votes":[%d]}`, salt, choice),
	})
}
