package gateway

import (
	"encoding/hex"
	"strconv"
	"time"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/indexer"
	"urna/state/transition"
	"urna/tx"
)

// eventType is a kind of events of the stream.
type eventType uint8

// The types; a set of them is their union.
const (
	blockEvents eventType = 1 << iota
	transactionEvents
	voteEvents
	electionEvents
	accountEvents
	validatorEvents

	allEvents = 1<<iota - 1
)

var eventTypes = map[string]eventType{
	"block": blockEvents, "transaction": transactionEvents, "vote": voteEvents,
	"election": electionEvents, "account": accountEvents, "validator": validatorEvents,
}

// streamFilter says which events a client wants. Blocks concern everybody; with
// an election or an account, other events are left out unless they concern it.
type streamFilter struct {
	types      eventType
	hashes     bool // block events carry the hashes of their transactions
	byElection bool
	election   election.ID
	byAccount  bool
	account    ethkey.Address
}

// position is a place in the stream: the events of the blocks up to height, of
// that block those up to the event with the number; number wholeBlock is all.
type position struct {
	height int64
	number int
}

const wholeBlock = 1<<31 - 1

// String is the position as the id of an event.
func (p position) String() string {
	if p.number == wholeBlock {
		return strconv.FormatInt(p.height, 10)
	}
	return strconv.FormatInt(p.height, 10) + "-" + strconv.Itoa(p.number)
}

// blockEncoder writes the events of a block as frames of server-sent events.
// Everything that happens in a block has a number, in order, whether or not it
// is wanted, so that a position means the same under every filter: first what
// the header caused, then each transaction before what it did, then what time
// caused, and at last the block itself.
type blockEncoder struct {
	out    []byte
	filter *streamFilter
	block  *indexer.Block
	after  int // number of the last event that is not wanted any more
	number int // of the present event

	// The transaction that the events belong to; tx is nil outside of one.
	tx    *transition.Outcome
	index int
}

// appendBlock appends the events of a block that the filter lets through and
// that come after the one with the number after, which is -1 for none.
func appendBlock(dst []byte, b *indexer.Block, f *streamFilter, after int) []byte {
	e := &blockEncoder{out: dst, filter: f, block: b, after: after, number: -1}
	e.events(b.Outcome.Before)
	for i := range b.Outcome.Txs {
		e.tx, e.index = &b.Outcome.Txs[i], i
		e.transaction()
		e.events(e.tx.Events)
	}
	e.tx = nil
	e.events(b.Outcome.Events)
	e.end()
	return e.out
}

func (e *blockEncoder) events(events []transition.Event) {
	for _, ev := range events {
		e.event(ev)
	}
}

// begin counts an event and, if it is wanted, opens its frame.
func (e *blockEncoder) begin(t eventType, name string, concerns ...subject) bool {
	e.number++
	if e.filter.types&t == 0 || e.number <= e.after || t != blockEvents && !e.filter.lets(concerns) {
		return false
	}
	e.out = append(e.out, "id: "...)
	e.out = strconv.AppendInt(e.out, e.block.Height, 10)
	e.out = append(e.out, '-')
	e.out = strconv.AppendInt(e.out, int64(e.number), 10)
	e.out = append(e.out, "\nevent: "...)
	e.out = append(e.out, name...)
	e.out = append(e.out, "\ndata: {"...)
	return true
}

func (e *blockEncoder) close() {
	e.out[len(e.out)-1] = '}' // in place of the last comma
	e.out = append(e.out, '\n', '\n')
}

// subject is whom or what an event concerns.
type subject struct {
	account  *ethkey.Address
	election *election.ID
}

func (f *streamFilter) lets(concerns []subject) bool {
	if !f.byElection && !f.byAccount {
		return true
	}
	about, by := !f.byElection, !f.byAccount
	for _, s := range concerns {
		about = about || s.election != nil && *s.election == f.election
		by = by || s.account != nil && *s.account == f.account
	}
	return about && by
}

func (e *blockEncoder) name(name string) {
	e.out = append(e.out, '"')
	e.out = append(e.out, name...)
	e.out = append(e.out, '"', ':')
}

func (e *blockEncoder) hex(name string, v []byte) {
	e.name(name)
	e.out = append(e.out, '"')
	e.out = hex.AppendEncode(e.out, v)
	e.out = append(e.out, '"', ',')
}

// text writes a string that needs no escapes: a name of ours or a number.
func (e *blockEncoder) text(name, v string) {
	e.name(name)
	e.out = append(e.out, '"')
	e.out = append(e.out, v...)
	e.out = append(e.out, '"', ',')
}

func (e *blockEncoder) number64(name string, v uint64) {
	e.name(name)
	e.out = strconv.AppendUint(e.out, v, 10)
	e.out = append(e.out, ',')
}

func (e *blockEncoder) truth(name string, v bool) {
	e.name(name)
	e.out = strconv.AppendBool(e.out, v)
	e.out = append(e.out, ',')
}

func (e *blockEncoder) date(name string, t time.Time) {
	e.name(name)
	e.out = append(e.out, '"')
	e.out = t.UTC().AppendFormat(e.out, time.RFC3339Nano)
	e.out = append(e.out, '"', ',')
}

// end writes the event of the block itself.
func (e *blockEncoder) end() {
	if !e.begin(blockEvents, "block") {
		return
	}
	b := e.block
	e.number64("height", uint64(b.Height))
	e.hex("hash", b.Hash[:])
	e.date("time", b.Time)
	e.number64("txCount", uint64(len(b.Outcome.Txs)))
	if e.filter.hashes {
		e.hashes(b.Outcome.Txs)
	}
	e.close()
}

// hashes writes the hashes of a block's transactions, and which of them were
// refused, with the reason.
func (e *blockEncoder) hashes(txs []transition.Outcome) {
	e.name("hashes")
	e.out = append(e.out, '[')
	for i := range txs {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.out = append(e.out, '"')
		e.out = hex.AppendEncode(e.out, txs[i].ID[:])
		e.out = append(e.out, '"')
	}
	e.out = append(e.out, ']', ',')
	any := false
	for i := range txs {
		if txs[i].Code == 0 {
			continue
		}
		if !any {
			any = true
			e.name("refused")
			e.out = append(e.out, '[')
		}
		e.out = append(e.out, `{"index":`...)
		e.out = strconv.AppendInt(e.out, int64(i), 10)
		e.out = append(e.out, `,"code":`...)
		e.out = strconv.AppendUint(e.out, uint64(txs[i].Code), 10)
		e.out = append(e.out, '}', ',')
	}
	if any {
		e.out[len(e.out)-1] = ']'
		e.out = append(e.out, ',')
	}
}

func (e *blockEncoder) transaction() {
	t := e.tx
	if !e.begin(transactionEvents, "transaction", e.subjects()...) {
		return
	}
	e.hex("hash", t.ID[:])
	e.number64("height", uint64(e.block.Height))
	e.number64("index", uint64(e.index))
	e.text("type", t.Kind.Type())
	e.text("subtype", subtype(t.Kind))
	e.hex("signer", t.Signer[:])
	e.number64("code", uint64(t.Code))
	e.close()
}

// subjects are whom and what a transaction concerns: its signer, and all that
// its events do.
func (e *blockEncoder) subjects() []subject {
	if e.filter.types&transactionEvents == 0 || !e.filter.byElection && !e.filter.byAccount {
		return nil
	}
	all := []subject{{account: &e.tx.Signer}}
	for _, ev := range e.tx.Events {
		switch ev := ev.(type) {
		case transition.AccountCreated:
			all = append(all, subject{account: &ev.Account})
		case transition.AccountChanged:
			all = append(all, subject{account: &ev.Account})
		case transition.Transferred:
			all = append(all, subject{account: &ev.From}, subject{account: &ev.To})
		case transition.FeePaid:
			all = append(all, subject{account: &ev.From, election: ev.Reference})
		case transition.ElectionCreated:
			all = append(all, subject{account: &ev.Organisation, election: &ev.ID})
		case transition.StatusChanged:
			all = append(all, subject{election: &ev.ID})
		case transition.CensusChanged:
			all = append(all, subject{election: &ev.ID})
		case transition.DurationChanged:
			all = append(all, subject{election: &ev.ID})
		case transition.VoteCast:
			all = append(all, subject{account: &ev.Voter, election: &ev.Election})
		}
	}
	return all
}

func (e *blockEncoder) event(ev transition.Event) {
	switch ev := ev.(type) {
	case transition.VoteCast:
		e.vote(&ev)
	case transition.ElectionCreated:
		if e.electionEvent(&ev.ID, "created", subject{account: &ev.Organisation}) {
			e.hex("organizationId", ev.Organisation[:])
			e.close()
		}
	case transition.StatusChanged:
		if e.electionEvent(&ev.ID, "status") {
			e.text("status", ev.To.String())
			e.text("previousStatus", ev.From.String())
			e.truth("manual", ev.Manual)
			e.close()
		}
	case transition.CensusChanged:
		if e.electionEvent(&ev.ID, "census") {
			e.hex("censusRoot", ev.Root[:])
			e.number64("maxCensusSize", ev.MaxSize)
			e.close()
		}
	case transition.DurationChanged:
		if e.electionEvent(&ev.ID, "end") {
			e.date("endDate", time.Unix(int64(ev.End), 0))
			e.close()
		}
	case transition.ResultWritten:
		if e.electionEvent(&ev.ID, "results") {
			e.close()
		}
	case transition.AccountCreated:
		if e.accountEvent(&ev.Account, "created") {
			e.close()
		}
	case transition.AccountChanged:
		if e.accountEvent(&ev.Account, "changed") {
			e.close()
		}
	case transition.Transferred:
		if e.accountEvent(&ev.From, "transfer", subject{account: &ev.To}) {
			e.hex("to", ev.To[:])
			e.number64("amount", ev.Amount)
			e.close()
		}
	case transition.FeePaid:
		if e.accountEvent(&ev.From, "fee", subject{election: ev.Reference}) {
			e.number64("amount", ev.Amount)
			e.text("txType", ev.Kind.String())
			e.close()
		}
	case transition.ValidatorChanged:
		if e.begin(validatorEvents, "validator") {
			e.hex("validatorAddress", ev.Validator[:])
			e.number64("power", ev.Power)
			e.text("reason", ev.Reason)
			e.close()
		}
	default:
		e.number++ // an event that this version has no words for
	}
}

func (e *blockEncoder) vote(ev *transition.VoteCast) {
	if !e.begin(voteEvents, "vote", subject{account: &ev.Voter, election: &ev.Election}) {
		return
	}
	e.hex("electionID", ev.Election[:])
	e.hex("voteID", ev.Nullifier[:])
	if !ev.Voter.IsZero() {
		e.hex("voterID", ev.Voter[:])
	}
	e.text("weight", ev.Weight.Dec())
	e.number64("overwriteCount", uint64(ev.Overwrites))
	e.source()
	e.close()
}

// source tells which transaction caused an event.
func (e *blockEncoder) source() {
	if e.tx == nil || e.tx.ID == (tx.ID{}) {
		return
	}
	e.hex("txHash", e.tx.ID[:])
}

func (e *blockEncoder) electionEvent(id *election.ID, change string, more ...subject) bool {
	if !e.begin(electionEvents, "election", append(more, subject{election: id})...) {
		return false
	}
	e.hex("electionId", id[:])
	e.text("change", change)
	e.source()
	return true
}

func (e *blockEncoder) accountEvent(a *ethkey.Address, change string, more ...subject) bool {
	if !e.begin(accountEvents, "account", append(more, subject{account: a})...) {
		return false
	}
	e.hex("address", a[:])
	e.text("change", change)
	e.source()
	return true
}
