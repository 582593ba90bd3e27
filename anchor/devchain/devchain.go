// Package devchain is an Ethereum for development: go-ethereum's own node with a
// chain of its own in this process, which makes a block when there is something to
// put into it, and otherwise every few seconds.
//
// It promises the rules of Ethereum, some accounts with plenty of ether, and JSON-RPC
// on loopback. It has no peers and takes none. Its keys are known to everybody: it
// refuses to listen anywhere but on loopback, and nothing on it is worth anything.
package devchain

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/catalyst"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"

	"urna/anchor"
)

// ChainID is that of every development chain.
const ChainID = 1337

// Config says where a chain lives.
type Config struct {
	Dir    string // of its data; empty: in memory
	Listen string // of JSON-RPC, host:port on loopback; port 0 picks a free one

	// Empty is how long nothing may happen before an empty block is made; 12 seconds.
	// Contracts see the time of the newest block.
	Empty time.Duration
}

// Chain is a chain that runs. It is safe for concurrent use.
type Chain struct {
	node   *node.Node
	eth    *eth.Ethereum
	beacon *catalyst.SimulatedBeacon
	client *ethclient.Client
	empty  time.Duration

	stop chan struct{}
	done sync.WaitGroup
}

// gasLimit is that of every block.
const gasLimit = 60_000_000

// look is how often the chain looks whether there is something to put into a block.
const look = 250 * time.Millisecond

// Start starts the chain of a directory, or a new one.
func Start(cfg Config) (*Chain, error) {
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("devchain: %w", err)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("devchain: %s is not an address on loopback", cfg.Listen)
	}
	if cfg.Dir != "" {
		if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("devchain: %w", err)
		}
	}
	stack, err := node.New(&node.Config{
		Name: "ethereum", DataDir: cfg.Dir, HTTPHost: host, HTTPPort: int(n), HTTPModules: []string{"eth", "net", "web3"},
		HTTPVirtualHosts: []string{"localhost"}, HTTPTimeouts: rpc.DefaultHTTPTimeouts,
		P2P: p2p.Config{NoDiscovery: true, NoDial: true}, DBEngine: "pebble",
	})
	if err != nil {
		return nil, fmt.Errorf("devchain: %w", err)
	}
	c := &Chain{node: stack, empty: cfg.Empty, stop: make(chan struct{})}
	if c.empty <= 0 {
		c.empty = 12 * time.Second
	}
	if err := c.start(); err != nil {
		return nil, errors.Join(fmt.Errorf("devchain: %w", err), stack.Close())
	}
	c.done.Go(c.mine)
	return c, nil
}

func (c *Chain) start() error {
	cfg := ethconfig.Defaults
	cfg.NetworkId, cfg.SyncMode, cfg.Genesis = ChainID, ethconfig.FullSync, genesis()
	cfg.Miner.GasCeil, cfg.TxPool.NoLocals, cfg.LogNoHistory = gasLimit, true, true
	cfg.TxPool.Journal, cfg.BlobPool.Datadir = "", ""
	cfg.DatabaseCache, cfg.TrieCleanCache, cfg.TrieDirtyCache, cfg.SnapshotCache = 16, 16, 16, 0
	// The state of every block goes to disk with it, so that nothing is lost when the
	// process is killed.
	cfg.NoPruning, cfg.StateScheme = true, rawdb.HashScheme
	var err error
	if c.eth, err = eth.New(c.node, &cfg); err != nil {
		return err
	}
	c.node.RegisterAPIs([]rpc.API{{
		Namespace: "eth", Service: filters.NewFilterAPI(filters.NewFilterSystem(c.eth.APIBackend, filters.Config{})),
	}})
	if err := c.node.Start(); err != nil {
		return err
	}
	if c.beacon, err = catalyst.NewSimulatedBeacon(0, common.Address{}, c.eth); err != nil {
		return err
	}
	c.eth.SetSynced()
	c.client = ethclient.NewClient(c.node.Attach())
	return nil
}

// genesis is always the same: the forks that Ethereum has, and rich accounts.
func genesis() *core.Genesis {
	rules := *params.AllDevChainProtocolChanges
	rules.AmsterdamTime, rules.BogotaTime = nil, nil
	alloc := core.SystemContractAllocs()
	for _, a := range Accounts() {
		alloc[a.Address] = types.Account{Balance: new(big.Int).Mul(big.NewInt(params.Ether), big.NewInt(1_000_000))}
	}
	return &core.Genesis{Config: &rules, GasLimit: gasLimit, BaseFee: big.NewInt(params.InitialBaseFee), Alloc: alloc, Difficulty: new(big.Int)}
}

// Account is an account that has ether from the beginning.
type Account struct {
	Key     *ecdsa.PrivateKey
	Address common.Address
}

// KeyHex is the private key, 64 hex digits.
func (a Account) KeyHex() string { return common.Bytes2Hex(crypto.FromECDSA(a.Key)) }

// Accounts are the accounts that have ether, always the same.
func Accounts() []Account {
	out := make([]Account, 4)
	for i := range out {
		key, err := crypto.ToECDSA(crypto.Keccak256(fmt.Append(nil, "urna development account ", i)))
		if err != nil {
			panic(err) // it is one
		}
		out[i] = Account{key, crypto.PubkeyToAddress(key.PublicKey)}
	}
	return out
}

// mine makes blocks until the chain is closed.
func (c *Chain) mine() {
	t := time.NewTicker(look)
	defer t.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-t.C:
		}
		waiting, _ := c.eth.TxPool().Pending(txpool.PendingFilter{})
		head := time.Unix(int64(c.eth.BlockChain().CurrentBlock().Time), 0)
		// Two blocks never have the same second: one that is too early would be ahead
		// of the clock.
		if age := time.Since(head); age >= c.empty || len(waiting) > 0 && age >= time.Second {
			c.beacon.Commit()
		}
	}
}

// URL is where JSON-RPC is.
func (c *Chain) URL() string { return c.node.HTTPEndpoint() }

// Client asks the chain within the process.
func (c *Chain) Client() *ethclient.Client { return c.client }

// deployTime is how long a deployment may take; it takes a block.
const deployTime = 30 * time.Second

// Deploy deploys a contract from the first account and waits until it is there.
func (c *Chain) Deploy(ctx context.Context, code []byte) (common.Address, error) {
	ctx, cancel := context.WithTimeout(ctx, deployTime)
	defer cancel()
	opts := bind.NewKeyedTransactor(Accounts()[0].Key, big.NewInt(ChainID))
	opts.Context = ctx
	tx, err := bind.NewBoundContract(common.Address{}, abi.ABI{}, c.client, c.client, c.client).RawCreationTransact(opts, code)
	if err != nil {
		return common.Address{}, fmt.Errorf("devchain: deploy: %w", anchor.Explain(err))
	}
	t := time.NewTicker(look / 2)
	defer t.Stop()
	for {
		switch receipt, err := c.client.TransactionReceipt(ctx, tx.Hash()); {
		case err == nil && receipt.Status != types.ReceiptStatusSuccessful:
			return common.Address{}, errors.New("devchain: deploy: the constructor refused")
		case err == nil:
			return receipt.ContractAddress, nil
		default: // it is not in a block, or not yet in the index
			select {
			case <-ctx.Done():
				return common.Address{}, fmt.Errorf("devchain: deploy: %w", err)
			case <-t.C:
			}
		}
	}
}

// Close stops the chain. What it has is on disk.
func (c *Chain) Close() error {
	close(c.stop)
	c.done.Wait()
	c.client.Close()
	return errors.Join(c.beacon.Stop(), c.node.Close())
}
