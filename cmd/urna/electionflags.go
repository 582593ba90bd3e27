package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"urna/cmd/internal/cli"
)

// electionFlags are the fields of a description that flags may give.
type electionFlags struct {
	d         description
	questions []string
	choices   []string
	org       string
}

func (e *electionFlags) define(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&e.d.Title, "title", "", "title of the election")
	f.StringVar(&e.d.Description, "description", "", "what it is about")
	f.StringArrayVar(&e.questions, "question", nil, "a question; may be repeated, the first is the title if none is given")
	f.StringArrayVar(&e.choices, "choice", nil, "a choice of the last question; may be repeated, or be a list with commas")
	f.StringVar(&e.d.Type, "type", "", "single-choice, multiple-choice, approval, budget or quadratic (default single-choice)")
	f.Uint32Var(&e.d.MaxChoices, "max-choices", 0, "multiple-choice: how many choices a ballot may hold (default all)")
	f.Uint32Var(&e.d.Budget, "budget", 0, "budget, quadratic: credits of each voter")
	f.BoolVar(&e.d.BudgetFromWeight, "budget-from-weight", false, "budget, quadratic: a voter's weight is the budget")
	f.Uint32Var(&e.d.Overwrites, "overwrites", 0, "how often a voter may replace the vote")
	f.StringVar(&e.d.Census, "census", "", "root of a published census")
	f.StringVar(&e.d.CensusURI, "census-uri", "", "where the census is published, if not from this machine")
	f.StringVar(&e.d.Members, "members", "", "CSV or JSON file of members, published now as the census")
	f.StringVar(&e.d.Issuer, "issuer", "", "file of urna-issuer new: whoever the issuer lets in votes; --census-uri says where it is")
	f.BoolVar(&e.d.Weighted, "weighted", false, "the weights in the members file count")
	f.Uint64Var(&e.d.MaxCensusSize, "max-census-size", 0, "how many voters there may be (default: the census)")
	f.StringVar(&e.d.Start, "start", "", "RFC 3339, or a wait such as +10m (default: at once)")
	f.StringVar(&e.d.End, "end", "", "RFC 3339")
	f.StringVar(&e.d.Duration, "duration", "", "how long it runs, such as 48h")
	f.BoolVar(&e.d.Uninterruptible, "uninterruptible", false, "it cannot be paused, ended early or canceled")
	f.BoolVar(&e.d.DynamicCensus, "dynamic-census", false, "its census may be replaced while it runs")
	f.BoolVar(&e.d.Paused, "paused", false, "create it paused")
	f.StringVar(&e.org, "organisation", "", "act as a delegate of this account")
	c.MarkFlagsMutuallyExclusive("census", "members", "issuer")
	c.MarkFlagsMutuallyExclusive("end", "duration")
}

// describe reads the file, if any, and lays the flags that were given over it.
func (e *electionFlags) describe(c *cobra.Command, args []string, in io.Reader) (description, error) {
	var d description
	if len(args) == 1 {
		var err error
		if d, err = readDescription(args[0], in); err != nil {
			return d, err
		}
	}
	over := func(flag string, set func()) {
		if c.Flags().Changed(flag) {
			set()
		}
	}
	over("title", func() { d.Title = e.d.Title })
	over("description", func() { d.Description = e.d.Description })
	over("type", func() { d.Type = e.d.Type })
	over("max-choices", func() { d.MaxChoices = e.d.MaxChoices })
	over("budget", func() { d.Budget = e.d.Budget })
	over("budget-from-weight", func() { d.BudgetFromWeight = e.d.BudgetFromWeight })
	over("overwrites", func() { d.Overwrites = e.d.Overwrites })
	over("census", func() { d.Census, d.Members, d.Issuer = e.d.Census, "", "" })
	over("members", func() { d.Members, d.Census, d.CensusURI, d.Issuer = e.d.Members, "", "", "" })
	over("issuer", func() { d.Issuer, d.Census, d.Members = e.d.Issuer, "", "" })
	over("census-uri", func() { d.CensusURI = e.d.CensusURI })
	over("weighted", func() { d.Weighted = e.d.Weighted })
	over("max-census-size", func() { d.MaxCensusSize = e.d.MaxCensusSize })
	over("start", func() { d.Start = e.d.Start })
	over("end", func() { d.End, d.Duration = e.d.End, "" })
	over("duration", func() { d.Duration, d.End = e.d.Duration, "" })
	over("uninterruptible", func() { d.Uninterruptible = e.d.Uninterruptible })
	over("dynamic-census", func() { d.DynamicCensus = e.d.DynamicCensus })
	over("paused", func() { d.Paused = e.d.Paused })
	if len(e.questions)+len(e.choices) > 0 {
		q, err := e.list(d.Title)
		if err != nil {
			return d, err
		}
		d.Questions = q
	}
	return d, d.check()
}

// list pairs the questions with their choices: one --choice with commas per
// question, or, with one question, any number of them.
func (e *electionFlags) list(title string) ([]question, error) {
	titles := e.questions
	if len(titles) == 0 {
		titles = []string{title}
	}
	if len(titles) == 1 {
		q := question{Title: titles[0]}
		for _, c := range e.choices {
			q.Choices = append(q.Choices, splitChoices(c)...)
		}
		return []question{q}, nil
	}
	if len(e.choices) != len(titles) {
		return nil, cli.Misusef("with %d questions give --choice %d times, each a list with commas", len(titles), len(titles))
	}
	var qs []question
	for i, t := range titles {
		qs = append(qs, question{Title: t, Choices: splitChoices(e.choices[i])})
	}
	return qs, nil
}

func splitChoices(s string) []string {
	var out []string
	for _, c := range strings.Split(s, ",") {
		out = append(out, strings.TrimSpace(c))
	}
	return out
}
