package gateway

import (
	"context"
	"net/http"
	"sync"
	"time"

	"urna/ipfs/replica"
)

// Replica tells how far the files are here that the chain refers to: a
// *replica.Replicator.
type Replica interface {
	Status(ctx context.Context) (replica.Status, error)
}

// Looking at all files takes a while when there are many, and a store in a
// daemon may take its time: all clients are told the same for a second, and none
// waits for long.
const (
	statusAge  = time.Second
	statusTime = 2 * time.Second
)

// filesState is what clients were told last.
type filesState struct {
	mu   sync.Mutex
	at   time.Time
	last replica.Status
}

// filesStatus answers with what is known, even if the store of files does not
// tell how it is: that is what somebody wants to know then.
func (g *Gateway) filesStatus(w http.ResponseWriter, r *http.Request) error {
	s := g.filesSeen(r.Context())
	return reply(w, &s)
}

func (g *Gateway) filesSeen(ctx context.Context) replica.Status {
	g.looked.mu.Lock()
	defer g.looked.mu.Unlock()
	if now := g.now(); now.Sub(g.looked.at) >= statusAge {
		g.looked.at, g.looked.last = now, g.lookAtFiles(ctx)
	}
	return g.looked.last
}

func (g *Gateway) lookAtFiles(ctx context.Context) replica.Status {
	ctx, cancel := context.WithTimeout(ctx, statusTime)
	defer cancel()
	s := replica.Status{Missing: []replica.Missing{}}
	var err error
	if g.replica != nil {
		s, err = g.replica.Status(ctx)
	} else {
		s.Store, err = g.files.Status(ctx)
	}
	if err != nil {
		g.log.Warn("the store of files does not tell how it is", "err", err)
	}
	if s.Store.Addresses == nil {
		s.Store.Addresses = []string{}
	}
	return s
}
