package state

import (
	"bytes"
	"strings"
	"testing"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/genesis"
	"urna/internal/codec"
)

// everyKey has one key of each prefix, with a record that may stand there.
func everyKey() map[string]record {
	id, a := electionID(1), addressOf(1)
	params, tally := genesis.Default(), ballot.NewTally(rules)
	return map[string]record{
		string(ParamsKey()):     &params,
		string(MarkKey()):       BlockMark{1, 2},
		string(AccountKey(a)):   &Account{Balance: 3},
		string(FaucetKey(a, 3)): number(4),
		string(SettingsKey(id)): settingsOf(id),
		string(StageKey(id)):    &Stage{Status: 1},
		string(LogKey(id)):      Log{Size: 2, Voters: 1},
		string(TallyKey(id)):    &tally,
		string(ResultKey(id)):   &Result{Tally: tally},
		string(SealingKey(id)):  &Sealing{Done: true},
		string(IssuerKey(id)):   &Issuer{Key: make([]byte, 33)},

		string(ClassKey(census.KeyHash{5})):                    number(4),
		string(ValidatorKey(a)):                                &Validator{Power: 1},
		string(UptimeKey(a)):                                   &Uptime{Seen: 1},
		string(TombstoneKey(a)):                                number(4),
		string(ScheduleKey(Scheduled{4, ScheduleSeal, id[:]})): nothing{},
	}
}

func TestARecordIsCheckedByTheKindThatItsKeyNames(t *testing.T) {
	seen := map[byte]bool{}
	for key, r := range everyKey() {
		seen[key[0]] = true
		w := codec.Writer{}
		r.Append(&w)
		value := w.B
		if err := CheckRecord([]byte(key), value); err != nil {
			t.Error(err)
		}
		if err := CheckRecord([]byte(key), append(bytes.Clone(value), 0)); err == nil {
			t.Errorf("%x: a longer record was accepted", key)
		}
		if err := CheckRecord([]byte(key), value[:len(value)-1]); err == nil {
			t.Errorf("%x: a shorter record was accepted", key)
		}
		if err := CheckRecord([]byte(key+"x"), value); err == nil {
			t.Errorf("%x: a longer key was accepted", key)
		}
		name, err := KeyName([]byte(key))
		if err != nil || name == "" || strings.HasPrefix(name, " ") {
			t.Errorf("%x is %q, %v", key, name, err)
		}
	}
	if len(seen) != len(prefixes) {
		t.Errorf("%d prefixes of %d were checked", len(seen), len(prefixes))
	}
	for _, key := range [][]byte{nil, {}, {'?'}, {'a'}, append([]byte{'e'}, make([]byte, 31)...), {'q', 1}} {
		if _, err := KeyName(key); err == nil {
			t.Errorf("%x is a key", key)
		}
		if CheckRecord(key, []byte{1}) == nil {
			t.Errorf("%x has a record", key)
		}
	}
	if name, _ := KeyName(AccountKey(ethkey.Address{0xab})); name != "account ab00000000000000000000000000000000000000" {
		t.Error(name)
	}
}
