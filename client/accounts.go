package client

import (
	"context"
	"encoding/json"
	"errors"

	"urna/crypto/ethkey"
	"urna/tx"
)

// Account is what the chain knows of an address, and its metadata.
type Account struct {
	Address        string          `json:"address"`
	Nonce          uint32          `json:"nonce"`
	Balance        uint64          `json:"balance"`
	ElectionIndex  uint32          `json:"electionIndex"`
	TransfersCount uint64          `json:"transfersCount"`
	FeesCount      uint64          `json:"feesCount"`
	InfoURL        string          `json:"infoURL,omitempty"`
	Metadata       json.RawMessage `json:"metadata,omitempty"`
	IdentityKey    string          `json:"sik,omitempty"`
}

// Text is a text by language; "default" is shown to everybody else.
type Text map[string]string

// Plain makes a Text of one language.
func Plain(s string) Text { return Text{"default": s} }

// AccountMetadata describes an account to people. It is stored by content, not
// on the chain.
type AccountMetadata struct {
	Version     string            `json:"version"`
	Languages   []string          `json:"languages"`
	Name        Text              `json:"name"`
	Description Text              `json:"description"`
	NewsFeed    Text              `json:"newsFeed"`
	Media       map[string]string `json:"media"`
	Meta        map[string]any    `json:"meta"`
}

// NewAccountMetadata makes a document with a name and a description.
func NewAccountMetadata(name, description string) AccountMetadata {
	return AccountMetadata{
		Version: "1.0", Languages: []string{"en"}, Name: Plain(name), Description: Plain(description),
		NewsFeed: Plain(""), Media: map[string]string{}, Meta: map[string]any{},
	}
}

// Account asks for an account. An unknown one is a *Problem with
// CodeAccountNotFound.
func (c *Client) Account(ctx context.Context, a ethkey.Address) (*Account, error) {
	var out Account
	if err := c.get(ctx, "/accounts/"+a.String(), &out); err != nil {
		return nil, err
	}
	return &out, nil
}

// HasAccount tells whether the account exists.
func (c *Client) HasAccount(ctx context.Context, a ethkey.Address) (bool, error) {
	_, err := c.Account(ctx, a)
	var p *Problem
	if errors.As(err, &p) && p.Code == CodeAccountNotFound {
		return false, nil
	}
	return err == nil, err
}

// nonce is what the account's next transaction must carry.
func (c *Client) nonce(ctx context.Context, a ethkey.Address) (uint32, error) {
	account, err := c.Account(ctx, a)
	if err != nil {
		return 0, err
	}
	return account.Nonce, nil
}

// CID is the content address that the gateway would give to a document.
func (c *Client) CID(ctx context.Context, document []byte) (string, error) {
	var out struct {
		CID string `json:"cid"`
	}
	in := struct {
		Payload []byte `json:"payload"`
	}{document}
	if err := c.post(ctx, "/files/cid", in, &out); err != nil {
		return "", err
	}
	if out.CID == "" {
		return "", errors.New("POST /files/cid: answer holds no content address")
	}
	return out.CID, nil
}

// Claim asks the faucet for a package for a. It is worth nothing until a
// transaction redeems it.
func (c *Client) Claim(ctx context.Context, a ethkey.Address) (*tx.FaucetPackage, error) {
	var out struct {
		Package tx.FaucetPackage `json:"faucetPackage"`
	}
	if err := c.get(ctx, "/open/claim/"+a.String(), &out); err != nil {
		return nil, err
	}
	return &out.Package, nil
}

// CreateAccount makes the account of key. The faucet package may be nil where
// accounts are free. The account exists when the transaction is mined.
func (c *Client) CreateAccount(ctx context.Context, key *ethkey.Key, m AccountMetadata, faucet *tx.FaucetPackage) (tx.ID, error) {
	return c.sendAccount(ctx, key, m, func(uri string) (tx.Payload, error) {
		return &tx.CreateAccount{Account: key.Address(), InfoURI: uri, Faucet: faucet}, nil
	})
}

// SetAccountInfo changes an account's metadata.
func (c *Client) SetAccountInfo(ctx context.Context, key *ethkey.Key, m AccountMetadata) (tx.ID, error) {
	return c.sendAccount(ctx, key, m, func(uri string) (tx.Payload, error) {
		n, err := c.nonce(ctx, key.Address())
		return &tx.SetAccountInfo{Nonce: n, Account: key.Address(), InfoURI: uri}, err
	})
}

// sendAccount stores metadata and sends the transaction that names it.
func (c *Client) sendAccount(ctx context.Context, key *ethkey.Key, m AccountMetadata, payload func(uri string) (tx.Payload, error)) (tx.ID, error) {
	document, err := json.Marshal(m)
	if err != nil {
		return tx.ID{}, err
	}
	uri, err := c.CID(ctx, document)
	if err != nil {
		return tx.ID{}, err
	}
	p, err := payload(uri)
	if err != nil {
		return tx.ID{}, err
	}
	raw, err := c.Sign(ctx, key, p)
	if err != nil {
		return tx.ID{}, err
	}
	var out struct {
		Hash string `json:"txHash"`
	}
	if err := known(c.post(ctx, "/accounts", withMetadata{raw, document}, &out), &out.Hash); err != nil {
		return tx.ID{}, err
	}
	return ParseTxID(out.Hash)
}

// withMetadata is the body of calls that bring a document along.
type withMetadata struct {
	Tx       []byte `json:"txPayload"`
	Metadata []byte `json:"metadata"`
}

// CollectFaucet redeems a faucet package for an existing account.
func (c *Client) CollectFaucet(ctx context.Context, key *ethkey.Key, faucet *tx.FaucetPackage) (tx.ID, error) {
	return c.submitNext(ctx, key, func(n uint32) tx.Payload {
		return &tx.CollectFaucet{Nonce: n, Faucet: *faucet}
	})
}

// SendTokens moves tokens to another account.
func (c *Client) SendTokens(ctx context.Context, key *ethkey.Key, to ethkey.Address, amount uint64) (tx.ID, error) {
	return c.submitNext(ctx, key, func(n uint32) tx.Payload {
		return &tx.SendTokens{Nonce: n, From: key.Address(), To: to, Amount: amount}
	})
}

// AddDelegates lets others manage the elections of key's account.
func (c *Client) AddDelegates(ctx context.Context, key *ethkey.Key, delegates ...ethkey.Address) (tx.ID, error) {
	return c.submitNext(ctx, key, func(n uint32) tx.Payload {
		return &tx.AddDelegate{Nonce: n, Delegates: delegates}
	})
}

// DelDelegates takes that right away.
func (c *Client) DelDelegates(ctx context.Context, key *ethkey.Key, delegates ...ethkey.Address) (tx.ID, error) {
	return c.submitNext(ctx, key, func(n uint32) tx.Payload {
		return &tx.DelDelegate{Nonce: n, Delegates: delegates}
	})
}

// TakeSeat asks for a validator's seat for a consensus key, which possession
// shows to agree; see tx.PossessionText.
func (c *Client) TakeSeat(ctx context.Context, key *ethkey.Key, publicKey, possession []byte, name string) (tx.ID, error) {
	return c.submitNext(ctx, key, func(n uint32) tx.Payload {
		return &tx.SetValidator{Nonce: n, PublicKey: publicKey, Name: name, Possession: possession}
	})
}

// submitNext sends the payload that make builds with the account's next nonce.
func (c *Client) submitNext(ctx context.Context, key *ethkey.Key, build func(nonce uint32) tx.Payload) (tx.ID, error) {
	n, err := c.nonce(ctx, key.Address())
	if err != nil {
		return tx.ID{}, err
	}
	return c.Submit(ctx, key, build(n))
}
