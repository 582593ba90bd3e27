package replica

import "context"

// notice is news of a file that is here.
type notice struct {
	held func(ctx context.Context, uri string)
	uri  string
}

// announce tells of a file that is here, as a file of some kinds. It needs mu.
func (r *Replicator) announce(f *file, kinds ...Kind) {
	for _, k := range kinds {
		if held := r.cfg.Kinds[k].Held; held != nil {
			r.news = append(r.news, notice{held, f.uri})
		}
	}
	select {
	case r.toTell <- struct{}{}:
	default:
	}
}

// announceAll tells of all files that are here.
func (r *Replicator) announceAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.files {
		if f.State == held {
			r.announce(f, f.Kinds...)
		}
	}
}

// tell hands the news on until ctx ends.
func (r *Replicator) tell(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.toTell:
		}
		r.mu.Lock()
		news := r.news
		r.news = nil
		r.mu.Unlock()
		for _, n := range news {
			if ctx.Err() != nil {
				return
			}
			n.held(ctx, n.uri)
		}
	}
}

// Needed tells whether somebody needs a file, or has until lately.
func (r *Replicator) Needed(uri string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.files[uri]
	if f == nil || len(f.owners) == 0 {
		return false
	}
	open, last := r.need(f)
	return open || r.cfg.Now().Before(last.Add(r.cfg.Keep))
}
