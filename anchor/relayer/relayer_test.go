package relayer

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"

	"urna/anchor"
	"urna/chain/light/lighttest"
)

func TestHeadersAreAnchoredWhenTheyAreDueAndSetsWhenTheyChange(t *testing.T) {
	w := newWorld(t, 15, 16, 43)
	reg := prometheus.NewRegistry()
	r := w.relayer(func(c *Config) { c.Metrics, c.Confirmations = reg, 2 })
	w.run(35, 2, r)
	if got, want := fmt.Sprint(w.anchored()), "[10 14 15 20 30 40 42 50 60 70]"; got != want {
		t.Errorf("anchored %s, want %s", got, want)
	}
	if got := w.paid("payer"); got != uint64(len(w.anchored())) {
		t.Errorf("%d transactions for %d headers", got, len(w.anchored()))
	}
	calm(t, r)
	w.round(r)
	w.round(r)
	w.round(r)
	s := r.Status()
	if s.Height != 70 || s.Newest != 70 || s.ChainHeight != 70 || s.Lag() != 0 || s.ChainID != lighttest.ID ||
		s.EthereumID != 1337 || len(s.Waiting) != 0 || s.Transaction == "" || s.Next != nil || s.Spent == "0" {
		t.Errorf("status %+v", s)
	}
	families, err := reg.Gather()
	must(t, err)
	if len(families) < 10 {
		t.Errorf("%d metrics", len(families))
	}
}

func TestTimeAndHalfOfTheTrustingPeriodMakeAHeaderDue(t *testing.T) {
	w := newWorldOf(t, sets(1), longPeriod)
	w.grow(1)
	r := w.relayer(func(c *Config) { c.EveryBlocks, c.Every = 0, 20*time.Second })
	w.run(30, 2, r)
	if got, want := fmt.Sprint(w.anchored()), "[20 40 60]"; got != want {
		t.Errorf("anchored %s, want %s", got, want)
	}

	w = newWorldOf(t, lighttest.New(1, nil), time.Hour)
	w.chain.Time = func(h int64) time.Time { return lighttest.Began.Add(time.Duration(h) * time.Minute) }
	w.top = 1
	r = w.relayer(func(c *Config) { c.EveryBlocks = 0 })
	for range 40 {
		w.grow(1)
		w.pass(time.Minute)
		w.round(r)
	}
	if got, want := fmt.Sprint(w.anchored()), "[30]"; got != want {
		t.Errorf("anchored %s, want %s", got, want)
	}
}

func TestWhatIsInABlockIsFinalAfterConfirmations(t *testing.T) {
	w := newWorld(t)
	r := w.relayer(func(c *Config) { c.Confirmations = 3 })
	w.grow(12)
	for i := range 6 {
		w.round(r)
		s := r.Status()
		// Sent in the first look, in a block at the second, three on top at the fifth.
		if final := i >= 4; (s.Height == 10) != final || (len(s.Waiting) == 0) != final && i > 0 {
			t.Errorf("look %d: %+v", i, s)
		}
	}
}

func TestAWaitForTheNodeAndForEthereumEndsByItself(t *testing.T) {
	w := newWorld(t, 25)
	node := &flaky{Ethereum: w.client}
	r := w.relayer(func(c *Config) { c.Ethereum = []Ethereum{node} })
	w.run(6, 2, r)

	w.away = errors.New("the node is away")
	w.run(3, 5, r)
	alarmed(t, r, alarmChain)
	w.away = nil
	top := w.top
	w.top = 5 // it came back from a backup
	w.round(r)
	alarmed(t, r, alarmChain)
	w.top = top

	node.down = true
	w.run(4, 1, r)
	alarmed(t, r, alarmEthereum)
	if wait := r.Step(t.Context()); wait <= r.cfg.Poll || wait > 2*time.Minute {
		t.Errorf("after failures it waits for %s", wait)
	}
	node.down, node.refuses = false, errDown
	w.run(3, 1, r)
	alarmed(t, r, alarmEthereum)
	node.refuses = nil
	w.run(6, 1, r)
	calm(t, r)
	if got, want := fmt.Sprint(w.anchored()), "[10 24 30 40]"; got != want {
		t.Errorf("anchored %s, want %s", got, want)
	}
	if got := w.paid("payer"); got != 4 {
		t.Errorf("%d transactions", got)
	}
	w.now = w.now.Add(time.Hour)
	r.Step(t.Context())
	alarmed(t, r, alarmChain) // it stands still
}

func TestTheNextNodeOfEthereumIsAskedWhenOneFails(t *testing.T) {
	w := newWorld(t)
	one, two := &flaky{Ethereum: w.client, down: true}, &flaky{Ethereum: w.client}
	r := w.relayer(func(c *Config) { c.Ethereum = []Ethereum{one, two} })
	w.run(8, 2, r)
	if w.latest().Height != 10 {
		t.Errorf("the anchor stands at %d", w.latest().Height)
	}
	calm(t, r)
	one.down, two.down = false, true
	w.run(8, 2, r)
	if w.latest().Height != 30 {
		t.Errorf("the anchor stands at %d", w.latest().Height)
	}
	calm(t, r)
}

func TestItDoesNotSignForAnotherEthereumOrContract(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*Config){
		"chain id":    func(c *Config) { c.EthereumID = 1 },
		"no contract": func(c *Config) { c.Anchor = common.Address{1} },
	} {
		r := w.relayer(change)
		w.run(3, 5, r)
		alarmed(t, r, alarmEthereum)
		_ = name
	}
	other := newWorldOf(t, lighttest.New(1, nil), longPeriod)
	other.chain = lighttest.New(0, nil)
	other.chain.ID = "urna/other/1"
	other.grow(12)
	r := other.relayer(nil)
	other.round(r)
	alarmed(t, r, alarmChain)
	if w.paid("payer")+other.paid("payer") != 0 {
		t.Error("something was paid")
	}
}

func TestAConfigurationThatMakesNoSenseIsRefused(t *testing.T) {
	w := newWorld(t)
	for i, change := range []func(*Config){
		func(c *Config) { c.Chain = nil },
		func(c *Config) { c.Ethereum = nil },
		func(c *Config) { c.Store = nil },
		func(c *Config) { c.Anchor = common.Address{} },
		func(c *Config) { c.Confirmations = 101 },
		func(c *Config) { c.MaxFee = nil },
		func(c *Config) { c.MaxTip = gweis(-1) },
		func(c *Config) { c.Registry = common.Address{1} }, // the source knows no results
	} {
		cfg := w.config()
		change(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("configuration %d is taken", i)
		}
	}
}

func TestADryRunSaysWhatItWouldCost(t *testing.T) {
	w := newWorld(t, 8)
	r := w.relayer(func(c *Config) { c.DryRun = true })
	w.run(5, 2, r)
	next := r.Status().Next
	if next == nil || next.Kind != kindRotate || next.Height != 7 || next.Gas < 50_000 || next.Cost == "" || next.Cost == "0" {
		t.Errorf("planned %+v", next)
	}
	if w.paid("payer") != 0 {
		t.Error("something was paid")
	}
}

func TestWhoHasNoKeyLooks(t *testing.T) {
	w := newWorld(t)
	payer, looker := w.relayer(nil), w.relayer(func(c *Config) { c.Key, c.MaxFee, c.MaxTip = nil, nil, nil })
	w.run(8, 2, payer, looker)
	s := looker.Status()
	if s.Height != 10 || s.Account != "" || s.Transaction == "" || s.Transaction != payer.Status().Transaction {
		t.Errorf("status %+v", s)
	}
	calm(t, looker)
}

func TestAnEndOfTrustIsToldBeforeAndAfter(t *testing.T) {
	w := newWorldOf(t, lighttest.New(1, nil), time.Hour)
	w.grow(1)
	r := w.relayer(func(c *Config) { c.EveryBlocks = 1 })
	w.round(r)
	calm(t, r)
	w.grow(2)
	w.pass(50 * time.Minute)
	w.away = errors.New("away")
	w.round(r)
	w.away = nil
	r.Step(t.Context()) // it sends, and says why it is urgent
	alarmed(t, r, alarmTrust)
	w.pass(2 * time.Hour)
	w.grow(1)
	w.round(r)
	alarmed(t, r, alarmTrust)
	if paid := w.paid("payer"); paid != 1 {
		t.Errorf("%d transactions", paid)
	}
}

func TestNothingIsSentToAContractThatIsFrozen(t *testing.T) {
	w := newWorld(t)
	r := w.relayer(nil)
	w.run(7, 2, r)
	one, other := w.chain, w.chain.Fork(12, "fork")
	other.Grow(13)
	var branches [2][]*anchor.Signed
	for i, c := range []*lighttest.Chain{one, other} {
		b, err := (&world{chain: c, top: 13}).Signed(t.Context(), 13)
		must(t, err)
		s, err := FromLight(b)
		must(t, err)
		branches[i] = []*anchor.Signed{s}
	}
	call, err := anchor.ForkCall(branches[0], branches[1], 0, 0, 0)
	must(t, err)
	w.pay("other", w.at, nil, call, 2_000_000, gwei, gweis(50))
	w.eth.Commit()
	w.run(5, 5, r)
	alarmed(t, r, alarmFrozen)
	if s := r.Status(); s.FrozenFrom != 13 || w.paid("payer") != 1 {
		t.Errorf("%d transactions, status %+v", w.paid("payer"), s)
	}
}

func TestAnAlarmIsToldOnce(t *testing.T) {
	w := newWorld(t)
	log := &recorder{}
	r := w.relayer(func(c *Config) { c.Log = log.logger() })
	w.away = errors.New("away")
	w.run(5, 1, r)
	w.away = nil
	w.run(2, 1, r)
	if n := slices.Index(log.lines, "anchoring needs somebody"); n < 0 || slices.Contains(log.lines[n+1:], "anchoring needs somebody") ||
		!slices.Contains(log.lines[n+1:], "an alarm is over") {
		t.Errorf("logged %q", log.lines)
	}
}
