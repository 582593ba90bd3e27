package gateway

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"urna/app/apptest"
)

// frame is an event as a client gets it.
type frame struct{ id, event, data string }

// openStream serves the stream of a chain.
func openStream(t testing.TB, c *testChain) (*stream, *httptest.Server) {
	t.Helper()
	s := newStream(c.index, c, slog.New(slog.DiscardHandler))
	server := httptest.NewServer(streamHandler(s))
	t.Cleanup(server.Close)
	return s, server
}

func streamHandler(s *stream) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var p *Problem
		if err := s.serve(w, r); errors.As(err, &p) {
			p.write(w)
		}
	})
}

// reading is a client of the stream.
type reading struct {
	t      testing.TB
	lines  *bufio.Scanner
	cancel context.CancelFunc
	id     string // the last one
}

// read opens the stream. Everything must happen within a minute.
func read(t testing.TB, server *httptest.Server, query, lastID string) *reading {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		answer.Body.Close()
	})
	if kind := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || kind != "text/event-stream" {
		t.Fatalf("%s: %s %s", query, answer.Status, kind)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	return &reading{t: t, lines: lines, cancel: cancel}
}

// frame waits for the next thing that the stream says. ok is false at its end.
func (r *reading) frame() (f frame, ok bool) {
	seen := false
	for r.lines.Scan() {
		line := r.lines.Text()
		if line == "" {
			if seen {
				return f, true
			}
			continue
		}
		seen = true
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			f.id, r.id = value, value
		case "event":
			f.event = value
		case "data":
			f.data = value
		}
	}
	return f, false
}

// next waits for the next event.
func (r *reading) next() frame {
	r.t.Helper()
	for {
		f, ok := r.frame()
		if !ok {
			r.t.Fatalf("the stream ended: %v", r.lines.Err())
		}
		if f.event != "" {
			return f
		}
	}
}

// until reads up to and with the event of a block.
func (r *reading) until(height int64) (all []frame) {
	r.t.Helper()
	for {
		f := r.next()
		all = append(all, f)
		if f.event == "block" && strings.HasPrefix(f.id, fmt.Sprintf("%d-", height)) {
			return all
		}
	}
}

func text(frames []frame) string {
	var b strings.Builder
	for _, f := range frames {
		fmt.Fprintf(&b, "%s %s %s\n", f.id, f.event, f.data)
	}
	return b.String()
}

func TestTheStreamTellsTheWholeStory(t *testing.T) {
	s := newStory(t)
	_, server := openStream(t, s.testChain)
	all := read(t, server, "after=0", "").until(s.Height())
	golden(t, filepath.Join("testdata", "stream", "all.txt"), s.short(text(all)))
	hashes := read(t, server, "after=0&types=block&include=hashes", "").until(s.Height())
	golden(t, filepath.Join("testdata", "stream", "hashes.txt"), text(hashes))
}

func TestAFilteredStreamIsAPartOfTheWholeOne(t *testing.T) {
	s := newStory(t)
	_, server := openStream(t, s.testChain)
	all := read(t, server, "after=0", "").until(s.Height())
	election, org, voter := s.elections[1].ID.String(), apptest.Key("org").Address().String(), s.voters[0].Address().String()
	ids := map[string]bool{} // transactions about the election
	for _, f := range all {
		if strings.Contains(f.data, election) {
			for _, hash := range strings.SplitAfter(f.data, `"txHash":"`)[1:] {
				ids[hash[:64]] = true
			}
		}
	}
	about := func(f frame) bool {
		if f.event == "transaction" {
			hash, _, _ := strings.Cut(strings.TrimPrefix(f.data, `{"hash":"`), `"`)
			return ids[hash]
		}
		return f.event == "election" && strings.Contains(f.data, `"electionId":"`+election) ||
			f.event == "vote" && strings.Contains(f.data, `"electionID":"`+election)
	}
	for query, want := range map[string]func(frame) bool{
		"types=block":                     func(f frame) bool { return f.event == "block" },
		"types=votes,blocks":              func(f frame) bool { return f.event == "vote" || f.event == "block" },
		"types=transaction,block":         func(f frame) bool { return f.event == "transaction" || f.event == "block" },
		"types=election,validator,block":  func(f frame) bool { return f.event == "election" || f.event == "validator" || f.event == "block" },
		"types=account,block":             func(f frame) bool { return f.event == "account" || f.event == "block" },
		"types=vote,block&account=" + org: func(f frame) bool { return f.event == "block" },
		"types=vote,block&account=0x" + voter: func(f frame) bool {
			return f.event == "block" || f.event == "vote" && strings.Contains(f.data, `"voterID":"`+voter)
		},
		"types=block,vote,election,transaction&election=" + election: func(f frame) bool { return f.event == "block" || about(f) },
		"types=block,vote&election=" + election + "&account=" + voter: func(f frame) bool {
			return f.event == "block" || f.event == "vote" && about(f) && strings.Contains(f.data, voter)
		},
		"types=block,account&account=" + org: func(f frame) bool {
			return f.event == "block" || f.event == "account" && strings.Contains(f.data, org)
		},
	} {
		kept := slices.DeleteFunc(slices.Clone(all), func(f frame) bool { return !want(f) })
		got := read(t, server, "after=0&"+query, "").until(s.Height())
		if text(got) != text(kept) {
			t.Errorf("%s gives\n%s\nwant\n%s", query, text(got), text(kept))
		}
		if query != "types=block" && len(kept) <= int(s.Height()) && !strings.Contains(query, "account="+org) {
			t.Errorf("%s: the test compares nothing but blocks", query)
		}
	}
}

func TestAClientResumesAfterAnyEvent(t *testing.T) {
	s := newStory(t)
	_, server := openStream(t, s.testChain)
	all := read(t, server, "after=0", "").until(s.Height())
	for i := 0; i < len(all)-1; i += 3 {
		if got := read(t, server, "after=3", all[i].id).until(s.Height()); text(got) != text(all[i+1:]) {
			t.Fatalf("after %s comes\n%s", all[i].id, text(got))
		}
	}
	if got := read(t, server, "after="+all[7].id, "").next(); got != all[8] {
		t.Errorf("after %s comes %v", all[7].id, got)
	}
}

func TestLiveEventsAreThoseOfTheReplay(t *testing.T) {
	c := newTestChain(t)
	c.mine()
	s, server := openStream(t, c)
	live := []*reading{read(t, server, "", ""), read(t, server, "", ""), read(t, server, "after=0", ""), read(t, server, "after=3", "")}
	e := c.OpenElection(apptest.Keys("voter", 20), nil)
	c.publish()
	for i := range 4 {
		votes := e.Votes(apptest.Keys("voter", 20)[5*i : 5*i+5])
		c.mine(votes...)
	}
	whole := read(t, server, "after=0", "")
	all := whole.until(c.Height())
	whole.cancel()
	for i, r := range live {
		got := r.until(c.Height())
		if !strings.HasSuffix(text(all), text(got)) || len(got) < 10 {
			t.Errorf("client %d got\n%s", i, text(got))
		}
		r.cancel()
	}
	// With the last client the goroutine ends.
	eventually(t, "the stream rests", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.stop == nil
	})
	if got := read(t, server, "after=2", "").until(c.Height()); !strings.HasSuffix(text(all), text(got)) {
		t.Errorf("after a pause comes\n%s", text(got))
	}
}

func TestASlowClientIsCutAndCanResume(t *testing.T) {
	c := newTestChain(t)
	c.mine()
	s, server := openStream(t, c)
	l := s.join(&streamFilter{types: blockEvents}, 1)
	if l == nil {
		t.Fatal("the stream is further than the chain")
	}
	for range maxQueued + 10 {
		c.Mine()
	}
	c.publish()
	eventually(t, "the client is cut", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.clients) == 0
	})
	w := httptest.NewRecorder()
	if err := s.listen(t.Context(), &connection{w, http.NewResponseController(w)}, l, position{1, wholeBlock}); !errors.Is(err, errGone) {
		t.Error(err)
	}
	s.leave(l)
	got := &reading{t: t, lines: bufio.NewScanner(w.Body)}
	for height := range maxQueued {
		if f := got.next(); f.event != "block" || !strings.HasPrefix(f.id, fmt.Sprintf("%d-", height+2)) {
			t.Fatalf("%+v", f)
		}
	}
	if f := got.next(); f.event != "cut" || !strings.Contains(f.data, "too slow") || f.id != "" {
		t.Errorf("%+v", f)
	}
	if _, ok := got.frame(); ok {
		t.Error("more comes after the cut")
	}
	rest := read(t, server, "types=block", got.id).until(c.Height())
	if len(rest) != 10 {
		t.Errorf("%d blocks after %s", len(rest), got.id)
	}
}

func TestAClientWithTooManyBytesWaitingIsCut(t *testing.T) {
	c := newTestChain(t)
	c.mine()
	s, _ := openStream(t, c)
	l := s.join(&streamFilter{types: blockEvents}, 1)
	s.mu.Lock()
	l.size = maxQueuedSize
	s.mu.Unlock()
	c.mine()
	eventually(t, "the client is cut", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return l.why != ""
	})
	s.leave(l)
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick, deadline := time.NewTicker(time.Millisecond), time.After(time.Minute)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not in a minute: %s", what)
		}
	}
}

func TestASignOfLifeMovesTheClient(t *testing.T) {
	c := newTestChain(t)
	c.mine()
	s, server := openStream(t, c)
	s.heartbeat = time.Millisecond
	r := read(t, server, "types=vote", "")
	if f, _ := r.frame(); f.id != "1" {
		t.Errorf("the greeting is %+v", f)
	}
	c.mine()
	c.mine()
	for r.id != "3" {
		if f, ok := r.frame(); !ok || f.event != "" {
			t.Fatalf("%+v %t", f, ok)
		}
	}
}

func TestAClientIsToldWhenTheIndexStops(t *testing.T) {
	c := newTestChain(t)
	c.mine()
	_, server := openStream(t, c)
	r := read(t, server, "types=block", "")
	if f, _ := r.frame(); f.id != "1" {
		t.Fatalf("the greeting is %+v", f)
	}
	c.mine()
	r.until(2)
	c.spoil()
	if f := r.next(); f.event != "cut" {
		t.Errorf("%+v", f)
	}
	if _, ok := r.frame(); ok {
		t.Error("the stream goes on")
	}
}

func TestWhatTheStreamCannotGiveIsRefused(t *testing.T) {
	c := newTestChain(t)
	for range 5 {
		c.mine()
	}
	c.prune(3)
	_, server := openStream(t, c)
	for query, want := range map[string]string{
		"types=colours": "400 4048", "include=everything": "400 4048", "election=12": "400 4017", "account=12": "400 4000",
		"after=x": "400 4019", "after=-1": "400 4019", "after=1-": "400 4019", "after=1-2-3": "400 4019",
		"after=99999999999999999999": "400 4019", "after=1": "404 4008", "after=2-0": "404 4008",
	} {
		r, err := http.Get(server.URL + "/?" + query)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(r.Body); err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		status, code, _ := strings.Cut(want, " ")
		if !strings.HasPrefix(r.Status, status) || !strings.Contains(b.String(), `"code":`+code) {
			t.Errorf("%s: %s %s, want %s", query, r.Status, b.String(), want)
		}
	}
	if got := read(t, server, "after=2", "").next(); !strings.HasPrefix(got.id, "3-") {
		t.Errorf("after the last block that was thrown away comes %v", got)
	}
}

func TestClientsBeyondTheLimitAreRefused(t *testing.T) {
	c := newTestChain(t)
	c.mine()
	s, server := openStream(t, c)
	for range cap(s.places) {
		s.places <- struct{}{}
	}
	r, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusServiceUnavailable {
		t.Error(r.Status)
	}
}

func BenchmarkEncodeVotes(b *testing.B) {
	c := newTestChain(b)
	voters := apptest.Keys("voter", 1000)
	e := c.OpenElection(voters, nil)
	c.mine(e.Votes(voters)...)
	block := c.blocks[len(c.blocks)-1]
	for name, f := range map[string]streamFilter{
		"every vote":        {types: voteEvents},
		"every transaction": {types: transactionEvents},
		"hashes":            {types: blockEvents, hashes: true},
		"one voter":         {types: voteEvents, byAccount: true, account: voters[5].Address()},
	} {
		b.Run(name, func(b *testing.B) {
			var out []byte
			for b.Loop() {
				out = appendBlock(out[:0], block, &f, -1)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(block.Outcome.Txs)), "ns/vote")
			b.ReportMetric(float64(len(out))/float64(len(block.Outcome.Txs)), "B/vote")
		})
	}
}
