package relayer

import (
	"math/big"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the counters; what can be read off the status is.
type metrics struct {
	sent     *prometheus.CounterVec
	final    *prometheus.CounterVec
	failures *prometheus.CounterVec
	reorgs   prometheus.Counter
}

func newMetrics(r *Relayer, reg prometheus.Registerer) (*metrics, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "urna_anchor_" + name, Help: help}, labels)
	}
	m := &metrics{
		sent:     counter("transactions_sent_total", "Transactions given to Ethereum, repeated ones included.", "kind"),
		final:    counter("transactions_final_total", "Transactions that are final on Ethereum.", "kind", "outcome"),
		failures: counter("failures_total", "Looks that ended with a failure, by what failed.", "alarm"),
		reorgs: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "urna_anchor_reorganised_total", Help: "Transactions that Ethereum took back.",
		}),
	}
	if reg == nil {
		return m, nil
	}
	gauge := func(name, help string, read func(s *Status) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "urna_anchor_" + name, Help: help}, func() float64 {
			s := r.Status()
			return read(&s)
		})
	}
	all := []prometheus.Collector{
		m.sent, m.final, m.failures, m.reorgs,
		gauge("height", "Height of the newest header that is finally anchored.", func(s *Status) float64 { return float64(s.Height) }),
		gauge("lag_blocks", "Blocks of the chain above that header.", func(s *Status) float64 { return float64(s.Lag()) }),
		gauge("age_seconds", "Seconds since the time of that header.", func(s *Status) float64 {
			if s.Time.IsZero() {
				return 0
			}
			return r.cfg.Now().Sub(s.Time).Seconds()
		}),
		gauge("trust_seconds", "Seconds until the contract believes nobody any more.", func(s *Status) float64 {
			if s.TrustedUntil.IsZero() {
				return 0
			}
			return s.TrustedUntil.Sub(r.cfg.Now()).Seconds()
		}),
		gauge("balance_ether", "What the account has.", func(s *Status) float64 { return ether(s.Balance) }),
		gauge("spent_ether", "What final transactions have cost since the memory began.", func(s *Status) float64 { return ether(s.Spent) }),
		gauge("waiting", "Transactions that are not final.", func(s *Status) float64 { return float64(len(s.Waiting)) }),
		gauge("results_waiting", "Results that wait to be proved.", func(s *Status) float64 { return float64(s.Unready) }),
		gauge("alarms", "Things that somebody should look at; the status names them.", func(s *Status) float64 { return float64(len(s.Alarms)) }),
	}
	for _, c := range all {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Lag is how many blocks of the chain are not finally anchored.
func (s *Status) Lag() uint64 {
	if s.ChainHeight <= 0 || uint64(s.ChainHeight) <= s.Height {
		return 0
	}
	return uint64(s.ChainHeight) - s.Height
}

func ether(wei string) float64 {
	n, ok := new(big.Float).SetString(wei)
	if !ok {
		return 0
	}
	f, _ := n.Quo(n, big.NewFloat(1e18)).Float64()
	return f
}
