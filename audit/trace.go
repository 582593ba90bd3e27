package audit

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"

	"urna/chain/light"
	"urna/internal/check"
	"urna/state"
)

// Difference is where a chain first departs from its law.
type Difference struct {
	Height int64  `json:"height"` // of the block whose effects differ; 0 is the genesis
	Root   string `json:"root"`   // by the law
	Shown  string `json:"shown"`  // in the header of the next block
	Key    string `json:"key,omitempty"`
	About  string `json:"about,omitempty"` // the key, for people

	// The record under the key; null where there is none.
	Value      *string `json:"value"`
	ShownValue *string `json:"shownValue"`

	Note string `json:"note,omitempty"` // why there is no key
}

// otherRoot says where a chain departs from the law, as closely as the source
// lets itself be asked.
func (r *replay) otherRoot(ctx context.Context, h *light.Header) error {
	d := &Difference{Height: r.last.height, Root: hex.EncodeToString(r.last.root[:]), Shown: hex.EncodeToString(h.AppHash[:])}
	r.difference = d
	if d.Height == 0 {
		d.Note = "the first state is not that of the genesis"
		return check.Fail(check.Parameters, "header 1 has the root %x, the genesis makes %x", h.AppHash, r.last.root)
	}
	if err := r.trace(ctx, h, d); err != nil {
		d.Note = "no key can be named: " + err.Error()
	}
	failure := fmt.Sprintf("header %d has the root %x, the law makes %x of block %d", h.Height, h.AppHash, r.last.root, d.Height)
	if d.Key != "" {
		failure += fmt.Sprintf("; %s is %s, by the law %s", d.About, shown(d.ShownValue), shown(d.Value))
	}
	return check.Fail(check.State, "%s", failure)
}

func shown(value *string) string {
	if value == nil {
		return "absent"
	}
	return *value
}

// trace asks the source for the records that the block changes, in key order,
// until one differs.
func (r *replay) trace(ctx context.Context, h *light.Header, d *Difference) error {
	p, ok := r.o.Source.(Prover)
	if !ok || r.now == nil {
		return fmt.Errorf("%s gives no proofs", r.o.Source.Name())
	}
	changes, err := r.store.Changes(r.now.fork)
	if err != nil {
		return err
	}
	for _, c := range changes {
		doc, err := p.Record(ctx, d.Height, c.Key)
		if err != nil {
			return err
		}
		value, err := claimed(doc, c.Key, h.AppHash)
		if err != nil {
			return err
		}
		if (value == nil) == (c.Value == nil) && bytes.Equal(value, c.Value) {
			continue
		}
		d.Key, d.Value, d.ShownValue = hex.EncodeToString(c.Key), text(c.Value), text(value)
		d.About, err = state.KeyName(c.Key)
		return err
	}
	return fmt.Errorf("none of the %d records that the block changes differs; it changes another one", len(changes))
}

// claimed is the value of a key that a document proves against a root.
func claimed(doc, key []byte, root light.Hash) ([]byte, error) {
	d, err := light.ParseDocument(doc)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(d.Claims[0].Key, key) {
		return nil, fmt.Errorf("the source was asked for key %x and answers about %x", key, d.Claims[0].Key)
	}
	if err := d.Claims[0].Verify(root); err != nil {
		return nil, err
	}
	return d.Claims[0].Value, nil
}

func text(value []byte) *string {
	if value == nil {
		return nil
	}
	s := hex.EncodeToString(value)
	return &s
}
