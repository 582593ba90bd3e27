package replica

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"urna/ipfs"
)

// owner is what is known of somebody who needs files.
type owner struct {
	Refs   []ref `json:"refs"`
	Closed int64 `json:"closed,omitempty"` // unix seconds; 0 while open
}

// ref is a reference to a file.
type ref struct {
	URI     string `json:"uri"`
	Kind    Kind   `json:"kind"`
	Dropped int64  `json:"dropped,omitempty"` // when the owner ceased to name it, unix seconds; 0 while it does
}

// take notes a need, on disk with b.
func (r *Replicator) take(b *batch, n Need) error {
	if n.Owner == "" {
		return fmt.Errorf("replica: a need of nobody")
	}
	now := r.cfg.Now()
	next := &owner{}
	if !n.Closed.IsZero() {
		next.Closed = max(n.Closed.Unix(), 1)
	}
	for _, f := range n.Files {
		if _, ok := r.cfg.Kinds[f.Kind]; !ok {
			return fmt.Errorf("replica: %s names a file of kind %q, for which there is no rule", n.Owner, f.Kind)
		}
		uri := f.URI
		if c, err := ipfs.Canonical(uri); err == nil {
			uri = c // one name for a file, so that it is not let go under another
		}
		if !slices.ContainsFunc(next.Refs, func(have ref) bool { return have.URI == uri && have.Kind == f.Kind }) {
			next.Refs = append(next.Refs, ref{URI: uri, Kind: f.Kind})
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if before := r.owners[n.Owner]; before != nil {
		next.Refs = append(next.Refs, before.dropped(next.Refs, now, r.cfg.Keep)...)
		if before.equal(next) {
			return nil
		}
		for _, old := range before.Refs {
			if f := r.files[old.URI]; f != nil {
				delete(f.owners, n.Owner) // unless it comes again below
			}
		}
	}
	r.owners[n.Owner] = next
	b.owner(n.Owner, next)
	for _, ref := range next.Refs {
		r.refer(b, n.Owner, ref, now)
	}
	return nil
}

// maxDropped bounds what is remembered of an owner that changes its mind again
// and again.
const maxDropped = 1000

// dropped is what an owner referred to and no longer names, as long as it may
// not be let go, the latest first.
func (o *owner) dropped(next []ref, now time.Time, keep time.Duration) (out []ref) {
	for _, old := range o.Refs {
		if slices.ContainsFunc(next, func(have ref) bool { return have.URI == old.URI && have.Kind == old.Kind }) {
			continue
		}
		if old.Dropped == 0 {
			old.Dropped = now.Unix()
		}
		if now.Before(time.Unix(old.Dropped, 0).Add(keep)) {
			out = append(out, old)
		}
	}
	slices.SortStableFunc(out, func(a, b ref) int { return cmp.Compare(b.Dropped, a.Dropped) })
	return out[:min(len(out), maxDropped)]
}

func (o *owner) equal(other *owner) bool {
	return o.Closed == other.Closed && slices.Equal(o.Refs, other.Refs)
}

// refer notes that an owner refers to a file, and wants the file if it is not
// here. It needs mu.
func (r *Replicator) refer(b *batch, name string, ref ref, now time.Time) {
	f := r.files[ref.URI]
	if f == nil {
		f = &file{uri: ref.URI, owners: map[string]struct{}{}, State: released, Since: now.Unix()}
		r.files[ref.URI] = f
	}
	f.owners[name] = struct{}{}
	another := !slices.Contains(f.Kinds, ref.Kind)
	if another {
		f.Kinds = append(f.Kinds, ref.Kind)
		if f.State == held {
			r.announce(f, ref.Kind)
		}
	}
	// What is refused as one thing may be welcome as another.
	if f.State == refused && another || f.State == released && r.desired(f, now) {
		f.State, f.Attempts, f.Next, f.Reason, f.Error, f.Since = wanted, 0, 0, "", "", now.Unix()
		r.push(f, now)
	}
	b.file(f)
}

// need tells whether an open owner needs a file now, and if not, when one last
// did. It needs mu.
func (r *Replicator) need(f *file) (now bool, last time.Time) {
	for name := range f.owners {
		o := r.owners[name]
		for _, ref := range o.Refs {
			if ref.URI != f.uri {
				continue
			}
			if o.Closed == 0 && ref.Dropped == 0 {
				return true, time.Time{}
			}
			end := o.Closed
			if end == 0 || ref.Dropped != 0 && ref.Dropped < end {
				end = ref.Dropped
			}
			if t := time.Unix(end, 0); t.After(last) {
				last = t
			}
		}
	}
	return false, last
}
