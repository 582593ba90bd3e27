package archive

import (
	"bufio"
	"context"
	"errors"
	"hash"
	"io"
	"slices"

	"urna/audit"
	"urna/audit/archive/car"
	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
	"urna/state/transition"
)

// chainReader is the archive as a source of blocks for a replay, and what its
// other files must say as far as the replay has come.
type chainReader struct {
	*verifier
	sets    []first // those that are still to come
	now     light.Hash
	final   *light.Header
	out     ChainOutcome
	results hash.Hash        // of 80-results
	files   map[car.CID]bool // that elections name; true if they are there
}

// Name implements audit.Source.
func (c *chainReader) Name() string { return "the archive" }

// Genesis implements audit.Source.
func (c *chainReader) Genesis(context.Context) ([]byte, error) { return c.genesis, nil }

// Tip implements audit.Source.
func (c *chainReader) Tip(context.Context) (int64, error) { return c.manifest.height, nil }

// Blocks implements audit.Source. The file is read once, from its start.
func (c *chainReader) Blocks(ctx context.Context, from int64, visit func([]byte) error) error {
	file, err := c.next(blocksFile)
	if err != nil {
		return err
	}
	return readBlocks(ctx, file, from, visit)
}

// readBlocks reads 60-blocks of a chain.
func readBlocks(ctx context.Context, file io.Reader, from int64, visit func([]byte) error) error {
	r := bufio.NewReaderSize(file, 1<<20)
	for height := int64(1); ctx.Err() == nil; height++ {
		if _, err := r.Peek(1); errors.Is(err, io.EOF) {
			return nil
		}
		raw, err := readBytes(r, maxBlockBytes)
		if err != nil {
			return err
		}
		if height < from {
			continue
		}
		if err := visit(raw); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Closing implements audit.Closer.
func (c *chainReader) Closing(context.Context) (*light.Block, error) {
	text, err := c.small(finalFile, maxSigned)
	if err != nil {
		return nil, err
	}
	b, err := light.ParseBlock(text)
	if err != nil {
		return nil, err
	}
	c.final = b.Header
	return b, nil
}

// maxSigned bounds a signed header.
const maxSigned = 2 << 20

func (c *chainReader) progress(p audit.Progress) {
	if c.o.Progress != nil {
		c.o.Progress(p.Votes)
	}
}

// block takes a block that was replayed.
func (c *chainReader) block(b *audit.Block) error {
	if err := c.decides(b.Header); err != nil {
		return err
	}
	if err := c.holds(b.Header); err != nil {
		return err
	}
	c.out.Transactions += uint64(len(b.Txs))
	var closed []election.ID
	note := func(events []transition.Event) {
		for _, e := range events {
			switch e := e.(type) {
			case transition.VoteCast:
				c.out.Votes++
			case transition.ElectionCreated:
				c.out.Elections++
			case transition.ResultWritten:
				closed = append(closed, e.ID)
			}
		}
	}
	for i := range b.Outcome.Txs {
		note(b.Outcome.Txs[i].Events)
	}
	note(b.Outcome.Events)
	for _, raw := range b.Txs {
		for _, cid := range filesOf(raw) {
			c.files[cid] = false
		}
	}
	slices.SortFunc(closed, func(x, y election.ID) int { return slices.Compare(x[:], y[:]) })
	for _, id := range closed {
		result, err := b.View.Result(id)
		if err != nil {
			return err
		}
		c.out.Results++
		c.results.Write(resultEntry(id, result))
	}
	return nil
}

// decides checks that the set of a height stands in 20-validators.
func (c *chainReader) decides(h *light.Header) error {
	if len(c.sets) > 0 && c.sets[0].height == h.Height {
		c.now, c.sets = c.sets[0].hash, c.sets[1:]
	}
	if c.now != h.ValidatorsHash {
		return check.Fail(check.Validators, "%s has the validators %x for height %d, the header names %x", validatorsFile, c.now, h.Height, h.ValidatorsHash)
	}
	return nil
}

// ended asks whether everything was used.
func (c *chainReader) ended() error {
	if err := c.decides(c.final); err != nil {
		return err
	}
	if len(c.sets) > 0 {
		return check.Fail(check.Frame, "%s has validators for height %d", validatorsFile, c.sets[0].height)
	}
	return c.holds(c.final)
}
