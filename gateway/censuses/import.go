package censuses

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"urna/census"
	"urna/census/tree"
)

// maxOthers is how many files that promise to be one census wait for their turn.
const maxOthers = 1000

// Verify reads a file to its end as a stranger's. It returns nil for a census
// whose members are as many as are taken, and have the root that it promises.
func (s *Service) Verify(file io.Reader) error {
	select { // one at a time: a document takes memory
	case s.verified <- struct{}{}:
		defer func() { <-s.verified }()
	case <-s.ctx.Done():
		return ErrClosed
	}
	r, err := readCensus(file, s.cfg.MaxMembers)
	if err == nil {
		_, err = r.Check()
	}
	return err
}

// Offer tells of a file that is here and promises to be a census that others have
// published. It is brought in by a job, unless it is here.
func (s *Service) Offer(uri string) error {
	in, _, err := s.cfg.Files.Reader(s.ctx, uri, math.MaxInt64)
	if err != nil {
		return err
	}
	root, err := rootOf(bufio.NewReaderSize(in, maxHead))
	if err != nil {
		return err
	}
	e := s.newEntry(ID(root), meta{Created: s.cfg.Now().UTC(), URI: uri, Imported: true})
	e.mu.Lock()
	fresh, err := s.admit(e)
	if err == nil && fresh {
		if err = s.create(e, nil); err != nil {
			s.forget(e)
		}
	}
	e.mu.Unlock()
	if err != nil {
		return fmt.Errorf("note census %s: %w", e.id, diskFull(err))
	}
	if fresh {
		s.start(e)
	}
	return nil
}

// admit lists a census of others, unless it is here already. If there are too many,
// the one that was not used for longest is forgotten.
func (s *Service) admit(e *entry) (fresh bool, err error) {
	for {
		s.mu.Lock()
		here := s.all[e.id]
		switch {
		case s.closed:
			s.mu.Unlock()
			return false, ErrClosed
		case here != nil:
			if here.imported && !here.whole && here.uri != e.uri && len(here.others) < maxOthers {
				here.others = append(here.others, e.uri)
			}
			s.mu.Unlock()
			return false, nil
		case s.imports < s.cfg.MaxCensuses:
			s.list(e, 0)
			s.mu.Unlock()
			return true, nil
		}
		old := s.leastUsed(false)
		s.mu.Unlock()
		if old == nil {
			return false, ErrFull
		}
		old.mu.Lock()
		err := s.remove(old)
		old.mu.Unlock()
		s.release(old)
		if err != nil {
			return false, err
		}
	}
}

// leastUsed finds the census of others, with members or any, that nobody uses and
// that was used longest ago, and acquires it; nil if there is none. It needs s.mu.
func (s *Service) leastUsed(members bool) (found *entry) {
	for _, e := range s.all {
		if e.imported && e.refs == 0 && e.running == nil && (e.size > 0 || !members) && (found == nil || e.used < found.used) {
			found = e
		}
	}
	if found != nil {
		found.refs++
		s.users.Add(1)
	}
	return found
}

// fill brings the members of a census of others from its file. What is not that
// census is forgotten.
func (s *Service) fill(e *entry) error {
	s.mu.Lock()
	uri, whole := e.uri, e.whole
	s.mu.Unlock()
	if whole {
		return nil
	}
	in, _, err := s.cfg.Files.Reader(s.ctx, uri, math.MaxInt64)
	if err != nil {
		return err
	}
	r, err := readCensus(in, s.cfg.MaxMembers)
	if err == nil && r.Root() != census.Root(e.id) {
		err = ErrRoot
	}
	if err == nil {
		err = s.bring(e, r)
	}
	if errors.Is(err, tree.ErrDump) || errors.Is(err, ErrRoot) || errors.Is(err, ErrTooLarge) {
		e.mu.Lock()
		err = errors.Join(err, s.remove(e))
		e.mu.Unlock()
		s.mu.Lock()
		others := e.others
		s.mu.Unlock()
		for _, uri := range others {
			err = errors.Join(err, s.Offer(uri))
		}
	}
	return err
}

func (s *Service) bring(e *entry, r *tree.Reader) error {
	if err := s.makeRoom(e, r.Size()); err != nil {
		return err
	}
	e.mu.Lock()
	err := tree.Import(e.dir, r, s.step(e))
	e.mu.Unlock()
	if err == nil {
		err = s.note(e, func(m *meta) { m.Whole = true })
	}
	if err != nil {
		s.mu.Lock()
		s.count(e, -r.Size())
		s.mu.Unlock()
	}
	return err
}

// makeRoom takes room for the members of a census of others, for which others
// leave that were not used for longest.
func (s *Service) makeRoom(e *entry, members int) error {
	for {
		s.mu.Lock()
		if s.imported+members <= s.cfg.MaxImported {
			s.count(e, members)
			s.mu.Unlock()
			return nil
		}
		old := s.leastUsed(true)
		s.mu.Unlock()
		if old == nil {
			return ErrFull
		}
		err := s.empty(old)
		s.release(old)
		if err != nil {
			return err
		}
	}
}

// empty removes the members of a census of others, which can come back.
func (s *Service) empty(e *entry) error {
	if err := s.note(e, func(m *meta) { m.Whole = false }); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.unload(); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(e.dir, membersFile)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account(e, 0)
	s.count(e, -e.size)
	return nil
}
