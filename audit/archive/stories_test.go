package archive

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"urna/app/apptest"
	"urna/ballot"
	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// story is an election that was held, and its archive.
type story struct {
	name, about string
	world       *world
	election    *apptest.Election
	archive     []byte
}

// metadata are those of an election with some questions.
func metadata(title string, questions ...string) []byte {
	text := fmt.Sprintf(`{"title":{"default":%q},"questions":[`, title)
	for i, q := range questions {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(`{"title":{"default":%q},"choices":[{"title":{"default":"Yes"},"value":0},{"title":{"default":"No"},"value":1},{"title":{"default":"Abstain"},"value":2}]}`, q)
	}
	return []byte(text + "]}")
}

// cast is a signed vote. part is what it uses of its weight; 0 is all.
func (w *world) cast(e *apptest.Election, key *ethkey.Key, salt string, part uint64, values ...uint32) []byte {
	w.t.Helper()
	proof, err := e.Census.Proof(key.Address())
	must(w.t, err)
	nonce := sha256.Sum256([]byte(salt + key.Address().String()))
	vote := &tx.Vote{Election: e.ID, Nonce: nonce[:], Proof: proof.Merkle(), Package: fmt.Appendf(nil, `{"nonce":"%x","votes":[`, nonce[:16])}
	for i, v := range values {
		if i > 0 {
			vote.Package = append(vote.Package, ',')
		}
		vote.Package = fmt.Append(vote.Package, v)
	}
	vote.Package = append(vote.Package, "]}"...)
	if part > 0 {
		for ; part > 0; part >>= 8 {
			vote.Proof.VoteWeight = append(vote.Proof.VoteWeight, byte(part))
		}
	}
	if salt == "with a memo" {
		vote.Memo = []byte("for the record")
	}
	return apptest.Sign(w.t, key, vote)
}

// weighted is a census in which member i weighs i+1.
func (w *world) weighted(voters []*ethkey.Key) *tree.Tree {
	w.t.Helper()
	tr := tree.New()
	for i, k := range voters {
		must(w.t, tr.Add(tree.Member{Address: k.Address(), Weight: *uint256.NewInt(uint64(i + 1))}))
	}
	return tr
}

func (w *world) idle(n int) {
	for range n {
		w.Mine()
	}
}

// org signs as the organisation.
func (w *world) org(p tx.Payload) []byte { return apptest.Sign(w.t, apptest.Key("org"), p) }

func (w *world) told(name, about string, e *apptest.Election, change func(*ElectionMaterial)) *story {
	w.t.Helper()
	w.seal(e)
	return &story{name, about, w, e, w.archive(e, change)}
}

// tellPlain is an election with one question.
func tellPlain(t testing.TB) *story {
	w := newWorld(t)
	voters := apptest.Keys("voter", 6)
	e := w.open(voters, func(p *tx.NewElection) {
		p.MetadataURI = w.publish(metadata("A new roof", "Shall we mend the roof?"))
		p.Rules = ballot.Rules{MaxCount: 1, MaxValue: 2, MaxOverwrites: 1, CostExponent: 1}
		p.Interruptible = false
	})
	other := w.OpenElection(voters, nil)
	w.Mine(w.cast(e, voters[0], "", 0, 1), other.Vote(voters[0], 1, ""), w.cast(e, voters[1], "with a memo", 0, 0))
	w.Mine()
	w.Mine(w.cast(e, voters[2], "", 0, 2))
	w.Mine(w.cast(e, voters[3], "", 0, 0), w.cast(e, voters[0], "changed my mind", 0, 0))
	return w.told("plain", "one question, five votes of five voters, one of them replaced; metadata and census are there", e, nil)
}

// tellWeighted is an election in whose time many things change.
func tellWeighted(t testing.TB) *story {
	w := newWorld(t)
	voters := apptest.Keys("voter", 8)
	first, second := w.weighted(voters[:5]), w.weighted(voters)
	e := w.open(voters, func(p *tx.NewElection) {
		p.Rules = ballot.Rules{MaxCount: 2, MaxValue: 2, MaxOverwrites: 3, CostExponent: 1, UniqueValues: true}
		p.CensusRoot, p.CensusURI, p.MaxCensusSize = first.Root(), w.publish(censusDocument(t, first.Root(), first.Dump())), 5
		p.DynamicCensus, p.Paused = true, true
	})
	e.Census = first
	w.Mine(w.org(&tx.SetStatus{Nonce: w.Nonce("org"), Election: e.ID, Status: election.Ready}))
	w.Mine(w.cast(e, voters[0], "a", 0, 0, 1), w.cast(e, voters[1], "a", 1, 2, 1), w.cast(e, voters[4], "a", 0, 1))
	w.idle(20) // so that there is more than one run
	w.Mine(w.cast(e, voters[0], "b", 0, 1, 0), w.cast(e, voters[1], "b", 0, 2))
	uri, root := w.publish(censusDocument(t, second.Root(), second.Dump())), second.Root()
	w.Mine(w.org(&tx.SetCensus{Nonce: w.Nonce("org"), Election: e.ID, Root: &root, URI: &uri, Size: 8}))
	e.Census = second
	w.Mine(w.cast(e, voters[0], "c", 0, 2, 0), w.cast(e, voters[7], "a", 0, 0, 2), w.cast(e, voters[6], "a", 3))
	w.Mine(w.org(&tx.SetDuration{Nonce: w.Nonce("org"), Election: e.ID, Duration: 1500}))
	w.Mine(w.cast(e, voters[0], "d", 0, 0), w.cast(e, voters[5], "a", 0, 1, 2))
	w.Mine(w.org(&tx.SetStatus{Nonce: w.Nonce("org"), Election: e.ID, Status: election.Paused}))
	w.Mine(w.org(&tx.SetStatus{Nonce: w.Nonce("org"), Election: e.ID, Status: election.Ready}))
	return w.told("weighted", "weights, two choices of three, votes replaced up to three times, another census and another end while it runs, two runs of blocks", e, nil)
}

// tellQuestions is an election that is ended by its organisation and whose
// files are not there.
func tellQuestions(t testing.TB) *story {
	w := newWorld(t)
	voters := apptest.Keys("voter", 4)
	e := w.open(voters, func(p *tx.NewElection) {
		p.Rules = ballot.Rules{MaxCount: 3, MaxValue: 2, CostExponent: 1}
	})
	w.Mine(w.cast(e, voters[0], "", 0, 0, 1, 2), w.cast(e, voters[1], "", 0), w.cast(e, voters[2], "", 0, 2, 2))
	w.Mine(w.cast(e, voters[3], "", 0, 1, 1, 1))
	w.Mine(w.org(&tx.SetStatus{Nonce: w.Nonce("org"), Election: e.ID, Status: election.Ended}))
	return w.told("questions", "three questions, ended by its organisation; neither metadata nor census are there", e, func(m *ElectionMaterial) { m.File = nil })
}

// tellAnnounced is an election that begins some time after it was created, and
// whose id was foretold.
func tellAnnounced(t testing.TB) *story {
	w := newWorld(t)
	voters := apptest.Keys("voter", 3)
	w.Mine()
	e := w.open(voters, func(p *tx.NewElection) {
		p.StartTime = uint64(w.Blocks[0].Block.Time.Unix()) + 600
		id := election.NewID(apptest.ChainID, apptest.Key("org").Address(), p.CensusOrigin, p.Mode, p.Rules, 0)
		p.Expect = &id
	})
	w.Pass(700 * time.Second)
	w.Mine()
	w.Mine(w.cast(e, voters[0], "", 0, 4), w.cast(e, voters[2], "", 0, 9))
	return w.told("announced", "created ten minutes before its start, under the id that its organisation expected", e, nil)
}

// tellBudget is an election in which weights buy points.
func tellBudget(t testing.TB) *story {
	w := newWorld(t)
	voters := apptest.Keys("voter", 5)
	tr := w.weighted(voters)
	e := w.open(voters, func(p *tx.NewElection) {
		p.Rules = ballot.Rules{MaxCount: 3, CostExponent: 2, CostFromWeight: true, MaxOverwrites: 1}
		p.CensusRoot, p.CensusURI = tr.Root(), w.publish(censusDocument(t, tr.Root(), tr.Dump()))
	})
	e.Census = tr
	w.Mine(w.cast(e, voters[4], "", 0, 2, 1), w.cast(e, voters[3], "", 0, 0, 0, 2), w.cast(e, voters[0], "", 0))
	w.Mine(w.cast(e, voters[4], "again", 0, 1, 1, 1))
	return w.told("budget", "a quadratic budget paid with weights", e, nil)
}

// tellEmpty is an election in which nobody votes.
func tellEmpty(t testing.TB) *story {
	w := newWorld(t)
	e := w.open(apptest.Keys("voter", 1), nil)
	return w.told("empty", "nobody voted", e, nil)
}

// tellMoving is an election in whose time the validators of the genesis fall
// silent, and others who joined decide.
func tellMoving(t testing.TB) *story {
	w := newWorld(t)
	voters := apptest.Keys("voter", 5)
	e := w.open(voters, func(p *tx.NewElection) { p.MetadataURI = w.publish(metadata("Anything else?", "Is there?")) })
	w.Mine(w.cast(e, voters[0], "", 0, 1))
	w.join("validator joining")
	w.idle(20)
	w.Mine(w.cast(e, voters[1], "", 0, 2))
	w.Mine()
	silent := map[ethkey.Address]bool{}
	for i := range 3 {
		silent[apptest.Keys("validator", 3)[i].Address()] = true
	}
	w.absent = func(a ethkey.Address) bool { return silent[a] }
	for range 4 {
		w.MineWithout(w.absent)
	}
	w.MineWithout(w.absent, w.cast(e, voters[2], "", 0, 3))
	w.MineWithout(w.absent)
	return w.told("moving", "validators of the genesis fall silent, so that a trail leads from the genesis to those who decide", e, nil)
}
