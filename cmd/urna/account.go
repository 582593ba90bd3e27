package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"urna/client"
	"urna/cmd/internal/cli"
	"urna/crypto/ethkey"
	"urna/tx"
)

func newAccount(a *app) *cobra.Command {
	c := &cobra.Command{Use: "account", Short: "Create and manage accounts"}
	delegate := &cobra.Command{Use: "delegate", Short: "Let others manage your elections"}
	delegate.AddCommand(newDelegate(a, true), newDelegate(a, false))
	c.AddCommand(newAccountCreate(a), newAccountShow(a), newAccountSetInfo(a), delegate, newAccountFaucet(a), newAccountSend(a), newAccountSeat(a))
	return c
}

// changeAccount sends a transaction of the own account, waits for it and tells
// what it did.
func (a *app) changeAccount(ctx context.Context, gw *client.Client, change func(key *ethkey.Key) (hash tx.ID, did string, err error)) error {
	key, err := a.key()
	if err != nil {
		return err
	}
	hash, did, err := change(key)
	if err != nil {
		return err
	}
	v := struct {
		Hash    string `json:"txHash"`
		Account string `json:"account"`
		Mined   bool   `json:"mined"`
	}{hash.String(), key.Address().String(), !a.noWait}
	return a.sent(ctx, gw, hash, v, func(w io.Writer) {
		fmt.Fprintln(w, did)
		fmt.Fprintln(w, "transaction", hash)
	})
}

// profile holds the flags that describe an account to people.
type profile struct{ name, description, file string }

func (p *profile) flags(c *cobra.Command) {
	c.Flags().StringVar(&p.name, "name", "", "what people call the account")
	c.Flags().StringVar(&p.description, "description", "", "what it is")
	c.Flags().StringVar(&p.file, "metadata", "", "JSON file with the whole metadata document instead")
}

func (p *profile) metadata() (client.AccountMetadata, error) {
	if p.file == "" {
		return client.NewAccountMetadata(p.name, p.description), nil
	}
	var m client.AccountMetadata
	if p.name != "" || p.description != "" {
		return m, cli.Misusef("--metadata is a whole document; --name and --description cannot be added")
	}
	b, err := os.ReadFile(p.file)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("%s: %w", p.file, err)
	}
	return m, nil
}

func newAccountCreate(a *app) *cobra.Command {
	var p profile
	var noFaucet bool
	var pkg string
	c := &cobra.Command{
		Use:   "create",
		Short: "Create the account of a key",
		Long: `Create the account of a key. The gateway's faucet is asked for tokens, unless
--no-faucet or --faucet-package says otherwise.`,
		Example: `  urna account create --as club --name "Chess club"`,
	}
	p.flags(c)
	c.Flags().BoolVar(&noFaucet, "no-faucet", false, "do not ask the gateway's faucet for tokens")
	c.Flags().StringVar(&pkg, "faucet-package", "", "faucet package that somebody gave you, base64")
	return a.waits(a.command(c, func(ctx context.Context, gw *client.Client, _ []string) error {
		m, err := p.metadata()
		if err != nil {
			return err
		}
		return a.changeAccount(ctx, gw, func(key *ethkey.Key) (hash tx.ID, did string, err error) {
			faucet, err := pickFaucet(ctx, gw, key.Address(), noFaucet, pkg)
			if err != nil {
				return hash, "", err
			}
			hash, err = gw.CreateAccount(ctx, key, m, faucet)
			return hash, fmt.Sprintf("account %s is ready", key.Address()), err
		})
	}))
}

// pickFaucet returns the package to redeem, or nil for none.
func pickFaucet(ctx context.Context, gw *client.Client, who ethkey.Address, none bool, given string) (*tx.FaucetPackage, error) {
	switch {
	case none && given != "":
		return nil, cli.Misusef("--no-faucet and --faucet-package exclude each other")
	case none:
		return nil, nil
	case given != "":
		p := new(tx.FaucetPackage)
		if err := p.UnmarshalText([]byte(given)); err != nil {
			return nil, cli.Misuse(err)
		}
		return p, nil
	}
	pkg, err := gw.Claim(ctx, who)
	if err != nil {
		return nil, fmt.Errorf("ask the gateway's faucet (--no-faucet does without): %w", err)
	}
	return pkg, nil
}

func newAccountShow(a *app) *cobra.Command {
	c := &cobra.Command{Use: "show [ADDRESS]", Short: "Show an account", Args: cobra.MaximumNArgs(1)}
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		who, err := a.addressOrOwn(args)
		if err != nil {
			return err
		}
		acc, proof, err := a.account(ctx, gw, who)
		if err != nil {
			return err
		}
		return a.show(acc, proof, unprovedOfAccount, func(w io.Writer) {
			table(w, [][2]string{
				{"account", acc.Address},
				{"name", accountName(acc)},
				{"balance", strconv.FormatUint(acc.Balance, 10)},
				{"nonce", strconv.FormatUint(uint64(acc.Nonce), 10)},
				{"elections", strconv.FormatUint(uint64(acc.ElectionIndex), 10)},
				{"metadata", acc.InfoURL},
			})
		})
	})
}

func accountName(acc *client.Account) string {
	var m client.AccountMetadata
	if json.Unmarshal(acc.Metadata, &m) != nil {
		return ""
	}
	return m.Name["default"]
}

// addressOrOwn is the address in args, or that of the key to act with.
func (a *app) addressOrOwn(args []string) (ethkey.Address, error) {
	if len(args) > 0 {
		return argument(ethkey.ParseAddress(args[0]))
	}
	return a.ownAddress()
}

func newAccountSetInfo(a *app) *cobra.Command {
	var p profile
	c := &cobra.Command{Use: "set-info", Short: "Change what an account tells about itself"}
	p.flags(c)
	return a.waits(a.command(c, func(ctx context.Context, gw *client.Client, _ []string) error {
		m, err := p.metadata()
		if err != nil {
			return err
		}
		return a.changeAccount(ctx, gw, func(key *ethkey.Key) (tx.ID, string, error) {
			hash, err := gw.SetAccountInfo(ctx, key, m)
			return hash, fmt.Sprintf("account %s has new metadata", key.Address()), err
		})
	}))
}

func newDelegate(a *app, add bool) *cobra.Command {
	c := &cobra.Command{Use: "add ADDRESS...", Short: "Let accounts manage your elections", Args: cobra.MinimumNArgs(1)}
	change, did := (*client.Client).AddDelegates, "may manage"
	if !add {
		c.Use, c.Short = "del ADDRESS...", "Take that right away"
		change, did = (*client.Client).DelDelegates, "may no longer manage"
	}
	return a.waits(a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		var who []ethkey.Address
		for _, s := range args {
			d, err := argument(ethkey.ParseAddress(s))
			if err != nil {
				return err
			}
			who = append(who, d)
		}
		return a.changeAccount(ctx, gw, func(key *ethkey.Key) (tx.ID, string, error) {
			hash, err := change(gw, ctx, key, who...)
			return hash, fmt.Sprintf("%s %s the elections of %s", strings.Join(args, ", "), did, key.Address()), err
		})
	}))
}

func newAccountFaucet(a *app) *cobra.Command {
	var pkg string
	c := &cobra.Command{Use: "faucet", Short: "Get tokens from the gateway's faucet"}
	c.Flags().StringVar(&pkg, "faucet-package", "", "redeem this package, base64, instead")
	return a.waits(a.command(c, func(ctx context.Context, gw *client.Client, _ []string) error {
		return a.changeAccount(ctx, gw, func(key *ethkey.Key) (hash tx.ID, did string, err error) {
			switch exists, err := gw.HasAccount(ctx, key.Address()); {
			case err != nil:
				return hash, "", err
			case !exists:
				return hash, "", errors.New("the account does not exist; `urna account create` makes it and asks the faucet")
			}
			faucet, err := pickFaucet(ctx, gw, key.Address(), false, pkg)
			if err != nil {
				return hash, "", err
			}
			hash, err = gw.CollectFaucet(ctx, key, faucet)
			return hash, fmt.Sprintf("account %s has more tokens", key.Address()), err
		})
	}))
}

func newAccountSend(a *app) *cobra.Command {
	c := &cobra.Command{Use: "send ADDRESS AMOUNT", Short: "Send tokens to an account", Args: cobra.ExactArgs(2)}
	return a.waits(a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		to, err := argument(ethkey.ParseAddress(args[0]))
		if err != nil {
			return err
		}
		amount, err := strconv.ParseUint(args[1], 10, 64)
		if err != nil {
			return cli.Misusef("amount %q is not a whole number of tokens", args[1])
		}
		return a.changeAccount(ctx, gw, func(key *ethkey.Key) (tx.ID, string, error) {
			hash, err := gw.SendTokens(ctx, key, to, amount)
			return hash, fmt.Sprintf("%s has %d tokens more", to, amount), err
		})
	}))
}

func newAccountSeat(a *app) *cobra.Command {
	var publicKey, possession, name string
	c := &cobra.Command{
		Use:   "seat",
		Short: "Ask for a validator's seat for a node; `urnad keys prove` prints what is needed",
	}
	c.Flags().StringVar(&publicKey, "public-key", "", "the node's consensus key, 66 hex digits")
	c.Flags().StringVar(&possession, "possession", "", "its signature, 130 hex digits")
	c.Flags().StringVar(&name, "name", "", "what explorers call the validator")
	_ = c.MarkFlagRequired("public-key")
	_ = c.MarkFlagRequired("possession")
	return a.waits(a.command(c, func(ctx context.Context, gw *client.Client, _ []string) error {
		pub, err1 := hex.DecodeString(publicKey)
		sig, err2 := hex.DecodeString(possession)
		if err := errors.Join(err1, err2); err != nil {
			return cli.Misuse(err)
		}
		return a.changeAccount(ctx, gw, func(key *ethkey.Key) (tx.ID, string, error) {
			hash, err := gw.TakeSeat(ctx, key, pub, sig, name)
			return hash, "the node has a seat from the next block but one", err
		})
	}))
}
