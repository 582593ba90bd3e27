package anchor

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"

	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/ethereum/go-ethereum/common"

	"urna/anchor/contract"
)

// target is a call that is accepted, and what it should do.
type target struct {
	*evm
	name   string
	to     common.Address
	call   []byte
	effect func() string // what a view of the contracts shows
	want   string        // after the call
	donors [][]byte      // calls that are refused now
}

// newTarget remembers what a call does, and checks that donors are refused.
func newTarget(e *evm, name string, to common.Address, call []byte, effect func() string, donors ...[]byte) *target {
	e.t.Helper()
	t := &target{evm: e, name: name, to: to, call: call, effect: effect, donors: donors}
	before := effect()
	accepted, got := t.run(call)
	if !accepted || got == before {
		e.t.Fatalf("%s: the call itself does nothing", name)
	}
	t.want = got
	for i, d := range donors {
		if accepted, _ := t.run(d); accepted {
			e.t.Fatalf("%s: donor %d is accepted", name, i)
		}
	}
	return t
}

// run tells whether a call is accepted, and what it then does; it is undone.
func (t *target) run(call []byte) (accepted bool, effect string) {
	if t.try(t.to, call) != nil {
		return false, ""
	}
	kept := t.cfg.State
	defer func() { t.cfg.State = kept }()
	t.cfg.State = kept.Copy()
	_, _, err := t.send(t.to, call)
	return err == nil, t.effect()
}

// check fails the test if a call is accepted that does anything but what was meant.
func (t *target) check(tb testing.TB, call []byte) (accepted bool) {
	accepted, effect := t.run(call)
	if accepted && effect != t.want {
		tb.Errorf("%s: %x does %s, want %s", t.name, call, effect, t.want)
	}
	return accepted
}

// targets are the same each time.
func targets(t testing.TB) []*target {
	t.Helper()
	w := newWorld(t, newChain(t, testChainID, 10, 10, 10, 10))
	old := w.next(how{})
	w.anchor(old)
	stay := w.copy()
	b := stay.next(how{round: 1, absent: []int{1}})
	turn := w.copy()
	r := turn.next(how{parts: 200, change: []*cmttypes.Validator{turn.validator(7)}})
	w.cfg.Time = uint64(b.Time.Unix()) + 5

	foreign := &world{evm: w.evm, chain: newChain(t, "vocdoni/TEST/2", 10, 10, 10, 10), at: w.at}
	foreign.height = old.Height
	strangers := &world{evm: w.evm, chain: newChain(t, testChainID, 10, 10, 10, 10), at: w.at}
	strangers.vals = foreign.vals
	strangers.keys = foreign.keys
	strangers.height = old.Height
	after := w.copy()
	after.height, after.vals = r.Height, turn.vals
	donors := [][]byte{
		w.call(old), foreign.call(foreign.next(how{})), strangers.call(strangers.next(how{})),
		(&world{evm: w.evm, chain: after, at: w.at}).call(after.next(how{})),
	}
	a := contract.NewCometAnchor()
	effect := func() string {
		var out [][]byte
		for _, call := range [][]byte{
			a.PackLatest(), a.PackAppHash(uint64(b.Height)), a.PackSetInOffice(), a.PackFormerSets(uint64(b.Height)),
		} {
			o, _, _ := w.send(w.at, call) // a height that is not anchored is told by a refusal
			out = append(out, o)
		}
		return fmt.Sprintf("%x", out)
	}
	one, two := b, w.copy().next(how{fork: "other"})
	return []*target{
		newTarget(w.evm, "anchor", w.at, w.call(b), effect, append(donors, packAnchor(w.step(r)))...),
		newTarget(w.evm, "anchorAndRotate", w.at, w.call(r), effect, append(donors, packRotate(w.step(b)))...),
		newTarget(w.evm, "showFork", w.at, w.show([]*block{one}, []*block{two}, 0, nil), effect, donors...),
	}
}

func TestEveryByteOfACallMatters(t *testing.T) {
	for _, target := range targets(t) {
		tried, same := 0, 0
		for i := range target.call {
			call := bytes.Clone(target.call)
			for _, flip := range []byte{1, 128, 255, call[i]} { // the last makes it zero
				if flip == 0 {
					continue
				}
				call[i] = target.call[i] ^ flip
				tried++
				if target.check(t, call) {
					same++
					// What may differ is the padding of bytes, which nobody reads.
					if target.name != "showFork" && !reflect.DeepEqual(arguments(t, call), arguments(t, target.call)) {
						t.Errorf("%s: byte %d of %d may be another one", target.name, i, len(call))
					}
				}
			}
		}
		t.Logf("%s: %d calls, %d of them accepted because they say the same", target.name, tried, same)
	}
}

// arguments are those of a call, as go-ethereum reads them.
func arguments(t *testing.T, call []byte) []any {
	t.Helper()
	abi, err := contract.CometAnchorMetaData.ParseABI()
	if err != nil {
		t.Fatal(err)
	}
	method, err := abi.MethodById(call)
	if err != nil {
		t.Fatal(err)
	}
	args, err := method.Inputs.Unpack(call[4:])
	if err != nil {
		t.Fatal(err)
	}
	return args
}

// mutations is how many calls TestNoOtherCallPasses makes up.
const mutations = 100_000

func TestNoOtherCallPasses(t *testing.T) {
	var all sync.WaitGroup
	var mu sync.Mutex
	accepted := map[string]int{}
	const workers = 4
	for worker := range workers {
		targets := targets(t)
		all.Go(func() {
			rnd := rand.New(rand.NewPCG(7, uint64(worker)))
			for i := range mutations / workers {
				target := targets[i%len(targets)]
				if target.check(t, mutated(rnd, target)) {
					mu.Lock()
					accepted[target.name]++
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d calls; those that passed said the same: %v", mutations, accepted)
}

// mutated is a call with some changes.
func mutated(rnd *rand.Rand, t *target) []byte {
	call := bytes.Clone(t.call)
	for range 1 + rnd.IntN(3) {
		if len(call) < 40 {
			return call
		}
		at := rnd.IntN(len(call))
		word := 4 + 32*rnd.IntN((len(call)-4)/32)
		switch rnd.IntN(10) {
		case 0:
			call[at] ^= 1 << rnd.IntN(8)
		case 1:
			call[at] = byte(rnd.Uint32())
		case 2: // a number that is easily taken wrong
			numbers := []uint64{0, 1, 2, 31, 32, 33, 127, 128, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 60, 1<<63 - 1, 1 << 63, 1<<64 - 1}
			clear(call[word : word+32])
			binary.BigEndian.PutUint64(call[word+24:], numbers[rnd.IntN(len(numbers))])
		case 3: // another word of the call
			from := 4 + 32*rnd.IntN((len(call)-4)/32)
			copy(call[word:word+32], bytes.Clone(call[from:from+32]))
		case 4: // two words change places
			from := 4 + 32*rnd.IntN((len(call)-4)/32)
			kept := bytes.Clone(call[from : from+32])
			copy(call[from:from+32], call[word:word+32])
			copy(call[word:word+32], kept)
		case 5: // something is taken out
			n := min(1+rnd.IntN(80), len(call)-at)
			call = append(call[:at], call[at+n:]...)
		case 6: // something stands twice
			n := min(1+rnd.IntN(80), len(call)-at)
			call = append(call[:at], append(bytes.Clone(call[at:at+n]), call[at:]...)...)
		case 7: // something follows
			call = append(call, make([]byte, rnd.IntN(64))...)
		case 8: // a part of another call, in its place
			donor := t.donors[rnd.IntN(len(t.donors))]
			if at < len(donor) {
				copy(call[at:], donor[at:min(len(donor), at+1+rnd.IntN(200))])
			}
		case 9: // a word of another call
			donor := t.donors[rnd.IntN(len(t.donors))]
			from := 4 + 32*rnd.IntN((len(donor)-4)/32)
			copy(call[word:word+32], donor[from:from+32])
		}
	}
	return call
}

func FuzzCall(f *testing.F) {
	for which, t := range targets(f) {
		f.Add(uint8(which), t.call)
		for _, d := range t.donors {
			f.Add(uint8(which), d)
		}
	}
	known := targets(f)
	f.Fuzz(func(t *testing.T, which uint8, call []byte) {
		known[int(which)%len(known)].check(t, call)
	})
}
