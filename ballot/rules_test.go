package ballot

import (
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"urna/internal/codec"
)

func amount(v uint64) *Amount { return uint256.NewInt(v) }

func ruleOf(err error) string {
	var r *RuleError
	if errors.As(err, &r) {
		return r.Rule
	}
	if err != nil {
		return "not a RuleError: " + err.Error()
	}
	return ""
}

func TestAnElectionMayHaveBoundedRulesOnly(t *testing.T) {
	cases := []struct {
		rules Rules
		want  string
	}{
		{Rules{MaxCount: 1}, ""},
		{Rules{MaxCount: 64}, ""},
		{Rules{MaxCount: 64, MaxValue: 63}, ""},
		{Rules{MaxCount: 1, MaxValue: 4095}, ""},
		{Rules{MaxCount: 1, CostExponent: 3, MaxOverwrites: 30, MaxTotalCost: math.MaxUint32}, ""},
		{Rules{MaxCount: 1, CostFromWeight: true, MaxTotalCost: 5}, ""},
		{Rules{}, RuleCount},
		{Rules{MaxCount: 65}, RuleCount},
		{Rules{MaxCount: math.MaxUint32, MaxValue: math.MaxUint32}, RuleCount},
		{Rules{MaxCount: 64, MaxValue: 64}, RuleValue},
		{Rules{MaxCount: 1, MaxValue: 4096}, RuleValue},
		{Rules{MaxCount: 1, MaxValue: math.MaxUint32}, RuleValue},
		{Rules{MaxCount: 1, CostExponent: 4}, RuleExponent},
		{Rules{MaxCount: 1, MaxOverwrites: 31}, RuleOverwrites},
	}
	for _, c := range cases {
		if got := ruleOf(c.rules.Check()); got != c.want {
			t.Errorf("%+v: broken rule %q, want %q", c.rules, got, c.want)
		}
	}
}

func TestABallotIsRefusedWithTheNameOfTheRule(t *testing.T) {
	top := uint32(math.MaxUint32)
	tops := slices.Repeat([]uint32{top}, 64)
	huge := new(Amount).Lsh(amount(1), 127)
	// 64 × (2^32-1)^3, the highest cost there is.
	highest := new(Amount).Exp(amount(uint64(top)), amount(3))
	highest.Mul(highest, amount(64))
	below := new(Amount).SubUint64(highest, 1)

	cases := []struct {
		name   string
		rules  Rules
		values []uint32
		weight *Amount
		want   string
	}{
		{"fewer values than allowed", Rules{MaxCount: 3, MaxValue: 2}, []uint32{2}, amount(1), ""},
		{"no values", Rules{MaxCount: 3, MaxValue: 2, UniqueValues: true, MaxTotalCost: 1}, nil, amount(1), ""},
		{"too many values", Rules{MaxCount: 3, MaxValue: 2}, []uint32{0, 0, 0, 0}, amount(1), RuleCount},
		{"a value too high", Rules{MaxCount: 3, MaxValue: 2}, []uint32{2, 3}, amount(1), RuleValue},
		{"any value when there is no highest", Rules{MaxCount: 1}, []uint32{top}, amount(1), ""},
		{"a value twice", Rules{MaxCount: 3, UniqueValues: true}, []uint32{1, 0, 1}, amount(1), RuleUnique},
		{"zero twice", Rules{MaxCount: 3, UniqueValues: true}, []uint32{0, 0}, amount(1), RuleUnique},
		{"values once", Rules{MaxCount: 3, UniqueValues: true}, []uint32{2, 0, 1}, amount(1), ""},
		{"cost on the budget", Rules{MaxCount: 3, MaxTotalCost: 6, CostExponent: 1}, []uint32{1, 2, 3}, amount(1), ""},
		{"cost above the budget", Rules{MaxCount: 3, MaxTotalCost: 5, CostExponent: 1}, []uint32{1, 2, 3}, amount(9), RuleTotalCost},
		{"no budget", Rules{MaxCount: 3, CostExponent: 3}, tops[:3], amount(1), ""},
		{"exponent 0 counts values", Rules{MaxCount: 3, MaxTotalCost: 2}, []uint32{9, 9, 9}, amount(1), RuleTotalCost},
		{"exponent 0 counts zeros", Rules{MaxCount: 3, MaxTotalCost: 2}, []uint32{0, 0, 0}, amount(1), RuleTotalCost},
		{"exponent 0 on the budget", Rules{MaxCount: 3, MaxTotalCost: 2}, []uint32{9, 0}, amount(1), ""},
		{"worked example: 8 of 9", Rules{MaxCount: 3, CostFromWeight: true, CostExponent: 2}, []uint32{2, 2, 0}, amount(9), ""},
		{"worked example: 10 of 9", Rules{MaxCount: 3, CostFromWeight: true, CostExponent: 2}, []uint32{3, 1, 0}, amount(9), RuleWeightCost},
		{"weight goes before the fixed budget", Rules{MaxCount: 1, CostFromWeight: true, MaxTotalCost: 1, CostExponent: 1}, []uint32{5}, amount(5), ""},
		{"a weight above 2^64 buys", Rules{MaxCount: 64, CostFromWeight: true, CostExponent: 3}, tops, huge, ""},
		{"the highest cost", Rules{MaxCount: 64, CostFromWeight: true, CostExponent: 3}, tops, highest, ""},
		{"one below the highest cost", Rules{MaxCount: 64, CostFromWeight: true, CostExponent: 3}, tops, below, RuleWeightCost},
		{"no wrap at 64 bits", Rules{MaxCount: 2, MaxTotalCost: top, CostExponent: 2}, []uint32{top, top}, amount(1), RuleTotalCost},
		{"an exponent no election may have", Rules{MaxCount: 2, MaxTotalCost: 1, CostExponent: 4}, []uint32{1}, amount(1), RuleExponent},
	}
	for _, c := range cases {
		if got := ruleOf(c.rules.Accept(Ballot{c.values}, c.weight)); got != c.want {
			t.Errorf("%s: broken rule %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRuleErrorsNameTheRuleAndTheNumbers(t *testing.T) {
	err := Rules{MaxCount: 2, MaxValue: 1}.Accept(Ballot{[]uint32{1, 7}}, amount(1))
	if want := "maxValue: value 7 at position 1 is above 1"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestWeightsHave128Bits(t *testing.T) {
	limit := new(Amount).Lsh(amount(1), 128)
	for _, c := range []struct {
		w    *Amount
		want error
	}{
		{amount(0), ErrZeroWeight},
		{amount(1), nil},
		{new(Amount).SubUint64(limit, 1), nil},
		{limit, ErrWeightTooLarge},
		{new(Amount).SetAllOne(), ErrWeightTooLarge},
	} {
		if err := CheckWeight(c.w); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.w.Hex(), err, c.want)
		}
	}
}

// randomRules and randomBallot take their numbers from bytes, so that a fuzzer
// reaches all of them.
func randomRules(b []byte) (Rules, []byte) {
	b = append(b, make([]byte, 32)...)
	u := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
	r := Rules{
		MaxCount: u(0), MaxValue: u(1), MaxOverwrites: u(2), MaxTotalCost: u(3), CostExponent: u(4) % 6,
		UniqueValues: b[20]&1 == 1, CostFromWeight: b[20]&2 == 2,
	}
	if b[20]&4 == 4 { // mostly rules that an election may have
		r.MaxCount, r.MaxValue, r.CostExponent = r.MaxCount%64+1, r.MaxValue%64, r.CostExponent%4
	}
	return r, b[21:]
}

func randomBallot(b []byte, r Rules) Ballot {
	var v Ballot
	for ; len(b) >= 4 && len(v.Values) < 80; b = b[4:] {
		u := binary.LittleEndian.Uint32(b)
		if b[3]&1 == 0 {
			u = uint32(uint64(u) % (uint64(r.MaxValue) + 2)) // one too high now and then
		}
		v.Values = append(v.Values, u)
	}
	return v
}

// acceptable restates Accept for rules that passed Check, in big integers.
func acceptable(r Rules, b Ballot, w *Amount) bool {
	seen := map[uint32]bool{}
	cost := new(big.Int)
	for _, v := range b.Values {
		if r.MaxValue > 0 && v > r.MaxValue || r.UniqueValues && seen[v] {
			return false
		}
		seen[v] = true
		cost.Add(cost, new(big.Int).Exp(big.NewInt(int64(v)), big.NewInt(int64(r.CostExponent)), nil))
	}
	budget := big.NewInt(int64(r.MaxTotalCost))
	bounded := r.MaxTotalCost > 0
	if r.CostFromWeight {
		budget, bounded = w.ToBig(), true
	}
	return len(b.Values) <= int(r.MaxCount) && (!bounded || cost.Cmp(budget) <= 0)
}

func FuzzAcceptNeverPanicsAndWhatItAcceptsCounts(f *testing.F) {
	f.Add([]byte{}, []byte{})
	f.Add([]byte(strings.Repeat("\xff", 200)), []byte(strings.Repeat("\xff", 32)))
	f.Add([]byte("\x02\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x09\x00\x00\x00\x02\x00\x00\x00\x04\x01\x00\x00\x00\x02\x00\x00\x00"), []byte{7})
	f.Fuzz(func(t *testing.T, in, weight []byte) {
		r, rest := randomRules(in)
		b, w := randomBallot(rest, r), new(Amount).SetBytes(weight)
		err := r.Accept(b, w)
		if err != nil && ruleOf(err) == "" {
			t.Fatalf("%v is not a RuleError", err)
		}
		if r.Check() != nil {
			return
		}
		if want := acceptable(r, b, w); (err == nil) != want {
			t.Fatalf("%+v, ballot %v of weight %s: %v", r, b.Values, w.Dec(), err)
		}
		if err != nil || CheckWeight(w) != nil {
			return
		}
		tally := NewTally(r)
		tally.Add(r, b, w)
		if !tally.Weight.Eq(w) {
			t.Fatal("the weight is not counted")
		}
		tally.Sub(r, b, w)
		empty := NewTally(r)
		if !equal(&tally, &empty) {
			t.Fatal("adding and taking away leaves something behind")
		}
	})
}

func TestRulesReadBackAsTheyWereWritten(t *testing.T) {
	want := Rules{MaxCount: 1, MaxValue: 2, MaxOverwrites: 3, MaxTotalCost: 4, CostExponent: 5, CostFromWeight: true}
	var w codec.Writer
	want.Append(&w)
	if got := string(w.B); got != "\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\x05\x00\x01" {
		t.Errorf("wrote %x", got)
	}
	r := codec.NewReader(w.B)
	if got := ReadRules(r); r.Done() != nil || got != want {
		t.Errorf("read %+v, %v", got, r.Err())
	}
}

func BenchmarkAccept(b *testing.B) {
	r := Rules{MaxCount: 4, MaxValue: 20, UniqueValues: true, MaxTotalCost: 1000, CostExponent: 2}
	v, w := Ballot{[]uint32{0, 3, 12, 7}}, amount(10)
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Accept(v, w); err != nil {
			b.Fatal(err)
		}
	}
}
