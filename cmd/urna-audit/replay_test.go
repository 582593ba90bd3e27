package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"urna/app/apptest"
	"urna/audit"
)

// gateway shows blocks as a gateway does.
type gateway struct {
	*httptest.Server
	genesis []byte
	blocks  [][]byte
	files   map[string][]byte // by CID
	tiles   fs.FS             // of any election
}

func (g *gateway) url() string { return g.URL + "/v2" }

// show serves a chain, or what show is told to make of its blocks.
func show(t *testing.T, c *apptest.Chain) *gateway {
	t.Helper()
	g := &gateway{genesis: c.Genesis()}
	if err := c.Source().Blocks(t.Context(), 1, func(raw []byte) error { g.blocks = append(g.blocks, raw); return nil }); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/chain/genesis", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(g.genesis) })
	mux.HandleFunc("GET /v2/chain/info", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"chainId":%q,"height":%d}`, apptest.ChainID, len(g.blocks))
	})
	mux.HandleFunc("GET /v2/chain/raw", func(w http.ResponseWriter, r *http.Request) {
		var from int
		_, _ = fmt.Sscan(r.FormValue("from"), &from)
		if from > len(g.blocks) {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		for _, raw := range g.blocks[from-1:] {
			_, _ = w.Write(append(binary.AppendUvarint(nil, uint64(len(raw))), raw...))
		}
	})
	mux.HandleFunc("GET /v2/files/{cid}", func(w http.ResponseWriter, r *http.Request) {
		if file, ok := g.files[r.PathValue("cid")]; ok {
			_, _ = w.Write(file)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	})
	mux.HandleFunc("GET /v2/chain/light/{height}", func(w http.ResponseWriter, r *http.Request) {
		var height int64
		_, _ = fmt.Sscan(r.PathValue("height"), &height)
		b, err := c.Signed(height)
		if err != nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write(b.Encode())
	})
	mux.HandleFunc("GET /v2/tiles/{election}/{path...}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, g.tiles, r.PathValue("path"))
	})
	g.Server = httptest.NewServer(mux)
	t.Cleanup(g.Close)
	return g
}

func votes(t *testing.T) *apptest.Chain {
	c := apptest.New(t, apptest.Options{})
	voters := apptest.Keys("voter", 5)
	e := c.OpenElection(voters, nil)
	c.Mine(e.Votes(voters)...)
	c.Mine()
	return c
}

func TestAReplayEndsWithAVerdict(t *testing.T) {
	c := votes(t)
	g := show(t, c)
	dir := filepath.Join(t.TempDir(), "audit")
	genesis := filepath.Join(t.TempDir(), "genesis.json")
	if err := os.WriteFile(genesis, g.genesis, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"2", "0"} {
		code, out, errs := program(t, "replay", "--gateway", g.url(), "--dir", dir, "--genesis", genesis, "--to", to)
		if code != 0 || errs != "" || !strings.Contains(out, "ok     V23  state root") || !strings.Contains(out, "is what the law makes of it") {
			t.Fatalf("ends with %d: %s\n%s", code, errs, out)
		}
	}
	code, out, _ := program(t, "replay", "--gateway", g.url(), "--json")
	var v audit.Verdict
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != 0 || !v.OK || v.Height != c.Height() || v.Votes != 5 {
		t.Errorf("%d %v: %s", code, err, out)
	}
}

func TestAReplayThatFailsEndsWithTheClassOfTheCheck(t *testing.T) {
	c := votes(t)
	for words, spoil := range map[string]struct {
		code int
		how  func(*gateway)
	}{
		"V44": {4, func(g *gateway) { g.blocks[2] = bytes.Replace(g.blocks[2], []byte("votes"), []byte("notes"), 1) }},
		"V01": {2, func(g *gateway) { g.genesis = []byte("{}") }},
	} {
		g := show(t, c)
		spoil.how(g)
		code, out, errs := program(t, "replay", "--gateway", g.url())
		if code != spoil.code || !strings.Contains(errs, words) || !strings.Contains(out, "FAILED "+words) {
			t.Errorf("%s: ends with %d: %s\n%s", words, code, errs, out)
		}
	}
	g := show(t, c)
	g.Close()
	if code, _, errs := program(t, "replay", "--gateway", g.url()); code != 1 || !strings.Contains(errs, "refused") {
		t.Errorf("without an answer: %d, %s", code, errs)
	}
}

func TestAReplayNeedsASource(t *testing.T) {
	for _, args := range [][]string{{}, {"--gateway", "localhost"}, {"--rpc", "x"}, {"word"}} {
		if code, out, errs := program(t, append([]string{"replay"}, args...)...); code != 64 || errs == "" {
			t.Errorf("%v: %d, %s%s", args, code, out, errs)
		}
	}
	if code, out, errs := program(t, "replay", "--gateway", "http://127.0.0.1:1/v2", "--genesis", "/nowhere"); code != 1 || errs == "" {
		t.Errorf("%d, %s%s", code, out, errs)
	}
}

func TestProgressIsOneLine(t *testing.T) {
	var b bytes.Buffer
	showProgress(&b, audit.Progress{Height: 3, Tip: 9, Votes: 12, Rate: 3.4})
	if b.String() != "\r\x1b[Kblock 3 of 9, 12 votes, 3 votes/s" {
		t.Errorf("%q", b.String())
	}
}
