package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/indexer"
	"urna/state/transition"
	"urna/tx"
)

func TestListsHoldWhatTheBlocksSay(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			c := newChain(seed)
			c.extend(40, 60)
			checkLists(t, c, indexed(t, c))
		})
	}
}

func checkLists(t *testing.T, c *chain, x *indexer.Indexer) {
	m, ctx := newModel(c), context.Background()

	// Transactions.
	txs := func(name string, f indexer.TransactionFilter) {
		t.Helper()
		checkList(t, name, func(p indexer.Page) (indexer.List[indexer.Transaction], error) {
			return x.Transactions(ctx, f, p)
		}, keep(m.txs, func(v indexer.Transaction) bool {
			return (len(f.Kinds) == 0 || slices.Contains(f.Kinds, v.Kind)) &&
				(f.Signer == nil || v.Signer == *f.Signer) && (f.Height == 0 || v.Height == f.Height)
		}), shown[indexer.Transaction])
	}
	votes := []tx.Kind{tx.KindVote}
	manage := []tx.Kind{tx.KindSetStatus, tx.KindSetCensus, tx.KindSetDuration}
	signer, voter := c.accounts[0], c.votes[len(c.votes)/2].voter
	txs("transactions", indexer.TransactionFilter{})
	txs("vote transactions", indexer.TransactionFilter{Kinds: votes})
	txs("transactions of some kinds", indexer.TransactionFilter{Kinds: manage})
	txs("transactions of a signer", indexer.TransactionFilter{Signer: &signer})
	txs("transactions of a voter", indexer.TransactionFilter{Signer: &voter})
	txs("transactions of nobody", indexer.TransactionFilter{Signer: &ethkey.Address{1, 2, 3}})
	for _, b := range c.blocks[:10] {
		txs("transactions of a block", indexer.TransactionFilter{Height: b.Height})
		txs("votes of a block", indexer.TransactionFilter{Height: b.Height, Kinds: votes})
	}
	txs("transactions of all", indexer.TransactionFilter{Height: m.txs[9].Height, Signer: &m.txs[9].Signer, Kinds: []tx.Kind{m.txs[9].Kind}})
	for _, want := range m.txs {
		if want.Hash != (tx.ID{}) {
			got, err := x.Transaction(ctx, want.Hash)
			if err != nil || got != want {
				t.Fatalf("transaction is %+v, %v, want %+v", got, err, want)
			}
		}
		got, err := x.TransactionAt(ctx, want.Height, want.Index)
		if err != nil || got != want {
			t.Fatalf("transaction is %+v, %v, want %+v", got, err, want)
		}
	}

	// Votes.
	var all []indexer.Vote
	of := map[election.ID][]indexer.Vote{}
	for _, v := range c.votes {
		made := indexer.Vote{
			ID: v.nullifier, Election: v.election.id, Voter: v.voter, Weight: v.weight, Overwrites: v.overwrites,
			Tx: v.tx, Height: v.height, Index: v.index, Time: c.blocks[v.height-1].Time,
		}
		all = append(all, made)
		of[made.Election] = append(of[made.Election], made)
		if got, err := x.Vote(ctx, made.ID); err != nil || got != made {
			t.Fatalf("vote is %+v, %v, want %+v", got, err, made)
		}
	}
	checkList(t, "votes", func(p indexer.Page) (indexer.List[indexer.Vote], error) { return x.Votes(ctx, nil, p) },
		all, shown[indexer.Vote])
	for _, e := range c.elections {
		checkList(t, "votes of an election", func(p indexer.Page) (indexer.List[indexer.Vote], error) {
			return x.Votes(ctx, &e.id, p)
		}, of[e.id], shown[indexer.Vote])
		checkActivity(t, x, e, c)
	}

	// Accounts and organisations.
	address := func(a indexer.Account) string { return a.Address.String() }
	accounts := func(all []ethkey.Address, prefix string) (out []indexer.Account) {
		for _, a := range all {
			if strings.HasPrefix(a.String(), prefix) {
				out = append(out, indexer.Account{Address: a})
			}
		}
		return out
	}
	for _, digits := range []string{"", "0", "f", "ff", "7", signer.String()[:3], signer.String()} {
		prefix, err := indexer.ParsePrefix(strings.ToUpper(digits), ethkey.AddressLen)
		if err != nil {
			t.Fatal(err)
		}
		checkList(t, "accounts "+digits, func(p indexer.Page) (indexer.List[indexer.Account], error) {
			return x.Accounts(ctx, prefix, p)
		}, accounts(m.accounts, digits), address)
		checkList(t, "organisations "+digits, func(p indexer.Page) (indexer.List[indexer.Account], error) {
			return x.Organisations(ctx, prefix, p)
		}, accounts(m.orgs, digits), address)
	}

	// Transfers and fees.
	for i, f := range []indexer.TransferFilter{
		{},
		{Account: &signer},
		{From: &signer},
		{To: &signer},
		{From: &m.transfers[0].From, To: &m.transfers[0].To},
		{Account: &m.accounts[1], To: &signer},
		{Account: &signer, From: &signer},
		{Account: &ethkey.Address{9}},
	} {
		checkList(t, fmt.Sprint("transfers ", i), func(p indexer.Page) (indexer.List[indexer.Transfer], error) {
			return x.Transfers(ctx, f, p)
		}, keep(m.transfers, func(v indexer.Transfer) bool {
			return (f.Account == nil || v.From == *f.Account || v.To == *f.Account) &&
				(f.From == nil || v.From == *f.From) && (f.To == nil || v.To == *f.To)
		}), shown[indexer.Transfer])
	}
	for i, f := range []indexer.FeeFilter{
		{},
		{Payer: &signer},
		{Kinds: manage},
		{Election: &c.elections[0].id},
		{Payer: &signer, Kinds: manage},
		{Election: &election.ID{}},
		{Payer: &ethkey.Address{9}},
	} {
		checkList(t, fmt.Sprint("fees ", i), func(p indexer.Page) (indexer.List[indexer.Fee], error) {
			return x.Fees(ctx, f, p)
		}, keep(m.fees, func(v indexer.Fee) bool {
			return (f.Payer == nil || v.From == *f.Payer) && (len(f.Kinds) == 0 || slices.Contains(f.Kinds, v.Kind)) &&
				(f.Election == nil || v.Election != nil && *v.Election == *f.Election)
		}), showFee)
	}
	for _, a := range m.accounts {
		got, err := x.Account(ctx, a)
		if err != nil {
			t.Fatal(err)
		}
		moved := len(keep(m.transfers, func(v indexer.Transfer) bool { return v.From == a || v.To == a }))
		paid := len(keep(m.fees, func(v indexer.Fee) bool { return v.From == a }))
		if got.Transfers != int64(moved) || got.Fees != int64(paid) || got.Elections != int64(c.indexOf[a]) {
			t.Errorf("account %s is %+v, want %d transfers, %d fees, %d elections", a, got, moved, paid, c.indexOf[a])
		}
	}
	checkBlocks(t, c, x)
	checkElections(t, c, x)
	checkCounters(t, c, x, m)
}

func TestNothingIsFoundInAnEmptyIndex(t *testing.T) {
	x := indexed(t, newChain(1))
	ctx := context.Background()
	_, err1 := x.Transaction(ctx, tx.ID{1})
	_, err2 := x.TransactionAt(ctx, 1, 0)
	_, err3 := x.Vote(ctx, election.Nullifier{1})
	_, err4 := x.Election(ctx, election.ID{1})
	_, err5 := x.Account(ctx, ethkey.Address{1})
	_, err6 := x.Block(ctx, 1)
	_, err7 := x.BlockByHash(ctx, [32]byte{1})
	_, err8 := x.Votes(ctx, &election.ID{}, indexer.Page{Limit: 1})
	for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8} {
		if !errors.Is(err, indexer.ErrNotFound) {
			t.Errorf("%d: %v", i, err)
		}
	}
	l, err := x.Votes(ctx, nil, indexer.Page{Limit: 10})
	if err != nil || l.Total != 0 || len(l.Items) != 0 {
		t.Errorf("%+v, %v", l, err)
	}
	if c, err := x.Counters(ctx); err != nil || c.Height != 0 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestAPageThatCannotBeIsRefused(t *testing.T) {
	x := indexed(t, newChain(1))
	for _, p := range []indexer.Page{{}, {Limit: 101}, {Limit: 1, Number: -1}, {Limit: 1, Before: -1}} {
		if _, err := x.Transactions(context.Background(), indexer.TransactionFilter{}, p); err == nil {
			t.Errorf("%+v is taken", p)
		}
	}
}

func TestATransactionThatWasMinedTwiceIsTheAcceptedOne(t *testing.T) {
	c := newChain(1)
	c.extend(5, 40)
	b := c.voteBlock(c.elections[0].id, 0, 3)
	c.add(b)
	again := c.voteBlock(c.elections[0].id, 3, 3)
	again.Outcome.Txs[1] = transition.Outcome{ID: b.Outcome.Txs[1].ID, Kind: tx.KindVote, Code: tx.ReplayedBallot}
	c.add(again)
	got, err := indexed(t, c).Transaction(context.Background(), b.Outcome.Txs[1].ID)
	if err != nil || got.Code != 0 || got.Height != b.Height {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestReadersSeeWholeBlocksWhileTheIndexGrows(t *testing.T) {
	c := newChain(1)
	c.extend(5, 40)
	x := indexed(t, c)
	ctx := context.Background()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 30 {
			c.extend(1, 50)
		}
	}()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		l, err := x.Transactions(ctx, indexer.TransactionFilter{}, indexer.Page{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		first := l.Items[0]
		c.mu.Lock()
		b := c.blocks[first.Height-1]
		c.mu.Unlock()
		if first.Number != l.Total || first.Index != len(b.Outcome.Txs)-1 {
			t.Fatalf("the newest transaction is %+v of %d, the block has %d", first, l.Total, len(b.Outcome.Txs))
		}
	}
}

func TestAReadEndsWithItsContext(t *testing.T) {
	c := newChain(1)
	c.extend(5, 40)
	x := indexed(t, c)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 20 { // more than there are connections: none is lost
		if _, err := x.Counters(ctx); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if got, err := x.Counters(context.Background()); err != nil || got.Height != 5 {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzParsePrefix(f *testing.F) {
	for _, s := range []string{"", "0", "f", "ff", "0xAb3", "fffff0", "zz", strings.Repeat("0", 41)} {
		f.Add(s, []byte{0xab, 0x30, 0xff})
	}
	f.Fuzz(func(t *testing.T, s string, id []byte) {
		p, err := indexer.ParsePrefix(s, 20)
		if err != nil {
			return
		}
		address := ethkey.Address{}
		copy(address[:], id)
		want := strings.HasPrefix(address.String(), strings.TrimPrefix(strings.ToLower(s), "0x"))
		if got := indexer.PrefixMatches(p, address[:]); got != want {
			t.Errorf("%s begins with %q: %t, want %t", address, s, got, want)
		}
	})
}

func TestEveryPrefixMatchesWhatItShould(t *testing.T) {
	for a := range 256 {
		for _, s := range []string{fmt.Sprintf("%02x", a), fmt.Sprintf("%x", a%16)} {
			p, err := indexer.ParsePrefix(s, 1)
			if err != nil {
				t.Fatal(err)
			}
			for id := range 256 {
				want := strings.HasPrefix(fmt.Sprintf("%02x", id), s)
				if indexer.PrefixMatches(p, []byte{byte(id)}) != want {
					t.Errorf("prefix %s and %02x: want %t", s, id, want)
				}
			}
		}
	}
}
