package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"

	"urna/crypto/ethkey"
	"urna/election"
)

// pathAddress reads an account address from the path.
func pathAddress(r *http.Request, name string) (ethkey.Address, error) {
	a, err := ethkey.ParseAddress(r.PathValue(name))
	if err != nil {
		return a, problem(http.StatusBadRequest, codeAddress, "%v", err)
	}
	return a, nil
}

// pathElection reads an election id from the path.
func pathElection(r *http.Request, name string) (election.ID, error) {
	id, err := election.ParseID(r.PathValue(name))
	if err != nil {
		return id, problem(http.StatusBadRequest, codeElectionID, "%v", err)
	}
	return id, nil
}

// pathHash reads 32 bytes of hex from the path; code is the problem's code if
// they are not there.
func pathHash(r *http.Request, name string, code int) (h [32]byte, err error) {
	h, ok := parseHash(r.PathValue(name))
	if !ok {
		return h, problem(http.StatusBadRequest, code, "%s %q is not 64 hex digits", name, r.PathValue(name))
	}
	return h, nil
}

// parseHash reads 64 hex digits in any case, with or without 0x.
func parseHash(s string) (h [32]byte, ok bool) {
	s = trimHex(s)
	if len(s) != 2*len(h) {
		return h, false
	}
	_, err := hex.Decode(h[:], []byte(s))
	return h, err == nil
}

func trimHex(s string) string {
	return strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X")
}

// readJSON reads the body, whose size is bounded by the server, into v. Members
// that v does not know are ignored, as existing clients expect.
func readJSON(r *http.Request, v any) error {
	body, err := readBody(r)
	if err != nil {
		return err
	}
	return unmarshal(body, v)
}

func unmarshal(body []byte, v any) error {
	if err := json.Unmarshal(body, v); err != nil {
		return problem(http.StatusBadRequest, codeBody, "request body is not the JSON document that is expected: %v", err)
	}
	return nil
}

// readBody reads the whole body. On a client's word alone it allocates little;
// the rest comes with the bytes.
func readBody(r *http.Request) ([]byte, error) {
	body := bytes.NewBuffer(make([]byte, 0, min(max(r.ContentLength, 0)+bytes.MinRead, bodyReserve)))
	_, err := body.ReadFrom(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return body.Bytes(), nil
	case errors.As(err, &tooLarge), errors.Is(err, context.DeadlineExceeded):
		return nil, err
	case errors.Is(err, os.ErrDeadlineExceeded): // the connection's
		return nil, context.DeadlineExceeded
	}
	return nil, problem(http.StatusBadRequest, codeBody, "request body ended early")
}

const bodyReserve = 1 << 20

// unbase64 decodes what a client sent in member name, with or without padding;
// code is the problem if it cannot.
func unbase64(name, s string, code int) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		b, err = base64.RawStdEncoding.DecodeString(s)
	}
	if err != nil {
		return nil, problem(http.StatusBadRequest, code, "%s is not base64", name)
	}
	return b, nil
}
