package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/holiman/uint256"
	"github.com/spf13/cobra"

	"urna/client"
	"urna/cmd/internal/cli"
	"urna/election"
	"urna/tx"
)

func newVote(a *app) *cobra.Command {
	c := &cobra.Command{Use: "vote", Short: "Cast votes and look at them"}
	c.AddCommand(newVoteCast(a), newVoteShow(a), newVoteVerify(a))
	return c
}

func newVoteCast(a *app) *cobra.Command {
	var id, choices, weight, memo, credential string
	c := &cobra.Command{
		Use:   "cast",
		Short: "Cast a vote, or replace the one cast before",
		Long: `Cast a vote. --choices holds one number for each value of the ballot: for each
question the number of the choice (from 0), or the chosen numbers, or for an
approval or a budget one number for each choice.`,
		Example: `  urna vote cast --as ada --election 1f0e... --choices 0,2
  urna vote cast --credential ada.credential --choices 0,2`,
	}
	c.Flags().StringVar(&id, "election", "", "election id")
	c.Flags().StringVar(&choices, "choices", "", "values of the ballot, with commas")
	c.Flags().StringVar(&weight, "weight", "", "vote with less weight than the census gives")
	c.Flags().StringVar(&memo, "memo", "", "text that stays beside the vote, for everybody to read")
	c.Flags().StringVar(&credential, "credential", "", "vote with what an issuer gave: the file of urna credential get")
	c.MarkFlagsOneRequired("election", "credential")
	_ = c.MarkFlagRequired("choices")
	return a.waits(a.command(c, func(ctx context.Context, gw *client.Client, _ []string) error {
		b := client.Ballot{Memo: []byte(memo)}
		var held *client.Credential
		var err error
		if credential != "" {
			if held, err = readCredential(credential); err != nil {
				return err
			}
			if id == "" {
				id = held.Election
			}
		}
		if b.Election, err = argument(election.ParseID(id)); err != nil {
			return err
		}
		if b.Choices, err = parseChoices(choices); err != nil {
			return err
		}
		if weight != "" {
			if b.Weight, err = uint256.FromDecimal(weight); err != nil {
				return cli.Misusef("weight %q is not a whole number", weight)
			}
		}
		voteID, hash, err := a.cast(ctx, gw, held, b)
		if err != nil {
			return err
		}
		v := struct {
			ID    string `json:"voteID"`
			Hash  string `json:"txHash"`
			Mined bool   `json:"mined"`
		}{voteID.String(), hash.String(), !a.noWait}
		return a.sent(ctx, gw, hash, v, func(w io.Writer) {
			table(w, [][2]string{{"vote", v.ID}, {"transaction", v.Hash}})
		})
	}))
}

// cast votes with a credential, or with the own key.
func (a *app) cast(ctx context.Context, gw *client.Client, held *client.Credential, b client.Ballot) (election.Nullifier, tx.ID, error) {
	if held != nil {
		return gw.CastCredential(ctx, held, b)
	}
	key, err := a.key()
	if err != nil {
		return election.Nullifier{}, tx.ID{}, err
	}
	return gw.Cast(ctx, key, b)
}

func parseChoices(s string) ([]uint32, error) {
	var out []uint32
	for _, f := range strings.Split(s, ",") {
		n, err := strconv.ParseUint(strings.TrimSpace(f), 10, 32)
		if err != nil {
			return nil, cli.Misusef("choice %q is not a whole number", f)
		}
		out = append(out, uint32(n))
	}
	return out, nil
}

func newVoteShow(a *app) *cobra.Command {
	var of string
	c := &cobra.Command{
		Use: "show [VOTE]", Short: "Show a vote by its id, or your own in an election",
		Args: cobra.MaximumNArgs(1),
	}
	c.Flags().StringVar(&of, "election", "", "show your own vote in this election")
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		id, err := a.voteID(args, of)
		if err != nil {
			return err
		}
		v, proof, err := a.vote(ctx, gw, id)
		if err != nil {
			return err
		}
		return a.show(v, proof, unprovedOfVote, func(w io.Writer) {
			table(w, [][2]string{
				{"vote", v.ID},
				{"election", v.Election},
				{"voter", v.Voter},
				{"ballot", string(v.Package)},
				{"weight", v.Weight},
				{"overwrites", strconv.FormatUint(uint64(v.OverwriteCount), 10)},
				{"memo", memoText(v.Memo)},
				{"block", strconv.FormatInt(v.Height, 10)},
				{"date", v.Date.Format(time.RFC3339)},
				{"transaction", v.TxHash},
			})
		})
	})
}

// memoText shows a memo as the text that it is, or as hex. Other people write
// memos: what a terminal might obey is escaped.
func memoText(memo string) string {
	b, err := hex.DecodeString(memo)
	if err != nil || !utf8.Valid(b) {
		return memo
	}
	return strings.Trim(strconv.Quote(string(b)), `"`)
}

// voteID is the id that was given, or that of the own vote in an election.
func (a *app) voteID(args []string, of string) (election.Nullifier, error) {
	if (len(args) == 1) == (of != "") {
		return election.Nullifier{}, cli.Misusef("give a vote id or --election, and not both")
	}
	if of == "" {
		return argument(client.ParseNullifier(args[0]))
	}
	id, err := argument(election.ParseID(of))
	if err != nil {
		return election.Nullifier{}, err
	}
	who, err := a.ownAddress()
	if err != nil {
		return election.Nullifier{}, err
	}
	return election.SignedNullifier(who, id), nil
}

func newVoteVerify(a *app) *cobra.Command {
	c := &cobra.Command{Use: "verify ELECTION [VOTE]", Short: "Ask whether a vote counts; your own by default", Args: cobra.RangeArgs(1, 2)}
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		of, err := argument(election.ParseID(args[0]))
		if err != nil {
			return err
		}
		id, err := a.voteIDOrOwn(args[1:], of)
		if err != nil {
			return err
		}
		proof, err := a.counts(ctx, gw, of, id)
		var p *client.Problem
		if errors.As(err, &p) && p.Code == client.CodeVoteNotFound {
			return fmt.Errorf("no vote %s counts in election %s", id, of)
		}
		if err != nil {
			return err
		}
		v := struct {
			Election string `json:"electionID"`
			ID       string `json:"voteID"`
			Counts   bool   `json:"counts"`
		}{of.String(), id.String(), true}
		return a.show(v, proof, nil, func(w io.Writer) { fmt.Fprintf(w, "vote %s counts in election %s\n", id, of) })
	})
}

func (a *app) voteIDOrOwn(args []string, of election.ID) (election.Nullifier, error) {
	if len(args) == 1 {
		return a.voteID(args, "")
	}
	return a.voteID(nil, of.String())
}
