package indexer

import (
	"database/sql"
	"fmt"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/state/transition"
	"urna/tx"
)

// electionRow is what the writer remembers of an election between blocks.
type electionRow struct {
	number   int64
	voters   int64
	status   election.Status
	activity map[int64]int64 // hour -> first votes not written yet
}

func (e *electionRow) votesIn(hour int64) {
	if e.activity == nil {
		e.activity = map[int64]int64{}
	}
	e.activity[hour]++
}

// maxElections bounds the elections that the writer remembers.
const maxElections = 10_000

// election finds the row of an election.
func (w *writer) election(id election.ID) (*electionRow, error) {
	if e, ok := w.elections[id]; ok {
		return e, nil
	}
	e := new(electionRow)
	if err := w.get(`SELECT number, voters, status FROM election WHERE id = ?`, []any{id[:]},
		&e.number, &e.voters, &e.status); err != nil {
		return nil, fmt.Errorf("election %s: %w", id, err)
	}
	w.elections[id] = e
	return e, nil
}

// flushElections writes what votes changed.
func (w *writer) flushElections() error {
	for _, e := range w.elections {
		if len(e.activity) == 0 {
			continue
		}
		if err := w.exec(`UPDATE election SET voters = ? WHERE number = ?`, e.voters, e.number); err != nil {
			return err
		}
		for hour, n := range e.activity {
			if err := w.exec(`INSERT INTO activity VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET votes = votes + excluded.votes`,
				e.number, hour, n); err != nil {
				return err
			}
		}
		e.activity = nil
	}
	if len(w.elections) > maxElections {
		clear(w.elections)
	}
	return nil
}

// addElection writes a new election. The event names it; what it is says the
// transaction.
func (w *writer) addElection(b *Block, at place, e *transition.ElectionCreated) error {
	raw, err := w.raw(at.index)
	if err != nil {
		return err
	}
	t, err := tx.Decode(raw)
	if err != nil {
		return err
	}
	p, ok := t.Payload.(*tx.NewElection)
	if !ok {
		return fmt.Errorf("election %s was created by a %s", e.ID, t.Payload.Kind())
	}
	opens := p.StartTime
	if opens == 0 {
		opens = uint64(w.now)
	}
	status := election.Ready
	if p.Paused {
		status = election.Paused
	}
	owner, err := w.account(e.Organisation)
	if err != nil {
		return err
	}
	number := w.count(countElections, 1)
	w.count(countStatus(status), 1)
	w.elections[e.ID] = &electionRow{number: number, status: status}
	if err := w.exec(`INSERT INTO election VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, 0, ?, 0)`,
		number, e.ID[:], owner, p.MetadataURI, int64(status), int64(opens), int64(opens+p.Duration),
		b.Height, w.now, !p.Mode.Encrypted); err != nil {
		return err
	}
	return w.countElection(owner)
}

// countElection notes that an account has one more election, and makes it an
// organisation if it was none.
func (w *writer) countElection(account int64) error {
	var organisation sql.NullInt64
	if err := w.get(`UPDATE account SET elections = elections + 1 WHERE number = ? RETURNING organisation`, []any{account},
		&organisation); err != nil || organisation.Valid {
		return err
	}
	return w.exec(`UPDATE account SET organisation = ? WHERE number = ?`, w.count(countOrganisations, 1), account)
}

func (w *writer) addAccount(a ethkey.Address) error {
	if err := w.exec(`INSERT INTO account VALUES (?, ?, NULL, 0, 0, 0)`, w.count(countAccounts, 1), a[:]); err != nil {
		return fmt.Errorf("account %s: %w", a, err)
	}
	return nil
}

// account finds the number of an account.
func (w *writer) account(a ethkey.Address) (n int64, err error) {
	if err := w.get(`SELECT number FROM account WHERE address = ?`, []any{a[:]}, &n); err != nil {
		return 0, fmt.Errorf("account %s: %w", a, err)
	}
	return n, nil
}

// event writes what the event changes, unless it made a row of its own before.
func (w *writer) event(at place, e transition.Event) error {
	switch e.(type) {
	case transition.VoteCast, transition.AccountCreated, transition.ElectionCreated, transition.Transferred, transition.FeePaid:
		if at.tx == 0 {
			return fmt.Errorf("a %T without a transaction", e)
		}
	}
	switch e := e.(type) {
	case transition.VoteCast, transition.AccountCreated, transition.ElectionCreated:
		return nil
	case transition.AccountChanged, transition.CensusChanged, transition.ValidatorChanged:
		return nil // answered from the state alone
	case transition.Transferred:
		return w.transfer(at, &e)
	case transition.FeePaid:
		return w.fee(at, &e)
	case transition.StatusChanged:
		return w.setStatus(&e)
	case transition.DurationChanged:
		return w.updateElection(e.ID, `closes = ?`, int64(e.End))
	case transition.ResultWritten:
		return w.updateElection(e.ID, `results = 1, final = ?`, 1)
	}
	return fmt.Errorf("unknown event %T", e)
}

// setStatus writes a new status. Who ends an election by a transaction ends it
// at that moment, if that is before its end.
func (w *writer) setStatus(e *transition.StatusChanged) error {
	el, err := w.election(e.ID)
	if err != nil {
		return err
	}
	w.count(countStatus(el.status), -1)
	w.count(countStatus(e.To), 1)
	el.status = e.To
	if e.Manual && (e.To == election.Ended || e.To == election.Canceled) {
		return w.exec(`UPDATE election SET status = ?, manual = 1, closes = min(closes, max(opens, ?)) WHERE number = ?`,
			int64(e.To), w.now, el.number)
	}
	return w.exec(`UPDATE election SET status = ? WHERE number = ?`, int64(e.To), el.number)
}

func (w *writer) updateElection(id election.ID, set string, arg int64) error {
	e, err := w.election(id)
	if err != nil {
		return err
	}
	return w.exec(`UPDATE election SET `+set+` WHERE number = ?`, arg, e.number)
}

func (w *writer) transfer(at place, e *transition.Transferred) error {
	from, err := w.account(e.From)
	if err != nil {
		return err
	}
	to, err := w.account(e.To)
	if err != nil {
		return err
	}
	number := w.count(countTransfers, 1)
	if err := w.exec(`INSERT INTO transfer VALUES (?, ?, ?, ?, ?)`, number, from, to, int64(e.Amount), at.tx); err != nil {
		return err
	}
	for _, party := range []int64{from, to} {
		if err := w.exec(`INSERT INTO transfer_account VALUES (?, ?)`, party, number); err != nil {
			return err
		}
		if err := w.exec(`UPDATE account SET transfers = transfers + 1 WHERE number = ?`, party); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) fee(at place, e *transition.FeePaid) error {
	payer, err := w.account(e.From)
	if err != nil {
		return err
	}
	var about any
	if e.Reference != nil {
		el, err := w.election(*e.Reference)
		if err != nil {
			return err
		}
		about = el.number
	}
	if err := w.exec(`INSERT INTO fee VALUES (?, ?, ?, ?, ?, ?)`,
		w.count(countFees, 1), payer, int64(e.Amount), int64(e.Kind), about, at.tx); err != nil {
		return err
	}
	return w.exec(`UPDATE account SET fees = fees + 1 WHERE number = ?`, payer)
}
