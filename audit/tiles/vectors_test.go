package tiles

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"urna/chain/light/lighttest"
)

var update = flag.Bool("update", false, "write the vectors of tiles in test/vectors again")

const vectorDir = "../../test/vectors"

// vector is described in test/vectors/README.md.
type vector struct {
	Name    string       `json:"name"`
	Dir     string       `json:"dir"`
	Changes []fileChange `json:"changes,omitempty"`
	Accepts *expected    `json:"accepts,omitempty"`
	Fails   string       `json:"fails,omitempty"`
}

type fileChange struct {
	Path    string  `json:"path"`
	Patches []patch `json:"patches,omitempty"`
	Remove  bool    `json:"remove,omitempty"`
	Content *string `json:"content,omitempty"` // hex, of a new file
}

type expected struct {
	About string `json:"about"`
	Size  uint64 `json:"size"`
	Root  string `json:"root"`
}

type patch struct {
	offset, remove int
	insert         []byte
}

func (p patch) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `[%d,%d,"%x"]`, p.offset, p.remove, p.insert), nil
}

// diff is the one patch that leads from one file to another.
func diff(from, to []byte) patch {
	start := 0
	for start < len(from) && start < len(to) && from[start] == to[start] {
		start++
	}
	end := 0
	for end < len(from)-start && end < len(to)-start && from[len(from)-1-end] == to[len(to)-1-end] {
		end++
	}
	return patch{start, len(from) - start - end, to[start : len(to)-end]}
}

// changes lead from one directory to another.
func changes(from, to fstest.MapFS) (out []fileChange) {
	for _, path := range slices.Sorted(maps.Keys(from)) {
		after, there := to[path]
		switch {
		case !there:
			out = append(out, fileChange{Path: path, Remove: true})
		case !bytes.Equal(from[path].Data, after.Data):
			out = append(out, fileChange{Path: path, Patches: []patch{diff(from[path].Data, after.Data)}})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(to)) {
		if from[path] == nil {
			text := hex.EncodeToString(to[path].Data)
			out = append(out, fileChange{Path: path, Content: &text})
		}
	}
	return out
}

func TestVectors(t *testing.T) {
	files := map[string][]byte{"files/tiles-genesis.json": lighttest.New(1, nil).Genesis()}
	var list []vector
	for _, n := range []int{300, 0} {
		dir, trusted := export(t, n)
		verdict, err := Verify(os.DirFS(dir), trusting(trusted))
		must(t, err)
		name := fmt.Sprintf("tiles-%d", n)
		good := load(t, dir)
		for path, f := range good {
			files["files/"+name+"/"+path] = f.Data
		}
		list = append(list, vector{Name: name, Dir: "files/" + name, Accepts: &expected{fmt.Sprintf("a log of %d votes", n), verdict.Size, verdict.Root}})
		if n == 0 {
			continue
		}
		for _, l := range lies {
			bent := maps.Clone(good)
			l.tell(bent)
			list = append(list, vector{Name: name + ": " + l.name, Dir: "files/" + name, Changes: changes(good, bent), Fails: l.check.String()})
		}
	}
	sum := sha256.Sum256(files["files/tiles-genesis.json"])
	text := bytes.NewBuffer(fmt.Appendf(nil, "{\"format\":\"urna-vectors/1\",\"genesis\":\"files/tiles-genesis.json\",\"genesisSHA256\":\"%x\",\"vectors\":[\n", sum))
	for i, v := range list {
		b, err := json.Marshal(v)
		must(t, err)
		text.Write(b)
		if i < len(list)-1 {
			text.WriteByte(',')
		}
		text.WriteByte('\n')
	}
	text.WriteString("]}\n")
	files["tiles.json"] = text.Bytes()
	for name, want := range files {
		path := filepath.Join(vectorDir, filepath.FromSlash(name))
		if *update {
			must(t, os.MkdirAll(filepath.Dir(path), 0o755))
			must(t, os.WriteFile(path, want, 0o644))
		}
		got, err := os.ReadFile(path)
		must(t, err)
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator makes; run with -update", name)
		}
	}
}
