// Package gateway serves the chain to apps and browsers over HTTP: a superset
// of the API that existing clients speak, under /v2. Reads answer from the
// state of the last committed block or from the indexer; submissions are handed
// to the app, which alone decides. It promises that hostile requests cost
// little and that every refusal is a JSON problem document, and it refuses to
// hold keys of anybody but its own faucet.
//
// docs/gateway.md is the guide for clients, openapi.json the list of calls.
package gateway

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

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
	Log      *slog.Logger      // required

	Replica Replica // tells how far the files are here that the chain refers to; nil if nobody looks

	Ethereum Ethereum // tells what stands there about this chain; nil if nobody looks
	Anchor   Anchor   // tells how far this chain is anchored there; nil if nobody looks

	// LogKey signs the checkpoints of vote logs that this gateway publishes.
	LogKey ed25519.PrivateKey // required

	Faucet FaucetConfig // off unless it has a key
	Limits Limits       // zero fields mean the defaults

	// Metrics gets the gateway's own metrics; nil for none. Gather is what
	// /metrics shows; nil hides it.
	Metrics prometheus.Registerer
	Gather  prometheus.Gatherer

	// Now is the clock of the rate limits; time.Now.
	Now func() time.Time
}

// Gateway answers requests. It is safe for concurrent use.
type Gateway struct {
	app      *app.App
	index    *indexer.Indexer
	blocks   Blocks
	files    *ipfs.Store
	replica  Replica
	ethereum Ethereum
	anchor   Anchor
	looked   filesState
	recent   *fileCache // of files
	censuses *censuses.Service
	log      *slog.Logger

	faucet  faucet
	limits  Limits
	clients *meter[client]      // their requests
	members *meter[client]      // bytes of census members that they send
	crowd   *crowd              // their requests under way
	running chan struct{}       // a place for each request under way
	bodies  *semaphore.Weighted // bytes of request bodies in memory
	metrics *metrics
	gather  prometheus.Gatherer
	proofs  *proofs
	logKey  ed25519.PrivateKey
	now     func() time.Time
}

// New checks cfg and makes a gateway.
func New(cfg Config) (*Gateway, error) {
	if cfg.App == nil || cfg.Index == nil || cfg.Blocks == nil || cfg.Files == nil || cfg.Censuses == nil || cfg.Log == nil {
		return nil, errors.New("gateway: App, Index, Blocks, Files, Censuses and Log are required")
	}
	if len(cfg.LogKey) != ed25519.PrivateKeySize {
		return nil, errors.New("gateway: LogKey is required")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if err := cfg.Limits.complete(); err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	if err := cfg.Faucet.complete(); err != nil {
		return nil, fmt.Errorf("gateway: faucet: %w", err)
	}
	m, err := newMetrics(cfg.Metrics)
	if err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	g := &Gateway{
		app: cfg.App, index: cfg.Index, blocks: cfg.Blocks, files: cfg.Files, replica: cfg.Replica, ethereum: cfg.Ethereum, anchor: cfg.Anchor, censuses: cfg.Censuses, log: cfg.Log,
		recent: newFileCache(recentBytes), limits: cfg.Limits, now: cfg.Now, metrics: m, gather: cfg.Gather, logKey: cfg.LogKey,
		running: make(chan struct{}, cfg.Limits.Concurrent),
		bodies:  semaphore.NewWeighted(cfg.Limits.MaxBodies),
		faucet:  newFaucet(cfg.Faucet, cfg.Now),
	}
	if g.proofs, err = newProofs(cfg.Blocks.GenesisDocument()); err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	if g.limits.Rate > 0 {
		perDay := float64(g.limits.CensusBytes) / (24 * time.Hour).Seconds()
		g.clients = newMeter[client](g.limits.Rate, g.limits.Burst, g.limits.Clients, cfg.Now)
		g.members = newMeter[client](perDay, g.limits.CensusBytes, g.limits.Clients, cfg.Now)
		g.crowd = newCrowd(g.limits.Parallel)
	}
	return g, nil
}

// Handler serves everything.
func (g *Gateway) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range g.routes() {
		mux.Handle(rt.method+" "+BasePath+rt.pattern, g.endpoint(rt, false))
	}
	for _, rt := range g.streamRoutes() {
		mux.Handle(rt.method+" "+BasePath+rt.pattern, g.endpoint(rt, true))
	}
	for _, rt := range g.healthRoutes() {
		mux.Handle(rt.method+" "+rt.pattern, g.public(rt))
	}
	mux.Handle("/", g.noEndpoint(mux))
	return g.door(mux)
}
