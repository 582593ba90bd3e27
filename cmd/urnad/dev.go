package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"urna/chain"
	"urna/crypto/ethkey"
	"urna/genesis"
)

// devSupply is what the faucet of a development chain has: enough for ten
// million packages.
const devSupply = 1_000_000_000_000

// devOptions are the flags of urnad dev.
type devOptions struct {
	home      string
	listen    string
	blockTime time.Duration
	chainID   string
	reset     bool
	ethereum  string
}

func newDev() *cobra.Command {
	var o devOptions
	cfg := devConfig()
	c := &cobra.Command{
		Use:   "dev",
		Short: "Run a whole network in one process, to try things out",
		Long: `Run a whole network in one process: a validator, a gateway with an index and a
file store, a faucet with plenty of tokens, and an Ethereum of its own in which the
chain is anchored. It keeps its chain in --home and
goes on with it when it is started again; --reset starts anew.

Every setting of a node is a flag here, too; see 'urnad start --help'.`,
		Args: noArgs,
	}
	f := c.Flags()
	addFlags(f, &cfg)
	for _, s := range settings(&cfg) {
		f.Lookup(s.flag()).Hidden = s.path != "faucet.amount" && s.path != "log.level"
	}
	f.StringVar(&o.home, "home", defaultHome("dev"), "directory of the network")
	f.StringVar(&o.listen, "listen", cfg.Gateway.Listen, "where the API listens, host:port; port 0 picks a free one")
	f.DurationVar(&o.blockTime, "block-time", cfg.Consensus.BlockTime, "pause between blocks")
	f.StringVar(&o.chainID, "chain-id", "urna/dev/1", "name of a new chain")
	f.StringVar(&o.ethereum, "ethereum", "127.0.0.1:0", "where JSON-RPC of the development Ethereum listens, host:port on loopback; port 0 picks a free one; empty for no Ethereum")
	f.BoolVar(&o.reset, "reset", false, "forget the chain of --home and start a new one")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		home, err := filepath.Abs(o.home)
		if err != nil {
			return err
		}
		if err := loadConfig(&cfg, "", f); err != nil {
			return err
		}
		if f.Changed("listen") {
			cfg.Gateway.Listen = o.listen
		}
		if f.Changed("block-time") {
			cfg.Consensus.BlockTime = o.blockTime
		}
		if err := cfg.check(home); err != nil {
			return err
		}
		if err := prepareDev(home, o, f.Changed("chain-id")); err != nil {
			return err
		}
		log, err := newLogger(cfg.Log, cmd.ErrOrStderr())
		if err != nil {
			return bad("log.level", "%v", err)
		}
		var eth *devEthereum
		if o.ethereum != "" && !cfg.anchors() {
			if eth, err = startDevEthereum(cmd.Context(), &cfg, home, o.ethereum, log); err != nil {
				return err
			}
			defer eth.Close()
		}
		return run(cmd.Context(), &cfg, home, log, func(n *node) { welcome(cmd.OutOrStdout(), n, eth) })
	}
	return c
}

// devConfig is that of a node that is alone and among friends.
func devConfig() Config {
	c := defaultConfig()
	c.Moniker = "dev"
	c.Log.Level = "warn"
	c.P2P.Listen = "127.0.0.1:0"
	c.P2P.Private = true
	c.State.SnapshotEvery = 0
	c.Gateway.Rate = -1
	c.IPFS.Listen = "127.0.0.1:0"
	c.Faucet.KeyFile = faucetKeyFile
	c.Faucet.PerAccount = 1000
	c.Faucet.PerClient = 1_000_000
	c.Anchor.EveryBlocks = 20
	c.Anchor.Confirmations = 1
	c.Anchor.Patience = 0
	c.Anchor.Poll = time.Second
	return c
}

// faucetKeyFile holds the key of a faucet, in a home.
const faucetKeyFile = "faucet.key"

// prepareDev makes the home of a development chain, unless it is there.
func prepareDev(home string, o devOptions, named bool) error {
	if o.reset {
		if err := forget(home); err != nil {
			return err
		}
	}
	g, _, err := chain.ReadGenesis(home)
	if err == nil {
		if named && g.ChainID != o.chainID {
			return fmt.Errorf("%s has the chain %s; --reset forgets it", home, g.ChainID)
		}
		return nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if entries, err := os.ReadDir(home); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s holds something else than a development network; choose another --home", home)
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	faucet, err := newFaucetKey(home)
	if err != nil {
		return err
	}
	doc := &genesis.Doc{
		Params:   genesis.Default(),
		Accounts: []genesis.Account{{Address: faucet.String(), Balance: devSupply}},
	}
	_, err = chain.InitHome(home, chain.Genesis{ChainID: o.chainID, App: doc})
	return err
}

// newFaucetKey makes a key and puts it into a home.
func newFaucetKey(home string) (ethkey.Address, error) {
	key, err := ethkey.Generate()
	if err != nil {
		return ethkey.Address{}, err
	}
	return key.Address(), writeKey(filepath.Join(home, faucetKeyFile), key.Hex())
}

// forget removes a development network. A directory that is anything else is
// left alone.
func forget(home string) error {
	if _, err := os.Stat(home); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, mark := range []string{faucetKeyFile, filepath.Join("config", "genesis.json")} {
		if _, err := os.Stat(filepath.Join(home, mark)); err != nil {
			return fmt.Errorf("%s is not a development network (it has no %s) and will not be removed", home, mark)
		}
	}
	if _, err := os.Stat(configFile(home)); err == nil {
		return fmt.Errorf("%s is the home of a node (it has a config.toml) and will not be removed", home)
	}
	unlock, err := lockHome(home)
	if err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(home), unlock())
}

// welcome tells what to try.
func welcome(w io.Writer, n *node, eth *devEthereum) {
	flag := ""
	if n.url != "http://127.0.0.1:9090/v2" {
		flag = "export URNA_GATEWAY=" + n.url + "\n  "
	}
	fmt.Fprintf(w, `Urna is running: chain %s, a block every %s.

  API      %s
  faucet   %s/open/claim/{address}, %d tokens each
  health   %s
  IPFS     %s
%s  home     %s

Try:

  %surna status
  urna key new me && urna account create --name "Chess club"
  urna key show --address > members.csv
  urna election new --title "Shall we?" --choice "Yes,No" --members members.csv --duration 1h
  urna vote cast --choices 0 --election <the id that was printed>

Ctrl-C stops it; the next start goes on with the same chain, --reset forgets it.
`, n.genesis.ChainID, n.cfg.Consensus.BlockTime, n.url, n.url, n.cfg.Faucet.Amount,
		n.url[:len(n.url)-len("/v2")]+"/health/ready", n.ipfsAddress(), eth.welcome(), n.home, flag)
}
