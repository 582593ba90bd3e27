package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"urna/app/apptest"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/indexer"
	"urna/state"
	"urna/tx"
)

// lawful is a chain that the law has made, of which the blocks before base are
// thrown away. Nobody adds to it while it is followed.
type lawful struct {
	*apptest.Chain
	doc  *genesis.Doc
	base int64
}

func (c *lawful) Base() int64           { return c.base }
func (c *lawful) Genesis() *genesis.Doc { return c.doc }
func (c *lawful) View() *state.View     { return c.Nodes[0].App.View() }

func (c *lawful) Wait(ctx context.Context, height int64) error {
	if height <= c.Height() {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

func (c *lawful) Block(_ context.Context, height int64) (*indexer.Block, error) {
	if height < c.base {
		return nil, fmt.Errorf("block %d is thrown away", height)
	}
	r := c.Blocks[height-1].Request
	b := &indexer.Block{
		Height: height, Hash: [32]byte(r.Hash), Time: r.Time, Proposer: ethkey.Address(r.ProposerAddress), Outcome: c.Outcome(height),
	}
	if height > 1 {
		b.LastHash = [32]byte(c.Blocks[height-2].Request.Hash)
	}
	return b, nil
}

func (c *lawful) RawTx(_ context.Context, height int64, index int) ([]byte, error) {
	return c.Blocks[height-1].Request.Txs[index], nil
}

// blind is a source without a state.
type blind struct{ indexer.Source }

// newLawful makes a chain with two elections, of which the first has results,
// and votes, some of them replaced.
func newLawful(t *testing.T) (*lawful, []*apptest.Election, []*ethkey.Key) {
	c := &lawful{base: 1}
	c.Chain = apptest.New(t, apptest.Options{Genesis: func(d *genesis.Doc) { c.doc = d }})
	voters := apptest.Keys("voter", 9)
	c.Mine()
	a, b := c.OpenElection(voters, nil), c.OpenElection(voters, nil)
	c.Mine(a.Votes(voters[:5])...)
	c.Mine(b.Votes(voters[:3])...)
	c.Mine(b.Vote(voters[1], 7, "again"))
	c.Mine(apptest.Sign(t, apptest.Key("org"), &tx.SetStatus{Nonce: c.Nonce("org"), Election: a.ID, Status: election.Ended}))
	return c, []*apptest.Election{a, b}, voters
}

func TestAnIndexWithoutTheFirstBlocksBeginsWithTheState(t *testing.T) {
	ctx := context.Background()
	c, elections, voters := newLawful(t)
	whole := openIndex(t, filepath.Join(t.TempDir(), "whole.db"))
	stop := follow(whole, c)
	waitFor(t, whole, c.Height())
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	defer whole.Close()

	// The node has lost its index, and the blocks before the last one.
	path := filepath.Join(t.TempDir(), "seeded.db")
	c.base = c.Height()
	x := openIndex(t, path)
	stop = follow(x, c)
	waitFor(t, x, c.Height())
	if err := errors.Join(stop(), x.Close()); err != nil {
		t.Fatal(err)
	}
	x = openIndex(t, path) // before it has any block of its own
	if x.Height() != c.Height() {
		t.Errorf("height is %d", x.Height())
	}
	want, err1 := whole.Counters(ctx)
	got, err2 := x.Counters(ctx)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if got.Height != want.Height || got.Voters != want.Voters || got.Accounts != want.Accounts ||
		got.Organisations != want.Organisations || shown(got.ByStatus) != shown(want.ByStatus) {
		t.Errorf("counters are %+v, want the like of %+v", got, want)
	}
	for _, e := range elections {
		want, err1 := whole.Election(ctx, e.ID)
		got, err2 := x.Election(ctx, e.ID)
		if err := errors.Join(err1, err2); err != nil || got != want {
			t.Errorf("election is %+v, %v, want %+v", got, err, want)
		}
	}

	// New votes, and new ones in the place of old ones, are indexed.
	b := elections[1]
	c.Mine(b.Vote(voters[0], 2, "again"), b.Vote(voters[7], 2, ""), b.Vote(voters[8], 2, ""))
	stop = follow(x, c)
	waitFor(t, x, c.Height())
	defer func() {
		if err := errors.Join(stop(), x.Close()); err != nil {
			t.Error(err)
		}
	}()
	for name, in := range map[string]*election.ID{"of all": nil, "of one": &b.ID} {
		l, err := x.Votes(ctx, in, indexer.Page{Limit: 10})
		if err != nil || len(l.Items) != 2 || l.Items[0].Voter != voters[8].Address() {
			t.Errorf("votes %s are %+v, %v", name, l, err)
		}
		older, err := x.Votes(ctx, in, indexer.Page{Limit: 2, Number: 1})
		if err != nil || len(older.Items) != 0 || older.Total != l.Total {
			t.Errorf("older votes %s are %+v, %v", name, older, err)
		}
	}
	blocks, err := x.Blocks(ctx, indexer.BlockFilter{}, indexer.Page{Limit: 10})
	if err != nil || blocks.Total != 1 || len(blocks.Items) != 1 || blocks.Items[0].Height != c.Height() {
		t.Errorf("blocks are %+v, %v", blocks, err)
	}
	txs, err := x.Transactions(ctx, indexer.TransactionFilter{}, indexer.Page{Limit: 10})
	if err != nil || txs.Total != 3 || len(txs.Items) != 3 {
		t.Errorf("transactions are %+v, %v", txs, err)
	}
}

func TestMissingBlocksAreNotPassedOver(t *testing.T) {
	c, _, _ := newLawful(t)
	path := filepath.Join(t.TempDir(), "index.db")
	x := openIndex(t, path)
	c.base = 3
	if err := x.Follow(context.Background(), blind{c}); !errors.Is(err, indexer.ErrGap) {
		t.Errorf("without a state: %v", err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = openIndex(t, path)
	c.base = 1
	short := *c.Chain
	short.Blocks = short.Blocks[:3]
	early := &lawful{&short, c.doc, 1}
	stop := follow(x, early)
	waitFor(t, x, 3)
	if err := errors.Join(stop(), x.Close()); err != nil {
		t.Fatal(err)
	}
	x = openIndex(t, path)
	c.base = 5
	if err := x.Follow(context.Background(), c); !errors.Is(err, indexer.ErrGap) {
		t.Errorf("an index that is too far behind: %v", err)
	}
	if err := x.Close(); err != nil {
		t.Error(err)
	}
}
