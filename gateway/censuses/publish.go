package censuses

import (
	"context"
	"errors"
	"fmt"
	"time"

	"urna/census"
)

// Publish freezes a copy of a draft under its root, puts a dump of it into the
// file store and waits for that. If expect is not nil, the draft must have that
// root. Publishing the same members again returns what is published.
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

// PublishAsync is Publish without the wait; see Check.
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
	e, err := s.acquire(root)
	if err != nil {
		return "", err
	}
	defer s.release(e)
	if e.meta.draft() {
		return "", ErrDraft
	}
	e.mu.RLock()
	uri, gone := e.meta.URI, e.gone
	e.mu.RUnlock()
	s.mu.Lock()
	failure := e.failure
	s.mu.Unlock()
	switch {
	case gone:
		return "", ErrNotFound
	case uri != "":
		return uri, nil
	case failure != nil:
		return "", failure
	}
	return "", ErrNotYet
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
		copied := s.newEntry(ID(root), meta{Created: s.cfg.Now().UTC()})
		// Whoever finds the copy from here on waits until it is whole.
		copied.mu.Lock()
		defer copied.mu.Unlock()
		other, err := s.insert(copied, e.tree.Size())
		if err != nil {
			return err
		}
		if other != nil {
			frozen = other
			return nil
		}
		if err := s.create(copied, e.tree.Dump()); err != nil {
			s.forget(copied)
			return fmt.Errorf("publish census: %w", err)
		}
		frozen = copied
		return nil
	})
	return frozen, err
}

// start makes sure that the document of a frozen census is or will be stored,
// and returns a channel that is closed once that has ended.
func (s *Service) start(e *entry) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.running != nil {
		return e.running
	}
	done := make(chan struct{})
	if s.closed {
		close(done)
		return done
	}
	e.running, e.failure = done, nil
	s.publishing.Go(func() {
		began := time.Now()
		err := s.store(e)
		s.mu.Lock()
		e.running = nil
		if err != nil && s.ctx.Err() == nil {
			e.failure = fmt.Errorf("%w: %w", ErrPublish, err)
		}
		s.mu.Unlock()
		close(done)
		if err != nil {
			s.cfg.Log.Error("publish census", "census", e.id.String(), "error", err)
			return
		}
		s.cfg.Log.Info("census published", "census", e.id.String(), "duration", time.Since(began))
	})
	return done
}

// store puts the dump of a frozen census into the file store and notes its URI.
func (s *Service) store(frozen *entry) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
	e, err := s.acquire(frozen.id)
	if err != nil {
		return err
	}
	defer s.release(e)
	var document []byte
	err = s.readHeld(e, func(e *entry) (err error) {
		if e.meta.unfinished() {
			d := s.dump(e)
			document, err = d.document()
		}
		return err
	})
	if err != nil || document == nil {
		return err
	}
	uri, err := s.cfg.Files.Put(s.ctx, document)
	if err == nil && uri == "" {
		err = errors.New("file store gave no URI")
	}
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.meta.URI = uri
	if err := s.writeMeta(e.dir, &e.meta); err != nil {
		e.meta.URI = ""
		return err
	}
	return nil
}
