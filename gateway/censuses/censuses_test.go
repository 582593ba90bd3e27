package censuses

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/holiman/uint256"
	"github.com/klauspost/compress/zstd"

	"urna/census"
	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/ipfs"
)

// tap is a file store that can be told to fail or to wait.
type tap struct {
	*ipfs.Store
	mu   sync.Mutex
	err  error
	gate chan struct{} // Add waits for it, if not nil
	puts int
}

func (f *tap) Add(ctx context.Context, file io.Reader) (string, int64, error) {
	f.mu.Lock()
	f.puts++
	err, gate := f.err, f.gate
	f.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return "", 0, ctx.Err()
		}
	}
	if err != nil {
		return "", 0, err
	}
	return f.Store.Add(ctx, file)
}

func (f *tap) set(err error, gate chan struct{}) {
	f.mu.Lock()
	f.err, f.gate = err, gate
	f.mu.Unlock()
}

func newFiles(t *testing.T) *tap {
	t.Helper()
	store, err := ipfs.Open("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return &tap{Store: store}
}

// open opens a service that is closed at the end of the test, if not before.
func open(t *testing.T, cfg Config) *Service {
	t.Helper()
	if cfg.Files == nil {
		cfg.Files = newFiles(t)
	}
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	cfg.Log = quiet()
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func create(t *testing.T, s *Service) (ID, string) {
	t.Helper()
	token := s.NewToken()
	id, err := s.Create(token)
	if err != nil {
		t.Fatal(err)
	}
	return id, token
}

func members(from, to int) []tree.Member {
	var out []tree.Member
	for i := from; i < to; i++ {
		var a ethkey.Address
		binary.BigEndian.PutUint64(a[12:], uint64(i)+1)
		out = append(out, tree.Member{Address: a, Weight: *uint256.NewInt(uint64(i) + 1)})
	}
	return out
}

func add(t *testing.T, s *Service, id ID, token string, m []tree.Member) {
	t.Helper()
	if bad, err := s.Add(id, token, m); err != nil || len(bad) > 0 {
		t.Fatalf("add: %v, %v", bad, err)
	}
}

func want(t *testing.T, got, sought error) {
	t.Helper()
	if !errors.Is(got, sought) {
		t.Fatalf("error is %v, want %v", got, sought)
	}
}

// The dump that the existing network gave out for five voters of weight 2.
const (
	recordedRoot = "c09e0ce35dc5a12a12f232f86180a437cced77d185969388c948e906dd59564d"
	recordedDump = "KLUv/UQAEwDtAwDEBhQgADj5PIdH59ev5m2ivvGnZPAiOWeeAgAUIAAWVNg59EzNi/UqyztBxxSh+i8iVBX8WmR/Q5IP9hg17mahnLMfAmadp+LKyW16dGWMqUIEFDyNvSPHrjGfy7eXKMl8eWAIACsDa99FCVOhgAUAAM4AJEMrkqUV2UJ0Y9EHRVg="
)

func TestARecordedDumpImportsAndKeepsItsRoot(t *testing.T) {
	s := open(t, Config{})
	id, token := create(t, s)
	packed, err := base64.StdEncoding.DecodeString(recordedDump)
	if err != nil {
		t.Fatal(err)
	}
	root := census.Root(hash(t, recordedRoot))
	wrong := root
	wrong[0] ^= 1
	want(t, s.Import(t.Context(), id, token, wrong, packed), ErrRoot)
	if n, err := s.Size(id); n != 0 || err != nil {
		t.Fatalf("a refused dump left %d members, %v", n, err)
	}
	if err := s.Import(t.Context(), id, token, root, packed); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Root(id); got != root || err != nil {
		t.Fatalf("root is %s, %v", got, err)
	}
	w, err := s.Weight(id)
	if err != nil || w.Dec() != "10" {
		t.Fatalf("weight is %s, %v", w.Dec(), err)
	}
	voter, _ := ethkey.ParseAddress("0xfef82d35AbbDeb86618C6c411DAcf1A1d0b49cee")
	p, err := s.Proof(id, voter)
	if err != nil {
		t.Fatal(err)
	}
	if got, w, err := p.Merkle().Prove(voter); got != root || w.Uint64() != 2 || err != nil {
		t.Fatalf("proof leads to %s with weight %s, %v", got, w.Dec(), err)
	}
	want(t, s.Import(t.Context(), id, token, root, packed), tree.ErrNotEmpty)
}

func TestAnExportImportsIntoAnotherCensus(t *testing.T) {
	s := open(t, Config{})
	a, token := create(t, s)
	add(t, s, a, token, members(0, 1000))
	d := export(t, s, a, token)
	b, other := create(t, s)
	if err := s.Import(t.Context(), b, other, census.Root(hash(t, d.RootHash)), d.Data); err != nil {
		t.Fatal(err)
	}
	if n, _ := s.Size(b); n != 1000 {
		t.Fatalf("%d members", n)
	}
}

func TestOnlyTokensOfThisServiceMakeCensusesAndOnlyTheOwnersChangesThem(t *testing.T) {
	s := open(t, Config{})
	elsewhere := open(t, Config{})
	for _, token := range []string{"", "6547d8d8-326b-4b52-8963-ff5915a57651", elsewhere.NewToken(), s.NewToken()[:62], s.NewToken() + "00"} {
		_, err := s.Create(token)
		want(t, err, ErrToken)
	}
	id, token := create(t, s)
	stranger := s.NewToken()
	_, err := s.Add(id, stranger, members(0, 1))
	want(t, err, ErrOwner)
	want(t, s.Import(t.Context(), id, stranger, census.Root{}, nil), ErrOwner)
	want(t, s.Delete(id, stranger), ErrOwner)
	want(t, s.Export(id, stranger, io.Discard), ErrOwner)
	_, err = s.PublishAsync(id, stranger)
	want(t, err, ErrOwner)
	if err := s.Delete(id, token); err != nil {
		t.Fatal(err)
	}
	_, err = s.Size(id)
	want(t, err, ErrNotFound)
	want(t, s.Delete(id, token), ErrNotFound)
}

func TestTokensAreNotOnDisk(t *testing.T) {
	s := open(t, Config{})
	id, token := create(t, s)
	b, err := os.ReadFile(filepath.Join(s.cfg.Dir, draftsDir, id.String(), metaFile))
	if err != nil {
		t.Fatal(err)
	}
	var m meta
	if err := json.Unmarshal(b, &m); err != nil || m.Owner != hashToken(token) {
		t.Fatalf("%s: %v", b, err)
	}
}

func TestAPublishedCensusStaysAsItWas(t *testing.T) {
	s := open(t, Config{})
	id, token := create(t, s)
	_, _, err := s.Publish(t.Context(), id, token, nil)
	want(t, err, ErrEmpty)
	add(t, s, id, token, members(0, 5))
	_, _, err = s.Publish(t.Context(), id, token, &census.Root{1})
	want(t, err, ErrRoot)
	root, uri, err := s.Publish(t.Context(), id, token, nil)
	if err != nil {
		t.Fatal(err)
	}
	pub := ID(root)
	_, err = s.Add(pub, token, members(5, 6))
	want(t, err, ErrPublished)
	want(t, s.Delete(pub, token), ErrPublished)

	// The draft lives on; its next publication is another census.
	add(t, s, id, token, members(5, 6))
	next, nextURI, err := s.Publish(t.Context(), id, token, nil)
	if err != nil || next == root || nextURI == uri {
		t.Fatalf("%s %s %v", next, nextURI, err)
	}
	if n, err := s.Size(pub); n != 5 || err != nil {
		t.Fatalf("published census has %d members, %v", n, err)
	}
	if err := s.Delete(id, token); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Root(pub); got != root || err != nil {
		t.Fatal(got, err)
	}
	if d := export(t, s, pub, ""); d.RootHash != root.String() { // anybody may
		t.Fatalf("%+v", d)
	}
}

func TestThePublishedDocumentHoldsTheCensus(t *testing.T) {
	files := newFiles(t)
	s := open(t, Config{Files: files})
	id, token := create(t, s)
	add(t, s, id, token, members(0, 100))
	root, uri, err := s.Publish(t.Context(), id, token, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := files.Get(t.Context(), uri, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	other, token := create(t, s)
	if err := s.Import(t.Context(), other, token, root, d.Data); err != nil || d.RootHash != root.String() || d.Type != 1 || d.MaxLevels != 160 {
		t.Fatalf("%+v: %v", d, err)
	}
}

func TestPublishingTwiceIsPublishingOnce(t *testing.T) {
	files := newFiles(t)
	s := open(t, Config{Files: files})
	var roots [8]census.Root
	var uris [8]string
	var wg sync.WaitGroup
	for i := range roots {
		id, token := create(t, s)
		add(t, s, id, token, members(0, 50))
		wg.Go(func() {
			var err error
			if roots[i], uris[i], err = s.Publish(t.Context(), id, token, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range roots {
		if roots[i] != roots[0] || uris[i] != uris[0] || uris[i] == "" {
			t.Fatalf("%v %v", roots, uris)
		}
	}
	if files.puts != 1 {
		t.Fatalf("stored %d times", files.puts)
	}
}

func TestAFailedPublicationSaysSoAndMayBeTriedAgain(t *testing.T) {
	files := newFiles(t)
	s := open(t, Config{Files: files})
	id, token := create(t, s)
	add(t, s, id, token, members(0, 5))
	broken := errors.New("disk is full")
	files.set(broken, nil)
	root, uri, err := s.Publish(t.Context(), id, token, nil)
	want(t, err, ErrPublish)
	want(t, err, broken)
	if uri != "" {
		t.Fatalf("URI %q", uri)
	}
	_, err = s.Check(ID(root))
	want(t, err, ErrPublish)
	files.set(nil, nil)
	if _, uri, err = s.Publish(t.Context(), id, token, nil); err != nil || uri == "" {
		t.Fatal(uri, err)
	}
	for range 2 { // reading the state does not use it up
		if got, err := s.Check(ID(root)); got != uri || err != nil {
			t.Fatal(got, err)
		}
	}
}

func TestPublishingGoesOnAfterARestart(t *testing.T) {
	files := newFiles(t)
	gate := make(chan struct{})
	files.set(nil, gate)
	dir := t.TempDir()
	s := open(t, Config{Dir: dir, Files: files})
	id, token := create(t, s)
	add(t, s, id, token, members(0, 5))
	root, err := s.PublishAsync(id, token)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Check(ID(root))
	want(t, err, ErrNotYet)
	_, err = s.Check(id)
	want(t, err, ErrDraft)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = s.Check(ID(root))
	want(t, err, ErrClosed)

	close(gate)
	s = open(t, Config{Dir: dir, Files: files})
	<-s.start(s.all[ID(root)])
	if uri, err := s.Check(ID(root)); uri == "" || err != nil {
		t.Fatal(uri, err)
	}
	// Drafts, tokens and members are as they were.
	add(t, s, id, token, members(5, 9))
	if n, err := s.Size(id); n != 9 || err != nil {
		t.Fatal(n, err)
	}
}

func TestACrashLeavesNothingHalfMade(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	id, token := create(t, s)
	add(t, s, id, token, members(0, 3))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// What a crash in create, discard and replace may leave.
	for _, name := range []string{"new-1/members", "old-2/census/members", "file-3"} {
		path := filepath.Join(dir, scratchDir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, Config{Dir: dir})
	if n, err := s.Size(id); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	left, err := os.ReadDir(filepath.Join(dir, scratchDir))
	if err != nil || len(left) != 0 {
		t.Fatalf("%v, %v", left, err)
	}
}

func TestADamagedDirectoryIsNotOpened(t *testing.T) {
	for name, damage := range map[string]func(dir, id string) error{
		"meta is gone": func(dir, id string) error { return os.Remove(filepath.Join(dir, draftsDir, id, metaFile)) },
		"meta is not JSON": func(dir, id string) error {
			return os.WriteFile(filepath.Join(dir, draftsDir, id, metaFile), []byte("{"), 0o600)
		},
		"members are gone": func(dir, id string) error { return os.Remove(filepath.Join(dir, draftsDir, id, membersFile)) },
		"draft among the published": func(dir, id string) error {
			return os.Rename(filepath.Join(dir, draftsDir, id), filepath.Join(dir, publishedDir, id))
		},
		"stray directory": func(dir, _ string) error { return os.Mkdir(filepath.Join(dir, draftsDir, "stray"), 0o700) },
		"short secret":    func(dir, _ string) error { return os.WriteFile(filepath.Join(dir, secretFile), []byte("x"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, Config{Dir: dir})
			id, _ := create(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := damage(dir, id.String()); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(Config{Dir: dir, Files: newFiles(t), Log: quiet()}); err == nil {
				t.Fatal("opened")
			}
		})
	}
}

func TestBoundsHold(t *testing.T) {
	now := time.Now()
	s := open(t, Config{MaxCensuses: 2, MaxMembers: 10, MaxTotal: 15, Now: func() time.Time { return now }})
	a, token := create(t, s)
	_, err := s.Add(a, token, make([]tree.Member, MaxBatch+1))
	want(t, err, ErrBatch)
	_, err = s.Add(a, token, members(0, 11))
	want(t, err, ErrTooLarge)
	add(t, s, a, token, members(0, 10))
	_, err = s.Add(a, token, members(10, 11))
	want(t, err, ErrTooLarge)

	b, other := create(t, s)
	_, err = s.Add(b, other, members(0, 6))
	want(t, err, ErrFull)
	add(t, s, b, other, members(0, 5))
	_, err = s.Create(token)
	want(t, err, ErrFull)
	_, err = s.PublishAsync(b, other)
	want(t, err, ErrFull)

	// Members that were refused take no room.
	if err := s.Delete(a, token); err != nil {
		t.Fatal(err)
	}
	if bad, err := s.Add(b, other, members(0, 5)); len(bad) != 5 || err != nil {
		t.Fatal(bad, err)
	}
	add(t, s, b, other, members(5, 10))

	// Drafts that nobody touches make room when it is needed, empty ones soon.
	create(t, s)
	_, err = s.Create(token)
	want(t, err, ErrFull)
	now = now.Add(2 * time.Hour)
	create(t, s)
	if n, err := s.Size(b); n != 10 || err != nil {
		t.Fatal(n, err)
	}
	now = now.Add(31 * 24 * time.Hour)
	create(t, s)
	create(t, s)
	_, err = s.Size(b)
	want(t, err, ErrNotFound)
	if s.total != 0 {
		t.Fatalf("total is %d", s.total)
	}
}

func TestABombOfADumpIsNotUnpacked(t *testing.T) {
	s := open(t, Config{MaxMembers: 10})
	id, token := create(t, s)
	whole := tree.New()
	if _, err := whole.AddBatch(members(0, 11)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		packed []byte
		want   error
	}{
		{zip(t, make([]byte, 64<<20)), tree.ErrDump},
		{zip(t, whole.Dump()), ErrTooLarge},
		{[]byte("not zstd"), tree.ErrDump},
		{zip(t, []byte("not a dump")), tree.ErrDump},
		{zip(t, whole.Dump())[:50], tree.ErrDump},
		{zip(t, whole.Dump()[:550]), ErrRoot},
	} {
		want(t, s.Import(t.Context(), id, token, whole.Root(), c.packed), c.want)
	}
}

func zip(t *testing.T, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

// export returns the document of a census.
func export(t *testing.T, s *Service, id ID, token string) (d document) {
	t.Helper()
	var b bytes.Buffer
	if err := s.Export(id, token, &b); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCensusesThatAreNotUsedLeaveMemory(t *testing.T) {
	s := open(t, Config{MaxOpen: 2, MaxLoaded: 25})
	ids := make([]ID, 5)
	for i := range ids {
		var token string
		ids[i], token = create(t, s)
		add(t, s, ids[i], token, members(i, i+10))
	}
	for range 3 {
		for i, id := range ids {
			if _, err := s.Proof(id, members(i, i+1)[0].Address); err != nil {
				t.Fatal(err)
			}
			if s.recent.Len() > 2 || s.loaded > 25 {
				t.Fatalf("%d censuses with %d members in memory", s.recent.Len(), s.loaded)
			}
		}
	}
}

func TestWorkOnOneCensusDoesNotBlockReadersOfAnother(t *testing.T) {
	s := open(t, Config{})
	a, _ := create(t, s)
	b, token := create(t, s)
	add(t, s, b, token, members(0, 3))
	e, err := s.acquire(a)
	if err != nil {
		t.Fatal(err)
	}
	defer s.release(e)
	e.mu.Lock() // as a long import does
	defer e.mu.Unlock()
	if n, err := s.Size(b); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	if _, _, err := s.Publish(t.Context(), b, token, nil); err != nil {
		t.Fatal(err)
	}
	create(t, s)
}

func TestManyUsersAtOnce(t *testing.T) {
	s := open(t, Config{MaxOpen: 2, MaxCensuses: 40})
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for range 10 {
				token := s.NewToken()
				id, err := s.Create(token)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := s.Add(id, token, members(0, 10+worker%2)); err != nil {
					t.Error(err)
				}
				root, _, err := s.Publish(t.Context(), id, token, nil)
				if err != nil {
					t.Error(err)
				}
				voter := members(3, 4)[0].Address
				p, err := s.Proof(ID(root), voter)
				if err != nil {
					t.Error(err)
					continue
				}
				if got, _, err := p.Merkle().Prove(voter); got != root || err != nil {
					t.Error(got, err)
				}
				if err := s.Delete(id, token); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if len(s.all) != 2 || s.total != 21 {
		t.Fatalf("%d censuses of %d members are left", len(s.all), s.total)
	}
}

func TestConfigsWithoutSenseAreRefused(t *testing.T) {
	files, log := newFiles(t), quiet()
	for _, cfg := range []Config{
		{Files: files, Log: log},
		{Dir: t.TempDir(), Log: log},
		{Dir: t.TempDir(), Files: files},
		{Dir: t.TempDir(), Files: files, Log: log, MaxMembers: -1},
		{Dir: t.TempDir(), Files: files, Log: log, Life: -1},
	} {
		if _, err := Open(cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}

func hash(t *testing.T, s string) (h [32]byte) {
	t.Helper()
	if _, err := hex.Decode(h[:], []byte(s)); err != nil {
		t.Fatal(err)
	}
	return h
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
