package relayer

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// settle looks what became of the transactions that were sent.
func (r *Relayer) settle(ctx context.Context, v *view) error {
	changed := false
	for _, s := range slices.Clone(r.mem.Sent) {
		if s.Nonce >= v.nonce {
			if s.Block != 0 {
				r.log.Warn("Ethereum has taken a transaction back", "kind", s.Kind, "height", s.Height, "block", s.Block)
				r.metrics.reorgs.Inc()
				s.Block, changed = 0, true
			}
			continue
		}
		receipt, which, err := r.receipt(ctx, v, s)
		if err != nil {
			return err
		}
		if receipt == nil {
			// Something else of this account took the place. When that is final, this
			// is over.
			if n, err := v.eth.NonceAt(ctx, r.account, r.before(v).(earlier).block); err == nil && n > s.Nonce {
				r.log.Warn("a transaction was replaced by another one of the same account", "nonce", s.Nonce, "kind", s.Kind)
				r.drop(s)
				changed = true
			}
			continue
		}
		block := receipt.BlockNumber.Uint64()
		if s.Block != block {
			s.Block, changed = block, true
			r.included(which, receipt)
		}
		if v.head.Number.Uint64() >= block+r.cfg.Confirmations {
			r.finish(s, which, receipt)
			changed = true
		}
	}
	if !changed {
		return nil
	}
	return r.save()
}

// receipt finds the version of a transaction that was executed; nil if the node
// knows of none.
func (r *Relayer) receipt(ctx context.Context, v *view, s *sent) (*types.Receipt, version, error) {
	for _, which := range slices.Backward(s.Versions) {
		receipt, err := v.eth.TransactionReceipt(ctx, which.Hash)
		if err == nil {
			return receipt, which, nil
		}
		if !errors.Is(err, ethereum.NotFound) {
			return nil, version{}, fmt.Errorf("relayer: read a receipt: %w", err)
		}
	}
	return nil, version{}, nil
}

// included notes that a transaction is in a block, which may still be taken back.
func (r *Relayer) included(which version, receipt *types.Receipt) {
	ok := receipt.Status == types.ReceiptStatusSuccessful
	if ok && which.Height > r.mem.Posted {
		r.mem.Posted = which.Height
	}
	if ok && which.Height >= r.mem.Last.Height && which.Height != 0 {
		r.mem.Last = last{which.Height, which.Hash, receipt.BlockNumber.Uint64()}
	}
	r.log.Info("in a block", "kind", which.Kind, "height", which.Height, "tx", which.Hash.Hex(),
		"block", receipt.BlockNumber, "gas", receipt.GasUsed, "accepted", ok)
}

// finish pays the bill of a transaction that is final.
func (r *Relayer) finish(s *sent, which version, receipt *types.Receipt) {
	paid := new(big.Int).Mul(receipt.EffectiveGasPrice, new(big.Int).SetUint64(receipt.GasUsed))
	r.mem.Spent = (*hexutil.Big)(paid.Add(paid, r.mem.Spent.ToInt()))
	outcome := "accepted"
	if receipt.Status != types.ReceiptStatusSuccessful {
		outcome = "refused"
	}
	r.metrics.final.WithLabelValues(which.Kind, outcome).Inc()
	r.drop(s)
}

// drop forgets a transaction.
func (r *Relayer) drop(s *sent) {
	r.mem.Sent = slices.DeleteFunc(r.mem.Sent, func(o *sent) bool { return o == s })
}

// lookBack is how many blocks of Ethereum are searched for who anchored the newest
// header, at a start and in one step.
const lookBack = 2000

// search finds the transaction in which the newest header was anchored, whoever sent
// it. It is for the status only: that it finds nothing is no trouble.
func (r *Relayer) search(ctx context.Context, v *view) {
	head := v.head.Number.Uint64()
	if r.mem.Last.Height == v.latest.Height || r.mem.Searched == head {
		return
	}
	from := r.mem.Searched + 1
	if back := r.cfg.Confirmations; from > back {
		from -= back // these blocks may be others by now
	}
	if head > lookBack {
		from = max(from, head-lookBack)
	}
	list, err := v.reader.Anchored(ctx, min(from, head), head)
	if err != nil {
		r.log.Debug("events of Ethereum cannot be read", "err", err)
		return
	}
	r.mem.Searched = head
	if len(list) > 0 {
		a := list[len(list)-1]
		r.mem.Last = last{a.Height, a.In, a.Block}
	}
}
