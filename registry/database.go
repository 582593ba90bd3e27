package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver: SQLite in pure Go
)

// open connects to the database; for a new registry it makes the file.
func open(ctx context.Context, cfg Config, create bool) (*Registry, error) {
	r := &Registry{now: cfg.Now}
	if r.now == nil {
		r.now = time.Now
	}
	var err error
	if strings.HasPrefix(cfg.Database, "postgres://") || strings.HasPrefix(cfg.Database, "postgresql://") {
		r.db, err = openPostgres(cfg.Database)
	} else {
		r.lite = true
		r.db, err = openSQLite(cfg.Database, create)
	}
	if err != nil {
		return nil, err
	}
	if err := r.db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the registry: %w", err), r.db.Close())
	}
	return r, nil
}

// openSQLite opens a file that only its owner can read. What is deleted is
// overwritten, and a change is on disk when it is acknowledged.
func openSQLite(path string, create bool) (*sql.DB, error) {
	if path == "" {
		return nil, errors.New("no file for the registry is given")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if create {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %#o; chmod 600 it and ask who has read it", ErrExposed, path, info.Mode().Perm())
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{
		"_txlock": {"immediate"}, // who writes waits at the beginning, and is not turned away halfway
		"_pragma": {
			"busy_timeout(60000)", "journal_mode(WAL)", "synchronous(FULL)",
			"foreign_keys(1)", "secure_delete(1)", "cache_size(-65536)",
		},
	}.Encode()}
	return sql.Open("sqlite", u.String())
}

// openPostgres connects to a server. The URL may hold a password, so no error
// repeats it.
func openPostgres(dsn string) (*sql.DB, error) {
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("the PostgreSQL URL cannot be read; its form is postgres://user@host/name")
	}
	plain := c.TLSConfig == nil
	for _, f := range c.Fallbacks {
		plain = plain || f.TLSConfig == nil
	}
	if plain && !local(c.Host) {
		return nil, errors.New("personal data does not travel in the open: add ?sslmode=verify-full to the PostgreSQL URL")
	}
	return stdlib.OpenDB(*c), nil
}

// local tells whether a host of PostgreSQL is this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return strings.HasPrefix(host, "/") || host == "localhost" || (ip != nil && ip.IsLoopback())
}

// change runs a transaction that writes. One runs at a time.
func (r *Registry) change(ctx context.Context, do func(tx *sql.Tx) error) error {
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("change the registry: %w", err)
	}
	return r.finish(ctx, tx, do)
}

func (r *Registry) finish(ctx context.Context, tx *sql.Tx, do func(tx *sql.Tx) error) error {
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := r.exclude(ctx, tx); err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// changeLock is the number of the lock that writers of a PostgreSQL registry hold:
// "urnareg" in ASCII. SQLite has one of its own.
const changeLock = 0x75726e61726567

func (r *Registry) exclude(ctx context.Context, tx *sql.Tx) error {
	if r.lite {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, changeLock)
	return err
}

// ErrTraces reports that what was deleted may still be in the database's files.
var ErrTraces = errors.New("traces may be left in the database's files; try again with urna-registry compact")

// Compact makes sure that what was deleted is not in the database's files any more.
// PostgreSQL's own log of changes, replicas and backups are beyond it. The error
// wraps ErrTraces.
func (r *Registry) Compact(ctx context.Context) error {
	if r.lite {
		var busy, pages, done int
		err := r.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &done)
		if err == nil && busy != 0 {
			err = errors.New("another process is reading")
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrTraces, err)
		}
		return nil
	}
	for _, table := range []string{"invitation", "member"} {
		if _, err := r.db.ExecContext(ctx, `VACUUM (FULL) `+table); err != nil {
			return fmt.Errorf("%w: %w", ErrTraces, err)
		}
	}
	return nil
}
