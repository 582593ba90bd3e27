package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"urna/crypto/ethkey"
	"urna/registry/invitation"
)

// desk is where an organisation takes back its invitations: urna-registry serve. It
// is not a gateway, and it is not trusted.
type desk struct {
	root string
	http *http.Client
}

// newDesk takes the address of its page. Codes are secret, so that it begins with
// https:// unless it is on this machine.
func newDesk(address string) (*desk, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, fmt.Errorf("%q is not of the form https://host/", address)
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s is not encrypted, and the code would be for everybody on the way", address)
	}
	u.RawQuery, u.Fragment = "", ""
	// A page that has moved could send the code elsewhere.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &desk{root: strings.TrimRight(u.String(), "/"), http: &http.Client{CheckRedirect: stay}}, nil
}

// join redeems an invitation: the key signs that its owner will vote with its
// address. It returns the name of the organisation.
func (d *desk) join(ctx context.Context, key *ethkey.Key, c invitation.Code) (organisation string, err error) {
	var who struct {
		Organisation string `json:"organisation"`
		Registry     string `json:"registry"`
	}
	if err := d.call(ctx, http.MethodGet, "/registry", nil, &who); err != nil {
		return "", err
	}
	if who.Registry == "" || strings.ContainsFunc(who.Organisation+who.Registry, unicode.IsControl) {
		return "", fmt.Errorf("%s is not the page of a registry", d.root) // it could put more into the text
	}
	sig, err := key.Sign([]byte(invitation.Text(who.Organisation, who.Registry, c, key.Address())))
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]string{"code": c.String(), "address": key.Address().String(), "signature": hex.EncodeToString(sig)})
	if err != nil {
		return "", err
	}
	return who.Organisation, d.call(ctx, http.MethodPost, "/redeem", body, nil)
}

func (d *desk) call(ctx context.Context, method, path string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, d.root+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := d.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		var refusal struct {
			Error string `json:"error"`
		}
		if json.Unmarshal(answer, &refusal) == nil && refusal.Error != "" {
			return errors.New(refusal.Error)
		}
		return fmt.Errorf("%s%s answers %s", d.root, path, res.Status)
	}
	if out != nil && json.Unmarshal(answer, out) != nil {
		return fmt.Errorf("%s is not the page of a registry", d.root)
	}
	return nil
}
