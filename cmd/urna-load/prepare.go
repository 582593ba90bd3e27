package main

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/holiman/uint256"
	"golang.org/x/sync/errgroup"

	"urna/ballot"
	"urna/census"
	"urna/census/tree"
	"urna/client"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// choices is how many answers the election's one question has. Voter number i
// chooses answer i modulo choices, so everybody knows the right result.
const choices = 4

// seededKey derives a key from the seed, so that a run can be repeated.
func seededKey(seed, role string, i int) (*ethkey.Key, error) {
	n := binary.BigEndian.AppendUint64(nil, uint64(i))
	h := ethkey.Keccak256([]byte("urna-load"), []byte{0}, []byte(seed), []byte{0}, []byte(role), n)
	return ethkey.ParseKey(hex.EncodeToString(h[:]))
}

// poll is everything that a run needs beside the votes.
type poll struct {
	election election.ID
	chainID  string
	keys     []*ethkey.Key
	tree     *tree.Tree
}

// prepare makes voters, census and election; the votes are signed later.
func (l *load) prepare(ctx context.Context) (*poll, error) {
	gw := l.gateways[0]
	p := &poll{}
	var err error
	if p.chainID, err = gw.ChainID(ctx); err != nil {
		return nil, err
	}
	if p.keys, err = makeKeys(l.cfg.seed, l.cfg.votes, l.bar(l.cfg.votes, "keys")); err != nil {
		return nil, err
	}
	p.tree = tree.New()
	members := make([]tree.Member, len(p.keys))
	for i, k := range p.keys {
		members[i] = tree.Member{Address: k.Address(), Weight: *uint256.NewInt(1)}
	}
	switch bad, err := p.tree.AddBatch(members); {
	case err != nil:
		return nil, err
	case len(bad) > 0:
		return nil, fmt.Errorf("voter %d: %w", bad[0].Index, bad[0].Err)
	}
	published, err := l.publish(ctx, gw, p)
	if err != nil {
		return nil, fmt.Errorf("census: %w", err)
	}
	if p.election, err = l.create(ctx, gw, published); err != nil {
		return nil, fmt.Errorf("election: %w", err)
	}
	return p, nil
}

// makeKeys derives all voters' keys, on all processors.
func makeKeys(seed string, n int, done func(int)) ([]*ethkey.Key, error) {
	keys := make([]*ethkey.Key, n)
	err := inParallel(n, func(i int) (err error) {
		keys[i], err = seededKey(seed, "voter", i)
		return err
	}, done)
	return keys, err
}

// inParallel calls f for 0 to n-1 from as many goroutines as there are
// processors.
func inParallel(n int, f func(i int) error, done func(int)) error {
	const span = 256
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for lo := 0; lo < n; lo += span {
		hi := min(lo+span, n)
		g.Go(func() error {
			for i := lo; i < hi; i++ {
				if err := f(i); err != nil {
					return err
				}
			}
			done(hi - lo)
			return nil
		})
	}
	return g.Wait()
}

// publish hands the census to the gateway and checks that it published the same
// tree as ours: then our proofs are good.
func (l *load) publish(ctx context.Context, gw *client.Client, p *poll) (*client.Published, error) {
	token, err := gw.NewToken(ctx)
	if err != nil {
		return nil, err
	}
	id, err := gw.NewCensus(ctx, token)
	if err != nil {
		return nil, err
	}
	members := make([]client.Member, len(p.keys))
	for i, k := range p.keys {
		members[i] = client.Member{Key: k.Address().String(), Weight: "1"}
	}
	bar, last := l.bar(len(members), "census"), 0
	err = gw.AddMembers(ctx, token, id, members, func(done int) { bar(done - last); last = done })
	if err != nil {
		return nil, err
	}
	published, err := gw.PublishCensus(ctx, token, id)
	if err != nil {
		return nil, err
	}
	if root := p.tree.Root().String(); root != published.Root {
		return nil, fmt.Errorf("the gateway published root %s, ours is %s", published.Root, root)
	}
	return published, nil
}

// create makes the organiser's account if need be, and the election.
func (l *load) create(ctx context.Context, gw *client.Client, c *client.Published) (election.ID, error) {
	key, err := seededKey(l.cfg.seed, "organiser", 0)
	if err != nil {
		return election.ID{}, err
	}
	root, err := client.ParseRoot(c.Root)
	if err != nil {
		return election.ID{}, err
	}
	e := tx.NewElection{
		Rules:        ballot.Rules{MaxCount: 1, MaxValue: choices - 1, CostExponent: 1},
		CensusOrigin: census.TreeWeighted, CensusRoot: root, CensusURI: c.URI, MaxCensusSize: uint64(l.cfg.votes),
		Duration: uint64(l.cfg.duration / time.Second), AutoStart: true, Interruptible: true,
	}
	price, err := gw.Price(ctx, client.PriceQuery{MaxCensusSize: e.MaxCensusSize, Duration: e.Duration})
	if err != nil {
		return election.ID{}, err
	}
	if err := fund(ctx, gw, key, price+10); err != nil {
		return election.ID{}, fmt.Errorf("account of the organiser: %w", err)
	}
	document, err := json.Marshal(metadata(l.cfg.votes))
	if err != nil {
		return election.ID{}, err
	}
	id, hash, err := gw.CreateElection(ctx, key, e, document)
	if err != nil {
		return id, err
	}
	return id, gw.WaitMined(ctx, hash)
}

// fund asks the faucet until the organiser can pay.
func fund(ctx context.Context, gw *client.Client, key *ethkey.Key, need uint64) error {
	exists, err := gw.HasAccount(ctx, key.Address())
	if err != nil {
		return err
	}
	for range 100 {
		if exists {
			account, err := gw.Account(ctx, key.Address())
			if err != nil || account.Balance >= need {
				return err
			}
		}
		pkg, err := gw.Claim(ctx, key.Address())
		if err != nil {
			return err
		}
		var hash tx.ID
		if exists {
			hash, err = gw.CollectFaucet(ctx, key, pkg)
		} else {
			hash, err = gw.CreateAccount(ctx, key, client.NewAccountMetadata("urna-load", "makes votes to measure with"), pkg)
		}
		if err != nil {
			return err
		}
		if err := gw.WaitMined(ctx, hash); err != nil {
			return err
		}
		exists = true
	}
	return errors.New("the faucet gives too little for this election")
}

func metadata(votes int) client.ElectionMetadata {
	q := client.Question{Title: client.Plain("Which?"), Description: client.Plain("")}
	for i := range choices {
		q.Choices = append(q.Choices, client.Choice{Title: client.Plain(fmt.Sprintf("answer %d", i)), Value: uint32(i)})
	}
	return client.ElectionMetadata{
		Version: "1.2", Title: client.Plain(fmt.Sprintf("%d votes", votes)), Description: client.Plain("made by urna-load"),
		Media: map[string]string{}, Meta: map[string]any{}, Questions: []client.Question{q},
		Type: client.ElectionType{Name: "single-choice-multiquestion", Properties: map[string]any{}},
	}
}

// sign writes the signed vote of every voter to f, in order.
func (l *load) sign(p *poll, f *voteFile) error {
	const span = 4096 // votes in memory at a time
	bar := l.bar(len(p.keys), "votes signed")
	raws, ids := make([][]byte, span), make([]tx.ID, span)
	for lo := 0; lo < len(p.keys); lo += span {
		n := min(span, len(p.keys)-lo)
		err := inParallel(n, func(i int) (err error) {
			ids[i], raws[i], err = p.vote(lo + i)
			return err
		}, bar)
		if err != nil {
			return err
		}
		for i := range n {
			if err := f.append(ids[i], raws[i]); err != nil {
				return err
			}
		}
	}
	return f.flush()
}

// vote is the signed vote of voter i, and the hash that the chain knows it by.
func (p *poll) vote(i int) (id tx.ID, raw []byte, err error) {
	who := p.keys[i].Address()
	proof, err := p.tree.Proof(who)
	if err != nil {
		return id, nil, err
	}
	v, err := client.NewVote(client.Ballot{Election: p.election, Choices: []uint32{uint32(i % choices)}}, proof.Merkle())
	if err != nil {
		return id, nil, err
	}
	if raw, err = tx.Sign(p.keys[i], p.chainID, v); err != nil {
		return id, nil, err
	}
	t, err := tx.Decode(raw)
	if err != nil {
		return id, nil, err
	}
	body := ethkey.Keccak256(t.Body)
	return tx.ID(ethkey.Keccak256(body[:], who[:])), raw, nil
}
