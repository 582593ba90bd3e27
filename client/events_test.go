package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// stream answers with frames and ends the connection.
func stream(seen *[]string, frames string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		*seen = append(*seen, r.Header.Get("Last-Event-ID"))
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, frames)
	}
}

func TestAStreamThatBreaksIsResumedAfterTheLastEvent(t *testing.T) {
	var asked []string
	c := serve(t, map[string]http.HandlerFunc{
		"GET /chain/events": inTurn(
			stream(&asked, "retry: 1000\nid: 5\n\n: hello\n\nid: 6-0\nevent: vote\ndata: {\"a\":1}\n\nid: 6-1\nevent: block\ndata: {}\n\nid: 9-0\nevent: block\nda"),
			stream(&asked, ": still here\nid: 8\n\n"),
			refuse(503, `{"detail":"full"}`),
			stream(&asked, "event: cut\ndata: {\"reason\":\"slow\"}\n\n"),
			stream(&asked, "id: 9-0\nevent: block\ndata: {\"height\":9}\n\n"),
		),
	})
	var got []string
	for e, err := range c.Events(t.Context(), EventQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.ID+" "+e.Kind+" "+string(e.Data))
		if len(got) == 3 {
			break
		}
	}
	want := []string{`6-0 vote {"a":1}`, `6-1 block {}`, `9-0 block {"height":9}`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !slices.Equal(asked, []string{"", "6-1", "8", "8"}) {
		t.Errorf("resumed after %q", asked)
	}
}

func TestAStreamAsksForWhatIsWanted(t *testing.T) {
	c := serve(t, map[string]http.HandlerFunc{
		"GET /chain/events": func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			if q.Get("types") != "block,vote" || q.Get("election") != "e" || q.Get("account") != "a" || q.Get("include") != "hashes" {
				t.Errorf("asked %v", q)
			}
			if r.Header.Get("Last-Event-ID") != "44" {
				t.Errorf("after %q", r.Header.Get("Last-Event-ID"))
			}
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "data: 1\n\n")
		},
	})
	q := EventQuery{After: "44", Types: []string{"block", "vote"}, Election: "e", Account: "a", Hashes: true}
	for _, err := range c.Events(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
}

func TestAStreamThatTheGatewayRefusesEnds(t *testing.T) {
	for _, h := range []http.HandlerFunc{refuse(404, `{"detail":"thrown away"}`), say("not a stream")} {
		c := serve(t, map[string]http.HandlerFunc{"GET /chain/events": h})
		n := 0
		for _, err := range c.Events(t.Context(), EventQuery{}) {
			n++
			problemOf(t, err)
		}
		if n != 1 {
			t.Errorf("%d turns", n)
		}
	}
}

func TestAStreamEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := serve(t, map[string]http.HandlerFunc{
		"GET /chain/events": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "data: 1\n\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	})
	var last error
	for _, err := range c.Events(ctx, EventQuery{}) {
		last = err
		cancel()
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("got %v", last)
	}
}

func TestAnEventMayHaveSeveralLinesOfData(t *testing.T) {
	e, err := readEvent(bufio.NewReader(strings.NewReader("\n\nevent:x\r\ndata: a\r\ndata:b\nid\nid: 7\n\n")))
	if err != nil || string(e.Data) != "a\nb" || e.Kind != "x" || e.ID != "7" {
		t.Fatalf("got %+v, %v", e, err)
	}
}

func TestALongLineIsReadWhole(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	e, err := readEvent(bufio.NewReader(strings.NewReader("data: " + long + "\n\n")))
	if err != nil || string(e.Data) != long {
		t.Fatalf("got %d bytes, %v", len(e.Data), err)
	}
}

func TestAnEventWithoutEndIsGivenUp(t *testing.T) {
	line := "data: " + strings.Repeat("x", 1<<20) + "\n"
	if _, err := readEvent(bufio.NewReader(strings.NewReader(strings.Repeat(line, 40)))); err == nil {
		t.Fatal("40 MB were taken")
	}
}

func FuzzReadEvent(f *testing.F) {
	for _, s := range []string{"data: 1\n\n", ": c\n\nid: 1\nevent: e\ndata: a\ndata: b\n\n", "\r\n\n", "id: 3\n\n", "data"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := bufio.NewReader(strings.NewReader(s))
		for {
			e, err := readEvent(r)
			if err != nil {
				return
			}
			if len(e.Data) > len(s) || strings.ContainsAny(e.ID+e.Kind, "\n") {
				t.Fatalf("%q became %+v", s, e)
			}
		}
	})
}
