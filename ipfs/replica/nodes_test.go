package replica

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"urna/ipfs"
)

func TestMain(m *testing.M) {
	ipfs.Quiet()
	m.Run()
}

func startNode(t *testing.T, dir string, peers ...string) (*ipfs.Store, string) {
	t.Helper()
	s, err := ipfs.Start(ipfs.Config{Dir: dir, Listen: "127.0.0.1:0", Peers: peers, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	st, err := s.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s, st.Addresses[0]
}

func TestANodeThatHasNothingGetsEverythingFromItsPeers(t *testing.T) {
	one, addressOne := startNode(t, "")
	two, addressTwo := startNode(t, "")
	w := newWorld(t) // only as the chain
	var uris []string
	put := func(s *ipfs.Store, file string) string {
		uri, err := s.Put(t.Context(), []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		return uri
	}
	for i := range 60 { // each has half of it
		m, c := put(one, fmt.Sprintf(`{"title":%d}`, i)), put(two, strings.Repeat(fmt.Sprintf("%08d", i), 100*i))
		uris = append(uris, m, c)
		w.tell(Need{Owner: fmt.Sprintf("election/%d", i), Files: []File{metadata(m), censusOf(c)}})
	}
	wrong := put(one, "not JSON")
	w.tell(Need{Owner: "account/evil", Files: []File{metadata(wrong), metadata(put(two, strings.Repeat("x", 2000)))}})

	home := t.TempDir()
	cfg := w.config()
	cfg.Dir, cfg.Retry = filepath.Join(home, "queue"), 100*time.Millisecond
	rules := map[Kind]Rule{"metadata": kinds["metadata"], "census": {Limit: 1 << 20, Check: kinds["census"].Check}}
	cfg.Kinds = rules
	for round, lost := range []bool{false, false, true} {
		if lost { // the disk with the files
			if err := os.RemoveAll(filepath.Join(home, "files")); err != nil {
				t.Fatal(err)
			}
		}
		three, _ := startNode(t, filepath.Join(home, "files"), addressOne, addressTwo)
		cfg.Files = three
		r, stop := w.run(cfg)
		eventually(t, fmt.Sprintf("everything is there in round %d", round), func() bool {
			for _, uri := range uris {
				if has, err := three.Has(t.Context(), uri); err != nil || !has {
					return false
				}
			}
			s := stand(t, r)
			return s.Held == len(uris) && s.Refused == 2 && s.Wanted == 0
		})
		s := stand(t, r)
		if again := s.Store.BlocksReceived; round == 1 && again > 0 {
			t.Errorf("%d blocks came again after a restart", again)
		}
		stop()
		if err := three.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []*ipfs.Store{one, two} {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
