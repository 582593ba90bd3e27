package ipfs

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A real daemon is talked to in test/kubo. Here are daemons as they should not
// be.

// fakeDaemon answers commands of the RPC until the test ends.
func fakeDaemon(t *testing.T, commands map[string]http.HandlerFunc) *Store {
	t.Helper()
	mux := http.NewServeMux()
	answer := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(text))
		}
	}
	all := map[string]http.HandlerFunc{
		"id": answer(`{"ID":"x"}`), "swarm/peers": answer(`{}`), "version": answer(`{"Version":"0.43.0"}`),
		"pin/ls": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(`{"Message":"path 'x' is not pinned","Code":0,"Type":"error"}`))
		},
	}
	for name, h := range commands {
		all[name] = h
	}
	for name, h := range all {
		mux.HandleFunc("/api/v0/"+name, h)
	}
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	s, err := Dial(t.Context(), strings.TrimPrefix(srv.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestADaemonIsNotBelieved(t *testing.T) {
	file := []byte("as it is")
	uri, err := CID(file)
	if err != nil {
		t.Fatal(err)
	}
	fails := func(message string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(`{"Message":"` + message + `","Code":0,"Type":"error"}`))
		}
	}
	for name, c := range map[string]struct {
		block http.HandlerFunc
		want  error
	}{
		"another block": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = w.Write([]byte("as it is not"))
		}, ErrCorrupt},
		"a block without end": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		}, ErrCorrupt},
		"nothing":     {fails("block was not found locally (offline): ipld: could not find " + strings.TrimPrefix(uri, Scheme)), ErrNotFound},
		"a full disk": {fails("write /x: no space left on device"), ErrDiskFull},
	} {
		s := fakeDaemon(t, map[string]http.HandlerFunc{"block/get": c.block})
		if _, err := s.Get(t.Context(), uri, 100); !errors.Is(err, c.want) {
			t.Errorf("%s: Get: %v, want %v", name, err, c.want)
		}
		want := c.want
		if want == ErrNotFound {
			want = ErrUnavailable
		}
		if _, err := s.Fetch(t.Context(), uri, quick, nil); !errors.Is(err, want) {
			t.Errorf("%s: Fetch: %v, want %v", name, err, want)
		}
	}
}

func TestADaemonThatHangsIsGivenUpInTime(t *testing.T) {
	gone := make(chan struct{})
	s := fakeDaemon(t, map[string]http.HandlerFunc{"block/get": func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-gone:
		}
	}})
	defer close(gone)
	uri, err := CID([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, s, uri, quick, ErrUnavailable)
}

func TestADaemonThatCallsABlockByAnotherNameIsRefused(t *testing.T) {
	s := fakeDaemon(t, map[string]http.HandlerFunc{"block/put": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"Key":"bafybeif7ztnhq65lumvvtr4ekcwd2ifwgm3awq4zfr3srh462rwyinlb4y","Size":1}`))
	}})
	if uri, err := s.Put(t.Context(), []byte("x")); !errors.Is(err, ErrCorrupt) {
		t.Errorf("%s, %v", uri, err)
	}
}

func TestNoDaemonIsAnErrorAtOnce(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for _, a := range []string{addr, "127.0.0.1", "", "127.0.0.1:x"} {
		if _, err := Dial(t.Context(), a); err == nil {
			t.Errorf("%q: there is a daemon", a)
		}
	}
	if took := time.Since(began); took > deadline {
		t.Errorf("it took %s", took)
	}
}

func TestPinsOfOthersAreToldApart(t *testing.T) {
	when := time.Unix(1_800_000_000, 0)
	if size, added, ok := parsePinName(pinName(42, when)); !ok || size != 42 || !added.Equal(when) {
		t.Error(size, added, ok)
	}
	for _, name := range []string{"", "urna", "urna 1", "urna 1 x", "urna 1 2 3", "urna  1 2", "my urna 1 2", "urna -0 1"} {
		if _, _, ok := parsePinName(name); ok {
			t.Errorf("%q is taken for our own", name)
		}
	}
}
