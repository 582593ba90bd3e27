package issuer

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/mail"
	"net/smtp"
	"strings"
	"time"
)

// Mail is an SMTP server and what is sent through it.
type Mail struct {
	Server   string // host:port
	From     string // address of the sender
	Subject  string
	User     string // empty: no authentication
	Password string
	TLS      *tls.Config // of the connection once STARTTLS is offered; nil for the server's name
	Plain    bool        // let a server without TLS do; for one on this machine
}

// Email lets in whoever reads the mail of an address: it sends a code of six
// digits there, which serves once. It sends to any address, whether it is on a
// list or not, or its answer would tell; how often, is bounded.
type Email struct {
	mail  Mail
	mails *limiter
}

// NewEmail checks the settings.
func NewEmail(m Mail) (*Email, error) {
	if _, _, err := net.SplitHostPort(m.Server); err != nil {
		return nil, fmt.Errorf("mail server %q: %w", m.Server, err)
	}
	if _, err := (&Email{}).Key(m.From); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	return &Email{mail: m, mails: newLimiter(maxMails, mailWindow/maxMails, maxClients)}, nil
}

// Name implements Method.
func (*Email) Name() string { return "email" }

// Questions implements Method.
func (*Email) Questions() []Question {
	return []Question{{"E-mail address", "email"}, {"Code that was sent there", "text"}}
}

// Key implements Method: the address in lower case.
func (*Email) Key(address string) (string, error) {
	a, err := mail.ParseAddress(address)
	if err != nil || a.Address != strings.TrimSpace(address) || strings.ContainsAny(address, "\r\n") {
		return "", fmt.Errorf("%q is not an e-mail address", address)
	}
	return strings.ToLower(a.Address), nil
}

// Answer implements Method.
func (e *Email) Answer(ctx context.Context, step int, state string, answer []string) (Progress, error) {
	if len(answer) != 1 {
		return Progress{}, ErrAnswer
	}
	if step == 0 {
		member, err := e.Key(answer[0])
		if err != nil {
			return Progress{}, ErrAnswer
		}
		if !e.mails.allow(member, time.Now()) {
			return Progress{}, ErrTooOften
		}
		code, err := newDigits()
		if err != nil {
			return Progress{}, err
		}
		if err := e.send(ctx, member, code); err != nil {
			return Progress{}, fmt.Errorf("send a code: %w", err)
		}
		return Progress{State: hashDigits(member, code) + " " + member}, nil
	}
	want, member, _ := strings.Cut(state, " ")
	got := hashDigits(member, strings.TrimSpace(answer[0]))
	if subtle.ConstantTimeCompare([]byte(want), []byte(got)) != 1 {
		return Progress{}, ErrAnswer
	}
	return Progress{Member: member}, nil
}

func newDigits() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}

func hashDigits(member, code string) string {
	h := sha256.Sum256([]byte(member + " " + code))
	return hex.EncodeToString(h[:])
}

// send hands a message to the server.
func (e *Email) send(ctx context.Context, to, code string) error {
	m := &e.mail
	ctx, cancel := context.WithTimeout(ctx, maxEmailSeconds*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // Quit has said what is to be said
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil {
		return err
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	if err := e.secure(c, host); err != nil {
		return err
	}
	if err := errors.Join(c.Mail(m.From), c.Rcpt(to)); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	text := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nYour code is %s\r\n",
		m.From, to, m.Subject, code)
	if _, err := w.Write([]byte(text)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

// secure turns on encryption and says who we are.
func (e *Email) secure(c *smtp.Client, host string) error {
	m := &e.mail
	if offered, _ := c.Extension("STARTTLS"); offered {
		config := m.TLS
		if config == nil {
			config = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
		}
		if err := c.StartTLS(config); err != nil {
			return err
		}
	} else if !m.Plain {
		return errors.New("the mail server does not offer STARTTLS")
	}
	if m.User == "" {
		return nil
	}
	return c.Auth(smtp.PlainAuth("", m.User, m.Password, host))
}
