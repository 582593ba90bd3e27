package remote

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestFilesComeFromGatewaysOfBothKinds(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/files/bafy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a file") })
	mux.HandleFunc("GET /ipfs/bafy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a file") })
	mux.HandleFunc("GET /ipfs/broken", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	s := httptest.NewServer(mux)
	defer s.Close()
	g, err := NewGateway(s.URL + "/v2")
	if err != nil {
		t.Fatal(err)
	}
	i, err := NewIPFS(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]func(string) (io.ReadCloser, error){
		"gateway": func(uri string) (io.ReadCloser, error) { return g.File(t.Context(), uri) },
		"ipfs":    func(uri string) (io.ReadCloser, error) { return i.File(t.Context(), uri) },
	} {
		f, err := file("ipfs://bafy")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		b, err := io.ReadAll(f)
		if err := errors.Join(err, f.Close()); err != nil || string(b) != "a file" {
			t.Errorf("%s: %q, %v", name, b, err)
		}
		for _, uri := range []string{"ipfs://else", "https://example.org"} {
			if _, err := file(uri); !errors.Is(err, ErrNoFile) {
				t.Errorf("%s: %s: %v", name, uri, err)
			}
		}
	}
	if _, err := i.File(t.Context(), "ipfs://broken"); err == nil || errors.Is(err, ErrNoFile) {
		t.Errorf("a server that fails: %v", err)
	}
	if _, err := NewIPFS("nonsense"); err == nil {
		t.Error("nonsense is the root of a server")
	}
}
