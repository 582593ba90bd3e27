package transition

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/state"
	"urna/tx"
)

// Bounds on what time alone may cause in one block; the rest stays due and is
// done in the next one. Each kind of work has a bound of its own, so that none
// keeps another waiting.
const (
	maxDue    = 4096 // scheduled items that are looked at
	maxCloses = 256  // elections that are closed: a result is up to 132 KiB
	sealChunk = 4096 // nullifiers added to sets
)

// Begin does what a block causes before its transactions: it notes height and
// time, who signed the last commit, and who misbehaved.
func Begin(f *state.Fork, b Block) ([]Event, error) {
	last, err := f.Mark()
	if err != nil {
		return nil, fmt.Errorf("read last block: %w", err)
	}
	if b.Height <= last.Height || b.Time < last.Time {
		return nil, fmt.Errorf("block %d at %d does not follow block %d at %d", b.Height, b.Time, last.Height, last.Time)
	}
	if err := f.SetMark(state.BlockMark{Height: b.Height, Time: b.Time}); err != nil {
		return nil, err
	}
	params, err := f.Params()
	if err != nil {
		return nil, err
	}
	var events []Event
	emit := func(e Event) { events = append(events, e) }
	for _, a := range b.Misbehaviour {
		if err := punish(f, b, a, emit); err != nil {
			return nil, err
		}
	}
	for _, s := range b.Commit {
		if err := attend(f, b, params, s, emit); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// End does what time alone causes after a block's transactions.
func End(f *state.Fork, b Block) ([]Event, error) {
	due, err := f.Due(b.Time, maxDue)
	if err != nil {
		return nil, fmt.Errorf("read schedule: %w", err)
	}
	var events []Event
	emit := func(e Event) { events = append(events, e) }
	closes, room := maxCloses, sealChunk
	for _, item := range due {
		switch item.Kind {
		case state.ScheduleClose:
			if closes > 0 {
				closes--
				err = closeElection(f, b, item, emit)
			}
		case state.ScheduleForget:
			err = forgetFaucet(f, item)
		case state.ScheduleSeal:
			room, err = seal(f, b, item, room)
		default:
			err = fmt.Errorf("schedule holds unknown work %d", item.Kind)
		}
		if err != nil {
			return nil, err
		}
	}
	return events, nil
}

// closing is the scheduled close of an election whose last second is end.
func closing(id election.ID, end uint64) state.Scheduled {
	return state.Scheduled{Due: end + 1, Kind: state.ScheduleClose, Subject: id[:]}
}

// closingNow is a close at the end of this block.
func closingNow(id election.ID, b Block) state.Scheduled {
	return state.Scheduled{Due: b.Time, Kind: state.ScheduleClose, Subject: id[:]}
}

// sealing is work on a set of nullifiers after this block.
func sealing(id election.ID, b Block) state.Scheduled {
	return state.Scheduled{Due: b.Time + 1, Kind: state.ScheduleSeal, Subject: id[:]}
}

// forget is the scheduled end of the mark of a spent faucet package.
func forget(g *tx.FaucetGrant) state.Scheduled {
	subject := binary.BigEndian.AppendUint64(bytes.Clone(g.Issuer[:]), g.Identifier)
	return state.Scheduled{Due: g.NotAfter + 1, Kind: state.ScheduleForget, Subject: subject}
}

func forgetFaucet(f *state.Fork, item state.Scheduled) error {
	issuer := ethkey.Address(item.Subject[:ethkey.AddressLen])
	if err := f.ForgetFaucet(issuer, binary.BigEndian.Uint64(item.Subject[ethkey.AddressLen:])); err != nil {
		return err
	}
	return f.Unschedule(item)
}

// closeElection ends an election if it is still open, and writes its result.
// The tally is a running sum, so this costs the size of the matrix.
func closeElection(f *state.Fork, b Block, item state.Scheduled, emit func(Event)) error {
	id := election.ID(item.Subject)
	if err := f.Unschedule(item); err != nil {
		return err
	}
	stage, err := f.Stage(id)
	if err != nil {
		return fmt.Errorf("close election %s: %w", id, err)
	}
	if stage.Status == election.Ready || stage.Status == election.Paused {
		emit(StatusChanged{ID: id, From: stage.Status, To: election.Ended})
		stage.Status = election.Ended
	}
	if stage.Status != election.Ended {
		return fmt.Errorf("election %s is due to close but %s", id, stage.Status)
	}
	tally, err := f.Tally(id)
	if err != nil {
		return fmt.Errorf("tally of %s: %w", id, err)
	}
	root, err := f.VoteRoot(id)
	if err != nil {
		return fmt.Errorf("vote root of %s: %w", id, err)
	}
	log, err := f.Log(id)
	if err != nil {
		return fmt.Errorf("log of %s: %w", id, err)
	}
	result := &state.Result{
		Tally: *tally, Votes: log.Voters, Overwritten: log.Overwrites, CensusRoot: stage.CensusRoot,
		VoteRoot: root, VoteSize: log.Size, Method: state.MethodRunningSum, Height: b.Height,
	}
	if err := f.SetResult(id, result); err != nil {
		return err
	}
	stage.Status = election.Results
	if err := f.SetStage(id, stage); err != nil {
		return err
	}
	// From the next block on, when the last votes are in the index.
	if err := f.Schedule(sealing(id, b)); err != nil {
		return err
	}
	emit(StatusChanged{ID: id, From: election.Ended, To: election.Results})
	emit(ResultWritten{ID: id})
	return nil
}

// maxGenesisPower keeps the sum of all power below CometBFT's bound of 2^60, with
// every seat that can be taken later.
const maxGenesisPower = 1 << 40

// Genesis writes the first state.
func Genesis(f *state.Fork, doc *genesis.Doc, validators []GenesisValidator, b Block) ([]Event, error) {
	if err := doc.Check(); err != nil {
		return nil, err
	}
	if len(validators) == 0 {
		return nil, errors.New("genesis: no validators")
	}
	params := doc.Params
	if err := f.SetParams(&params); err != nil {
		return nil, err
	}
	if err := f.SetMark(state.BlockMark{Height: b.Height, Time: b.Time}); err != nil {
		return nil, err
	}
	for _, a := range doc.Accounts {
		if err := f.SetAccount(a.Parsed(), &state.Account{Balance: a.Balance}); err != nil {
			return nil, err
		}
	}
	var events []Event
	for _, v := range validators {
		addr, err := ethkey.PublicKeyAddress(v.PublicKey[:])
		if err != nil {
			return nil, fmt.Errorf("genesis: validator key: %w", err)
		}
		if v.Power < 1 || v.Power > maxGenesisPower {
			return nil, fmt.Errorf("genesis: validator %s has power %d, not within 1 and %d", addr, v.Power, uint64(maxGenesisPower))
		}
		if _, err := f.Validator(addr); !errors.Is(err, state.ErrNotFound) {
			return nil, errors.Join(err, fmt.Errorf("genesis: validator %s appears twice", addr))
		}
		record := &state.Validator{PublicKey: v.PublicKey, Power: v.Power, Name: doc.Name(addr), JoinHeight: b.Height}
		if err := seat(f, addr, record, "genesis", func(e Event) { events = append(events, e) }); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// GenesisValidator is one of CometBFT's genesis validators.
type GenesisValidator struct {
	PublicKey [33]byte
	Power     uint64
}
