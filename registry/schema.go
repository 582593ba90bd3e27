package registry

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// steps bring the tables from one version to the next; a step is never changed
// once it was released. {number} is an integer that the database counts up.
// Instants are unix seconds; weights are decimal, for they may have 39 digits.
var steps = []string{
	`CREATE TABLE registry (
		name  TEXT PRIMARY KEY,
		value TEXT NOT NULL
	);
	CREATE TABLE member (
		number  {number},
		id      TEXT UNIQUE,   -- the organisation's own
		name    TEXT NOT NULL,
		email   TEXT NOT NULL,
		mailbox TEXT UNIQUE,   -- the e-mail in lower case
		phone   TEXT NOT NULL,
		weight  TEXT NOT NULL,
		tags    TEXT NOT NULL, -- in lower case, as in |board|london|
		address TEXT UNIQUE    -- hex
	)`,
	`CREATE TABLE invitation (
		member   BIGINT PRIMARY KEY REFERENCES member (number) ON DELETE CASCADE,
		hash     TEXT   NOT NULL UNIQUE, -- of the code
		issued   BIGINT NOT NULL,
		expires  BIGINT NOT NULL,
		redeemed BIGINT NOT NULL         -- 0 if not yet
	)`,
}

// version is the number of steps that were taken; 0 if there is no registry.
func (r *Registry) version(ctx context.Context, q querier) (int, error) {
	probe := `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'registry'`
	if !r.lite {
		probe = `SELECT count(to_regclass('registry'))`
	}
	var n int
	if err := q.QueryRowContext(ctx, probe).Scan(&n); err != nil {
		return 0, fmt.Errorf("open the registry: %w", err)
	}
	if n == 0 {
		return 0, nil
	}
	err := q.QueryRowContext(ctx, `SELECT CAST(value AS INTEGER) FROM registry WHERE name = 'version'`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("read the registry's version: %w", err)
	}
	return n, nil
}

// querier is a database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// migrate takes the steps that are missing.
func (r *Registry) migrate(ctx context.Context, tx *sql.Tx, version int) error {
	number := `BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY`
	if r.lite {
		number = `INTEGER PRIMARY KEY AUTOINCREMENT`
	}
	for ; version < len(steps); version++ {
		for _, statement := range strings.Split(steps[version], ";") {
			if _, err := tx.ExecContext(ctx, strings.ReplaceAll(statement, "{number}", number)); err != nil {
				return fmt.Errorf("bring the registry to version %d: %w", version+1, err)
			}
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO registry (name, value) VALUES ('version', $1)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, fmt.Sprint(version))
	return err
}
