package issuer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver: SQLite in pure Go
)

// Tables of the database. Weights are decimal, for they may have 39 digits. No
// table says when anybody got a credential, nor in which order.
const schema = `
CREATE TABLE service (
	chain TEXT NOT NULL,
	key   TEXT NOT NULL, -- secp256k1, hex: signs in plain elections
	salt  BLOB NOT NULL, -- of the hashes of requests
	auth  TEXT NOT NULL  -- the method that members were read for
);
CREATE TABLE election (
	name   TEXT PRIMARY KEY,
	blind  INTEGER NOT NULL,
	id     TEXT UNIQUE,      -- hex, once it is on the chain
	starts INTEGER NOT NULL, -- unix seconds; 0 while it is not on the chain
	closed INTEGER NOT NULL
);
CREATE TABLE class (
	election TEXT NOT NULL REFERENCES election (name),
	weight   TEXT NOT NULL,
	key      BLOB,             -- RSA, PEM; nothing in plain elections
	issued   INTEGER NOT NULL,
	PRIMARY KEY (election, weight)
);
CREATE TABLE member (
	election TEXT NOT NULL REFERENCES election (name),
	id       TEXT NOT NULL,
	weight   TEXT NOT NULL,
	request  BLOB, -- salted hash of the request that was signed; nothing before
	PRIMARY KEY (election, id)
) WITHOUT ROWID;
CREATE TABLE journal (
	seq      INTEGER PRIMARY KEY,
	election TEXT NOT NULL,
	weight   TEXT NOT NULL,
	issued   INTEGER NOT NULL, -- credentials of the class, this one included
	hash     BLOB NOT NULL     -- of the line before and this one
);`

// openDB opens the database of a home; a new one gets its tables. A change is on
// disk when it is acknowledged.
func openDB(ctx context.Context, home string, create bool) (*sql.DB, error) {
	path := filepath.Join(home, "issuer.db")
	_, err := os.Stat(path)
	switch {
	case create && err == nil:
		return nil, fmt.Errorf("%s exists already", path)
	case !create && err != nil:
		return nil, fmt.Errorf("%s is not the home of an issuer: %w", home, err)
	case create:
		if err := os.MkdirAll(home, 0o700); err != nil {
			return nil, err
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	options := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(20000)", "foreign_keys(1)",
	}}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: absolute, RawQuery: options.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // one writer; other processes wait for each other
	if create {
		_, err = db.ExecContext(ctx, schema)
	} else {
		err = db.PingContext(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return db, nil
}

// inTx runs f in a transaction, all of which happens, or nothing.
func inTx(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(t); err != nil {
		return errors.Join(err, t.Rollback())
	}
	return t.Commit()
}
