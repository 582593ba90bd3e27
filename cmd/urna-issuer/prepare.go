package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/holiman/uint256"
	"github.com/spf13/cobra"

	"urna/census"
	"urna/client"
	"urna/cmd/internal/cli"
	"urna/election"
	"urna/issuer"
)

func newInit(a *app) *cobra.Command {
	var chain, gateway, auth string
	c := &cobra.Command{Use: "init", Short: "Make the home of an issuer", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		if auth != "code" && auth != "email" && auth != "oidc" {
			return cli.Misusef("--auth is code, email or oidc, not %q", auth)
		}
		ctx := c.Context()
		if chain == "" {
			gw, err := client.New(client.Config{URL: gateway})
			if err != nil {
				return cli.Misuse(err)
			}
			if chain, err = gw.ChainID(ctx); err != nil {
				return fmt.Errorf("which chain? %w; or give --chain", err)
			}
		}
		if err := issuer.Init(ctx, a.home, chain, auth); err != nil {
			return err
		}
		path := filepath.Join(a.home, settingsFile)
		if err := os.WriteFile(path, []byte(newSettings), 0o600); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%s signs for chain %s; settings are in %s\n", a.home, chain, path)
		return nil
	}}
	c.Flags().StringVar(&auth, "auth", "code", "how members say who they are: code, email or oidc")
	c.Flags().StringVar(&chain, "chain", "", "name of the chain (default: ask the gateway)")
	c.Flags().StringVar(&gateway, "gateway", defaultGateway(), "root of a gateway's API; URNA_GATEWAY may name it")
	return c
}

func newCodes(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "codes NUMBER", Short: "Print invitation codes, one a line, as a list of members", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			n, err := strconv.Atoi(args[0])
			if err != nil || n < 1 {
				return cli.Misusef("%q is not a number of codes", args[0])
			}
			for range n {
				if _, err := fmt.Fprintln(a.out, issuer.NewCode()); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func newNew(a *app) *cobra.Command {
	var members string
	var blind bool
	c := &cobra.Command{
		Use: "new NAME", Short: "Make keys for an election that is to come, and print what its creation must say", Args: cobra.ExactArgs(1),
		Long: `Read a list of members (CSV: member,weight; a member is an invitation code, an
e-mail address or an OpenID subject, by the home's --auth) and make the keys of an
election. What is printed is for "urna election new --issuer". The list of codes
is not needed any more: the home keeps hashes of codes.`,
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			s, set, err := a.open(ctx)
			if err != nil {
				return err
			}
			return errors.Join(a.prepare(ctx, s, set, args[0], members, blind), s.Close())
		},
	}
	c.Flags().StringVar(&members, "members", "", "CSV file of members")
	c.Flags().BoolVar(&blind, "blind", false, "blind credentials: nobody, the issuer included, can tie a vote to a member")
	_ = c.MarkFlagRequired("members")
	return c
}

func (a *app) prepare(ctx context.Context, s *issuer.Service, set *settings, name, members string, blind bool) error {
	key, err := set.key(s.Auth())
	if err != nil {
		return err
	}
	in, err := os.Open(members)
	if err != nil {
		return err
	}
	list, err := issuer.ReadMembers(in, key)
	if err := errors.Join(err, in.Close()); err != nil {
		return err
	}
	classes, err := s.New(ctx, name, blind, list)
	if err != nil {
		return err
	}
	out := client.IssuerFile{Origin: census.Issuer.String(), Key: hex.EncodeToString(s.PublicKey()), Members: uint64(len(list))}
	if blind {
		out.Origin, out.Key = census.BlindIssuer.String(), ""
	}
	for i := range classes {
		w, _ := classes[i].Amount()
		out.Classes = append(out.Classes, client.IssuerFileClass{Weight: w.Dec(), Key: hex.EncodeToString(classes[i].Key)})
	}
	return printJSON(a.out, out)
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func newBind(a *app) *cobra.Command {
	var gateway string
	c := &cobra.Command{
		Use: "bind NAME ELECTION", Short: "Hand out credentials for an election on the chain, whose keys are these", Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			id, err := election.ParseID(args[1])
			if err != nil {
				return cli.Misuse(err)
			}
			gw, err := client.New(client.Config{URL: gateway})
			if err != nil {
				return cli.Misuse(err)
			}
			s, _, err := a.open(ctx)
			if err != nil {
				return err
			}
			return errors.Join(bind(ctx, s, gw, args[0], id), s.Close())
		},
	}
	c.Flags().StringVar(&gateway, "gateway", defaultGateway(), "root of a gateway's API; URNA_GATEWAY may name it")
	return c
}

func bind(ctx context.Context, s *issuer.Service, gw *client.Client, name string, id election.ID) error {
	e, err := gw.Election(ctx, id)
	if err != nil {
		return err
	}
	if e.ChainID != s.ChainID() {
		return fmt.Errorf("the gateway is of chain %s, the home of %s", e.ChainID, s.ChainID())
	}
	on := issuer.OnChain{ID: id, Starts: e.Start, Classes: map[uint256.Int]census.KeyHash{}}
	if e.Census != nil && e.Census.Origin == census.Issuer.String() {
		if on.Issuer, err = hex.DecodeString(e.Census.Root); err != nil {
			return fmt.Errorf("the issuer's key: %w", err)
		}
	}
	for _, c := range e.Classes {
		var w uint256.Int
		var k census.KeyHash
		if err := w.SetFromDecimal(c.Weight); err != nil {
			return fmt.Errorf("weight %q: %w", c.Weight, err)
		}
		if n, err := hex.Decode(k[:], []byte(c.KeyHash)); err != nil || n != len(k) {
			return fmt.Errorf("key hash %q", c.KeyHash)
		}
		on.Classes[w] = k
	}
	return s.Bind(ctx, name, on)
}

func defaultGateway() string {
	if url := os.Getenv("URNA_GATEWAY"); url != "" {
		return url
	}
	return client.DefaultURL
}
