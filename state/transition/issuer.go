package transition

import (
	"errors"
	"fmt"

	"github.com/holiman/uint256"

	"urna/census"
	"urna/election"
	"urna/state"
	"urna/tx"
)

// createIssuer writes who lets people vote in a new election, if no tree does.
func (s *step) createIssuer(id election.ID, p *tx.NewElection) error {
	switch p.CensusOrigin {
	case census.Issuer:
		return s.f.SetIssuer(id, &state.Issuer{Key: p.IssuerKey})
	case census.BlindIssuer:
		issuer := &state.Issuer{}
		for i := range p.Classes {
			weight, _ := p.Classes[i].Amount()
			class := state.IssuerClass{Weight: weight, Key: p.Classes[i].Hash()}
			if err := s.f.TakeClass(class.Key, s.b.Height); err != nil {
				return err
			}
			issuer.Classes = append(issuer.Classes, class)
		}
		return s.f.SetIssuer(id, issuer)
	}
	return nil
}

// checkClasses checks that no key has served another election: whoever got a
// credential there could use it here.
func (s *step) checkClasses(p *tx.NewElection) error {
	for i := range p.Classes {
		taken, err := s.f.ClassTaken(p.Classes[i].Hash())
		if err != nil {
			return err
		}
		if taken {
			return tx.Reject(tx.IssuerKeyTaken, "the key of weight class %d has served an election before", i)
		}
	}
	return nil
}

// changeIssuer carries out what a change of census says about the issuer, and
// tells whether anything changes. The stage has its new root and size.
func (s *step) changeIssuer(p *tx.SetCensus, e *election.Settings, stage *state.Stage) (changed bool, err error) {
	if p.IssuerKey == nil && len(p.Issued) == 0 {
		return false, nil
	}
	issuer, err := s.f.Issuer(e.ID)
	if err != nil {
		return false, fmt.Errorf("issuer of %s: %w", e.ID, err)
	}
	if p.IssuerKey != nil {
		issuer.Key = p.IssuerKey
		return false, s.f.SetIssuer(e.ID, issuer) // the root tells whether it is new
	}
	if s.b.Time >= e.Start {
		return false, tx.Reject(tx.IssuanceClosed, "credentials are counted before the election starts, which was at %d", e.Start)
	}
	if changed, err = count(issuer, p.Issued, stage.MaxCensusSize); err != nil {
		return false, err
	}
	return changed, s.f.SetIssuer(e.ID, issuer)
}

// count notes how many credentials each class has handed out: those that are
// not listed, none.
func count(issuer *state.Issuer, issued []tx.Issued, limit uint64) (changed bool, err error) {
	var total uint256.Int
	next := 0
	for i := range issuer.Classes {
		class := &issuer.Classes[i]
		n := uint64(0)
		if next < len(issued) {
			if w, _ := (&census.Class{Weight: issued[next].Weight}).Amount(); w == class.Weight {
				n, next = issued[next].Count, next+1
			}
		}
		changed = changed || n != class.Issued
		class.Issued = n
		total.Add(&total, uint256.NewInt(n))
	}
	if next < len(issued) {
		return false, tx.Reject(tx.BadIssuance, "the election has no class of weight %x", issued[next].Weight)
	}
	if total.Gt(uint256.NewInt(limit)) {
		return false, tx.Reject(tx.BadIssuance, "%s credentials are more than maxCensusSize, %d", total.Dec(), limit)
	}
	return changed, nil
}

// checkKind checks that a change is of the census that the election has.
func checkKind(p *tx.SetCensus, origin census.Origin) error {
	switch {
	case (p.IssuerKey != nil) != (p.Root != nil && origin == census.Issuer):
		return tx.Reject(tx.CensusKind, "a census of origin %s has another kind of root", origin)
	case p.Root != nil && origin == census.BlindIssuer:
		return tx.Reject(tx.CensusKind, "the classes of a blind issuer never change")
	case len(p.Issued) > 0 && origin != census.BlindIssuer:
		return tx.Reject(tx.CensusKind, "a census of origin %s counts no credentials", origin)
	}
	return nil
}

// checkProof checks that the proof of a vote is of the election's census. For a
// blind credential it returns the issuer and the credential's class.
func (s *step) checkProof(e *election.Settings, stage *state.Stage) (*state.Issuer, *state.IssuerClass, error) {
	want := e.CensusOrigin
	if want.IsTree() {
		want = census.TreeWeighted
	}
	if s.t.Origin != want {
		return nil, nil, tx.Reject(tx.WrongProofKind, "a proof of origin %s, the election's census is of origin %s", s.t.Origin, e.CensusOrigin)
	}
	if want != census.BlindIssuer {
		if s.t.Root != stage.CensusRoot {
			return nil, nil, tx.Reject(tx.WrongRoot, "merkle proof verification failed: it leads to census %s, the election's is %s", s.t.Root, stage.CensusRoot)
		}
		return nil, nil, nil
	}
	issuer, err := s.f.Issuer(e.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("issuer of %s: %w", e.ID, err)
	}
	for i := range issuer.Classes {
		if class := &issuer.Classes[i]; class.Key == s.t.ClassKey && class.Weight == s.t.Weight {
			return issuer, class, nil
		}
	}
	return nil, nil, tx.Reject(tx.WrongRoot, "the election has no class of weight %s with the key %x", s.t.Weight.Dec(), s.t.ClassKey)
}

// spend counts the first vote of a credential.
func (s *step) spend(id election.ID, issuer *state.Issuer, class *state.IssuerClass) error {
	if class == nil {
		return nil
	}
	if class.Voters >= class.Issued {
		return tx.Reject(tx.NoCredentialLeft, "all %d credentials of weight %s that were counted have voted", class.Issued, class.Weight.Dec())
	}
	class.Voters++
	return s.f.SetIssuer(id, issuer)
}

// issuerInvariants checks that nobody voted whom no issuer let.
func issuerInvariants(v state.Reader, e *election.Settings, stage *state.Stage, log state.Log) (broken []error) {
	say := func(format string, args ...any) { broken = append(broken, fmt.Errorf(format, args...)) }
	issuer, err := v.Issuer(e.ID)
	if errors.Is(err, state.ErrNotFound) && e.CensusOrigin.IsTree() {
		return nil
	}
	if err != nil || e.CensusOrigin.IsTree() {
		return []error{fmt.Errorf("an issuer in an election of origin %s: %w", e.CensusOrigin, err)}
	}
	if (e.CensusOrigin == census.BlindIssuer) != (len(issuer.Classes) > 0) {
		say("%d classes of credentials in an election of origin %s", len(issuer.Classes), e.CensusOrigin)
		return broken
	}
	var issued uint256.Int
	var voters uint64
	for i := range issuer.Classes {
		c := &issuer.Classes[i]
		issued.Add(&issued, uint256.NewInt(c.Issued))
		voters += c.Voters
		if taken, err := v.ClassTaken(c.Key); !taken {
			say("the key of class %d is not marked as taken, %v", i, err)
		}
	}
	if len(issuer.Classes) > 0 && (voters != log.Voters || issued.Gt(uint256.NewInt(stage.MaxCensusSize))) {
		say("%d voters with %s credentials in a log of %d and a census of %d", voters, issued.Dec(), log.Voters, stage.MaxCensusSize)
	}
	return broken
}
