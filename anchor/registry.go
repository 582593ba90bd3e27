package anchor

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"urna/anchor/contract"
)

// Result is the result of an election as the registry tells it.
type Result struct {
	Rows        [][]*big.Int // the matrix of the chain's result record
	Weight      *big.Int
	Votes       uint64 // distinct voters counted
	Overwritten uint64
}

// Proved is a result that somebody has proved.
type Proved struct {
	Election [32]byte
	Anchored uint64 // height of the header that it was proved against
	Result   Result
	In       common.Hash // transaction on Ethereum
	Block    uint64      // of Ethereum
}

// Registry reads a registry of results on Ethereum. It is safe for concurrent use
// if its client is.
type Registry struct {
	address common.Address
	client  bind.ContractBackend
	abi     *contract.ResultRegistry
	bound   *bind.BoundContract
}

// NewRegistry reads the registry at an address.
func NewRegistry(address common.Address, client bind.ContractBackend) *Registry {
	abi := contract.NewResultRegistry()
	return &Registry{address, client, abi, abi.Instance(client, address)}
}

// Address is where the registry is.
func (r *Registry) Address() Address { return r.address }

// Anchor reads under which anchor results are proved.
func (r *Registry) Anchor(ctx context.Context) (Address, error) {
	at, err := bind.Call(r.bound, &bind.CallOpts{Context: ctx}, r.abi.PackAnchor(), r.abi.UnpackAnchor)
	if err != nil {
		return at, fmt.Errorf("anchor: read the registry's anchor: %w", Explain(err))
	}
	return at, nil
}

// CheckCode looks whether the code at the address is that of a registry of results
// proved against an anchor.
func (r *Registry) CheckCode(ctx context.Context, anchor Address) error {
	return checkCode(ctx, r.client, r.address, RegistryCode(anchor))
}

// Result reads the result of an election. A *Refusal says NotProved or Frozen.
func (r *Registry) Result(ctx context.Context, election [32]byte) (Result, error) {
	out, err := bind.Call(r.bound, &bind.CallOpts{Context: ctx}, r.abi.PackResult(election), r.abi.UnpackResult)
	if err != nil {
		return Result{}, fmt.Errorf("anchor: read a result: %w", Explain(err))
	}
	return newResult(out)
}

// EstimateGas asks what a call of the registry would cost now. A *Refusal says that
// it would be refused, and why.
func (r *Registry) EstimateGas(ctx context.Context, from common.Address, call []byte) (uint64, error) {
	return estimate(ctx, r.client, from, r.address, call)
}

// Proved lists what was proved in some blocks of Ethereum, both included, in the
// order in which it was.
func (r *Registry) Proved(ctx context.Context, from, to uint64) (out []Proved, err error) {
	parsed, err := contract.ResultRegistryMetaData.ParseABI()
	if err != nil {
		return nil, fmt.Errorf("anchor: read events: %w", err)
	}
	visit := map[common.Hash]func(*types.Log) error{
		parsed.Events[contract.ResultRegistryResultProvedEventName].ID: func(l *types.Log) error {
			e, err := r.abi.UnpackResultProvedEvent(l)
			if err != nil {
				return err
			}
			result, err := newResult(e.Result)
			out = append(out, Proved{e.Election, e.Anchored, result, l.TxHash, l.BlockNumber})
			return err
		},
	}
	return out, inPieces(ctx, from, to, func(from, to uint64) error {
		return eventsOf(ctx, r.client, r.address, from, to, visit)
	})
}

// newResult puts the cells into rows.
func newResult(r contract.Result) (Result, error) {
	out := Result{Rows: [][]*big.Int{}, Weight: r.Weight, Votes: r.Votes, Overwritten: r.Overwritten}
	if len(r.Cells) == 0 {
		return out, nil
	}
	n := len(r.Cells)
	if r.Columns.IsUint64() && r.Columns.Uint64() < uint64(n) {
		n = int(r.Columns.Uint64())
	}
	if n == 0 || len(r.Cells)%n != 0 {
		return out, fmt.Errorf("anchor: a result of %d cells has %d columns", len(r.Cells), r.Columns)
	}
	for i := 0; i < len(r.Cells); i += n {
		out.Rows = append(out.Rows, r.Cells[i:i+n])
	}
	return out, nil
}

// estimate asks what a call would cost.
func estimate(ctx context.Context, client bind.ContractBackend, from, to Address, call []byte) (uint64, error) {
	gas, err := client.EstimateGas(ctx, ethereum.CallMsg{From: from, To: &to, Data: call})
	if err != nil {
		return 0, fmt.Errorf("anchor: estimate the gas of a call: %w", Explain(err))
	}
	return gas, nil
}
