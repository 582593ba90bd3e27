package anchor

import (
	"errors"
	"testing"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/anchor/contract"
)

// branchOf is a list of blocks in the bytes that ForkCall takes.
func branchOf(t testing.TB, blocks ...*block) (out []*Signed) {
	t.Helper()
	for _, b := range blocks {
		out = append(out, b.signed(t))
	}
	return out
}

// show is the call that shows two branches from the set that took office above
// since; last is its last block, nil if it is in office.
func (w *world) show(one, other []*block, since uint64, last *block) []byte {
	w.chain.t.Helper()
	var height, at uint64
	if last != nil {
		height, at = uint64(last.Height), uint64(last.Time.Unix())
	}
	call, err := ForkCall(branchOf(w.chain.t, one...), branchOf(w.chain.t, other...), since, height, at)
	if err != nil {
		w.chain.t.Fatal(err)
	}
	return call
}

func (w *world) isAnchored(height int64) bool {
	w.chain.t.Helper()
	a := contract.NewCometAnchor()
	out, _, err := w.send(w.at, a.PackIsAnchored(uint64(height)))
	must(w.chain.t, err)
	yes, err := a.UnpackIsAnchored(out)
	must(w.chain.t, err)
	return yes
}

func (w *world) mustSend(call []byte) {
	w.chain.t.Helper()
	if _, _, err := w.send(w.at, call); err != nil {
		w.chain.t.Fatal(err)
	}
}

func TestTwoBlocksOfOneHeightFreezeTheAnchorFromThereOn(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	below := w.next(how{})
	w.anchor(below)
	lie := w.copy()
	b, other := w.next(how{}), lie.next(how{fork: "other"})
	above, next := w.next(how{}), w.next(how{})
	w.anchor(b)
	w.anchor(above)

	w.mustSend(w.show([]*block{b}, []*block{other}, 0, nil))
	if got, want := w.latest().FrozenFrom, uint64(b.Height); got != want {
		t.Errorf("frozen from %d, want %d", got, want)
	}
	if got, err := w.appHash(below.Height); err != nil || string(got[:]) != string(below.AppHash) {
		t.Errorf("what was anchored below: %x, %v", got, err)
	}
	for _, height := range []int64{b.Height, above.Height, next.Height, 1 << 40} {
		_, err := w.appHash(height)
		refused(t, err, "Frozen")
		if w.isAnchored(height) {
			t.Errorf("height %d counts as anchored", height)
		}
	}
	if !w.isAnchored(below.Height) || w.isAnchored(below.Height-1) {
		t.Error("what is below the fork has changed")
	}
	w.cfg.Time = uint64(next.Time.Unix())
	refused(t, w.try(w.at, w.call(next)), "Frozen")
	refused(t, w.try(w.at, w.show([]*block{b}, []*block{other}, 0, nil)), "Frozen")
}

func TestAForkAboveTheNewestHeightStopsTheAnchorBeforeIt(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	w.anchor(w.next(how{}))
	before := w.next(how{})
	lie := w.copy()
	b, other := w.next(how{}), lie.next(how{fork: "other"})
	lower := w.copy() // a block beside the one before
	lower.height, lower.time, lower.last = before.Height-1, before.Time, before.LastBlockID
	beside := lower.next(how{fork: "other"})

	w.mustSend(w.show([]*block{other}, []*block{b}, 0, nil))
	w.anchor(before)
	w.cfg.Time = uint64(b.Time.Unix())
	refused(t, w.try(w.at, w.call(b)), "Frozen")
	refused(t, w.try(w.at, w.call(other)), "Frozen")
	refused(t, w.try(w.at, w.call(w.next(how{}))), "Frozen")

	// A lower fork freezes more, a higher one nothing.
	w.mustSend(w.show([]*block{before}, []*block{beside}, 0, nil))
	if got, want := w.latest().FrozenFrom, uint64(before.Height); got != want {
		t.Errorf("frozen from %d, want %d", got, want)
	}
	refused(t, w.try(w.at, w.show([]*block{b}, []*block{other}, 0, nil)), "Frozen")
}

func TestASetThatHasLeftIsHeldToWhatItSigned(t *testing.T) {
	// The validators forge a block that names friends as the next set. It is anchored
	// before the true one, which nobody can anchor any more.
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	w.anchor(w.next(how{}))
	lie := w.copy()
	var friends []*cmttypes.Validator
	for _, v := range w.vals.Validators {
		friends = append(friends, leave(v))
	}
	friends = append(friends, lie.validator(1))
	forged := lie.next(how{fork: "forged", change: friends})
	truth := w.next(how{})
	w.anchor(forged)
	for range 3 { // the friends take turns
		w.chain = lie
		w.anchor(lie.next(how{change: []*cmttypes.Validator{lie.validator(1)}}))
	}
	w.cfg.Time = uint64(truth.Time.Unix()) + 100
	refused(t, w.try(w.at, w.show([]*block{truth}, []*block{forged}, 0, nil)), "WrongSet")
	w.mustSend(w.show([]*block{truth}, []*block{forged}, 0, forged))
	_, err := w.appHash(forged.Height)
	refused(t, err, "Frozen")
}

func TestAForkIsShownAcrossAChangeOfTheSet(t *testing.T) {
	// Honest validators hand over at height 3. Before anybody anchors that, all of
	// them, out of office by now, forge a block at height 6.
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	w.anchor(w.next(how{}))
	w.anchor(w.next(how{}))
	lie := w.copy()
	handover := w.next(how{change: []*cmttypes.Validator{w.validator(30)}})
	again := w.next(how{change: []*cmttypes.Validator{w.validator(7)}})
	truth := w.skip(1, how{})
	forged := lie.skip(3, how{fork: "forged"})
	if forged.Height != truth.Height {
		t.Fatal(forged.Height, truth.Height)
	}
	liar := &world{evm: w.evm, chain: lie, at: w.at}
	liar.anchor(forged)
	refused(t, w.try(w.at, w.call(handover)), "HeightNotAbove")

	refused(t, w.try(w.at, w.show([]*block{truth}, []*block{forged}, 0, nil)), "WrongSet")
	for name, call := range map[string][]byte{
		"NoFork":    w.show([]*block{handover, again}, []*block{forged}, 0, nil),
		"WrongSet":  w.show([]*block{handover, again, truth}, []*block{forged}, 1, nil),
		"WrongKeys": w.badKeys([]*block{handover, again, truth}, forged),
	} {
		refused(t, w.try(w.at, call), name)
	}
	w.mustSend(w.show([]*block{handover, again, truth}, []*block{forged}, 0, nil))
	_, err := w.appHash(forged.Height)
	refused(t, err, "Frozen")
}

// badKeys is a branch whose second set is not the one that its first block names.
func (w *world) badKeys(one []*block, other *block) []byte {
	w.chain.t.Helper()
	a, err := branch(branchOf(w.chain.t, one...), 0)
	if err != nil {
		w.chain.t.Fatal(err)
	}
	b, err := branch(branchOf(w.chain.t, other), 0)
	if err != nil {
		w.chain.t.Fatal(err)
	}
	a[0].Keys = a[1].Keys
	return contract.NewCometAnchor().PackShowFork(a, b, 0, 0)
}

func TestWhatIsNoForkFreezesNothing(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	first := w.next(how{})
	lie := w.copy()
	b, other := w.next(how{}), lie.next(how{fork: "other"})
	last := w.next(how{change: []*cmttypes.Validator{w.validator(5)}})
	beyond := lie.skip(5, how{fork: "other"})
	beyond2 := lie.copy()
	beyond2.height--
	other2 := beyond2.next(how{fork: "another"})
	w.anchor(first)
	one, two := []*block{b}, []*block{other}

	refused(t, w.try(w.at, w.show(one, one, 0, nil)), "NoFork")
	refused(t, w.try(w.at, w.show(one, []*block{first}, 0, nil)), "NoFork")
	refused(t, w.try(w.at, w.show(nil, two, 0, nil)), "EmptyBranch")
	refused(t, w.try(w.at, w.show(one, nil, 0, nil)), "EmptyBranch")
	refused(t, w.try(w.at, w.show(one, two, 1, nil)), "WrongSet")
	refused(t, w.try(w.at, w.show(one, two, 0, last)), "WrongSet") // it has not left

	// The same block, decided in two rounds, is no fork.
	round := w.copy()
	round.height, round.time, round.last, round.vals = first.Height, first.Time, b.LastBlockID, b.vals
	refused(t, w.try(w.at, w.show(one, []*block{round.next(how{round: 3})}, 0, nil)), "NoFork")

	// A fork needs more than two thirds on both sides.
	weak, err := branch(branchOf(t, other), 0)
	if err != nil {
		t.Fatal(err)
	}
	strong, err := branch(branchOf(t, b), 0)
	if err != nil {
		t.Fatal(err)
	}
	weak[0].Signatures = joined(records(weak[0].Signatures)[:2]...)
	refused(t, w.try(w.at, contract.NewCometAnchor().PackShowFork(strong, weak, 0, 0)), "NotEnoughPower")
	weak[0].Signatures = strong[0].Signatures
	refused(t, w.try(w.at, contract.NewCometAnchor().PackShowFork(strong, weak, 0, 0)), "WrongSignature")

	// Now that the set has left, it is asked about its own time alone, and only for
	// as long as a trusting period.
	w.anchor(last)
	refused(t, w.try(w.at, w.show(one, two, 0, nil)), "WrongSet")
	refused(t, w.try(w.at, w.show(one, two, 0, first)), "WrongSet")
	refused(t, w.try(w.at, w.show([]*block{beyond}, []*block{other2}, 0, last)), "OutOfOffice")
	w.cfg.Time = uint64(last.Time.Add(trustingPeriod).Unix())
	if err := w.try(w.at, w.show(one, two, 0, last)); err != nil {
		t.Error(err)
	}
	w.cfg.Time++
	refused(t, w.try(w.at, w.show(one, two, 0, last)), "TrustExpired")
	if got := w.latest().FrozenFrom; got != 0 {
		t.Errorf("frozen from %d", got)
	}
}

func TestASetIsNotAskedAboutTheTimeBeforeIt(t *testing.T) {
	c := newChain(t, testChainID, 10, 10, 10, 10)
	c.skip(100, how{})
	w := newWorld(t, c)
	old := w.copy()
	old.height = 50
	other := old.copy()
	one, two := old.next(how{}), other.next(how{fork: "other"})
	w.cfg.Time += 1000
	refused(t, w.try(w.at, w.show([]*block{one}, []*block{two}, uint64(c.height), nil)), "OutOfOffice")
}

func TestTheReasonOfARefusalIsReadable(t *testing.T) {
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	b := w.next(how{})
	w.anchor(b)
	err := w.try(w.at, w.call(b))
	if want := "anchor: the contract refused: HeightNotAbove(1, 1)"; err == nil || err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if !errors.Is(err, &Refusal{Name: "HeightNotAbove"}) || errors.Is(err, &Refusal{Name: "Frozen"}) {
		t.Error("refusals are not compared by name")
	}
	for data, want := range map[string]string{
		"":                 "anchor: the contract refused without a reason",
		"\x01\x02\x03\x04": "anchor: the contract refused: 0x01020304()",
		"\x4e\x48\x7b\x71" + string(make([]byte, 31)) + "\x11": "anchor: the contract refused: arithmetic underflow or overflow()",
	} {
		if got := ParseRefusal([]byte(data)).Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
