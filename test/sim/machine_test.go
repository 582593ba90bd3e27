package sim

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"urna/app"
	"urna/app/apptest"
	"urna/internal/kv"
	"urna/internal/kv/kvtest"
	"urna/state"
)

// machine is what a node runs on: a disk that survives it.
type machine struct {
	*apptest.Node
	disk *disk
	t    testing.TB
	rng  *rand.Rand
}

// disk is the file system of a machine, whichever it is after the last crash.
type disk struct {
	kv.FS
	now *kvtest.Disk
}

func newDisk() *disk {
	d := kvtest.NewDisk()
	return &disk{d.FS(), d}
}

// config puts a node's state on the disk. Every start checks all of it.
func (d *disk) config(c *app.Config) {
	c.ProposalTime = time.Hour // a slow machine makes the same blocks
	c.State = state.Config{Dir: "state", FS: d, Check: state.Full, KeepVersions: 20}
}

// killed ends the process, wherever it is, and starts another one, which
// replays what it lacks. Power says whether what was not synced may be lost.
func (m *machine) killed(power bool) {
	m.t.Helper()
	old := m.disk.now
	unsynced, seed := m.rng.IntN(101), m.rng.Uint64() // drawn always: what happens on a disk is not a function of the seed
	if power && !old.Tripped() {
		old.CutPower(1, unsynced, seed)
	}
	err := m.App.Close()
	if err != nil && !power {
		m.t.Fatal(err)
	}
	if power {
		m.disk.now = old.Reboot()
	} else {
		m.disk.now = old.Restart()
	}
	m.disk.FS = m.disk.now.FS()
	m.Restart()
	m.Handshake()
}

// commit makes the finalized block durable, in one of the ways that happen. The
// chain has recorded it.
func (m *machine) commit() {
	m.t.Helper()
	switch m.rng.IntN(12) {
	case 0: // never comes to it
		m.killed(m.rng.IntN(2) == 0)
	case 1: // while it writes
		m.disk.now.CutPower(1+m.rng.IntN(8), m.rng.IntN(101), m.rng.Uint64())
		_, err := m.App.Commit(context.Background(), &abci.RequestCommit{})
		if err != nil && !m.disk.now.Tripped() {
			m.t.Fatal(err)
		}
		m.killed(true)
	case 2: // right after it
		m.Commit()
		m.killed(m.rng.IntN(2) == 0)
	default:
		m.Commit()
	}
}
