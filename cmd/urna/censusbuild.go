package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/holiman/uint256"
	"github.com/spf13/cobra"

	"urna/census"
	"urna/census/tree"
	"urna/client"
	"urna/crypto/ethkey"
)

// censusAnswer is what commands tell of a whole census.
type censusAnswer struct {
	From    string `json:"from,omitempty"`
	Root    string `json:"root"`
	Members int    `json:"members"`
	Weight  string `json:"weight"`
	File    string `json:"file,omitempty"`

	Election string `json:"electionID,omitempty"`
	Voter    string `json:"voter,omitempty"`
	Own      string `json:"voterWeight,omitempty"`
}

func answerOf(c *openedCensus) censusAnswer {
	w := c.Weight()
	return censusAnswer{From: c.From, Root: c.Root().String(), Members: c.Size(), Weight: w.Dec()}
}

func (v censusAnswer) text(w io.Writer) {
	table(w, [][2]string{
		{"from", v.From},
		{"election", v.Election},
		{"root", v.Root},
		{"members", strconv.Itoa(v.Members)},
		{"weight", v.Weight},
		{"file", v.File},
		{"voter", v.Voter},
		{"voter's weight", v.Own},
	})
}

func newCensusBuild(a *app) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "build FILE",
		Short: "Compute the root of a list of voters, without a network",
		Long: `Compute the root of a list of voters from a CSV or JSON file, without a network.
--out writes the census file, as gateways publish large ones; any IPFS tool can add
and share it.`,
		Example: `  urna census build members.csv --out census.bin`,
		Args:    cobra.ExactArgs(1),
	}
	c.Flags().StringVar(&out, "out", "", "census file to write")
	return a.local(c, func(args []string) error {
		census, err := a.openCensusFile(args[0])
		if err != nil {
			return err
		}
		v := answerOf(census)
		if out != "" {
			if err := a.writeCensusFile(out, census.Tree); err != nil {
				return err
			}
			v.File = out
		}
		return a.print(v, v.text)
	})
}

// writeCensusFile writes a census to a file that is not there yet.
func (a *app) writeCensusFile(path string, t *tree.Tree) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	bar := a.bar(t.Size(), "writing")
	defer bar.Finish()
	err = tree.WriteFile(f, t.Reader(), bar.Set)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

func newCensusCheck(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "check FILE|ipfs://CID|ELECTION|ROOT [ADDRESS]",
		Short: "Compute the root of a census from all its members, and look for a voter",
		Long: `Get a whole census and compute its root from its members. That of an election or
of a root must have the root that they name, whichever gateway gave it out. With an
ADDRESS, tell whether it is on the census, and with what weight; who is not there
ends it with exit code 1.`,
		Args: cobra.RangeArgs(1, 2),
	}
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		var who ethkey.Address
		if len(args) == 2 {
			var err error
			if who, err = argument(ethkey.ParseAddress(args[1])); err != nil {
				return err
			}
		}
		census, err := a.openCensus(ctx, gw, args[0])
		if err != nil {
			return err
		}
		v := answerOf(census)
		if census.election != nil {
			v.Election = census.election.ID
		}
		if len(args) == 2 {
			p, err := census.Proof(who)
			if errors.Is(err, tree.ErrNotMember) {
				return fmt.Errorf("%s is not on the census of %d voters with root %s", who, v.Members, v.Root)
			}
			if err != nil {
				return err
			}
			v.Voter, v.Own = who.String(), p.Weight.Dec()
		}
		return a.print(v, v.text)
	})
}

// difference is a voter who is not the same in two censuses.
type difference struct {
	Voter string `json:"voter"` // address, or the key in the census if the address is not known
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

// differences are what changed from one census to another.
type differences struct {
	OldRoot string       `json:"oldRoot"`
	NewRoot string       `json:"newRoot"`
	Added   int          `json:"added"`
	Removed int          `json:"removed"`
	Changed int          `json:"changed"` // another weight
	Same    int          `json:"same"`
	List    []difference `json:"list"`
}

func newCensusDiff(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Compare two censuses by voters and weights",
		Long: `Compare two censuses by voters and weights. Each is a file, ipfs://CID, an election
or a root. Published censuses hold keys, from which addresses cannot be read; where
one of the two is a list, its addresses are shown, otherwise keys.`,
		Example: `  urna census diff last-year.csv this-year.csv
  urna census diff ELECTION members.csv`,
		Args: cobra.ExactArgs(2),
	}
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		old, err := a.openCensus(ctx, gw, args[0])
		if err != nil {
			return err
		}
		now, err := a.openCensus(ctx, gw, args[1])
		if err != nil {
			return err
		}
		d := compareCensuses(old, now)
		return a.print(d, d.text)
	})
}

func (d differences) text(w io.Writer) {
	for _, v := range d.List {
		switch {
		case v.Old == "":
			fmt.Fprintf(w, "+ %s  %s\n", v.Voter, v.New)
		case v.New == "":
			fmt.Fprintf(w, "- %s  %s\n", v.Voter, v.Old)
		default:
			fmt.Fprintf(w, "~ %s  %s -> %s\n", v.Voter, v.Old, v.New)
		}
	}
	fmt.Fprintf(w, "%d added, %d removed, %d with another weight, %d the same\n", d.Added, d.Removed, d.Changed, d.Same)
}

// entry is a voter of a census.
type entry struct {
	key    census.Key
	weight uint256.Int
}

// entries are the voters of a census in the order of keys.
func entries(c *openedCensus) []entry {
	list := make([]entry, 0, c.Size())
	for key, weight := range c.Iterate {
		list = append(list, entry{key, weight})
	}
	slices.SortFunc(list, func(x, y entry) int { return bytes.Compare(x.key[:], y.key[:]) })
	return list
}

func compareCensuses(old, now *openedCensus) differences {
	d := differences{OldRoot: old.Root().String(), NewRoot: now.Root().String(), List: []difference{}}
	name := func(k census.Key) string {
		for _, c := range []*openedCensus{now, old} {
			if address, ok := c.names[k]; ok {
				return address.String()
			}
		}
		return fmt.Sprintf("key %x", k)
	}
	x, y := entries(old), entries(now)
	for len(x) > 0 || len(y) > 0 {
		order := 0
		switch {
		case len(x) == 0:
			order = 1
		case len(y) == 0:
			order = -1
		default:
			order = bytes.Compare(x[0].key[:], y[0].key[:])
		}
		switch {
		case order < 0:
			d.Removed++
			d.List = append(d.List, difference{Voter: name(x[0].key), Old: x[0].weight.Dec()})
		case order > 0:
			d.Added++
			d.List = append(d.List, difference{Voter: name(y[0].key), New: y[0].weight.Dec()})
		case x[0].weight != y[0].weight:
			d.Changed++
			d.List = append(d.List, difference{name(x[0].key), x[0].weight.Dec(), y[0].weight.Dec()})
		default:
			d.Same++
		}
		if order <= 0 {
			x = x[1:]
		}
		if order >= 0 {
			y = y[1:]
		}
	}
	slices.SortStableFunc(d.List, func(x, y difference) int { return bytes.Compare([]byte(x.Voter), []byte(y.Voter)) })
	return d
}
