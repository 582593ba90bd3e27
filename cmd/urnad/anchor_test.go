package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"urna/anchor"
	"urna/anchor/devchain"
	"urna/anchor/relayer"
	"urna/client"
	"urna/crypto/ethkey"
	"urna/crypto/ethkey/keyfile"
	"urna/gateway"
)

const someContract = "0xDe15Dd6d891D1dB26A43c9aa04AE9151732f6F6F"

func TestGweiAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]Gwei{"0": 0, "30": 30 * gwei, "0.5": gwei / 2, "1.000000001": gwei + 1, "4294967295": 4294967295 * gwei} {
		var g Gwei
		if err := g.UnmarshalText([]byte(text)); err != nil || g != want || g.String() != text {
			t.Errorf("%s: %d, %v, written %s", text, g, err, g)
		}
	}
	for _, text := range []string{"", "-1", "1.", ".5", "1.0000000001", "1e9", "4294967296", "1.-5", "1.5.5", "30gwei"} {
		if err := new(Gwei).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestSettingsOfTheAnchorThatMakeNoSenseAreRefused(t *testing.T) {
	sound := func() AnchorConfig {
		a := defaultAnchor()
		a.RPC, a.Ethereum, a.Contract, a.Registry, a.KeyFile = []string{"https://example.org/rpc"}, 1, someContract, someContract, "key"
		a.Results = true
		return a
	}
	for name, c := range map[string]struct {
		spoil func(*AnchorConfig)
		want  string // begins so
	}{
		"nobody to ask":      {func(a *AnchorConfig) { a.RPC = nil }, "anchor.rpc: "},
		"no address":         {func(a *AnchorConfig) { a.RPC = []string{"example.org:8545"} }, "anchor.rpc: "},
		"no contract":        {func(a *AnchorConfig) { a.Contract = "" }, "anchor.contract: "},
		"registry":           {func(a *AnchorConfig) { a.Registry = "0x12" }, "anchor.registry: "},
		"results of nothing": {func(a *AnchorConfig) { a.Registry = "" }, "anchor.results: "},
		"password":           {func(a *AnchorConfig) { a.KeyFile, a.PasswordFile = "", "x" }, "anchor.password_file: "},
		"any Ethereum":       {func(a *AnchorConfig) { a.Ethereum = 0 }, "anchor.ethereum: "},
		"confirmations":      {func(a *AnchorConfig) { a.Confirmations = 101 }, "anchor.confirmations: "},
		"no fee":             {func(a *AnchorConfig) { a.MaxFee, a.MaxTip = 0, 0 }, "anchor.max_fee_gwei: "},
		"tip above the fee":  {func(a *AnchorConfig) { a.MaxTip = a.MaxFee + 1 }, "anchor.max_tip_gwei: "},
		"every":              {func(a *AnchorConfig) { a.Every = time.Millisecond }, "anchor.every: "},
		"patience":           {func(a *AnchorConfig) { a.Patience = -1 }, "anchor.patience: "},
		"poll":               {func(a *AnchorConfig) { a.Poll = 0 }, "anchor.poll: "},
	} {
		cfg := defaultConfig()
		cfg.Moniker, cfg.Anchor = "x", sound()
		c.spoil(&cfg.Anchor)
		if err := cfg.check(t.TempDir()); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	cfg := defaultConfig()
	cfg.Moniker, cfg.Anchor = "x", sound()
	if err := cfg.check(t.TempDir()); err != nil {
		t.Error(err)
	}
}

func TestTheKeyOfTheAnchorIsPlainOrEncrypted(t *testing.T) {
	home := t.TempDir()
	key, err := ethkey.Generate()
	if err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("plain", key.Hex()+"\n")
	put("nonsense", "nonsense")
	put("password", "horse\n")
	put("wrong", "cow\n")
	if err := keyfile.Save(filepath.Join(home, "sealed"), key, "horse"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, password, problem string }{
		{"plain", "", ""},
		{"sealed", "password", ""},
		{"sealed", "", "anchor.password_file"},
		{"sealed", "wrong", "wrong passphrase"},
		{"sealed", "missing", "anchor.password_file"},
		{"missing", "", "anchor.key_file"},
		{"nonsense", "", "anchor.key_file"},
	} {
		cfg := defaultConfig()
		cfg.Anchor.KeyFile, cfg.Anchor.PasswordFile = c.file, c.password
		got, err := (&node{cfg: &cfg, home: home}).anchorKey()
		if c.problem == "" {
			if err != nil || got != key.Hex() {
				t.Errorf("%s with %q: %v", c.file, c.password, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%s with %q: %v, want %q", c.file, c.password, err, c.problem)
		}
	}
}

// startAnchored runs a development node and its Ethereum, and tells how to end them.
func startAnchored(t *testing.T, home string) (*node, *devEthereum, func()) {
	t.Helper()
	cfg := devConfig()
	cfg.Gateway.Listen, cfg.Consensus.BlockTime, cfg.Debug.Metrics = "127.0.0.1:0", 50*time.Millisecond, false
	cfg.Anchor.EveryBlocks, cfg.Anchor.Poll, cfg.Anchor.Confirmations = 5, 100*time.Millisecond, 0
	if err := prepareDev(home, devOptions{chainID: "urna/test/1"}, false); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	eth, err := startDevEthereum(t.Context(), &cfg, home, "127.0.0.1:0", log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	up, ended := make(chan *node, 1), make(chan error, 1)
	go func() { ended <- run(ctx, &cfg, home, log, func(n *node) { up <- n }) }()
	select {
	case n := <-up:
		return n, eth, func() {
			t.Helper()
			cancel()
			if err := end(t, ended); err != nil {
				t.Error(err)
			}
			if err := eth.Close(); err != nil {
				t.Error(err)
			}
		}
	case err := <-ended:
		t.Fatal(err)
	case <-time.After(time.Minute):
		t.Fatal("the node does not start")
	}
	return nil, nil, nil
}

// anchoredAt waits until a gateway says that a height is anchored.
func anchoredAt(t *testing.T, n *node, height uint64) (s gateway.AnchorStatus) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for s.Height < height {
		if err := n.blocks.Wait(ctx, n.blocks.Height()+1); err != nil {
			t.Fatalf("waiting for height %d: %+v", height, s)
		}
		res, err := http.Get(n.url + "/anchor")
		if err != nil {
			t.Fatal(err)
		}
		err = json.NewDecoder(res.Body).Decode(&s)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// readsFromGateway checks that a relayer without a node sees the same chain.
func readsFromGateway(t *testing.T, n *node, height int64) {
	t.Helper()
	c, err := client.New(client.Config{URL: n.url})
	if err != nil {
		t.Fatal(err)
	}
	ctx, src := t.Context(), relayer.FromGateway(c)
	want, err := n.blocks.Signed(ctx, height)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := src.Signed(ctx, height); err != nil || !bytes.Equal(got.Encode(), want.Encode()) {
		t.Errorf("header %d: %v", height, err)
	}
	if got, err := src.Signed(ctx, 0); err != nil || got.Header.Height < height {
		t.Errorf("the newest header: %v", err)
	}
	if _, err := src.Signed(ctx, 1<<40); !errors.Is(err, relayer.ErrNoBlock) {
		t.Errorf("a header to come: %v", err)
	}
	if list, err := src.Written(ctx, 1, height); err != nil || len(list) != 0 {
		t.Errorf("results: %v, %v", list, err)
	}
	if _, _, err := src.Result(ctx, [32]byte{1}, height); !errors.Is(err, relayer.ErrNoProof) {
		t.Errorf("the result of no election: %v", err)
	}
}

func TestADevelopmentNetworkIsAnchoredOnItsOwnEthereum(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	n, eth, stop := startAnchored(t, home)
	s := anchoredAt(t, n, 5)
	if s.EthereumChainID != devchain.ChainID || s.Contract != eth.contracts.Anchor.Hex() || s.Registry != eth.contracts.Registry.Hex() || !s.Relays {
		t.Errorf("it says %+v", s)
	}
	b, err := n.blocks.Signed(t.Context(), int64(s.Height))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := anchor.NewReader(eth.contracts.Anchor, eth.Client()).AppHash(t.Context(), s.Height); err != nil || got != b.Header.AppHash {
		t.Errorf("application hash %d: %x, %v", s.Height, got, err)
	}
	readsFromGateway(t, n, int64(s.Height))
	words := eth.welcome()
	for _, want := range []string{eth.URL(), s.Contract, s.Registry, "just deployed"} {
		if !strings.Contains(words, want) {
			t.Errorf("the welcome does not say %s", want)
		}
	}
	stop()

	// The next start goes on with the same contracts.
	n, again, stop := startAnchored(t, home)
	if again.contracts != eth.contracts || again.deployed {
		t.Errorf("the contracts are %+v, were %+v", again.contracts, eth.contracts)
	}
	anchoredAt(t, n, s.Height+5)
	stop()

	// An Ethereum that is damaged begins anew.
	if err := os.WriteFile(filepath.Join(home, "ethereum", "contracts.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	n, anew, stop := startAnchored(t, home)
	if !anew.deployed {
		t.Error("nothing was deployed")
	}
	anchoredAt(t, n, s.Height+10)
	stop()
	var none *devEthereum
	if none.welcome() != "" {
		t.Error("there is an Ethereum without one")
	}
}
