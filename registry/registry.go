// Package registry keeps the members of an organisation: who they are, how much
// their votes weigh, and the address that each votes with. It is the one place
// with personal data, in the organisation's own SQLite file or PostgreSQL
// database, and what leaves it for elections is without names: addresses with
// weights for a census, hashes of invitation codes with weights for an issuer.
//
// It promises that a change is made entirely or not at all, also when the process
// is killed or several work at once; that who is removed is erased from the
// database; and that no error holds anything of a person. It refuses databases
// that others can read, connections to other machines that are not encrypted, and
// a second member with the same id, e-mail or address.
package registry

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Errors that callers tell apart.
var (
	ErrNone     = errors.New("there is no registry; make one with urna-registry init")
	ErrExists   = errors.New("there is a registry already")
	ErrNewer    = errors.New("the registry was made by a newer version of this program")
	ErrExposed  = errors.New("others can read the database")
	ErrNotFound = errors.New("no such member")
)

// Registry is an open database. Its methods may be called by several goroutines,
// and by several processes at once.
type Registry struct {
	db   *sql.DB
	lite bool // SQLite, not PostgreSQL
	now  func() time.Time

	organisation string
	id           string
}

// Config says where the registry is.
type Config struct {
	// Database is the path of an SQLite file, or a PostgreSQL URL such as
	// postgres://user@host/name. The latter must be encrypted unless it leads to
	// this machine.
	Database string
	Now      func() time.Time // time.Now if nil
}

// Create makes a registry for an organisation in a new file or an empty database.
// The error is ErrExists if there is one.
func Create(ctx context.Context, cfg Config, organisation string) (*Registry, error) {
	organisation = strings.TrimSpace(organisation)
	if p := checkText(organisation, maxName); p.what != "" || organisation == "" {
		return nil, fmt.Errorf("the name of the organisation is missing, too long or not text")
	}
	r, err := open(ctx, cfg, true)
	if err != nil {
		return nil, err
	}
	if err := r.create(ctx, organisation); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Registry) create(ctx context.Context, organisation string) error {
	return r.change(ctx, func(tx *sql.Tx) error {
		version, err := r.version(ctx, tx)
		if err != nil {
			return err
		}
		if version > 0 {
			return ErrExists
		}
		if err := r.migrate(ctx, tx, 0); err != nil {
			return err
		}
		var id [16]byte
		_, _ = rand.Read(id[:]) // never fails
		r.organisation, r.id = organisation, hex.EncodeToString(id[:])
		_, err = tx.ExecContext(ctx, `INSERT INTO registry (name, value) VALUES ('organisation', $1), ('id', $2)`, r.organisation, r.id)
		return err
	})
}

// Open opens a registry and brings its tables up to date. The error is ErrNone if
// there is none.
func Open(ctx context.Context, cfg Config) (*Registry, error) {
	r, err := open(ctx, cfg, false)
	if err != nil {
		return nil, err
	}
	if err := r.update(ctx); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Registry) update(ctx context.Context) error {
	version, err := r.version(ctx, r.db)
	if err != nil {
		return err
	}
	if version == 0 {
		return ErrNone
	}
	if version < len(steps) {
		if err := r.change(ctx, func(tx *sql.Tx) error {
			version, err := r.version(ctx, tx) // another process may have been faster
			if err != nil {
				return err
			}
			return r.migrate(ctx, tx, version)
		}); err != nil {
			return err
		}
	}
	if version > len(steps) {
		return ErrNewer
	}
	for name, value := range map[string]*string{"organisation": &r.organisation, "id": &r.id} {
		if err := r.db.QueryRowContext(ctx, `SELECT value FROM registry WHERE name = $1`, name).Scan(value); err != nil {
			return fmt.Errorf("read the registry's %s: %w", name, err)
		}
	}
	return nil
}

// Organisation is the name that members know the organisation by.
func (r *Registry) Organisation() string { return r.organisation }

// ID tells registries apart, in what members sign.
func (r *Registry) ID() string { return r.id }

// Close closes the database.
func (r *Registry) Close() error { return r.db.Close() }

// Status is what may be told of a registry: numbers.
type Status struct {
	Members   int `json:"members"`
	Addresses int `json:"addresses"` // members who can be in a census
	Open      int `json:"open"`      // invitations that may be redeemed
	Redeemed  int `json:"redeemed"`
	Expired   int `json:"expired"`
}

// Status counts.
func (r *Registry) Status(ctx context.Context) (s Status, err error) {
	err = r.db.QueryRowContext(ctx, `SELECT count(*), count(address) FROM member`).Scan(&s.Members, &s.Addresses)
	if err != nil {
		return s, err
	}
	err = r.db.QueryRowContext(ctx, `SELECT
		count(CASE WHEN redeemed = 0 AND expires > $1 THEN 1 END),
		count(CASE WHEN redeemed > 0 THEN 1 END),
		count(CASE WHEN redeemed = 0 AND expires <= $1 THEN 1 END) FROM invitation`, r.now().Unix()).
		Scan(&s.Open, &s.Redeemed, &s.Expired)
	return s, err
}
