package relayer

import (
	"context"
	"errors"
	"fmt"

	"urna/chain/light"
)

// ErrNoBlock says that a source does not have a block, yet or any more.
var ErrNoBlock = errors.New("relayer: the source has no such block")

// ErrNoProof says that a source cannot prove anything about a height any more.
var ErrNoProof = errors.New("relayer: the source has no proofs about this height")

// Source is the chain. It is not trusted: headers are checked here, proofs by the
// contracts.
type Source interface {
	// Signed returns the signed header of a height, or ErrNoBlock; 0 is the newest.
	// The caller must not change it.
	Signed(ctx context.Context, height int64) (*light.Block, error)
}

// Results is a source that knows the final results of elections.
type Results interface {
	Source

	// Written lists the elections whose result was written in a range of heights,
	// both included and of which there are blocks.
	Written(ctx context.Context, from, to int64) ([]Written, error)

	// Result returns the result record of an election in the state after a height,
	// with its ICS-23 proof, or ErrNoProof.
	Result(ctx context.Context, election [32]byte, height int64) (record, proof []byte, err error)
}

// Written is an election that has got its result.
type Written struct {
	Election [32]byte
	Height   int64 // of the block that wrote it; the next header has it in its application hash
}

// checked fetches the signed header of a height and checks it as far as it can be
// checked by itself.
func checked(ctx context.Context, src Source, chainID string, height int64) (*light.Block, error) {
	b, err := src.Signed(ctx, height)
	if err != nil {
		return nil, fmt.Errorf("relayer: header %d: %w", height, err)
	}
	if height != 0 && b.Header.Height != height {
		return nil, fmt.Errorf("relayer: the source gives header %d for %d", b.Header.Height, height)
	}
	if err := b.Verify(chainID); err != nil {
		return nil, fmt.Errorf("relayer: header %d: %w", b.Header.Height, err)
	}
	return b, nil
}
