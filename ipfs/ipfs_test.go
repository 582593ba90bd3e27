package ipfs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/go-cid"
)

func inMemory(t testing.TB) *Store {
	t.Helper()
	s, err := Open("")
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

// content is a file of n bytes that has no two equal chunks.
func content(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)})
	_, _ = r.Read(b)
	return b
}

func TestFilesHaveTheNamesThatAnExistingGatewayGave(t *testing.T) {
	b, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded []struct {
		File []byte
		URI  string
	}
	if err := json.Unmarshal(b, &recorded); err != nil || len(recorded) == 0 {
		t.Fatal(len(recorded), err)
	}
	s := inMemory(t)
	for _, r := range recorded {
		if got, err := CID(r.File); err != nil || got != r.URI {
			t.Errorf("%q: %s, %v, want %s", r.File, got, err, r.URI)
		}
		if has, err := s.Has(t.Context(), r.URI); err != nil || has {
			t.Errorf("naming a file stored it: %v", err)
		}
		if got, err := s.Put(t.Context(), r.File); err != nil || got != r.URI {
			t.Errorf("%q: stored as %s, %v, want %s", r.File, got, err, r.URI)
		}
		if got, err := s.Get(t.Context(), r.URI, 4096); err != nil || !bytes.Equal(got, r.File) {
			t.Errorf("%s holds %q, %v", r.URI, got, err)
		}
	}
}

func TestTheEmptyFileHasItsWellKnownName(t *testing.T) {
	s := inMemory(t)
	uri, err := s.Put(t.Context(), nil)
	if want := "ipfs://bafybeif7ztnhq65lumvvtr4ekcwd2ifwgm3awq4zfr3srh462rwyinlb4y"; err != nil || uri != want {
		t.Fatalf("%s, %v", uri, err)
	}
	if b, err := s.Get(t.Context(), uri, 0); err != nil || len(b) != 0 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if b, err := s.Get(t.Context(), "ipfs://QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH", 0); err != nil || len(b) != 0 {
		t.Errorf("under its first name: %d bytes, %v", len(b), err)
	}
}

func TestFilesOfEverySizeComeBack(t *testing.T) {
	const chunk = 256 << 10
	s := inMemory(t)
	for _, n := range []int{1, chunk - 1, chunk, chunk + 1, 5*chunk + 7, 175 * chunk} {
		file := content(n)
		uri, err := s.Put(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		named, err := s.CID(file)
		if err != nil || named != uri {
			t.Errorf("%d bytes: named %s, %v, stored as %s", n, named, err, uri)
		}
		for range 2 { // storing again changes nothing
			if b, err := s.Get(t.Context(), uri, int64(n)); err != nil || !bytes.Equal(b, file) {
				t.Fatalf("%d bytes: %d came back, %v", n, len(b), err)
			}
			if again, err := s.Put(t.Context(), file); err != nil || again != uri {
				t.Fatalf("%d bytes: %s, then %s, %v", n, uri, again, err)
			}
		}
		if _, err := s.Get(t.Context(), uri, int64(n-1)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%d bytes above the limit: %v", n, err)
		}
		if _, err := s.Get(t.Context(), uri, -1); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%d bytes, no limit at all: %v", n, err)
		}
	}
}

func TestWhatIsNotAFileOfTheStoreHasAnErrorOfItsOwn(t *testing.T) {
	s := inMemory(t)
	uri, err := CID([]byte("not stored"))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		uri  string
		want error
	}{
		{uri, ErrNotFound},
		{"", ErrBadURI},
		{"ipfs://", ErrBadURI},
		{uri[len(Scheme):], ErrBadURI},
		{"https://example.org/x", ErrBadURI},
		{"IPFS://" + uri[len(Scheme):], ErrBadURI},
		{uri + "/file", ErrBadURI},
		{uri + "?x", ErrBadURI},
		{uri[:len(uri)-1], ErrBadURI},
		{"ipfs://../../etc/passwd", ErrBadURI},
		{"ipfs://bafyrmigbtxjd67sgxqyh5ahyaucjrqgfnevz5nctrwzucaysh5mzk2hoza", ErrBadURI}, // another codec
		{"ipfs://bafkqaaik", ErrBadURI}, // the bytes themselves instead of a hash
	}
	for _, c := range cases {
		if _, err := s.Get(t.Context(), c.uri, 100); !errors.Is(err, c.want) {
			t.Errorf("Get %q: %v, want %v", c.uri, err, c.want)
		}
		has, err := s.Has(t.Context(), c.uri)
		if has || (c.want == ErrBadURI) != errors.Is(err, ErrBadURI) || (c.want == ErrNotFound && err != nil) {
			t.Errorf("Has %q: %v, %v", c.uri, has, err)
		}
	}
}

// put stores one node as it is.
func put(t *testing.T, s *Store, n *merkledag.ProtoNode) string {
	t.Helper()
	if err := n.SetCidBuilder(cid.V1Builder{Codec: cid.DagProtobuf, MhType: 0x12}); err != nil {
		t.Fatal(err)
	}
	w := s.back.begin(t.Context())
	defer w.done()
	if err := w.put(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	return Scheme + n.Cid().String()
}

func TestAFileThatLiesAboutItsSizeIsNotReadBeyondTheLimit(t *testing.T) {
	s := inMemory(t)
	leaf := merkledag.NodeWithData(unixfs.FilePBData(content(100_000), 100_000))
	put(t, s, leaf)
	small := unixfs.NewFSNode(unixfs.TFile)
	root := new(merkledag.ProtoNode)
	for range 50 { // 5 MB that pretend to be 50 bytes
		small.AddBlockSize(1)
		if err := root.AddNodeLink("", leaf); err != nil {
			t.Fatal(err)
		}
	}
	data, err := small.GetBytes()
	if err != nil {
		t.Fatal(err)
	}
	root.SetData(data)
	if b, err := s.Get(t.Context(), put(t, s, root), 1000); err == nil || len(b) != 0 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestHalfAFileIsNotThere(t *testing.T) {
	whole, half := inMemory(t), inMemory(t)
	uri, err := whole.Put(t.Context(), content(1<<20))
	if err != nil {
		t.Fatal(err)
	}
	root, err := parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	block, err := whole.back.here(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	n, err := merkledag.DecodeProtobuf(block)
	if err != nil {
		t.Fatal(err)
	}
	if got := put(t, half, n); got != uri {
		t.Fatal(got, uri)
	}
	if b, err := half.Get(t.Context(), uri, 1<<20); !errors.Is(err, ErrNotFound) || b != nil {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if has, err := half.Has(t.Context(), uri); err != nil || has {
		t.Errorf("it has half a file: %v", err)
	}
}

func TestADirectoryIsNotAFile(t *testing.T) {
	s := inMemory(t)
	if _, err := s.Get(t.Context(), put(t, s, unixfs.EmptyDirNode()), 1000); !errors.Is(err, ErrBadURI) {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), put(t, s, merkledag.NodeWithData([]byte("no UnixFS"))), 1000); !errors.Is(err, ErrBadURI) {
		t.Error(err)
	}
}

func TestADirectoryKeepsFilesFromOneOpeningToTheNext(t *testing.T) {
	dir := t.TempDir() + "/made/by/open"
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	uri, err := s.Put(t.Context(), []byte("kept"))
	if err != nil {
		t.Fatal(err)
	}
	if other, err := Open(dir); err == nil {
		t.Error("opened twice at once")
		_ = other.Close()
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Get(t.Context(), uri, 100); err != nil || string(b) != "kept" {
		t.Errorf("%q, %v", b, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestManyMayUseTheStoreAtOnce(t *testing.T) {
	s := inMemory(t)
	var wait sync.WaitGroup
	for g := range 8 {
		wait.Go(func() {
			for i := range 50 {
				file := fmt.Appendf(nil, "%d", (g+i)%20)
				uri, err := s.Put(t.Context(), file)
				if err != nil {
					t.Error(err)
				}
				if b, err := s.Get(t.Context(), uri, 10); err != nil || !bytes.Equal(b, file) {
					t.Errorf("%q, %v", b, err)
				}
			}
		})
	}
	wait.Wait()
}

func TestAnEndedContextStoresAndReadsNothing(t *testing.T) {
	s := inMemory(t)
	uri, err := s.Put(t.Context(), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(ctx, []byte("x")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := s.Get(ctx, uri, 10); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func FuzzGetTakesAnyURI(f *testing.F) {
	s, err := Open("")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	f.Add("ipfs://bafybeiaviujuxqkkrdn55hizozn6iprfbjzatduuindxfamqbbozdwjrji")
	f.Add("ipfs://QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH")
	f.Add("ipfs://zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA")
	f.Fuzz(func(t *testing.T, uri string) {
		if _, err := s.Get(t.Context(), uri, 10); !errors.Is(err, ErrBadURI) && !errors.Is(err, ErrNotFound) {
			t.Fatalf("%q: %v", uri, err)
		}
	})
}

func BenchmarkCID(b *testing.B) {
	file := content(1024)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := CID(file); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPutOnDisk(b *testing.B) {
	s, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	file := content(1024)
	for i := 0; b.Loop(); i++ {
		file[0], file[1], file[2] = byte(i), byte(i>>8), byte(i>>16)
		if _, err := s.Put(b.Context(), file); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}
