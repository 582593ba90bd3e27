package gateway

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"urna/anchor"
	"urna/anchor/anchortest"
	"urna/app/apptest"
	"urna/election"
)

// onEthereum is an anchor and a registry of a test chain, and what the gateway
// knows of them.
type onEthereum struct {
	*anchortest.Ethereum
	reader   *anchor.Reader
	registry *anchor.Registry
	heights  []uint64
	next     time.Time
	away     bool
}

func (e *onEthereum) Anchored() Anchored {
	return Anchored{EthereumID: 1337, Anchor: e.reader.Address(), Registry: e.registry.Address(), Heights: e.heights, Next: e.next}
}

func (e *onEthereum) Proved(ctx context.Context, id [32]byte) (bool, error) {
	if e.away {
		return false, errors.New("nobody is here")
	}
	_, err := e.registry.Result(ctx, id)
	return err == nil, err
}

func (e *onEthereum) EstimateGas(ctx context.Context, call []byte) (uint64, error) {
	if e.away {
		return 0, errors.New("nobody is here")
	}
	return e.registry.EstimateGas(ctx, e.Account, call)
}

// anchorAt anchors a height, and tells the gateway.
func (e *onEthereum) anchorAt(c *apptest.Chain, height int64) {
	e.Anchor(e.reader.Address(), height, c.Signed)
	e.heights = append([]uint64{uint64(height)}, e.heights...)
}

// newAnchoredAPI is a gateway of a chain that is anchored.
func newAnchoredAPI(t testing.TB, change func(*Config)) (*api, *onEthereum) {
	t.Helper()
	e := &onEthereum{Ethereum: anchortest.New(t)}
	a := newAPI(t, func(c *Config) {
		if change != nil {
			change(c)
		}
		c.Ethereum, c.Anchor = e, seen{Contract: "0x01", Alarms: []string{}}
	})
	e.reader = anchor.NewReader(e.Deploy(anchortest.Deployment(t, a.Chain).Code()), e.Client)
	e.registry = anchor.NewRegistry(e.Deploy(anchor.RegistryCode(e.reader.Address()), nil), e.Client)
	return a, e
}

// onItsWay asks for an election's result on Ethereum, which must be in a state that
// is explained with these words.
func (a *api) onItsWay(id, state, words string) *anchoredResult {
	a.t.Helper()
	var r anchoredResult
	a.get("/elections/" + id + "/anchor").ok(&r)
	if r.State != state || !strings.Contains(r.Explanation, words) || (r.Call != nil) != (state == resultReady || state == resultRefused) {
		a.t.Errorf("the result is %+v, want %s and %q", r, state, words)
	}
	return &r
}

func TestAResultIsProvedOnEthereumWithWhatTheGatewayAnswers(t *testing.T) {
	a, e := newAnchoredAPI(t, nil)
	voters := apptest.Keys("voter", 3)
	election1, id := a.newElection(voters, nil)
	a.mine(election1.Votes(voters)...)
	a.onItsWay(id, resultNotFinal, "not final yet")
	a.mine(apptest.Sign(t, org, setStatus(a.Nonce("org"), election1.ID, election.Ended)))
	a.mine()
	ended := a.Height()
	for range 4 {
		a.mine()
	}
	if r := a.onItsWay(id, resultNotAnchored, "Nobody has told"); r.Anchored != 0 || r.Next != nil {
		t.Errorf("before anything is anchored: %+v", r)
	}
	e.anchorAt(a.Chain, 2)
	e.next = time.Date(2027, 1, 2, 3, 4, 5, 6, time.UTC)
	if r := a.onItsWay(id, resultNotAnchored, "anchored by 2027-01-02T03:04:05Z"); r.Anchored != 2 {
		t.Errorf("when an old block is anchored: %+v", r)
	}

	e.anchorAt(a.Chain, ended+1)
	e.away = true
	if r := a.onItsWay(id, resultReady, "was measured to take"); r.Call.Gas != tableGas || r.Call.GasSource != gasTable {
		t.Errorf("without an answer from Ethereum: %+v", r.Call)
	}
	e.away = false
	r := a.onItsWay(id, resultReady, "anybody")
	if r.Call.GasSource != gasEstimated || r.Call.Gas < 60_000 || r.Call.Gas > tableGas || r.Call.Height != uint64(ended+1) || r.Call.To != e.registry.Address().Hex() {
		t.Errorf("the call is %+v", r.Call)
	}
	data, err := hex.DecodeString(strings.TrimPrefix(r.Call.Data, "0x"))
	if err != nil {
		t.Fatal(err)
	}
	e.Call(e.registry.Address(), data, nil)
	got, err := e.registry.Result(t.Context(), election1.ID)
	if err != nil || got.Votes != 3 {
		t.Errorf("the registry has %+v, %v", got, err)
	}
	a.onItsWay(id, resultProved, "proved already")

	other, otherID := a.newElection(voters[:2], nil)
	a.mine(apptest.Sign(t, org, setStatus(a.Nonce("org"), other.ID, election.Canceled)))
	a.onItsWay(otherID, resultNotFinal, "was canceled")

	// A registry of another anchor, in which this height has another root.
	e.registry = anchor.NewRegistry(e.Deploy(anchor.RegistryCode(e.Deploy(anchortest.Deployment(t, a.Chain).Code())), nil), e.Client)
	a.onItsWay(id, resultRefused, "Do not send")
}

func TestAHeightWhoseStateIsGoneIsNotProved(t *testing.T) {
	a, e := newAnchoredAPI(t, nil)
	voters := apptest.Keys("voter", 1)
	ended, id := a.newElection(voters, nil)
	a.mine(apptest.Sign(t, org, setStatus(a.Nonce("org"), ended.ID, election.Ended)))
	a.mine()
	height := a.Height()
	e.anchorAt(a.Chain, height)
	a.onItsWay(id, resultReady, "")
	e.heights = append([]uint64{1 << 40}, e.heights...) // this node is behind
	a.onItsWay(id, resultReady, "")
	e.heights = e.heights[1:]
	for range 110 {
		a.mine()
	}
	a.onItsWay(id, resultNotAnchored, "can no longer make proofs")
	e.anchorAt(a.Chain, a.Height()-1)
	a.onItsWay(id, resultReady, "")
}

func TestAGatewayThatKnowsNoAnchorSaysSo(t *testing.T) {
	a := newAPI(t, nil)
	a.get("/elections/"+strings.Repeat("ab", 32)+"/anchor").refused(http.StatusNotImplemented, codeNoAnchor, "no registry")
	a.get("/elections/12/anchor").refused(http.StatusBadRequest, codeElectionID)
	b, _ := newAnchoredAPI(t, nil)
	b.get("/elections/"+strings.Repeat("ab", 32)+"/anchor").refused(http.StatusNotFound, codeElectionNotFound)
}
