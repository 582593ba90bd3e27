package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"urna/census"
	"urna/client"
	"urna/cmd/internal/cli"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

func newElection(a *app) *cobra.Command {
	c := &cobra.Command{Use: "election", Short: "Create and run elections"}
	c.AddCommand(newElectionNew(a), newElectionShow(a), a.unchecked(newElectionList(a)),
		newStep(a, "pause", "Stop taking votes for a while", election.Paused),
		newStep(a, "resume", "Take votes again", election.Ready),
		newStep(a, "end", "End an election now and count", election.Ended),
		newStep(a, "cancel", "Give an election up, without a result", election.Canceled),
		newElectionCensus(a), newElectionDuration(a), newElectionCount(a))
	return c
}

func newElectionNew(a *app) *cobra.Command {
	var e electionFlags
	c := &cobra.Command{
		Use:   "new [FILE]",
		Short: "Create an election from a description file, flags, or both",
		Long: `Create an election. A description file (YAML, JSON or TOML) holds what the flags
say, under the same names with underscores, and a list of questions; flags win.

  title: Board 2027
  questions:
    - title: Who leads us?
      choices: [Ada, Grace, nobody]
  members: members.csv
  duration: 48h
  overwrites: 1`,
		Example: `  urna election new board.yaml
  urna election new --title "Lunch?" --choice "Pizza,Salad" --members members.csv --duration 1h`,
		Args: cobra.MaximumNArgs(1),
	}
	e.define(c)
	return a.waits(a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		d, err := e.describe(c, args, a.in)
		if err != nil {
			return err
		}
		return a.createElection(ctx, gw, d, e.org)
	}))
}

// created is the answer of `urna election new`.
type created struct {
	ID     string `json:"electionID"`
	Hash   string `json:"txHash"`
	Census string `json:"censusRoot"`
	Mined  bool   `json:"mined"`
}

func (a *app) createElection(ctx context.Context, gw *client.Client, d description, org string) error {
	key, err := a.key()
	if err != nil {
		return err
	}
	e := tx.NewElection{
		Rules: d.rules(), CensusOrigin: census.TreeWeighted, MaxCensusSize: d.MaxCensusSize, AutoStart: true,
		Paused: d.Paused, Interruptible: !d.Uninterruptible, DynamicCensus: d.DynamicCensus,
	}
	if err := e.Rules.Check(); err != nil {
		return err
	}
	if e.StartTime, e.Duration, err = d.times(time.Now()); err != nil {
		return err
	}
	if org != "" {
		if e.Organisation, err = argument(ethkey.ParseAddress(org)); err != nil {
			return err
		}
	}
	if err := a.electionCensus(ctx, gw, d, &e); err != nil {
		return err
	}
	document, err := json.Marshal(d.metadata())
	if err != nil {
		return err
	}
	id, hash, err := gw.CreateElection(ctx, key, e, document)
	if err != nil {
		return err
	}
	v := created{ID: id.String(), Hash: hash.String(), Census: censusText(&e), Mined: !a.noWait}
	return a.sent(ctx, gw, hash, v, func(w io.Writer) {
		table(w, [][2]string{{"election", v.ID}, {"census", v.Census}, {"transaction", v.Hash}})
	})
}

// electionCensus publishes the members, or finds the published census.
func (a *app) electionCensus(ctx context.Context, gw *client.Client, d description, e *tx.NewElection) error {
	if d.Issuer != "" {
		f, err := readIssuer(d.Issuer)
		if err != nil {
			return err
		}
		e.CensusURI = d.CensusURI
		return f.Apply(e)
	}
	h := heldCensus{Root: d.Census, URI: d.CensusURI}
	if d.Members != "" {
		list, err := a.readMembers(d.Members)
		if err != nil {
			return err
		}
		if !d.Weighted && list.weighted {
			return fmt.Errorf("%s has weights; say that they count with --weighted", d.Members)
		}
		if h, err = a.publishList(ctx, gw, list); err != nil {
			return err
		}
	} else if h.URI == "" {
		held, err := a.heldCensus(d.Census, "")
		if err != nil || held.URI == "" {
			return errors.New("the census was not published from this machine; give its --census-uri")
		}
		h.URI, h.Root = held.URI, held.Root
	}
	root, err := argument(client.ParseRoot(h.Root))
	if err != nil {
		return err
	}
	e.CensusRoot, e.CensusURI = root, h.URI
	if e.MaxCensusSize == 0 {
		if e.MaxCensusSize, err = gw.CensusSize(ctx, root.String()); err != nil {
			return fmt.Errorf("size of the census: %w", err)
		}
	}
	return nil
}

func newElectionShow(a *app) *cobra.Command {
	c := &cobra.Command{Use: "show ELECTION", Short: "Show an election", Args: cobra.ExactArgs(1)}
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		e, proof, err := a.election(ctx, gw, args[0])
		if err != nil {
			return err
		}
		return a.show(e, proof, nil, func(w io.Writer) { showElection(w, e) })
	})
}

func showElection(w io.Writer, e *client.Election) {
	rows := [][2]string{
		{"election", e.ID},
		{"title", electionTitle(e)},
		{"organisation", e.Organisation},
		{"status", e.Status},
		{"start", e.Start.Format(time.RFC3339)},
		{"end", e.End.Format(time.RFC3339)},
		{"votes", strconv.FormatUint(e.VoteCount, 10)},
	}
	if e.Census != nil {
		rows = append(rows, [2]string{"census", e.Census.Root},
			[2]string{"voters at most", strconv.FormatUint(e.Census.MaxSize, 10)})
	}
	if t := e.Tally; t != nil {
		rows = append(rows, [2]string{"ballot", fmt.Sprintf("values: at most %d, from 0 to %d", t.MaxCount, t.MaxValue)},
			[2]string{"overwrites", strconv.FormatUint(uint64(t.MaxOverwrites), 10)})
	}
	table(w, rows)
}

func electionTitle(e *client.Election) string {
	var m client.ElectionMetadata
	if json.Unmarshal(e.Metadata, &m) == nil && m.Title["default"] != "" {
		return m.Title["default"]
	}
	return e.Title
}

func newElectionList(a *app) *cobra.Command {
	var q client.ElectionQuery
	c := &cobra.Command{Use: "list", Short: "List elections, the newest first"}
	c.Flags().StringVar(&q.Organisation, "organisation", "", "only this account's")
	c.Flags().StringVar(&q.Status, "status", "", "only READY, PAUSED, ENDED, CANCELED or RESULTS")
	c.Flags().IntVar(&q.Page, "page", 0, "page, from 0")
	c.Flags().IntVar(&q.Limit, "limit", 20, "elections on a page")
	return a.command(c, func(ctx context.Context, gw *client.Client, _ []string) error {
		q.Status = strings.ToUpper(q.Status)
		list, page, err := gw.Elections(ctx, q)
		if err != nil {
			return err
		}
		v := struct {
			Elections  []client.Election `json:"elections"`
			Pagination *client.Page      `json:"pagination"`
		}{list, page}
		return a.print(v, func(w io.Writer) {
			for _, e := range list {
				fmt.Fprintf(w, "%s  %-8s  %8d votes  %s\n", e.ID, e.Status, e.VoteCount, e.Title)
			}
			fmt.Fprintf(w, "page %d of %d, %d elections\n", page.Current, page.Last, page.TotalItems)
		})
	})
}

// newStep makes a command that moves an election through its life.
func newStep(a *app, use, short string, to election.Status) *cobra.Command {
	c := &cobra.Command{Use: use + " ELECTION", Short: short, Args: cobra.ExactArgs(1)}
	return a.waits(a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		return a.changeElection(ctx, gw, args[0], func(key *ethkey.Key, id election.ID) (tx.ID, error) {
			return gw.SetStatus(ctx, key, id, to)
		})
	}))
}

// changeElection sends a change and shows what the election is like then.
func (a *app) changeElection(ctx context.Context, gw *client.Client, arg string, change func(*ethkey.Key, election.ID) (tx.ID, error)) error {
	id, err := argument(election.ParseID(arg))
	if err != nil {
		return err
	}
	key, err := a.key()
	if err != nil {
		return err
	}
	hash, err := change(key, id)
	if err != nil {
		return err
	}
	v := struct {
		ID     string `json:"electionID"`
		Hash   string `json:"txHash"`
		Status string `json:"status,omitempty"`
		End    string `json:"endDate,omitempty"`
		Mined  bool   `json:"mined"`
	}{ID: id.String(), Hash: hash.String(), Mined: !a.noWait}
	if !a.noWait {
		if err := gw.WaitMined(ctx, hash); err != nil {
			return err
		}
		e, err := gw.Election(ctx, id)
		if err != nil {
			return err
		}
		v.Status, v.End = e.Status, e.End.Format(time.RFC3339)
	}
	return a.print(v, func(w io.Writer) {
		table(w, [][2]string{{"election", v.ID}, {"status", v.Status}, {"end", v.End}, {"transaction", v.Hash}})
	})
}

func newElectionCensus(a *app) *cobra.Command {
	var root, uri string
	var size uint64
	c := &cobra.Command{Use: "census ELECTION", Short: "Replace an election's census or let it grow", Args: cobra.ExactArgs(1)}
	c.Flags().StringVar(&root, "root", "", "root of a published census")
	c.Flags().StringVar(&uri, "uri", "", "where it is published, if not from this machine")
	c.Flags().Uint64Var(&size, "size", 0, "how many voters there may be")
	return a.waits(a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		if root == "" && size == 0 {
			return cli.Misusef("nothing to change; give --root or --size")
		}
		var newRoot *census.Root
		var newURI *string
		if root != "" {
			r, err := argument(client.ParseRoot(root))
			if err != nil {
				return err
			}
			if uri == "" {
				if h, err := a.heldCensus(root, ""); err == nil {
					uri = h.URI
				}
			}
			newRoot = &r
		}
		if uri != "" {
			newURI = &uri
		}
		return a.changeElection(ctx, gw, args[0], func(key *ethkey.Key, id election.ID) (tx.ID, error) {
			return gw.SetCensus(ctx, key, id, newRoot, newURI, size)
		})
	}))
}

func newElectionDuration(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "duration ELECTION LENGTH", Short: "Let an election end a length such as 48h after its start",
		Args: cobra.ExactArgs(2),
	}
	return a.waits(a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		length, err := time.ParseDuration(args[1])
		if err != nil || length < time.Second {
			return cli.Misusef("length %q is not a duration such as 48h", args[1])
		}
		return a.changeElection(ctx, gw, args[0], func(key *ethkey.Key, id election.ID) (tx.ID, error) {
			return gw.SetDuration(ctx, key, id, length)
		})
	}))
}
