package sim

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/app"
	"urna/app/apptest"
	"urna/crypto/ethkey"
	"urna/genesis"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

var (
	oneSeed = flag.Uint64("seed", 0, "live this life only")
	forTime = flag.Duration("for", 10*time.Second, "begin new lives for so long")
	blocks  = flag.Int("blocks", 100, "length of a life")
)

// tried counts what was put into blocks: accepted ones by kind, refused ones by
// reason.
type tried struct {
	kinds map[tx.Kind]int
	codes map[tx.Code]int
}

func TestNodesAgreeWithEachOtherAndWithTheLaw(t *testing.T) {
	all := &tried{map[tx.Kind]int{}, map[tx.Code]int{}}
	if *oneSeed != 0 {
		run(t, *oneSeed, all)
		return
	}
	deadline := time.Now().Add(*forTime)
	for seed := uint64(1); seed <= 2 || time.Now().Before(deadline); seed++ {
		if !t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { run(t, seed, all) }) {
			return
		}
	}
	for _, k := range tx.Kinds {
		t.Logf("%6d accepted: %s", all.kinds[k], k)
		if all.kinds[k] == 0 {
			t.Errorf("nobody managed to %s", k)
		}
	}
	for _, c := range tx.Codes {
		if all.codes[c] > 0 {
			t.Logf("%6d refused: %d %s", all.codes[c], c, c)
		}
	}
}

// life is one run.
type life struct {
	t        testing.TB
	rng      *rand.Rand
	chain    *apptest.Chain
	machines []*machine
	law      *law
	people   *people
	lazy     map[ethkey.Address]bool

	// Validators of the last block, of this one and of the next.
	last, now, next *cmttypes.ValidatorSet

	tried *tried
}

func run(t *testing.T, seed uint64, all *tried) {
	l := begin(t, seed)
	l.tried = all
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d, block %d", seed, l.chain.Height()+1)
		}
	})
	for range *blocks {
		l.block()
	}
	l.end()
}

func begin(t testing.TB, seed uint64) *life {
	rng := rand.New(rand.NewPCG(seed, 0))
	disks := []*disk{newDisk(), newDisk(), newDisk()}
	nodes := len(disks)
	var doc genesis.Doc
	l := &life{t: t, rng: rng, lazy: map[ethkey.Address]bool{}}
	l.chain = apptest.New(t, apptest.Options{
		Nodes: nodes, BlockTime: 400 * time.Millisecond, // several blocks in one second
		Genesis: func(d *genesis.Doc) {
			p := &d.Params
			p.FaucetHorizon, p.MaxCensusSize = 30, 40
			// Seats that are bought have so little power that blocks are decided
			// without them.
			p.UptimeWindow, p.MaxMissed, p.MaxValidators, p.JoinPower = 8, 4, 6, 3
			p.Costs.SetValidator = 40
			p.Price.Capacity, p.Price.K1, p.Price.K5 = 7, 1e9, 2e9
			for _, k := range apptest.Keys("person", 10) { // the others come by faucet
				d.Accounts = append(d.Accounts, genesis.Account{Address: k.Address().String(), Balance: 5000})
			}
			doc = *d
		},
		App: func(i int, c *app.Config) {
			if i == len(disks) { // the one that joins at the end
				disks = append(disks, newDisk())
			}
			disks[i].config(c)
		},
	})
	var validators []*ethkey.Key
	for i, n := range l.chain.Nodes {
		l.machines = append(l.machines, &machine{Node: n, disk: disks[i], t: t, rng: rng})
		k := apptest.Key(fmt.Sprintf("validator %d", i))
		validators = append(validators, k)
	}
	seats, err := cmttypes.PB2TM.ValidatorUpdates(l.chain.InitChainRequest().Validators)
	if err != nil {
		t.Fatal(err)
	}
	l.law = newLaw(apptest.ChainID, &doc, validators)
	l.last, l.next = cmttypes.NewValidatorSet(nil), cmttypes.NewValidatorSet(seats)
	l.now = l.next.Copy()
	latecomers := apptest.Keys("latecomer", 6)
	l.chain.Know(latecomers...)
	l.people = newPeople(t, rng, l.law, append(validators, latecomers...))
	return l
}

// block lets people talk to some of the nodes, agrees on a block and compares
// what everybody made of it.
func (l *life) block() {
	l.t.Helper()
	l.chain.Pass(pick(l.rng, []time.Duration{0, 0, 0, 0, 0, 0, 0, 0, time.Second, time.Second, time.Second, 9 * time.Second}))
	l.talk()
	p := l.propose()
	accepted := l.process(p)
	r := apptest.Decide(p)
	var first *abci.ResponseFinalizeBlock
	for i, m := range l.machines {
		out := m.Finalize(r)
		if first == nil {
			first = out
		} else if !bytes.Equal(out.AppHash, first.AppHash) || !bytes.Equal(cmttypes.NewResults(out.TxResults).Hash(), cmttypes.NewResults(first.TxResults).Hash()) {
			l.t.Fatalf("node %d has root %x, node 0 %x", i, out.AppHash, first.AppHash)
		}
	}
	b := l.chain.Record(r, first)
	for _, m := range l.machines {
		m.commit()
	}
	l.judge(b, accepted)
	l.rotate(b.Updates)
}

// talk submits what people say, each time to a different choice of nodes.
func (l *life) talk() {
	l.people.planned = map[ethkey.Address]uint32{}
	if l.chain.Height() == 0 {
		return // transactions are judged on a committed state
	}
	for range l.rng.IntN(30) {
		raw := l.people.speak()
		for _, m := range l.machines {
			if l.rng.IntN(3) == 0 {
				continue
			}
			s := m.App.Submit(context.Background(), [][]byte{bytes.Clone(raw)})[0]
			var no *tx.Rejection
			if s.Err != nil && !errors.As(s.Err, &no) && !errors.Is(s.Err, app.ErrKnown) && !errors.Is(s.Err, app.ErrBusy) {
				l.t.Fatalf("submit %x: %v", raw, s.Err)
			}
		}
	}
}

// process asks every node about a proposal; they must agree.
func (l *life) process(p *abci.RequestProcessProposal) bool {
	first := l.processBy(l.machines[0], p)
	for i, m := range l.machines[1:] {
		if l.rng.IntN(30) == 0 {
			m.killed(l.rng.IntN(2) == 0)
		}
		if ok := l.processBy(m, p); ok != first {
			l.t.Fatalf("node 0 says %v about the proposal, node %d %v", first, i+1, ok)
		}
	}
	return first
}

func (l *life) processBy(m *machine, p *abci.RequestProcessProposal) bool {
	ok, err := m.Process(p)
	if err != nil {
		l.t.Fatal(err)
	}
	return ok
}

// judge applies the slow law to a block and compares.
func (l *life) judge(b *apptest.Block, accepted bool) {
	r := b.Request
	head := transition.Block{Height: uint64(r.Height), Time: uint64(r.Time.Unix()), Proposer: ethkey.Address(r.ProposerAddress)}
	for _, v := range r.DecidedLastCommit.Votes {
		head.Commit = append(head.Commit, transition.Signature{Validator: ethkey.Address(v.Validator.Address), Signed: v.BlockIdFlag != cmtproto.BlockIDFlagAbsent})
	}
	for _, m := range r.Misbehavior {
		head.Misbehaviour = append(head.Misbehaviour, ethkey.Address(m.Validator.Address))
	}
	l.law.begin(head)
	clean := true
	for i, raw := range r.Txs {
		want := tx.Code(0)
		facts, err := tx.Verify(apptest.ChainID, raw)
		var no *tx.Rejection
		if errors.As(err, &no) {
			want = no.Code
		} else {
			want = l.law.apply(facts)
		}
		if b.Codes[i] != want {
			l.t.Fatalf("transaction %d has code %d (%s), should have %d (%s): %s", i, b.Codes[i], b.Codes[i], want, want, describe(facts))
		}
		if want == 0 {
			l.tried.kinds[facts.Payload.Kind()]++
		} else {
			l.tried.codes[want]++
			clean = false
		}
	}
	l.law.finish()
	if accepted != clean {
		l.t.Fatalf("the proposal was accepted: %v; it has no refused transaction: %v", accepted, clean)
	}
	if err := l.law.check(pick(l.rng, l.machines).App.View()); err != nil {
		l.t.Fatal(err)
	}
}

func describe(v *tx.Verified) string {
	if v == nil {
		return "garbage"
	}
	return fmt.Sprintf("%s says %+v", v.Signer, v.Payload)
}

// rotate changes the validators as CometBFT does, which stops at a change that
// it cannot bear.
func (l *life) rotate(updates []abci.ValidatorUpdate) {
	changes, err := cmttypes.PB2TM.ValidatorUpdates(updates)
	if err != nil {
		l.t.Fatal(err)
	}
	l.last, l.now, l.next = l.now, l.next, l.next.Copy()
	if len(changes) > 0 {
		if err := l.next.UpdateWithChangeSet(changes); err != nil {
			l.t.Fatalf("CometBFT refuses a change of validators: %v", err)
		}
	}
	if l.next.Size() != len(l.law.seats) {
		l.t.Fatalf("%d validators have %d seats", l.next.Size(), len(l.law.seats))
	}
}

// end replays the chain from its genesis and restores it from a snapshot.
func (l *life) end() {
	node := pick(l.rng, l.machines)
	late := l.chain.Join()
	late.Handshake() // compares every root
	if err := l.law.check(late.App.View()); err != nil {
		l.t.Fatalf("after the replay: %v", err)
	}
	var one, two bytes.Buffer
	for _, c := range []struct {
		s   *state.Store
		out *bytes.Buffer
	}{{node.App.Store(), &one}, {late.App.Store(), &two}} {
		if err := c.s.Snapshot(context.Background(), l.chain.Height(), c.out); err != nil {
			l.t.Fatal(err)
		}
	}
	if !slices.Equal(one.Bytes(), two.Bytes()) {
		l.t.Fatal("the snapshots of two nodes differ")
	}
	restored, err := state.Restore(state.Config{Check: state.Full}, &one)
	if err != nil {
		l.t.Fatal(err)
	}
	if root := restored.Root(); !bytes.Equal(root[:], l.chain.Root()) {
		l.t.Errorf("restored to root %x, not %x", root, l.chain.Root())
	}
	if err := errors.Join(l.law.check(restored.View()), restored.Close()); err != nil {
		l.t.Fatalf("after the restore: %v", err)
	}
}
