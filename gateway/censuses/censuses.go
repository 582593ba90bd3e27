// Package censuses lets organisers make lists of voters, publish them and prove
// who is on them. A census starts as a draft that whoever holds its token may
// fill; publishing freezes a copy under its root and puts a dump of it into the
// file store, so that anybody can check it.
//
// What an acknowledged call has changed is on disk, and a crash leaves whole
// censuses behind, never halves. A census has a lock of its own, so work on one
// never keeps the readers of another waiting. Publishing either ends with a
// document in the file store or says why not; it is not forgotten when the
// answer is read, nor when the process ends. A published census is never
// changed and never removed.
package censuses

import (
	"container/list"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/holiman/uint256"
	"github.com/klauspost/compress/zstd"

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
	ErrNotYet    = errors.New("census is being published")
	ErrPublish   = errors.New("census could not be published")
	ErrFull      = errors.New("no room for more censuses or members")
	ErrTooLarge  = errors.New("census would have more members than the gateway takes")
	ErrBatch     = fmt.Errorf("more than %d members in one call", MaxBatch)
	ErrEmpty     = errors.New("census is empty")
	ErrRoot      = errors.New("census has another root")
	ErrClosed    = errors.New("census service is closed")
)

// ID names a draft by a random number and a published census by its root.
type ID [32]byte

// String is lower-case hex without a prefix.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Files is where published dumps go. A nil error means that the file is safe.
type Files interface {
	Put(ctx context.Context, file []byte) (uri string, err error)
}

// Config says where censuses live and how many. Zero bounds mean the defaults.
type Config struct {
	Dir   string       // required; of one Service at a time
	Files Files        // required
	Log   *slog.Logger // required

	MaxCensuses int           // drafts and published ones; 100,000
	MaxMembers  int           // of one census; 5,000,000
	MaxTotal    int           // members of all censuses, 55 bytes of disk each; 50,000,000
	MaxLoaded   int           // members in memory, some 100 bytes each; 5,000,000
	MaxOpen     int           // censuses in memory, a file descriptor each; 256
	DraftLife   time.Duration // drafts untouched for longer may be removed to make room, empty ones after an hour; 30 days

	Now func() time.Time // dates drafts and nothing else; time.Now
}

func (c *Config) complete() error {
	if c.Dir == "" || c.Files == nil || c.Log == nil {
		return errors.New("a directory, a file store and a log are required")
	}
	for n, def := range map[*int]int{
		&c.MaxCensuses: 100_000, &c.MaxMembers: 5_000_000, &c.MaxTotal: 50_000_000,
		&c.MaxLoaded: 5_000_000, &c.MaxOpen: 256,
	} {
		if *n == 0 {
			*n = def
		}
		if *n < 0 {
			return errors.New("bounds must be above zero")
		}
	}
	if c.DraftLife == 0 {
		c.DraftLife = 30 * 24 * time.Hour
	}
	if c.DraftLife < 0 {
		return errors.New("DraftLife must be above zero")
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
	zip    *zstd.Encoder
	unzip  *zstd.Decoder

	mu     sync.Mutex // guards what follows; held for moments, never over disk or hashing
	all    map[ID]*entry
	total  int        // members of all
	loaded int        // members in memory
	recent *list.List // of the *entry in memory, the last used in front
	closed bool
	users  sync.WaitGroup // references to censuses

	// Publishing runs under ctx, at most len(slots) at a time, whether anybody
	// waits for it or not; Close waits for it.
	ctx        context.Context
	stop       context.CancelFunc
	slots      chan struct{}
	publishing sync.WaitGroup
}

// Open opens the censuses in a directory, which it makes if need be, and goes
// on with what was being published when the process ended. Close must follow.
func Open(cfg Config) (*Service, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("censuses: %w", err)
	}
	s := &Service{cfg: cfg, all: map[ID]*entry{}, recent: list.New(), slots: make(chan struct{}, 2)}
	if err := s.openCodec(); err != nil {
		return nil, fmt.Errorf("open censuses: %w", err)
	}
	if err := s.openDir(); err != nil {
		return nil, fmt.Errorf("open censuses: %w", err)
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	for _, e := range s.all {
		if e.meta.unfinished() {
			s.start(e)
		}
	}
	return s, nil
}

// Close waits for what is under way. Publishing that is not finished goes on
// after the next Open.
func (s *Service) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.publishing.Wait()
	s.users.Wait()
	var errs []error
	for el := s.recent.Front(); el != nil; el = el.Next() {
		errs = append(errs, el.Value.(*entry).unload())
	}
	s.unzip.Close()
	return errors.Join(append(errs, s.zip.Close())...)
}

// Create starts an empty draft that belongs to the holder of token.
func (s *Service) Create(token string) (ID, error) {
	owner, err := s.ownerOf(token)
	if err != nil {
		return ID{}, err
	}
	var id ID
	_, _ = rand.Read(id[:]) // never fails
	e := s.newEntry(id, meta{Owner: owner, Created: s.cfg.Now().UTC()})
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, err := s.insert(e, 0); err != nil {
		return ID{}, err
	}
	if err := s.create(e, nil); err != nil {
		s.forget(e)
		return ID{}, fmt.Errorf("create census: %w", err)
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
// root that is named.
func (s *Service) Import(id ID, token string, root census.Root, packed []byte) error {
	return s.change(id, token, func(e *entry) error {
		dump, err := s.unpack(packed)
		if err != nil {
			return err
		}
		trial := tree.New() // so that a wrong root leaves nothing on disk
		if err := trial.Load(dump); err != nil {
			return err
		}
		if got := trial.Root(); got != root {
			return fmt.Errorf("%w: %s, not %s", ErrRoot, got, root)
		}
		return s.grow(e, trial.Size(), func() error { return e.tree.Load(dump) })
	})
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

// Export returns a census with a packed dump of its members. A draft is given
// to its owner only.
func (s *Service) Export(id ID, token string) (d Dump, err error) {
	err = s.read(id, func(e *entry) error {
		if e.meta.draft() && !e.meta.belongsTo(token) {
			return ErrOwner
		}
		d = s.dump(e)
		return nil
	})
	return d, err
}
