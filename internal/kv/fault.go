package kv

import (
	"fmt"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// fault is the first failure after which the engine cannot be trusted. It takes
// the place of Pebble's logger, whose fatal errors would end the process.
type fault struct {
	err    atomic.Pointer[error]
	wedged atomic.Bool // Pebble gave up with its locks held
}

func (f *fault) get() error {
	if p := f.err.Load(); p != nil {
		return *p
	}
	return nil
}

func (f *fault) set(err error) {
	err = fmt.Errorf("kv: storage failed: %w", err)
	f.err.CompareAndSwap(nil, &err)
}

// Infof implements pebble.Logger.
func (*fault) Infof(string, ...any) {}

// Errorf implements pebble.Logger.
func (*fault) Errorf(string, ...any) {}

// Fatalf implements pebble.Logger.
func (f *fault) Fatalf(format string, args ...any) { f.set(fmt.Errorf(format, args...)) }

// faultFS notes that a directory could not be synced and lets Pebble go on,
// which would panic in a goroutine of its own. The fault makes the next call of
// the owner fail, and nothing that was acknowledged depends on the sync: a
// batch is acknowledged only after the fault was looked at.
type faultFS struct {
	vfs.FS
	fault *fault
}

func (f faultFS) Unwrap() vfs.FS { return f.FS }

func (f faultFS) OpenDir(name string) (vfs.File, error) {
	dir, err := f.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return faultDir{dir, f.fault}, nil
}

type faultDir struct {
	vfs.File
	fault *fault
}

func (d faultDir) Sync() error {
	if err := d.File.Sync(); err != nil {
		d.fault.set(fmt.Errorf("sync directory: %w", err))
	}
	return nil
}
