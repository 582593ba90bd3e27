package replica

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestWhoWantsToKnowIsToldOfFilesThatAreHere(t *testing.T) {
	w := newWorld(t)
	var mu sync.Mutex
	var told []string
	cfg := w.config()
	cfg.Dir = filepath.Join(t.TempDir(), "queue")
	cfg.Kinds = map[Kind]Rule{"metadata": kinds["metadata"], "census": {
		Limit: 10_000, Check: func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err },
		Held: func(_ context.Context, uri string) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, uri)
		},
	}}
	heard := func(uri string) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			return slices.Contains(told, uri)
		}
	}
	members, both, words := w.have("members"), w.have(`{"both":true}`), w.have(`{}`)
	w.tell(Need{Owner: "one", Files: []File{censusOf(members), metadata(both), metadata(words)}})
	r, stop := w.run(cfg)
	eventually(t, "the census is told of", heard(members))
	eventually(t, "the metadata is here", func() bool { return w.pinned(both) && w.pinned(words) })
	w.tell(Need{Owner: "two", Files: []File{censusOf(both)}}) // which is here as something else
	eventually(t, "it is told of as a census", heard(both))
	if heard(words)() {
		t.Error("metadata was told of")
	}
	for uri, want := range map[string]bool{members: true, both: true, "ipfs://else": false} {
		if r.Needed(uri) != want {
			t.Errorf("%s is needed: %v", uri, !want)
		}
	}
	stop()
	mu.Lock()
	told = nil
	mu.Unlock()
	w.tell(Need{Owner: "one", Closed: time.Now().Add(-100 * 24 * time.Hour)})
	r, stop = w.run(cfg)
	defer stop()
	eventually(t, "after the start it is told of again", heard(both))
	eventually(t, "what nobody needs for long is not needed", func() bool { return !r.Needed(words) })
}
