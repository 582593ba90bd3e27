package censuses

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"urna/census"
	"urna/census/tree"
)

// Publish freezes a copy of a draft under its root, puts it into the file store
// and waits for that. If expect is not nil, the draft must have that root.
// Publishing the same members again returns what is published.
func (s *Service) Publish(ctx context.Context, id ID, token string, expect *census.Root) (census.Root, string, error) {
	e, err := s.freeze(id, token, expect)
	if err != nil {
		return census.Root{}, "", err
	}
	root := census.Root(e.id)
	select {
	case <-s.start(e):
	case <-ctx.Done():
		return root, "", ctx.Err()
	}
	uri, err := s.Check(e.id)
	if errors.Is(err, ErrNotYet) {
		err = ErrClosed // nothing else ends publishing without a verdict
	}
	return root, uri, err
}

// PublishAsync is Publish without the wait; see Check and Job.
func (s *Service) PublishAsync(id ID, token string) (census.Root, error) {
	e, err := s.freeze(id, token, nil)
	if err != nil {
		return census.Root{}, err
	}
	s.start(e)
	return census.Root(e.id), nil
}

// Check returns the URI of a published census. The error is ErrNotYet while it
// is being stored, and wraps ErrPublish if that went wrong; then it is tried
// again when somebody publishes it again, and at the next Open.
func (s *Service) Check(root ID) (uri string, err error) {
	j, err := s.Job(root)
	switch {
	case err != nil:
		return "", err
	case j.URI != "":
		return j.URI, nil
	case j.Err != nil:
		return "", j.Err
	}
	return "", ErrNotYet
}

// Cost is how many members publishing a draft would copy: none if they are
// published already.
func (s *Service) Cost(id ID) (members int, err error) {
	var root ID
	err = s.read(id, func(e *entry) error {
		members, root = e.tree.Size(), ID(e.tree.Root())
		return nil
	})
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.all[root]; e != nil && !e.imported {
		members = 0
	}
	return members, nil
}

// freeze makes the published copy of a draft, which has no URI yet, or finds
// the one that is there.
func (s *Service) freeze(id ID, token string, expect *census.Root) (frozen *entry, err error) {
	err = s.change(id, token, func(e *entry) error {
		if e.tree.Size() == 0 {
			return ErrEmpty
		}
		root := e.tree.Root()
		if expect != nil && *expect != root {
			return fmt.Errorf("%w: %s, not %s", ErrRoot, root, *expect)
		}
		copied := s.newEntry(ID(root), meta{Created: s.cfg.Now().UTC(), Whole: true})
		// Whoever finds the copy from here on waits until it is whole.
		copied.mu.Lock()
		defer copied.mu.Unlock()
		other, err := s.insert(copied, e.tree.Size())
		if err != nil {
			return err
		}
		if other != nil {
			frozen = other
			return s.republish(other, e)
		}
		if err := s.create(copied, e.tree.Reader()); err != nil {
			s.forget(copied)
			return fmt.Errorf("publish census: %w", diskFull(err))
		}
		frozen = copied
		return nil
	})
	return frozen, err
}

// republish lets a published census stay as long as a new one. If others have
// published it, it becomes one of ours, with the members of the draft.
func (s *Service) republish(e, draft *entry) error {
	e.mu.Lock() // an import that is under way ends first
	defer e.mu.Unlock()
	if e.gone {
		return ErrNotYet // it has just been removed; the next try makes it anew
	}
	now, members := s.cfg.Now(), draft.tree.Size()
	s.mu.Lock()
	e.touched = now
	full := e.imported && s.total+members > s.cfg.MaxTotal
	s.mu.Unlock()
	if full {
		return ErrFull
	}
	if !e.meta.Imported {
		return os.Chtimes(filepath.Join(e.dir, membersFile), now, now)
	}
	if err := s.adopt(e, draft); err != nil {
		return fmt.Errorf("publish census: %w", diskFull(err))
	}
	return nil
}

// adopt makes a census of others one of ours that is not in the file store yet; it
// needs e.mu alone.
func (s *Service) adopt(e, draft *entry) error {
	if !e.meta.Whole {
		if err := tree.Import(e.dir, draft.tree.Reader(), nil); err != nil {
			return err
		}
	}
	m := e.meta
	m.Imported, m.Whole, m.URI = false, true, ""
	if err := s.writeMeta(e.dir, &m); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(e, -e.size)
	s.imports--
	e.imported = false
	s.count(e, draft.tree.Size())
	e.set(&m)
	return nil
}

// set brings what is kept of a census up to date; it needs e.mu and Service.mu.
func (e *entry) set(m *meta) {
	e.meta.Imported, e.meta.Whole, e.meta.URI = m.Imported, m.Whole, m.URI
	e.imported, e.whole, e.uri = m.Imported, m.Whole, m.URI
}

// store puts a frozen census into the file store and notes its URI.
func (s *Service) store(e *entry) error {
	e.mu.RLock()
	finished := !e.meta.unfinished()
	e.mu.RUnlock()
	if finished {
		return nil
	}
	r, f, err := tree.OpenReader(e.dir, census.Root(e.id))
	if err != nil {
		return err
	}
	defer f.Close() // it was only read
	out, in := io.Pipe()
	var writer sync.WaitGroup
	writer.Go(func() { in.CloseWithError(writeCensus(in, r, s.step(e))) })
	uri, _, err := s.cfg.Files.Add(s.ctx, out)
	out.CloseWithError(err) // the writer has ended, or ends
	writer.Wait()
	if err == nil && uri == "" {
		err = errors.New("file store gave no URI")
	}
	if err != nil {
		return err
	}
	return s.note(e, func(m *meta) { m.URI = uri })
}

// note changes what is kept of a census, on disk first; it takes e.mu.
func (s *Service) note(e *entry, change func(*meta)) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := e.meta
	change(&m)
	if err := s.writeMeta(e.dir, &m); err != nil {
		return err
	}
	s.mu.Lock()
	e.set(&m)
	s.mu.Unlock()
	return nil
}
