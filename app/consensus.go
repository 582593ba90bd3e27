package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"

	"urna/genesis"
	"urna/state/transition"
)

// The consensus connection. CometBFT calls it from one goroutine.

// InitChain takes the genesis document. It is called at every start until the
// first block is committed, and writes nothing.
func (a *App) InitChain(_ context.Context, r *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	root, err := a.initChain(r)
	if err != nil {
		return nil, a.fail("genesis", err)
	}
	return &abci.ResponseInitChain{AppHash: root[:]}, nil
}

func (a *App) initChain(r *abci.RequestInitChain) (root [32]byte, err error) {
	if r.ChainId != a.cfg.ChainID {
		return root, fmt.Errorf("the genesis is of chain %q, this node of %q", r.ChainId, a.cfg.ChainID)
	}
	if r.InitialHeight > 1 {
		return root, fmt.Errorf("the initial height is %d, not 1", r.InitialHeight)
	}
	doc, err := genesis.Parse(r.AppStateBytes)
	if err != nil {
		return root, err
	}
	g := &beginning{doc: doc, block: transition.Block{ChainID: r.ChainId}}
	if r.Time.Unix() > 0 {
		g.block.Time = uint64(r.Time.Unix())
	}
	for _, v := range r.Validators {
		key := v.PubKey.GetSecp256K1Eth()
		if len(key) != 33 || v.Power < 1 {
			return root, errors.New("a genesis validator has no power, or its key is not secp256k1eth")
		}
		g.validators = append(g.validators, transition.GenesisValidator{PublicKey: [33]byte(key), Power: uint64(v.Power)})
	}
	store := a.store.Load()
	if store.Height() != 0 {
		return root, fmt.Errorf("the state is at height %d already", store.Height())
	}
	f := store.Fork()
	if err := g.apply(f); err != nil {
		return root, err
	}
	if root, err = store.Seal(f); err != nil {
		return root, err
	}
	a.first = g
	return root, nil
}

// PrepareProposal fills a block from the pool, in the order of arrival. What the
// law refuses now is left out and dropped; votes for which the block has no cells
// left wait for the next one.
func (a *App) PrepareProposal(_ context.Context, r *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	if err := a.Fault(); err != nil {
		return nil, err
	}
	start := time.Now()
	votes := make([]abci.VoteInfo, len(r.LocalLastCommit.Votes))
	for i, v := range r.LocalLastCommit.Votes {
		votes[i] = abci.VoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag}
	}
	b, err := a.blockOf(r.Height, r.Time, r.ProposerAddress, votes, r.Misbehavior)
	if err != nil {
		return nil, a.fail("prepare a proposal", err)
	}
	x, err := a.propose(b, r.MaxTxBytes, start.Add(a.cfg.ProposalTime))
	if err != nil {
		return nil, a.fail("prepare a proposal", err)
	}
	txs := make([][]byte, len(x.items))
	for i := range x.items {
		txs[i] = x.items[i].raw
	}
	a.metrics.Prepare.Observe(time.Since(start).Seconds())
	return &abci.ResponsePrepareProposal{Txs: txs}, nil
}

// propose executes what waits in the pool until the block is full, the pool is
// empty or the time is up. Time only ends the list; it changes no verdict.
func (a *App) propose(b transition.Block, room int64, deadline time.Time) (*execution, error) {
	x, err := a.begin(b)
	if err != nil {
		return nil, err
	}
	var pos int64
	var batch []*entry
fill:
	for len(x.items) < a.cfg.ProposalTxs {
		if batch, pos = a.pool.next(pos, 1024); len(batch) == 0 {
			break
		}
		for i, e := range batch {
			if len(x.items) == a.cfg.ProposalTxs || i%64 == 63 && time.Now().After(deadline) {
				break fill
			}
			if fits, err := x.fits(e.facts); err != nil {
				return nil, err
			} else if !fits {
				continue // it stays where it is in the queue
			}
			if room -= sizeInBlock(e.raw); room < 0 {
				break fill
			}
			refusal, err := x.add(item{key: e.key, raw: e.raw, facts: e.facts}, false)
			if err != nil {
				return nil, err
			}
			if refusal != nil {
				room += sizeInBlock(e.raw)
				a.refuse(trial{fork: x.fork, block: b}, e, refusal)
			}
		}
	}
	if err := x.end(); err != nil {
		return nil, err
	}
	a.keep(x)
	return x, nil
}

// sizeInBlock is what a transaction takes in a block: CometBFT counts it as an
// entry of a repeated protobuf field with a tag of one byte.
func sizeInBlock(raw []byte) int64 {
	n := int64(len(raw)) + 2
	for l := len(raw); l >= 0x80; l >>= 7 {
		n++
	}
	return n
}

// ProcessProposal executes a proposal. One refused transaction refuses it, and so
// do votes beyond the budget of cells: an honest proposer has tried every one of
// them on the same state, at the same height and time.
func (a *App) ProcessProposal(_ context.Context, r *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	if err := a.Fault(); err != nil {
		return nil, err
	}
	start := time.Now()
	b, err := a.blockOf(r.Height, r.Time, r.ProposerAddress, r.ProposedLastCommit.Votes, r.Misbehavior)
	if err != nil {
		return nil, a.fail("process a proposal", err)
	}
	x := a.executed(r.Hash, &b, r.Txs)
	if x == nil {
		if x, err = a.execute(b, r.Txs); err != nil {
			return nil, a.fail("process a proposal", err)
		}
	}
	x.hash = r.Hash
	a.metrics.Process.Observe(time.Since(start).Seconds())
	if x.refused >= 0 {
		a.log.Warn("a proposal is refused", "height", b.Height, "proposer", b.Proposer, "index", x.refused,
			"tx", x.outcome.Txs[x.refused].ID, "code", x.outcome.Txs[x.refused].Code, "reason", x.why)
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

// FinalizeBlock seals a decided block. Only codes enter the results, so that
// the results hash does not depend on words.
func (a *App) FinalizeBlock(_ context.Context, r *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	if err := a.Fault(); err != nil {
		return nil, err
	}
	start := time.Now()
	b, err := a.blockOf(r.Height, r.Time, r.ProposerAddress, r.DecidedLastCommit.Votes, r.Misbehavior)
	if err != nil {
		return nil, a.fail("finalize a block", err)
	}
	x := a.executed(r.Hash, &b, r.Txs)
	if x == nil {
		if x, err = a.execute(b, r.Txs); err != nil {
			return nil, a.fail("finalize a block", err)
		}
	}
	root, err := a.store.Load().Seal(x.fork)
	if err != nil {
		return nil, a.fail("seal a block", err)
	}
	a.sealed = x
	results := make([]abci.ExecTxResult, len(x.outcome.Txs))
	out := &abci.ResponseFinalizeBlock{AppHash: root[:], TxResults: make([]*abci.ExecTxResult, len(results))}
	for i := range results {
		results[i].Code = uint32(x.outcome.Txs[i].Code)
		out.TxResults[i] = &results[i]
	}
	for _, u := range x.outcome.Updates() {
		out.ValidatorUpdates = append(out.ValidatorUpdates, validatorUpdate(u))
	}
	a.metrics.Finalize.Observe(time.Since(start).Seconds())
	return out, nil
}

func validatorUpdate(u transition.ValidatorUpdate) abci.ValidatorUpdate {
	return abci.ValidatorUpdate{
		PubKey: cmtcrypto.PublicKey{Sum: &cmtcrypto.PublicKey_Secp256K1Eth{Secp256K1Eth: u.PublicKey[:]}},
		Power:  int64(u.Power),
	}
}

// Commit makes the sealed block durable. After a crash before this point the
// block is executed again; after it, CometBFT finds the height in Info.
func (a *App) Commit(context.Context, *abci.RequestCommit) (*abci.ResponseCommit, error) {
	if err := a.Fault(); err != nil {
		return nil, err
	}
	start := time.Now()
	x := a.sealed
	if x == nil {
		return nil, a.fail("commit", errors.New("no block was finalized"))
	}
	if err := a.store.Load().Commit(x.fork, x.outcome.Encode()); err != nil {
		return nil, a.fail("commit", err)
	}
	a.sealed, a.kept, a.first = nil, nil, nil
	a.wake()
	a.metrics.Commit.Observe(time.Since(start).Seconds())
	a.metrics.block(x)
	if err := a.settle(x); err != nil {
		return nil, err
	}
	a.metrics.pool(a.pool)
	height := int64(x.block.Height)
	a.maybeSnapshot(height)
	out := &abci.ResponseCommit{}
	if keep := a.cfg.RetainBlocks; keep > 0 && height > keep {
		out.RetainHeight = height - keep
	}
	return out, nil
}
