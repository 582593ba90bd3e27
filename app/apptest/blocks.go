package apptest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/secp256k1eth"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sm "github.com/cometbft/cometbft/state"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/app"
	"urna/crypto/ethkey"
)

// consensus is what CometBFT keeps between blocks, and the keys of those who
// decide. Blocks are made and judged by CometBFT's own code.
type consensus struct {
	genesis []byte
	state   sm.State
	sets    []*cmttypes.ValidatorSet // by height, from 1
	keys    map[ethkey.Address]secp256k1eth.PrivKey
	proofs  int32 // of misbehaviour, so far
}

// newConsensus begins a chain whose validators are the nodes, each with a power
// of 10.
func (c *Chain) newConsensus() {
	c.t.Helper()
	doc := &cmttypes.GenesisDoc{
		GenesisTime: Start, ChainID: ChainID, InitialHeight: 1,
		ConsensusParams: cmttypes.DefaultConsensusParams(), AppState: json.RawMessage(c.doc.JSON()),
	}
	doc.ConsensusParams.Validator.PubKeyTypes = []string{secp256k1eth.KeyType}
	c.keys = map[ethkey.Address]secp256k1eth.PrivKey{}
	for _, n := range c.Nodes {
		c.Know(n.key)
		pub := secp256k1eth.PubKey(n.key.PublicKey())
		doc.Validators = append(doc.Validators, cmttypes.GenesisValidator{Address: pub.Address(), PubKey: pub, Power: 10})
	}
	var err error
	if c.genesis, err = cmtjson.MarshalIndent(doc, "", "  "); err != nil {
		c.t.Fatal(err)
	}
	if c.state, err = sm.MakeGenesisState(doc); err != nil {
		c.t.Fatal(err)
	}
	c.state.Version.Consensus.App = app.Version
	c.state.LastResultsHash = sm.TxResultsHash(nil)
	c.state.LastResultsHash = sm.TxResultsHash(nil) // the handshake sets it, too
}

// Know gives the chain the keys of validators that are no nodes of it. They sign
// every block while they have a seat; those whose keys are not known are absent.
func (c *Chain) Know(keys ...*ethkey.Key) {
	for _, k := range keys {
		raw, err := hex.DecodeString(k.Hex())
		if err != nil {
			panic(err)
		}
		c.keys[k.Address()] = raw
	}
}

// Genesis is the chain's genesis document as CometBFT writes it.
func (c *Chain) Genesis() []byte { return c.genesis }

// Raw is the block in Protobuf, as nodes keep it and send it.
func (b *Block) Raw() []byte {
	pb, err := b.Block.ToProto()
	if err != nil {
		panic(err)
	}
	raw, err := pb.Marshal()
	if err != nil {
		panic(err)
	}
	return raw
}

// lastCommit is who signed the last block, if everybody does whose key is known.
func (c *Chain) lastCommit() (info abci.CommitInfo) {
	if c.Height() == 0 {
		return info
	}
	for _, v := range c.state.LastValidators.Validators {
		flag := cmtproto.BlockIDFlagCommit
		if c.keys[ethkey.Address(v.Address)] == nil {
			flag = cmtproto.BlockIDFlagAbsent
		}
		info.Votes = append(info.Votes, abci.VoteInfo{Validator: cmttypes.TM2PB.Validator(v), BlockIdFlag: flag})
	}
	return info
}

// real makes the block that a decided request speaks of: its commit is signed
// at the block's time, its misbehaviour is proved.
func (c *Chain) real(r *abci.RequestFinalizeBlock) (*cmttypes.Block, error) {
	commit, err := c.commit(r)
	if err != nil {
		return nil, err
	}
	var evidence []cmttypes.Evidence
	for _, m := range r.Misbehavior {
		e, err := c.prove(m)
		if err != nil {
			return nil, err
		}
		evidence = append(evidence, e)
	}
	b, err := c.state.MakeBlock(r.Height, cmttypes.ToTxs(r.Txs), commit, evidence, r.ProposerAddress)
	if err != nil {
		return nil, err
	}
	if !b.Time.Equal(r.Time) {
		return nil, fmt.Errorf("its time would be %s, not %s", b.Time, r.Time)
	}
	return b, c.state.ValidateBlock(b)
}

// commit signs the last block, at the time of the next one, as its request says.
func (c *Chain) commit(r *abci.RequestFinalizeBlock) (*cmttypes.Commit, error) {
	out := &cmttypes.Commit{Height: c.state.LastBlockHeight, BlockID: c.state.LastBlockID}
	if r.Height == 1 {
		return out, nil
	}
	set, votes := c.state.LastValidators, r.DecidedLastCommit.Votes
	if len(votes) != set.Size() {
		return nil, fmt.Errorf("its last commit is of %d validators, there were %d", len(votes), set.Size())
	}
	for i, v := range set.Validators {
		flag := cmttypes.BlockIDFlag(votes[i].BlockIdFlag)
		if string(votes[i].Validator.Address) != string(v.Address) {
			return nil, fmt.Errorf("validator %d of its last commit is %x, not %s", i, votes[i].Validator.Address, v.Address)
		}
		if flag == cmttypes.BlockIDFlagAbsent {
			out.Signatures = append(out.Signatures, cmttypes.NewCommitSigAbsent())
			continue
		}
		vote := &cmttypes.Vote{
			Type: cmtproto.PrecommitType, Height: out.Height, Timestamp: r.Time, ValidatorAddress: v.Address, ValidatorIndex: int32(i),
		}
		if flag == cmttypes.BlockIDFlagCommit {
			vote.BlockID = out.BlockID
		}
		if err := c.sign(vote); err != nil {
			return nil, err
		}
		out.Signatures = append(out.Signatures, vote.CommitSig())
	}
	return out, nil
}

func (c *Chain) sign(v *cmttypes.Vote) (err error) {
	key := c.keys[ethkey.Address(v.ValidatorAddress)]
	if key == nil {
		return fmt.Errorf("the key of validator %s is not known; see Know", v.ValidatorAddress)
	}
	v.Signature, err = key.Sign(cmttypes.VoteSignBytes(ChainID, v.ToProto()))
	return err
}

// prove makes evidence of a validator that signed two blocks: at the height that
// is named, or at the last one at which it had a seat.
func (c *Chain) prove(m abci.Misbehavior) (cmttypes.Evidence, error) {
	height := m.Height
	if height < 1 || height > c.Height() || !c.sets[height-1].HasAddress(m.Validator.Address) {
		for height = c.Height(); height > 0 && !c.sets[height-1].HasAddress(m.Validator.Address); {
			height--
		}
	}
	if height == 0 {
		return nil, fmt.Errorf("validator %x had no seat before this block", m.Validator.Address)
	}
	set := c.sets[height-1]
	at, _ := set.GetByAddress(m.Validator.Address)
	c.proofs++
	var votes [2]*cmttypes.Vote
	for i := range votes {
		hash := sha256.Sum256(fmt.Appendf(nil, "block %d of proof %d", i, c.proofs))
		votes[i] = &cmttypes.Vote{
			Type: cmtproto.PrecommitType, Height: height, Round: c.proofs, Timestamp: c.Blocks[height-1].Request.Time,
			BlockID:          cmttypes.BlockID{Hash: hash[:], PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: hash[:]}},
			ValidatorAddress: m.Validator.Address, ValidatorIndex: at,
		}
		if err := c.sign(votes[i]); err != nil {
			return nil, err
		}
	}
	return cmttypes.NewDuplicateVoteEvidence(votes[0], votes[1], c.Blocks[height-1].Request.Time, set)
}

// follow makes a decided block the last one, as CometBFT does.
func (c *Chain) follow(b *cmttypes.Block, out *abci.ResponseFinalizeBlock) error {
	parts, err := b.MakePartSet(cmttypes.BlockPartSizeBytes)
	if err != nil {
		return err
	}
	changes, err := cmttypes.PB2TM.ValidatorUpdates(out.ValidatorUpdates)
	if err != nil {
		return err
	}
	s := &c.state
	next := s.NextValidators.Copy()
	if len(changes) > 0 {
		if err := next.UpdateWithChangeSet(changes); err != nil {
			return fmt.Errorf("CometBFT refuses a change of validators: %w", err)
		}
	}
	next.IncrementProposerPriority(1)
	s.LastBlockHeight, s.LastBlockTime = b.Height, b.Time
	s.LastBlockID = cmttypes.BlockID{Hash: b.Hash(), PartSetHeader: parts.Header()}
	s.LastValidators, s.Validators, s.NextValidators = s.Validators, s.NextValidators, next
	s.LastResultsHash, s.AppHash = sm.TxResultsHash(out.TxResults), out.AppHash
	c.sets = append(c.sets, s.LastValidators)
	return nil
}

// request is what CometBFT asks of an application about a block.
func (c *Chain) request(b *cmttypes.Block) *abci.RequestFinalizeBlock {
	return &abci.RequestFinalizeBlock{
		Hash: b.Hash(), Height: b.Height, Time: b.Time, Txs: b.Txs.ToSliceOfBytes(),
		NextValidatorsHash: b.NextValidatorsHash, ProposerAddress: b.ProposerAddress,
		DecidedLastCommit: sm.BuildLastCommitInfo(b, c.state.LastValidators, 1), Misbehavior: b.Evidence.Evidence.ToABCI(),
	}
}

// Closing is a block without transactions after the last one. Nobody has
// executed it; its header and its commit confirm what the others did.
func (c *Chain) Closing() (*Block, error) {
	if len(c.Blocks) != int(c.state.LastBlockHeight) {
		return nil, errors.New("the last block is no real one")
	}
	proposer := c.state.Validators.GetProposer().Address
	b, err := c.real(&abci.RequestFinalizeBlock{
		Height: c.Height() + 1, Time: c.nextTime(), ProposerAddress: proposer, DecidedLastCommit: c.lastCommit(),
	})
	if err != nil {
		return nil, err
	}
	return &Block{Block: b, Request: c.request(b)}, nil
}
