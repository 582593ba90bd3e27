package anchor

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient/simulated"

	"urna/state"
)

// capped is a node that refuses to search many blocks at once, as public ones do.
type capped struct {
	simulated.Client
	most  uint64
	asked int
}

type refusedRange struct{ error }

func (refusedRange) ErrorCode() int { return -32005 }

func (c *capped) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	c.asked++
	if n := q.ToBlock.Uint64() - q.FromBlock.Uint64() + 1; n > c.most {
		return nil, refusedRange{errors.New("too many blocks")}
	}
	return c.Client.FilterLogs(ctx, q)
}

func TestAHistoryHasEverythingInItsOrder(t *testing.T) {
	ctx := context.Background()
	e := newEthereum(t)
	id := electionID(1)
	s := results(t, map[[32]byte]*state.Result{id: outcome(30, 10, 20)})
	c := newChain(t, testChainID, equal(4, 10)...)
	c.time = time.Now().UTC()
	w := newWorld(t, c)
	at := e.send(nil, w.code()).ContractAddress
	registry := e.send(nil, RegistryCode(at)).ContractAddress
	for _, h := range []how{{}, {change: []*cmttypes.Validator{c.validator(3)}}, {app: s.root()}} {
		b := w.next(h)
		e.clock(b.Time)
		e.send(&at, w.call(b))
		if b.Height == 2 { // it changes the set
			w.since = 2
		}
	}
	lie := w.copy()
	one, other := w.next(how{}), lie.next(how{fork: "other"})
	e.clock(one.Time)
	e.send(&registry, proveCall(t, s, id, 3))
	r, results := NewReader(at, e.client), NewRegistry(registry, e.client)
	if err := results.CheckCode(ctx, at); err != nil {
		t.Error(err)
	}
	if of, err := results.Anchor(ctx); err != nil || of != at {
		t.Errorf("the registry is under %s, %v", of, err)
	}
	if err := results.CheckCode(ctx, registry); !errors.Is(err, ErrCode) {
		t.Errorf("as a registry of another anchor: %v", err)
	}
	got, err := results.Result(ctx, id)
	if err != nil || fmt.Sprint(got.Rows) != "[[10 20]]" || got.Votes != 30 || got.Weight.Uint64() != 30 {
		t.Errorf("the registry says %v, %v", got, err)
	}
	_, err = results.Result(ctx, electionID(2))
	refused(t, err, "NotProved")
	_, err = results.EstimateGas(ctx, e.account.From, proveCall(t, s, id, 3))
	refused(t, err, "AlreadyProved")
	e.send(&at, w.show([]*block{one}, []*block{other}, 2, nil))

	head, _, err := r.Head(ctx)
	must(t, err)
	h, err := r.History(ctx, 0, head)
	must(t, err)
	anchored, err := r.Anchored(ctx, 0, head)
	must(t, err)
	changes, err := r.Changes(ctx, 0, head)
	must(t, err)
	if fmt.Sprint(h.Anchored) != fmt.Sprint(anchored) || fmt.Sprint(h.Changes) != fmt.Sprint(changes) || len(anchored) != 3 || len(changes) != 2 {
		t.Errorf("the history is %+v", h)
	}
	if len(h.Forks) != 1 || h.Forks[0].Height != 4 {
		t.Errorf("the forks are %+v", h.Forks)
	}
	before, err := r.LatestAt(ctx, h.Anchored[2].Block-1)
	if err != nil || before.Height != 2 {
		t.Errorf("before the last one it stood at %+v, %v", before, err)
	}
	for _, most := range []uint64{1, 2, 5} {
		node := &capped{Client: e.client, most: most}
		again, err := NewReader(at, node).History(ctx, 0, head)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(h) {
			t.Errorf("in pieces of %d blocks: %+v, %v", most, again, err)
		}
		proved, err := NewRegistry(registry, node).Proved(ctx, 0, head)
		if err != nil || len(proved) != 1 || proved[0].Election != id || proved[0].Anchored != 3 || fmt.Sprint(proved[0].Result) != fmt.Sprint(got) {
			t.Errorf("in pieces of %d blocks: %+v, %v", most, proved, err)
		}
	}
	node := &capped{Client: e.client}
	if _, err := NewReader(at, node).History(ctx, 0, head); err == nil || node.asked > 20 {
		t.Errorf("a node that refuses everything was asked %d times: %v", node.asked, err)
	}
}

func TestAnAnchorIsToldByItsCodeWithoutAnyDetail(t *testing.T) {
	ctx := context.Background()
	e := newEthereum(t)
	w := newWorld(t, newChain(t, testChainID, equal(4, 10)...))
	at := e.send(nil, w.code()).ContractAddress
	for id, want := range map[string]error{testChainID: nil, testChainID + "x": ErrCode} {
		if period, err := NewReader(at, e.client).CheckChain(ctx, id); !errors.Is(err, want) || err == nil && period != trustingPeriod {
			t.Errorf("as an anchor of %q: %s, %v", id, period, err)
		}
	}
	registry := e.send(nil, RegistryCode(at)).ContractAddress
	for _, other := range []common.Address{registry, {}, {1}, e.account.From} {
		if _, err := NewReader(other, e.client).CheckChain(ctx, testChainID); !errors.Is(err, ErrCode) {
			t.Errorf("at %s: %v", other, err)
		}
	}
}

func TestAddressesAreFortyDigits(t *testing.T) {
	for text, want := range map[string]string{
		"0x" + "00000000000000000000000000000000000000aa": "0x00000000000000000000000000000000000000AA",
		"00000000000000000000000000000000000000AA":        "0x00000000000000000000000000000000000000AA",
		"0x00": "", "": "", "0x" + "zz000000000000000000000000000000000000aa": "",
	} {
		a, err := ParseAddress(text)
		if (err == nil) != (want != "") || err == nil && a.Hex() != want {
			t.Errorf("%q is read as %s, %v", text, a, err)
		}
	}
}
