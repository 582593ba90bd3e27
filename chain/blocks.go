package chain

import (
	"errors"
	"fmt"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/crypto/ethkey"
)

// Errors of the reads below.
var (
	// ErrNoBlock says that there is no such block, or not any more.
	ErrNoBlock = errors.New("chain: no such block")

	// ErrStopped says that the node has stopped.
	ErrStopped = errors.New("chain: the node has stopped")
)

// Hash is SHA-256 as CometBFT uses it; zero where a header has none.
type Hash [32]byte

// Header is a block's header, with the block's own hash.
type Header struct {
	Hash               Hash
	ChainID            string
	Height             int64
	Time               time.Time
	LastHash           Hash // of the block before
	LastParts          uint32
	LastPartsHash      Hash
	LastCommitHash     Hash
	DataHash           Hash
	ValidatorsHash     Hash
	NextValidatorsHash Hash
	ConsensusHash      Hash
	AppHash            Hash // the state after the block before
	LastResultsHash    Hash
	EvidenceHash       Hash
	Proposer           ethkey.Address
	BlockVersion       uint64
	AppVersion         uint64
	TxCount            int
}

// Block is a block.
type Block struct {
	Header
	Txs        [][]byte
	LastCommit *Commit // nil in the first block
}

// Commit is what makes a block final.
type Commit struct {
	Height     int64
	Round      int32
	BlockHash  Hash
	Parts      uint32
	PartsHash  Hash
	Signatures []Signature
}

// Signature is a validator's part in a commit. One that signed for no block, or
// did not sign, has ForBlock false.
type Signature struct {
	Validator ethkey.Address
	ForBlock  bool
	Time      time.Time
	Signature []byte // 65 bytes r, s, v over the canonical precommit
}

// Height is that of the last block that is stored. The application may be one
// behind.
func (n *Node) Height() int64 {
	h := int64(0)
	_ = n.read(func() error { h = n.node.BlockStore().Height(); return nil })
	return h
}

// Base is the first height that is still stored.
func (n *Node) Base() int64 {
	h := int64(0)
	_ = n.read(func() error { h = n.node.BlockStore().Base(); return nil })
	return h
}

// Header returns the header at a height.
func (n *Node) Header(height int64) (h *Header, err error) {
	err = n.read(func() error {
		meta := n.node.BlockStore().LoadBlockMeta(height)
		if meta == nil {
			return ErrNoBlock
		}
		h = headerOf(&meta.Header, meta.BlockID.Hash, meta.NumTxs)
		return nil
	})
	return h, err
}

// Block returns the block at a height.
func (n *Node) Block(height int64) (b *Block, err error) {
	err = n.read(func() error {
		b, err = blockOf(n.node.BlockStore().LoadBlock(height))
		return err
	})
	return b, err
}

// BlockByHash returns the block with a hash.
func (n *Node) BlockByHash(hash Hash) (b *Block, err error) {
	err = n.read(func() error {
		b, err = blockOf(n.node.BlockStore().LoadBlockByHash(hash[:]))
		return err
	})
	return b, err
}

// Commit returns the commit for the block at a height.
func (n *Node) Commit(height int64) (c *Commit, err error) {
	err = n.read(func() error {
		found := n.node.BlockStore().LoadBlockCommit(height)
		if found == nil {
			found = n.node.BlockStore().LoadSeenCommit(height)
		}
		if found == nil {
			return ErrNoBlock
		}
		c = commitOf(found)
		return nil
	})
	return c, err
}

// Validators returns the seats that decide about a height.
func (n *Node) Validators(height int64) (out []Validator, err error) {
	err = n.read(func() error {
		set, err := n.env.StateStore.LoadValidators(height)
		if err != nil {
			return errors.Join(ErrNoBlock, err)
		}
		for _, v := range set.Validators {
			if len(v.PubKey.Bytes()) != 33 {
				return fmt.Errorf("validator %s has a key of type %s", v.Address, v.PubKey.Type())
			}
			out = append(out, Validator{PublicKey: [33]byte(v.PubKey.Bytes()), Power: uint64(v.VotingPower)})
		}
		return nil
	})
	return out, err
}

func headerOf(h *cmttypes.Header, hash []byte, txs int) *Header {
	return &Header{
		Hash: hashOf(hash), ChainID: h.ChainID, Height: h.Height, Time: h.Time,
		LastHash: hashOf(h.LastBlockID.Hash), LastParts: h.LastBlockID.PartSetHeader.Total,
		LastPartsHash: hashOf(h.LastBlockID.PartSetHeader.Hash), LastCommitHash: hashOf(h.LastCommitHash),
		DataHash: hashOf(h.DataHash), ValidatorsHash: hashOf(h.ValidatorsHash), NextValidatorsHash: hashOf(h.NextValidatorsHash),
		ConsensusHash: hashOf(h.ConsensusHash), AppHash: hashOf(h.AppHash), LastResultsHash: hashOf(h.LastResultsHash),
		EvidenceHash: hashOf(h.EvidenceHash), Proposer: addressOf(h.ProposerAddress),
		BlockVersion: h.Version.Block, AppVersion: h.Version.App, TxCount: txs,
	}
}

func blockOf(b *cmttypes.Block) (*Block, error) {
	if b == nil {
		return nil, ErrNoBlock
	}
	out := &Block{Header: *headerOf(&b.Header, b.Hash(), len(b.Txs)), Txs: b.Txs.ToSliceOfBytes()}
	if b.LastCommit != nil && b.LastCommit.Height > 0 {
		out.LastCommit = commitOf(b.LastCommit)
	}
	return out, nil
}

func commitOf(c *cmttypes.Commit) *Commit {
	out := &Commit{
		Height: c.Height, Round: c.Round, BlockHash: hashOf(c.BlockID.Hash),
		Parts: c.BlockID.PartSetHeader.Total, PartsHash: hashOf(c.BlockID.PartSetHeader.Hash),
		Signatures: make([]Signature, len(c.Signatures)),
	}
	for i, s := range c.Signatures {
		out.Signatures[i] = Signature{
			Validator: addressOf(s.ValidatorAddress), ForBlock: s.BlockIDFlag == cmttypes.BlockIDFlagCommit,
			Time: s.Timestamp, Signature: s.Signature,
		}
	}
	return out
}

func hashOf(b []byte) (h Hash) { copy(h[:], b); return h }

func addressOf(b []byte) (a ethkey.Address) { copy(a[:], b); return a }
