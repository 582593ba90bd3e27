package gateway

import "net/http"

// route is one call of the API. The pattern is relative to the base path and
// has the syntax of net/http's ServeMux.
type route struct {
	method, pattern string
	handler         func(http.ResponseWriter, *http.Request) error
	summary         string
}

// routes lists every call below the base path, except the streams, which keep
// their connection open and are bounded on their own.
func (g *Gateway) routes() []route {
	own := []route{
		{"GET", "/accounts/{address}", g.account, "an account"},
	}
	return append(own, g.explorerRoutes()...)
}
