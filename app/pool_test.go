package app

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

func newTestPool(t *testing.T, cfg PoolConfig) *pool {
	t.Helper()
	p, err := newPool(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fake is an entry that no law has seen.
func fake(r *rand.Rand) *entry {
	e := &entry{raw: make([]byte, 10+r.IntN(200)), facts: &tx.Verified{}, local: r.IntN(2) == 0}
	binary.BigEndian.PutUint64(e.key[:], r.Uint64())
	binary.BigEndian.PutUint64(e.facts.ID[:], r.Uint64())
	e.facts.Signer = ethkey.Address{19: byte(r.IntN(5))}
	switch r.IntN(4) {
	case 0:
		e.facts.Payload = &tx.SendTokens{Nonce: uint32(r.IntN(6))}
	case 1:
		e.facts.Payload = &tx.CreateAccount{}
	default:
		e.facts.Payload = &tx.Vote{Election: election.ID{byte(r.IntN(3))}}
		e.facts.Nullifier = election.Nullifier{byte(r.IntN(20))}
	}
	return e
}

// After any sequence of operations the books agree with each other.
func TestThePoolsBooksAgreeWhateverHappens(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		p := newTestPool(t, PoolConfig{MaxTxs: 60, HighWater: 0.9, AccountTxs: 4})
		in := map[*entry]bool{}
		pick := func() *entry {
			for e := range in {
				return e
			}
			return nil
		}
		for range 600 {
			switch r.IntN(10) {
			default:
				e := fake(r)
				if !p.reserve(len(e.raw), claim(r.IntN(3))) {
					break
				}
				ok := false
				if v, isVote := e.facts.Payload.(*tx.Vote); isVote {
					ok = p.insertVote(e, v.Election) == nil
				} else if _, err := p.accountSlot(e.facts); err == nil {
					if _, numbered := tx.Nonce(e.facts.Payload); numbered && r.IntN(3) == 0 {
						e.place = parked
					}
					p.insertAccount(e)
					ok = true
				}
				if ok {
					in[e] = true
				} else {
					p.release(len(e.raw))
				}
			case 5:
				if e := pick(); e != nil {
					p.drop(e, e)
					delete(in, e)
				}
			case 6:
				if e := pick(); e != nil {
					if _, numbered := tx.Nonce(e.facts.Payload); numbered {
						p.move(e, place(r.IntN(2)))
					}
				}
			case 7:
				var items []item
				for e := range in {
					if r.IntN(3) == 0 {
						items = append(items, item{key: e.key, facts: e.facts})
					}
				}
				items = append(items, item{key: fake(r).key, facts: fake(r).facts}, item{})
				p.settled(items)
				for e := range in {
					if e.place == gone {
						delete(in, e)
					}
				}
			case 8:
				p.reap(uint64(r.IntN(500)))
			case 9:
				p.overdue(int64(r.IntN(3)), 1, 5)
			}
			audit(t, p, in)
		}
	}
}

func audit(t *testing.T, p *pool, in map[*entry]bool) {
	t.Helper()
	bytes, votes, numbered, parkedOnes := 0, 0, 0, 0
	for e := range in {
		bytes += len(e.raw)
		if p.byKey[e.key] != e {
			t.Fatal("an entry is not found by its key")
		}
		if _, isVote := e.facts.Payload.(*tx.Vote); isVote {
			votes++
		} else {
			numbered++
		}
		if e.place == parked {
			parkedOnes++
		}
	}
	inElections, inAccounts, inParked := 0, 0, 0
	for _, n := range p.elections {
		inElections += n
	}
	for _, q := range p.accounts {
		inAccounts += q.len()
		inParked += q.parked
	}
	if len(p.byKey) != len(in) || int(p.txs.Load()) != len(in) || int(p.bytes.Load()) != bytes || len(p.votes) != votes ||
		inElections != votes || inAccounts != numbered || inParked != parkedOnes || p.parked != parkedOnes {
		t.Fatalf("%d entries of %d bytes: by key %d, counted %d of %d bytes, votes %d %d %d, accounts %d %d, parked %d %d %d",
			len(in), bytes, len(p.byKey), p.txs.Load(), p.bytes.Load(), votes, len(p.votes), inElections, numbered, inAccounts, parkedOnes, inParked, p.parked)
	}
	// Walking the queue in small steps meets every ready entry once.
	seen, pos := map[*entry]bool{}, int64(0)
	for {
		var batch []*entry
		if batch, pos = p.next(pos, 3); len(batch) == 0 {
			break
		}
		for _, e := range batch {
			if seen[e] || !in[e] || e.place != ready {
				t.Fatal("the queue gives an entry twice, or one that is not ready")
			}
			seen[e] = true
		}
	}
	if len(seen) != len(in)-parkedOnes {
		t.Fatalf("the queue gives %d of %d", len(seen), len(in)-parkedOnes)
	}
}

func TestTheQueueIsAsLongAsAVoterCanWait(t *testing.T) {
	p := newTestPool(t, PoolConfig{MaxTxs: 200_000, MaxWait: 2 * time.Second})
	if got := p.patience.Load(); got != 20_000 {
		t.Fatalf("at the start %d", got)
	}
	p.txs.Store(150_000) // a backlog: blocks of 15,000 every second
	for range 20 {
		p.pace(15_000, time.Second)
	}
	if got := p.patience.Load(); got < 29_900 || got > 30_100 {
		t.Errorf("at 15,000 a second the queue may have %d", got)
	}
	for range 20 {
		p.pace(100, time.Second)
	}
	if got := p.patience.Load(); got != minQueue {
		t.Errorf("at 100 a second the queue may have %d", got)
	}
	p.txs.Store(10) // the backlog is gone
	for range 20 {
		p.pace(5000, time.Second)
	}
	if got := p.patience.Load(); got != 180_000 {
		t.Errorf("without a backlog the queue may have %d", got)
	}
	p.cfg.MaxWait = -1
	p.txs.Store(150_000)
	p.pace(1, time.Hour)
	if got := p.patience.Load(); got != 180_000 {
		t.Errorf("without a bound the queue may have %d", got)
	}
}

func TestNonsenseIsRefusedByThePool(t *testing.T) {
	for _, cfg := range []PoolConfig{
		{MaxTxs: -1}, {MaxBytes: 5}, {HighWater: 1.5}, {HighWater: -1}, {ElectionShare: 2}, {AccountTxs: -3}, {ParkedBlocks: -1}, {RecheckBlocks: -1},
	} {
		if _, err := newPool(cfg); err == nil {
			t.Errorf("%+v is accepted", cfg)
		}
	}
}

func TestFactsAndReasonsAreForgottenWhenThereAreTooMany(t *testing.T) {
	c := newFactCache(10 * (factOverhead + 100))
	for i := range 100 {
		c.put([32]byte{byte(i)}, &tx.Verified{Size: 100})
		c.put([32]byte{byte(i)}, &tx.Verified{Size: 100})
	}
	if len(c.facts) != 10 || c.get([32]byte{99}) == nil || c.get([32]byte{0}) != nil {
		t.Errorf("%d facts are left", len(c.facts))
	}
	d := newDropLog()
	id := func(i int) (id tx.ID) { binary.BigEndian.PutUint32(id[:], uint32(i)); return id }
	for i := range droppedKept + 10 {
		d.put(id(i), &tx.Rejection{Code: tx.Code(i)})
	}
	if d.get(id(5)) != nil || d.get(id(droppedKept+9)) == nil || len(d.reasons) != droppedKept {
		t.Errorf("%d reasons are left", len(d.reasons))
	}
	d.forget(id(droppedKept))
	if d.get(id(droppedKept)) != nil {
		t.Error("a reason is not forgotten")
	}
}
