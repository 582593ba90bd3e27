package transition_test

import (
	"fmt"
	"testing"

	"github.com/holiman/uint256"

	"urna/census"
	"urna/crypto/blindrsa/keytest"
	"urna/election"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

// issued is a draft of an election with an issuer, open in ten seconds.
func (w *world) issued(who string, origin census.Origin, keys ...int) *tx.NewElection {
	w.t.Helper()
	w.census("", map[string]uint64{"nobody": 1})
	d := w.draft(who, "")
	d.CensusOrigin, d.CensusRoot, d.CensusURI = origin, census.Root{}, ""
	d.MaxCensusSize, d.StartTime = 5, w.block.Time+10
	if origin == census.Issuer {
		d.IssuerKey = key("issuer").PublicKey()
	}
	for i, k := range keys { // of weight 1, 2, 3, ...
		d.Classes = append(d.Classes, census.Class{Weight: []byte{byte(i + 1)}, Key: keytest.Modulus(k)})
	}
	return d
}

// vouched is a vote with the signature of an issuer.
func (w *world) vouched(who, issuer string, id election.ID, weight []byte, nonce, choices string) *tx.Vote {
	w.t.Helper()
	p := &census.Signed{Election: id, Voter: key(who).Address(), Weight: weight}
	var err error
	if p.Signature, err = tx.SignBundle(key(issuer), p); err != nil {
		w.t.Fatal(err)
	}
	return &tx.Vote{Election: id, Signed: p, Package: []byte(fmt.Sprintf(`{"nonce":"%x","votes":[%s]}`, nonce, choices))}
}

// credited is a vote with a blind credential.
func (w *world) credited(who string, rsa int, weight byte, id election.ID, nonce, choices string) *tx.Vote {
	w.t.Helper()
	message := census.CredentialMessage(chainID, id, uint256.NewInt(uint64(weight)), key(who).Address())
	return &tx.Vote{
		Election: id, Package: []byte(fmt.Sprintf(`{"nonce":"%x","votes":[%s]}`, nonce, choices)),
		Blind: &census.Blind{Class: census.Class{Weight: []byte{weight}, Key: keytest.Modulus(rsa)}, Signature: keytest.Sign(rsa, message)},
	}
}

func issued(counts ...uint64) (list []tx.Issued) {
	for i, n := range counts {
		if n > 0 {
			list = append(list, tx.Issued{Weight: []byte{byte(i + 1)}, Count: n})
		}
	}
	return list
}

func (w *world) result(id election.ID) [][]string {
	w.t.Helper()
	r, err := w.store.View().Result(id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Tally.Strings()
}

func TestWhoeverTheIssuerVouchesForVotes(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	d := w.issued("org", census.Issuer)
	d.Rules.MaxOverwrites, d.DynamicCensus = 1, true
	id := w.elect("org", "e", d)
	w.refused(tx.NotStarted, "ann", w.vouched("ann", "issuer", id, nil, "1", "0"))
	w.next(10, nil)
	w.must("ann", w.vouched("ann", "issuer", id, nil, "1", "0"))
	w.must("bob", w.vouched("bob", "issuer", id, []byte{1, 0}, "1", "1"))
	w.refused(tx.WrongRoot, "eve", w.vouched("eve", "eve", id, nil, "1", "2"))
	w.must("ann", w.vouched("ann", "issuer", id, []byte{7}, "2", "2")) // the weight is that of the last vote
	w.refused(tx.NoOverwritesLeft, "ann", w.vouched("ann", "issuer", id, nil, "3", "0"))
	// Another issuer takes over; what the first one signed is worth nothing now.
	w.must("org", &tx.SetCensus{Nonce: w.nonce("org"), Election: id, IssuerKey: key("second").PublicKey()})
	w.refused(tx.WrongRoot, "eve", w.vouched("eve", "issuer", id, nil, "1", "2"))
	w.must("eve", w.vouched("eve", "second", id, nil, "1", "2"))
	issuer, err := w.fork.Issuer(id)
	if err != nil || string(issuer.Key) != string(key("second").PublicKey()) {
		t.Errorf("the issuer is %+v, %v", issuer, err)
	}
	w.must("org", &tx.SetStatus{Nonce: w.nonce("org"), Election: id, Status: election.Ended})
	w.next(1, nil)
	if got := fmt.Sprint(w.result(id)); got != "[[0 256 8]]" {
		t.Errorf("result is %s", got)
	}
}

func TestBlindCredentialsVoteAsOftenAsTheyWereCounted(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	d := w.issued("org", census.BlindIssuer, 0, 1)
	d.Rules.MaxOverwrites = 1
	id := w.elect("org", "e", d)
	count := func(n ...uint64) *tx.SetCensus {
		return &tx.SetCensus{Nonce: w.nonce("org"), Election: id, Issued: issued(n...)}
	}
	w.must("org", count(4, 1))
	w.must("org", count(2, 1)) // a mistake is corrected before the start
	w.refused(tx.CensusUnchanged, "org", count(2, 1))
	w.next(10, nil)
	w.refused(tx.IssuanceClosed, "org", count(3, 1))
	w.must("ann", w.credited("ann", 0, 1, id, "1", "0"))
	w.must("bob", w.credited("bob", 1, 2, id, "1", "1"))
	w.refused(tx.NoCredentialLeft, "eve", w.credited("eve", 1, 2, id, "1", "1"))
	w.must("ann", w.credited("ann", 0, 1, id, "2", "2")) // an overwrite takes no credential
	w.must("eve", w.credited("eve", 0, 1, id, "1", "2"))
	w.refused(tx.NoCredentialLeft, "dan", w.credited("dan", 0, 1, id, "1", "2"))
	// A member of both classes votes once: the fresh key is the voter.
	w.refused(tx.ClassChanged, "eve", w.credited("eve", 1, 2, id, "2", "2"))
	w.refused(tx.WrongRoot, "dan", w.credited("dan", 2, 1, id, "1", "0"))
	w.refused(tx.WrongRoot, "dan", w.credited("dan", 0, 2, id, "1", "0"))
	w.next(200, nil)
	w.next(1, nil)
	if got := fmt.Sprint(w.result(id)); got != "[[0 2 2]]" {
		t.Errorf("result is %s", got)
	}
	issuer, err := w.store.View().Issuer(id)
	if err != nil || issuer.Classes[0].Voters != 2 || issuer.Classes[1].Voters != 1 {
		t.Errorf("the issuer is %+v, %v", issuer, err)
	}
}

func TestWithoutACountNobodyVotes(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	id := w.elect("org", "e", w.issued("org", census.BlindIssuer, 0))
	w.next(10, nil)
	w.refused(tx.NoCredentialLeft, "ann", w.credited("ann", 0, 1, id, "1", "0"))
}

// refuseIssuers provokes every rejection about issuers.
func refuseIssuers(w *world) {
	org := func() uint32 { return w.nonce("org") }
	signed := w.elect("org", "", w.issued("org", census.Issuer))
	blind := w.elect("org", "", w.issued("org", census.BlindIssuer, 0, 1))
	w.census("t", map[string]uint64{"ann": 1})
	tree := w.elect("org", "", w.draft("org", "t"))
	w.refused(tx.IssuerKeyTaken, "org", w.issued("org", census.BlindIssuer, 2, 1))
	now := w.issued("org", census.BlindIssuer, 2)
	now.StartTime = 0
	w.refused(tx.IssuanceClosed, "org", now)

	root := census.Root{1}
	change := func(id election.ID, p tx.SetCensus) *tx.SetCensus {
		p.Nonce, p.Election = org(), id
		return &p
	}
	w.refused(tx.CensusKind, "org", change(tree, tx.SetCensus{IssuerKey: key("second").PublicKey()}))
	w.refused(tx.CensusKind, "org", change(tree, tx.SetCensus{Issued: issued(1)}))
	w.refused(tx.CensusKind, "org", change(signed, tx.SetCensus{Root: &root}))
	w.refused(tx.CensusKind, "org", change(signed, tx.SetCensus{Issued: issued(1)}))
	w.refused(tx.CensusKind, "org", change(blind, tx.SetCensus{Root: &root}))
	w.refused(tx.CensusKind, "org", change(blind, tx.SetCensus{IssuerKey: key("second").PublicKey()}))
	w.refused(tx.CensusFixed, "org", change(signed, tx.SetCensus{IssuerKey: key("second").PublicKey()}))
	w.refused(tx.CensusUnchanged, "org", change(signed, tx.SetCensus{IssuerKey: key("issuer").PublicKey()}))
	w.refused(tx.BadIssuance, "org", change(blind, tx.SetCensus{Issued: issued(0, 0, 1)}))
	w.refused(tx.BadIssuance, "org", change(blind, tx.SetCensus{Issued: issued(3, 3)}))
	w.refused(tx.BadIssuance, "org", change(blind, tx.SetCensus{Issued: issued(1<<64-1, 1<<64-1)}))
	w.must("org", change(blind, tx.SetCensus{Issued: issued(3, 3), Size: 6}))

	w.next(10, nil)
	w.refused(tx.WrongProofKind, "ann", w.vouched("ann", "issuer", tree, nil, "1", "0"))
	w.refused(tx.WrongProofKind, "ann", w.credited("ann", 0, 1, tree, "1", "0"))
	w.refused(tx.WrongProofKind, "ann", w.ballotOf("ann", "t", signed, "1", "0"))
	w.refused(tx.WrongProofKind, "ann", w.credited("ann", 0, 1, signed, "1", "0"))
	w.refused(tx.WrongProofKind, "ann", w.ballotOf("ann", "t", blind, "1", "0"))
	w.refused(tx.WrongProofKind, "ann", w.vouched("ann", "issuer", blind, nil, "1", "0"))
	for i := range 3 {
		name := fmt.Sprint("voter ", i)
		w.must(name, w.credited(name, 0, 1, blind, "1", "0"))
	}
	w.refused(tx.ClassChanged, "voter 0", w.credited("voter 0", 1, 2, blind, "2", "0"))
	w.refused(tx.NoCredentialLeft, "ann", w.credited("ann", 0, 1, blind, "1", "0"))
}

func TestInvariantsSeeWhatNoIssuerAllowed(t *testing.T) {
	for name, damage := range map[string]func(*state.Fork, election.ID, *state.Issuer) error{
		"more voters than votes": func(f *state.Fork, id election.ID, s *state.Issuer) error {
			s.Classes[0].Voters++
			return f.SetIssuer(id, s)
		},
		"more credentials than places": func(f *state.Fork, id election.ID, s *state.Issuer) error {
			s.Classes[0].Issued = 6
			return f.SetIssuer(id, s)
		},
		"an issuer of another kind": func(f *state.Fork, id election.ID, _ *state.Issuer) error {
			return f.SetIssuer(id, &state.Issuer{Key: key("issuer").PublicKey()})
		},
		"a key that is not marked": func(f *state.Fork, id election.ID, s *state.Issuer) error {
			s.Classes[0].Key[0]++
			return f.SetIssuer(id, s)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.join("org", 1000)
			id := w.elect("org", "e", w.issued("org", census.BlindIssuer, 0))
			w.must("org", &tx.SetCensus{Nonce: w.nonce("org"), Election: id, Issued: issued(2)})
			w.next(10, nil)
			w.must("ann", w.credited("ann", 0, 1, id, "1", "0"))
			if broken := transition.Invariants(w.fork); len(broken) > 0 {
				t.Fatal(broken)
			}
			issuer, err := w.fork.Issuer(id)
			if err != nil {
				t.Fatal(err)
			}
			if err := damage(w.fork, id, issuer); err != nil {
				t.Fatal(err)
			}
			if len(transition.Invariants(w.fork)) != 1 {
				t.Errorf("said: %v", transition.Invariants(w.fork))
			}
		})
	}
}
