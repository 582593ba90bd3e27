package archive

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"urna/audit"
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
