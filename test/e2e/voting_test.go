package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"urna/ballot"
	"urna/census"
	"urna/client"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// choices is how many answers the question of a test election has.
const choices = 3

// poll is an election that a test runs, and what it expects of it.
type poll struct {
	net       *testnet
	organiser *ethkey.Key
	id        election.ID
	census    census.Root
	named     time.Time // when the chain was told of it
	proofs    []census.MerkleProof
	voters    []*ethkey.Key

	mined sync.Map     // index of a voter to the cast that counts
	left  atomic.Int64 // voters who have not finished
}

// cast is a vote that a gateway has answered as mined.
type cast struct {
	nullifier election.Nullifier
	hash      tx.ID
	choice    uint32
	weight    uint64
	times     uint32 // how often it replaced another
}

// openPoll creates an organisation, a census of weighted voters and an election
// through the first node's gateway.
func openPoll(t testing.TB, n *testnet) *poll {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	p := &poll{net: n, organiser: newKey(t)}
	p.left.Store(int64(n.Voters))
	c := n.nodes[0].client

	faucet, err := c.Claim(ctx, p.organiser.Address())
	check(t, err)
	hash, err := c.CreateAccount(ctx, p.organiser, client.NewAccountMetadata("Organisation", "made by a test"), faucet)
	check(t, err)
	check(t, c.WaitMined(ctx, hash))

	token, err := c.NewToken(ctx)
	check(t, err)
	list, err := c.NewCensus(ctx, token)
	check(t, err)
	members := make([]client.Member, n.Voters, n.Voters+n.Absent)
	for i := range members {
		p.voters = append(p.voters, newKey(t))
		members[i] = client.Member{Key: p.voters[i].Address().String(), Weight: strconv.FormatUint(weight(i), 10)}
	}
	for i := range n.Absent {
		members = append(members, client.Member{Key: fmt.Sprintf("0x%040x", i+1), Weight: "1"})
	}
	check(t, c.AddMembers(ctx, token, list, members, nil))
	published, err := c.PublishCensus(ctx, token, list)
	check(t, err)
	for _, key := range p.voters {
		proof, err := c.CensusProof(ctx, published.Root, key.Address())
		check(t, err)
		merkle, err := proof.Merkle()
		check(t, err)
		p.proofs = append(p.proofs, merkle)
	}

	root, err := client.ParseRoot(published.Root)
	check(t, err)
	p.census = root
	metadata, err := json.Marshal(client.ElectionMetadata{Version: "1.2", Title: client.Plain("a test")})
	check(t, err)
	p.named = time.Now()
	p.id, hash, err = c.CreateElection(ctx, p.organiser, tx.NewElection{
		Rules:        ballot.Rules{MaxCount: 1, MaxValue: choices - 1, MaxOverwrites: 1, CostExponent: 1},
		CensusOrigin: census.TreeWeighted, CensusRoot: root, CensusURI: published.URI,
		MaxCensusSize: uint64(len(members)), Duration: 24 * 3600, Interruptible: true,
	}, metadata)
	check(t, err)
	check(t, c.WaitMined(ctx, hash))
	for _, node := range n.nodes { // a vote may come to any of them
		check(t, until(time.Minute, func() error { _, err := node.client.Election(ctx, p.id); return err }))
	}
	return p
}

// weight is what the vote of a voter weighs.
func weight(voter int) uint64 { return uint64(voter%5) + 1 }

// run lets every voter vote, and some of them twice, through one gateway after
// the other. It returns when each vote has been answered as mined.
func (p *poll) run(t *testing.T) {
	queue := make(chan int)
	var workers sync.WaitGroup
	for range p.net.Workers {
		workers.Go(func() {
			for i := range queue {
				p.voter(t, i)
				p.left.Add(-1)
			}
		})
	}
	for i := range p.voters {
		queue <- i
	}
	close(queue)
	workers.Wait()
}

// voting tells whether somebody has yet to vote.
func (p *poll) voting() bool { return p.left.Load() > 0 }

// voter casts the vote of a voter, and for some a second one.
func (p *poll) voter(t *testing.T, i int) {
	rounds := uint32(1)
	if i < p.net.Overwrites {
		rounds = 2
	}
	for times := range rounds {
		c := cast{choice: (uint32(i) + times) % choices, weight: weight(i), times: times}
		if err := p.vote(t, i, &c); err != nil {
			t.Errorf("voter %d, vote %d: %v", i, times, err)
			return
		}
		p.mined.Store(i, c)
	}
}

// vote signs a vote and sends it until some gateway says that it is mined. A
// voter whose gateway dies turns to the next one and sends the same bytes.
func (p *poll) vote(t *testing.T, i int, c *cast) error {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	payload, err := client.NewVote(client.Ballot{Election: p.id, Choices: []uint32{c.choice}}, p.proofs[i])
	if err != nil {
		return err
	}
	var raw []byte
	c.nullifier = election.SignedNullifier(p.voters[i].Address(), p.id)
	for gateway := i; ; gateway++ {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("not mined in time: %w", err)
		}
		g := p.net.nodes[gateway%len(p.net.nodes)].client
		if raw == nil {
			if raw, err = g.Sign(ctx, p.voters[i], payload); err != nil {
				wait(100 * time.Millisecond) // the gateway is down
				continue
			}
			verified, err := tx.Verify(p.chainID(ctx), raw)
			if err != nil {
				return err
			}
			c.hash = verified.ID
		}
		done, err := p.try(ctx, g, raw, c.hash)
		if done || err != nil {
			return err
		}
		wait(100 * time.Millisecond)
	}
}

// chainID is the name of the chain as some gateway says it.
func (p *poll) chainID(ctx context.Context) string {
	for {
		for _, n := range p.net.nodes {
			if id, err := n.client.ChainID(ctx); err == nil {
				return id
			}
		}
		if ctx.Err() != nil {
			return ""
		}
		wait(100 * time.Millisecond)
	}
}

// try sends a vote to one gateway and waits for it there. It is not done if the
// gateway is down or slow; a refusal is an error, unless the vote turns out to
// be mined already.
func (p *poll) try(ctx context.Context, g *client.Client, raw []byte, hash tx.ID) (done bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if _, err := g.Transaction(ctx, hash); err == nil {
		return true, nil
	}
	var refusal *client.Problem
	if _, err := g.SubmitRaw(ctx, raw); errors.As(err, &refusal) && refusal.Rule != "" {
		// Another gateway may have taken it, and this one have seen the block since.
		if _, mined := g.Transaction(ctx, hash); mined == nil {
			return true, nil
		}
		return false, err
	} else if err != nil {
		return false, nil
	}
	if err := g.WaitMined(ctx, hash); errors.As(err, &refusal) && refusal.Rule != "" {
		return false, err
	} else if err != nil {
		return false, nil
	}
	return true, nil
}

// result is what the election must come to.
func (p *poll) result() [][]string {
	sums := make([]uint64, choices)
	p.mined.Range(func(_, v any) bool {
		c := v.(cast)
		sums[c.choice] += c.weight
		return true
	})
	row := make([]string, choices)
	for i, sum := range sums {
		row[i] = strconv.FormatUint(sum, 10)
	}
	return [][]string{row}
}

// close ends the election and waits until it is so on every node.
func (p *poll) close(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := p.net.nodes[0].client
	hash, err := c.SetStatus(ctx, p.organiser, p.id, election.Ended)
	check(t, err)
	for _, n := range p.net.nodes {
		check(t, n.client.WaitMined(ctx, hash))
	}
}

// votesAreThere checks on a node that every vote that was answered as mined is
// there, as it was cast.
func (p *poll) votesAreThere(ctx context.Context, n *node) error {
	var failed error
	p.mined.Range(func(i, v any) bool {
		if err := p.voteIsThere(ctx, n, v.(cast)); err != nil {
			failed = fmt.Errorf("%s: vote of voter %d: %w", n.name, i, err)
		}
		return failed == nil
	})
	return failed
}

func (p *poll) voteIsThere(ctx context.Context, n *node, want cast) error {
	got, err := n.client.Vote(ctx, want.nullifier)
	if err != nil {
		return err
	}
	var pkg struct {
		Votes []uint32 `json:"votes"`
	}
	if err := json.Unmarshal(got.Package, &pkg); err != nil {
		return err
	}
	switch {
	case got.TxHash == want.hash.String() && got.OverwriteCount == want.times:
		if len(pkg.Votes) == 1 && pkg.Votes[0] == want.choice && got.Weight == strconv.FormatUint(want.weight, 10) {
			return nil
		}
	case got.OverwriteCount > want.times:
		return nil // replaced since; the later cast is checked on its own
	}
	return fmt.Errorf("%w: got %+v, want %+v", errWrong, got, want)
}

func newKey(t testing.TB) *ethkey.Key {
	t.Helper()
	key, err := ethkey.Generate()
	check(t, err)
	return key
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
