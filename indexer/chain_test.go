package indexer_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/holiman/uint256"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/indexer"
	"urna/state/transition"
	"urna/tx"
)

// chain is a source of made-up blocks: what they did follows the rules of the
// law, but nothing was signed. It keeps what the index should say.
type chain struct {
	doc genesis.Doc

	mu     sync.Mutex // guards what follows
	moved  chan struct{}
	blocks []*indexer.Block
	raws   map[[2]int64][]byte

	// Whoever makes blocks alone uses these.
	rnd       *rand.Rand
	key       *ethkey.Key
	now       time.Time
	accounts  []ethkey.Address
	elections []*madeElection
	votes     []*madeVote // in the order of first votes
	indexOf   map[ethkey.Address]uint32
}

type madeElection struct {
	id     election.ID
	org    ethkey.Address
	status election.Status
	manual bool
	start  uint64
	end    uint64
	final  bool
	votes  []*madeVote
}

type madeVote struct {
	election   *madeElection
	voter      ethkey.Address
	nullifier  election.Nullifier
	weight     ballot.Amount
	overwrites uint32
	tx         tx.ID
	height     int64
	index      int
}

func newChain(seed uint64) *chain {
	key, err := ethkey.ParseKey("0101010101010101010101010101010101010101010101010101010101010101")
	if err != nil {
		panic(err)
	}
	c := &chain{
		moved: make(chan struct{}), raws: map[[2]int64][]byte{},
		rnd: rand.New(rand.NewPCG(seed, 1)), key: key, now: time.Unix(1_790_000_000, 123_456_789).UTC(),
		indexOf: map[ethkey.Address]uint32{},
	}
	for range 3 {
		a := c.address()
		c.accounts = append(c.accounts, a)
		c.doc.Accounts = append(c.doc.Accounts, genesis.Account{Address: a.String(), Balance: 1 << 40})
	}
	return c
}

func (c *chain) bytes(p []byte) {
	for i := range p {
		p[i] = byte(c.rnd.Uint32())
	}
}

func (c *chain) address() (a ethkey.Address) { c.bytes(a[:]); return a }
func (c *chain) hash() (h [32]byte)          { c.bytes(h[:]); return h }

func (c *chain) anyAccount() ethkey.Address { return c.accounts[c.rnd.IntN(len(c.accounts))] }

// extend makes blocks of up to so many transactions each.
func (c *chain) extend(blocks, txs int) {
	for range blocks {
		n := 0
		if txs > 0 {
			n = c.rnd.IntN(txs + 1)
		}
		c.block(n)
	}
}

func (c *chain) block(txs int) {
	c.now = c.now.Add(time.Duration(c.rnd.IntN(5_000)) * time.Millisecond)
	if c.rnd.IntN(20) == 0 {
		c.now = c.now.Add(time.Duration(c.rnd.IntN(300)) * time.Minute)
	}
	b := c.emptyBlock()
	b.Proposer = ethkey.Address{byte(c.rnd.IntN(3))}
	b.Outcome = &transition.BlockOutcome{Height: uint64(b.Height), Time: uint64(c.now.Unix())}
	if c.rnd.IntN(10) == 0 {
		b.Outcome.Before = []transition.Event{transition.ValidatorChanged{Power: 0, Reason: "absent"}}
	}
	for i := range txs {
		b.Outcome.Txs = append(b.Outcome.Txs, c.transaction(b, i))
	}
	for _, e := range c.elections {
		if e.status == election.Ended || e.status == election.Ready && c.rnd.IntN(40) == 0 {
			if e.status != election.Ended {
				b.Outcome.Events = append(b.Outcome.Events, transition.StatusChanged{ID: e.id, From: e.status, To: election.Ended})
			}
			b.Outcome.Events = append(b.Outcome.Events, transition.ResultWritten{ID: e.id},
				transition.StatusChanged{ID: e.id, From: election.Ended, To: election.Results})
			e.status, e.final = election.Results, true
		}
	}
	c.add(b)
}

// emptyBlock is the next block before anything is in it.
func (c *chain) emptyBlock() *indexer.Block {
	b := &indexer.Block{Height: int64(len(c.blocks)) + 1, Hash: c.hash(), Time: c.now}
	if len(c.blocks) > 0 {
		b.LastHash = c.blocks[len(c.blocks)-1].Hash
	}
	return b
}

func (c *chain) add(b *indexer.Block) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blocks = append(c.blocks, b)
	close(c.moved)
	c.moved = make(chan struct{})
}

func (c *chain) transaction(b *indexer.Block, i int) transition.Outcome {
	o := transition.Outcome{ID: c.hash(), Signer: c.anyAccount()}
	fee := func(about *election.ID) transition.FeePaid {
		return transition.FeePaid{From: o.Signer, Amount: uint64(c.rnd.IntN(100)), Kind: o.Kind, Reference: about}
	}
	open := c.open()
	switch n := c.rnd.IntN(100); {
	case n < 2: // bytes that nobody can read
		return transition.Outcome{Code: tx.MalformedTx}
	case n < 6:
		o.Kind, o.Code = tx.KindVote, tx.NotReady
		o.Signer = c.address()
	case n < 12 || len(c.elections) == 0:
		o.Kind = tx.KindNewElection
		e := c.newElection(b, i, o.Signer)
		o.Events = []transition.Event{fee(&e.id), transition.ElectionCreated{ID: e.id, Organisation: o.Signer}}
	case n < 18:
		o.Kind = tx.KindCreateAccount
		from := o.Signer
		o.Signer = c.address()
		c.accounts = append(c.accounts, o.Signer)
		o.Events = []transition.Event{
			transition.Transferred{From: from, To: o.Signer, Amount: 1<<63 + uint64(c.rnd.IntN(100))},
			fee(nil),
			transition.AccountCreated{Account: o.Signer, InfoURI: "ipfs://x"},
		}
	case n < 22:
		o.Kind = tx.KindSendTokens
		to := c.anyAccount()
		if to == o.Signer {
			o.Code = tx.SelfTransfer
			return o
		}
		o.Events = []transition.Event{fee(nil), transition.Transferred{From: o.Signer, To: to, Amount: uint64(c.rnd.IntN(1000))}}
	case n < 24:
		o.Kind = tx.KindSetAccountInfo
		o.Events = []transition.Event{fee(nil), transition.AccountChanged{Account: o.Signer}}
	case n < 26 && open != nil:
		o.Kind = tx.KindSetCensus
		o.Events = []transition.Event{fee(&open.id), transition.CensusChanged{ID: open.id, Root: census.Root(c.hash())}}
	case n < 28 && open != nil:
		o.Kind = tx.KindSetDuration
		open.end += 60
		o.Events = []transition.Event{fee(&open.id), transition.DurationChanged{ID: open.id, End: open.end}}
	case n < 31 && open != nil:
		o.Kind = tx.KindSetStatus
		to := []election.Status{election.Ended, election.Canceled}[c.rnd.IntN(2)]
		o.Events = []transition.Event{fee(&open.id), transition.StatusChanged{ID: open.id, From: open.status, To: to, Manual: true}}
		open.status, open.manual = to, true
		open.end = min(open.end, max(open.start, b.Outcome.Time))
	case open != nil:
		return c.vote(b, i, o, open)
	default:
		o.Kind, o.Code = tx.KindVote, tx.UnknownElection
	}
	return o
}

// open returns an election that takes votes, or nil.
func (c *chain) open() *madeElection {
	for range 5 {
		if len(c.elections) == 0 {
			return nil
		}
		if e := c.elections[c.rnd.IntN(len(c.elections))]; e.status == election.Ready {
			return e
		}
	}
	return nil
}

func (c *chain) newElection(b *indexer.Block, i int, org ethkey.Address) *madeElection {
	p := &tx.NewElection{
		Mode: election.Mode{}, Rules: ballot.Rules{MaxCount: 1, MaxValue: 1, CostExponent: 1},
		CensusOrigin: census.TreeWeighted, CensusRoot: census.Root(c.hash()), CensusURI: "ipfs://census",
		MaxCensusSize: 1000, Duration: uint64(60 + c.rnd.IntN(10_000)), MetadataURI: fmt.Sprintf("ipfs://%d", len(c.elections)),
		Paused: c.rnd.IntN(5) == 0, Interruptible: true,
	}
	if c.rnd.IntN(2) == 0 {
		p.StartTime = b.Outcome.Time + 5
	}
	raw, err := tx.Sign(c.key, "made/up", p)
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	c.raws[[2]int64{b.Height, int64(i)}] = raw
	c.mu.Unlock()
	e := &madeElection{org: org, status: election.Ready, start: p.StartTime}
	e.id = election.NewID("made/up", org, p.CensusOrigin, p.Mode, p.Rules, c.indexOf[org])
	c.indexOf[org]++
	if e.start == 0 {
		e.start = b.Outcome.Time
	}
	e.end = e.start + p.Duration
	if p.Paused {
		e.status = election.Paused
	}
	c.elections = append(c.elections, e)
	return e
}

func (c *chain) vote(b *indexer.Block, i int, o transition.Outcome, e *madeElection) transition.Outcome {
	o.Kind = tx.KindVote
	var v *madeVote
	if len(e.votes) > 0 && c.rnd.IntN(4) == 0 { // replace a vote, often one of the same block
		if v = e.votes[len(e.votes)-1]; c.rnd.IntN(2) == 0 {
			v = e.votes[c.rnd.IntN(len(e.votes))]
		}
		v.overwrites++
	} else {
		voter := c.address()
		v = &madeVote{election: e, voter: voter, nullifier: election.SignedNullifier(voter, e.id)}
		e.votes = append(e.votes, v)
		c.votes = append(c.votes, v)
	}
	v.weight = *uint256.NewInt(uint64(c.rnd.IntN(100)))
	if c.rnd.IntN(10) == 0 {
		v.weight.Lsh(&v.weight, 100)
	}
	o.Signer = v.voter
	v.tx, v.height, v.index = o.ID, b.Height, i
	o.Events = []transition.Event{transition.VoteCast{
		Election: e.id, Nullifier: v.nullifier, Voter: v.voter, Weight: v.weight, Overwrites: v.overwrites,
	}}
	return o
}

func (c *chain) Height() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int64(len(c.blocks))
}

func (c *chain) Wait(ctx context.Context, height int64) error {
	for {
		c.mu.Lock()
		have, moved := int64(len(c.blocks)), c.moved
		c.mu.Unlock()
		if have >= height {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *chain) Block(_ context.Context, height int64) (*indexer.Block, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if height < 1 || height > int64(len(c.blocks)) {
		return nil, fmt.Errorf("no block %d", height)
	}
	return c.blocks[height-1], nil
}

func (c *chain) RawTx(_ context.Context, height int64, index int) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	raw, ok := c.raws[[2]int64{height, int64(index)}]
	if !ok {
		return nil, fmt.Errorf("no transaction %d of block %d", index, height)
	}
	return raw, nil
}

func (c *chain) Genesis() *genesis.Doc { return &c.doc }

func (c *chain) Base() int64 { return min(c.Height(), 1) }

// voteBlock makes a block of votes in one election, as a benchmark needs it.
func (c *chain) voteBlock(id election.ID, first, n int) *indexer.Block {
	c.now = c.now.Add(time.Second)
	b := c.emptyBlock()
	b.Outcome = &transition.BlockOutcome{Height: uint64(b.Height), Time: uint64(c.now.Unix()), Txs: make([]transition.Outcome, n)}
	for i := range n {
		var voter ethkey.Address
		binary.BigEndian.PutUint64(voter[:], c.rnd.Uint64())
		binary.BigEndian.PutUint64(voter[8:], c.rnd.Uint64())
		var txID, nullifier [32]byte
		for j := range 4 {
			binary.BigEndian.PutUint64(txID[8*j:], c.rnd.Uint64())
			binary.BigEndian.PutUint64(nullifier[8*j:], c.rnd.Uint64())
		}
		b.Outcome.Txs[i] = transition.Outcome{ID: txID, Kind: tx.KindVote, Signer: voter, Events: []transition.Event{
			transition.VoteCast{
				Election: id, Nullifier: nullifier, Voter: voter,
				Position: uint64(first + i), Weight: *uint256.NewInt(1),
			},
		}}
	}
	return b
}
