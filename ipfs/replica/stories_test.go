package replica

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"urna/ipfs"
)

func TestWhatCannotBeHadIsTriedAgainAndAgainUntilItComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		uri := w.have("census")
		w.hang[uri] = struct{}{}
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(uri)}})
		r, stop := w.run(w.config())
		defer stop()
		pass(time.Minute)
		early := w.tried(uri)
		if early < 2 || early > 4 {
			t.Errorf("%d attempts in the first minute", early)
		}
		s := stand(t, r)
		if len(s.Missing) != 1 || s.Missing[0].URI != uri || s.Missing[0].Error != ipfs.ErrUnavailable.Error() || s.Missing[0].Attempts == 0 ||
			s.Missing[0].Owners[0] != "election/1" || s.Wanted != 1 {
			t.Errorf("%+v", s)
		}
		pass(24 * time.Hour)
		day := w.tried(uri)
		if day < 24 || day > 45 { // an hour at the most between two, give or take a fifth
			t.Errorf("%d attempts in a day", day)
		}
		w.mu.Lock()
		delete(w.hang, uri)
		w.mu.Unlock()
		pass(80 * time.Minute)
		if !w.pinned(uri) {
			t.Error("it is there and was not fetched")
		}
		done := w.tried(uri)
		pass(24 * time.Hour)
		if w.tried(uri) != done {
			t.Error("it is fetched again and again")
		}
	})
}

func TestWhatBreaksItsRuleIsRefusedAndWelcomeAsSomethingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		census, large := w.have("not JSON"), w.have(`{"x":"`+strings.Repeat("x", 1000)+`"}`)
		w.tell(Need{Owner: "account/evil", Files: []File{metadata(census), metadata(large), metadata("ipfs://nonsense")}})
		r, stop := w.run(w.config())
		defer stop()
		pass(12 * time.Hour)
		if s := stand(t, r); s.Refused != 3 || s.Held != 0 || len(s.Missing) != 3 {
			t.Errorf("%+v", s)
		}
		if w.tried(census) != 1 || w.tried(large) != 1 {
			t.Errorf("%d and %d attempts", w.tried(census), w.tried(large))
		}
		// Somebody named it first, as what it is not, to keep it away.
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(census)}})
		pass(time.Second)
		if !w.pinned(census) {
			t.Error("it is not fetched as what it is")
		}
		for _, m := range stand(t, r).Missing {
			if wait := time.Until(m.Next); wait < 6*24*time.Hour || wait > 7*24*time.Hour {
				t.Errorf("%s is tried again in %s", m.URI, wait)
			}
		}
	})
}

func TestTheQueueSurvivesARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "queue")
	w := newWorld(t)
	here, gone := w.have("here"), w.have("gone")
	w.hang[gone] = struct{}{}
	cfg := w.config()
	cfg.Dir, cfg.Retry, cfg.Stall = dir, time.Hour, time.Millisecond
	w.tell(Need{Owner: "election/1", Files: []File{censusOf(here), censusOf(gone)}})
	r, stop := w.run(cfg)
	eventually(t, "both are tried", func() bool {
		s := stand(t, r)
		return s.Held == 1 && len(s.Missing) == 1 && s.Missing[0].Attempts == 1 && s.Cursor == 1
	})
	before := stand(t, r).Missing[0]
	stop()
	r, stop = w.run(cfg)
	s := stand(t, r)
	if s.Cursor != 1 || s.Held != 1 || len(s.Missing) != 1 {
		t.Fatalf("%+v", s)
	}
	if after := s.Missing[0]; after.Attempts != 1 || !after.Next.Equal(before.Next) || !after.Since.Equal(before.Since) || after.Error != before.Error {
		t.Errorf("%+v, and before %+v", after, before)
	}
	stop()
	if w.tried(here) != 1 || w.tried(gone) != 1 {
		t.Errorf("%d and %d attempts", w.tried(here), w.tried(gone))
	}
}

func TestFilesThatTheStoreHasLostAreFetchedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		uri := w.have("census")
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(uri)}})
		_, stop := w.run(w.config())
		defer stop()
		pass(10 * time.Second)
		if err := w.Unpin(t.Context(), uri); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Minute)
		if !w.pinned(uri) {
			t.Error("it is gone and nobody cares")
		}
	})
}

// span is a day of the policy's tests, which would take long in minutes.
const span = time.Hour

func TestRoomIsMadeFromWhatIsLeastNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		cfg := w.config()
		cfg.Quota, cfg.Keep = 10_000, 10*span
		file := func(i int) string { return w.have(fmt.Sprintf("%03d", i) + strings.Repeat(".", 997)) } // 1,000 bytes
		var open, closed []string
		for i := range 3 {
			open = append(open, file(i))
			w.tell(Need{Owner: fmt.Sprintf("election/%d", i), Files: []File{censusOf(open[i])}})
		}
		_, stop := w.run(cfg)
		defer stop()
		pass(time.Minute)
		for i := range 5 { // one closes each day
			closed = append(closed, file(10+i))
			w.tell(Need{Owner: fmt.Sprintf("election/%d", 10+i), Files: []File{censusOf(closed[i])}, Closed: time.Now()})
			pass(span)
		}
		own := file(99) // stored here, named by nobody
		if _, err := w.Fetch(t.Context(), own, ipfs.Limits{Bytes: 1000, Stall: time.Second}, kinds["census"].Check); err != nil {
			t.Fatal(err)
		}
		all := append(append([]string{own}, open...), closed...)
		pass(4 * span) // 9,000 of 10,000 bytes: not too full
		for _, uri := range all {
			if !w.pinned(uri) {
				t.Fatalf("%s is gone while there is room", uri)
			}
		}
		late := file(50)
		w.tell(Need{Owner: "election/50", Files: []File{censusOf(late)}})
		pass(2 * time.Minute)
		if !w.pinned(late) || w.sweeps() != 0 {
			t.Error("the new one is not there, or something is gone that may not")
		}
		pass(span) // the first has been closed for ten
		if w.pinned(closed[0]) || !w.pinned(closed[1]) || w.sweeps() == 0 {
			t.Errorf("closed for ten: %v; for nine: %v; sweeps: %d", w.pinned(closed[0]), w.pinned(closed[1]), w.sweeps())
		}
		pass(12 * span) // and now there is room enough, whatever the dates say
		if !w.pinned(closed[1]) || !w.pinned(closed[2]) || !w.pinned(own) {
			t.Errorf("%v %v %v", w.pinned(closed[1]), w.pinned(closed[2]), w.pinned(own))
		}
		for i := range 20 { // a flood of open elections
			w.tell(Need{Owner: fmt.Sprintf("election/%d", 100+i), Files: []File{censusOf(file(100 + i))}})
			pass(2 * time.Minute)
		}
		pass(span)
		for _, uri := range append(open, late) {
			if !w.pinned(uri) {
				t.Errorf("%s is needed and gone", uri)
			}
		}
		for _, uri := range append(closed, own) {
			if w.pinned(uri) {
				t.Errorf("%s is not needed and has room", uri)
			}
		}
		if n := w.count(); n != 10 {
			t.Errorf("%d files of 1,000 bytes in 10,000 bytes", n)
		}
	})
}

func TestAFullQuotaIsAnErrorOfItsOwnUntilThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		cfg := w.config()
		cfg.Quota, cfg.Keep = 10_000, span
		first, second := w.have(strings.Repeat("1", 6000)), w.have(strings.Repeat("2", 6000))
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(first)}})
		r, stop := w.run(cfg)
		defer stop()
		pass(time.Minute)
		w.tell(Need{Owner: "election/2", Files: []File{censusOf(second)}})
		pass(time.Hour)
		s := stand(t, r)
		if w.pinned(second) || len(s.Missing) != 1 || !strings.HasPrefix(s.Missing[0].Error, ErrQuota.Error()) || s.Bytes != 6000 || s.Quota != 10_000 {
			t.Errorf("%+v", s)
		}
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(first)}, Closed: time.Now()})
		pass(2 * span)
		if w.pinned(second) {
			t.Log("60 percent are not too full, so nothing was let go")
		}
		third := w.have(strings.Repeat("3", 3500))
		w.tell(Need{Owner: "election/3", Files: []File{censusOf(third)}})
		pass(time.Hour) // 9,500 are
		if w.pinned(first) || !w.pinned(third) || !w.pinned(second) {
			t.Errorf("first %v, second %v, third %v", w.pinned(first), w.pinned(second), w.pinned(third))
		}
	})
}

func TestWhatWasRefusedIsSweptAwayAndCountsMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		cfg := w.config()
		cfg.Quota = 10_000
		r, stop := w.run(cfg)
		defer stop()
		pass(time.Second)
		for i := range 50 { // to fill the disk with what will be refused
			w.tell(Need{Owner: fmt.Sprintf("account/evil/%d", i), Files: []File{metadata(w.have(fmt.Sprintf("%d", i) + strings.Repeat("x", 900)))}})
			pass(10 * time.Second)
			w.mu.Lock()
			litter := w.litter
			w.mu.Unlock()
			if litter > 10_000 {
				t.Fatalf("%d bytes lie about", litter)
			}
		}
		if s := stand(t, r); s.Refused != 50 || s.Bytes > 10_000 || w.sweeps() == 0 {
			t.Errorf("%+v, %d sweeps", s, w.sweeps())
		}
	})
}

func TestAFullDiskIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		uri := w.have("census")
		w.full = true
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(uri)}})
		r, stop := w.run(w.config())
		defer stop()
		pass(12 * time.Hour)
		if s := stand(t, r); len(s.Missing) != 1 || s.Missing[0].Error != ipfs.ErrDiskFull.Error() {
			t.Errorf("%+v", s)
		}
		w.mu.Lock()
		w.full = false
		w.mu.Unlock()
		pass(2 * time.Minute)
		if !w.pinned(uri) {
			t.Error("there is room, and it is not there")
		}
	})
}

func TestAFloodOfDeadLinksDoesNotKeepOneWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for i := range 5000 {
			uri, err := ipfs.CID(fmt.Append(nil, i))
			if err != nil {
				t.Fatal(err)
			}
			w.tell(Need{Owner: fmt.Sprintf("account/%d", i), Files: []File{metadata(uri)}})
		}
		cfg := w.config()
		_, stop := w.run(cfg)
		defer stop()
		pass(5 * time.Second)
		uri := w.have("census")
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(uri)}})
		pass(20*time.Second + time.Second) // the default stall: one of the workers is free
		if !w.pinned(uri) {
			t.Error("it stands in line behind the dead")
		}
	})
}

func TestPeersThatDripTakeHalfOfThePlacesAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for i := range 200 { // the chain says that they are needed, their peers are the attacker's
			uri := w.have(fmt.Sprintf("drip %d", i))
			w.drips[uri] = 24 * time.Hour
			w.tell(Need{Owner: fmt.Sprintf("election/evil/%d", i), Files: []File{censusOf(uri)}})
		}
		honest := w.have("a large census over a slow line")
		w.drips[honest] = 12 * time.Minute
		w.tell(Need{Owner: "election/large", Files: []File{censusOf(honest)}})
		_, stop := w.run(w.config())
		defer stop()
		pass(time.Hour)
		uri := w.have("census")
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(uri)}})
		pass(2 * time.Second)
		if !w.pinned(uri) {
			t.Error("a file that is there waits for those that drip")
		}
		pass(12 * time.Hour)
		if !w.pinned(honest) {
			t.Errorf("it did not come in %d attempts", w.tried(honest))
		}
	})
}

func TestANewReferenceTakesTheOldOnesPlaceAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		cfg := w.config()
		cfg.Keep, cfg.Quota = 10*span, 2100
		old, next := w.have(strings.Repeat("a", 1000)), w.have(strings.Repeat("b", 1000))
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(old)}})
		r, stop := w.run(cfg)
		defer stop()
		pass(span)
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(next)}})
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(next)}}) // told again, nothing new
		pass(9 * span)
		if !w.pinned(old) || !w.pinned(next) {
			t.Error("within ten both stay")
		}
		pass(2 * span)
		if w.pinned(old) || !w.pinned(next) {
			t.Errorf("old %v, next %v", w.pinned(old), w.pinned(next))
		}
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(old)}}) // it comes back
		pass(time.Hour)
		if !w.pinned(old) {
			t.Error("it is needed again")
		}
		for i := range 1100 { // somebody cannot make up his mind
			w.tell(Need{Owner: "account/1", Files: []File{metadata(fmt.Sprintf("ipfs://%d", i))}})
		}
		pass(time.Hour)
		r.mu.Lock()
		refs := len(r.owners["account/1"].Refs)
		r.mu.Unlock()
		if refs > maxDropped+1 {
			t.Errorf("%d references are remembered", refs)
		}
		pass(span)
		w.tell(Need{Owner: "account/1"})
		pass(11 * span)
		w.tell(Need{Owner: "account/1", Closed: time.Now()})
		pass(time.Hour)
		r.mu.Lock()
		files := len(r.files)
		r.mu.Unlock()
		if files > 3 {
			t.Errorf("%d files that nobody names are remembered", files)
		}
	})
}

func TestOneFileUnderManySpellingsIsOneFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		uri := w.have("census")
		base58 := "ipfs://zdj7WZ" // not a CID; kept as it is, and refused
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(strings.ToUpper(uri[len(ipfs.Scheme):])), censusOf(base58)}})
		w.tell(Need{Owner: "election/2", Files: []File{censusOf(ipfs.Scheme + strings.ToUpper(uri[len(ipfs.Scheme):]))}})
		_, stop := w.run(w.config())
		defer stop()
		pass(time.Second)
		if !w.pinned(uri) || w.tried(uri) != 1 {
			t.Errorf("pinned %v, %d attempts", w.pinned(uri), w.tried(uri))
		}
	})
}

// brokenFeeder fails some times and then tells.
type brokenFeeder struct {
	*world
	fails int
}

func (b *brokenFeeder) Next(ctx context.Context, after int64, visit func(Need) error) (int64, error) {
	if b.fails > 0 {
		b.fails--
		return 0, errors.New("the index is being rebuilt")
	}
	return b.world.Next(ctx, after, visit)
}

func TestAFeederThatFailsIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		uri := w.have("census")
		w.tell(Need{Owner: "election/1", Files: []File{censusOf(uri)}})
		cfg := w.config()
		cfg.Feeder = &brokenFeeder{w, 5}
		_, stop := w.run(cfg)
		defer stop()
		pass(time.Minute)
		if !w.pinned(uri) {
			t.Error("it is not there")
		}
	})
}

func TestNeedsThatMakeNoSenseAreErrors(t *testing.T) {
	w := newWorld(t)
	r, err := Open(w.config())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []Need{{}, {Owner: "x", Files: []File{{"ipfs://x", "poem"}}}} {
		if err := r.take(r.newBatch(), n); err == nil {
			t.Errorf("%+v is accepted", n)
		}
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Config){
		"no store":          func(c *Config) { c.Files = nil },
		"no feeder":         func(c *Config) { c.Feeder = nil },
		"no kinds":          func(c *Config) { c.Kinds = nil },
		"no log":            func(c *Config) { c.Log = nil },
		"no limit":          func(c *Config) { c.Kinds = map[Kind]Rule{"x": {Check: kinds["census"].Check}} },
		"no check":          func(c *Config) { c.Kinds = map[Kind]Rule{"x": {Limit: 1}} },
		"negative keep":     func(c *Config) { c.Keep = -1 },
		"negative quota":    func(c *Config) { c.Quota = -1 },
		"negative workers":  func(c *Config) { c.Workers = -1 },
		"negative patience": func(c *Config) { c.Stall = -1 },
	} {
		cfg := w.config()
		spoil(&cfg)
		if r, err := Open(cfg); err == nil {
			t.Errorf("%s is accepted", name)
			_ = r.Close()
		}
	}
}

func TestMetricsTellHowItStands(t *testing.T) {
	w := newWorld(t)
	reg := prometheus.NewRegistry()
	cfg := w.config()
	cfg.Metrics, cfg.Stall = reg, time.Millisecond
	uri := w.have("census")
	dead, err := ipfs.CID([]byte("dead"))
	if err != nil {
		t.Fatal(err)
	}
	w.tell(Need{Owner: "election/1", Files: []File{censusOf(uri), censusOf(dead)}})
	r, stop := w.run(cfg)
	defer stop()
	eventually(t, "both are tried", func() bool {
		s := stand(t, r)
		return s.Held == 1 && len(s.Missing) == 1 && s.Missing[0].Attempts > 0
	})
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				name += "/" + l.GetValue()
			}
			got[name] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	for name, want := range map[string]float64{
		"urna_files/held": 1, "urna_files/wanted": 1, "urna_files_missing": 1, "urna_files_bytes": 6, "urna_files_height": 1,
		"urna_files_fetches_total/held": 1, "urna_files_fetches_total/unavailable": 1, "urna_ipfs_peers": 7,
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s = %v, want %v", name, v, want)
		}
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("not within a minute: " + what)
		}
	}
}
