package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"urna/crypto/ethkey"
	"urna/registry/invitation"
)

func TestCodesAreSentToNobodyElse(t *testing.T) {
	for address, want := range map[string]string{
		"join.example.org":         "not of the form",
		"ftp://join.example.org/":  "not of the form",
		"http://join.example.org/": "is not encrypted",
		"http://192.0.2.7:80/":     "is not encrypted",
		"https://join.example.org": "",
		"http://127.0.0.1:1/#code": "",
		"http://[::1]:1/":          "",
		"http://localhost:1":       "",
	} {
		if _, err := newDesk(address); (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", address, err)
		}
	}
	key, err := ethkey.Generate()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("asked elsewhere") }))
	defer elsewhere.Close()
	for name, c := range map[string]struct {
		info string
		want string
	}{
		"no registry":       {`{"organisation":"x"}`, "is not the page of a registry"},
		"no JSON":           {`hello`, "is not the page of a registry"},
		"more text to sign": {`{"organisation":"x\nand I owe you money","registry":"1"}`, "is not the page of a registry"},
		"a page that moved": {`{"organisation":"x","registry":"1"}`, "answers 307"},
	} {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /registry", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(c.info)) })
		mux.Handle("POST /redeem", http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
		s := httptest.NewServer(mux)
		d, err := newDesk(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.join(t.Context(), key, invitation.New()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
	}
}
