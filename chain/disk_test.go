package chain_test

import (
	"errors"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// breakable is a disk that stops taking writes.
type breakable struct{ broken atomic.Bool }

func (b *breakable) fs() vfs.FS { return breakableFS{vfs.Default, b} }

var errBroken = errors.New("the disk is broken")

type breakableFS struct {
	vfs.FS
	b *breakable
}

func (f breakableFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	file, err := f.FS.Create(name, c)
	if err != nil {
		return nil, err
	}
	return breakableFile{file, f.b}, nil
}

type breakableFile struct {
	vfs.File
	b *breakable
}

func (f breakableFile) Write(p []byte) (int, error) {
	if f.b.broken.Load() {
		return 0, errBroken
	}
	return f.File.Write(p)
}

func (f breakableFile) Sync() error {
	if f.b.broken.Load() {
		return errBroken
	}
	return f.File.Sync()
}

func (f breakableFile) SyncData() error {
	if f.b.broken.Load() {
		return errBroken
	}
	return f.File.SyncData()
}
