package relayer

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"

	"urna/anchor"
)

// begin sends an action, if it is this relayer's turn and it would not be refused.
func (r *Relayer) begin(ctx context.Context, v *view, a *action) error {
	r.plan(a, 0, nil)
	if a == nil {
		return nil
	}
	gas, refused, err := r.estimate(ctx, v, a.to, a.data)
	if err != nil {
		return r.unsendable(a, err)
	}
	if refused != nil {
		return r.refused(a, refused)
	}
	f, err := r.offer(ctx, v, nil)
	r.plan(a, gas, f.fee)
	if errors.Is(err, errCap) {
		r.raise(alarmFees, fmt.Errorf("%w: the base fee is %s wei", err, v.head.BaseFee))
		return nil
	}
	if err != nil {
		return err
	}
	if r.cfg.DryRun {
		r.log.Debug("would send", "kind", a.kind, "height", a.height, "why", a.why, "gas", gas, "fee_wei", f.fee)
		return nil
	}
	if !r.myTurn(v, a) || r.taken(ctx, v, a) {
		return nil
	}
	if a.kind != kindResult {
		if err := r.proveAll(ctx, a.height); err != nil {
			return err
		}
	}
	s := &sent{Nonce: v.nonce}
	if !r.affordable(v, gas, f) {
		return nil
	}
	at := len(r.mem.Sent)
	for at > 0 && r.mem.Sent[at-1].Nonce > s.Nonce {
		at--
	}
	if err := r.sign(s, a, gas, f); err != nil {
		return err
	}
	r.mem.Sent = append(r.mem.Sent[:at:at], append([]*sent{s}, r.mem.Sent[at:]...)...)
	r.log.Info("sending", "kind", a.kind, "height", a.height, "why", a.why, "nonce", s.Nonce, "tx", s.newest().Hex())
	return r.broadcast(ctx, v, s)
}

// nurse looks after the transaction that waits, if there is one: it is sent again if
// Ethereum has lost it, offers more if it waits for long, and makes room for the next
// action, or for nothing, if it would be refused by now.
func (r *Relayer) nurse(ctx context.Context, v *view, next *action) error {
	s := r.waiting(v)
	if s == nil || r.cfg.DryRun {
		return nil
	}
	r.plan(nil, 0, nil)
	_, _, err := v.eth.TransactionByHash(ctx, s.newest())
	lost := errors.Is(err, ethereum.NotFound)
	if err != nil && !lost {
		return fmt.Errorf("relayer: look for a transaction: %w", err)
	}
	gas := s.Gas
	if s.Kind != kindCancel {
		var refused *anchor.Refusal
		gas, refused, err = r.estimate(ctx, v, s.To, s.Data)
		if err != nil {
			return err
		}
		switch {
		case refused == nil || refused.Name == "TimeAhead":
		case lost:
			r.drop(s)
			return r.save()
		default:
			r.log.Info("a transaction that waits would be refused by now", "kind", s.Kind, "height", s.Height, "reason", refused)
			return r.replace(ctx, v, s, next)
		}
	}
	switch {
	case r.cfg.Now().Sub(s.At) >= r.cfg.Resend:
		return r.raiseFees(ctx, v, s, max(gas, s.Gas))
	case lost:
		return r.broadcast(ctx, v, s)
	}
	return nil
}

// raiseFees offers more for a transaction that waits. At the cap it goes on waiting.
func (r *Relayer) raiseFees(ctx context.Context, v *view, s *sent, gas uint64) error {
	a := &action{kind: s.Kind, to: s.To, data: s.Data, height: s.Height, election: s.Election}
	err := r.version(ctx, v, s, a, gas)
	if errors.Is(err, errCap) {
		r.raise(alarmFees, fmt.Errorf("%w: transaction %s waits since %s", err, s.newest(), s.At.UTC().Format(time.RFC3339)))
		return r.broadcast(ctx, v, s) // whoever forgot it hears of it again
	}
	return err
}

// replace puts another action, or nothing, in place of a transaction that waits and
// would be refused. At the cap it is left alone.
func (r *Relayer) replace(ctx context.Context, v *view, s *sent, next *action) error {
	gas := uint64(params.TxGas)
	if next != nil {
		var refused *anchor.Refusal
		var err error
		if gas, refused, err = r.estimate(ctx, v, next.to, next.data); err != nil {
			return r.unsendable(next, err)
		}
		if refused != nil {
			return r.refused(next, refused)
		}
		if next.kind != kindResult {
			if err := r.proveAll(ctx, next.height); err != nil {
				return err
			}
		}
	} else {
		next = &action{kind: kindCancel, to: r.account}
	}
	err := r.version(ctx, v, s, next, gas)
	if errors.Is(err, errCap) {
		return nil
	}
	return err
}

// version signs and sends another version of a transaction, which offers more.
func (r *Relayer) version(ctx context.Context, v *view, s *sent, a *action, gas uint64) error {
	f, err := r.offer(ctx, v, s)
	if err != nil {
		return err
	}
	if !r.affordable(v, gas, f) {
		return nil
	}
	if err := r.sign(s, a, gas, f); err != nil {
		return err
	}
	r.log.Info("sending again for more", "kind", a.kind, "height", a.height, "nonce", s.Nonce, "tx", s.newest().Hex())
	return r.broadcast(ctx, v, s)
}

// sign makes an action the newest version of a transaction.
func (r *Relayer) sign(s *sent, a *action, gas uint64, f fees) error {
	id := new(big.Int).SetUint64(r.id)
	tx, err := types.SignNewTx(r.cfg.Key, types.LatestSignerForChainID(id), &types.DynamicFeeTx{
		ChainID: id, Nonce: s.Nonce, GasTipCap: f.tip, GasFeeCap: f.fee, Gas: gas, To: &a.to, Data: a.data,
	})
	if err != nil {
		return trouble(alarmKey, fmt.Errorf("relayer: sign: %w", err))
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		return trouble(alarmKey, fmt.Errorf("relayer: encode a transaction: %w", err))
	}
	s.Kind, s.Height, s.Election, s.To, s.Data = a.kind, a.height, a.election, a.to, a.data
	s.Gas, s.Tip, s.Fee, s.Raw, s.At = gas, (*hexutil.Big)(f.tip), (*hexutil.Big)(f.fee), raw, r.cfg.Now()
	s.Versions = append(s.Versions, version{tx.Hash(), a.kind, a.height})
	return nil
}

// broadcast makes a transaction durable and gives it to Ethereum.
func (r *Relayer) broadcast(ctx context.Context, v *view, s *sent) error {
	if err := r.save(); err != nil {
		return err
	}
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(s.Raw); err != nil {
		r.drop(s)
		return trouble(alarmStore, fmt.Errorf("relayer: a transaction of the store: %w", err))
	}
	err := v.eth.SendTransaction(ctx, tx)
	switch {
	case err == nil:
		r.metrics.sent.WithLabelValues(s.Kind).Inc()
		return nil
	case said(err, "already known"), said(err, "nonce too low"):
		return nil // the next step sees what is there
	case said(err, "underpriced"):
		// Something of this account waits that the memory does not know.
		s.At = time.Time{}
		return nil
	case said(err, "insufficient funds"):
		r.raise(alarmBalance, err)
		return nil
	}
	return fmt.Errorf("relayer: send a transaction: %w", err)
}

// said looks for what a node of Ethereum says; there are no numbers for it.
func said(err error, words string) bool {
	return strings.Contains(strings.ToLower(err.Error()), words)
}

// waiting is the transaction that must be executed next; nil if there is none.
func (r *Relayer) waiting(v *view) *sent {
	for _, s := range r.mem.Sent {
		if s.Nonce == v.nonce {
			return s
		}
	}
	return nil
}

// estimate asks what a call would cost now, with some more to be sure, or how it
// would be refused.
func (r *Relayer) estimate(ctx context.Context, v *view, to common.Address, data []byte) (uint64, *anchor.Refusal, error) {
	gas, err := v.eth.EstimateGas(ctx, ethereum.CallMsg{From: r.account, To: &to, Data: data})
	if err == nil {
		return gas + gas/10, nil, nil
	}
	err = anchor.Explain(err)
	var refused *anchor.Refusal
	if errors.As(err, &refused) {
		return 0, refused, nil
	}
	return 0, nil, fmt.Errorf("relayer: estimate the gas of a call: %w", err)
}

// unsendable looks at an estimate that came to nothing. A result that no transaction
// can hold is not tried again.
func (r *Relayer) unsendable(a *action, err error) error {
	var answer interface{ ErrorCode() int }
	if a.kind != kindResult || !errors.As(err, &answer) {
		return err
	}
	return r.giveUp(a, err)
}

// refused takes note that an action would be refused. Mostly somebody else was
// faster, and the next look shows it.
func (r *Relayer) refused(a *action, refused *anchor.Refusal) error {
	switch refused.Name {
	case "HeightNotAbove", "AlreadyProved":
		r.log.Info("another relayer was first", "kind", a.kind, "height", a.height)
		return nil
	case "TimeAhead":
		return nil // of Ethereum's newest block; the next one will do
	case "NotAnchored", "Frozen":
		if a.kind == kindResult {
			return nil // the header was taken back since it was looked at
		}
	}
	if a.kind == kindResult {
		return r.giveUp(a, refused)
	}
	return trouble(alarmRefused, refused)
}

// giveUp does not try a result again.
func (r *Relayer) giveUp(a *action, reason error) error {
	for _, j := range r.mem.ToProve {
		if j.Election == a.election {
			j.Refused = reason.Error()
		}
	}
	return errors.Join(trouble(alarmRefused, fmt.Errorf("relayer: the result of election %x cannot be proved: %w", a.election, reason)), r.save())
}

// affordable tells whether the account can pay.
func (r *Relayer) affordable(v *view, gas uint64, f fees) bool {
	need := new(big.Int).Mul(f.fee, new(big.Int).SetUint64(gas))
	if v.balance.Cmp(need) >= 0 {
		return true
	}
	r.raise(alarmBalance, fmt.Errorf("relayer: the account %s has %s wei, %s may be needed", r.account, v.balance, need))
	return false
}
