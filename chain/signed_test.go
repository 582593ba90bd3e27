package chain_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"urna/app/apptest"
	"urna/chain"
	"urna/chain/light"
	"urna/tx"
)

func TestSignedHeadersLeadFromTheGenesisThroughAChangeOfValidators(t *testing.T) {
	t.Parallel()
	g := newGenesis()
	g.App.Params.JoinPower = 1 // whoever joins will never sign, and must not be missed
	home := filepath.Join(t.TempDir(), "home")
	if _, err := chain.InitHome(home, g); err != nil {
		t.Fatal(err)
	}
	r := start(t, chain.Config{
		Home: home, BlockTime: 20 * time.Millisecond, ProposeTimeout: 100 * time.Millisecond,
		P2P: chain.P2P{Listen: "tcp://127.0.0.1:0"},
	}, nil)
	r.wait(t, 2)
	seat, org := apptest.Key("a new seat"), apptest.Key("org")
	possession, err := seat.Sign(tx.PossessionText(apptest.ChainID, org.Address()))
	if err != nil {
		t.Fatal(err)
	}
	r.submit(t, apptest.Sign(t, org, &tx.SetValidator{PublicKey: seat.PublicKey(), Name: "new", Possession: possession}))
	await(t, "two seats sign", func() bool { b, err := r.Signed(0); return err == nil && len(b.Validators) == 2 })

	trusted, err := light.TrustGenesis(r.Genesis())
	if err != nil {
		t.Fatal(err)
	}
	newest, err := r.Signed(0)
	if err != nil {
		t.Fatal(err)
	}
	last := newest.Header.Height
	for h := int64(1); h <= last; h++ {
		b, err := r.Signed(h)
		if err != nil {
			t.Fatal(err)
		}
		if trusted, err = trusted.Follow(b); err != nil {
			t.Fatal(err)
		}
		if again, err := light.ParseBlock(b.Encode()); err != nil || !bytes.Equal(again.Encode(), b.Encode()) {
			t.Fatalf("signed header %d: %v", h, err)
		}
	}
	if len(trusted.Validators) != 2 {
		t.Errorf("%d validators at the end", len(trusted.Validators))
	}
	if err := newest.Verify(apptest.ChainID); err != nil {
		t.Error(err)
	}
	for _, h := range []int64{-1, last + 1_000_000} {
		if _, err := r.Signed(h); !errors.Is(err, chain.ErrNoBlock) {
			t.Errorf("signed header %d: %v", h, err)
		}
	}
	r.stop()
	if _, err := r.Signed(1); !errors.Is(err, chain.ErrStopped) {
		t.Errorf("of a stopped node: %v", err)
	}
}
