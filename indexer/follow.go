package indexer

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A batch of blocks is one SQL transaction. It ends after these many blocks or
// transactions: enough to be quick when behind, little enough that the log of
// uncommitted pages stays small.
const (
	batchBlocks = 500
	batchTxs    = 20_000
)

// Follow indexes the blocks of src, those that it has and then those that come,
// until ctx ends (and then returns nil) or something is wrong. It may be called
// once.
func (x *Indexer) Follow(ctx context.Context, src Source) error {
	err := x.follow(ctx, src)
	if ctx.Err() != nil && (err == nil || errors.Is(err, ctx.Err())) {
		return nil
	}
	if err == nil {
		err = errors.New("the source of blocks ended")
	}
	x.advance(x.Height(), err)
	return fmt.Errorf("index block %d: %w", x.Height()+1, err)
}

func (x *Indexer) follow(ctx context.Context, src Source) (err error) {
	if err := x.checkChain(ctx, src); err != nil {
		return err
	}
	w, err := newWriter(ctx, x.writer)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if last, err := x.Block(ctx, x.Height()); err == nil {
		w.last = &last.Hash
	} else if !errors.Is(err, ErrNotFound) {
		return err
	}
	for {
		next := x.Height() + 1
		if err := src.Wait(ctx, next); err != nil {
			return err
		}
		if base := src.Base(); base == 0 || base > next {
			if err := x.begin(w, src, base); err != nil {
				return err
			}
			continue
		}
		start := time.Now()
		last, err := x.batch(ctx, w, src, next, src.Height())
		if err != nil {
			return err
		}
		x.advance(last, nil)
		if n := last - next + 1; n > 1 {
			x.log.Info("index catches up", "height", last, "blocks", n, "took", time.Since(start))
		}
	}
}

// checkChain makes sure that the index was made from the blocks of src.
func (x *Indexer) checkChain(ctx context.Context, src Source) error {
	height := x.Height()
	if height == 0 {
		return nil
	}
	if src.Height() < height {
		return fmt.Errorf("%w: it has height %d, the chain %d", ErrOtherChain, height, src.Height())
	}
	if src.Base() > height {
		return nil // the next block tells, if there is one
	}
	have, err := x.Block(ctx, height)
	if errors.Is(err, ErrNotFound) {
		return nil // the index has taken its beginning from the state and nothing since
	}
	if err != nil {
		return err
	}
	b, err := src.Block(ctx, height)
	if err != nil {
		return err
	}
	if b.Hash != have.Hash {
		return fmt.Errorf("%w: block %d is %x there and %x on the chain", ErrOtherChain, height, have.Hash, b.Hash)
	}
	return nil
}

// batch writes blocks from one height on, at most to another, and returns the
// last height it wrote.
func (x *Indexer) batch(ctx context.Context, w *writer, src Source, from, to int64) (last int64, err error) {
	if err := w.begin(); err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.rollback())
		}
	}()
	if from == 1 {
		if err := w.genesis(src.Genesis()); err != nil {
			return 0, fmt.Errorf("genesis: %w", err)
		}
	}
	for h, txs := from, 0; h <= to && h < from+batchBlocks && txs < batchTxs; h++ {
		b, err := src.Block(ctx, h)
		if err != nil {
			return 0, err
		}
		if b.Height != h || b.Outcome == nil || int64(b.Outcome.Height) != h {
			return 0, fmt.Errorf("the source gives another block for height %d", h)
		}
		if w.last != nil && b.LastHash != *w.last {
			return 0, fmt.Errorf("%w: block %d does not follow the one before", ErrOtherChain, h)
		}
		if err := w.block(b, func(i int) ([]byte, error) { return src.RawTx(ctx, h, i) }); err != nil {
			return 0, fmt.Errorf("height %d: %w", h, err)
		}
		txs += len(b.Outcome.Txs)
		last, w.last = h, &b.Hash
	}
	return last, w.commit()
}
