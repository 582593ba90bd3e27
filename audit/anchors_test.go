package audit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient/simulated"

	"urna/anchor"
	"urna/anchor/anchortest"
	"urna/app/apptest"
	"urna/audit"
	"urna/chain/light"
	"urna/election"
	"urna/genesis"
	"urna/internal/check"
	"urna/state"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(anchor.Explain(err))
	}
}

// anchored is a chain that was anchored at some heights.
func anchored(t testing.TB, c *apptest.Chain, heights ...int64) (*anchortest.Ethereum, audit.Anchor) {
	t.Helper()
	e := anchortest.New(t)
	at := e.Deploy(anchortest.Deployment(t, c).Code())
	registry := e.Deploy(anchor.RegistryCode(at), nil)
	for _, h := range heights {
		e.Anchor(at, h, c.Signed)
	}
	return e, audit.Anchor{Anchor: anchor.NewReader(at, e.Client), Registry: anchor.NewRegistry(registry, e.Client)}
}

// claim proves the record under a key after the block of a height.
func claim(t testing.TB, c *apptest.Chain, height int64, key []byte) light.Claim {
	t.Helper()
	dir := t.TempDir()
	_, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Dir: dir, To: height})
	must(t, err)
	d, err := audit.OpenDirectory(dir)
	must(t, err)
	defer func() { must(t, d.Close()) }()
	out, err := light.NewClaim(d.View(), key)
	must(t, err)
	return out
}

// prove sends the call that proves a result.
func prove(e *anchortest.Ethereum, a audit.Anchor, id election.ID, height uint64, root [32]byte, c light.Claim) {
	call, err := anchor.ResultCall(id, height, root, c.Value, c.Proof)
	e.Call(a.Registry.Address(), call, err)
}

// fails replays a chain, which must break a check.
func fails(t *testing.T, o audit.Options, want check.ID, words string) *audit.Verdict {
	t.Helper()
	v, err := audit.Replay(t.Context(), o)
	f, failed := check.Failed(err)
	if !failed || f.Check != want || !strings.Contains(err.Error(), words) {
		t.Fatalf("the replay ends with %v, want %s and %q", err, want, words)
	}
	broken := 0
	for _, l := range v.Checks {
		if l.Status == check.Broken {
			broken++
			if l.ID != want.String() {
				t.Errorf("the report names %s", l.ID)
			}
		}
	}
	var b strings.Builder
	v.WriteText(&b)
	if broken != 1 || v.OK || v.Error == "" || check.ExitCode(err) != int(check.Anchors) || !strings.Contains(b.String(), "What stands on Ethereum is NOT") {
		t.Errorf("%d lines of the report say so: %+v\n%s", broken, v, b.String())
	}
	return v
}

func TestWhatStandsOnEthereumIsCompared(t *testing.T) {
	c, e := story(t)
	ethereum, a := anchored(t, c, 2, 5, 9)
	p := claim(t, c, 8, state.ResultKey(e.ID))
	prove(ethereum, a, e.ID, 9, [32]byte(c.Blocks[7].Root), p)
	for height, want := range map[int64][3]int{c.Height(): {3, 1, 1}, 6: {2, 1, 0}} {
		v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Anchor: &a, To: height})
		must(t, err)
		got := v.Anchor
		if !v.OK || got.Height != 9 || [3]int{got.Blocks, got.Sets, got.Results} != want || got.Above+got.Blocks+got.Sets+got.Results != 5 {
			t.Errorf("to %d: %+v", height, got)
		}
		for _, l := range v.Checks {
			if id := l.ID; (id == "V33" || id == "V34" || id == "V35" || id == "V52" || id == "V36" && want[2] == 1) && l.Status != check.Passed {
				t.Errorf("to %d: %+v", height, l)
			}
		}
		var b strings.Builder
		v.WriteText(&b)
		if !strings.Contains(b.String(), "says the same") || strings.Contains(b.String(), "were not compared") != (height == 6) {
			t.Errorf("to %d: %s", height, b.String())
		}
	}
	a.Registry = nil
	v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Anchor: &a})
	if err != nil || v.Anchor.Results != 0 || v.Anchor.Registry != "" {
		t.Errorf("without a registry: %+v, %v", v.Anchor, err)
	}
	v, err = audit.Replay(t.Context(), audit.Options{Source: c.Source()})
	if err != nil || v.Anchor != nil {
		t.Errorf("when nobody asks: %+v, %v", v.Anchor, err)
	}
}

func TestEveryChangeOfTheValidatorsOnEthereumIsCompared(t *testing.T) {
	c := seats(t)
	_, a := anchored(t, c, c.Height()-1)
	v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Anchor: &a})
	if err != nil || v.Anchor.Sets != 3 || v.Anchor.Blocks != 3 {
		t.Errorf("%+v, %v", v.Anchor, err)
	}
}

func TestAReplayInPartsComparesEverything(t *testing.T) {
	c, _ := story(t)
	_, a := anchored(t, c, 2, 5, 9)
	dir := t.TempDir()
	for _, to := range []int64{4, 6, 0} {
		v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Dir: dir, Anchor: &a, To: to})
		if err != nil || to == 0 && v.Anchor.Blocks != 3 {
			t.Fatalf("to %d: %+v, %v", to, v, err)
		}
	}
	f := forge(t, c)
	f.block(5).AppHash[0] ^= 1
	_, err := audit.Replay(t.Context(), audit.Options{Source: f, Dir: dir, Anchor: &a})
	if failure, failed := check.Failed(err); !failed || failure.Check != check.Headers || !strings.Contains(err.Error(), "now shows block 5") {
		t.Errorf("a source that rewrites what was replayed: %v", err)
	}
	f.block(5).AppHash[0] ^= 1
	f.raws[4] = []byte("nothing")
	if _, err = audit.Replay(t.Context(), audit.Options{Source: f, Dir: dir, Anchor: &a}); err == nil {
		t.Error("a source that has lost what was replayed is believed")
	}
}

func TestOtherCodeIsNamed(t *testing.T) {
	c, _ := story(t)
	e, a := anchored(t, c, 2)
	d := anchortest.Deployment(t, c)
	d.ChainID += "x"
	ofAnother := e.Deploy(d.Code())
	under := func(at anchor.Address) *anchor.Registry {
		return anchor.NewRegistry(e.Deploy(anchor.RegistryCode(at), nil), e.Client)
	}
	for words, lie := range map[string]audit.Anchor{
		"not that of an anchor of chain":             {Anchor: anchor.NewReader(ofAnother, e.Client)},
		"not that of an anchor of chain \"urna/test": {Anchor: anchor.NewReader(e.Account, e.Client)},
		"0x0100000000000000000000000000000000000000": {Anchor: anchor.NewReader(anchor.Address{1}, e.Client)},
		a.Registry.Address().Hex():                   {Anchor: anchor.NewReader(a.Registry.Address(), e.Client)},
		"not that of a registry":                     {Anchor: a.Anchor, Registry: under(ofAnother)},
		"a registry of results under the anchor":     {Anchor: a.Anchor, Registry: anchor.NewRegistry(a.Anchor.Address(), e.Client)},
	} {
		v := fails(t, audit.Options{Source: c.Source(), Anchor: &lie}, check.AnchorCode, words)
		if v.Height != 0 {
			t.Error("the chain was replayed all the same")
		}
	}
}

func TestAWrongFirstSetIsNamed(t *testing.T) {
	c, _ := story(t)
	e := anchortest.New(t)
	for words, change := range map[string]func(*anchor.Deployment){
		"took office above height 0": func(d *anchor.Deployment) { d.Validators = d.Validators[:3] },
		"took office above height 4": func(d *anchor.Deployment) { d.Height, d.Validators[0].Power = 4, 99 },
		"created with the time":      func(d *anchor.Deployment) { d.Time++ },
	} {
		d := anchortest.Deployment(t, c)
		change(&d)
		a := audit.Anchor{Anchor: anchor.NewReader(e.Deploy(d.Code()), e.Client)}
		fails(t, audit.Options{Source: c.Source(), Anchor: &a}, check.AnchoredSets, words)
	}
}

// signed is a header of the forger's, with the commit that the next block holds.
func (f *forger) signed(c *apptest.Chain) anchortest.Signed {
	return func(height int64) (*light.Block, error) {
		b, err := c.Signed(height)
		if err != nil {
			return nil, err
		}
		if b.Header, err = light.HeaderOf(&f.block(int(height)).Header); err != nil {
			return nil, err
		}
		b.Commit, err = light.CommitOf(f.block(int(height)+1).LastCommit, b.Header.Hash())
		return b, err
	}
}

// lie is a chain whose validators have signed another root in a block.
func lie(t testing.TB, c *apptest.Chain, height int, root []byte) *forger {
	t.Helper()
	f := forge(t, c)
	f.block(height).AppHash = root
	f.relink(height)
	return f
}

func TestAnAnchoredForkIsNamed(t *testing.T) {
	c, _ := story(t)
	f := lie(t, c, 5, make([]byte, 32))
	for _, height := range []int64{5, 6} { // the lie itself, and what is built on it
		e, a := anchored(t, c, 2, 4)
		e.Anchor(a.Anchor.Address(), height, f.signed(c))
		fails(t, audit.Options{Source: c.Source(), Anchor: &a}, check.AnchoredBlocks, "was anchored as")
		// Whoever shows the truth freezes the anchor; the lie is still named first.
		e.ShowFork(a.Anchor.Address(), height, c.Signed, f.signed(c))
		fails(t, audit.Options{Source: c.Source(), Anchor: &a}, check.AnchoredBlocks, "was anchored as")
		v := fails(t, audit.Options{Source: c.Source(), Anchor: &a, To: 4}, check.AnchorForks, "two signed blocks of height")
		if v.Anchor.FrozenFrom != uint64(height) {
			t.Errorf("%+v", v.Anchor)
		}
	}
}

// forgedResult is a state that holds another result of an election.
func forgedResult(t testing.TB, id election.ID, votes uint64) ([]byte, light.Claim) {
	t.Helper()
	s, err := state.Open(state.Config{})
	must(t, err)
	defer func() { must(t, s.Close()) }()
	f := s.Fork()
	p := genesis.Default()
	must(t, f.SetParams(&p))
	must(t, f.SetResult(id, &state.Result{Votes: votes, Method: state.MethodRunningSum, Height: 7}))
	_, err = s.Seal(f)
	must(t, err)
	must(t, s.Commit(f, nil))
	c, err := light.NewClaim(s.View(), state.ResultKey(id))
	must(t, err)
	root := s.Root()
	return root[:], c
}

func TestAWrongResultIsNamed(t *testing.T) {
	c, e := story(t)
	for words, id := range map[string]election.ID{"got the result []": e.ID, "which has none": {1}} {
		root, claim := forgedResult(t, id, 99)
		// The lie stands on Ethereum above what is replayed: as an anchored block it
		// is not compared.
		to := int(c.Height())
		f := lie(t, c, to, root)
		ethereum, a := anchored(t, c, 2)
		ethereum.Anchor(a.Anchor.Address(), int64(to), f.signed(c))
		prove(ethereum, a, id, uint64(to), [32]byte(root), claim)
		fails(t, audit.Options{Source: c.Source(), Anchor: &a, To: int64(to) - 1}, check.AnchoredResults, words)
		fails(t, audit.Options{Source: c.Source(), Anchor: &a}, check.AnchoredBlocks, "was anchored as")
	}
}

// deaf is a node of Ethereum that shows no events.
type deaf struct{ simulated.Client }

func (deaf) FilterLogs(context.Context, ethereum.FilterQuery) ([]types.Log, error) { return nil, nil }

// shy shows none but the first.
type shy struct{ simulated.Client }

func (s shy) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	logs, err := s.Client.FilterLogs(ctx, q)
	return logs[:min(1, len(logs))], err
}

func TestAnEthereumThatDoesNotShowEverythingIsNoEvidence(t *testing.T) {
	c := seats(t)
	e, a := anchored(t, c, c.Height()-1)
	at := a.Anchor.Address()
	head, _, err := a.Anchor.Head(t.Context())
	must(t, err)
	first, err := a.Anchor.Changes(t.Context(), 0, head)
	must(t, err)
	for words, a := range map[string]audit.Anchor{
		"was not deployed in the blocks": {Anchor: anchor.NewReader(at, deaf{e.Client})},
		"shows no event for height":      {Anchor: anchor.NewReader(at, shy{e.Client})},
		"was deployed before block":      {Anchor: a.Anchor, From: first[0].Block + 1},
	} {
		_, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Anchor: &a})
		if _, failed := check.Failed(err); failed || err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", words, err)
		}
	}
}
