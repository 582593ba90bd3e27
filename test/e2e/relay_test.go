package e2e

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"urna/anchor"
	"urna/anchor/relayer"
	"urna/client"
	"urna/election"
)

// relayEvery is how many blocks there are between two that are anchored.
const relayEvery = 5

// relayOrders tell a process of this program to be a relayer.
type relayOrders struct {
	Gateway, Ethereum, Key, Store string
	Anchor, Registry              anchor.Address
	MaxFee                        int64 // wei
	Patience                      time.Duration
}

const relayVariable = "URNA_E2E_RELAYER"

// relay is what such a process does, until it is told to end.
func relay(text string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var o relayOrders
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	key, err := crypto.HexToECDSA(o.Key)
	if err != nil {
		return err
	}
	gateway, err := client.New(client.Config{URL: o.Gateway, Attempts: 1})
	if err != nil {
		return err
	}
	eth, err := anchor.Dial(ctx, o.Ethereum)
	if err != nil {
		return err
	}
	r, err := relayer.New(relayer.Config{
		Chain: relayer.FromGateway(gateway), Ethereum: []relayer.Ethereum{eth}, Anchor: o.Anchor, Registry: o.Registry,
		Key: key, Store: relayer.File(o.Store), EveryBlocks: relayEvery, Confirmations: 3,
		MaxFee: big.NewInt(o.MaxFee), MaxTip: big.NewInt(params.GWei / 10), Resend: 5 * time.Second, Patience: o.Patience,
		Poll: 300 * time.Millisecond, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	return r.Run(ctx)
}

// relayProcess is a relayer of its own.
type relayProcess struct {
	*node
	orders relayOrders
	key    *ecdsa.PrivateKey
}

func (w *relayWorld) newRelayer(t *testing.T, gateway *node) *relayProcess {
	t.Helper()
	key, err := crypto.GenerateKey()
	check(t, err)
	self, err := os.Executable()
	check(t, err)
	name := "relayer of " + gateway.name
	p := &relayProcess{
		node: &node{name: name, program: self, logFile: filepath.Join(w.dir, name+".log")},
		key:  key,
		orders: relayOrders{
			Gateway: gateway.client.URL(), Ethereum: w.geth.url, Key: fmt.Sprintf("%x", crypto.FromECDSA(key)),
			Store: filepath.Join(w.dir, name+".json"), Anchor: w.anchor.Address(), Registry: w.registry.Address(),
			MaxFee: 100 * params.GWei,
		},
	}
	t.Cleanup(func() { p.stop(t) })
	return p
}

func (p *relayProcess) address() anchor.Address { return crypto.PubkeyToAddress(p.key.PublicKey) }

// run starts the process with its present orders.
func (p *relayProcess) run(t *testing.T) {
	t.Helper()
	text, err := json.Marshal(p.orders)
	check(t, err)
	p.env = []string{relayVariable + "=" + string(text)}
	p.start(t)
}

// says waits until the relayer has said something, since it was started the first time.
func (p *relayProcess) says(t *testing.T, what string) {
	t.Helper()
	check(t, until(time.Minute, func() error {
		if !strings.Contains(tail(p.logFile, 1<<20), what) {
			return fmt.Errorf("%s has not said %q", p.name, what)
		}
		return nil
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
	w := &relayWorld{living: startLiving(t)}
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
	one, other := w.newRelayer(t, w.nodes[0]), w.newRelayer(t, w.nodes[1])
	one.orders.Patience = 2 * time.Second // it gives way to the other

	one.run(t)
	one.says(t, "alarm=balance")
	w.still(t, 0)
	w.fund(t, one)
	w.settled(t, "the account was empty")
	one.stop(t)

	w.fund(t, other)
	before, err := w.anchor.Latest(t.Context())
	check(t, err)
	other.orders.MaxFee = 1
	w.nodes[0].waitHeight(t, int64(before.Height)+2*relayEvery, time.Minute)
	other.run(t)
	other.says(t, "alarm=fees")
	w.still(t, before.Height)
	other.stop(t)
	other.orders.MaxFee = 100 * params.GWei
	other.run(t)
	w.settled(t, "the cap was too low")
	one.run(t)

	w.geth.stop(t)
	w.nodes[0].waitHeight(t, w.height(t)+2*relayEvery, time.Minute)
	w.geth.start(t)
	w.settled(t, "Ethereum was away")

	w.reorganise(t)
	w.settled(t, "Ethereum was reorganised")

	w.nodes[1].signal(t, syscall.SIGSTOP)
	one.kill(t) // the one that is left has a node that hangs
	w.nodes[0].waitHeight(t, w.height(t)+3*relayEvery, time.Minute)
	w.nodes[1].signal(t, syscall.SIGCONT)
	w.settled(t, "a node was behind")
	one.orders.Patience = 0
	one.run(t)

	// Kills at random while the validators change and an election ends. From now on
	// nobody gives way: they race.
	changes := make(chan struct{})
	go func() {
		defer close(changes)
		poll.run(t)
		takeSeat(t, w.nodes[0], w.nodes[4])
		poll.close(t)
	}()
	for range 12 {
		wait(time.Duration(random.Int64N(int64(1500 * time.Millisecond))))
		victim := []*relayProcess{one, other}[random.IntN(2)]
		victim.kill(t)
		victim.run(t)
	}
	<-changes
	check(t, until(time.Minute, func() error { _, err := w.registry.Result(t.Context(), poll.id); return err }))
	w.settled(t, "they were killed")
	one.stop(t)
	other.stop(t)
	w.check(t, poll.id, one, other)
}

// fund gives a relayer money.
func (w *relayWorld) fund(t *testing.T, p *relayProcess) {
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
func (w *relayWorld) check(t *testing.T, id election.ID, relayers ...*relayProcess) {
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
