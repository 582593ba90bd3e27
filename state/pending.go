package state

import (
	"fmt"
	"slices"

	"urna/ballot"
	"urna/election"
)

// pending are votes that a fork adds to an election's log.
type pending struct {
	votes  []NewVote
	voters uint64                     // votes that replace none
	last   map[election.Nullifier]int // newest vote of each nullifier; nil while there are few
}

const fewVotes = 8 // that are searched one by one

func (p *pending) add(votes ...NewVote) {
	for i := range votes {
		if votes[i].Record.Replaces == 0 {
			p.voters++
		}
		p.votes = append(p.votes, votes[i])
		if p.last != nil {
			p.last[votes[i].Record.Nullifier] = len(p.votes) - 1
		}
	}
	if p.last == nil && len(p.votes) > fewVotes {
		p.last = make(map[election.Nullifier]int, 4*fewVotes)
		for i := range p.votes {
			p.last[p.votes[i].Record.Nullifier] = i
		}
	}
}

// find returns the index of the newest vote of a nullifier, or -1.
func (p *pending) find(n election.Nullifier) int {
	if p.last != nil {
		if i, ok := p.last[n]; ok {
			return i
		}
		return -1
	}
	for i := len(p.votes) - 1; i >= 0; i-- {
		if p.votes[i].Record.Nullifier == n {
			return i
		}
	}
	return -1
}

// Log returns an election's log with the counters of all votes so far. Root is
// the committed one; see VoteRoot.
func (f *Fork) Log(id election.ID) (Log, error) {
	log, err := f.log(id)
	if err != nil {
		return Log{}, err
	}
	for g := f; g != nil; g = g.parent {
		if p := g.logs[id]; p != nil {
			log.Size += uint64(len(p.votes))
			log.Voters += p.voters
		}
	}
	log.Overwrites = log.Size - log.Voters
	return log, nil
}

// added lists the votes that the fork and those below it add to a log.
func (f *Fork) added(id election.ID) []NewVote {
	var own []NewVote
	if p := f.logs[id]; p != nil {
		own = p.votes
	}
	if f.parent == nil {
		return own
	}
	return slices.Concat(f.parent.added(id), own)
}

// Tally returns the sum of an election's ballots with all votes so far.
func (f *Fork) Tally(id election.ID) (*ballot.Tally, error) {
	t, err := f.tally(id)
	if err != nil {
		return nil, err
	}
	votes := f.added(id)
	for i := range votes {
		v := &votes[i]
		if v.Old != nil {
			t.Sub(v.Rules, v.Old.Ballot, &v.Old.Weight)
		}
		t.Add(v.Rules, v.Ballot, &v.Record.Weight)
	}
	return t, nil
}

// VoteRoot computes the root of an election's log with all votes so far.
func (f *Fork) VoteRoot(id election.ID) ([32]byte, error) {
	log, err := f.log(id)
	if err != nil {
		return [32]byte{}, err
	}
	votes := f.added(id)
	if len(votes) == 0 {
		return log.Root, nil
	}
	g, err := f.view.store.grow(id, log.Size, votes)
	return g.root, err
}

// Vote returns the latest record of a nullifier and its position.
func (f *Fork) Vote(id election.ID, n election.Nullifier) (VoteRecord, uint64, error) {
	log, err := f.Log(id)
	if err != nil {
		return VoteRecord{}, 0, err
	}
	record, pos, err := f.vote(id, n, log.Size)
	switch err {
	case nil:
		f.asked = question{id, n, pos + 1, true}
	case ErrNotFound:
		f.asked = question{id, n, 0, true}
	}
	return record, pos, err
}

func (f *Fork) vote(id election.ID, n election.Nullifier, size uint64) (VoteRecord, uint64, error) {
	for g := f; g != nil; g = g.parent {
		if p := g.logs[id]; p != nil {
			size -= uint64(len(p.votes))
			if i := p.find(n); i >= 0 {
				return p.votes[i].Record, size + uint64(i), nil
			}
		}
	}
	return f.view.store.latest(id, n, size)
}

// at returns the pending vote at a position, or nil if the position is a
// committed one or beyond the log.
func (f *Fork) at(id election.ID, pos uint64) (*NewVote, error) {
	log, err := f.Log(id)
	if err != nil {
		return nil, err
	}
	size := log.Size
	for g := f; g != nil && pos < size; g = g.parent {
		if p := g.logs[id]; p != nil {
			size -= uint64(len(p.votes))
			if pos >= size {
				return &p.votes[pos-size], nil
			}
		}
	}
	return nil, nil
}

// VoteAt returns the record at a position.
func (f *Fork) VoteAt(id election.ID, pos uint64) (VoteRecord, error) {
	v, err := f.at(id, pos)
	if err != nil {
		return VoteRecord{}, err
	}
	if v != nil {
		return v.Record, nil
	}
	return f.view.VoteAt(id, pos)
}

// Ballot returns the bytes of the vote at a position.
func (f *Fork) Ballot(id election.ID, pos uint64) (pkg, memo []byte, err error) {
	v, err := f.at(id, pos)
	if err != nil {
		return nil, nil, err
	}
	if v != nil {
		return slices.Clone(v.Package), slices.Clone(v.Memo), nil
	}
	return f.view.Ballot(id, pos)
}

// ClosedNullifiers returns the nullifiers of an election in byte order, from
// the first one above after, or from the start if after is nil.
func (f *Fork) ClosedNullifiers(id election.ID, after *election.Nullifier, limit int) ([]election.Nullifier, error) {
	log, err := f.log(id)
	if err != nil {
		return nil, err
	}
	out, err := nullifiers(f.view.store.db, id, after, limit, log.Size)
	if err != nil {
		return nil, err
	}
	for _, v := range f.added(id) {
		n := v.Record.Nullifier
		if v.Record.Replaces == 0 && (after == nil || compareNullifiers(n, *after) > 0) {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, compareNullifiers)
	return out[:min(limit, len(out))], nil
}

// AddVote appends a vote to an election's log and returns its position. The
// caller has looked the nullifier up: the record must name the vote that it
// replaces, and Old must be that vote.
func (f *Fork) AddVote(id election.ID, v NewVote) (pos uint64, err error) {
	if err := v.Record.check(); err != nil {
		return 0, fmt.Errorf("state: vote in %s: %w", id, err)
	}
	if len(v.Package) > maxBallotBytes || len(v.Memo) > maxBallotBytes {
		return 0, fmt.Errorf("state: vote in %s: the ballot is over %d bytes", id, maxBallotBytes)
	}
	log, err := f.Log(id)
	if err != nil {
		return 0, err
	}
	if q := &f.asked; !q.answer || q.id != id || q.n != v.Record.Nullifier {
		if _, _, err := f.Vote(id, v.Record.Nullifier); err != nil && err != ErrNotFound {
			return 0, err
		}
	}
	if f.asked.next != v.Record.Replaces || (v.Old == nil) != (v.Record.Replaces == 0) {
		return 0, fmt.Errorf("state: vote in %s: the newest vote of %s is number %d, not %d", id, v.Record.Nullifier, f.asked.next, v.Record.Replaces)
	}
	p := f.logs[id]
	if p == nil {
		if f.logs == nil {
			f.logs = map[election.ID]*pending{}
		}
		p = &pending{}
		f.logs[id] = p
	}
	p.add(v)
	f.edits++
	f.asked.answer = false
	return log.Size, nil
}
