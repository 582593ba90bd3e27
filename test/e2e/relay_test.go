package e2e

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"urna/anchor"
	"urna/anchor/relayer"
	"urna/election"
)

// relayEvery is how many blocks there are between two that are anchored.
const relayEvery = 5

// relayNode is a node without a seat that anchors, and pays for it.
type relayNode struct {
	*node
	plain    []string // arguments without the role
	key      *ecdsa.PrivateKey
	maxFee   string // gwei
	patience time.Duration
}

func (w *relayWorld) newRelay(t *testing.T, n *node) *relayNode {
	t.Helper()
	key, err := crypto.GenerateKey()
	check(t, err)
	check(t, crypto.SaveECDSA(filepath.Join(n.home, "ethereum.key"), key))
	return &relayNode{node: n, plain: n.args, key: key, maxFee: "100"}
}

func (p *relayNode) address() anchor.Address { return crypto.PubkeyToAddress(p.key.PublicKey) }

// run starts the node with the role.
func (w *relayWorld) run(t *testing.T, p *relayNode) {
	t.Helper()
	p.args = append(slices.Clone(p.plain),
		"--anchor-rpc", w.geth.url, "--anchor-ethereum", params.AllDevChainProtocolChanges.ChainID.String(),
		"--anchor-contract", w.anchor.Address().Hex(), "--anchor-registry", w.registry.Address().Hex(), "--anchor-results",
		"--anchor-key-file", "ethereum.key", "--anchor-max-fee-gwei", p.maxFee, "--anchor-max-tip-gwei", "0.000000001",
		"--anchor-every-blocks", fmt.Sprint(relayEvery), "--anchor-every", "0s", "--anchor-confirmations", "3",
		"--anchor-patience", p.patience.String(), "--anchor-poll", "300ms",
	)
	p.start(t)
}

// alarms waits until the node tells of an alarm.
func (p *relayNode) alarms(t *testing.T, name string) {
	t.Helper()
	check(t, until(time.Minute, func() error {
		doc, err := p.get(t.Context(), "/anchor")
		if list, _ := doc["alarms"].([]any); err == nil && !slices.Contains(list, any(name)) {
			err = fmt.Errorf("%s tells of %v, not of %s", p.name, doc, name)
		}
		return err
	}))
}

// relayWorld is a network, an Ethereum beside it, and the contracts there.
type relayWorld struct {
	*living
	*ethereum
	geth     *gethProcess
	rpc      *anchor.Node
	anchor   *anchor.Reader
	registry *anchor.Registry
}

// settled waits until what is due now is anchored.
func (w *relayWorld) settled(t *testing.T, when string) {
	t.Helper()
	top := w.height(t) - 2
	due, began := uint64(top-top%relayEvery), time.Now()
	if err := until(time.Minute, func() error {
		l, err := w.anchor.Latest(t.Context())
		if err == nil && l.Height < due {
			err = fmt.Errorf("the anchor is at %d, height %d is due", l.Height, due)
		}
		return err
	}); err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	t.Logf("%s: height %d is anchored after %.1f s", when, due, time.Since(began).Seconds())
}

// still checks that nothing was anchored above a height.
func (w *relayWorld) still(t *testing.T, height uint64) {
	t.Helper()
	l, err := w.anchor.Latest(t.Context())
	check(t, err)
	if l.Height != height {
		t.Errorf("the anchor is at %d, want %d", l.Height, height)
	}
}

func TestRelayersAreNeverStuckAndNeverPayTwice(t *testing.T) {
	random := rand.New(rand.NewPCG(*seed, 1))
	w := &relayWorld{living: startLiving(t, 2)}
	w.ethereum, w.geth = startGeth(t, 1)
	w.rpc = w.client.(*anchor.Node)
	poll := openPoll(t, w.steady(1))
	genesis, err := w.nodes[0].client.Genesis(t.Context())
	check(t, err)
	d, err := relayer.DeployAtGenesis(genesis, period)
	check(t, err)
	code, err := d.Code()
	check(t, err)
	w.anchor = anchor.NewReader(w.deploy(t, 0, code), w.rpc)
	w.registry = anchor.NewRegistry(w.deploy(t, 0, anchor.RegistryCode(w.anchor.Address())), w.rpc)
	one, other := w.newRelay(t, w.nodes[4]), w.newRelay(t, w.nodes[5])
	one.patience = 2 * time.Second // it gives way to the other

	one.stop(t)
	w.run(t, one)
	one.alarms(t, "balance")
	w.still(t, 0)
	w.fund(t, one)
	w.settled(t, "the account was empty")
	one.stop(t)

	w.fund(t, other)
	before, err := w.anchor.Latest(t.Context())
	check(t, err)
	other.stop(t)
	other.maxFee = "0.000000001"
	w.nodes[0].waitHeight(t, int64(before.Height)+2*relayEvery, time.Minute)
	w.run(t, other)
	other.alarms(t, "fees")
	w.still(t, before.Height)
	other.stop(t)
	other.maxFee = "100"
	w.run(t, other)
	w.settled(t, "the cap was too low")
	w.run(t, one)

	w.geth.stop(t)
	w.nodes[0].waitHeight(t, w.height(t)+2*relayEvery, time.Minute)
	w.geth.start(t)
	w.settled(t, "Ethereum was away")

	w.reorganise(t)
	w.settled(t, "Ethereum was reorganised")

	one.kill(t)
	other.signal(t, syscall.SIGSTOP)
	w.nodes[0].waitHeight(t, w.height(t)+3*relayEvery, time.Minute)
	other.signal(t, syscall.SIGCONT)
	w.settled(t, "the node was behind")
	one.patience = 0
	w.run(t, one)

	// Kills at random while the validators change and an election ends. From now on
	// nobody gives way: they race.
	changes := make(chan struct{})
	go func() {
		defer close(changes)
		poll.run(t)
		takeSeat(t, w.nodes[0], one.node)
		poll.close(t)
	}()
	for range 12 {
		wait(time.Duration(random.Int64N(int64(1500 * time.Millisecond))))
		victim := []*relayNode{one, other}[random.IntN(2)]
		victim.kill(t)
		w.run(t, victim)
	}
	<-changes
	check(t, until(time.Minute, func() error { _, err := w.registry.Result(t.Context(), poll.id); return err }))
	w.settled(t, "they were killed")
	one.stop(t)
	other.stop(t)
	w.check(t, poll.id, one, other)
}

// fund gives a relayer money.
func (w *relayWorld) fund(t *testing.T, p *relayNode) {
	t.Helper()
	to := p.address()
	w.send(t, &to, params.Ether, nil)
}

// reorganise takes the newest header that was anchored away from Ethereum, with the
// block that it was in and those on top. Others take their place, without what was in
// them.
func (w *relayWorld) reorganise(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	head, err := w.rpc.BlockNumber(ctx)
	check(t, err)
	history, err := w.anchor.History(ctx, 0, head)
	check(t, err)
	last := history.Anchored[len(history.Anchored)-1]
	number := new(big.Int).SetUint64(last.Block)
	lost, err := w.rpc.HeaderByNumber(ctx, number)
	check(t, err)
	var none any
	check(t, w.rpc.Client().CallContext(ctx, &none, "debug_setHead", fmt.Sprintf("%#x", last.Block-1)))
	check(t, until(time.Minute, func() error {
		now, err := w.rpc.HeaderByNumber(ctx, number)
		if err == nil && now.Hash() == lost.Hash() {
			err = fmt.Errorf("block %d is still there", last.Block)
		}
		return err
	}))
	t.Logf("%d blocks of Ethereum are lost, and with them height %d", head-last.Block+1, last.Height)
}

// check compares what was anchored with the chain, and what was paid with what was
// anchored.
func (w *relayWorld) check(t *testing.T, id election.ID, relayers ...*relayNode) {
	t.Helper()
	ctx := t.Context()
	latest, err := w.anchor.Latest(ctx)
	check(t, err)
	r := w.recorded(t, int64(latest.Height)+1)
	head, err := w.rpc.BlockNumber(ctx)
	check(t, err)
	history, err := w.anchor.History(ctx, 0, head)
	check(t, err)
	anchored := map[uint64]bool{}
	for _, a := range history.Anchored {
		anchored[a.Height] = true
		if h := r.header(int64(a.Height)); a.BlockHash != h.Header.Hash() || a.AppHash != h.Header.AppHash {
			t.Errorf("anchored %+v, want block %x", a, h.Header.Hash())
		}
	}
	changes := history.Changes[1:]
	for h := int64(1); h <= int64(latest.Height); h++ {
		switch {
		case !r.rotates(h):
		case len(changes) == 0 || changes[0].Since != uint64(h):
			t.Fatalf("the set changes after %d; told were %+v", h, history.Changes)
		default:
			changes = changes[1:]
		}
	}
	if len(changes) != 0 || len(history.Changes) < 2 {
		t.Errorf("the sets that took office: %+v", history.Changes)
	}

	if v := w.geth.audited(t, w.nodes[0], w.anchor.Address(), w.registry.Address()); v.Blocks != len(history.Anchored) || v.Results != 1 {
		t.Errorf("the auditor compared %+v", v)
	}

	// Every relayer pays at most once for a height and for a result.
	paid := map[string]int{}
	sums := map[string]int{}
	for n := uint64(1); n <= head; n++ {
		b, err := w.rpc.BlockByNumber(ctx, new(big.Int).SetUint64(n))
		check(t, err)
		for _, tx := range b.Transactions() {
			from, err := types.Sender(types.LatestSignerForChainID(tx.ChainId()), tx)
			check(t, err)
			for _, p := range relayers {
				if from != p.address() {
					continue
				}
				receipt, err := w.rpc.TransactionReceipt(ctx, tx.Hash())
				check(t, err)
				what := "nothing"
				switch *tx.To() {
				case w.anchor.Address():
					what = fmt.Sprintf("height %d", unpackStep(t, tx.Data()).Header.Height)
				case w.registry.Address():
					what = fmt.Sprintf("result %s", id)
				}
				paid[p.name+": "+what]++
				sums[[]string{"refused", "accepted"}[receipt.Status]]++
				if what == "nothing" {
					sums["for nothing"]++
				}
			}
		}
	}
	for what, n := range paid {
		if n > 1 && !strings.HasSuffix(what, "nothing") {
			t.Errorf("%s is paid %d times", what, n)
		}
	}
	races := sums["refused"] + sums["for nothing"]
	if sums["accepted"]-sums["for nothing"] != len(history.Anchored)+1 || races > len(history.Anchored) {
		t.Errorf("%d headers and a result for %v transactions", len(history.Anchored), sums)
	}
	t.Logf("%d headers and a result for %v transactions of %d relayers, %d changes of the set", len(history.Anchored), sums, len(relayers), len(history.Changes)-1)
}
