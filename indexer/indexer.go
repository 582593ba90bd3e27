// Package indexer keeps a view of the chain that can be searched and paged: an
// SQLite file that follows the blocks. It promises that the rows and the cursor
// of a block are written together, that its content is a function of the blocks
// alone (so the file may be deleted and rebuilt any day, and comes out equal),
// and that an answer about one block is whole: a reader sees all of it or
// nothing. It refuses to guess: a block that it cannot index stops it with an
// error. Nothing that decides ever reads it.
package indexer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver: SQLite in pure Go

	"urna/crypto/ethkey"
	"urna/genesis"
	"urna/state"
	"urna/state/transition"
)

// ErrNotFound reports that the index holds no such thing, or none yet.
var ErrNotFound = errors.New("indexer: not found")

// ErrOtherChain reports an index that was made from other blocks than the
// source has. Delete the file to rebuild it.
var ErrOtherChain = errors.New("indexer: the index belongs to another chain")

// Source is the chain as the indexer follows it. Its methods may be called from
// several goroutines.
type Source interface {
	// Height is that of the last committed block; 0 before the first.
	Height() int64
	// Wait returns when the block of that height is committed.
	Wait(ctx context.Context, height int64) error
	// Block returns a committed block and what it did.
	Block(ctx context.Context, height int64) (*Block, error)
	// RawTx returns the bytes of a transaction of a committed block. It is asked
	// for transactions that create elections only.
	RawTx(ctx context.Context, height int64, index int) ([]byte, error)
	// Genesis tells which accounts are older than the first block.
	Genesis() *genesis.Doc
	// Base is the height of the first block that is there; 0 while there is none.
	Base() int64
}

// A Seeder is a Source that may lack the first blocks, because it began with a
// snapshot of the state or has thrown blocks away. A new index then takes the
// accounts and elections from the state, and begins with the block after it:
// of what is older it knows nothing but the counts that the state has.
type Seeder interface {
	Source
	View() *state.View // the last committed state
}

// ErrGap reports blocks that were thrown away before they were indexed. Delete
// the file; the index is rebuilt as far as it can be.
var ErrGap = errors.New("indexer: blocks are missing")

// Block is a committed block: what consensus says of it and what it did.
type Block struct {
	Height   int64
	Hash     [32]byte
	LastHash [32]byte // of the block before; zero for the first
	Time     time.Time
	Proposer ethkey.Address // consensus address
	Outcome  *transition.BlockOutcome
}

// Indexer is an open index. One goroutine may Follow while any number read.
type Indexer struct {
	log       *slog.Logger
	writer    *sql.DB // one connection
	readers   *sql.DB
	snapshots chan *snapshot // those not in use; a nil is one to be opened

	mu     sync.Mutex
	height int64         // cursor; guarded by mu
	fault  error         // why Follow ended, if it was not asked to; guarded by mu
	moved  chan struct{} // closed and replaced when height or fault changes; guarded by mu
}

// readerConns bounds how many lists are computed at the same time.
const readerConns = 4

// Open opens the index in the file at path and makes it if it is not there. An
// index of another version of this program is thrown away: it will be rebuilt.
func Open(path string, log *slog.Logger) (*Indexer, error) {
	version, err := schemaVersion(path)
	if err != nil {
		return nil, err
	}
	if version != 0 && version != schemaNumber {
		log.Info("index is of another version and will be rebuilt", "path", path, "version", version)
		if err := Delete(path); err != nil {
			return nil, err
		}
	}
	x := &Indexer{log: log, snapshots: make(chan *snapshot, readerConns), moved: make(chan struct{})}
	if x.writer, err = open(path, 1, "synchronous(normal)", "cache_size(-32768)",
		"wal_autocheckpoint(8000)", "journal_size_limit(67108864)"); err != nil {
		return nil, err
	}
	if err := x.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("index %s: %w", path, err), x.writer.Close())
	}
	if x.readers, err = open(path, readerConns, "query_only(1)", "cache_size(-8192)"); err != nil {
		return nil, errors.Join(err, x.writer.Close())
	}
	for range readerConns {
		x.snapshots <- nil
	}
	return x, nil
}

// prepare makes the tables if need be and reads the cursor.
func (x *Indexer) prepare() error {
	t, err := x.writer.Begin()
	if err != nil {
		return err
	}
	defer t.Rollback()
	if _, err := t.Exec(fmt.Sprintf("PRAGMA user_version = %d;", schemaNumber) + schema); err != nil {
		return err
	}
	if err := t.QueryRow(`SELECT max(coalesce((SELECT max(height) FROM block), 0),
		coalesce((SELECT n FROM counter WHERE name = ? AND sub = 0), 0))`, countSeeded.name).Scan(&x.height); err != nil {
		return err
	}
	return t.Commit()
}

// open connects to the file. The pragmas are set on every connection.
func open(path string, conns int, pragmas ...string) (*sql.DB, error) {
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(wal)", "temp_store(memory)"}}
	q["_pragma"] = append(q["_pragma"], pragmas...)
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", path, err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

func schemaVersion(path string) (version int, err error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	db, err := open(path, 1)
	if err != nil {
		return 0, err
	}
	err = db.QueryRow(`PRAGMA user_version`).Scan(&version)
	if err = errors.Join(err, db.Close()); err != nil {
		return 0, fmt.Errorf("index %s cannot be read (delete it to rebuild it): %w", path, err)
	}
	return version, nil
}

// Delete removes the files of an index that nobody has open.
func Delete(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("delete index: %w", err)
		}
	}
	return nil
}

// Close closes the file. The last connection takes what is in the write-ahead
// log into it, so that the file is all there is. Follow and all reads must have
// returned.
func (x *Indexer) Close() error {
	var errs []error
	for range readerConns {
		if s := <-x.snapshots; s != nil {
			errs = append(errs, s.close())
		}
	}
	return errors.Join(append(errs, x.readers.Close(), x.writer.Close())...)
}

// Height is that of the last block that readers see.
func (x *Indexer) Height() int64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.height
}

// Err tells why following ended, nil while it goes on or was ended on purpose.
func (x *Indexer) Err() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.fault
}

// Wait returns when readers see the block of that height, and with an error if
// that can no longer happen.
func (x *Indexer) Wait(ctx context.Context, height int64) error {
	for {
		x.mu.Lock()
		have, fault, moved := x.height, x.fault, x.moved
		x.mu.Unlock()
		switch {
		case have >= height:
			return nil
		case fault != nil:
			return fmt.Errorf("index stopped at height %d: %w", have, fault)
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// advance tells everybody who waits where the index stands.
func (x *Indexer) advance(height int64, fault error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.height, x.fault = height, fault
	close(x.moved)
	x.moved = make(chan struct{})
}
