package relayer

import (
	"context"
	"errors"
	"fmt"
	"math/big"
)

// fees is what a transaction offers for a unit of gas, in wei.
type fees struct {
	tip *big.Int // to whoever builds the block
	fee *big.Int // at most, with the tip
}

// errCap says that more would have to be offered than the cap allows.
var errCap = errors.New("relayer: Ethereum is dearer than the cap on fees")

// offer decides what to offer, and in place of an older offer more than it: nodes
// replace a transaction only by one that offers a tenth more. errCap says that it is
// not the time.
func (r *Relayer) offer(ctx context.Context, v *view, old *sent) (f fees, err error) {
	tip, err := v.eth.SuggestGasTipCap(ctx)
	if err != nil {
		return f, fmt.Errorf("relayer: ask for the usual tip: %w", err)
	}
	base := v.head.BaseFee
	if base == nil {
		return f, errors.New("relayer: this Ethereum has no base fee")
	}
	f.tip = smaller(tip, r.cfg.MaxTip)
	f.fee = new(big.Int).Add(new(big.Int).Lsh(base, 1), f.tip)
	least := new(big.Int).Add(base, new(big.Int).Rsh(base, 3)) // what the next block may ask
	if old != nil {
		f.tip = larger(f.tip, more(old.Tip.ToInt()))
		f.fee = larger(f.fee, more(old.Fee.ToInt()))
		least = larger(least, more(old.Fee.ToInt()))
	}
	f.fee = smaller(f.fee, r.cfg.MaxFee)
	switch {
	case f.fee.Cmp(least) < 0:
		return f, errCap
	case old != nil && f.tip.Cmp(f.fee) > 0:
		return f, errCap
	}
	f.tip = smaller(f.tip, f.fee)
	return f, nil
}

// more is an eighth more, and at least 1.
func more(n *big.Int) *big.Int {
	out := new(big.Int).Rsh(n, 3)
	return out.Add(out, n).Add(out, big.NewInt(1))
}

func larger(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

func smaller(a, b *big.Int) *big.Int {
	if a.Cmp(b) > 0 {
		return b
	}
	return a
}
