package relayer

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// fuse ends a relayer at one of the moments that count: before or after something
// becomes durable, before or after something is sent. From then on nothing of it has
// an effect.
type fuse struct {
	left int // moments until it burns
	dead bool
}

var errDead = errors.New("the process has ended")

func (f *fuse) burn() bool {
	if f.left--; f.left == 0 {
		f.dead = true
	}
	return f.dead
}

type fusedStore struct {
	Store
	*fuse
}

func (s fusedStore) Save(b []byte) error {
	if s.burn() {
		return errDead
	}
	if err := s.Store.Save(b); err != nil {
		return err
	}
	if s.burn() {
		return errDead
	}
	return nil
}

type fusedEthereum struct {
	Ethereum
	*fuse
}

func (e fusedEthereum) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	if e.burn() {
		return errDead
	}
	if err := e.Ethereum.SendTransaction(ctx, tx); err != nil {
		return err
	}
	if e.burn() {
		return errDead
	}
	return nil
}

func TestARelayerThatIsKilledAtAnyMomentGoesOn(t *testing.T) {
	for _, forgets := range []bool{false, true} {
		for kill := 1; ; kill++ {
			w := newWorld(t, 8, 9, 21)
			store := &memoryStore{}
			f := &fuse{left: kill}
			begin := func() *Relayer {
				return w.relayer(func(c *Config) {
					c.Store, c.Ethereum, c.Confirmations = fusedStore{store, f}, []Ethereum{fusedEthereum{w.client, f}}, 2
				})
			}
			r, killed := begin(), false
			for range 18 {
				w.run(1, 2, r)
				if f.dead {
					killed = true
					f = &fuse{left: -1}
					if forgets {
						store.kept = nil
					}
					r = begin()
				}
			}
			name := fmt.Sprintf("killed at moment %d, memory lost: %t", kill, forgets)
			got := w.anchored()
			for _, must := range []uint64{7, 8, 20, 30} {
				if !slices.Contains(got, must) {
					t.Errorf("%s: anchored %d", name, got)
				}
			}
			if paid := w.paid("payer"); paid != uint64(len(got)) {
				t.Errorf("%s: %d transactions for %d headers", name, paid, len(got))
			}
			calm(t, r)
			if !killed {
				if kill < 20 {
					t.Errorf("there were only %d moments", kill)
				}
				break
			}
		}
	}
}

func TestAMemoryThatIsDamagedOrOfAnotherContractCountsAsLost(t *testing.T) {
	w := newWorld(t)
	for _, kept := range []string{"{", "[]", "null", `{"ethereum":1337,"account":"0x01"}`, `{"ethereum":1}`} {
		r := w.relayer(func(c *Config) { c.Store = &memoryStore{kept: []byte(kept)} })
		w.run(6, 2, r)
		calm(t, r)
	}
	if got := w.anchored(); len(got) != 6 || w.paid("payer") != 6 {
		t.Errorf("anchored %d, %d transactions", got, w.paid("payer"))
	}
}

func TestAStoreThatFailsKeepsTransactionsBack(t *testing.T) {
	w := newWorld(t)
	store := &failing{}
	r := w.relayer(func(c *Config) { c.Store = store })
	store.err = errors.New("no space left on device")
	w.run(8, 2, r)
	alarmed(t, r, alarmStore)
	if w.paid("payer") != 0 {
		t.Error("something was sent")
	}
	store.err = nil
	w.run(4, 2, r)
	calm(t, r)
	if w.latest().Height != 20 || w.paid("payer") != uint64(len(w.anchored())) {
		t.Errorf("anchored %d", w.anchored())
	}
}

type failing struct {
	memoryStore
	err error
}

func (s *failing) Save(b []byte) error {
	if s.err != nil {
		return s.err
	}
	return s.memoryStore.Save(b)
}

func TestAReorganisationOfEthereumIsMadeGood(t *testing.T) {
	for _, depth := range []uint64{1, 3, 6} {
		for _, lost := range []bool{false, true} { // does the pool remember transactions?
			w := newWorld(t, 14, 23)
			r := w.relayer(func(c *Config) { c.Confirmations = 8 })
			w.run(16, 2, r)
			before := w.anchored()
			head, err := w.client.BlockNumber(t.Context())
			must(t, err)
			at, err := w.client.HeaderByNumber(t.Context(), new(big.Int).SetUint64(head-depth))
			must(t, err)
			w.eth.Commit() // nothing waits
			must(t, w.eth.Fork(at.Hash()))
			if lost {
				w.eth.Rollback()
			}
			for range depth + 2 { // until the other branch is longer
				w.eth.Commit()
			}
			w.run(14, 2, r)
			calm(t, r)
			got := w.anchored()
			if last := got[len(got)-1]; last != 60 {
				t.Errorf("depth %d: anchored %d, then %d", depth, before, got)
			}
			if paid := w.paid("payer"); paid > uint64(len(got))+1 {
				t.Errorf("depth %d: %d transactions for %d headers", depth, paid, len(got))
			}
		}
	}
}

// spin deploys a contract that uses all the gas that it gets.
func (w *world) spin() common.Address {
	return w.deploy(common.FromHex("6004600c60003960046000f35b600056"))
}

// fill makes blocks without room for anything else, each of which makes the next one an eighth dearer.
func (w *world) fill(at common.Address, blocks int, relayers ...*Relayer) {
	w.t.Helper()
	burn := func(times int) {
		for range times {
			w.pay("burner", at, nil, nil, gasLimit/2-20_000, gweis(500), gweis(10_000))
		}
	}
	if w.nonces["burner"] == 0 {
		burn(6) // so that no block wants for them
	}
	for range blocks {
		for _, r := range relayers {
			r.Step(context.Background())
		}
		burn(2)
		w.eth.Commit()
		w.now = w.now.Add(12 * time.Second)
	}
}

func (w *world) baseFee() *big.Int {
	w.t.Helper()
	h, err := w.client.HeaderByNumber(context.Background(), nil)
	must(w.t, err)
	return h.BaseFee
}

func TestFeesAboveTheCapAreWaitedFor(t *testing.T) {
	w := newWorld(t)
	at := w.spin()
	limit := gweis(3)
	r := w.relayer(func(c *Config) { c.MaxFee, c.MaxTip, c.EveryBlocks = limit, gweis(1), 100 })
	w.fill(at, 30)
	if w.baseFee().Cmp(limit) <= 0 {
		t.Fatalf("the base fee is %s", w.baseFee())
	}
	w.grow(102)
	w.fill(at, 3, r)
	alarmed(t, r, alarmFees)
	w.run(60, 12, r)
	w.run(2, 0, r)
	calm(t, r)
	paid := w.paid("payer")
	if w.latest().Height < 700 || paid == 0 || paid != uint64(len(w.anchored())) {
		t.Errorf("anchored %d, %d transactions", w.anchored(), paid)
	}
	spent, _ := new(big.Int).SetString(r.Status().Spent, 10)
	if most := new(big.Int).Mul(limit, new(big.Int).SetUint64(paid*120_000)); spent.Sign() <= 0 || spent.Cmp(most) > 0 {
		t.Errorf("spent %s wei", spent)
	}
}

func TestATransactionThatWaitsOffersMoreUntilTheCap(t *testing.T) {
	w := newWorld(t)
	at := w.spin()
	limit := gweis(40)
	r := w.relayer(func(c *Config) { c.MaxFee, c.MaxTip, c.Resend, c.EveryBlocks = limit, gweis(1), 24*time.Second, 100 })
	w.grow(102)
	w.fill(at, 14, r) // what was offered at first is soon too little
	if w.paid("payer") != 0 || len(r.mem.Sent) != 1 || len(r.mem.Sent[0].Versions) < 3 {
		t.Fatalf("%d transactions, %+v", w.paid("payer"), r.mem.Sent)
	}
	s := r.mem.Sent[0]
	if s.Fee.ToInt().Cmp(limit) > 0 {
		t.Errorf("it offers %s", s.Fee)
	}
	w.fill(at, 30, r)
	alarmed(t, r, alarmFees)
	versions := len(s.Versions)
	w.fill(at, 6, r)
	if len(s.Versions) != versions {
		t.Error("it goes on to offer more at the cap")
	}
	w.run(80, 12, r)
	calm(t, r)
	if w.latest().Height < 900 || w.paid("payer") != uint64(len(w.anchored())) {
		t.Errorf("anchored %d, %d transactions", w.anchored(), w.paid("payer"))
	}
}

func TestAnEmptyAccountIsWaitedFor(t *testing.T) {
	w := newWorld(t, 12)
	r := w.relayer(func(c *Config) { c.Key = keyOf("poor") })
	w.run(8, 2, r)
	alarmed(t, r, alarmBalance)
	w.pay("other", addressOf("poor"), big.NewInt(1), nil, 21000, gwei, gweis(50))
	w.run(2, 2, r)
	alarmed(t, r, alarmBalance)
	w.pay("other", addressOf("poor"), gweis(1e9), nil, 21000, gwei, gweis(50))
	w.run(5, 2, r)
	calm(t, r)
	if got, want := fmt.Sprint(w.anchored()), "[11 20 30]"; got != want {
		t.Errorf("anchored %s, want %s", got, want)
	}
}

func TestAnotherUserOfTheAccountDoesNoHarm(t *testing.T) {
	w := newWorld(t)
	node := &flaky{Ethereum: w.client}
	r := w.relayer(func(c *Config) { c.Ethereum, c.Confirmations = []Ethereum{node}, 2 })
	w.grow(12)
	node.refuses = errDown // signed, and never heard of
	r.Step(t.Context())
	node.refuses = nil
	w.pay("payer", addressOf("other"), big.NewInt(1), nil, 21000, gweis(5), gweis(90))
	w.eth.Commit()
	w.run(10, 2, r)
	w.run(3, 0, r)
	calm(t, r)
	if w.latest().Height != 30 || len(r.mem.Sent) != 0 || w.paid("payer") != uint64(1+len(w.anchored())) {
		t.Errorf("anchored %d, %d transactions, waiting %v", w.anchored(), w.paid("payer"), r.mem.Sent)
	}
}

func FuzzRecall(f *testing.F) {
	f.Add([]byte(`{"ethereum":1337,"sent":[{"kind":"anchor","nonce":1,"tip":"0x1","fee":"0x2","raw":"0x","versions":[{"hash":"0x"}]}]}`))
	f.Add([]byte(`{"ethereum":1337,"sent":[null],"toProve":[null]}`))
	f.Fuzz(func(t *testing.T, kept []byte) {
		r := &Relayer{cfg: Config{Store: &memoryStore{kept: kept}}, log: (&recorder{}).logger(), id: 1337}
		if err := r.recall(); err != nil {
			t.Fatal(err)
		}
		for _, s := range r.mem.Sent {
			_ = s.newest() // whatever is taken can be used
			_, _ = s.Tip.ToInt(), s.Fee.ToInt().Sign()
		}
		for _, j := range r.mem.ToProve {
			_ = j.Election
		}
	})
}
