// Package remote gets chains for an auditor over HTTP: from a gateway, or from
// the RPC of a CometBFT node, or from several of them in turn.
//
// It promises to give up on whoever says nothing for a while or sends more than
// it may, and to ask again where that may help. What it returns is unchecked:
// checking is package audit's, which trusts none of it.
package remote

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"urna/client"
)

// Patience with a server.
const (
	dialTime = 10 * time.Second
	silence  = time.Minute // until the first byte of an answer, and between two
)

// newHTTP is a client that ends requests by silence and not by their length.
func newHTTP(silence time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: dialTime}
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &impatient{c, silence}, nil
		},
		TLSHandshakeTimeout:   dialTime,
		ResponseHeaderTimeout: silence,
		IdleConnTimeout:       silence,
		MaxIdleConnsPerHost:   4,
		ForceAttemptHTTP2:     true,
	}}
}

// impatient is a connection on which nothing may take longer than its silence.
type impatient struct {
	net.Conn
	silence time.Duration
}

func (c *impatient) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *impatient) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// Gateway is a gateway of this house. It implements audit.Source and
// audit.Prover.
type Gateway struct{ c *client.Client }

// NewGateway takes the root of a gateway's API, http://host:port/v2. It does not
// contact it.
func NewGateway(root string) (*Gateway, error) {
	c, err := client.New(client.Config{URL: root, HTTP: newHTTP(silence), Attempts: 5})
	if err != nil {
		return nil, err
	}
	return &Gateway{c}, nil
}

// Name implements audit.Source.
func (g *Gateway) Name() string { return g.c.URL() }

// Genesis implements audit.Source.
func (g *Gateway) Genesis(ctx context.Context) ([]byte, error) { return g.c.Genesis(ctx) }

// Tip implements audit.Source.
func (g *Gateway) Tip(ctx context.Context) (int64, error) {
	info, err := g.c.Info(ctx)
	if err != nil {
		return 0, err
	}
	return info.Height, nil
}

// Blocks implements audit.Source.
func (g *Gateway) Blocks(ctx context.Context, from int64, visit func(raw []byte) error) error {
	return g.c.RawBlocks(ctx, from, visit)
}

// Record implements audit.Prover.
func (g *Gateway) Record(ctx context.Context, height int64, key []byte) ([]byte, error) {
	return g.c.Proof(ctx, fmt.Sprintf("keys/%s?height=%d", hex.EncodeToString(key), height))
}

// Signed returns the signed header of a height (docs/spec/proofs.md section 4).
func (g *Gateway) Signed(ctx context.Context, height int64) ([]byte, error) {
	return g.c.LightBlock(ctx, height)
}

// parseURL takes the root of a server.
func parseURL(root string) (*url.URL, error) {
	u, err := url.Parse(root)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("URL %q is not of the form http://host:port", root)
	}
	return u, nil
}
