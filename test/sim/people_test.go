package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/holiman/uint256"

	"urna/app/apptest"
	"urna/ballot"
	"urna/census"
	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// people say things at random: mostly sensible, often not.
type people struct {
	t        testing.TB
	rng      *rand.Rand
	law      *law
	keys     []*ethkey.Key
	seats    []*ethkey.Key // consensus keys, of nodes and of nobody
	censuses []*tree.Tree
	byRoot   map[census.Root]*tree.Tree
	planned  map[ethkey.Address]uint32 // nonces spoken for in this block
	said     [][]byte
	packages []tx.FaucetPackage
}

func newPeople(t testing.TB, rng *rand.Rand, l *law, validators []*ethkey.Key) *people {
	p := &people{
		t: t, rng: rng, law: l, seats: validators, byRoot: map[census.Root]*tree.Tree{},
		keys: append([]*ethkey.Key{apptest.Key("bank"), apptest.Key("org")}, apptest.Keys("person", 16)...),
	}
	for range 5 {
		tr := tree.New()
		for _, k := range p.keys {
			if rng.IntN(3) == 0 {
				continue
			}
			w := uint256.NewInt(1 + rng.Uint64N(20))
			if rng.IntN(8) == 0 {
				w.Lsh(w, 122) // as heavy as a weight may be
			}
			if err := tr.Add(tree.Member{Address: k.Address(), Weight: *w}); err != nil {
				t.Fatal(err)
			}
		}
		p.censuses = append(p.censuses, tr)
		p.byRoot[tr.Root()] = tr
	}
	return p
}

func pick[T any](rng *rand.Rand, all []T) T { return all[rng.IntN(len(all))] }

// often is true but one time in n.
func (p *people) often(n int) bool { return p.rng.IntN(n) != 0 }

func (p *people) anybody() *ethkey.Key { return pick(p.rng, p.keys) }

func (p *people) nonce(k *ethkey.Key) uint32 {
	a := k.Address()
	next := p.law.accounts[a].nonce + p.planned[a]
	if !p.often(25) {
		return next + uint32(p.rng.IntN(4)) - 1
	}
	p.planned[a]++
	return next
}

// speak returns a transaction, or bytes that are none.
func (p *people) speak() []byte {
	n := p.rng.IntN(100)
	if n < 12 && len(p.said) > 0 {
		return p.disturb()
	}
	k, payload := p.payload(p.anybody(), n)
	raw, err := tx.Sign(k, apptest.ChainID, payload)
	if err != nil { // refused for its bytes alone
		return []byte(err.Error())
	}
	p.said = append(p.said, raw)
	return raw
}

// disturb repeats, spoils or makes up a transaction.
func (p *people) disturb() []byte {
	raw := pick(p.rng, p.said)
	switch p.rng.IntN(4) {
	case 0, 1: // once more, however old
		return raw
	case 2:
		raw = append([]byte(nil), raw...)
		for range 1 + p.rng.IntN(3) {
			raw[p.rng.IntN(len(raw))] ^= 1 << p.rng.IntN(8)
		}
		return raw[:len(raw)-p.rng.IntN(2)]
	}
	raw = make([]byte, p.rng.IntN(200))
	for i := range raw {
		raw[i] = byte(p.rng.Uint32())
	}
	return raw
}

// payload is what k, or who has a right to, says.
func (p *people) payload(k *ethkey.Key, n int) (*ethkey.Key, tx.Payload) {
	if n >= 89 {
		return p.change(k)
	}
	return k, p.own(k, n)
}

func (p *people) own(k *ethkey.Key, n int) tx.Payload {
	who := p.anybody().Address()
	switch {
	case n < 55:
		return p.vote(k)
	case n < 62:
		f := p.faucet(k.Address())
		if p.often(6) {
			return &tx.CreateAccount{InfoURI: p.uri(), Faucet: &f}
		}
		return &tx.CreateAccount{Delegates: []ethkey.Address{who}, IdentityKey: []byte{1, 2, byte(n)}}
	case n < 66:
		return &tx.CollectFaucet{Nonce: p.nonce(k), Faucet: p.faucet(k.Address())}
	case n < 71:
		return &tx.SendTokens{Nonce: p.nonce(k), To: who, Amount: p.tokens()}
	case n < 74:
		s := &tx.SetAccountInfo{Nonce: p.nonce(k), InfoURI: p.uri()}
		if p.rng.IntN(3) == 0 {
			s.Account = who
		}
		return s
	case n < 78:
		return &tx.AddDelegate{Nonce: p.nonce(k), Delegates: []ethkey.Address{who}}
	case n < 80:
		if d := p.law.accounts[k.Address()].delegates; len(d) > 0 && p.often(3) {
			who = pick(p.rng, d)
		}
		return &tx.DelDelegate{Nonce: p.nonce(k), Delegates: []ethkey.Address{who}}
	case n < 83:
		return p.seat(k)
	}
	return p.election(k)
}

func (p *people) uri() string { return fmt.Sprintf("ipfs://%d", p.rng.IntN(6)) }

func (p *people) tokens() uint64 {
	if p.often(10) {
		return 1 + p.rng.Uint64N(300)
	}
	return 1 + p.rng.Uint64N(math.MaxUint64-1)
}

func (p *people) faucet(to ethkey.Address) tx.FaucetPackage {
	if len(p.packages) > 0 && p.rng.IntN(3) == 0 {
		return pick(p.rng, p.packages)
	}
	f := tx.FaucetPayload{
		Identifier: p.rng.Uint64N(60), To: to, Amount: 1 + p.rng.Uint64N(20_000), ChainID: apptest.ChainID,
		NotAfter: p.law.now + p.rng.Uint64N(p.law.params.FaucetHorizon+3),
	}
	if !p.often(3) {
		f.NotAfter = p.law.now + p.rng.Uint64N(2) // its last second
	}
	if !p.often(10) {
		f.Amount = p.tokens()
	}
	issuer := p.keys[0]
	if !p.often(6) {
		issuer = p.anybody()
	}
	out, err := tx.SignFaucet(issuer, f)
	if err != nil {
		p.t.Fatal(err)
	}
	p.packages = append(p.packages, out)
	return out
}

func (p *people) seat(k *ethkey.Key) tx.Payload {
	c := pick(p.rng, p.seats)
	sig, err := c.Sign(tx.PossessionText(apptest.ChainID, k.Address()))
	if err != nil {
		p.t.Fatal(err)
	}
	return &tx.SetValidator{Nonce: p.nonce(k), PublicKey: c.PublicKey(), Name: "v", Possession: sig}
}

func (p *people) election(k *ethkey.Key) tx.Payload {
	rng, tr := p.rng, pick(p.rng, p.censuses)
	r := ballot.Rules{MaxCount: 1 + rng.Uint32N(3), MaxValue: rng.Uint32N(4), CostExponent: rng.Uint32N(3), MaxOverwrites: rng.Uint32N(4)}
	r.UniqueValues, r.CostFromWeight = rng.IntN(4) == 0, rng.IntN(4) == 0
	if rng.IntN(3) == 0 {
		r.MaxTotalCost = rng.Uint32N(12)
	}
	e := &tx.NewElection{
		Nonce: p.nonce(k), Rules: r, CensusOrigin: census.TreeWeighted, CensusRoot: tr.Root(), CensusURI: p.uri(), MetadataURI: p.uri(),
		MaxCensusSize: 1 + rng.Uint64N(uint64(tr.Size())), Duration: 1 + rng.Uint64N(60), Paused: rng.IntN(6) == 0,
		Interruptible: p.often(3), DynamicCensus: rng.IntN(2) == 0,
	}
	if rng.IntN(3) == 0 {
		p.issuer(e)
	}
	switch rng.IntN(12) {
	case 0:
		e.StartTime = p.law.now + rng.Uint64N(12) - 2
	case 1:
		e.Organisation = p.anybody().Address()
	case 2:
		f := p.faucet(k.Address())
		e.Faucet = &f
	case 3:
		e.MaxCensusSize = 1 + rng.Uint64N(2*p.law.params.MaxCensusSize)
	case 4:
		e.Duration = 1 + rng.Uint64N(tx.MaxDuration)
	}
	return e
}

// someElection prefers those for which something holds.
func (p *people) someElection(good func(*contest) bool) (election.ID, *contest) {
	if len(p.law.order) == 0 || !p.often(60) {
		return election.ID{1}, nil
	}
	id := pick(p.rng, p.law.order)
	for tries := p.rng.IntN(30); tries > 0 && !good(p.law.contests[id]); tries-- {
		id = pick(p.rng, p.law.order)
	}
	return id, p.law.contests[id]
}

func (p *people) open(e *contest) bool {
	return e.status == election.Ready && e.start <= p.law.now && p.law.now <= e.end
}

func live(e *contest) bool { return e.status == election.Ready || e.status == election.Paused }

func (p *people) vote(k *ethkey.Key) tx.Payload {
	id, e := p.someElection(p.open)
	tr, count := p.censuses[0], p.rng.IntN(4)
	if e != nil && p.often(12) {
		count = min(count, int(e.rules.MaxCount))
		if listed(e.origin) {
			tr = p.byRoot[e.root]
		}
	}
	v := &tx.Vote{Election: id, Nonce: []byte{byte(p.rng.Uint32())}}
	if e != nil && p.often(12) && !listed(e.origin) {
		p.vouched(v, e, k)
	} else if proof, err := tr.Proof(k.Address()); err == nil {
		v.Proof = proof.Merkle()
	} else {
		v.Proof = p.stolen(tr)
	}
	if p.rng.IntN(5) == 0 && len(v.Proof.Siblings) > 0 {
		v.Proof.VoteWeight = []byte{1 + byte(p.rng.IntN(3))}
	}
	values := ""
	for i := range count {
		if i > 0 {
			values += ","
		}
		if p.often(15) {
			values += fmt.Sprint(p.rng.IntN(3))
		} else {
			values += fmt.Sprint(p.rng.Uint32())
		}
	}
	v.Package = fmt.Appendf(nil, `{"nonce":"%02x","votes":[%s]}`, p.rng.IntN(4), values)
	if p.rng.IntN(6) == 0 {
		v.Memo = []byte("memo")
	}
	return v
}

// stolen is the proof of the first who is in the census.
func (p *people) stolen(tr *tree.Tree) census.MerkleProof {
	for _, k := range p.keys {
		if proof, err := tr.Proof(k.Address()); err == nil {
			return proof.Merkle()
		}
	}
	p.t.Fatal("a census without members")
	return census.MerkleProof{}
}

// change is what organisers do to elections, and others would like to.
func (p *people) change(k *ethkey.Key) (*ethkey.Key, tx.Payload) {
	id, e := p.someElection(live)
	if e != nil && p.often(5) {
		for _, o := range p.keys {
			if o.Address() == e.org {
				k = o
			}
		}
	}
	switch p.rng.IntN(3) {
	case 0:
		to := pick(p.rng, []election.Status{election.Ready, election.Ready, election.Ready, election.Paused, election.Ended, election.Canceled, election.Results})
		return k, &tx.SetStatus{Nonce: p.nonce(k), Election: id, Status: to}
	case 1:
		return k, &tx.SetDuration{Nonce: p.nonce(k), Election: id, Duration: 1 + p.rng.Uint64N(60)}
	}
	c := &tx.SetCensus{Nonce: p.nonce(k), Election: id}
	if e != nil && p.often(8) && !listed(e.origin) {
		p.reissue(c, e)
	} else if p.rng.IntN(2) == 0 {
		root := pick(p.rng, p.censuses).Root()
		c.Root = &root
	}
	if p.rng.IntN(2) == 0 {
		uri := p.uri()
		c.URI = &uri
	}
	if p.rng.IntN(2) == 0 {
		c.Size = p.rng.Uint64N(30)
	}
	return k, c
}
