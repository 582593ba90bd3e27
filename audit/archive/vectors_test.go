package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"urna/chain/light"
	"urna/internal/check"
)

var update = flag.Bool("update", false, "write test/vectors again")

const vectorDir = "../../test/vectors"

// vectors is a file of them; test/vectors/README.md describes it.
type vectors struct {
	Format  string   `json:"format"`
	Genesis string   `json:"genesis"`
	SHA256  string   `json:"genesisSHA256"`
	Vectors []vector `json:"vectors"`
}

type vector struct {
	Name    string    `json:"name"`
	File    string    `json:"file"`
	Patches []patch   `json:"patches,omitempty"`
	Trust   string    `json:"trust,omitempty"` // a checkpoint; the genesis otherwise
	Accepts *expected `json:"accepts,omitempty"`
	Fails   string    `json:"fails,omitempty"`
}

// expected is what an accepted archive says.
type expected struct {
	About       string     `json:"about"`
	CID         string     `json:"cid,omitempty"`
	Voters      uint64     `json:"voters"` // of an election, as what follows
	Votes       uint64     `json:"votes"`
	Overwritten uint64     `json:"overwritten"`
	Weight      string     `json:"weight,omitempty"`
	Tally       [][]string `json:"tally,omitempty"`
}

// patch replaces some bytes of a file at an offset.
type patch struct {
	offset, remove int
	insert         []byte
}

func (p patch) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `[%d,%d,"%x"]`, p.offset, p.remove, p.insert), nil
}

// diff finds patches that lead from one file to another, not the fewest. Offsets
// are of the first file and ascend.
func diff(from, to []byte) (out []patch) {
	const window = 12
	places := map[string][]int{}
	for i := 0; i+window <= len(from); i++ {
		w := string(from[i : i+window])
		places[w] = append(places[w], i)
	}
	at, last := 0, 0 // how much of from is used, and of to
	keep := func(i, j, n int) {
		if i > at || j > last {
			out = append(out, patch{at, i - at, to[last:j]})
		}
		at, last = i+n, j+n
	}
	for j := 0; j+window <= len(to); {
		best, length := -1, 0
		for _, i := range places[string(to[j:j+window])] {
			if i < at {
				continue
			}
			n := window
			for i+n < len(from) && j+n < len(to) && from[i+n] == to[j+n] {
				n++
			}
			if n > length {
				best, length = i, n
			}
		}
		if best < 0 || best-at > 4096 && length < 256 { // far away by chance
			j++
			continue
		}
		for best > at && j > last && from[best-1] == to[j-1] {
			best, j, length = best-1, j-1, length+1
		}
		keep(best, j, length)
		j = last
	}
	keep(len(from), len(to), 0)
	return out
}

func apply(from []byte, patches []patch) (to []byte) {
	at := 0
	for _, p := range patches {
		to = append(append(to, from[at:p.offset]...), p.insert...)
		at = p.offset + p.remove
	}
	return append(to, from[at:]...)
}

// collection is what the generator makes: files by their path below
// test/vectors.
type collection struct {
	t     testing.TB
	files map[string][]byte
}

// write puts the collection into test/vectors with -update, and compares it
// with what is there without.
func (c *collection) write() {
	c.t.Helper()
	for name, content := range c.files {
		path := filepath.Join(vectorDir, filepath.FromSlash(name))
		if *update {
			must(c.t, os.MkdirAll(filepath.Dir(path), 0o755))
			must(c.t, os.WriteFile(path, content, 0o644))
		}
		got, err := os.ReadFile(path)
		must(c.t, err)
		if !bytes.Equal(got, content) {
			c.t.Errorf("%s is not what the generator makes; run with -update", name)
		}
	}
}

// list adds a file of vectors, one a line.
func (c *collection) list(name string, v *vectors) {
	c.t.Helper()
	v.Format = "urna-vectors/1"
	v.Genesis = "files/genesis.json"
	sum := sha256.Sum256(c.files[v.Genesis])
	v.SHA256 = hex.EncodeToString(sum[:])
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"format\":%q,\"genesis\":%q,\"genesisSHA256\":%q,\"vectors\":[\n", v.Format, v.Genesis, v.SHA256)
	for i := range v.Vectors {
		text, err := json.Marshal(&v.Vectors[i])
		must(c.t, err)
		b.Write(text)
		if i < len(v.Vectors)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("]}\n")
	c.files[name] = b.Bytes()
}

func TestVectors(t *testing.T) {
	c := &collection{t, map[string][]byte{}}
	stories := tellAll(t)
	archives := &vectors{}
	for _, s := range stories {
		c.files["files/genesis.json"] = unpackFiles(t, s.archive)[genesisFile]
		path := "files/" + s.name + ".car"
		c.files[path] = s.archive
		v, err := Verify(t.Context(), bytes.NewReader(s.archive), Options{Genesis: s.world.Genesis()})
		must(t, err)
		e := v.Election
		archives.Vectors = append(archives.Vectors, vector{Name: s.name, File: path, Accepts: &expected{
			About: s.about, CID: v.CID, Voters: e.Voters, Votes: e.Votes, Overwritten: e.Overwritten, Weight: e.Weight, Tally: e.Tally,
		}})
	}
	for _, l := range lies {
		archives.Vectors = append(archives.Vectors, told(t, find(stories, l.story), l, ""))
	}
	for _, l := range genesisLies {
		s := find(stories, l.story)
		header := s.world.Blocks[s.world.at].Block // that of height at + 1
		archives.Vectors = append(archives.Vectors, told(t, s, l, fmt.Sprintf("%d:%x", header.Height, header.Hash())))
	}
	c.list("archives.json", archives)
	c.list("chains.json", tellOfChain(t, c))
	c.list("receipts.json", tellDocuments(c, stories))
	c.write()
}

// told is the vector of a lie about the archive of an election.
func told(t *testing.T, s *story, l lie, trust string) vector {
	t.Helper()
	f := newForger(t, s.world, s.archive)
	l.tell(f)
	return refusedVector(t, s, l.name, trust, s.archive, f.build(), l.check)
}

// refusedVector is an archive that is refused by those who trust the genesis, or
// a block.
func refusedVector(t *testing.T, s *story, name, trust string, good, bent []byte, want check.ID) vector {
	t.Helper()
	o := Options{Genesis: s.world.Genesis()}
	if trust != "" {
		trusted, err := trustedBy(trust, nil)
		must(t, err)
		o = Options{Checkpoint: trusted}
		_, err = Verify(t.Context(), bytes.NewReader(good), o)
		must(t, err)
	}
	name = s.name + ": " + name
	_, err := Verify(t.Context(), bytes.NewReader(bent), o)
	fails(t, name, err, want)
	v := vector{Name: name, File: "files/" + s.name + ".car", Patches: diff(good, bent), Trust: trust, Fails: want.String()}
	if again := apply(good, v.Patches); !bytes.Equal(again, bent) {
		t.Fatalf("%s: the patches lead elsewhere", name)
	}
	return v
}

// tellDocuments adds proof documents and the lies about them.
func tellDocuments(c *collection, stories []*story) *vectors {
	c.t.Helper()
	out := &vectors{}
	for _, p := range documents {
		s := find(stories, p.story)
		good, trust := s.document(c.t, p)
		path := "files/" + p.name + ".json"
		c.files[path] = good
		must(c.t, verifyDocument(good, trust, s.world.Genesis()))
		out.Vectors = append(out.Vectors, vector{Name: p.name, File: path, Trust: trust, Accepts: &expected{About: p.about}})
		for _, l := range documentLies {
			if l.story != p.name {
				continue
			}
			f := newDocumentForger(c.t, s.world, good)
			l.tell(f)
			bent := f.buildDocument()
			name := l.story + ": " + l.name
			fails(c.t, name, verifyDocument(bent, trust, s.world.Genesis()), l.check)
			v := vector{Name: name, File: path, Trust: trust, Patches: diff(good, bent), Fails: l.check.String()}
			if again := apply(good, v.Patches); !bytes.Equal(again, bent) {
				c.t.Fatalf("%s: the patches lead elsewhere", name)
			}
			out.Vectors = append(out.Vectors, v)
		}
	}
	return out
}

// trustedBy is a checkpoint, or without one a genesis.
func trustedBy(checkpoint string, genesis []byte) (light.Trusted, error) {
	height, hash, ok := strings.Cut(checkpoint, ":")
	if !ok {
		return light.TrustGenesis(genesis)
	}
	h, err := strconv.ParseInt(height, 10, 64)
	if err != nil {
		return light.Trusted{}, err
	}
	b, err := hex.DecodeString(hash)
	if err != nil {
		return light.Trusted{}, err
	}
	return light.TrustCheckpoint(h, light.Hash(b)), nil
}

// verifyDocument checks a document against a checkpoint, or a genesis.
func verifyDocument(text []byte, checkpoint string, genesis []byte) error {
	trusted, err := trustedBy(checkpoint, genesis)
	if err != nil {
		return err
	}
	doc, err := light.ParseDocument(text)
	if err != nil {
		return err
	}
	return doc.Verify(trusted, check.NewReport('R'))
}

func find(stories []*story, name string) *story {
	for _, s := range stories {
		if s.name == name {
			return s
		}
	}
	panic("there is no story " + name)
}

func tellAll(t testing.TB) (out []*story) {
	for _, tell := range []func(testing.TB) *story{tellPlain, tellWeighted, tellQuestions, tellAnnounced, tellBudget, tellEmpty, tellMoving} {
		out = append(out, tell(t))
	}
	return out
}
