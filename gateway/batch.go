package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"

	"urna/app"
	"urna/tx"
)

// binaryType is the media type of a batch of transactions that stand one after
// the other, each behind its length in four bytes, big-endian.
const binaryType = "application/octet-stream"

// submitBatch submits many transactions at once. They are judged one by one: a
// failure says nothing about the ones after it, and all are tried.
func (g *Gateway) submitBatch(w http.ResponseWriter, r *http.Request) error {
	contentType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		contentType = jsonType // as for every other call
	}
	body, err := readBody(r)
	if err != nil {
		return err
	}
	var items [][]byte
	if contentType == binaryType {
		items, err = splitBatch(body, g.limits.MaxBatch)
	} else {
		items, err = parseBatch(body, g.limits.MaxBatch)
	}
	if err != nil {
		return err
	}
	raws, places := readable(items)
	results := g.app.Submit(r.Context(), raws)
	answer, busy := g.batchAnswer(len(items), places, results, contentType == binaryType)
	if busy == len(items) {
		return overloaded("mempool is full: no transaction of the batch was taken; try again later")
	}
	return replyBytes(w, jsonType, answer)
}

// splitBatch splits a binary batch. Each transaction gets memory of its own:
// one that waits in the pool must not keep the others' alive.
func splitBatch(body []byte, limit int) (items [][]byte, err error) {
	for len(body) > 0 {
		if len(body) < 4 || uint64(binary.BigEndian.Uint32(body)) > uint64(len(body)-4) {
			return nil, problem(http.StatusBadRequest, codePayload, "transaction %d is cut off", len(items))
		}
		if len(items) == limit {
			return nil, batchTooLarge(limit)
		}
		n := 4 + int(binary.BigEndian.Uint32(body))
		items = append(items, append(make([]byte, 0, n-4), body[4:n]...))
		body = body[n:]
	}
	return items, batchNotEmpty(items)
}

// parseBatch reads a batch in JSON; an item that is not base64 is nil.
func parseBatch(body []byte, limit int) (items [][]byte, err error) {
	s := payloadScanner{b: body, limit: limit}
	if items, ok := s.scan(); ok {
		return items, batchNotEmpty(items)
	}
	// Not as simple as most clients write it, too long, or not JSON at all.
	var doc struct {
		Payloads     []string `json:"payloads"`
		Transactions []struct {
			Payload string `json:"payload"`
		} `json:"transactions"`
	}
	if err := unmarshal(body, &doc); err != nil {
		return nil, err
	}
	if len(doc.Payloads)+len(doc.Transactions) > limit {
		return nil, batchTooLarge(limit)
	}
	for _, p := range doc.Payloads {
		items = append(items, decodePayload([]byte(p)))
	}
	for _, t := range doc.Transactions {
		items = append(items, decodePayload([]byte(t.Payload)))
	}
	return items, batchNotEmpty(items)
}

func batchTooLarge(limit int) error {
	return problem(http.StatusRequestEntityTooLarge, codeBatchTooLarge, "a batch has at most %d transactions", limit)
}

func batchNotEmpty(items [][]byte) error {
	if len(items) == 0 {
		return problem(http.StatusBadRequest, codeBatchEmpty, "the batch has no transactions")
	}
	return nil
}

// decodePayload returns nil for what is not base64, or is nothing.
func decodePayload(text []byte) []byte {
	enc := base64.StdEncoding
	raw := make([]byte, enc.DecodedLen(len(text)))
	n, err := enc.Decode(raw, text)
	if err != nil || n == 0 {
		return nil
	}
	return raw[:n]
}

// payloadScanner reads {"payloads":["…","…"]} at several times the speed of
// encoding/json. It gives up on everything else, however right.
type payloadScanner struct {
	b     []byte
	limit int
}

func (s *payloadScanner) scan() (items [][]byte, ok bool) {
	if !s.token('{') {
		return nil, false
	}
	if name, ok := s.text(); !ok || string(name) != "payloads" {
		return nil, false
	}
	if !s.token(':') || !s.token('[') {
		return nil, false
	}
	for first := true; !s.token(']'); first = false {
		if !first && !s.token(',') {
			return nil, false
		}
		text, ok := s.text()
		if !ok || len(items) == s.limit {
			return nil, false
		}
		if items == nil { // transactions of a batch are much alike
			items = make([][]byte, 0, min(len(s.b)/(len(text)+3)+2, s.limit))
		}
		item := decodePayload(text)
		if (item == nil || bytes.IndexByte(text, '\n') >= 0 || bytes.IndexByte(text, '\r') >= 0) && hasControl(text) {
			return nil, false // no JSON, even where it is base64 with line breaks
		}
		items = append(items, item)
	}
	return items, s.token('}') && len(bytes.TrimLeft(s.b, " \t\r\n")) == 0
}

func hasControl(text []byte) bool {
	return bytes.IndexFunc(text, func(r rune) bool { return r < ' ' }) >= 0
}

// token takes a character, and the space before it.
func (s *payloadScanner) token(c byte) bool {
	s.space()
	if len(s.b) == 0 || s.b[0] != c {
		return false
	}
	s.b = s.b[1:]
	return true
}

// text takes a string without escapes.
func (s *payloadScanner) text() ([]byte, bool) {
	s.space()
	if len(s.b) < 2 || s.b[0] != '"' {
		return nil, false
	}
	n := bytes.IndexByte(s.b[1:], '"')
	if n < 0 {
		return nil, false
	}
	text := s.b[1 : 1+n]
	s.b = s.b[n+2:]
	return text, bytes.IndexByte(text, '\\') < 0
}

func (s *payloadScanner) space() {
	for len(s.b) > 0 && (s.b[0] == ' ' || s.b[0] == '\n' || s.b[0] == '\t' || s.b[0] == '\r') {
		s.b = s.b[1:]
	}
}

// readable picks the items that are bytes at all. places[i] is where item i is
// among them, or -1.
func readable(items [][]byte) (raws [][]byte, places []int) {
	raws = make([][]byte, 0, len(items))
	places = make([]int, len(items))
	for i, item := range items {
		places[i] = -1
		if item != nil {
			places[i] = len(raws)
			raws = append(raws, item)
		}
	}
	return raws, places
}

var errNotBase64 = newProblem(http.StatusBadRequest, codePayload, "payload is not base64")

// batchAnswer writes what became of a batch of total items, and counts those
// that should be sent again. The short form leaves out the ones that were
// taken: their senders know their hashes.
func (g *Gateway) batchAnswer(total int, places []int, results []app.Submission, short bool) (answer []byte, busy int) {
	perItem := 180 // bytes of an item of submitted, with the id of its vote
	if short {
		perItem = 0
	}
	b := make([]byte, 0, 128+perItem*total)
	var failed []byte
	taken := 0
	if !short {
		b = append(b, `{"submitted":[`...)
	}
	for i, place := range places {
		var bad *Problem
		if place < 0 {
			bad = errNotBase64
		} else if err := results[place].Err; err != nil {
			bad = g.itemProblem(&results[place])
			if errors.Is(err, app.ErrBusy) {
				busy++
			}
		}
		if bad != nil {
			failed = appendFailure(failed, i, bad)
			continue
		}
		if taken++; !short {
			b = appendSubmitted(b, i, &results[place])
		}
	}
	g.metrics.batched.WithLabelValues("taken").Add(float64(taken))
	g.metrics.batched.WithLabelValues("busy").Add(float64(busy))
	g.metrics.batched.WithLabelValues("refused").Add(float64(total - taken - busy))
	if short {
		b = append(b, `{"total":`...)
		b = strconv.AppendInt(b, int64(total), 10)
		b = append(b, `,"accepted":`...)
		b = strconv.AppendInt(b, int64(taken), 10)
		b = append(b, `,"failed":[`...)
		b = append(b, failed...)
		return append(b, "]}\n"...), busy
	}
	b = append(b, `],"failed":[`...)
	b = append(b, failed...)
	return append(b, `],"pending":[]}`+"\n"...), busy
}

// itemProblem is the problem of one item. Faults are logged and not shown.
func (g *Gateway) itemProblem(s *app.Submission) *Problem {
	p, fault := asProblem(submissionProblem(s))
	if fault {
		g.log.Error("transaction of a batch ended in a fault", "error", s.Err)
	}
	return p
}

// separate begins an item of a list.
func separate(b []byte) []byte {
	if len(b) > 0 && b[len(b)-1] == '}' {
		return append(b, ',')
	}
	return b
}

func appendSubmitted(b []byte, i int, s *app.Submission) []byte {
	b = append(separate(b), `{"index":`...)
	b = strconv.AppendInt(b, int64(i), 10)
	b = append(b, `,"hash":"`...)
	b = hex.AppendEncode(b, s.ID[:])
	switch s.Kind {
	case tx.KindVote:
		b = append(b, `","voteID":"`...)
		b = hex.AppendEncode(b, s.Nullifier[:])
	case tx.KindNewElection:
		b = append(b, `","electionID":"`...)
		b = append(b, electionOf(s)...)
	}
	return append(b, `"}`...)
}

func appendFailure(b []byte, i int, p *Problem) []byte {
	b = append(separate(b), `{"index":`...)
	b = strconv.AppendInt(b, int64(i), 10)
	b = append(b, `,"code":`...)
	b = strconv.AppendInt(b, int64(p.Code), 10)
	b = append(b, `,"error":`...)
	text, err := json.Marshal(p.Detail)
	if err != nil { // no string is beyond JSON
		text = []byte(`""`)
	}
	b = append(b, text...)
	if p.Rule != "" {
		b = append(b, `,"rule":"`...)
		b = append(b, p.Rule...)
		b = append(b, `","ruleCode":`...)
		b = strconv.AppendUint(b, uint64(p.RuleCode), 10)
	}
	if p.Hash != "" {
		b = append(b, `,"hash":"`...)
		b = append(b, p.Hash...)
		b = append(b, '"')
	}
	return append(b, '}')
}
