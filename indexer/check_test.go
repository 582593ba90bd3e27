package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/indexer"
	"urna/tx"
)

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
