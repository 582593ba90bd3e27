package gateway

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// maxIndexLag is how many blocks the index may be behind the state on a node
// that is ready: one is always under way.
const maxIndexLag = 3

// healthRoutes are outside the base path, for those who run the node.
func (g *Gateway) healthRoutes() []route {
	routes := []route{
		{"GET", "/ping", g.ping, "Whether anybody is there"},
		{"GET", "/health/live", g.live, "Whether the process should go on"},
		{"GET", "/health/ready", g.ready, "Whether the node is up to date"},
	}
	if g.gather != nil {
		show := promhttp.HandlerFor(g.gather, promhttp.HandlerOpts{})
		routes = append(routes, route{"GET", "/metrics", func(w http.ResponseWriter, r *http.Request) error {
			show.ServeHTTP(w, r)
			return nil
		}, "Metrics for Prometheus"})
	}
	return routes
}

func (g *Gateway) ping(w http.ResponseWriter, _ *http.Request) error {
	return replyBytes(w, "text/plain; charset=utf-8", []byte("."))
}

type health struct {
	Status      string `json:"status"` // "ok", or what is wrong
	Height      int64  `json:"height"`
	IndexHeight int64  `json:"indexHeight"`
	Syncing     bool   `json:"syncing"`
}

func (g *Gateway) health() health {
	return health{"ok", g.app.Store().Height(), g.index.Height(), g.blocks.Syncing()}
}

// live is false once the node has met a fault: it answers from what it knew,
// but only a restart can help.
func (g *Gateway) live(w http.ResponseWriter, _ *http.Request) error {
	h := g.health()
	if g.app.Fault() != nil {
		h.Status = "fault"
	}
	return replyHealth(w, h)
}

func (g *Gateway) ready(w http.ResponseWriter, _ *http.Request) error {
	h := g.health()
	switch {
	case g.app.Fault() != nil:
		h.Status = "fault"
	case h.Syncing:
		h.Status = "syncing"
	case h.Height == 0:
		h.Status = "no block yet"
	case g.index.Err() != nil:
		h.Status = "index failed"
	case h.IndexHeight < h.Height-maxIndexLag:
		h.Status = "index is behind"
	}
	return replyHealth(w, h)
}

func replyHealth(w http.ResponseWriter, h health) error {
	status := http.StatusOK
	if h.Status != "ok" {
		status = http.StatusServiceUnavailable
	}
	return replyStatus(w, status, h)
}
