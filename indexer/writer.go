package indexer

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"urna/ballot"
	"urna/election"
	"urna/state/transition"
	"urna/tx"
)

// writer turns blocks into rows. It belongs to one goroutine. After an error
// nothing that it remembers can be trusted, and it must be thrown away.
type writer struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt

	blocks, txs, hashes, signers, votes, nullifiers *bulk

	last      *[32]byte // hash of the last block; nil if there is none
	counters  map[counter]int64
	changed   map[counter]bool // counters to be written
	elections map[election.ID]*electionRow

	raw func(index int) ([]byte, error) // transactions of the block
	now int64                           // time of the block as the law has it

	// What the block has so far. Rows whose place in their table is far from
	// the last one wait here, to be inserted in order.
	signerKeys, hashKeys, nullifierKeys []key
	newVotes                            []voteRow
	fresh                               map[election.Nullifier]int // in newVotes
}

// counter names a number that is kept so that nothing must be counted.
type counter struct {
	name string
	sub  int64
}

// The counters.
var (
	countTxs           = counter{name: "transactions"}
	countBallots       = counter{name: "ballots"}
	countVoters        = counter{name: "voters"}
	countElections     = counter{name: "elections"}
	countAccounts      = counter{name: "accounts"}
	countOrganisations = counter{name: "organisations"}
	countTransfers     = counter{name: "transfers"}
	countFees          = counter{name: "fees"}

	// countSeeded is the height of the state that the index began with, if it
	// did not begin with the first block.
	countSeeded = counter{name: "seeded"}
)

func countKind(k tx.Kind) counter           { return counter{"transactions_of_kind", int64(k)} }
func countStatus(s election.Status) counter { return counter{"elections_in_status", int64(s)} }

type key struct{ prefix, row int64 }

type voteRow struct {
	id        int64
	nullifier *election.Nullifier
	tx        int64
	weight    any
}

// prefixOf is the number under which a hash is found in a key table.
func prefixOf(hash []byte) int64 { return int64(binary.BigEndian.Uint64(hash)) }

func newWriter(ctx context.Context, db *sql.DB) (w *writer, err error) {
	w = &writer{
		stmts:    map[string]*sql.Stmt{},
		counters: map[counter]int64{}, changed: map[counter]bool{},
		elections: map[election.ID]*electionRow{}, fresh: map[election.Nullifier]int{},
	}
	// Statements run without ctx: one that can be cancelled costs a goroutine,
	// and a batch is short.
	if w.conn, err = db.Conn(ctx); err != nil {
		return nil, err
	}
	for _, b := range []struct {
		bulk    **bulk
		table   string
		columns int
	}{
		{&w.blocks, "block", 9},
		{&w.txs, "tx", 8},
		{&w.hashes, "tx_hash", 3},
		{&w.signers, "tx_signer", 3},
		{&w.votes, "vote", 4},
		{&w.nullifiers, "vote_nullifier", 3},
	} {
		if *b.bulk, err = newBulk(w, b.table, b.columns); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	if err = w.readCounters(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *writer) close() error {
	return errors.Join(closeAll(w.stmts), w.conn.Close())
}

// prepared returns the statement of a query, which is prepared once.
func (w *writer) prepared(query string) (*sql.Stmt, error) {
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	s, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	w.stmts[query] = s
	return s, nil
}

// exec changes rows.
func (w *writer) exec(query string, args ...any) error {
	s, err := w.prepared(query)
	if err == nil {
		_, err = s.Exec(args...)
	}
	return err
}

// get reads one row, which must be there.
func (w *writer) get(query string, args []any, into ...any) error {
	s, err := w.prepared(query)
	if err != nil {
		return err
	}
	return s.QueryRow(args...).Scan(into...)
}

func (w *writer) begin() error    { return w.exec("BEGIN IMMEDIATE") }
func (w *writer) rollback() error { return w.exec("ROLLBACK") }

// commit writes what was counted and makes the batch visible.
func (w *writer) commit() error {
	if err := w.blocks.flush(); err != nil {
		return err
	}
	if err := w.flushElections(); err != nil {
		return err
	}
	for c := range w.changed {
		if err := w.exec(`INSERT INTO counter VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = ?3`,
			c.name, c.sub, w.counters[c]); err != nil {
			return err
		}
	}
	clear(w.changed)
	return w.exec("COMMIT")
}

func (w *writer) readCounters() error {
	rows, err := w.conn.QueryContext(context.Background(), `SELECT name, sub, n FROM counter`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var c counter
		var n int64
		if err := rows.Scan(&c.name, &c.sub, &n); err != nil {
			return err
		}
		w.counters[c] = n
	}
	return rows.Err()
}

// count adds to a counter and returns what it stands at.
func (w *writer) count(c counter, n int64) int64 {
	w.counters[c] += n
	w.changed[c] = true
	return w.counters[c]
}

// block writes one block. raw returns the bytes of its transactions.
func (w *writer) block(b *Block, raw func(int) ([]byte, error)) error {
	before := w.counters[countTxs]
	w.raw, w.now = raw, int64(b.Outcome.Time)
	if err := w.blocks.add(b.Height, b.Time.UnixNano(), b.Hash[:], b.LastHash[:], b.Proposer[:],
		len(b.Outcome.Txs), before, w.counters[countBallots], w.counters[countVoters]); err != nil {
		return err
	}
	epoch := [...]int64{before / epochSize, before / epochSize, w.counters[countVoters] / epochSize}
	for _, e := range b.Outcome.Before {
		if err := w.event(place{}, e); err != nil {
			return err
		}
	}
	for i := range b.Outcome.Txs {
		if err := w.transaction(b, i); err != nil {
			return fmt.Errorf("transaction %d: %w", i, err)
		}
	}
	for _, e := range b.Outcome.Events {
		if err := w.event(place{}, e); err != nil {
			return err
		}
	}
	if err := w.txs.flush(); err != nil {
		return err
	}
	if err := w.insertVotes(); err != nil {
		return err
	}
	for i, k := range []struct {
		table *bulk
		keys  *[]key
	}{{w.hashes, &w.hashKeys}, {w.signers, &w.signerKeys}, {w.nullifiers, &w.nullifierKeys}} {
		if err := insertKeys(k.table, epoch[i], *k.keys); err != nil {
			return err
		}
		*k.keys = (*k.keys)[:0]
	}
	return nil
}

// insertKeys inserts keys in their order in the table, so that those that share
// a page meet it together.
func insertKeys(table *bulk, epoch int64, keys []key) error {
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.prefix, b.prefix), cmp.Compare(a.row, b.row))
	})
	for _, k := range keys {
		if err := table.add(epoch, k.prefix, k.row); err != nil {
			return err
		}
	}
	return table.flush()
}

// place is where something happened. The zero place is the end of a block.
type place struct {
	tx    int64 // its number
	index int   // in the block
}

func (w *writer) transaction(b *Block, i int) error {
	o := &b.Outcome.Txs[i]
	at := place{tx: w.count(countTxs, 1), index: i}
	w.count(countKind(o.Kind), 1)
	if o.Kind == tx.KindVote {
		w.count(countBallots, 1)
	}
	if o.ID != (tx.ID{}) { // unless it could not be decoded
		w.hashKeys = append(w.hashKeys, key{prefixOf(o.ID[:]), at.tx})
	}
	if !o.Signer.IsZero() {
		w.signerKeys = append(w.signerKeys, key{prefixOf(o.Signer[:]), at.tx})
	}

	// The rows of what is new come first: the other events may name them.
	var vote, overwrites any
	for j := range o.Events {
		switch e := o.Events[j].(type) {
		case transition.VoteCast:
			id, err := w.vote(b, at, &e)
			if err != nil {
				return err
			}
			vote, overwrites = id, int64(e.Overwrites)
		case transition.AccountCreated:
			if err := w.addAccount(e.Account); err != nil {
				return err
			}
		case transition.ElectionCreated:
			if err := w.addElection(b, at, &e); err != nil {
				return err
			}
		}
	}
	for _, e := range o.Events {
		if err := w.event(at, e); err != nil {
			return err
		}
	}
	return w.txs.add(at.tx, b.Height, int64(o.Kind), int64(o.Code), o.ID[:], o.Signer[:], vote, overwrites)
}

// vote notes a vote and returns its id, nil if it has none.
func (w *writer) vote(b *Block, at place, e *transition.VoteCast) (id any, err error) {
	el, err := w.election(e.Election)
	if err != nil {
		return nil, err
	}
	if e.Overwrites > 0 {
		return w.overwrite(el, at, e)
	}
	el.voters++
	el.votesIn(b.Time.Unix() / 3600)
	w.count(countVoters, 1)
	v := voteRow{id: el.number<<32 | el.voters, nullifier: &e.Nullifier, tx: at.tx, weight: weight(&e.Weight)}
	w.nullifierKeys = append(w.nullifierKeys, key{prefixOf(e.Nullifier[:]), v.id})
	w.fresh[e.Nullifier] = len(w.newVotes)
	w.newVotes = append(w.newVotes, v)
	return v.id, nil
}

// overwrite notes that a vote was replaced and returns its id.
func (w *writer) overwrite(el *electionRow, at place, e *transition.VoteCast) (id any, err error) {
	if i, ok := w.fresh[e.Nullifier]; ok {
		v := &w.newVotes[i]
		v.tx, v.weight = at.tx, weight(&e.Weight)
		return v.id, nil
	}
	var row int64
	err = w.get(findVote+` AND v.id >> 32 = ?3 LIMIT 1`,
		[]any{prefixOf(e.Nullifier[:]), e.Nullifier[:], el.number}, &row)
	if errors.Is(err, sql.ErrNoRows) && w.counters[countSeeded] > 0 {
		return nil, nil // it is older than the index
	}
	if err != nil {
		return nil, fmt.Errorf("vote %s to be replaced: %w", e.Nullifier, err)
	}
	return row, w.exec(`UPDATE vote SET tx = ?, weight = ? WHERE id = ?`, at.tx, weight(&e.Weight), row)
}

// findVote finds the row of a nullifier: its arguments are the nullifier's
// prefix and the nullifier.
const findVote = `
	WITH RECURSIVE epoch(n) AS (SELECT max(epoch) FROM vote_nullifier UNION ALL SELECT n - 1 FROM epoch WHERE n > 0)
	SELECT v.id FROM epoch
	CROSS JOIN vote_nullifier k ON k.epoch = epoch.n AND k.prefix = ?1
	CROSS JOIN vote v ON v.id = k.vote
	WHERE v.nullifier = ?2`

func (w *writer) insertVotes() error {
	slices.SortFunc(w.newVotes, func(a, b voteRow) int { return cmp.Compare(a.id, b.id) })
	for i := range w.newVotes {
		v := &w.newVotes[i]
		if err := w.votes.add(v.id, v.nullifier[:], v.tx, v.weight); err != nil {
			return err
		}
	}
	if err := w.votes.flush(); err != nil {
		return err
	}
	w.newVotes = w.newVotes[:0]
	clear(w.fresh)
	return nil
}

// weight is how a weight is stored: as a number if it is one for SQLite.
func weight(w *ballot.Amount) any {
	if w.IsUint64() && w.Uint64() < 1<<63 {
		return int64(w.Uint64())
	}
	return w.Dec()
}
