// Package lighttest makes signed headers for tests, with CometBFT's own types
// and keys: chains whose validators come and go, do not always sign, or lie.
//
// It promises headers that CometBFT would accept. There is nothing below the
// headers: hashes of transactions and states are made up unless a test gives
// them. It panics where a test is wrong.
package lighttest

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/cometbft/cometbft/crypto/secp256k1eth"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/genesis"
)

// ID is the name of every test chain.
const ID = "urna/light/1"

// Began is the time of the genesis. Block h is h seconds later.
var Began = time.Date(2027, 1, 1, 0, 0, 0, 123456789, time.UTC)

// Seat is a validator. Its key follows from its name.
type Seat struct {
	Name  string
	Power int64
}

// Key is the key of a validator.
func Key(name string) secp256k1eth.PrivKey {
	return secp256k1eth.GenPrivKeySecp256k1Eth([]byte(name))
}

// Seats are n validators of power 10, from a number on.
func Seats(from, n int) []Seat {
	out := make([]Seat, n)
	for i := range out {
		out[i] = Seat{fmt.Sprint("validator ", from+i), 10}
	}
	return out
}

// Set is CometBFT's set of some validators.
func Set(list []Seat) *cmttypes.ValidatorSet {
	vals := make([]*cmttypes.Validator, len(list))
	for i, s := range list {
		vals[i] = cmttypes.NewValidator(Key(s.Name).PubKey(), s.Power)
	}
	return cmttypes.NewValidatorSet(vals)
}

// Chain is a chain of signed headers.
type Chain struct {
	ID    string
	Seats func(height int64) []Seat                            // who decides about a height
	Signs func(height int64, name string) cmttypes.BlockIDFlag // what a validator does; nil: sign
	Time  func(height int64) time.Time                         // nil: Began and the height in seconds
	App   map[int64][32]byte                                   // application hashes
	Salt  string                                               // of everything that is made up

	Headers []*cmttypes.Header // Headers[0] has height 1
	Commits []*cmttypes.Commit
	Sets    []*cmttypes.ValidatorSet
	last    cmttypes.BlockID
}

// New makes a chain of some height. Without seats there are four validators
// that never change.
func New(height int64, seats func(height int64) []Seat) *Chain {
	if seats == nil {
		four := Seats(0, 4)
		seats = func(int64) []Seat { return four }
	}
	c := &Chain{ID: ID, Seats: seats, App: map[int64][32]byte{}}
	c.Grow(height)
	return c
}

// Height is that of the last header.
func (c *Chain) Height() int64 { return int64(len(c.Headers)) }

// Grow adds headers until the chain has a height.
func (c *Chain) Grow(height int64) {
	for h := c.Height() + 1; h <= height; h++ {
		c.add(h)
	}
}

// Fork is a copy of the chain up to a height, from where it goes its own way.
func (c *Chain) Fork(height int64, salt string) *Chain {
	f := *c
	f.Salt, f.App = salt, map[int64][32]byte{}
	f.Headers, f.Commits, f.Sets = c.Headers[:height:height], c.Commits[:height:height], c.Sets[:height:height]
	f.last = cmttypes.BlockID{}
	if height > 0 {
		f.last = c.Commits[height-1].BlockID
	}
	return &f
}

// Hash makes a hash up.
func (c *Chain) Hash(what string, h int64) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", what, h, c.Salt))
	return sum[:]
}

func (c *Chain) add(h int64) {
	set := Set(c.Seats(h))
	at := Began.Add(time.Duration(h) * time.Second)
	if c.Time != nil {
		at = c.Time(h)
	}
	header := &cmttypes.Header{
		Version: cmtversion.Consensus{Block: 11, App: 1}, ChainID: c.ID, Height: h, Time: at, LastBlockID: c.last,
		LastCommitHash: c.Hash("commit", h), DataHash: c.Hash("data", h), ValidatorsHash: set.Hash(),
		NextValidatorsHash: Set(c.Seats(h + 1)).Hash(), ConsensusHash: c.Hash("consensus", h),
		AppHash: c.Hash("app", h), LastResultsHash: c.Hash("results", h), EvidenceHash: c.Hash("evidence", h),
		ProposerAddress: set.Validators[0].Address,
	}
	if app, ok := c.App[h]; ok {
		header.AppHash = app[:]
	}
	c.last = cmttypes.BlockID{Hash: header.Hash(), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: c.Hash("parts", h)}}
	c.Headers = append(c.Headers, header)
	c.Sets = append(c.Sets, set)
	c.Commits = append(c.Commits, c.commit(at, h, set))
}

// commit lets the validators of a set sign for the last block.
func (c *Chain) commit(at time.Time, h int64, set *cmttypes.ValidatorSet) *cmttypes.Commit {
	names := map[string]string{}
	for _, s := range c.Seats(h) {
		names[string(Key(s.Name).PubKey().Address())] = s.Name
	}
	out := &cmttypes.Commit{Height: h, Round: int32(h % 3), BlockID: c.last, Signatures: make([]cmttypes.CommitSig, set.Size())}
	for i, v := range set.Validators {
		name := names[string(v.Address)]
		sig := cmttypes.CommitSig{BlockIDFlag: cmttypes.BlockIDFlagCommit}
		if c.Signs != nil {
			sig.BlockIDFlag = c.Signs(h, name)
		}
		if sig.BlockIDFlag != cmttypes.BlockIDFlagAbsent {
			sig.ValidatorAddress = v.Address
			sig.Timestamp = at.Add(time.Duration(i) * time.Millisecond)
			voted := sig.BlockID(c.last)
			sig.Signature = sign(name, cmttypes.VoteSignBytes(c.ID, &cmtproto.Vote{
				Type: cmtproto.PrecommitType, Height: h, Round: out.Round, Timestamp: sig.Timestamp, BlockID: voted.ToProto(),
			}))
		}
		out.Signatures[i] = sig
	}
	return out
}

func sign(name string, message []byte) []byte {
	sig, err := Key(name).Sign(message)
	if err != nil {
		panic(err)
	}
	return sig
}

// LightBlock is the signed header of a height.
func (c *Chain) LightBlock(h int64) *cmttypes.LightBlock {
	return &cmttypes.LightBlock{
		SignedHeader: &cmttypes.SignedHeader{Header: c.Headers[h-1], Commit: c.Commits[h-1]}, ValidatorSet: c.Sets[h-1],
	}
}

// Genesis is the document that the chain began with.
func (c *Chain) Genesis() []byte {
	doc := cmttypes.GenesisDoc{GenesisTime: Began, ChainID: c.ID, InitialHeight: 1, ConsensusParams: cmttypes.DefaultConsensusParams()}
	doc.ConsensusParams.Validator.PubKeyTypes = []string{secp256k1eth.KeyType}
	doc.AppState = (&genesis.Doc{Params: genesis.Default()}).JSON()
	for _, s := range c.Seats(1) {
		doc.Validators = append(doc.Validators, cmttypes.GenesisValidator{PubKey: Key(s.Name).PubKey(), Power: s.Power})
	}
	b, err := cmtjson.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic(err)
	}
	return b
}
