package anchor

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"urna/anchor/contract"
)

// Deployment is what a contract starts to trust.
type Deployment struct {
	ChainID        string
	Height         uint64        // whose next validators are these, or the height before the first
	Time           uint64        // of that block, or of the genesis; unix seconds
	TrustingPeriod time.Duration // whole seconds; shorter than it takes a validator to leave
	Validators     []Validator
}

// Code is the data of the transaction that deploys the anchor.
func (d Deployment) Code() ([]byte, error) {
	if d.ChainID == "" || len(d.ChainID) > 50 {
		return nil, fmt.Errorf("anchor: chain id %q", d.ChainID)
	}
	if d.TrustingPeriod < time.Second {
		return nil, fmt.Errorf("anchor: trusting period %s", d.TrustingPeriod)
	}
	k, err := keys(d.Validators)
	if err != nil {
		return nil, err
	}
	args := contract.NewCometAnchor().PackConstructor(d.ChainID, d.Height, d.Time, uint64(d.TrustingPeriod/time.Second), k)
	return append(common.FromHex(contract.CometAnchorMetaData.Bin), args...), nil
}

// RegistryCode is the data of the transaction that deploys a registry of results
// proved against an anchor.
func RegistryCode(anchor common.Address) []byte {
	return append(common.FromHex(contract.ResultRegistryMetaData.Bin), contract.NewResultRegistry().PackConstructor(anchor)...)
}

// StateProofsCode is the data of the transaction that deploys the checks of other
// proofs against an anchor.
func StateProofsCode(anchor common.Address) []byte {
	return append(common.FromHex(contract.StateProofsMetaData.Bin), contract.NewStateProofs().PackConstructor(anchor)...)
}

// Reader reads an anchor on Ethereum. It is safe for concurrent use if its client
// is; go-ethereum's own is.
type Reader struct {
	address common.Address
	client  bind.ContractBackend
	abi     *contract.CometAnchor
	bound   *bind.BoundContract
}

// NewReader reads the anchor at an address.
func NewReader(address common.Address, client bind.ContractBackend) *Reader {
	abi := contract.NewCometAnchor()
	return &Reader{address, client, abi, abi.Instance(client, address)}
}

// Latest is where an anchor stands.
type Latest struct {
	Height     uint64
	Time       uint64 // unix seconds
	Since      uint64 // the set in office signs above this height
	FrozenFrom uint64 // lowest height with two signed blocks; 0 if there is none
}

// Latest reads where the anchor stands.
func (r *Reader) Latest(ctx context.Context) (Latest, error) {
	l, err := bind.Call(r.bound, &bind.CallOpts{Context: ctx}, r.abi.PackLatest(), r.abi.UnpackLatest)
	if err != nil {
		return Latest{}, fmt.Errorf("anchor: read the latest height: %w", Explain(err))
	}
	return Latest(l), nil
}

// AppHash reads the application hash in the header of an anchored height. A
// *Refusal says NotAnchored or Frozen.
func (r *Reader) AppHash(ctx context.Context, height uint64) ([32]byte, error) {
	hash, err := bind.Call(r.bound, &bind.CallOpts{Context: ctx}, r.abi.PackAppHash(height), r.abi.UnpackAppHash)
	if err != nil {
		return hash, fmt.Errorf("anchor: read application hash %d: %w", height, Explain(err))
	}
	return hash, nil
}

// ChainID reads which chain is followed.
func (r *Reader) ChainID(ctx context.Context) (string, error) {
	id, err := bind.Call(r.bound, &bind.CallOpts{Context: ctx}, r.abi.PackChainId(), r.abi.UnpackChainId)
	if err != nil {
		return "", fmt.Errorf("anchor: read the chain id: %w", Explain(err))
	}
	return id, nil
}

// TrustingPeriod reads for how long a set is believed after its newest block.
func (r *Reader) TrustingPeriod(ctx context.Context) (time.Duration, error) {
	seconds, err := bind.Call(r.bound, &bind.CallOpts{Context: ctx}, r.abi.PackTrustingPeriod(), r.abi.UnpackTrustingPeriod)
	if err != nil {
		return 0, fmt.Errorf("anchor: read the trusting period: %w", Explain(err))
	}
	if seconds > math.MaxInt64/uint64(time.Second) {
		return math.MaxInt64, nil
	}
	return time.Duration(seconds) * time.Second, nil
}

// EstimateGas asks what a call of the anchor would cost now. A *Refusal says that
// it would be refused, and why.
func (r *Reader) EstimateGas(ctx context.Context, from common.Address, call []byte) (uint64, error) {
	return estimate(ctx, r.client, from, r.address, call)
}

// Anchored is a header that was anchored.
type Anchored struct {
	Height    uint64
	AppHash   [32]byte
	BlockHash [32]byte
	In        common.Hash // transaction on Ethereum
	Block     uint64      // of Ethereum
}

// Anchored lists what was anchored in some blocks of Ethereum, both included, in
// the order in which it was.
func (r *Reader) Anchored(ctx context.Context, from, to uint64) ([]Anchored, error) {
	var out []Anchored
	err := r.events(ctx, from, to, contract.CometAnchorAnchoredEventName, func(l *types.Log) error {
		e, err := r.abi.UnpackAnchoredEvent(l)
		if err == nil {
			out = append(out, Anchored{e.Height, e.AppHash, e.BlockHash, l.TxHash, l.BlockNumber})
		}
		return err
	})
	return out, err
}

// Change is a set that took office; the first is the one that the contract was
// created with.
type Change struct {
	Since          uint64
	ValidatorsHash [32]byte
	In             common.Hash // transaction on Ethereum
	Block          uint64      // of Ethereum
}

// Changes lists the sets that took office in some blocks of Ethereum, both
// included, in order.
func (r *Reader) Changes(ctx context.Context, from, to uint64) ([]Change, error) {
	var out []Change
	err := r.events(ctx, from, to, contract.CometAnchorSetChangedEventName, func(l *types.Log) error {
		e, err := r.abi.UnpackSetChangedEvent(l)
		if err == nil {
			out = append(out, Change{e.Since, e.ValidatorsHash, l.TxHash, l.BlockNumber})
		}
		return err
	})
	return out, err
}

func (r *Reader) events(ctx context.Context, from, to uint64, name string, visit func(*types.Log) error) error {
	parsed, err := contract.CometAnchorMetaData.ParseABI()
	if err != nil {
		return fmt.Errorf("anchor: read events: %w", err)
	}
	return eventsOf(ctx, r.client, r.address, from, to, map[common.Hash]func(*types.Log) error{parsed.Events[name].ID: visit})
}
