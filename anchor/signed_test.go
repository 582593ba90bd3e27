package anchor

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"urna/anchor/contract"
	"urna/chain/light"
)

// fine is a signed header that is in order.
func fine(t testing.TB) *Signed {
	t.Helper()
	return newChain(t, testChainID, 10, 10, 10, 10).next(how{}).signed(t)
}

func TestAHeaderSaysWhatCometBFTWrote(t *testing.T) {
	c := newChain(t, testChainID, 10, 10, 10, 10)
	for _, b := range life(c) {
		s := b.signed(t)
		height, err := s.Height()
		if err != nil || height != uint64(b.Height) {
			t.Errorf("height %d, %v, want %d", height, err, b.Height)
		}
		seconds, nanos, err := s.Time()
		if err != nil || !time.Unix(int64(seconds), int64(nanos)).Equal(b.Time) {
			t.Errorf("time %d.%09d, %v, want %s", seconds, nanos, err, b.Time)
		}
		app, err := s.AppHash()
		if err != nil || !bytes.Equal(app[:], b.AppHash) {
			t.Errorf("application hash %x, %v, want %x", app, err, b.AppHash)
		}
		rotates, err := s.Rotates()
		if err != nil || rotates == bytes.Equal(b.ValidatorsHash, b.NextValidatorsHash) {
			t.Errorf("height %d rotates: %v, %v", height, rotates, err)
		}
		if got := ValidatorsHash(s.Validators); !bytes.Equal(got[:], b.vals.Hash()) {
			t.Errorf("validators hash %x, want %x", got, b.vals.Hash())
		}
	}
}

func TestTheFewestSignaturesAreTaken(t *testing.T) {
	c := newChain(t, testChainID, 70, 10, 10, 10, 10, 10, 10)
	everybody := c.next(how{}).signed(t)
	without := c.next(how{absent: []int{1, 3}}).signed(t)
	for _, x := range []struct {
		s    *Signed
		want []byte
	}{{everybody, []byte{0, 1, 2}}, {without, []byte{0, 2, 4}}} {
		signatures, err := signatures(x.s)
		must(t, err)
		var got []byte
		for _, r := range records(signatures) {
			got = append(got, r[1])
		}
		if !bytes.Equal(got, x.want) {
			t.Errorf("signatures of %v, want %v", got, x.want)
		}
	}
}

func TestWhatTheContractWouldRefuseIsNotPacked(t *testing.T) {
	next := fine(t).Validators[:3]
	for what, spoil := range map[string]func(s *Signed){
		"no height":               func(s *Signed) { s.Leaves[2] = []byte{8} },
		"a height with more":      func(s *Signed) { s.Leaves[2] = []byte{8, 1, 0} },
		"a height written long":   func(s *Signed) { s.Leaves[2] = []byte{8, 0x81, 0} },
		"a height of zero":        func(s *Signed) { s.Leaves[2] = []byte{8, 0} },
		"a height too large":      func(s *Signed) { s.Leaves[2] = append([]byte{8}, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1) },
		"no time":                 func(s *Signed) { s.Leaves[3] = []byte{1} },
		"a second of nanoseconds": func(s *Signed) { s.Leaves[3] = []byte{8, 1, 16, 0x80, 0x94, 0xeb, 0xdc, 3} },
		"no application hash":     func(s *Signed) { s.Leaves[10] = nil },
		"a short validators hash": func(s *Signed) { s.Leaves[7] = s.Leaves[7][:33] },
		"no next validators hash": func(s *Signed) { s.Leaves[8] = nil },
		"other validators":        func(s *Signed) { s.Validators[0].Power++ },
		"a slot too few":          func(s *Signed) { s.Slots = s.Slots[1:] },
		"nobody":                  func(s *Signed) { s.Validators, s.Slots = nil, nil },
	} {
		s := fine(t)
		spoil(s)
		if _, err := AnchorCall(s, 0); err == nil {
			t.Errorf("%s: a call is made", what)
		}
		if _, err := ForkCall([]*Signed{s}, []*Signed{fine(t)}, 0, 0, 0); err == nil {
			t.Errorf("%s: a fork is shown", what)
		}
	}
	s := fine(t)
	s.Slots[0].Signed, s.Slots[1].Signed = false, false
	if _, err := AnchorCall(s, 0); !errors.Is(err, ErrPower) {
		t.Errorf("half of the power: %v", err)
	}
	if _, err := RotateCall(fine(t), 0, next); err == nil {
		t.Error("a call is made with a set that the header does not name")
	}
	if _, err := fine(t).Rotates(); err != nil {
		t.Error(err)
	}
}

func TestSetsThatCannotBeAreNotPacked(t *testing.T) {
	good := fine(t).Validators
	if _, err := (Set{Validators: good}).Roll(); err != nil {
		t.Fatal(err)
	}
	for what, set := range map[string][]Validator{
		"nobody":        nil,
		"no power":      {{Key: good[0].Key}},
		"too much":      {{Key: good[0].Key, Power: 1 << 60}},
		"together":      {{Key: good[0].Key, Power: 1 << 59}, {Key: good[1].Key, Power: 1 << 59}},
		"too many":      make([]Validator, maxMembers+1),
		"not on curve":  {{Key: [33]byte{2, 32: 5}, Power: 1}},
		"no compressed": {{Key: [33]byte{4, 32: 1}, Power: 1}},
	} {
		if _, err := (Set{Validators: set}).Roll(); err == nil {
			t.Errorf("%s: a roll is made", what)
		}
		if _, err := (Deployment{ChainID: "x", TrustingPeriod: time.Hour, Validators: set}).Code(); err == nil {
			t.Errorf("%s: a deployment is made", what)
		}
	}
	for _, d := range []Deployment{
		{ChainID: "", TrustingPeriod: time.Hour, Validators: good},
		{ChainID: string(make([]byte, 51)), TrustingPeriod: time.Hour, Validators: good},
		{ChainID: "x", TrustingPeriod: time.Millisecond, Validators: good},
	} {
		if _, err := d.Code(); err == nil {
			t.Errorf("%+v is made", d)
		}
	}
}

func TestProofsThatShowSomethingElseAreNotPacked(t *testing.T) {
	s := newTree(t, 5, 1, randomValues(5, 50))
	key, other := s.keys[10], s.keys[11]
	value := s.values[string(key)]
	absent := append(bytes.Clone(key), 0)
	there, gone := marshal(t, s.exists(t, key)), marshal(t, s.absent(t, absent))
	for what, err := range map[string]error{
		"another root":        second(NewExistence([32]byte{}, key, value, there)),
		"another key":         second(NewExistence(s.root(), other, value, there)),
		"another value":       second(NewExistence(s.root(), key, append(value, 0), there)),
		"of absence":          second(NewExistence(s.root(), key, value, gone)),
		"nothing":             second(NewExistence(s.root(), key, value, nil)),
		"too long":            second(NewExistence(s.root(), key, value, make([]byte, maxProof+1))),
		"absence, root":       second(NewAbsence([32]byte{}, absent, gone)),
		"absence, key":        second(NewAbsence(s.root(), other, gone)),
		"absence, of what is": second(NewAbsence(s.root(), key, there)),
		"absence, nothing":    second(NewAbsence(s.root(), key, nil)),
	} {
		if !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", what, err)
		}
	}
	n := s.absent(t, absent)
	n.GetNonexist().Left, n.GetNonexist().Right = n.GetNonexist().Right, n.GetNonexist().Left
	if _, err := NewAbsence(s.root(), absent, marshal(t, n)); !errors.Is(err, ErrProof) {
		t.Errorf("neighbours on the wrong sides: %v", err)
	}
	n = s.absent(t, absent)
	n.GetNonexist().Left = nil
	if _, err := NewAbsence(s.root(), absent, marshal(t, n)); !errors.Is(err, ErrProof) {
		t.Errorf("one neighbour where there are two: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func FuzzParseLeaves(f *testing.F) {
	header, err := light.HeaderOf(newChain(f, testChainID, 10).next(how{}).Header)
	must(f, err)
	f.Add(header.Encode())
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0}, Leaves))
	f.Add(append([]byte{0x80}, bytes.Repeat([]byte{0}, Leaves)...)) // a length written too long
	f.Fuzz(func(t *testing.T, b []byte) {
		leaves, err := ParseLeaves(b)
		if err != nil {
			return
		}
		var again []byte
		for _, l := range leaves {
			again = append(binary.AppendUvarint(again, uint64(len(l))), l...)
		}
		if !bytes.Equal(again, b) {
			t.Errorf("%x is read as %x", b, again)
		}
		s := &Signed{Leaves: leaves}
		_, _ = s.Height()
		_, _, _ = s.Time()
		_, _ = s.AppHash()
		_, _ = s.Rotates()
	})
}

// FuzzProof looks for a proof that this package takes and that does not show what
// it should: a key has one value, or none.
func FuzzProof(f *testing.F) {
	s := newTree(f, 6, 1, randomValues(6, 30))
	for _, key := range s.keys[:10] {
		f.Add(key, s.values[string(key)], marshal(f, s.exists(f, key)))
		absent := append(bytes.Clone(key), 1)
		f.Add(absent, []byte{}, marshal(f, s.absent(f, absent)))
	}
	f.Add([]byte{0xff}, []byte{}, marshal(f, s.absent(f, []byte{0xff})))
	f.Fuzz(func(t *testing.T, key, value, proof []byte) {
		known, there := s.values[string(key)]
		if _, err := NewExistence(s.root(), key, value, proof); err == nil && (!there || !bytes.Equal(known, value)) {
			t.Errorf("%x is said to have the value %x", key, value)
		}
		if _, err := NewAbsence(s.root(), key, proof); err == nil && there {
			t.Errorf("%x is said to be absent", key)
		}
	})
}

func FuzzParseRefusal(f *testing.F) {
	f.Add([]byte{})
	for _, name := range []string{"HeightNotAbove", "WrongKeys"} {
		abi, err := contract.CometAnchorMetaData.ParseABI()
		must(f, err)
		f.Add(append(abi.Errors[name].ID.Bytes()[:4], make([]byte, 64)...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if r := ParseRefusal(data); r.Error() == "" {
			t.Error("a refusal without words")
		}
	})
}
