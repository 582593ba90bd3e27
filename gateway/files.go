package gateway

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"urna/ipfs"
)

// fileCID names a file as IPFS does. It stores nothing: the file comes again
// with the transaction that names it.
func (g *Gateway) fileCID(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Payload *string `json:"payload"`
	}
	if err := readJSON(r, &body); err != nil {
		return err
	}
	if body.Payload == nil {
		return problem(http.StatusBadRequest, codePayload, "payload is missing")
	}
	file, err := unbase64("payload", *body.Payload, codePayload)
	if err != nil {
		return err
	}
	cid, err := g.files.CID(file)
	if err != nil {
		return err
	}
	return reply(w, map[string]string{"cid": cid})
}

// maxSentFile bounds a file that is sent: above the largest census.
const maxSentFile = 1 << 30

// sendFile sends a file that this node has, byte for byte. It asks no peers.
func (g *Gateway) sendFile(w http.ResponseWriter, r *http.Request) error {
	uri := ipfs.Scheme + r.PathValue("cid")
	content, size, err := g.files.Reader(r.Context(), uri, maxSentFile)
	switch {
	case errors.Is(err, ipfs.ErrBadURI):
		return problem(http.StatusBadRequest, codeFileID, "%q is not the content id of a file", uri)
	case errors.Is(err, ipfs.ErrNotFound) || errors.Is(err, ipfs.ErrTooLarge):
		return problem(http.StatusNotFound, codeFileNotFound, "this gateway does not have %s", uri)
	case err != nil:
		return err
	}
	h := w.Header()
	h.Set("Content-Type", binaryType)
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Cache-Control", immutable)
	w.WriteHeader(http.StatusOK)
	write, piece := g.paced(w), make([]byte, 64<<10)
	for {
		n, err := content.Read(piece)
		if n > 0 && !write(piece[:n]) {
			return nil // the client went away
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
