package archive

import (
	"context"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
)

// How the blocks of an election are cut into runs: docs/spec/audit.md 2.2.
const (
	maxApart    = 16
	maxRun      = 100
	maxRunBytes = 16 << 20
)

// runs writes entries. It holds those of one run, and what may have to stand
// between them and the next height with transactions.
type runs struct {
	maker   *maker
	write   func(*entry) error
	trusted light.Trusted // the last header that was written with a commit
	sets    setList
	span    span

	run   []*runEntry
	bytes int         // of the transactions in run
	last  int64       // height of the last entry with transactions, 0 while no stretch is open
	gap   []*runEntry // headers after it
}

// runEntry is an entry with what it takes to sign it.
type runEntry struct {
	entry
	commits *cmttypes.Commit // of the block after it
}

// weigh is the bytes that the transactions of an entry stand for.
func (e *entry) weigh() (n int) {
	for i := range e.txs {
		if t := &e.txs[i]; t.raw == nil {
			n += len(t.hash)
		} else {
			n += len(t.raw)
		}
	}
	return n
}

// take adds the block after the last one.
func (r *runs) take(e *runEntry) error {
	height := e.header.Height
	switch {
	case len(e.txs) == 0 && r.last == 0:
		return nil
	case height-r.last > maxApart || (len(e.txs) == 0 && height-r.last == maxApart):
		if err := r.end(); err != nil {
			return err
		}
		if len(e.txs) == 0 {
			return nil
		}
	case len(e.txs) == 0:
		r.gap = append(r.gap, e)
		return nil
	}
	for _, between := range r.gap {
		if err := r.push(between); err != nil {
			return err
		}
	}
	r.gap, r.last = nil, height
	return r.push(e)
}

// end closes a stretch of heights.
func (r *runs) end() error {
	r.gap, r.last = nil, 0
	return r.flush()
}

func (r *runs) push(e *runEntry) error {
	r.run = append(r.run, e)
	if r.bytes += e.weigh(); len(r.run) == maxRun || r.bytes >= maxRunBytes {
		return r.flush()
	}
	return nil
}

// flush writes the run. Its last entry gets a commit, and so does every header
// of the trail to it.
func (r *runs) flush() error {
	if len(r.run) == 0 {
		return nil
	}
	first, last := r.run[0].header.Height, r.run[len(r.run)-1].header.Height
	trail, err := light.Trail(r.maker.ctx, r.trusted, last, func(ctx context.Context, height int64) (*light.Block, error) {
		if height >= first {
			e := r.run[height-first]
			return r.maker.signed(e.header, e.commits)
		}
		return r.maker.fetch(ctx, height)
	})
	if err != nil {
		return err
	}
	for _, b := range trail {
		if r.trusted, err = r.trusted.Follow(b); err != nil {
			return err
		}
		r.sets.add(b.Validators)
		if h := b.Header.Height; h >= first {
			r.run[h-first].commit = b.Commit
		} else if err := r.emit(&entry{header: b.Header, commit: b.Commit}); err != nil {
			return err
		}
	}
	for _, e := range r.run {
		if err := r.emit(&e.entry); err != nil {
			return err
		}
	}
	r.run, r.bytes = nil, 0
	return nil
}

func (r *runs) emit(e *entry) error {
	r.span.add(e.header.Height)
	return r.write(e)
}
