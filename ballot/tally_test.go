package ballot

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"urna/internal/codec"
)

func equal(a, b *Tally) bool {
	return reflect.DeepEqual(a, b)
}

type cast struct {
	values []uint32
	weight *Amount
}

func count(t *testing.T, r Rules, casts []cast) Tally {
	t.Helper()
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	tally := NewTally(r)
	for _, c := range casts {
		b := Ballot{c.values}
		if err := r.Accept(b, c.weight); err != nil {
			t.Fatal(err)
		}
		tally.Add(r, b, c.weight)
	}
	return tally
}

func TestWorkedExamples(t *testing.T) {
	cases := []struct {
		name   string
		rules  Rules
		casts  []cast
		want   [][]string
		weight uint64
	}{
		{
			"amounts times weight",
			Rules{MaxCount: 3},
			[]cast{{[]uint32{1, 2, 3}, amount(10)}, {[]uint32{0, 3, 1}, amount(5)}},
			[][]string{{"10"}, {"35"}, {"35"}},
			15,
		},
		{
			"amounts bought with the weight",
			Rules{MaxCount: 3, CostFromWeight: true, CostExponent: 2},
			[]cast{{[]uint32{2, 2, 0}, amount(9)}},
			[][]string{{"2"}, {"2"}, {"0"}},
			9,
		},
		{
			"choices",
			Rules{MaxCount: 2, MaxValue: 2},
			[]cast{{[]uint32{0, 2}, amount(1)}, {[]uint32{0, 1}, amount(7)}, {[]uint32{1}, amount(2)}},
			[][]string{{"8", "2", "0"}, {"0", "7", "1"}},
			10,
		},
		{
			"choices bought with the weight count the weight",
			Rules{MaxCount: 2, MaxValue: 2, CostFromWeight: true, CostExponent: 1},
			[]cast{{[]uint32{1, 2}, amount(3)}},
			[][]string{{"0", "3", "0"}, {"0", "0", "3"}},
			3,
		},
		{
			"a blank ballot has weight",
			Rules{MaxCount: 1, MaxValue: 1},
			[]cast{{nil, amount(4)}},
			[][]string{{"0", "0"}},
			4,
		},
	}
	for _, c := range cases {
		tally := count(t, c.rules, c.casts)
		if got := tally.Strings(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if !tally.Weight.Eq(amount(c.weight)) {
			t.Errorf("%s: weight %s, want %d", c.name, tally.Weight.Dec(), c.weight)
		}
	}
}

// someCasts draws ballots that r accepts.
func someCasts(rnd *rand.Rand, r Rules) []cast {
	casts := make([]cast, 0, 40)
	for range cap(casts) {
		w := amount(1 + rnd.Uint64N(1000))
		if rnd.IntN(4) == 0 {
			w = &Amount{rnd.Uint64(), 1 + rnd.Uint64N(1<<62)}
		}
		values := make([]uint32, rnd.IntN(int(r.MaxCount)+1))
		for i := range values {
			values[i] = rnd.Uint32()
			if r.MaxValue > 0 {
				values[i] %= r.MaxValue + 1
			}
		}
		if r.Accept(Ballot{values}, w) == nil {
			casts = append(casts, cast{values, w})
		}
	}
	return casts
}

func someRules() []Rules {
	return []Rules{
		{MaxCount: 1, MaxValue: 1},
		{MaxCount: 5, MaxValue: 9, UniqueValues: true},
		{MaxCount: 64, MaxValue: 63},
		{MaxCount: 3},
		{MaxCount: 4, CostFromWeight: true, CostExponent: 2},
		{MaxCount: 4, MaxValue: 6, CostFromWeight: true, CostExponent: 1},
	}
}

func TestTheOrderOfBallotsDoesNotMatter(t *testing.T) {
	for seed, r := range someRules() {
		rnd := rand.New(rand.NewPCG(1, uint64(seed)))
		casts := someCasts(rnd, r)
		want := count(t, r, casts)
		for range 5 {
			rnd.Shuffle(len(casts), func(i, j int) { casts[i], casts[j] = casts[j], casts[i] })
			if got := count(t, r, casts); !equal(&got, &want) {
				t.Fatalf("%+v: %v, then %v", r, want, got)
			}
		}
	}
}

func TestReplacingABallotIsAsIfTheFirstWereNeverCast(t *testing.T) {
	for seed, r := range someRules() {
		rnd := rand.New(rand.NewPCG(2, uint64(seed)))
		casts := someCasts(rnd, r)
		got := count(t, r, casts)
		for _, i := range rnd.Perm(len(casts))[:len(casts)/2] {
			got.Sub(r, Ballot{casts[i].values}, casts[i].weight)
			casts[i] = casts[0]
			got.Add(r, Ballot{casts[0].values}, casts[0].weight)
		}
		if want := count(t, r, casts); !equal(&got, &want) {
			t.Fatalf("%+v: %v, want %v", r, got, want)
		}
	}
}

func TestTheSumOfTalliesIsTheTallyOfTheSum(t *testing.T) {
	for seed, r := range someRules() {
		rnd := rand.New(rand.NewPCG(3, uint64(seed)))
		a, b := someCasts(rnd, r), someCasts(rnd, r)
		sum, other, want := count(t, r, a), count(t, r, b), count(t, r, slices.Concat(a, b))
		for q, row := range sum.Cells {
			for v := range row {
				row[v].Add(&row[v], &other.Cells[q][v])
			}
		}
		sum.Weight.Add(&sum.Weight, &other.Weight)
		if !equal(&sum, &want) {
			t.Fatalf("%+v: %v, want %v", r, sum, want)
		}
	}
}

func TestABallotThatIsNotThereCannotBeTakenOut(t *testing.T) {
	r := Rules{MaxCount: 1, MaxValue: 1}
	for _, in := range []cast{{[]uint32{0}, amount(1)}, {[]uint32{1}, amount(2)}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v was taken out", in)
				}
			}()
			tally := count(t, r, []cast{{[]uint32{1}, amount(1)}})
			tally.Sub(r, Ballot{in.values}, in.weight)
		}()
	}
}

func TestTalliesReadBackAsTheyWereWritten(t *testing.T) {
	for seed, r := range append(someRules(), Rules{}) {
		tally := Tally{}
		if r.MaxCount > 0 {
			tally = count(t, r, someCasts(rand.New(rand.NewPCG(4, uint64(seed))), r))
		}
		var w codec.Writer
		tally.Append(&w)
		reader := codec.NewReader(w.B)
		if got := ReadTally(reader); reader.Done() != nil || !equal(&got, &tally) {
			t.Errorf("%+v: %v came back as %v, %v", r, tally, got, reader.Err())
		}
	}
}

func TestATallyHasTheBytesOfTheSpecification(t *testing.T) {
	tally := count(t, Rules{MaxCount: 2, MaxValue: 2}, []cast{{[]uint32{0, 2}, amount(256)}, {[]uint32{0}, amount(1)}})
	var w codec.Writer
	tally.Append(&w)
	if got, want := hex.EncodeToString(w.B), "01"+"02"+"03"+"020101"+"00"+"00"+"00"+"00"+"020100"+"020101"; got != want {
		t.Errorf("wrote %s, want %s", got, want)
	}
}

func FuzzReadTallyTakesOnlyWhatAppendWrites(f *testing.F) {
	for _, r := range someRules() {
		tally := NewTally(r)
		var w codec.Writer
		tally.Append(&w)
		f.Add(w.B)
	}
	f.Add([]byte{1, 64, 64})
	f.Add([]byte{1, 0, 0, 0})
	f.Add([]byte{1, 1, 0, 0})
	f.Add([]byte{1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 2})
	f.Fuzz(func(t *testing.T, in []byte) {
		r := codec.NewReader(in)
		tally := ReadTally(r)
		if r.Done() != nil {
			return
		}
		var w codec.Writer
		tally.Append(&w)
		if !bytes.Equal(w.B, in) {
			t.Fatalf("%x was accepted as %x", in, w.B)
		}
	})
}

func TestTheBallotHashSeparatesPackageAndMemo(t *testing.T) {
	want := "c150b536a0d7450f5d040d8dac8f6924ce08e5f015c594e343e9e485463ef3bb"
	if got := hex.EncodeToString(hash("ab", "c")); got != want {
		t.Errorf("hash is %s, want %s", got, want)
	}
	seen := map[string]string{}
	for _, c := range [][2]string{{"", ""}, {"ab", ""}, {"", "ab"}, {"a", "b"}, {"ab", "c"}, {"a", "bc"}, {"\x01a", ""}} {
		h := string(hash(c[0], c[1]))
		if other, ok := seen[h]; ok {
			t.Errorf("%q and %s have one hash", c, other)
		}
		seen[h] = fmt.Sprintf("%q", c)
	}
}

func hash(pkg, memo string) []byte {
	h := Hash([]byte(pkg), []byte(memo))
	return h[:]
}

func BenchmarkTallyAdd(b *testing.B) {
	r := Rules{MaxCount: 4, MaxValue: 20}
	v, w := Ballot{[]uint32{0, 3, 12, 7}}, amount(10)
	tally := NewTally(r)
	b.ReportAllocs()
	for b.Loop() {
		tally.Add(r, v, w)
	}
}

func BenchmarkHash(b *testing.B) {
	pkg := []byte(`{"nonce":"69d10d0e96c70c7969d10d0e96c70c79","votes":[0,3,12,7]}`)
	b.ReportAllocs()
	for b.Loop() {
		Hash(pkg, nil)
	}
}
