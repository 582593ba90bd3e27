package client

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"urna/crypto/ethkey"
	"urna/tx"
)

// Info is what a gateway says of its chain.
type Info struct {
	ChainID          string    `json:"chainId"`
	BlockTime        []uint64  `json:"blockTime"` // averages, milliseconds
	ElectionCount    uint64    `json:"electionCount"`
	Organisations    uint64    `json:"organizationCount"`
	GenesisTime      time.Time `json:"genesisTime"`
	Height           int64     `json:"height"`
	Syncing          bool      `json:"syncing"`
	BlockTimestamp   int64     `json:"blockTimestamp"` // unix seconds
	TransactionCount uint64    `json:"transactionCount"`
	ValidatorCount   uint64    `json:"validatorCount"`
	VoteCount        uint64    `json:"voteCount"`
	MaxCensusSize    uint64    `json:"maxCensusSize"`
	NetworkCapacity  uint64    `json:"networkCapacity"`
}

// Info asks for the state of the chain.
func (c *Client) Info(ctx context.Context) (*Info, error) {
	var info Info
	if err := c.get(ctx, "/chain/info", &info); err != nil {
		return nil, err
	}
	if info.ChainID == "" {
		return nil, errors.New("GET /chain/info: answer names no chain")
	}
	c.mu.Lock()
	c.chainID = info.ChainID
	c.mu.Unlock()
	return &info, nil
}

// ChainID is the name of the chain, which every signature covers. It is asked
// for once.
func (c *Client) ChainID(ctx context.Context) (string, error) {
	c.mu.Lock()
	id := c.chainID
	c.mu.Unlock()
	if id != "" {
		return id, nil
	}
	info, err := c.Info(ctx)
	if err != nil {
		return "", err
	}
	return info.ChainID, nil
}

// Costs are the prices of transactions by the API's names.
func (c *Client) Costs(ctx context.Context) (map[string]uint64, error) {
	var out struct {
		Costs map[string]uint64 `json:"costs"`
	}
	err := c.get(ctx, "/chain/transactions/cost", &out)
	return out.Costs, err
}

// Submit signs p with key and sends it. The transaction waits to be mined when
// Submit returns; see WaitMined.
func (c *Client) Submit(ctx context.Context, key *ethkey.Key, p tx.Payload) (tx.ID, error) {
	raw, err := c.Sign(ctx, key, p)
	if err != nil {
		return tx.ID{}, err
	}
	return c.SubmitRaw(ctx, raw)
}

// Sign makes a signed transaction for the gateway's chain.
func (c *Client) Sign(ctx context.Context, key *ethkey.Key, p tx.Payload) ([]byte, error) {
	chainID, err := c.ChainID(ctx)
	if err != nil {
		return nil, err
	}
	return tx.Sign(key, chainID, p)
}

// SubmitRaw sends a signed transaction. One that is waiting already counts as
// sent.
func (c *Client) SubmitRaw(ctx context.Context, raw []byte) (tx.ID, error) {
	var out struct {
		Hash string `json:"hash"`
	}
	in := struct {
		Payload []byte `json:"payload"`
	}{raw}
	if err := known(c.post(ctx, "/chain/transactions", in, &out), &out.Hash); err != nil {
		return tx.ID{}, err
	}
	return ParseTxID(out.Hash)
}

// known turns the refusal of a transaction that is waiting already into its
// hash.
func known(err error, hash *string) error {
	var p *Problem
	if errors.As(err, &p) && p.Hash != "" {
		*hash = p.Hash
		return nil
	}
	return err
}

// Transaction is a mined transaction.
type Transaction struct {
	Tx        json.RawMessage `json:"tx"`
	Info      TransactionInfo `json:"txInfo"`
	Signature string          `json:"signature"`
}

// TransactionInfo says where a transaction is and whose it is.
type TransactionInfo struct {
	Hash    string `json:"hash"`
	Height  int64  `json:"height"`
	Index   int    `json:"index"`
	Type    string `json:"type"`
	Subtype string `json:"subtype"`
	Signer  string `json:"signer"`
}

// Transaction returns a mined transaction, or ErrNotYet. A transaction that was
// dropped because the chain came to refuse it is a *Problem.
func (c *Client) Transaction(ctx context.Context, id tx.ID) (*Transaction, error) {
	var t Transaction
	if err := c.get(ctx, "/chain/transactions/"+id.String(), &t); err != nil {
		return nil, err
	}
	return &t, nil
}

// WaitMined waits until the transaction is in a block. When it returns nil,
// every read of the gateway shows the transaction's effects.
func (c *Client) WaitMined(ctx context.Context, id tx.ID) error {
	path := "/chain/transactions/" + id.String()
	err := c.until(ctx, func() error { return c.get(ctx, path, nil) })
	if err != nil {
		return fmt.Errorf("transaction %s: %w", id, err)
	}
	return nil
}

// SubmitAndWait is Submit and WaitMined.
func (c *Client) SubmitAndWait(ctx context.Context, key *ethkey.Key, p tx.Payload) (tx.ID, error) {
	id, err := c.Submit(ctx, key, p)
	if err != nil {
		return id, err
	}
	return id, c.WaitMined(ctx, id)
}

// Ready asks whether the gateway can serve: it is not behind its chain.
func (c *Client) Ready(ctx context.Context) error {
	_, err := c.once(ctx, request{method: http.MethodGet, path: "/chain/info"})
	return err
}

// ParseTxID reads the hash that a gateway gave to a transaction.
func ParseTxID(s string) (tx.ID, error) {
	var id tx.ID
	err := parseHash(id[:], s, "transaction hash")
	return id, err
}

func parseHash(into []byte, s, what string) error {
	s = strings.TrimPrefix(s, "0x")
	if len(s) != 2*len(into) {
		return fmt.Errorf("%s %q is not %d hex digits", what, s, 2*len(into))
	}
	if _, err := hex.Decode(into, []byte(s)); err != nil {
		return fmt.Errorf("%s %q is not hex", what, s)
	}
	return nil
}
