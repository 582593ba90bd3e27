package state

import (
	"encoding/binary"
	"errors"
	"fmt"

	"urna/census"
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
//	f       issuer 20, identifier 8            expiry of a spent faucet package
//	e       election 32                        Settings (never changes)
//	s       election 32                        Stage (status, census, end)
//	l       election 32                        Log (size and root of the vote log, counters)
//	t       election 32                        ballot.Tally
//	r       election 32                        Result
//	n       election 32                        Sealing: progress of the set of nullifiers
//	i       election 32                        Issuer, unless the census is a tree
//	k       key hash 32                        height at which an election took an issuer's key
//	q       due time 8, kind 1, subject        nothing: work that time alone causes
//	v       consensus address 20               Validator
//	u       consensus address 20               Uptime
//	x       consensus address 20               height of the misbehaviour
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
	issuerKey    = prefix('i', "Issuer")
	classKey     = prefix('k', "key of an issuer")
	scheduleKey  = prefix('q', "schedule")
	validatorKey = prefix('v', "Validator")
	uptimeKey    = prefix('u', "Uptime")
	tombstoneKey = prefix('x', "tombstone")
)

// Every key of the database itself. Only what stands under nodeKeys is hashed;
// the rest is committed to by the Log records, or is a pure function of what is.
//
//	prefix  key                                value
//	i       a key of IAVL's own                a node of the hashed tree
//	v       election 32, position 8            VoteRecord, the leaf of the log
//	b       election 32, position 8            package and memo of the vote
//	n       election 32, nullifier 32          latest position of the nullifier, 8
//	t       election 32, level 1, index 8      hash of a full subtree of 256^level leaves
//	j       height 8                           journal of the block
//	m       -                                  there while a restore is unfinished
var (
	nodeKeys     = diskPrefix('i', "node of the hashed tree")
	leafKeys     = diskPrefix('v', "VoteRecord")
	ballotKeys   = diskPrefix('b', "ballot")
	indexKeys    = diskPrefix('n', "position of a nullifier")
	tileKeys     = diskPrefix('t', "subtree of a vote log")
	journalKeys  = diskPrefix('j', "journal")
	restoringKey = diskPrefix('m', "mark of an unfinished restore")
)

var prefixes, diskPrefixes map[byte]string

func prefix(p byte, what string) byte     { return register(&prefixes, p, what) }
func diskPrefix(p byte, what string) byte { return register(&diskPrefixes, p, what) }

// register notes what a prefix is for; a doubled one is a bug that must not
// start.
func register(table *map[byte]string, p byte, what string) byte {
	if other, taken := (*table)[p]; taken {
		panic(fmt.Sprintf("state: prefix %q is both %s and %s", p, other, what))
	}
	if *table == nil {
		*table = map[byte]string{}
	}
	(*table)[p] = what
	return p
}

// describe names a key of the hashed tree for a person.
func describe(key []byte) string { return fmt.Sprintf("%s %x", prefixes[key[0]], key[1:]) }

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

// IssuerKey is the key of an election's issuer, ClassKey that which marks a key
// of blind credentials as taken.
func IssuerKey(id election.ID) []byte    { return append([]byte{issuerKey}, id[:]...) }
func ClassKey(key census.KeyHash) []byte { return append([]byte{classKey}, key[:]...) }

// ValidatorKey, UptimeKey and TombstoneKey are the keys of a validator's
// records, by consensus address.
func ValidatorKey(a ethkey.Address) []byte { return append([]byte{validatorKey}, a[:]...) }
func UptimeKey(a ethkey.Address) []byte    { return append([]byte{uptimeKey}, a[:]...) }
func TombstoneKey(a ethkey.Address) []byte { return append([]byte{tombstoneKey}, a[:]...) }

// ScheduleKey is the key of scheduled work. Its order is the order in which
// work is due.
func ScheduleKey(s Scheduled) []byte {
	key := binary.BigEndian.AppendUint64([]byte{scheduleKey}, s.Due)
	return append(append(key, byte(s.Kind)), s.Subject...)
}

// parseSchedule reads a ScheduleKey.
func parseSchedule(key []byte) (Scheduled, error) {
	s := Scheduled{}
	if len(key) > 10 {
		s = Scheduled{Due: binary.BigEndian.Uint64(key[1:]), Kind: ScheduleKind(key[9]), Subject: append([]byte(nil), key[10:]...)}
	}
	return s, s.check()
}

func (s Scheduled) check() error {
	want := 0
	switch s.Kind {
	case ScheduleClose, ScheduleSeal:
		want = len(election.ID{})
	case ScheduleForget:
		want = ethkey.AddressLen + 8
	}
	if want == 0 || len(s.Subject) != want {
		return fmt.Errorf("state: no scheduled work has kind %d and a subject of %d bytes", s.Kind, len(s.Subject))
	}
	return nil
}

// parseFaucet reads a FaucetKey.
func parseFaucet(key []byte) (issuer ethkey.Address, identifier uint64, err error) {
	if len(key) != 1+ethkey.AddressLen+8 {
		return issuer, 0, errKey
	}
	return ethkey.Address(key[1:21]), binary.BigEndian.Uint64(key[21:]), nil
}

// parseAddress reads a key that is a prefix and an address.
func parseAddress(key []byte) (ethkey.Address, error) {
	if len(key) != 1+ethkey.AddressLen {
		return ethkey.Address{}, errKey
	}
	return ethkey.Address(key[1:]), nil
}

// parseElection reads a key that is a prefix and an election.
func parseElection(key []byte) (election.ID, error) {
	if len(key) != 1+len(election.ID{}) {
		return election.ID{}, errKey
	}
	return election.ID(key[1:]), nil
}

var errKey = errors.New("state: a key has the wrong length")

func logPrefix(p byte, id election.ID) []byte { return append([]byte{p}, id[:]...) }

// positionKey is a leafKey or a ballotKey.
func positionKey(p byte, id election.ID, pos uint64) []byte {
	key := make([]byte, 0, 1+len(id)+8)
	return binary.BigEndian.AppendUint64(append(append(key, p), id[:]...), pos)
}

func indexKey(id election.ID, n election.Nullifier) []byte {
	key := make([]byte, 0, 1+len(id)+len(n))
	return append(append(append(key, indexKeys), id[:]...), n[:]...)
}

func tileKey(id election.ID, level uint8, index uint64) []byte {
	key := make([]byte, 0, 1+len(id)+1+8)
	key = append(append(append(key, tileKeys), id[:]...), level)
	return binary.BigEndian.AppendUint64(key, index)
}

func journalKey(height int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{journalKeys}, uint64(height))
}
