package ipfs

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// quick are limits for tests in which content comes at once or never.
var quick = Limits{Bytes: 10 << 20, Stall: 2 * time.Second, Time: time.Minute}

// node starts a node on loopback until the test ends.
func startNode(t testing.TB, cfg Config) *Store {
	t.Helper()
	cfg.Listen, cfg.Log = "127.0.0.1:0", slog.New(slog.DiscardHandler)
	s, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func status(t testing.TB, s *Store) Status {
	t.Helper()
	st, err := s.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// address is where others reach a node.
func address(t testing.TB, s *Store) string {
	t.Helper()
	all := status(t, s).Addresses
	if len(all) == 0 {
		t.Fatal("it listens nowhere")
	}
	return all[0]
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("not within a minute: " + what)
		}
	}
}

func mustPut(t testing.TB, s *Store, file []byte) string {
	t.Helper()
	uri, err := s.Put(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	return uri
}

func holds(t testing.TB, s *Store, uri string, file []byte) {
	t.Helper()
	if has, err := s.Has(t.Context(), uri); err != nil || !has {
		t.Errorf("%s is not there: %v", uri, err)
	}
	if b, err := s.Get(t.Context(), uri, int64(len(file))); err != nil || !bytes.Equal(b, file) {
		t.Errorf("%s: %d bytes, %v", uri, len(b), err)
	}
}

func TestTwoNodesExchangeFiles(t *testing.T) {
	a := startNode(t, Config{})
	b := startNode(t, Config{Peers: []string{address(t, a)}})
	for _, n := range []int{0, 100, 5 << 20} {
		there, back := content(n), content(n+1)
		for _, way := range []struct {
			from, to *Store
			file     []byte
		}{{a, b, there}, {b, a, back}} {
			uri := mustPut(t, way.from, way.file)
			size, err := way.to.Fetch(t.Context(), uri, quick, nil)
			if err != nil || size != int64(len(way.file)) {
				t.Fatalf("%d bytes: %d came, %v", len(way.file), size, err)
			}
			holds(t, way.to, uri, way.file)
		}
	}
	if st := status(t, b); st.Backend != "embedded" || st.Peers != 1 || st.BlocksReceived == 0 || st.BytesSent == 0 {
		t.Errorf("%+v", st)
	}
}

func TestAFileIsFoundThroughTheTableOfANodeThatDoesNotHaveIt(t *testing.T) {
	hub := startNode(t, Config{DHT: DHTServer})
	a := startNode(t, Config{DHT: DHTServer, Peers: []string{address(t, hub)}})
	file := content(1 << 20)
	uri := mustPut(t, a, file)
	b := startNode(t, Config{DHT: DHTClient, Bootstrap: []string{address(t, hub)}})
	eventually(t, "b finds the file", func() bool {
		_, err := b.Fetch(t.Context(), uri, quick, nil)
		return err == nil
	})
	holds(t, b, uri, file)
}

func TestANamePointsToWhatItsOwnerLastPublished(t *testing.T) {
	hub := startNode(t, Config{DHT: DHTServer})
	owner := startNode(t, Config{DHT: DHTServer, Peers: []string{address(t, hub)}})
	reader := startNode(t, Config{DHT: DHTClient, Peers: []string{address(t, hub)}})
	if _, err := reader.Resolve(t.Context(), NameScheme+status(t, owner).ID); !errors.Is(err, ErrNoName) {
		t.Errorf("before it was published: %v", err)
	}
	for _, text := range []string{"one", "two", "two", "three"} {
		uri := mustPut(t, owner, []byte(text))
		name, err := owner.Publish(t.Context(), uri)
		if err != nil || !strings.HasPrefix(name, NameScheme+"k51") {
			t.Fatal(name, err)
		}
		if got, err := owner.Resolve(t.Context(), name); err != nil || got != uri {
			t.Errorf("its owner resolves %s to %s, %v", text, got, err)
		}
		eventually(t, "the reader sees "+text, func() bool {
			if got, err := reader.Resolve(t.Context(), name); err != nil || got != uri {
				_, _ = owner.Publish(t.Context(), uri) // the first may have come before the owner knew the hub
				return false
			}
			return true
		})
	}
	if _, err := owner.Publish(t.Context(), "ipfs://bafybeiaviujuxqkkrdn55hizozn6iprfbjzatduuindxfamqbbozdwjrji"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a name for what is not there: %v", err)
	}
	for _, name := range []string{"", "ipns://", "ipns://x", "ipfs://" + status(t, owner).ID} {
		if _, err := reader.Resolve(t.Context(), name); !errors.Is(err, ErrBadURI) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestANameSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	cfg := Config{Dir: filepath.Join(dir, "files"), Identity: filepath.Join(dir, "key"), Log: slog.New(slog.DiscardHandler)}
	var name, id string
	for i, text := range []string{"one", "two"} {
		s, err := Start(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			if got, err := s.Resolve(t.Context(), name); err != nil || got != mustPut(t, s, []byte("one")) {
				t.Errorf("%s, %v", got, err)
			}
			if now := status(t, s).ID; now != id {
				t.Errorf("it was %s and is %s", id, now)
			}
		}
		id = status(t, s).ID
		uri := mustPut(t, s, []byte(text))
		if name, err = s.Publish(t.Context(), uri); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Resolve(t.Context(), name); err != nil || got != uri {
			t.Errorf("%s, %v", got, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := Identity(cfg.Identity); err != nil || got != id {
		t.Errorf("%s, %v", got, err)
	}
	if info, err := os.Stat(cfg.Identity); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the key: %v, %v", info.Mode(), err)
	}
}

func TestALocalStoreHasNoPeersAndNoNames(t *testing.T) {
	s := inMemory(t)
	uri, err := CID([]byte("elsewhere"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Fetch(t.Context(), uri, quick, nil); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
	if _, err := s.Publish(t.Context(), mustPut(t, s, []byte("x"))); !errors.Is(err, ErrNoName) {
		t.Error(err)
	}
	if st := status(t, s); st.Backend != "local" || st.Peers != 0 {
		t.Errorf("%+v", st)
	}
}

func TestOnlyNodesWithTheSwarmKeyConnect(t *testing.T) {
	key := SwarmKey([32]byte{1})
	a := startNode(t, Config{SwarmKey: key})
	uri := mustPut(t, a, []byte("among us"))
	for _, c := range []struct {
		key  []byte
		want error
	}{{key, nil}, {SwarmKey([32]byte{2}), ErrUnavailable}, {nil, ErrUnavailable}} {
		b := startNode(t, Config{SwarmKey: c.key, Peers: []string{address(t, a)}})
		if _, err := b.Fetch(t.Context(), uri, quick, nil); !errors.Is(err, c.want) {
			t.Errorf("key %q: %v, want %v", c.key, err, c.want)
		}
	}
}

func TestANodeTakesNoMorePeersThanItWants(t *testing.T) {
	a := startNode(t, Config{MaxPeers: 4})
	for range 20 {
		startNode(t, Config{Peers: []string{address(t, a)}})
	}
	eventually(t, "peers come", func() bool { return status(t, a).Peers >= 4 })
	hard := 4 + 4/2 + 8
	for range 20 {
		if n := status(t, a).Peers; n > hard {
			t.Fatalf("%d peers, more than %d", n, hard)
		}
		uri := mustPut(t, a, []byte("it still works"))
		holds(t, a, uri, []byte("it still works"))
	}
}

func TestConfigurationsThatMakeNoSenseAreRefused(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	bad := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(bad, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]Config{
		"no log":             {},
		"no such DHT":        {Log: log, DHT: "maybe"},
		"no peers":           {Log: log, MaxPeers: -1},
		"public and secret":  {Log: log, Public: true, DHT: DHTClient, SwarmKey: SwarmKey([32]byte{})},
		"public without DHT": {Log: log, Public: true},
		"swarm key":          {Log: log, SwarmKey: []byte("open sesame")},
		"listen":             {Log: log, Listen: "127.0.0.1"},
		"port":               {Log: log, Listen: "127.0.0.1:99999"},
		"external":           {Log: log, External: "example.org"},
		"peer without id":    {Log: log, Peers: []string{"/ip4/127.0.0.1/tcp/4001"}},
		"bootstrap":          {Log: log, DHT: DHTClient, Bootstrap: []string{"example.org"}},
		"identity":           {Log: log, Identity: bad},
		"less than nothing":  {Log: log, MinFree: -1},
	} {
		if s, err := Start(cfg); err == nil {
			t.Errorf("%s: accepted", name)
			_ = s.Close()
		}
	}
}

func TestAnEndedContextEndsFetch(t *testing.T) {
	s := startNode(t, Config{})
	uri, err := CID([]byte("nowhere"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := s.Fetch(ctx, uri, Limits{}, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func BenchmarkFetch10MB(b *testing.B) {
	peer := startNode(b, Config{Dir: b.TempDir()})
	s := startNode(b, Config{Dir: b.TempDir(), Peers: []string{address(b, peer)}})
	eventually(b, "they are connected", func() bool { return status(b, s).Peers == 1 })
	b.SetBytes(10 << 20)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		uri := mustPut(b, peer, content(10<<20+i))
		b.StartTimer()
		if _, err := s.Fetch(b.Context(), uri, Limits{Bytes: 11 << 20}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
