// Package vectors runs our verifiers over the vectors of this directory, which
// other verifiers share, and over thousands of files that are broken at random.
package vectors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"urna/audit/archive"
	"urna/audit/tiles"
	"urna/chain/light"
	"urna/internal/check"
)

// list is a file of vectors; README.md describes it.
type list struct {
	Format  string   `json:"format"`
	Genesis string   `json:"genesis"`
	SHA256  string   `json:"genesisSHA256"`
	Vectors []vector `json:"vectors"`
}

type vector struct {
	Name    string    `json:"name"`
	File    string    `json:"file"`
	Patches []patch   `json:"patches"`
	Trust   string    `json:"trust"`
	Accepts *expected `json:"accepts"`
	Fails   string    `json:"fails"`
}

type expected struct {
	About       string     `json:"about"`
	CID         string     `json:"cid"`
	Voters      uint64     `json:"voters"`
	Votes       uint64     `json:"votes"`
	Overwritten uint64     `json:"overwritten"`
	Weight      string     `json:"weight"`
	Tally       [][]string `json:"tally"`
}

// patch replaces some bytes of a file at an offset.
type patch struct {
	offset, remove int
	insert         []byte
}

func (p *patch) UnmarshalJSON(b []byte) error {
	var insert string
	if err := json.Unmarshal(b, &[]any{&p.offset, &p.remove, &insert}); err != nil {
		return err
	}
	var err error
	p.insert, err = hex.DecodeString(insert)
	return err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	must(t, err)
	return b
}

func open(t testing.TB, name string) *list {
	t.Helper()
	l := &list{}
	must(t, json.Unmarshal(read(t, name), l))
	sum := sha256.Sum256(read(t, l.Genesis))
	if l.Format != "urna-vectors/1" || hex.EncodeToString(sum[:]) != l.SHA256 {
		t.Fatalf("%s has the format %q; the genesis has the hash %x", name, l.Format, sum)
	}
	return l
}

// bytes are those of the file that a vector is about.
func (v *vector) bytes(t testing.TB) []byte {
	t.Helper()
	return patched(read(t, v.File), v.Patches)
}

func patched(base []byte, patches []patch) (out []byte) {
	at := 0
	for _, p := range patches {
		out = append(append(out, base[at:p.offset]...), p.insert...)
		at = p.offset + p.remove
	}
	return append(out, base[at:]...)
}

// verifier is the one for a kind of files.
func verifier(t testing.TB, l *list, v *vector) func([]byte) (*archive.Verdict, error) {
	t.Helper()
	genesis := read(t, l.Genesis)
	trusted, err := light.TrustGenesis(genesis)
	must(t, err)
	o := archive.Options{Genesis: genesis}
	if height, hash, ok := strings.Cut(v.Trust, ":"); ok {
		h, err := strconv.ParseInt(height, 10, 64)
		must(t, err)
		b, err := hex.DecodeString(hash)
		must(t, err)
		trusted = light.TrustCheckpoint(h, light.Hash(b))
		o = archive.Options{Checkpoint: trusted}
	}
	if path.Ext(v.File) == ".car" {
		return func(b []byte) (*archive.Verdict, error) { return archive.Verify(t.Context(), bytes.NewReader(b), o) }
	}
	return func(b []byte) (*archive.Verdict, error) {
		doc, err := light.ParseDocument(b)
		if err != nil {
			return nil, err
		}
		return nil, doc.Verify(trusted, check.NewReport('R'))
	}
}

func TestEveryVectorIsJudgedAsItMustBe(t *testing.T) {
	for name, least := range map[string]int{"archives.json": 200, "chains.json": 100, "receipts.json": 90} {
		l := open(t, name)
		if len(l.Vectors) < least {
			t.Errorf("%s has %d vectors", name, len(l.Vectors))
		}
		for _, v := range l.Vectors {
			verdict, err := verifier(t, l, &v)(v.bytes(t))
			f, _ := check.Failed(err)
			switch {
			case (v.Accepts == nil) == (v.Fails == ""):
				t.Errorf("%s neither fails nor is accepted", v.Name)
			case v.Accepts != nil && err != nil:
				t.Errorf("%s is refused: %v", v.Name, err)
			case v.Accepts != nil && verdict != nil:
				v.Accepts.check(t, v.Name, verdict)
			case v.Fails != "" && (f == nil || f.Check.String() != v.Fails):
				t.Errorf("%s fails with %v, not %s", v.Name, err, v.Fails)
			}
		}
	}
}

func (e *expected) check(t *testing.T, name string, v *archive.Verdict) {
	t.Helper()
	got := expected{About: e.About, CID: v.CID}
	if o := v.Election; o != nil {
		got = expected{e.About, v.CID, o.Voters, o.Votes, o.Overwritten, o.Weight, o.Tally}
	} else {
		got.Votes = v.Chain.Votes
	}
	if !reflect.DeepEqual(got, *e) {
		t.Errorf("%s says %+v, not %+v", name, got, *e)
	}
}

// tileList is tiles.json.
type tileList struct {
	Genesis string `json:"genesis"`
	Vectors []struct {
		Name    string `json:"name"`
		Dir     string `json:"dir"`
		Changes []struct {
			Path    string  `json:"path"`
			Patches []patch `json:"patches"`
			Remove  bool    `json:"remove"`
			Content string  `json:"content"`
		} `json:"changes"`
		Accepts *struct {
			Size uint64 `json:"size"`
			Root string `json:"root"`
		} `json:"accepts"`
		Fails string `json:"fails"`
	} `json:"vectors"`
}

// load reads a directory into memory.
func load(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	must(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out[path] = &fstest.MapFile{Data: read(t, dir+"/"+path)}
		}
		return err
	}))
	return out
}

func TestEveryDirectoryOfTilesIsJudgedAsItMustBe(t *testing.T) {
	var l tileList
	must(t, json.Unmarshal(read(t, "tiles.json"), &l))
	if len(l.Vectors) < 30 {
		t.Errorf("there are %d vectors", len(l.Vectors))
	}
	trusted, err := light.TrustGenesis(read(t, l.Genesis))
	must(t, err)
	o := tiles.Options{Trust: func(*light.Document) (light.Trusted, error) { return trusted, nil }}
	for _, v := range l.Vectors {
		dir := load(t, v.Dir)
		for _, c := range v.Changes {
			switch {
			case c.Remove:
				delete(dir, c.Path)
			case c.Patches != nil:
				dir[c.Path] = &fstest.MapFile{Data: patched(dir[c.Path].Data, c.Patches)}
			default:
				b, err := hex.DecodeString(c.Content)
				must(t, err)
				dir[c.Path] = &fstest.MapFile{Data: b}
			}
		}
		verdict, err := tiles.Verify(dir, o)
		f, _ := check.Failed(err)
		switch {
		case v.Accepts != nil && (err != nil || verdict.Size != v.Accepts.Size || verdict.Root != v.Accepts.Root):
			t.Errorf("%s: %v, %+v", v.Name, err, verdict)
		case v.Accepts == nil && (f == nil || f.Check.String() != v.Fails):
			t.Errorf("%s fails with %v, not %s", v.Name, err, v.Fails)
		}
		if v.Accepts == nil {
			continue
		}
		r := rand.New(rand.NewPCG(7, 2026))
		for path, file := range dir {
			for range mutations / 4 {
				bent := maps.Clone(dir)
				b, what := mutate(r, file.Data)
				bent[path] = &fstest.MapFile{Data: b}
				_, err := tiles.Verify(bent, o)
				same := bytes.Equal(b, file.Data) || path == "checkpoint" // its signature needs a key
				if _, evidence := check.Failed(err); !same && !evidence {
					t.Errorf("%s with %s in %s: %v", v.Name, what, path, err)
				}
			}
		}
	}
}

// mutations is how many broken files each accepted one is tried with.
const mutations = 400

func TestNoRandomMutationIsAccepted(t *testing.T) {
	for _, name := range []string{"archives.json", "chains.json", "receipts.json"} {
		l := open(t, name)
		tried := 0
		for i, v := range l.Vectors {
			if v.Accepts == nil {
				continue
			}
			base, verify := v.bytes(t), verifier(t, l, &v)
			r := rand.New(rand.NewPCG(uint64(i), 2026))
			for n := range mutations {
				bent, what := mutate(r, base)
				if bytes.Equal(bent, base) {
					continue
				}
				tried++
				if _, err := verify(bent); err == nil && aboutAnother(base, bent) {
					continue
				} else if err == nil {
					t.Errorf("%s is accepted with %s (mutation %d)", v.Name, what, n)
				} else if _, evidence := check.Failed(err); !evidence {
					t.Errorf("%s with %s: no check names it: %v", v.Name, what, err)
				}
			}
		}
		t.Logf("%s: %d mutations", name, tried)
	}
}

// aboutAnother tells whether a proof that somebody has not voted became one
// about somebody else, which is as true.
func aboutAnother(base, bent []byte) bool {
	a, err := light.ParseDocument(base)
	if err != nil || a.NotVoted == nil {
		return false
	}
	b, err := light.ParseDocument(bent)
	return err == nil && b.NotVoted != nil && a.NotVoted.Nullifier != b.NotVoted.Nullifier
}

// mutate breaks a file in one of the ways in which files break.
func mutate(r *rand.Rand, base []byte) (out []byte, what string) {
	out = bytes.Clone(base)
	at := r.IntN(len(out))
	end := min(len(out), at+1+r.IntN(40))
	switch r.IntN(6) {
	case 0:
		out[at] ^= 1 << r.IntN(8)
		return out, "a bit changed at " + strconv.Itoa(at)
	case 1:
		out[at] = byte(r.IntN(256))
		return out, "a byte changed at " + strconv.Itoa(at)
	case 2:
		return append(out[:at], out[end:]...), "bytes missing from " + strconv.Itoa(at)
	case 3:
		return append(append(bytes.Clone(base[:end]), base[at:end]...), base[end:]...), "bytes twice from " + strconv.Itoa(at)
	case 4:
		to := r.IntN(len(out))
		out[at], out[to] = out[to], out[at]
		return out, "two bytes exchanged, the first at " + strconv.Itoa(at)
	}
	return out[:at], "nothing from " + strconv.Itoa(at)
}
