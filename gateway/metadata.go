package gateway

import (
	"container/list"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"urna/ipfs"
)

// file is a file that accounts and elections name as their metadata, and what
// follows from its bytes. Anybody may name anything: it need be no JSON. It is
// shared and never changes.
type file struct {
	raw    []byte
	object bool   // raw is a JSON object
	title  string // of an election
}

// file finds a file that this gateway may have; nil if it has not.
func (g *Gateway) file(ctx context.Context, uri string) (*file, error) {
	if uri == "" {
		return nil, nil
	}
	if f := g.recent.get(uri); f != nil {
		return f, nil
	}
	b, err := g.files.Get(ctx, uri, int64(g.limits.MaxMetadata))
	if errors.Is(err, ipfs.ErrNotFound) || errors.Is(err, ipfs.ErrBadURI) || errors.Is(err, ipfs.ErrTooLarge) {
		return nil, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil { // what the chain says can be told without
		g.log.Warn("a file cannot be read", "uri", uri, "err", err)
		return nil, nil
	}
	f := &file{raw: b, object: isObject(b)}
	if f.object {
		f.title = titleOf(b)
	}
	g.recent.put(uri, f)
	return f, nil
}

// metadata finds a JSON object that this gateway may have; nil if it has not, or
// if it is something else.
func (g *Gateway) metadata(ctx context.Context, uri string) (json.RawMessage, error) {
	f, err := g.file(ctx, uri)
	if err != nil || f == nil || !f.object {
		return nil, err
	}
	return f.raw, nil
}

func isObject(b []byte) bool {
	for _, c := range b {
		switch c {
		case ' ', '\t', '\r', '\n':
			continue
		}
		return c == '{' && json.Valid(b)
	}
	return false
}

// titleOf is the title of an election's metadata in the default language, or in
// the first one by name.
func titleOf(metadata []byte) string {
	var m struct {
		Title map[string]string `json:"title"`
	}
	if json.Unmarshal(metadata, &m) != nil || len(m.Title) == 0 {
		return ""
	}
	if t, ok := m.Title["default"]; ok {
		return t
	}
	var languages []string
	for l := range m.Title {
		languages = append(languages, l)
	}
	return m.Title[slices.Min(languages)]
}

// recentBytes bounds the files that are kept in memory.
const recentBytes = 16 << 20

// fileCache keeps the files that were asked for last, up to limit bytes. A URI says
// what its file contains, so what is kept is true for ever; that a file is missing
// is not kept.
type fileCache struct {
	limit int

	mu    sync.Mutex // guards what follows
	bytes int
	order *list.List // of *kept, the last that was asked for in front
	byURI map[string]*list.Element
}

type kept struct {
	uri string
	*file
}

// size counts what a map, a list and a file take beside their bytes, too.
func (k *kept) size() int { return len(k.uri) + len(k.raw) + len(k.title) + 256 }

func newFileCache(limit int) *fileCache {
	return &fileCache{limit: limit, order: list.New(), byURI: map[string]*list.Element{}}
}

func (c *fileCache) get(uri string) *file {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byURI[uri]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*kept).file
}

func (c *fileCache) put(uri string, f *file) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byURI[uri] != nil {
		return // somebody else was quicker
	}
	k := &kept{uri, f}
	c.byURI[uri] = c.order.PushFront(k)
	c.bytes += k.size()
	for c.bytes > c.limit {
		last := c.order.Remove(c.order.Back()).(*kept)
		delete(c.byURI, last.uri)
		c.bytes -= last.size()
	}
}
