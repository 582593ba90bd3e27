package follow

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"urna/chain/light"
)

// Defaults of a Config.
const (
	defaultWitnesses = 2
	defaultDrift     = 10 * time.Second
	defaultLag       = 5 * time.Second
	defaultTimeout   = 10 * time.Second

	// noPeriod stands for trust that does not end.
	noPeriod = 100 * 366 * 24 * time.Hour
)

// Config says what a light client trusts and whom it asks.
type Config struct {
	// Trust is what everything follows from: a genesis or a checkpoint.
	Trust light.Trusted

	// Primary is asked for headers, Witnesses are compared with it. A fork is
	// seen if one of them is honest.
	Primary   Source
	Witnesses []Source

	// MinWitnesses is how many there must be; 0 means two. With -1 there may be
	// none, and then a primary that lies together with a third of the
	// validators is believed.
	MinWitnesses int

	// Dir is a directory of the client's own: what it has come to trust, and
	// evidence of forks. Empty: nothing is remembered.
	Dir string

	// TrustingPeriod is how old the newest trusted header may be when the
	// client goes on from it; 0 means any age. It should be shorter than the
	// time for which validators can be held to account.
	TrustingPeriod time.Duration

	// MaxDrift is how far clocks may differ; 0 means 10 s. MaxLag is how long a
	// source that is behind gets to come up; 0 means 5 s. Timeout bounds one
	// request; 0 means 10 s.
	MaxDrift, MaxLag, Timeout time.Duration

	// Now is the clock; nil is the machine's.
	Now func() time.Time

	// Log is told of sources that lie or do not answer; nil drops it.
	Log *slog.Logger
}

func (cfg Config) withDefaults() (Config, error) {
	if cfg.Trust.IsZero() {
		return cfg, errors.New("follow: a client must trust a genesis or a checkpoint")
	}
	if cfg.Primary == nil {
		return cfg, errors.New("follow: a client needs a source")
	}
	if need := max(0, cmp.Or(cfg.MinWitnesses, defaultWitnesses)); len(cfg.Witnesses) < need {
		return cfg, fmt.Errorf("follow: %d witnesses are not enough; there must be %d", len(cfg.Witnesses), need)
	}
	if len(cfg.Witnesses) == 0 {
		// CometBFT's client wants one; what the primary says twice is no news.
		cfg.Witnesses = []Source{cfg.Primary}
	}
	cfg.MaxDrift = cmp.Or(cfg.MaxDrift, defaultDrift)
	cfg.MaxLag = cmp.Or(cfg.MaxLag, defaultLag)
	cfg.Timeout = cmp.Or(cfg.Timeout, defaultTimeout)
	cfg.TrustingPeriod = cmp.Or(cfg.TrustingPeriod, noPeriod)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return cfg, nil
}
