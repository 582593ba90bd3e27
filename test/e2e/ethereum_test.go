package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/big"
	"path/filepath"
	"testing"
	"time"

	geth "github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	gethnode "github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/params"

	"urna/anchor"
)

var gethProgram = flag.String("geth", "", "path of the geth program; `make e2e` gives it")

// richKey is the key that geth --dev has money for.
const richKey = "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291"

// ethereum is a chain of Ethereum, and an account on it that has money.
type ethereum struct {
	client interface {
		bind.ContractBackend
		bind.DeployBackend
		geth.BlockNumberReader
		geth.ChainStateReader
	}
	account *bind.TransactOpts
	mine    func() // makes a block, where none is made by itself
}

func rich(t *testing.T) *bind.TransactOpts {
	t.Helper()
	key, err := crypto.HexToECDSA(richKey)
	check(t, err)
	account := bind.NewKeyedTransactor(key, params.AllDevChainProtocolChanges.ChainID)
	account.GasLimit = params.MaxTxGas / 4
	return account
}

// simulate is a chain inside this process.
func simulate(t *testing.T) *ethereum {
	t.Helper()
	account := rich(t)
	b := simulated.NewBackend(types.GenesisAlloc{account.From: {Balance: new(big.Int).Lsh(big.NewInt(1), 100)}},
		func(_ *gethnode.Config, c *ethconfig.Config) {
			rules := *params.AllDevChainProtocolChanges
			rules.AmsterdamTime, rules.BogotaTime = nil, nil // not in force on the main network
			c.Genesis.Config = &rules
		})
	t.Cleanup(func() { check(t, b.Close()) })
	b.Commit()
	return &ethereum{b.Client(), account, func() { b.Commit() }}
}

// gethProcess is geth with its RPC.
type gethProcess struct {
	*node
	url string
}

// startGeth runs geth as a process until the test ends, with a chain of its own that
// makes a block every so many seconds, or whenever there is a transaction.
func startGeth(t *testing.T, period int) (*ethereum, *gethProcess) {
	t.Helper()
	if *gethProgram == "" {
		t.Fatal("no -geth; `make e2e` builds it and runs these tests")
	}
	dir, port := t.TempDir(), freePort(t)
	n := &gethProcess{url: fmt.Sprintf("http://127.0.0.1:%d", port)}
	n.node = &node{name: "geth", program: *gethProgram, logFile: filepath.Join(dir, "geth.log"), args: []string{
		"--dev", "--dev.period", fmt.Sprint(period), "--datadir", filepath.Join(dir, "data"),
		"--http", "--http.addr", "127.0.0.1", "--http.port", fmt.Sprint(port), "--http.api", "eth,net,web3,debug",
		"--authrpc.port", "0", "--port", "0", "--nodiscover", "--ipcdisable",
	}}
	t.Cleanup(func() { n.stop(t) })
	n.start(t)
	client, err := anchor.Dial(t.Context(), n.url)
	check(t, err)
	t.Cleanup(client.Close)
	check(t, until(time.Minute, func() error { _, err := client.BlockNumber(t.Context()); return err }))
	return &ethereum{client, rich(t), func() {}}, n
}

// send has a transaction mined that must succeed; it is to nobody if it deploys.
func (e *ethereum) send(t *testing.T, to *anchor.Address, value int64, data []byte) *types.Receipt {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var tx *types.Transaction
	var err error
	account := *e.account
	account.Value = big.NewInt(value)
	if to == nil {
		tx, err = bind.NewBoundContract(anchor.Address{}, abi.ABI{}, e.client, e.client, e.client).RawCreationTransact(&account, data)
	} else {
		tx, err = bind.NewBoundContract(*to, abi.ABI{}, e.client, e.client, e.client).RawTransact(&account, data)
	}
	if err != nil {
		t.Fatal(anchor.Explain(err))
	}
	e.mine()
	receipt, err := bind.WaitMined(ctx, e.client, tx.Hash())
	check(t, err)
	if receipt.Status != types.ReceiptStatusSuccessful {
		t.Fatalf("a transaction was refused: %v", e.try(t, *to, data))
	}
	return receipt
}

func (e *ethereum) deploy(t *testing.T, value int64, code []byte) anchor.Address {
	t.Helper()
	return e.send(t, nil, value, code).ContractAddress
}

// try asks what would become of a call.
func (e *ethereum) try(t *testing.T, to anchor.Address, data []byte) error {
	t.Helper()
	_, err := e.client.CallContract(t.Context(), geth.CallMsg{From: e.account.From, To: &to, Data: data}, nil)
	return anchor.Explain(err)
}
