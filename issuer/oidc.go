package issuer

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Login is an OpenID provider.
type Login struct {
	Provider string // URL of the issuer of ID tokens
	ClientID string // ours, with the provider
	Claim    string // that names a member: "sub", or "email" if the provider has verified it
}

// OIDC lets in whoever logs in with an OpenID provider: the first step hands
// out a nonce, which the page sends along with the login, the second takes the
// ID token, which names the nonce and us.
type OIDC struct {
	login    Login
	verifier *oidc.IDTokenVerifier
}

// Check checks the settings.
func (l *Login) Check() error {
	if l.Claim != "sub" && l.Claim != "email" {
		return fmt.Errorf("the claim %q is neither sub nor email", l.Claim)
	}
	if l.ClientID == "" || l.Provider == "" {
		return errors.New("the provider or our client id there is not given")
	}
	return nil
}

// Key turns an entry of a list of members into a member's ID.
func (l *Login) Key(entry string) (string, error) {
	if l.Claim == "email" {
		return (&Email{}).Key(entry)
	}
	return entry, nil
}

// NewOIDC asks the provider for its keys.
func NewOIDC(ctx context.Context, l Login) (*OIDC, error) {
	if err := l.Check(); err != nil {
		return nil, err
	}
	provider, err := oidc.NewProvider(ctx, l.Provider)
	if err != nil {
		return nil, fmt.Errorf("OpenID provider %s: %w", l.Provider, err)
	}
	return &OIDC{l, provider.Verifier(&oidc.Config{ClientID: l.ClientID})}, nil
}

// Name implements Method.
func (*OIDC) Name() string { return "oidc" }

// Questions implements Method.
func (*OIDC) Questions() []Question {
	return []Question{{"Begin the login", "text"}, {"ID token", "token"}}
}

// Key implements Method.
func (o *OIDC) Key(entry string) (string, error) { return o.login.Key(entry) }

// Answer implements Method. The hints of the first step are the nonce, the
// provider and our client id there.
func (o *OIDC) Answer(ctx context.Context, step int, state string, answer []string) (Progress, error) {
	if step == 0 {
		var b [32]byte
		if _, err := rand.Read(b[:]); err != nil {
			return Progress{}, err
		}
		nonce := base64.RawURLEncoding.EncodeToString(b[:])
		return Progress{State: nonce, Hints: []string{nonce, o.login.Provider, o.login.ClientID}}, nil
	}
	if len(answer) != 1 {
		return Progress{}, ErrAnswer
	}
	token, err := o.verifier.Verify(ctx, answer[0])
	if err != nil || token.Nonce != state {
		return Progress{}, ErrAnswer
	}
	if o.login.Claim == "sub" {
		return Progress{Member: token.Subject}, nil
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := token.Claims(&claims); err != nil || !claims.Verified {
		return Progress{}, ErrAnswer
	}
	member, err := (&Email{}).Key(strings.TrimSpace(claims.Email))
	if err != nil {
		return Progress{}, ErrAnswer
	}
	return Progress{Member: member}, nil
}
