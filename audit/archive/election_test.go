package archive

import (
	"bytes"
	"context"
	"testing"

	"urna/app/apptest"
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
