package indexer_test

import (
	"fmt"
	"slices"
	"testing"

	"urna/crypto/ethkey"
	"urna/indexer"
	"urna/state/transition"
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
