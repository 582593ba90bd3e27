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

// Fork is a pair of signed blocks of one height that somebody has shown.
type Fork struct {
	Height    uint64
	BlockHash [32]byte
	OtherHash [32]byte
	In        common.Hash // transaction on Ethereum
	Block     uint64      // of Ethereum
}

// History is what an anchor has done in some blocks of Ethereum, each list in its
// order.
type History struct {
	Anchored []Anchored
	Changes  []Change
	Forks    []Fork
}

// History reads everything that happened in some blocks of Ethereum, both included,
// in pieces that public nodes answer.
func (r *Reader) History(ctx context.Context, from, to uint64) (*History, error) {
	parsed, err := contract.CometAnchorMetaData.ParseABI()
	if err != nil {
		return nil, fmt.Errorf("anchor: read events: %w", err)
	}
	id := func(name string) common.Hash { return parsed.Events[name].ID }
	h := &History{}
	visit := map[common.Hash]func(*types.Log) error{
		id(contract.CometAnchorAnchoredEventName): func(l *types.Log) error {
			e, err := r.abi.UnpackAnchoredEvent(l)
			if err == nil {
				h.Anchored = append(h.Anchored, Anchored{e.Height, e.AppHash, e.BlockHash, l.TxHash, l.BlockNumber})
			}
			return err
		},
		id(contract.CometAnchorSetChangedEventName): func(l *types.Log) error {
			e, err := r.abi.UnpackSetChangedEvent(l)
			if err == nil {
				h.Changes = append(h.Changes, Change{e.Since, e.ValidatorsHash, l.TxHash, l.BlockNumber})
			}
			return err
		},
		id(contract.CometAnchorForkShownEventName): func(l *types.Log) error {
			e, err := r.abi.UnpackForkShownEvent(l)
			if err == nil {
				h.Forks = append(h.Forks, Fork{e.Height, e.BlockHash, e.OtherHash, l.TxHash, l.BlockNumber})
			}
			return err
		},
	}
	return h, inPieces(ctx, from, to, func(from, to uint64) error {
		return eventsOf(ctx, r.client, r.address, from, to, visit)
	})
}

// eventsOf visits the events of a contract in some blocks. Those of other kinds are
// not asked for.
func eventsOf(ctx context.Context, client bind.ContractFilterer, at Address, from, to uint64, visit map[common.Hash]func(*types.Log) error) error {
	var kinds []common.Hash
	for id := range visit {
		kinds = append(kinds, id)
	}
	logs, err := client.FilterLogs(ctx, ethereum.FilterQuery{
		FromBlock: new(big.Int).SetUint64(from), ToBlock: new(big.Int).SetUint64(to),
		Addresses: []common.Address{at}, Topics: [][]common.Hash{kinds},
	})
	if err != nil {
		return fmt.Errorf("anchor: read events of blocks %d to %d: %w", from, to, err)
	}
	for i := range logs {
		l := &logs[i]
		if l.Address != at || len(l.Topics) == 0 || visit[l.Topics[0]] == nil {
			return fmt.Errorf("anchor: the node of Ethereum answers with an event that was not asked for, in %s", l.TxHash)
		}
		if err := visit[l.Topics[0]](l); err != nil {
			return fmt.Errorf("anchor: read an event: %w", err)
		}
	}
	return nil
}

// LatestAt reads where the anchor stood after a block of Ethereum. Most nodes know
// it of the last hundred blocks only.
func (r *Reader) LatestAt(ctx context.Context, block uint64) (Latest, error) {
	l, err := bind.Call(r.bound, &bind.CallOpts{Context: ctx, BlockNumber: new(big.Int).SetUint64(block)}, r.abi.PackLatest(), r.abi.UnpackLatest)
	if err != nil {
		return Latest{}, fmt.Errorf("anchor: read the latest height: %w", Explain(err))
	}
	return Latest(l), nil
}

// Head is the newest block of Ethereum.
func (r *Reader) Head(ctx context.Context) (number, time uint64, err error) {
	h, err := r.client.HeaderByNumber(ctx, nil)
	if err != nil {
		return 0, 0, fmt.Errorf("anchor: read the newest block of Ethereum: %w", err)
	}
	return h.Number.Uint64(), h.Time, nil
}

// Address is where the anchor is.
func (r *Reader) Address() Address { return r.address }
