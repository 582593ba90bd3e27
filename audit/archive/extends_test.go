package archive

import (
	"bytes"
	"testing"
	"time"

	"urna/app/apptest"
	"urna/genesis"
	"urna/internal/check"
)

func extends(t *testing.T, old, new []byte) (*Extension, error) {
	t.Helper()
	return Extends(t.Context(), bytes.NewReader(old), bytes.NewReader(new), Options{Dir: t.TempDir()})
}

func TestALongerArchiveExtendsAShorterOne(t *testing.T) {
	s := tellPlain(t)
	last := s.world.Height() - 1
	short, long := s.chain(5, nil), s.chain(last, nil)
	for _, c := range []struct {
		name         string
		old, new     []byte
		common, only uint64
	}{
		{"chain and chain", short, long, 6, 0},
		{"a chain and itself", long, long, uint64(last) + 1, 0},
		{"election and chain", s.archive, long, 7, 0},
		{"an election and itself", s.archive, s.archive, 7, 0},
		{"chain and election", short, s.archive, 5, 1},
	} {
		e, err := extends(t, c.old, c.new)
		if err != nil || e.Common != c.common || e.Only != c.only {
			t.Errorf("%s: %v, %d in common, %d only in the old one", c.name, err, e.Common, e.Only)
		}
	}
	_, err := extends(t, long, short)
	fails(t, "a shorter chain", err, check.Headers)
	_, err = extends(t, s.archive, short)
	fails(t, "a chain that ends before the election", err, check.Headers)
}

func TestAnotherPastDoesNotExtend(t *testing.T) {
	s := tellPlain(t)
	f := newForger(t, s.world, s.archive)
	onHeader(3, func(b *forged) { b.h.Time = b.h.Time.Add(time.Millisecond) })(f)
	bent := f.build()
	for name, new := range map[string][]byte{"election": s.archive, "chain": s.chain(s.world.Height()-1, nil)} {
		_, err := extends(t, bent, new)
		fails(t, name, err, check.Headers)
	}
	_, err := extends(t, s.archive, bent)
	fails(t, "the other way round", err, check.Headers)

	other := &world{Chain: apptest.New(t, apptest.Options{Nodes: 3, Genesis: func(d *genesis.Doc) { d.Params.JoinPower = 99 }}), t: t, files: map[string][]byte{}}
	e := other.open(apptest.Keys("voter", 2), nil)
	_, err = extends(t, s.archive, other.told("other", "", e, nil).archive)
	fails(t, "another genesis", err, check.Genesis)

	broken := bytes.Clone(s.archive)
	broken[len(broken)-5] ^= 1
	_, err = extends(t, broken, s.archive)
	fails(t, "an old archive that is broken", err, check.Content)
	_, err = extends(t, s.archive, broken)
	fails(t, "a new archive that is broken", err, check.Content)
}
