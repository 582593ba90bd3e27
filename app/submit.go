package app

import (
	"context"
	"crypto/sha256"
	"errors"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

// Submission is what became of one submitted transaction.
type Submission struct {
	ID      tx.ID
	Kind    tx.Kind
	Signer  ethkey.Address
	Payload tx.Payload

	// Nullifier is set for votes.
	Nullifier election.Nullifier

	// Events are what the transaction did on a throw-away fork of the last
	// committed state. They are empty for one that waits for an earlier nonce,
	// and for a vote that is ErrKnown.
	Events []transition.Event

	// Err is nil if the transaction is in the pool now; a *tx.Rejection if it is
	// refused; ErrKnown if it was in the pool; under errors.Is, ErrBusy if it
	// may be sent again later; the context's error; or a fault of this node.
	// The fields above are set as far as they are known.
	Err error
}

// Submit verifies transactions in parallel, judges each on a throw-away fork of
// the last committed state and puts the good ones into the pool. The caller
// gives the bytes away.
func (a *App) Submit(ctx context.Context, raws [][]byte) []Submission {
	out := make([]Submission, len(raws))
	parallel(len(raws), admissionSpan, func(lo, hi int) {
		a.admit(ctx, raws[lo:hi], out[lo:hi], true)
	})
	return out
}

// admissionSpan is how many transactions of a batch are judged on one fork.
const admissionSpan = 128

// admit takes a run of transactions through admission. What costs little comes
// first and for all of them, so that a full node says so at once; the rest
// waits for a worker.
func (a *App) admit(ctx context.Context, raws [][]byte, out []Submission, local bool) {
	rest := make([]arrival, 0, len(raws))
	for i, raw := range raws {
		key := sha256.Sum256(raw)
		if e := a.pool.get(key); e != nil {
			out[i].know(e.facts)
			out[i].Events, out[i].Err = e.events, ErrKnown
		} else if out[i].Err = a.makeRoom(raw, local); out[i].Err == nil {
			rest = append(rest, arrival{key: key, raw: raw, local: local, out: &out[i]})
		} else {
			a.metrics.refused(out[i].Err)
		}
	}
	if len(rest) > 0 {
		a.work(ctx, rest)
	}
}

// arrival is a transaction that has a place in the pool reserved and waits to
// be judged.
type arrival struct {
	key   [32]byte
	raw   []byte
	local bool
	out   *Submission
	tries int
}

// work judges arrivals when a worker is free.
func (a *App) work(ctx context.Context, run []arrival) {
	var waited error
	select {
	case a.workers <- struct{}{}:
		defer func() { <-a.workers }()
	case <-ctx.Done():
		waited = ctx.Err()
	}
	var t trial
	for i := range run {
		x := &run[i]
		if x.out.Err = waited; waited == nil {
			if x.out.Err = ctx.Err(); x.out.Err == nil {
				a.judge(&t, x)
			}
		}
		if x.out.Err != nil {
			a.pool.release(len(x.raw))
			a.metrics.refused(x.out.Err)
		}
	}
}

// makeRoom reserves a place in the pool. When there is none for a vote, votes
// are refused before their signatures are looked at.
func (a *App) makeRoom(raw []byte, local bool) error {
	vote := peerVote
	if local {
		vote = localVote
	}
	if a.pool.reserve(len(raw), vote) {
		return nil
	}
	t, err := tx.Decode(raw)
	if err != nil {
		return asRejection(err)
	}
	if _, isVote := t.Payload.(*tx.Vote); isVote || !a.pool.reserve(len(raw), anyKind) {
		return ErrBusy
	}
	return nil
}

// judge verifies a transaction, applies it to a throw-away fork and inserts it.
func (a *App) judge(t *trial, x *arrival) {
	s := x.out
	facts := a.facts.get(x.key)
	if facts == nil {
		var bad *tx.Rejection
		if facts, bad = a.verifyOne(x.raw); bad != nil {
			s.Err = bad
			return
		}
	}
	s.know(facts)
	e := &entry{key: x.key, raw: x.raw, facts: facts, local: x.local}
	if v, ok := facts.Payload.(*tx.Vote); ok {
		s.Events, s.Err = a.admitVote(t, e, v.Election)
	} else {
		s.Events, s.Err = a.admitAccount(e)
	}
	if s.Err == nil {
		a.dropped.forget(facts.ID)
	} else if errors.Is(s.Err, ErrBusy) {
		a.facts.put(x.key, facts) // it will come again
	}
}

func (s *Submission) know(v *tx.Verified) {
	s.ID, s.Kind, s.Signer, s.Payload, s.Nullifier = v.ID, v.Payload.Kind(), v.Signer, v.Payload, v.Nullifier
}

// trial is a throw-away fork that a run of votes is judged on, one after the
// other. Votes of different voters do not touch each other, so what stays on
// the fork from earlier ones changes nothing for later ones but the count of
// voters, which a block would see too.
type trial struct {
	fork  *state.Fork
	block transition.Block
}

// trial takes a fork of the last committed state.
func (a *App) trial() (t trial, err error) {
	v := a.View()
	if v.Height() == 0 {
		return t, errNoBlockYet
	}
	if t.block, err = a.nextBlock(v); err != nil {
		return t, a.unreadable("read the mark of the last block", err)
	}
	t.fork = v.Fork()
	return t, nil
}

// unreadable is for an error of reading the state outside consensus: a fault,
// unless the height was given up in the meantime, which says nothing of this
// node's knowledge.
func (a *App) unreadable(doing string, err error) error {
	if errors.Is(err, state.ErrPruned) {
		return errOldState
	}
	return a.fail(doing, err)
}

// apply is transition.Apply; an error is a rejection or this node's fault.
func (a *App) apply(t trial, v *tx.Verified) ([]transition.Event, error) {
	events, err := transition.Apply(t.fork, t.block, v)
	if err == nil {
		return events, nil
	}
	var r *tx.Rejection
	if errors.As(err, &r) {
		return nil, r
	}
	return nil, a.unreadable("judge a transaction", err)
}

func (a *App) admitVote(t *trial, e *entry, id election.ID) ([]transition.Event, error) {
	if err := a.pool.voteSlot(e, id); err != nil {
		return nil, err
	}
	if t.fork == nil {
		var err error
		if *t, err = a.trial(); err != nil {
			return nil, err
		}
	}
	events, err := a.apply(*t, e.facts)
	if err != nil {
		return nil, err
	}
	e.since = int64(t.block.Height)
	return events, a.pool.insertVote(e, id)
}

// admitAccount judges a transaction of an account after those of the same
// account that wait before it. A transaction whose nonce leaves a gap is parked
// unjudged.
func (a *App) admitAccount(e *entry) ([]transition.Event, error) {
	defer a.pool.lockAccount(e.facts.Signer).Unlock()
	if known, err := a.pool.accountSlot(e.facts); err != nil {
		if known != nil {
			return known.events, err
		}
		return nil, err
	}
	t, err := a.trial()
	if err != nil {
		return nil, err
	}
	e.since = int64(t.block.Height)
	before, parkedOnes := a.pool.waiting(e.facts.Signer)
	nonce, numbered := tx.Nonce(e.facts.Payload)
	for _, b := range before {
		if n, ok := tx.Nonce(b.facts.Payload); numbered && ok && n > nonce {
			break
		}
		if _, err := a.apply(t, b.facts); err != nil && a.Fault() != nil {
			return nil, err
		}
	}
	if numbered {
		acc, err := t.fork.Account(e.facts.Signer)
		if err != nil && !errors.Is(err, state.ErrNotFound) {
			return nil, a.unreadable("read an account", err)
		}
		if err == nil && nonce > acc.Nonce {
			if nonce-acc.Nonce > a.pool.cfg.Ahead {
				return nil, tx.Reject(tx.BadNonce, "the nonce is %d, too far ahead of the account's next one, %d", nonce, acc.Nonce)
			}
			e.place = parked
			a.pool.insertAccount(e)
			return nil, nil
		}
	}
	if e.events, err = a.apply(t, e.facts); err != nil {
		return nil, err
	}
	a.pool.insertAccount(e)
	a.promote(t, parkedOnes)
	return e.events, nil
}

// promote moves parked transactions of an account into the queue as long as
// they apply on what is there. The caller holds the account's lock, and t has
// all of the account's queue applied.
func (a *App) promote(t trial, parkedOnes []*entry) {
	for _, e := range parkedOnes {
		nonce, _ := tx.Nonce(e.facts.Payload)
		acc, err := t.fork.Account(e.facts.Signer)
		if err != nil || nonce > acc.Nonce {
			return // still a gap; a fault will show at the next call that must answer
		}
		if _, err := a.apply(t, e.facts); err != nil {
			a.drop(e, err)
			continue
		}
		a.pool.move(e, ready)
	}
}

// drop takes a transaction out of the pool and remembers why. Only rejections
// are reasons; a fault leaves everything as it is.
func (a *App) drop(e *entry, why error) {
	var r *tx.Rejection
	if !errors.As(why, &r) {
		return
	}
	a.pool.drop(e)
	a.dropped.put(e.facts.ID, r)
	a.metrics.refused(r)
}
