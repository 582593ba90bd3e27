package relayer

import (
	"context"
	"errors"
	"fmt"

	"urna/chain/light"
	"urna/election"
	"urna/state"
	"urna/state/transition"
)

// Node is a node of the chain in this process: its signed headers and its state.
type Node interface {
	Source
	ViewAt(height int64) (*state.View, error)
	Journal(height int64) ([]byte, error)
}

// nodeSource is a chain behind a node.
type nodeSource struct{ Node }

// FromNode reads the chain from a node in this process.
func FromNode(n Node) Results { return nodeSource{n} }

// Written reads the journals of blocks. A node that began with a snapshot has none
// from before; those results were written when others looked.
func (n nodeSource) Written(ctx context.Context, from, to int64) (out []Written, err error) {
	for h := from; h <= to; h++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		journal, err := n.Journal(h)
		if errors.Is(err, state.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		o, err := transition.DecodeBlockOutcome(journal)
		if err != nil {
			return nil, fmt.Errorf("relayer: journal of block %d: %w", h, err)
		}
		note := func(events []transition.Event) {
			for _, e := range events {
				if w, ok := e.(transition.ResultWritten); ok {
					out = append(out, Written{w.ID, h})
				}
			}
		}
		note(o.Before)
		for _, t := range o.Txs {
			note(t.Events)
		}
		note(o.Events)
	}
	return out, nil
}

func (n nodeSource) Result(_ context.Context, id [32]byte, height int64) (record, proof []byte, err error) {
	view, err := n.ViewAt(height)
	if errors.Is(err, state.ErrPruned) || errors.Is(err, state.ErrUncommitted) {
		return nil, nil, fmt.Errorf("%w: %w", ErrNoProof, err)
	}
	if err != nil {
		return nil, nil, err
	}
	c, err := light.NewClaim(view, state.ResultKey(election.ID(id)))
	if errors.Is(err, state.ErrPruned) || err == nil && c.Value == nil {
		return nil, nil, ErrNoProof
	}
	if err != nil {
		return nil, nil, err
	}
	return c.Value, c.Proof, nil
}
