package censuses

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"urna/census/tree"
	"urna/ipfs"
)

// The directory of a service:
//
//	secret             makes tokens
//	drafts/<id>        a draft: its members and census.json
//	published/<root>   a published census, likewise; also of others, whose members
//	                   may be missing
//	scratch/           what is being made or removed; emptied at the start
//
// A census appears and disappears by renaming its whole directory.
const (
	draftsDir    = "drafts"
	publishedDir = "published"
	scratchDir   = "scratch"
	secretFile   = "secret"
	metaFile     = "census.json"
	membersFile  = "members" // census/tree's
)

// meta is what is kept of a census beside its members.
type meta struct {
	Owner   string    `json:"owner,omitempty"` // SHA-256 of the token, hex; empty once published
	Created time.Time `json:"created"`
	URI     string    `json:"uri,omitempty"` // of the published file

	Imported bool `json:"imported,omitempty"` // others published it; its members come from its file
	Whole    bool `json:"whole"`              // its members are here
}

func (m *meta) draft() bool      { return m.Owner != "" }
func (m *meta) unfinished() bool { return m.Owner == "" && m.URI == "" }

func (s *Service) newEntry(id ID, m meta) *entry {
	kind := publishedDir
	if m.draft() {
		kind = draftsDir
	}
	return &entry{
		id: id, meta: m, touched: m.Created, dir: filepath.Join(s.cfg.Dir, kind, id.String()),
		whole: m.Whole, imported: m.Imported, uri: m.URI,
	}
}

// openDir makes the directory if need be, and lists the censuses in it.
func (s *Service) openDir() error {
	scratch := filepath.Join(s.cfg.Dir, scratchDir)
	if err := os.RemoveAll(scratch); err != nil {
		return err
	}
	for _, d := range []string{draftsDir, publishedDir, scratchDir} {
		if err := os.MkdirAll(filepath.Join(s.cfg.Dir, d), 0o700); err != nil {
			return err
		}
	}
	if err := s.openSecret(); err != nil {
		return err
	}
	for _, kind := range []string{draftsDir, publishedDir} {
		names, err := os.ReadDir(filepath.Join(s.cfg.Dir, kind))
		if err != nil {
			return err
		}
		for _, name := range names {
			e, members, err := s.openEntry(kind, name.Name())
			if err != nil {
				return fmt.Errorf("census %s: %w", name.Name(), err)
			}
			s.list(e, members)
		}
	}
	return nil
}

// openEntry finds a census and how many members it has.
func (s *Service) openEntry(kind, name string) (e *entry, members int, err error) {
	b, err := hex.DecodeString(name)
	if err != nil || len(b) != len(ID{}) {
		return nil, 0, errors.New("directory is not named by 64 hex digits")
	}
	dir := filepath.Join(s.cfg.Dir, kind, name)
	raw, err := os.ReadFile(filepath.Join(dir, metaFile))
	if err != nil {
		return nil, 0, err
	}
	m := meta{Whole: true} // earlier versions did not say it
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", metaFile, err)
	}
	if m.draft() != (kind == draftsDir) {
		return nil, 0, fmt.Errorf("%s: owner does not fit into %s", metaFile, kind)
	}
	e = s.newEntry(ID(b), m)
	file, err := os.Stat(filepath.Join(dir, membersFile))
	if errors.Is(err, fs.ErrNotExist) && !m.Whole {
		return e, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	e.touched = file.ModTime()
	if e.begun = !m.Whole; m.Whole {
		members = int(file.Size()) / MemberLen
	}
	return e, members, nil
}

func (s *Service) openSecret() error {
	path := filepath.Join(s.cfg.Dir, secretFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		b = make([]byte, 32)
		_, _ = rand.Read(b) // never fails
		err = s.replace(path, b)
	}
	if err != nil {
		return err
	}
	if len(b) != 32 {
		return fmt.Errorf("%s has %d bytes, not 32", secretFile, len(b))
	}
	s.secret = b
	return nil
}

// create makes the directory of a new census, whole or not at all. Members, if
// there are any, are of whom the census is.
func (s *Service) create(e *entry, members *tree.Reader) error {
	scratch, err := os.MkdirTemp(filepath.Join(s.cfg.Dir, scratchDir), "new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch) // nothing is there after the rename
	switch {
	case members != nil:
		err = tree.Import(scratch, members, nil)
	case e.meta.Whole:
		var t *tree.Tree
		if t, err = tree.Open(scratch); err == nil {
			err = t.Close()
		}
	}
	if err != nil {
		return err
	}
	if err := s.writeMeta(scratch, &e.meta); err != nil {
		return err
	}
	if err := os.Rename(scratch, e.dir); err != nil {
		return err
	}
	return syncDir(filepath.Dir(e.dir))
}

// discard removes the directory of a census at once, and its files after that. It
// needs no room, so that it is a way out of a full disk.
func (s *Service) discard(e *entry) error {
	scratch := filepath.Join(s.cfg.Dir, scratchDir, "old-"+e.id.String())
	if err := os.RemoveAll(scratch); err != nil {
		return err
	}
	if err := os.Rename(e.dir, scratch); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(e.dir)); err != nil {
		return err
	}
	return os.RemoveAll(scratch)
}

func (s *Service) writeMeta(dir string, m *meta) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.replace(filepath.Join(dir, metaFile), b)
}

// replace writes a file so that a crash leaves the old or the new one.
func (s *Service) replace(path string, b []byte) (err error) {
	f, err := os.CreateTemp(filepath.Join(s.cfg.Dir, scratchDir), "file-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if _, err := f.Write(b); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// diskFull says in a word of this package that the disk is full.
func diskFull(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, ipfs.ErrDiskFull) {
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return err
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
