package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"urna/tx"
)

// The mempool connection. CometBFT calls it from many goroutines at once.

// CheckTx is the entrance of CometBFT's own RPC.
func (a *App) CheckTx(ctx context.Context, r *abci.RequestCheckTx) (*abci.ResponseCheckTx, error) {
	var out [1]Submission
	a.admit(ctx, [][]byte{r.Tx}, out[:], true)
	err := out[0].Err
	var no *tx.Rejection
	switch {
	case err == nil || errors.Is(err, ErrKnown):
		return &abci.ResponseCheckTx{}, nil
	case errors.As(err, &no):
		return &abci.ResponseCheckTx{Code: uint32(no.Code), Log: no.Detail}, nil
	case errors.Is(err, ErrBusy) || ctx.Err() != nil:
		return &abci.ResponseCheckTx{Code: abci.CodeTypeRetry, Log: err.Error()}, nil
	}
	return nil, err
}

// InsertTx takes what a peer sent, or says that it may come again. CometBFT
// calls it from the routine that receives everything from that peer, votes of
// consensus too, and does not say which peer it is; so it only reserves a place
// and leaves the judgement to the inbox.
func (a *App) InsertTx(_ context.Context, r *abci.RequestInsertTx) (*abci.ResponseInsertTx, error) {
	if err := a.Fault(); err != nil {
		return nil, err
	}
	key := sha256.Sum256(r.Tx)
	if a.pool.get(key) != nil {
		return &abci.ResponseInsertTx{}, nil
	}
	if err := a.makeRoom(r.Tx, false); err != nil {
		a.metrics.refused(err)
		var no *tx.Rejection
		if errors.As(err, &no) {
			return &abci.ResponseInsertTx{Code: uint32(no.Code)}, nil
		}
		return &abci.ResponseInsertTx{Code: abci.CodeTypeRetry}, nil
	}
	a.inbox.put(arrival{key: key, raw: r.Tx})
	return &abci.ResponseInsertTx{}, nil
}

// ReapTxs gives CometBFT what to gossip: each transaction once when it comes in,
// and again when it has been waiting for long.
func (a *App) ReapTxs(_ context.Context, r *abci.RequestReapTxs) (*abci.ResponseReapTxs, error) {
	return &abci.ResponseReapTxs{Txs: a.pool.reap(r.MaxBytes)}, nil
}

// recheckLimit bounds the transactions that are judged again after a block.
const recheckLimit = 2048

// settle brings the pool up to a committed block: what it decided leaves, what
// waited for it moves up, and what has been waiting for long is judged again.
func (a *App) settle(x *execution) error {
	for _, e := range a.pool.settled(x.items) {
		a.dropped.put(e.facts.ID, tx.Reject(tx.BadNonce, "another transaction of the account took this nonce"))
	}
	now := time.Now()
	a.pool.pace(len(x.items), now.Sub(a.settledAt))
	a.settledAt = now
	a.inbox.again()
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
