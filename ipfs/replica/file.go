package replica

import (
	"encoding/json"
	"errors"
	"fmt"

	"urna/internal/kv"
)

// state is how it stands with a file.
type state string

const (
	wanted   state = "wanted"   // to be fetched
	held     state = "held"     // pinned
	refused  state = "refused"  // it breaks the rules of all its kinds
	released state = "released" // let go, or never fetched: nobody has needed it for long and room is short
)

// file is what is known of a file.
type file struct {
	Kinds    []Kind `json:"kinds"`
	State    state  `json:"state"`
	Since    int64  `json:"since"`              // when it came to this state, unix seconds
	Attempts int    `json:"attempts,omitempty"` // that failed
	Next     int64  `json:"next,omitempty"`     // when it is tried again, unix seconds
	Reason   string `json:"reason,omitempty"`   // why the last attempt failed, in a word
	Error    string `json:"error,omitempty"`    // and in all its words
	Size     int64  `json:"size,omitempty"`     // once it is held

	uri    string
	owners map[string]struct{}
	seq    int64 // its place in line, in order of arrival since the start
}

// What the database holds, by the first byte of the key.
const (
	cursorKey = 'c'
	ownerKey  = 'o' // name -> owner
	fileKey   = 'f' // URI -> file
)

// load reads the queue.
func (r *Replicator) load() error {
	text, err := r.db.Get([]byte{cursorKey})
	if err != nil {
		return err
	}
	if text != nil {
		if err := json.Unmarshal(text, &r.cursor); err != nil {
			return err
		}
	}
	if err := each(r.db, fileKey, func(uri string, f *file) {
		f.uri, f.owners, r.files[uri] = uri, map[string]struct{}{}, f
	}); err != nil {
		return err
	}
	err = each(r.db, ownerKey, func(name string, o *owner) {
		r.owners[name] = o
		for _, ref := range o.Refs {
			f := r.files[ref.URI]
			if f == nil { // they are written together
				f = &file{uri: ref.URI, owners: map[string]struct{}{}, Kinds: []Kind{ref.Kind}, State: wanted}
				r.files[ref.URI] = f
			}
			f.owners[name] = struct{}{}
		}
	})
	if err != nil {
		return err
	}
	now := r.cfg.Now()
	for _, f := range r.files {
		if f.State == wanted || f.State == refused {
			r.push(f, now)
		}
	}
	return nil
}

func each[T any](db *kv.DB, prefix byte, visit func(key string, v *T)) (err error) {
	it, err := db.Iter([]byte{prefix}, []byte{prefix + 1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for it.Next() {
		v := new(T)
		if err := json.Unmarshal(it.Value(), v); err != nil {
			return fmt.Errorf("%q: %w", it.Key(), err)
		}
		visit(string(it.Key()[1:]), v)
	}
	return nil
}

// batch is what is written together.
type batch struct {
	b     *kv.Batch
	empty bool
	err   error
}

func (r *Replicator) newBatch() *batch { return &batch{b: r.db.NewBatch(), empty: true} }

func (b *batch) set(key []byte, v any) {
	text, err := json.Marshal(v)
	if err == nil {
		err = b.b.Set(key, text)
	}
	b.empty, b.err = false, errors.Join(b.err, err)
}

func (b *batch) owner(name string, o *owner) { b.set(append([]byte{ownerKey}, name...), o) }
func (b *batch) file(f *file)                { b.set(append([]byte{fileKey}, f.uri...), f) }

func (b *batch) forget(f *file) {
	b.empty, b.err = false, errors.Join(b.err, b.b.Delete(append([]byte{fileKey}, f.uri...)))
}

// advance writes b with the cursor of the feeder.
func (r *Replicator) advance(b *batch, cursor int64) {
	r.mu.Lock()
	changed := cursor != r.cursor
	r.cursor = cursor
	r.mu.Unlock()
	if changed {
		b.set([]byte{cursorKey}, cursor)
	}
	r.write(b)
	r.nudge()
}

// write puts b on disk. If that cannot be, replication goes on: the next start
// finds an older queue, and asks the feeder and the store for the rest.
func (r *Replicator) write(b *batch) {
	var err error
	switch {
	case b.err != nil:
		err = errors.Join(b.err, b.b.Close())
	case b.empty:
		err = b.b.Close()
	default:
		err = b.b.Write()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil && r.lost == nil {
		r.cfg.Log.Error("the queue of files is not on disk; a restart repeats work", "err", err)
	}
	if r.lost == nil {
		r.lost = err
	}
}
