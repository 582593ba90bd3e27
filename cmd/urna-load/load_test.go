package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"urna/client"
	"urna/tx"
)

func TestEveryVoteIsHandedOutUntilItIsSettled(t *testing.T) {
	q := newQueue(1000)
	var mu sync.Mutex
	tries := map[int]int{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for {
				numbers, err := q.take(t.Context(), 7)
				if err != nil {
					t.Error(err)
				}
				if numbers == nil {
					return
				}
				var again []int
				mu.Lock()
				for _, n := range numbers {
					if tries[n]++; tries[n] <= n%3 {
						again = append(again, n)
					}
				}
				mu.Unlock()
				q.put(len(numbers)-len(again), again)
			}
		})
	}
	all.Wait()
	for n := range 1000 {
		if tries[n] != n%3+1 {
			t.Errorf("vote %d was handed out %d times", n, tries[n])
		}
	}
}

func TestAQueueWithoutVotesWaitsForTheContext(t *testing.T) {
	q := newQueue(1)
	if _, err := q.take(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := q.take(ctx, 5); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestAFileOfVotesIsReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "votes")
	h := header{Chain: "c", Election: "e", Votes: 3}
	w, err := createVotes(path, h)
	if err != nil {
		t.Fatal(err)
	}
	votes := [][]byte{[]byte("one"), bytes.Repeat([]byte("x"), 5000), []byte("3")}
	for i, v := range votes {
		if err := w.append(tx.ID{byte(i)}, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.flush(), w.close()); err != nil {
		t.Fatal(err)
	}
	f, err := openVotes(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	got, err := f.read([]int{2, 0, 1})
	if err != nil || f.header != h || f.len() != 3 || f.bytes() != 5004 ||
		!reflect.DeepEqual(got, [][]byte{votes[2], votes[0], votes[1]}) {
		t.Errorf("got %q of %+v, %v", got, f.header, err)
	}
	hashes, err := f.hashes([]int{1, 2})
	if err != nil || hashes[0] != (tx.ID{1}) || hashes[1] != (tx.ID{2}) {
		t.Errorf("got %v, %v", hashes, err)
	}
	if _, err := createVotes(path, h); err == nil {
		t.Error("a file of votes was overwritten")
	}
}

func TestADamagedFileOfVotesIsRefused(t *testing.T) {
	good := []byte(`{"votes":1}` + "\n" + string(make([]byte, 35)) + "\x01x")
	for name, b := range map[string][]byte{
		"empty": nil, "no header": []byte("hello"), "bad header": []byte("{\n"), "too few": good[:12],
		"head cut": good[:30], "vote cut": good[:len(good)-1], "no bytes": append(good[:12:12], make([]byte, 36)...),
		"too many": append(good[:len(good):len(good)], good[12:]...),
	} {
		path := filepath.Join(t.TempDir(), "votes")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openVotes(path); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}

func TestTheLedgerKnowsWhatBecameOfEachVote(t *testing.T) {
	l := newLedger(6)
	l.begin()
	start := l.start
	at := func(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }
	l.sent(6)
	l.taken([]int{0, 1}, []tx.ID{{1}, {2}}, start)
	l.inBlock([]tx.ID{{1}, {9}, {3}}, at(1)) // {3} before its acknowledgement, {9} is not ours
	l.taken([]int{2}, []tx.ID{{3}}, start)
	l.later(1)
	l.said(3, "NotReady")
	l.brokeOff([]int{4, 5})
	l.said(4, tx.NoOverwritesLeft.String())
	l.said(5, "NotReady")
	if n := l.unseen(); n != 1 {
		t.Errorf("%d votes are in no block", n)
	}
	l.inBlock([]tx.ID{{2}}, at(3))
	l.sentAll()
	r := l.report(&voteFile{at: make([]int64, 7)})
	if r.Acknowledged != 4 || r.Mined != 4 || r.Busy != 1 || r.Broken != 1 || r.Blocks != 2 ||
		!reflect.DeepEqual(r.Rejected, map[string]int{"NotReady": 2}) {
		t.Errorf("got %+v", r)
	}
	if r.TotalSeconds != 3 || r.Latency.Max < 2.99 || r.Latency.Max > 3.01 || r.Sustained != 1 {
		t.Errorf("got %+v", r)
	}
	votes, answers := l.expected()
	if votes != 4 || answers != [choices]uint64{2, 1, 1, 0} {
		t.Errorf("expected %d votes with %v", votes, answers)
	}
	var sum int64
	for _, s := range r.Latency.Steps {
		sum += s.Votes
	}
	if sum != 3 {
		t.Errorf("the histogram has %d votes", sum)
	}
}

func TestASampleStandsForItsBatch(t *testing.T) {
	l := newLedger(4)
	l.begin()
	l.taken([]int{0, 1}, []tx.ID{{1}, {2}}, l.start)
	l.taken([]int{2, 3}, []tx.ID{{3}, {4}}, l.start)
	s := l.samples()
	if len(s) != 2 || s[0].last != (tx.ID{2}) {
		t.Fatalf("got %+v", s)
	}
	l.sampleMined(s[0], time.Now())
	if l.unseen() != 2 || len(l.samples()) != 1 {
		t.Errorf("%d unseen, %d samples", l.unseen(), len(l.samples()))
	}
}

func TestKeysFollowFromTheSeed(t *testing.T) {
	a, err := makeKeys("s", 300, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	b, err := makeKeys("s", 300, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	c, err := makeKeys("t", 1, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{c[0].Hex(): true}
	for i := range a {
		if a[i].Hex() != b[i].Hex() || seen[a[i].Hex()] {
			t.Fatalf("key %d is another, or one of before", i)
		}
		seen[a[i].Hex()] = true
	}
}

func TestSettingsThatMakeNoSenseAreRefused(t *testing.T) {
	good := config{votes: 1, batch: 1, workers: 1, overload: 1, gateways: []string{client.DefaultURL}}
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*config){
		"votes": func(c *config) { c.votes = 0 }, "batch": func(c *config) { c.batch = -1 },
		"rate": func(c *config) { c.rate = -1 }, "less than all": func(c *config) { c.overload = 0.5 },
		"overload of no rate": func(c *config) { c.overload = 10 }, "no file": func(c *config) { c.prepareOnly = true },
	} {
		c := good
		spoil(&c)
		if err := c.check(); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}
