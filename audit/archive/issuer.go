package archive

import (
	"github.com/holiman/uint256"

	"urna/census"
	"urna/election"
	"urna/internal/check"
	"urna/tx"
)

// class is a group of voters with blind credentials, as an archive tells of it.
type class struct {
	issued, voters uint64
}

// classKey is what tells classes apart: the key, and the weight it signs for.
type classKey struct {
	key    census.KeyHash
	weight uint256.Int
}

// classesOf are the classes that a new election has.
func classesOf(p *tx.NewElection) map[classKey]*class {
	out := map[classKey]*class{}
	for i := range p.Classes {
		w, _ := p.Classes[i].Amount()
		out[classKey{p.Classes[i].Hash(), w}] = &class{}
	}
	return out
}

// count takes over how many credentials each class has handed out, and tells
// whether anything changes.
func (l *life) count(p *tx.SetCensus, size uint64, at moment) (changed bool, err error) {
	kind := l.settings.CensusOrigin
	if p.Root != nil && (kind == census.BlindIssuer || (kind == census.Issuer) != (p.IssuerKey != nil)) || len(p.Issued) > 0 && kind != census.BlindIssuer {
		return false, broken("block %d changes a census of another kind than %s", at.height, kind)
	}
	if len(p.Issued) == 0 {
		return false, nil
	}
	if at.time >= l.settings.Start {
		return false, broken("block %d counts credentials after the start", at.height)
	}
	counts := map[uint256.Int]uint64{}
	for _, n := range p.Issued {
		w, _ := (&census.Class{Weight: n.Weight}).Amount()
		counts[w] = n.Count
	}
	var total uint256.Int
	for k, c := range l.classes {
		n := counts[k.weight]
		delete(counts, k.weight)
		changed = changed || n != c.issued
		c.issued = n
		total.AddUint64(&total, n)
	}
	if len(counts) > 0 || total.Gt(uint256.NewInt(size)) {
		return false, broken("block %d counts credentials of no class, or more than there are voters", at.height)
	}
	return changed, nil
}

// credited checks that a vote has the proof that the election asks for, and
// counts its credential if it is the voter's first.
func (l *life) credited(t *tx.Verified) error {
	want := l.settings.CensusOrigin
	if want.IsTree() {
		want = census.TreeWeighted
	}
	switch {
	case t.Origin != want:
		return check.Fail(check.Membership, "vote %s has a proof of origin %s, the election's census is %s", t.Nullifier, t.Origin, l.settings.CensusOrigin)
	case want == census.BlindIssuer:
		return l.spend(t)
	case t.Root != l.stage.CensusRoot:
		return check.Fail(check.Membership, "the proof of vote %s leads to the census %s, the election's is %s", t.Nullifier, t.Root, l.stage.CensusRoot)
	}
	return nil
}

func (l *life) spend(t *tx.Verified) error {
	c := l.classes[classKey{t.ClassKey, t.Weight}]
	if c == nil {
		return check.Fail(check.Membership, "the credential of vote %s is of no class of the election", t.Nullifier)
	}
	if weight, voted := l.box.weight(t.Nullifier); voted {
		if weight != t.Weight {
			return check.Fail(check.Membership, "vote %s replaces one of another class", t.Nullifier)
		}
		return nil
	}
	if c.voters >= c.issued {
		return check.Fail(check.Uniqueness, "the vote of %s finds all %d credentials of its class used", t.Nullifier, c.issued)
	}
	c.voters++
	return nil
}

// weight is that of the vote that counts, if the voter has one.
func (b *box) weight(n election.Nullifier) (w uint256.Int, voted bool) {
	at, voted := b.number[n]
	if voted {
		v := b.voter(at)
		w[0], w[1] = v.weight[0], v.weight[1]
	}
	return w, voted
}
