package kubo

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/gateway/censuses"
	"urna/ipfs"

	"github.com/holiman/uint256"
)

// sizes are those at which the shape of a file changes: one block, one node of
// blocks, two levels of nodes.
var sizes = []int{0, 1, 256 << 10, 256<<10 + 1, 5 << 20, 175 * 256 << 10}

func TestAFileHasOneNameWhoeverNamesIt(t *testing.T) {
	d := startDaemon(t, nil)
	own, daemons := node(t, nil), d.store(t)
	for _, n := range sizes {
		file := content(n)
		want := ipfs.Scheme + strings.TrimSpace(string(d.must(t, file, "add", "--quieter", "--cid-version=1", "--raw-leaves=false")))
		for name, s := range map[string]*ipfs.Store{"embedded": own, "daemon": daemons} {
			if got := put(t, s, file); got != want {
				t.Errorf("%s: %d bytes are %s, and %s for ipfs", name, n, got, want)
			}
			reads(t, s, want, file)
		}
	}
}

func TestBlocksMoveBothWays(t *testing.T) {
	for name, key := range map[string][]byte{"open": nil, "private": ipfs.SwarmKey([32]byte{7})} {
		t.Run(name, func(t *testing.T) {
			d := startDaemon(t, key)
			own := node(t, key, d.address(t))
			for _, n := range sizes {
				out, back := content(n+2), content(n+3)
				uri := ipfs.Scheme + strings.TrimSpace(string(d.must(t, out, "add", "--quieter", "--cid-version=1"))) // raw leaves
				if _, err := own.Fetch(t.Context(), uri, limits(n+2), nil); err != nil {
					t.Fatalf("%d bytes from the daemon: %v", n, err)
				}
				reads(t, own, uri, out)
				uri = put(t, own, back)
				if got := d.must(t, nil, "cat", cid(uri)); !bytes.Equal(got, back) {
					t.Errorf("ipfs cat %s: %d bytes of %d", cid(uri), len(got), len(back))
				}
			}
		})
	}
}

func TestIPFSCatReadsACensus(t *testing.T) {
	d := startDaemon(t, nil)
	own := node(t, nil, d.address(t))
	service, err := censuses.Open(censuses.Config{Dir: t.TempDir(), Files: own, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{5000, 110_000} { // a document, a census file
		token := service.NewToken()
		id, err := service.Create(token)
		if err != nil {
			t.Fatal(err)
		}
		var members []tree.Member
		for i := range n {
			members = append(members, tree.Member{Address: ethkey.Address{byte(i), byte(i >> 8), byte(i >> 16), 1}, Weight: *uint256.NewInt(uint64(i + 1))})
		}
		for batch := range slices.Chunk(members, censuses.MaxBatch) {
			if bad, err := service.Add(id, token, batch); err != nil || len(bad) > 0 {
				t.Fatal(bad, err)
			}
		}
		root, uri, err := service.Publish(t.Context(), id, token, nil)
		if err != nil {
			t.Fatal(err)
		}
		file := d.must(t, nil, "cat", cid(uri))
		if err := service.Verify(bytes.NewReader(file)); err != nil {
			t.Errorf("%d members: %v", n, err)
		}
		if head := file[:min(len(file), 100)]; !bytes.Contains(head, root[:]) && !bytes.Contains(head, []byte(root.String())) {
			t.Errorf("%d members: %q is no census with root %s", n, head, root)
		}
	}
	if err := service.Close(); err != nil {
		t.Error(err)
	}
}

func TestAStoreInADaemonKeepsWhatItHasUntilItLetsGo(t *testing.T) {
	d := startDaemon(t, nil)
	own := node(t, nil, d.address(t))
	s := d.store(t)
	mine, fetched, others := content(700_000), content(800_000), content(900_000)
	kept := []string{put(t, s, mine)}
	far := put(t, own, fetched)
	if has, err := s.Has(t.Context(), far); err != nil || has {
		t.Errorf("before it was fetched: %v, %v", has, err)
	}
	if _, err := s.Get(t.Context(), far, 1<<20); !errors.Is(err, ipfs.ErrNotFound) {
		t.Errorf("Get asks peers: %v", err)
	}
	if n, err := s.Fetch(t.Context(), far, limits(1<<20), nil); err != nil || n != int64(len(fetched)) {
		t.Fatal(n, err)
	}
	kept = append(kept, far)
	theirs := ipfs.Scheme + strings.TrimSpace(string(d.must(t, others, "add", "--quieter", "--cid-version=1", "--raw-leaves=false")))
	if got := put(t, s, others); got != theirs {
		t.Fatal(got, theirs)
	}
	d.must(t, nil, "repo", "gc")
	reads(t, s, kept[0], mine)
	reads(t, s, kept[1], fetched)
	found := map[string]int64{}
	if err := s.Pins(t.Context(), func(p ipfs.Pin) error {
		found[p.URI] = p.Size
		if time.Since(p.Added) > time.Hour || time.Until(p.Added) > time.Minute {
			t.Errorf("%s was added at %s", p.URI, p.Added)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || found[kept[0]] != int64(len(mine)) || found[kept[1]] != int64(len(fetched)) {
		t.Errorf("pins: %v", found)
	}
	for _, uri := range append(kept, theirs, theirs) {
		if err := s.Unpin(t.Context(), uri); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	d.must(t, nil, "repo", "gc")
	for _, uri := range kept {
		if has, err := s.Has(t.Context(), uri); err != nil || has {
			t.Errorf("%s was let go and is there: %v", uri, err)
		}
		if _, err := s.Get(t.Context(), uri, 1<<20); !errors.Is(err, ipfs.ErrNotFound) {
			t.Error(err)
		}
	}
	reads(t, s, theirs, others) // the daemon's owner has pinned it
}

func TestFetchingThroughADaemonEndsInTime(t *testing.T) {
	d := startDaemon(t, nil)
	own := node(t, nil, d.address(t))
	s := d.store(t)
	nowhere, err := ipfs.CID(content(1000))
	if err != nil {
		t.Fatal(err)
	}
	large := put(t, own, content(3<<20))
	folder := ipfs.Scheme + "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354" // the empty directory
	for _, c := range []struct {
		uri  string
		want error
	}{{nowhere, ipfs.ErrUnavailable}, {large, ipfs.ErrTooLarge}, {folder, ipfs.ErrMalformed}} {
		began := time.Now()
		if _, err := s.Fetch(t.Context(), c.uri, limits(1<<20), nil); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.uri, err, c.want)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%s: it took %s", c.uri, took)
		}
	}
}

func TestANameOfADaemon(t *testing.T) {
	d := startDaemon(t, nil)
	s := d.store(t)
	for i := range 2 {
		uri := put(t, s, fmt.Appendf(nil, "%d", i))
		name, err := s.Publish(t.Context(), uri)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Resolve(t.Context(), name); err != nil || got != uri {
			t.Errorf("%s points to %s, %v, want %s", name, got, err, uri)
		}
	}
}

func TestADaemonThatDiesLosesNothingAcknowledged(t *testing.T) {
	d := startDaemon(t, nil)
	kept := map[string][]byte{}
	for round := range 5 {
		s := d.store(t)
		killed := make(chan struct{})
		go func() {
			defer close(killed)
			<-time.After(time.Duration(100+round*70) * time.Millisecond)
			_ = d.cmd.Process.Kill()
		}()
		for i := 0; ; i++ {
			file := content(100_000*round + 1000*i)
			began := time.Now()
			uri, err := s.Put(t.Context(), file)
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
			if err != nil {
				break
			}
			kept[uri] = file
		}
		<-killed
		<-d.done
		if _, err := s.Has(t.Context(), put0(t)); err == nil {
			t.Error("a daemon that is gone has answered")
		}
		if _, err := ipfs.Dial(t.Context(), d.rpc()); err == nil {
			t.Error("a daemon that is gone can be used")
		}
		d.start(t)
		s = d.store(t)
		for uri, file := range kept {
			reads(t, s, uri, file)
		}
	}
	if len(kept) < 10 {
		t.Errorf("only %d files", len(kept))
	}
}

func put0(t *testing.T) string {
	t.Helper()
	uri, err := ipfs.CID(nil)
	if err != nil {
		t.Fatal(err)
	}
	return uri
}
