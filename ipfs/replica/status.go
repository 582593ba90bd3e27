package replica

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"urna/ipfs"
)

// mostMissing bounds the list of missing files in a Status.
const mostMissing = 100

// Status is how far replication is.
type Status struct {
	Cursor   int64 `json:"cursor"`   // the feeder's: what it has told of
	Wanted   int   `json:"wanted"`   // files that are to be fetched
	Fetching int   `json:"fetching"` // of those, now
	Held     int   `json:"held"`     // files that are here
	Refused  int   `json:"refused"`  // files that are not what they should be
	Released int   `json:"released"` // files that nobody needs any more and for which there was no room
	Bytes    int64 `json:"bytes"`    // that the store takes
	Quota    int64 `json:"quota"`    // 0 is none

	// Missing are files that somebody needs and that are not here, those first
	// that have been missing for longest; a hundred at the most.
	Missing []Missing `json:"missing"`

	Store ipfs.Status `json:"store"`
}

// Missing is a file that is not here.
type Missing struct {
	URI      string    `json:"uri"`
	Kinds    []Kind    `json:"kinds"`
	Owners   []string  `json:"owners"` // ten at the most
	Refused  bool      `json:"refused"`
	Since    time.Time `json:"since"`
	Attempts int       `json:"attempts"`
	Next     time.Time `json:"next"`   // when it is tried again
	Reason   string    `json:"reason"` // why it is missing: an outcome; empty before the first attempt
	Error    string    `json:"-"`      // in all its words, which are not for strangers
}

// Status tells how far replication is.
func (r *Replicator) Status(ctx context.Context) (Status, error) {
	s := r.state()
	var err error
	s.Store, err = r.cfg.Files.Status(ctx)
	return s, err
}

func (r *Replicator) state() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := Status{Cursor: r.cursor, Fetching: r.places, Bytes: r.used, Quota: r.cfg.Quota, Missing: []Missing{}}
	for _, f := range r.files {
		switch f.State {
		case held:
			s.Held++
			continue
		case released:
			s.Released++
			continue
		case wanted:
			s.Wanted++
		case refused:
			s.Refused++
		}
		if open, _ := r.need(f); open {
			s.Missing = append(s.Missing, Missing{
				URI: f.uri, Kinds: slices.Clone(f.Kinds), Owners: some(f.owners, 10), Refused: f.State == refused,
				Since: time.Unix(f.Since, 0).UTC(), Attempts: f.Attempts, Next: time.Unix(f.Next, 0).UTC(), Reason: f.Reason, Error: f.Error,
			})
		}
	}
	slices.SortFunc(s.Missing, func(a, b Missing) int { return a.Since.Compare(b.Since) })
	s.Missing = s.Missing[:min(len(s.Missing), mostMissing)]
	return s
}

// some returns the first names in order.
func some(owners map[string]struct{}, most int) []string {
	names := slices.Sorted(maps.Keys(owners))
	return names[:min(len(names), most)]
}

// counters count what has happened since the start. They are guarded by the
// Replicator's mu.
type counters struct {
	unpinned int64
	outcomes map[string]int64 // of fetches
}

// The words for what becomes of a fetch.
var outcomes = []struct {
	word string
	err  error
}{
	{"refused", ipfs.ErrRefused},
	{"malformed", ipfs.ErrBadURI},
	{"quota", ErrQuota},
	{"too_large", ipfs.ErrTooLarge},
	{"unavailable", ipfs.ErrUnavailable},
	{"slow", ipfs.ErrSlow},
	{"disk_full", ipfs.ErrDiskFull},
	{"failed", nil}, // anything else
}

// outcome is the word for what became of a fetch.
func outcome(err error) string {
	if err == nil {
		return "held"
	}
	for _, o := range outcomes {
		if o.err == nil || errors.Is(err, o.err) {
			return o.word
		}
	}
	return ""
}

// measure shows metrics, if anybody wants them.
func (r *Replicator) measure(reg prometheus.Registerer) error {
	if reg == nil {
		return nil
	}
	return reg.Register(&collector{
		r:        r,
		files:    prometheus.NewDesc("urna_files", "Files that the chain refers to, by how it stands with them.", []string{"state"}, nil),
		missing:  prometheus.NewDesc("urna_files_missing", "Files that somebody needs and that are not here; at most a hundred are counted.", nil, nil),
		oldest:   prometheus.NewDesc("urna_files_missing_seconds", "For how long the oldest of them has been missing.", nil, nil),
		bytes:    prometheus.NewDesc("urna_files_bytes", "Room that the store of files takes.", nil, nil),
		quota:    prometheus.NewDesc("urna_files_quota_bytes", "Room that it may take; 0 is any.", nil, nil),
		fetches:  prometheus.NewDesc("urna_files_fetches_total", "Attempts to fetch a file, by outcome.", []string{"outcome"}, nil),
		unpinned: prometheus.NewDesc("urna_files_released_total", "Files that were let go to make room.", nil, nil),
		cursor:   prometheus.NewDesc("urna_files_height", "Height up to which the chain was looked through for files.", nil, nil),
		peers:    prometheus.NewDesc("urna_ipfs_peers", "IPFS nodes that are connected.", nil, nil),
		sent:     prometheus.NewDesc("urna_ipfs_sent_bytes_total", "Bytes of blocks sent to peers.", nil, nil),
		received: prometheus.NewDesc("urna_ipfs_received_bytes_total", "Bytes of blocks that came from peers.", nil, nil),
	})
}

// collector reads metrics when they are asked for.
type collector struct {
	r *Replicator

	files, missing, oldest, bytes, quota, fetches, unpinned, cursor, peers, sent, received *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, out) }

// collectTime is how long the store may take to tell how it is.
const collectTime = 5 * time.Second

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectTime) // Prometheus has none to give
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	total := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	s, err := c.r.Status(ctx)
	gauge(c.files, float64(s.Wanted), string(wanted))
	gauge(c.files, float64(s.Held), string(held))
	gauge(c.files, float64(s.Refused), string(refused))
	gauge(c.files, float64(s.Released), string(released))
	gauge(c.missing, float64(len(s.Missing)))
	oldest := 0.0
	if len(s.Missing) > 0 {
		oldest = c.r.cfg.Now().Sub(s.Missing[0].Since).Seconds()
	}
	gauge(c.oldest, oldest)
	gauge(c.bytes, float64(s.Bytes))
	gauge(c.quota, float64(s.Quota))
	gauge(c.cursor, float64(s.Cursor))
	c.r.mu.Lock()
	total(c.unpinned, float64(c.r.count.unpinned))
	for word, n := range c.r.count.outcomes {
		total(c.fetches, float64(n), word)
	}
	c.r.mu.Unlock()
	if err != nil {
		return // a store that does not answer has no peers to count
	}
	gauge(c.peers, float64(s.Store.Peers))
	total(c.sent, float64(s.Store.BytesSent))
	total(c.received, float64(s.Store.BytesReceived))
}
