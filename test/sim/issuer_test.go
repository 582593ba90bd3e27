package sim

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/holiman/uint256"

	"urna/app/apptest"
	"urna/census"
	"urna/crypto/blindrsa/keytest"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/state"
	"urna/tx"
)

// Issuers, as the slow law and the people of these lives see them.

// issuers vouch for people. The third one is nobody's choice at first.
var issuers = apptest.Keys("issuer", 3)

func listed(o census.Origin) bool { return o == census.Tree || o == census.TreeWeighted }

// addressed is the root of an issuer's key.
func addressed(key []byte) (r census.Root) {
	a, err := ethkey.PublicKeyAddress(key)
	if err != nil {
		panic(err)
	}
	copy(r[12:], a[:])
	return r
}

// classes are those of a new election, whose keys must be new, and its root.
func (l *law) classes(p *tx.NewElection) (list []*class, root census.Root) {
	switch p.CensusOrigin {
	case census.Issuer:
		return nil, addressed(p.IssuerKey)
	case census.BlindIssuer:
		var all []byte
		for _, c := range p.Classes {
			one := &class{weight: new(big.Int).SetBytes(c.Weight), key: sum(c.Key)}
			want(!l.taken[one.key], tx.IssuerKeyTaken)
			all = append(append(all, one.weight.FillBytes(make([]byte, 32))...), one.key[:]...)
			list = append(list, one)
		}
		return list, sum(all)
	}
	return nil, p.CensusRoot
}

// counts is how many credentials each class has handed out, or nil if nobody
// says so.
func (e *contest) counts(issued []tx.Issued, size, now uint64) []uint64 {
	if len(issued) == 0 {
		return nil
	}
	want(now < e.start, tx.IssuanceClosed)
	out, total := make([]uint64, len(e.classes)), num(0)
	for _, n := range issued {
		at := slices.IndexFunc(e.classes, func(c *class) bool { return c.weight.Cmp(new(big.Int).SetBytes(n.Weight)) == 0 })
		want(at >= 0, tx.BadIssuance)
		out[at] = n.Count
		total.Add(total, num(n.Count))
	}
	want(total.Cmp(num(size)) <= 0, tx.BadIssuance)
	return out
}

func (e *contest) checkIssuer(v *state.View, id election.ID) error {
	got, err := v.Issuer(id)
	if listed(e.origin) {
		if !errors.Is(err, state.ErrNotFound) {
			return fmt.Errorf("a tree has the issuer %+v (%w)", got, err)
		}
		return nil
	}
	should := &state.Issuer{Key: e.issuer}
	for _, c := range e.classes {
		should.Classes = append(should.Classes, state.IssuerClass{
			Weight: *uint256.MustFromBig(c.weight), Key: c.key, Issued: c.issued, Voters: c.voters,
		})
	}
	return same("issuer", got, should, err)
}

// issuer makes a draft one of an election with an issuer.
func (p *people) issuer(e *tx.NewElection) {
	e.CensusRoot = census.Root{}
	if p.rng.IntN(3) > 0 {
		e.CensusURI = ""
	}
	if p.rng.IntN(2) == 0 {
		e.CensusOrigin, e.IssuerKey = census.Issuer, pick(p.rng, issuers[:2]).PublicKey()
		return
	}
	e.CensusOrigin, e.StartTime = census.BlindIssuer, p.law.now+1+p.rng.Uint64N(8)
	free := slices.DeleteFunc([]int{0, 1, 2, 3}, func(k int) bool { return p.law.taken[sum(keytest.Modulus(k))] && p.often(10) })
	for i, k := range free[:min(len(free), 1+p.rng.IntN(2))] {
		e.Classes = append(e.Classes, census.Class{Weight: []byte{byte(1 + 5*i)}, Key: keytest.Modulus(k)})
	}
}

// vouched gives a vote the proof that an issuer gives out, or nearly so.
func (p *people) vouched(v *tx.Vote, e *contest, k *ethkey.Key) {
	if e.origin == census.Issuer {
		v.Signed = &census.Signed{Election: v.Election, Voter: k.Address()}
		if p.rng.IntN(3) == 0 {
			v.Signed.Weight = []byte{1 + byte(p.rng.IntN(9))}
		}
		if !p.often(20) {
			v.Signed.Voter = p.anybody().Address()
		}
		by := issuers[2]
		for _, one := range issuers {
			if slices.Equal(one.PublicKey(), e.issuer) && p.often(10) {
				by = one
			}
		}
		var err error
		if v.Signed.Signature, err = tx.SignBundle(by, v.Signed); err != nil {
			p.t.Fatal(err)
		}
		return
	}
	weight, with := byte(1+5*p.rng.IntN(2)), p.rng.IntN(keytest.Count)
	for i := range keytest.Count {
		for _, c := range e.classes {
			if c.key == sum(keytest.Modulus(i)) && c.weight.Uint64() == uint64(weight) && p.often(8) {
				with = i
			}
		}
	}
	message := census.CredentialMessage(apptest.ChainID, v.Election, uint256.NewInt(uint64(weight)), k.Address())
	v.Blind = &census.Blind{Class: census.Class{Weight: []byte{weight}, Key: keytest.Modulus(with)}, Signature: keytest.Sign(with, message)}
}

// reissue names another issuer, or counts credentials.
func (p *people) reissue(c *tx.SetCensus, e *contest) {
	if (e.origin == census.Issuer) == p.often(8) {
		c.IssuerKey = pick(p.rng, issuers).PublicKey()
		return
	}
	for i := range 1 + p.rng.IntN(2) {
		c.Issued = append(c.Issued, tx.Issued{Weight: []byte{byte(1 + 5*i)}, Count: 1 + p.rng.Uint64N(6)})
	}
}
