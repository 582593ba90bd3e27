package election

import (
	"errors"
	"strings"
	"testing"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
)

func mustAddress(t testing.TB, s string) ethkey.Address {
	t.Helper()
	a, err := ethkey.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestElectionsHaveTheIDsThatAnExistingNetworkGave(t *testing.T) {
	const org, dev, other, third = "b4ca5eaa234726f33e364c31e7841b41fc454650", "18154744ada621d927b29fd337376311dd8e3b17",
		"816be62bc0c77b58c359cbf844dffce52652d147", "4fb1bb9b79a030b99544bb7c58488cf2f71581b5"
	cases := []struct {
		chain, org string
		origin     census.Origin
		mode       Mode
		rules      ballot.Rules
		index      uint32
		want       string
	}{
		{"vocdoni/TEST/1", org, 2, Mode{}, ballot.Rules{}, 0, "64c1b8069b5bb4ca5eaa234726f33e364c31e7841b41fc454650020000000000"},
		{"vocdoni/TEST/1", org, 2, Mode{}, ballot.Rules{}, 11, "64c1b8069b5bb4ca5eaa234726f33e364c31e7841b41fc45465002000000000b"},
		{"vocdoni/TEST/1", org, 3, Mode{}, ballot.Rules{}, 3, "64c1b8069b5bb4ca5eaa234726f33e364c31e7841b41fc454650030000000003"},
		{"vocdoni/TEST/1", org, 2, Mode{Encrypted: true}, ballot.Rules{}, 2, "64c1b8069b5bb4ca5eaa234726f33e364c31e7841b41fc454650020400000002"},
		{"vocdoni/TEST/1", org, 2, Mode{}, ballot.Rules{UniqueValues: true}, 8, "64c1b8069b5bb4ca5eaa234726f33e364c31e7841b41fc454650020800000008"},
		{"vocdoni/TEST/1", other, 2, Mode{Anonymous: true}, ballot.Rules{}, 0, "64c1b8069b5b816be62bc0c77b58c359cbf844dffce52652d147020200000000"},
		{"vocdoni/TEST/1", other, 2, Mode{true, true}, ballot.Rules{}, 1, "64c1b8069b5b816be62bc0c77b58c359cbf844dffce52652d147020600000001"},
		{"vocdoni/TEST/1", third, 3, Mode{}, ballot.Rules{}, 0, "64c1b8069b5b4fb1bb9b79a030b99544bb7c58488cf2f71581b5030000000000"},
		{"vocdoni/LOCAL/1", dev, 2, Mode{}, ballot.Rules{}, 4, "bf75f31a4c3f18154744ada621d927b29fd337376311dd8e3b17020000000004"},
	}
	for _, c := range cases {
		got := NewID(c.chain, mustAddress(t, c.org), c.origin, c.mode, c.rules, c.index)
		if got.String() != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestTheModeIsInTheID(t *testing.T) {
	org := mustAddress(t, "b4ca5eaa234726f33e364c31e7841b41fc454650")
	for _, c := range []struct {
		mode  Mode
		rules ballot.Rules
		want  byte
	}{
		{Mode{}, ballot.Rules{}, 0},
		{Mode{Anonymous: true}, ballot.Rules{}, 2},
		{Mode{Encrypted: true}, ballot.Rules{}, 4},
		{Mode{}, ballot.Rules{UniqueValues: true}, 8},
		{Mode{}, ballot.Rules{CostFromWeight: true}, 16},
		{Mode{true, true}, ballot.Rules{UniqueValues: true, CostFromWeight: true}, 30},
		{Mode{}, ballot.Rules{MaxCount: 64, MaxValue: 63, MaxOverwrites: 30, MaxTotalCost: 9, CostExponent: 3}, 0},
	} {
		id := NewID("urna", org, census.TreeWeighted, c.mode, c.rules, 0xabcdef01)
		if id[27] != c.want {
			t.Errorf("%+v %+v: %d, want %d", c.mode, c.rules, id[27], c.want)
		}
		if want := "abcdef01"; !strings.HasSuffix(id.String(), want) {
			t.Errorf("%s does not end in %s", id, want)
		}
	}
}

func TestIDsAreReadInEveryForm(t *testing.T) {
	const digits = "64c1b8069b5bb4ca5eaa234726f33e364c31e7841b41fc454650020000000000"
	for _, s := range []string{digits, "0x" + digits, "0X" + digits, strings.ToUpper(digits)} {
		if id, err := ParseID(s); err != nil || id.String() != digits {
			t.Errorf("%s: %s, %v", s, id, err)
		}
	}
	for _, s := range []string{"", "0x", digits[:63], digits + "0", "0x0x" + digits, "g" + digits[1:], " " + digits[1:], "0x" + digits[2:]} {
		if id, err := ParseID(s); err == nil || id != (ID{}) {
			t.Errorf("%q: %s, %v", s, id, err)
		}
	}
}

func TestAVoterHasTheNullifierThatAnExistingNetworkGave(t *testing.T) {
	id, err := ParseID("64c1b8069b5bb4ca5eaa234726f33e364c31e7841b41fc454650020000000000")
	if err != nil {
		t.Fatal(err)
	}
	got := SignedNullifier(mustAddress(t, "c51a2f095c944679f04ba5d28387dfbed4c7907e"), id)
	if want := "05c3a9115a425787267da72962407e617fc271c60141a71f82d1131b47c5c20d"; got.String() != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestStatusesHaveTheNumbersAndNamesOfTheWire(t *testing.T) {
	for i, want := range []string{"UNKNOWN", "READY", "ENDED", "CANCELED", "PAUSED", "RESULTS", "FAILED", "UNKNOWN"} {
		if got := Status(i).String(); got != want {
			t.Errorf("status %d is %s, want %s", i, got, want)
		}
		final := want == "CANCELED" || want == "RESULTS" || want == "FAILED"
		if Status(i).Final() != final {
			t.Errorf("%s: final %v", want, !final)
		}
	}
}

// TestEveryStep restates the life cycle: r refused, s the same status, n only
// of an interruptible election, o only of an interruptible one or when its end
// has passed, y yes.
func TestEveryStep(t *testing.T) {
	statuses := []Status{Ready, Ended, Canceled, Paused, Results, Failed, 0, 7}
	table := map[Status]string{
		//         R E C P R F 0 7
		Ready:    "s o n n r r r r",
		Ended:    "r s r r r r r r",
		Canceled: "r r s r r r r r",
		Paused:   "y o y s r r r r",
		Results:  "r r r r s r r r",
		Failed:   "r r r r r s r r",
		0:        "r r r r r r s r",
		7:        "r r r r r r r s",
	}
	for from, row := range table {
		for i, rule := range strings.Fields(row) {
			for _, interruptible := range []bool{false, true} {
				for _, over := range []bool{false, true} {
					want := map[string]StepReason{"r": StepForbidden, "s": StepSame, "n": StepNotInterruptible, "o": StepNotInterruptible}[rule]
					allowed := rule == "y" || rule == "n" && interruptible || rule == "o" && (interruptible || over)
					err := Step(from, statuses[i], interruptible, over)
					var step *StepError
					switch {
					case allowed && err != nil:
						t.Errorf("%s to %s, interruptible %v, over %v: %v", from, statuses[i], interruptible, over, err)
					case allowed:
					case !errors.As(err, &step):
						t.Errorf("%s to %s, interruptible %v, over %v: %v", from, statuses[i], interruptible, over, err)
					case step.Reason != want || step.From != from || step.To != statuses[i]:
						t.Errorf("%s to %s, interruptible %v, over %v: %+v, want reason %d", from, statuses[i], interruptible, over, step, want)
					}
				}
			}
		}
	}
}

func TestARefusedStepIsTextThatClientsMatch(t *testing.T) {
	for _, c := range []struct {
		from, to      Status
		interruptible bool
		want          string
	}{
		{Ready, Ready, true, "already in READY state"},
		{Paused, Paused, true, "already in PAUSED state"},
		{Canceled, Canceled, true, "already in CANCELED state"},
		{Ready, Paused, false, "is not interruptible"},
		{Ready, Ended, false, "is not interruptible"},
		{Canceled, Paused, true, "cannot set process status from CANCELED to paused"},
		{Canceled, Ready, true, "cannot set process status from CANCELED to ready"},
		{Canceled, Ended, true, "only be ended from ready or paused status"},
	} {
		err := Step(c.from, c.to, c.interruptible, false)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s to %s: %v, want %q", c.from, c.to, err, c.want)
		}
	}
}
