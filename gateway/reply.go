package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
)

const jsonType = "application/json"

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooled keeps one huge answer from pinning its memory for ever.
const maxPooled = 1 << 20

// reply answers 200 with v as JSON. Nothing is sent if v cannot be encoded, so
// the caller may still answer with a problem.
func reply(w http.ResponseWriter, v any) error { return replyStatus(w, http.StatusOK, v) }

// replyStatus is reply with another status.
func replyStatus(w http.ResponseWriter, status int, v any) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer release(buf)
	if err := encode(buf, v); err != nil {
		return err
	}
	send(w, status, jsonType, buf.Bytes())
	return nil
}

// replyBytes answers 200 with body as it is. A client that went away is not
// worth an error: it gets nothing either way.
func replyBytes(w http.ResponseWriter, contentType string, body []byte) error {
	send(w, http.StatusOK, contentType, body)
	return nil
}

// replyDone answers 200 to a request that has nothing to tell.
func replyDone(w http.ResponseWriter) error {
	return replyBytes(w, jsonType, []byte("\n"))
}

// replyNotYet answers 204: what was asked for may still come.
func replyNotYet(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// encode writes v as JSON without escaping <, > and &: answers are read by
// programs, and metadata must come back as it was stored.
func encode(buf *bytes.Buffer, v any) error {
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func release(buf *bytes.Buffer) {
	if buf.Cap() <= maxPooled {
		buf.Reset()
		buffers.Put(buf)
	}
}
