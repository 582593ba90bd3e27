// Package client speaks to a gateway: typed calls over HTTP, transactions that
// are signed on this side of the wire, and the push stream. Private keys never
// leave the process. A gateway that says "try later" is asked again until the
// context ends or the attempts are used up; every other refusal comes back as a
// *Problem that names the rule.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// ErrNotYet reports that what was asked for may still come.
var ErrNotYet = errors.New("not yet")

// Config says which gateway to speak to and how patiently. Zero fields mean
// the defaults.
type Config struct {
	URL      string        // root of the API; http://127.0.0.1:9090/v2
	HTTP     *http.Client  // sends the requests; must not have a timeout, contexts bound them
	Attempts int           // how often a request is sent while the gateway says "try later"; 8
	Poll     time.Duration // pause between two questions while waiting for something; 250 ms
}

// DefaultURL is where `urnad dev` serves the API.
const DefaultURL = "http://127.0.0.1:9090/v2"

// maxAnswer bounds what a gateway can make us read; a census dump of a million
// members has about 60 MB.
const maxAnswer = 256 << 20

// Client is safe for concurrent use.
type Client struct {
	root     string
	http     *http.Client
	attempts int
	poll     time.Duration

	mu      sync.Mutex
	chainID string // learnt once; guarded by mu
}

// New makes a client. It does not contact the gateway.
func New(cfg Config) (*Client, error) {
	if cfg.URL == "" {
		cfg.URL = DefaultURL
	}
	u, err := url.Parse(cfg.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("gateway URL %q is not of the form http://host:port/v2", cfg.URL)
	}
	c := &Client{root: strings.TrimRight(cfg.URL, "/"), http: cfg.HTTP, attempts: cfg.Attempts, poll: cfg.Poll}
	if c.http == nil {
		c.http = &http.Client{}
	}
	if c.attempts <= 0 {
		c.attempts = 8
	}
	if c.poll <= 0 {
		c.poll = 250 * time.Millisecond
	}
	return c, nil
}

// URL is the root of the API.
func (c *Client) URL() string { return c.root }

// request is one call of the API.
type request struct {
	method, path string
	token        string // bearer token, if any
	body         []byte // if any
	contentType  string // of body; JSON if empty
}

// get asks for path and reads the answer into out.
func (c *Client) get(ctx context.Context, path string, out any) error {
	return c.call(ctx, request{method: http.MethodGet, path: path}, out)
}

// post sends in to path and reads the answer into out, which may be nil.
func (c *Client) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return c.call(ctx, request{method: http.MethodPost, path: path, body: body}, out)
}

// call sends r, again and again while the gateway says "try later", and reads
// the answer into out, which may be nil. All calls may be repeated: a
// transaction has one identity however often it arrives.
func (c *Client) call(ctx context.Context, r request, out any) error {
	answer, err := c.bytes(ctx, r)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s %s: answer is not what the API promises: %w", r.method, r.path, err)
	}
	return nil
}

// bytes is call without decoding.
func (c *Client) bytes(ctx context.Context, r request) ([]byte, error) {
	for n := 1; ; n++ {
		answer, err := c.once(ctx, r)
		var p *Problem
		if err == nil || n >= c.attempts || !errors.As(err, &p) || !p.Later() || p.retryAfter > maxWait {
			return answer, err
		}
		if err := pause(ctx, p.wait(n)); err != nil {
			return nil, err
		}
	}
}

// once sends r one time.
func (c *Client) once(ctx context.Context, r request) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, c.root+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	} else if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s %s: %w", r.method, r.path, err)
	case len(answer) > maxAnswer:
		return nil, fmt.Errorf("%s %s: answer is larger than %d bytes", r.method, r.path, maxAnswer)
	case res.StatusCode == http.StatusNoContent:
		return nil, ErrNotYet
	case res.StatusCode != http.StatusOK:
		return nil, readProblem(res, answer)
	}
	return answer, nil
}

// until repeats ask, with a pause in between, as long as it says ErrNotYet.
func (c *Client) until(ctx context.Context, ask func() error) error {
	for {
		if err := ask(); !errors.Is(err, ErrNotYet) {
			return err
		}
		if err := pause(ctx, c.poll); err != nil {
			return err
		}
	}
}

// pause waits for d or the end of the context.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
