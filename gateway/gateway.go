// Package gateway serves the chain to apps and browsers over HTTP: a superset
// of the API that existing clients speak, under /v2. Reads answer from the
// state of the last committed block or from the indexer; submissions are handed
// to the app, which alone decides. The package promises that hostile requests
// cost little and end in a JSON answer, and it refuses to hold keys of anybody
// but its own faucet.
package gateway

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"urna/app"
	"urna/gateway/censuses"
	"urna/indexer"
	"urna/ipfs"
)

// BasePath is where the API begins.
const BasePath = "/v2"

// Config says what a gateway serves and how much of it.
type Config struct {
	App      *app.App          // required
	Index    *indexer.Indexer  // required
	Blocks   Blocks            // required
	Files    *ipfs.Store       // required
	Censuses *censuses.Service // required
	Faucet   FaucetConfig      // off unless it has a key
	Limits   Limits            // zero fields mean the defaults
	Log      *slog.Logger      // required
	Now      func() time.Time  // nil means time.Now; used by limits and the faucet only
}

// Gateway answers requests. It is safe for concurrent use.
type Gateway struct {
	app      *app.App
	index    *indexer.Indexer
	blocks   Blocks
	files    *ipfs.Store
	censuses *censuses.Service
	limits   Limits
	log      *slog.Logger
	now      func() time.Time
}

// New checks cfg and makes a gateway.
func New(cfg Config) (*Gateway, error) {
	if cfg.App == nil || cfg.Index == nil || cfg.Blocks == nil || cfg.Files == nil || cfg.Censuses == nil || cfg.Log == nil {
		return nil, errors.New("gateway: App, Index, Blocks, Files, Censuses and Log are required")
	}
	return &Gateway{}, nil
}

// Handler serves everything.
func (g *Gateway) Handler() http.Handler { return http.NotFoundHandler() }
