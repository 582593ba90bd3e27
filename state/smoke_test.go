package state

import "testing"

func TestSmoke(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, Config{Dir: dir})
	f := s.Fork()
	first(t, f)
	id := electionID(1)
	must(t, f.CreateElection(settingsOf(id), newStage()))
	for i := range 700 {
		c := f.Begin()
		cast(t, c, id, i%300, 1)
		c.Merge()
	}
	r := commit(t, s, f)
	f = s.Fork()
	for i := range 700 {
		c := f.Begin()
		cast(t, c, id, i%400, 2)
		c.Merge()
	}
	r2 := commit(t, s, f)
	t.Logf("%x %x", r, r2)
	must(t, s.Close())
	s = openStore(t, Config{Dir: dir, Check: Full})
	if s.Root() != r2 || s.Height() != 2 {
		t.Fatal("differs")
	}
	must(t, s.Close())
}
