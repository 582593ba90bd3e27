package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
)

// Event is a message of the push stream.
type Event struct {
	ID   string          // cursor: a stream that resumes after it misses nothing
	Kind string          // what Data is
	Data json.RawMessage // one JSON document
}

// EventQuery selects events. Zero fields select everything from now on.
type EventQuery struct {
	After    string   // a height, or the ID of the last event that was seen
	Types    []string // block, transaction, vote, election, account, validator
	Election string   // only what concerns this election, and blocks
	Account  string   // only what concerns this account, and blocks
	Hashes   bool     // blocks carry the hashes of their transactions
}

func (q *EventQuery) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{
		"types": strings.Join(q.Types, ","), "election": q.Election, "account": q.Account,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Hashes {
		v.Set("include", "hashes")
	}
	return v
}

// BlockEvent is the data of an event of kind "block".
type BlockEvent struct {
	Height  int64    `json:"height"`
	Hash    string   `json:"hash"`
	TxCount int      `json:"txCount"`
	Hashes  []string `json:"hashes"` // if they were asked for
}

// kindCut is what a gateway says last on a connection that it ends.
const kindCut = "cut"

// maxEvent bounds one event; a block of 40,000 transactions has about 3 MB.
const maxEvent = 32 << 20

// Events reads the push stream until the context ends. A connection that breaks
// is made again after the last event that was seen, so the sequence has no
// gaps. It ends with an error that a new connection would not mend.
func (c *Client) Events(ctx context.Context, q EventQuery) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for n := 1; ; n++ {
			more := true
			err := c.stream(ctx, &q, func(e Event) bool {
				n = 0 // it works: be quick to try again
				more = yield(e, nil)
				return more
			})
			if !more {
				return
			}
			var p *Problem
			if ctx.Err() != nil || (errors.As(err, &p) && !p.Later()) {
				yield(Event{}, err)
				return
			}
			if p == nil {
				p = &Problem{}
			}
			if err := pause(ctx, p.wait(max(n, 1))); err != nil {
				yield(Event{}, err)
				return
			}
		}
	}
}

// stream reads one connection until it breaks or take has enough. It moves the
// cursor of q.
func (c *Client) stream(ctx context.Context, q *EventQuery, take func(Event) bool) error {
	const path = "/chain/events"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.root+path+"?"+q.values().Encode(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/event-stream")
	if q.After != "" {
		req.Header.Set("Last-Event-ID", q.After)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		return readProblem(res, body)
	}
	if t := res.Header.Get("Content-Type"); !strings.HasPrefix(t, "text/event-stream") {
		return &Problem{Status: res.StatusCode, Detail: fmt.Sprintf("%s answers with %q, not with a stream", path, t)}
	}
	r := bufio.NewReaderSize(res.Body, 64<<10)
	for {
		e, err := readEvent(r)
		if err != nil {
			return err
		}
		if e.ID != "" {
			q.After = e.ID
		}
		if e.Kind == kindCut {
			return fmt.Errorf("the gateway ended the stream: %s", e.Data)
		}
		if len(e.Data) > 0 && !take(e) {
			return nil
		}
	}
}

// readEvent reads fields up to an empty line; comments, which keep the
// connection alive, are skipped.
func readEvent(r *bufio.Reader) (Event, error) {
	var e Event
	var data []byte
	for {
		line, err := readLine(r, maxEvent-len(data))
		if err != nil {
			return e, err
		}
		if len(line) == 0 {
			if data == nil && e.ID == "" {
				continue // between events
			}
			e.Data = data
			return e, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "id":
			e.ID = string(value)
		case "event":
			e.Kind = string(value)
		case "data":
			if data != nil {
				data = append(data, '\n')
			}
			data = append(data, value...)
		}
	}
}

// readLine reads a line of at most limit bytes, without its end.
func readLine(r *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > limit {
			return nil, fmt.Errorf("event is larger than %d bytes", maxEvent)
		}
		line = append(line, part...)
		if err == nil {
			return bytes.TrimRight(line, "\r\n"), nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
}
