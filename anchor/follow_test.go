package anchor

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/anchor/contract"
)

// leave takes a validator's seat away.
func leave(v *cmttypes.Validator) *cmttypes.Validator {
	return cmttypes.NewValidator(v.PubKey, 0)
}

// power changes a validator's power.
func power(v *cmttypes.Validator, power int64) *cmttypes.Validator {
	return cmttypes.NewValidator(v.PubKey, power)
}

// life is some time of a chain of four validators, with everything that happens:
// changes of power, joining and leaving, absence, votes for no block, rounds above
// 0, long gaps. It gives the blocks that must be anchored, and others.
func life(c *chain) []*block {
	one := c.validator(3)
	two := c.validator(40)
	a, b := c.vals.Validators[0], c.vals.Validators[1]
	most := 4 * c.vals.TotalVotingPower()
	return []*block{
		c.next(how{}),
		c.next(how{absent: []int{0}}),
		c.next(how{forNone: []int{2}, round: 1}),
		c.next(how{round: 7, parts: 300}),
		c.skip(1000, how{absent: []int{3}, after: 40 * time.Minute}),
		c.next(how{change: []*cmttypes.Validator{power(a, 17)}}),
		c.next(how{}),
		c.next(how{change: []*cmttypes.Validator{one}}),
		c.next(how{absent: []int{4}, change: []*cmttypes.Validator{two, power(b, 1)}}),
		c.next(how{}),
		c.skip(3, how{change: []*cmttypes.Validator{leave(one)}}),
		c.skip(100_000, how{after: 13 * 24 * time.Hour}),
		c.next(how{change: []*cmttypes.Validator{leave(a), power(two, most)}}),
		c.next(how{absent: []int{1, 2, 3}}), // the first holds more than two thirds
		c.skip(1<<40, how{round: 1<<31 - 1, parts: 1<<31 - 1}),
		c.next(how{}),
	}
}

func TestAChainIsFollowedThroughEveryChangeOfItsValidators(t *testing.T) {
	for _, powers := range [][]int64{equal(4, 10), {100, 90, 80, 70}, {1<<55 + 3, 1<<55 + 2, 1<<55 + 1, 1 << 55}} {
		w := newWorld(t, newChain(t, testChainID, powers...))
		for _, b := range life(w.chain) {
			w.anchor(b)
			got, err := w.appHash(b.Height)
			if err != nil || string(got[:]) != string(b.AppHash) {
				t.Errorf("application hash %d is %x, %v, want %x", b.Height, got, err, []byte(b.AppHash))
			}
			want := Latest{Height: uint64(b.Height), Time: uint64(b.Time.Unix()), Since: w.since}
			if got := w.latest(); got != want {
				t.Errorf("after height %d the anchor stands at %+v, want %+v", b.Height, got, want)
			}
		}
	}
}

func TestOneValidatorAndTheMostThatThereCanBe(t *testing.T) {
	alone := newWorld(t, newChain(t, testChainID, 1))
	alone.anchor(alone.next(how{}))

	c := newChain(t, testChainID, equal(1, 1)...)
	var all []*cmttypes.Validator
	for range maxMembers - 1 {
		all = append(all, c.validator(1))
	}
	w := newWorld(t, c)
	w.anchor(w.next(how{change: all}))
	w.anchor(w.next(how{}))
}

func TestAChainIsFollowedFromTheMiddle(t *testing.T) {
	c := newChain(t, testChainID, equal(4, 10)...)
	c.skip(1<<40, how{change: []*cmttypes.Validator{c.validator(5)}})
	w := newWorld(t, c)
	w.anchor(w.next(how{}))
}

func TestAChainIDHasAnyLengthThatThereIs(t *testing.T) {
	for length := 1; length <= 50; length++ {
		w := newWorld(t, newChain(t, strings.Repeat("x", length), equal(4, 10)...))
		w.anchor(w.next(how{}))
		a := contract.NewCometAnchor()
		out, _, err := w.send(w.at, a.PackChainId())
		if err != nil {
			t.Fatal(err)
		}
		if id, err := a.UnpackChainId(out); err != nil || id != w.id {
			t.Errorf("the chain id is read as %q, %v", id, err)
		}
	}
}

func TestVotesHaveTimesOfEveryLength(t *testing.T) {
	// Seconds and nanoseconds on both sides of every boundary of a varint.
	var seconds, nanos []int64
	for bits := 7; bits <= 35; bits += 7 {
		seconds = append(seconds, 1<<bits-1, 1<<bits)
	}
	for bits := 7; bits <= 28; bits += 7 {
		nanos = append(nanos, 1<<bits-1, 1<<bits)
	}
	nanos = append(nanos, 0, 1, 999_999_999)
	w := newWorld(t, newChain(t, testChainID, equal(4, 10)...))
	for _, s := range append(seconds, 0, 1, 253_402_300_799) {
		b := w.next(how{stamp: func(i int) time.Time { return time.Unix(s, nanos[i]) }})
		w.anchor(b)
	}
	for i := range nanos {
		w.anchor(w.next(how{stamp: func(v int) time.Time { return w.time.Truncate(time.Second).Add(time.Duration(nanos[(i+v)%len(nanos)])) }}))
	}
}

func TestABlockHasATimeOfEveryLength(t *testing.T) {
	for _, at := range []int64{1, 127, 128, 16_383, 16_384, 1<<21 - 1, 1 << 21, 1<<28 - 1, 1 << 28, 1<<35 - 1, 1 << 35} {
		for _, nanos := range []int64{0, 127, 128, 16_384, 1<<28 - 1, 1 << 28, 999_999_999} {
			c := newChain(t, testChainID, equal(4, 10)...)
			c.time = time.Unix(at, nanos)
			w := newWorld(t, c)
			w.anchor(w.next(how{after: time.Nanosecond}))
		}
	}
}

func TestHeightsAndRoundsOfEveryLength(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, equal(4, 10)...))
	for bits := 7; bits < 63; bits += 7 {
		w.anchor(w.skip(1<<bits-2-w.height, how{round: int32(1<<min(bits, 31) - 1), parts: 1<<min(bits, 31) - 1}))
		w.anchor(w.next(how{round: int32(bits), parts: 1 << min(bits, 30)}))
	}
}

func TestTheContractAgreesWithCometBFTAboutRandomCommits(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 0))
	accepted, refusals := 0, 0
	for range 20 {
		var powers []int64
		for range 1 + rnd.IntN(12) {
			powers = append(powers, 1+rnd.Int64N(1<<rnd.IntN(40)))
		}
		w := newWorld(t, newChain(t, testChainID, powers...))
		for range 20 {
			h := how{round: rnd.Int32N(3), parts: 1 + rnd.Uint32N(300)}
			for i := range w.vals.Validators {
				switch rnd.IntN(10) {
				case 0, 1:
					h.absent = append(h.absent, i)
				case 2:
					h.forNone = append(h.forNone, i)
				}
			}
			switch v := w.vals.Validators[rnd.IntN(w.vals.Size())]; rnd.IntN(4) {
			case 0:
				h.change = append(h.change, w.validator(1+rnd.Int64N(1<<30)))
			case 1:
				h.change = append(h.change, power(v, 1+rnd.Int64N(1<<30)))
			case 2:
				if w.vals.Size() > 1 {
					h.change = append(h.change, leave(v))
				}
			}
			before := w.copy()
			b := w.skip(rnd.Int64N(1000), h)
			if b.vals.VerifyCommitLight(b.ChainID, b.Commit.BlockID, b.Height, b.Commit) == nil {
				w.anchor(b)
				accepted++
				continue
			}
			// Everybody signed, to have the words; then only those who did are left.
			again := before.copy()
			all := again.skip(b.Height-before.height-1, how{round: h.round, parts: h.parts, change: h.change})
			s := w.step(all)
			s.Signatures = w.signatures(b)
			w.cfg.Time = uint64(b.Time.Unix())
			call := packAnchor(s)
			if len(s.Keys) > 0 && !bytes.Equal(b.ValidatorsHash, b.NextValidatorsHash) {
				call = packRotate(s)
			}
			refused(t, w.try(w.at, call), "NotEnoughPower")
			refusals++
			w.chain = before // it did not happen
		}
	}
	t.Logf("%d commits accepted, %d refused by both", accepted, refusals)
	if accepted < 50 || refusals < 50 {
		t.Error("the chances are not fair")
	}
}

// signatures are all that stand in the commit of a block.
func (w *world) signatures(b *block) (out []byte) {
	for i, s := range b.Commit.Signatures {
		if s.BlockIDFlag == cmttypes.BlockIDFlagCommit {
			time := timestamp(uint64(s.Timestamp.Unix()), uint32(s.Timestamp.Nanosecond()))
			out = append(append(append(out, 0, byte(i)), s.Signature...), byte(len(time)))
			out = append(out, time...)
		}
	}
	return out
}
