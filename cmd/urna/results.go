package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/holiman/uint256"
	"github.com/spf13/cobra"

	"urna/client"
)

// standing is a result as people read it.
type standing struct {
	ID        string             `json:"electionID"`
	Status    string             `json:"status"`
	Final     bool               `json:"final"`
	Votes     uint64             `json:"voteCount"`
	Result    [][]string         `json:"result"` // as the chain counts: [row][value]
	Questions []questionStanding `json:"questions,omitempty"`
}

type questionStanding struct {
	Title   string           `json:"title"`
	Choices []choiceStanding `json:"choices"`
}

type choiceStanding struct {
	Title string `json:"title"`
	Score string `json:"score"`
}

func newResults(a *app) *cobra.Command {
	c := &cobra.Command{Use: "results ELECTION", Short: "Show the result, or how it stands", Args: cobra.ExactArgs(1)}
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		e, proof, err := a.election(ctx, gw, args[0])
		if err != nil {
			return err
		}
		s := stand(e)
		return a.show(s, proof, nil, func(w io.Writer) { s.text(w, electionTitle(e)) })
	})
}

// stand reads the matrix by the type that the metadata names. Metadata is what
// the organiser says, so whatever does not fit is left out: the matrix itself
// is always shown.
func stand(e *client.Election) standing {
	s := standing{ID: e.ID, Status: e.Status, Final: e.FinalResults, Votes: e.VoteCount, Result: e.Result}
	var m client.ElectionMetadata
	if json.Unmarshal(e.Metadata, &m) != nil {
		return s
	}
	for q, question := range m.Questions {
		out := questionStanding{Title: question.Title["default"]}
		for _, c := range question.Choices {
			score, ok := scoreOf(m.Type.Name, e.Result, q, int(c.Value))
			if !ok {
				return s
			}
			out.Choices = append(out.Choices, choiceStanding{c.Title["default"], score})
		}
		s.Questions = append(s.Questions, out)
	}
	return s
}

// scoreOf is the score of a choice of question q in a matrix of a type.
func scoreOf(kind string, matrix [][]string, q, choice int) (string, bool) {
	cell := func(row, column int) (string, bool) {
		if row >= len(matrix) || column >= len(matrix[row]) {
			return "", false
		}
		return matrix[row][column], true
	}
	switch kind {
	case "single-choice-multiquestion":
		return cell(q, choice)
	case "approval":
		return cell(choice, 1)
	case "budget-based", "quadratic":
		return cell(choice, 0)
	case "multiple-choice":
		var sum uint256.Int
		for row := range matrix {
			text, ok := cell(row, choice)
			if !ok {
				return "", false
			}
			v, err := uint256.FromDecimal(text)
			if err != nil {
				return "", false
			}
			sum.Add(&sum, v)
		}
		return sum.Dec(), true
	}
	return "", false
}

func (s standing) text(w io.Writer, title string) {
	state := "as it stands"
	if s.Final {
		state = "final"
	}
	if title != "" {
		fmt.Fprintln(w, title)
	}
	fmt.Fprintf(w, "%s, %d votes, %s\n", s.Status, s.Votes, state)
	for _, q := range s.Questions {
		fmt.Fprintln(w)
		if q.Title != title {
			fmt.Fprintln(w, q.Title)
		}
		width := 0
		for _, c := range q.Choices {
			width = max(width, len(c.Title))
		}
		for _, c := range q.Choices {
			fmt.Fprintf(w, "  %-*s  %s\n", width, c.Title, c.Score)
		}
	}
	if len(s.Questions) == 0 {
		for i, row := range s.Result {
			fmt.Fprintf(w, "  row %d  %v\n", i, row)
		}
	}
}
