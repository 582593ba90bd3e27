package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"urna/chain"
	"urna/cmd/internal/cli"
	"urna/genesis"
	"urna/ipfs"
)

// initOptions are the flags of urnad init.
type initOptions struct {
	home, chainID, moniker, from string
	faucet                       uint64
}

func newInit() *cobra.Command {
	var o initOptions
	c := &cobra.Command{
		Use:   "init",
		Short: "Make the home of a node",
		Long: `Make the home of a node: keys, genesis and a config.toml in which every setting
is explained. With --genesis the node joins the chain of that file; without, it
is the only validator of a new chain.`,
		Args: noArgs,
	}
	homeFlag(c, &o.home)
	c.Flags().StringVar(&o.chainID, "chain-id", "", "name of a new chain, such as urna/mine/1")
	c.Flags().StringVar(&o.moniker, "moniker", "", "name that peers see (default: that of the directory)")
	c.Flags().StringVar(&o.from, "genesis", "", "genesis file of the chain to join")
	c.Flags().Uint64Var(&o.faucet, "faucet", 0, "new chain: give this many tokens to a faucet account, whose key stays in the home")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		id, err := initHome(o)
		if err != nil {
			return err
		}
		home, err := filepath.Abs(o.home)
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), `home       %s
node id    %s
validator  %s

Look through config.toml, then: urnad start --home %s
`, home, id.NodeID, id.Validator, home)
		return nil
	}
	return c
}

func initHome(o initOptions) (chain.Identity, error) {
	var none chain.Identity
	switch {
	case (o.chainID == "") == (o.from == ""):
		return none, cli.Misusef("give the --chain-id of a new chain or the --genesis of one to join, and not both")
	case o.from != "" && o.faucet != 0:
		return none, cli.Misusef("--faucet is for a new chain")
	}
	home, err := filepath.Abs(o.home)
	if err != nil {
		return none, err
	}
	cfg := defaultConfig()
	cfg.Moniker = o.moniker
	if cfg.Moniker == "" {
		cfg.Moniker = filepath.Base(home)
	}
	if o.faucet > 0 {
		cfg.Faucet.KeyFile = faucetKeyFile
	}
	if err := cfg.check(home); err != nil {
		return none, err
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return none, err
	}
	id, err := initChain(home, o)
	if err != nil {
		return none, err
	}
	if _, err := ipfs.Identity(ipfsKeyFile(home)); err != nil {
		return none, err
	}
	return id, writeConfig(home, &cfg)
}

// initChain writes keys and genesis.
func initChain(home string, o initOptions) (chain.Identity, error) {
	if o.from != "" {
		return joinChain(home, o.from)
	}
	doc := &genesis.Doc{Params: genesis.Default()}
	if o.faucet > 0 {
		faucet, err := newFaucetKey(home)
		if err != nil {
			return chain.Identity{}, err
		}
		doc.Accounts = []genesis.Account{{Address: faucet.String(), Balance: o.faucet}}
	}
	return chain.InitHome(home, chain.Genesis{ChainID: o.chainID, App: doc})
}

// joinChain makes keys beside a copy of a genesis file, which is copied as it
// is: its hash is what the nodes of a chain compare.
func joinChain(home, from string) (chain.Identity, error) {
	text, err := os.ReadFile(from)
	if err != nil {
		return chain.Identity{}, err
	}
	id, err := chain.NewKeys(home)
	if err != nil {
		return chain.Identity{}, err
	}
	if err := os.WriteFile(genesisFile(home), text, 0o644); err != nil {
		return chain.Identity{}, err
	}
	if _, _, err := chain.ReadGenesis(home); err != nil {
		return chain.Identity{}, fmt.Errorf("%s: %w", from, err)
	}
	return id, nil
}

// genesisFile is where consensus looks for the genesis.
func genesisFile(home string) string { return filepath.Join(home, "config", "genesis.json") }

// writeConfig writes the file in which every setting is explained.
func writeConfig(home string, cfg *Config) error {
	f, err := os.OpenFile(configFile(home), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(configText(cfg))
	return errors.Join(err, f.Close())
}
