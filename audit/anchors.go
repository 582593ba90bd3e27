package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"urna/anchor"
	"urna/chain/light"
	"urna/election"
	"urna/internal/check"
)

// Anchor is where a chain is anchored on Ethereum. A replay compares what stands
// there with what it has found itself. The node of Ethereum is believed about what
// the contracts did, and nothing else.
type Anchor struct {
	Anchor   *anchor.Reader
	Registry *anchor.Registry // nil: results there are not looked at
	From     uint64           // first block of Ethereum that is searched; not above the deployment's
}

// AnchorVerdict is what a replay has found on Ethereum.
type AnchorVerdict struct {
	Anchor         string `json:"anchor"`
	Registry       string `json:"registry,omitempty"`
	From           uint64 `json:"fromEthereumBlock"`
	To             uint64 `json:"toEthereumBlock"`
	TrustingPeriod string `json:"trustingPeriod,omitempty"`
	Height         uint64 `json:"height"` // newest that is anchored
	Since          uint64 `json:"since"`  // the set in office signs above this height
	FrozenFrom     uint64 `json:"frozenFrom,omitempty"`
	Blocks         int    `json:"blocks"`  // that were compared
	Sets           int    `json:"sets"`    // that were compared
	Results        int    `json:"results"` // that were compared
	Above          int    `json:"above"`   // blocks, sets and results that the replay has not reached

	failed bool // a check of them
}

// onEthereum is what stands there, as it was read before the replay.
type onEthereum struct {
	verdict AnchorVerdict
	report  *check.Report
	latest  anchor.Latest
	blocks  map[int64]anchor.Anchored
	sets    map[int64]anchor.Change // by the last height of the set before
	first   int64                   // that of the set which the contract was created with
	results map[election.ID]anchor.Proved

	seen map[int64]*light.Header // of blocks and sets
}

// lookAtEthereum reads everything that will be compared.
func (r *replay) lookAtEthereum(ctx context.Context) error {
	a := r.o.Anchor
	e := &onEthereum{
		report: check.NewReport('A'), blocks: map[int64]anchor.Anchored{}, sets: map[int64]anchor.Change{},
		results: map[election.ID]anchor.Proved{}, seen: map[int64]*light.Header{},
	}
	r.ethereum = e
	e.verdict = AnchorVerdict{Anchor: a.Anchor.Address().Hex(), From: a.From}
	if a.Registry == nil {
		e.report.Skip(check.AnchoredResults, "no registry was named")
	} else {
		e.verdict.Registry = a.Registry.Address().Hex()
	}
	if err := e.contracts(ctx, a, r.origin.chainID); err != nil {
		return err
	}
	head, _, err := a.Anchor.Head(ctx)
	if err != nil {
		return err
	}
	e.verdict.To = head
	if e.latest, err = a.Anchor.LatestAt(ctx, head); err != nil {
		return err
	}
	e.verdict.Height, e.verdict.Since, e.verdict.FrozenFrom = e.latest.Height, e.latest.Since, e.latest.FrozenFrom
	h, err := a.Anchor.History(ctx, a.From, head)
	if err != nil {
		return err
	}
	if err := e.keep(h); err != nil {
		return err
	}
	if a.Registry == nil {
		return nil
	}
	proved, err := a.Registry.Proved(ctx, a.From, head)
	for _, p := range proved {
		e.results[p.Election] = p // a later one takes the place of one that fell with a fork
	}
	return err
}

// contracts checks that the code is ours (V35).
func (e *onEthereum) contracts(ctx context.Context, a *Anchor, chainID string) error {
	period, err := a.Anchor.CheckChain(ctx, chainID)
	if errors.Is(err, anchor.ErrCode) {
		return check.Fail(check.AnchorCode, "the code at %s is not that of an anchor of chain %q", a.Anchor.Address(), chainID)
	}
	if err != nil {
		return err
	}
	e.verdict.TrustingPeriod = period.String()
	e.report.Passed(check.AnchorCode, 1)
	if a.Registry == nil {
		return nil
	}
	err = a.Registry.CheckCode(ctx, a.Anchor.Address())
	if errors.Is(err, anchor.ErrCode) {
		return check.Fail(check.AnchorCode, "the code at %s is not that of a registry of results under the anchor %s", a.Registry.Address(), a.Anchor.Address())
	}
	if err == nil {
		e.report.Passed(check.AnchorCode, 1)
	}
	return err
}

// keep sorts a history by height. One that lacks its beginning or its end is no
// evidence of anything.
func (e *onEthereum) keep(h *anchor.History) error {
	last := anchor.Latest{}
	for _, b := range h.Anchored {
		e.blocks[int64(b.Height)] = b
		last.Height = b.Height
	}
	for _, s := range h.Changes {
		e.sets[int64(s.Since)] = s
		last.Since = s.Since
	}
	if len(h.Changes) == 0 {
		return fmt.Errorf("the anchor was not deployed in the blocks %d to %d of Ethereum; search from an earlier one", e.verdict.From, e.verdict.To)
	}
	e.first = int64(h.Changes[0].Since)
	if _, rotated := e.blocks[e.first]; rotated {
		return fmt.Errorf("the anchor was deployed before block %d of Ethereum; search from an earlier one", e.verdict.From)
	}
	last.Height = max(last.Height, uint64(e.first))
	if last.Height != e.latest.Height || last.Since != e.latest.Since {
		return fmt.Errorf("the node of Ethereum shows no event for height %d, or not for the set since %d, at which the anchor stands", e.latest.Height, e.latest.Since)
	}
	return nil
}

// errEarlier stands for a check that failed elsewhere.
var errEarlier = errors.New("an earlier check has failed")

// ofChain and ofAnchor are what an error says to the two reports.
func ofChain(err error) error {
	if failedOnEthereum(err) {
		return errEarlier
	}
	return err
}

func ofAnchor(err error) error {
	if _, failed := check.Failed(err); failed && !failedOnEthereum(err) {
		return errEarlier
	}
	return err
}

func failedOnEthereum(err error) bool {
	f, failed := check.Failed(err)
	return failed && f.Check.Info().Class == check.Anchors
}

// add puts what was found on Ethereum into a verdict, err being what ended it all.
func (e *onEthereum) add(v *Verdict, err error) {
	if err != nil {
		v.OK, v.Error = false, err.Error()
	}
	v.Anchor = &e.verdict
	v.Anchor.failed = failedOnEthereum(err)
	v.Checks = append(v.Checks, e.report.Lines(ofAnchor(err))...)
	slices.SortFunc(v.Checks, func(a, b check.Line) int { return cmp.Compare(a.ID, b.ID) })
}

// writeText writes what was compared, for people.
func (v *AnchorVerdict) writeText(w io.Writer) {
	fmt.Fprintf(w, "The anchor %s on Ethereum says the same, up to its block %d:\n", v.Anchor, v.To)
	fmt.Fprintf(w, "%s, %s of validators, %s; the newest anchored height is %d.\n",
		many(uint64(v.Blocks), "block"), many(uint64(v.Sets), "set"), many(uint64(v.Results), "result"), v.Height)
	if v.Above > 0 {
		fmt.Fprintf(w, "Things there that are above the last height of the replay, and were not compared: %d.\n", v.Above)
	}
}
