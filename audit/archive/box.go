package archive

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"

	"urna/ballot"
	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/state"
)

// box is what a verifier keeps of the votes: for each voter the ballot that
// counts, the hashes of those that do not count any more, and the right edge of
// the log. About 180 bytes a voter, and the ballots.
//
// Ballots are kept as values, each distinct one once, and added up at the end;
// so the tally does not depend on the law's running sum, nor on its order.
type box struct {
	rules  ballot.Rules
	number map[election.Nullifier]uint32 // of each voter in pages
	pages  [][]voter
	voters uint64

	earlier map[uint32][][32]byte // hashes of the ballots that were replaced
	kinds   map[string]uint32     // number of each distinct ballot in ballots
	ballots []string              // their values as varints

	log     *compact.Range
	records uint64
	buffer  codec.Writer
	tell    func(record []byte) error // of every record, if it is set
}

// voter is the vote that counts.
type voter struct {
	nullifier  election.Nullifier
	hash       [32]byte  // of the ballot
	weight     [2]uint64 // below 2^128
	position   uint64    // in the log
	ballot     uint32
	overwrites uint32
}

const pageLen = 4096

var logTree = &compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}

func newBox(rules ballot.Rules) *box {
	return &box{
		rules: rules, number: map[election.Nullifier]uint32{}, earlier: map[uint32][][32]byte{},
		kinds: map[string]uint32{}, log: logTree.NewEmptyRange(0),
	}
}

func (b *box) voter(n uint32) *voter { return &b.pages[n/pageLen][n%pageLen] }

// vote is what the box needs to know of a vote that the law would accept as far
// as it stands alone.
type vote struct {
	nullifier election.Nullifier
	hash      [32]byte
	weight    ballot.Amount
	ballot    ballot.Ballot
	height    uint64
}

// cast puts a vote into the box, of whose voters there may be at most room.
func (b *box) cast(v *vote, room uint64) error {
	record := state.VoteRecord{Nullifier: v.nullifier, BallotHash: v.hash, Weight: v.weight, Height: v.height}
	n, known := b.number[v.nullifier]
	if known {
		old := b.voter(n)
		if err := b.replace(n, old, v); err != nil {
			return err
		}
		record.Replaces, record.Overwrites = old.position+1, old.overwrites+1
	} else {
		if b.voters >= room {
			return check.Fail(check.Uniqueness, "the vote of %s finds all %d places taken", v.nullifier, room)
		}
		n = b.enter(v.nullifier)
	}
	at := b.voter(n)
	at.hash, at.weight, at.position = v.hash, [2]uint64{v.weight[0], v.weight[1]}, b.records
	at.ballot, at.overwrites = b.kind(v.ballot), record.Overwrites
	return b.append(&record)
}

// enter makes room for a voter.
func (b *box) enter(nullifier election.Nullifier) uint32 {
	n := uint32(b.voters)
	if n%pageLen == 0 {
		b.pages = append(b.pages, make([]voter, pageLen))
	}
	b.voter(n).nullifier = nullifier
	b.number[nullifier] = n
	b.voters++
	return n
}

// replace checks that a vote may take the place of the one before.
func (b *box) replace(n uint32, old *voter, v *vote) error {
	if old.overwrites >= b.rules.MaxOverwrites {
		return check.Fail(check.Overwrites, "the vote of %s is replaced for the %dth time, %d are allowed", v.nullifier, old.overwrites+1, b.rules.MaxOverwrites)
	}
	if v.hash == old.hash || slices.Contains(b.earlier[n], v.hash) {
		return check.Fail(check.Overwrites, "a ballot of %s was accepted before", v.nullifier)
	}
	b.earlier[n] = append(b.earlier[n], old.hash)
	return nil
}

// kind is the number of a ballot among the distinct ones.
func (b *box) kind(v ballot.Ballot) uint32 {
	packed := make([]byte, 0, 5*ballot.MaxValues)
	for _, x := range v.Values {
		packed = binary.AppendUvarint(packed, uint64(x))
	}
	n, known := b.kinds[string(packed)]
	if !known {
		n = uint32(len(b.ballots))
		kept := string(packed)
		b.kinds[kept] = n
		b.ballots = append(b.ballots, kept)
	}
	return n
}

// unpack is the ballot that kind has packed.
func unpack(packed string) (v ballot.Ballot) {
	for rest := []byte(packed); len(rest) > 0; {
		x, n := binary.Uvarint(rest)
		v.Values, rest = append(v.Values, uint32(x)), rest[n:]
	}
	return v
}

// append adds a record to the log.
func (b *box) append(r *state.VoteRecord) error {
	b.buffer.B = b.buffer.B[:0]
	r.Append(&b.buffer)
	b.records++
	if b.tell != nil {
		if err := b.tell(b.buffer.B); err != nil {
			return err
		}
	}
	return b.log.Append(rfc6962.DefaultHasher.HashLeaf(b.buffer.B), nil)
}

// tally adds up the ballots that count.
func (b *box) tally() ballot.Tally {
	t := ballot.NewTally(b.rules)
	for n := range uint32(b.voters) {
		v := b.voter(n)
		t.Add(b.rules, unpack(b.ballots[v.ballot]), &ballot.Amount{v.weight[0], v.weight[1]})
	}
	return t
}

// voteRoot is the root of the log.
func (b *box) voteRoot() (light.Hash, error) { return rootOf(b.log) }

// nullifiers are the root of their sorted set and the last one in it.
func (b *box) nullifiers() (root light.Hash, last election.Nullifier, err error) {
	order := make([]uint32, b.voters)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(i, j uint32) int {
		return bytes.Compare(b.voter(i).nullifier[:], b.voter(j).nullifier[:])
	})
	set := logTree.NewEmptyRange(0)
	for _, n := range order {
		last = b.voter(n).nullifier
		if err := set.Append(rfc6962.DefaultHasher.HashLeaf(last[:]), nil); err != nil {
			return root, last, err
		}
	}
	root, err = rootOf(set)
	return root, last, err
}

func rootOf(r *compact.Range) (light.Hash, error) {
	if r.End() == 0 {
		return light.Hash(rfc6962.DefaultHasher.EmptyRoot()), nil
	}
	root, err := r.GetRootHash(nil)
	if err != nil {
		return light.Hash{}, err
	}
	return light.Hash(root), nil
}
