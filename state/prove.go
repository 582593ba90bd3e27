package state

import (
	"fmt"

	ics23 "github.com/cosmos/ics23/go"
	"github.com/transparency-dev/merkle/proof"

	"urna/election"
	"urna/internal/codec"
)

// Prove returns the value of a key of the hashed tree with an ICS-23 proof
// against Root (ics23.IavlSpec): of existence, or of absence with a nil value.
func (v *View) Prove(key []byte) (value []byte, p *ics23.CommitmentProof, err error) {
	if len(key) == 0 || prefixes[key[0]] == "" {
		return nil, nil, fmt.Errorf("state: %x is no key", key)
	}
	if v.height == 0 {
		return nil, nil, ErrUncommitted // nothing can be proved about nothing
	}
	if value, err = v.tree.Get(key); err == nil {
		p, err = v.tree.GetProof(key)
	}
	if err != nil {
		return nil, nil, v.fault("prove "+describe(key), err)
	}
	return append([]byte(nil), value...), p, nil
}

// ProveVote returns the record at a position of an election's log, with a proof
// against the Log record of this height.
func (v *View) ProveVote(id election.ID, pos uint64) (VoteProof, error) {
	log, err := v.log(id)
	if err != nil {
		return VoteProof{}, err
	}
	if pos >= log.Size {
		return VoteProof{}, ErrNotFound
	}
	record, err := leaf(v.store.db, id, pos)
	if err != nil {
		return VoteProof{}, err
	}
	nodes, err := proof.Inclusion(pos, log.Size)
	if err != nil {
		return VoteProof{}, fmt.Errorf("state: prove vote %d of %s: %w", pos, id, err)
	}
	hashes := make([][]byte, len(nodes.IDs))
	for i, node := range nodes.IDs {
		if hashes[i], err = nodeHash(v.store.db, id, node); err != nil {
			return VoteProof{}, err
		}
	}
	if hashes, err = nodes.Rehash(hashes, hashChildren); err != nil {
		return VoteProof{}, fmt.Errorf("state: prove vote %d of %s: %w", pos, id, err)
	}
	w := codec.Writer{}
	record.Append(&w)
	p := VoteProof{Record: w.B, Size: log.Size, Hashes: make([][32]byte, len(hashes))}
	for i, h := range hashes {
		p.Hashes[i] = [32]byte(h)
	}
	return p, nil
}
