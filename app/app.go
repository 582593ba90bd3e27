// Package app is the ABCI application: the law as CometBFT calls it, and the
// mempool that the law needs. It is thin; one file per ABCI connection. What a
// transaction may do is decided in state/transition, and what is remembered in
// state; this package decides which transactions are tried, when, and once.
//
// # The life of a block
//
//	gateway, RPC ── Submit, CheckTx ─┐
//	peers ───────── InsertTx ────────┤ verify in parallel, judge on a throw-away
//	                                 │ fork of the last committed state, keep
//	peers ◀──────── ReapTxs ─────────┤ in the pool
//	                                 ▼
//	this node's turn: PrepareProposal   takes from the pool in order and executes
//	                                    on the block's fork; what is refused now
//	                                    is left out and dropped, votes beyond the
//	                                    budget of cells wait for the next block
//	every validator:  ProcessProposal   executes the proposal on a fork; one
//	                                    refusal refuses the proposal
//	decided:          FinalizeBlock     finds the fork that Prepare or Process
//	                                    left (or executes), seals it: the root is
//	                                    the AppHash
//	                  Commit            makes the sealed fork durable, empties the
//	                                    pool of what the block decided, wakes who
//	                                    waits
//
// A node executes a block once: the three handlers share one function, and an
// execution is found again by everything that went into it (the transition.Block
// and the transactions, byte for byte).
//
// It promises that an error of the law that is not a *tx.Rejection stops the
// node: it is returned to CometBFT, every later call returns it too, and Fault
// reports it. It refuses to turn such an error into a rejection, and to
// remember any verdict beyond the block it was given for.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

// Version is the version of the law and of everything that nodes must agree
// on. It stands in every block header.
const Version = 1

// Answers to a submission that are neither acceptance nor rejection.
var (
	// ErrKnown says that the same transaction is waiting already.
	ErrKnown = errors.New("this transaction is waiting for a block already")

	// ErrBusy says that the transaction was not looked at, or not taken, for a
	// reason that passes: try again later. errors.Is finds it under every such
	// reason.
	ErrBusy error = busy("the node is busy; try again later")

	errVotePending     error = busy("a vote of this voter is pending; try again after the next block")
	errElectionCrowded error = busy("too many votes of this election are pending; try again later")
	errNoncePending    error = busy("another transaction of this account with this nonce is pending; try again after the next block")
	errAccountCrowded  error = busy("too many transactions of this account are pending; try again after the next block")
	errOldState        error = busy("the state has moved on too far meanwhile; try again")
	errNoBlockYet      error = busy("the chain has no block yet; try again later")
)

type busy string

func (b busy) Error() string        { return string(b) }
func (b busy) Is(target error) bool { return target == ErrBusy }

// Config says what an App works on. Store and ChainID are required.
type Config struct {
	// Store is the state. The App owns it: Close closes it, and a restored
	// snapshot replaces it.
	Store *state.Store

	// State is how Store was opened; a snapshot is restored the same way.
	State state.Config

	ChainID string
	Log     *slog.Logger // nil discards
	Metrics *Metrics     // nil counts for nobody

	Pool PoolConfig

	// Workers bounds how many goroutines judge submissions and what
	// peers sent at once; GOMAXPROCS by default. Consensus has its own.
	Workers int

	// FactBytes bounds the memory of verified transactions outside the pool;
	// 64 MiB.
	FactBytes int64

	// ProposalTxs and ProposalTime bound a proposal of this node beside the
	// block size: other validators must execute it before they can vote;
	// 40,000 and 1 s.
	ProposalTxs  int
	ProposalTime time.Duration

	// RetainBlocks is how many blocks CometBFT keeps; 0 keeps all. It must
	// cover the evidence window of the genesis and SnapshotEvery.
	RetainBlocks int64

	// SnapshotDir is where snapshots for joining nodes go; empty makes none.
	SnapshotDir string

	// SnapshotEvery is the distance in blocks between snapshots; 1,000.
	SnapshotEvery int64

	// SnapshotKeep is how many of them stay; 2.
	SnapshotKeep int

	// SnapshotChunk is the size of their files; 4 MiB, at most 10 MiB, which
	// peers accept.
	SnapshotChunk int
}

func (c Config) withDefaults() (Config, error) {
	if c.Store == nil || c.ChainID == "" {
		return c, errors.New("app: Store and ChainID are required")
	}
	if len(c.ChainID) > tx.MaxChainIDBytes {
		return c, fmt.Errorf("app: chain id is over %d bytes", tx.MaxChainIDBytes)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = NewMetrics(nil)
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.FactBytes == 0 {
		c.FactBytes = 64 << 20
	}
	if c.ProposalTxs == 0 {
		c.ProposalTxs = 40_000
	}
	if c.ProposalTime == 0 {
		c.ProposalTime = time.Second
	}
	if c.SnapshotEvery == 0 {
		c.SnapshotEvery = 1000
	}
	if c.SnapshotKeep == 0 {
		c.SnapshotKeep = 2
	}
	if c.SnapshotChunk == 0 {
		c.SnapshotChunk = 4 << 20
	}
	if c.Workers < 0 || c.FactBytes < 0 || c.ProposalTxs < 0 || c.ProposalTime < 0 || c.RetainBlocks < 0 ||
		c.SnapshotEvery < 0 || c.SnapshotKeep < 0 || c.SnapshotChunk < 0 || c.SnapshotChunk > maxChunk {
		return c, errors.New("app: a bound is negative or SnapshotChunk is over 10 MiB")
	}
	return c, nil
}

// App is an abci.Application for CometBFT with an application-side mempool.
// Its methods beyond ABCI are safe for concurrent use.
type App struct {
	abci.BaseApplication
	cfg     Config
	log     *slog.Logger
	metrics *Metrics
	store   atomic.Pointer[state.Store]
	pool    *pool
	inbox   *inbox
	facts   *factCache
	dropped *dropLog
	workers chan struct{} // one token per submission being verified

	// The consensus connection is sequential; these are its own.
	first  *beginning   // what InitChain said, until the first block is committed
	kept   []*execution // of the next height
	sealed *execution   // finalized, not yet committed

	settledAt time.Time // when the last block was committed

	// The snapshot connection's own.
	restoring *restoration

	mu        sync.Mutex
	committed chan struct{} // closed and replaced at every commit
	fault     error
	faulted   chan struct{} // closed at the first fault

	background     context.Context // ends at Close
	stopBackground context.CancelFunc
	tasks          sync.WaitGroup
	snapshotting   atomic.Bool
	closed         atomic.Bool // the store is
}

var _ abci.Application = (*App)(nil)

// New makes an App on an open store.
func New(cfg Config) (*App, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	pool, err := newPool(cfg.Pool)
	if err != nil {
		return nil, err
	}
	a := &App{
		cfg:       cfg,
		log:       cfg.Log,
		metrics:   cfg.Metrics,
		pool:      pool,
		inbox:     newInbox(),
		facts:     newFactCache(cfg.FactBytes),
		dropped:   newDropLog(),
		workers:   make(chan struct{}, cfg.Workers),
		committed: make(chan struct{}),
		faulted:   make(chan struct{}),
		settledAt: time.Now(),
	}
	a.store.Store(cfg.Store)
	a.background, a.stopBackground = context.WithCancel(context.Background())
	for range cfg.Workers {
		a.tasks.Go(a.readInbox)
	}
	return a, nil
}

// Close stops what runs in the background and closes the store. Call it after
// CometBFT has stopped. A second call does nothing.
func (a *App) Close() error {
	a.stopBackground()
	a.inbox.close()
	a.tasks.Wait()
	if a.closed.Swap(true) {
		return nil
	}
	return errors.Join(a.abandonRestore(), a.store.Load().Close())
}

// ChainID is the name of the chain.
func (a *App) ChainID() string { return a.cfg.ChainID }

// Store is the state. Ask again after a state sync; it may be another one.
func (a *App) Store() *state.Store { return a.store.Load() }

// View is the last committed state.
func (a *App) View() *state.View { return a.store.Load().View() }

// PendingCount is how many transactions wait for a block.
func (a *App) PendingCount() int { return int(a.pool.txs.Load()) }

// Dropped tells why a transaction that was waiting has been refused since, or
// nil if that is not known (any more).
func (a *App) Dropped(id tx.ID) *tx.Rejection { return a.dropped.get(id) }

// Wait returns when height is committed, or ctx ends, or the node has a fault.
func (a *App) Wait(ctx context.Context, height int64) error {
	for {
		a.mu.Lock()
		committed := a.committed
		a.mu.Unlock()
		if a.Store().Height() >= height {
			return nil
		}
		select {
		case <-committed:
		case <-a.faulted:
			return a.Fault()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Faulted is closed when this node can no longer know the truth. It must stop;
// Fault says why.
func (a *App) Faulted() <-chan struct{} { return a.faulted }

// Fault is the first fault, or nil.
func (a *App) Fault() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.fault
}

// fail records the first fault and returns it.
func (a *App) fail(doing string, err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fault == nil {
		a.fault = fmt.Errorf("%s: %w", doing, err)
		close(a.faulted)
		a.log.Error("fault: the node stops", "err", a.fault)
	}
	return a.fault
}

// wake tells everybody in Wait that a block was committed.
func (a *App) wake() {
	a.mu.Lock()
	defer a.mu.Unlock()
	close(a.committed)
	a.committed = make(chan struct{})
}

// nextBlock is the context in which waiting transactions are judged: the next
// height at the time of the last block.
func (a *App) nextBlock(v *state.View) (transition.Block, error) {
	m, err := v.Mark()
	if err != nil {
		return transition.Block{}, err
	}
	return transition.Block{ChainID: a.cfg.ChainID, Height: m.Height + 1, Time: m.Time}, nil
}
