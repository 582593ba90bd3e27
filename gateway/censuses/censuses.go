// Package censuses lets organisers make lists of voters, publish them and prove
// who is on them, whoever has published them. A census starts as a draft that
// whoever holds its token may fill; publishing freezes a copy under its root and
// puts it into the file store, so that anybody can check it. Censuses of others
// are brought in from files.
//
// What an acknowledged call has changed is on disk, and a crash leaves whole
// censuses behind, never halves. A census has a lock of its own, so work on one
// never keeps the readers of another waiting. Publishing and importing are jobs:
// they end with a census that everybody can read or say why not, and are not
// forgotten when the answer is read, nor when the process ends. A published census
// is never changed; it is removed only to make room, long after it was published
// if nobody needs it. One of others leaves when there is no room for it, and comes
// back from its file when somebody asks for it.
package censuses

import (
	"bytes"
	"container/list"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/holiman/uint256"

	"urna/census"
	"urna/census/tree"
	"urna/crypto/ethkey"
)

// MaxBatch is how many members one call may add.
const MaxBatch = 8192

// Type is the only type of census so far, as the wire names it.
const Type = "weighted"

// Errors of this package. Others are the disk's or the file store's, or those
// of package census/tree about members and dumps.
var (
	ErrNotFound  = errors.New("census not found")
	ErrToken     = errors.New("bearer token was not issued by this gateway")
	ErrOwner     = errors.New("bearer token is not the census's own")
	ErrPublished = errors.New("a published census cannot be changed or deleted")
	ErrDraft     = errors.New("census is not published")
	ErrNotYet    = errors.New("census is being published or imported")
	ErrPublish   = errors.New("census could not be published")
	ErrImport    = errors.New("census could not be imported")
	ErrDiskFull  = errors.New("the disk is full")
	ErrFull      = errors.New("no room for more censuses or members")
	ErrTooLarge  = errors.New("census would have more members than the gateway takes")
	ErrBatch     = fmt.Errorf("more than %d members in one call", MaxBatch)
	ErrEmpty     = errors.New("census is empty")
	ErrRoot      = tree.ErrRoot
	ErrClosed    = errors.New("census service is closed")

	ErrDraftTooLarge = fmt.Errorf("a draft of more than %d members is exported once it is published", maxDocument)
)

// ID names a draft by a random number and a published census by its root.
type ID [32]byte

// String is lower-case hex without a prefix.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Files is the store of files: an *ipfs.Store.
type Files interface {
	// Add stores a file. A nil error means that it is safe.
	Add(ctx context.Context, file io.Reader) (uri string, size int64, err error)

	// Reader reads a file that is here.
	Reader(ctx context.Context, uri string, limit int64) (io.Reader, int64, error)
}

// Config says where censuses live and how many. Zero bounds mean the defaults.
type Config struct {
	Dir   string       // required; of one Service at a time
	Files Files        // required
	Log   *slog.Logger // required

	// Needed tells whether somebody may still need a published file. What nobody
	// needs may be removed Life after it was published. If it is nil, published
	// censuses stay for ever.
	Needed func(uri string) bool

	MaxCensuses int           // drafts and published ones, and as many of others; 100,000
	MaxMembers  int           // of one census; 5,000,000
	MaxTotal    int           // members of drafts and published censuses, 55 bytes of disk each; 50,000,000
	MaxImported int           // members of censuses of others, likewise; 25,000,000
	MaxLoaded   int           // members in memory, some 100 bytes each; 5,000,000
	MaxOpen     int           // censuses in memory, a file descriptor each; 256
	Life        time.Duration // what was untouched for longer may be removed to make room, empty drafts after an hour; 30 days

	Now func() time.Time // dates drafts and nothing else; time.Now
}

func (c *Config) complete() error {
	if c.Dir == "" || c.Files == nil || c.Log == nil {
		return errors.New("a directory, a file store and a log are required")
	}
	for n, def := range map[*int]int{
		&c.MaxCensuses: 100_000, &c.MaxMembers: 5_000_000, &c.MaxTotal: 50_000_000, &c.MaxImported: 25_000_000,
		&c.MaxLoaded: 5_000_000, &c.MaxOpen: 256,
	} {
		if *n == 0 {
			*n = def
		}
		if *n < 0 {
			return errors.New("bounds must be above zero")
		}
	}
	if c.MaxImported < c.MaxMembers {
		c.MaxImported = c.MaxMembers // there is room for any one
	}
	if c.Life == 0 {
		c.Life = 30 * 24 * time.Hour
	}
	if c.Life < 0 {
		return errors.New("a negative life")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

// Service keeps censuses. It is safe for concurrent use.
type Service struct {
	cfg    Config
	secret []byte // makes tokens

	mu       sync.Mutex // guards what follows; held for moments, never over disk or hashing
	all      map[ID]*entry
	total    int        // members of all but imported ones
	imported int        // members of imported ones
	imports  int        // imported ones, whole or not
	uses     int64      // counts them, to tell which was last
	loaded   int        // members in memory
	recent   *list.List // of the *entry in memory, the last used in front
	closed   bool
	users    sync.WaitGroup // references to censuses

	// Jobs run under ctx, as many of a kind at a time as there are slots, whether
	// anybody waits for them or not; Close waits for them.
	ctx      context.Context
	stop     context.CancelFunc
	slots    map[JobKind]chan struct{}
	jobs     sync.WaitGroup
	unpacked chan struct{} // a place for a dump that is unpacked in memory
	verified chan struct{} // a place for a file that is verified
}

// Open opens the censuses in a directory, which it makes if need be, and goes
// on with what was being published when the process ended. Close must follow.
func Open(cfg Config) (*Service, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("censuses: %w", err)
	}
	s := &Service{
		cfg: cfg, all: map[ID]*entry{}, recent: list.New(), unpacked: make(chan struct{}, 1), verified: make(chan struct{}, 1),
		slots: map[JobKind]chan struct{}{PublishJob: make(chan struct{}, 2), ImportJob: make(chan struct{}, 1)},
	}
	if err := s.openDir(); err != nil {
		return nil, fmt.Errorf("open censuses: %w", err)
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	for _, e := range s.all {
		if e.meta.unfinished() || e.meta.Imported && e.begun {
			s.start(e)
		}
	}
	return s, nil
}

// Close waits for what is under way. Jobs that are not finished go on after the
// next Open.
func (s *Service) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.jobs.Wait()
	s.users.Wait()
	var errs []error
	for el := s.recent.Front(); el != nil; el = el.Next() {
		errs = append(errs, el.Value.(*entry).unload())
	}
	return errors.Join(errs...)
}

// Create starts an empty draft that belongs to the holder of token.
func (s *Service) Create(token string) (ID, error) {
	owner, err := s.ownerOf(token)
	if err != nil {
		return ID{}, err
	}
	var id ID
	_, _ = rand.Read(id[:]) // never fails
	e := s.newEntry(id, meta{Owner: owner, Created: s.cfg.Now().UTC(), Whole: true})
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, err := s.insert(e, 0); err != nil {
		return ID{}, err
	}
	if err := s.create(e, nil); err != nil {
		s.forget(e)
		return ID{}, fmt.Errorf("create census: %w", diskFull(err))
	}
	return id, nil
}

// Add adds the members that it can to a draft and lists the others; see
// tree.AddBatch.
func (s *Service) Add(id ID, token string, members []tree.Member) (bad []tree.BadMember, err error) {
	if len(members) > MaxBatch {
		return nil, ErrBatch
	}
	err = s.change(id, token, func(e *entry) error {
		return s.grow(e, len(members), func() (err error) {
			bad, err = e.tree.AddBatch(members)
			return err
		})
	})
	return bad, err
}

// Import fills an empty draft from a packed dump, whose members must have the
// root that is named. With an error it is still empty.
func (s *Service) Import(ctx context.Context, id ID, token string, root census.Root, packed []byte) error {
	return s.change(id, token, func(e *entry) error {
		select { // one at a time: it takes memory
		case s.unpacked <- struct{}{}:
			defer func() { <-s.unpacked }()
		case <-ctx.Done():
			return ctx.Err()
		}
		r, err := unpack(root, packed, s.cfg.MaxMembers)
		if err != nil {
			return err
		}
		return s.grow(e, r.Size(), func() error { return e.tree.Fill(r) })
	})
}

// Owns tells whether a draft belongs to the holder of token: nil, or why its
// members cannot be changed.
func (s *Service) Owns(id ID, token string) error {
	return s.change(id, token, func(*entry) error { return nil })
}

// Delete removes a draft.
func (s *Service) Delete(id ID, token string) error {
	return s.change(id, token, s.remove)
}

// Exists tells whether there is such a census.
func (s *Service) Exists(id ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[id] != nil
}

// Size is the number of members.
func (s *Service) Size(id ID) (n int, err error) {
	err = s.read(id, func(e *entry) error { n = e.tree.Size(); return nil })
	return n, err
}

// Weight is the sum of the members' weights.
func (s *Service) Weight(id ID) (w uint256.Int, err error) {
	err = s.read(id, func(e *entry) error { w = e.tree.Weight(); return nil })
	return w, err
}

// Root commits to the members that the census has now.
func (s *Service) Root(id ID) (r census.Root, err error) {
	err = s.read(id, func(e *entry) error { r = e.tree.Root(); return nil })
	return r, err
}

// Proof proves a member; the error is tree.ErrNotMember for everybody else.
func (s *Service) Proof(id ID, voter ethkey.Address) (p tree.Proof, err error) {
	err = s.read(id, func(e *entry) (err error) { p, err = e.tree.Proof(voter); return err })
	return p, err
}

// Export writes the document of a census; nothing before it is sure that there
// is one. A draft is given to its owner only, and only if it is small: what is
// written must be in memory while it may change.
func (s *Service) Export(id ID, token string, to io.Writer) error {
	e, err := s.acquire(id)
	if err != nil {
		return err
	}
	defer s.release(e)
	if e.meta.draft() {
		return s.exportDraft(e, token, to)
	}
	if !s.whole(e) {
		return ErrNotYet
	}
	r, f, err := tree.OpenReader(e.dir, census.Root(id))
	if err != nil {
		return err
	}
	return errors.Join(writeDocument(to, r, nil), f.Close())
}

func (s *Service) exportDraft(e *entry, token string, to io.Writer) error {
	var b bytes.Buffer
	err := s.readHeld(e, func(e *entry) error {
		if !e.meta.belongsTo(token) {
			return ErrOwner
		}
		if e.tree.Size() > maxDocument {
			return ErrDraftTooLarge
		}
		return writeDocument(&b, e.tree.Reader(), nil)
	})
	if err != nil {
		return err
	}
	_, err = b.WriteTo(to)
	return err
}
