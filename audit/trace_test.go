package audit_test

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/app/apptest"
	"urna/chain/light"
	"urna/internal/check"
	"urna/state"
	"urna/tx"
)

// prover is a forger who keeps a state that fits the roots that he shows.
type prover struct {
	*forger
	chain   *apptest.Chain
	headers *forger // on which proofs hang
	fails   error
}

func (p *prover) Record(_ context.Context, height int64, key []byte) ([]byte, error) {
	if p.fails != nil {
		return nil, p.fails
	}
	view, err := p.chain.Nodes[0].App.Store().ViewAt(height)
	if err != nil {
		return nil, err
	}
	d, err := light.NewDocument(view, key)
	if err != nil {
		return nil, err
	}
	signed := &light.Block{}
	if signed.Header, err = light.HeaderOf(&p.headers.block(int(height) + 1).Header); err != nil {
		return nil, err
	}
	if signed.Commit, err = light.CommitOf(p.headers.block(int(height)+2).LastCommit, signed.Header.Hash()); err != nil {
		return nil, err
	}
	trusted, err := light.TrustGenesis(p.genesis)
	if err != nil {
		return nil, err
	}
	signed.Validators = trusted.Validators
	if err := d.Anchor([]*light.Block{signed}); err != nil {
		return nil, err
	}
	return d.Encode(), nil
}

// A chain that hides a vote after it was counted keeps the roots, or it would
// have to make another state from there on.
func hideAVote(t *testing.T) (*prover, *apptest.Election) {
	c, e := story(t)
	return hide(t, c, 4), e
}

// hide takes the first transaction out of a block.
func hide(t *testing.T, c *apptest.Chain, height int) *prover {
	f := forge(t, c)
	b := f.block(height)
	b.Data = cmttypes.Data{Txs: b.Txs[1:]}
	fill(b)
	f.block(height + 1).LastResultsHash = resultsHash(make([]tx.Code, len(b.Txs)))
	f.relink(height)
	return &prover{forger: f, chain: c, headers: f}
}

func TestADifferenceIsTracedToItsFirstKey(t *testing.T) {
	p, e := hideAVote(t)
	v := refused(t, p, check.State, "the vote log of election "+e.ID.String())
	d := v.Difference
	if d == nil || d.Height != 4 || d.Key != hex.EncodeToString(state.LogKey(e.ID)) || d.Value == nil || d.ShownValue == nil {
		t.Fatalf("the difference is %+v", d)
	}
	view, err := p.chain.Nodes[0].App.Store().ViewAt(4)
	if err != nil {
		t.Fatal(err)
	}
	value, _, err := view.Prove(state.LogKey(e.ID))
	if err != nil || *d.ShownValue != hex.EncodeToString(value) || *d.Value == *d.ShownValue {
		t.Errorf("the values are %s and %s", *d.ShownValue, *d.Value)
	}
	if d.Shown != hex.EncodeToString(p.chain.Blocks[3].Root) || d.Root == d.Shown {
		t.Errorf("the roots are %s and %s", d.Shown, d.Root)
	}
	var text strings.Builder
	v.WriteText(&text)
	for _, want := range []string{"NOT what the law makes of it", "first key that differs: " + d.Key, *d.Value, *d.ShownValue} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the verdict does not say %q:\n%s", want, text.String())
		}
	}
}

func TestWithoutProofsTheVerdictSaysThatNoKeyIsKnown(t *testing.T) {
	p, _ := hideAVote(t)
	if v := refused(t, p.forger, check.State, "root"); v.Difference.Key != "" || !strings.Contains(v.Difference.Note, "a forger gives no proofs") {
		t.Errorf("%+v", v.Difference)
	}
	p.fails = errors.New("the height is pruned")
	if v := refused(t, p, check.State, "root"); !strings.Contains(v.Difference.Note, "pruned") {
		t.Errorf("%+v", v.Difference)
	}
	// Proofs that are not against the root that is shown are none.
	p.fails, p.headers = nil, forge(t, p.chain)
	p.block(5).AppHash[0] ^= 1
	p.relink(5)
	if v := refused(t, p, check.State, "root"); v.Difference.Key != "" || !strings.Contains(v.Difference.Note, "V23") {
		t.Errorf("%+v", v.Difference)
	}
}

func TestADifferenceInAnotherRecordIsSaidToBeThere(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	c.Mine()
	c.Mine(apptest.Sign(t, apptest.Key("bank"), &tx.SendTokens{To: apptest.Key("org").Address(), Amount: 1}))
	c.Mine()
	v := refused(t, hide(t, c, 2), check.State, "root")
	if v.Difference.Key != "" || !strings.Contains(v.Difference.Note, "it changes another one") {
		t.Errorf("%+v", v.Difference)
	}
}
