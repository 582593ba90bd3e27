package kv

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// fault is the first failure after which the engine cannot be trusted. It takes
// the place of Pebble's logger, whose fatal errors would end the process.
type fault struct {
	err       atomic.Pointer[error]
	tripped   chan struct{} // closed when err is set
	wedged    atomic.Bool   // Pebble gave up with its locks held
	abandoned atomic.Bool   // nobody waits for Pebble any more
	closed    atomic.Bool
}

func newFault() *fault { return &fault{tripped: make(chan struct{})} }

func (f *fault) get() error {
	if p := f.err.Load(); p != nil {
		return *p
	}
	return nil
}

// usable says why the database cannot be used, if it cannot.
func (f *fault) usable() error {
	if f.closed.Load() {
		return ErrClosed
	}
	return f.get()
}

func (f *fault) set(err error) {
	if f.get() != nil {
		return
	}
	err = fmt.Errorf("kv: storage failed: %w", err)
	if f.err.CompareAndSwap(nil, &err) {
		close(f.tripped)
	}
}

// Infof implements pebble.Logger.
func (*fault) Infof(string, ...any) {}

// Errorf implements pebble.Logger.
func (*fault) Errorf(string, ...any) {}

// Fatalf implements pebble.Logger.
func (f *fault) Fatalf(format string, args ...any) { f.set(fmt.Errorf(format, args...)) }

// frozenFS stops changing the disk at the first fault, as a power cut would:
// what Pebble does afterwards rests on writes that did not happen.
//
// Pebble panics, in ways that cannot be caught, when its log cannot be written,
// closed or begun, and when a directory cannot be synced. There the error is
// kept back: it becomes the fault, and the call succeeds. Nobody is deceived,
// because a write is acknowledged only after the fault was looked at.
type frozenFS struct {
	vfs.FS
	fault *fault
}

// pause keeps Pebble, which tries again at once and for ever, from burning a
// processor over a frozen disk.
const pause = time.Millisecond

const logCategory = "pebble-wal" // how Pebble marks the files of its log

func (f frozenFS) Unwrap() vfs.FS { return f.FS }

// try makes a change unless the disk is frozen.
func (f frozenFS) try(change func() error) error {
	if err := f.fault.get(); err != nil {
		if f.fault.abandoned.Load() {
			select {} // for whoever still waits for Pebble: nobody
		}
		time.Sleep(pause)
		return err
	}
	return change()
}

func (f frozenFS) file(open func() (vfs.File, error), quiet bool) (file vfs.File, err error) {
	err = f.try(func() error {
		file, err = open()
		return err
	})
	if err != nil && !quiet {
		return nil, err
	}
	if err != nil {
		f.fault.set(err)
		file = nil
	}
	return &frozenFile{file, f.fault, quiet}, nil
}

func (f frozenFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.file(func() (vfs.File, error) { return f.FS.Create(name, c) }, c == logCategory)
}

func (f frozenFS) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.file(func() (vfs.File, error) { return f.FS.ReuseForWrite(old, name, c) }, c == logCategory)
}

func (f frozenFS) OpenReadWrite(name string, c vfs.DiskWriteCategory, o ...vfs.OpenOption) (vfs.File, error) {
	return f.file(func() (vfs.File, error) { return f.FS.OpenReadWrite(name, c, o...) }, false)
}

func (f frozenFS) OpenDir(name string) (vfs.File, error) {
	dir, err := f.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &frozenFile{dir, f.fault, true}, nil
}

func (f frozenFS) Link(old, name string) error {
	return f.try(func() error { return f.FS.Link(old, name) })
}

func (f frozenFS) Rename(old, name string) error {
	return f.try(func() error { return f.FS.Rename(old, name) })
}

func (f frozenFS) Remove(name string) error {
	return f.try(func() error { return f.FS.Remove(name) })
}

func (f frozenFS) RemoveAll(name string) error {
	return f.try(func() error { return f.FS.RemoveAll(name) })
}

// frozenFile is a file or directory on a frozenFS.
type frozenFile struct {
	vfs.File // nil if a quiet one could not be opened
	fault    *fault
	quiet    bool // errors become the fault and are not returned
}

func (f *frozenFile) try(change func() error) error {
	err := f.fault.get()
	if err == nil {
		err = change()
	}
	if err != nil && f.quiet {
		f.fault.set(err)
		return nil
	}
	return err
}

func (f *frozenFile) Write(p []byte) (n int, err error) {
	err = f.try(func() error {
		n, err = f.File.Write(p)
		return err
	})
	if f.quiet {
		n = len(p)
	}
	return n, err
}

func (f *frozenFile) WriteAt(p []byte, at int64) (n int, err error) {
	err = f.try(func() error {
		n, err = f.File.WriteAt(p, at)
		return err
	})
	return n, err
}

func (f *frozenFile) Preallocate(at, n int64) error {
	return f.try(func() error { return f.File.Preallocate(at, n) })
}

func (f *frozenFile) Sync() error     { return f.try(func() error { return f.File.Sync() }) }
func (f *frozenFile) SyncData() error { return f.try(func() error { return f.File.SyncData() }) }

func (f *frozenFile) SyncTo(n int64) (full bool, err error) {
	err = f.try(func() error {
		full, err = f.File.SyncTo(n)
		return err
	})
	return full, err
}

// Stat matters to Pebble only for the size of a log that it uses again.
func (f *frozenFile) Stat() (info vfs.FileInfo, err error) {
	err = f.try(func() error {
		info, err = f.File.Stat()
		return err
	})
	if info == nil && err == nil {
		info = lostFile{}
	}
	return info, err
}

func (f *frozenFile) Fd() uintptr {
	if f.File == nil {
		return vfs.InvalidFd
	}
	return f.File.Fd()
}

// Close gives the file back even when the disk is frozen.
func (f *frozenFile) Close() error {
	if f.File == nil {
		return nil
	}
	err := f.File.Close()
	if err != nil && f.quiet {
		f.fault.set(err)
		return nil
	}
	return err
}

// lostFile describes a file that could not be opened.
type lostFile struct{ vfs.FileInfo }

func (lostFile) Size() int64 { return 0 }
