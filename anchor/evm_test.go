package anchor

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/runtime"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"

	"urna/anchor/contract"
)

// trustingPeriod is that of the contracts in these tests.
const trustingPeriod = 14 * 24 * time.Hour

// caller is whoever sends transactions in these tests.
var caller = common.HexToAddress("0x1000000000000000000000000000000000000001")

// rules are those of Ethereum's main network since Osaka. go-ethereum's defaults
// for development have forks switched on that the main network does not have.
func rules() *params.ChainConfig {
	c := *params.AllDevChainProtocolChanges
	c.AmsterdamTime, c.BogotaTime = nil, nil
	return &c
}

// evm runs contracts without blocks around them, each call as a transaction.
type evm struct {
	t   testing.TB
	cfg *runtime.Config
}

func newEVM(t testing.TB) *evm {
	t.Helper()
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		t.Fatal(err)
	}
	random := common.Hash{} // there was a merge
	return &evm{t, &runtime.Config{
		ChainConfig: rules(), State: db, Random: &random, GasLimit: 100_000_000,
		BlockNumber: big.NewInt(1), Origin: caller, Time: uint64(genesisTime.Unix()),
	}}
}

// deploy makes a contract.
func (e *evm) deploy(code []byte) (common.Address, error) {
	out, at, _, err := runtime.Create(code, e.cfg)
	return at, refusal(out, err)
}

func (e *evm) mustDeploy(code []byte) common.Address {
	e.t.Helper()
	at, err := e.deploy(code)
	if err != nil {
		e.t.Fatal(err)
	}
	return at
}

// deployGas is what a transaction with this code uses.
func (e *evm) deployGas(code []byte) uint64 {
	e.t.Helper()
	_, _, left, err := runtime.Create(code, e.cfg)
	if err != nil {
		e.t.Fatal(err)
	}
	return e.cfg.GasLimit - left + e.intrinsic(nil, code)
}

// intrinsic is what a transaction uses before it runs.
func (e *evm) intrinsic(to *common.Address, data []byte) uint64 {
	gas, err := core.IntrinsicGas(data, nil, nil, caller, to, new(uint256.Int), e.rules())
	if err != nil {
		e.t.Fatal(err)
	}
	return gas
}

func (e *evm) rules() params.Rules {
	return e.cfg.ChainConfig.Rules(e.cfg.BlockNumber, true, e.cfg.Time)
}

// send calls a contract and keeps what it writes. The gas is that of a
// transaction with this call.
func (e *evm) send(to common.Address, call []byte) (out []byte, gas uint64, err error) {
	e.cfg.State.Finalise(e.rules()) // what was written before costs what it costs in a new transaction
	out, left, err := runtime.Call(to, call, e.cfg)
	gas = e.cfg.GasLimit - left + e.intrinsic(&to, call)
	floor, failed := core.FloorDataGas(e.rules(), caller, &to, new(uint256.Int), call, nil)
	if failed != nil {
		return nil, 0, failed
	}
	return out, max(gas, floor), refusal(out, err)
}

// try calls a contract and undoes what it writes.
func (e *evm) try(to common.Address, call []byte) error {
	snapshot := e.cfg.State.Snapshot()
	out, _, err := runtime.Call(to, call, e.cfg)
	e.cfg.State.RevertToSnapshot(snapshot)
	return refusal(out, err)
}

func refusal(out []byte, err error) error {
	if errors.Is(err, vm.ErrExecutionReverted) {
		return ParseRefusal(out)
	}
	return err
}

// world is a chain and its anchor.
type world struct {
	*evm
	*chain
	at    common.Address
	since uint64
}

// newWorld deploys an anchor that trusts the validators of the next block.
func newWorld(t testing.TB, c *chain) *world {
	t.Helper()
	w := &world{evm: newEVM(t), chain: c, since: uint64(c.height)}
	w.at = w.mustDeploy(w.code())
	return w
}

func (w *world) deployment() Deployment {
	return Deployment{
		ChainID: w.id, Height: uint64(w.height), Time: uint64(w.time.Unix()),
		TrustingPeriod: trustingPeriod, Validators: members(w.vals),
	}
}

func (w *world) code() []byte {
	w.chain.t.Helper()
	code, err := w.deployment().Code()
	if err != nil {
		w.chain.t.Fatal(err)
	}
	return code
}

// call is the call that anchors a block.
func (w *world) call(b *block) []byte {
	w.chain.t.Helper()
	s := b.signed(w.chain.t)
	rotates, err := s.Rotates()
	if err != nil {
		w.chain.t.Fatal(err)
	}
	var call []byte
	if rotates {
		call, err = RotateCall(s, w.since, members(b.next))
	} else {
		call, err = AnchorCall(s, w.since)
	}
	if err != nil {
		w.chain.t.Fatal(err)
	}
	return call
}

// anchor anchors a block a moment after it was made.
func (w *world) anchor(b *block) (gas uint64) {
	w.chain.t.Helper()
	w.cfg.Time = uint64(b.Time.Unix()) + 5
	_, gas, err := w.send(w.at, w.call(b))
	if err != nil {
		w.chain.t.Fatalf("height %d: %v", b.Height, err)
	}
	if b.vals != b.next && string(b.ValidatorsHash) != string(b.NextValidatorsHash) {
		w.since = uint64(b.Height)
	}
	return gas
}

// latest reads where the anchor stands.
func (w *world) latest() Latest {
	w.chain.t.Helper()
	a := contract.NewCometAnchor()
	out, _, err := w.send(w.at, a.PackLatest())
	if err != nil {
		w.chain.t.Fatal(err)
	}
	l, err := a.UnpackLatest(out)
	if err != nil {
		w.chain.t.Fatal(err)
	}
	return Latest(l)
}

// appHash reads an anchored application hash.
func (w *world) appHash(height int64) ([32]byte, error) {
	w.chain.t.Helper()
	a := contract.NewCometAnchor()
	out, _, err := w.send(w.at, a.PackAppHash(uint64(height)))
	if err != nil {
		return [32]byte{}, err
	}
	return a.UnpackAppHash(out)
}

// refused fails the test unless err is the refusal of a contract with this name.
func refused(t testing.TB, err error, name string) {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) || r.Name != name {
		t.Errorf("got %v, want a refusal %s", err, name)
	}
}
