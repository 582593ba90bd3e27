// Package anchortest is an Ethereum for tests: go-ethereum's simulated chain with
// an account that has money, on which chains of package apptest are anchored by the
// real contracts.
//
// It makes a block when it is told to, and for every transaction. It promises
// nothing about gas prices; see package anchor for gas.
package anchortest

import (
	"context"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/params"

	"urna/anchor"
	"urna/anchor/relayer"
	"urna/app/apptest"
	"urna/chain/light"
)

// Period is the trusting period of anchors.
const Period = 14 * 24 * time.Hour

// Ethereum is a chain of its own.
type Ethereum struct {
	Client  simulated.Client
	URL     string         // of a socket, for anchor.Dial
	Account anchor.Address // has money

	t      testing.TB
	node   *simulated.Backend
	signer *bind.TransactOpts
}

// rules are those of Ethereum's main network since Osaka. go-ethereum's defaults for
// development have forks switched on that the main network does not have.
func rules() *params.ChainConfig {
	c := *params.AllDevChainProtocolChanges
	c.AmsterdamTime, c.BogotaTime = nil, nil
	return &c
}

// New starts an Ethereum a day after apptest's chains begin. It ends with the test.
func New(t testing.TB) *Ethereum {
	t.Helper()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("account")))
	must(t, err)
	account := crypto.PubkeyToAddress(key.PublicKey)
	dir, err := os.MkdirTemp("", "urna") // paths of sockets are short
	must(t, err)
	socket := filepath.Join(dir, "ethereum")
	b := simulated.NewBackend(types.GenesisAlloc{account: {Balance: new(big.Int).Lsh(big.NewInt(1), 100)}},
		func(n *node.Config, c *ethconfig.Config) { n.IPCPath, c.Genesis.Config = socket, rules() })
	t.Cleanup(func() { must(t, errors.Join(b.Close(), os.RemoveAll(dir))) })
	e := &Ethereum{b.Client(), socket, account, t, b, bind.NewKeyedTransactor(key, rules().ChainID)}
	e.signer.GasLimit = params.MaxTxGas
	head, err := e.Client.HeaderByNumber(context.Background(), nil)
	must(t, err)
	must(t, b.AdjustTime(apptest.Start.Add(24*time.Hour).Sub(time.Unix(int64(head.Time), 0))))
	b.Commit()
	return e
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(anchor.Explain(err))
	}
}

// Deploy makes a contract.
func (e *Ethereum) Deploy(code []byte, err error) anchor.Address {
	e.t.Helper()
	must(e.t, err)
	tx, err := bind.NewBoundContract(anchor.Address{}, abi.ABI{}, e.Client, e.Client, e.Client).RawCreationTransact(e.signer, code)
	must(e.t, err)
	return e.mined(tx).ContractAddress
}

// Call has a call mined, which must be accepted.
func (e *Ethereum) Call(to anchor.Address, data []byte, err error) {
	e.t.Helper()
	must(e.t, err)
	tx, err := bind.NewBoundContract(to, abi.ABI{}, e.Client, e.Client, e.Client).RawTransact(e.signer, data)
	must(e.t, err)
	e.mined(tx)
}

func (e *Ethereum) mined(tx *types.Transaction) *types.Receipt {
	e.t.Helper()
	e.node.Commit()
	r, err := e.Client.TransactionReceipt(context.Background(), tx.Hash())
	must(e.t, err)
	if r.Status != types.ReceiptStatusSuccessful {
		e.t.Fatal("Ethereum refused a transaction")
	}
	return r
}

// Deployment trusts the first validators of a chain.
func Deployment(t testing.TB, c *apptest.Chain) anchor.Deployment {
	t.Helper()
	d, err := relayer.DeployAtGenesis(c.Genesis(), Period)
	must(t, err)
	return d
}

// Signed is where signed headers come from, such as apptest.Chain's method.
type Signed func(height int64) (*light.Block, error)

// Anchor brings an anchor to a height, over every change of the validators.
func (e *Ethereum) Anchor(at anchor.Address, to int64, from Signed) {
	e.t.Helper()
	latest, err := anchor.NewReader(at, e.Client).Latest(context.Background())
	must(e.t, err)
	steps, err := relayer.Plan(context.Background(), latest, to, func(_ context.Context, h int64) (*light.Block, error) { return from(h) })
	must(e.t, err)
	for _, s := range steps {
		call, err := s.Call()
		e.Call(at, call, err)
	}
}

// ShowFork freezes an anchor at which nothing has changed the first set.
func (e *Ethereum) ShowFork(at anchor.Address, height int64, one, other Signed) {
	e.t.Helper()
	var branches [2][]*anchor.Signed
	for i, from := range []Signed{one, other} {
		b, err := from(height)
		must(e.t, err)
		s, err := relayer.FromLight(b)
		must(e.t, err)
		branches[i] = []*anchor.Signed{s}
	}
	call, err := anchor.ForkCall(branches[0], branches[1], 0, 0, 0)
	e.Call(at, call, err)
}
