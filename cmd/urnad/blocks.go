package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"urna/app"
	"urna/chain"
	"urna/gateway"
	"urna/genesis"
	"urna/indexer"
	"urna/state/transition"
)

// blocks is the chain as the indexer and the gateway read it: headers and
// transactions are consensus's, what a block did is the state's journal.
type blocks struct {
	node    *chain.Node
	app     *app.App
	genesis chain.Genesis

	// last is the block that RawTx read last: those who want one transaction of
	// a block often want the next one too.
	mu   sync.Mutex
	last *chain.Block // guarded by mu
}

var (
	_ indexer.Source = (*blocks)(nil)
	_ gateway.Blocks = (*blocks)(nil)
)

func (b *blocks) Height() int64          { return b.app.Store().Height() }
func (b *blocks) Base() int64            { return b.node.Base() }
func (b *blocks) GenesisTime() time.Time { return b.genesis.Time }
func (b *blocks) Genesis() *genesis.Doc  { return b.genesis.App }
func (b *blocks) Syncing() bool          { return b.node.Syncing() }
func (b *blocks) Peers() int             { return len(b.node.Peers()) }
func (b *blocks) committed(h int64) bool { return h >= 1 && h <= b.Height() }

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

// header returns the header of a committed block. Consensus may be a block
// ahead of the state: that block is not there yet.
func (b *blocks) header(height int64) (*chain.Header, error) {
	if !b.committed(height) {
		return nil, gateway.ErrNoBlock
	}
	h, err := b.node.Header(height)
	if errors.Is(err, chain.ErrNoBlock) {
		return nil, gateway.ErrNoBlock
	}
	return h, err
}

// RawTx returns the bytes of a transaction of a committed block.
func (b *blocks) RawTx(_ context.Context, height int64, index int) ([]byte, error) {
	if !b.committed(height) {
		return nil, gateway.ErrNoBlock
	}
	b.mu.Lock()
	block := b.last
	b.mu.Unlock()
	if block == nil || block.Height != height {
		var err error
		if block, err = b.node.Block(height); errors.Is(err, chain.ErrNoBlock) {
			return nil, gateway.ErrNoBlock
		} else if err != nil {
			return nil, err
		}
		b.mu.Lock()
		b.last = block
		b.mu.Unlock()
	}
	if index < 0 || index >= len(block.Txs) {
		return nil, fmt.Errorf("block %d has %d transactions, not one of index %d", height, len(block.Txs), index)
	}
	return block.Txs[index], nil
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
