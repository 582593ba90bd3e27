package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"urna/indexer"
)

// Bounds of the stream.
const (
	maxStreams    = 1000             // clients at the same time
	maxQueued     = 64               // blocks that wait for a client
	maxQueuedSize = 16 << 20         // bytes that wait for a client
	maxReplays    = 2                // blocks read at the same time for clients that are behind
	heartbeat     = 15 * time.Second // at most this long without a sign of life
	sendTime      = 10 * time.Second // for a client to take what it is sent
)

// streamRoutes lists the calls that may go on for as long as the client wants.
func (g *Gateway) streamRoutes() []route {
	return []route{
		{"GET", "/chain/events", newStream(g.index, g.blocks, g.log).serve, "What happens on the chain, as server-sent events"},
		{"POST", "/censuses/{census}/participants/stream", newUploads(g).serve, "Add any number of members to a census"},
	}
}

// stream hands out what blocks do, once the index has them, to clients that
// listen. A goroutine reads each block once and encodes it once for each set of
// filters in use; it lives while somebody listens. Clients that come from an
// earlier position read blocks for themselves until they have caught up.
type stream struct {
	index     *indexer.Indexer
	blocks    Blocks
	log       *slog.Logger
	heartbeat time.Duration
	places    chan struct{} // one for each client
	replays   chan struct{} // one for each block that is read for one client

	mu      sync.Mutex
	clients map[*listener]struct{} // guarded by mu
	height  int64                  // of the last block handed out; guarded by mu
	stop    context.CancelFunc     // ends the goroutine; nil while none runs; guarded by mu
	done    chan struct{}          // closed when the goroutine has ended; guarded by mu
}

func newStream(index *indexer.Indexer, blocks Blocks, log *slog.Logger) *stream {
	return &stream{
		index: index, blocks: blocks, log: log, heartbeat: heartbeat,
		places: make(chan struct{}, maxStreams), replays: make(chan struct{}, maxReplays),
		clients: map[*listener]struct{}{},
	}
}

// listener is a client that has caught up.
type listener struct {
	filter streamFilter
	after  int64       // the last block that it has already
	queue  chan []byte // closed when the client is cut
	size   int         // bytes in queue; guarded by stream.mu
	why    string      // why the queue was closed; set before that
}

// serve answers GET /chain/events.
func (s *stream) serve(w http.ResponseWriter, r *http.Request) error {
	filter, err := streamFilterOf(r)
	if err != nil {
		return err
	}
	from, err := s.start(r)
	if err != nil {
		return err
	}
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		return overloaded("too many clients listen; try again later")
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // proxies must not collect
	c := &connection{w, http.NewResponseController(w)}
	// The client learns where it starts, so that it can resume before anything
	// has happened.
	if c.send(fmt.Appendf(nil, "retry: 1000\nid: %s\n\n", from)) != nil {
		return nil
	}
	if err := s.follow(r.Context(), c, &filter, from); err != nil && !errors.Is(err, errGone) && r.Context().Err() == nil {
		s.log.Error("stream of events ended in a fault", "error", err)
		_ = c.send(cutEvent("fault of this node"))
	}
	return nil
}

// start finds where the client wants to begin: after an id that it saw, after a
// height, or now.
func (s *stream) start(r *http.Request) (position, error) {
	now := position{s.index.Height(), wholeBlock}
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	if text == "" {
		return now, nil
	}
	height, number, one := strings.Cut(text, "-")
	from := position{number: wholeBlock}
	var err1, err2 error
	from.height, err1 = strconv.ParseInt(height, 10, 64)
	if one {
		from.number, err2 = strconv.Atoi(number)
	}
	switch {
	case err1 != nil || err2 != nil || from.height < 0 || from.height > maxHeight || from.number < 0 || from.number > wholeBlock:
		return now, problem(http.StatusBadRequest, codeNumber, "position %q is neither a height nor the id of an event", text)
	case from.next() < s.blocks.Base():
		return now, problem(http.StatusNotFound, codeBlockNotFound, "this node has thrown away the blocks before %d", s.blocks.Base())
	}
	return from, nil
}

// next is the first block with events after the position.
func (p position) next() int64 {
	if p.number == wholeBlock {
		return p.height + 1
	}
	return p.height
}

func streamFilterOf(r *http.Request) (f streamFilter, err error) {
	q := r.URL.Query()
	if types := q.Get("types"); types != "" {
		for name := range strings.SplitSeq(types, ",") {
			t, ok := eventTypes[strings.TrimSuffix(strings.TrimSpace(name), "s")]
			if !ok {
				return f, problem(http.StatusBadRequest, codeParameter, "there are no events of type %q", name)
			}
			f.types |= t
		}
	} else {
		f.types = allEvents
	}
	switch q.Get("include") {
	case "":
	case "hashes":
		f.hashes = true
	default:
		return f, problem(http.StatusBadRequest, codeParameter, "only hashes can be included")
	}
	id, err := electionParam(r, "election")
	if err != nil {
		return f, err
	}
	if id != nil {
		f.byElection, f.election = true, *id
	}
	account, err := addressParam(r, "account")
	if err != nil {
		return f, err
	}
	if account != nil {
		f.byAccount, f.account = true, *account
	}
	return f, nil
}

// errGone says that the client does not listen any more.
var errGone = errors.New("client is gone")

// connection is the way to a client.
type connection struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

// send sends frames and sees that they leave. A client that does not take them
// in time is gone.
func (c *connection) send(frames []byte) error {
	// The error says that the connection has no deadlines, as in tests.
	_ = c.rc.SetWriteDeadline(time.Now().Add(sendTime))
	if _, err := c.w.Write(frames); err != nil {
		return errGone
	}
	if err := c.rc.Flush(); err != nil {
		return errGone
	}
	return nil
}

// cutEvent is the last thing that a client hears. It may come back and go on
// from the last id that it has.
func cutEvent(why string) []byte {
	return fmt.Appendf(nil, "event: cut\ndata: {\"reason\":%q}\n\n", why)
}

// follow sends what comes after a position until the client or the node ends
// it.
func (s *stream) follow(ctx context.Context, c *connection, f *streamFilter, at position) error {
	for {
		var err error
		if at, err = s.replay(ctx, c, f, at); err != nil {
			return err
		}
		if at.number != wholeBlock { // of a block that is not here yet
			if err := s.index.Wait(ctx, at.height); err != nil {
				return err
			}
			continue
		}
		if l := s.join(f, at.height); l != nil { // or there is a newer block already
			defer s.leave(l)
			return s.listen(ctx, c, l, at)
		}
	}
}

// replay sends the events of the blocks that are there already.
func (s *stream) replay(ctx context.Context, c *connection, f *streamFilter, at position) (position, error) {
	sent := time.Now()
	for at.next() <= s.index.Height() {
		after := -1
		if at.number != wholeBlock {
			after = at.number
		}
		frames, err := s.read(ctx, f, at.next(), after)
		if err != nil {
			return at, err
		}
		at = position{at.next(), wholeBlock}
		if len(frames) == 0 && time.Since(sent) > s.heartbeat {
			frames = idFrame(at)
		}
		if len(frames) > 0 {
			if err := c.send(frames); err != nil {
				return at, err
			}
			sent = time.Now()
		}
	}
	return at, nil
}

// read encodes one block for one client. Few are read at the same time, so that
// those who are behind do not keep the node from its work.
func (s *stream) read(ctx context.Context, f *streamFilter, height int64, after int) ([]byte, error) {
	select {
	case s.replays <- struct{}{}:
		defer func() { <-s.replays }()
	case <-ctx.Done():
		return nil, errGone
	}
	b, err := s.blocks.Block(ctx, height)
	if err != nil {
		return nil, err
	}
	return appendBlock(nil, b, f, after), nil
}

// join lets a client that has the blocks up to a height take part. It returns
// nil if the stream is further than that.
func (s *stream) join(f *streamFilter, height int64) *listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop == nil {
		s.run(min(height, s.index.Height()))
	}
	if s.height > height {
		return nil
	}
	l := &listener{filter: *f, after: height, queue: make(chan []byte, maxQueued)}
	s.clients[l] = struct{}{}
	return l
}

// leave ends the part of a client, and the goroutine if it was the last one.
func (s *stream) leave(l *listener) {
	s.mu.Lock()
	delete(s.clients, l)
	var done chan struct{}
	if len(s.clients) == 0 && s.stop != nil {
		s.stop()
		s.stop, done = nil, s.done
	}
	s.mu.Unlock()
	if done != nil {
		<-done
	}
}

// run starts the goroutine that hands out the blocks after a height. The caller
// holds mu and adds a client at once.
func (s *stream) run(after int64) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	s.stop, s.done, s.height = cancel, done, after
	go func() {
		defer close(done)
		if err := s.handOut(ctx, after); err != nil && ctx.Err() == nil {
			s.log.Error("stream of events stopped", "error", err)
			s.cutAll(ctx, "this node does not follow the chain any more")
		}
	}()
}

// handOut waits for one block after the other and hands it out.
func (s *stream) handOut(ctx context.Context, height int64) error {
	for {
		height++
		if err := s.index.Wait(ctx, height); err != nil {
			return err
		}
		b, err := s.blocks.Block(ctx, height)
		if err != nil {
			return err
		}
		if !s.deliver(ctx, b) {
			return nil
		}
	}
}

// deliver queues the events of a block for everybody who wants any. It returns
// false if the goroutine that calls it was stopped.
func (s *stream) deliver(ctx context.Context, b *indexer.Block) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	s.height = b.Height
	encoded := map[streamFilter][]byte{}
	for l := range s.clients {
		if b.Height <= l.after {
			continue
		}
		frames, ok := encoded[l.filter]
		if !ok {
			frames = appendBlock(nil, b, &l.filter, -1)
			encoded[l.filter] = frames
		}
		if len(frames) == 0 {
			continue
		}
		if l.size+len(frames) > maxQueuedSize && l.size > 0 {
			s.cut(l, "too slow: more waits to be sent than is kept")
			continue
		}
		select {
		case l.queue <- frames:
			l.size += len(frames)
		default:
			s.cut(l, "too slow: more waits to be sent than is kept")
		}
	}
	return true
}

// cut ends what a client gets; what is queued is still sent. The caller holds
// mu.
func (s *stream) cut(l *listener, why string) {
	l.why = why
	close(l.queue)
	delete(s.clients, l)
}

func (s *stream) cutAll(ctx context.Context, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	for l := range s.clients {
		s.cut(l, why)
	}
	s.stop()
	s.stop = nil
}

// listen sends what is queued for a client, and a sign of life when there was
// nothing for a while: the id of the last block, so that a client that wants
// rare events need not start from an old one.
func (s *stream) listen(ctx context.Context, c *connection, l *listener, at position) error {
	quiet := time.NewTicker(s.heartbeat)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return errGone
		case frames, ok := <-l.queue:
			if !ok {
				return errors.Join(c.send(cutEvent(l.why)), errGone)
			}
			s.mu.Lock()
			l.size -= len(frames)
			s.mu.Unlock()
			if err := c.send(frames); err != nil {
				return err
			}
			quiet.Reset(s.heartbeat)
		case <-quiet.C:
			s.mu.Lock()
			if len(l.queue) == 0 && s.height > at.height {
				at = position{s.height, wholeBlock}
			}
			s.mu.Unlock()
			if err := c.send(idFrame(at)); err != nil {
				return err
			}
		}
	}
}

// idFrame moves a client's position without an event.
func idFrame(at position) []byte { return fmt.Appendf(nil, ": still here\nid: %s\n\n", at) }
