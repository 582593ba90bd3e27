package archive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"urna/app/apptest"
	"urna/audit"
	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/internal/check"
	"urna/tx"
)

// heights are those of an archive's entries: those with a commit are negative.
func heights(t testing.TB, archive []byte) (out []int64) {
	t.Helper()
	for _, e := range unpackEntries(t, unpackFiles(t, archive)[blocksFile]) {
		if h := e.header.Height; e.commit == nil {
			out = append(out, h)
		} else {
			out = append(out, -h)
		}
	}
	return out
}

func TestBlocksAreCutIntoRuns(t *testing.T) {
	w := newWorld(t)
	voters := apptest.Keys("voter", 120)
	e := w.open(voters, nil) // block 2
	for _, v := range voters[:110] {
		w.Mine(e.Vote(v, 1, "")) // 3 to 112
	}
	w.idle(15)
	w.Mine(e.Vote(voters[110], 1, "")) // 128, 16 after the last one
	w.idle(16)
	w.Mine(e.Vote(voters[111], 1, "")) // 145, 17 after
	w.Mine()
	w.Mine(e.Vote(voters[112], 1, "")) // 147
	w.seal(e)
	got := heights(t, w.archive(e, nil))
	var want []int64
	for h := int64(2); h <= 128; h++ {
		want = append(want, h)
	}
	want = append(want, 145, 146, -147)
	want[99], want[126] = -101, -128
	if !slices.Equal(got, want) {
		t.Errorf("the entries are of %v", got)
	}
}

func TestARunEndsWhenItsTransactionsAreMany(t *testing.T) {
	s := tellPlain(t)
	entries := unpackEntries(t, unpackFiles(t, s.archive)[blocksFile])
	var written []*entry
	k := &maker{Material: s.world.material(s.election).Material, ctx: t.Context()}
	trusted, err := light.TrustGenesis(s.world.Genesis())
	must(t, err)
	r := &runs{maker: k, trusted: trusted, sets: setList{at: map[light.Hash]int{}}, write: func(e *entry) error { written = append(written, e); return nil }}
	for _, e := range entries {
		item := &runEntry{entry: entry{header: e.header}, commits: s.world.Blocks[e.header.Height].Block.LastCommit}
		if len(e.txs) > 0 {
			item.txs = []entryTx{{raw: make([]byte, maxRunBytes/2)}}
		}
		must(t, r.take(item))
	}
	must(t, r.end())
	var commits []int64
	for _, e := range written {
		if e.commit != nil {
			commits = append(commits, e.header.Height)
		}
	}
	if want := []int64{4, 7}; !slices.Equal(commits, want) { // blocks 2 and 4 are 16 MiB, 6 and 7 too
		t.Errorf("commits of %v, not %v", commits, want)
	}
}

func TestHeadersOfATrailStandBeforeTheirRunAndInIt(t *testing.T) {
	s := tellMoving(t)
	if got, want := heights(t, s.archive), []int64{2, -3, -17, 25, 26, 27, 28, 29, 30, -31}; !slices.Equal(got, want) {
		t.Errorf("the entries are of %v, not %v", got, want)
	}
	// The same, but the validators change within a run.
	w := newWorld(t)
	voters := apptest.Keys("voter", 40)
	e := w.open(voters, nil)
	w.join("validator joining")
	for _, v := range voters[:20] {
		w.Mine(e.Vote(v, 1, ""))
	}
	silent := map[ethkey.Address]bool{}
	for _, k := range apptest.Keys("validator", 3) {
		silent[k.Address()] = true
	}
	w.absent = func(a ethkey.Address) bool { return silent[a] }
	for _, v := range voters[20:] {
		w.MineWithout(w.absent, e.Vote(v, 1, ""))
	}
	w.seal(e)
	got := heights(t, w.archive(e, nil))
	commits := slices.DeleteFunc(slices.Clone(got), func(h int64) bool { return h > 0 })
	if len(got) != 42 || !slices.Equal(commits, []int64{-21, -43}) {
		t.Errorf("the entries are of %v", got)
	}
}

func TestElectionsOfOneBlockAreToldApart(t *testing.T) {
	w := newWorld(t)
	w.Mine()
	voters := apptest.Keys("voter", 3)
	tr := apptest.Census(t, voters)
	nonce := w.Nonce("org")
	p, q := apptest.NewElection(nonce, tr), apptest.NewElection(nonce+1, tr)
	q.Duration = 900
	w.Mine(w.org(p), w.org(q))
	txs := w.Outcome(w.Height()).Txs
	first, second := apptest.Created(t, txs[0].Events, tr), apptest.Created(t, txs[1].Events, tr)
	w.seal(first)
	w.archive(first, nil)
	w.seal(second)
	w.archive(second, func(m *ElectionMaterial) { m.Twins = 1 })
	if _, err := MakeElection(t.Context(), w.material(second), filepath.Join(t.TempDir(), "x")); err == nil {
		t.Error("the second election is made of the transaction that created the first")
	}
}

func TestTransactionsThatTheLawRefusedAreNotOfTheElection(t *testing.T) {
	w := newWorld(t)
	voters := apptest.Keys("voter", 6)
	e := w.open(voters, nil)
	good, bad := e.Vote(voters[0], 1, ""), e.Vote(voters[1], 1, "")
	w.Decided(apptest.Decide(w.Proposal(0, [][]byte{good, good, w.cast(e, voters[2], "", 0, 77), bad})))
	w.seal(e)
	b := w.archive(e, nil)
	for _, entry := range unpackEntries(t, unpackFiles(t, b)[blocksFile]) {
		ours := 0
		for i := range entry.txs {
			if entry.txs[i].raw != nil {
				ours++
			}
		}
		if len(entry.txs) == 4 && ours != 2 {
			t.Errorf("%d of 4 transactions are of the election", ours)
		}
	}

	// What a refused change of an election would have done is not known.
	w = newWorld(t)
	e = w.open(voters, nil)
	w.Decided(apptest.Decide(w.Proposal(0, [][]byte{w.org(&tx.SetStatus{Nonce: 99, Election: e.ID, Status: election.Ended})})))
	w.seal(e)
	_, err := MakeElection(t.Context(), w.material(e), filepath.Join(t.TempDir(), "x"))
	if err == nil || !strings.Contains(err.Error(), "refused a transaction") {
		t.Errorf("a refused change: %v", err)
	}
}

func TestChangesByOthersThanTheOrganisationAreNotedAsUnchecked(t *testing.T) {
	w := newWorld(t)
	voters := apptest.Keys("voter", 3)
	e := w.open(voters, nil)
	bank := apptest.Key("bank")
	w.Mine(w.org(&tx.AddDelegate{Nonce: w.Nonce("org"), Delegates: []ethkey.Address{bank.Address()}}))
	w.Mine(apptest.Sign(t, bank, &tx.SetStatus{Nonce: w.Nonce("bank"), Election: e.ID, Status: election.Paused}))
	w.seal(e)
	v, err := Verify(t.Context(), bytes.NewReader(w.archive(e, nil)), Options{})
	must(t, err)
	i := slices.IndexFunc(v.Checks, func(l check.Line) bool { return l.ID == check.Rules.String() })
	if l := v.Checks[i]; l.Status != check.Passed || !strings.HasPrefix(l.Detail, "1 changes are signed by others") {
		t.Errorf("the report says %+v", l)
	}
}

func TestWithoutAFileThereIsNoArchive(t *testing.T) {
	s := tellPlain(t)
	w := s.world
	path := filepath.Join(t.TempDir(), "x.car")
	lacks := func(missing int, why string, file func(context.Context, string) (io.ReadCloser, error)) {
		t.Helper()
		m := w.material(s.election)
		m.File = file
		_, err1 := MakeElection(t.Context(), m, path)
		_, err2 := MakeChain(t.Context(), ChainMaterial{Material: m.Material, Kept: w.replayed(), Height: w.Height() - 1}, path)
		for _, err := range []error{err1, err2} {
			var lack *MissingError
			if !errors.As(err, &lack) || len(lack.Files) != missing || !strings.Contains(err.Error(), lack.Files[0].URI) || !strings.Contains(err.Error(), why) {
				t.Errorf("%d files are missing: %v", missing, err)
			}
		}
	}
	lacks(2, "", func(context.Context, string) (io.ReadCloser, error) { // other bytes
		return io.NopCloser(strings.NewReader("other bytes")), nil
	})
	lacks(1, "nobody is there", func(_ context.Context, uri string) (io.ReadCloser, error) {
		if strings.Contains(string(w.files[uri]), "rootHash") {
			return io.NopCloser(bytes.NewReader(w.files[uri])), nil
		}
		return nil, errors.New("nobody is there")
	})
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) > 0 {
		t.Errorf("%v is left: %v", left, err)
	}
}

func TestFilesThatNoArchiveCanHoldAreLeftOut(t *testing.T) {
	for name, c := range map[string]struct {
		change           func(w *world, p *tx.NewElection)
		metadata, census bool
		why              string
	}{
		"a URI of another kind": {func(_ *world, p *tx.NewElection) { p.MetadataURI = "https://example.org/x" }, false, true, "URI"},
		"a census of others": {func(w *world, p *tx.NewElection) {
			tr := apptest.Census(t, apptest.Keys("voter", 3))
			p.CensusURI = w.publish(censusDocument(t, tr.Root(), tr.Dump()))
		}, true, false, "root"},
	} {
		w := newWorld(t)
		e := w.open(apptest.Keys("voter", 4), func(p *tx.NewElection) { c.change(w, p) })
		w.seal(e)
		var left []string
		b := w.archive(e, func(m *ElectionMaterial) {
			m.LeftOut = func(_ string, why error) { left = append(left, why.Error()) }
		})
		m, err := readManifest(unpackFiles(t, b)[manifestFile])
		must(t, err)
		if m.metadata != c.metadata || m.census != c.census || len(left) != 1 || !strings.Contains(left[0], c.why) {
			t.Errorf("%s: %+v, %q", name, m, left)
		}
	}
}

func TestMaterialThatDoesNotFitMakesNoArchive(t *testing.T) {
	s := tellPlain(t)
	w := s.world
	disk := errors.New("disk")
	for name, change := range map[string]func(*ElectionMaterial){
		"claims of another height": func(m *ElectionMaterial) { m.Height-- },
		"no claims":                func(m *ElectionMaterial) { m.Claims = nil },
		"claims in another order":  func(m *ElectionMaterial) { m.Claims[0], m.Claims[1] = m.Claims[1], m.Claims[0] },
		"claims of another":        func(m *ElectionMaterial) { m.ID[31] ^= 1 },
		"a claim that is changed":  func(m *ElectionMaterial) { m.Claims[2].Value = flip(slices.Clone(m.Claims[2].Value), -1) },
		"too few blocks":           func(m *ElectionMaterial) { m.Source = &bent{Source: m.Source, last: m.Height + 1} },
		"a block is missing":       func(m *ElectionMaterial) { m.Source = &bent{Source: m.Source, last: 99, skip: 5} },
		"a block of another past":  func(m *ElectionMaterial) { m.Source = &bent{Source: m.Source, last: 99, change: 5} },
		"bytes that are no block":  func(m *ElectionMaterial) { m.Source = &bent{Source: m.Source, last: 99, garbage: 5} },
		"a source that fails":      func(m *ElectionMaterial) { m.Source = &bent{Source: m.Source, err: disk} },
		"no genesis":               func(m *ElectionMaterial) { m.Source = &bent{Source: m.Source, last: 99, genesis: true} },
		"validators of others":     func(m *ElectionMaterial) { m.Validators = usurpers },
		"validators that are lost": func(m *ElectionMaterial) {
			m.Validators = func(context.Context, int64) (light.Validators, error) { return nil, disk }
		},
		"a directory that is not":   func(m *ElectionMaterial) { m.Dir = "/nowhere" },
		"an election with no twins": func(m *ElectionMaterial) { m.Twins = 3 },
	} {
		m := w.material(s.election)
		m.Claims = slices.Clone(m.Claims)
		change(&m)
		dir := t.TempDir()
		_, err := MakeElection(t.Context(), m, filepath.Join(dir, "x.car"))
		if err == nil {
			t.Errorf("%s: there is an archive", name)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: %v is left", name, left)
		}
	}
	m := w.material(s.election)
	if _, err := MakeElection(t.Context(), m, filepath.Join(t.TempDir(), "none", "x.car")); err == nil {
		t.Error("there is an archive in a directory that is not there")
	}
	if left, err := os.ReadDir(m.Dir); err != nil || len(left) > 0 {
		t.Errorf("%v is left of what was collected: %v", left, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := MakeElection(ctx, w.material(s.election), filepath.Join(t.TempDir(), "x.car")); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	d := w.replayed()
	for _, h := range []int64{0, d.Height() + 1} {
		if _, err := MakeChain(t.Context(), ChainMaterial{Material: m.Material, Kept: d, Height: h}, filepath.Join(t.TempDir(), "x.car")); err == nil {
			t.Errorf("there is an archive up to block %d", h)
		}
	}
	for name, source := range map[string]audit.Source{
		"too few blocks": &bent{Source: m.Source, last: 6}, "a block of another past": &bent{Source: m.Source, last: 99, change: 5},
	} {
		m := m.Material
		m.Source = source
		if _, err := MakeChain(t.Context(), ChainMaterial{Material: m, Kept: d, Height: 5}, filepath.Join(t.TempDir(), "x.car")); err == nil {
			t.Errorf("%s: there is an archive of the chain", name)
		}
	}
}

func usurpers(context.Context, int64) (light.Validators, error) {
	f := &forger{keys: map[ethkey.Address]*ethkey.Key{}}
	b := &forged{}
	f.usurp(b)
	return b.by, nil
}

// bent is a source that does not tell everything as it is.
type bent struct {
	audit.Source
	last, skip, change, garbage int64
	genesis                     bool
	err                         error
}

func (b *bent) Genesis(ctx context.Context) ([]byte, error) {
	if b.genesis {
		return []byte("{}"), nil
	}
	return b.Source.Genesis(ctx)
}

func (b *bent) Blocks(ctx context.Context, from int64, visit func([]byte) error) error {
	if b.err != nil {
		return b.err
	}
	height := from - 1
	enough := errors.New("enough")
	err := b.Source.Blocks(ctx, from, func(raw []byte) error {
		switch height++; height {
		case b.skip:
			return nil
		case b.garbage:
			raw = []byte("no block")
		case b.change:
			block, err := parseBlock(raw)
			if err != nil {
				return err
			}
			block.Time = block.Time.Add(1)
			if raw, err = rawBlock(block); err != nil {
				return err
			}
		case b.last + 1:
			return enough
		}
		return visit(raw)
	})
	if errors.Is(err, enough) {
		return nil
	}
	return err
}

// spelled is a source whose genesis has no white space.
type spelled struct{ audit.Source }

func (s spelled) Genesis(ctx context.Context) ([]byte, error) {
	doc, err := s.Source.Genesis(ctx)
	if err != nil {
		return nil, err
	}
	return audit.CanonicalGenesis(doc)
}

func TestAnArchiveDoesNotDependOnHowTheGenesisIsSpelled(t *testing.T) {
	s := tellPlain(t)
	again := s.world.archive(s.election, func(m *ElectionMaterial) { m.Source = spelled{m.Source} })
	if !bytes.Equal(again, s.archive) {
		t.Error("the archives differ")
	}
}
