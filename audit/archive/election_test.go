package archive

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"urna/app/apptest"
	"urna/chain/light"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/state"
)

func TestAnElectionIsArchivedAndVerified(t *testing.T) {
	w := newWorld(t)
	voters := apptest.Keys("voter", 30)
	e := w.open(voters, nil)
	w.Mine(e.Votes(voters[:10])...)
	w.Mine()
	w.Mine(e.Votes(voters[10:20])...)
	w.Mine(e.Vote(voters[3], 7, "again"), e.Vote(voters[25], 2, ""))
	for range 20 {
		w.Mine()
	}
	w.Mine(e.Vote(voters[3], 8, "and again"))
	w.seal(e)
	b := w.archive(e, nil)
	v, err := Verify(context.Background(), bytes.NewReader(b), Options{})
	must(t, err)
	o := v.Election
	if o.Voters != 21 || o.Votes != 23 || o.Overwritten != 2 || o.Members != 30 || o.Weight != "21" || v.Trusted {
		t.Errorf("the verdict is %+v", o)
	}
	if o.Description == nil || o.Description.Title != "Which tree?" {
		t.Errorf("the description is %+v", o.Description)
	}
	for _, l := range v.Checks {
		if l.Status != "passed" {
			t.Errorf("%+v", l)
		}
	}
	if !bytes.Equal(b, w.archive(e, nil)) {
		t.Error("made again, it has other bytes")
	}
}

func TestAnArchiveShowsItsVoteLog(t *testing.T) {
	s := tellWeighted(t)
	var log []byte
	size := 0
	doc, v, err := Log(t.Context(), bytes.NewReader(s.archive), Options{}, func(record []byte) error {
		log, size = append(log, record...), size+1
		return nil
	})
	must(t, err)
	view := s.world.Nodes[0].App.View()
	for pos := range uint64(size) {
		r, err := view.VoteAt(s.election.ID, pos)
		must(t, err)
		w := codec.Writer{}
		r.Append(&w)
		if !bytes.HasPrefix(log, w.B) {
			t.Fatalf("record %d is another one", pos)
		}
		log = log[len(w.B):]
	}
	if uint64(size) != v.Election.Votes || len(log) > 0 {
		t.Errorf("%d records of %d votes", size, v.Election.Votes)
	}
	trusted, err := light.TrustGenesis(s.world.Genesis())
	must(t, err)
	must(t, doc.Verify(trusted, check.NewReport('T')))
	if len(doc.Claims) != 1 || !bytes.Equal(doc.Claims[0].Key, state.LogKey(s.election.ID)) {
		t.Errorf("the document claims %+v", doc.Claims)
	}
	broken := bytes.Clone(s.archive)
	broken[len(broken)-9] ^= 1
	if _, _, err := Log(t.Context(), bytes.NewReader(broken), Options{}, func([]byte) error { return nil }); err == nil {
		t.Error("a broken archive has a log")
	}
	if _, _, err := Log(t.Context(), bytes.NewReader(s.archive), Options{}, func([]byte) error { return errors.New("disk") }); err == nil {
		t.Error("the error of add is lost")
	}
	if _, _, err := Log(t.Context(), bytes.NewReader(s.chain(3, nil)), Options{}, func([]byte) error { return nil }); err == nil {
		t.Error("a chain has one log")
	}
}
