package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"urna/app/apptest"
	"urna/chain/light"
)

// rawChain is a gateway on a chain of blocks of different sizes.
func rawChain(t *testing.T) *api {
	a := newAPI(t, nil)
	voters := apptest.Keys("voter", 30)
	e, _ := a.newElection(voters, nil)
	for i, v := range voters {
		if i%7 != 0 {
			a.mine(e.Vote(v, 1, ""))
		}
	}
	a.mine(e.Votes(voters[:1])...)
	return a
}

// split takes the blocks out of an answer.
func split(t *testing.T, b []byte) (blocks [][]byte) {
	t.Helper()
	for len(b) > 0 {
		size, n := binary.Uvarint(b)
		if n <= 0 || uint64(len(b)-n) < size {
			t.Fatalf("%x ends within a block", b)
		}
		blocks, b = append(blocks, b[n:n+int(size)]), b[n+int(size):]
	}
	return blocks
}

func TestRawBlocksComeInOrderFromTheHeightThatIsAskedFor(t *testing.T) {
	a := rawChain(t)
	for _, c := range []struct {
		query       string
		first, last int64
	}{
		{"from=1", 1, a.Height()},
		{"from=3", 3, a.Height()},
		{fmt.Sprintf("from=%d", a.Height()), a.Height(), a.Height()},
		{"from=2&max=1", 2, 2},
		{fmt.Sprintf("from=1&max=%d", len(a.raw(1))+2), 1, 1}, // with the length, that is block 1
		{fmt.Sprintf("from=1&max=%d", len(a.raw(1))+3), 1, 2},
		{"from=1&max=9223372036854775807", 1, a.Height()},
	} {
		r := a.get("/chain/raw?" + c.query).ok(nil)
		got := split(t, r.body)
		for h := c.first; h <= c.last; h++ {
			if i := int(h - c.first); i >= len(got) || !bytes.Equal(got[i], a.raw(h)) {
				t.Fatalf("%s: block %d is not there", c.query, h)
			}
		}
		if int64(len(got)) != c.last-c.first+1 {
			t.Errorf("%s: %d blocks", c.query, len(got))
		}
		want := immutable
		if c.last == a.Height() && !strings.Contains(c.query, "max=1") {
			want = "no-store"
		}
		if cache := r.header.Get("Cache-Control"); cache != want || r.header.Get("Content-Type") != binaryType {
			t.Errorf("%s: %v", c.query, r.header)
		}
	}
	if r := a.get(fmt.Sprintf("/chain/raw?from=%d", a.Height()+1)); r.status != http.StatusNoContent || len(r.body) != 0 {
		t.Errorf("%s: %d %s", r.what, r.status, r.body)
	}
	a.prune(4)
	a.get("/chain/raw?from=3").refused(http.StatusNotFound, codeBlockNotFound, "from height 4 on")
	for _, query := range []string{"", "?from=0", "?from=-1", "?from=x", "?from=1&max=0", "?from=1&max=-5", "?from=1&max=9223372036854775808"} {
		a.get("/chain/raw"+query).refused(http.StatusBadRequest, codeNumber)
	}
}

func TestAnAnswerOfRawBlocksHasABoundedNumberOfThem(t *testing.T) {
	a := newAPI(t, nil)
	for range maxRawBlocks + 2 {
		a.Mine()
	}
	a.publish()
	if got := split(t, a.get("/chain/raw?from=2").ok(nil).body); len(got) != maxRawBlocks {
		t.Errorf("%d blocks", len(got))
	}
}

// cutter throws the chain's blocks away when the first bytes of an answer come.
type cutter struct {
	http.ResponseWriter
	a    *api
	sent bytes.Buffer
}

func (c *cutter) Write(b []byte) (int, error) {
	c.a.prune(1 << 30)
	return c.sent.Write(b)
}

func TestABlockThatIsThrownAwayWhileItIsSentCutsTheConnection(t *testing.T) {
	a := rawChain(t)
	w := &cutter{ResponseWriter: httptest.NewRecorder(), a: a}
	defer func() {
		if r := recover(); r != http.ErrAbortHandler {
			t.Errorf("the handler ended with %v after %d bytes", r, w.sent.Len())
		}
	}()
	a.g.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, BasePath+"/chain/raw?from=1", nil))
}

// gone is a client that has left.
type gone struct {
	http.ResponseWriter
	writes int
}

func (g *gone) Write([]byte) (int, error) {
	g.writes++
	return 0, io.ErrClosedPipe
}

func TestNothingIsReadForAClientThatHasLeft(t *testing.T) {
	a := rawChain(t)
	w := &gone{ResponseWriter: httptest.NewRecorder()}
	a.g.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, BasePath+"/chain/raw?from=1", nil))
	if w.writes != 1 {
		t.Errorf("%d writes", w.writes)
	}
	if a.log.Len() > 0 {
		t.Errorf("logged: %s", a.log.String())
	}
}

func TestASignedHeaderFollowsFromTheGenesisThatIsServed(t *testing.T) {
	a := rawChain(t)
	trusted, err := light.TrustGenesis(a.get("/chain/genesis").ok(nil).body)
	if err != nil {
		t.Fatal(err)
	}
	for h := int64(1); h <= a.Height(); h++ {
		r := a.get(fmt.Sprintf("/chain/light/%d", h)).ok(nil)
		b, err := light.ParseBlock(r.body)
		if err != nil {
			t.Fatal(err)
		}
		if trusted, err = trusted.Follow(b); err != nil || trusted.Height != h {
			t.Fatalf("header %d: %v", h, err)
		}
		want := immutable
		if h == a.Height() {
			want = "no-store" // its commit may be another one in the next block
		}
		if got := r.header.Get("Cache-Control"); got != want {
			t.Errorf("header %d: %s", h, got)
		}
	}
	newest := a.get(fmt.Sprintf("/chain/light/%d", a.Height())).body
	for _, name := range []string{"latest", "0"} {
		if r := a.get("/chain/light/" + name).ok(nil); !bytes.Equal(r.body, newest) || r.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s is not the newest", name)
		}
	}
	a.get(fmt.Sprintf("/chain/light/%d", a.Height()+1)).refused(http.StatusNotFound, codeBlockNotFound)
	for _, name := range []string{"-1", "x", "99999999999999999999"} {
		a.get("/chain/light/"+name).refused(http.StatusBadRequest, codeNumber)
	}
	a.prune(3)
	a.get("/chain/light/2").refused(http.StatusNotFound, codeBlockNotFound)
}

func TestTheGenesisDocumentIsServedByteForByte(t *testing.T) {
	a := newAPI(t, nil)
	r := a.get("/chain/genesis").ok(nil)
	hash := sha256.Sum256(a.GenesisDocument())
	tag := `"` + hex.EncodeToString(hash[:]) + `"`
	if !bytes.Equal(r.body, a.GenesisDocument()) || r.header.Get("ETag") != tag {
		t.Errorf("%v %s", r.header, r.body)
	}
	again := a.send(http.MethodGet, "/chain/genesis", http.Header{"If-None-Match": {tag}}, nil)
	if again.status != http.StatusNotModified || len(again.body) != 0 {
		t.Errorf("%d %s", again.status, again.body)
	}
}
