package app

import (
	"sort"

	"urna/crypto/ethkey"
	"urna/tx"
)

// The part of the pool that keeps the transactions of accounts in the order of
// their nonces. An account is created without a nonce; that comes first.

// accountHolder returns the entry in the place of an account's transaction, or
// nil. Caller holds mu.
func (p *pool) accountHolder(v *tx.Verified) *entry {
	q := p.accounts[v.Signer]
	if q == nil {
		return nil
	}
	if n, ok := tx.Nonce(v.Payload); ok {
		return q.byNonce[n]
	}
	return q.create
}

// accountSlot tells whether the place of an account's transaction is held.
func (p *pool) accountSlot(v *tx.Verified) (*entry, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if other := p.accountHolder(v); other != nil {
		if other.facts.ID == v.ID {
			return other, ErrKnown
		}
		return nil, errNoncePending
	}
	if q := p.accounts[v.Signer]; q != nil && q.len() >= p.cfg.AccountTxs {
		return nil, errAccountCrowded
	}
	return nil, nil
}

// insertAccount puts a transaction of an account at the end of the queue, or
// parks it. Caller holds the account's lock and has asked accountSlot.
func (p *pool) insertAccount(e *entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := p.accounts[e.facts.Signer]
	if q == nil {
		q = &account{byNonce: map[uint32]*entry{}}
		p.accounts[e.facts.Signer] = q
	}
	if n, ok := tx.Nonce(e.facts.Payload); ok {
		q.byNonce[n] = e
	} else {
		q.create = e
	}
	if e.place == parked {
		q.parked++
		p.parked++
	}
	p.add(e)
}

// leaveAccount frees an entry's place. Caller holds mu.
func (p *pool) leaveAccount(e *entry) {
	q := p.accounts[e.facts.Signer]
	if n, ok := tx.Nonce(e.facts.Payload); ok {
		delete(q.byNonce, n)
	} else {
		q.create = nil
	}
	if e.place == parked {
		q.parked--
		p.parked--
	}
	if q.len() == 0 {
		delete(p.accounts, e.facts.Signer)
	}
}

// waiting returns what waits of an account: the transactions in the queue in
// the order of their nonces, and the parked ones likewise.
func (p *pool) waiting(a ethkey.Address) (inQueue, parkedOnes []*entry) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	q := p.accounts[a]
	if q == nil {
		return nil, nil
	}
	if q.create != nil {
		inQueue = append(inQueue, q.create)
	}
	nonces := make([]uint32, 0, len(q.byNonce))
	for n := range q.byNonce {
		nonces = append(nonces, n)
	}
	sort.Slice(nonces, func(i, j int) bool { return nonces[i] < nonces[j] })
	for _, n := range nonces {
		if e := q.byNonce[n]; e.place == parked {
			parkedOnes = append(parkedOnes, e)
		} else {
			inQueue = append(inQueue, e)
		}
	}
	return inQueue, parkedOnes
}

// move changes where an entry of an account stands. Caller holds the account's
// lock.
func (p *pool) move(e *entry, to place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.place == to || e.place == gone {
		return
	}
	q := p.accounts[e.facts.Signer]
	e.place = to
	if to == parked {
		q.parked++
		p.parked++
		return
	}
	q.parked--
	p.parked--
	p.enqueue(e)
}

// gaps returns the accounts that have parked transactions.
func (p *pool) gaps() (out []ethkey.Address) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.parked == 0 {
		return nil
	}
	for a, q := range p.accounts {
		if q.parked > 0 {
			out = append(out, a)
		}
	}
	return out
}

// expired tells whether an entry is parked since before a height.
func (p *pool) expired(e *entry, before int64) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return e.place == parked && e.since < before
}
