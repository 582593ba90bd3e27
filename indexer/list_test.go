package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/indexer"
	"urna/state/transition"
	"urna/tx"
)

// model is what lists should hold, oldest first, found by reading every block.
type model struct {
	txs       []indexer.Transaction
	transfers []indexer.Transfer
	fees      []indexer.Fee
	accounts  []ethkey.Address
	orgs      []ethkey.Address
}

func newModel(c *chain) (m model) {
	for _, a := range c.doc.Accounts {
		address, _ := ethkey.ParseAddress(a.Address)
		m.accounts = append(m.accounts, address)
	}
	for _, b := range c.blocks {
		for i, o := range b.Outcome.Txs {
			m.txs = append(m.txs, indexer.Transaction{
				Number: int64(len(m.txs)) + 1, Hash: o.ID, Height: b.Height, Index: i, Time: b.Time,
				Kind: o.Kind, Signer: o.Signer, Code: o.Code,
			})
			for _, e := range o.Events {
				switch e := e.(type) {
				case transition.AccountCreated:
					m.accounts = append(m.accounts, e.Account)
				case transition.ElectionCreated:
					if !slices.Contains(m.orgs, e.Organisation) {
						m.orgs = append(m.orgs, e.Organisation)
					}
				case transition.Transferred:
					m.transfers = append(m.transfers, indexer.Transfer{
						Number: int64(len(m.transfers)) + 1, From: e.From, To: e.To, Amount: e.Amount,
						Tx: o.ID, Height: b.Height, Time: b.Time,
					})
				case transition.FeePaid:
					m.fees = append(m.fees, indexer.Fee{
						Number: int64(len(m.fees)) + 1, From: e.From, Amount: e.Amount, Kind: e.Kind,
						Election: e.Reference, Tx: o.ID, Height: b.Height, Time: b.Time,
					})
				}
			}
		}
	}
	return m
}

// checkList walks a list by pages and by cursors and compares it with what is
// wanted, oldest first.
func checkList[T any](t *testing.T, name string, get func(indexer.Page) (indexer.List[T], error), want []T, show func(T) string) {
	t.Helper()
	want = slices.Clone(want)
	slices.Reverse(want)
	for _, limit := range []int{7, 100} {
		for number := 0; number == 0 || number*limit < len(want); number++ {
			l, err := get(indexer.Page{Number: number, Limit: limit})
			if err != nil {
				t.Fatalf("%s: page %d of %d: %v", name, number, limit, err)
			}
			if l.Total != int64(len(want)) {
				t.Fatalf("%s: total is %d, want %d", name, l.Total, len(want))
			}
			end := min((number+1)*limit, len(want))
			compare(t, fmt.Sprintf("%s, page %d of %d", name, number, limit), l.Items, want[min(number*limit, end):end], show)
			if more := end < len(want); more != (l.Next != 0) {
				t.Errorf("%s: page %d of %d: next is %d", name, number, limit, l.Next)
			}
		}
	}
	var walked []T
	for p := (indexer.Page{Limit: 9}); ; {
		l, err := get(p)
		if err != nil {
			t.Fatalf("%s: %+v: %v", name, p, err)
		}
		walked = append(walked, l.Items...)
		if p.Before = l.Next; l.Next == 0 {
			break
		}
	}
	compare(t, name+", by cursor", walked, want, show)
	past, err := get(indexer.Page{Number: 1_000_000, Limit: 10})
	if err != nil || len(past.Items) != 0 || past.Total != int64(len(want)) {
		t.Errorf("%s: a page past the end is %+v, %v", name, past, err)
	}
}

func compare[T any](t *testing.T, name string, got, want []T, show func(T) string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d items, want %d", name, len(got), len(want))
	}
	for i := range got {
		if g, w := show(got[i]), show(want[i]); g != w {
			t.Fatalf("%s: item %d is\n%s\nwant\n%s", name, i, g, w)
		}
	}
}

// shown compares values by what fmt shows of them.
func shown[T any](v T) string { return fmt.Sprintf("%+v", v) }

func showFee(f indexer.Fee) string {
	about := "-"
	if f.Election != nil {
		about = f.Election.String()
	}
	f.Election = nil
	return about + shown(f)
}

func keep[T any](all []T, ok func(T) bool) (out []T) {
	for _, v := range all {
		if ok(v) {
			out = append(out, v)
		}
	}
	return out
}

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
		{}, {Account: &signer}, {From: &signer}, {To: &signer}, {From: &m.transfers[0].From, To: &m.transfers[0].To},
		{Account: &m.accounts[1], To: &signer}, {Account: &signer, From: &signer}, {Account: &ethkey.Address{9}},
	} {
		checkList(t, fmt.Sprint("transfers ", i), func(p indexer.Page) (indexer.List[indexer.Transfer], error) {
			return x.Transfers(ctx, f, p)
		}, keep(m.transfers, func(v indexer.Transfer) bool {
			return (f.Account == nil || v.From == *f.Account || v.To == *f.Account) &&
				(f.From == nil || v.From == *f.From) && (f.To == nil || v.To == *f.To)
		}), shown[indexer.Transfer])
	}
	for i, f := range []indexer.FeeFilter{
		{}, {Payer: &signer}, {Kinds: manage}, {Election: &c.elections[0].id},
		{Payer: &signer, Kinds: manage}, {Election: &election.ID{}}, {Payer: &ethkey.Address{9}},
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

func checkActivity(t *testing.T, x *indexer.Indexer, e *madeElection, c *chain) {
	want := map[int64]int64{}
	for _, v := range e.votes {
		// The hour of the first vote: the transaction of the last one is later.
		if v.overwrites == 0 {
			want[c.blocks[v.height-1].Time.Unix()/3600]++
		}
	}
	buckets, err := x.Activity(context.Background(), e.id, time.Hour, time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, b := range buckets {
		sum += b.Votes
		if b.Votes < want[b.Start.Unix()/3600] {
			t.Errorf("%d votes at %s, want %d", b.Votes, b.Start, want[b.Start.Unix()/3600])
		}
	}
	if sum != int64(len(e.votes)) {
		t.Errorf("%d votes in all buckets, want %d", sum, len(e.votes))
	}
	days, err := x.Activity(context.Background(), e.id, 24*time.Hour, c.blocks[0].Time, c.now)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range days {
		sum -= d.Votes
	}
	if sum != 0 {
		t.Errorf("days miss %d votes", sum)
	}
	if _, err := x.Activity(context.Background(), e.id, time.Hour, time.Unix(0, 0), c.now); !errors.Is(err, indexer.ErrManyBuckets) {
		t.Errorf("fifty years of hours: %v", err)
	}
}

func checkBlocks(t *testing.T, c *chain, x *indexer.Indexer) {
	ctx := context.Background()
	var all []indexer.BlockInfo
	for _, b := range c.blocks {
		all = append(all, indexer.BlockInfo{
			Height: b.Height, Time: b.Time, Hash: b.Hash, LastHash: b.LastHash, Proposer: b.Proposer, TxCount: len(b.Outcome.Txs),
		})
	}
	show := func(b indexer.BlockInfo) string {
		return fmt.Sprint(b.Height, b.Time, b.Hash, b.LastHash, b.Proposer, b.TxCount)
	}
	proposer, _ := indexer.ParsePrefix("01", ethkey.AddressLen)
	hash, _ := indexer.ParsePrefix(fmt.Sprintf("0x%X", all[3].Hash[:4]), 32)
	for _, f := range []indexer.BlockFilter{{}, {Proposer: proposer}, {Hash: hash}, {Hash: hash, Proposer: proposer}} {
		checkList(t, fmt.Sprintf("blocks %v", f), func(p indexer.Page) (indexer.List[indexer.BlockInfo], error) {
			return x.Blocks(ctx, f, p)
		}, keep(all, func(b indexer.BlockInfo) bool {
			return (f.Proposer.IsZero() || b.Proposer[0] == 1) && (f.Hash.IsZero() || b.Height == 4)
		}), show)
	}
	for i, want := range all {
		byHeight, err1 := x.Block(ctx, want.Height)
		byHash, err2 := x.BlockByHash(ctx, want.Hash)
		if err := errors.Join(err1, err2); err != nil || show(byHeight) != show(want) || show(byHash) != show(want) {
			t.Errorf("block is %v or %v, %v, want %v", byHeight, byHash, err, want)
		}
		at, err := x.BlockAt(ctx, want.Time)
		if last := i+1 == len(all) || all[i+1].Time != want.Time; err != nil || last && at.Height != want.Height {
			t.Errorf("block at %s is %d, %v, want %d", want.Time, at.Height, err, want.Height)
		}
	}
	if _, err := x.BlockAt(ctx, all[0].Time.Add(-1)); !errors.Is(err, indexer.ErrNotFound) {
		t.Errorf("a block before the first: %v", err)
	}
	means, err := x.BlockTimes(ctx, time.Nanosecond, 1000*24*time.Hour)
	if last, before := all[len(all)-1], all[len(all)-2]; err != nil || means[0] != last.Time.Sub(before.Time) || means[1] != 0 {
		t.Errorf("block times are %v, %v", means, err)
	}
}

func checkElections(t *testing.T, c *chain, x *indexer.Indexer) {
	ctx := context.Background()
	yes, no := true, false
	prefix := func(s string, n int) indexer.Prefix {
		p, err := indexer.ParsePrefix(s, n)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	show := func(e indexer.Election) string {
		return fmt.Sprint(e.ID, e.Organisation, e.Status, e.ManuallyEnded, e.Start, e.End, e.Votes, e.FinalResults)
	}
	seconds := func(s uint64) time.Time { return time.Unix(int64(s), 0).UTC() }
	org, some := c.elections[0].org.String(), c.elections[len(c.elections)/2]
	for i, f := range []indexer.ElectionFilter{
		{},
		{Organisation: prefix(org, 20)},
		{Organisation: prefix(org[:1], 20)},
		{ID: prefix(some.id.String(), 32)},
		{ID: prefix(some.id.String()[:15], 32)},
		{Status: election.Ready},
		{Status: election.Results, HasResults: &yes},
		{HasResults: &no},
		{FinalResults: &yes},
		{FinalResults: &no, ManuallyEnded: &yes},
		{StartAfter: seconds(some.start)},
		{StartBefore: seconds(some.start), EndAfter: seconds(some.end - 3600)},
		{EndBefore: seconds(some.end)},
	} {
		var want []indexer.Election
		for _, e := range c.elections {
			if !strings.HasPrefix(e.id.String(), digits(f.ID)) || !strings.HasPrefix(e.org.String(), digits(f.Organisation)) ||
				f.Status != 0 && f.Status != e.status ||
				f.HasResults != nil && !*f.HasResults || f.FinalResults != nil && *f.FinalResults != e.final ||
				f.ManuallyEnded != nil && *f.ManuallyEnded != e.manual ||
				!f.StartAfter.IsZero() && !seconds(e.start).After(f.StartAfter) ||
				!f.StartBefore.IsZero() && !seconds(e.start).Before(f.StartBefore) ||
				!f.EndAfter.IsZero() && !seconds(e.end).After(f.EndAfter) ||
				!f.EndBefore.IsZero() && !seconds(e.end).Before(f.EndBefore) {
				continue
			}
			want = append(want, indexer.Election{
				ID: e.id, Organisation: e.org, Status: e.status, ManuallyEnded: e.manual,
				Start: seconds(e.start), End: seconds(e.end), Votes: int64(len(e.votes)), FinalResults: e.final,
			})
		}
		checkList(t, fmt.Sprint("elections ", i), func(p indexer.Page) (indexer.List[indexer.Election], error) {
			return x.Elections(ctx, f, p)
		}, want, show)
	}
	for i, e := range c.elections {
		got, err := x.Election(ctx, e.id)
		if err != nil || got.MetadataURI != fmt.Sprintf("ipfs://%d", i) || got.Number != int64(i)+1 || got.Created.IsZero() {
			t.Errorf("election %d is %+v, %v", i, got, err)
		}
	}
}

// digits reads back what a prefix was made of.
func digits(p indexer.Prefix) string { return strings.Trim(fmt.Sprint(p), "{}") }

func checkCounters(t *testing.T, c *chain, x *indexer.Indexer, m model) {
	got, err := x.Counters(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	kinds, statuses := map[tx.Kind]int64{}, map[election.Status]int64{}
	for _, v := range m.txs {
		kinds[v.Kind]++
	}
	for _, e := range c.elections {
		statuses[e.status]++
	}
	want := indexer.Counters{
		Height: c.Height(), Time: c.now, Transactions: int64(len(m.txs)), Voters: int64(len(c.votes)),
		Elections: int64(len(c.elections)), Accounts: int64(len(m.accounts)), Organisations: int64(len(m.orgs)),
		Transfers: int64(len(m.transfers)), Fees: int64(len(m.fees)), ByKind: kinds, ByStatus: statuses,
	}
	if shown(got) != shown(want) {
		t.Errorf("counters are\n%+v, want\n%+v", got, want)
	}
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
	again := c.voteBlock(c.elections[0].id, 3, 3)
	again.Height++
	again.Outcome.Height++
	again.Outcome.Txs[1] = transition.Outcome{ID: b.Outcome.Txs[1].ID, Kind: tx.KindVote, Code: tx.ReplayedBallot}
	c.add(b)
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
