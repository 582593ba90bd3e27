package main

import (
	"errors"
	"sync"
	"testing"
)

func TestABlockThatManyAskForIsReadOnce(t *testing.T) {
	var r recentBlocks
	reads := 0
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			txs, err := r.get(7, func() ([][]byte, error) { reads++; return [][]byte{{1}}, nil })
			if err != nil || len(txs) != 1 {
				t.Errorf("got %v, %v", txs, err)
			}
		})
	}
	all.Wait()
	if reads != 1 {
		t.Errorf("it was read %d times", reads)
	}
}

func TestAFailedReadIsNotRemembered(t *testing.T) {
	var r recentBlocks
	broken := errors.New("broken")
	if _, err := r.get(1, func() ([][]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	if _, err := r.get(1, func() ([][]byte, error) { return nil, nil }); err != nil {
		t.Fatalf("got %v", err)
	}
}

func TestRecentBlocksAreBounded(t *testing.T) {
	block := [][]byte{make([]byte, maxRecent/4)}
	var r recentBlocks
	for h := range int64(9) {
		_, _ = r.get(h, func() ([][]byte, error) { return block, nil })
	}
	if r.bytes > maxRecent || len(r.txs) != 4 || len(r.order) != 4 {
		t.Errorf("%d bytes of %d blocks", r.bytes, len(r.txs))
	}
	var small recentBlocks
	for h := range int64(2 * maxRecentBlocks) {
		_, _ = small.get(h, func() ([][]byte, error) { return nil, nil })
	}
	if len(small.txs) != maxRecentBlocks {
		t.Errorf("%d blocks", len(small.txs))
	}
	if _, ok := small.find(2*maxRecentBlocks - 1); !ok {
		t.Error("the youngest block was forgotten")
	}
}
