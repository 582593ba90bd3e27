package relayer

import (
	"context"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Ethereum is a node of Ethereum; go-ethereum's client is one. It is not trusted
// with anything but what the relayer pays for.
type Ethereum interface {
	bind.ContractBackend
	ethereum.PendingContractCaller
	ChainID(ctx context.Context) (*big.Int, error)
	BalanceAt(ctx context.Context, account common.Address, block *big.Int) (*big.Int, error)
	NonceAt(ctx context.Context, account common.Address, block *big.Int) (uint64, error)
	TransactionByHash(ctx context.Context, hash common.Hash) (tx *types.Transaction, pending bool, err error)
	TransactionReceipt(ctx context.Context, hash common.Hash) (*types.Receipt, error)
}

// expected is a node of Ethereum as it would answer if the transactions that wait
// were in a block.
type expected struct{ Ethereum }

func (e expected) CallContract(ctx context.Context, call ethereum.CallMsg, _ *big.Int) ([]byte, error) {
	return e.PendingCallContract(ctx, call)
}

// earlier is a node of Ethereum as it answered after a block.
type earlier struct {
	Ethereum
	block *big.Int
}

func (e earlier) CallContract(ctx context.Context, call ethereum.CallMsg, _ *big.Int) ([]byte, error) {
	return e.Ethereum.CallContract(ctx, call, e.block)
}

// before is Ethereum as it was as many blocks ago as need to be on top.
func (r *Relayer) before(v *view) Ethereum {
	n := new(big.Int).Sub(v.head.Number, new(big.Int).SetUint64(r.cfg.Confirmations))
	if n.Sign() < 0 {
		n.SetUint64(0)
	}
	return earlier{v.eth, n}
}
