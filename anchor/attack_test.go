package anchor

import (
	"bytes"
	"math/big"
	"testing"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"urna/anchor/contract"
)

// step is a block in the words of the contract.
func (w *world) step(b *block) contract.CometAnchorStep {
	w.chain.t.Helper()
	s, err := newStepOf(b.signed(w.chain.t), w.since, members(b.next))
	if err != nil {
		w.chain.t.Fatal(err)
	}
	return s
}

func packAnchor(s contract.CometAnchorStep) []byte {
	return contract.NewCometAnchor().PackAnchor(s.Header, s.Commit, s.Signatures, s.Roll)
}

func packRotate(s contract.CometAnchorStep) []byte {
	return contract.NewCometAnchor().PackAnchorAndRotate(s.Header, s.Commit, s.Signatures, s.Roll, s.Keys)
}

// record is one signature of a call.
type record []byte

// records cuts signatures apart.
func records(signatures []byte) (out []record) {
	for len(signatures) > 0 {
		n := 68 + int(signatures[67])
		out = append(out, bytes.Clone(signatures[:n]))
		signatures = signatures[n:]
	}
	return out
}

func joined(rs ...record) (out []byte) {
	for _, r := range rs {
		out = append(out, r...)
	}
	return out
}

// retimed is a signature with another time.
func (r record) retimed(time []byte) record {
	return append(append(bytes.Clone(r[:67]), byte(len(time))), time...)
}

func TestWhatDoesNotFollowIsRefused(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	first := w.next(how{})
	second := w.next(how{})
	last := w.next(how{after: time.Hour, change: []*cmttypes.Validator{w.validator(5)}})
	w.anchor(second)
	refused(t, w.try(w.at, w.call(first)), "HeightNotAbove")
	refused(t, w.try(w.at, w.call(second)), "HeightNotAbove")

	// The caller chooses between the two functions, but not the outcome.
	refused(t, w.try(w.at, packAnchor(w.step(last))), "TimeAhead")
	w.cfg.Time = uint64(last.Time.Unix())
	refused(t, w.try(w.at, packAnchor(w.step(last))), "SetChanges")
	stay := w.copy()
	stay.vals, stay.height = second.vals, second.Height
	s := w.step(stay.next(how{}))
	refused(t, w.try(w.at, packRotate(s)), "SetUnchanged")
}

func TestTimes(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	w.anchor(w.next(how{}))
	b := w.next(how{after: time.Hour})
	call := w.call(b)
	at := uint64(b.Time.Unix())

	w.cfg.Time = at - 61
	refused(t, w.try(w.at, call), "TimeAhead")
	w.cfg.Time = at - 60
	if err := w.try(w.at, call); err != nil {
		t.Errorf("a block 60 s ahead of the clock: %v", err)
	}
	// The set is believed until a trusting period after the block before.
	period := uint64(trustingPeriod / time.Second)
	w.cfg.Time = at - 3600 + period
	if err := w.try(w.at, call); err != nil {
		t.Errorf("a block at the end of the trusting period: %v", err)
	}
	w.cfg.Time++
	refused(t, w.try(w.at, call), "TrustExpired")

	w.anchor(b)
	w.time = w.time.Add(-2 * time.Second)
	refused(t, w.try(w.at, w.call(w.next(how{after: time.Second}))), "TimeBeforeLatest")
	w.anchor(w.next(how{after: time.Second})) // in the same second as the newest
}

func TestPowerOfTwoThirdsIsNotEnough(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10))
	s := w.step(w.next(how{}))
	w.cfg.Time += 10
	rs := records(s.Signatures)
	for n := range rs {
		s.Signatures = joined(rs[:n]...)
		refused(t, w.try(w.at, packAnchor(s)), "NotEnoughPower")
	}
	s.Signatures = joined(rs...)
	if err := w.try(w.at, packAnchor(s)); err != nil {
		t.Error(err)
	}
}

func TestASetThatLostPowerHasNoSay(t *testing.T) {
	c := newChain(t, testChainID, 40, 30, 20, 10)
	w := newWorld(t, c)
	old := w.copy()
	big := c.vals.Validators[0]
	w.anchor(w.next(how{change: []*cmttypes.Validator{power(big, 1)}}))

	// The chain goes on with the new set; the old one signs another block, in which
	// it is in office still.
	old.height, old.time, old.last = w.height, w.time, w.last
	lie := &world{evm: w.evm, chain: old, at: w.at, since: 0}
	b := lie.next(how{})
	w.cfg.Time = uint64(b.Time.Unix())
	refused(t, w.try(w.at, lie.call(b)), "WrongSet")

	// It names the new set, and its members sign what they can.
	right := w.step(w.copy().next(how{}))
	mixed := lie.step(b)
	mixed.Roll = right.Roll
	refused(t, w.try(w.at, packAnchor(mixed)), "WrongSignature")

	// The one who lost power signs alone with the power that it had.
	alone := right
	for _, r := range records(right.Signatures) {
		alone.Signatures = r
		refused(t, w.try(w.at, packAnchor(alone)), "NotEnoughPower")
	}
}

func TestSignaturesCountOnceAndInOrder(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	s := w.step(w.next(how{}))
	w.cfg.Time += 10
	rs := records(s.Signatures)
	outside := func(r record, index byte) record {
		r = bytes.Clone(r)
		r[1] = index
		return r
	}
	for name, signatures := range map[string][]byte{
		"SignerOutOfOrder": joined(rs[0], rs[0], rs[1]),
		"SignerOutOfRange": joined(rs[0], rs[1], outside(rs[2], 4)),
		"WrongSignature":   joined(rs[0], rs[1], outside(rs[2], 3)),
	} {
		s.Signatures = signatures
		refused(t, w.try(w.at, packAnchor(s)), name)
	}
	s.Signatures = joined(rs[1], rs[0], rs[2])
	refused(t, w.try(w.at, packAnchor(s)), "SignerOutOfOrder")
	s.Signatures = joined(rs[0], rs[1], rs[1])
	refused(t, w.try(w.at, packAnchor(s)), "SignerOutOfOrder")
	s.Signatures = joined(rs[0], rs[1], append(record{0xff, 0xff}, rs[2][2:]...))
	refused(t, w.try(w.at, packAnchor(s)), "SignerOutOfRange")
	s.Signatures = joined(rs[0], outside(rs[0], 1), outside(rs[0], 2)) // one signature, three names
	refused(t, w.try(w.at, packAnchor(s)), "WrongSignature")
}

func TestASignatureHasOneForm(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	s := w.step(w.next(how{}))
	w.cfg.Time += 10
	rs := records(s.Signatures)
	n := crypto.S256().Params().N
	half := new(big.Int).Rsh(n, 1)
	last := len(rs) - 1
	try := func(change func(r, s, v []byte)) error {
		r := bytes.Clone(rs[last])
		change(r[2:34], r[34:66], r[66:67])
		s.Signatures = joined(append(append([]record(nil), rs[:last]...), r)...)
		return w.try(w.at, packAnchor(s))
	}
	refused(t, try(func(_, s, v []byte) { // the twin that every signature has
		new(big.Int).Sub(n, new(big.Int).SetBytes(s)).FillBytes(s)
		v[0] ^= 1
	}), "SignatureNotCanonical")
	refused(t, try(func(_, s, _ []byte) { new(big.Int).Add(half, big.NewInt(1)).FillBytes(s) }), "SignatureNotCanonical")
	refused(t, try(func(_, s, _ []byte) { half.FillBytes(s) }), "WrongSignature")
	refused(t, try(func(_, s, _ []byte) { new(big.Int).Add(n, big.NewInt(1)).FillBytes(s) }), "SignatureNotCanonical")
	refused(t, try(func(_, _, v []byte) { v[0] ^= 1 }), "WrongSignature")
	for _, v := range []byte{2, 3, 27, 28, 228, 229, 255} { // 229 and above would be 0 and above, plus 27
		refused(t, try(func(_, _, b []byte) { b[0] = v }), "SignatureNotCanonical")
	}
	// Nothing is recovered from these, which ecrecover reports as the address zero.
	refused(t, try(func(r, _, _ []byte) { clear(r) }), "WrongSignature")
	refused(t, try(func(_, s, _ []byte) { clear(s) }), "WrongSignature")
	refused(t, try(func(r, _, _ []byte) { n.FillBytes(r) }), "WrongSignature")
	refused(t, try(func(r, s, v []byte) { clear(r); clear(s); clear(v) }), "WrongSignature")
}

func TestAVoteIsForThisBlockInThisRound(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	b := w.next(how{round: 2, parts: 200, forNone: []int{1}})
	good := w.step(b)
	w.cfg.Time += 10
	if err := w.try(w.at, packAnchor(good)); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(s *contract.CometAnchorStep){
		"height":            func(s *contract.CometAnchorStep) { s.Header.Height++ },
		"time":              func(s *contract.CometAnchorStep) { s.Header.Time++ },
		"nanoseconds":       func(s *contract.CometAnchorStep) { s.Header.Nanos-- },
		"next validators":   func(s *contract.CometAnchorStep) { s.Header.NextValidatorsHash[31] ^= 1 },
		"application hash":  func(s *contract.CometAnchorStep) { s.Header.AppHash[0] ^= 1 },
		"version":           func(s *contract.CometAnchorStep) { s.Header.Version[0] ^= 1 },
		"last block":        func(s *contract.CometAnchorStep) { s.Header.Last[0] ^= 1 },
		"data":              func(s *contract.CometAnchorStep) { s.Header.Data[0] ^= 1 },
		"consensus":         func(s *contract.CometAnchorStep) { s.Header.Consensus[0] ^= 1 },
		"results":           func(s *contract.CometAnchorStep) { s.Header.Results[0] ^= 1 },
		"evidence":          func(s *contract.CometAnchorStep) { s.Header.Evidence[0] ^= 1 },
		"round":             func(s *contract.CometAnchorStep) { s.Commit.Round++ },
		"round 0":           func(s *contract.CometAnchorStep) { s.Commit.Round = 0 },
		"parts":             func(s *contract.CometAnchorStep) { s.Commit.Parts++ },
		"no parts":          func(s *contract.CometAnchorStep) { s.Commit.Parts = 0 },
		"parts hash":        func(s *contract.CometAnchorStep) { s.Commit.PartsHash[0] ^= 1 },
		"no block, no vote": func(s *contract.CometAnchorStep) { s.Commit = contract.Commit{} },
	} {
		s := good
		change(&s)
		err := w.try(w.at, packAnchor(s))
		t.Logf("%s: %v", what, err)
		refused(t, err, "WrongSignature")
	}

	// A vote for no block is a good signature, of something else.
	none := b.Commit.Signatures[1]
	at := timestamp(uint64(none.Timestamp.Unix()), uint32(none.Timestamp.Nanosecond()))
	vote := append(append(append(record{0, 1}, none.Signature...), byte(len(at))), at...)
	rs := records(good.Signatures)
	s := good
	s.Signatures = joined(rs[0], vote, rs[1])
	refused(t, w.try(w.at, packAnchor(s)), "WrongSignature")
}

func TestTheTimeOfAVoteIsTheOneThatWasSigned(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	stamp := time.Unix(1<<28, 128)
	s := w.step(w.next(how{stamp: func(int) time.Time { return stamp }}))
	w.cfg.Time += 10
	rs := records(s.Signatures)
	last := len(rs) - 1
	try := func(time []byte) error {
		s.Signatures = joined(append(append([]record(nil), rs[:last]...), rs[last].retimed(time))...)
		return w.try(w.at, packAnchor(s))
	}
	if err := try(timestamp(1<<28, 128)); err != nil {
		t.Fatal(err)
	}
	for _, other := range [][]byte{
		nil,
		timestamp(1<<28-1, 128), timestamp(1<<28, 127), timestamp(1<<28, 0), timestamp(0, 128), timestamp(128, 1<<28),
		append([]byte{8}, 0x80, 0x80, 0x80, 0x80, 0x81, 0x00),                     // seconds written too long
		append(timestamp(1<<28, 0), 0x10, 0x80, 0x81, 0x00),                       // nanoseconds written too long
		append(timestamp(0, 128), timestamp(1<<28, 0)...),                         // in the wrong order
		append(timestamp(1<<28, 128), 0x18, 0x00),                                 // a field more
		append(timestamp(1<<28, 128), 0x32, 0x01),                                 // the chain id begins early
		append(timestamp(1<<28, 128), 0x32, 0x0e, 'v', 'o'),                       // and goes on
		timestamp(1<<28, 128)[:5],                                                 // cut short
		append(bytes.Clone(timestamp(1<<28, 128)), bytes.Repeat([]byte{0}, 8)...), // as long as there can be
	} {
		refused(t, try(other), "WrongSignature")
	}
	refused(t, try(bytes.Repeat([]byte{8}, 18)), "MalformedSignatures")
	refused(t, try(bytes.Repeat([]byte{8}, 255)), "MalformedSignatures")
}

func TestAnotherChainIsRefused(t *testing.T) {
	right := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	for _, id := range []string{
		"vocdoni/TEST/", "vocdoni/TEST/10", "ocdoni/TEST/1", "xvocdoni/TEST/1", "vocdoni/TEST/2", "VOCDONI/TEST/1", "v", testChainID + testChainID,
	} {
		// The same validators, with the same keys, make both.
		other := right.copy()
		other.id = id
		w := &world{evm: right.evm, chain: other, at: right.at}
		w.cfg.Time = uint64(genesisTime.Unix()) + 10
		refused(t, w.try(w.at, w.call(w.next(how{}))), "WrongSignature")
	}
	right.anchor(right.next(how{}))
}

func TestCallsOfAnotherLengthAreRefused(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	change := w.copy()
	b := w.next(how{})
	turn := change.next(how{change: []*cmttypes.Validator{change.validator(1)}})
	w.cfg.Time += 10
	for i, call := range [][]byte{w.call(b), w.call(turn)} {
		refused(t, w.try(w.at, append(bytes.Clone(call), 0)), "WrongCallLength")
		refused(t, w.try(w.at, append(bytes.Clone(call), make([]byte, 32)...)), "WrongCallLength")
		refused(t, w.try(w.at, append(bytes.Clone(call), call...)), "WrongCallLength")
		// Whatever is cut off: the decoder that the compiler writes refuses without a
		// reason what ends within an argument; within padding the contract does.
		for n := range call {
			err := w.try(w.at, call[:n])
			if err == nil {
				t.Fatalf("the first %d of %d bytes are accepted", n, len(call))
			}
		}
		refused(t, w.try(w.at, call[:len(call)-1]), []string{"", "WrongCallLength"}[i])
		refused(t, w.try(w.at, call[:400]), "")
	}

	s := w.step(b)
	whole := s.Signatures
	ends := map[int]bool{0: true}
	for n, r := 0, records(whole); len(r) > 0; r = r[1:] {
		n += len(r[0])
		ends[n] = true
	}
	for n := range whole {
		s.Signatures = whole[:n]
		name := "MalformedSignatures"
		if ends[n] {
			name = "NotEnoughPower"
		}
		refused(t, w.try(w.at, packAnchor(s)), name)
	}
	s.Signatures = append(bytes.Clone(whole), 0)
	refused(t, w.try(w.at, packAnchor(s)), "MalformedSignatures")
	s.Signatures = whole
	roll := s.Roll
	for n := range roll {
		s.Roll = roll[:n]
		refused(t, w.try(w.at, packAnchor(s)), "WrongSet")
	}
	s.Roll = append(bytes.Clone(roll), make([]byte, 28)...)
	refused(t, w.try(w.at, packAnchor(s)), "WrongSet")
}

func TestTheNextSetIsTheOneThatTheHeaderNames(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	good := w.step(w.next(how{change: []*cmttypes.Validator{w.validator(1 << 40)}}))
	w.cfg.Time += 10
	if err := w.try(w.at, packRotate(good)); err != nil {
		t.Fatal(err)
	}
	p := crypto.S256().Params().P
	member := func(k []byte, i int) (x, y, power []byte) {
		k = k[72*i:]
		return k[:32], k[32:64], k[64:72]
	}
	for _, c := range []struct {
		name   string
		change func(k []byte) []byte
	}{
		{"MalformedKeys", func(k []byte) []byte { return nil }},
		{"MalformedKeys", func(k []byte) []byte { return k[1:] }},
		{"MalformedKeys", func(k []byte) []byte { return append(k, 0) }},
		{"MalformedKeys", func(k []byte) []byte { return bytes.Repeat(k[:72], 1001) }},
		{"WrongKeys", func(k []byte) []byte { return k[72:] }},
		{"WrongKeys", func(k []byte) []byte { return append(k, k[:72]...) }},
		{"WrongKeys", func(k []byte) []byte { return append(append(bytes.Clone(k[72:144]), k[:72]...), k[144:]...) }},
		{"WrongKeys", func(k []byte) []byte { _, _, power := member(k, 1); power[7]++; return k }},
		{"WrongKeys", func(k []byte) []byte { // the same x on the other side
			_, y, _ := member(k, 1)
			new(big.Int).Sub(p, new(big.Int).SetBytes(y)).FillBytes(y)
			return k
		}},
		{"KeyNotOnCurve", func(k []byte) []byte { x, _, _ := member(k, 1); x[31] ^= 1; return k }},
		{"KeyNotOnCurve", func(k []byte) []byte { _, y, _ := member(k, 4); y[31] ^= 2; return k }},
		{"KeyNotOnCurve", func(k []byte) []byte { x, y, _ := member(k, 0); clear(x); clear(y); return k }},
		{"KeyNotOnCurve", func(k []byte) []byte { x, _, _ := member(k, 0); p.FillBytes(x); return k }},
		{"KeyNotOnCurve", func(k []byte) []byte { _, y, _ := member(k, 0); p.FillBytes(y); return k }},
		{"KeyNotOnCurve", func(k []byte) []byte { _, y, _ := member(k, 0); copy(y, bytes.Repeat([]byte{255}, 32)); return k }},
		{"ZeroPower", func(k []byte) []byte { _, _, power := member(k, 3); clear(power); return k }},
		{"PowerOverflow", func(k []byte) []byte { _, _, power := member(k, 0); power[0] = 0x10; return k }},
		{"PowerOverflow", func(k []byte) []byte { // sums of 64 bits would be small again
			for i := range 4 {
				_, _, power := member(k, i)
				copy(power, []byte{0x40, 0, 0, 0, 0, 0, 0, 0})
			}
			return k
		}},
		{"PowerOverflow", func(k []byte) []byte {
			_, _, power := member(k, 0)
			copy(power, bytes.Repeat([]byte{255}, 8))
			return k
		}},
	} {
		s := good
		s.Keys = c.change(bytes.Clone(good.Keys))
		refused(t, w.try(w.at, packRotate(s)), c.name)
	}
}

func TestPowersAreCountedAsTheyAre(t *testing.T) {
	// The largest sum that the chain allows is one below 2^60.
	c := newChain(t, testChainID, 1<<59, 1<<58, 1<<57, 1<<57-1)
	w := newWorld(t, c)
	w.anchor(w.next(how{}))
	w.anchor(w.next(how{absent: []int{3}}))
}

func TestWhatNobodyShouldTrustIsNotDeployed(t *testing.T) {
	c := newChain(t, testChainID, 10, 10, 10, 10)
	e := newEVM(t)
	good, err := keys(members(c.vals))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []struct {
		name   string
		id     string
		period uint64
		keys   []byte
	}{
		{"InvalidChainId", "", 1, good},
		{"InvalidChainId", string(bytes.Repeat([]byte("x"), 51)), 1, good},
		{"InvalidTrustingPeriod", testChainID, 0, good},
		{"MalformedKeys", testChainID, 1, nil},
		{"MalformedKeys", testChainID, 1, good[:71]},
		{"KeyNotOnCurve", testChainID, 1, make([]byte, 72)},
		{"ZeroPower", testChainID, 1, append(bytes.Clone(good[:64]), make([]byte, 8)...)},
	} {
		args := contract.NewCometAnchor().PackConstructor(d.id, 0, 0, d.period, d.keys)
		_, err := e.deploy(append(common.FromHex(contract.CometAnchorMetaData.Bin), args...))
		refused(t, err, d.name)
	}
}
