package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"

	"urna/issuer"
)

const settingsFile = "issuer.toml"

// settings are what an operator decides; the file says what each is for.
type settings struct {
	Listen         string         `toml:"listen"`
	Title          string         `toml:"title"`
	TrustedProxies []netip.Prefix `toml:"trusted_proxies"`
	Mail           struct {
		Server       string `toml:"server"`
		From         string `toml:"from"`
		Subject      string `toml:"subject"`
		User         string `toml:"user"`
		PasswordFile string `toml:"password_file"`
		Plain        bool   `toml:"plain"`
	} `toml:"mail"`
	Login struct {
		Provider string `toml:"provider"`
		ClientID string `toml:"client_id"`
		Claim    string `toml:"claim"`
	} `toml:"login"`
}

const newSettings = `# Where the service listens. Put a server with TLS in front of it.
listen = "127.0.0.1:9292"

# What voters see.
title = "Elections"

# Networks, such as "127.0.0.1/32", whose X-Forwarded-For is believed: that of the
# server in front, without which all its clients count as one.
trusted_proxies = []

[mail] # for --auth email
server = ""        # host:port of an SMTP server with STARTTLS
from = ""
subject = "Your code"
user = ""
password_file = "" # its first line
plain = false      # let a server without STARTTLS do, such as one on this machine

[login] # for --auth oidc
provider = ""      # URL of the OpenID provider
client_id = ""
claim = "email"    # that names a member: email (verified by the provider) or sub
`

func readSettings(home string) (*settings, error) {
	s := &settings{}
	path := filepath.Join(home, settingsFile)
	m, err := toml.DecodeFile(path, s)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is not the home of an issuer; make one with urna-issuer init", home)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if unknown := m.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("%s: unknown setting %s", path, unknown[0])
	}
	return s, nil
}

// key turns entries of lists into members, by the method of the home.
func (s *settings) key(auth string) (func(string) (string, error), error) {
	switch auth {
	case "code":
		return issuer.Codes{}.Key, nil
	case "email":
		return (&issuer.Email{}).Key, nil
	case "oidc":
		l := issuer.Login(s.Login)
		return l.Key, l.Check()
	}
	return nil, fmt.Errorf("there is no way %q to find out who somebody is", auth)
}

// method makes the method of the home.
func (s *settings) method(ctx context.Context, auth string) (issuer.Method, error) {
	switch auth {
	case "email":
		m := issuer.Mail{Server: s.Mail.Server, From: s.Mail.From, Subject: s.Mail.Subject, User: s.Mail.User, Plain: s.Mail.Plain}
		if s.Mail.PasswordFile != "" {
			text, err := os.ReadFile(s.Mail.PasswordFile)
			if err != nil {
				return nil, err
			}
			m.Password, _, _ = strings.Cut(string(text), "\n")
		}
		return issuer.NewEmail(m)
	case "oidc":
		return issuer.NewOIDC(ctx, issuer.Login(s.Login))
	}
	return issuer.Codes{}, nil
}
