// Package apptest plays consensus in memory: it calls applications as CometBFT
// does, block by block, with a clock of its own and without a network. Tests
// crash, restart and contradict applications between any two calls.
//
// It promises the order of calls, the requests and the checks that CometBFT
// v0.40 makes on the answers, and real blocks: signed commits, proved
// misbehaviour, headers that CometBFT accepts. So every chain can be audited,
// and is when its test ends, see audit.go. It refuses nothing to a test that
// wants to break the rules: every step can be taken by hand.
package apptest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/app"
	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/genesis"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

// ChainID is the name of every test chain.
const ChainID = "urna/test/1"

// Start is the time of the first block.
var Start = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// Options say what a chain is made of. The zero value is one node in memory.
type Options struct {
	Nodes     int                        // 1
	Disk      bool                       // states in temporary directories, so that nodes can restart
	Genesis   func(*genesis.Doc)         // changes the default: keys "bank" and "org" hold 2^40 tokens each
	App       func(i int, c *app.Config) // changes a node's configuration
	BlockTime time.Duration              // 1 s
	MaxBytes  int64                      // room for transactions in a block; 16 MiB
}

// Chain is a set of applications that agree on blocks.
type Chain struct {
	Nodes  []*Node
	Blocks []*Block // decided; Blocks[0] has height 1

	t     testing.TB
	opts  Options
	doc   *genesis.Doc
	root  []byte // AppHash after the last block
	clock time.Time

	consensus
	unaudited string // why the auditor is not asked about this chain
}

// Node is one application.
type Node struct {
	App *app.App

	chain *Chain
	index int
	key   *ethkey.Key
	cfg   app.Config
}

// Block is a decided block and what came of it.
type Block struct {
	Block   *cmttypes.Block // nil in a chain that cannot be audited
	Request *abci.RequestFinalizeBlock
	Root    []byte
	Codes   []tx.Code
	Updates []abci.ValidatorUpdate
}

// New starts a chain. Its applications are closed when the test ends.
func New(t testing.TB, opts Options) *Chain {
	t.Helper()
	if opts.Nodes == 0 {
		opts.Nodes = 1
	}
	if opts.BlockTime == 0 {
		opts.BlockTime = time.Second
	}
	if opts.MaxBytes == 0 {
		opts.MaxBytes = 16 << 20
	}
	c := &Chain{t: t, opts: opts, clock: Start, doc: &genesis.Doc{Params: genesis.Default()}}
	t.Cleanup(c.audit) // when the applications are closed
	for _, name := range []string{"bank", "org"} {
		c.doc.Accounts = append(c.doc.Accounts, genesis.Account{Address: Key(name).Address().String(), Balance: 1 << 40})
	}
	if opts.Genesis != nil {
		opts.Genesis(c.doc)
	}
	for i := range opts.Nodes {
		n := &Node{chain: c, index: i, key: Key(fmt.Sprintf("validator %d", i))}
		c.Nodes = append(c.Nodes, n)
	}
	c.newConsensus()
	for _, n := range c.Nodes {
		n.open()
		n.Handshake()
	}
	c.state.AppHash = c.root
	return c
}

// Join adds a node without a seat, which has seen nothing yet. The caller
// brings it up with Handshake or a snapshot.
func (c *Chain) Join() *Node {
	c.t.Helper()
	n := &Node{chain: c, index: len(c.Nodes), key: Key(fmt.Sprintf("validator %d", len(c.Nodes)))}
	n.open()
	return n
}

func (n *Node) open() {
	t := n.chain.t
	t.Helper()
	if n.cfg.ChainID == "" {
		n.cfg = app.Config{ChainID: ChainID}
		if n.chain.opts.Disk {
			n.cfg.State.Dir = t.TempDir() + "/state"
		}
		if n.chain.opts.App != nil {
			n.chain.opts.App(n.index, &n.cfg)
		}
	}
	store, err := state.Open(n.cfg.State)
	if err != nil {
		t.Fatalf("open state: %v", err)
	}
	n.cfg.Store = store
	if n.App, err = app.New(n.cfg); err != nil {
		t.Fatal(err)
	}
	opened := n.App
	t.Cleanup(func() {
		if n.App == opened {
			_ = opened.Close() // a test may have broken it
		}
	})
}

// Restart closes the application wherever it is, as a process that is ended
// does, and opens its state again. Handshake brings it up to the chain.
func (n *Node) Restart() {
	n.chain.t.Helper()
	if err := n.App.Close(); err != nil {
		n.chain.t.Fatalf("close: %v", err)
	}
	n.open()
}

// Handshake does what CometBFT does at a start: it asks where the application
// stands, begins a chain if need be, and replays the blocks that are missing.
func (n *Node) Handshake() {
	t := n.chain.t
	t.Helper()
	info, err := n.App.Info(context.Background(), &abci.RequestInfo{})
	if err != nil {
		t.Fatal(err)
	}
	root := info.LastBlockAppHash
	if info.LastBlockHeight == 0 {
		root = n.InitChain()
	}
	if h := int(info.LastBlockHeight); h > len(n.chain.Blocks) {
		t.Fatalf("the application is at %d, the chain at %d", h, len(n.chain.Blocks))
	}
	for _, b := range n.chain.Blocks[info.LastBlockHeight:] {
		root = n.Finalize(b.Request).AppHash
		n.Commit()
		if !bytes.Equal(root, b.Root) {
			t.Fatalf("replay of block %d gives root %x, not %x", b.Request.Height, root, b.Root)
		}
	}
	if len(n.chain.Blocks) > 0 && !bytes.Equal(root, n.chain.root) {
		t.Fatalf("after the handshake the root is %x, the chain's %x", root, n.chain.root)
	}
	n.chain.root = root
}

// InitChain hands over the genesis and returns the first root.
func (n *Node) InitChain() []byte {
	n.chain.t.Helper()
	r, err := n.App.InitChain(context.Background(), n.chain.InitChainRequest())
	if err != nil {
		n.chain.t.Fatal(err)
	}
	return r.AppHash
}

// InitChainRequest is the genesis as CometBFT hands it over.
func (c *Chain) InitChainRequest() *abci.RequestInitChain {
	r := &abci.RequestInitChain{Time: Start, ChainId: ChainID, InitialHeight: 1, AppStateBytes: c.doc.JSON()}
	for _, n := range c.Nodes {
		r.Validators = append(r.Validators, abci.ValidatorUpdate{
			PubKey: cmtcrypto.PublicKey{Sum: &cmtcrypto.PublicKey_Secp256K1Eth{Secp256K1Eth: n.key.PublicKey()}}, Power: 10,
		})
	}
	return r
}

// Height is that of the last decided block.
func (c *Chain) Height() int64 { return int64(len(c.Blocks)) }

// Root is the state's root after the last decided block.
func (c *Chain) Root() []byte { return c.root }

// nextTime is that of the next block. The first one has the time of the genesis.
func (c *Chain) nextTime() time.Time {
	if c.Height() == 0 {
		return Start
	}
	return c.clock
}

// Proposal is a block that nobody has decided yet: of the next height, with a
// commit that everybody signed. Its hash is not yet the block's.
func (c *Chain) Proposal(proposer int, txs [][]byte) *abci.RequestProcessProposal {
	r := &abci.RequestProcessProposal{
		Height: c.Height() + 1, Time: c.nextTime(), Txs: txs, ProposerAddress: addressBytes(c.Nodes[proposer].key),
		ProposedLastCommit: c.lastCommit(), NextValidatorsHash: c.state.NextValidators.Hash(),
	}
	h := sha256.New()
	fmt.Fprintf(h, "%d %d %x", r.Height, r.Time.UnixNano(), r.ProposerAddress)
	for _, raw := range txs {
		sum := sha256.Sum256(raw)
		h.Write(sum[:])
	}
	r.Hash = h.Sum(nil)
	return r
}

func addressBytes(k *ethkey.Key) []byte { a := k.Address(); return a[:] }

// Prepare asks a node for a proposal of the next height.
func (n *Node) Prepare() (*abci.RequestProcessProposal, error) {
	c := n.chain
	p := c.Proposal(n.index, nil)
	r := &abci.RequestPrepareProposal{
		MaxTxBytes: c.opts.MaxBytes, Height: p.Height, Time: p.Time, ProposerAddress: p.ProposerAddress,
	}
	for _, v := range p.ProposedLastCommit.Votes {
		r.LocalLastCommit.Votes = append(r.LocalLastCommit.Votes, abci.ExtendedVoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag})
	}
	out, err := n.App.PrepareProposal(context.Background(), r)
	if err != nil {
		return nil, err
	}
	if err := cmttypes.ToTxs(out.Txs).Validate(c.opts.MaxBytes); err != nil {
		return nil, fmt.Errorf("CometBFT refuses the proposal: %w", err)
	}
	return c.Proposal(n.index, out.Txs), nil
}

// Process asks a node whether it accepts a proposal.
func (n *Node) Process(p *abci.RequestProcessProposal) (bool, error) {
	out, err := n.App.ProcessProposal(context.Background(), p)
	if err != nil {
		return false, err
	}
	return out.IsAccepted(), nil
}

// Decide makes a proposal a decided block.
func Decide(p *abci.RequestProcessProposal) *abci.RequestFinalizeBlock {
	return &abci.RequestFinalizeBlock{
		Hash: p.Hash, Height: p.Height, Time: p.Time, Txs: p.Txs, ProposerAddress: p.ProposerAddress,
		DecidedLastCommit: p.ProposedLastCommit, Misbehavior: p.Misbehavior,
	}
}

// Finalize executes a decided block.
func (n *Node) Finalize(r *abci.RequestFinalizeBlock) *abci.ResponseFinalizeBlock {
	n.chain.t.Helper()
	out, err := n.App.FinalizeBlock(context.Background(), r)
	if err != nil {
		n.chain.t.Fatalf("node %d, block %d: %v", n.index, r.Height, err)
	}
	if len(out.TxResults) != len(r.Txs) {
		n.chain.t.Fatalf("block %d has %d transactions and %d results", r.Height, len(r.Txs), len(out.TxResults))
	}
	return out
}

// Commit makes the finalized block durable.
func (n *Node) Commit() {
	n.chain.t.Helper()
	if _, err := n.App.Commit(context.Background(), &abci.RequestCommit{}); err != nil {
		n.chain.t.Fatalf("node %d: commit: %v", n.index, err)
	}
}

// Record adds a decided block to the chain and moves the clock. The request of
// the block that it returns is that of the real block, with its hash.
func (c *Chain) Record(r *abci.RequestFinalizeBlock, out *abci.ResponseFinalizeBlock) *Block {
	c.t.Helper()
	b := &Block{Request: r, Root: out.AppHash, Updates: out.ValidatorUpdates}
	for _, res := range out.TxResults {
		b.Codes = append(b.Codes, tx.Code(res.Code))
	}
	made, err := c.real(r)
	if err == nil {
		b.Block, b.Request = made, c.request(made)
		err = c.follow(made, out)
	}
	if err != nil && c.unaudited == "" {
		c.t.Fatalf("block %d is none that CometBFT would decide: %v; a test that wants it must call Unaudited", r.Height, err)
	}
	c.Blocks, c.root, c.clock = append(c.Blocks, b), out.AppHash, c.clock.Add(c.opts.BlockTime)
	return b
}

// Pass lets time go by before the next block.
func (c *Chain) Pass(d time.Duration) { c.clock = c.clock.Add(d) }

// Mine submits transactions to the node whose turn it is, which must take them,
// and makes a block of what waits in its pool.
func (c *Chain) Mine(txs ...[]byte) *Block {
	c.t.Helper()
	return c.MineWithout(nil, txs...)
}

// MineWithout is Mine, in a block by which some validators have not signed the
// one before; nil is nobody.
func (c *Chain) MineWithout(absent func(ethkey.Address) bool, txs ...[]byte) *Block {
	c.t.Helper()
	n := c.Nodes[int(c.Height())%len(c.Nodes)]
	for i, s := range n.App.Submit(context.Background(), txs) {
		if s.Err != nil {
			c.t.Fatalf("transaction %d: %v", i, s.Err)
		}
	}
	p, err := n.Prepare()
	if err != nil {
		c.t.Fatal(err)
	}
	votes := p.ProposedLastCommit.Votes
	for i := range votes {
		if absent != nil && absent(ethkey.Address(votes[i].Validator.Address)) {
			votes[i].BlockIdFlag = cmtproto.BlockIDFlagAbsent
		}
	}
	return c.Agree(p)
}

// Agree has every node accept, finalize and commit a proposal.
func (c *Chain) Agree(p *abci.RequestProcessProposal) *Block {
	c.t.Helper()
	for _, n := range c.Nodes {
		if ok, err := n.Process(p); err != nil || !ok {
			c.t.Fatalf("node %d does not accept block %d: %v", n.index, p.Height, err)
		}
	}
	return c.Decided(Decide(p))
}

// Decided has every node finalize and commit a block, accepted or not.
func (c *Chain) Decided(r *abci.RequestFinalizeBlock) *Block {
	c.t.Helper()
	var first *abci.ResponseFinalizeBlock
	for _, n := range c.Nodes {
		out := n.Finalize(r)
		if first == nil {
			first = out
		} else if !bytes.Equal(out.AppHash, first.AppHash) || !bytes.Equal(cmttypes.NewResults(out.TxResults).Hash(), cmttypes.NewResults(first.TxResults).Hash()) {
			c.t.Fatalf("block %d: node %d has root %x, node 0 %x", r.Height, n.index, out.AppHash, first.AppHash)
		}
	}
	for _, n := range c.Nodes {
		n.Commit()
	}
	return c.Record(r, first)
}

// OpenElection has key "org" create an election for voters, in a block of its
// own.
func (c *Chain) OpenElection(voters []*ethkey.Key, change func(*tx.NewElection)) *Election {
	c.t.Helper()
	if c.Height() == 0 {
		c.Mine() // transactions are judged on a committed state
	}
	tr := Census(c.t, voters)
	p := NewElection(c.Nonce("org"), tr)
	if change != nil {
		change(p)
	}
	c.Mine(Sign(c.t, Key("org"), p))
	return Created(c.t, c.Outcome(c.Height()).Txs[0].Events, tr)
}

// Created is the election that a transaction's events tell of.
func Created(t testing.TB, events []transition.Event, tr *tree.Tree) *Election {
	t.Helper()
	for _, e := range events {
		if e, ok := e.(transition.ElectionCreated); ok {
			return &Election{ID: e.ID, Census: tr, t: t}
		}
	}
	t.Fatal("no election was created")
	return nil
}

// Outcome is what node 0 keeps of a block.
func (c *Chain) Outcome(height int64) *transition.BlockOutcome {
	c.t.Helper()
	b, err := c.Nodes[0].App.Store().Journal(height)
	if err != nil {
		c.t.Fatal(err)
	}
	o, err := transition.DecodeBlockOutcome(b)
	if err != nil {
		c.t.Fatal(err)
	}
	return o
}

// Nonce is the next one of a named account, as node 0 has it committed.
func (c *Chain) Nonce(name string) uint32 {
	c.t.Helper()
	acc, err := c.Nodes[0].App.View().Account(Key(name).Address())
	if err != nil {
		c.t.Fatal(err)
	}
	return acc.Nonce
}

// InParallel calls f for all of [0, n) on all processors.
func InParallel(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}
