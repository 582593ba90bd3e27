package app

import (
	"errors"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"urna/tx"
)

// Metrics counts what an App does. Make it with NewMetrics.
type Metrics struct {
	PoolTxs    prometheus.Gauge       // transactions in the pool
	PoolBytes  prometheus.Gauge       // and their bytes
	Verify     prometheus.Observer    // seconds to verify one transaction
	Prepare    prometheus.Observer    // seconds per handler
	Process    prometheus.Observer    //
	Finalize   prometheus.Observer    //
	Commit     prometheus.Observer    //
	BlockTxs   prometheus.Observer    // transactions per block
	Txs        prometheus.Counter     // transactions in blocks
	Executions prometheus.Counter     // blocks executed; more than the height means a block was executed twice
	Rejected   *prometheus.CounterVec // rejections at admission and of the pool, by code
	Busy       prometheus.Counter     // submissions told to come again later
}

// NewMetrics makes the collectors and registers them, unless reg is nil.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	handler := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "urna", Subsystem: "app", Name: "handler_seconds",
		Help:    "Time that the consensus handlers take.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2, 13),
	}, []string{"handler"})
	verify := prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "urna", Subsystem: "app", Name: "verify_seconds",
		Help:    "Time to verify the signature and proofs of one transaction.",
		Buckets: prometheus.ExponentialBuckets(0.00001, 2, 12),
	})
	blockTxs := prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "urna", Subsystem: "app", Name: "block_txs",
		Help:    "Transactions per block.",
		Buckets: prometheus.ExponentialBuckets(1, 4, 9),
	})
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "urna", Subsystem: "app", Name: name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "urna", Subsystem: "app", Name: name, Help: help})
	}
	m := &Metrics{
		PoolTxs:    gauge("pool_txs", "Transactions that wait for a block."),
		PoolBytes:  gauge("pool_bytes", "Bytes of the transactions that wait for a block."),
		Verify:     verify,
		Prepare:    handler.WithLabelValues("prepare"),
		Process:    handler.WithLabelValues("process"),
		Finalize:   handler.WithLabelValues("finalize"),
		Commit:     handler.WithLabelValues("commit"),
		BlockTxs:   blockTxs,
		Txs:        counter("txs_total", "Transactions in committed blocks."),
		Executions: counter("executions_total", "Blocks executed, decided or not."),
		Busy:       counter("busy_total", "Submissions that were told to come again later."),
		Rejected: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "urna", Subsystem: "app", Name: "rejections_total",
			Help: "Transactions refused at admission or dropped from the pool, by code.",
		}, []string{"code"}),
	}
	if reg != nil {
		reg.MustRegister(handler, verify, blockTxs, m.PoolTxs, m.PoolBytes, m.Txs, m.Executions, m.Busy, m.Rejected)
	}
	return m
}

// refused counts an answer that is not acceptance.
func (m *Metrics) refused(err error) {
	var r *tx.Rejection
	switch {
	case errors.As(err, &r):
		m.Rejected.WithLabelValues(strconv.Itoa(int(r.Code))).Inc()
	case errors.Is(err, ErrBusy):
		m.Busy.Inc()
	}
}

func (m *Metrics) block(x *execution) {
	m.BlockTxs.Observe(float64(len(x.items)))
	m.Txs.Add(float64(len(x.items)))
}

func (m *Metrics) pool(p *pool) {
	m.PoolTxs.Set(float64(p.txs.Load()))
	m.PoolBytes.Set(float64(p.bytes.Load()))
}
