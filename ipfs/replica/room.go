package replica

import (
	"context"
	"errors"
	"slices"
	"time"

	"urna/ipfs"
)

// Room is made when this much of the quota is taken, in percent, until no more
// than the second is. What nobody needs any more is fetched only below the
// third, so that it does not come and go.
const (
	tooFull = 90
	enough  = 80
	spare   = 50
)

// tidyEvery is how often the room is looked at.
const tidyEvery = time.Minute

// settling is how long a file stays whatever is known of it: whoever has just
// stored it may be about to name it on the chain.
const settling = time.Hour

// percent is a part of the quota.
func (r *Replicator) percent(n int64) int64 { return r.cfg.Quota / 100 * n }

// desired tells whether a file should be here: somebody needs it or has until
// lately, or there is room to spare. It needs mu.
func (r *Replicator) desired(f *file, now time.Time) bool {
	if len(f.owners) == 0 {
		return false
	}
	open, last := r.need(f)
	return open || now.Before(last.Add(r.cfg.Keep)) || r.cfg.Quota == 0 || r.used < r.percent(spare)
}

// housekeep looks at the store now and then.
func (r *Replicator) housekeep(ctx context.Context) {
	for wait(ctx, tidyEvery) {
		r.tidy(ctx, r.cfg.Now())
	}
}

// recount wants files again that have been held since before a time and whose
// pins are gone, perhaps with the disk they were on. It forgets what nobody names
// any more.
func (r *Replicator) recount(pins map[string]ipfs.Pin, before time.Time) {
	b, now := r.newBatch(), r.cfg.Now()
	r.mu.Lock()
	for _, f := range r.files {
		if _, ok := pins[f.uri]; !ok && f.State == held && f.Since < before.Unix() && !r.busy[f.uri] {
			f.State, f.Since, f.Next = wanted, now.Unix(), 0
			r.push(f, now)
			b.file(f)
		}
		if len(f.owners) == 0 && f.State != held && !r.busy[f.uri] {
			delete(r.files, f.uri)
			b.forget(f)
		}
	}
	r.mu.Unlock()
	r.write(b)
	r.nudge()
}

// look reads the pins of the store and how much room it takes.
func (r *Replicator) look(ctx context.Context) (pins map[string]ipfs.Pin, err error) {
	pins = map[string]ipfs.Pin{}
	var pinned int64
	err = r.cfg.Files.Pins(ctx, func(p ipfs.Pin) error {
		pins[p.URI] = p
		pinned += p.Size
		return nil
	})
	if err != nil {
		return nil, err
	}
	used, err := r.cfg.Files.Stored(ctx)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used, r.loose = used, used-pinned
	return pins, nil
}

// tidy looks what is there, sweeps away what was refused or never came whole, and
// lets files go if there is too little room, those first that have not been
// needed for longest. What was fetched after a time may not be among the pins yet.
func (r *Replicator) tidy(ctx context.Context, before time.Time) {
	r.tidying.Lock()
	defer r.tidying.Unlock()
	pins, err := r.look(ctx)
	if err == nil {
		r.recount(pins, before)
		if r.littered() {
			err = r.sweep(ctx)
		}
	}
	gone := 0
	for _, p := range r.leastNeeded(pins) {
		r.mu.Lock()
		ends := r.used <= r.percent(enough)
		r.mu.Unlock()
		if ends || ctx.Err() != nil {
			break
		}
		if r.letGo(ctx, p) {
			gone++
		}
	}
	if gone > 0 {
		r.cfg.Log.Info("files were let go to make room", "files", gone)
		err = errors.Join(err, r.sweep(ctx))
	}
	if err != nil && ctx.Err() == nil {
		r.cfg.Log.Error("the file store cannot be tidied up", "err", err)
	}
}

// litter is how much may lie about, in bytes, before it is swept away: pieces of
// files that come slowly are among it, and are lost with it.
const litter = 1 << 30

// littered tells whether to sweep.
func (r *Replicator) littered() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cfg.Quota == 0 {
		return r.loose > litter
	}
	return r.loose > min(litter, r.percent(100-tooFull)) || r.loose > 0 && r.used > r.percent(tooFull)
}

// sweep sweeps, and looks what room there is then.
func (r *Replicator) sweep(ctx context.Context) error {
	if err := r.cfg.Files.Sweep(ctx); err != nil {
		return err
	}
	_, err := r.look(ctx)
	return err
}

// leastNeeded lists the pins that may be let go, the least needed first; none if
// there is room.
func (r *Replicator) leastNeeded(pins map[string]ipfs.Pin) []ipfs.Pin {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cfg.Quota == 0 || r.used <= r.percent(tooFull) {
		return nil
	}
	type candidate struct {
		pin  ipfs.Pin
		last time.Time
	}
	var list []candidate
	for _, p := range pins {
		if last, ok := r.free(p); ok {
			list = append(list, candidate{p, last})
		}
	}
	slices.SortFunc(list, func(a, b candidate) int { return a.last.Compare(b.last) })
	out := make([]ipfs.Pin, len(list))
	for i, c := range list {
		out[i] = c.pin
	}
	return out
}

// free tells whether a file may be let go, and since when nobody needs it: since
// its last owner closed, or for what no owner names, since it was stored. It
// needs mu.
func (r *Replicator) free(p ipfs.Pin) (last time.Time, ok bool) {
	now := r.cfg.Now()
	last = p.Added
	if f := r.files[p.URI]; f != nil {
		open, end := r.need(f)
		if open || r.busy[p.URI] {
			return last, false
		}
		if !end.IsZero() {
			last = end
		}
	}
	return last, !now.Before(last.Add(r.cfg.Keep)) && !now.Before(p.Added.Add(settling))
}

// letGo unpins a file unless somebody has come to need it.
func (r *Replicator) letGo(ctx context.Context, p ipfs.Pin) bool {
	b := r.newBatch()
	r.mu.Lock()
	if _, ok := r.free(p); !ok {
		r.mu.Unlock()
		r.write(b)
		return false
	}
	r.busy[p.URI] = true
	f := r.files[p.URI]
	if f != nil {
		f.State, f.Since, f.Size = released, r.cfg.Now().Unix(), 0
		b.file(f)
	}
	r.mu.Unlock()
	r.write(b)
	err := r.cfg.Files.Unpin(ctx, p.URI)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.busy, p.URI)
	if err != nil {
		if f != nil && f.State == released {
			f.State, f.Size = held, p.Size
		}
		r.cfg.Log.Error("a file cannot be let go", "uri", p.URI, "err", err)
		return false
	}
	r.used -= p.Size
	r.count.unpinned++
	return true
}
