package gateway

import "net/http"

// newToken answers with a bearer token for the census calls. Existing clients
// send a random private key in the path for the server to keep; this one never
// looks at it.
func (g *Gateway) newToken(w http.ResponseWriter, _ *http.Request) error {
	return reply(w, map[string]string{"token": g.censuses.NewToken()})
}
