package indexer_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"urna/indexer"
	"urna/state/transition"
)

var quiet = slog.New(slog.DiscardHandler)

func openIndex(t testing.TB, path string) *indexer.Indexer {
	t.Helper()
	x, err := indexer.Open(path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// follow starts to follow src; stop ends it and returns how it ended.
func follow(x *indexer.Indexer, src indexer.Source) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- x.Follow(ctx, src) }()
	return func() error {
		cancel()
		return <-ended
	}
}

func waitFor(t testing.TB, x *indexer.Indexer, height int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := x.Wait(ctx, height); err != nil {
		t.Fatal(err)
	}
}

// indexed makes an index of all of c.
func indexed(t testing.TB, c *chain) *indexer.Indexer {
	t.Helper()
	x := openIndex(t, filepath.Join(t.TempDir(), "index.db"))
	stop := follow(x, c)
	t.Cleanup(func() {
		if err := errors.Join(stop(), x.Close()); err != nil {
			t.Error(err)
		}
	})
	waitFor(t, x, c.Height())
	return x
}

// dump writes every row of every table of the file.
func dump(t *testing.T, path string) string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	column := func(query string) (out []string) {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				t.Fatal(err)
			}
			out = append(out, s)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return out
	}
	var b strings.Builder
	for _, table := range column(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`) {
		columns := column(`SELECT 'quote(' || name || ')' FROM pragma_table_info('` + table + `')`)
		fmt.Fprintf(&b, "\n%s\n", table)
		for _, row := range column(`SELECT ` + strings.Join(columns, ` || ' ' || `) + ` AS r FROM ` + table + ` ORDER BY r`) {
			fmt.Fprintf(&b, "\t%s\n", row)
		}
	}
	if problems := column(`PRAGMA integrity_check`); problems[0] != "ok" {
		t.Errorf("integrity of %s: %v", path, problems)
	}
	return b.String()
}

func TestARebuiltIndexEqualsTheFollowedOne(t *testing.T) {
	c := newChain(1)
	dir := t.TempDir()

	// Followed block by block, with stops in between.
	followed := filepath.Join(dir, "followed.db")
	for range 4 {
		x := openIndex(t, followed)
		stop := follow(x, c)
		for range 20 {
			c.extend(1, 60)
			waitFor(t, x, c.Height())
		}
		if err := errors.Join(stop(), x.Close()); err != nil {
			t.Fatal(err)
		}
		c.extend(5, 60) // while nobody looks
	}
	x := openIndex(t, followed)
	stop := follow(x, c)
	waitFor(t, x, c.Height())
	if err := errors.Join(stop(), x.Close()); err != nil {
		t.Fatal(err)
	}

	rebuilt := filepath.Join(dir, "rebuilt.db")
	x = openIndex(t, rebuilt)
	stop = follow(x, c)
	waitFor(t, x, c.Height())
	if err := errors.Join(stop(), x.Close()); err != nil {
		t.Fatal(err)
	}

	a, b := dump(t, followed), dump(t, rebuilt)
	if a != b {
		t.Errorf("the rebuilt index differs\nfollowed:\n%.2000s\nrebuilt:\n%.2000s", a, b)
	}
	for _, table := range []string{"vote", "fee", "transfer", "activity", "election", "account", "tx_hash"} {
		if !strings.Contains(a, "\n"+table+"\n\t") {
			t.Errorf("table %s is empty: the test compares nothing", table)
		}
	}
}

// A log left beside the file is a connection that was not closed: the last one
// takes the log into the file.
func TestAClosedIndexIsOneFile(t *testing.T) {
	c := newChain(1)
	c.extend(20, 60)
	dir := t.TempDir()
	x := openIndex(t, filepath.Join(dir, "index.db"))
	stop := follow(x, c)
	waitFor(t, x, c.Height())
	if _, err := x.Block(context.Background(), 7); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	for range 20 { // some come as far as a connection
		if _, err := x.Block(gone, 7); !errors.Is(err, context.Canceled) {
			t.Errorf("a reader that has gone gets %v", err)
		}
	}
	if err := errors.Join(stop(), x.Close()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left are %v, %v", entries, err)
	}
}

func TestAnIndexOfAnotherChainIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	c := newChain(1)
	c.extend(5, 10)
	x := openIndex(t, path)
	stop := follow(x, c)
	waitFor(t, x, 5)
	if err := errors.Join(stop(), x.Close()); err != nil {
		t.Fatal(err)
	}
	longer, shorter := newChain(2), newChain(1)
	longer.extend(6, 10)
	shorter.extend(4, 10)
	for name, other := range map[string]*chain{"other blocks": longer, "fewer blocks": shorter} {
		x := openIndex(t, path)
		if err := x.Follow(context.Background(), other); !errors.Is(err, indexer.ErrOtherChain) {
			t.Errorf("%s: %v", name, err)
		}
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAnIndexOfAnotherVersionIsRebuilt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`PRAGMA user_version = 999; CREATE TABLE block (colour TEXT)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	c := newChain(1)
	c.extend(3, 5)
	x := openIndex(t, path)
	stop := follow(x, c)
	waitFor(t, x, 3)
	if err := errors.Join(stop(), x.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestABlockThatCannotBeIndexedStopsTheFollowerAndLeavesNoTrace(t *testing.T) {
	for name, spoil := range map[string]func(*chain){
		"a vote in an unknown election": func(c *chain) {
			b := c.voteBlock([32]byte{1}, 0, 3)
			c.add(b)
		},
		"a vote that replaces none": func(c *chain) {
			b := c.voteBlock(c.elections[0].id, 0, 3)
			e := b.Outcome.Txs[2].Events[0].(transition.VoteCast)
			e.Overwrites = 1
			b.Outcome.Txs[2].Events[0] = e
			c.add(b)
		},
		"the outcome of another block": func(c *chain) {
			b := c.voteBlock(c.elections[0].id, 0, 3)
			b.Outcome.Height++
			c.add(b)
		},
		"an election without its transaction": func(c *chain) {
			b := c.voteBlock(c.elections[0].id, 0, 1)
			b.Outcome.Txs[0].Events = []transition.Event{transition.ElectionCreated{Organisation: c.accounts[0]}}
			c.add(b)
		},
		"a block that does not follow": func(c *chain) {
			b := c.voteBlock(c.elections[0].id, 0, 3)
			b.LastHash[0]++
			c.add(b)
		},
		"tokens of nobody": func(c *chain) {
			b := c.voteBlock(c.elections[0].id, 0, 1)
			b.Outcome.Txs[0].Events = []transition.Event{transition.Transferred{From: c.address(), To: c.accounts[0]}}
			c.add(b)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newChain(1)
			c.extend(10, 20)
			path := filepath.Join(t.TempDir(), "index.db")
			x := openIndex(t, path)
			spoil(c)
			if err := x.Follow(context.Background(), c); err == nil {
				t.Fatal("the follower did not stop")
			}
			if err := x.Wait(context.Background(), 11); err == nil || x.Err() == nil {
				t.Error("those who wait are not told")
			}
			if x.Height() != 0 { // all blocks were one batch
				t.Errorf("height is %d", x.Height())
			}
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
			if rows := dump(t, path); strings.Contains(rows, "\n\t") {
				t.Errorf("rows are left:\n%s", rows)
			}
		})
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	x := openIndex(t, filepath.Join(t.TempDir(), "index.db"))
	defer x.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := x.Wait(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
