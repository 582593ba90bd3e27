package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"urna/cmd/internal/cli"
	"urna/registry"
	"urna/registry/invitation"
)

func newInvite(a *app) *cobra.Command {
	var in registry.Invite
	var out, link string
	var valid time.Duration
	c := &cobra.Command{
		Use:   "invite [MEMBER...]",
		Short: "Give members codes, and write them for a mail merge",
		Long: `Give members one-time codes and write them with names and e-mail addresses, once:
the registry keeps only hashes. Without MEMBER everybody is invited who has no
address and no open invitation. A code that a member had is not valid any more.

Treat the file as what it is: whoever has a code can vote in that member's place.
Send the codes and remove the file.`,
		Example: `  urna-registry invite --out invitations.csv --link https://join.example.org/
  urna-registry invite --again --out reminders.csv
  urna-registry invite 17 --out lost-key.csv`,
	}
	f := c.Flags()
	filter := filterFlags(c)
	f.BoolVar(&in.Again, "again", false, "also members who have an open invitation; its code is replaced")
	f.StringVar(&out, "out", "", "CSV file to write, for its owner only; - is standard output")
	f.StringVar(&link, "link", "", "address of the page of urna-registry serve; a column has it with the code")
	f.DurationVar(&valid, "valid", 30*24*time.Hour, "how long the codes can be redeemed")
	_ = c.MarkFlagRequired("out")
	return a.command(c, cobra.ArbitraryArgs, func(ctx context.Context, r *registry.Registry, args []string) error {
		if u, err := url.Parse(link); err != nil || (link != "" && (u.Host == "" || u.Fragment != "" || (u.Scheme != "https" && u.Scheme != "http"))) {
			return cli.Misusef("--link is not of the form https://host/path")
		}
		if valid <= 0 {
			return cli.Misusef("--valid is not above zero")
		}
		if len(args) > 0 && (in.Again || len(filter.Tags) > 0) {
			return cli.Misusef("--again and --tag choose members; so do names")
		}
		in.Filter, in.Members, in.Expires = *filter, args, time.Now().Add(valid)
		l, err := a.create(out)
		if err != nil {
			return err
		}
		columns := []string{"id", "name", "email", "phone", "code"}
		if link != "" {
			columns = append(columns, "link")
		}
		if err := l.Write(columns); err != nil {
			return l.done(err)
		}
		n, err := r.Invite(ctx, in, func(m *registry.Member, code invitation.Code) error {
			row := []string{m.ID, m.Name, m.Email, m.Phone, code.String()}
			if link != "" { // what follows # is not sent to the server when the page is opened
				row = append(row, link+"#"+code.String())
			}
			return l.Write(row)
		}, l.sync)
		if err := l.done(err); err != nil || out == "-" {
			return err
		}
		return a.print(map[string]any{"invited": n, "file": out}, fmt.Sprintf("%d invited; the codes are in %s and nowhere else", n, out))
	})
}

func newRevoke(a *app) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "revoke [MEMBER...]",
		Short: "Make codes useless that were not redeemed",
		Example: `  urna-registry revoke 17
  urna-registry revoke --tag board
  urna-registry revoke --all`,
	}
	filter := filterFlags(c)
	c.Flags().BoolVar(&all, "all", false, "of everybody")
	return a.command(c, cobra.ArbitraryArgs, func(ctx context.Context, r *registry.Registry, args []string) error {
		ways := []bool{all, len(filter.Tags) > 0, len(args) > 0}
		if len(slices.DeleteFunc(ways, func(b bool) bool { return !b })) != 1 {
			return cli.Misusef("say whose codes: MEMBER, --tag or --all")
		}
		n, err := r.Revoke(ctx, *filter, args)
		if err != nil {
			return err
		}
		return a.print(map[string]int{"revoked": n}, fmt.Sprintf("%d revoked", n))
	})
}

func newCensus(a *app) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "census",
		Short: "Write addresses and weights, as `urna census` reads them",
		Long: `Write the addresses and weights of members, without names, in the order of
addresses. Members who have no address yet are left out and counted.`,
		Example: `  urna-registry census --out voters.csv && urna census publish voters.csv`,
	}
	filter := filterFlags(c)
	c.Flags().StringVar(&out, "out", "-", "file to write")
	return a.command(c, cobra.NoArgs, func(ctx context.Context, r *registry.Registry, _ []string) error {
		l, err := a.create(out)
		if err != nil {
			return err
		}
		voters, without := 0, 0
		err = l.Write([]string{"address", "weight"})
		if err == nil {
			without, err = r.Voters(ctx, *filter, func(address, weight string) error {
				voters++
				return l.Write([]string{address, weight})
			})
		}
		if err == nil && voters == 0 {
			err = errors.New("no member has an address; urna-registry invite asks them for it")
		}
		if err := l.done(err); err != nil {
			return err
		}
		return a.note(out, map[string]int{"voters": voters, "without": without},
			fmt.Sprintf("%d voters; %d members have no address and are left out", voters, without))
	})
}

// note tells what a list holds: where the list itself is not.
func (a *app) note(out string, v any, text string) error {
	if out != "-" {
		return a.print(v, text)
	}
	_, err := fmt.Fprintln(a.errs, text)
	return err
}

func newIssuerList(a *app) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "issuer-list",
		Short: "Write hashes of open invitations and weights, as an issuer of credentials reads them",
		Long: `Write one line for each invitation that can be redeemed: the SHA-256 of its code
and the member's weight, in the order of hashes. The issuer learns nothing else. A
code that is redeemed at the issuer is not redeemed here, and the other way round.`,
	}
	filter := filterFlags(c)
	c.Flags().StringVar(&out, "out", "-", "file to write")
	return a.command(c, cobra.NoArgs, func(ctx context.Context, r *registry.Registry, _ []string) error {
		l, err := a.create(out)
		if err != nil {
			return err
		}
		n := 0
		err = l.Write([]string{"member", "weight"})
		if err == nil {
			err = r.IssuerList(ctx, *filter, func(hash, weight string) error { n++; return l.Write([]string{"sha256:" + hash, weight}) })
		}
		if err := l.done(err); err != nil {
			return err
		}
		return a.note(out, map[string]int{"invitations": n}, fmt.Sprintf("%d invitations", n))
	})
}
