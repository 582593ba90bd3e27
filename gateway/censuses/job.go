package censuses

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// JobKind is what a job does.
type JobKind string

// The kinds of jobs.
const (
	PublishJob JobKind = "publish" // the file store gets the census
	ImportJob  JobKind = "import"  // the census comes from the file store
)

// JobState is how far a job is.
type JobState string

// The states of jobs.
const (
	Waiting JobState = "waiting" // for a place, or for somebody who asks for the census
	Running JobState = "running"
	Done    JobState = "done"
	Failed  JobState = "failed" // until it is tried again: see Publish and Ready
)

// Job is work on a published census that goes on by itself.
type Job struct {
	Kind  JobKind
	State JobState
	Done  int    // members
	Total int    // members; 0 if that is not known yet
	URI   string // of the file; empty if there is none yet
	Err   error  // of a failed one
}

// Job tells how far the work on a published census is. The error is ErrDraft or
// ErrNotFound, or ErrClosed.
func (s *Service) Job(root ID) (Job, error) {
	e, err := s.acquire(root)
	if err != nil {
		return Job{}, err
	}
	defer s.release(e)
	if e.meta.draft() {
		return Job{}, ErrDraft
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	j := Job{Kind: PublishJob, State: Waiting, Done: e.done, Total: e.size, URI: e.uri}
	if e.imported {
		j.Kind = ImportJob
	}
	switch {
	case e.running != nil && e.active:
		j.State = Running
	case e.running != nil:
	case e.whole && e.uri != "":
		j.State, j.Done = Done, e.size
	case e.failure != nil:
		j.State, j.Err = Failed, e.failure
	}
	return j, nil
}

// Ready waits until a census can be read: one of others may have to be brought in
// first. The error wraps ErrImport if that went wrong, and is ErrNotYet if ctx
// ended first.
func (s *Service) Ready(ctx context.Context, id ID) error {
	e, err := s.acquire(id)
	if err != nil {
		return err
	}
	defer s.release(e)
	if s.whole(e) {
		return nil
	}
	select {
	case <-s.start(e):
	case <-ctx.Done():
		return ErrNotYet
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case e.whole:
		return nil
	case e.failure != nil:
		return e.failure
	}
	return ErrClosed // nothing else ends a job without a verdict
}

// start makes sure that what a census misses, its file or its members, is or will
// be made, and returns a channel that is closed once that has ended.
func (s *Service) start(e *entry) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.running != nil {
		return e.running
	}
	ended := make(chan struct{})
	if s.closed {
		close(ended)
		return ended
	}
	kind, work, failed := PublishJob, s.store, ErrPublish
	if e.imported {
		kind, work, failed = ImportJob, s.fill, ErrImport
	}
	e.running, e.active, e.done, e.failure = ended, false, 0, nil
	s.jobs.Go(func() {
		began := time.Now()
		err := s.inSlot(kind, e, work)
		s.mu.Lock()
		e.running, e.active = nil, false
		if err != nil && s.ctx.Err() == nil {
			e.failure = fmt.Errorf("%w: %w", failed, diskFull(err))
		}
		s.mu.Unlock()
		close(ended)
		if err != nil {
			s.cfg.Log.Error("job on a census failed", "job", string(kind), "census", e.id.String(), "error", err)
			return
		}
		s.cfg.Log.Info("job on a census is done", "job", string(kind), "census", e.id.String(), "duration", time.Since(began))
	})
	return ended
}

// inSlot does the work once there is a place for it.
func (s *Service) inSlot(kind JobKind, frozen *entry, work func(*entry) error) error {
	select {
	case s.slots[kind] <- struct{}{}:
		defer func() { <-s.slots[kind] }()
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
	e, err := s.acquire(frozen.id)
	if err != nil {
		return err
	}
	defer s.release(e)
	if e != frozen {
		return errors.New("the census was removed")
	}
	s.mu.Lock()
	e.active = true
	s.mu.Unlock()
	return work(e)
}

// step notes how far a job is, and ends it when the service closes.
func (s *Service) step(e *entry) func(done int) error {
	return func(done int) error {
		s.mu.Lock()
		e.done = done
		s.mu.Unlock()
		return s.ctx.Err()
	}
}
