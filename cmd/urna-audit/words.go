package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"urna/audit/archive"
	"urna/audit/tiles"
	"urna/internal/check"
)

// bad writes why a file is refused, or that it cannot be judged, and returns
// whether there was something to write. What nothing ties to a chain is no
// reason.
func bad(w io.Writer, what string, err error) bool {
	f, evidence := check.Failed(err)
	switch {
	case err == nil || errors.Is(err, errTrust):
		return false
	case evidence:
		fmt.Fprintf(w, "REFUSED. Do not believe %s: check %s failed (%s).\n  %s\n", what, f.Check, f.Check.Info().Name, f.Detail)
		fmt.Fprintf(w, "What had to hold: %s\n", f.Check.Info().Text)
	default:
		fmt.Fprintf(w, "No verdict on %s: %v\n", what, err)
	}
	return true
}

// headline is the first word of a verdict on a file that is right.
func headline(w io.Writer, trusted bool) {
	if trusted {
		fmt.Fprint(w, "EVERYTHING HOLDS. ")
		return
	}
	fmt.Fprint(w, "THE FILE AGREES WITH ITSELF; nothing ties it to a chain that you know.\n")
}

// origin says of which chain a file is.
func origin(w io.Writer, chain, genesis string, trusted bool) {
	if trusted {
		fmt.Fprintf(w, "It is of the chain %s that you trust.\n", chain)
		return
	}
	fmt.Fprintf(w, "It is of a chain that calls itself %s", chain)
	if genesis != "" {
		fmt.Fprintf(w, " and whose genesis has the SHA-256\n  %s\nCompare that with the one that you know", genesis)
	}
	fmt.Fprintln(w, ". Anybody can make a chain of that name.")
}

func writeArchive(w io.Writer, v *archive.Verdict, err error) {
	if bad(w, "this archive", err) {
		return
	}
	headline(w, v.Trusted)
	if o := v.Election; o != nil {
		fmt.Fprintf(w, "This is the whole of election %s", o.ID)
		if o.Description != nil && o.Description.Title != "" {
			fmt.Fprintf(w, ",\n%q", oneLine(o.Description.Title))
		}
		fmt.Fprintf(w, ":\nthe ballots in it, counted again, give the published result.\n")
	} else if c := v.Chain; c != nil {
		fmt.Fprintf(w, "This is the chain from its genesis to block %d, and what its law makes of it:\n", v.Height)
		fmt.Fprintf(w, "%d transactions, %d votes with those that were replaced, %d elections, %d results.\n", c.Transactions, c.Votes, c.Elections, c.Results)
	}
	origin(w, v.ChainID, v.GenesisHash, v.Trusted)
	if o := v.Election; o != nil {
		fmt.Fprintln(w)
		writeOutcome(w, o)
	}
	fmt.Fprintf(w, "\nThe archive is %s;\nwhoever archives the same gets the same name. It hangs on block %d, %s.\n", v.CID, v.Height+1, v.Block)
}

// writeOutcome writes turnout and result of an election.
func writeOutcome(w io.Writer, o *archive.Outcome) {
	fmt.Fprintf(w, "%d voters", o.Voters)
	if o.Members > 0 {
		fmt.Fprintf(w, " of %d in the census", o.Members)
	}
	fmt.Fprintf(w, ", with the weight %s; votes that were replaced: %d.\n\n", o.Weight, o.Overwritten)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	asked := o.Description != nil && len(o.Description.Questions) == len(o.Tally)
	for q, row := range o.Tally {
		name := fmt.Sprintf("value %d of the ballots", q+1)
		if asked && o.Description.Questions[q].Title != "" {
			name = oneLine(o.Description.Questions[q].Title)
		}
		fmt.Fprintf(t, "%s\n", name)
		for i, cell := range row {
			choice := fmt.Sprintf("%d", i)
			if len(row) == 1 {
				choice = "sum"
			}
			if asked {
				choice = choiceTitle(&o.Description.Questions[q], i, choice)
			}
			fmt.Fprintf(t, "  %s\t%s\n", choice, cell)
		}
	}
}

// choiceTitle is what the metadata call the choice with a value.
func choiceTitle(q *archive.Question, value int, otherwise string) string {
	for _, c := range q.Choices {
		if int64(c.Value) == int64(value) && c.Title != "" {
			return oneLine(c.Title)
		}
	}
	return otherwise
}

// oneLine makes a text of strangers fit a line of a terminal.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "..."
	}
	return s
}

func writeDocument(w io.Writer, v *documentVerdict, err error) {
	if bad(w, "this document", err) {
		return
	}
	headline(w, v.Trusted != "")
	fmt.Fprintf(w, "The document is about the state after block %d, and hangs on block %d,\n%s.\n", v.Height, v.Height+1, v.Block)
	if v.Trusted != "" {
		fmt.Fprintf(w, "It follows from %s, which you trust.\n", v.Trusted)
	} else {
		origin(w, v.ChainID, "", false)
	}
	for _, s := range v.Shows {
		fmt.Fprintf(w, "It shows: %s\n", s)
	}
	for _, s := range v.Not {
		fmt.Fprintf(w, "It does not show: %s\n", s)
	}
}

func writeTiles(w io.Writer, v *tiles.Verdict, trusted bool, err error) {
	if bad(w, "these files", err) {
		return
	}
	headline(w, trusted)
	fmt.Fprintf(w, "These are all %d votes, of %d voters, that election\n%s had after block %d.\n", v.Size, v.Voters, v.Election, v.Height)
	fmt.Fprintf(w, "They are signed with the key of %s.\n", oneLine(v.Signer))
	origin(w, v.ChainID, "", trusted)
}

func writeExtension(w io.Writer, e *archive.Extension, err error) {
	if bad(w, "both of these archives", err) {
		return
	}
	headline(w, e.Old.Trusted)
	fmt.Fprintf(w, "Both archives are right, and the new one extends the old one:\n%d headers stand in both and are the same", e.Common)
	if e.Only > 0 {
		fmt.Fprintf(w, "; %d of the old one the new one does not hold", e.Only)
	}
	fmt.Fprintln(w, ".")
	origin(w, e.Old.ChainID, e.Old.GenesisHash, e.Old.Trusted)
}
