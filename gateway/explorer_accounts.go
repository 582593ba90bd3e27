package gateway

import (
	"errors"
	"net/http"
	"time"

	"urna/crypto/ethkey"
	"urna/indexer"
	"urna/tx"
)

type accountItem struct {
	Address string `json:"address"`
	Balance uint64 `json:"balance"`
	Nonce   uint32 `json:"nonce"`
}

func (g *Gateway) listAccounts(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	prefix, err := prefixParam(r, "accountId", ethkey.AddressLen, codeAddress)
	if err != nil {
		return err
	}
	l, err := g.index.Accounts(r.Context(), prefix, p)
	if err != nil {
		return err
	}
	view := g.app.View()
	return replyList(w, "accounts", p, l, func(a indexer.Account) (accountItem, error) {
		acc, err := view.Account(a.Address)
		if err != nil {
			return accountItem{}, err
		}
		return accountItem{a.Address.String(), acc.Balance, acc.Nonce}, nil
	})
}

func (g *Gateway) countAccounts(w http.ResponseWriter, r *http.Request) error {
	c, err := g.index.Counters(r.Context())
	if err != nil {
		return err
	}
	return reply(w, countAnswer{c.Accounts})
}

type organisationItem struct {
	ID        string `json:"organizationID"`
	Elections int64  `json:"electionCount"`
}

func (g *Gateway) listOrganisations(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	prefix, err := prefixParam(r, "organizationId", ethkey.AddressLen, codeOrganisation)
	if err != nil {
		return err
	}
	l, err := g.index.Organisations(r.Context(), prefix, p)
	if err != nil {
		return err
	}
	return replyList(w, "organizations", p, l, func(a indexer.Account) (organisationItem, error) {
		return organisationItem{a.Address.String(), a.Elections}, nil
	})
}

func (g *Gateway) countOrganisations(w http.ResponseWriter, r *http.Request) error {
	c, err := g.index.Counters(r.Context())
	if err != nil {
		return err
	}
	return reply(w, countAnswer{c.Organisations})
}

type transferItem struct {
	Amount    uint64    `json:"amount"`
	From      string    `json:"from"`
	Height    int64     `json:"height"`
	TxHash    string    `json:"txHash"`
	Timestamp time.Time `json:"timestamp"`
	To        string    `json:"to"`
}

func (g *Gateway) listTransfers(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	var f indexer.TransferFilter
	for _, a := range []struct {
		name string
		into **ethkey.Address
	}{{"accountId", &f.Account}, {"accountIdFrom", &f.From}, {"accountIdTo", &f.To}} {
		if *a.into, err = addressParam(r, a.name); err != nil {
			return err
		}
	}
	l, err := g.index.Transfers(r.Context(), f, p)
	if err != nil {
		return err
	}
	return replyList(w, "transfers", p, l, func(t indexer.Transfer) (transferItem, error) {
		return transferItem{t.Amount, t.From.String(), t.Height, t.Tx.String(), t.Time, t.To.String()}, nil
	})
}

func (g *Gateway) countTransfers(w http.ResponseWriter, r *http.Request) error {
	a, err := g.indexedAccount(r, "accountId")
	if err != nil {
		return err
	}
	return reply(w, countAnswer{a.Transfers})
}

// indexedAccount finds an account named in the path. One that does not exist
// has done nothing.
func (g *Gateway) indexedAccount(r *http.Request, name string) (indexer.Account, error) {
	address, err := pathAddress(r, name)
	if err != nil {
		return indexer.Account{}, err
	}
	a, err := g.index.Account(r.Context(), address)
	if errors.Is(err, indexer.ErrNotFound) {
		return indexer.Account{}, nil
	}
	return a, err
}

type feeItem struct {
	Cost      uint64    `json:"cost"`
	From      string    `json:"from"`
	Height    int64     `json:"height"`
	Reference string    `json:"reference"`
	Timestamp time.Time `json:"timestamp"`
	TxType    string    `json:"txType"`
}

func (g *Gateway) listFees(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	var f indexer.FeeFilter
	if f.Payer, err = addressParam(r, "accountId"); err != nil {
		return err
	}
	if f.Election, err = electionParam(r, "reference"); err != nil {
		return err
	}
	if t := param(r, "type"); t != "" {
		if f.Kinds = kindsNamed(t, t); len(f.Kinds) == 0 {
			return replyList(w, "fees", p, indexer.List[indexer.Fee]{}, showFee)
		}
	}
	l, err := g.index.Fees(r.Context(), f, p)
	if err != nil {
		return err
	}
	return replyList(w, "fees", p, l, showFee)
}

func showFee(f indexer.Fee) (feeItem, error) {
	about := ""
	if f.Election != nil {
		about = f.Election.String()
	}
	return feeItem{f.Amount, f.From.String(), f.Height, about, f.Time, f.Kind.String()}, nil
}

// kindsNamed are the kinds whose message or subtype has the name.
func kindsNamed(message, subtype string) (kinds []tx.Kind) {
	for _, k := range tx.Kinds {
		if k.Type() == message || k.String() == subtype {
			kinds = append(kinds, k)
		}
	}
	return kinds
}
