package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// list is a CSV file that is being written. Under its own name it appears when all
// of it is on disk, readable for its owner only; a file that is there is not
// replaced.
type list struct {
	*csv.Writer
	path string // empty for standard output
	f    *os.File
	buf  *bufio.Writer
}

// partial is the name of a file that is not finished.
func partial(path string) string { return path + ".partial" }

// create starts a list; path - is standard output.
func (a *app) create(path string) (*list, error) {
	if path == "-" {
		buf := bufio.NewWriter(a.out)
		return &list{Writer: csv.NewWriter(buf), buf: buf}, nil
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is there already; move it away, or choose another name", path)
	}
	f, err := os.OpenFile(partial(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s is there, from a command that was broken off or still runs; look at it and remove it", partial(path))
	}
	if err != nil {
		return nil, err
	}
	buf := bufio.NewWriter(f)
	return &list{Writer: csv.NewWriter(buf), path: path, f: f, buf: buf}, nil
}

// sync makes what was written durable.
func (l *list) sync() error {
	l.Flush()
	if err := l.Error(); err != nil {
		return err
	}
	if err := l.buf.Flush(); err != nil || l.f == nil {
		return err
	}
	return l.f.Sync()
}

// done gives the list its name, or removes it if there was an error.
func (l *list) done(err error) error {
	if l.f == nil {
		return errors.Join(err, l.sync())
	}
	if err == nil {
		err = l.sync()
	}
	err = errors.Join(err, l.f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(partial(l.path)))
	}
	return os.Rename(partial(l.path), l.path)
}

// input opens a file to read and tells its size, -1 if not known; - is standard
// input.
func (a *app) input(path string) (io.ReadCloser, int64, error) {
	if path == "-" {
		return io.NopCloser(a.in), -1, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}
