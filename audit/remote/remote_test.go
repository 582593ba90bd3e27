package remote

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	abci "github.com/cometbft/cometbft/abci/types"

	"urna/app/apptest"
	"urna/audit"
	"urna/internal/check"
)

// chain is a chain with votes, an absent validator and evidence.
func chain(t *testing.T) *apptest.Chain {
	c := apptest.New(t, apptest.Options{Nodes: 4})
	voters := apptest.Keys("voter", 8)
	e := c.OpenElection(voters, nil)
	c.Mine(e.Votes(voters)...)
	p := c.Proposal(0, nil)
	p.ProposedLastCommit.Votes[2].BlockIdFlag = cmtproto.BlockIDFlagAbsent
	cheat := apptest.Key("validator 3").Address()
	p.Misbehavior = []abci.Misbehavior{{Validator: abci.Validator{Address: cheat[:]}, Height: 2}}
	c.Agree(p)
	for range 3 {
		c.Agree(c.Proposal(0, nil))
	}
	return c
}

func raws(t *testing.T, c *apptest.Chain) (out [][]byte) {
	t.Helper()
	if err := c.Source().Blocks(t.Context(), 1, func(raw []byte) error { out = append(out, raw); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

// server answers as a gateway and as CometBFT's RPC do.
type server struct {
	*httptest.Server
	genesis []byte
	blocks  [][]byte
	busy    atomic.Int32 // answers that are left to fail
	cut     atomic.Int32 // streams that are left to break off
}

func serve(t *testing.T, c *apptest.Chain) *server {
	s := &server{genesis: c.Genesis(), blocks: raws(t, c)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/chain/genesis", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(s.genesis) })
	mux.HandleFunc("GET /v2/chain/info", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"chainId":%q,"height":%d}`, apptest.ChainID, len(s.blocks))
	})
	mux.HandleFunc("GET /v2/chain/raw", s.raw)
	mux.HandleFunc("GET /v2/proofs/keys/{key}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "proof of %s at %s", r.PathValue("key"), r.FormValue("height"))
	})
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		result(w, fmt.Sprintf(`{"sync_info":{"latest_block_height":"%d","earliest_block_height":"1"}}`, len(s.blocks)))
	})
	mux.HandleFunc("GET /genesis_chunked", func(w http.ResponseWriter, r *http.Request) {
		half := len(s.genesis) / 2
		parts := [][]byte{s.genesis[:half], s.genesis[half:]}
		i := strings.Index("01", r.FormValue("chunk"))
		result(w, fmt.Sprintf(`{"chunk":"%d","total":"2","data":%q}`, i, base64.StdEncoding.EncodeToString(parts[i])))
	})
	mux.HandleFunc("GET /block", s.block)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.busy.Add(-1) >= 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func result(w http.ResponseWriter, text string) {
	fmt.Fprintf(w, `{"jsonrpc":"2.0","id":-1,"result":%s}`, text)
}

func (s *server) raw(w http.ResponseWriter, r *http.Request) {
	var from int
	_, _ = fmt.Sscan(r.FormValue("from"), &from)
	if from > len(s.blocks) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	var b []byte
	for _, raw := range s.blocks[from-1 : min(from+2, len(s.blocks))] {
		b = append(binary.AppendUvarint(b, uint64(len(raw))), raw...)
	}
	if s.cut.Add(-1) >= 0 {
		b = b[:len(b)-7]
	}
	_, _ = w.Write(b)
}

func (s *server) block(w http.ResponseWriter, r *http.Request) {
	var height int
	_, _ = fmt.Sscan(r.FormValue("height"), &height)
	if height < 1 || height > len(s.blocks) {
		fmt.Fprint(w, `{"jsonrpc":"2.0","id":-1,"error":{"code":-32603,"message":"Internal error","data":"height is not available"}}`)
		return
	}
	var pb cmtproto.Block
	if err := pb.Unmarshal(s.blocks[height-1]); err != nil {
		panic(err)
	}
	b, err := cmttypes.BlockFromProto(&pb)
	if err != nil {
		panic(err)
	}
	text, err := cmtjson.Marshal(struct {
		Block *cmttypes.Block `json:"block"`
	}{b})
	if err != nil {
		panic(err)
	}
	result(w, string(text))
}

func sources(t *testing.T, s *server) map[string]audit.Source {
	t.Helper()
	g, err := NewGateway(s.URL + "/v2")
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRPC(s.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	r.pause = time.Millisecond
	return map[string]audit.Source{"gateway": g, "RPC": r, "several": Several{g, r}}
}

func TestAChainIsReplayedOverHTTP(t *testing.T) {
	c := chain(t)
	s := serve(t, c)
	for name, source := range sources(t, s) {
		s.busy.Store(2)
		s.cut.Store(1)
		v, err := audit.Replay(t.Context(), audit.Options{Source: source, Genesis: c.Genesis()})
		if err != nil || v.Height != c.Height() || v.Tip != c.Height()+1 || v.Votes != 8 {
			t.Errorf("%s: %v, %+v", name, err, v)
		}
	}
}

func TestBlocksBeginWhereTheyAreAskedFor(t *testing.T) {
	c := chain(t)
	s := serve(t, c)
	stop := errors.New("enough")
	for name, source := range sources(t, s) {
		var got [][]byte
		err := source.Blocks(t.Context(), 3, func(raw []byte) error { got = append(got, raw); return nil })
		if err != nil || len(got) != len(s.blocks)-2 || string(got[0]) != string(s.blocks[2]) {
			t.Errorf("%s: %v, %d blocks", name, err, len(got))
		}
		if err := source.Blocks(t.Context(), int64(len(s.blocks))+1, func([]byte) error { t.Error("there is no such block"); return nil }); err != nil {
			t.Errorf("%s: beyond the newest: %v", name, err)
		}
		if err := source.Blocks(t.Context(), 1, func([]byte) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("%s: an error of the visitor becomes %v", name, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := source.Blocks(ctx, 1, func([]byte) error { return nil }); err == nil {
			t.Errorf("%s: goes on after the end", name)
		}
	}
}

func TestProofsComeFromTheGatewayAmongSeveral(t *testing.T) {
	s := serve(t, chain(t))
	all := sources(t, s)
	for _, name := range []string{"gateway", "several"} {
		doc, err := all[name].(audit.Prover).Record(t.Context(), 7, []byte{0x62})
		if err != nil || string(doc) != "proof of 62 at 7" {
			t.Errorf("%s: %q, %v", name, doc, err)
		}
	}
	if _, err := (Several{all["RPC"]}).Record(t.Context(), 7, []byte{1}); err == nil || !strings.Contains(err.Error(), "no proofs") {
		t.Error(err)
	}
}

// dead is a source that never answers.
type dead struct{}

var errDead = errors.New("nobody answers")

func (dead) Name() string                                                { return "a dead one" }
func (dead) Genesis(context.Context) ([]byte, error)                     { return nil, errDead }
func (dead) Tip(context.Context) (int64, error)                          { return 0, errDead }
func (dead) Blocks(context.Context, int64, func(raw []byte) error) error { return errDead }

// short is a source that ends in the middle of what it has.
type short struct {
	audit.Source
	blocks int
}

func (s short) Blocks(ctx context.Context, from int64, visit func(raw []byte) error) error {
	n := 0
	return s.Source.Blocks(ctx, from, func(raw []byte) error {
		if n++; n > s.blocks {
			return errDead
		}
		return visit(raw)
	})
}

func TestAnotherSourceGoesOnWhereOneFails(t *testing.T) {
	c := chain(t)
	whole := sources(t, serve(t, c))["gateway"]
	v, err := audit.Replay(t.Context(), audit.Options{Source: Several{dead{}, short{whole, 3}, whole}})
	if err != nil || v.Height != c.Height() {
		t.Errorf("%v, %+v", err, v)
	}
	for name, s := range map[string]Several{"dead ones": {dead{}, dead{}}, "short ones": {short{whole, 3}, short{whole, 1}}} {
		if _, err := audit.Replay(t.Context(), audit.Options{Source: s}); !errors.Is(err, errDead) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnswersThatAreNoneAreErrors(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter){
		"garbage":   func(w http.ResponseWriter) { fmt.Fprint(w, "garbage") },
		"nothing":   func(http.ResponseWriter) {},
		"null":      func(w http.ResponseWriter) { result(w, "null") },
		"an error":  func(w http.ResponseWriter) { fmt.Fprint(w, `{"error":{"message":"no","data":"never"}}`) },
		"not found": func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) },
		"many chunks": func(w http.ResponseWriter) {
			result(w, `{"chunk":"0","total":"1000","data":"","sync_info":{"latest_block_height":"5"},"block":null}`)
		},
		"half a block": func(w http.ResponseWriter) {
			result(w, `{"sync_info":{"latest_block_height":"5"},"block":{"header":{"height":"1"}}}`)
		},
		"too much": func(w http.ResponseWriter) { _, _ = w.Write(make([]byte, maxSmallAnswer+1)) },
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w) }))
		r, err := NewRPC(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		_, err1 := r.Genesis(t.Context())
		err2 := r.Blocks(t.Context(), 1, func([]byte) error { return nil })
		for _, err := range []error{err1, err2} {
			if _, failed := check.Failed(err); err == nil || failed {
				t.Errorf("%s: %v", name, err)
			}
		}
		s.Close()
	}
	for _, url := range []string{"", "localhost:26657", "ftp://x", "http://"} {
		if _, err := NewRPC(url); err == nil {
			t.Errorf("%q is a URL", url)
		}
	}
}

func TestASilentServerIsLeft(t *testing.T) {
	hold := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		w.(http.Flusher).Flush()
		<-hold
	}))
	defer s.Close()
	defer close(hold)
	h := newHTTP(20 * time.Millisecond)
	res, err := h.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(new(any)); err == nil {
		t.Error("silence is an answer")
	}
}

func FuzzRPCAnswer(f *testing.F) {
	f.Add([]byte(`{"result":{"chunk":"0","total":"1","data":"e30="}}`))
	f.Add([]byte(`{"result":{"sync_info":{"latest_block_height":"1"},"block":{"header":{"height":"1"},"last_commit":{"height":"0"}}}}`))
	f.Add([]byte(`{"result":{"block":{"last_commit":{},"evidence":{"evidence":[{"type":"tendermint/LightClientAttackEvidence","value":{}}]}}}}`))
	answer := []byte(nil)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(answer) }))
	defer s.Close()
	r, err := NewRPC(s.URL)
	if err != nil {
		f.Fatal(err)
	}
	r.pause = 0
	f.Fuzz(func(t *testing.T, b []byte) {
		answer = b
		_, _ = r.Genesis(t.Context())
		_, _ = r.block(t.Context(), 1)
		_, _ = r.Tip(t.Context())
	})
}
