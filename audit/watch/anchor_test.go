package watch

import (
	"context"
	"errors"
	"math/big"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient/simulated"

	"urna/anchor"
	"urna/anchor/anchortest"
	"urna/app/apptest"
	"urna/audit"
	"urna/internal/check"
)

// chain is one of 8 blocks and a source that shows it. Chains of different shifts
// differ from block 2 on.
func chain(t *testing.T, shift time.Duration) (*apptest.Chain, *screen) {
	c := apptest.New(t, apptest.Options{})
	c.Mine()
	c.Pass(shift)
	for range 7 {
		c.Mine()
	}
	s := &screen{name: "A", genesis: c.Genesis()}
	if err := c.Source().Blocks(t.Context(), 1, func(raw []byte) error { s.blocks = append(s.blocks, raw); return nil }); err != nil {
		t.Fatal(err)
	}
	return c, s
}

// deployed is an anchor of a chain.
func deployed(t *testing.T, c *apptest.Chain, change func(*anchor.Deployment)) (*anchortest.Ethereum, *audit.Anchor) {
	e := anchortest.New(t)
	d := anchortest.Deployment(t, c)
	if change != nil {
		change(&d)
	}
	return e, &audit.Anchor{Anchor: anchor.NewReader(e.Deploy(d.Code()), e.Client)}
}

func TestAnAnchorThatAgreesRaisesNoAlarm(t *testing.T) {
	c, s := chain(t, 0)
	e, a := deployed(t, c, nil)
	e.Anchor(a.Anchor.Address(), 3, c.Signed)
	a.Registry = anchor.NewRegistry(e.Deploy(anchor.RegistryCode(a.Anchor.Address()), nil), e.Client)
	if _, err := Run(t.Context(), Options{Sources: []audit.Source{s}, Anchor: a, Once: true, Late: time.Second}); err != nil {
		t.Error(err)
	}
}

func TestAnAnchorThatDisagreesIsNamed(t *testing.T) {
	c, _ := chain(t, 0)
	_, s := chain(t, time.Second)
	e, a := deployed(t, c, nil)
	r := begin(t, Options{Sources: []audit.Source{s}, Anchor: a, AnchorEvery: time.Millisecond})
	r.until(Replayed, 7, "")
	for _, height := range []int64{5, 7} {
		e.Anchor(a.Anchor.Address(), height, c.Signed)
		if got := r.until(AnchorDisagrees, height, ethereum); !got.Alarm || got.Check != "V33" || got.Hash == got.Seen {
			t.Errorf("%+v", got)
		}
	}
	broken(t, r.ends(), check.Agreement)
	for _, e := range r.seen {
		if e.Kind == AnchorDisagrees {
			t.Errorf("told twice: %s", e)
		}
	}
}

func TestAFrozenAnchorIsTold(t *testing.T) {
	c, s := chain(t, 0)
	other, _ := chain(t, time.Second)
	e, a := deployed(t, c, nil)
	r := begin(t, Options{Sources: []audit.Source{s}, Anchor: a, AnchorEvery: time.Millisecond})
	e.Anchor(a.Anchor.Address(), 3, c.Signed)
	e.ShowFork(a.Anchor.Address(), 4, c.Signed, other.Signed)
	if got := r.until(AnchorFrozen, 4, ethereum); !got.Alarm || got.Check != "V52" {
		t.Errorf("%+v", got)
	}
	broken(t, r.ends(), check.Agreement)
}

func TestAnAnchorThatLagsIsToldUntilItHasCaughtUp(t *testing.T) {
	c, s := chain(t, 0)
	e, a := deployed(t, c, func(d *anchor.Deployment) { d.Time, d.TrustingPeriod = 1, 200*365*24*time.Hour })
	for _, late := range []time.Duration{0, time.Hour} { // 0: a hundred years
		r := begin(t, Options{Sources: []audit.Source{s}, Anchor: a, AnchorEvery: time.Millisecond, AnchorLate: late})
		r.until(Replayed, 8, "")
		if late == 0 {
			if err := r.ends(); err != nil {
				t.Error(err)
			}
			continue
		}
		r.until(AnchorLate, 0, ethereum)
		e.Anchor(a.Anchor.Address(), 2, c.Signed)
		r.until(Recovered, 2, ethereum)
		broken(t, r.ends(), check.Agreement)
	}
}

func TestOtherCodeIsToldOnce(t *testing.T) {
	c, s := chain(t, 0)
	e, a := deployed(t, c, func(d *anchor.Deployment) { d.ChainID = "another" })
	_, good := deployed(t, c, nil)
	for _, a := range []*audit.Anchor{a, {Anchor: good.Anchor, Registry: anchor.NewRegistry(anchor.Address{}, e.Client)}} {
		r := begin(t, Options{Sources: []audit.Source{s}, Anchor: a, AnchorEvery: time.Millisecond})
		if got := r.until(AnchorDisagrees, 0, ethereum); got.Check != "V35" {
			t.Errorf("%+v", got)
		}
		r.until(Replayed, 8, "")
		broken(t, r.ends(), check.Agreement)
	}
}

// faint is a node of Ethereum that may be away.
type faint struct {
	simulated.Client
	away atomic.Bool
}

func (f *faint) HeaderByNumber(ctx context.Context, n *big.Int) (*types.Header, error) {
	if f.away.Load() {
		return nil, errors.New("nobody is here")
	}
	return f.Client.HeaderByNumber(ctx, n)
}

func TestAnEthereumThatIsAwayIsNoAlarm(t *testing.T) {
	c, s := chain(t, 0)
	e, a := deployed(t, c, nil)
	node := &faint{Client: e.Client}
	node.away.Store(true)
	a.Anchor = anchor.NewReader(a.Anchor.Address(), node)
	if _, err := Run(t.Context(), Options{Sources: []audit.Source{s}, Anchor: a, Once: true, Late: time.Second}); err == nil {
		t.Error("one look that was none ends well")
	}
	r := begin(t, Options{Sources: []audit.Source{s}, Anchor: a, AnchorEvery: time.Millisecond})
	r.until(Unreachable, 0, ethereum)
	other, _ := chain(t, time.Second)
	e.Anchor(a.Anchor.Address(), 3, other.Signed)
	node.away.Store(false)
	r.until(AnchorDisagrees, 3, ethereum)
	broken(t, r.ends(), check.Agreement)
}
