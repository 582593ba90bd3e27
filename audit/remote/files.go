package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"urna/client"
	"urna/election"
)

// ErrNoFile says that a server does not have a file.
var ErrNoFile = errors.New("the file is not there")

const ipfsScheme = "ipfs://"

// File opens the file that an ipfs:// URI names; the error wraps ErrNoFile if the
// gateway does not have it. Whether the bytes are those that the URI names is
// for the caller to check.
func (g *Gateway) File(ctx context.Context, uri string) (io.ReadCloser, error) {
	cid, ok := strings.CutPrefix(uri, ipfsScheme)
	if !ok {
		return nil, fmt.Errorf("%w: %q is no URI of a file", ErrNoFile, uri)
	}
	f, err := g.c.File(ctx, cid)
	if p := new(client.Problem); errors.As(err, &p) && p.Status == http.StatusNotFound {
		return nil, fmt.Errorf("%w: %s does not have %s", ErrNoFile, g.Name(), uri)
	}
	return f, err
}

// LogFile returns a file of an election's vote log, see client.LogFile.
func (g *Gateway) LogFile(ctx context.Context, id election.ID, path string) ([]byte, error) {
	return g.c.LogFile(ctx, id, path)
}

// IPFS is a gateway of IPFS, such as a Kubo node or a public one.
type IPFS struct {
	root *url.URL
	http *http.Client
}

// NewIPFS takes the root of an IPFS gateway, http://host:port, below which files
// are at /ipfs/<CID>. It does not contact it.
func NewIPFS(root string) (*IPFS, error) {
	u, err := parseURL(root)
	if err != nil {
		return nil, err
	}
	return &IPFS{u, newHTTP(silence)}, nil
}

// File opens the file that an ipfs:// URI names, as Gateway.File does.
func (i *IPFS) File(ctx context.Context, uri string) (io.ReadCloser, error) {
	cid, ok := strings.CutPrefix(uri, ipfsScheme)
	if !ok {
		return nil, fmt.Errorf("%w: %q is no URI of a file", ErrNoFile, uri)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, i.root.JoinPath("ipfs", cid).String(), nil)
	if err != nil {
		return nil, err
	}
	res, err := i.http.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode == http.StatusOK {
		return res.Body, nil
	}
	res.Body.Close()
	switch res.StatusCode {
	case http.StatusNotFound, http.StatusGone, http.StatusBadRequest, http.StatusGatewayTimeout:
		return nil, fmt.Errorf("%w: %s answers %s for %s", ErrNoFile, i.root, res.Status, uri)
	}
	return nil, fmt.Errorf("%s answers %s for %s", i.root, res.Status, uri)
}
