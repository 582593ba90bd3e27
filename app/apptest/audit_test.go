package apptest

import (
	"fmt"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
)

// recorder is a test that notes what is said of it and ends when it is told to.
type recorder struct {
	testing.TB
	said     []string
	cleanups []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, a ...any) {
	r.said = append(r.said, fmt.Sprintf(format, a...))
}
func (r *recorder) Fatalf(format string, a ...any) { r.Errorf(format, a...) }

func (r *recorder) end() string {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
	return strings.Join(r.said, "\n")
}

func TestATestWhoseChainIsBrokenFails(t *testing.T) {
	for name, spoil := range map[string]struct {
		want string
		how  func(c *Chain)
	}{
		"nothing":       {"", func(*Chain) {}},
		"a transaction": {"V44", func(c *Chain) { c.Blocks[1].Block.Data = cmttypes.Data{Txs: cmttypes.Txs{[]byte("garbage")}} }},
		"a root": {"V23", func(c *Chain) {
			c.state.AppHash = make([]byte, 32)
			c.root = c.state.AppHash
		}},
		"a block that is lost": {"V21", func(c *Chain) { c.Blocks[0] = c.Blocks[1] }},
	} {
		r := &recorder{TB: t}
		c := New(r, Options{Nodes: 2})
		for range 3 {
			c.Mine()
		}
		spoil.how(c)
		if said := r.end(); !strings.Contains(said, spoil.want) || (said == "") != (spoil.want == "") {
			t.Errorf("%s: the test is told %q, want %s", name, said, spoil.want)
		}
	}
}

func TestABlockThatConsensusWouldNotDecideMustBeExcused(t *testing.T) {
	for name, spoil := range map[string]func(*abci.RequestFinalizeBlock){
		"nobody has signed":   func(r *abci.RequestFinalizeBlock) { r.DecidedLastCommit.Votes = nil },
		"a stranger proposes": func(r *abci.RequestFinalizeBlock) { r.ProposerAddress = make([]byte, 20) },
		"a stranger cheats": func(r *abci.RequestFinalizeBlock) {
			r.Misbehavior = []abci.Misbehavior{{Validator: abci.Validator{Address: make([]byte, 20)}}}
		},
		"a stranger has signed": func(r *abci.RequestFinalizeBlock) { r.DecidedLastCommit.Votes[0].Validator.Address = make([]byte, 20) },
	} {
		r := &recorder{TB: t}
		c := New(r, Options{})
		c.Mine()
		p := Decide(c.Proposal(0, nil))
		spoil(p)
		c.Decided(p)
		if said := strings.Join(r.said, "\n"); !strings.Contains(said, "must call Unaudited") {
			t.Errorf("%s: the test is told %q", name, said)
		}
		r.end()

		r = &recorder{TB: t}
		c = New(r, Options{})
		c.Mine()
		c.Unaudited("the test wants " + name)
		p = Decide(c.Proposal(0, nil))
		spoil(p)
		c.Decided(p)
		if said := r.end(); said != "" {
			t.Errorf("%s, with an excuse: the test is told %q", name, said)
		}
	}
}
