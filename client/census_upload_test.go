package client

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// lister takes lists: every answer is the next of turns, which is told the lines
// that came.
func lister(t *testing.T, turns ...func(lines []string, w http.ResponseWriter)) *Client {
	t.Helper()
	turn := 0
	return serve(t, map[string]http.HandlerFunc{"POST /censuses/{id}/participants/stream": func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" || r.Header.Get("Content-Type") != "text/csv" {
			t.Errorf("%v", r.Header)
		}
		var lines []string
		for in := bufio.NewScanner(r.Body); in.Scan(); {
			lines = append(lines, in.Text())
		}
		if turn >= len(turns) {
			t.Fatal("asked too often")
		}
		turn++
		turns[turn-1](lines, w)
	}})
}

func upload(t *testing.T, c *Client, count int) (seen []int, err error) {
	t.Helper()
	member := func(i int) Member { return Member{Key: fmt.Sprintf("0x%040x", i), Weight: fmt.Sprint(i + 1)} }
	err = c.UploadMembers(t.Context(), "secret", "aa", count, member, func(done int) { seen = append(seen, done) })
	return seen, err
}

func TestAListGoesOnWhereTheConnectionBroke(t *testing.T) {
	c := lister(t,
		func(_ []string, w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		func(lines []string, w http.ResponseWriter) {
			if len(lines) != 5 || lines[1] != "0x"+strings.Repeat("0", 39)+"1,2" {
				t.Errorf("%q", lines)
			}
			fmt.Fprintln(w, `{"lines":2,"added":2,"present":0,"rejected":0}`) // and it breaks off
		},
		func(lines []string, w http.ResponseWriter) {
			if len(lines) != 3 || !strings.HasSuffix(lines[0], "2,3") {
				t.Errorf("%q", lines)
			}
			fmt.Fprintln(w, `{"lines":1,"added":1,"present":0,"rejected":0}`)
			fmt.Fprintln(w, `{"lines":1,"added":1,"present":0,"rejected":0,"problem":{"status":503,"code":5030,"detail":"later"}}`)
		},
		func(lines []string, w http.ResponseWriter) {
			fmt.Fprintf(w, `{"lines":%d,"added":0,"present":2,"rejected":0,"done":true}`, len(lines))
		},
	)
	seen, err := upload(t, c, 5)
	if err != nil || fmt.Sprint(seen) != "[2 3 5]" {
		t.Errorf("%v, %v", seen, err)
	}
}

func TestAListThatIsRefusedIsNotSentAgain(t *testing.T) {
	var p *Problem
	_, err := upload(t, lister(t, func(_ []string, w http.ResponseWriter) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"code":4022,"detail":"another's"}`)
	}), 3)
	if !errors.As(err, &p) || p.Status != http.StatusForbidden {
		t.Errorf("%v", err)
	}
	_, err = upload(t, lister(t, func(_ []string, w http.ResponseWriter) {
		fmt.Fprintln(w, `{"lines":3,"added":2,"present":0,"rejected":1,"list":[{"line":2,"key":"00","error":"twice"}]}`)
	}), 3)
	var refused *RefusedMemberError
	if !errors.As(err, &refused) || refused.Index != 1 || err.Error() != "member 2 is refused: twice" {
		t.Errorf("%v", err)
	}
	_, err = upload(t, lister(t, func(_ []string, w http.ResponseWriter) {
		fmt.Fprintln(w, `{"lines":0,"added":0,"present":0,"rejected":0,"problem":{"status":507,"code":1,"detail":"full"}}`)
	}), 3)
	if !errors.As(err, &p) || p.Status != http.StatusInsufficientStorage || p.Detail != "full" {
		t.Errorf("%v", err)
	}
}

func TestAnswersToAListThatMakeNoSenseEndInAnError(t *testing.T) {
	for _, text := range []string{"hello\n", `{"lines":4}` + "\n", `{"lines":-1}` + "\n", ""} {
		c := serve(t, map[string]http.HandlerFunc{"POST /censuses/{id}/participants/stream": say(text)})
		c.attempts = 2
		if _, err := upload(t, c, 3); err == nil {
			t.Errorf("%q was believed", text)
		}
	}
}
