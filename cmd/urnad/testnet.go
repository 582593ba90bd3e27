package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"urna/chain"
	"urna/cmd/internal/cli"
	"urna/genesis"
	"urna/ipfs"
)

// testnetOptions are the flags of urnad testnet.
type testnetOptions struct {
	validators int
	out        string
	basePort   int
	chainID    string
	blockTime  time.Duration
	amount     uint64
}

func newTestnet() *cobra.Command {
	var o testnetOptions
	c := &cobra.Command{
		Use:   "testnet",
		Short: "Make the homes of several validators on this machine",
		Long: `Make the homes of several validators on this machine, connected to each other.
They run as processes of their own: urnad start --home DIR/node0, and so on. Node
i uses the ports base+10i (peers), base+10i+1 (CometBFT's RPC), base+10i+2
(gateway) and base+10i+3 (IPFS). Every gateway has the same faucet, and every file
that the chain refers to.`,
		Args: noArgs,
	}
	f := c.Flags()
	f.IntVar(&o.validators, "validators", 4, "how many validators")
	f.StringVar(&o.out, "out", "", "directory for the homes; it must be new or empty")
	f.IntVar(&o.basePort, "base-port", 27000, "first port")
	f.StringVar(&o.chainID, "chain-id", "urna/testnet/1", "name of the chain")
	f.DurationVar(&o.blockTime, "block-time", time.Second, "pause between blocks")
	f.Uint64Var(&o.amount, "faucet-amount", 100_000, "tokens in a package of the faucet")
	_ = c.MarkFlagRequired("out")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		out, err := makeTestnet(o)
		if err != nil {
			return err
		}
		w := cmd.OutOrStdout()
		for i := range o.validators {
			fmt.Fprintf(w, "urnad start --home %s   # gateway http://127.0.0.1:%d/v2\n",
				filepath.Join(out, fmt.Sprintf("node%d", i)), o.port(i, 2))
		}
		return nil
	}
	return c
}

func (o *testnetOptions) port(node, role int) int { return o.basePort + 10*node + role }

func makeTestnet(o testnetOptions) (out string, err error) {
	if o.validators < 1 || o.validators > 100 {
		return "", cli.Misusef("--validators %d is not within 1 and 100", o.validators)
	}
	if o.basePort < 1024 || o.port(o.validators, 0) > 65535 {
		return "", cli.Misusef("--base-port %d leaves no room for %d nodes within 1024 and 65535", o.basePort, o.validators)
	}
	if out, err = filepath.Abs(o.out); err != nil {
		return "", err
	}
	if entries, err := os.ReadDir(out); err == nil && len(entries) > 0 {
		return "", fmt.Errorf("%s is not empty", out)
	}
	if err := os.MkdirAll(out, 0o700); err != nil {
		return "", err
	}
	faucet, err := newFaucetKey(out)
	if err != nil {
		return "", err
	}
	doc := &genesis.Doc{
		Params:   genesis.Default(),
		Accounts: []genesis.Account{{Address: faucet.String(), Balance: devSupply}},
	}
	var ports []int
	for i := range o.validators {
		ports = append(ports, o.port(i, 0), o.port(i, 1))
	}
	nodes, err := chain.Testnet(out, o.validators, ports, chain.Genesis{ChainID: o.chainID, App: doc})
	if err != nil {
		return "", err
	}
	files, err := o.ipfsNodes(nodes)
	if err != nil {
		return "", err
	}
	for i, n := range nodes {
		others := slices.Delete(slices.Clone(files), i, i+1)
		if err := o.configure(i, n, others, filepath.Join(out, faucetKeyFile)); err != nil {
			return "", err
		}
	}
	return out, nil
}

// ipfsNodes makes the keys of the nodes among IPFS nodes, and returns their
// addresses.
func (o *testnetOptions) ipfsNodes(nodes []chain.Config) (addresses []string, err error) {
	for i, n := range nodes {
		id, err := ipfs.Identity(ipfsKeyFile(n.Home))
		if err != nil {
			return nil, err
		}
		a, err := ipfs.Address(o.ipfsListen(i), id)
		if err != nil {
			return nil, err
		}
		addresses = append(addresses, a)
	}
	return addresses, nil
}

func (o *testnetOptions) ipfsListen(node int) string {
	return fmt.Sprintf("127.0.0.1:%d", o.port(node, 3))
}

// configure writes the configuration of one node.
func (o *testnetOptions) configure(i int, n chain.Config, ipfsPeers []string, faucetKey string) error {
	c := defaultConfig()
	c.Moniker = n.Moniker
	c.Consensus.BlockTime = o.blockTime
	c.P2P.Listen, c.P2P.RPC = strings.TrimPrefix(n.P2P.Listen, "tcp://"), strings.TrimPrefix(n.RPC, "tcp://")
	c.P2P.Peers, c.P2P.Private = n.P2P.Peers, n.P2P.Private
	c.Pool.LocalGossip = true // everybody is connected to everybody
	c.Gateway.Listen = fmt.Sprintf("127.0.0.1:%d", o.port(i, 2))
	c.Gateway.Rate = -1
	c.IPFS.Listen, c.IPFS.Peers = o.ipfsListen(i), ipfsPeers
	c.Faucet = FaucetConfig{KeyFile: faucetKey, Amount: o.amount, PerAccount: 1000, PerClient: 1_000_000}
	if err := c.check(n.Home); err != nil {
		return err
	}
	return writeConfig(n.Home, &c)
}
