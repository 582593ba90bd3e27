package archive

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"urna/audit"
	"urna/chain/light"
	"urna/internal/check"
)

// replayed is the directory of a replay of the world.
func (w *world) replayed() *audit.Directory {
	w.t.Helper()
	dir := w.t.TempDir()
	_, err := audit.Replay(w.t.Context(), audit.Options{Source: w.Source(), Dir: dir})
	must(w.t, err)
	d, err := audit.OpenDirectory(dir)
	must(w.t, err)
	w.t.Cleanup(func() { must(w.t, d.Close()) })
	return d
}

// chain makes an archive of the first blocks of a story.
func (s *story) chain(height int64, change func(*ChainMaterial)) []byte {
	t := s.world.t
	t.Helper()
	m := ChainMaterial{Material: s.world.material(s.election).Material, Kept: s.world.replayed(), Height: height}
	if change != nil {
		change(&m)
	}
	path := filepath.Join(t.TempDir(), "chain.car")
	_, err := MakeChain(t.Context(), m, path)
	must(t, err)
	b, err := os.ReadFile(path)
	must(t, err)
	return b
}

func TestAChainIsArchivedAndVerified(t *testing.T) {
	s := tellMoving(t)
	w := s.world
	b := s.chain(w.Height()-1, nil)
	v, err := Verify(t.Context(), bytes.NewReader(b), Options{Genesis: w.Genesis(), Dir: t.TempDir()})
	must(t, err)
	if o := v.Chain; o.Votes != 3 || o.Transactions != 5 || o.Elections != 1 || o.Results != 1 || !v.Trusted {
		t.Errorf("the verdict is %+v", o)
	}
	for _, l := range v.Checks {
		if l.Status != check.Passed && l.ID != check.Evidence.String() && l.ID != check.Overwrites.String() && l.ID != check.Agreement.String() {
			t.Errorf("%+v", l)
		}
	}
	if !bytes.Equal(b, s.chain(w.Height()-1, nil)) {
		t.Error("made again, it has other bytes")
	}
	for name, n := range map[string]int64{"one block": 1, "five blocks": 5} {
		b := s.chain(n, nil)
		v, err := Verify(t.Context(), bytes.NewReader(b), Options{})
		if err != nil || v.Height != n || v.Trusted {
			t.Errorf("%s: %v", name, err)
		}
	}
	bare := s.chain(w.Height()-1, func(m *ChainMaterial) { m.File = nil })
	if _, err := Verify(t.Context(), bytes.NewReader(bare), Options{}); err != nil {
		t.Error(err)
	}
}

// onFiles changes files of an archive of a chain and gives them their names
// again.
func (s *story) onFiles(b []byte, change func(map[string][]byte)) []byte {
	files := unpackFiles(s.world.t, b)
	change(files)
	return packFiles(s.world.t, files)
}

func TestEveryFileOfAChainCounts(t *testing.T) {
	s := tellMoving(t)
	w := s.world
	good := s.chain(w.Height()-1, nil)
	file := func(name string, change func([]byte) []byte) func(map[string][]byte) {
		return func(files map[string][]byte) { files[name] = change(slices.Clone(files[name])) }
	}
	entry := func(b []byte, i int) (from, to int) { // of 60-blocks
		for ; ; i-- {
			n, k := binary.Uvarint(b[from:])
			if to = from + k + int(n); i == 0 {
				return from, to
			}
			from = to
		}
	}
	var metadata string
	for name := range unpackFiles(t, good) {
		if strings.HasPrefix(name, filesDirectory) {
			metadata = name
		}
	}
	for _, c := range []struct {
		name  string
		check check.ID
		lie   func(map[string][]byte)
	}{
		{"manifest: height", check.Frame, file(manifestFile, func(b []byte) []byte { return bytes.Replace(b, []byte(`"height":`), []byte(`"height":1`), 1) })},
		{"manifest: no files", check.Frame, file(manifestFile, func(b []byte) []byte { return bytes.Replace(b, []byte(`"files":true`), []byte(`"files":false`), 1) })},
		{"manifest: chain", check.Genesis, file(manifestFile, func(b []byte) []byte { return bytes.Replace(b, []byte("test/1"), []byte("test/2"), 1) })},
		{"genesis: a parameter", check.Genesis, file(genesisFile, func(b []byte) []byte {
			return bytes.Replace(b, []byte(`"set_status":2`), []byte(`"set_status":3`), 1)
		})},
		{"validators: none", check.Validators, file(validatorsFile, func([]byte) []byte { return nil })},
		{"validators: the first only", check.Validators, file(validatorsFile, func(b []byte) []byte { return b[:2+1+2+3*34-2] })},
		{"validators: another height", check.Validators, file(validatorsFile, func(b []byte) []byte { b[0] = 2; return b })},
		{"validators: one more", check.Frame, file(validatorsFile, func(b []byte) []byte {
			set := b[1 : 2+1+2+3*34-2]
			return append(append(b, 100), set...)
		})},
		{"validators: the same again", check.Frame, file(validatorsFile, func(b []byte) []byte {
			set := b[1 : 2+1+2+3*34-2]
			return slices.Concat(b[:len(set)+1], []byte{2}, set, b[len(set)+1:])
		})},
		{"validators: cut off", check.Frame, file(validatorsFile, func(b []byte) []byte { return b[:len(b)-1] })},
		{"validators: no set", check.Frame, file(validatorsFile, func(b []byte) []byte { b[2] = 9; return b })},
		{"blocks: none", check.Frame, file(blocksFile, func([]byte) []byte { return nil })},
		{"blocks: the last one is missing", check.Headers, file(blocksFile, func(b []byte) []byte { from, _ := entry(b, int(w.Height())-2); return b[:from] })},
		{"blocks: one is missing", check.Headers, file(blocksFile, func(b []byte) []byte {
			from, to := entry(b, 4)
			return append(b[:from], b[to:]...)
		})},
		{"blocks: cut off", check.Frame, file(blocksFile, func(b []byte) []byte { return b[:len(b)-1] })},
		{"blocks: a byte", check.Body, file(blocksFile, func(b []byte) []byte {
			at := bytes.Index(b, []byte(`"votes":[1]`))
			return flip(b, at+9)
		})},
		{"final header: application hash", check.State, file(finalFile, func(b []byte) []byte {
			signed, err := light.ParseBlock(b)
			must(t, err)
			at := bytes.Index(b, signed.Header.AppHash[:])
			return flip(b, at)
		})},
		{"final header: a byte at the end", check.Frame, file(finalFile, func(b []byte) []byte { return append(b, 0) })},
		{"final header: no commit", check.Commits, file(finalFile, func(b []byte) []byte {
			signed, err := light.ParseBlock(b)
			must(t, err)
			signed.Commit = nil
			return signed.Encode()
		})},
		{"files: a byte", check.Frame, file(metadata, func(b []byte) []byte { return flip(b, 3) })},
		{"files: one is missing", check.Frame, func(files map[string][]byte) { delete(files, metadata) }},
		{"files: one that nobody named", check.Frame, func(files map[string][]byte) {
			f := &forger{t: t}
			name := cidOf(f, []byte("x"))
			files[filesDirectory+"/"+name[len(name)-2:]+"/"+name] = []byte("x")
		}},
		{"files: in another directory", check.Frame, func(files map[string][]byte) {
			files[filesDirectory+"/zz/"+metadata[len(metadata)-59:]] = files[metadata]
			delete(files, metadata)
		}},
		{"results: none", check.Result, file(resultsFile, func([]byte) []byte { return nil })},
		{"results: a byte", check.Result, file(resultsFile, func(b []byte) []byte { return flip(b, -1) })},
		{"results: twice", check.Result, file(resultsFile, func(b []byte) []byte { return append(b, b...) })},
		{"results: a directory", check.Frame, func(files map[string][]byte) {
			files[resultsFile+"/x"] = files[resultsFile]
			delete(files, resultsFile)
		}},
		{"closing: votes", check.Closing, file(closingFile, func(b []byte) []byte { return bytes.Replace(b, []byte(`"votes":3`), []byte(`"votes":4`), 1) })},
		{"closing: white space", check.Frame, file(closingFile, func(b []byte) []byte { return append(b, ' ') })},
	} {
		bent := s.onFiles(good, c.lie)
		if bytes.Equal(bent, good) {
			t.Errorf("%s: nothing is changed", c.name)
		}
		_, err := Verify(t.Context(), bytes.NewReader(bent), Options{Genesis: w.Genesis()})
		fails(t, c.name, err, c.check)
	}
}

func TestAnArchiveOfAChainIsReplayed(t *testing.T) {
	s := tellPlain(t)
	last := s.world.Height() - 1
	path := filepath.Join(t.TempDir(), "chain.car")
	must(t, os.WriteFile(path, s.chain(last, nil), 0o600))
	source, err := OpenSource(path)
	must(t, err)
	dir := t.TempDir()
	for _, to := range []int64{4, 0} { // and resumed
		v, err := audit.Replay(t.Context(), audit.Options{Source: source, Dir: dir, To: to, Genesis: s.world.Genesis()})
		if err != nil || to == 0 && v.Height != last {
			t.Errorf("the replay comes to block %d of %d: %v", v.Height, last, err)
		}
	}
	must(t, os.WriteFile(path, s.archive, 0o600))
	if _, err := OpenSource(path); err == nil {
		t.Error("an archive of one election was opened for a replay")
	}
	if _, err := OpenSource(path + ".none"); err == nil {
		t.Error("nothing was opened for a replay")
	}
}
