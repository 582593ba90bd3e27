package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"urna/app"
	"urna/chain"
	"urna/chain/light"
	"urna/gateway"
	"urna/genesis"
	"urna/indexer"
	"urna/state"
	"urna/state/transition"
)

// blocks is the chain as the indexer and the gateway read it: headers and
// transactions are consensus's, what a block did is the state's journal.
type blocks struct {
	node    *chain.Node
	app     *app.App
	genesis chain.Genesis
	recent  recentBlocks
}

var (
	_ indexer.Seeder = (*blocks)(nil)
	_ gateway.Blocks = (*blocks)(nil)
)

func (b *blocks) Height() int64          { return b.app.Store().Height() }
func (b *blocks) Base() int64            { return b.node.Base() }
func (b *blocks) GenesisTime() time.Time { return b.genesis.Time }
func (b *blocks) Genesis() *genesis.Doc  { return b.genesis.App }
func (b *blocks) Syncing() bool          { return b.node.Syncing() }
func (b *blocks) View() *state.View      { return b.app.View() }

// committed tells whether the state has the block: consensus may be one ahead.
func (b *blocks) committed(height int64) bool { return height >= 1 && height <= b.Height() }

// Wait returns when the block is committed.
func (b *blocks) Wait(ctx context.Context, height int64) error { return b.app.Wait(ctx, height) }

// Block returns a committed block and what it did.
func (b *blocks) Block(_ context.Context, height int64) (*indexer.Block, error) {
	h, err := b.header(height)
	if err != nil {
		return nil, err
	}
	journal, err := b.app.Store().Journal(height)
	if err != nil {
		return nil, fmt.Errorf("journal of block %d: %w", height, err)
	}
	outcome, err := transition.DecodeBlockOutcome(journal)
	if err != nil {
		return nil, fmt.Errorf("journal of block %d: %w", height, err)
	}
	return &indexer.Block{
		Height: h.Height, Hash: h.Hash, LastHash: h.LastHash, Time: h.Time, Proposer: h.Proposer, Outcome: outcome,
	}, nil
}

// header returns the header of a committed block.
func (b *blocks) header(height int64) (*chain.Header, error) {
	if !b.committed(height) {
		return nil, gateway.ErrNoBlock
	}
	h, err := b.node.Header(height)
	return h, noBlock(err)
}

// RawTx returns the bytes of a transaction of a committed block.
func (b *blocks) RawTx(_ context.Context, height int64, index int) ([]byte, error) {
	if !b.committed(height) {
		return nil, gateway.ErrNoBlock
	}
	txs, err := b.recent.get(height, func() ([][]byte, error) {
		block, err := b.node.Block(height)
		if err != nil {
			return nil, err
		}
		return block.Txs, nil
	})
	if err != nil {
		return nil, noBlock(err)
	}
	if index < 0 || index >= len(txs) {
		return nil, fmt.Errorf("block %d has %d transactions, not one of index %d", height, len(txs), index)
	}
	return txs[index], nil
}

// GenesisDocument is the file of the genesis.
func (b *blocks) GenesisDocument() []byte { return b.node.Genesis() }

// Signed returns the signed header of a height; 0 is the newest.
func (b *blocks) Signed(_ context.Context, height int64) (*light.Block, error) {
	signed, err := b.node.Signed(height)
	return signed, noBlock(err)
}

// RawBlock returns the bytes of a block as they were hashed.
func (b *blocks) RawBlock(_ context.Context, height int64) (int, iter.Seq2[[]byte, error], error) {
	size, pieces, err := b.node.RawBlock(height)
	return size, pieces, noBlock(err)
}

// noBlock says in the words of the gateway that there is no such block.
func noBlock(err error) error {
	if errors.Is(err, chain.ErrNoBlock) {
		return gateway.ErrNoBlock
	}
	return err
}

// Header returns what the validators signed.
func (b *blocks) Header(_ context.Context, height int64) (*gateway.Header, error) {
	h, err := b.header(height)
	if err != nil {
		return nil, err
	}
	return &gateway.Header{
		Height: h.Height, Hash: h.Hash[:], Time: h.Time, Proposer: h.Proposer,
		VersionBlock: h.BlockVersion, VersionApp: h.AppVersion, AppHash: h.AppHash[:],
		ConsensusHash: h.ConsensusHash[:], DataHash: h.DataHash[:], EvidenceHash: h.EvidenceHash[:],
		LastBlockHash: h.LastHash[:], LastBlockParts: int(h.LastParts), LastBlockPartsHash: h.LastPartsHash[:],
		LastCommitHash: h.LastCommitHash[:], LastResultsHash: h.LastResultsHash[:],
		NextValidatorsHash: h.NextValidatorsHash[:], ValidatorsHash: h.ValidatorsHash[:],
	}, nil
}
