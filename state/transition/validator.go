package transition

import (
	"errors"
	"fmt"
	"math/bits"

	"urna/crypto/ethkey"
	"urna/genesis"
	"urna/state"
)

// ValidatorUpdate is a change that consensus must hear of; power 0 removes.
type ValidatorUpdate struct {
	PublicKey [33]byte
	Power     uint64
}

// Updates returns what a block changed in the validator set, the last word per
// key, in the order in which the keys first appear.
func (o *BlockOutcome) Updates() []ValidatorUpdate {
	var out []ValidatorUpdate
	at := map[[33]byte]int{}
	note := func(events []Event) {
		for _, e := range events {
			v, ok := e.(ValidatorChanged)
			if !ok {
				continue
			}
			i, seen := at[v.PublicKey]
			if !seen {
				i = len(out)
				at[v.PublicKey] = i
				out = append(out, ValidatorUpdate{PublicKey: v.PublicKey})
			}
			out[i].Power = v.Power
		}
	}
	note(o.Before)
	for i := range o.Txs {
		note(o.Txs[i].Events)
	}
	note(o.Events)
	return out
}

// seat gives a validator its place.
func seat(f *state.Fork, a ethkey.Address, v *state.Validator, why string, emit func(Event)) error {
	if err := f.SetValidator(a, v); err != nil {
		return err
	}
	if err := f.SetUptime(a, &state.Uptime{}); err != nil {
		return err
	}
	emit(ValidatorChanged{Validator: a, PublicKey: v.PublicKey, Power: v.Power, Reason: why})
	return nil
}

// unseat takes a validator's place away, unless it is the last one: a chain
// without validators could never be repaired by its own rules.
func unseat(f *state.Fork, a ethkey.Address, why string, emit func(Event)) error {
	v, err := f.Validator(a)
	if errors.Is(err, state.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	seats, err := f.Validators()
	if err != nil {
		return err
	}
	if len(seats) == 1 {
		return nil
	}
	if err := f.DeleteValidator(a); err != nil {
		return err
	}
	emit(ValidatorChanged{Validator: a, PublicKey: v.PublicKey, Reason: why})
	return nil
}

// punish removes a validator that signed two blocks at one height, for ever.
func punish(f *state.Fork, b Block, a ethkey.Address, emit func(Event)) error {
	banned, err := f.Tombstoned(a)
	if err != nil || banned {
		return err
	}
	if err := f.SetTombstone(a, b.Height); err != nil {
		return err
	}
	return unseat(f, a, "signed two blocks at one height", emit)
}

// attend notes whether a validator signed the last commit, and removes one
// that missed too many of a full window.
func attend(f *state.Fork, b Block, p *genesis.Params, s Signature, emit func(Event)) error {
	v, err := f.Validator(s.Validator)
	if errors.Is(err, state.ErrNotFound) {
		return nil // it left in the meantime
	}
	if err != nil {
		return err
	}
	if s.Signed {
		v.Votes++
	}
	if s.Validator == b.Proposer {
		v.Proposals++
	}
	if err := f.SetValidator(s.Validator, v); err != nil {
		return err
	}
	u, err := f.Uptime(s.Validator)
	if err != nil {
		return fmt.Errorf("uptime of %s: %w", s.Validator, err)
	}
	observe(u, p.UptimeWindow, b.Height, !s.Signed)
	if u.Seen == p.UptimeWindow && u.Missed > p.MaxMissed {
		if err := unseat(f, s.Validator, "missed too many blocks", emit); err != nil {
			return err
		}
		if _, err := f.Validator(s.Validator); errors.Is(err, state.ErrNotFound) {
			return nil
		}
	}
	return f.SetUptime(s.Validator, u)
}

// observe moves the window over one commit.
func observe(u *state.Uptime, window uint32, height uint64, missed bool) {
	if len(u.Bits) != int(window+7)/8 { // new, or the window was changed
		*u = state.Uptime{Bits: make([]byte, int(window+7)/8)}
	}
	i := height % uint64(window)
	mask := byte(1) << (i % 8)
	cell := &u.Bits[i/8]
	u.Missed -= uint32(bits.OnesCount8(*cell & mask))
	*cell &^= mask
	if missed {
		*cell |= mask
		u.Missed++
	}
	if u.Seen < window {
		u.Seen++
	}
}
