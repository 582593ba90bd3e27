package client

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"testing"
)

// frames writes blocks as a gateway does.
func frames(blocks ...string) (b []byte) {
	for _, x := range blocks {
		b = append(binary.AppendUvarint(b, uint64(len(x))), x...)
	}
	return b
}

// rawGateway serves blocks 1, 2, …, two per answer, and breaks off after limit
// bytes of the first answer.
func rawGateway(blocks []string, limit int) http.HandlerFunc {
	answers := 0
	return func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("from"))
		if from > len(blocks) {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		b := frames(blocks[from-1 : min(from+1, len(blocks))]...)
		answers++
		if answers == 1 && limit < len(b) {
			w.Header().Set("Content-Length", strconv.Itoa(len(b)))
			_, _ = w.Write(b[:limit])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write(b)
	}
}

func TestAllBlocksAreVisitedInOrderHoweverTheAnswersEnd(t *testing.T) {
	blocks := []string{"one", string(bytes.Repeat([]byte("two"), 1000)), "three", "four", "five"}
	for limit := 0; limit < 3100; limit += 1 + limit/3 {
		c := serve(t, map[string]http.HandlerFunc{"GET /chain/raw": rawGateway(blocks, limit)})
		var got []string
		err := c.RawBlocks(t.Context(), 1, func(raw []byte) error { got = append(got, string(raw)); return nil })
		if err != nil || !slices.Equal(got, blocks) {
			t.Fatalf("after a break at byte %d: %d blocks, %v", limit, len(got), err)
		}
	}
	c := serve(t, map[string]http.HandlerFunc{"GET /chain/raw": rawGateway(blocks, 1<<30)})
	if err := c.RawBlocks(t.Context(), 6, func([]byte) error { t.Error("a block of the future"); return nil }); err != nil {
		t.Error(err)
	}
}

func TestAnErrorOfTheVisitorEndsTheVisit(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{"GET /chain/raw": rawGateway([]string{"one", "two", "three"}, 1<<30)})
	enough, visits := errors.New("enough"), 0
	err := c.RawBlocks(t.Context(), 1, func([]byte) error {
		if visits++; visits == 2 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || visits != 2 {
		t.Errorf("%d visits, %v", visits, err)
	}
}

func TestAGatewayThatIsGoneForAMomentIsAskedAgain(t *testing.T) {
	blocks := []string{"one", "two", "three"}
	gone := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	all := rawGateway(blocks, 1<<30)
	c := serve(t, map[string]http.HandlerFunc{"GET /chain/raw": inTurn(all, gone, gone, all)})
	visits := 0
	if err := c.RawBlocks(t.Context(), 1, func([]byte) error { visits++; return nil }); err != nil || visits != 3 {
		t.Errorf("%d visits, %v", visits, err)
	}
	c = serve(t, map[string]http.HandlerFunc{"GET /chain/raw": inTurn(gone, gone, all)})
	if err := c.RawBlocks(t.Context(), 1, func([]byte) error { return nil }); err == nil {
		t.Error("a gateway that never was there is waited for")
	}
}

func TestAGatewayThatSendsNoBlocksIsNotAskedForEver(t *testing.T) {
	asked := 0
	for name, h := range map[string]http.HandlerFunc{
		"nothing":      say(""),
		"a huge block": say("\xff\xff\xff\xff\x0f"),
		"no block":     say("\x00"),
		"no number":    say("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
		"pruned":       refuse(404, `{"code":4008,"detail":"this node has blocks from height 9 on"}`),
		"broken": func(w http.ResponseWriter, _ *http.Request) {
			if asked++; asked > 2 {
				t.Error("it is asked again")
			}
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "\x09some")
		},
	} {
		c := serve(t, map[string]http.HandlerFunc{"GET /chain/raw": h})
		c.attempts = 2
		if err := c.RawBlocks(t.Context(), 1, func([]byte) error { return nil }); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestTheGenesisDocumentComesAsItIs(t *testing.T) {
	const document = "{ \"chain_id\" : \"x\" }\n\n"
	c := serve(t, map[string]http.HandlerFunc{"GET /chain/genesis": say(document)})
	if got, err := c.Genesis(t.Context()); err != nil || string(got) != document {
		t.Errorf("%q %v", got, err)
	}
}

func TestTheNewestSignedHeaderHasAName(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{
		"GET /chain/light/{height}": func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.PathValue("height")) },
	})
	for height, want := range map[int64]string{0: "latest", 7: "7"} {
		if got, err := c.LightBlock(t.Context(), height); err != nil || string(got) != want {
			t.Errorf("%q %v", got, err)
		}
	}
}

func TestAProofComesAsItIsOrNotYet(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{
		"GET /proofs/params":           say("{ }\n"),
		"GET /proofs/votes/{e}/{vote}": refuse(204, ""),
	})
	if got, err := c.Proof(t.Context(), "params?trust=7"); err != nil || string(got) != "{ }\n" {
		t.Errorf("%q %v", got, err)
	}
	if _, err := c.Proof(t.Context(), "votes/a/b"); !errors.Is(err, ErrNotYet) {
		t.Errorf("got %v", err)
	}
}

func FuzzABlockIsReadAsItWasWritten(f *testing.F) {
	f.Add(frames("one", "two"))
	f.Add([]byte("\xff\xff\xff\xff\x0f"))
	f.Add([]byte("\x80\x80\x80"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bufio.NewReader(bytes.NewReader(b))
		for {
			raw, err := readBlock(r)
			if err != nil {
				break
			}
			if len(raw) == 0 || !bytes.Contains(b, raw) {
				t.Fatalf("read %x", raw)
			}
		}
	})
}

func TestAFileComesAsTheGatewayHasIt(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{"GET /files/{cid}": func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("cid") != "bafy" {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"code":4067,"error":"not here"}`)
			return
		}
		_, _ = io.WriteString(w, "a file")
	}})
	f, err := c.File(t.Context(), "bafy")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil || string(b) != "a file" {
		t.Errorf("%q, %v", b, err)
	}
	_, err = c.File(t.Context(), "else")
	if p := new(Problem); !errors.As(err, &p) || p.Code != CodeFileNotFound {
		t.Errorf("a file that is not there: %v", err)
	}
}
