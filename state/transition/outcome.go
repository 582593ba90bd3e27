package transition

import (
	"fmt"

	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/internal/codec"
	"urna/tx"
)

// outcomeVersion names the layout of an encoded BlockOutcome.
const outcomeVersion = 1

// Bounds of a decoder that reads a file of our own: large enough for any block,
// small enough not to be made to allocate without end.
const (
	maxBlockTxs  = 1 << 22
	maxTxEvents  = 1 << 12
	maxEventText = tx.MaxURIBytes
)

// The tags of encoded events.
const (
	tagAccountCreated = 1 + iota
	tagAccountChanged
	tagTransferred
	tagFeePaid
	tagElectionCreated
	tagStatusChanged
	tagCensusChanged
	tagDurationChanged
	tagVoteCast
	tagResultWritten
	tagValidatorChanged
)

// Encode writes the outcome as nodes keep it beside the state.
func (o *BlockOutcome) Encode() []byte {
	w := &outcomeWriter{elections: map[election.ID]uint64{}}
	w.B = make([]byte, 0, 64+112*len(o.Txs))
	w.U8(outcomeVersion)
	w.U64(o.Height)
	w.U64(o.Time)
	w.events(o.Before)
	w.Uvarint(uint64(len(o.Txs)))
	for i := range o.Txs {
		t := &o.Txs[i]
		w.Fixed(t.ID[:])
		w.Uvarint(uint64(t.Kind))
		w.Fixed(t.Signer[:])
		w.Uvarint(uint64(t.Code))
		w.events(t.Events)
	}
	w.events(o.Events)
	return w.B
}

// DecodeBlockOutcome reads what Encode wrote.
func DecodeBlockOutcome(b []byte) (*BlockOutcome, error) {
	r := &outcomeReader{Reader: codec.NewReader(b)}
	if r.U8() != outcomeVersion {
		r.Fail()
	}
	o := &BlockOutcome{Height: r.U64(), Time: r.U64(), Before: r.events()}
	n := r.Uvarint()
	if n > maxBlockTxs || n > uint64(r.Len()) {
		r.Fail()
		n = 0
	}
	o.Txs = make([]Outcome, n)
	for i := range o.Txs {
		t := &o.Txs[i]
		r.Into(t.ID[:])
		t.Kind = tx.Kind(r.small(1 << 16))
		r.Into(t.Signer[:])
		t.Code = tx.Code(r.small(1 << 32))
		t.Events = r.events()
		if r.Err() != nil {
			break
		}
	}
	o.Events = r.events()
	if err := r.Done(); err != nil {
		return nil, fmt.Errorf("block outcome: %w", err)
	}
	return o, nil
}

// outcomeWriter names each election once per block and by number afterwards: a
// block of votes is mostly about one election.
type outcomeWriter struct {
	codec.Writer
	elections map[election.ID]uint64
}

func (w *outcomeWriter) election(id election.ID) {
	n, known := w.elections[id]
	if !known {
		n = uint64(len(w.elections))
		w.elections[id] = n
	}
	w.Uvarint(n)
	if !known {
		w.Fixed(id[:])
	}
}

func (w *outcomeWriter) events(events []Event) {
	w.Uvarint(uint64(len(events)))
	for _, e := range events {
		w.event(e)
	}
}

func (w *outcomeWriter) event(e Event) {
	switch e := e.(type) {
	case AccountCreated:
		w.U8(tagAccountCreated)
		w.Fixed(e.Account[:])
		w.String(e.InfoURI)
	case AccountChanged:
		w.U8(tagAccountChanged)
		w.Fixed(e.Account[:])
	case Transferred:
		w.U8(tagTransferred)
		w.Fixed(e.From[:])
		w.Fixed(e.To[:])
		w.Uvarint(e.Amount)
	case FeePaid:
		w.U8(tagFeePaid)
		w.Fixed(e.From[:])
		w.Uvarint(e.Amount)
		w.Uvarint(uint64(e.Kind))
		w.Bool(e.Reference != nil)
		if e.Reference != nil {
			w.election(*e.Reference)
		}
	case ElectionCreated:
		w.U8(tagElectionCreated)
		w.election(e.ID)
		w.Fixed(e.Organisation[:])
	case StatusChanged:
		w.U8(tagStatusChanged)
		w.election(e.ID)
		w.U8(uint8(e.From))
		w.U8(uint8(e.To))
		w.Bool(e.Manual)
	case CensusChanged:
		w.U8(tagCensusChanged)
		w.election(e.ID)
		w.Fixed(e.Root[:])
		w.Uvarint(e.MaxSize)
	case DurationChanged:
		w.U8(tagDurationChanged)
		w.election(e.ID)
		w.Uvarint(e.End)
	case VoteCast:
		w.U8(tagVoteCast)
		w.election(e.Election)
		w.Fixed(e.Nullifier[:])
		w.Fixed(e.Voter[:])
		w.Uvarint(e.Position)
		w.U256(&e.Weight)
		w.Uvarint(uint64(e.Overwrites))
	case ResultWritten:
		w.U8(tagResultWritten)
		w.election(e.ID)
	case ValidatorChanged:
		w.U8(tagValidatorChanged)
		w.Fixed(e.Validator[:])
		w.Fixed(e.PublicKey[:])
		w.Uvarint(e.Power)
		w.String(e.Reason)
	default:
		panic(fmt.Sprintf("transition: no encoding for a %T", e))
	}
}

type outcomeReader struct {
	*codec.Reader
	elections []election.ID
}

// small reads a varint below limit.
func (r *outcomeReader) small(limit uint64) uint64 {
	v := r.Uvarint()
	if v >= limit {
		r.Fail()
		return 0
	}
	return v
}

func (r *outcomeReader) election() (id election.ID) {
	n := r.Uvarint()
	switch {
	case n < uint64(len(r.elections)):
		return r.elections[n]
	case n > uint64(len(r.elections)):
		r.Fail()
		return id
	}
	r.Into(id[:])
	for _, known := range r.elections { // a second name for one election is not canonical
		if known == id {
			r.Fail()
		}
	}
	r.elections = append(r.elections, id)
	return id
}

func (r *outcomeReader) events() []Event {
	n := r.small(maxTxEvents)
	if n == 0 || n > uint64(r.Len()) {
		if n > 0 {
			r.Fail()
		}
		return nil
	}
	out := make([]Event, 0, n)
	for range n {
		e := r.event()
		if r.Err() != nil {
			return nil
		}
		out = append(out, e)
	}
	return out
}

func (r *outcomeReader) address() (a ethkey.Address) { r.Into(a[:]); return a }

func (r *outcomeReader) event() Event {
	switch r.U8() {
	case tagAccountCreated:
		return AccountCreated{Account: r.address(), InfoURI: r.String(maxEventText)}
	case tagAccountChanged:
		return AccountChanged{Account: r.address()}
	case tagTransferred:
		return Transferred{From: r.address(), To: r.address(), Amount: r.Uvarint()}
	case tagFeePaid:
		e := FeePaid{From: r.address(), Amount: r.Uvarint(), Kind: tx.Kind(r.small(1 << 16))}
		if r.Bool() {
			id := r.election()
			e.Reference = &id
		}
		return e
	case tagElectionCreated:
		return ElectionCreated{ID: r.election(), Organisation: r.address()}
	case tagStatusChanged:
		return StatusChanged{ID: r.election(), From: election.Status(r.U8()), To: election.Status(r.U8()), Manual: r.Bool()}
	case tagCensusChanged:
		e := CensusChanged{ID: r.election()}
		e.Root = census.Root(r.hash())
		e.MaxSize = r.Uvarint()
		return e
	case tagDurationChanged:
		return DurationChanged{ID: r.election(), End: r.Uvarint()}
	case tagVoteCast:
		return VoteCast{
			Election: r.election(), Nullifier: election.Nullifier(r.hash()), Voter: r.address(),
			Position: r.Uvarint(), Weight: r.U256(), Overwrites: uint32(r.small(1 << 32)),
		}
	case tagResultWritten:
		return ResultWritten{ID: r.election()}
	case tagValidatorChanged:
		e := ValidatorChanged{Validator: r.address()}
		r.Into(e.PublicKey[:])
		e.Power = r.Uvarint()
		e.Reason = r.String(maxEventText)
		return e
	}
	r.Fail()
	return nil
}

func (r *outcomeReader) hash() (h [32]byte) { r.Into(h[:]); return h }
