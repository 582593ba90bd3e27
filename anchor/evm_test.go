package anchor

import (
	"math/big"
	"testing"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm/runtime"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"

	"urna/anchor/contract"
)

// rules are those of Ethereum's main network today (Osaka).
func rules() *params.ChainConfig {
	c := *params.AllDevChainProtocolChanges
	c.AmsterdamTime, c.BogotaTime = nil, nil
	return &c
}

// evm runs contracts without a chain around them.
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
	random := common.Hash{}
	return &evm{t, &runtime.Config{
		ChainConfig: rules(), State: db, Random: &random, GasLimit: 100_000_000, BlockNumber: big.NewInt(1),
		Origin: common.HexToAddress("0x1000000000000000000000000000000000000001"),
		Time:   uint64(genesisTime.Add(time.Hour).Unix()),
	}}
}

func (e *evm) deploy(code []byte) common.Address {
	e.t.Helper()
	_, at, _, err := runtime.Create(code, e.cfg)
	if err != nil {
		e.t.Fatal(err)
	}
	return at
}

// call gives the gas that a transaction would use, refunds aside.
func (e *evm) call(to common.Address, data []byte) (out []byte, gas uint64, err error) {
	e.t.Helper()
	out, left, err := runtime.Call(to, data, e.cfg)
	rules := e.cfg.ChainConfig.Rules(e.cfg.BlockNumber, true, e.cfg.Time)
	base, failed := core.IntrinsicGas(data, nil, nil, e.cfg.Origin, &to, new(uint256.Int), rules)
	if failed != nil {
		e.t.Fatal(failed)
	}
	return out, e.cfg.GasLimit - left + base, err
}

func TestGas(t *testing.T) {
	for _, n := range []int{1, 4, 20, 50, 100} {
		e := newEVM(t)
		c := newChain(t, testChainID, equal(n, 10)...)
		c.skip(1_000_000, how{})
		k, err := keys(members(c.vals))
		if err != nil {
			t.Fatal(err)
		}
		a := contract.NewCometAnchor()
		code := append(common.FromHex(contract.CometAnchorMetaData.Bin), a.PackConstructor(c.id, 0, uint64(genesisTime.Unix()), 14*86400, k)...)
		at := e.deploy(code)
		b := c.next(how{})
		data, err := AnchorCall(b.signed(t), 0)
		if err != nil {
			t.Fatal(err)
		}
		out, gas, err := e.call(at, data)
		if err != nil {
			er, e2 := a.UnpackError(out)
			t.Fatalf("%v %T%+v %v", err, er, er, e2)
		}
		b = c.next(how{change: []*cmttypes.Validator{c.validator(7)}})
		rdata, err := RotateCall(b.signed(t), 0, members(b.next))
		if err != nil {
			t.Fatal(err)
		}
		out, gas2, err := e.call(at, rdata)
		if err != nil {
			er, e2 := a.UnpackError(out)
			t.Fatalf("%v %T%+v %v", err, er, er, e2)
		}
		t.Logf("%d validators: anchor %d gas, %d bytes; rotate %d gas", n, gas, len(data), gas2)
	}
}
