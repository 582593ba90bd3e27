package state

import (
	"encoding/binary"
	"fmt"

	"urna/crypto/ethkey"
	"urna/election"
)

// Every key that the chain writes into its hashed tree. A key is a prefix byte
// and fixed-width parts, so that byte order is the order of the parts.
//
//	prefix  key                                value
//	p       -                                  Params
//	b       -                                  BlockMark: height and time of the last block
//	a       account 20                         Account
//	f       issuer 20, identifier 8            expiry of a spent faucet package, 8
//	e       election 32                        Settings (never changes)
//	s       election 32                        Stage (status, census, end)
//	l       election 32                        Log (size and root of the vote log, counters)
//	t       election 32                        ballot.Tally
//	r       election 32                        Result
//	n       election 32                        Sealing: progress of the set of nullifiers
//	q       due time 8, kind 1, subject        nothing: work that time alone causes
//	v       consensus address 20               Validator
//	u       consensus address 20               Uptime
//	x       consensus address 20               height of the misbehaviour, 8
var (
	paramsKey    = prefix('p', "Params")
	markKey      = prefix('b', "BlockMark")
	accountKey   = prefix('a', "Account")
	faucetKey    = prefix('f', "spent faucet package")
	settingsKey  = prefix('e', "election.Settings")
	stageKey     = prefix('s', "Stage")
	logKey       = prefix('l', "Log")
	tallyKey     = prefix('t', "Tally")
	resultKey    = prefix('r', "Result")
	sealingKey   = prefix('n', "Sealing")
	scheduleKey  = prefix('q', "schedule")
	validatorKey = prefix('v', "Validator")
	uptimeKey    = prefix('u', "Uptime")
	tombstoneKey = prefix('x', "tombstone")
)

var prefixes = map[byte]string{}

// prefix registers a prefix; a doubled one is a bug that must not start.
func prefix(p byte, what string) byte {
	if other, taken := prefixes[p]; taken {
		panic(fmt.Sprintf("state: prefix %q is both %s and %s", p, other, what))
	}
	prefixes[p] = what
	return p
}

// ParamsKey is the key of the chain's parameters.
func ParamsKey() []byte { return []byte{paramsKey} }

// MarkKey is the key of the last block's height and time.
func MarkKey() []byte { return []byte{markKey} }

// AccountKey is the key of an account.
func AccountKey(a ethkey.Address) []byte { return append([]byte{accountKey}, a[:]...) }

// FaucetKey is the key that marks a faucet package as spent.
func FaucetKey(issuer ethkey.Address, identifier uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte{faucetKey}, issuer[:]...), identifier)
}

// SettingsKey, StageKey, LogKey, TallyKey, ResultKey and SealingKey are the
// keys of an election's records.
func SettingsKey(id election.ID) []byte { return append([]byte{settingsKey}, id[:]...) }
func StageKey(id election.ID) []byte    { return append([]byte{stageKey}, id[:]...) }
func LogKey(id election.ID) []byte      { return append([]byte{logKey}, id[:]...) }
func TallyKey(id election.ID) []byte    { return append([]byte{tallyKey}, id[:]...) }
func ResultKey(id election.ID) []byte   { return append([]byte{resultKey}, id[:]...) }
func SealingKey(id election.ID) []byte  { return append([]byte{sealingKey}, id[:]...) }

// ValidatorKey, UptimeKey and TombstoneKey are the keys of a validator's
// records, by consensus address.
func ValidatorKey(a ethkey.Address) []byte { return append([]byte{validatorKey}, a[:]...) }
func UptimeKey(a ethkey.Address) []byte    { return append([]byte{uptimeKey}, a[:]...) }
func TombstoneKey(a ethkey.Address) []byte { return append([]byte{tombstoneKey}, a[:]...) }
