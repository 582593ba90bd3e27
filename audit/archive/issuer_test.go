package archive

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"urna/app/apptest"
	"urna/census"
	"urna/crypto/blindrsa/keytest"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/internal/check"
	"urna/tx"
)

// issued opens an election with an issuer, which starts in a minute.
func (w *world) issued(origin census.Origin) *apptest.Election {
	w.t.Helper()
	w.Mine()
	mark, err := w.Nodes[0].App.View().Mark()
	must(w.t, err)
	return w.open(apptest.Keys("voter", 2), func(p *tx.NewElection) {
		p.CensusOrigin, p.CensusRoot, p.CensusURI = origin, census.Root{}, "https://issuer.example.org"
		p.StartTime, p.MaxCensusSize, p.DynamicCensus = mark.Time+60, 5, true
		if origin == census.Issuer {
			p.CensusURI = ""
			p.IssuerKey = apptest.Key("issuer").PublicKey()
			return
		}
		p.Classes = []census.Class{{Weight: []byte{1}, Key: keytest.Modulus(0)}, {Weight: []byte{9}, Key: keytest.Modulus(1)}}
	})
}

func ballotText(choice int) []byte { return fmt.Appendf(nil, `{"nonce":"aa","votes":[%d]}`, choice) }

// vouched is a vote with an issuer's signature.
func (w *world) vouched(issuer string, voter *ethkey.Key, id election.ID, choice int) []byte {
	w.t.Helper()
	p := &census.Signed{Election: id, Voter: voter.Address(), Weight: []byte{7}}
	var err error
	p.Signature, err = tx.SignBundle(apptest.Key(issuer), p)
	must(w.t, err)
	return apptest.Sign(w.t, voter, &tx.Vote{Election: id, Signed: p, Package: ballotText(choice)})
}

// credited is a vote with a blind credential.
func (w *world) credited(key int, weight byte, voter *ethkey.Key, id election.ID, choice int) []byte {
	w.t.Helper()
	message := census.CredentialMessage(apptest.ChainID, id, uint256.NewInt(uint64(weight)), voter.Address())
	return apptest.Sign(w.t, voter, &tx.Vote{
		Election: id, Package: ballotText(choice),
		Blind: &census.Blind{Class: census.Class{Weight: []byte{weight}, Key: keytest.Modulus(key)}, Signature: keytest.Sign(key, message)},
	})
}

func (w *world) verified(e *apptest.Election) *Outcome {
	w.t.Helper()
	v, err := Verify(w.t.Context(), bytes.NewReader(w.archive(e, nil)), Options{Genesis: w.Genesis()})
	must(w.t, err)
	return v.Election
}

func TestAnElectionWithAnIssuerIsArchivedAndVerified(t *testing.T) {
	w := newWorld(t)
	voters := apptest.Keys("voter", 3)
	e := w.issued(census.Issuer)
	w.Pass(70 * time.Second)
	w.Mine()
	w.Mine(w.vouched("issuer", voters[0], e.ID, 1), w.vouched("issuer", voters[1], e.ID, 2))
	w.Mine(w.org(&tx.SetCensus{Nonce: w.Nonce("org"), Election: e.ID, IssuerKey: apptest.Key("second").PublicKey()}))
	w.Mine(w.vouched("second", voters[2], e.ID, 2), w.vouched("second", voters[1], e.ID, 3))
	w.seal(e)
	if o := w.verified(e); o.Voters != 3 || o.Overwritten != 1 || o.Weight != "21" {
		t.Errorf("the verdict is %+v", o)
	}
}

func TestAnElectionWithABlindIssuerIsArchivedAndVerified(t *testing.T) {
	w := newWorld(t)
	voters := apptest.Keys("voter", 3)
	e := w.issued(census.BlindIssuer)
	w.Mine(w.org(&tx.SetCensus{Nonce: w.Nonce("org"), Election: e.ID, Issued: []tx.Issued{{Weight: []byte{1}, Count: 3}}}))
	w.Mine(w.org(&tx.SetCensus{Nonce: w.Nonce("org"), Election: e.ID, Issued: []tx.Issued{{Weight: []byte{1}, Count: 2}, {Weight: []byte{9}, Count: 1}}}))
	w.Pass(70 * time.Second)
	w.Mine()
	w.Mine(w.credited(0, 1, voters[0], e.ID, 1), w.credited(1, 9, voters[1], e.ID, 2))
	w.Mine(w.credited(0, 1, voters[2], e.ID, 2), w.credited(1, 9, voters[1], e.ID, 3))
	w.seal(e)
	if o := w.verified(e); o.Voters != 3 || o.Overwritten != 1 || o.Weight != "11" {
		t.Errorf("the verdict is %+v", o)
	}
}

// The archive's own account of issuers refuses what the law refuses.
func TestWhatNoIssuerAllowedIsNotVerified(t *testing.T) {
	w := newWorld(t)
	plain, blind := w.issued(census.Issuer), w.issued(census.BlindIssuer)
	tree := w.open(apptest.Keys("voter", 2), nil)
	ann, bob := apptest.Key("ann"), apptest.Key("bob")
	count := func(id election.ID, weight byte, n uint64) []byte {
		return w.org(&tx.SetCensus{Election: id, Issued: []tx.Issued{{Weight: []byte{weight}, Count: n}}})
	}
	const before, after = false, true // the start
	type step struct {
		raw  []byte
		late bool
	}
	for name, one := range map[string]struct {
		e     *apptest.Election
		steps []step
		want  check.ID
	}{
		"a stranger's signature":         {plain, []step{{w.vouched("eve", ann, plain.ID, 1), after}}, check.Membership},
		"a signature in a list":          {tree, []step{{w.vouched("issuer", ann, tree.ID, 1), after}}, check.Membership},
		"a credential in a plain one":    {plain, []step{{w.credited(0, 1, ann, plain.ID, 1), after}}, check.Membership},
		"a signature in a blind one":     {blind, []step{{w.vouched("issuer", ann, blind.ID, 1), after}}, check.Membership},
		"a credential that none counted": {blind, []step{{w.credited(0, 1, ann, blind.ID, 1), after}}, check.Uniqueness},
		"a key of nobody":                {blind, []step{{w.credited(2, 1, ann, blind.ID, 1), after}}, check.Membership},
		"a key for another weight":       {blind, []step{{w.credited(0, 9, ann, blind.ID, 1), after}}, check.Membership},
		"a credential too many": {blind, []step{
			{count(blind.ID, 1, 1), before}, {w.credited(0, 1, ann, blind.ID, 1), after}, {w.credited(0, 1, bob, blind.ID, 1), after},
		}, check.Uniqueness},
		"a credential of another class over it": {blind, []step{
			{w.org(&tx.SetCensus{Election: blind.ID, Issued: []tx.Issued{{Weight: []byte{1}, Count: 1}, {Weight: []byte{9}, Count: 1}}}), before},
			{w.credited(0, 1, ann, blind.ID, 1), after},
			{w.credited(1, 9, ann, blind.ID, 2), after},
		}, check.Membership},
		"a count after the start":   {blind, []step{{count(blind.ID, 1, 1), after}}, check.Rules},
		"a count of no class":       {blind, []step{{count(blind.ID, 2, 1), before}}, check.Rules},
		"a count beyond the places": {blind, []step{{count(blind.ID, 1, 6), before}}, check.Rules},
		"the same count again":      {blind, []step{{count(blind.ID, 1, 1), before}, {count(blind.ID, 1, 1), before}}, check.Rules},
		"a count in a plain one":    {plain, []step{{count(plain.ID, 1, 1), before}}, check.Rules},
		"an issuer for a list": {tree, []step{
			{w.org(&tx.SetCensus{Election: tree.ID, IssuerKey: ann.PublicKey()}), after},
		}, check.Rules},
		"a root for an issuer":   {plain, []step{{w.org(&tx.SetCensus{Election: plain.ID, Root: &census.Root{1}}), after}}, check.Rules},
		"a root for a blind one": {blind, []step{{w.org(&tx.SetCensus{Election: blind.ID, Root: &census.Root{1}}), before}}, check.Rules},
	} {
		t.Run(name, func(t *testing.T) {
			view := w.Nodes[0].App.View()
			settings, err := view.Settings(one.e.ID)
			must(t, err)
			l := newLife(apptest.ChainID, settings)
			must(t, l.step(w.creation(settings), moment{settings.CreatedHeight, settings.CreatedTime}))
			for i, s := range one.steps {
				at := moment{settings.CreatedHeight + uint64(i) + 1, settings.Start - 1}
				if s.late {
					at.time = settings.Start + 1
				}
				err := l.step(s.raw, at)
				if i == len(one.steps)-1 {
					fails(t, name, err, one.want)
				} else {
					must(t, err)
				}
			}
		})
	}
}

func TestABlindElectionThatStartsAtOnceIsNotVerified(t *testing.T) {
	w := newWorld(t)
	e := w.issued(census.BlindIssuer)
	settings, err := w.Nodes[0].App.View().Settings(e.ID)
	must(t, err)
	settings.CreatedTime = settings.Start
	l := newLife(apptest.ChainID, settings)
	fails(t, "no time to count", l.step(w.creation(settings), moment{settings.CreatedHeight, settings.Start}), check.Rules)
}

// step applies the bytes of a transaction.
func (l *life) step(raw []byte, at moment) error {
	v, err := tx.Verify(apptest.ChainID, raw)
	if err != nil {
		return err
	}
	return l.apply(v, ballotHash(v.Payload), at)
}

// creation finds the transaction that created an election.
func (w *world) creation(s *election.Settings) []byte {
	w.t.Helper()
	for _, raw := range w.Blocks[s.CreatedHeight-1].Request.Txs {
		return raw
	}
	w.t.Fatal("no transaction created the election")
	return nil
}
