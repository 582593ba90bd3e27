package client

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/holiman/uint256"

	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

// IssuerFile is what an issuer says of its keys, for whoever creates the
// election.
type IssuerFile struct {
	Origin  string            `json:"censusOrigin"`
	Key     string            `json:"key,omitempty"` // compressed secp256k1, hex
	Classes []IssuerFileClass `json:"weightClasses,omitempty"`
	Members uint64            `json:"members"`
}

// IssuerFileClass is a weight class of a blind issuer.
type IssuerFileClass struct {
	Weight string `json:"weight"` // decimal
	Key    string `json:"key"`    // RSA modulus, hex
}

// Apply makes an election one of this issuer.
func (f *IssuerFile) Apply(e *tx.NewElection) (err error) {
	if e.MaxCensusSize == 0 {
		e.MaxCensusSize = f.Members
	}
	switch f.Origin {
	case census.Issuer.String():
		e.CensusOrigin = census.Issuer
		if e.IssuerKey, err = hex.DecodeString(f.Key); err != nil {
			return fmt.Errorf("key of the issuer: %w", err)
		}
		return nil
	case census.BlindIssuer.String():
		e.CensusOrigin = census.BlindIssuer
		for _, c := range f.Classes {
			w, err := uint256.FromDecimal(c.Weight)
			if err != nil {
				return fmt.Errorf("weight %q: %w", c.Weight, err)
			}
			key, err := hex.DecodeString(c.Key)
			if err != nil {
				return fmt.Errorf("key of weight %s: %w", c.Weight, err)
			}
			e.Classes = append(e.Classes, census.Class{Weight: w.Bytes(), Key: key})
		}
		return census.CheckClasses(e.Classes)
	}
	return fmt.Errorf("an issuer has no census of origin %q", f.Origin)
}

// CredentialCount is how many credentials of a weight were handed out.
type CredentialCount struct {
	Weight string `json:"weight"` // decimal
	Count  uint64 `json:"count"`
}

// CountCredentials writes to the chain how many credentials were handed out.
func (c *Client) CountCredentials(ctx context.Context, key *ethkey.Key, id election.ID, counts []CredentialCount) (tx.ID, error) {
	var issued []tx.Issued
	for _, n := range counts {
		w, err := uint256.FromDecimal(n.Weight)
		if err != nil {
			return tx.ID{}, fmt.Errorf("weight %q: %w", n.Weight, err)
		}
		if n.Count > 0 {
			issued = append(issued, tx.Issued{Weight: w.Bytes(), Count: n.Count})
		}
	}
	if len(issued) == 0 {
		return tx.ID{}, errors.New("nobody has a credential; there is nothing to count")
	}
	return c.submitNext(ctx, key, func(nonce uint32) tx.Payload {
		return &tx.SetCensus{Nonce: nonce, Election: id, Issued: issued}
	})
}

// Issuer speaks to the service of an issuer.
type Issuer struct {
	url  string
	http *http.Client
}

// NewIssuer makes a client of the issuer at a URL such as https://host/v1.
func NewIssuer(url string) *Issuer {
	return &Issuer{strings.TrimRight(url, "/") + "/auth/elections/", &http.Client{Timeout: 90 * time.Second}}
}

// IssuerInfo is what an issuer says of itself.
type IssuerInfo struct {
	Title string `json:"title"`
	Auth  string `json:"authType"`
	Steps []struct {
		Title string `json:"title"`
		Type  string `json:"type"`
	} `json:"authSteps"`
}

// Info asks what the issuer wants to know.
func (i *Issuer) Info(ctx context.Context) (out IssuerInfo, err error) {
	return out, i.do(ctx, http.MethodGet, "info", nil, &out)
}

// StepAnswer is what an issuer says to an answer.
type StepAnswer struct {
	AuthToken string   `json:"authToken"` // for the next step
	Hints     []string `json:"response"`
	Token     string   `json:"token"`  // after the last step: for Sign
	Weight    string   `json:"weight"` // the same: the member's
	Key       string   `json:"key"`    // the same: of the member's class, in a blind election
}

// Step answers the issuer's question.
func (i *Issuer) Step(ctx context.Context, id election.ID, kind, auth string, step int, token, answer string) (out StepAnswer, err error) {
	body := map[string]any{"authData": []string{answer}}
	if token != "" {
		body["authToken"] = token
	}
	return out, i.do(ctx, http.MethodPost, fmt.Sprintf("%s/%s/%s/%d", id, kind, auth, step), body, &out)
}

// Sign asks for a signature of a request.
func (i *Issuer) Sign(ctx context.Context, id election.ID, kind, token string, request []byte) ([]byte, error) {
	var out struct {
		Signature string `json:"signature"`
	}
	body := map[string]string{"token": token, "payload": hex.EncodeToString(request)}
	if err := i.do(ctx, http.MethodPost, fmt.Sprintf("%s/%s/sign", id, kind), body, &out); err != nil {
		return nil, err
	}
	return hex.DecodeString(out.Signature)
}

func (i *Issuer) do(ctx context.Context, method, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, i.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	w, err := i.http.Do(r)
	if err != nil {
		return err
	}
	defer w.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(w.Body, 64<<10))
	if err != nil {
		return err
	}
	if w.StatusCode != http.StatusOK {
		var said struct {
			Error string `json:"error"`
		}
		if json.Unmarshal(answer, &said) == nil && said.Error != "" {
			return fmt.Errorf("the issuer says: %s", said.Error)
		}
		return fmt.Errorf("the issuer answers with status %d", w.StatusCode)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("the issuer's answer: %w", err)
	}
	return nil
}

// The kinds of signatures, as paths of the issuer name them.
const (
	PlainCredential = "ecdsa"
	BlindCredential = "rsa"
)
