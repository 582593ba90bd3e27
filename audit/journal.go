package audit

import (
	"fmt"
	"slices"
	"time"

	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/tx"
)

// journal is what a replay keeps of a block beside the state: what it takes to
// go on after it, and to look back.
type journal struct {
	height    int64
	hash      light.Hash
	parts     uint32
	partsHash light.Hash
	time      time.Time
	results   light.Hash

	// The validators of height+2 stand in the journal of height setAt, which is
	// where they last changed; 0 is the genesis.
	setAt int64
	set   light.Validators

	proofs         []light.Hash // of misbehaviour that the block holds
	closed, sealed []election.ID
	sums           totals
	counts         map[check.ID]uint64
}

// totals are sums over the blocks so far.
type totals struct {
	Transactions uint64 `json:"transactions"`
	Refused      uint64 `json:"refused"` // of them
	Votes        uint64 `json:"votes"`
	Overwrites   uint64 `json:"overwrites"` // of them
}

const journalVersion = 1

// Bounds of a file of our own.
const (
	maxListed   = 1 << 20
	maxSetBytes = 1 << 20
)

func (j *journal) encode() []byte {
	w := codec.Writer{}
	w.U8(journalVersion)
	w.Uvarint(uint64(j.height))
	w.Fixed(j.hash[:])
	w.Uvarint(uint64(j.parts))
	w.Fixed(j.partsHash[:])
	w.Uvarint(uint64(j.time.Unix()))
	w.Uvarint(uint64(j.time.Nanosecond()))
	w.Fixed(j.results[:])
	w.Uvarint(uint64(j.setAt))
	if j.set == nil {
		w.Bytes(nil)
	} else {
		w.Bytes(j.set.Encode())
	}
	w.Uvarint(uint64(len(j.proofs)))
	for i := range j.proofs {
		w.Fixed(j.proofs[i][:])
	}
	for _, ids := range [][]election.ID{j.closed, j.sealed} {
		w.Uvarint(uint64(len(ids)))
		for i := range ids {
			w.Fixed(ids[i][:])
		}
	}
	for _, n := range []uint64{j.sums.Transactions, j.sums.Refused, j.sums.Votes, j.sums.Overwrites} {
		w.Uvarint(n)
	}
	w.Uvarint(uint64(len(j.counts)))
	for _, info := range check.All {
		if n, ok := j.counts[info.ID]; ok {
			w.Uvarint(uint64(info.ID))
			w.Uvarint(n)
		}
	}
	return w.B
}

func readJournal(b []byte) (*journal, error) {
	r := codec.NewReader(b)
	if r.U8() != journalVersion {
		r.Fail()
	}
	j := &journal{height: int64(r.Uvarint())}
	r.Into(j.hash[:])
	j.parts = uint32(r.Uvarint())
	r.Into(j.partsHash[:])
	s, ns := r.Uvarint(), r.Uvarint()
	if s > tx.MaxTime || ns >= uint64(time.Second) {
		r.Fail()
	}
	j.time = time.Unix(int64(s), int64(ns)).UTC()
	r.Into(j.results[:])
	j.setAt = int64(r.Uvarint())
	if set := r.Bytes(maxSetBytes); len(set) > 0 && r.Err() == nil {
		var err error
		if j.set, err = light.ParseValidators(set); err != nil {
			return nil, fmt.Errorf("audit: journal: %w", err)
		}
	}
	j.proofs = hashes[light.Hash](r)
	j.closed, j.sealed = hashes[election.ID](r), hashes[election.ID](r)
	for _, n := range []*uint64{&j.sums.Transactions, &j.sums.Refused, &j.sums.Votes, &j.sums.Overwrites} {
		*n = r.Uvarint()
	}
	j.counts = map[check.ID]uint64{}
	for range min(r.Uvarint(), uint64(len(check.All))) {
		id := check.ID(r.Uvarint())
		j.counts[id] = r.Uvarint()
	}
	if err := r.Done(); err != nil {
		return nil, fmt.Errorf("audit: journal: %w", err)
	}
	return j, nil
}

func hashes[T ~[32]byte](r *codec.Reader) (out []T) {
	n := r.Uvarint()
	if n > maxListed || n > uint64(r.Len()) {
		r.Fail()
		return nil
	}
	for range n {
		var h [32]byte
		r.Into(h[:])
		out = append(out, T(h))
	}
	return out
}

// journal is the one of the block that is being confirmed.
func (r *replay) journal(a *applied) []byte {
	l := &r.last
	j := &journal{
		height: l.height, hash: l.hash, parts: l.parts, partsHash: l.partsHash, time: l.time, results: l.results,
		setAt: r.setSince, proofs: a.proofs, closed: a.closed, sealed: a.sealed, sums: r.sums, counts: r.counts,
	}
	if l.next != l.now { // the block has changed them, see set.change
		r.setSince = l.height
		j.setAt, j.set = l.height, l.next.list
	}
	return j.encode()
}

// journalOf is that of a confirmed block.
func (r *replay) journalOf(height int64) (*journal, error) {
	b, err := r.store.Journal(height)
	if err != nil {
		return nil, fmt.Errorf("audit: journal of block %d: %w", height, err)
	}
	j, err := readJournal(b)
	if err == nil && j.height != height {
		err = fmt.Errorf("audit: the journal of block %d is of block %d", height, j.height)
	}
	return j, err
}

// setAt is the set of validators of a height whose blocks are confirmed, or of
// one of the two that follow.
func (r *replay) setAt(height int64) (*set, error) {
	if height <= 2 {
		return r.origin.set, nil
	}
	j, err := r.journalOf(height - 2)
	if err != nil || j.setAt == 0 {
		return r.origin.set, err
	}
	if j.setAt != j.height {
		if j, err = r.journalOf(j.setAt); err != nil {
			return nil, err
		}
	}
	if j.set == nil {
		return nil, fmt.Errorf("audit: the journal of block %d lacks the validators", j.height)
	}
	return newSet(j.set), nil
}

// resume goes to where an earlier run ended. What that run may have left undone
// after its last block is done again.
func (r *replay) resume() error {
	r.unsealed = map[election.ID]light.Hash{}
	r.last = r.origin.start()
	height := r.store.Height()
	if height == 0 {
		return nil
	}
	j, err := r.journalOf(height)
	if err != nil {
		return err
	}
	r.last = position{
		height: height, hash: j.hash, parts: j.parts, partsHash: j.partsHash, time: j.time, results: j.results, root: r.store.Root(),
	}
	for i, s := range []**set{&r.last.last, &r.last.now, &r.last.next} {
		if *s, err = r.setAt(height + int64(i)); err != nil {
			return err
		}
	}
	if r.last.now.hash == r.last.next.hash {
		r.last.next = r.last.now // one set, see journal
	}
	r.setSince, r.sums, r.begun = j.setAt, j.sums, j.sums
	for id, n := range j.counts {
		if id != check.Genesis { // counted by every run
			r.count(id, n)
		}
	}
	view := r.store.View()
	err = view.EachElection(func(e *election.Settings) error {
		stage, err := view.Stage(e.ID)
		if err != nil || stage.Status != election.Results {
			return err
		}
		s, err := view.Sealing(e.ID)
		if err == nil && !s.Done {
			r.unsealed[e.ID] = light.Hash{}
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.recount(j.closed, j.sealed)
}

func sortIDs(ids []election.ID) {
	slices.SortFunc(ids, func(a, b election.ID) int { return slices.Compare(a[:], b[:]) })
}
