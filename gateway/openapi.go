package gateway

import (
	_ "embed"
	"net/http"
)

// document describes every call below the base path. It is written by hand; a
// test compares it with the routes and with real answers.
//
//go:embed openapi.json
var document []byte

func (g *Gateway) openAPI(w http.ResponseWriter, _ *http.Request) error {
	return replyBytes(w, jsonType, document)
}
