// Package kvtest is a disk in memory that fails on command, so that tests can
// break every call to storage and pull the plug between any two.
package kvtest

import (
	"errors"
	"math/rand/v2"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"urna/internal/kv"
)

// ErrBroken is what a failing disk answers.
var ErrBroken = errors.New("kvtest: the disk is broken")

// Disk is a file system that counts the calls to it. It is safe for concurrent
// use.
type Disk struct {
	mem *vfs.MemFS
	fs  kv.FS

	mu     sync.Mutex
	calls  int
	at     int // the call that goes wrong; 0 is none
	lasts  bool
	writes bool // count only calls that change the disk
	cut    *vfs.MemFS
	unsync int
	seed   uint64
}

// NewDisk is an empty disk that works.
func NewDisk() *Disk { return on(vfs.NewCrashableMem()) }

func on(mem *vfs.MemFS) *Disk {
	d := &Disk{mem: mem}
	d.fs = errorfs.Wrap(mem, errorfs.InjectorFunc(d.call))
	return d
}

// FS is the file system to open a database on.
func (d *Disk) FS() kv.FS { return d.fs }

// FailOnce makes the at-th call from now fail, and no other.
func (d *Disk) FailOnce(at int) { d.arm(at, false, false, 0, 0) }

// CutPower stops the disk for good before the at-th call from now that would
// change it. Of what was written but not synced, unsynced percent survive,
// chosen by seed.
func (d *Disk) CutPower(at, unsynced int, seed uint64) { d.arm(at, true, true, unsynced, seed) }

func (d *Disk) arm(at int, lasts, writes bool, unsynced int, seed uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls, d.at, d.lasts, d.writes = 0, at, lasts, writes
	d.unsync, d.seed = unsynced, seed
}

// Tripped tells whether the call that was to fail has come.
func (d *Disk) Tripped() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at > 0 && d.calls >= d.at
}

// Reboot is the disk as it is found after the power cut, or after one now.
func (d *Disk) Reboot() *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cut == nil {
		d.crash()
	}
	return on(d.cut)
}

// Restart is the disk as a new process finds it when the old one was killed:
// nothing that was written is lost.
func (d *Disk) Restart() *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	return on(d.mem.CrashClone(survivors(100, d.seed)))
}

// crash keeps what survives. d.mu is held.
func (d *Disk) crash() { d.cut = d.mem.CrashClone(survivors(d.unsync, d.seed)) }

func survivors(percent int, seed uint64) vfs.CrashCloneCfg {
	return vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: rand.New(rand.NewPCG(seed, 0))}
}

func (d *Disk) call(op errorfs.Op) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.at == 0 || (d.writes && op.Kind.ReadOrWrite() == errorfs.OpIsRead && d.calls < d.at) {
		return nil
	}
	d.calls++
	if d.calls < d.at || (d.calls > d.at && !d.lasts) {
		return nil
	}
	if d.lasts && d.cut == nil {
		d.crash()
	}
	return ErrBroken
}
