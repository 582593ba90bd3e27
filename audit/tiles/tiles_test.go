package tiles

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cosmos/iavl"
	iavldb "github.com/cosmos/iavl/db"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"urna/chain/light"
	"urna/chain/light/lighttest"
	"urna/election"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/state"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var (
	someElection = election.ID{1, 2, 3}
	publisher    = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
)

// record is the vote record at a position; nothing here looks into it.
func record(i int) []byte { return bytes.Repeat(binary.AppendUvarint(nil, uint64(i)), 30) }

// prove makes a document that claims a log record, and what is trusted for it.
func prove(t testing.TB, log state.Log) (*light.Document, light.Trusted) {
	t.Helper()
	key := state.LogKey(someElection)
	w := codec.Writer{}
	log.Append(&w)
	tree := iavl.NewMutableTree(iavldb.NewMemDB(), 10, true, iavl.NewNopLogger())
	_, err := tree.Set(key, w.B)
	must(t, err)
	root, _, err := tree.SaveVersion()
	must(t, err)
	p, err := tree.GetProof(key)
	must(t, err)
	proof, err := p.Marshal()
	must(t, err)
	c := lighttest.New(0, nil)
	c.App = map[int64][32]byte{3: [32]byte(root)}
	c.Grow(3)
	header, err := light.HeaderOf(c.Headers[2])
	must(t, err)
	commit, err := light.CommitOf(c.Commits[2], header.Hash())
	must(t, err)
	set, err := light.ValidatorsOf(c.Sets[2])
	must(t, err)
	doc := &light.Document{Height: 2, Claims: []light.Claim{{Key: key, Value: w.B, Proof: proof}}}
	must(t, doc.Anchor([]*light.Block{{Header: header, Commit: commit, Validators: set}}))
	trusted, err := light.TrustGenesis(c.Genesis())
	must(t, err)
	return doc, trusted
}

// export writes the tiles of n records.
func export(t testing.TB, n int) (dir string, trusted light.Trusted) {
	t.Helper()
	l := newLayout(func(string, []byte) error { return nil })
	for i := range n {
		must(t, l.add(record(i)))
	}
	root, err := l.finish()
	must(t, err)
	doc, trusted := prove(t, state.Log{Root: root, Size: uint64(n), Voters: uint64(n)})
	dir = filepath.Join(t.TempDir(), "tiles")
	must(t, Export(dir, Publication{Key: publisher, Log: func(add func([]byte) error) (*light.Document, error) {
		for i := range n {
			if err := add(record(i)); err != nil {
				return nil, err
			}
		}
		return doc, nil
	}}))
	return dir, trusted
}

func trusting(trusted light.Trusted) Options {
	return Options{Trust: func(*light.Document) (light.Trusted, error) { return trusted, nil }}
}

// reader reads tiles for the Go team's own reader of transparency logs.
type reader struct{ dir string }

func (r reader) Height() int                     { return 8 }
func (r reader) SaveTiles([]tlog.Tile, [][]byte) {}

func (r reader) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, t := range tiles {
		path := strings.Replace(t.Path(), "tile/8/", "tile/", 1) // the height is fixed and does not stand in the path
		b, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		data = append(data, b)
	}
	return data, nil
}

func TestAClientOfTransparencyLogsReadsTheTiles(t *testing.T) {
	for _, n := range []int{0, 1, 2, 255, 256, 257, 1000, 66_000} {
		dir, trusted := export(t, n)
		text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
		must(t, err)
		key, err := VerifierKey(lighttest.ID, someElection, publisher.Public().(ed25519.PublicKey))
		must(t, err)
		v, err := note.NewVerifier(key)
		must(t, err)
		signed, err := note.Open(text, note.VerifierList(v))
		must(t, err)
		tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + strings.SplitN(signed.Text, "\n", 2)[1]))
		must(t, err)
		if tree.N != int64(n) || !strings.HasPrefix(signed.Text, origin(lighttest.ID, someElection)+"\n") {
			t.Errorf("%d records: the checkpoint is %q", n, signed.Text)
		}
		hashes := tlog.TileHashReader(tree, reader{dir})
		for pos := 0; pos < n; pos += 1 + n/97 {
			p, err := tlog.ProveRecord(tree.N, int64(pos), hashes)
			must(t, err)
			must(t, tlog.CheckRecord(p, tree.N, tree.Hash, int64(pos), tlog.RecordHash(record(pos))))
		}
		want := map[string]bool{"checkpoint": true, "proof.json": true}
		for _, tile := range tlog.NewTiles(8, 0, tree.N) {
			want[strings.Replace(tile.Path(), "tile/8/", "tile/", 1)] = true
		}
		for first := 0; first < n; first += width {
			want[tilePath("entries", uint64(first/width), min(width, n-first))] = true
		}
		got := map[string]bool{}
		must(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				got[path] = true
			}
			return err
		}))
		if !maps.Equal(got, want) {
			t.Errorf("%d records: there are other files than those of the log", n)
		}
		o := trusting(trusted)
		o.Key = key
		verdict, err := Verify(os.DirFS(dir), o)
		if err != nil || verdict.Size != uint64(n) {
			t.Errorf("%d records: %v", n, err)
		}
	}
}

func TestLargeNumbersOfTilesAreWrittenInGroups(t *testing.T) {
	for n, want := range map[uint64]string{0: "000", 67: "067", 1067: "x001/067", 1234067: "x001/x234/067", 1000: "x001/000"} {
		if got := tilePath("0", n, width); got != "tile/0/"+want {
			t.Errorf("tile %d is %s", n, got)
		}
		if got := tilePath("entries", n, 3); got != "tile/entries/"+want+".p/3" {
			t.Errorf("bundle %d is %s", n, got)
		}
	}
}

// load reads a directory into memory.
func load(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	must(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, path))
		out[path] = &fstest.MapFile{Data: b}
		return err
	}))
	return out
}

// lie is one change of an accepted directory of 300 votes, and the check that
// finds it.
type lie struct {
	name  string
	check check.ID
	tell  func(fstest.MapFS)
}

func change(path string, f func([]byte) []byte) func(fstest.MapFS) {
	return func(m fstest.MapFS) { m[path] = &fstest.MapFile{Data: f(slices.Clone(m[path].Data))} }
}

func replace(path, old, new string) func(fstest.MapFS) {
	return change(path, func(b []byte) []byte {
		if !bytes.Contains(b, []byte(old)) {
			panic(path + " does not contain " + old)
		}
		return bytes.Replace(b, []byte(old), []byte(new), 1)
	})
}

func flip(i int) func([]byte) []byte {
	return func(b []byte) []byte { b[i] ^= 1; return b }
}

func remove(path string) func(fstest.MapFS) {
	return func(m fstest.MapFS) { delete(m, path) }
}

// lines changes the lines of the checkpoint.
func lines(f func([]string)) func(fstest.MapFS) {
	return change("checkpoint", func(b []byte) []byte {
		l := strings.Split(string(b), "\n")
		f(l)
		return []byte(strings.Join(l, "\n"))
	})
}

var lies = []lie{
	{"no checkpoint", check.Frame, remove("checkpoint")},
	{"no proof", check.Frame, remove("proof.json")},
	{"checkpoint: two signatures", check.Frame, lines(func(l []string) { l[4] += "\n" + l[4] })},
	{"checkpoint: no signature", check.Frame, lines(func(l []string) { l[4] = "" })},
	{"checkpoint: no dash", check.Frame, lines(func(l []string) { l[4] = strings.TrimPrefix(l[4], "— ") })},
	{"checkpoint: short signature", check.Frame, lines(func(l []string) {
		l[4] = l[4][:strings.LastIndex(l[4], " ")+1] + "AAAA"
	})},
	{"checkpoint: size", check.Log, lines(func(l []string) { l[1] = "299" })},
	{"checkpoint: size with a zero", check.Frame, lines(func(l []string) { l[1] = "0300" })},
	{"checkpoint: size that is none", check.Frame, lines(func(l []string) { l[1] = "many" })},
	{"checkpoint: root", check.Log, lines(func(l []string) { l[2] = "A" + l[2][1:]; l[2] = strings.Replace(l[2], "AA", "BA", 1) })},
	{"checkpoint: no root", check.Frame, lines(func(l []string) { l[2] = "AAAA" })},
	{"checkpoint: origin", check.Log, lines(func(l []string) { l[0] += "x" })},
	{"checkpoint: a line more", check.Frame, lines(func(l []string) { l[2] += "\nextension" })},
	{"checkpoint: a byte at the end", check.Frame, change("checkpoint", func(b []byte) []byte { return append(b, '\n') })},
	{"checkpoint: too long", check.Frame, change("checkpoint", func([]byte) []byte { return make([]byte, 5000) })},
	{"proof: a byte", check.State, replace("proof.json", `"value":"A`, `"value":"B`)},
	{"proof: white space", check.Frame, replace("proof.json", `,"height"`, `, "height"`)},
	{"entries: none", check.Tiles, remove("tile/entries/000")},
	{"entries: a byte of a record", check.Tiles, change("tile/entries/000", flip(40))},
	{"entries: a byte of the last", check.Tiles, change("tile/entries/001.p/44", flip(-1+2+60))},
	{"entries: a length", check.Tiles, change("tile/entries/000", flip(1))},
	{"entries: a length beyond the end", check.Tiles, change("tile/entries/001.p/44", func(b []byte) []byte { b[0] = 0xff; return b })},
	{"entries: cut off", check.Tiles, change("tile/entries/000", func(b []byte) []byte { return b[:len(b)-1] })},
	{"entries: a record too many", check.Tiles, change("tile/entries/000", func(b []byte) []byte { return append(b, 0, 0) })},
	{"entries: nothing", check.Tiles, change("tile/entries/000", func([]byte) []byte { return nil })},
	{"tile: none", check.Tiles, remove("tile/0/000")},
	{"tile: a byte", check.Tiles, change("tile/0/000", flip(77))},
	{"tile: cut off", check.Tiles, change("tile/0/000", func(b []byte) []byte { return b[:len(b)-32] })},
	{"tile: longer", check.Tiles, change("tile/0/001.p/44", func(b []byte) []byte { return append(b, b[:32]...) })},
	{"tile of level 1: none", check.Tiles, remove("tile/1/000.p/1")},
	{"tile of level 1: a byte", check.Tiles, change("tile/1/000.p/1", flip(0))},
	{"a file more", check.Tiles, func(m fstest.MapFS) { m["tile/0/001.p/43"] = &fstest.MapFile{Data: m["tile/0/001.p/44"].Data[:43*32]} }},
	{"another file", check.Tiles, func(m fstest.MapFS) { m["index.html"] = &fstest.MapFile{} }},
	{"a directory in the place of a file", check.Tiles, func(m fstest.MapFS) {
		m["tile/1/000.p/1/x"] = m["tile/1/000.p/1"]
		delete(m, "tile/1/000.p/1")
	}},
}

func TestEveryFileCounts(t *testing.T) {
	dir, trusted := export(t, 300)
	good := load(t, dir)
	for _, l := range lies {
		bent := maps.Clone(good)
		l.tell(bent)
		_, err := Verify(bent, trusting(trusted))
		if f, ok := check.Failed(err); !ok || f.Check != l.check {
			t.Errorf("%s: %v, want %s", l.name, err, l.check)
		}
	}
}

func TestEntriesOfAnotherLogAreRefused(t *testing.T) {
	dir, trusted := export(t, 300)
	other, _ := export(t, 300)
	m := load(t, other)
	l := newLayout(func(path string, content []byte) error {
		m[path] = &fstest.MapFile{Data: slices.Clone(content)}
		return nil
	})
	for i := range 300 {
		must(t, l.add(record(i+1)))
	}
	_, err := l.finish()
	must(t, err)
	for _, name := range []string{"checkpoint", "proof.json"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		m[name] = &fstest.MapFile{Data: b}
	}
	_, err = Verify(m, trusting(trusted))
	if f, ok := check.Failed(err); !ok || f.Check != check.Log {
		t.Errorf("tiles that agree with each other: %v", err)
	}
}

func TestAProofOfSomethingElseIsRefused(t *testing.T) {
	dir, trusted := export(t, 3)
	doc, _ := prove(t, state.Log{Root: light.Hash{1}, Size: 3, Voters: 3})
	m := load(t, dir)
	m["proof.json"] = &fstest.MapFile{Data: doc.Encode()}
	_, err := Verify(m, trusting(trusted))
	if f, ok := check.Failed(err); !ok || f.Check != check.Log {
		t.Errorf("another log: %v", err)
	}
	doc.Claims[0].Key = state.SealingKey(someElection)
	if _, _, err := Claimed(doc); err == nil {
		t.Error("a sealing record is a log")
	}
	doc.Claims[0].Key = state.LogKey(someElection)
	doc.Claims[0].Value = nil
	if _, _, err := Claimed(doc); err == nil {
		t.Error("no record is a log")
	}
}

func TestThePublisherIsCheckedIfTheKeyIsKnown(t *testing.T) {
	dir, trusted := export(t, 3)
	o := trusting(trusted)
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	var err error
	o.Key, err = VerifierKey(lighttest.ID, someElection, other.Public().(ed25519.PublicKey))
	must(t, err)
	_, err = Verify(os.DirFS(dir), o)
	if f, ok := check.Failed(err); !ok || f.Check != check.Frame {
		t.Errorf("another publisher: %v", err)
	}
	o.Key = "no key"
	_, err = Verify(os.DirFS(dir), o)
	if _, ok := check.Failed(err); err == nil || ok {
		t.Errorf("no key: %v", err)
	}
}

func TestNothingIsLeftOfAnExportThatFails(t *testing.T) {
	doc, _ := prove(t, state.Log{Size: 1, Voters: 1})
	above := t.TempDir()
	for name, log := range map[string]func(func([]byte) error) (*light.Document, error){
		"records that cannot be read": func(func([]byte) error) (*light.Document, error) { return nil, errors.New("disk") },
		"other records":               func(add func([]byte) error) (*light.Document, error) { return doc, add(record(1)) },
		"a record that is too long": func(add func([]byte) error) (*light.Document, error) {
			return doc, add(make([]byte, 1<<16))
		},
	} {
		if err := Export(filepath.Join(above, "tiles"), Publication{Log: log, Key: publisher}); err == nil {
			t.Errorf("%s were exported", name)
		}
	}
	if left, err := os.ReadDir(above); err != nil || len(left) > 0 {
		t.Errorf("there are %v, %v", left, err)
	}
	if err := Export(above, Publication{}); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("a directory that is there: %v", err)
	}
}

func TestAKeyIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	a, err := Key(path)
	must(t, err)
	b, err := Key(path)
	must(t, err)
	if !a.Equal(b) {
		t.Error("the second time it is another key")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the key: %v %v", info.Mode(), err)
	}
	must(t, os.WriteFile(path, []byte("no key"), 0o600))
	if _, err := Key(path); err == nil {
		t.Error("what is no key was read")
	}
}

func FuzzCheckpoint(f *testing.F) {
	dir, _ := export(f, 1)
	good, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	must(f, err)
	f.Add(good)
	f.Add([]byte(strings.Replace(string(good), "— ", "- ", 1)))
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := parseCheckpoint(in)
		if err != nil {
			if _, ok := check.Failed(err); !ok {
				t.Fatal(err)
			}
			return
		}
		if !strings.HasPrefix(string(in), checkpointText(c.origin, c.size, c.root)+"\n— "+c.signer+" ") {
			t.Fatalf("%q reads as %+v", in, c)
		}
	})
}

func FuzzBundle(f *testing.F) {
	dir, trusted := export(f, 3)
	good := load(f, dir)
	f.Add(good["tile/entries/000.p/3"].Data)
	f.Add([]byte{0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		m := maps.Clone(good)
		m["tile/entries/000.p/3"] = &fstest.MapFile{Data: in}
		_, err := Verify(m, trusting(trusted))
		if same := bytes.Equal(in, good["tile/entries/000.p/3"].Data); same != (err == nil) {
			t.Fatal(err)
		}
	})
}
