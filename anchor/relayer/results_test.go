package relayer

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"urna/anchor"
	"urna/app/apptest"
	"urna/chain/light"
	"urna/chain/light/lighttest"
	"urna/state"
	"urna/tx"
)

// played is the node of a chain that is played.
type played struct {
	*apptest.Chain
	keeps int64 // heights that can be proved
}

func (p *played) Signed(_ context.Context, height int64) (*light.Block, error) {
	if height == 0 {
		height = p.Height()
	}
	return p.Chain.Signed(height)
}

func (p *played) ViewAt(height int64) (*state.View, error) {
	if height+p.keeps <= p.Height() {
		return nil, state.ErrPruned
	}
	return p.Nodes[0].App.Store().ViewAt(height)
}

func (p *played) Journal(height int64) ([]byte, error) {
	return p.Nodes[0].App.Store().Journal(height)
}

// newPolls is a world around a chain with elections, and a registry.
func newPolls(t *testing.T) (*world, *played, common.Address) {
	t.Helper()
	c := apptest.New(t, apptest.Options{})
	w := newWorldOf(t, lighttest.New(1, nil), longPeriod) // for its Ethereum
	d, err := DeployAtGenesis(c.Genesis(), longPeriod)
	must(t, err)
	code, err := d.Code()
	must(t, err)
	w.at = w.deploy(code)
	return w, &played{c, 50}, w.deploy(anchor.RegistryCode(w.at))
}

// poll makes an election, which ends when time passes.
func (p *played) poll(t *testing.T, name string) [32]byte {
	t.Helper()
	voters := apptest.Keys(name, 3)
	e := p.OpenElection(voters, func(n *tx.NewElection) { n.Duration = 60 })
	p.Mine(e.Votes(voters)...)
	return e.ID
}

func TestFinalResultsAreProvedToTheRegistry(t *testing.T) {
	w, node, registry := newPolls(t)
	change := func(c *Config) {
		c.Chain, c.Registry, c.EveryBlocks, c.Confirmations = FromNode(node), registry, 0, 2
	}
	r := w.relayer(change)
	round := func(n int, relayers ...*Relayer) {
		for range n {
			node.Mine()
			w.now = time.Unix(0, 0)
			w.round(relayers...)
		}
	}
	ids := [][32]byte{node.poll(t, "first"), node.poll(t, "second")}
	round(3, r)
	if got := w.heights(); len(got) != 0 {
		t.Errorf("anchored %d while the elections are open", got)
	}
	node.Pass(2 * time.Minute)
	round(12, r)
	calm(t, r)
	reg := anchor.NewRegistry(registry, w.client)
	for _, id := range ids {
		got, err := reg.Result(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if got.Votes != 3 {
			t.Errorf("the registry has %+v", got)
		}
	}
	// One header for both, and two proofs.
	if paid := w.paid("payer"); paid != 3 || len(w.heights()) != 1 || r.Status().Unready != 0 {
		t.Errorf("%d transactions, anchored %d, status %+v", paid, w.heights(), r.Status())
	}

	// A relayer that has forgotten everything does not pay again.
	r = w.relayer(change)
	round(4, r)
	if paid := w.paid("payer"); paid != 3 || r.Status().Unready != 0 {
		t.Errorf("%d transactions, %+v", paid, r.Status())
	}

	// The header was anchored by somebody else, and the node has pruned its state.
	third := node.poll(t, "third")
	node.Pass(2 * time.Minute)
	round(2)
	other := w.relayer(func(c *Config) { c.Chain, c.Key, c.EveryBlocks = node, keyOf("other"), 1 })
	round(2, other)
	node.keeps = 3
	round(6)
	round(8, r)
	if _, err := reg.Result(t.Context(), third); err != nil {
		t.Error(err)
	}
	calm(t, r)
	if paid := w.paid("payer"); paid != 5 {
		t.Errorf("%d transactions", paid)
	}
}

// heights are the heights that were anchored.
func (w *world) heights() (out []uint64) {
	w.t.Helper()
	head, err := w.client.BlockNumber(context.Background())
	must(w.t, err)
	list, err := anchor.NewReader(w.at, w.client).Anchored(context.Background(), 0, head)
	must(w.t, err)
	for _, a := range list {
		out = append(out, a.Height)
	}
	return out
}

func TestARelayerThatIsKilledWhileItProvesResultsGoesOn(t *testing.T) {
	for _, forgets := range []bool{false, true} {
		for kill := 1; ; kill++ {
			w, node, registry := newPolls(t)
			store, f := &memoryStore{}, &fuse{left: kill}
			begin := func() *Relayer {
				return w.relayer(func(c *Config) {
					c.Chain, c.Registry, c.EveryBlocks, c.Confirmations = FromNode(node), registry, 0, 1
					c.Store, c.Ethereum = fusedStore{store, f}, []Ethereum{fusedEthereum{w.client, f}}
				})
			}
			id := node.poll(t, "voter")
			node.Pass(2 * time.Minute)
			r, killed := begin(), false
			for range 10 {
				node.Mine()
				w.now = time.Unix(0, 0)
				w.round(r)
				if f.dead {
					killed, f = true, &fuse{left: -1}
					if forgets {
						store.kept = nil
					}
					r = begin()
				}
			}
			name := fmt.Sprintf("killed at moment %d, memory lost: %t", kill, forgets)
			if _, err := anchor.NewRegistry(registry, w.client).Result(t.Context(), id); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if paid, headers := w.paid("payer"), w.heights(); paid != uint64(len(headers)+1) || len(headers) > 2 {
				t.Errorf("%s: %d transactions, anchored %d", name, paid, headers)
			}
			if !killed {
				if kill < 6 {
					t.Errorf("there were only %d moments", kill)
				}
				break
			}
		}
	}
}

func TestAResultThatCannotBeProvedDoesNotStopOthers(t *testing.T) {
	w, node, registry := newPolls(t)
	src := &lying{Results: FromNode(node)}
	r := w.relayer(func(c *Config) { c.Chain, c.Registry, c.EveryBlocks = src, registry, 0 })
	id := node.poll(t, "voter")
	node.Pass(2 * time.Minute)
	for range 8 {
		node.Mine()
		w.now = time.Unix(0, 0)
		w.round(r)
	}
	alarmed(t, r, alarmChain)
	src.honest = true
	for range 8 {
		node.Mine()
		w.now = time.Unix(0, 0)
		w.round(r)
	}
	if _, err := anchor.NewRegistry(registry, w.client).Result(t.Context(), id); err != nil {
		t.Error(err)
	}
	calm(t, r)
}

// A header may be taken back between two questions to Ethereum; what it refuses then
// is not wrong for ever.
func TestOnlyAResultThatIsWrongIsGivenUp(t *testing.T) {
	w, node, registry := newPolls(t)
	r := w.relayer(func(c *Config) { c.Chain, c.Registry = FromNode(node), registry })
	j := &job{Election: common.Hash{1}}
	r.mem.ToProve = append(r.mem.ToProve, j)
	a := &action{kind: kindResult, election: j.Election}
	for _, name := range []string{"NotAnchored", "Frozen", "AlreadyProved"} {
		if err := r.refused(a, &anchor.Refusal{Name: name}); err != nil || j.Refused != "" {
			t.Errorf("%s: %v, given up because of %q", name, err, j.Refused)
		}
	}
	if err := r.refused(a, &anchor.Refusal{Name: "WrongProof"}); err == nil || j.Refused == "" {
		t.Errorf("a wrong proof is tried again: %v", err)
	}
	if err := r.refused(&action{kind: kindAnchor}, &anchor.Refusal{Name: "Frozen"}); err == nil {
		t.Error("a frozen contract is no trouble")
	}
}

// lying gives records that are not those of the state.
type lying struct {
	Results
	honest bool
}

func (l *lying) Result(ctx context.Context, id [32]byte, height int64) (record, proof []byte, err error) {
	record, proof, err = l.Results.Result(ctx, id, height)
	if err == nil && !l.honest {
		record = append([]byte{}, record...)
		record[len(record)-1]++
	}
	return record, proof, err
}

func TestANodeSaysWhatItCannotProve(t *testing.T) {
	_, node, _ := newPolls(t)
	id := node.poll(t, "voter")
	src := FromNode(node)
	for _, height := range []int64{node.Height(), node.Height() + 10, -60} {
		if _, _, err := src.Result(t.Context(), id, height); !errors.Is(err, ErrNoProof) {
			t.Errorf("height %d: %v", height, err)
		}
	}
}
