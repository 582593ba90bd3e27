package indexer

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// snapshot is the index as it stood at one moment, seen through a connection of
// its own.
type snapshot struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt // by text, of which there are only so many: it depends on filters, not on their values
}

// read runs f on a snapshot. It waits while readerConns others are read.
func (x *Indexer) read(ctx context.Context, f func(*snapshot) error) (err error) {
	var s *snapshot
	select {
	case s = <-x.snapshots:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s == nil {
		conn, err := x.readers.Conn(ctx)
		if err != nil {
			x.snapshots <- nil
			return err
		}
		s = &snapshot{conn, map[string]*sql.Stmt{}}
	}
	defer func() {
		if _, e := s.conn.ExecContext(context.Background(), "ROLLBACK"); e != nil || err != nil && !errors.Is(err, ErrNotFound) {
			// A connection that was interrupted is not used again. Why does
			// not matter to those that come later.
			_ = s.close()
			s = nil
		}
		x.snapshots <- s
	}()
	if _, err := s.conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	return f(s)
}

// close ends the connection instead of giving it back.
func (s *snapshot) close() error {
	err := closeAll(s.stmts)
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn }) // the way to say that it is of no use
	return err
}

// closeAll closes statements. database/sql leaves those of a Conn to their maker,
// and SQLite keeps a connection, with its files, until the last one is closed.
func closeAll(stmts map[string]*sql.Stmt) error {
	var errs []error
	for _, s := range stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

func (s *snapshot) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := s.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	s.stmts[query] = stmt
	return stmt, nil
}

func (s *snapshot) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// get reads one row; none is ErrNotFound.
func (s *snapshot) get(ctx context.Context, query string, args []any, into ...any) error {
	stmt, err := s.prepared(ctx, query)
	if err != nil {
		return err
	}
	err = stmt.QueryRowContext(ctx, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// counter reads what a counter stands at.
func (s *snapshot) counter(ctx context.Context, c counter) (n int64, err error) {
	err = s.get(ctx, `SELECT coalesce(sum(n), 0) FROM counter WHERE name = ? AND sub = ?`, []any{c.name, c.sub}, &n)
	return n, err
}

// counted is the total of a list that a counter counts.
func counted(c counter) func(context.Context, *snapshot) (int64, error) {
	return func(ctx context.Context, s *snapshot) (int64, error) { return s.counter(ctx, c) }
}

// into scans a blob of a fixed length.
type into []byte

// Scan implements sql.Scanner.
func (p into) Scan(v any) error {
	b, ok := v.([]byte)
	if !ok || len(b) != len(p) {
		return fmt.Errorf("a blob of %d bytes is wanted, not %T", len(p), v)
	}
	copy(p, b)
	return nil
}
