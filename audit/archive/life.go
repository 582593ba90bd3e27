package archive

import (
	"errors"

	"urna/ballot"
	"urna/census"
	"urna/election"
	"urna/internal/check"
	"urna/state"
	"urna/tx"
)

// life is an election between its creation and its close, as the transactions
// in an archive tell of it. It is the law of docs/spec/law.md section 4 without
// what an archive does not hold: accounts, fees and parameters.
type life struct {
	chainID  string
	id       election.ID
	settings *election.Settings // the claimed ones, which creation must lead to
	stage    *state.Stage       // nil before the creation
	box      *box
	classes  map[classKey]*class // of blind credentials

	transactions uint64
	strangers    uint64 // transactions signed by others than the organisation
	last         uint64 // height of the last transaction
}

// moment is the block in which something happens.
type moment struct{ height, time uint64 }

func newLife(chainID string, settings *election.Settings) *life {
	return &life{chainID: chainID, id: settings.ID, settings: settings, box: newBox(settings.Rules)}
}

// codeCheck is the check that a transaction fails whose bytes are refused.
func codeCheck(c tx.Code) check.ID {
	switch c {
	case tx.BadSignature:
		return check.Signature
	case tx.BadProof, tx.BadProofKind, tx.SaltedCredential, tx.LegacyBlind:
		return check.Membership
	case tx.BadBallot:
		return check.BallotRules
	}
	return check.Encoding
}

// refusal turns what tx.Verify says into the failure of a check.
func refusal(err error) error {
	var r *tx.Rejection
	if errors.As(err, &r) {
		return check.Fail(codeCheck(r.Code), "%s: %s", r.Code, r.Detail)
	}
	return err
}

// subject is the election that a payload is about; creates says that it makes
// one instead.
func subject(p tx.Payload) (id election.ID, creates, ok bool) {
	switch p := p.(type) {
	case *tx.Vote:
		return p.Election, false, true
	case *tx.SetStatus:
		return p.Election, false, true
	case *tx.SetCensus:
		return p.Election, false, true
	case *tx.SetDuration:
		return p.Election, false, true
	case *tx.NewElection:
		return id, true, true
	}
	return id, false, false
}

// apply carries out a transaction that is of the election.
func (l *life) apply(t *tx.Verified, hash [32]byte, at moment) error {
	id, creates, ok := subject(t.Payload)
	switch {
	case !ok || (!creates && id != l.id):
		return check.Fail(check.Frame, "transaction %s is not about the election", t.ID)
	case creates != (l.stage == nil):
		return check.Fail(check.Rules, "transaction %s: the election is created once, before everything else", t.ID)
	}
	var err error
	switch p := t.Payload.(type) {
	case *tx.NewElection:
		err = l.create(t, p, at)
	case *tx.SetStatus:
		err = l.setStatus(p, at)
	case *tx.SetCensus:
		err = l.setCensus(p, at)
	case *tx.SetDuration:
		err = l.setDuration(p, at)
	case *tx.Vote:
		err = l.vote(t, hash, at)
	}
	if err != nil {
		return err
	}
	if _, isVote := t.Payload.(*tx.Vote); !isVote && t.Signer != l.settings.Organisation {
		l.strangers++
	}
	l.transactions++
	l.last = at.height
	return nil
}

func broken(format string, args ...any) error { return check.Fail(check.Rules, format, args...) }

func (l *life) create(t *tx.Verified, p *tx.NewElection, at moment) error {
	made := election.Settings{
		ID: l.id, Organisation: p.Organisation, Creator: t.Signer, Index: l.settings.Index,
		Mode: p.Mode, Rules: p.Rules, CensusOrigin: p.CensusOrigin, Start: p.StartTime,
		AutoStart: p.AutoStart, Interruptible: p.Interruptible, DynamicCensus: p.DynamicCensus,
		EncryptedMetadata: p.EncryptedMetadata, TempKeys: p.TempKeys, MetadataURI: p.MetadataURI,
		CreatedTime: at.time, CreatedHeight: at.height,
	}
	if made.Organisation.IsZero() {
		made.Organisation = t.Signer
	}
	if made.Start == 0 {
		made.Start = at.time
	}
	switch {
	case made != *l.settings:
		return broken("transaction %s does not create the election with these settings", t.ID)
	case p.Expect != nil && *p.Expect != l.id:
		return broken("transaction %s expects to create election %s", t.ID, *p.Expect)
	case p.MetadataURI == "" || p.CensusURI == "" && p.CensusOrigin.IsTree():
		return broken("transaction %s creates an election without metadata or without a census", t.ID)
	case p.CensusOrigin == census.BlindIssuer && made.Start <= at.time:
		return broken("transaction %s creates an election that starts before credentials are counted", t.ID)
	case made.Start < at.time || made.Start > at.time+tx.MaxStartAhead:
		return broken("transaction %s of time %d creates an election that starts at %d", t.ID, at.time, made.Start)
	}
	l.stage = &state.Stage{
		Status: election.Ready, CensusRoot: p.CensusRoot, CensusURI: p.CensusURI,
		MaxCensusSize: p.MaxCensusSize, End: made.Start + p.Duration,
	}
	l.classes = classesOf(p)
	if p.Paused {
		l.stage.Status = election.Paused
	}
	return nil
}

func (l *life) setStatus(p *tx.SetStatus, at moment) error {
	over := at.time > l.stage.End
	if err := election.Step(l.stage.Status, p.Status, l.settings.Interruptible, over); err != nil {
		return broken("block %d: %v", at.height, err)
	}
	if over && p.Status != election.Ended {
		return broken("block %d changes the status to %s after the end", at.height, p.Status)
	}
	l.stage.Status = p.Status
	if p.Status == election.Ended || p.Status == election.Canceled {
		l.stage.ManuallyEnded = true
		l.stage.End = min(l.stage.End, max(l.settings.Start, at.time))
	}
	return nil
}

// open tells whether census and duration may change.
func (l *life) open(at moment) error {
	if l.stage.Status != election.Ready && l.stage.Status != election.Paused || at.time > l.stage.End {
		return broken("block %d changes an election that is over", at.height)
	}
	return nil
}

func (l *life) setCensus(p *tx.SetCensus, at moment) error {
	if err := l.open(at); err != nil {
		return err
	}
	after := *l.stage
	if p.Root != nil {
		after.CensusRoot = *p.Root
	}
	if p.URI != nil {
		after.CensusURI = *p.URI
	}
	if p.Size != 0 {
		after.MaxCensusSize = p.Size
	}
	counted, err := l.count(p, after.MaxCensusSize, at)
	if err != nil {
		return err
	}
	before, tree := l.stage, l.settings.CensusOrigin.IsTree()
	switch {
	case after == *before && !counted:
		return broken("block %d changes nothing of the census", at.height)
	case !l.settings.DynamicCensus && (after.CensusRoot != before.CensusRoot || after.CensusURI != before.CensusURI):
		return broken("block %d changes a census that is fixed", at.height)
	case tree && (after.CensusURI == "" || (after.CensusRoot != before.CensusRoot && (p.URI == nil || *p.URI == ""))):
		return broken("block %d names a census without a file", at.height)
	case after.MaxCensusSize < before.MaxCensusSize:
		return broken("block %d makes the census smaller", at.height)
	}
	*l.stage = after
	return nil
}

func (l *life) setDuration(p *tx.SetDuration, at moment) error {
	if err := l.open(at); err != nil {
		return err
	}
	end := l.settings.Start + p.Duration
	switch {
	case p.Duration == 0 || p.Duration > tx.MaxDuration:
		return broken("block %d sets a duration of %d seconds", at.height, p.Duration)
	case end == l.stage.End:
		return broken("block %d changes nothing of the duration", at.height)
	case end <= at.time:
		return broken("block %d ends the election in the past", at.height)
	case end < l.stage.End && !l.settings.Interruptible:
		return broken("block %d shortens an election that cannot be interrupted", at.height)
	}
	l.stage.End = end
	return nil
}

func (l *life) vote(t *tx.Verified, hash [32]byte, at moment) error {
	if l.stage.Status != election.Ready || at.time < l.settings.Start || at.time > l.stage.End {
		return check.Fail(check.Window, "vote %s is in block %d at %d, when the election, from %d to %d, was %s",
			t.Nullifier, at.height, at.time, l.settings.Start, l.stage.End, l.stage.Status)
	}
	if err := l.credited(t); err != nil {
		return err
	}
	if err := l.settings.Rules.Accept(t.Ballot, &t.Weight); err != nil {
		return check.Fail(check.BallotRules, "vote %s: %v", t.Nullifier, err)
	}
	v := vote{nullifier: t.Nullifier, hash: hash, weight: t.Weight, ballot: t.Ballot, height: at.height}
	return l.box.cast(&v, l.stage.MaxCensusSize)
}

// ballotHash is the hash of a vote's ballot, and zero for everything else.
func ballotHash(p tx.Payload) (h [32]byte) {
	if v, ok := p.(*tx.Vote); ok {
		h = ballot.Hash(v.Package, v.Memo)
	}
	return h
}
