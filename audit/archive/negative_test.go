package archive

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/holiman/uint256"

	"urna/app/apptest"
	"urna/audit/archive/car"
	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/internal/check"
	"urna/state"
	"urna/tx"
)

// lie is one change of an accepted archive, and the check that finds it.
type lie struct {
	story string
	name  string
	check check.ID
	tell  func(*forger)
}

// settings, stage and so on change a record and leave the rest to the forger.
func settings(change func(*election.Settings)) func(*forger) {
	return func(f *forger) { f.claim(0, func(r any) any { change(r.(*election.Settings)); return nil }) }
}

func stage(change func(*state.Stage)) func(*forger) {
	return func(f *forger) { f.claim(1, func(r any) any { change(r.(*state.Stage)); return nil }) }
}

func voteLog(change func(*state.Log)) func(*forger) {
	return func(f *forger) { f.claim(2, func(r any) any { change(r.(*state.Log)); return nil }) }
}

func result(change func(*state.Result)) func(*forger) {
	return func(f *forger) { f.claim(3, func(r any) any { change(r.(*state.Result)); return nil }) }
}

func sealing(change func(*state.Sealing)) func(*forger) {
	return func(f *forger) { f.claim(4, func(r any) any { change(r.(*state.Sealing)); return nil }) }
}

// text replaces a part of a file that is text, and repairs nothing else.
func text(file, old, new string) func(*forger) {
	return func(f *forger) {
		f.files = func(files map[string][]byte) {
			if !strings.Contains(string(files[file]), old) {
				f.t.Fatalf("%s does not contain %s", file, old)
			}
			files[file] = []byte(strings.Replace(string(files[file]), old, new, 1))
		}
	}
}

// content changes the bytes of a file, and repairs nothing else but its names.
func content(file string, change func([]byte) []byte) func(*forger) {
	return func(f *forger) {
		f.files = func(files map[string][]byte) { files[file] = change(slices.Clone(files[file])) }
	}
}

// onHeader changes a header of 60-blocks before what follows from it is repaired
// and it is signed; -1 is the last one.
func onHeader(i int, change func(*forged)) func(*forger) {
	return func(f *forger) {
		at := f.at(i)
		f.header = func(b *forged) {
			if b == at {
				change(b)
			}
		}
	}
}

func (f *forger) at(i int) *forged {
	if i < 0 {
		i += len(f.blocks)
	}
	return f.blocks[i]
}

func onSigned(change func(*forged)) func(*forger) {
	return func(f *forger) {
		f.header = func(b *forged) {
			if b == f.signed {
				change(b)
			}
		}
	}
}

// onCommit changes a commit when it is signed; -1 is the last one of 60-blocks.
func onCommit(i int, change func(*light.Commit)) func(*forger) {
	return func(f *forger) {
		at := f.at(i)
		f.commit = func(b *forged) {
			if b == at {
				change(b.commit)
			}
		}
	}
}

func onLastCommit(change func(*light.Commit)) func(*forger) {
	return func(f *forger) {
		f.commit = func(b *forged) {
			if b == f.signed {
				change(b.commit)
			}
		}
	}
}

// ours are the transactions of the election in an entry.
func (b *forged) ours() (out []int) {
	for i := range b.txs {
		if b.txs[i].raw != nil {
			out = append(out, i)
		}
	}
	return out
}

// onTx replaces transaction k of the election in entry i.
func onTx(i, k int, change func(f *forger, raw []byte) []byte) func(*forger) {
	return func(f *forger) {
		b := f.at(i)
		t := &b.txs[b.ours()[k]]
		t.raw = change(f, slices.Clone(t.raw))
	}
}

// resigned changes what a transaction says, and its signer signs again.
func resigned[P tx.Payload](signer *ethkey.Key, change func(P)) func(*forger, []byte) []byte {
	return func(f *forger, raw []byte) []byte {
		t, err := tx.Decode(raw)
		must(f.t, err)
		p := t.Payload.(P)
		change(p)
		out, err := tx.Sign(signer, f.chainID, p)
		must(f.t, err)
		return out
	}
}

func person(i int) *ethkey.Key { return apptest.Keys("voter", i+1)[i] }

func organiser() *ethkey.Key { return apptest.Key("org") }

// ballotOf puts other bytes into a vote.
func ballotOf(pkg string) func(*tx.Vote) {
	return func(p *tx.Vote) { p.Package = []byte(pkg) }
}

func flip(b []byte, i int) []byte {
	if i < 0 {
		i += len(b)
	}
	b[i] ^= 1
	return b
}

func bend(h []byte) []byte { return flip(slices.Clone(h), -1) }

// lies are told about the archives of the stories. Entries of "plain": the
// creation, a header, two votes, a header, a vote, two votes.
var lies = []lie{
	// 00-archive.json
	{"plain", "00-archive.json: format", check.Frame, text(manifestFile, "urna-archive/1", "urna-archive/2")},
	{"plain", "00-archive.json: kind", check.Frame, text(manifestFile, `"kind":"election"`, `"kind":"elections"`)},
	{"plain", "00-archive.json: kind of a chain", check.Frame, text(manifestFile, `"kind":"election"`, `"kind":"chain"`)},
	{"plain", "00-archive.json: chainId", check.Genesis, text(manifestFile, "urna/test/1", "urna/test/2")},
	{"plain", "00-archive.json: election", check.Frame, func(f *forger) { f.manifest.election[31] ^= 1 }},
	{"plain", "00-archive.json: election in capitals", check.Frame, func(f *forger) {
		content(manifestFile, func(b []byte) []byte {
			id := f.manifest.election.String()
			return bytes.Replace(b, []byte(id), []byte(strings.ToUpper(id)), 1)
		})(f)
	}},
	{"plain", "00-archive.json: height", check.Frame, func(f *forger) { f.manifest.height++ }},
	{"plain", "00-archive.json: height 0", check.Frame, func(f *forger) { f.manifest.height = 0 }},
	{"plain", "00-archive.json: files without the census that is there", check.Frame, func(f *forger) { f.manifest.census = false }},
	{"questions", "00-archive.json: files with metadata that are not there", check.Frame, func(f *forger) { f.manifest.metadata = true }},
	{"plain", "00-archive.json: files in another order", check.Frame, text(manifestFile, `["metadata","census"]`, `["census","metadata"]`)},
	{"plain", "00-archive.json: an unknown field", check.Frame, text(manifestFile, `]}`, `],"x":1}`)},
	{"plain", "00-archive.json: white space", check.Frame, text(manifestFile, `,"height"`, `, "height"`)},
	{"plain", "00-archive.json: no line feed", check.Frame, content(manifestFile, func(b []byte) []byte { return b[:len(b)-1] })},

	// 10-genesis.json
	{"plain", "10-genesis.json: white space", check.Genesis, content(genesisFile, func(b []byte) []byte { return append(b, '\n') })},
	{"plain", "10-genesis.json: chain id", check.Genesis, text(genesisFile, "urna/test/1", "urna/test/2")},
	{"plain", "10-genesis.json: power", check.Genesis, text(genesisFile, `"power":"10"`, `"power":"11"`)},
	{"plain", "10-genesis.json: no JSON", check.Genesis, content(genesisFile, func(b []byte) []byte { return b[1:] })},

	// 20-validators
	{"plain", "20-validators: nothing", check.Validators, content(validatorsFile, func([]byte) []byte { return nil })},
	{"plain", "20-validators: the same set twice", check.Frame, content(validatorsFile, func(b []byte) []byte { return append(b, b...) })},
	{"plain", "20-validators: another set that nobody needs", check.Frame, func(f *forger) {
		f.files = func(files map[string][]byte) {
			files[validatorsFile] = append(files[validatorsFile], strangers(f)...)
		}
	}},
	{"plain", "20-validators: another set instead", check.Validators, func(f *forger) {
		f.files = func(files map[string][]byte) { files[validatorsFile] = strangers(f) }
	}},
	{"plain", "20-validators: power", check.Validators, content(validatorsFile, func(b []byte) []byte { b[2+33], b[2+67], b[2+101] = 11, 11, 11; return b })},
	{"plain", "20-validators: no key on the curve", check.Frame, content(validatorsFile, func(b []byte) []byte { b[2] = 5; return b })},
	{"plain", "20-validators: out of order", check.Frame, content(validatorsFile, func(b []byte) []byte {
		return slices.Concat(b[:2], b[2+34:2+68], b[2:2+34], b[2+68:])
	})},
	{"plain", "20-validators: cut off", check.Frame, content(validatorsFile, func(b []byte) []byte { return b[:len(b)-1] })},

	// 30-proofs.json
	{"plain", "30-proofs.json: format", check.Frame, text(proofsFile, "urna-proof/1", "urna-proof/2")},
	{"plain", "30-proofs.json: chainId", check.Genesis, func(f *forger) { f.document = func(d *light.Document) { d.ChainID = "urna/test/2" } }},
	{"plain", "30-proofs.json: height", check.Frame, func(f *forger) { f.document = func(d *light.Document) { d.Height++ } }},
	{"plain", "30-proofs.json: a claim less", check.Frame, func(f *forger) { f.document = func(d *light.Document) { d.Claims = d.Claims[:4] } }},
	{"plain", "30-proofs.json: a claim twice", check.Frame, func(f *forger) {
		f.document = func(d *light.Document) { d.Claims = append(d.Claims, d.Claims[0]) }
	}},
	{"plain", "30-proofs.json: claims in another order", check.Frame, func(f *forger) {
		f.document = func(d *light.Document) { d.Claims[0], d.Claims[1] = d.Claims[1], d.Claims[0] }
	}},
	{"plain", "30-proofs.json: a claim without a value", check.Frame, func(f *forger) { f.document = func(d *light.Document) { d.Claims[3].Value = nil } }},
	{"plain", "30-proofs.json: another value", check.State, func(f *forger) {
		f.keepTree = true
		result(func(r *state.Result) { r.Tally.Cells[0][0].SetUint64(5) })(f)
	}},
	{"plain", "30-proofs.json: another proof", check.State, func(f *forger) {
		f.document = func(d *light.Document) { d.Claims[2].Proof = d.Claims[1].Proof }
	}},
	{"plain", "30-proofs.json: a byte of a proof", check.State, func(f *forger) {
		f.document = func(d *light.Document) { d.Claims[2].Proof = flip(slices.Clone(d.Claims[2].Proof), -3) }
	}},
	{"plain", "30-proofs.json: white space", check.Frame, text(proofsFile, `,"claims"`, `, "claims"`)},
	{"plain", "30-proofs.json: a vote", check.Frame, func(f *forger) {
		f.document = func(d *light.Document) { d.Vote = &light.Vote{Record: []byte{1}} }
	}},
	{"plain", "30-proofs.json: trail with the header twice", check.Validators, func(f *forger) {
		f.document = func(d *light.Document) { d.Trail = append(d.Trail, d.Signed) }
	}},
	{"plain", "30-proofs.json: a record in another encoding", check.Encoding, func(f *forger) { f.claims[2].Value = append(slices.Clone(f.claims[2].Value), 0) }},
	{"plain", "30-proofs.json: a record of another version", check.Encoding, func(f *forger) { f.claims[0].Value = append([]byte{2}, f.claims[0].Value[1:]...) }},

	{"moving", "30-proofs.json: no trail", check.Validators, onDocument(func(d *light.Document) { d.Trail = nil })},
	{"moving", "30-proofs.json: trail without a commit", check.Commits, onDocument(func(d *light.Document) {
		d.Trail = []*light.Block{{Header: d.Trail[0].Header, Validators: d.Trail[0].Validators}}
	})},
	{"moving", "30-proofs.json: trail signed by others", check.Validators, func(f *forger) {
		f.header = func(b *forged) {
			if b == f.trail[0] {
				f.usurp(b)
			}
		}
	}},

	// the header that the proofs hang on, signed again unless it says otherwise
	{"plain", "signed header: time, not signed again", check.Commits, otherTime},
	{"plain", "signed header: chain id", check.Genesis, onSigned(func(b *forged) { b.h.ChainID = "urna/test/2" })},
	{"plain", "signed header: height", check.State, onSigned(func(b *forged) { b.h.Height++ })},
	{"plain", "signed header: validators hash", check.Validators, onSigned(func(b *forged) {
		b.by = b.usual
		b.h.ValidatorsHash = bend(b.h.ValidatorsHash)
	})},
	{"plain", "signed header: application hash", check.State, onSigned(func(b *forged) { b.h.AppHash = bend(b.h.AppHash) })},
	{"plain", "signed header: other validators", check.Validators, func(f *forger) {
		onSigned(func(b *forged) { f.usurp(b) })(f)
	}},
	{"plain", "commit of the signed header: round", check.Commits, onLastCommit(func(c *light.Commit) { c.Round++ })},
	{"plain", "commit of the signed header: parts", check.Commits, onLastCommit(func(c *light.Commit) { c.Parts++ })},
	{"plain", "commit of the signed header: parts hash", check.Commits, onLastCommit(func(c *light.Commit) { c.PartsHash[0] ^= 1 })},
	{"plain", "commit of the signed header: a slot less", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots = c.Slots[:2] })},
	{"plain", "commit of the signed header: a signature is missing", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots[1] = light.Slot{} })},
	{"plain", "commit of the signed header: seconds", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots[1].Seconds++ })},
	{"plain", "commit of the signed header: nanoseconds", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots[1].Nanos++ })},
	{"plain", "commit of the signed header: signature", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots[2].Signature[5] ^= 1 })},
	{"plain", "commit of the signed header: v of a signature", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots[2].Signature[64] ^= 1 })},
	{"plain", "commit of the signed header: signatures of others", check.Commits, onLastCommit(func(c *light.Commit) { c.Slots[0], c.Slots[1] = c.Slots[1], c.Slots[0] })},
	{"plain", "commit of the signed header: none", check.Commits, func(f *forger) { f.document = func(d *light.Document) { d.Signed.Commit = nil } }},

	// settings
	{"plain", "settings: organisation", check.Rules, settings(func(s *election.Settings) { s.Organisation[0] ^= 1 })},
	{"plain", "settings: creator", check.Rules, settings(func(s *election.Settings) { s.Creator[0] ^= 1 })},
	{"plain", "settings: index", check.Rules, settings(func(s *election.Settings) { s.Index++ })},
	{"plain", "settings: anonymous", check.Rules, settings(func(s *election.Settings) { s.Mode.Anonymous = true })},
	{"plain", "settings: encrypted", check.Rules, settings(func(s *election.Settings) { s.Mode.Encrypted = true })},
	{"questions", "settings: maxCount", check.Rules, settings(func(s *election.Settings) { s.Rules.MaxCount-- })},
	{"questions", "settings: maxValue", check.Rules, settings(func(s *election.Settings) { s.Rules.MaxValue++ })},
	{"plain", "settings: maxVoteOverwrites", check.Rules, settings(func(s *election.Settings) { s.Rules.MaxOverwrites++ })},
	{"plain", "settings: maxTotalCost", check.Rules, settings(func(s *election.Settings) { s.Rules.MaxTotalCost = 100 })},
	{"plain", "settings: costExponent", check.Rules, settings(func(s *election.Settings) { s.Rules.CostExponent++ })},
	{"plain", "settings: uniqueValues", check.Rules, settings(func(s *election.Settings) { s.Rules.UniqueValues = true })},
	{"plain", "settings: costFromWeight", check.Rules, settings(func(s *election.Settings) { s.Rules.CostFromWeight = true })},
	{"plain", "settings: census origin", check.Rules, settings(func(s *election.Settings) { s.CensusOrigin = 1 })},
	{"plain", "settings: start", check.Rules, settings(func(s *election.Settings) { s.Start++ })},
	{"plain", "settings: auto start", check.Rules, settings(func(s *election.Settings) { s.AutoStart = !s.AutoStart })},
	{"plain", "settings: interruptible", check.Rules, settings(func(s *election.Settings) { s.Interruptible = !s.Interruptible })},
	{"plain", "settings: dynamic census", check.Rules, settings(func(s *election.Settings) { s.DynamicCensus = true })},
	{"plain", "settings: encrypted metadata", check.Rules, settings(func(s *election.Settings) { s.EncryptedMetadata = true })},
	{"plain", "settings: temporary keys", check.Rules, settings(func(s *election.Settings) { s.TempKeys = true })},
	{"questions", "settings: metadata URI", check.Rules, settings(func(s *election.Settings) { s.MetadataURI = "ipfs://else" })},
	{"plain", "settings: created, time", check.Rules, settings(func(s *election.Settings) { s.CreatedTime-- })},
	{"plain", "settings: created, height", check.Rules, settings(func(s *election.Settings) { s.CreatedHeight++ })},

	// stage
	{"plain", "stage: status", check.Result, stage(func(s *state.Stage) { s.Status = election.Ended })},
	{"plain", "stage: manually ended", check.Rules, stage(func(s *state.Stage) { s.ManuallyEnded = true })},
	{"questions", "stage: not manually ended", check.Rules, stage(func(s *state.Stage) { s.ManuallyEnded = false })},
	{"questions", "stage: census root", check.Rules, stage(func(s *state.Stage) { s.CensusRoot[0] ^= 1 })},
	{"plain", "stage: census root, with the file", check.Census, stage(func(s *state.Stage) { s.CensusRoot[0] ^= 1 })},
	{"questions", "stage: census URI", check.Rules, stage(func(s *state.Stage) { s.CensusURI = "ipfs://else" })},
	{"plain", "stage: census URI, with the file", check.Census, stage(func(s *state.Stage) { s.CensusURI = "ipfs://else" })},
	{"plain", "stage: max census size", check.Rules, stage(func(s *state.Stage) { s.MaxCensusSize++ })},
	{"plain", "stage: end", check.Rules, stage(func(s *state.Stage) { s.End++ })},
	{"plain", "stage: reason of failure", check.Rules, stage(func(s *state.Stage) { s.FailReason = "none" })},

	// log, result, sealing
	{"plain", "log: root", check.Log, voteLog(func(l *state.Log) { l.Root[0] ^= 1 })},
	{"plain", "log: size", check.Log, voteLog(func(l *state.Log) { l.Size++ })},
	{"plain", "log: voters", check.Counts, voteLog(func(l *state.Log) { l.Voters-- })},
	{"plain", "result: a cell", check.Tally, result(func(r *state.Result) { r.Tally.Cells[0][1].AddUint64(&r.Tally.Cells[0][1], 1) })},
	{"questions", "result: a row less", check.Tally, result(func(r *state.Result) { r.Tally.Cells = r.Tally.Cells[:2] })},
	{"plain", "result: a vote moved from one cell to another", check.Tally, result(func(r *state.Result) {
		one := uint256.NewInt(1)
		r.Tally.Cells[0][0].Sub(&r.Tally.Cells[0][0], one)
		r.Tally.Cells[0][1].Add(&r.Tally.Cells[0][1], one)
	})},
	{"weighted", "result: weight", check.Tally, result(func(r *state.Result) { r.Tally.Weight.AddUint64(&r.Tally.Weight, 1) })},
	{"plain", "result: votes", check.Counts, result(func(r *state.Result) { r.Votes++ })},
	{"plain", "result: overwritten", check.Counts, result(func(r *state.Result) { r.Overwritten++ })},
	{"plain", "result: invalid", check.Result, result(func(r *state.Result) { r.Invalid = 1 })},
	{"plain", "result: census root", check.Result, result(func(r *state.Result) { r.CensusRoot[0] ^= 1 })},
	{"plain", "result: vote root", check.Result, result(func(r *state.Result) { r.VoteRoot[0] ^= 1 })},
	{"plain", "result: vote size", check.Result, result(func(r *state.Result) { r.VoteSize++ })},
	{"plain", "result: method", check.Result, result(func(r *state.Result) { r.Method = 2 })},
	{"plain", "result: height before the last vote", check.Result, result(func(r *state.Result) { r.Height = 6 })},
	{"plain", "result: height after the archive", check.Result, result(func(r *state.Result) { r.Height = 1 << 40 })},
	{"plain", "sealing: not done", check.Nullifiers, sealing(func(s *state.Sealing) {
		s.Done, s.Frontier = false, make([][32]byte, 1)
		s.Count = 4
	})},
	{"plain", "sealing: count", check.Nullifiers, sealing(func(s *state.Sealing) { s.Count++ })},
	{"plain", "sealing: last nullifier", check.Nullifiers, sealing(func(s *state.Sealing) { s.Cursor[0] ^= 1 })},
	{"plain", "sealing: root", check.Nullifiers, sealing(func(s *state.Sealing) { s.Root[0] ^= 1 })},
	{"empty", "sealing: root of nothing", check.Nullifiers, sealing(func(s *state.Sealing) { s.Root[0] ^= 1 })},

	// metadata and census
	{"plain", "40-metadata: a byte", check.Metadata, func(f *forger) { f.metadata = flip(slices.Clone(f.metadata), 30) }},
	{"plain", "40-metadata: one more byte", check.Metadata, func(f *forger) { f.metadata = append(slices.Clone(f.metadata), ' ') }},
	{"plain", "50-census: a byte", check.Census, func(f *forger) { f.census = flip(slices.Clone(f.census), 100) }},
	{"plain", "50-census: a census of others under the election's URI", check.Census, func(f *forger) {
		tr := apptest.Census(f.t, apptest.Keys("stranger", 3))
		f.census = censusDocument(f.t, tr.Root(), tr.Dump())
		stage(func(s *state.Stage) { s.CensusURI = uriScheme + cidOf(f, f.census) })(f)
	}},
	{"plain", "50-census: another census that states the election's root", check.Census, func(f *forger) {
		tr := apptest.Census(f.t, apptest.Keys("stranger", 3))
		f.census = censusDocument(f.t, readClaims(f.manifest.election, f.claims).stage.CensusRoot, tr.Dump())
		stage(func(s *state.Stage) { s.CensusURI = uriScheme + cidOf(f, f.census) })(f)
	}},
	{"plain", "50-census: written in another way", check.Census, func(f *forger) {
		f.census = bytes.Replace(f.census, []byte(`"type":1,`), []byte(`"type": 1,`), 1)
		stage(func(s *state.Stage) { s.CensusURI = uriScheme + cidOf(f, f.census) })(f)
	}},

	// headers of 60-blocks, signed again
	{"plain", "header: chain id", check.Genesis, onHeader(2, func(b *forged) { b.h.ChainID = "urna/test/2" })},
	{"plain", "header: height of the one before", check.Headers, onHeader(2, func(b *forged) { b.h.Height-- })},
	{"plain", "header: height above the archive", check.Headers, onHeader(-1, func(b *forged) { b.h.Height = 1000 })},
	{"plain", "header: time before the one before", check.Headers, onHeader(-1, func(b *forged) { b.h.Time = b.h.Time.Add(-time.Hour) })},
	{"plain", "header: last block id", check.Headers, onHeader(3, func(b *forged) { b.h.LastBlockID.Hash = bend(b.h.LastBlockID.Hash) })},
	{"plain", "header: data hash", check.Body, onHeader(2, func(b *forged) { b.h.DataHash = bend(b.h.DataHash) })},
	{"plain", "header: validators hash", check.Validators, onHeader(-1, func(b *forged) {
		b.by = b.usual
		b.h.ValidatorsHash = bend(b.h.ValidatorsHash)
	})},
	{"plain", "header: other validators", check.Validators, func(f *forger) { onHeader(-1, func(b *forged) { f.usurp(b) })(f) }},
	{"plain", "header: application hash, not linked again", check.Headers, func(f *forger) {
		f.blocks[3].unlinked = true
		f.blocks[2].h.AppHash = bend(f.blocks[2].h.AppHash)
	}},
	{"weighted", "header: none for a height in a run", check.Commits, func(f *forger) { f.blocks = slices.Delete(f.blocks, 1, 2) }},
	{"plain", "header: the last one is left out", check.Commits, func(f *forger) { f.blocks = f.blocks[:len(f.blocks)-1] }},
	{"plain", "header: one twice", check.Headers, func(f *forger) { f.blocks = slices.Insert(f.blocks, 1, f.blocks[1]) }},
	{"plain", "60-blocks: nothing", check.Frame, content(blocksFile, func([]byte) []byte { return nil })},
	{"plain", "60-blocks: cut off", check.Frame, content(blocksFile, func(b []byte) []byte { return b[:len(b)-1] })},
	{"plain", "60-blocks: a byte too many", check.Frame, content(blocksFile, func(b []byte) []byte { return append(b, 0) })},
	{"plain", "60-blocks: a leaf of a header in another encoding", check.Frame, content(blocksFile, func(b []byte) []byte {
		at := bytes.Index(b, []byte("\x0d\x0a\x0burna/test/1"))
		return slices.Concat(b[:at], []byte("\x0e\x0a\x8b\x00urna/test/1"), b[at+14:])
	})},

	{"moving", "header: one of the trail is missing", check.Validators, func(f *forger) { f.blocks = slices.Delete(f.blocks, 2, 3) }},
	{"moving", "header: one that leads to others is signed by others", check.Validators, func(f *forger) {
		onHeader(1, func(b *forged) { f.usurp(b) })(f)
	}},
	{"moving", "header: one of the trail is signed by others", check.Headers, func(f *forger) {
		onHeader(2, func(b *forged) { f.usurp(b) })(f)
	}},
	{"moving", "header: another one than in 30-proofs.json, signed as well", check.Headers, onHeader(2, func(b *forged) { b.h.Time = b.h.Time.Add(time.Millisecond) })},
	{"plain", "header: another one than a header of 30-proofs.json names", check.Headers, func(f *forger) {
		before := *f.signed
		before.h.Height--
		f.blocks = append(f.blocks, &before)
	}},
	{"moving", "30-proofs.json: a header of the trail names another one before it", check.Headers, func(f *forger) {
		next := *f.trail[0]
		next.h.Height++
		f.trail = append(f.trail, &next)
	}},
	{"moving", "header: one of the trail names other validators for the next height", check.Validators, func(f *forger) {
		f.at(2).h.Height = 24
		f.at(2).h.NextValidatorsHash = bend(f.at(2).h.NextValidatorsHash)
		f.blocks = append(f.blocks[:3], f.blocks[9])
		f.at(-1).h.Height, f.at(-1).h.Time = 25, f.at(2).h.Time.Add(time.Second)
		f.at(2).h.Time = f.at(1).h.Time.Add(time.Second)
	}},

	// commits of 60-blocks
	{"plain", "commit: round", check.Commits, onCommit(-1, func(c *light.Commit) { c.Round++ })},
	{"plain", "commit: parts", check.Commits, onCommit(-1, func(c *light.Commit) { c.Parts++ })},
	{"plain", "commit: parts hash", check.Commits, onCommit(-1, func(c *light.Commit) { c.PartsHash[0] ^= 1 })},
	{"plain", "commit: a slot less", check.Commits, onCommit(-1, func(c *light.Commit) { c.Slots = c.Slots[:2] })},
	{"plain", "commit: a slot more", check.Commits, onCommit(-1, func(c *light.Commit) { c.Slots = append(c.Slots, light.Slot{}) })},
	{"plain", "commit: a signature is missing", check.Commits, onCommit(-1, func(c *light.Commit) { c.Slots[0] = light.Slot{} })},
	{"plain", "commit: seconds", check.Commits, onCommit(-1, func(c *light.Commit) { c.Slots[0].Seconds++ })},
	{"plain", "commit: nanoseconds", check.Commits, onCommit(-1, func(c *light.Commit) { c.Slots[0].Nanos++ })},
	{"plain", "commit: signature", check.Commits, onCommit(-1, func(c *light.Commit) { c.Slots[1].Signature[40] ^= 1 })},
	{"plain", "commit: s in the upper half", check.Commits, onCommit(-1, func(c *light.Commit) { mirror(&c.Slots[1].Signature) })},
	{"plain", "commit: header changed below it", check.Commits, func(f *forger) {
		last := f.at(-1)
		f.commit = func(b *forged) {
			if b == last {
				b.h.Time = b.h.Time.Add(time.Millisecond)
				h, err := light.HeaderOf(&b.h)
				must(f.t, err)
				b.light = h
			}
		}
	}},
	{"plain", "commit: none at the end", check.Commits, func(f *forger) { f.at(-1).commits = false }},
	{"weighted", "commit: none before a gap", check.Commits, func(f *forger) {
		for i := range f.blocks[1:] {
			if f.blocks[i].h.Height+1 < f.blocks[i+1].h.Height {
				f.blocks[i].commits = false
			}
		}
	}},

	// transactions
	{"plain", "transactions: a vote is left out", check.Log, func(f *forger) { t := &f.at(4).txs[0]; t.sum(); t.raw = nil }},
	{"plain", "transactions: the creation is left out", check.Rules, func(f *forger) { t := &f.at(0).txs[0]; t.sum(); t.raw = nil }},
	{"plain", "transactions: another hash of one that is not of the election", check.Body, func(f *forger) {
		f.commit = func(b *forged) {
			if b == f.at(-1) {
				f.at(2).txs[1].hash[0] ^= 1
			}
		}
	}},
	{"plain", "transactions: a byte of a vote, the data hash as it was", check.Body, func(f *forger) {
		at := f.at(4)
		f.commit = func(b *forged) {
			if b == f.at(-1) {
				at.txs[0].raw = flip(slices.Clone(at.txs[0].raw), -1)
			}
		}
	}},
	{"plain", "transactions: two in another order, the data hash as it was", check.Body, func(f *forger) {
		at := f.at(5)
		f.commit = func(b *forged) {
			if b == f.at(-1) {
				at.txs[0], at.txs[1] = at.txs[1], at.txs[0]
			}
		}
	}},
	{"plain", "transactions: two votes in another order", check.Log, func(f *forger) { t := f.at(5).txs; t[0], t[1] = t[1], t[0] }},
	{"plain", "transactions: a vote twice", check.Overwrites, func(f *forger) { b := f.at(4); b.txs = append(b.txs, b.txs[0]) }},
	{"plain", "transactions: a vote in an earlier block", check.Log, func(f *forger) {
		f.at(2).txs = append(f.at(2).txs, f.at(5).txs[0])
		f.at(5).txs = f.at(5).txs[1:]
	}},
	{"plain", "transactions: a byte at the end", check.Encoding, onTx(4, 0, func(_ *forger, b []byte) []byte { return append(b, 0) })},
	{"plain", "transactions: no bytes", check.Encoding, onTx(4, 0, func(*forger, []byte) []byte { return []byte{} })},
	{"plain", "transactions: a length in a longer form", check.Encoding, onTx(4, 0, func(f *forger, b []byte) []byte {
		return slices.Concat(b[:2], []byte{b[2] | 0x80, 0}, b[3:])
	})},
	{"plain", "transactions: a signature too short", check.Signature, onTx(4, 0, unsigned)},
	{"plain", "transactions: s of a signature in the upper half", check.Signature, onTx(4, 0, func(_ *forger, b []byte) []byte {
		mirror((*[65]byte)(b[len(b)-65:]))
		return b
	})},
	{"plain", "transactions: a signature changed", check.Membership, onTx(4, 0, func(_ *forger, b []byte) []byte { return flip(b, len(b)-40) })},
	{"plain", "transactions: a vote of a stranger", check.Membership, onTx(4, 0, resigned(apptest.Key("stranger"), func(*tx.Vote) {}))},
	{"plain", "transactions: a vote with another's proof", check.Membership, func(f *forger) {
		onTx(4, 0, resigned(person(4), func(*tx.Vote) {}))(f)
	}},
	{"plain", "transactions: siblings of a proof", check.Membership, onTx(4, 0, resigned(person(2), func(p *tx.Vote) { p.Proof.Siblings = flip(slices.Clone(p.Proof.Siblings), -1) }))},
	{"plain", "transactions: siblings of a wrong length", check.Membership, onTx(4, 0, resigned(person(2), func(p *tx.Vote) { p.Proof.Siblings = p.Proof.Siblings[:len(p.Proof.Siblings)-1] }))},
	{"weighted", "transactions: a larger weight", check.Membership, onTx(2, 0, resigned(person(0), func(p *tx.Vote) {
		p.Proof.AvailableWeight = bytes.Replace(p.Proof.AvailableWeight, []byte{1}, []byte{9}, 1)
	}))},
	{"weighted", "transactions: more than the weight", check.Membership, onTx(2, 1, resigned(person(1), func(p *tx.Vote) { p.Proof.VoteWeight = []byte{3} }))},
	{"weighted", "transactions: another part of the weight", check.Log, onTx(2, 1, resigned(person(1), func(p *tx.Vote) { p.Proof.VoteWeight = []byte{2} }))},
	{"plain", "transactions: another choice", check.Log, onTx(4, 0, resigned(person(2), ballotOf(`{"votes":[1]}`)))},
	{"plain", "transactions: another memo", check.Log, onTx(2, 1, resigned(person(1), func(p *tx.Vote) { p.Memo = []byte("for the records") }))},
	{"plain", "transactions: no ballot", check.BallotRules, onTx(4, 0, resigned(person(2), ballotOf(`{"votes":[01]}`)))},
	{"plain", "transactions: a choice that is none", check.BallotRules, onTx(4, 0, resigned(person(2), ballotOf(`{"votes":[3]}`)))},
	{"plain", "transactions: too many choices", check.BallotRules, onTx(4, 0, resigned(person(2), ballotOf(`{"votes":[0,1]}`)))},
	{"weighted", "transactions: the same choice twice", check.BallotRules, onTx(2, 0, resigned(person(0), ballotOf(`{"votes":[1,1]}`)))},
	{"budget", "transactions: more points than the weight buys", check.BallotRules, onTx(1, 0, resigned(person(4), ballotOf(`{"votes":[2,2]}`)))},
	{"plain", "transactions: a vote of another election", check.Frame, onTx(4, 0, resigned(person(2), func(p *tx.Vote) { p.Election[31] ^= 1 }))},
	{"plain", "transactions: one that is not about an election", check.Frame, onTx(4, 0, func(f *forger, _ []byte) []byte {
		return apptest.Sign(f.t, organiser(), &tx.SendTokens{Nonce: 7, To: person(0).Address(), Amount: 1})
	})},
	{"plain", "transactions: one more vote than is allowed", check.Overwrites, func(f *forger) {
		b := f.at(5)
		b.txs = append(b.txs, entryTx{raw: resigned(person(0), ballotOf(`{"votes":[2]}`))(f, b.txs[1].raw)})
	}},
	{"weighted", "transactions: a ballot that was accepted before", check.Overwrites, func(f *forger) {
		for _, b := range f.blocks {
			if len(b.txs) == 2 {
				b.txs = append(b.txs, entryTx{raw: f.firstVote(0)})
				return
			}
		}
	}},
	{"plain", "transactions: a vote before the start", check.Window, func(f *forger) {
		start := f.at(2).h.Time.Add(time.Hour)
		onTx(0, 0, resigned(organiser(), func(p *tx.NewElection) { p.StartTime = uint64(start.Unix()) }))(f)
		settings(func(s *election.Settings) { s.Start = uint64(start.Unix()) })(f)
	}},
	{"plain", "transactions: a vote after the end", check.Window, onHeader(-1, func(b *forged) { b.h.Time = b.h.Time.Add(2 * time.Hour) })},
	{"plain", "transactions: a vote while paused", check.Window, onTx(0, 0, resigned(organiser(), func(p *tx.NewElection) { p.Paused = true }))},
	{"plain", "transactions: more voters than places", check.Uniqueness, onTx(0, 0, resigned(organiser(), func(p *tx.NewElection) { p.MaxCensusSize = 3 }))},
	{"weighted", "transactions: a vote under a census that is no longer the election's", check.Membership, func(f *forger) {
		for i, b := range f.blocks {
			if len(b.txs) == 1 && isA[*tx.SetCensus](b.txs[0].raw) {
				f.at(i + 1).txs = slices.Insert(f.at(i+1).txs, 0, entryTx{raw: resigned(person(2), ballotOf(`{"votes":[0]}`))(f, f.firstVote(1))})
				return
			}
		}
	}},
	{"plain", "creation: another duration", check.Rules, onTx(0, 0, resigned(organiser(), func(p *tx.NewElection) { p.Duration++ }))},
	{"questions", "creation: another census", check.Membership, onTx(0, 0, resigned(organiser(), func(p *tx.NewElection) { p.CensusRoot[0] ^= 1 }))},
	{"plain", "creation: by another organisation", check.Rules, onTx(0, 0, resigned(person(0), func(*tx.NewElection) {}))},
	{"plain", "creation: other rules", check.Rules, onTx(0, 0, resigned(organiser(), func(p *tx.NewElection) { p.Rules.MaxOverwrites = 2 }))},
	{"questions", "creation: it expects another election", check.Rules, onTx(0, 0, resigned(organiser(), func(p *tx.NewElection) { p.Expect = &election.ID{1} }))},
	{"questions", "creation: a start in the past", check.Rules, func(f *forger) { startsAt(f, f.at(0).h.Time.Add(-time.Second)) }},
	{"empty", "creation: a start in too many years", check.Rules, func(f *forger) { startsAt(f, f.at(0).h.Time.Add((tx.MaxStartAhead+1)*time.Second)) }},
	{"questions", "creation: no metadata", check.Rules, func(f *forger) {
		onTx(0, 0, resigned(organiser(), func(p *tx.NewElection) { p.MetadataURI = "" }))(f)
		settings(func(s *election.Settings) { s.MetadataURI = "" })(f)
	}},
	{"questions", "creation: no census", check.Rules, func(f *forger) {
		onTx(0, 0, resigned(organiser(), func(p *tx.NewElection) { p.CensusURI = "" }))(f)
		stage(func(s *state.Stage) { s.CensusURI = "" })(f)
	}},
	{"plain", "creation: twice", check.Rules, func(f *forger) { b := f.at(4); b.txs = append(b.txs, f.at(0).txs[0]) }},
	{"plain", "creation: after a vote", check.Rules, func(f *forger) { f.at(0).txs = append(slices.Clone(f.at(4).txs), f.at(0).txs...) }},
	{"plain", "changes: ended although it may not be interrupted", check.Rules, func(f *forger) {
		f.add(5, &tx.SetStatus{Nonce: 9, Election: f.manifest.election, Status: election.Ended})
	}},
	{"plain", "changes: the status that it has", check.Rules, func(f *forger) {
		f.add(5, &tx.SetStatus{Nonce: 9, Election: f.manifest.election, Status: election.Ready})
	}},
	{"plain", "changes: another census although it is fixed", check.Rules, func(f *forger) {
		root, uri := readClaims(f.manifest.election, f.claims).stage.CensusRoot, "ipfs://else"
		root[0] ^= 1
		f.add(5, &tx.SetCensus{Nonce: 9, Election: f.manifest.election, Root: &root, URI: &uri})
	}},
	{"plain", "changes: a smaller census", check.Rules, func(f *forger) { f.add(5, &tx.SetCensus{Nonce: 9, Election: f.manifest.election, Size: 5}) }},
	{"plain", "changes: the same census", check.Rules, func(f *forger) { f.add(5, &tx.SetCensus{Nonce: 9, Election: f.manifest.election, Size: 6}) }},
	{"plain", "changes: a shorter time", check.Rules, func(f *forger) {
		f.add(5, &tx.SetDuration{Nonce: 9, Election: f.manifest.election, Duration: 900})
	}},
	{"questions", "changes: a time that is over", check.Rules, func(f *forger) {
		f.insert(1, &tx.SetDuration{Nonce: 9, Election: f.manifest.election, Duration: 1})
	}},
	{"plain", "changes: the same time", check.Rules, func(f *forger) {
		f.add(5, &tx.SetDuration{Nonce: 9, Election: f.manifest.election, Duration: 1000})
	}},
	{"plain", "changes: a longer time that the stage does not have", check.Rules, func(f *forger) {
		f.add(5, &tx.SetDuration{Nonce: 9, Election: f.manifest.election, Duration: 1100})
	}},
	{"questions", "changes: after the end", check.Rules, func(f *forger) { f.add(-1, &tx.SetCensus{Nonce: 9, Election: f.manifest.election, Size: 9}) }},
	{"questions", "changes: canceled, and with a result", check.Rules, onTx(-1, 0, resigned(organiser(), func(p *tx.SetStatus) { p.Status = election.Canceled }))},
	{"weighted", "changes: one is left out", check.Rules, func(f *forger) {
		for _, b := range f.blocks {
			if len(b.txs) == 1 && isA[*tx.SetDuration](b.txs[0].raw) {
				b.txs[0].sum()
				b.txs[0].raw = nil
			}
		}
	}},

	// 90-closing.json
	{"plain", "90-closing.json: format", check.Closing, onClosing(func(c *closing) { c.Format = "urna-closing/2" })},
	{"plain", "90-closing.json: chainId", check.Closing, onClosing(func(c *closing) { c.ChainID = "urna/test/2" })},
	{"plain", "90-closing.json: election", check.Closing, onClosing(func(c *closing) { c.Election = strings.Repeat("ab", 32) })},
	{"plain", "90-closing.json: height", check.Closing, onClosing(func(c *closing) { c.Height++ })},
	{"plain", "90-closing.json: block", check.Closing, onClosing(func(c *closing) { c.Block = c.AppHash })},
	{"plain", "90-closing.json: appHash", check.Closing, onClosing(func(c *closing) { c.AppHash = c.Block })},
	{"plain", "90-closing.json: firstHeight", check.Closing, onClosing(func(c *closing) { c.FirstHeight++ })},
	{"plain", "90-closing.json: lastHeight", check.Closing, onClosing(func(c *closing) { c.LastHeight++ })},
	{"plain", "90-closing.json: entries", check.Closing, onClosing(func(c *closing) { c.Entries++ })},
	{"plain", "90-closing.json: transactions", check.Closing, onClosing(func(c *closing) { c.Transactions++ })},
	{"plain", "90-closing.json: voters", check.Closing, onClosing(func(c *closing) { c.Voters++ })},
	{"plain", "90-closing.json: records", check.Closing, onClosing(func(c *closing) { c.Records++ })},
	{"plain", "90-closing.json: overwritten", check.Closing, onClosing(func(c *closing) { c.Overwritten++ })},
	{"plain", "90-closing.json: weight", check.Closing, onClosing(func(c *closing) { c.Weight = "9" })},
	{"plain", "90-closing.json: tally", check.Closing, onClosing(func(c *closing) { c.Tally[0][0], c.Tally[0][1] = c.Tally[0][1], c.Tally[0][0] })},
	{"plain", "90-closing.json: censusRoot", check.Closing, onClosing(func(c *closing) { c.CensusRoot = c.VoteRoot })},
	{"plain", "90-closing.json: voteRoot", check.Closing, onClosing(func(c *closing) { c.VoteRoot = c.CensusRoot })},
	{"plain", "90-closing.json: nullifierRoot", check.Closing, onClosing(func(c *closing) { c.NullifierRoot = c.CensusRoot })},
	{"plain", "90-closing.json: white space", check.Frame, text(closingFile, `,"height"`, `, "height"`)},
	{"plain", "90-closing.json: no JSON", check.Frame, content(closingFile, func(b []byte) []byte { return b[1:] })},

	// the CAR
	{"plain", "CAR: version 2", check.Frame, onCAR(func(f *forger, b []byte) []byte { b[58] = 2; return b })},
	{"plain", "CAR: another root", check.Frame, onCAR(func(f *forger, b []byte) []byte { return flip(b, 40) })},
	{"plain", "CAR: two roots", check.Frame, onCAR(func(f *forger, b []byte) []byte {
		at := bytes.Index(b, []byte("\xd8\x2a"))
		root := b[at : at+41]
		return slices.Concat([]byte{b[0] + 41}, b[1:at-1], []byte{0x82}, root, root, b[at+41:])
	})},
	{"plain", "CAR: a byte at the end", check.Frame, onCAR(func(f *forger, b []byte) []byte { return append(b, 0) })},
	{"plain", "CAR: a block at the end", check.Frame, onCAR(func(f *forger, b []byte) []byte { return append(b, b[59:59+2+36+len(frameAt(f, b, 59))]...) })},
	{"plain", "CAR: cut off", check.Frame, onCAR(func(f *forger, b []byte) []byte { return b[:len(b)-1] })},
	{"plain", "CAR: cut off after a block", check.Frame, onCAR(func(f *forger, b []byte) []byte { return b[:len(b)-2-36-len(f.last())] })},
	{"plain", "CAR: a byte of a block", check.Content, onCAR(func(f *forger, b []byte) []byte { return flip(b, bytes.Index(b, []byte("Shall we"))) })},
	{"plain", "CAR: a byte of a transaction", check.Content, onCAR(func(f *forger, b []byte) []byte { return flip(b, bytes.Index(b, f.at(4).txs[0].raw)+100) })},
	{"plain", "CAR: a byte of the root block", check.Content, onCAR(func(f *forger, b []byte) []byte { return flip(b, bytes.Index(b, []byte("90-closing.json"))) })},
	{"plain", "CAR: a byte of a block's name", check.Frame, onCAR(func(f *forger, b []byte) []byte { return flip(b, 59+2+30) })},
	{"plain", "CAR: a length in a longer form", check.Frame, onCAR(func(f *forger, b []byte) []byte {
		return slices.Concat(b[:60], []byte{b[60] | 0x80, 0}, b[61:])
	})},

	// the directory
	{"plain", "directory: a file more", check.Frame, func(f *forger) { f.files = func(files map[string][]byte) { files["99-more"] = []byte("x") } }},
	{"plain", "directory: no census", check.Frame, func(f *forger) { f.files = func(files map[string][]byte) { delete(files, censusFile) } }},
	{"plain", "directory: no closing record", check.Frame, func(f *forger) { f.files = func(files map[string][]byte) { delete(files, closingFile) } }},
	{"plain", "directory: another name", check.Frame, func(f *forger) {
		f.files = func(files map[string][]byte) {
			files["60-Blocks"] = files[blocksFile]
			delete(files, blocksFile)
		}
	}},
	{"plain", "directory: no manifest", check.Frame, func(f *forger) { f.files = func(files map[string][]byte) { delete(files, manifestFile) } }},
	{"plain", "directory: another directory in the place of a file", check.Frame, func(f *forger) {
		f.files = func(files map[string][]byte) {
			files[blocksFile+"/x"] = files[blocksFile]
			delete(files, blocksFile)
		}
	}},
}

// genesisLies are told to those who trust a block and know no genesis.
var genesisLies = []lie{
	{"plain", "10-genesis.json: a later start", check.Genesis, text(genesisFile, `"initial_height":"1"`, `"initial_height":"2"`)},
	{"plain", "10-genesis.json: the height as a number", check.Genesis, text(genesisFile, `"initial_height":"1"`, `"initial_height":1`)},
	{"plain", "10-genesis.json: a name in capitals", check.Genesis, text(genesisFile, `"chain_id"`, `"Chain_ID"`)},
	{"plain", "10-genesis.json: no validators", check.Genesis, text(genesisFile, `"validators":[{"address"`, `"voters":[{"address"`)},
	{"plain", "10-genesis.json: type of a key", check.Genesis, text(genesisFile, `PubKeySecp256k1eth`, `PubKeySecp256k1`)},
	{"plain", "10-genesis.json: bytes of a key", check.Genesis, text(genesisFile, `"value":"A`, `"value":"B`)},
	{"plain", "10-genesis.json: no address", check.Genesis, text(genesisFile, `"address":"`, `"address":"0`)},
	{"plain", "10-genesis.json: power as a number", check.Genesis, text(genesisFile, `"power":"10"`, `"power":10`)},
	{"plain", "10-genesis.json: power with a sign", check.Genesis, text(genesisFile, `"power":"10"`, `"power":"+10"`)},
	{"plain", "10-genesis.json: no power", check.Genesis, text(genesisFile, `"power":"10"`, `"power":"0"`)},
	{"plain", "10-genesis.json: too much power", check.Genesis, text(genesisFile, `"power":"10"`, `"power":"1152921504606846976"`)},
}

// onCAR changes the bytes of the archive.
func onCAR(change func(*forger, []byte) []byte) func(*forger) {
	return func(f *forger) { f.car = func(b []byte) []byte { return change(f, b) } }
}

// frameAt is the block of the frame at a place, whose length has two bytes.
func frameAt(f *forger, b []byte, at int) []byte {
	n, k := binary.Uvarint(b[at:])
	if k != 2 {
		f.t.Fatal("the length of the frame has not two bytes")
	}
	return b[at+k+36 : at+k+int(n)]
}

// last is the block of the closing record.
func (f *forger) last() []byte {
	record := line(f.closed(f.signed.light))
	n := len(record)
	return slices.Concat([]byte{0x0a, 0, 0, 0x08, 0x02, 0x12, 0, 0}, record, []byte{0x18, byte(n), byte(n >> 7)})
}

func onClosing(change func(*closing)) func(*forger) {
	return func(f *forger) { f.closing = change }
}

// startsAt moves the start of an election, and its end unless the organisation
// ended it.
func startsAt(f *forger, at time.Time) {
	start := uint64(at.Unix())
	onTx(0, 0, resigned(organiser(), func(p *tx.NewElection) { p.StartTime = start }))(f)
	c := readClaims(f.manifest.election, f.claims)
	settings(func(s *election.Settings) { s.Start = start })(f)
	if !c.stage.ManuallyEnded {
		stage(func(s *state.Stage) { s.End += start - c.settings.Start })(f)
	}
}

// add puts a transaction of the organiser at the end of an entry.
func (f *forger) add(i int, p tx.Payload) {
	f.at(i).txs = append(f.at(i).txs, entryTx{raw: apptest.Sign(f.t, organiser(), p)})
}

// insert puts it at the start.
func (f *forger) insert(i int, p tx.Payload) {
	f.at(i).txs = slices.Insert(f.at(i).txs, 0, entryTx{raw: apptest.Sign(f.t, organiser(), p)})
}

// firstVote is the vote at a place among those of the first block that has
// several.
func (f *forger) firstVote(k int) []byte {
	for _, b := range f.blocks {
		if len(b.txs) > 2 {
			return b.txs[k].raw
		}
	}
	f.t.Fatal("there are no votes")
	return nil
}

func isA[P tx.Payload](raw []byte) bool {
	t, err := tx.Decode(raw)
	if err != nil {
		return false
	}
	_, ok := t.Payload.(P)
	return ok
}

// usurp lets others sign a header that names them.
func (f *forger) usurp(b *forged) {
	var set light.Validators
	for _, k := range apptest.Keys("usurper", 3) {
		f.know(k)
		set = append(set, light.Validator{Key: [33]byte(k.PublicKey()), Power: 10})
	}
	slices.SortFunc(set, func(a, b light.Validator) int {
		x, y := a.Address(), b.Address()
		return bytes.Compare(x[:], y[:])
	})
	hash := set.Hash()
	b.by, b.h.ValidatorsHash = set, hash[:]
}

// strangers are a set of validators as it stands in 20-validators.
func strangers(f *forger) []byte {
	b := &forged{}
	f.usurp(b)
	set := b.by.Encode()
	return append([]byte{byte(len(set))}, set...)
}

// unsigned takes the last byte of a signature away.
func unsigned(f *forger, raw []byte) []byte {
	at := len(raw) - 65 - 2
	out := slices.Clone(raw[:len(raw)-1])
	if out[at] != 0x12 || out[at+1] != 65 {
		f.t.Fatal("the signature does not stand at the end")
	}
	out[at+1] = 64
	return out
}

// mirror turns a signature into the other one over the same text, with s in the
// upper half.
func mirror(sig *[65]byte) {
	order, _ := uint256.FromHex("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
	s := new(uint256.Int).SetBytes(sig[32:64])
	s.Sub(order, s)
	full := s.Bytes32()
	copy(sig[32:64], full[:])
	sig[64] ^= 1
}

func cidOf(f *forger, file []byte) string {
	f.t.Helper()
	b, err := car.NewBuilder(f.t.TempDir())
	must(f.t, err)
	k := &maker{builder: b}
	must(f.t, k.put("f", file))
	var out bytes.Buffer
	_, err = b.Write(&out)
	must(f.t, err)
	r, err := car.NewReader(&out, nil)
	must(f.t, err)
	c, err := r.Next()
	must(f.t, err)
	return c.CID().String()
}
