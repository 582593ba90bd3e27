package state

import (
	"bytes"
	"slices"
	"testing"

	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
)

// The table of prefixes is part of the protocol, so it stands here again.
func TestEveryPrefixHasOneMeaning(t *testing.T) {
	id, a := election.ID{1}, ethkey.Address{2}
	hashed := map[byte][]byte{
		'p': ParamsKey(), 'b': MarkKey(), 'a': AccountKey(a), 'f': FaucetKey(a, 3), 'e': SettingsKey(id),
		's': StageKey(id), 'l': LogKey(id), 't': TallyKey(id), 'r': ResultKey(id), 'n': SealingKey(id), 'i': IssuerKey(id), 'k': ClassKey(census.KeyHash{3}),
		'q': ScheduleKey(Scheduled{4, ScheduleSeal, id[:]}), 'v': ValidatorKey(a), 'u': UptimeKey(a), 'x': TombstoneKey(a),
	}
	if len(prefixes) != len(hashed) {
		t.Errorf("%d prefixes are registered, %d are known here", len(prefixes), len(hashed))
	}
	for p, key := range hashed {
		if key[0] != p || prefixes[p] == "" {
			t.Errorf("prefix %q: key %x, registered as %q", p, key, prefixes[p])
		}
	}
	disk := map[byte][]byte{
		'i': {nodeKeys}, 'v': positionKey(leafKeys, id, 1), 'b': positionKey(ballotKeys, id, 1),
		'n': indexKey(id, election.Nullifier{}), 't': tileKey(id, 1, 2), 'j': journalKey(1), 'm': {restoringKey},
	}
	if len(diskPrefixes) != len(disk) {
		t.Errorf("%d prefixes are registered, %d are known here", len(diskPrefixes), len(disk))
	}
	for p, key := range disk {
		if key[0] != p || diskPrefixes[p] == "" {
			t.Errorf("prefix %q: key %x, registered as %q", p, key, diskPrefixes[p])
		}
	}
}

func TestADoubledPrefixDoesNotStart(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("prefix 'a' was registered twice")
		}
	}()
	prefix('a', "something else")
}

func TestKeysParseToWhatTheyWereMadeOf(t *testing.T) {
	id, a := electionID(1), addressOf(1)
	if got, err := parseElection(StageKey(id)); err != nil || got != id {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := parseAddress(AccountKey(a)); err != nil || got != a {
		t.Errorf("%s, %v", got, err)
	}
	if got, n, err := parseFaucet(FaucetKey(a, 77)); err != nil || got != a || n != 77 {
		t.Errorf("%s, %d, %v", got, n, err)
	}
	n := nullifierOf(1)
	if got, pos, err := indexEntry(id, indexKey(id, n), positionValue(5)); err != nil || got != n || pos != 5 {
		t.Errorf("%s, %d, %v", got, pos, err)
	}
	for _, s := range []Scheduled{
		{Due: 1 << 60, Kind: ScheduleClose, Subject: id[:]},
		{Due: 0, Kind: ScheduleSeal, Subject: id[:]},
		{Due: 5, Kind: ScheduleForget, Subject: bytes.Repeat([]byte{7}, 28)},
	} {
		got, err := parseSchedule(ScheduleKey(s))
		if err != nil || got.Due != s.Due || got.Kind != s.Kind || !bytes.Equal(got.Subject, s.Subject) {
			t.Errorf("%v became %v, %v", s, got, err)
		}
	}
}

func TestKeysOfTheWrongLengthAreRefused(t *testing.T) {
	long := bytes.Repeat([]byte{1}, 80)
	for n := range long {
		key := long[:n]
		if _, err := parseElection(key); (err == nil) != (n == 33) {
			t.Errorf("election of %d bytes: %v", n, err)
		}
		if _, err := parseAddress(key); (err == nil) != (n == 21) {
			t.Errorf("address of %d bytes: %v", n, err)
		}
		if _, _, err := parseFaucet(key); (err == nil) != (n == 29) {
			t.Errorf("faucet package of %d bytes: %v", n, err)
		}
		if _, err := parseSchedule(key); (err == nil) != (n == 42) { // kind 1, an election
			t.Errorf("schedule of %d bytes: %v", n, err)
		}
		if _, _, err := indexEntry(election.ID{}, key, long[:8]); (err == nil) != (n == 65) {
			t.Errorf("index of %d bytes: %v", n, err)
		}
		if _, _, err := indexEntry(election.ID{}, long[:65], key); (err == nil) != (n == 8) {
			t.Errorf("position of %d bytes: %v", n, err)
		}
	}
}

func TestTheOrderOfScheduleKeysIsTheOrderOfWork(t *testing.T) {
	id := electionID(1)
	subject := bytes.Repeat([]byte{0}, 28)
	in := []Scheduled{
		{1, ScheduleClose, id[:]},
		{1, ScheduleSeal, id[:]},
		{1, ScheduleForget, subject},
		{2, ScheduleClose, id[:]},
		{255, ScheduleForget, subject},
		{256, ScheduleClose, id[:]},
	}
	var keys [][]byte
	for _, s := range in {
		keys = append(keys, ScheduleKey(s))
	}
	if !slices.IsSortedFunc(keys, bytes.Compare) {
		t.Errorf("%x", keys)
	}
}
