package anchor

import (
	"bytes"
	"context"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/params"

	"urna/anchor/contract"
	"urna/state"
)

// mainnet is a node of go-ethereum with a chain of its own, which makes a block
// when it is told to.
type mainnet struct {
	t       testing.TB
	node    *simulated.Backend
	client  simulated.Client
	account *bind.TransactOpts
}

func newEthereum(t testing.TB) *mainnet {
	t.Helper()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("caller")))
	must(t, err)
	at := crypto.PubkeyToAddress(key.PublicKey)
	b := simulated.NewBackend(types.GenesisAlloc{at: {Balance: new(big.Int).Lsh(big.NewInt(1), 100)}},
		func(_ *node.Config, c *ethconfig.Config) { c.Genesis.Config = rules() })
	t.Cleanup(func() { must(t, b.Close()) })
	e := &mainnet{t, b, b.Client(), bind.NewKeyedTransactor(key, rules().ChainID)}
	e.account.GasLimit = params.MaxTxGas
	return e
}

// clock makes a block that is not older than a time. The node makes no blocks that
// are older than the machine's clock.
func (e *mainnet) clock(to time.Time) {
	e.t.Helper()
	head, err := e.client.HeaderByNumber(context.Background(), nil)
	must(e.t, err)
	if by := to.Sub(time.Unix(int64(head.Time), 0)); by > 0 {
		must(e.t, e.node.AdjustTime(by))
		e.node.Commit()
	}
}

// send has a transaction mined, to nobody if it deploys.
func (e *mainnet) send(to *common.Address, data []byte) *types.Receipt {
	e.t.Helper()
	var tx *types.Transaction
	var err error
	bound := bind.NewBoundContract(common.Address{}, abi.ABI{}, e.client, e.client, e.client)
	if to == nil {
		tx, err = bound.RawCreationTransact(e.account, data)
	} else {
		tx, err = bind.NewBoundContract(*to, abi.ABI{}, e.client, e.client, e.client).RawTransact(e.account, data)
	}
	if err != nil {
		e.t.Fatal(Explain(err))
	}
	e.node.Commit()
	r, err := e.client.TransactionReceipt(context.Background(), tx.Hash())
	must(e.t, err)
	if r.Status != types.ReceiptStatusSuccessful {
		e.t.Fatal("a transaction was refused")
	}
	return r
}

func TestALifeOnEthereum(t *testing.T) {
	ctx := context.Background()
	e := newEthereum(t)
	c := newChain(t, testChainID, equal(4, 10)...)
	c.time = time.Now().UTC()
	w := newWorld(t, c) // the same without blocks
	d := w.deployment()
	at := e.send(nil, w.code()).ContractAddress
	r := NewReader(at, e.client)
	if id, err := r.ChainID(ctx); err != nil || id != testChainID {
		t.Errorf("chain id %q, %v", id, err)
	}
	if period, err := r.TrustingPeriod(ctx); err != nil || period != trustingPeriod {
		t.Errorf("trusting period %s, %v", period, err)
	}

	var want []Anchored
	rotations := 0
	for _, b := range life(w.chain) {
		if !bytes.Equal(b.ValidatorsHash, b.NextValidatorsHash) {
			rotations++
		}
		e.clock(b.Time)
		call := w.call(b)
		estimate, err := r.EstimateGas(ctx, e.account.From, call)
		must(t, err)
		receipt := e.send(&at, call)
		gas := w.anchor(b)
		if receipt.GasUsed != gas || estimate < gas || estimate > gas+gas/10 {
			t.Errorf("height %d: %d gas on Ethereum, %d without blocks, estimate %d", b.Height, receipt.GasUsed, gas, estimate)
		}
		want = append(want, Anchored{
			uint64(b.Height), [32]byte(b.AppHash), [32]byte(b.Commit.BlockID.Hash), receipt.TxHash, receipt.BlockNumber.Uint64(),
		})
		latest, err := r.Latest(ctx)
		if err != nil || latest != w.latest() {
			t.Errorf("height %d: %+v, %v", b.Height, latest, err)
		}
		hash, err := r.AppHash(ctx, uint64(b.Height))
		if err != nil || string(hash[:]) != string(b.AppHash) {
			t.Errorf("height %d: %x, %v", b.Height, hash, err)
		}
		_, err = r.EstimateGas(ctx, e.account.From, call)
		refused(t, err, "HeightNotAbove")
	}
	head, err := e.client.BlockNumber(ctx)
	must(t, err)
	got, err := r.Anchored(ctx, 0, head)
	must(t, err)
	if len(got) != len(want) {
		t.Fatalf("%d headers were anchored, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("anchored %+v, want %+v", got[i], want[i])
		}
	}
	middle := want[5].Block
	if got, err = r.Anchored(ctx, middle, middle); err != nil || len(got) != 1 || got[0] != want[5] {
		t.Errorf("in block %d: %+v, %v", middle, got, err)
	}

	changes, err := r.Changes(ctx, 0, head)
	must(t, err)
	if len(changes) != 1+rotations || changes[0].Since != 0 || changes[rotations].Since != w.since {
		t.Errorf("%d sets took office: %+v", len(changes), changes)
	}
	if got := ValidatorsHash(d.Validators); changes[0].ValidatorsHash != got {
		t.Errorf("the first set is %x, want %x", changes[0].ValidatorsHash, got)
	}

	must(t, r.CheckCode(ctx, d))
	other := d
	other.ChainID = "vocdoni/TEST/2"
	if err := r.CheckCode(ctx, other); !errors.Is(err, ErrCode) {
		t.Errorf("an anchor of another chain: %v", err)
	}
	other = d
	other.TrustingPeriod++
	if err := r.CheckCode(ctx, other); err != nil { // whole seconds
		t.Error(err)
	}
	if err := NewReader(common.Address{1}, e.client).CheckCode(ctx, d); !errors.Is(err, ErrCode) {
		t.Errorf("where there is no contract: %v", err)
	}

	_, err = r.AppHash(ctx, 1<<62)
	refused(t, err, "NotAnchored")
	_, err = NewReader(common.Address{1}, e.client).Latest(ctx)
	var refusal *Refusal
	if err == nil || errors.As(err, &refusal) {
		t.Errorf("where there is no contract: %v", err)
	}
}

func TestTheEventOfAResultCarriesTheMatrix(t *testing.T) {
	e := newEthereum(t)
	id := electionID(1)
	s := results(t, map[[32]byte]*state.Result{id: outcome(30, 10, 20)})
	c := newChain(t, testChainID, 10)
	c.time = time.Now().UTC()
	w := newWorld(t, c)
	at := e.send(nil, w.code()).ContractAddress
	registry := e.send(nil, RegistryCode(at)).ContractAddress
	b := w.next(how{app: s.root()})
	e.clock(b.Time)
	e.send(&at, w.call(b))
	receipt := e.send(&registry, proveCall(t, s, id, 1))
	if len(receipt.Logs) != 1 {
		t.Fatalf("%d events", len(receipt.Logs))
	}
	event, err := contract.NewResultRegistry().UnpackResultProvedEvent(receipt.Logs[0])
	must(t, err)
	if event.Election != id || event.Anchored != 1 || !same(event.Result, outcome(30, 10, 20)) {
		t.Errorf("the event says %+v", event)
	}
}
