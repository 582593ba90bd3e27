package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"urna/anchor"
	"urna/anchor/contract"
	"urna/anchor/relayer"
	"urna/audit"
	"urna/chain/light"
)

// period is how long the contracts here trust.
const period = 14 * 24 * time.Hour

// TestEthereumFollowsALivingNetwork lets a network of processes live, and tells its
// headers to two chains of Ethereum: go-ethereum's in this process, and geth.
func TestEthereumFollowsALivingNetwork(t *testing.T) {
	l := live(t)
	from := relayer.FromGateway(l.nodes[0].client)
	r := l.recorded(t, l.height(t)-2)
	s := r.story(t)
	replay := l.replay(t, s.heights)
	var proofs []proof
	for _, p := range []*poll{l.passed, l.rejected} {
		value, ics23, err := from.Result(t.Context(), p.id, s.last-1)
		check(t, err)
		proofs = append(proofs, proof{p, value, ics23})
	}
	t.Run("simulated", func(t *testing.T) {
		w := &telling{ethereum: simulate(t), record: r, story: s}
		w.headers(t, replay)
		w.results(t, proofs)
	})
	t.Run("geth", func(t *testing.T) {
		eth, process := startGeth(t, 0)
		w := &telling{ethereum: eth, record: r, story: s}
		w.headers(t, replay)
		registry := w.results(t, proofs)
		v := process.audited(t, l.nodes[1], w.anchor.Address(), registry.Address())
		if v.Blocks != len(s.heights) || v.Sets != 1+len(s.rotations) || v.Results != len(proofs) {
			t.Errorf("the auditor compared %+v", v)
		}
		process.byHand(t, l, w.anchor.Address())
	})
	l.passed.audited(t)
}

// audited lets the auditor replay the chain and compare what stands on Ethereum.
func (g *gethProcess) audited(t *testing.T, from *node, contract, registry anchor.Address) *audit.AnchorVerdict {
	t.Helper()
	v := replayed(t, "--gateway", from.client.URL(), "--ethereum", g.url, "--anchor", contract.Hex(), "--registry", registry.Hex())
	if v.Anchor == nil || v.Anchor.Above != 0 {
		t.Fatalf("the auditor looked at Ethereum: %+v", v.Anchor)
	}
	return v.Anchor
}

// story is what happened in a record, by height.
type story struct {
	none, later, absent, afterGap int64 // a vote for no block; a round above 0; a vote missing; three seconds without a block
	rotations                     []int64
	heights                       []int64 // these and others, and the last
	last                          int64
}

// story looks for everything that a living network should have gone through.
func (r *record) story(t *testing.T) story {
	t.Helper()
	s := story{
		none:   r.find(t, "vote for no block", func(h int64) bool { return r.commits[h-1].none > 0 && !r.rotates(h) }),
		later:  r.find(t, "round above 0", func(h int64) bool { return r.commits[h-1].round > 0 && !r.rotates(h) }),
		absent: r.find(t, "missing vote", func(h int64) bool { return r.commits[h-1].absent > 0 && !r.rotates(h) }),
		afterGap: r.find(t, "time without blocks", func(h int64) bool {
			return h > 2 && r.header(h).Header.Time.Sub(r.header(h-1).Header.Time) >= 3*time.Second
		}),
		last: r.top(),
	}
	var joins, leaves, powers int
	last := map[[33]byte]uint64{}
	for h := int64(1); h < r.top(); h++ {
		for _, v := range r.header(h).Validators {
			if old, known := last[v.Key]; known && old != v.Power {
				powers++
			}
			last[v.Key] = v.Power
		}
		if !r.rotates(h) {
			continue
		}
		s.rotations = append(s.rotations, h)
		for key := range last {
			switch before, after := r.powerOf(key, h) > 0, r.powerOf(key, h+1) > 0; {
			case before && !after:
				leaves++
			case after && !before:
				joins++
			}
		}
		for _, v := range r.header(h + 1).Validators {
			if _, known := last[v.Key]; !known {
				joins++
			}
		}
	}
	if joins < 2 || leaves < 1 || powers < 1 || len(s.rotations) < 3 || r.rotates(r.top()) {
		t.Fatalf("in %d blocks: %d joined, %d left, %d powers changed, the set at %d", r.top(), joins, leaves, powers, s.rotations)
	}
	s.heights = append(s.heights, s.none, s.later, s.absent, s.afterGap, s.last)
	for _, h := range s.rotations {
		s.heights = append(s.heights, h, h+1)
	}
	slices.Sort(s.heights)
	s.heights = slices.Compact(s.heights)
	t.Logf("%d blocks: %d joined, %d left, %d with another power than before; the set changes after %d; a vote for no block at %d, "+
		"round %d at %d, a vote missing at %d, a gap before %d; told: %d", r.top(), joins, leaves, powers, s.rotations, s.none,
		r.header(s.later).Commit.Round, s.later, s.absent, s.afterGap, s.heights)
	return s
}

// replay computes the chain anew and stops before each of these heights, to know
// what root its header should have.
func (l *living) replay(t *testing.T, heights []int64) map[int64]string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "replay")
	roots := map[int64]string{}
	for _, h := range heights {
		v := replayed(t, "--gateway", l.nodes[1].client.URL(), "--dir", dir, "--to", fmt.Sprint(h-1))
		if v.Height != h-1 {
			t.Fatalf("the replay stops at height %d, not at %d", v.Height, h-1)
		}
		roots[h] = v.AppHash
	}
	return roots
}

// telling is a record being told to a chain of Ethereum.
type telling struct {
	*ethereum
	*record
	story
	anchor *anchor.Reader
	proofs anchor.Address // contract of that name
}

// step is what comes next on the way to a height.
func (w *telling) step(t *testing.T, height int64) *relayer.Step {
	t.Helper()
	latest, err := w.anchor.Latest(t.Context())
	check(t, err)
	s, err := relayer.Next(t.Context(), latest, height, func(_ context.Context, h int64) (*light.Block, error) { return w.header(h), nil })
	check(t, err)
	return s
}

// headers deploys an anchor at the genesis and tells it the headers of the story. On
// the way each attack is tried.
func (w *telling) headers(t *testing.T, replay map[int64]string) {
	ctx := t.Context()
	d, err := relayer.DeployAtGenesis(w.genesis, period)
	check(t, err)
	code, err := d.Code()
	check(t, err)
	at := w.deploy(t, 0, code)
	w.anchor = anchor.NewReader(at, w.client)
	check(t, w.anchor.CheckCode(ctx, d))

	w.proofs = w.deploy(t, 0, anchor.StateProofsCode(at))
	var told [][]byte
	for _, h := range w.heights {
		step := w.step(t, h)
		if step.Height() != uint64(h) {
			t.Fatalf("on the way to height %d the relayer wants %d", h, step.Height())
		}
		call, err := step.Call()
		check(t, err)
		if len(told) == 0 {
			w.attackChains(t, call, d)
		}
		w.attack(t, h, call, told)
		if h == w.none || h == w.rotations[0] {
			w.everyByte(t, call)
		}
		receipt := w.send(t, &at, 0, call)
		told = append(told, call)
		hash, err := w.anchor.AppHash(ctx, uint64(h))
		check(t, err)
		if got := common.Bytes2Hex(hash[:]); got != replay[h] || hash != w.header(h).Header.AppHash {
			t.Errorf("height %d: the root is %s, replayed %s", h, got, replay[h])
		}
		t.Logf("height %d: %d gas, %d signatures", h, receipt.GasUsed, w.commits[h-1].signed)
	}
	head, err := w.client.BlockNumber(ctx)
	check(t, err)
	history, err := w.anchor.History(ctx, 0, head)
	check(t, err)
	if len(history.Anchored) != len(w.heights) || len(history.Changes) != 1+len(w.rotations) || len(history.Forks) != 0 {
		t.Fatalf("anchored %+v, changes %+v, forks %+v", history.Anchored, history.Changes, history.Forks)
	}
	for i, h := range w.heights {
		if a := history.Anchored[i]; a.Height != uint64(h) || a.BlockHash != w.header(h).Header.Hash() || a.AppHash != w.header(h).Header.AppHash {
			t.Errorf("anchored %+v, want height %d, block %x", a, h, w.header(h).Header.Hash())
		}
	}
	for i, h := range w.rotations {
		if c := history.Changes[1+i]; c.Since != uint64(h) || c.ValidatorsHash != w.header(h+1).Header.ValidatorsHash {
			t.Errorf("a set took office: %+v, want after height %d", c, h)
		}
	}
}

// proof is a result in the state that the last header of a story commits to.
type proof struct {
	*poll
	record, ics23 []byte
}

// results proves the results of two elections, reads them back, and lets contracts
// act on them.
func (w *telling) results(t *testing.T, proofs []proof) *anchor.Registry {
	t.Helper()
	ctx := t.Context()
	root := w.header(w.last).Header.AppHash
	at := w.deploy(t, 0, anchor.RegistryCode(w.anchor.Address()))
	registry := anchor.NewRegistry(at, w.client)
	check(t, registry.CheckCode(ctx, w.anchor.Address()))
	recipient := anchor.Address{0x20, 19: 2}
	balance := func(a anchor.Address) int64 {
		b, err := w.client.BalanceAt(ctx, a, nil)
		check(t, err)
		return b.Int64()
	}
	treasury := func(p *poll, quorum int) anchor.Address {
		deadline := uint64(time.Now().Add(time.Hour).Unix())
		return w.deploy(t, 1000, slices.Concat(common.FromHex(contract.TreasuryMetaData.Bin),
			contract.NewTreasury().PackConstructor(at, p.id, recipient, uint64(quorum), deadline)))
	}
	pay := contract.NewTreasury().PackPay()
	for _, p := range proofs {
		call, err := anchor.ResultCall(p.id, uint64(w.last), root, p.record, p.ics23)
		check(t, err)
		funded, demanding := treasury(p.poll, p.net.Voters), treasury(p.poll, p.net.Voters+1)
		refused(t, w.try(t, funded, pay), "NotProved")
		w.attackResult(t, at, p)
		receipt := w.send(t, &at, 0, call)
		t.Logf("a result is proved: %d gas", receipt.GasUsed)
		refused(t, w.try(t, at, call), "AlreadyProved")

		got, err := registry.Result(ctx, p.id)
		check(t, err)
		want := p.result()
		if len(got.Rows) != 1 || len(got.Rows[0]) != choices || got.Votes != uint64(p.net.Voters) {
			t.Fatalf("the result is %+v, want %v", got, want)
		}
		for i, cell := range got.Rows[0] {
			if cell.String() != want[0][i] {
				t.Errorf("the result is %v, want %v", got.Rows, want)
			}
		}
		refused(t, w.try(t, demanding, pay), "NoQuorum")
		if no, yes := got.Rows[0][0], got.Rows[0][1]; yes.Cmp(no) <= 0 {
			refused(t, w.try(t, funded, pay), "Rejected")
			continue
		}
		before := balance(recipient)
		w.send(t, &funded, 0, pay)
		if got := balance(recipient) - before; got != 1000 || balance(funded) != 0 {
			t.Errorf("the recipient got %d of 1000", got)
		}
		refused(t, w.try(t, funded, pay), "NotPaid")
	}
	if got := balance(recipient); got != 1000 {
		t.Errorf("the recipient has %d, want 1000: of one election alone", got)
	}
	return registry
}
