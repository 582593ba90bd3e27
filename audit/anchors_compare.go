package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"urna/anchor"
	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
	"urna/state"
)

// wants tells whether something stands on Ethereum about a height.
func (e *onEthereum) wants(height int64) bool {
	_, block := e.blocks[height]
	_, set := e.sets[height]
	return block || set
}

// see keeps a header that was replayed, if it will be compared.
func (e *onEthereum) see(h *light.Header) {
	if e != nil && e.wants(h.Height) {
		e.seen[h.Height] = h
	}
}

// compareEthereum compares what stands on Ethereum with what was replayed.
func (r *replay) compareEthereum(ctx context.Context) error {
	e := r.ethereum
	var heights []int64
	for h := range e.blocks {
		heights = append(heights, h)
	}
	for h := range e.sets {
		heights = append(heights, h)
	}
	slices.Sort(heights)
	for _, height := range slices.Compact(heights) {
		if err := r.compareAt(ctx, height); err != nil {
			return err
		}
	}
	if err := r.compareResults(); err != nil {
		return err
	}
	if e.latest.FrozenFrom != 0 {
		return check.Fail(check.AnchorForks, "somebody has shown two signed blocks of height %d to the anchor", e.latest.FrozenFrom)
	}
	e.report.Passed(check.AnchorForks, 1)
	if e.verdict.Above > 0 {
		note := fmt.Sprintf("what is above height %d was not compared", r.store.Height())
		e.report.Skip(check.AnchoredBlocks, note)
	}
	return nil
}

// compareAt compares block and set of a height (V33, V34).
func (r *replay) compareAt(ctx context.Context, height int64) error {
	e := r.ethereum
	block, anchored := e.blocks[height]
	set, changed := e.sets[height]
	if height > r.store.Height() {
		for _, is := range []bool{anchored, changed} {
			if is {
				e.verdict.Above++
			}
		}
		return nil
	}
	var h *light.Header
	var err error
	if height > 0 {
		if h, err = r.headerOf(ctx, height); err != nil {
			return err
		}
	}
	if anchored && (h == nil || block.BlockHash != h.Hash() || block.AppHash != h.AppHash) {
		if h == nil {
			return check.Fail(check.AnchoredBlocks, "a block of height 0 was anchored in %s", block.In)
		}
		return check.Fail(check.AnchoredBlocks, "in %s block %d was anchored as %x with the application hash %x; it is %x with %x",
			block.In, height, block.BlockHash, block.AppHash, h.Hash(), h.AppHash)
	}
	if anchored {
		e.verdict.Blocks++
		e.report.Passed(check.AnchoredBlocks, 1)
	}
	if !changed {
		return nil
	}
	want, at := r.origin.set.hash, r.origin.time
	if h != nil {
		want, at = h.NextValidatorsHash, h.Time
	}
	if set.ValidatorsHash != want {
		return check.Fail(check.AnchoredSets, "in %s the set %x took office above height %d; it is %x", set.In, set.ValidatorsHash, height, want)
	}
	if height == e.first && height == int64(e.latest.Height) && e.latest.Time != uint64(max(at.Unix(), 0)) {
		return check.Fail(check.AnchoredSets, "the anchor was created with the time %d for height %d; it is %d", e.latest.Time, height, at.Unix())
	}
	e.verdict.Sets++
	e.report.Passed(check.AnchoredSets, 1)
	return nil
}

// errFound ends a visit.
var errFound = errors.New("found")

// headerOf is the header of a confirmed block. If an earlier run has replayed it,
// the source is asked again.
func (r *replay) headerOf(ctx context.Context, height int64) (*light.Header, error) {
	if h := r.ethereum.seen[height]; h != nil {
		return h, nil
	}
	j, err := r.journalOf(height)
	if err != nil {
		return nil, err
	}
	var h *light.Header
	err = r.o.Source.Blocks(ctx, height, func(raw []byte) error {
		if h, err = CheckBlock(raw); err != nil {
			return err
		}
		return errFound
	})
	if !errors.Is(err, errFound) {
		return nil, fmt.Errorf("block %d, which is anchored, from %s: %w", height, r.o.Source.Name(), errors.Join(err, ctx.Err()))
	}
	if h.Hash() != j.hash {
		return nil, check.Fail(check.Headers, "%s now shows block %d as %x; when it was replayed it was %x", r.o.Source.Name(), height, h.Hash(), j.hash)
	}
	return h, nil
}

// compareResults compares the results in the registry with the replayed ones (V36).
func (r *replay) compareResults() error {
	e, view := r.ethereum, r.store.View()
	var ids []election.ID
	for id := range e.results {
		ids = append(ids, id)
	}
	sortIDs(ids)
	for _, id := range ids {
		p := e.results[id]
		result, err := view.Result(id)
		if errors.Is(err, state.ErrNotFound) {
			// The header of a height commits to the state after the block before.
			if int64(p.Anchored) > view.Height()+1 {
				e.verdict.Above++
				continue
			}
			return check.Fail(check.AnchoredResults, "in %s a result of election %s was proved, which has none", p.In, id)
		}
		if err != nil {
			return err
		}
		if !same(&p.Result, result) {
			return check.Fail(check.AnchoredResults, "in %s election %s got the result %v of %s by %d voters; it is %v of %s by %d",
				p.In, id, p.Result.Rows, p.Result.Weight, p.Result.Votes, result.Tally.Strings(), result.Tally.Weight.Dec(), result.Votes)
		}
		e.verdict.Results++
		e.report.Passed(check.AnchoredResults, 1)
	}
	return nil
}

// same tells whether the registry says what the chain says.
func same(got *anchor.Result, want *state.Result) bool {
	cells := want.Tally.Cells
	if len(cells) > 0 && len(cells[0]) == 0 {
		cells = nil
	}
	if len(got.Rows) != len(cells) || got.Votes != want.Votes || got.Overwritten != want.Overwritten || got.Weight.Cmp(want.Tally.Weight.ToBig()) != 0 {
		return false
	}
	for i, row := range cells {
		if len(got.Rows[i]) != len(row) {
			return false
		}
		for j := range row {
			if got.Rows[i][j].Cmp(row[j].ToBig()) != 0 {
				return false
			}
		}
	}
	return true
}
