package state

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
)

// Fork is a View with changes on top. It is not safe for concurrent use, but
// any number of forks may stand on one view.
type Fork struct {
	records
	view   *View
	parent *Fork // nil for a fork of a view
	child  *Fork // the last one begun, used again by the next Begin

	writes map[string][]byte // key to value; nil: deleted
	logs   map[election.ID]*pending
	edits  uint64 // counts changes, so that a seal knows what it sealed

	asked question // the last nullifier that was looked up
}

// question remembers where a nullifier was found, for the AddVote that follows.
type question struct {
	id     election.ID
	n      election.Nullifier
	next   uint64 // position plus one, 0 if it has no vote
	answer bool
}

// smallFork is how many writes a child may have made and still be used again:
// emptying a map takes as long as it was ever large.
const smallFork = 64

// Fork makes a fork that will be thrown away. It costs next to nothing.
func (v *View) Fork() *Fork {
	f := &Fork{view: v}
	f.records = records{f}
	return f
}

// Begin makes a fork on top of f, whose changes reach f with Merge or never.
// It takes the place of the child that was begun before: an unmerged one is
// dropped. While a child is in use, f must only be read.
func (f *Fork) Begin() *Fork {
	c := f.child
	if c == nil {
		c = &Fork{view: f.view, parent: f}
		c.records = records{c}
		f.child = c
	}
	c.clear()
	return c
}

func (f *Fork) clear() {
	if len(f.writes) > smallFork {
		f.writes = nil
	}
	clear(f.writes)
	clear(f.logs)
	f.asked.answer = false
}

// Merge makes the changes of a child its parent's. The child is empty then.
func (f *Fork) Merge() {
	p := f.parent
	if p.writes == nil && len(f.writes) > 0 {
		p.writes = make(map[string][]byte, len(f.writes))
	}
	for key, value := range f.writes {
		p.writes[key] = value
	}
	for id, votes := range f.logs {
		if p.logs == nil {
			p.logs = map[election.ID]*pending{}
		}
		if to := p.logs[id]; to != nil {
			to.add(votes.votes...)
		} else {
			p.logs[id] = votes
		}
	}
	p.edits++
	p.asked.answer = false
	f.clear()
}

func (f *Fork) value(key []byte) ([]byte, error) {
	for g := f; g != nil; g = g.parent {
		if value, ok := g.writes[string(key)]; ok {
			return value, nil
		}
	}
	return f.view.value(key)
}

func (f *Fork) scan(start, end []byte, visit func(key, value []byte) (bool, error)) error {
	changed := f.changes(start, end)
	stopped := false
	flush := func(until string, all bool) error { // visits what was changed before a key
		for len(changed) > 0 && !stopped && (all || changed[0].key < until) {
			w := changed[0]
			changed = changed[1:]
			if w.value == nil {
				continue
			}
			more, err := visit([]byte(w.key), w.value)
			if err != nil {
				return err
			}
			stopped = !more
		}
		return nil
	}
	err := f.view.scan(start, end, func(key, value []byte) (bool, error) {
		if err := flush(string(key), false); err != nil || stopped {
			return false, err
		}
		if len(changed) > 0 && changed[0].key == string(key) {
			return true, nil // the changed value comes next
		}
		more, err := visit(key, value)
		stopped = !more
		return more, err
	})
	if err != nil {
		return err
	}
	return flush("", true)
}

// write is one change of the hashed tree.
type write struct {
	key   string
	value []byte // nil: delete
}

// changes lists what the fork and those below it changed, in key order.
func (f *Fork) changes(start, end []byte) []write {
	var out []write
	for g := f; g != nil; g = g.parent {
		n := len(out)
		for key, value := range g.writes {
			if key < string(start) || (end != nil && key >= string(end)) {
				continue
			}
			if !slices.ContainsFunc(out[:n], func(w write) bool { return w.key == key }) {
				out = append(out, write{key, value})
			}
		}
	}
	slices.SortFunc(out, func(a, b write) int { return strings.Compare(a.key, b.key) })
	return out
}

func (f *Fork) set(key, value []byte) {
	if f.writes == nil {
		f.writes = map[string][]byte{}
	}
	f.writes[string(key)] = value
	f.edits++
}

func (f *Fork) remove(key []byte) error {
	f.set(key, nil)
	return nil
}

func (k kind[T]) put(f *Fork, key []byte, v T) error {
	value, err := k.encode(v)
	if err != nil {
		return fmt.Errorf("state: write %s: %w", describe(key), err)
	}
	f.set(key, value)
	return nil
}

// SetParams writes the parameters of the law.
func (f *Fork) SetParams(p *genesis.Params) error { return paramsKind.put(f, ParamsKey(), p) }

// SetMark writes the height and time of the block.
func (f *Fork) SetMark(m BlockMark) error { return markKind.put(f, MarkKey(), m) }

// SetAccount writes an account.
func (f *Fork) SetAccount(a ethkey.Address, v *Account) error {
	return accountKind.put(f, AccountKey(a), v)
}

// SpendFaucet marks a faucet package as redeemed.
func (f *Fork) SpendFaucet(issuer ethkey.Address, identifier, expiry uint64) error {
	return numberKind.put(f, FaucetKey(issuer, identifier), number(expiry))
}

// ForgetFaucet removes the mark of a redeemed faucet package.
func (f *Fork) ForgetFaucet(issuer ethkey.Address, identifier uint64) error {
	return f.remove(FaucetKey(issuer, identifier))
}

// CreateElection writes the settings and the first stage of an election, and
// its empty log, tally and set of nullifiers.
func (f *Fork) CreateElection(e *election.Settings, s *Stage) error {
	if value, err := f.value(SettingsKey(e.ID)); err != nil || value != nil {
		return errors.Join(err, fmt.Errorf("state: election %s exists", e.ID))
	}
	t := ballot.NewTally(e.Rules)
	return errors.Join(
		settingsKind.put(f, SettingsKey(e.ID), e),
		f.SetStage(e.ID, s),
		logKind.put(f, LogKey(e.ID), Log{Root: emptyRoot}),
		tallyKind.put(f, TallyKey(e.ID), &t),
		f.SetSealing(e.ID, &Sealing{}),
	)
}

// SetStage writes the stage of an election.
func (f *Fork) SetStage(id election.ID, s *Stage) error { return stageKind.put(f, StageKey(id), s) }

// SetIssuer writes who lets people vote in an election.
func (f *Fork) SetIssuer(id election.ID, s *Issuer) error { return issuerKind.put(f, IssuerKey(id), s) }

// TakeClass notes at which height an election took a key of blind credentials.
func (f *Fork) TakeClass(key census.KeyHash, height uint64) error {
	return numberKind.put(f, ClassKey(key), number(height))
}

// SetResult writes the result of an election.
func (f *Fork) SetResult(id election.ID, r *Result) error {
	return resultKind.put(f, ResultKey(id), r)
}

// SetSealing writes the progress of the set of nullifiers.
func (f *Fork) SetSealing(id election.ID, s *Sealing) error {
	return sealingKind.put(f, SealingKey(id), s)
}

// SetValidator writes a seat.
func (f *Fork) SetValidator(a ethkey.Address, v *Validator) error {
	return validatorKind.put(f, ValidatorKey(a), v)
}

// DeleteValidator removes a seat and its uptime.
func (f *Fork) DeleteValidator(a ethkey.Address) error {
	return errors.Join(f.remove(ValidatorKey(a)), f.remove(UptimeKey(a)))
}

// SetUptime writes which commits a validator missed.
func (f *Fork) SetUptime(a ethkey.Address, u *Uptime) error {
	return uptimeKind.put(f, UptimeKey(a), u)
}

// SetTombstone bans a consensus address for ever.
func (f *Fork) SetTombstone(a ethkey.Address, height uint64) error {
	return numberKind.put(f, TombstoneKey(a), number(height))
}

// Schedule notes work that time alone causes.
func (f *Fork) Schedule(s Scheduled) error {
	if err := s.check(); err != nil {
		return err
	}
	return nothingKind.put(f, ScheduleKey(s), nothing{})
}

// Unschedule removes scheduled work.
func (f *Fork) Unschedule(s Scheduled) error {
	if err := s.check(); err != nil {
		return err
	}
	return f.remove(ScheduleKey(s))
}
