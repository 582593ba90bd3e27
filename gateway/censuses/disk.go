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
	"time"

	"urna/census/tree"
)

// The directory of a service:
//
//	secret             makes tokens
//	drafts/<id>        a draft: its members and census.json
//	published/<root>   a published census, likewise
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
	URI     string    `json:"uri,omitempty"` // of the published document
}

func (m *meta) draft() bool      { return m.Owner != "" }
func (m *meta) unfinished() bool { return m.Owner == "" && m.URI == "" }

func (s *Service) newEntry(id ID, m meta) *entry {
	kind := publishedDir
	if m.draft() {
		kind = draftsDir
	}
	return &entry{id: id, meta: m, touched: m.Created, dir: filepath.Join(s.cfg.Dir, kind, id.String())}
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
			e, err := s.openEntry(kind, name.Name())
			if err != nil {
				return fmt.Errorf("census %s: %w", name.Name(), err)
			}
			s.all[e.id] = e
			s.total += e.size
		}
	}
	return nil
}

func (s *Service) openEntry(kind, name string) (*entry, error) {
	b, err := hex.DecodeString(name)
	if err != nil || len(b) != len(ID{}) {
		return nil, errors.New("directory is not named by 64 hex digits")
	}
	dir := filepath.Join(s.cfg.Dir, kind, name)
	raw, err := os.ReadFile(filepath.Join(dir, metaFile))
	if err != nil {
		return nil, err
	}
	var m meta
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", metaFile, err)
	}
	if m.draft() != (kind == draftsDir) {
		return nil, fmt.Errorf("%s: owner does not fit into %s", metaFile, kind)
	}
	e := s.newEntry(ID(b), m)
	members, err := os.Stat(filepath.Join(dir, membersFile))
	if err != nil {
		return nil, err
	}
	e.size = int(members.Size()) / recordLen
	e.touched = members.ModTime()
	return e, nil
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

// create makes the directory of a new census, whole or not at all, with the
// members of a dump.
func (s *Service) create(e *entry, dump []byte) error {
	scratch, err := os.MkdirTemp(filepath.Join(s.cfg.Dir, scratchDir), "new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch) // nothing is there after the rename
	t, err := tree.Open(scratch)
	if err != nil {
		return err
	}
	if err := errors.Join(t.Load(dump), t.Close()); err != nil {
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

// discard removes the directory of a census at once, and its files after that.
func (s *Service) discard(e *entry) error {
	scratch, err := os.MkdirTemp(filepath.Join(s.cfg.Dir, scratchDir), "old-")
	if err != nil {
		return err
	}
	if err := os.Rename(e.dir, filepath.Join(scratch, "census")); err != nil {
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

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
