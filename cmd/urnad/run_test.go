package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"urna/audit"
	"urna/audit/remote"
)

// start runs a development node until the test ends, and returns it with what
// run will return. Whoever stops it has the auditor replay its chain before.
func start(t *testing.T, home string) (*node, <-chan error, context.CancelFunc) {
	t.Helper()
	cfg := devConfig()
	cfg.Gateway.Listen = "127.0.0.1:0"
	cfg.Consensus.BlockTime = 50 * time.Millisecond
	cfg.Debug.Metrics = false // one node per process can
	if err := prepareDev(home, devOptions{chainID: "urna/test/1"}, false); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	up, ended := make(chan *node, 1), make(chan error, 1)
	go func() {
		ended <- run(ctx, &cfg, home, slog.New(slog.DiscardHandler), func(n *node) { up <- n })
	}()
	t.Cleanup(cancel)
	select {
	case n := <-up:
		return n, ended, func() {
			t.Helper()
			audited(t, n)
			cancel()
		}
	case err := <-ended:
		t.Fatal(err)
	case <-time.After(time.Minute):
		t.Fatal("the node does not start")
	}
	return nil, nil, nil
}

// audited replays the chain of a node from its gateway.
func audited(t *testing.T, n *node) {
	t.Helper()
	source, err := remote.NewGateway(n.url)
	if err != nil {
		t.Fatal(err)
	}
	top := n.blocks.Height()
	if top == 0 {
		return // there is no chain yet
	}
	if v, err := audit.Replay(t.Context(), audit.Options{Source: source}); err != nil || v.Height < top-1 {
		t.Errorf("the auditor: %v, %d of %d blocks", err, v.Height, top)
	}
}

// end waits for what run returns.
func end(t *testing.T, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(time.Minute):
		t.Fatal("the node does not stop")
		return nil
	}
}

func TestAFaultInOnePartStopsTheWholeNode(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	n, ended, _ := start(t, home)
	broken := errors.New("the disk is on fire")
	n.group.Go(func() error { return broken })
	if err := end(t, ended); !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	host := strings.TrimSuffix(strings.TrimPrefix(n.url, "http://"), "/v2")
	if c, err := net.Dial("tcp", host); err == nil {
		c.Close()
		t.Error("the gateway still listens")
	}
	unlock, err := lockHome(home)
	if err != nil {
		t.Fatalf("the home is not free: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
}

func TestAStoppedNodeGoesOnWhereItWas(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	n, ended, stop := start(t, home)
	if err := n.blocks.Wait(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := end(t, ended); err != nil {
		t.Fatal(err)
	}
	again, ended, stop := start(t, home)
	if h := again.app.Store().Height(); h < 3 {
		t.Errorf("it begins at height %d", h)
	}
	stop()
	if err := end(t, ended); err != nil {
		t.Fatal(err)
	}
}

func TestAListenerDoesNotKeepTheNodeFromStopping(t *testing.T) {
	n, ended, stop := start(t, filepath.Join(t.TempDir(), "home"))
	res, err := http.Get(n.url + "/chain/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	began := time.Now()
	stop()
	if err := end(t, ended); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > stopTime {
		t.Errorf("it took %s", took)
	}
	if _, err := io.ReadAll(res.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the stream ended with %v", err)
	}
}

func TestBlocksAreAsTheGatewayAndTheIndexWantThem(t *testing.T) {
	n, ended, stop := start(t, filepath.Join(t.TempDir(), "home"))
	ctx := t.Context()
	if err := n.blocks.Wait(ctx, 2); err != nil {
		t.Fatal(err)
	}
	first, err := n.blocks.Block(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	second, err := n.blocks.Block(ctx, 2)
	if err != nil {
		t.Fatal(err)
	}
	h, err := n.blocks.Header(ctx, 2)
	if err != nil {
		t.Fatal(err)
	}
	if second.LastHash != first.Hash || [32]byte(h.Hash) != second.Hash || second.Outcome.Height != 2 ||
		[32]byte(h.LastBlockHash) != first.Hash || n.blocks.Base() != 1 {
		t.Errorf("blocks do not follow each other: %+v, %+v", first, second)
	}
	for _, height := range []int64{-1, 0, n.blocks.Height() + 1000} {
		_, err1 := n.blocks.Block(ctx, height)
		_, err2 := n.blocks.Header(ctx, height)
		_, err3 := n.blocks.RawTx(ctx, height, 0)
		for _, err := range []error{err1, err2, err3} {
			if err == nil {
				t.Errorf("there is a block of height %d", height)
			}
		}
	}
	if _, err := n.blocks.RawTx(ctx, 1, 0); err == nil {
		t.Error("an empty block has a transaction")
	}
	stop()
	if err := end(t, ended); err != nil {
		t.Fatal(err)
	}
}
