package state

import (
	"bytes"
	"errors"
	"testing"

	ics23 "github.com/cosmos/ics23/go"
)

func TestRecordsAndTheirAbsenceAreProved(t *testing.T) {
	s, id := withElection(t, 300)
	f := s.Fork()
	for i := range 20 {
		must(t, f.SetAccount(addressOf(i), &Account{Balance: uint64(i)}))
	}
	must(t, f.SpendFaucet(addressOf(1), 7, 9))
	must(t, f.Schedule(Scheduled{Due: 5, Kind: ScheduleClose, Subject: id[:]}))
	commit(t, s, f)
	v := s.View()
	root := v.Root()
	for _, key := range [][]byte{
		ParamsKey(), MarkKey(), AccountKey(addressOf(3)), SettingsKey(id), StageKey(id), LogKey(id), TallyKey(id),
		SealingKey(id), FaucetKey(addressOf(1), 7), ScheduleKey(Scheduled{Due: 5, Kind: ScheduleClose, Subject: id[:]}),
	} {
		value, proof, err := v.Prove(key)
		must(t, err)
		if !ics23.VerifyMembership(ics23.IavlSpec, root[:], proof, key, value) {
			t.Errorf("%s: the proof does not hold", describe(key))
		}
		if ics23.VerifyMembership(ics23.IavlSpec, root[:], proof, key, append(value, 0)) {
			t.Errorf("%s: the proof holds for another value", describe(key))
		}
		if want, err := v.value(key); err != nil || !bytes.Equal(value, want) {
			t.Errorf("%s: %x, %v; want %x", describe(key), value, err, want)
		}
	}
	for _, key := range [][]byte{
		AccountKey(addressOf(99)), SettingsKey(electionID(2)), FaucetKey(addressOf(1), 8), TombstoneKey(addressOf(1)),
	} {
		value, proof, err := v.Prove(key)
		must(t, err)
		if value != nil || !ics23.VerifyNonMembership(ics23.IavlSpec, root[:], proof, key) {
			t.Errorf("%s: the absence is not proved", describe(key))
		}
	}
}

func TestNothingIsProvedAboutWhatIsNoKey(t *testing.T) {
	s, _ := withElection(t, 1)
	for _, key := range [][]byte{nil, {}, {0}, []byte("zebra")} {
		if _, _, err := s.View().Prove(key); err == nil {
			t.Errorf("key %x has a proof", key)
		}
	}
	empty := closing(t, openStore(t, Config{}))
	if _, _, err := empty.View().Prove(ParamsKey()); !errors.Is(err, ErrUncommitted) {
		t.Errorf("before the first block: %v", err)
	}
}
