package transition

import (
	"errors"
	"math"

	"urna/census"
	"urna/election"
	"urna/state"
	"urna/tx"
)

func (s *step) newElection(p *tx.NewElection) error {
	if err := s.nextNonce(p.Nonce); err != nil {
		return err
	}
	if err := s.redeem(s.t.Faucet); err != nil {
		return err
	}
	org := p.Organisation
	if org.IsZero() {
		org = s.t.Signer
	}
	if err := s.authorise(org); err != nil {
		return err
	}
	start, err := s.checkNew(p)
	if err != nil {
		return err
	}
	owner, err := s.account(org)
	if err != nil {
		return err
	}
	if owner.ElectionIndex == math.MaxUint32 {
		return tx.Reject(tx.Overflow, "the organisation has created all its elections")
	}
	id := election.NewID(s.b.ChainID, org, p.CensusOrigin, p.Mode, p.Rules, owner.ElectionIndex)
	if p.Expect != nil && *p.Expect != id {
		return tx.Reject(tx.UnexpectedElectionID, "the election would be %s, not %s", id, *p.Expect)
	}
	if _, err := s.f.Settings(id); err == nil {
		return tx.Reject(tx.ElectionExists, "election %s exists", id)
	} else if !errors.Is(err, state.ErrNotFound) {
		return err
	}
	settings := &election.Settings{
		ID: id, Organisation: org, Creator: s.t.Signer, Index: owner.ElectionIndex,
		Mode: p.Mode, Rules: p.Rules, CensusOrigin: p.CensusOrigin, Start: start,
		AutoStart: p.AutoStart, Interruptible: p.Interruptible, DynamicCensus: p.DynamicCensus,
		EncryptedMetadata: p.EncryptedMetadata, TempKeys: p.TempKeys, MetadataURI: p.MetadataURI,
		CreatedTime: s.b.Time, CreatedHeight: s.b.Height,
	}
	stage := &state.Stage{
		Status: election.Ready, CensusRoot: p.CensusRoot, CensusURI: p.CensusURI,
		MaxCensusSize: p.MaxCensusSize, End: start + p.Duration,
	}
	if p.Paused {
		stage.Status = election.Paused
	}
	owner.ElectionIndex++
	if err := s.f.SetAccount(org, owner); err != nil {
		return err
	}
	if err := s.checkClasses(p); err != nil {
		return err
	}
	price, err := ElectionPrice(s.params, p.MaxCensusSize, p.Duration, p.Mode.Encrypted, p.Mode.Anonymous, p.Rules.MaxOverwrites)
	if err != nil {
		return err
	}
	if err := s.charge(price, &id); err != nil {
		return err
	}
	if err := s.f.CreateElection(settings, stage); err != nil {
		return err
	}
	if err := s.createIssuer(id, p); err != nil {
		return err
	}
	if err := s.f.Schedule(closing(id, stage.End)); err != nil {
		return err
	}
	s.emit(ElectionCreated{ID: id, Organisation: org})
	return nil
}

// checkNew checks what a new election asks for against the block and the
// parameters, and returns its start.
func (s *step) checkNew(p *tx.NewElection) (start uint64, err error) {
	if err := p.Rules.Check(); err != nil {
		return 0, tx.Reject(tx.BadRules, "%v", err)
	}
	if p.MetadataURI == "" {
		return 0, tx.Reject(tx.MetadataMissing, "an election needs the URI of its metadata")
	}
	if p.CensusURI == "" && p.CensusOrigin.IsTree() {
		return 0, tx.Reject(tx.CensusURIMissing, "a Merkle census needs the URI of its dump")
	}
	if p.MaxCensusSize == 0 {
		return 0, tx.Reject(tx.FieldRange, "maxCensusSize must be above zero")
	}
	if p.MaxCensusSize > s.params.MaxCensusSize {
		return 0, tx.Reject(tx.CensusTooLarge, "maxCensusSize %d exceeds the network's %d", p.MaxCensusSize, s.params.MaxCensusSize)
	}
	if p.Duration == 0 || p.Duration > tx.MaxDuration {
		return 0, tx.Reject(tx.FieldRange, "duration %d is not within 1 and %d seconds", p.Duration, tx.MaxDuration)
	}
	if p.CensusOrigin == census.BlindIssuer && p.StartTime <= s.b.Time {
		return 0, tx.Reject(tx.IssuanceClosed, "credentials are counted before the start, so it must be after %d", s.b.Time)
	}
	switch {
	case p.StartTime == 0:
		return s.b.Time, nil
	case p.StartTime < s.b.Time:
		return 0, tx.Reject(tx.StartInPast, "start time %d is in the past, the time is %d", p.StartTime, s.b.Time)
	case p.StartTime > s.b.Time+tx.MaxStartAhead:
		return 0, tx.Reject(tx.FieldRange, "start time is more than %d seconds ahead", tx.MaxStartAhead)
	}
	return p.StartTime, nil
}

// managed begins what a manager does with an election: it spends the nonce and
// reads the election, which must exist and be the signer's to manage.
func (s *step) managed(nonce uint32, id election.ID) (*election.Settings, *state.Stage, error) {
	if err := s.nextNonce(nonce); err != nil {
		return nil, nil, err
	}
	settings, stage, err := s.election(id)
	if err != nil {
		return nil, nil, err
	}
	return settings, stage, s.authorise(settings.Organisation)
}

// open is managed for an election that must not be over: by its status, or by
// its end while the close is still to come. What was counted once stays counted.
func (s *step) open(nonce uint32, id election.ID) (*election.Settings, *state.Stage, error) {
	settings, stage, err := s.managed(nonce, id)
	if err != nil {
		return nil, nil, err
	}
	if stage.Status != election.Ready && stage.Status != election.Paused {
		return nil, nil, tx.Reject(tx.ElectionClosed, "the election is closed - current state: %s", stage.Status)
	}
	if s.b.Time > stage.End {
		return nil, nil, tx.Reject(tx.ElectionClosed, "the election ended at %d, the time is %d", stage.End, s.b.Time)
	}
	return settings, stage, nil
}

// election reads an election that must exist.
func (s *step) election(id election.ID) (*election.Settings, *state.Stage, error) {
	settings, err := s.f.Settings(id)
	if errors.Is(err, state.ErrNotFound) {
		return nil, nil, tx.Reject(tx.UnknownElection, "election %s does not exist", id)
	}
	if err != nil {
		return nil, nil, err
	}
	stage, err := s.f.Stage(id)
	return settings, stage, err
}

func (s *step) setStatus(p *tx.SetStatus) error {
	settings, stage, err := s.managed(p.Nonce, p.Election)
	if err != nil {
		return err
	}
	over := s.b.Time > stage.End
	if err := checkStep(stage, p.Status, settings.Interruptible, over); err != nil {
		return err
	}
	if over && p.Status != election.Ended {
		return tx.Reject(tx.ElectionClosed, "the election ended at %d, the time is %d", stage.End, s.b.Time)
	}
	if err := s.charge(s.cost(), &p.Election); err != nil {
		return err
	}
	from := stage.Status
	stage.Status = p.Status
	if p.Status == election.Ended || p.Status == election.Canceled {
		stage.ManuallyEnded = true
		if err := s.f.Unschedule(closing(p.Election, stage.End)); err != nil {
			return err
		}
		stage.End = min(stage.End, max(settings.Start, s.b.Time)) // it ends now
	}
	if p.Status == election.Ended { // the result is written at the end of this block
		if err := s.f.Schedule(closingNow(p.Election, s.b)); err != nil {
			return err
		}
	}
	if err := s.f.SetStage(p.Election, stage); err != nil {
		return err
	}
	s.emit(StatusChanged{ID: p.Election, From: from, To: p.Status, Manual: true})
	return nil
}

func checkStep(stage *state.Stage, to election.Status, interruptible, over bool) error {
	var refused *election.StepError
	if err := election.Step(stage.Status, to, interruptible, over); errors.As(err, &refused) {
		code := tx.StatusForbidden
		switch refused.Reason {
		case election.StepSame:
			code = tx.StatusSame
		case election.StepNotInterruptible:
			code = tx.NotInterruptible
		}
		return tx.Reject(code, "%v", refused)
	}
	return nil
}

func (s *step) setCensus(p *tx.SetCensus) error {
	settings, stage, err := s.open(p.Nonce, p.Election)
	if err != nil {
		return err
	}
	if err := checkKind(p, settings.CensusOrigin); err != nil {
		return err
	}
	before := *stage
	if p.Root != nil {
		stage.CensusRoot = *p.Root
	}
	if p.URI != nil {
		stage.CensusURI = *p.URI
	}
	if p.Size != 0 {
		stage.MaxCensusSize = p.Size
	}
	issuerChanged, err := s.changeIssuer(p, settings, stage)
	if err != nil {
		return err
	}
	tree := settings.CensusOrigin.IsTree()
	switch {
	case *stage == before && !issuerChanged:
		return tx.Reject(tx.CensusUnchanged, "root, URI and size are the election's already")
	case !settings.DynamicCensus && (stage.CensusRoot != before.CensusRoot || stage.CensusURI != before.CensusURI):
		return tx.Reject(tx.CensusFixed, "only processes with dynamic census can update their root")
	case tree && stage.CensusURI == "":
		return tx.Reject(tx.CensusURIMissing, "a Merkle census needs the URI of its dump")
	case tree && stage.CensusRoot != before.CensusRoot && (p.URI == nil || *p.URI == ""):
		return tx.Reject(tx.CensusURIMissing, "a new census root needs the URI of its dump")
	case stage.MaxCensusSize < before.MaxCensusSize:
		return tx.Reject(tx.CensusShrinks, "the census size may only grow from %d", before.MaxCensusSize)
	case stage.MaxCensusSize > s.params.MaxCensusSize:
		return tx.Reject(tx.CensusTooLarge, "maxCensusSize %d exceeds the network's %d", stage.MaxCensusSize, s.params.MaxCensusSize)
	}
	if err := s.chargeChange(settings, &before, stage); err != nil {
		return err
	}
	if err := s.f.SetStage(p.Election, stage); err != nil {
		return err
	}
	s.emit(CensusChanged{ID: p.Election, Root: stage.CensusRoot, MaxSize: stage.MaxCensusSize})
	return nil
}

func (s *step) setDuration(p *tx.SetDuration) error {
	settings, stage, err := s.open(p.Nonce, p.Election)
	if err != nil {
		return err
	}
	if p.Duration == 0 || p.Duration > tx.MaxDuration {
		return tx.Reject(tx.FieldRange, "duration %d is not within 1 and %d seconds", p.Duration, tx.MaxDuration)
	}
	before := *stage
	stage.End = settings.Start + p.Duration
	switch {
	case stage.End == before.End:
		return tx.Reject(tx.DurationUnchanged, "the duration is %d already", p.Duration)
	case stage.End <= s.b.Time:
		return tx.Reject(tx.EndInPast, "the election would have ended at %d, the time is %d", stage.End, s.b.Time)
	case stage.End < before.End && !settings.Interruptible:
		return tx.Reject(tx.NotInterruptible, "cannot shorten the election, it is not interruptible")
	}
	if err := s.chargeChange(settings, &before, stage); err != nil {
		return err
	}
	if err := s.f.Unschedule(closing(p.Election, before.End)); err != nil {
		return err
	}
	if err := s.f.Schedule(closing(p.Election, stage.End)); err != nil {
		return err
	}
	if err := s.f.SetStage(p.Election, stage); err != nil {
		return err
	}
	s.emit(DurationChanged{ID: p.Election, End: stage.End})
	return nil
}

// chargeChange charges a change of an election: the cost of the transaction and
// what the election costs more after it than before.
func (s *step) chargeChange(e *election.Settings, before, after *state.Stage) error {
	price := func(g *state.Stage) (uint64, error) {
		return ElectionPrice(s.params, g.MaxCensusSize, g.End-e.Start, e.Mode.Encrypted, e.Mode.Anonymous, e.Rules.MaxOverwrites)
	}
	was, err := price(before)
	if err != nil {
		return err
	}
	is, err := price(after)
	if err != nil {
		return err
	}
	fee := s.cost()
	if is > was {
		fee += is - was
	}
	return s.charge(fee, &e.ID)
}
