package app

import (
	"context"
	"errors"

	abci "github.com/cometbft/cometbft/abci/types"

	"urna/tx"
)

// The mempool connection. CometBFT calls it from many goroutines at once.

// CheckTx is the entrance of CometBFT's own RPC.
func (a *App) CheckTx(ctx context.Context, r *abci.RequestCheckTx) (*abci.ResponseCheckTx, error) {
	code, log, err := a.enter(ctx, r.Tx, true)
	if err != nil {
		return nil, err
	}
	return &abci.ResponseCheckTx{Code: code, Log: log}, nil
}

// InsertTx takes what a peer sent. CometBFT does not say which peer.
func (a *App) InsertTx(ctx context.Context, r *abci.RequestInsertTx) (*abci.ResponseInsertTx, error) {
	code, _, err := a.enter(ctx, r.Tx, false)
	if err != nil {
		return nil, err
	}
	return &abci.ResponseInsertTx{Code: code}, nil
}

// enter admits one transaction: code 0 if it is in the pool, CodeTypeRetry if
// it may come again, the rejection's code otherwise.
func (a *App) enter(ctx context.Context, raw []byte, local bool) (code uint32, log string, err error) {
	var out [1]Submission
	a.admit(ctx, [][]byte{raw}, out[:], local)
	err = out[0].Err
	var r *tx.Rejection
	switch {
	case err == nil || errors.Is(err, ErrKnown):
		return abci.CodeTypeOK, "", nil
	case errors.As(err, &r):
		return uint32(r.Code), r.Detail, nil
	case errors.Is(err, ErrBusy) || ctx.Err() != nil:
		return abci.CodeTypeRetry, err.Error(), nil
	}
	return 0, "", err
}

// ReapTxs gives CometBFT what to gossip: each transaction once when it comes in,
// and again when it has been waiting for long.
func (a *App) ReapTxs(_ context.Context, r *abci.RequestReapTxs) (*abci.ResponseReapTxs, error) {
	return &abci.ResponseReapTxs{Txs: a.pool.reap(r.MaxBytes)}, nil
}

// recheckLimit bounds the transactions that are judged again after a block.
const recheckLimit = 256

// settle brings the pool up to a committed block: what it decided leaves, what
// waited for it moves up, and what has been waiting for long is judged again.
func (a *App) settle(x *execution) error {
	for _, e := range a.pool.settled(x.items) {
		a.dropped.put(e.facts.ID, tx.Reject(tx.BadNonce, "another transaction of the account took this nonce"))
	}
	height := int64(x.block.Height)
	if err := a.fillGaps(height); err != nil {
		return err
	}
	old := a.pool.overdue(height-a.cfg.Pool.RecheckBlocks, height, recheckLimit)
	if len(old) == 0 {
		return nil
	}
	t, err := a.trial()
	if err != nil {
		return err
	}
	for _, e := range old {
		if _, err := a.apply(t, e.facts); err != nil {
			a.refuse(t, e, err)
		}
	}
	return a.Fault()
}

// fillGaps tries the parked transactions of every account that has some, and
// drops those that waited too long.
func (a *App) fillGaps(height int64) error {
	for _, who := range a.pool.gaps() {
		lock := a.pool.lockAccount(who)
		t, err := a.trial()
		if err != nil {
			lock.Unlock()
			return err
		}
		before, parkedOnes := a.pool.waiting(who)
		for _, e := range before {
			_, _ = a.apply(t, e.facts) // its own turn decides about it
		}
		a.promote(t, parkedOnes)
		for _, e := range parkedOnes {
			if a.pool.expired(e, height-a.cfg.Pool.ParkedBlocks) {
				a.drop(e, tx.Reject(tx.BadNonce, "the transaction with the nonce before this one did not come"))
			}
		}
		lock.Unlock()
	}
	return a.Fault()
}

// refuse handles a waiting transaction that the law refused: one whose nonce
// has become too high goes back to waiting, everything else is dropped.
func (a *App) refuse(t trial, e *entry, why error) {
	var r *tx.Rejection
	if errors.As(why, &r) && r.Code == tx.BadNonce {
		nonce, _ := tx.Nonce(e.facts.Payload)
		if acc, err := t.fork.Account(e.facts.Signer); err == nil && nonce > acc.Nonce {
			lock := a.pool.lockAccount(e.facts.Signer)
			a.pool.move(e, parked)
			lock.Unlock()
			return
		}
	}
	a.drop(e, why)
}
