package app_test

import (
	"context"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"

	"urna/app"
	"urna/app/apptest"
)

// Whatever a peer or a client sends, the node answers and stays well.
func FuzzWhatTheWorldMaySend(f *testing.F) {
	c := apptest.New(f, apptest.Options{Disk: true, App: func(_ int, cfg *app.Config) { cfg.SnapshotDir = f.TempDir() }})
	c.Mine()
	fresh := c.Join()
	f.Add("/key/61", []byte{1}, uint64(4), uint32(1), []byte("meta"))
	f.Add("/vote/00/00", []byte{}, uint64(0), uint32(0), []byte(nil))
	f.Add("/absence/00/00", []byte{2}, uint64(0), uint32(3), []byte{0})
	f.Add("", []byte{0x0a, 0}, uint64(1)<<63, uint32(1)<<31, make([]byte, 64))
	f.Fuzz(func(t *testing.T, path string, raw []byte, height uint64, chunk uint32, meta []byte) {
		ctx := context.Background()
		a := c.Nodes[0].App
		if _, err := a.Query(ctx, &abci.RequestQuery{Path: path, Height: int64(height)}); err != nil {
			t.Errorf("Query: %v", err)
		}
		if _, err := a.CheckTx(ctx, &abci.RequestCheckTx{Tx: raw}); err != nil {
			t.Errorf("CheckTx: %v", err)
		}
		if _, err := a.InsertTx(ctx, &abci.RequestInsertTx{Tx: raw}); err != nil {
			t.Errorf("InsertTx: %v", err)
		}
		if _, err := a.LoadSnapshotChunk(ctx, &abci.RequestLoadSnapshotChunk{Height: height, Format: 1, Chunk: chunk}); err != nil {
			t.Errorf("LoadSnapshotChunk: %v", err)
		}
		s := &abci.Snapshot{Height: height, Format: 1, Chunks: chunk, Metadata: meta, Hash: raw}
		if _, err := fresh.App.OfferSnapshot(ctx, &abci.RequestOfferSnapshot{Snapshot: s, AppHash: meta}); err != nil {
			t.Errorf("OfferSnapshot: %v", err)
		}
		if _, err := fresh.App.ApplySnapshotChunk(ctx, &abci.RequestApplySnapshotChunk{Index: chunk, Chunk: raw}); err != nil {
			t.Errorf("ApplySnapshotChunk: %v", err)
		}
		if err := a.Fault(); err != nil {
			t.Fatal(err)
		}
	})
}
