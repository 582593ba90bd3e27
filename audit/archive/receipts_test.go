package archive

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"urna/app/apptest"
	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/state"
)

// proofOf is a proof document about a story.
type proofOf struct {
	story, name, about string
	checkpoint         int64 // what is trusted; 0 is the genesis
	make               func(s *story, view *state.View) (*light.Document, error)
}

func receiptOf(i int) func(*story, *state.View) (*light.Document, error) {
	return func(s *story, view *state.View) (*light.Document, error) {
		return light.NewReceipt(view, s.election.ID, election.SignedNullifier(person(i).Address(), s.election.ID))
	}
}

// absenceOf proves that a nullifier with this first byte is in no set.
func absenceOf(first byte) func(*story, *state.View) (*light.Document, error) {
	return func(s *story, view *state.View) (*light.Document, error) {
		return light.NewAbsence(view, s.election.ID, election.Nullifier{first, 1})
	}
}

func recordsOf(keys func(*story) [][]byte) func(*story, *state.View) (*light.Document, error) {
	return func(s *story, view *state.View) (*light.Document, error) { return light.NewDocument(view, keys(s)...) }
}

var documents = []proofOf{
	{"plain", "receipt", "receipt of a vote with a memo", 0, receiptOf(1)},
	{"plain", "receipt-replaced", "receipt of a vote that replaced another", 0, receiptOf(0)},
	{"plain", "receipt-checkpoint", "receipt from a checkpoint", 4, receiptOf(1)},
	{"moving", "receipt-trail", "receipt with a trail from the genesis", 0, receiptOf(2)},
	{"moving", "receipt-trail-checkpoint", "receipt with a trail from a checkpoint", 5, receiptOf(2)},
	{"plain", "records", "parameters, an account, a validator, all records of an election", 0, recordsOf(func(s *story) [][]byte {
		keys := [][]byte{
			state.ParamsKey(), state.MarkKey(), state.AccountKey(organiser().Address()),
			state.ValidatorKey(apptest.Keys("validator", 1)[0].Address()), state.UptimeKey(apptest.Keys("validator", 1)[0].Address()),
			state.TallyKey(s.election.ID),
		}
		return append(keys, claimKeys(s.election.ID)...)
	})},
	{"plain", "no-records", "an account, an election and a misbehaviour that do not exist", 0, recordsOf(func(s *story) [][]byte {
		return [][]byte{state.AccountKey(ethkey.Address{1}), state.SettingsKey(election.ID{0xff}), state.TombstoneKey(ethkey.Address{})}
	})},
	{"plain", "not-voted", "no vote of a nullifier between two others", 0, absenceOf(0x80)},
	{"plain", "not-voted-before", "no vote of a nullifier before all others", 0, absenceOf(0)},
	{"plain", "not-voted-after", "no vote of a nullifier after all others", 0, absenceOf(0xff)},
	{"empty", "not-voted-nobody", "no vote where nobody voted", 0, absenceOf(1)},
}

// document makes a proof document about the height of a story's archive.
func (s *story) document(t testing.TB, p proofOf) (text []byte, trust string) {
	t.Helper()
	view, err := s.world.Nodes[0].App.Store().ViewAt(s.world.at)
	must(t, err)
	doc, err := p.make(s, view)
	must(t, err)
	k := &maker{Material: s.world.material(s.election).Material, ctx: t.Context()}
	from, err := light.TrustGenesis(s.world.Genesis())
	must(t, err)
	if p.checkpoint > 0 {
		b, err := k.fetch(t.Context(), p.checkpoint)
		must(t, err)
		from = light.TrustCheckpoint(p.checkpoint, b.Header.Hash())
		hash := b.Header.Hash()
		trust = fmt.Sprintf("%d:%s", p.checkpoint, hex.EncodeToString(hash[:]))
	}
	trail, err := light.Trail(t.Context(), from, s.world.at+1, k.fetch)
	must(t, err)
	must(t, doc.Anchor(trail))
	return doc.Encode(), trust
}

// onDocument changes the document when everything is signed.
func onDocument(change func(*light.Document)) func(*forger) {
	return func(f *forger) { f.document = change }
}

// onVote changes the vote of a receipt.
func onVote(change func(*light.Vote)) func(*forger) {
	return onDocument(func(d *light.Document) {
		v := *d.Vote
		v.Hashes = slices.Clone(v.Hashes)
		change(&v)
		d.Vote = &v
	})
}

// onRecord changes the record of a receipt.
func onRecord(change func(*state.VoteRecord)) func(*forger) {
	return onVote(func(v *light.Vote) {
		r, err := v.Parse()
		if err != nil {
			panic(err)
		}
		change(&r)
		w := codec.Writer{}
		r.Append(&w)
		v.Record = w.B
	})
}

// onNeighbours changes a proof of absence.
func onNeighbours(change func(*light.NotVoted)) func(*forger) {
	return onDocument(func(d *light.Document) {
		n := *d.NotVoted
		for _, at := range []**state.Neighbour{&n.Before, &n.After} {
			if *at != nil {
				copied := **at
				copied.Hashes = slices.Clone(copied.Hashes)
				*at = &copied
			}
		}
		change(&n)
		d.NotVoted = &n
	})
}

// logOf changes the log record of a receipt, in a state of the forger's own.
func logOf(change func(*state.Log)) func(*forger) {
	return func(f *forger) {
		l := state.ReadLog(codec.NewReader(f.claims[0].Value))
		change(&l)
		w := codec.Writer{}
		l.Append(&w)
		f.claims[0].Value = w.B
	}
}

// setOf changes the sealing record of a proof of absence.
func setOf(change func(*state.Sealing)) func(*forger) {
	return func(f *forger) {
		s := state.ReadSealing(codec.NewReader(f.claims[0].Value))
		change(s)
		w := codec.Writer{}
		s.Append(&w)
		f.claims[0].Value = w.B
	}
}

// documentText replaces a part of the text.
func documentText(old, new string) func(*forger) { return text(proofsFile, old, new) }

// documentLies are told about the documents.
var documentLies = []lie{
	{"receipt", "format", check.Frame, documentText("urna-proof/1", "urna-proof/2")},
	{"receipt", "chainId", check.Genesis, onDocument(func(d *light.Document) { d.ChainID = "urna/test/2" })},
	{"receipt", "height", check.State, onDocument(func(d *light.Document) { d.Height++ })},
	{"receipt", "white space", check.Frame, documentText(`,"height"`, `, "height"`)},
	{"receipt", "an unknown field", check.Frame, documentText(`,"height"`, `,"weight":1,"height"`)},
	{"receipt", "no line feed", check.Frame, content(proofsFile, func(b []byte) []byte { return b[:len(b)-1] })},
	{"receipt", "a number in another form", check.Frame, documentText(`"position":1`, `"position":1.0`)},
	{"receipt", "no claims", check.Frame, onDocument(func(d *light.Document) { d.Claims = nil })},
	{"receipt", "claim: key that is none", check.Encoding, onDocument(func(d *light.Document) { d.Claims[0].Key = d.Claims[0].Key[:32] })},
	{"receipt", "claim: key of another record", check.State, onDocument(func(d *light.Document) { d.Claims[0].Key = flip(slices.Clone(d.Claims[0].Key), 1) })},
	{"receipt", "claim: value", check.State, onDocument(func(d *light.Document) { d.Claims[0].Value = flip(slices.Clone(d.Claims[0].Value), -1) })},
	{"receipt", "claim: no value", check.State, onDocument(func(d *light.Document) { d.Claims[0].Value = nil })},
	{"receipt", "claim: proof", check.State, onDocument(func(d *light.Document) { d.Claims[0].Proof = flip(slices.Clone(d.Claims[0].Proof), -1) })},
	{"receipt", "claim: no proof", check.State, onDocument(func(d *light.Document) { d.Claims[0].Proof = nil })},
	{"receipt", "claim: proof with a byte more", check.State, onDocument(func(d *light.Document) { d.Claims[0].Proof = append(slices.Clone(d.Claims[0].Proof), 0) })},
	{"receipt", "claim: record in another encoding", check.Encoding, func(f *forger) { f.claims[0].Value = append(slices.Clone(f.claims[0].Value), 0) }},
	{"receipt", "claim: more voters than votes", check.Encoding, logOf(func(l *state.Log) { l.Voters = 99 })},
	{"receipt", "log: root, signed again", check.Log, logOf(func(l *state.Log) { l.Root[0] ^= 1 })},
	{"receipt", "log: size, signed again", check.Log, logOf(func(l *state.Log) { l.Size = 40 })},
	{"receipt", "log: of no votes, signed again", check.Log, logOf(func(l *state.Log) { l.Size, l.Voters = 1, 1 })},
	{"receipt", "vote: position", check.Log, onVote(func(v *light.Vote) { v.Position++ })},
	{"receipt", "vote: position beyond the log", check.Log, onVote(func(v *light.Vote) { v.Position = 1 << 40 })},
	{"receipt", "vote: package", check.Signature, onVote(func(v *light.Vote) { v.Package = flip(slices.Clone(v.Package), -3) })},
	{"receipt", "vote: memo", check.Signature, onVote(func(v *light.Vote) { v.Memo = flip(slices.Clone(v.Memo), 0) })},
	{"receipt", "vote: no memo", check.Signature, onVote(func(v *light.Vote) { v.Memo = nil })},
	{"receipt", "vote: a hash", check.Log, onVote(func(v *light.Vote) { v.Hashes[0][0] ^= 1 })},
	{"receipt", "vote: a hash less", check.Log, onVote(func(v *light.Vote) { v.Hashes = v.Hashes[1:] })},
	{"receipt", "vote: a hash more", check.Log, onVote(func(v *light.Vote) { v.Hashes = append(v.Hashes, light.Hash{}) })},
	{"receipt", "vote: 65 hashes", check.Frame, onVote(func(v *light.Vote) { v.Hashes = make([]light.Hash, 65) })},
	{"receipt", "vote: record of another version", check.Encoding, onVote(func(v *light.Vote) { v.Record = append([]byte{2}, v.Record[1:]...) })},
	{"receipt", "vote: record with a byte more", check.Encoding, onVote(func(v *light.Vote) { v.Record = append(slices.Clone(v.Record), 0) })},
	{"receipt", "record: nullifier", check.Log, onRecord(func(r *state.VoteRecord) { r.Nullifier[0] ^= 1 })},
	{"receipt", "record: ballot hash", check.Log, onRecord(func(r *state.VoteRecord) { r.BallotHash[0] ^= 1 })},
	{"receipt", "record: weight", check.Log, onRecord(func(r *state.VoteRecord) { r.Weight.SetUint64(9) })},
	{"receipt", "record: weight 0", check.Encoding, onRecord(func(r *state.VoteRecord) { r.Weight.Clear() })},
	{"receipt", "record: replaces", check.Log, onRecord(func(r *state.VoteRecord) { r.Replaces, r.Overwrites = 1, 1 })},
	{"receipt-replaced", "record: overwrites", check.Log, onRecord(func(r *state.VoteRecord) { r.Overwrites++ })},
	{"receipt-replaced", "record: replaces without overwrites", check.Encoding, onRecord(func(r *state.VoteRecord) { r.Overwrites = 0 })},
	{"receipt", "record: height", check.Log, onRecord(func(r *state.VoteRecord) { r.Height++ })},
	{"receipt", "first claim of another record", check.Log, func(f *forger) {
		f.claims[0].Key = state.SealingKey(election.ID(f.claims[0].Key[1:]))
		f.claims[0].Value = []byte{1, 0, 0}
	}},
	{"receipt", "a vote and a proof of none", check.Frame, onDocument(func(d *light.Document) { d.NotVoted = &light.NotVoted{} })},
	{"receipt", "header: time", check.Commits, otherTime},
	{"receipt", "header: application hash, signed again", check.State, onSigned(func(b *forged) { b.h.AppHash = bend(b.h.AppHash) })},
	{"receipt", "header: height, signed again", check.State, onSigned(func(b *forged) { b.h.Height++ })},
	{"receipt", "header: chain id, signed again", check.Genesis, onSigned(func(b *forged) { b.h.ChainID = "urna/test/2" })},
	{"receipt", "header: validators hash, signed again", check.Validators, onSigned(func(b *forged) { b.by = b.usual; b.h.ValidatorsHash = bend(b.h.ValidatorsHash) })},
	{"receipt", "header: signed by others", check.Validators, func(f *forger) { onSigned(func(b *forged) { f.usurp(b) })(f) }},
	{"receipt", "header: a leaf is missing", check.Frame, documentHeader(func(b []byte) []byte { return b[:len(b)-21] })},
	{"receipt", "commit: none", check.Commits, onDocument(func(d *light.Document) {
		d.Signed = &light.Block{Header: d.Signed.Header, Validators: d.Signed.Validators}
	})},
	{"receipt", "commit: round", check.Commits, onLastCommit(func(c *light.Commit) { c.Round++ })},
	{"receipt", "commit: parts", check.Commits, onLastCommit(func(c *light.Commit) { c.Parts++ })},
	{"receipt", "commit: parts hash", check.Commits, onLastCommit(func(c *light.Commit) { c.PartsHash[0] ^= 1 })},
	{"receipt", "commit: seconds", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots[0].Seconds++ })},
	{"receipt", "commit: nanoseconds", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots[0].Nanos++ })},
	{"receipt", "commit: signature", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots[0].Signature[0] ^= 1 })},
	{"receipt", "commit: s in the upper half", check.Commits, onLastCommit(func(c *light.Commit) { mirror(&c.Slots[0].Signature) })},
	{"receipt", "commit: a signature is missing", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots[2] = light.Slot{} })},
	{"receipt", "commit: one signature in two slots", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots[2] = c.Slots[1] })},
	{"receipt", "commit: a slot more", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots = append(c.Slots, light.Slot{}) })},
	{"receipt", "validators: power", check.Validators, onDocument(func(d *light.Document) {
		set := slices.Clone(d.Signed.Validators)
		set[0].Power++
		d.Signed = &light.Block{Header: d.Signed.Header, Commit: d.Signed.Commit, Validators: set}
	})},
	{"receipt", "validators: one less", check.Validators, onDocument(func(d *light.Document) {
		d.Signed = &light.Block{Header: d.Signed.Header, Commit: d.Signed.Commit, Validators: d.Signed.Validators[:2]}
	})},
	{"receipt", "validators: out of order", check.Frame, onDocument(func(d *light.Document) {
		set := slices.Clone(d.Signed.Validators)
		set[0], set[1] = set[1], set[0]
		d.Signed = &light.Block{Header: d.Signed.Header, Commit: d.Signed.Commit, Validators: set}
	})},
	{"receipt-trail", "trail: none", check.Validators, onDocument(func(d *light.Document) { d.Trail = nil })},
	{"receipt-trail", "trail: without a commit", check.Commits, onDocument(func(d *light.Document) {
		d.Trail = []*light.Block{{Header: d.Trail[0].Header, Validators: d.Trail[0].Validators}}
	})},
	{"receipt-trail", "trail: a header twice", check.Validators, onDocument(func(d *light.Document) { d.Trail = append(d.Trail, d.Trail[0]) })},
	{"receipt-trail", "trail: signed by others", check.Validators, func(f *forger) {
		f.header = func(b *forged) {
			if b == f.trail[0] {
				f.usurp(b)
			}
		}
	}},
	{"receipt-trail", "trail: chain id, signed again", check.Genesis, func(f *forger) {
		f.header = func(b *forged) {
			if b == f.trail[0] {
				b.h.ChainID = "urna/test/2"
			}
		}
	}},
	{"receipt-trail", "trail: height after the last, signed again", check.Validators, func(f *forger) {
		f.header = func(b *forged) {
			if b == f.trail[0] {
				b.h.Height = 99
			}
		}
	}},
	{"receipt-checkpoint", "trail: another header of the checkpoint", check.Validators, func(f *forger) {
		f.header = func(b *forged) {
			if b == f.trail[0] {
				b.h.Time = b.h.Time.Add(1)
			}
		}
	}},
	{"receipt-checkpoint", "trail: no checkpoint", check.Validators, onDocument(func(d *light.Document) { d.Trail = nil })},
	{"receipt-checkpoint", "trail: other validators of the checkpoint", check.Validators, onDocument(func(d *light.Document) {
		d.Trail = []*light.Block{{Header: d.Trail[0].Header, Validators: d.Trail[0].Validators[:2]}}
	})},

	{"no-records", "key of a record that is there", check.State, onDocument(func(d *light.Document) { d.Claims[0].Key = state.AccountKey(organiser().Address()) })},
	{"no-records", "a value", check.State, onDocument(func(d *light.Document) { d.Claims[0].Value = []byte{1} })},
	{"records", "a value is denied", check.State, onDocument(func(d *light.Document) { d.Claims[3].Value = nil })},
	{"records", "values of two records", check.State, onDocument(func(d *light.Document) {
		d.Claims[0].Value, d.Claims[1].Value = d.Claims[1].Value, d.Claims[0].Value
	})},

	{"not-voted", "nullifier of a vote", check.Nullifiers, onNeighbours(func(n *light.NotVoted) { n.Nullifier = n.Before.Nullifier })},
	{"not-voted", "nullifier after the one after", check.Nullifiers, onNeighbours(func(n *light.NotVoted) { n.Nullifier = election.Nullifier{0xff, 0xff} })},
	{"not-voted", "nullifier before the one before", check.Nullifiers, onNeighbours(func(n *light.NotVoted) { n.Nullifier = election.Nullifier{} })},
	{"not-voted", "no neighbour before", check.Nullifiers, onNeighbours(func(n *light.NotVoted) { n.Before = nil })},
	{"not-voted", "no neighbour after", check.Nullifiers, onNeighbours(func(n *light.NotVoted) { n.After = nil })},
	{"not-voted", "no neighbours", check.Nullifiers, onNeighbours(func(n *light.NotVoted) { n.Before, n.After = nil, nil })},
	{"not-voted", "position of the one before", check.Nullifiers, onNeighbours(func(n *light.NotVoted) { n.Before.Position++ })},
	{"not-voted", "position of the one after", check.Nullifiers, onNeighbours(func(n *light.NotVoted) { n.After.Position++ })},
	{"not-voted", "nullifier of the one before", check.Nullifiers, onNeighbours(func(n *light.NotVoted) { n.Before.Nullifier[31] ^= 1 })},
	{"not-voted", "nullifier of the one after", check.Nullifiers, onNeighbours(func(n *light.NotVoted) { n.After.Nullifier[31] ^= 1 })},
	{"not-voted", "a hash of the one before", check.Nullifiers, onNeighbours(func(n *light.NotVoted) { n.Before.Hashes[0][0] ^= 1 })},
	{"not-voted", "a hash of the one after", check.Nullifiers, onNeighbours(func(n *light.NotVoted) { n.After.Hashes[0][0] ^= 1 })},
	{"not-voted-before", "the one after is not the first", check.Nullifiers, setOf(func(s *state.Sealing) { s.Root[0] ^= 1 })},
	{"not-voted-after", "the one before is not the last", check.Nullifiers, setOf(func(s *state.Sealing) { s.Count++ })},
	{"not-voted-nobody", "somebody voted", check.Nullifiers, setOf(func(s *state.Sealing) { s.Count = 1 })},
	{"not-voted", "set that is not finished", check.Nullifiers, setOf(func(s *state.Sealing) { s.Done, s.Count, s.Frontier = false, 4, make([][32]byte, 1) })},
	{"not-voted", "first claim of another record", check.Nullifiers, func(f *forger) {
		f.claims[0].Key = state.LogKey(election.ID(f.claims[0].Key[1:]))
		w := codec.Writer{}
		state.Log{}.Append(&w)
		f.claims[0].Value = w.B
	}},
}

// otherTime changes the time in the signed header and leaves its commit.
func otherTime(f *forger) {
	f.document = func(d *light.Document) {
		h := f.signed.h
		h.Time = h.Time.Add(1)
		bent, err := light.HeaderOf(&h)
		must(f.t, err)
		d.Signed = &light.Block{Header: bent, Commit: d.Signed.Commit, Validators: d.Signed.Validators}
	}
}

// documentHeader changes the bytes of the signed header in the text.
func documentHeader(change func([]byte) []byte) func(*forger) {
	return func(f *forger) {
		f.files = func(files map[string][]byte) {
			h := f.signed.light.Encode()
			old, with := base64.StdEncoding.EncodeToString(h), base64.StdEncoding.EncodeToString(change(slices.Clone(h)))
			files[proofsFile] = []byte(strings.Replace(string(files[proofsFile]), old, with, 1))
		}
	}
}
