package transition

import (
	"github.com/holiman/uint256"

	"urna/genesis"
	"urna/tx"
)

const (
	// nano is the unit of the price factors.
	nano = 1_000_000_000

	// maxPricedSize is the bound of package genesis on a census.
	maxPricedSize = 1 << 40

	// priceBits: nobody has 2^62 tokens, and a price and a cost still add up.
	priceBits = 62
)

// ElectionPrice is the price of an election for size voters over duration
// seconds, in tokens. With N the size, C the capacity, D the duration in units
// of ten seconds, O the overwrites and the factors k1 to k7:
//
//	base + ⌊k1·N·(1−1/C)·g⌋ + ⌊k2·D·(1+N/C)⌋ + [encrypted]·⌊k3·N⌋
//	     + [anonymous]·⌊k4⌋ + ⌊k5·O·N/C⌋,   g = 1 + k6·(N−k7) if N ≥ k7, else 1
//
// All of it in 256-bit integers: every term is one fraction, floored once. A
// base of 0 makes elections free. A price beyond all tokens, or for more voters
// than any chain allows, is a rejection.
func ElectionPrice(p *genesis.Params, size, duration uint64, encrypted, anonymous bool, overwrites uint32) (uint64, error) {
	k := p.Price
	if p.Costs.NewElection == 0 {
		return 0, nil
	}
	if size > maxPricedSize {
		return 0, tx.Reject(tx.Overflow, "no census has %d members", size)
	}
	growth := num(nano)
	if size >= k.K7 {
		growth.Add(growth, mul(num(k.K6), num(size-k.K7)))
	}
	total := num(p.Costs.NewElection)
	add := func(dividend *uint256.Int, divisor *uint256.Int) {
		total.Add(total, new(uint256.Int).Div(dividend, divisor))
	}
	add(mul(num(k.K1), num(size), num(k.Capacity-1), growth), mul(num(nano), num(nano), num(k.Capacity)))
	add(mul(num(k.K2), num(duration), num(k.Capacity+size)), mul(num(nano), num(10), num(k.Capacity)))
	if encrypted {
		add(mul(num(k.K3), num(size)), num(nano))
	}
	if anonymous {
		add(num(k.K4), num(nano))
	}
	add(mul(num(k.K5), num(uint64(overwrites)), num(size)), mul(num(nano), num(k.Capacity)))
	if total.BitLen() > priceBits {
		return 0, tx.Reject(tx.Overflow, "the price of the election is beyond all tokens")
	}
	return total.Uint64(), nil
}

func num(v uint64) *uint256.Int { return uint256.NewInt(v) }

// mul multiplies. The bounds of package genesis (factors below 2^50, sizes and
// capacity below 2^40) keep every product below 2^221.
func mul(first *uint256.Int, more ...*uint256.Int) *uint256.Int {
	out := first.Clone()
	for _, m := range more {
		out.Mul(out, m)
	}
	return out
}

// Cost is the fixed price of a kind of transaction; for an election it is the
// base of ElectionPrice.
func Cost(p *genesis.Params, k tx.Kind) uint64 {
	c := &p.Costs
	switch k {
	case tx.KindNewElection:
		return c.NewElection
	case tx.KindSetStatus:
		return c.SetStatus
	case tx.KindSetCensus:
		return c.SetCensus
	case tx.KindSetDuration:
		return c.SetDuration
	case tx.KindSendTokens:
		return c.SendTokens
	case tx.KindSetAccountInfo:
		return c.SetAccountInfo
	case tx.KindAddDelegate:
		return c.AddDelegate
	case tx.KindDelDelegate:
		return c.DelDelegate
	case tx.KindCollectFaucet:
		return c.CollectFaucet
	case tx.KindCreateAccount:
		return c.CreateAccount
	case tx.KindSetValidator:
		return c.SetValidator
	}
	return 0 // votes
}
