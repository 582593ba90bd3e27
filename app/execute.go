package app

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"urna/crypto/ethkey"
	"urna/genesis"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

// execution is a block applied to a fork of the committed state.
type execution struct {
	block   transition.Block
	hash    []byte // of the block, once known
	items   []item
	fork    *state.Fork
	outcome transition.BlockOutcome
	cells   cells

	// refused is the index of the first transaction for which no validator may
	// accept the block, or -1; why is a *tx.Rejection or errTooManyCells.
	refused int
	why     error
}

// is tells whether x executed exactly this block. The state it started from is
// that of the height before, so this is all that went into it.
func (x *execution) is(b *transition.Block, txs [][]byte) bool {
	if x.block.Height != b.Height || x.block.Time != b.Time || x.block.Proposer != b.Proposer ||
		x.block.ChainID != b.ChainID || !slices.Equal(x.block.Commit, b.Commit) ||
		!slices.Equal(x.block.Misbehaviour, b.Misbehaviour) || len(x.items) != len(txs) {
		return false
	}
	for i := range txs {
		if !bytes.Equal(x.items[i].raw, txs[i]) {
			return false
		}
	}
	return true
}

// begin starts a block on a fresh fork.
func (a *App) begin(b transition.Block) (*execution, error) {
	store := a.store.Load()
	if want := uint64(store.Height()) + 1; b.Height != want {
		return nil, fmt.Errorf("asked for block %d on a state that expects %d", b.Height, want)
	}
	f := store.Fork()
	if store.Height() == 0 {
		if err := a.first.apply(f); err != nil {
			return nil, err
		}
	}
	x := &execution{block: b, fork: f, refused: -1}
	x.outcome.Height, x.outcome.Time = b.Height, b.Time
	var err error
	if x.outcome.Before, err = transition.Begin(f, b); err != nil {
		return nil, fmt.Errorf("begin block %d: %w", b.Height, err)
	}
	return x, nil
}

// add executes one transaction. A refused one is part of the block only if
// record is set.
func (x *execution) add(it item, record bool) (*tx.Rejection, error) {
	refusal, o := it.bad, transition.Outcome{}
	if it.facts != nil {
		o.ID, o.Kind, o.Signer = it.facts.ID, it.facts.Payload.Kind(), it.facts.Signer
		events, err := transition.Apply(x.fork, x.block, it.facts)
		if err != nil && !errors.As(err, &refusal) {
			return nil, fmt.Errorf("transaction %d of block %d: %w", len(x.items), x.block.Height, err)
		}
		o.Events = events
	}
	var why error
	if refusal != nil {
		if !record {
			return refusal, nil
		}
		o.Code, why = refusal.Code, refusal
	} else if err := x.cells.count(x.fork, it.facts); err != nil {
		return nil, err
	} else if x.cells.sum > blockCells {
		why = errTooManyCells
	}
	if why != nil && x.refused < 0 {
		x.refused, x.why = len(x.items), why
	}
	x.items = append(x.items, it)
	x.outcome.Txs = append(x.outcome.Txs, o)
	return refusal, nil
}

// end runs what time alone causes.
func (x *execution) end() error {
	var err error
	if x.outcome.Events, err = transition.End(x.fork, x.block); err != nil {
		return fmt.Errorf("end block %d: %w", x.block.Height, err)
	}
	return nil
}

// execute is the one way in which a given block is executed. Refused
// transactions are recorded; what that means is the caller's business. An error
// is a fault.
func (a *App) execute(b transition.Block, txs [][]byte) (*execution, error) {
	items := a.verify(txs)
	x, err := a.begin(b)
	if err != nil {
		return nil, err
	}
	x.items = make([]item, 0, len(items))
	x.outcome.Txs = make([]transition.Outcome, 0, len(items))
	for i := range items {
		if _, err := x.add(items[i], true); err != nil {
			return nil, err
		}
	}
	if err := x.end(); err != nil {
		return nil, err
	}
	a.keep(x)
	return x, nil
}

// keptExecutions bounds the executions of one height that wait for a decision:
// one per round, the oldest go.
const keptExecutions = 4

func (a *App) keep(x *execution) {
	a.metrics.Executions.Inc()
	a.kept = append(a.kept, x)
	if len(a.kept) > keptExecutions {
		a.kept = slices.Delete(a.kept, 0, len(a.kept)-keptExecutions)
	}
}

// executed finds an execution of a block, or nil.
func (a *App) executed(hash []byte, b *transition.Block, txs [][]byte) *execution {
	for _, x := range a.kept {
		if x.hash != nil && bytes.Equal(x.hash, hash) || x.is(b, txs) {
			return x
		}
	}
	return nil
}

// beginning is the state before the first block. It is applied to the fork of
// the first block each time that block is executed: nothing is written before
// there is a block.
type beginning struct {
	doc        *genesis.Doc
	validators []transition.GenesisValidator
	block      transition.Block
}

func (g *beginning) apply(f *state.Fork) error {
	if g == nil {
		return errors.New("a first block came before InitChain")
	}
	// Its events are of no block; readers find the seats in the state.
	if _, err := transition.Genesis(f, g.doc, g.validators, g.block); err != nil {
		return fmt.Errorf("genesis: %w", err)
	}
	return nil
}

// blockOf is the part of a CometBFT block that the law sees.
func (a *App) blockOf(height int64, at time.Time, proposer []byte, votes []abci.VoteInfo, evidence []abci.Misbehavior) (transition.Block, error) {
	b := transition.Block{ChainID: a.cfg.ChainID}
	if height < 1 || at.Unix() < 0 {
		return b, fmt.Errorf("block %d at %v is out of range", height, at)
	}
	b.Height, b.Time = uint64(height), uint64(at.Unix())
	var err error
	if b.Proposer, err = ethkey.AddressFromBytes(proposer); err != nil {
		return b, fmt.Errorf("proposer of block %d: %w", height, err)
	}
	b.Commit = make([]transition.Signature, len(votes))
	for i, v := range votes {
		if b.Commit[i].Validator, err = ethkey.AddressFromBytes(v.Validator.Address); err != nil {
			return b, fmt.Errorf("last commit of block %d: %w", height, err)
		}
		// A precommit for no block is a sign of life too.
		b.Commit[i].Signed = v.BlockIdFlag != cmtproto.BlockIDFlagAbsent
	}
	for _, m := range evidence {
		who, err := ethkey.AddressFromBytes(m.Validator.Address)
		if err != nil {
			return b, fmt.Errorf("evidence of block %d: %w", height, err)
		}
		b.Misbehaviour = append(b.Misbehaviour, who)
	}
	return b, nil
}
