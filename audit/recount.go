package audit

import (
	"bytes"
	"crypto/sha256"
	"math/big"
	"slices"

	"urna/ballot"
	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/state"
)

// recount counts the elections that a block has closed once more, and compares
// the sets of nullifiers that it has completed. With a directory, the claims
// about these elections are put into files.
func (r *replay) recount(closed, sealed []election.ID) error {
	view := r.store.View()
	r.recounting = true
	for _, id := range closed {
		c, err := count(view, id)
		if err != nil {
			return err
		}
		if err := c.compare(view, id); err != nil {
			return err
		}
		r.unsealed[id] = c.nullifiers
		for _, done := range []check.ID{check.Tally, check.Result, check.Counts, check.Log} {
			r.count(done, 1)
		}
	}
	for _, id := range sealed {
		root := r.unsealed[id]
		if root == (light.Hash{}) { // an earlier run has closed it
			c, err := count(view, id)
			if err != nil {
				return err
			}
			root = c.nullifiers
		}
		if err := sealedAs(view, id, root); err != nil {
			return err
		}
		delete(r.unsealed, id)
		r.count(check.Nullifiers, 1)
		if r.o.Dir != "" {
			if err := keepClaims(r.o.Dir, view, id); err != nil {
				return err
			}
		}
	}
	r.recounting = false
	return nil
}

// counted is what the votes of an election amount to. It is found from the
// records and the ballots alone, in an arithmetic of its own, and not by adding
// and taking away as votes come in.
type counted struct {
	records, voters uint64
	cells           [][]big.Int
	weight          big.Int
	root            light.Hash // of the log
	nullifiers      light.Hash // root of their sorted set
}

// entry is a record of the log, to be sorted by voter.
type entry struct {
	nullifier  election.Nullifier
	position   uint32
	replaces   uint32
	overwrites uint32
}

// count goes over the log twice: once for its structure, which says whose vote
// is the last one, and once for the ballots that count. It needs some 50 bytes
// of memory for each record.
func count(view *state.View, id election.ID) (*counted, error) {
	settings, err := view.Settings(id)
	if err != nil {
		return nil, err
	}
	rules := settings.Rules
	c := &counted{cells: make([][]big.Int, rules.MaxCount)}
	for q := range c.cells {
		c.cells[q] = make([]big.Int, rules.MaxValue+1)
	}
	var entries []entry
	var log tree
	err = view.EachVote(id, func(record, _, _ []byte) error {
		rd := codec.NewReader(record)
		v := state.ReadVoteRecord(rd)
		if err := rd.Done(); err != nil {
			return check.Fail(check.Encoding, "record %d of election %s: %v", len(entries), id, err)
		}
		if v.Replaces > uint64(len(entries)) || len(entries) == 1<<32-1 {
			return check.Fail(check.Uniqueness, "record %d of election %s replaces number %d", len(entries), id, v.Replaces)
		}
		log.add(record)
		entries = append(entries, entry{v.Nullifier, uint32(len(entries)), uint32(v.Replaces), v.Overwrites})
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.records, c.root = uint64(len(entries)), log.root()
	last, err := c.voterByVoter(id, entries, rules.MaxOverwrites)
	if err != nil {
		return nil, err
	}
	pos := 0
	return c, view.EachVote(id, func(record, pkg, memo []byte) error {
		if pos++; !last[pos-1] {
			return nil
		}
		v := state.ReadVoteRecord(codec.NewReader(record))
		if ballot.Hash(pkg, memo) != v.BallotHash {
			return check.Fail(check.Tally, "ballot %d of election %s is not the recorded one", pos-1, id)
		}
		b, err := ballot.Decode(pkg)
		if err != nil {
			return check.Fail(check.BallotRules, "ballot %d of election %s: %v", pos-1, id, err)
		}
		if len(b.Values) > len(c.cells) {
			return check.Fail(check.BallotRules, "ballot %d of election %s has %d values", pos-1, id, len(b.Values))
		}
		return c.add(rules, b, v.Weight.ToBig())
	})
}

// voterByVoter sorts the records by voter and says which of them count. A voter's
// records must lead from the newest to the first without a gap.
func (c *counted) voterByVoter(id election.ID, entries []entry, maxOverwrites uint32) (last []bool, err error) {
	slices.SortFunc(entries, func(a, b entry) int {
		if n := bytes.Compare(a.nullifier[:], b.nullifier[:]); n != 0 {
			return n
		}
		return int(int64(a.position) - int64(b.position))
	})
	last = make([]bool, len(entries))
	var set tree
	for i := range entries {
		e := &entries[i]
		if i == 0 || entries[i-1].nullifier != e.nullifier {
			if e.replaces != 0 || e.overwrites != 0 {
				return nil, check.Fail(check.Uniqueness, "record %d of election %s replaces a vote of somebody else", e.position, id)
			}
			set.add(e.nullifier[:])
			c.voters++
		} else {
			before := &entries[i-1]
			if e.replaces != before.position+1 || e.overwrites != before.overwrites+1 {
				return nil, check.Fail(check.Uniqueness, "record %d of election %s does not replace the vote before it", e.position, id)
			}
			if e.overwrites > maxOverwrites {
				return nil, check.Fail(check.Overwrites, "record %d of election %s is overwrite %d of %d", e.position, id, e.overwrites, maxOverwrites)
			}
			last[before.position] = false
		}
		last[e.position] = true
	}
	c.nullifiers = set.root()
	return last, nil
}

// add counts a ballot, as docs/spec/tally.md section 3 has it.
func (c *counted) add(rules ballot.Rules, b ballot.Ballot, weight *big.Int) error {
	c.weight.Add(&c.weight, weight)
	for q, v := range b.Values {
		switch {
		case rules.MaxValue > 0 && v > rules.MaxValue:
			return check.Fail(check.BallotRules, "a ballot that counts has the value %d of at most %d", v, rules.MaxValue)
		case rules.MaxValue > 0:
			c.cells[q][v].Add(&c.cells[q][v], weight)
		case rules.CostFromWeight:
			c.cells[q][0].Add(&c.cells[q][0], big.NewInt(int64(v)))
		default:
			c.cells[q][0].Add(&c.cells[q][0], new(big.Int).Mul(weight, big.NewInt(int64(v))))
		}
	}
	return nil
}

// compare compares the count with what the state says of a closed election.
func (c *counted) compare(view *state.View, id election.ID) error {
	tally, err := view.Tally(id)
	if err != nil {
		return err
	}
	log, err := view.Log(id)
	if err != nil {
		return err
	}
	result, err := view.Result(id)
	if err != nil {
		return err
	}
	stage, err := view.Stage(id)
	if err != nil {
		return err
	}
	switch cells := c.strings(); {
	case log.Root != c.root || log.Size != c.records:
		return check.Fail(check.Log, "the log of election %s has root %x of %d votes, the state says %x of %d", id, c.root, c.records, log.Root, log.Size)
	case log.Voters != c.voters:
		return check.Fail(check.Counts, "election %s has %d voters, the state says %d", id, c.voters, log.Voters)
	case c.weight.String() != tally.Weight.Dec() || !sameCells(cells, tally.Strings()):
		return check.Fail(check.Tally, "the ballots of election %s make %v of weight %s, the state says %v of %s", id, cells, &c.weight, tally.Strings(), tally.Weight.Dec())
	case c.weight.String() != result.Tally.Weight.Dec() || !sameCells(cells, result.Tally.Strings()):
		return check.Fail(check.Result, "the result of election %s is %v, its ballots make %v", id, result.Tally.Strings(), cells)
	case result.VoteRoot != c.root || result.VoteSize != c.records || result.CensusRoot != stage.CensusRoot ||
		result.Method != state.MethodRunningSum || result.Height != uint64(view.Height()):
		return check.Fail(check.Result, "the result of election %s speaks of another log, census or height", id)
	case result.Votes != c.voters || result.Overwritten != c.records-c.voters || result.Invalid != 0:
		return check.Fail(check.Counts, "the result of election %s counts %d voters and %d overwrites, there are %d and %d",
			id, result.Votes, result.Overwritten, c.voters, c.records-c.voters)
	}
	return nil
}

func (c *counted) strings() [][]string {
	out := make([][]string, len(c.cells))
	for q := range c.cells {
		for v := range c.cells[q] {
			out[q] = append(out[q], c.cells[q][v].String())
		}
	}
	return out
}

func sameCells(a, b [][]string) bool {
	return slices.EqualFunc(a, b, func(a, b []string) bool { return slices.Equal(a, b) })
}

// sealedAs compares a complete set of nullifiers with its root.
func sealedAs(view *state.View, id election.ID, root light.Hash) error {
	s, err := view.Sealing(id)
	if err != nil {
		return err
	}
	log, err := view.Log(id)
	if err != nil {
		return err
	}
	if !s.Done || s.Root != root || s.Count != log.Voters {
		return check.Fail(check.Nullifiers, "the nullifiers of election %s make the root %x of %d, the state says %x of %d", id, root, log.Voters, s.Root, s.Count)
	}
	return nil
}

// tree adds up an RFC 6962 tree leaf by leaf, as the page has it and no other
// code of the house.
type tree struct {
	full []light.Hash // of full subtrees, largest first
	n    uint64
}

func (m *tree) add(leaf []byte) {
	h := sha256.Sum256(append([]byte{0}, leaf...))
	for n := m.n; n&1 == 1; n >>= 1 {
		h = inner(m.full[len(m.full)-1], h)
		m.full = m.full[:len(m.full)-1]
	}
	m.full = append(m.full, h)
	m.n++
}

func (m *tree) root() light.Hash {
	if m.n == 0 {
		return sha256.Sum256(nil)
	}
	h := m.full[len(m.full)-1]
	for i := len(m.full) - 2; i >= 0; i-- {
		h = inner(m.full[i], h)
	}
	return h
}

func inner(left, right light.Hash) light.Hash {
	var b [65]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[33:], right[:])
	return sha256.Sum256(b[:])
}
