package issuer

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/holiman/uint256"

	"urna/census"
	"urna/crypto/blindrsa"
	"urna/crypto/ethkey"
	"urna/election"
)

// Errors for those who ask.
var (
	ErrNoElection = errors.New("this issuer does not serve the election")
	ErrNoMember   = errors.New("not a member of this election")
	ErrTaken      = errors.New("the member has a credential already")
	ErrClosed     = errors.New("credentials are not handed out any more")
	ErrRequest    = errors.New("not a request for a credential")
)

// Service hands out credentials. It is safe for concurrent use, also by several
// processes.
type Service struct {
	db      *sql.DB
	chainID string
	key     *ethkey.Key
	salt    []byte
	auth    string
	now     func() time.Time

	mu   sync.Mutex                 // guards keys
	keys map[string]*rsa.PrivateKey // by their text: parsing one takes as long as signing
}

func (s *Service) parse(text []byte) (*rsa.PrivateKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key := s.keys[string(text)]; key != nil {
		return key, nil
	}
	key, err := blindrsa.ParseKey(text)
	if err == nil {
		s.keys[string(text)] = key
	}
	return key, err
}

// Init makes the home of a new issuer for a chain, whose members say who they
// are by a method.
func Init(ctx context.Context, home, chainID, auth string) error {
	key, err := ethkey.Generate()
	if err != nil {
		return err
	}
	salt := make([]byte, 32)
	if _, err := rand.Read(salt); err != nil {
		return err
	}
	db, err := openDB(ctx, home, true)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `INSERT INTO service VALUES (?, ?, ?, ?)`, chainID, key.Hex(), salt, auth)
	return errors.Join(err, db.Close())
}

// Open opens a home. now is the clock; nil for the system's.
func Open(ctx context.Context, home string, now func() time.Time) (*Service, error) {
	db, err := openDB(ctx, home, false)
	if err != nil {
		return nil, err
	}
	s := &Service{db: db, now: now, keys: map[string]*rsa.PrivateKey{}}
	if now == nil {
		s.now = time.Now
	}
	var key string
	err = db.QueryRowContext(ctx, `SELECT chain, key, salt, auth FROM service`).Scan(&s.chainID, &key, &s.salt, &s.auth)
	if err == nil {
		s.key, err = ethkey.ParseKey(key)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the home: %w", err), db.Close())
	}
	return s, nil
}

// Close closes the home.
func (s *Service) Close() error { return s.db.Close() }

// ChainID is the chain that the issuer signs for.
func (s *Service) ChainID() string { return s.chainID }

// Auth is the name of the method that members were read for.
func (s *Service) Auth() string { return s.auth }

// PublicKey is the key of plain elections, compressed.
func (s *Service) PublicKey() []byte { return s.key.PublicKey() }

// New prepares an election under a name. A blind one gets a key for each weight,
// which takes a second or two each.
func (s *Service) New(ctx context.Context, name string, blind bool, members []Member) ([]census.Class, error) {
	if name == "" || len(name) > maxNameBytes {
		return nil, fmt.Errorf("a name has 1 to %d bytes", maxNameBytes)
	}
	weights := map[uint256.Int]bool{}
	for _, m := range members {
		weights[m.Weight] = true
	}
	sorted := make([]uint256.Int, 0, len(weights))
	for w := range weights {
		sorted = append(sorted, w)
	}
	slices.SortFunc(sorted, func(a, b uint256.Int) int { return a.Cmp(&b) })
	if blind && len(sorted) > census.MaxClasses {
		return nil, fmt.Errorf("%d different weights; a blind election has at most %d", len(sorted), census.MaxClasses)
	}
	keys := make([][]byte, len(sorted))
	var classes []census.Class
	for i := range sorted {
		if !blind {
			continue
		}
		key, err := blindrsa.GenerateKey()
		if err != nil {
			return nil, err
		}
		if keys[i], err = blindrsa.MarshalKey(key); err != nil {
			return nil, err
		}
		classes = append(classes, census.Class{Weight: sorted[i].Bytes(), Key: key.N.Bytes()})
	}
	return classes, inTx(ctx, s.db, func(t *sql.Tx) error {
		if _, err := t.ExecContext(ctx, `INSERT INTO election VALUES (?, ?, NULL, 0, 0)`, name, blind); err != nil {
			return fmt.Errorf("an election %q: %w", name, err)
		}
		for i := range sorted {
			if _, err := t.ExecContext(ctx, `INSERT INTO class VALUES (?, ?, ?, 0)`, name, sorted[i].Dec(), keys[i]); err != nil {
				return err
			}
		}
		insert, err := t.PrepareContext(ctx, `INSERT INTO member VALUES (?, ?, ?, NULL)`)
		if err != nil {
			return err
		}
		for _, m := range members {
			if _, err := insert.ExecContext(ctx, name, m.ID, m.Weight.Dec()); err != nil {
				return errors.Join(err, insert.Close())
			}
		}
		return insert.Close()
	})
}

// OnChain is what the chain says of an election.
type OnChain struct {
	ID      election.ID
	Starts  time.Time
	Issuer  []byte                         // key, in a plain election
	Classes map[uint256.Int]census.KeyHash // by weight, in a blind one
}

// Bind ties a prepared election to one on the chain, whose keys must be these.
func (s *Service) Bind(ctx context.Context, name string, c OnChain) error {
	e, err := s.prepared(ctx, name)
	if err != nil {
		return err
	}
	switch {
	case !e.blind && string(c.Issuer) != string(s.PublicKey()):
		return fmt.Errorf("election %s has the issuer's key %x, ours is %x", c.ID, c.Issuer, s.PublicKey())
	case e.blind && len(e.classes) != len(c.Classes):
		return fmt.Errorf("election %s has %d weight classes, %q has %d", c.ID, len(c.Classes), name, len(e.classes))
	}
	for _, k := range e.classes {
		if e.blind && c.Classes[k.weight] != k.hash() {
			return fmt.Errorf("election %s has another key for weight %s than %q", c.ID, k.weight.Dec(), name)
		}
	}
	done, err := s.db.ExecContext(ctx, `UPDATE election SET id = ?, starts = ? WHERE name = ? AND (id IS NULL OR id = ?)`,
		c.ID.String(), c.Starts.Unix(), name, c.ID.String())
	if err != nil {
		return fmt.Errorf("bind %q to election %s: %w", name, c.ID, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, fmt.Errorf("%q is bound to another election", name))
	}
	return nil
}

// Shut ends the handing out of credentials in an election, for good, and counts
// them.
func (s *Service) Shut(ctx context.Context, name string) ([]Count, error) {
	done, err := s.db.ExecContext(ctx, `UPDATE election SET closed = 1 WHERE name = ?`, name)
	if err != nil {
		return nil, err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return nil, errors.Join(err, fmt.Errorf("there is no election %q", name))
	}
	return s.Counts(ctx, name)
}

// Count is how many credentials of a weight there are.
type Count struct {
	Weight uint256.Int
	Issued uint64
}

// Counts counts the credentials of an election by ascending weight.
func (s *Service) Counts(ctx context.Context, name string) ([]Count, error) {
	e, err := s.prepared(ctx, name)
	if err != nil {
		return nil, err
	}
	var out []Count
	for _, c := range e.classes {
		out = append(out, Count{c.weight, c.issued})
	}
	return out, nil
}

// prepared is an election as it stands in the database.
type prepared struct {
	name    string
	blind   bool
	starts  int64
	closed  bool
	classes []class
}

type class struct {
	weight uint256.Int
	key    *rsa.PrivateKey // nil in a plain election
	issued uint64
}

func (c *class) hash() census.KeyHash {
	return (&census.Class{Key: c.key.N.Bytes()}).Hash()
}

func (s *Service) prepared(ctx context.Context, name string) (*prepared, error) {
	return s.find(ctx, `name = ?`, name)
}

// find reads an election. The condition is one of ours.
func (s *Service) find(ctx context.Context, condition, value string) (*prepared, error) {
	e := &prepared{}
	err := s.db.QueryRowContext(ctx, `SELECT name, blind, starts, closed FROM election WHERE `+condition, value).
		Scan(&e.name, &e.blind, &e.starts, &e.closed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: %q", ErrNoElection, value)
	}
	if err != nil {
		return nil, err
	}
	rows, err := s.db.QueryContext(ctx, `SELECT weight, key, issued FROM class WHERE election = ?`, e.name)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var c class
		var weight string
		var key []byte
		if err := rows.Scan(&weight, &key, &c.issued); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		if err := c.weight.SetFromDecimal(weight); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		if key != nil {
			if c.key, err = s.parse(key); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
		}
		e.classes = append(e.classes, c)
	}
	slices.SortFunc(e.classes, func(a, b class) int { return a.weight.Cmp(&b.weight) })
	return e, errors.Join(rows.Err(), rows.Close())
}
