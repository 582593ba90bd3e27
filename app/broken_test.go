package app_test

import (
	"encoding/hex"
	"errors"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"

	"urna/internal/kv"
)

func hexKey(b []byte) string { return hex.EncodeToString(b) }

// brokenFS is the machine's file system until it is broken: then every read and
// write fails.
type brokenFS struct {
	vfs.FS
	broken atomic.Bool
}

var errBroken = errors.New("the disk is broken")

func newBrokenFS() *brokenFS { return &brokenFS{FS: vfs.Default} }

var _ kv.FS = (*brokenFS)(nil)

func (f *brokenFS) breakIt() { f.broken.Store(true) }

func (f *brokenFS) fail() error {
	if f.broken.Load() {
		return errBroken
	}
	return nil
}

func (f *brokenFS) wrap(file vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return brokenFile{file, f}, nil
}

func (f *brokenFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	return f.wrap(f.FS.Create(name, c))
}

func (f *brokenFS) Open(name string, o ...vfs.OpenOption) (vfs.File, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	return f.wrap(f.FS.Open(name, o...))
}

func (f *brokenFS) Stat(name string) (vfs.FileInfo, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	return f.FS.Stat(name)
}

type brokenFile struct {
	vfs.File
	fs *brokenFS
}

func (f brokenFile) Read(p []byte) (int, error) {
	if err := f.fs.fail(); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

func (f brokenFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.fs.fail(); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, off)
}

func (f brokenFile) Write(p []byte) (int, error) {
	if err := f.fs.fail(); err != nil {
		return 0, err
	}
	return f.File.Write(p)
}

func (f brokenFile) Sync() error {
	if err := f.fs.fail(); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f brokenFile) SyncData() error {
	if err := f.fs.fail(); err != nil {
		return err
	}
	return f.File.SyncData()
}

func (f brokenFile) Fd() uintptr { return vfs.InvalidFd }
