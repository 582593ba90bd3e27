package relayer

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// rivals are two relayers of two accounts.
func (w *world) rivals(change func(*Config)) (a, b *Relayer) {
	w.t.Helper()
	a = w.relayer(change)
	b = w.relayer(func(c *Config) {
		c.Key = keyOf("other")
		if change != nil {
			change(c)
		}
	})
	return a, b
}

func TestTwoRelayersDoNotPayForTheSame(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 0))
	w := newWorld(t, 9, 33, 34)
	a, b := w.rivals(func(c *Config) { c.Patience = time.Minute })
	for range 60 {
		order := []*Relayer{a, b}
		if rnd.IntN(2) == 0 {
			order = []*Relayer{b, a}
		}
		w.run(1, 1, order[:1+rnd.IntN(2)]...) // now and then one of them sleeps
	}
	w.run(15, 0, a, b)
	got := w.anchored() // 30 may be left out: it waits for its turn, and then there is 32
	for _, height := range []uint64{8, 10, 20, 32, 33, 40, 50, 60} {
		if !slices.Contains(got, height) {
			t.Errorf("anchored %d", got)
		}
	}
	if paid := w.paid("payer") + w.paid("other"); paid != uint64(len(w.anchored())) {
		t.Errorf("%d transactions for %d headers", paid, len(w.anchored()))
	}
	// Whoever goes first is gone; the other takes over.
	last, rest := a, b
	if b.mem.Posted > a.mem.Posted {
		last, rest = b, a
	}
	w.run(25, 1, rest)
	if w.latest().Height < 70 || last.mem.Posted >= 70 {
		t.Errorf("anchored %d", w.anchored())
	}
}

func TestARaceCostsOneRefusedTransaction(t *testing.T) {
	w := newWorld(t)
	a, b := w.rivals(func(c *Config) {
		c.Ethereum = []Ethereum{&flaky{Ethereum: w.client, blind: true}} // neither sees the other's
	})
	w.run(45, 1, a, b)
	calm(t, a)
	calm(t, b)
	headers := uint64(len(w.anchored()))
	if paid := w.paid("payer") + w.paid("other"); headers != 4 || paid < headers || paid > 2*headers {
		t.Errorf("%d transactions for %d headers", paid, headers)
	}
	if len(a.mem.Sent)+len(b.mem.Sent) != 0 {
		t.Errorf("waiting: %v, %v", a.mem.Sent, b.mem.Sent)
	}
}

func TestATransactionThatCameTooLateMakesRoom(t *testing.T) {
	w := newWorld(t)
	at := w.spin()
	slow, fast := w.rivals(func(c *Config) {
		c.Ethereum = []Ethereum{&flaky{Ethereum: w.client, blind: true}}
	})
	slow.cfg.MaxFee, slow.cfg.Resend = gweis(2), time.Hour
	w.grow(12)
	slow.Step(t.Context())
	if len(slow.mem.Sent) != 1 {
		t.Fatalf("waiting: %v", slow.mem.Sent)
	}
	w.fill(at, 20) // far beyond what slow has offered
	w.run(1, 1, fast)
	w.run(3, 1, slow, fast)
	if w.latest().Height != 10 || w.paid("payer") != 0 {
		t.Fatalf("anchored %d, %d transactions", w.anchored(), w.paid("payer"))
	}
	w.run(60, 12, slow)
	w.run(2, 0, slow)
	calm(t, slow)
	// One that does nothing, or the next header in place of the one that is late.
	if w.latest().Height < 60 || w.paid("payer") > 1+uint64(len(w.anchored())) || len(slow.mem.Sent) != 0 {
		t.Errorf("anchored %d, %d transactions, waiting %v", w.anchored(), w.paid("payer"), slow.mem.Sent)
	}
}
