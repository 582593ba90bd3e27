package censuses

import (
	"container/list"
	"fmt"
	"sync"
	"time"

	"urna/census/tree"
)

// entry is a census. Whoever uses one holds a reference first (see acquire) and
// then its lock; Service.mu is never held while waiting for it.
type entry struct {
	id  ID
	dir string

	mu   sync.RWMutex // changes hold it alone; it guards what follows
	meta meta         // Owner and Created never change
	tree *tree.Tree   // nil if not in memory
	gone bool

	// Guarded by Service.mu.
	refs    int
	touched time.Time     // the last change
	used    int64         // when it was last used, as Service.uses counts
	size    int           // its part of Service.total or Service.imported
	memory  int           // its part of Service.loaded
	element *list.Element // in Service.recent, if in memory

	// What meta says, for those who do not hold mu; guarded by Service.mu.
	whole, imported bool
	uri             string
	others          []string // files that promise to be the same census, while it is not whole

	begun bool // an import was under way when the process ended; never changes

	// The job, guarded by Service.mu.
	running chan struct{} // closed when it ends; nil if it is not under way
	active  bool          // it has a place
	done    int           // members
	failure error         // why the last one ended without success
}

// acquire finds a census and keeps it from being unloaded until release.
func (s *Service) acquire(id ID) (*entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.all[id]
	switch {
	case s.closed:
		return nil, ErrClosed
	case e == nil:
		return nil, ErrNotFound
	}
	e.refs++
	s.users.Add(1)
	return e, nil
}

// release gives a census back, brings the account of memory up to date and
// unloads what was not used for longest if there is too much.
func (s *Service) release(e *entry) {
	defer s.users.Done()
	s.mu.Lock()
	e.refs--
	s.uses++
	e.used = s.uses
	if e.element != nil {
		s.recent.MoveToFront(e.element)
	}
	var unload []*tree.Tree
	for el := s.recent.Back(); el != nil && (s.loaded > s.cfg.MaxLoaded || s.recent.Len() > s.cfg.MaxOpen); {
		old := el.Value.(*entry)
		el = el.Prev()
		if old.refs == 0 { // so nobody holds its lock, or will before s.mu is free
			unload = append(unload, old.tree)
			old.tree = nil
			s.account(old, 0)
		}
	}
	s.mu.Unlock()
	for _, t := range unload {
		if err := t.Close(); err != nil {
			s.cfg.Log.Error("close census", "error", err)
		}
	}
}

// account notes that e takes n members of memory; it needs s.mu. An entry whose
// tree is nil takes none and leaves the list.
func (s *Service) account(e *entry, n int) {
	s.loaded += n - e.memory
	e.memory = n
	switch {
	case e.tree == nil && e.element != nil:
		s.recent.Remove(e.element)
		e.element = nil
	case e.tree != nil && e.element == nil:
		e.element = s.recent.PushFront(e)
	}
}

// load brings the census into memory; it needs e.mu alone.
func (s *Service) load(e *entry) error {
	if e.gone {
		return ErrNotFound
	}
	if e.tree != nil {
		return nil
	}
	if !e.meta.Whole {
		return ErrNotYet
	}
	t, err := tree.Open(e.dir)
	if err != nil {
		return fmt.Errorf("load census %s: %w", e.id, err)
	}
	e.tree = t
	s.noteMemory(e)
	return nil
}

func (s *Service) noteMemory(e *entry) {
	n := 0
	if e.tree != nil {
		n = e.tree.Size()
	}
	s.mu.Lock()
	s.account(e, n)
	s.mu.Unlock()
}

// unload needs e.mu alone.
func (e *entry) unload() error {
	if e.tree == nil {
		return nil
	}
	t := e.tree
	e.tree = nil
	return t.Close()
}

// read calls f while nobody changes the census. The error is ErrNotYet if its
// members are not here.
func (s *Service) read(id ID, f func(*entry) error) error {
	e, err := s.acquire(id)
	if err != nil {
		return err
	}
	defer s.release(e)
	if !s.whole(e) {
		return ErrNotYet
	}
	return s.readHeld(e, f)
}

func (s *Service) whole(e *entry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return e.whole
}

// readHeld is read for whoever holds a reference.
func (s *Service) readHeld(e *entry, f func(*entry) error) error {
	e.mu.RLock()
	if e.tree == nil { // or gone, which load finds out
		e.mu.RUnlock()
		e.mu.Lock()
		err := s.load(e)
		e.mu.Unlock()
		if err != nil {
			return err
		}
		e.mu.RLock()
	}
	defer e.mu.RUnlock()
	if e.tree == nil { // removed in between
		return ErrNotFound
	}
	return f(e)
}

// change calls f, which may change the draft, if it belongs to the holder of
// token.
func (s *Service) change(id ID, token string, f func(*entry) error) error {
	e, err := s.acquire(id)
	if err != nil {
		return err
	}
	defer s.release(e)
	if !e.meta.draft() { // Owner never changes
		return ErrPublished
	}
	if !e.meta.belongsTo(token) {
		return ErrOwner
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := s.load(e); err != nil {
		return err
	}
	s.mu.Lock()
	e.touched = s.cfg.Now()
	s.mu.Unlock()
	defer s.noteMemory(e)
	return f(e)
}

// grow calls add, which adds at most n members to the census; it needs e.mu
// alone.
func (s *Service) grow(e *entry, n int, add func() error) error {
	before := e.tree.Size()
	if before+n > s.cfg.MaxMembers {
		return ErrTooLarge
	}
	if !s.reserve(e, n) && !(s.sweep(e) > 0 && s.reserve(e, n)) {
		return ErrFull
	}
	err := add()
	s.mu.Lock()
	s.count(e, e.tree.Size()-before-n)
	s.mu.Unlock()
	return diskFull(err)
}

// count adds to a census's part of the totals; it needs s.mu.
func (s *Service) count(e *entry, members int) {
	e.size += members
	if e.imported {
		s.imported += members
	} else {
		s.total += members
	}
}

// list makes a census known; it needs s.mu.
func (s *Service) list(e *entry, members int) {
	s.all[e.id] = e
	if e.imported {
		s.imports++
	}
	s.count(e, members)
}

func (s *Service) reserve(e *entry, n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.total+n > s.cfg.MaxTotal {
		return false
	}
	s.count(e, n)
	return true
}

// insert adds a new census of n members, whose lock the caller holds, or
// returns the one that has its id already.
func (s *Service) insert(e *entry, n int) (other *entry, err error) {
	full, closed := false, false
	try := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		other, closed = s.all[e.id], s.closed
		full = len(s.all)-s.imports >= s.cfg.MaxCensuses || s.total+n > s.cfg.MaxTotal
		if other == nil && !full && !closed {
			s.list(e, n)
		}
	}
	try()
	if full && other == nil && s.sweep(nil) > 0 {
		try()
	}
	switch {
	case closed:
		return nil, ErrClosed
	case other != nil:
		return other, nil
	case full:
		return nil, ErrFull
	}
	return nil, nil
}

// forget takes a census off the list; it needs e.mu alone. Those who wait for
// the lock find it gone.
func (s *Service) forget(e *entry) {
	e.gone = true
	if err := e.unload(); err != nil {
		s.cfg.Log.Error("close census", "census", e.id.String(), "error", err)
	}
	s.mu.Lock()
	s.account(e, 0)
	delete(s.all, e.id)
	s.count(e, -e.size)
	if e.imported {
		s.imports--
	}
	s.mu.Unlock()
}

// remove deletes a census; it needs e.mu alone.
func (s *Service) remove(e *entry) error {
	if err := s.discard(e); err != nil {
		return fmt.Errorf("remove census: %w", err)
	}
	s.forget(e)
	return nil
}

// emptyLife is the life of a draft that has no members: nothing is lost with it.
const emptyLife = time.Hour

// sweep removes drafts that nobody has changed for long, and what was published
// long ago and nobody needs, except the one that the caller has locked.
func (s *Service) sweep(except *entry) (removed int) {
	now := s.cfg.Now()
	s.mu.Lock()
	var found []*entry
	for _, e := range s.all {
		if e != except && e.refs == 0 && s.stale(e, now) {
			e.refs++
			s.users.Add(1)
			found = append(found, e)
		}
	}
	s.mu.Unlock()
	for _, e := range found {
		e.mu.Lock()
		s.mu.Lock()
		still := s.stale(e, now) && e.refs == 1 && !e.gone
		s.mu.Unlock()
		if still && !s.needed(e) {
			if err := s.remove(e); err != nil {
				s.cfg.Log.Error("remove old census", "census", e.id.String(), "error", err)
			} else {
				removed++
			}
		}
		e.mu.Unlock()
		s.release(e)
	}
	return removed
}

// stale tells whether a census was left alone for so long that it may be removed.
// It needs s.mu.
func (s *Service) stale(e *entry, now time.Time) bool {
	idle := now.Sub(e.touched)
	switch {
	case e.meta.draft():
		return idle > s.cfg.Life || e.size == 0 && idle > emptyLife
	case e.imported || e.running != nil || e.uri == "":
		return false
	}
	return idle > s.cfg.Life
}

// needed tells whether somebody needs a published census; it needs e.mu.
func (s *Service) needed(e *entry) bool {
	return !e.meta.draft() && (s.cfg.Needed == nil || s.cfg.Needed(e.meta.URI))
}
