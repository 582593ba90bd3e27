package app_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"urna/app"
	"urna/app/apptest"
)

// offers waits until a node has a snapshot of a height, which is made in the
// background.
func offers(t *testing.T, a *app.App, height int64) *abci.Snapshot {
	t.Helper()
	var found *abci.Snapshot
	await(t, "the snapshot is made", func() bool {
		r, err := a.ListSnapshots(context.Background(), &abci.RequestListSnapshots{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Snapshots {
			if int64(s.Height) == height {
				found = s
			}
		}
		return found != nil
	})
	return found
}

func chunk(t *testing.T, a *app.App, s *abci.Snapshot, i uint32) []byte {
	t.Helper()
	r, err := a.LoadSnapshotChunk(context.Background(), &abci.RequestLoadSnapshotChunk{Height: s.Height, Format: s.Format, Chunk: i})
	if err != nil {
		t.Fatal(err)
	}
	return r.Chunk
}

func offer(t *testing.T, a *app.App, s *abci.Snapshot, root []byte) abci.ResponseOfferSnapshot_Result {
	t.Helper()
	r, err := a.OfferSnapshot(context.Background(), &abci.RequestOfferSnapshot{Snapshot: s, AppHash: root})
	if err != nil {
		t.Fatal(err)
	}
	return r.Result
}

func feed(t *testing.T, a *app.App, i uint32, b []byte) *abci.ResponseApplySnapshotChunk {
	t.Helper()
	r, err := a.ApplySnapshotChunk(context.Background(), &abci.RequestApplySnapshotChunk{Index: i, Chunk: b, Sender: "peer"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// snapshotted is a chain of six blocks with votes and a snapshot of block 4.
func snapshotted(t *testing.T, disk bool) (*apptest.Chain, *abci.Snapshot) {
	t.Helper()
	c := apptest.New(t, apptest.Options{Disk: disk, App: func(_ int, cfg *app.Config) {
		cfg.SnapshotDir, cfg.SnapshotEvery, cfg.SnapshotChunk = t.TempDir(), 4, 700
	}})
	voters := apptest.Keys("voter", 12)
	e := c.OpenElection(voters, nil)
	votes := e.Votes(voters)
	c.Mine(votes[:8]...)
	c.Mine(e.Vote(voters[0], 5, "again"))
	s := offers(t, c.Nodes[0].App, 4)
	c.Mine(votes[8:]...)
	c.Mine()
	return c, s
}

func TestANodeJoinsBySnapshotAndContinues(t *testing.T) {
	for name, disk := range map[string]bool{"in memory": false, "on disk": true} {
		t.Run(name, func(t *testing.T) {
			c, s := snapshotted(t, disk)
			if s.Chunks < 3 {
				t.Fatalf("only %d chunks", s.Chunks)
			}
			root := c.Blocks[3].Root
			late := c.Join()
			if got := offer(t, late.App, s, root); got != abci.ResponseOfferSnapshot_ACCEPT {
				t.Fatal(got)
			}
			for i := range s.Chunks {
				b := chunk(t, c.Nodes[0].App, s, i)
				if i == 1 { // a peer lies
					bad := append([]byte{}, b...)
					bad[0] ^= 1
					if r := feed(t, late.App, i, bad); r.Result != abci.ResponseApplySnapshotChunk_RETRY || len(r.RejectSenders) != 1 {
						t.Fatalf("a wrong chunk: %+v", r)
					}
				}
				if r := feed(t, late.App, i, b); r.Result != abci.ResponseApplySnapshotChunk_ACCEPT {
					t.Fatalf("chunk %d: %+v", i, r)
				}
			}
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			if err := late.App.Wait(ctx, 4); err != nil {
				t.Fatal(err)
			}
			late.Handshake() // Info says 4; blocks 5 and 6 follow and their roots are compared
			if disk {
				late.Restart()
				late.Handshake()
			}
			if got := late.App.Store().Root(); !bytes.Equal(got[:], c.Root()) {
				t.Errorf("root %x, want %x", got, c.Root())
			}
		})
	}
}

func TestABadSnapshotLeavesTheStateEmptyAndTheNodeReady(t *testing.T) {
	for name, disk := range map[string]bool{"in memory": false, "on disk": true} {
		t.Run(name, func(t *testing.T) {
			c, s := snapshotted(t, disk)
			root := c.Blocks[3].Root
			late := c.Join()

			// Offers that contradict themselves.
			for name, spoil := range map[string]func(*abci.Snapshot){
				"format": func(s *abci.Snapshot) { s.Format = 7 },
				"chunks": func(s *abci.Snapshot) { s.Chunks++ },
				"height": func(s *abci.Snapshot) { s.Height++ },
				"hash":   func(s *abci.Snapshot) { s.Hash = nil },
				"none":   func(s *abci.Snapshot) { s.Chunks, s.Metadata = 0, nil },
			} {
				x := *s
				spoil(&x)
				if got := offer(t, late.App, &x, root); got == abci.ResponseOfferSnapshot_ACCEPT {
					t.Errorf("%s: accepted", name)
				}
			}
			// Another state than the light client trusts.
			wrong := bytes.Repeat([]byte{7}, 32)
			if got := offer(t, late.App, s, wrong); got != abci.ResponseOfferSnapshot_ACCEPT {
				t.Fatal(got)
			}
			for i := range s.Chunks {
				r := feed(t, late.App, i, chunk(t, c.Nodes[0].App, s, i))
				if last := i == s.Chunks-1; last != (r.Result == abci.ResponseApplySnapshotChunk_REJECT_SNAPSHOT) {
					t.Fatalf("chunk %d: %v", i, r.Result)
				}
			}
			// Begun and abandoned for another offer, with chunks out of order.
			if got := offer(t, late.App, s, root); got != abci.ResponseOfferSnapshot_ACCEPT {
				t.Fatal(got)
			}
			feed(t, late.App, 0, chunk(t, c.Nodes[0].App, s, 0))
			if r := feed(t, late.App, 2, chunk(t, c.Nodes[0].App, s, 2)); r.Result != abci.ResponseApplySnapshotChunk_RETRY_SNAPSHOT {
				t.Errorf("a chunk out of order: %v", r.Result)
			}
			if h := late.App.Store().Height(); h != 0 {
				t.Fatalf("height %d after bad snapshots", h)
			}
			if got := offer(t, late.App, s, root); got != abci.ResponseOfferSnapshot_ACCEPT {
				t.Fatal(got)
			}
			for i := range s.Chunks {
				if r := feed(t, late.App, i, chunk(t, c.Nodes[0].App, s, i)); r.Result != abci.ResponseApplySnapshotChunk_ACCEPT {
					t.Fatalf("chunk %d: %v", i, r.Result)
				}
			}
			late.Handshake()
			if got := offer(t, late.App, s, root); got != abci.ResponseOfferSnapshot_ABORT {
				t.Errorf("an offer to a node with a state: %v", got)
			}
		})
	}
}

func TestOldSnapshotsGo(t *testing.T) {
	dir := t.TempDir()
	c := apptest.New(t, apptest.Options{App: func(_ int, cfg *app.Config) {
		cfg.SnapshotDir, cfg.SnapshotEvery, cfg.SnapshotKeep = dir, 2, 2
	}})
	newest := func() (h uint64) {
		r, err := c.Nodes[0].App.ListSnapshots(context.Background(), &abci.RequestListSnapshots{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Snapshots {
			h = max(h, s.Height)
		}
		return h
	}
	// One that is due while another is being made is left out.
	for range 4 {
		before := newest()
		await(t, "another snapshot is made", func() bool { c.Mine(); return newest() > before })
	}
	if err := c.Nodes[0].App.Close(); err != nil { // waits for what is being made
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if len(names) != 2 {
		t.Fatalf("left are %v", names)
	}
	for _, name := range names {
		if b, err := os.ReadFile(filepath.Join(dir, name, "meta")); err != nil || len(b) == 0 {
			t.Errorf("meta of %s: %v", name, err)
		}
	}
}
