package gateway

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"

	"urna/crypto/ethkey"
	"urna/indexer"
	"urna/state"
	"urna/tx"
)

type accountAnswer struct {
	Address        string          `json:"address"`
	Nonce          uint32          `json:"nonce"`
	Balance        uint64          `json:"balance"`
	ElectionIndex  uint32          `json:"electionIndex"`
	TransfersCount int64           `json:"transfersCount,omitempty"`
	FeesCount      int64           `json:"feesCount,omitempty"`
	InfoURL        string          `json:"infoURL,omitempty"`
	Metadata       json.RawMessage `json:"metadata,omitempty"`
	Delegates      []string        `json:"delegates,omitempty"`
	IdentityKey    string          `json:"sik"`
}

// findAccount reads an account that the path names.
func (g *Gateway) findAccount(r *http.Request) (ethkey.Address, *state.Account, error) {
	a, err := pathAddress(r, "address")
	if err != nil {
		return a, nil, err
	}
	acc, err := g.app.View().Account(a)
	if errors.Is(err, state.ErrNotFound) {
		return a, nil, problem(http.StatusNotFound, codeAccountNotFound, "account not found: %s", r.PathValue("address"))
	}
	return a, acc, err
}

func (g *Gateway) account(w http.ResponseWriter, r *http.Request) error {
	a, acc, err := g.findAccount(r)
	if err != nil {
		return err
	}
	counts, err := g.index.Account(r.Context(), a)
	if err != nil && !errors.Is(err, indexer.ErrNotFound) { // the index may be a block behind
		return err
	}
	out := accountAnswer{
		Address: a.String(), Nonce: acc.Nonce, Balance: acc.Balance, ElectionIndex: acc.ElectionIndex,
		TransfersCount: counts.Transfers, FeesCount: counts.Fees, InfoURL: acc.InfoURI,
		IdentityKey: hex.EncodeToString(acc.IdentityKey),
	}
	for _, d := range acc.Delegates {
		out.Delegates = append(out.Delegates, d.String())
	}
	if out.Metadata, err = g.metadata(r.Context(), acc.InfoURI); err != nil {
		return err
	}
	return reply(w, &out)
}

func (g *Gateway) accountMetadata(w http.ResponseWriter, r *http.Request) error {
	_, acc, err := g.findAccount(r)
	if err != nil {
		return err
	}
	document, err := g.metadata(r.Context(), acc.InfoURI)
	if err != nil {
		return err
	}
	if document == nil {
		return problem(http.StatusNotFound, codeMetadataURI, "this gateway does not have the metadata %q", acc.InfoURI)
	}
	return reply(w, document)
}

func (g *Gateway) identityKey(w http.ResponseWriter, r *http.Request) error {
	a, err := pathAddress(r, "address")
	if err != nil {
		return err
	}
	acc, err := g.app.View().Account(a)
	if errors.Is(err, state.ErrNotFound) || (err == nil && len(acc.IdentityKey) == 0) {
		return problem(http.StatusNotFound, codeIdentityNotFound, "SIK not found")
	}
	if err != nil {
		return err
	}
	return reply(w, map[string]string{"sik": hex.EncodeToString(acc.IdentityKey)})
}

func (g *Gateway) submitAccount(w http.ResponseWriter, r *http.Request) error {
	var body txBody
	if err := readJSON(r, &body); err != nil {
		return err
	}
	raw, t, err := decodeTx("txPayload", body.Payload)
	if err != nil {
		return err
	}
	var uri string
	switch p := t.Payload.(type) {
	case *tx.CreateAccount:
		uri = p.InfoURI
	case *tx.SetAccountInfo:
		uri = p.InfoURI
	default:
		return wrongKind(t, "create_account and set_account_info_uri")
	}
	document, err := g.metadataOf(&body, uri)
	if err != nil {
		return err
	}
	s, err := g.submit(r.Context(), raw, document)
	if err != nil {
		return err
	}
	return reply(w, &submitAnswer{TxHash: s.ID.String(), MetadataURL: uri})
}
