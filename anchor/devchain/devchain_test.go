package devchain

import (
	"context"
	"math/big"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"urna/anchor"
)

func start(t *testing.T, dir string) *Chain {
	t.Helper()
	c, err := Start(Config{Dir: dir, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answer is code that answers every call with 42, deployed by the code before it.
var answer = common.FromHex("600a600c600039600a6000f3" + "602a60005260206000f3")

func TestAChainGoesOnWhereItWasClosed(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dir := filepath.Join(t.TempDir(), "ethereum")
	c := start(t, dir)
	at, err := c.Deploy(ctx, answer)
	if err != nil {
		t.Fatal(err)
	}
	height, err := c.Client().BlockNumber(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = start(t, dir)
	defer c.Close()
	remote, err := anchor.Dial(ctx, c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer remote.Close()
	if id, err := remote.ChainID(ctx); err != nil || id.Uint64() != ChainID {
		t.Errorf("chain id %s, %v", id, err)
	}
	if n, err := remote.BlockNumber(ctx); err != nil || n < height {
		t.Errorf("height %d, %v; it was %d", n, err, height)
	}
	if code, err := remote.CodeAt(ctx, at, nil); err != nil || len(code) != 10 {
		t.Errorf("code %x, %v", code, err)
	}
	if _, err := c.Deploy(ctx, answer); err != nil {
		t.Error(err)
	}
	for _, a := range Accounts() {
		if b, err := remote.BalanceAt(ctx, a.Address, nil); err != nil || b.Cmp(big.NewInt(1e18)) < 0 || len(a.KeyHex()) != 64 {
			t.Errorf("%s has %s, %v", a.Address, b, err)
		}
	}
}

func TestAnIdleChainMakesEmptyBlocks(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := Start(Config{Listen: "127.0.0.1:0", Empty: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		if n, err := c.Client().BlockNumber(ctx); err != nil {
			t.Fatal(err)
		} else if n >= 2 {
			return
		}
	}
}

func TestItListensOnLoopbackOnly(t *testing.T) {
	for _, listen := range []string{"", "0.0.0.0:0", "192.0.2.1:8545", "127.0.0.1", "127.0.0.1:http", "localhost.example:1"} {
		if c, err := Start(Config{Listen: listen}); err == nil {
			c.Close()
			t.Errorf("it listens on %q", listen)
		}
	}
}
