package light

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/secp256k1eth"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/genesis"
	"urna/internal/check"
)

const testChain = "urna/light/1"

// began is the time of the genesis of test chains.
var began = time.Date(2027, 1, 1, 0, 0, 0, 123456789, time.UTC)

// seat is a validator of a test chain: its key follows from its name.
type seat struct {
	name  string
	power int64
}

func keyOf(name string) secp256k1eth.PrivKey {
	return secp256k1eth.GenPrivKeySecp256k1Eth([]byte(name))
}

// seats are n validators of power 10.
func seats(from, n int) []seat {
	out := make([]seat, n)
	for i := range out {
		out[i] = seat{fmt.Sprint("validator ", from+i), 10}
	}
	return out
}

func setOf(list []seat) *cmttypes.ValidatorSet {
	vals := make([]*cmttypes.Validator, len(list))
	for i, s := range list {
		vals[i] = cmttypes.NewValidator(keyOf(s.name).PubKey(), s.power)
	}
	return cmttypes.NewValidatorSet(vals)
}

// signs says what a validator does at a height.
type signs func(height int64, name string) cmttypes.BlockIDFlag

func everybody(int64, string) cmttypes.BlockIDFlag { return cmttypes.BlockIDFlagCommit }

// factory makes signed headers with CometBFT's own types and keys.
type factory struct {
	t     testing.TB
	id    string
	seats func(height int64) []seat
	signs signs
	app   map[int64]Hash // application hashes; others are made up
	salt  string         // makes another chain of the same validators
	last  cmttypes.BlockID

	headers []*cmttypes.Header // headers[0] has height 1
	commits []*cmttypes.Commit
	sets    []*cmttypes.ValidatorSet
}

// newFactory makes a chain of some height whose validators are those that seats
// names; nil: four that never change.
func newFactory(t testing.TB, height int64, of func(height int64) []seat, does signs) *factory {
	t.Helper()
	if of == nil {
		four := seats(0, 4)
		of = func(int64) []seat { return four }
	}
	if does == nil {
		does = everybody
	}
	f := &factory{t: t, id: testChain, seats: of, signs: does, app: map[int64]Hash{}}
	f.grow(height)
	return f
}

// grow adds blocks until the chain has a height.
func (f *factory) grow(height int64) {
	f.t.Helper()
	for h := int64(len(f.headers)) + 1; h <= height; h++ {
		f.add(h)
	}
}

// fork is a copy of the chain up to a height, from where it goes its own way.
func (f *factory) fork(height int64, salt string) *factory {
	c := *f
	c.salt = salt
	c.headers, c.commits, c.sets = f.headers[:height:height], f.commits[:height:height], f.sets[:height:height]
	c.last = f.headers[height].LastBlockID
	return &c
}

func (f *factory) hash(what string, h int64) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", what, h, f.salt))
	return sum[:]
}

func (f *factory) add(h int64) {
	f.t.Helper()
	set := setOf(f.seats(h))
	header := &cmttypes.Header{
		Version: cmtversion.Consensus{Block: 11, App: 1}, ChainID: f.id, Height: h,
		Time: began.Add(time.Duration(h) * time.Second), LastBlockID: f.last,
		LastCommitHash: f.hash("commit", h), DataHash: f.hash("data", h), ValidatorsHash: set.Hash(),
		NextValidatorsHash: setOf(f.seats(h + 1)).Hash(), ConsensusHash: f.hash("consensus", h),
		AppHash: f.hash("app", h), LastResultsHash: f.hash("results", h), EvidenceHash: f.hash("evidence", h),
		ProposerAddress: set.Validators[0].Address,
	}
	if app, ok := f.app[h]; ok {
		header.AppHash = app[:]
	}
	f.last = cmttypes.BlockID{Hash: header.Hash(), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: f.hash("parts", h)}}
	f.headers = append(f.headers, header)
	f.sets = append(f.sets, set)
	f.commits = append(f.commits, f.commit(h, set, f.last))
}

// commit lets the validators of a set sign for a block.
func (f *factory) commit(h int64, set *cmttypes.ValidatorSet, id cmttypes.BlockID) *cmttypes.Commit {
	f.t.Helper()
	names := map[string]string{}
	for _, s := range f.seats(h) {
		names[string(keyOf(s.name).PubKey().Address())] = s.name
	}
	c := &cmttypes.Commit{Height: h, Round: int32(h % 3), BlockID: id, Signatures: make([]cmttypes.CommitSig, set.Size())}
	for i, v := range set.Validators {
		name := names[string(v.Address)]
		sig := cmttypes.CommitSig{BlockIDFlag: f.signs(h, name)}
		if sig.BlockIDFlag != cmttypes.BlockIDFlagAbsent {
			sig.ValidatorAddress = v.Address
			sig.Timestamp = began.Add(time.Duration(h)*time.Second + time.Duration(i)*time.Millisecond)
			voted := sig.BlockID(id)
			vote := &cmtproto.Vote{
				Type: cmtproto.PrecommitType, Height: h, Round: c.Round, Timestamp: sig.Timestamp,
				BlockID: voted.ToProto(),
			}
			var err error
			sig.Signature, err = keyOf(name).Sign(cmttypes.VoteSignBytes(f.id, vote))
			must(f.t, err)
		}
		c.Signatures[i] = sig
	}
	return c
}

// block is the signed header of a height.
func (f *factory) block(h int64) *Block {
	f.t.Helper()
	header, err := HeaderOf(f.headers[h-1])
	must(f.t, err)
	commit, err := CommitOf(f.commits[h-1], header.Hash())
	must(f.t, err)
	validators, err := ValidatorsOf(f.sets[h-1])
	must(f.t, err)
	return &Block{header, commit, validators}
}

// fetch serves blocks, through their bytes.
func (f *factory) fetch(_ context.Context, h int64) (*Block, error) {
	if h < 1 || h > int64(len(f.headers)) {
		return nil, fmt.Errorf("there is no block %d", h)
	}
	return ParseBlock(f.block(h).Encode())
}

// genesis is the document that the chain began with.
func (f *factory) genesis() []byte {
	f.t.Helper()
	doc := cmttypes.GenesisDoc{GenesisTime: began, ChainID: f.id, InitialHeight: 1, ConsensusParams: cmttypes.DefaultConsensusParams()}
	doc.ConsensusParams.Validator.PubKeyTypes = []string{secp256k1eth.KeyType}
	doc.AppState = (&genesis.Doc{Params: genesis.Default()}).JSON()
	for _, s := range f.seats(1) {
		doc.Validators = append(doc.Validators, cmttypes.GenesisValidator{PubKey: keyOf(s.name).PubKey(), Power: s.power})
	}
	b, err := cmtjson.MarshalIndent(doc, "", "  ")
	must(f.t, err)
	return b
}

func (f *factory) trusted() Trusted {
	f.t.Helper()
	t, err := TrustGenesis(f.genesis())
	must(f.t, err)
	return t
}

// trail leads from what is trusted to a height.
func (f *factory) trail(t Trusted, to int64) []*Block {
	f.t.Helper()
	trail, err := Trail(context.Background(), t, to, f.fetch)
	must(f.t, err)
	return trail
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fails checks that an error is the failure of a check.
func fails(t testing.TB, what string, err error, want check.ID) {
	t.Helper()
	if f, ok := check.Failed(err); !ok || f.Check != want {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

func edit(t testing.TB, doc []byte, change func(map[string]any)) []byte {
	t.Helper()
	var m map[string]any
	must(t, json.Unmarshal(doc, &m))
	change(m)
	b, err := json.Marshal(m)
	must(t, err)
	return b
}
