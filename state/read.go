package state

import (
	"errors"
	"fmt"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/internal/kv"
)

// source is where records come from: a View or a Fork.
type source interface {
	// value returns the bytes of a record, nil if there is none. They must not
	// be changed.
	value(key []byte) ([]byte, error)
	// scan visits the records from start until before end in key order, until
	// visit returns false or an error.
	scan(start, end []byte, visit func(key, value []byte) (bool, error)) error
}

// records reads the typed records of a source.
type records struct{ from source }

func (k kind[T]) get(s records, key []byte) (T, error) {
	var none T
	value, err := s.from.value(key)
	if err != nil {
		return none, err
	}
	if value == nil {
		return none, ErrNotFound
	}
	v, err := k.decode(value)
	if err != nil {
		return none, fmt.Errorf("state: %s: %w", describe(key), err)
	}
	return v, nil
}

// has tells whether a record exists, and checks that it can be read.
func (k kind[T]) has(s records, key []byte) (bool, error) {
	_, err := k.get(s, key)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// each visits all records under a prefix in key order.
func (k kind[T]) each(s records, prefix []byte, visit func(key []byte, v T) error) error {
	return s.from.scan(prefix, kv.PrefixEnd(prefix), func(key, value []byte) (bool, error) {
		v, err := k.decode(value)
		if err != nil {
			return false, fmt.Errorf("state: %s: %w", describe(key), err)
		}
		return true, visit(key, v)
	})
}

// Params returns the parameters of the law.
func (s records) Params() (*genesis.Params, error) { return paramsKind.get(s, ParamsKey()) }

// Mark returns the height and time of the last block.
func (s records) Mark() (BlockMark, error) { return markKind.get(s, MarkKey()) }

// Account returns what is known of an address.
func (s records) Account(a ethkey.Address) (*Account, error) {
	return accountKind.get(s, AccountKey(a))
}

// FaucetSpent tells whether a faucet package was redeemed and not yet
// forgotten.
func (s records) FaucetSpent(issuer ethkey.Address, identifier uint64) (bool, error) {
	return numberKind.has(s, FaucetKey(issuer, identifier))
}

// Settings returns what an election was created with.
func (s records) Settings(id election.ID) (*election.Settings, error) {
	e, err := settingsKind.get(s, SettingsKey(id))
	if err != nil {
		return nil, err
	}
	e.ID = id
	return e, nil
}

// Stage returns how far an election is.
func (s records) Stage(id election.ID) (*Stage, error) { return stageKind.get(s, StageKey(id)) }

// Result returns the final word on an election.
func (s records) Result(id election.ID) (*Result, error) { return resultKind.get(s, ResultKey(id)) }

// Sealing returns the progress of the set of nullifiers.
func (s records) Sealing(id election.ID) (*Sealing, error) {
	return sealingKind.get(s, SealingKey(id))
}

// Issuer returns who lets people vote in an election, if no tree does.
func (s records) Issuer(id election.ID) (*Issuer, error) { return issuerKind.get(s, IssuerKey(id)) }

// ClassTaken tells whether a key has signed blind credentials of an election.
func (s records) ClassTaken(key census.KeyHash) (bool, error) {
	return numberKind.has(s, ClassKey(key))
}

// log and tally are the records as they are stored.
func (s records) log(id election.ID) (Log, error) { return logKind.get(s, LogKey(id)) }

func (s records) tally(id election.ID) (*ballot.Tally, error) { return tallyKind.get(s, TallyKey(id)) }

// Validator returns the seat of a consensus address.
func (s records) Validator(a ethkey.Address) (*Validator, error) {
	return validatorKind.get(s, ValidatorKey(a))
}

// Validators returns all seats by consensus address.
func (s records) Validators() (seats []Seat, err error) {
	err = validatorKind.each(s, []byte{validatorKey}, func(key []byte, v *Validator) error {
		a, err := parseAddress(key)
		seats = append(seats, Seat{a, *v})
		return err
	})
	return seats, err
}

// Uptime returns which commits a validator missed.
func (s records) Uptime(a ethkey.Address) (*Uptime, error) { return uptimeKind.get(s, UptimeKey(a)) }

// Tombstoned tells whether a consensus address is banned for ever.
func (s records) Tombstoned(a ethkey.Address) (bool, error) {
	return numberKind.has(s, TombstoneKey(a))
}

// Due returns what is due at now, by due time, kind and subject.
func (s records) Due(now uint64, limit int) (due []Scheduled, err error) {
	end := kv.PrefixEnd(ScheduleKey(Scheduled{Due: now})[:9])
	err = s.from.scan([]byte{scheduleKey}, end, func(key, _ []byte) (bool, error) {
		if len(due) >= limit {
			return false, nil
		}
		item, err := parseSchedule(key)
		due = append(due, item)
		return true, err
	})
	return due, err
}

// EachAccount visits all accounts by address.
func (s records) EachAccount(visit func(ethkey.Address, *Account) error) error {
	return accountKind.each(s, []byte{accountKey}, func(key []byte, v *Account) error {
		a, err := parseAddress(key)
		if err != nil {
			return err
		}
		return visit(a, v)
	})
}

// EachElection visits all elections by ID.
func (s records) EachElection(visit func(*election.Settings) error) error {
	return settingsKind.each(s, []byte{settingsKey}, func(key []byte, v *election.Settings) (err error) {
		if v.ID, err = parseElection(key); err != nil {
			return err
		}
		return visit(v)
	})
}

// EachFaucet visits all spent faucet packages by issuer and identifier.
func (s records) EachFaucet(visit func(issuer ethkey.Address, identifier, expiry uint64) error) error {
	return numberKind.each(s, []byte{faucetKey}, func(key []byte, expiry number) error {
		issuer, identifier, err := parseFaucet(key)
		if err != nil {
			return err
		}
		return visit(issuer, identifier, uint64(expiry))
	})
}

// EachScheduled visits all scheduled work by due time, kind and subject.
func (s records) EachScheduled(visit func(Scheduled) error) error {
	return nothingKind.each(s, []byte{scheduleKey}, func(key []byte, _ nothing) error {
		item, err := parseSchedule(key)
		if err != nil {
			return err
		}
		return visit(item)
	})
}
