package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"urna/cmd/internal/cli"
	"urna/internal/sheet"
	"urna/registry"
)

func newInit(a *app) *cobra.Command {
	var name string
	c := &cobra.Command{
		Use: "init", Short: "Make a registry",
		Example: `  urna-registry init --organisation "Chess club"`,
	}
	c.Flags().StringVar(&name, "organisation", "", "name that members know the organisation by")
	_ = c.MarkFlagRequired("organisation")
	return a.plain(c, cobra.NoArgs, func(ctx context.Context, _ []string) error {
		cfg, err := a.where()
		if err != nil {
			return err
		}
		r, err := registry.Create(ctx, cfg, name)
		if err != nil {
			return err
		}
		v := map[string]string{"organisation": r.Organisation(), "registry": r.ID()}
		return errors.Join(a.print(v, "The registry of "+r.Organisation()+" is ready. Next: urna-registry import members.csv"), r.Close())
	})
}

func newImport(a *app) *cobra.Command {
	var o registry.Import
	var separator string
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Import members from a CSV file",
		Long: `Import members from a CSV file in UTF-8, as spreadsheets write it. The first line
names the columns: ` + strings.Join(registry.Columns, ", ") + `. Each row has an
id, an e-mail or an address; no two have the same. Tags are words with | between
them. A missing weight is 1.

Every bad row is listed, with its line, column and what to do, and nothing is
imported while one is left, unless --skip-bad says so. FILE - is standard input.`,
		Example: `  urna-registry import members.csv --dry-run
  urna-registry import members.csv --column "Membership no.=id" --column "Joined=-"
  urna-registry import changes.csv --update`,
	}
	f := c.Flags()
	f.BoolVar(&o.DryRun, "dry-run", false, "only say what would happen")
	f.BoolVar(&o.Update, "update", false, "change members who are there, in the columns that the file has; an empty cell removes what is there")
	f.BoolVar(&o.SkipBad, "skip-bad", false, "import the good rows although others are bad")
	f.StringToStringVar(&o.Columns, "column", nil, "HEADING=COLUMN: what an unusual heading stands for; - leaves the column out")
	f.StringVar(&separator, "separator", "", "comma, semicolon or tab; found out if missing")
	return a.command(c, cobra.ExactArgs(1), func(ctx context.Context, r *registry.Registry, args []string) error {
		var ok bool
		if o.Separator, ok = map[string]byte{"": 0, "comma": ',', "semicolon": ';', "tab": '\t'}[separator]; !ok {
			return cli.Misusef("--separator is comma, semicolon or tab")
		}
		in, size, err := a.input(args[0])
		if err != nil {
			return err
		}
		defer in.Close()
		bar := a.bar(size)
		o.Progress = func(read int64) { _ = bar.Set64(read) }
		o.Problem = func(p *sheet.Problem) { _ = bar.Clear(); a.problem(p) }
		done, err := r.Import(ctx, in, o)
		_ = bar.Finish()
		if err != nil {
			return err
		}
		return a.imported(done, o)
	})
}

// problem tells of a bad row: on standard output, for it is the answer.
func (a *app) problem(p *sheet.Problem) {
	if a.json {
		_ = json.NewEncoder(a.out).Encode(map[string]any{"problem": p})
		return
	}
	fmt.Fprintln(a.out, p)
}

func (a *app) imported(done registry.Imported, o registry.Import) error {
	verb := "would be"
	if done.Done {
		verb = "are"
	}
	text := fmt.Sprintf("%d rows: %d %s added, %d changed, %d as they were, %d bad", done.Rows, done.Added, verb, done.Changed, done.Unchanged, done.Bad)
	if done.Bad > 0 && !o.SkipBad {
		text = fmt.Sprintf("%d rows, %d bad", done.Rows, done.Bad)
	}
	if err := a.print(done, text); err != nil {
		return err
	}
	if done.Bad > 0 && !done.Done && !o.SkipBad {
		return errors.New("nothing was imported; mend the bad rows, or leave them out with --skip-bad")
	}
	return nil
}

// bar shows how far a file is read, on a terminal only.
func (a *app) bar(size int64) *progressbar.ProgressBar {
	f, ok := a.errs.(*os.File)
	if !ok || a.json || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultSilent(size)
	}
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription("reading"),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish())
}

func newExport(a *app) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "export", Short: "Write members with all that is known of them, as import reads them",
		Example: `  urna-registry export --out members.csv
  urna-registry export --tag board --without-address`,
	}
	filter := filterFlags(c)
	c.Flags().BoolVar(&filter.WithoutAddress, "without-address", false, "only members who have no address yet")
	c.Flags().StringVar(&out, "out", "-", "file to write, for its owner only")
	return a.command(c, cobra.NoArgs, func(ctx context.Context, r *registry.Registry, _ []string) error {
		l, err := a.create(out)
		if err != nil {
			return err
		}
		err = l.Write(registry.Columns)
		if err == nil {
			err = r.Each(ctx, *filter, func(m *registry.Member) error { return l.Write(m.Cells()) })
		}
		return l.done(err)
	})
}

// memberAnswer is a member in JSON.
type memberAnswer struct {
	Number  int64    `json:"number"`
	ID      string   `json:"id,omitempty"`
	Name    string   `json:"name,omitempty"`
	Email   string   `json:"email,omitempty"`
	Phone   string   `json:"phone,omitempty"`
	Weight  string   `json:"weight"`
	Tags    []string `json:"tags,omitempty"`
	Address string   `json:"address,omitempty"`
}

func (a *app) printMember(m *registry.Member) error {
	text := fmt.Sprintf("%-7s  #%d", "number", m.Number)
	cells := m.Cells()
	for i, c := range registry.Columns {
		if cells[i] != "" {
			text += fmt.Sprintf("\n%-7s  %s", c, cells[i])
		}
	}
	return a.print(memberAnswer{m.Number, m.ID, m.Name, m.Email, m.Phone, m.Weight.Dec(), m.Tags, m.Address}, text)
}

func newShow(a *app) *cobra.Command {
	c := &cobra.Command{Use: "show MEMBER", Short: "Show a member: what is kept of this person"}
	return a.command(c, cobra.ExactArgs(1), func(ctx context.Context, r *registry.Registry, args []string) error {
		m, err := r.Find(ctx, args[0])
		if err != nil {
			return err
		}
		return a.printMember(m)
	})
}

func newSet(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "set MEMBER COLUMN=VALUE...", Short: "Change a member",
		Example: `  urna-registry set 17 weight=3 tags="board|london"
  urna-registry set ada@example.org phone=`,
	}
	return a.command(c, cobra.MinimumNArgs(2), func(ctx context.Context, r *registry.Registry, args []string) error {
		var changes []registry.Change
		for _, word := range args[1:] {
			column, value, ok := strings.Cut(word, "=")
			if !ok {
				return cli.Misusef("a change has the form COLUMN=VALUE")
			}
			changes = append(changes, registry.Change{Column: column, Value: value})
		}
		m, err := r.Set(ctx, args[0], changes)
		if err != nil {
			return err
		}
		return a.printMember(m)
	})
}

func newRemove(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "remove MEMBER...", Short: "Erase members: all of them, or none if one is not there",
		Long: `Erase members and their invitations from the database and its files. Backups are
not reached, nor a PostgreSQL server's own log of changes; and an address that was
published in a census stays there.`,
	}
	return a.command(c, cobra.MinimumNArgs(1), func(ctx context.Context, r *registry.Registry, args []string) error {
		if err := r.Remove(ctx, args); err != nil {
			return err
		}
		return a.print(map[string]int{"removed": len(args)}, fmt.Sprintf("%d erased", len(args)))
	})
}

func newCompact(a *app) *cobra.Command {
	c := &cobra.Command{Use: "compact", Short: "Overwrite what members who were removed have left in the database's files"}
	return a.command(c, cobra.NoArgs, func(ctx context.Context, r *registry.Registry, _ []string) error {
		if err := r.Compact(ctx); err != nil {
			return err
		}
		return a.print(map[string]bool{"compacted": true}, "done")
	})
}

func newStatus(a *app) *cobra.Command {
	c := &cobra.Command{Use: "status", Short: "Count members and invitations"}
	return a.command(c, cobra.NoArgs, func(ctx context.Context, r *registry.Registry, _ []string) error {
		s, err := r.Status(ctx)
		if err != nil {
			return err
		}
		v := struct {
			Organisation string `json:"organisation"`
			Registry     string `json:"registry"`
			registry.Status
		}{r.Organisation(), r.ID(), s}
		return a.print(v, fmt.Sprintf("organisation  %s\nregistry      %s\nmembers       %d\nwith address  %d\ninvitations   %d open, %d redeemed, %d expired",
			v.Organisation, v.Registry, s.Members, s.Addresses, s.Open, s.Redeemed, s.Expired))
	})
}
