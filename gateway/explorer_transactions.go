package gateway

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"urna/indexer"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

type txItem struct {
	Hash    string  `json:"hash"`
	Height  int64   `json:"height"`
	Index   int     `json:"index"`
	Type    string  `json:"type"`
	Subtype string  `json:"subtype"`
	Signer  string  `json:"signer"`
	Code    tx.Code `json:"code,omitempty"` // of the law's rule that it broke
}

func showTransaction(t indexer.Transaction) (txItem, error) {
	return txItem{
		t.Hash.String(), t.Height, t.Index, t.Kind.Type(), subtype(t.Kind), t.Signer.String(), t.Code,
	}, nil
}

// subtype is what clients expect beside the type: nothing for a vote, of which
// there is only one kind.
func subtype(k tx.Kind) string {
	if k == tx.KindVote {
		return ""
	}
	return k.String()
}

func (g *Gateway) listTransactions(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	var f indexer.TransactionFilter
	if f.Signer, err = addressParam(r, "signer"); err != nil {
		return err
	}
	if param(r, "height") != "" {
		if f.Height, err = heightParam(r, "height"); err != nil {
			return err
		}
	}
	message, kind := param(r, "type"), param(r, "subtype")
	if message != "" || kind != "" {
		f.Kinds = slices.DeleteFunc(slices.Clone(tx.Kinds), func(k tx.Kind) bool {
			return message != "" && k.Type() != message || kind != "" && k.String() != kind
		})
		if len(f.Kinds) == 0 {
			return replyList(w, "transactions", p, indexer.List[indexer.Transaction]{}, showTransaction)
		}
	}
	l, err := g.index.Transactions(r.Context(), f, p)
	if err != nil {
		return missing(err, codeBlockNotFound, "block not found")
	}
	return replyList(w, "transactions", p, l, showTransaction)
}

func (g *Gateway) countTransactions(w http.ResponseWriter, r *http.Request) error {
	c, err := g.index.Counters(r.Context())
	if err != nil {
		return err
	}
	return reply(w, countAnswer{c.Transactions})
}

type txAnswer struct {
	Tx        any    `json:"tx,omitempty"` // missing if this node has thrown the block away
	TxInfo    txItem `json:"txInfo"`
	Signature string `json:"signature,omitempty"`
}

// transaction answers 200 only when every read shows what the transaction did:
// the index comes after the state, and what is in the index is committed.
func (g *Gateway) transaction(w http.ResponseWriter, r *http.Request) error {
	t, err := g.mined(r)
	if errors.Is(err, indexer.ErrNotFound) {
		return replyNotYet(w)
	}
	if err != nil {
		return err
	}
	return g.replyTransaction(w, r, t)
}

// mined finds the transaction that the path names. One that was refused, in a
// block or when it was to be put into one, is the problem that says why.
func (g *Gateway) mined(r *http.Request) (indexer.Transaction, error) {
	hash, err := pathHash(r, "hash", codeHex)
	if err != nil {
		return indexer.Transaction{}, err
	}
	t, err := g.index.Transaction(r.Context(), hash)
	switch {
	case errors.Is(err, indexer.ErrNotFound):
		if why := g.app.Dropped(hash); why != nil {
			return t, refused(why)
		}
	case err == nil && t.Code != 0:
		_, text := tx.CodeInfo(t.Code)
		return t, refused(&tx.Rejection{Code: t.Code, Detail: text})
	}
	return t, err
}

func (g *Gateway) replyTransaction(w http.ResponseWriter, r *http.Request, t indexer.Transaction) error {
	answer := txAnswer{}
	answer.TxInfo, _ = showTransaction(t)
	decoded, err := g.decoded(r.Context(), t)
	switch {
	case errors.Is(err, ErrNoBlock):
	case err != nil:
		return err
	case decoded != nil:
		if err := g.nameElection(t, decoded.Payload); err != nil {
			return err
		}
		answer.Tx, answer.Signature = tx.JSON(decoded.Payload), hex.EncodeToString(decoded.Signature)
	}
	return reply(w, answer)
}

// decoded reads a transaction from its block; nil if nobody can read it.
func (g *Gateway) decoded(ctx context.Context, t indexer.Transaction) (*tx.Tx, error) {
	raw, err := g.blocks.RawTx(ctx, t.Height, t.Index)
	if err != nil {
		return nil, err
	}
	decoded, err := tx.Decode(raw)
	if t.Kind == 0 {
		return nil, nil
	}
	return decoded, err
}

// nameElection fills in the id of the election that a transaction created, which
// few clients write into it and all look for.
func (g *Gateway) nameElection(t indexer.Transaction, p tx.Payload) error {
	created, ok := p.(*tx.NewElection)
	if !ok || created.Expect != nil {
		return nil
	}
	journal, err := g.app.Store().Journal(t.Height)
	if errors.Is(err, state.ErrNotFound) {
		return nil // the state began later, with a snapshot
	}
	if err != nil {
		return err
	}
	outcome, err := transition.DecodeBlockOutcome(journal)
	if err != nil {
		return err
	}
	if t.Index >= len(outcome.Txs) {
		return fmt.Errorf("block %d has no outcome of transaction %d", t.Height, t.Index)
	}
	for _, e := range outcome.Txs[t.Index].Events {
		if e, ok := e.(transition.ElectionCreated); ok {
			created.Expect = &e.ID
		}
	}
	return nil
}

type referenceAnswer struct {
	Height int64 `json:"blockHeight"`
	Index  int   `json:"transactionIndex"`
}

func (g *Gateway) transactionReference(w http.ResponseWriter, r *http.Request) error {
	t, err := g.mined(r)
	if errors.Is(err, indexer.ErrNotFound) {
		return replyNotYet(w)
	}
	if err != nil {
		return err
	}
	return reply(w, referenceAnswer{t.Height, t.Index})
}

func (g *Gateway) transactionAt(w http.ResponseWriter, r *http.Request) error {
	height, err := heightParam(r, "height")
	if err != nil {
		return err
	}
	index, err := strconv.Atoi(r.PathValue("index"))
	if err != nil {
		return problem(http.StatusBadRequest, codeNumber, "index %q is not a number", r.PathValue("index"))
	}
	t, err := g.index.TransactionAt(r.Context(), height, index)
	if err != nil {
		return missing(err, codeTxNotFound, "transaction not found")
	}
	return g.replyTransaction(w, r, t)
}
