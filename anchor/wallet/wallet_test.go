package wallet_test

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"urna/anchor"
	"urna/anchor/devchain"
	"urna/anchor/wallet"
)

// ethereum is a chain, a connection and an account that has ether.
func ethereum(t *testing.T) (*anchor.Node, devchain.Account) {
	t.Helper()
	c, err := devchain.Start(devchain.Config{Listen: "127.0.0.1:0", Empty: time.Second})
	must(t, err)
	t.Cleanup(func() { must(t, c.Close()) })
	node, err := anchor.Dial(t.Context(), c.URL())
	must(t, err)
	t.Cleanup(node.Close)
	return node, devchain.Accounts()[1]
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var deployment = anchor.Deployment{
	ChainID: "urna/test/1", TrustingPeriod: time.Hour,
	Validators: []anchor.Validator{{Key: [33]byte{
		2, 0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62, 0x95, 0xce, 0x87, 0x0b, 0x07,
		2, 0x9b, 0xfc, 0xdb, 0x2d, 0xce, 0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17, 0x98,
	}, Power: 1}},
}

func TestWhatWasOfferedIsSentAndPaid(t *testing.T) {
	ctx := t.Context()
	node, account := ethereum(t)
	w, err := wallet.Open(ctx, node, account.KeyHex(), nil)
	must(t, err)
	if w.ChainID().Uint64() != devchain.ChainID || w.Address() != account.Address {
		t.Errorf("%s on %s", w.Address(), w.ChainID())
	}
	code, err := deployment.Code()
	must(t, err)
	before, err := w.BalanceOf(ctx, w.Address())
	must(t, err)
	paid := new(big.Int)
	for _, confirmations := range []uint64{0, 2} {
		want, err := w.WillDeploy(ctx, 0)
		must(t, err)
		o, err := w.Offer(ctx, nil, code)
		must(t, err)
		hash, err := w.Send(ctx, o)
		must(t, err)
		told := []int{}
		m, err := w.Wait(ctx, hash, confirmations, 10*time.Millisecond, func(onTop int) { told = append(told, onTop) })
		must(t, err)
		if m.Contract != want || m.Gas > o.Gas || m.Paid.Cmp(o.Most()) > 0 || m.Paid.Sign() <= 0 || o.Now().Cmp(o.Most()) > 0 {
			t.Errorf("offered %+v, mined %+v", o, m)
		}
		if confirmations > 0 && told[len(told)-1] != 1 {
			t.Errorf("told %v", told)
		}
		paid.Add(paid, m.Paid)
		if _, err := anchor.NewReader(m.Contract, node).CheckChain(ctx, deployment.ChainID); err != nil {
			t.Error(err)
		}
	}
	after, err := w.BalanceOf(ctx, w.Address())
	must(t, err)
	if new(big.Int).Sub(before, after).Cmp(paid) != 0 {
		t.Errorf("%s wei are gone, %s were paid", new(big.Int).Sub(before, after), paid)
	}
}

func TestNothingIsSentAboveTheCapOrWithoutMoney(t *testing.T) {
	ctx := t.Context()
	node, account := ethereum(t)
	to := account.Address
	w, err := wallet.Open(ctx, node, account.KeyHex(), big.NewInt(1))
	must(t, err)
	if _, err := w.Offer(ctx, &to, nil); !errors.Is(err, wallet.ErrCap) {
		t.Errorf("above the cap: %v", err)
	}
	most := big.NewInt(1_100_000_000)
	w, err = wallet.Open(ctx, node, account.KeyHex(), most)
	must(t, err)
	o, err := w.Offer(ctx, &to, nil)
	if err != nil || o.Fee.Cmp(most) > 0 || o.Tip.Cmp(o.Fee) > 0 {
		t.Errorf("below a cap: %+v, %v", o, err)
	}
	poor, err := wallet.Open(ctx, node, strings.Repeat("12", 32), nil)
	must(t, err)
	o, err = poor.Offer(ctx, &to, nil)
	must(t, err)
	if _, err := poor.Send(ctx, o); !errors.Is(err, wallet.ErrBalance) {
		t.Errorf("without money: %v", err)
	}
	if _, err := wallet.Open(ctx, node, "12", nil); err == nil {
		t.Error("12 is a key")
	}
}

func TestWhatEthereumRefusesIsNotOffered(t *testing.T) {
	ctx := t.Context()
	node, account := ethereum(t)
	w, err := wallet.Open(ctx, node, account.KeyHex(), nil)
	must(t, err)
	bad := deployment
	code, err := bad.Code()
	must(t, err)
	var refused *anchor.Refusal
	if _, err := w.Offer(ctx, nil, code[:len(code)-32]); err == nil {
		t.Error("a deployment without its end is offered")
	}
	o, err := w.Offer(ctx, nil, code)
	must(t, err)
	hash, err := w.Send(ctx, o)
	must(t, err)
	m, err := w.Wait(ctx, hash, 0, 10*time.Millisecond, func(int) {})
	must(t, err)
	_, err = w.Offer(ctx, &m.Contract, []byte{1, 2, 3, 4})
	if !errors.As(err, &refused) {
		t.Errorf("a call of nothing: %v", err)
	}
	// What is sent all the same fails, and is told.
	o, err = w.Offer(ctx, nil, code)
	must(t, err)
	o.To, o.Data = &m.Contract, []byte{1, 2, 3, 4}
	hash, err = w.Send(ctx, o)
	must(t, err)
	if _, err := w.Wait(ctx, hash, 0, 10*time.Millisecond, func(int) {}); !errors.Is(err, wallet.ErrFailed) {
		t.Errorf("a transaction that fails: %v", err)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	node, account := ethereum(t)
	w, err := wallet.Open(t.Context(), node, account.KeyHex(), nil)
	must(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err = w.Wait(ctx, types.EmptyRootHash, 0, time.Millisecond, func(onTop int) {
		if onTop != -1 {
			t.Errorf("told %d of nothing", onTop)
		}
		cancel(errors.New("enough"))
	})
	if err == nil || !strings.Contains(err.Error(), "not confirmed yet: enough") {
		t.Error(err)
	}
}
