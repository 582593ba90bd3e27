package state

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"

	"urna/election"
	"urna/internal/kv"
)

// ErrUnsealed says that the set of an election's nullifiers is not finished yet:
// the election is open, or the blocks since have not had room for all of them.
var ErrUnsealed = errors.New("state: the set of nullifiers is not sealed yet")

// NullifierProof tells whether a nullifier is in the sealed set of an election,
// and if it is not, between which neighbours it would stand.
type NullifierProof struct {
	Found bool   // it is in the set; there are no neighbours then
	Count uint64 // members of the set

	// Before and After have positions one apart. Before is nil where the set
	// begins, After where it ends.
	Before, After *Neighbour
}

// Neighbour is a member of a sealed set, with its inclusion proof against the
// root and the count in the Sealing record.
type Neighbour struct {
	Position  uint64 // in byte order, from 0
	Nullifier election.Nullifier
	Hashes    [][32]byte // RFC 6962, leaf level first
}

// ProveNullifier looks a nullifier up in the sealed set of an election, or
// returns ErrUnsealed. Of the set's tree only the root is kept: this reads all
// nullifiers of the election, twice, and hashes them, which takes about half a
// second and no memory for a million.
func (v *View) ProveNullifier(id election.ID, n election.Nullifier) (NullifierProof, error) {
	set, err := v.Sealing(id)
	if err != nil {
		return NullifierProof{}, err
	}
	if !set.Done {
		return NullifierProof{}, ErrUnsealed
	}
	p := NullifierProof{Count: set.Count}
	var before, after Neighbour
	var below, above bool
	err = eachNullifier(v.store.db, id, func(pos uint64, m election.Nullifier) bool {
		switch c := compareNullifiers(m, n); {
		case c < 0:
			before, below = Neighbour{Position: pos, Nullifier: m}, true
		case c == 0:
			p.Found = true
		case c > 0:
			after, above = Neighbour{Position: pos, Nullifier: m}, true
		}
		return !p.Found && !above
	})
	if err != nil || p.Found {
		return p, err
	}
	if below {
		p.Before = &before
	}
	if above {
		p.After = &after
	}
	return p, proveMembers(v.store.db, id, set, p.Before, p.After)
}

// proveMembers writes the inclusion proofs of members of a sealed set, those
// that are nil left out.
func proveMembers(db reads, id election.ID, set *Sealing, members ...*Neighbour) error {
	found := map[compact.NodeID][]byte{}
	paths := make([]proof.Nodes, len(members))
	for i, m := range members {
		if m == nil {
			continue
		}
		var err error
		if paths[i], err = proof.Inclusion(m.Position, set.Count); err != nil {
			return fmt.Errorf("state: nullifiers of %s: %w", id, err)
		}
		for _, node := range paths[i].IDs {
			found[node] = nil
		}
	}
	if err := rehashSet(db, id, set, found); err != nil {
		return err
	}
	for i, m := range members {
		if m == nil {
			continue
		}
		hashes := make([][]byte, len(paths[i].IDs))
		for j, node := range paths[i].IDs {
			hashes[j] = found[node]
		}
		hashes, err := paths[i].Rehash(hashes, hashChildren)
		if err != nil {
			return fmt.Errorf("state: nullifiers of %s: %w", id, err)
		}
		for _, h := range hashes {
			m.Hashes = append(m.Hashes, [32]byte(h))
		}
	}
	return nil
}

// rehashSet hashes all nullifiers of an election again, notes the hashes of the
// nodes in found, and compares the root with the sealed one.
func rehashSet(db reads, id election.ID, set *Sealing, found map[compact.NodeID][]byte) error {
	r := logTree.NewEmptyRange(0)
	visit := func(node compact.NodeID, hash []byte) {
		if _, wanted := found[node]; wanted {
			found[node] = hash
		}
	}
	var failed error
	err := eachNullifier(db, id, func(_ uint64, m election.Nullifier) bool {
		failed = r.Append(hashLeaf(m[:]), visit)
		return failed == nil
	})
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	root, err := rootOf(r)
	if err != nil {
		return err
	}
	if r.End() != set.Count || root != set.Root {
		return fmt.Errorf("state: the nullifiers of %s are %d with root %x, sealed were %d with root %x", id, r.End(), root, set.Count, set.Root)
	}
	return nil
}

// eachNullifier visits the nullifiers of an election that takes no votes any
// more, in byte order, until visit returns false.
func eachNullifier(db reads, id election.ID, visit func(pos uint64, n election.Nullifier) bool) error {
	prefix := logPrefix(indexKeys, id)
	it, err := db.Iter(prefix, kv.PrefixEnd(prefix))
	if err != nil {
		return err
	}
	for pos := uint64(0); it.Next(); pos++ {
		n, ok := bytes.CutPrefix(it.Key(), prefix)
		if !ok || len(n) != len(election.Nullifier{}) {
			err = fmt.Errorf("state: the index of %s has an entry %x", id, it.Key())
			break
		}
		if !visit(pos, election.Nullifier(n)) {
			break
		}
	}
	return errors.Join(err, it.Close())
}
