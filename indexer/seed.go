package indexer

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/state"
	"urna/state/transition"
)

// genesis writes the accounts that are older than the first block.
func (w *writer) genesis(doc *genesis.Doc) error {
	for _, a := range doc.Accounts {
		address, err := ethkey.ParseAddress(a.Address)
		if err != nil {
			return err
		}
		if err := w.addAccount(address); err != nil {
			return err
		}
	}
	return nil
}

// begin makes an empty index begin with the state, since blocks are missing.
func (x *Indexer) begin(w *writer, src Source, base int64) error {
	seeder, ok := src.(Seeder)
	if !ok || x.Height() > 0 {
		return fmt.Errorf("%w: the first that is there has height %d", ErrGap, base)
	}
	view := seeder.View()
	if err := w.begin(); err != nil {
		return err
	}
	err := w.seed(view)
	if err == nil {
		err = w.commit()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("begin with the state at height %d: %w", view.Height(), err), w.rollback())
	}
	x.log.Warn("the index begins with the state: votes, transactions and transfers of earlier blocks are not listed",
		"height", view.Height())
	x.advance(view.Height(), nil)
	return nil
}

// seed writes the accounts and elections of a state. In which order accounts
// came is not known there: they are numbered by address.
func (w *writer) seed(view *state.View) error {
	if err := view.EachAccount(func(a ethkey.Address, _ *state.Account) error {
		if a == transition.Burn {
			return nil
		}
		return w.addAccount(a)
	}); err != nil {
		return err
	}
	var all []*election.Settings
	if err := view.EachElection(func(e *election.Settings) error {
		all = append(all, e)
		return nil
	}); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b *election.Settings) int {
		return cmp.Or(cmp.Compare(a.CreatedHeight, b.CreatedHeight), bytes.Compare(a.ID[:], b.ID[:]))
	})
	for _, e := range all {
		if err := w.seedElection(view, e); err != nil {
			return fmt.Errorf("election %s: %w", e.ID, err)
		}
	}
	w.count(countSeeded, view.Height())
	return nil
}

func (w *writer) seedElection(view *state.View, e *election.Settings) error {
	stage, err := view.Stage(e.ID)
	if err != nil {
		return err
	}
	log, err := view.Log(e.ID)
	if err != nil {
		return err
	}
	owner, err := w.account(e.Organisation)
	if err != nil {
		return err
	}
	number, final := w.count(countElections, 1), stage.Status == election.Results
	w.count(countStatus(stage.Status), 1)
	w.count(countVoters, int64(log.Voters))
	if err := w.exec(`INSERT INTO election VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		number, e.ID[:], owner, e.MetadataURI, int64(stage.Status), stage.ManuallyEnded, int64(e.Start), int64(stage.End),
		int64(e.CreatedHeight), int64(e.CreatedTime), int64(log.Voters), final || !e.Mode.Encrypted, final); err != nil {
		return err
	}
	return w.countElection(owner)
}
