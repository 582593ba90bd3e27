package light

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"testing"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/internal/check"
	"urna/state"
)

var worldRules = ballot.Rules{MaxCount: 2, MaxValue: 2, MaxOverwrites: 10}

// world is a state of some height and the signed chain that it hangs on.
type world struct {
	t      testing.TB
	store  *state.Store
	open   election.ID // has votes, some of which replace others
	sealed election.ID // has a finished set of nullifiers
	empty  election.ID // has a finished set of none
	f      *factory
}

func idOf(n int) election.ID {
	return election.ID(sha256.Sum256(fmt.Appendf(nil, "election %d", n)))
}

func voterOf(n int) election.Nullifier {
	return election.Nullifier(sha256.Sum256(fmt.Appendf(nil, "voter %d", n)))
}

func accountOf(n int) ethkey.Address {
	h := sha256.Sum256(fmt.Appendf(nil, "account %d", n))
	return ethkey.Address(h[:20])
}

// worldHeight is that of the state of a world.
const worldHeight = 6

// newWorld makes a state with votes, half of them in a block of their own, and
// a chain of two blocks more.
func newWorld(t testing.TB, votes int) *world {
	t.Helper()
	store, err := state.Open(state.Config{})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	w := &world{t: t, store: store, open: idOf(1), sealed: idOf(2), empty: idOf(3)}
	w.block(func(f *state.Fork) {
		params := genesis.Default()
		must(t, f.SetParams(&params))
		for i := range 20 {
			must(t, f.SetAccount(accountOf(i), &state.Account{Balance: uint64(i), InfoURI: "ipfs://info"}))
		}
		must(t, f.SetValidator(accountOf(1), &state.Validator{Power: 10, Name: "one"}))
		for _, id := range []election.ID{w.open, w.sealed, w.empty} {
			must(t, f.CreateElection(&election.Settings{
				ID: id, Organisation: accountOf(1), Creator: accountOf(1), Rules: worldRules,
				CensusOrigin: census.TreeWeighted, Start: 1, MetadataURI: "ipfs://metadata",
			}, &state.Stage{Status: election.Ready, CensusURI: "ipfs://census", MaxCensusSize: 1 << 30, End: 1 << 40}))
		}
	})
	for _, half := range [][2]int{{0, votes / 2}, {votes / 2, votes}} {
		w.block(func(f *state.Fork) {
			for i := half[0]; i < half[1]; i++ {
				w.cast(f, w.open, i)
			}
			for i := half[0]; i < min(half[1], 100); i++ {
				w.cast(f, w.sealed, i)
			}
		})
	}
	w.block(func(f *state.Fork) {
		w.cast(f, w.open, 3)
		w.cast(f, w.open, 3)
		must(t, f.SetSealing(w.empty, &state.Sealing{Done: true, Root: MerkleRoot(nil)}))
	})
	w.block(func(f *state.Fork) {
		list, err := f.ClosedNullifiers(w.sealed, nil, 1000)
		must(t, err)
		set := &state.Sealing{Done: true, Count: uint64(len(list)), Cursor: list[len(list)-1]}
		leaves := make([][]byte, len(list))
		for i := range list {
			leaves[i] = list[i][:]
		}
		set.Root = MerkleRoot(leaves)
		must(t, f.SetSealing(w.sealed, set))
	})
	w.block(func(*state.Fork) {})
	if h := store.Height(); h != worldHeight {
		t.Fatalf("the world has height %d", h)
	}
	w.f = newFactory(t, 0, func(h int64) []seat { return seats(int(h), 4) }, nil)
	w.f.App[worldHeight+1] = store.Root()
	w.f.Grow(worldHeight + 2)
	return w
}

// block executes and commits a block.
func (w *world) block(do func(f *state.Fork)) {
	w.t.Helper()
	f := w.store.Fork()
	h := uint64(w.store.Height() + 1)
	must(w.t, f.SetMark(state.BlockMark{Height: h, Time: h}))
	do(f)
	_, err := w.store.Seal(f)
	must(w.t, err)
	must(w.t, w.store.Commit(f, nil))
}

// cast adds the next vote of a voter, as the law would.
func (w *world) cast(f *state.Fork, id election.ID, voter int) {
	w.t.Helper()
	v := state.NewVote{Rules: worldRules, Record: state.VoteRecord{Nullifier: voterOf(voter), Height: uint64(w.store.Height() + 1)}}
	v.Record.Weight.SetUint64(uint64(voter%5 + 1))
	old, pos, err := f.Vote(id, v.Record.Nullifier)
	if err == nil {
		pkg, _, err := f.Ballot(id, pos)
		must(w.t, err)
		b, err := ballot.Decode(pkg)
		must(w.t, err)
		v.Record.Replaces, v.Record.Overwrites = pos+1, old.Overwrites+1
		v.Old = &state.OldVote{Ballot: b, Weight: old.Weight}
	} else if !errors.Is(err, state.ErrNotFound) {
		w.t.Fatal(err)
	}
	v.Package = fmt.Appendf(nil, `{"nonce":"%032x","votes":[%d,%d]}`, voter*100+int(v.Record.Overwrites), voter%3, v.Record.Overwrites%3)
	if voter%3 == 0 {
		v.Memo = []byte("memo")
	}
	v.Ballot, err = ballot.Decode(v.Package)
	must(w.t, err)
	v.Record.BallotHash = ballot.Hash(v.Package, v.Memo)
	_, err = f.AddVote(id, v)
	must(w.t, err)
}

// trusted are the things that a document may start from.
func (w *world) trusted() []Trusted {
	return []Trusted{
		w.f.trusted(),
		TrustCheckpoint(3, w.f.block(3).Header.Hash()),
		TrustCheckpoint(worldHeight+1, w.f.block(worldHeight+1).Header.Hash()),
	}
}

// anchored hangs a document on the chain, from what its reader trusts.
func (w *world) anchored(d *Document, err error, t Trusted) *Document {
	w.t.Helper()
	must(w.t, err)
	must(w.t, d.Anchor(w.f.trail(t, worldHeight+1)))
	return d
}

func (w *world) claims(keys ...[]byte) *Document {
	w.t.Helper()
	d, err := NewDocument(w.store.View(), keys...)
	return w.anchored(d, err, w.f.trusted())
}

func (w *world) receipt(voter int) *Document {
	w.t.Helper()
	d, err := NewReceipt(w.store.View(), w.open, voterOf(voter))
	return w.anchored(d, err, w.f.trusted())
}

func (w *world) absence(id election.ID, n election.Nullifier) *Document {
	w.t.Helper()
	d, err := NewAbsence(w.store.View(), id, n)
	return w.anchored(d, err, w.f.trusted())
}

// outsiders are nullifiers before, between and after those of the sealed
// election.
func (w *world) outsiders() []election.Nullifier {
	w.t.Helper()
	list, err := w.store.View().ClosedNullifiers(w.sealed, nil, 1000)
	must(w.t, err)
	mid := list[len(list)/2]
	mid[31]++
	return []election.Nullifier{{}, mid, election.Nullifier(slices.Repeat([]byte{0xff}, 32)), voterOf(1000)}
}

// everyDocument is one of each kind.
func (w *world) everyDocument() map[string]*Document {
	w.t.Helper()
	docs := map[string]*Document{
		"receipt":            w.receipt(5),
		"overwritten":        w.receipt(3),
		"election":           w.claims(state.SettingsKey(w.open), state.StageKey(w.open), state.LogKey(w.open), state.TallyKey(w.open), state.SealingKey(w.sealed)),
		"account":            w.claims(state.AccountKey(accountOf(4))),
		"parameters":         w.claims(state.ParamsKey(), state.MarkKey(), state.ValidatorKey(accountOf(1))),
		"no account":         w.claims(state.AccountKey(accountOf(99))),
		"no result":          w.claims(state.ResultKey(w.open), state.ParamsKey()),
		"absence from none":  w.absence(w.empty, voterOf(1)),
		"receipt and claims": w.receipt(1),
	}
	extra, err := NewClaim(w.store.View(), state.SettingsKey(w.open))
	must(w.t, err)
	docs["receipt and claims"].Claims = append(docs["receipt and claims"].Claims, extra)
	for i, n := range w.outsiders() {
		docs[fmt.Sprint("absence ", i)] = w.absence(w.sealed, n)
	}
	return docs
}

// verify checks a document as a reader does, from its bytes.
func verify(b []byte, t Trusted) error {
	d, err := ParseDocument(b)
	if err != nil {
		return err
	}
	return d.Verify(t, check.NewReport('R'))
}
