package light

import (
	"errors"
	"fmt"

	"urna/election"
	"urna/internal/codec"
	"urna/state"
)

// Receipt is what a document with a vote says about it.
type Receipt struct {
	Election election.ID
	Position uint64 // in the vote log
	Size     uint64 // of the log at the document's height
	Record   state.VoteRecord
	Package  []byte // the ballot as its voter sent it
	Memo     []byte
}

// Receipt reads the vote of a document; nil if it has none. What it says is
// true if the document has been verified.
func (d *Document) Receipt() (*Receipt, error) {
	if d.Vote == nil {
		return nil, nil
	}
	record, err := d.Vote.Parse()
	if err != nil {
		return nil, err
	}
	id, ok := electionOf(d.Claims[0].Key, state.LogKey)
	log := state.ReadLog(codec.NewReader(d.Claims[0].Value))
	if !ok || log.Size == 0 {
		return nil, errors.New("light: the vote is of no election")
	}
	return &Receipt{
		Election: id, Position: d.Vote.Position, Size: log.Size, Record: record,
		Package: d.Vote.Package, Memo: d.Vote.Memo,
	}, nil
}

// Same tells whether two receipts are about the same voter in the same
// election.
func (r *Receipt) Same(other *Receipt) bool {
	return r.Election == other.Election && r.Record.Nullifier == other.Record.Nullifier
}

// Describe says in plain sentences what a verified document shows, and what a
// reader might think it shows and it does not.
func (d *Document) Describe() (shows, not []string, err error) {
	r, err := d.Receipt()
	if err != nil {
		return nil, nil, err
	}
	claims := d.Claims
	if r != nil {
		claims = claims[1:]
		shows = append(shows, fmt.Sprintf("The vote of nullifier %s is in the box of election %s after block %d: number %d of %d records, with the weight %s and this ballot.",
			r.Record.Nullifier, r.Election, d.Height, r.Position+1, r.Size, r.Record.Weight.Dec()))
		if n := r.Record.Overwrites; n > 0 {
			shows = append(shows, fmt.Sprintf("It was cast in block %d and replaces an earlier vote of the same voter, who has voted %d times.", r.Record.Height, n+1))
		} else {
			shows = append(shows, fmt.Sprintf("It was cast in block %d and is the voter's first.", r.Record.Height))
		}
		not = append(not, fmt.Sprintf("That the same voter has not replaced it since block %d; a newer receipt of the same nullifier tells.", d.Height),
			"Who the voter is.")
	}
	if n := d.NotVoted; n != nil {
		id, _ := electionOf(claims[0].Key, state.SealingKey)
		claims = claims[1:]
		shows = append(shows, fmt.Sprintf("Nullifier %s has not voted in election %s: the set of nullifiers is final, and it is not among them.", n.Nullifier, id))
	}
	changes := false
	for _, c := range claims {
		name, err := state.KeyName(c.Key)
		if err != nil {
			return nil, nil, fmt.Errorf("light: %w", err)
		}
		if c.Value == nil {
			shows = append(shows, fmt.Sprintf("There is no record of %s after block %d.", name, d.Height))
		} else {
			shows = append(shows, fmt.Sprintf("This is the record of %s after block %d.", name, d.Height))
		}
		changes = changes || c.Value == nil || !final(c.Key)
	}
	if changes {
		not = append(not, fmt.Sprintf("What has changed since block %d.", d.Height))
	}
	return shows, not, nil
}

// final tells whether a record never changes once it is there.
func final(key []byte) bool {
	_, settings := electionOf(key, state.SettingsKey)
	_, result := electionOf(key, state.ResultKey)
	return settings || result
}
