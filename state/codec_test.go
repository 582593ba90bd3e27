package state

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/internal/codec"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samples are records of every kind, with something in each field.
func samples() []struct {
	name   string
	record record
	again  func([]byte) (record, error)
} {
	weight := ballot.Amount{}
	weight.SetUint64(300)
	tally := ballot.NewTally(rules)
	tally.Add(rules, ballot.Ballot{Values: []uint32{1, 2}}, &weight)
	params := genesis.Default()
	settings := settingsOf(electionID(1))
	settings.ID = election.ID{}
	return []struct {
		name   string
		record record
		again  func([]byte) (record, error)
	}{
		{"params", &params, again(paramsKind)},
		{"mark", BlockMark{Height: 7, Time: 1_700_000_000}, again(markKind)},
		{"account", &Account{
			Balance: 1000, Nonce: 3, ElectionIndex: 2, InfoURI: "ipfs://x",
			Delegates: []ethkey.Address{{1}, {2}}, IdentityKey: bytes.Repeat([]byte{9}, 32),
		}, again(accountKind)},
		{"account-empty", &Account{}, again(accountKind)},
		{"settings", settings, again(settingsKind)},
		{"stage", &Stage{
			Status: election.Failed, ManuallyEnded: true, CensusRoot: census.Root{4}, CensusURI: "ipfs://c",
			MaxCensusSize: 500, End: 99, FailReason: "why",
		}, again(stageKind)},
		{"issuer", &Issuer{Key: bytes.Repeat([]byte{3}, 33)}, again(issuerKind)},
		{"issuer-blind", &Issuer{Classes: []IssuerClass{
			{Weight: weight, Key: census.KeyHash{1}, Issued: 300, Voters: 299}, {Weight: weight, Key: census.KeyHash{2}},
		}}, again(issuerKind)},
		{"log", Log{Root: [32]byte{5}, Size: 300, Voters: 200, Overwrites: 100}, again(logKind)},
		{"vote", &VoteRecord{
			Nullifier: election.Nullifier{6}, BallotHash: [32]byte{7}, Weight: weight, Replaces: 129, Overwrites: 2, Height: 1 << 20,
		}, again(voteKind)},
		{"tally", &tally, again(tallyKind)},
		{"result", &Result{
			Tally: tally, Votes: 4, Overwritten: 5, Invalid: 6, CensusRoot: census.Root{8}, VoteRoot: [32]byte{9},
			VoteSize: 9, Method: MethodRunningSum, Height: 10,
		}, again(resultKind)},
		{"sealing", &Sealing{Count: 5, Cursor: election.Nullifier{1}, Frontier: [][32]byte{{2}, {3}}}, again(sealingKind)},
		{"sealing-done", &Sealing{Done: true, Count: 5, Cursor: election.Nullifier{1}, Root: [32]byte{2}}, again(sealingKind)},
		{"sealing-empty", &Sealing{}, again(sealingKind)},
		{"validator", &Validator{
			PublicKey: [33]byte{2, 1}, Power: 10, Name: "north", Account: ethkey.Address{3}, JoinHeight: 4, Proposals: 5, Votes: 6,
		}, again(validatorKind)},
		{"uptime", &Uptime{Seen: 9, Missed: 2, Bits: []byte{1, 2, 3}}, again(uptimeKind)},
		{"uptime-empty", &Uptime{}, again(uptimeKind)},
		{"number", number(12345), again(numberKind)},
		{"nothing", nothing{}, again(nothingKind)},
	}
}

var voteKind = kind[*VoteRecord]{func(r *codec.Reader) *VoteRecord {
	v := ReadVoteRecord(r)
	return &v
}}

func again[T record](k kind[T]) func([]byte) (record, error) {
	return func(b []byte) (record, error) { return k.decode(b) }
}

func bytesOf(r record) []byte {
	w := codec.Writer{}
	r.Append(&w)
	return w.B
}

// golden compares with a file in testdata, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if got != string(want) {
		t.Errorf("%s has changed:\n%s\nwas\n%s", name, got, want)
	}
}

func TestRecordsKeepTheirBytes(t *testing.T) {
	var out strings.Builder
	for _, s := range samples() {
		b := bytesOf(s.record)
		out.WriteString(s.name + " " + hex.EncodeToString(b) + "\n")
		got, err := s.again(b)
		if err != nil || !reflect.DeepEqual(got, s.record) {
			t.Errorf("%s: %+v became %+v, %v", s.name, s.record, got, err)
		}
		for n := range b {
			if _, err := s.again(b[:n]); err == nil {
				t.Errorf("%s: the first %d bytes are taken for the whole", s.name, n)
			}
		}
		if _, err := s.again(append(b, 0)); err == nil {
			t.Errorf("%s: a byte too many is taken", s.name)
		}
		if b[0] != recordVersion {
			t.Errorf("%s begins with version %d", s.name, b[0])
		}
		b[0]++
		if _, err := s.again(b); err == nil {
			t.Errorf("%s: another version is taken", s.name)
		}
	}
	golden(t, "records.golden", out.String())
}

func TestRecordsBeyondTheirBoundsAreNotWritten(t *testing.T) {
	s := closing(t, openStore(t, Config{}))
	f := s.Fork()
	long := strings.Repeat("x", 100_000)
	a, id := addressOf(1), electionID(1)
	stage := func(change func(*Stage)) *Stage {
		s := newStage()
		change(s)
		return s
	}
	for i, err := range []error{
		f.SetAccount(a, &Account{InfoURI: long}),
		f.SetAccount(a, &Account{Delegates: make([]ethkey.Address, 65)}),
		f.SetAccount(a, &Account{IdentityKey: []byte{1}}),
		f.SetStage(id, stage(func(s *Stage) { s.CensusURI = long })),
		f.SetStage(id, stage(func(s *Stage) { s.FailReason = long })),
		f.SetStage(id, stage(func(s *Stage) { s.Status = 0 })),
		f.SetStage(id, stage(func(s *Stage) { s.Status = 7 })),
		f.SetIssuer(id, &Issuer{}),
		f.SetIssuer(id, &Issuer{Key: []byte{1}}),
		f.SetIssuer(id, &Issuer{Key: make([]byte, 33), Classes: make([]IssuerClass, 1)}),
		f.SetIssuer(id, &Issuer{Classes: make([]IssuerClass, 1)}),
		f.SetIssuer(id, &Issuer{Classes: []IssuerClass{{Weight: *uint256.NewInt(1), Voters: 1}}}),
		f.SetSealing(id, &Sealing{Count: 3, Frontier: [][32]byte{{}}}),
		f.SetSealing(id, &Sealing{Done: true, Count: 3, Frontier: [][32]byte{{}, {}}}),
		f.SetValidator(a, &Validator{Name: long}),
		f.SetUptime(a, &Uptime{Bits: []byte(long)}),
		f.Schedule(Scheduled{Kind: 9, Subject: id[:]}),
		f.Schedule(Scheduled{Kind: ScheduleClose, Subject: a[:]}),
		f.Unschedule(Scheduled{Kind: ScheduleForget, Subject: id[:]}),
		f.CreateElection(&election.Settings{ID: id, Rules: rules, MetadataURI: long}, newStage()),
	} {
		if err == nil {
			t.Errorf("case %d was written", i)
		}
	}
	if len(f.changes([]byte{accountKey}, []byte{accountKey + 1})) != 0 {
		t.Error("a refused account is in the fork")
	}
}

func FuzzRecords(f *testing.F) {
	for i, s := range samples() {
		f.Add(uint8(i), bytesOf(s.record))
	}
	all := samples()
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		s := all[int(which)%len(all)]
		v, err := s.again(b)
		if err != nil {
			return
		}
		if again := bytesOf(v); !bytes.Equal(again, b) {
			t.Errorf("%s: %x was read as %+v, which is written %x", s.name, b, v, again)
		}
	})
}
