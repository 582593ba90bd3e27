package gateway

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts requests by route, never by path, so that there are few series
// and no secrets in them.
type metrics struct {
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	batched   *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "urna_gateway_requests_total", Help: "Requests answered, by route and class of status.",
		}, []string{"method", "route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "urna_gateway_request_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10, 30},
		}, []string{"method", "route"}),
		batched: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "urna_gateway_batch_transactions_total", Help: "Transactions that came in batches, by what became of them.",
		}, []string{"outcome"}),
	}
	if reg == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.requests, m.durations, m.batched} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// route returns what notes the answers of a route.
func (m *metrics) route(rt route) func(status int, took time.Duration) {
	var classes [6]prometheus.Counter
	for i := range classes {
		classes[i] = m.requests.WithLabelValues(rt.method, rt.pattern, strconv.Itoa(i)+"xx")
	}
	duration := m.durations.WithLabelValues(rt.method, rt.pattern)
	return func(status int, took time.Duration) {
		classes[min(status/100, len(classes)-1)].Inc()
		duration.Observe(took.Seconds())
	}
}
