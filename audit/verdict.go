package audit

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"urna/election"
	"urna/internal/check"
)

// Verdict is what a replay has found.
type Verdict struct {
	OK         bool         `json:"ok"` // nothing failed, and all that was asked for was looked at
	Source     string       `json:"source"`
	ChainID    string       `json:"chainId"`
	Height     int64        `json:"height"`            // of the last block that another one confirms
	Tip        int64        `json:"tip"`               // as the source says
	Block      string       `json:"block,omitempty"`   // hash of the block at Height
	AppHash    string       `json:"appHash,omitempty"` // root of the state after it
	totals                  // up to Height
	Elections  []Election   `json:"elections"`
	Checks     []check.Line `json:"checks"`
	Difference *Difference  `json:"difference,omitempty"`

	Anchor *AnchorVerdict `json:"anchor,omitempty"` // if it was looked at

	Error      string  `json:"error,omitempty"`
	Seconds    float64 `json:"seconds"` // of this run
	VotesARate float64 `json:"votesPerSecond"`
}

// Election is an election at the end of a replay.
type Election struct {
	ID          string     `json:"electionId"`
	Status      string     `json:"status"`
	Voters      uint64     `json:"voters"`
	Overwritten uint64     `json:"overwritten"`
	Weight      string     `json:"weight"`
	Result      [][]string `json:"result"`              // null while there is none
	Closed      uint64     `json:"closedAt,omitempty"`  // height
	Sealed      bool       `json:"nullifiersAreSealed"` // so that absence can be proved
}

// verdict is what is found so far, err being what ended the replay.
func (r *replay) verdict(err error) *Verdict {
	v := &Verdict{
		OK: err == nil, Tip: r.tip, totals: r.sums, Difference: r.difference, Elections: []Election{},
		Seconds: time.Since(r.started).Seconds(),
	}
	if r.o.Source != nil {
		v.Source = r.o.Source.Name()
	}
	if r.origin != nil {
		v.ChainID = r.origin.chainID
	}
	v.VotesARate = float64(r.sums.Votes-r.begun.Votes) / max(v.Seconds, 1e-3)
	if err != nil {
		v.Error = err.Error()
	}
	for _, id := range []check.ID{check.Closing, check.Frame, check.Content} {
		r.report.Skip(id, "there is no archive")
	}
	r.report.Skip(check.Agreement, "there is one source")
	v.Checks = r.report.Lines(ofChain(err))
	if r.store == nil {
		return v
	}
	r.tellProgress(true)
	if more := v.state(r); more != nil {
		v.OK, v.Error = false, errors.Join(err, more).Error()
	}
	return v
}

// state adds what the state holds after the last block of which everything was
// checked.
func (v *Verdict) state(r *replay) error {
	view := r.store.View()
	v.Height = view.Height()
	if r.recounting {
		v.Height--
	}
	if v.Height < 1 {
		v.totals = totals{}
		return nil
	}
	view, err := r.store.ViewAt(v.Height)
	if err != nil {
		return err
	}
	j, err := r.journalOf(v.Height)
	if err != nil {
		return err
	}
	root := view.Root()
	v.Block, v.AppHash, v.totals = hex.EncodeToString(j.hash[:]), hex.EncodeToString(root[:]), j.sums
	return view.EachElection(func(e *election.Settings) error {
		stage, err := view.Stage(e.ID)
		if err != nil {
			return err
		}
		log, err := view.Log(e.ID)
		if err != nil {
			return err
		}
		tally, err := view.Tally(e.ID)
		if err != nil {
			return err
		}
		set, err := view.Sealing(e.ID)
		if err != nil {
			return err
		}
		out := Election{
			ID: e.ID.String(), Status: stage.Status.String(), Voters: log.Voters, Overwritten: log.Overwrites,
			Weight: tally.Weight.Dec(), Sealed: set.Done,
		}
		if stage.Status == election.Results {
			result, err := view.Result(e.ID)
			if err != nil {
				return err
			}
			out.Result, out.Closed = result.Tally.Strings(), result.Height
		}
		v.Elections = append(v.Elections, out)
		return nil
	})
}

// WriteText writes the verdict for people, below a report of its checks.
func (v *Verdict) WriteText(w io.Writer) {
	closed := 0
	for _, e := range v.Elections {
		if e.Result != nil {
			closed++
		}
	}
	switch {
	case v.Anchor != nil && v.Anchor.failed:
		fmt.Fprintf(w, "What stands on Ethereum is NOT what was replayed of the chain %s, whose own law says nothing against\nits blocks up to height %d. %s\n", v.ChainID, v.Height, v.Error)
	case v.OK && v.Height == 0:
		fmt.Fprintf(w, "The chain %s has no block yet that another one confirms.\n", v.ChainID)
	case v.OK:
		fmt.Fprintf(w, "The chain %s from its genesis to height %d is what the law makes of it;\n", v.ChainID, v.Height)
		fmt.Fprintf(w, "%s in %s, %d of them closed and counted once more.\n",
			many(v.Votes-v.Overwrites, "vote"), many(uint64(len(v.Elections)), "election"), closed)
		v.writeResults(w)
		if v.Anchor != nil {
			v.Anchor.writeText(w)
		}
	case v.Difference != nil || v.failed() != "":
		fmt.Fprintf(w, "The chain %s is NOT what the law makes of it. Up to height %d nothing is wrong;\nthen: %s\n", v.ChainID, v.Height, v.Error)
		if d := v.Difference; d != nil {
			fmt.Fprintf(w, "root after block %d: %s, by the law %s\n", d.Height, d.Shown, d.Root)
			if d.Key != "" {
				fmt.Fprintf(w, "first key that differs: %s (%s)\n  shown:      %s\n  by the law: %s\n", d.Key, d.About, shown(d.ShownValue), shown(d.Value))
			} else {
				fmt.Fprintln(w, d.Note)
			}
		}
	default:
		fmt.Fprintf(w, "The chain %s was not looked at to its end; up to height %d nothing is wrong.\n%s\n", v.ChainID, v.Height, v.Error)
	}
	if v.Refused > 0 {
		fmt.Fprintf(w, "%d of %d transactions stand in blocks although the law refuses them; they had no effect.\n", v.Refused, v.Transactions)
	}
}

func many(n uint64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// maxShown bounds the elections of which the text shows results.
const maxShown = 20

func (v *Verdict) writeResults(w io.Writer) {
	shown := 0
	for _, e := range v.Elections {
		if e.Result == nil {
			continue
		}
		if shown++; shown > maxShown {
			fmt.Fprintln(w, "  and more; --json has all of them")
			return
		}
		fmt.Fprintf(w, "  %s: %s, result %v\n", e.ID, many(e.Voters, "voter"), e.Result)
	}
}

// failed is the id of the check that failed.
func (v *Verdict) failed() string {
	for _, l := range v.Checks {
		if l.Status == check.Broken {
			return l.ID
		}
	}
	return ""
}
