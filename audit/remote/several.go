package remote

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"urna/audit"
	"urna/internal/check"
)

// Several are sources of one chain. While one of them does not answer, another
// one is asked; none is believed more than the others.
type Several []audit.Source

// Name implements audit.Source.
func (s Several) Name() string {
	names := make([]string, len(s))
	for i := range s {
		names[i] = s[i].Name()
	}
	return strings.Join(names, ", ")
}

// each asks one source after the other until one answers.
func (s Several) each(ask func(audit.Source) error) error {
	var all error
	for _, source := range s {
		err := ask(source)
		if _, failed := check.Failed(err); err == nil || failed {
			return err
		}
		all = errors.Join(all, err)
	}
	return all
}

// Genesis implements audit.Source.
func (s Several) Genesis(ctx context.Context) (doc []byte, err error) {
	err = s.each(func(source audit.Source) (err error) {
		doc, err = source.Genesis(ctx)
		return err
	})
	return doc, err
}

// Tip implements audit.Source: the highest one.
func (s Several) Tip(ctx context.Context) (tip int64, err error) {
	answered := false
	for _, source := range s {
		h, bad := source.Tip(ctx)
		if bad != nil {
			err = errors.Join(err, bad)
			continue
		}
		tip, answered = max(tip, h), true
	}
	if answered {
		err = nil
	}
	return tip, err
}

// Blocks implements audit.Source. A source that ends, or fails, is followed by
// the next one, where it left off.
func (s Several) Blocks(ctx context.Context, from int64, visit func(raw []byte) error) error {
	var all error
	complete := false
	for _, source := range s {
		var stop error
		err := source.Blocks(ctx, from, func(raw []byte) error {
			if stop = visit(raw); stop == nil {
				from++
			}
			return stop
		})
		switch {
		case stop != nil:
			return stop
		case err == nil:
			complete = true
		default:
			all = errors.Join(all, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if complete {
		return nil
	}
	return all
}

// Record implements audit.Prover, if one of the sources does.
func (s Several) Record(ctx context.Context, height int64, key []byte) (doc []byte, err error) {
	err = fmt.Errorf("%s gives no proofs", s.Name())
	for _, source := range s {
		if p, ok := source.(audit.Prover); ok {
			if doc, err = p.Record(ctx, height, key); err == nil {
				return doc, nil
			}
		}
	}
	return nil, err
}
