package censuses

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"urna/census"
	"urna/census/tree"
	"urna/ipfs"
)

// elsewhere publishes a census with another service into the same store of files.
func elsewhere(t *testing.T, files Files, from, to int) (ID, string) {
	t.Helper()
	s := open(t, Config{Files: files})
	id, token := create(t, s)
	for i := from; i < to; i += MaxBatch {
		add(t, s, id, token, members(i, min(i+MaxBatch, to)))
	}
	root, uri, err := s.Publish(t.Context(), id, token, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ID(root), uri
}

func offer(t *testing.T, s *Service, uri string) {
	t.Helper()
	if err := s.Offer(uri); err != nil {
		t.Fatal(err)
	}
}

func proves(t *testing.T, s *Service, root ID, from int) {
	t.Helper()
	if err := s.Ready(t.Context(), root); err != nil {
		t.Fatal(err)
	}
	voter := members(from, from+1)[0].Address
	p, err := s.Proof(root, voter)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := p.Merkle().Prove(voter); got != census.Root(root) || err != nil {
		t.Fatal(got, err)
	}
}

func TestWhatOthersHavePublishedIsBroughtIn(t *testing.T) {
	for name, n := range map[string]int{"a document": 100, "a census file": maxDocument + 1} {
		t.Run(name, func(t *testing.T) {
			files := newFiles(t)
			root, uri := elsewhere(t, files, 0, n)
			r, _, err := files.Reader(t.Context(), uri, 1<<30)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			s := open(t, Config{Dir: dir, Files: files})
			if err := s.Verify(r); err != nil {
				t.Error(err)
			}
			offer(t, s, uri)
			proves(t, s, root, n-1)
			want := Job{Kind: ImportJob, State: Done, Done: n, Total: n, URI: uri}
			if j, err := s.Job(root); j != want || err != nil {
				t.Errorf("%+v, %v", j, err)
			}
			offer(t, s, uri) // again
			var b bytes.Buffer
			if err := s.Export(root, "", &b); err != nil {
				t.Fatal(err)
			}
			if r, err := readCensus(&b, n); err != nil || r.Root() != census.Root(root) {
				t.Error(err)
			} else if _, err := r.Check(); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, Config{Dir: dir, Files: files})
			proves(t, s, root, 0)
			if s.imported != n && s.imported != n+n*16/recordBatch/MemberLen+1 || s.total != 0 || s.imports != 1 {
				t.Error(s.imported, s.total, s.imports)
			}
		})
	}
}

// recordBatch is how many members tree.Import writes at once, with a heading of 16
// bytes each time.
const recordBatch = 1 << 16

func TestALyingFileMakesRoomForAnHonestOne(t *testing.T) {
	files := newFiles(t)
	root, uri := elsewhere(t, files, 0, 100)
	honest, _, err := files.Reader(t.Context(), uri, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(honest)
	if err != nil {
		t.Fatal(err)
	}
	_, otherURI := elsewhere(t, files, 1, 101)
	other, _, err := files.Reader(t.Context(), otherURI, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	lie, err := io.ReadAll(other)
	if err != nil {
		t.Fatal(err)
	}
	lie = bytes.Replace(lie, lie[:90], text[:90], 1) // other members under this root
	lieURI, err := files.Store.Put(t.Context(), lie)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, Config{Files: files})
	want(t, s.Verify(bytes.NewReader(lie)), ErrRoot)
	s.slots[ImportJob] <- struct{}{} // so that both are here before either is read
	offer(t, s, lieURI)
	offer(t, s, uri)
	if j, err := s.Job(root); err != nil || j.State != Waiting || j.URI != lieURI {
		t.Errorf("%+v, %v", j, err)
	}
	_, err = s.Size(root)
	want(t, err, ErrNotYet)
	want(t, s.Export(root, "", io.Discard), ErrNotYet)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	want(t, s.Ready(ended, root), ErrNotYet)
	waiting := s.start(s.all[root])
	<-s.slots[ImportJob]
	<-waiting
	proves(t, s, root, 99)
	if j, err := s.Job(root); err != nil || j.URI != uri {
		t.Errorf("%+v, %v", j, err)
	}
}

func TestFilesThatAreNoCensusesAreRefused(t *testing.T) {
	s := open(t, Config{MaxMembers: 10})
	whole := tree.New()
	if _, err := whole.AddBatch(members(0, 11)); err != nil {
		t.Fatal(err)
	}
	var large, file bytes.Buffer
	if err := errors.Join(writeDocument(&large, whole.Reader(), nil), tree.WriteFile(&file, whole.Reader(), nil)); err != nil {
		t.Fatal(err)
	}
	head := `{"type":1,"rootHash":"` + whole.Root().String() + `",`
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"empty":            {"", tree.ErrDump},
		"words":            {"anything", tree.ErrDump},
		"only a magic":     {tree.FileMagic, tree.ErrDump},
		"no root":          {"{}", tree.ErrDump},
		"a short root":     {`{"rootHash":"00"}`, tree.ErrDump},
		"no hex":           {strings.Replace(head, "0", "x", 64), tree.ErrDump},
		"no JSON":          {head + "x", tree.ErrDump},
		"no data":          {head + `"maxLevels":160}`, ErrRoot},
		"another type":     {strings.Replace(large.String(), `"type":1`, `"type":2`, 1), tree.ErrDump},
		"two roots":        {strings.Replace(large.String(), `"maxLevels":160`, `"rootHash":""`, 1), tree.ErrDump},
		"many members":     {large.String(), ErrTooLarge},
		"many in a file":   {file.String(), ErrTooLarge},
		"a long document":  {head + strings.Repeat(" ", maxDocumentLen), ErrTooLarge},
		"a cut-off census": {file.String()[:200], ErrTooLarge},
	} {
		if err := s.Verify(strings.NewReader(c.text)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	want(t, s.Offer("ipfs://nothing"), ipfs.ErrBadURI)
}

func FuzzVerifyTakesAnything(f *testing.F) {
	whole := tree.New()
	if _, err := whole.AddBatch(members(0, 5)); err != nil {
		f.Fatal(err)
	}
	var text, file bytes.Buffer
	if err := errors.Join(writeDocument(&text, whole.Reader(), nil), tree.WriteFile(&file, whole.Reader(), nil)); err != nil {
		f.Fatal(err)
	}
	f.Add(text.Bytes())
	f.Add(file.Bytes())
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := readCensus(bytes.NewReader(b), 1000)
		if err == nil {
			if r.Size() > 1000 {
				t.Fatal("too many members")
			}
			_, err = r.Check()
		}
		if err != nil && !errors.Is(err, tree.ErrDump) && !errors.Is(err, ErrRoot) && !errors.Is(err, ErrTooLarge) {
			t.Fatal(err)
		}
	})
}

func TestCensusesOfOthersMakeRoomAndComeBack(t *testing.T) {
	files := newFiles(t)
	s := open(t, Config{Files: files, MaxMembers: 10, MaxImported: 25, MaxCensuses: 4})
	var roots [4]ID
	for i := range roots {
		var uri string
		roots[i], uri = elsewhere(t, files, 100*i, 100*i+10)
		offer(t, s, uri)
		proves(t, s, roots[i], 100*i)
		if s.imported > 25 {
			t.Fatalf("%d members", s.imported)
		}
	}
	for round := range 2 {
		for i, root := range roots {
			if round == 0 && i < 2 {
				_, err := s.Size(root) // it had to leave
				want(t, err, ErrNotYet)
			}
			proves(t, s, root, 100*i+9)
		}
	}
	// One more than may be known: the one that was used longest ago is forgotten.
	root, uri := elsewhere(t, files, 1000, 1010)
	offer(t, s, uri)
	proves(t, s, root, 1000)
	want(t, s.Ready(t.Context(), roots[0]), ErrNotFound)
	// Drafts have room of their own.
	id, token := create(t, s)
	add(t, s, id, token, members(0, 10))
	if s.total != 10 {
		t.Error(s.total)
	}
}

func TestPublishingWhatOthersHavePublishedMakesItOnesOwn(t *testing.T) {
	for name, whole := range map[string]bool{"here": true, "left": false} {
		t.Run(name, func(t *testing.T) {
			files := newFiles(t)
			root, uri := elsewhere(t, files, 0, 10)
			s := open(t, Config{Files: files})
			offer(t, s, uri)
			proves(t, s, root, 0)
			if !whole {
				if err := s.empty(s.all[root]); err != nil {
					t.Fatal(err)
				}
			}
			id, token := create(t, s)
			add(t, s, id, token, members(0, 10))
			if n, err := s.Cost(id); n != 10 || err != nil {
				t.Error(n, err)
			}
			got, again, err := s.Publish(t.Context(), id, token, nil)
			if err != nil || ID(got) != root || again != uri {
				t.Fatal(got, again, err)
			}
			if n, err := s.Cost(id); n != 0 || err != nil {
				t.Error(n, err)
			}
			j, err := s.Job(root)
			if err != nil || j.Kind != PublishJob || j.State != Done || s.imports != 0 || s.imported != 0 || s.total != 20 {
				t.Errorf("%+v %v; %d %d %d", j, err, s.imports, s.imported, s.total)
			}
			proves(t, s, root, 9)
		})
	}
}

func TestWhatNobodyNeedsLeavesWhenThereIsNoRoom(t *testing.T) {
	now := time.Now()
	needed := map[string]bool{}
	s := open(t, Config{MaxCensuses: 4, Now: func() time.Time { return now }, Needed: func(uri string) bool { return needed[uri] }})
	publish := func(from int) ID {
		t.Helper()
		id, token := create(t, s)
		add(t, s, id, token, members(from, from+5))
		root, uri, err := s.Publish(t.Context(), id, token, nil)
		if err != nil {
			t.Fatal(err)
		}
		if from == 0 {
			needed[uri] = true
		}
		if err := s.Delete(id, token); err != nil {
			t.Fatal(err)
		}
		return ID(root)
	}
	a, b := publish(0), publish(10)
	now = now.Add(20 * 24 * time.Hour)
	c := publish(20)
	now = now.Add(15 * 24 * time.Hour) // only the first two are old
	publish(30)
	proves(t, s, a, 0)
	proves(t, s, c, 20)
	_, err := s.Size(b)
	want(t, err, ErrNotFound)
	// Publishing again is as good as new.
	now = now.Add(40 * 24 * time.Hour)
	publish(20)
	publish(50)
	proves(t, s, a, 0)
	proves(t, s, c, 24)
}

func TestAnImportThatTheProcessLeftIsFinishedAtTheNextStart(t *testing.T) {
	files := newFiles(t)
	root, uri := elsewhere(t, files, 0, 100)
	dir := t.TempDir()
	s := open(t, Config{Dir: dir, Files: files})
	offer(t, s, uri)
	proves(t, s, root, 0)
	if err := s.note(s.all[root], func(m *meta) { m.Whole = false }); err != nil { // as a crash before the last step
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, publishedDir, root.String(), membersFile)
	if err := os.Truncate(path, 1000); err != nil {
		t.Fatal(err)
	}
	s = open(t, Config{Dir: dir, Files: files})
	<-s.start(s.all[root])
	if n, err := s.Size(root); n != 100 || err != nil {
		t.Error(n, err)
	}
	proves(t, s, root, 99)
}
