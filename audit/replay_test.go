package audit_test

import (
	"testing"

	"urna/app/apptest"
	"urna/audit"
	"urna/election"
	"urna/tx"
)

// story is a chain with an election that is closed and sealed, one that is open,
// overwrites, and empty blocks.
func story(t *testing.T) (c *apptest.Chain, closed *apptest.Election) {
	c = apptest.New(t, apptest.Options{Nodes: 4})
	voters := apptest.Keys("voter", 20)
	a, b := c.OpenElection(voters, nil), c.OpenElection(voters, nil)
	c.Mine(a.Votes(voters[:15])...)
	c.Mine(b.Votes(voters)...)
	c.Mine(a.Vote(voters[1], 7, "again"), a.Vote(voters[2], 7, "again"))
	c.Mine(a.Vote(voters[1], 8, "once more"))
	c.Mine(apptest.Sign(t, apptest.Key("org"), &tx.SetStatus{Nonce: c.Nonce("org"), Election: a.ID, Status: election.Ended}))
	for range 3 {
		c.Mine()
	}
	return c, a
}

func TestAChainIsWhatTheLawMakesOfIt(t *testing.T) {
	c, _ := story(t)
	v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source()})
	if err != nil {
		t.Fatal(err)
	}
	if !v.OK || v.Height != c.Height() || v.Votes != 38 || v.Overwrites != 3 || len(v.Elections) != 2 {
		t.Errorf("the verdict is %+v", v)
	}
}
