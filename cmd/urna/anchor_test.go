package main

import (
	"bytes"
	"context"
	"math/big"
	"strings"
	"testing"
	"time"

	"urna/anchor"
	"urna/anchor/anchortest"
	"urna/app/apptest"
	"urna/chain/light"
	"urna/chain/light/follow"
	"urna/internal/check"
)

func TestAmountsOfEtherAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]int64{
		"20": 20_000_000_000, "0.5": 500_000_000, "0.000000001": 1, "": 0, "0": 0, "-1": 0, "1e9": 0, "1/2": 0, "0x10": 0, "0.0000000001": 0, "x": 0, "1_0": 0,
	} {
		got, ok := fromGwei(text)
		if ok != (want != 0) || ok && got.Int64() != want {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	for wei, want := range map[int64]string{
		0: "0", 1: "less than 0.00000001", 10_000_000_000: "0.00000001", 1_500_000_000_000_000_000: "1.5", 3_000_000_000_000_000_000: "3",
	} {
		if got := ether(big.NewInt(wei)); got != want {
			t.Errorf("%d wei are written as %s, want %s", wei, got, want)
		}
	}
	if got := gwei(big.NewInt(20_000_000_000)); got != "20" {
		t.Errorf("20 gwei are written as %s", got)
	}
}

// shown is a chain as a gateway shows it.
type shown struct{ *apptest.Chain }

func (s shown) Name() string { return "the test's chain" }

func (s shown) Block(_ context.Context, height int64) (*light.Block, error) {
	if height == 0 {
		height = s.Height()
	}
	if height > s.Height() {
		return nil, follow.ErrNoBlock
	}
	return s.Signed(height)
}

// chainOf makes blocks. Chains of different shifts differ from block 2 on.
func chainOf(t *testing.T, shift time.Duration) *apptest.Chain {
	c := apptest.New(t, apptest.Options{})
	c.Mine()
	c.Pass(shift)
	for range 6 {
		c.Mine()
	}
	return c
}

func TestAnAnchorIsComparedWithTheChainThatIsTrusted(t *testing.T) {
	ctx := t.Context()
	c, other := chainOf(t, 0), chainOf(t, time.Second)
	root, err := light.TrustGenesis(c.Genesis())
	if err != nil {
		t.Fatal(err)
	}
	chain, err := follow.NewClient(ctx, follow.Config{
		Trust: root, Primary: shown{c}, MinWitnesses: -1, Now: func() time.Time { return apptest.Start.Add(time.Hour) },
	})
	if err != nil {
		t.Fatal(err)
	}
	top, err := chain.Update(ctx)
	if err != nil {
		t.Fatal(err)
	}
	e := anchortest.New(t)
	for what, lie := range map[string]struct {
		deploy func(*anchor.Deployment)
		make   func(at anchor.Address)
		want   check.ID
		above  int
	}{
		"everything is right": {make: func(at anchor.Address) {
			e.Anchor(at, 3, c.Signed)
			e.Anchor(at, 5, c.Signed)
		}},
		"a fork is anchored":       {make: func(at anchor.Address) { e.Anchor(at, 3, other.Signed) }, want: check.AnchoredBlocks},
		"a fork was shown":         {make: func(at anchor.Address) { e.ShowFork(at, 4, c.Signed, other.Signed) }, want: check.AnchorForks},
		"the first set is wrong":   {deploy: func(d *anchor.Deployment) { d.Validators[0].Power++ }, want: check.AnchoredSets},
		"it is ahead of the chain": {deploy: func(d *anchor.Deployment) { d.Height = 99 }, above: 1},
	} {
		t.Run(what, func(t *testing.T) {
			d := anchortest.Deployment(t, c)
			if lie.deploy != nil {
				lie.deploy(&d)
			}
			r := anchor.NewReader(e.Deploy(d.Code()), e.Client)
			if lie.make != nil {
				lie.make(r.Address())
			}
			head, _, err := r.Head(ctx)
			if err != nil {
				t.Fatal(err)
			}
			latest, err := r.LatestAt(ctx, head)
			if err != nil {
				t.Fatal(err)
			}
			h, err := r.History(ctx, 0, head)
			if err != nil {
				t.Fatal(err)
			}
			o := &onEthereum{app: &app{errs: &bytes.Buffer{}}}
			var out verifiedAnchor
			err = o.compare(ctx, chain, top, h, latest, &out)
			f, failed := check.Failed(err)
			if failed != (lie.want != 0) || failed && f.Check != lie.want || !failed && err != nil || out.Above != lie.above {
				t.Fatalf("%v, %+v", err, out)
			}
			if err == nil && lie.above == 0 && (out.Blocks != 2 || out.Sets != 1 || out.Height != 5) {
				t.Errorf("compared %+v", out)
			}
			// Without its beginning or its end a history is no evidence.
			if failed {
				return
			}
			if err := o.compare(ctx, chain, top, &anchor.History{}, latest, &out); err == nil || !strings.Contains(err.Error(), "was not deployed") {
				t.Errorf("without its beginning: %v", err)
			}
			if len(h.Anchored) > 0 {
				late := anchor.History{Anchored: h.Anchored, Changes: []anchor.Change{{Since: h.Anchored[0].Height}}}
				if err := o.compare(ctx, chain, top, &late, latest, &out); err == nil || !strings.Contains(err.Error(), "was deployed before") {
					t.Errorf("when it begins with a rotation: %v", err)
				}
			}
			latest.Height++
			if err := o.compare(ctx, chain, top, h, latest, &out); err == nil || !strings.Contains(err.Error(), "shows no event") {
				t.Errorf("without its end: %v", err)
			}
		})
	}
}
