package archive

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/app/apptest"
	"urna/internal/check"
	"urna/tx"
)

// chainLie is one change of the accepted archive of a chain, and the check that
// finds it.
type chainLie struct {
	name  string
	check check.ID
	tell  func(*chainForger)
}

// tellChain is a chain of which all is archived: somebody takes a seat, an
// election is held and closed.
func tellChain(t testing.TB) (*story, []byte) {
	w := newWorld(t)
	voters := apptest.Keys("voter", 4)
	e := w.open(voters, func(p *tx.NewElection) { p.MetadataURI = w.publish(metadata("All of it", "Who checks?")) }) // block 2
	w.join("validator joining")                                                                                      // 3, decides from 5 on
	w.Mine(e.Vote(voters[0], 1, ""), e.Vote(voters[1], 2, ""))                                                       // 4
	w.Mine(e.Vote(voters[0], 3, "again"))                                                                            // 5
	w.Mine()
	w.seal(e)
	s := &story{name: "chain", about: "a chain from its first block to the last, with an election that is over, its files, and a validator who joined", world: w, election: e}
	return s, s.chain(w.Height()-1, nil)
}

// onBlock changes a block, and makes what follows from it consistent.
func onBlock(height int, change func(*chainForger, *cmttypes.Block)) func(*chainForger) {
	return func(f *chainForger) {
		change(f, f.block(height))
		f.relink(height)
		f.signFinal()
	}
}

// onFinal changes the last header, which is signed again.
func onFinal(change func(*cmttypes.Header)) func(*chainForger) {
	return func(f *chainForger) {
		change(&f.final.h)
		f.signFinal()
	}
}

// unsignedFinal changes the last header and leaves its commit as it was.
func unsignedFinal(change func(*cmttypes.Header)) func(*chainForger) {
	return func(f *chainForger) {
		commit := f.final.commit
		change(&f.final.h)
		f.signFinal()
		f.final.commit = commit
	}
}

// onCommitOf changes the commit of block 5 that block 6 carries.
func onCommitOf(change func(*chainForger, *cmttypes.Commit)) func(*chainForger) {
	return onBlock(6, func(f *chainForger, b *cmttypes.Block) {
		b.LastCommit = b.LastCommit.Clone()
		change(f, b.LastCommit)
		fill(b)
	})
}

// onFile changes a file and nothing else.
func onFile(name string, change func([]byte) []byte) func(*chainForger) {
	return func(f *chainForger) {
		f.bend = func(files map[string][]byte) {
			before := slices.Clone(files[name])
			if files[name] = change(slices.Clone(before)); bytes.Equal(files[name], before) {
				f.t.Fatalf("%s is as it was", name)
			}
		}
	}
}

func swap(name, old, new string) func(*chainForger) {
	return onFile(name, func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(new), 1) })
}

// accepted puts a transaction into block 5 that the law refuses, and lets the
// next block say that it was accepted.
func accepted(raw func(*chainForger) []byte) func(*chainForger) {
	return onBlock(5, func(f *chainForger, b *cmttypes.Block) {
		b.Data = cmttypes.Data{Txs: append(slices.Clone(b.Txs), raw(f))}
		fill(b)
		codes := make([]*abci.ExecTxResult, len(b.Txs))
		for i := range codes {
			codes[i] = &abci.ExecTxResult{}
		}
		f.block(6).LastResultsHash = cmttypes.NewResults(codes).Hash()
	})
}

func voteOf(voter int, choice int, salt string) func(*chainForger) []byte {
	return func(f *chainForger) []byte { return f.s.election.Vote(apptest.Keys("voter", 4)[voter], choice, salt) }
}

// set is the length of the first set in 20-validators, with its height.
const firstSet = 1 + 1 + 1 + 3*34

// filesOfChain are the names of the files that elections name.
func (f *chainForger) filesOfChain() (out []string) {
	for name := range f.files {
		if strings.HasPrefix(name, filesDirectory+"/") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// chainLies are told about the archive of tellChain, mostly about block 5.
var chainLies = []chainLie{
	{"00-archive.json: format", check.Frame, swap(manifestFile, "urna-archive/1", "urna-archive/2")},
	{"00-archive.json: kind", check.Frame, swap(manifestFile, `"kind":"chain"`, `"kind":"election"`)},
	{"00-archive.json: chainId", check.Genesis, swap(manifestFile, "urna/test/1", "urna/test/2")},
	{"00-archive.json: height", check.Frame, swap(manifestFile, `"height":`, `"height":1`)},
	{"00-archive.json: no files", check.Frame, swap(manifestFile, `"files":true`, `"files":false`)},
	{"00-archive.json: white space", check.Frame, swap(manifestFile, `,"height"`, `, "height"`)},

	{"10-genesis.json: chain id", check.Genesis, swap(genesisFile, "urna/test/1", "urna/test/2")},
	{"10-genesis.json: time", check.Genesis, swap(genesisFile, "2027-01-01T00:00:00Z", "2027-01-01T00:00:01Z")},
	{"10-genesis.json: power", check.Genesis, swap(genesisFile, `"power":"10"`, `"power":"11"`)},
	{"10-genesis.json: a parameter of the engine", check.Genesis, swap(genesisFile, `"max_gas":"-1"`, `"max_gas":"5"`)},
	{"10-genesis.json: a parameter of the law", check.Genesis, swap(genesisFile, `"set_status":2`, `"set_status":3`)},

	{"20-validators: none", check.Validators, onFile(validatorsFile, func([]byte) []byte { return nil })},
	{"20-validators: the first only", check.Validators, onFile(validatorsFile, func(b []byte) []byte { return b[:firstSet] })},
	{"20-validators: height of a set", check.Validators, onFile(validatorsFile, func(b []byte) []byte { b[0] = 2; return b })},
	{"20-validators: power", check.Validators, onFile(validatorsFile, func(b []byte) []byte { b[3+33], b[3+67], b[3+101] = 11, 11, 11; return b })},
	{"20-validators: no key on the curve", check.Frame, onFile(validatorsFile, func(b []byte) []byte { b[3] = 9; return b })},
	{"20-validators: one set more", check.Frame, onFile(validatorsFile, func(b []byte) []byte { return append(append(b, 100), b[1:firstSet]...) })},
	{"20-validators: the same set again", check.Frame, onFile(validatorsFile, func(b []byte) []byte {
		return slices.Concat(b[:firstSet], []byte{2}, b[1:])
	})},
	{"20-validators: cut off", check.Frame, onFile(validatorsFile, func(b []byte) []byte { return b[:len(b)-1] })},

	{"60-blocks: nothing", check.Frame, onFile(blocksFile, func([]byte) []byte { return nil })},
	{"60-blocks: the last one is missing", check.Headers, func(f *chainForger) { f.blocks = f.blocks[:len(f.blocks)-1] }},
	{"60-blocks: one is missing", check.Headers, func(f *chainForger) { f.blocks = slices.Delete(f.blocks, 4, 5) }},
	{"60-blocks: one twice", check.Headers, func(f *chainForger) { f.blocks = slices.Insert(f.blocks, 4, f.blocks[4]) }},
	{"60-blocks: cut off", check.Frame, onFile(blocksFile, func(b []byte) []byte { return b[:len(b)-1] })},
	{"60-blocks: a byte too many", check.Frame, onFile(blocksFile, func(b []byte) []byte { return append(b, 0xff) })},
	{"60-blocks: bytes that are no block", check.Encoding, func(f *chainForger) { f.raws[5] = []byte("garbage") }},
	{"60-blocks: an unknown field", check.Encoding, func(f *chainForger) { f.raws[5] = append(f.raw(5), 0x7a, 0) }},

	{"header: version of the engine", check.Headers, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.Version.Block++ })},
	{"header: version of the law", check.Headers, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.Version.App++ })},
	{"header: chain id", check.Genesis, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.ChainID = "urna/test/2" })},
	{"header: height", check.Headers, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.Height++ })},
	{"header: time", check.Headers, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.Time = b.Time.Add(time.Nanosecond) })},
	{"header: time of the one before", check.Headers, onBlock(5, func(f *chainForger, b *cmttypes.Block) { b.Time = f.block(4).Time })},
	{"header: last block id", check.Headers, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.LastBlockID.Hash = bend(b.LastBlockID.Hash) })},
	{"header: parts of the last block", check.Headers, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.LastBlockID.PartSetHeader.Total++ })},
	{"header: parts hash of the last block", check.Headers, onBlock(5, func(_ *chainForger, b *cmttypes.Block) {
		b.LastBlockID.PartSetHeader.Hash = bend(b.LastBlockID.PartSetHeader.Hash)
	})},
	{"header: last commit hash", check.Body, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.LastCommitHash = bend(b.LastCommitHash) })},
	{"header: data hash", check.Body, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.DataHash = bend(b.DataHash) })},
	{"header: validators hash", check.Validators, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.ValidatorsHash = bend(b.ValidatorsHash) })},
	{"header: next validators hash", check.Validators, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.NextValidatorsHash = bend(b.NextValidatorsHash) })},
	{"header: consensus hash", check.Body, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.ConsensusHash = bend(b.ConsensusHash) })},
	{"header: application hash", check.State, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.AppHash = bend(b.AppHash) })},
	{"header: last results hash", check.Results, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.LastResultsHash = bend(b.LastResultsHash) })},
	{"header: evidence hash", check.Body, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.EvidenceHash = bend(b.EvidenceHash) })},
	{"header: proposer", check.Validators, onBlock(5, func(_ *chainForger, b *cmttypes.Block) { b.ProposerAddress = bend(b.ProposerAddress) })},

	{"commit: height", check.Commits, onCommitOf(func(_ *chainForger, c *cmttypes.Commit) { c.Height-- })},
	{"commit: round", check.Commits, onCommitOf(func(_ *chainForger, c *cmttypes.Commit) { c.Round++ })},
	{"commit: block id", check.Commits, onCommitOf(func(f *chainForger, c *cmttypes.Commit) {
		c.BlockID.Hash = bend(c.BlockID.Hash)
		for i := range c.Signatures {
			f.signSlot(c, i)
		}
	})},
	{"commit: parts hash", check.Commits, onCommitOf(func(_ *chainForger, c *cmttypes.Commit) {
		c.BlockID.PartSetHeader.Hash = bend(c.BlockID.PartSetHeader.Hash)
	})},
	{"commit: a place too few", check.Commits, onCommitOf(func(_ *chainForger, c *cmttypes.Commit) { c.Signatures = c.Signatures[:3] })},
	{"commit: flag of a place", check.Commits, onCommitOf(func(_ *chainForger, c *cmttypes.Commit) { c.Signatures[0].BlockIDFlag = cmttypes.BlockIDFlagNil })},
	{"commit: address of a place", check.Commits, onCommitOf(func(_ *chainForger, c *cmttypes.Commit) {
		c.Signatures[0].ValidatorAddress = bend(c.Signatures[0].ValidatorAddress)
	})},
	{"commit: time of a place", check.Commits, onCommitOf(func(_ *chainForger, c *cmttypes.Commit) {
		c.Signatures[3].Timestamp = c.Signatures[3].Timestamp.Add(time.Nanosecond)
	})},
	{"commit: signature", check.Commits, onCommitOf(func(_ *chainForger, c *cmttypes.Commit) { c.Signatures[1].Signature = bend(c.Signatures[1].Signature) })},
	{"commit: signatures of others", check.Commits, onCommitOf(func(_ *chainForger, c *cmttypes.Commit) {
		c.Signatures[1].Signature, c.Signatures[2].Signature = c.Signatures[2].Signature, c.Signatures[1].Signature
	})},
	{"commit: the one with most power did not sign", check.Commits, onCommitOf(func(_ *chainForger, c *cmttypes.Commit) { c.Signatures[0] = cmttypes.NewCommitSigAbsent() })},

	{"transactions: one is left out", check.Body, onBlock(4, func(_ *chainForger, b *cmttypes.Block) { b.Data = cmttypes.Data{Txs: b.Txs[:1]} })},
	{"transactions: one is left out, and from the data hash", check.Results, onBlock(4, func(_ *chainForger, b *cmttypes.Block) {
		b.Data = cmttypes.Data{Txs: b.Txs[:1]}
		fill(b)
	})},
	{"transactions: in another order", check.State, onBlock(4, func(_ *chainForger, b *cmttypes.Block) {
		b.Data = cmttypes.Data{Txs: cmttypes.Txs{b.Txs[1], b.Txs[0]}}
		fill(b)
	})},
	{"transactions: another choice", check.State, onBlock(5, func(f *chainForger, b *cmttypes.Block) {
		b.Data = cmttypes.Data{Txs: cmttypes.Txs{voteOf(0, 4, "again")(f)}}
		fill(b)
	})},
	{"transactions: garbage", check.Encoding, accepted(func(*chainForger) []byte { return []byte("garbage") })},
	{"transactions: no signature", check.Signature, accepted(func(f *chainForger) []byte { b := voteOf(2, 1, "")(f); b[len(b)-1] = 5; return b })},
	{"transactions: a vote of a stranger", check.Membership, accepted(func(f *chainForger) []byte {
		elsewhere := *f.s.election
		elsewhere.Census = apptest.Census(f.t, apptest.Keys("stranger", 3))
		return elsewhere.Vote(apptest.Keys("stranger", 3)[0], 1, "")
	})},
	{"transactions: a choice that is none", check.BallotRules, accepted(voteOf(2, 10, ""))},
	{"transactions: a ballot that was accepted before", check.Overwrites, accepted(voteOf(1, 2, ""))},
	{"transactions: a nonce that was used", check.Results, accepted(func(f *chainForger) []byte {
		return apptest.Sign(f.t, apptest.Key("org"), &tx.SendTokens{To: apptest.Keys("voter", 4)[0].Address(), Amount: 1})
	})},
	{"transactions: a vote after the end", check.Window, func(f *chainForger) {
		last := len(f.blocks)
		b := f.block(last)
		b.Data = cmttypes.Data{Txs: cmttypes.Txs{voteOf(2, 1, "")(f)}}
		fill(b)
		f.final.h.LastResultsHash = cmttypes.NewResults([]*abci.ExecTxResult{{}}).Hash()
		f.relink(last)
		f.signFinal()
	}},
	{"evidence: of nobody", check.Evidence, onBlock(5, func(f *chainForger, b *cmttypes.Block) {
		vote := func(n byte) *cmttypes.Vote {
			id := cmttypes.BlockID{Hash: bytes.Repeat([]byte{n}, 32), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: bytes.Repeat([]byte{n}, 32)}}
			return &cmttypes.Vote{
				Type: cmtproto.PrecommitType, Height: 4, BlockID: id, Timestamp: f.block(4).Time,
				ValidatorAddress: bytes.Repeat([]byte{7}, 20), Signature: bytes.Repeat([]byte{1}, 65),
			}
		}
		b.Evidence = cmttypes.EvidenceData{Evidence: cmttypes.EvidenceList{&cmttypes.DuplicateVoteEvidence{
			VoteA: vote(1), VoteB: vote(2), TotalVotingPower: 30, ValidatorPower: 10, Timestamp: f.block(4).Time,
		}}}
		fill(b)
	})},

	{"61-final: chain id", check.Genesis, onFinal(func(h *cmttypes.Header) { h.ChainID = "urna/test/2" })},
	{"61-final: height", check.Headers, onFinal(func(h *cmttypes.Header) { h.Height++ })},
	{"61-final: last block id", check.Headers, onFinal(func(h *cmttypes.Header) { h.LastBlockID.Hash = bend(h.LastBlockID.Hash) })},
	{"61-final: validators hash", check.Validators, func(f *chainForger) { f.usurp(f.final); f.signFinal() }},
	{"61-final: application hash", check.State, onFinal(func(h *cmttypes.Header) { h.AppHash = bend(h.AppHash) })},
	{"61-final: last results hash", check.Results, onFinal(func(h *cmttypes.Header) { h.LastResultsHash = bend(h.LastResultsHash) })},
	{"61-final: time, not signed again", check.Commits, unsignedFinal(func(h *cmttypes.Header) { h.Time = h.Time.Add(time.Second) })},
	{"61-final: data hash, not signed again", check.Commits, unsignedFinal(func(h *cmttypes.Header) { h.DataHash = bend(h.DataHash) })},
	{"61-final: no commit", check.Commits, func(f *chainForger) { f.final.commit = nil }},
	{"61-final: a byte at the end", check.Frame, onFile(finalFile, func(b []byte) []byte { return append(b, 0) })},
	{"61-final: a signature", check.Commits, func(f *chainForger) { f.final.commit.Slots[0].Signature[3] ^= 1 }},

	{"70-files: a byte", check.Frame, func(f *chainForger) {
		onFile(f.filesOfChain()[0], func(b []byte) []byte { return flip(b, 3) })(f)
	}},
	{"70-files: one is missing", check.Frame, func(f *chainForger) { delete(f.files, f.filesOfChain()[0]) }},
	{"70-files: one that nobody named", check.Frame, func(f *chainForger) {
		name := cidOf(f.forger, []byte("x"))
		f.files[filesDirectory+"/"+name[len(name)-2:]+"/"+name] = []byte("x")
	}},
	{"70-files: in another directory", check.Frame, func(f *chainForger) {
		name := f.filesOfChain()[0]
		f.files[filesDirectory+"/zz/"+name[len(name)-59:]] = f.files[name]
		delete(f.files, name)
	}},
	{"80-results: none", check.Result, onFile(resultsFile, func([]byte) []byte { return nil })},
	{"80-results: election", check.Result, onFile(resultsFile, func(b []byte) []byte { return flip(b, 5) })},
	{"80-results: record", check.Result, onFile(resultsFile, func(b []byte) []byte { return flip(b, -1) })},
	{"80-results: twice", check.Result, onFile(resultsFile, func(b []byte) []byte { return append(b, b...) })},
	{"80-results: a directory", check.Frame, func(f *chainForger) {
		f.files[resultsFile+"/x"] = f.files[resultsFile]
		delete(f.files, resultsFile)
	}},
	{"90-closing.json: format", check.Closing, swap(closingFile, "urna-closing/1", "urna-closing/2")},
	{"90-closing.json: chainId", check.Closing, swap(closingFile, "urna/test/1", "urna/test/2")},
	{"90-closing.json: height", check.Closing, swap(closingFile, `"height":`, `"height":1`)},
	{"90-closing.json: block", check.Closing, swap(closingFile, `"block":"`, `"block":"0`)},
	{"90-closing.json: appHash", check.Closing, swap(closingFile, `"appHash":"`, `"appHash":"0`)},
	{"90-closing.json: transactions", check.Closing, swap(closingFile, `"transactions":`, `"transactions":1`)},
	{"90-closing.json: votes", check.Closing, swap(closingFile, `"votes":3`, `"votes":2`)},
	{"90-closing.json: elections", check.Closing, swap(closingFile, `"elections":1`, `"elections":2`)},
	{"90-closing.json: results", check.Closing, swap(closingFile, `"results":1`, `"results":0`)},
	{"90-closing.json: white space", check.Frame, onFile(closingFile, func(b []byte) []byte { return append(b, ' ') })},
	{"CAR: a byte of a block", check.Content, func(f *chainForger) {
		f.bytes = func(b []byte) []byte { return flip(b, bytes.Index(b, f.block(5).Txs[0])+50) }
	}},
	{"CAR: cut off", check.Frame, func(f *chainForger) { f.bytes = func(b []byte) []byte { return b[:len(b)-1] } }},
}

// genesisChainLies are told to those who trust a block and know no genesis.
var genesisChainLies = []chainLie{
	{"10-genesis.json: a balance", check.Parameters, swap(genesisFile, `"balance":1099511627776`, `"balance":1099511627777`)},
	{"10-genesis.json: a parameter of the law", check.Parameters, swap(genesisFile, `"set_status":2`, `"set_status":3`)},
	{"10-genesis.json: a parameter that cannot be", check.Genesis, swap(genesisFile, `"max_missed_blocks":500`, `"max_missed_blocks":5000`)},
	{"10-genesis.json: an unknown parameter", check.Genesis, swap(genesisFile, `"max_missed_blocks"`, `"max_missed_blocked"`)},
	{"10-genesis.json: power", check.Parameters, swap(genesisFile, `"power":"10"`, `"power":"11"`)},
	{"10-genesis.json: a parameter of the engine", check.Body, swap(genesisFile, `"max_gas":"-1"`, `"max_gas":"5"`)},
	{"10-genesis.json: time", check.Headers, swap(genesisFile, "2027-01-01T00:00:00Z", "2027-01-01T00:00:01Z")},
	{"10-genesis.json: a root", check.Genesis, swap(genesisFile, `"app_hash":""`, `"app_hash":"00"`)},
}

// tellOfChain adds the archive of a chain and the lies about it.
func tellOfChain(t *testing.T, c *collection) *vectors {
	t.Helper()
	s, good := tellChain(t)
	const path = "files/chain.car"
	c.files[path] = good
	v, err := Verify(t.Context(), bytes.NewReader(good), Options{Genesis: s.world.Genesis()})
	must(t, err)
	out := &vectors{Vectors: []vector{{Name: s.name, File: path, Accepts: &expected{About: s.about, CID: v.CID, Votes: v.Chain.Votes}}}}
	block := s.world.Blocks[1].Block
	tell := func(list []chainLie, trust string) {
		for _, l := range list {
			f := newChainForger(t, s, good)
			l.tell(f)
			out.Vectors = append(out.Vectors, refusedVector(t, s, l.name, trust, good, f.build(), l.check))
		}
	}
	tell(chainLies, "")
	tell(genesisChainLies, fmt.Sprintf("%d:%x", block.Height, block.Hash()))
	return out
}
