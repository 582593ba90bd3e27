package anchor

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/secp256k1eth"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
)

const testChainID = "vocdoni/TEST/1"

// genesisTime is when test chains and their Ethereum begin.
var genesisTime = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// chain makes blocks as CometBFT does, header by header, with keys from a seed:
// the same calls give the same bytes.
type chain struct {
	t      testing.TB
	id     string
	height int64
	time   time.Time
	keys   map[string]secp256k1eth.PrivKey // by consensus address
	made   int
	vals   *cmttypes.ValidatorSet // of the next block
	last   cmttypes.BlockID
	commit *cmttypes.Commit
}

// block is what became of a height.
type block struct {
	*cmttypes.SignedHeader
	vals, next *cmttypes.ValidatorSet
}

// how says how a block comes about; the zero value is a block that everybody
// signs in round 0, one second after the last one.
type how struct {
	round   int32
	absent  []int // validators whose vote does not arrive
	forNone []int // validators who vote for no block
	after   time.Duration
	parts   uint32
	app     [32]byte // application hash; by default one that follows from the height
	change  []*cmttypes.Validator
	stamp   func(validator int) time.Time // of the votes
	fork    string                        // another block of the same height, for each text
}

func newChain(t testing.TB, id string, powers ...int64) *chain {
	c := &chain{t: t, id: id, time: genesisTime, keys: map[string]secp256k1eth.PrivKey{}}
	var vals []*cmttypes.Validator
	for _, p := range powers {
		vals = append(vals, c.validator(p))
	}
	c.vals = cmttypes.NewValidatorSet(vals)
	return c
}

// equal is a list of n equal powers.
func equal(n int, power int64) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = power
	}
	return out
}

// validator makes a key.
func (c *chain) validator(power int64) *cmttypes.Validator {
	key := secp256k1eth.GenPrivKeySecp256k1Eth(fmt.Appendf(nil, "%s validator %d", c.id, c.made))
	c.made++
	v := cmttypes.NewValidator(key.PubKey(), power)
	c.keys[string(v.Address)] = key
	return v
}

// copy is the same chain, to grow in another direction.
func (c *chain) copy() *chain {
	out := *c
	out.vals = c.vals.Copy()
	return &out
}

// next makes the next block.
func (c *chain) next(h how) *block { return c.skip(0, h) }

// skip leaves out some heights, in which nothing changes, and makes a block.
func (c *chain) skip(heights int64, h how) *block {
	c.t.Helper()
	c.height += 1 + heights
	if h.after == 0 {
		h.after = time.Second
	}
	c.time = c.time.Add(h.after)
	if h.parts == 0 {
		h.parts = 1
	}
	if h.app == [32]byte{} {
		h.app = digest("app", c.height, h.fork)
	}
	next := c.vals.Copy()
	if len(h.change) > 0 {
		if err := next.UpdateWithChangeSet(h.change); err != nil {
			c.t.Fatal(err)
		}
	}
	hash := func(what string) []byte { d := digest(what, c.height, h.fork); return d[:] }
	if heights > 0 || c.height > 1 && len(c.last.Hash) == 0 {
		c.last = cmttypes.BlockID{Hash: hash("last"), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: hash("last parts")}}
	}
	header := &cmttypes.Header{
		Version: cmtversion.Consensus{Block: 11, App: 1}, ChainID: c.id, Height: c.height, Time: c.time,
		LastBlockID: c.last, LastCommitHash: hash("last commit"), DataHash: hash("data"),
		ValidatorsHash: c.vals.Hash(), NextValidatorsHash: next.Hash(), ConsensusHash: hash("consensus"),
		AppHash: h.app[:], LastResultsHash: hash("results"), EvidenceHash: hash("evidence"),
		ProposerAddress: c.vals.Validators[0].Address,
	}
	id := cmttypes.BlockID{Hash: header.Hash(), PartSetHeader: cmttypes.PartSetHeader{Total: h.parts, Hash: hash("parts")}}
	b := &block{
		SignedHeader: &cmttypes.SignedHeader{Header: header, Commit: c.sign(id, h)},
		vals:         c.vals, next: next,
	}
	if err := b.ValidateBasic(c.id); err != nil {
		c.t.Fatal(err)
	}
	c.last, c.commit, c.vals = id, b.Commit, next
	return b
}

func (c *chain) sign(id cmttypes.BlockID, h how) *cmttypes.Commit {
	c.t.Helper()
	commit := &cmttypes.Commit{Height: c.height, Round: h.round, BlockID: id}
	for i, v := range c.vals.Validators {
		flag, voted := cmttypes.BlockIDFlagCommit, id
		switch {
		case contains(h.absent, i):
			commit.Signatures = append(commit.Signatures, cmttypes.NewCommitSigAbsent())
			continue
		case contains(h.forNone, i):
			flag, voted = cmttypes.BlockIDFlagNil, cmttypes.BlockID{}
		}
		at := c.time.Add(time.Duration(1+i) * 1_234_567)
		if h.stamp != nil {
			at = h.stamp(i)
		}
		vote := &cmtproto.Vote{
			Type: cmtproto.PrecommitType, Height: c.height, Round: h.round, BlockID: voted.ToProto(), Timestamp: at,
		}
		sig, err := c.keys[string(v.Address)].Sign(cmttypes.VoteSignBytes(c.id, vote))
		if err != nil {
			c.t.Fatal(err)
		}
		commit.Signatures = append(commit.Signatures, cmttypes.CommitSig{
			BlockIDFlag: flag, ValidatorAddress: v.Address, Timestamp: at, Signature: sig,
		})
	}
	return commit
}

// signed is the block in the plain bytes that this package takes, by way of the
// canonical ones.
func (b *block) signed(t testing.TB) *Signed {
	t.Helper()
	if err := b.vals.VerifyCommitLight(b.ChainID, b.Commit.BlockID, b.Height, b.Commit); err != nil {
		t.Fatal(err)
	}
	header, err := light.HeaderOf(b.Header)
	if err != nil {
		t.Fatal(err)
	}
	commit, err := light.CommitOf(b.Commit, header.Hash())
	if err != nil {
		t.Fatal(err)
	}
	leaves, err := ParseLeaves(header.Encode())
	if err != nil {
		t.Fatal(err)
	}
	s := &Signed{
		Leaves: leaves, Round: commit.Round, Parts: commit.Parts, PartsHash: commit.PartsHash,
		Validators: members(b.vals),
	}
	for _, slot := range commit.Slots {
		s.Slots = append(s.Slots, Slot(slot))
	}
	return s
}

// members is a set in plain bytes.
func members(set *cmttypes.ValidatorSet) []Validator {
	var out []Validator
	for _, v := range set.Validators {
		out = append(out, Validator{Key: [33]byte(v.PubKey.Bytes()), Power: uint64(v.VotingPower)})
	}
	return out
}

func digest(what string, height int64, fork string) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte(what+fork), uint64(height)))
}

func contains(list []int, i int) bool {
	for _, v := range list {
		if v == i {
			return true
		}
	}
	return false
}
