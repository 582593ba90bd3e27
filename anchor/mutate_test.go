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
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"urna/anchor/contract"
	"urna/election"
	"urna/state"
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

	// A call that changes nothing may say something else, if that is true.
	says  []string // types of the first arguments, which are what is said
	holds func(args []any) bool
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

// newView is a call that changes nothing.
func newView(e *evm, name string, to common.Address, call []byte, says []string, holds func([]any) bool) *target {
	e.t.Helper()
	t := &target{evm: e, name: name, to: to, call: call, donors: [][]byte{call[:len(call)/2]}, says: says, holds: holds}
	if !t.check(e.t, call) {
		e.t.Fatalf("%s: the call itself is refused", name)
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
	if t.effect == nil {
		if t.try(t.to, call) != nil {
			return false
		}
		if !bytes.Equal(call[:4], t.call[:4]) {
			return true // another function, which says something else
		}
		var types abi.Arguments
		for _, name := range t.says {
			typ, err := abi.NewType(name, "", nil)
			must(tb, err)
			types = append(types, abi.Argument{Type: typ})
		}
		if args, err := types.Unpack(call[4:]); err != nil || !t.holds(args) {
			tb.Errorf("%s: %x is accepted, %v", t.name, call, err)
		}
		return true
	}
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

	// Proofs, against the state of the height that is anchored.
	id, other := electionID(1), electionID(2)
	key, absent := state.ResultKey(election.ID(id)), state.LogKey(election.ID(id))
	log := encoded(state.Log{Root: nodeHash(leafHash([]byte("vote 0")), leafHash([]byte("vote 1"))), Size: 2, Voters: 2})
	values := randomValues(9, 40)
	values[string(key)] = encoded(outcome(30, 10, 20))
	values[string(state.ResultKey(election.ID(other)))] = encoded(outcome(30, 20, 10))
	values[string(state.LogKey(election.ID(other)))] = log
	s := newTree(t, 9, 1, values)
	p := newStatement(t, s.root(), [32]byte{1})
	record, err := RecordCall(1, s.root(), key, values[string(key)], marshal(t, s.exists(t, key)))
	must(t, err)
	absence, err := AbsenceCall(1, s.root(), absent, marshal(t, s.absent(t, absent)))
	must(t, err)
	logKey := state.LogKey(election.ID(other))
	vote, err := VoteCall(other, 1, s.root(), log, marshal(t, s.exists(t, logKey)), []byte("vote 1"), 1, [][32]byte{leafHash([]byte("vote 0"))})
	must(t, err)
	registered := func() string {
		var out []string
		for _, id := range [][32]byte{id, other, {}} {
			r, err := p.result(id)
			out = append(out, fmt.Sprint(r, err))
		}
		return fmt.Sprint(out)
	}
	return []*target{
		newTarget(p.evm, "prove", p.registry, proveCall(t, s, id, 1), registered, proveCall(t, s, id, 1)[:400]),
		newView(p.evm, "requireRecord", p.proofs, record, []string{"uint64", "bytes", "bytes"}, func(args []any) bool {
			value, there := values[string(args[1].([]byte))]
			return args[0] == uint64(1) && there && bytes.Equal(args[2].([]byte), value)
		}),
		newView(p.evm, "requireAbsent", p.proofs, absence, []string{"uint64", "bytes"}, func(args []any) bool {
			_, there := values[string(args[1].([]byte))]
			return args[0] == uint64(1) && !there
		}),
		newView(p.evm, "requireVote", p.proofs, vote,
			[]string{"uint64", "bytes32", "bytes", "uint64", "bytes", "bytes", "uint64"}, func(args []any) bool {
				return args[0] == uint64(1) && args[1] == other && bytes.Equal(args[2].([]byte), log) &&
					string(args[5].([]byte)) == "vote 1" && args[6] == uint64(1)
			}),
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
					if (target.name == "anchor" || target.name == "anchorAndRotate") && !reflect.DeepEqual(arguments(t, call), arguments(t, target.call)) {
						t.Errorf("%s: byte %d of %d may be another one", target.name, i, len(call))
					}
				}
			}
		}
		t.Logf("%s: %d calls, %d of them accepted because they say the same", target.name, tried, same)
	}
}

// arguments are those of a call of the anchor, as go-ethereum reads them.
func arguments(t testing.TB, call []byte) []any {
	t.Helper()
	abi, err := contract.CometAnchorMetaData.ParseABI()
	must(t, err)
	method, err := abi.MethodById(call)
	must(t, err)
	args, err := method.Inputs.Unpack(call[4:])
	must(t, err)
	return args
}

func TestNoOtherCallPasses(t *testing.T) {
	// How many calls are made up for each that is good.
	count := func(target *target) int {
		if target.effect != nil && target.name != "prove" {
			return 35_000 // of the anchor, 105,000 together
		}
		return 10_000
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	tried, passed := map[string]int{}, map[string]int{}
	const workers = 4
	for worker := range workers {
		targets := targets(t)
		all.Go(func() {
			rnd := rand.New(rand.NewPCG(7, uint64(worker)))
			for _, target := range targets {
				for done := 0; done < count(target)/workers; {
					call := mutated(rnd, target)
					if bytes.Equal(call, target.call) {
						continue
					}
					done++
					accepted := target.check(t, call)
					mu.Lock()
					tried[target.name]++
					if accepted {
						passed[target.name]++
					}
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	t.Logf("tried %v; those that passed said the same: %v", tried, passed)
	if n := tried["anchor"] + tried["anchorAndRotate"] + tried["showFork"]; n < 100_000 {
		t.Errorf("%d calls of the anchor were made up, want 100,000", n)
	}
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
