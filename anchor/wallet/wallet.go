// Package wallet sends single transactions to Ethereum for somebody who looks on:
// what one would cost is known before it is sent, and nothing is sent twice.
//
// It promises never to offer more than the cap for a unit of gas. It refuses to send
// what Ethereum would refuse, or what the account cannot pay. Whoever has to go on
// through anything takes package relayer.
package wallet

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"urna/anchor"
)

// Node is a node of Ethereum; go-ethereum's client is one.
type Node interface {
	bind.ContractBackend
	ChainID(ctx context.Context) (*big.Int, error)
	BalanceAt(ctx context.Context, account common.Address, block *big.Int) (*big.Int, error)
	TransactionReceipt(ctx context.Context, hash common.Hash) (*types.Receipt, error)
}

// ErrCap says that Ethereum asks for more than the cap now.
var ErrCap = errors.New("wallet: Ethereum is dearer than the cap on fees")

// ErrBalance says that the account cannot pay.
var ErrBalance = errors.New("wallet: the account has less ether than this may cost")

// ErrFailed says that a transaction is in a block, and was refused there.
var ErrFailed = errors.New("wallet: the transaction failed")

// Wallet is an account on Ethereum. The zero account only looks what things cost.
type Wallet struct {
	node   Node
	key    *ecdsa.PrivateKey // nil: only look
	id     *big.Int
	maxFee *big.Int // wei for a unit of gas; nil: any
	nonce  *uint64  // of the next transaction; nil: ask
}

// Open asks which Ethereum this is. Key is 64 hex digits, or "" for who only looks;
// maxFee is in wei for a unit of gas, nil for any.
func Open(ctx context.Context, node Node, key string, maxFee *big.Int) (*Wallet, error) {
	id, err := node.ChainID(ctx)
	if err != nil {
		return nil, fmt.Errorf("wallet: ask Ethereum for its chain id: %w", err)
	}
	w := &Wallet{node: node, id: id, maxFee: maxFee}
	if key != "" {
		if w.key, err = crypto.HexToECDSA(key); err != nil {
			return nil, errors.New("wallet: the key is not one of Ethereum's")
		}
	}
	return w, nil
}

// ChainID is that of Ethereum.
func (w *Wallet) ChainID() *big.Int { return w.id }

// Address is the account's, or zero.
func (w *Wallet) Address() anchor.Address {
	if w.key == nil {
		return anchor.Address{}
	}
	return crypto.PubkeyToAddress(w.key.PublicKey)
}

// BalanceOf is what an account has, in wei.
func (w *Wallet) BalanceOf(ctx context.Context, account anchor.Address) (*big.Int, error) {
	b, err := w.node.BalanceAt(ctx, account, nil)
	if err != nil {
		return nil, fmt.Errorf("wallet: read an account's balance: %w", err)
	}
	return b, nil
}

// WillDeploy is the address of the contract that the nth transaction from now
// deploys, the next one being 0.
func (w *Wallet) WillDeploy(ctx context.Context, n uint64) (anchor.Address, error) {
	nonce, err := w.next(ctx)
	return crypto.CreateAddress(w.Address(), nonce+n), err
}

// Offer is a transaction that was not sent. Amounts are in wei.
type Offer struct {
	To   *anchor.Address // nil: it deploys a contract
	Data []byte
	Gas  uint64   // limit
	Tip  *big.Int // for a unit of gas, to whoever builds the block
	Fee  *big.Int // for a unit of gas, at most
	Base *big.Int // for a unit of gas, what the newest block asked
}

// Most is what it may cost.
func (o *Offer) Most() *big.Int { return new(big.Int).Mul(o.Fee, new(big.Int).SetUint64(o.Gas)) }

// Now is what it would cost in the newest block.
func (o *Offer) Now() *big.Int {
	price := new(big.Int).Add(o.Base, o.Tip)
	return price.Mul(price, new(big.Int).SetUint64(o.Gas))
}

// Offer finds out what a transaction would cost now; to is nil to deploy. An
// *anchor.Refusal says that it would be refused.
func (w *Wallet) Offer(ctx context.Context, to *anchor.Address, data []byte) (*Offer, error) {
	gas, err := w.node.EstimateGas(ctx, ethereum.CallMsg{From: w.Address(), To: to, Data: data})
	if err != nil {
		return nil, fmt.Errorf("wallet: estimate the gas: %w", anchor.Explain(err))
	}
	head, err := w.node.HeaderByNumber(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("wallet: read the newest block of Ethereum: %w", err)
	}
	if head.BaseFee == nil {
		return nil, errors.New("wallet: this Ethereum has no base fee")
	}
	tip, err := w.node.SuggestGasTipCap(ctx)
	if err != nil {
		return nil, fmt.Errorf("wallet: ask for the usual tip: %w", err)
	}
	o := &Offer{To: to, Data: data, Gas: gas + gas/10, Tip: tip, Base: head.BaseFee}
	o.Fee = new(big.Int).Add(new(big.Int).Lsh(o.Base, 1), tip)
	if w.maxFee != nil && o.Fee.Cmp(w.maxFee) > 0 {
		o.Fee = w.maxFee
	}
	if o.Fee.Cmp(o.Base) < 0 {
		return o, fmt.Errorf("%w: the base fee is %s wei, the cap %s", ErrCap, o.Base, w.maxFee)
	}
	if o.Tip.Cmp(o.Fee) > 0 {
		o.Tip = o.Fee
	}
	return o, nil
}

// Send signs an offer and gives it to Ethereum. It returns the transaction's hash.
func (w *Wallet) Send(ctx context.Context, o *Offer) (common.Hash, error) {
	balance, err := w.BalanceOf(ctx, w.Address())
	if err != nil {
		return common.Hash{}, err
	}
	if balance.Cmp(o.Most()) < 0 {
		return common.Hash{}, fmt.Errorf("%w: %s has %s wei, it may cost %s", ErrBalance, w.Address(), balance, o.Most())
	}
	nonce, err := w.next(ctx)
	if err != nil {
		return common.Hash{}, err
	}
	tx, err := types.SignNewTx(w.key, types.LatestSignerForChainID(w.id), &types.DynamicFeeTx{
		ChainID: w.id, Nonce: nonce, GasTipCap: o.Tip, GasFeeCap: o.Fee, Gas: o.Gas, To: o.To, Data: o.Data,
	})
	if err != nil {
		return common.Hash{}, fmt.Errorf("wallet: sign: %w", err)
	}
	if err := w.node.SendTransaction(ctx, tx); err != nil {
		return common.Hash{}, fmt.Errorf("wallet: send: %w", err)
	}
	nonce++
	w.nonce = &nonce
	return tx.Hash(), nil
}

func (w *Wallet) next(ctx context.Context) (uint64, error) {
	if w.nonce != nil {
		return *w.nonce, nil
	}
	n, err := w.node.PendingNonceAt(ctx, w.Address())
	if err != nil {
		return 0, fmt.Errorf("wallet: read the account's nonce: %w", err)
	}
	return n, nil
}

// Mined is a transaction in a block of Ethereum.
type Mined struct {
	Block    uint64
	Contract anchor.Address // that it deployed
	Gas      uint64         // used
	Paid     *big.Int       // wei
}

// Wait waits until a transaction is in a block with some more on top, and tells how
// many there are; -1 while it is in none. ErrFailed says that it was refused.
func (w *Wallet) Wait(ctx context.Context, hash common.Hash, confirmations uint64, poll time.Duration, tell func(onTop int)) (*Mined, error) {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		m, onTop, err := w.look(ctx, hash)
		if errors.Is(err, ErrFailed) || m != nil && uint64(onTop) >= confirmations {
			return m, err
		}
		tell(onTop)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("wallet: transaction %s is not confirmed yet: %w", hash, context.Cause(ctx)), err)
		}
	}
}

// look reads where a transaction is. It is asked anew every time: Ethereum may take
// a block back.
func (w *Wallet) look(ctx context.Context, hash common.Hash) (*Mined, int, error) {
	r, err := w.node.TransactionReceipt(ctx, hash)
	if errors.Is(err, ethereum.NotFound) {
		return nil, -1, nil
	}
	if err != nil {
		return nil, -1, fmt.Errorf("wallet: look for transaction %s: %w", hash, err)
	}
	head, err := w.node.HeaderByNumber(ctx, nil)
	if err != nil {
		return nil, -1, fmt.Errorf("wallet: read the newest block of Ethereum: %w", err)
	}
	m := &Mined{Block: r.BlockNumber.Uint64(), Contract: r.ContractAddress, Gas: r.GasUsed}
	m.Paid = new(big.Int).Mul(r.EffectiveGasPrice, new(big.Int).SetUint64(r.GasUsed))
	if r.Status != types.ReceiptStatusSuccessful {
		return m, 0, fmt.Errorf("%w: %s in block %d", ErrFailed, hash, m.Block)
	}
	return m, int(head.Number.Uint64() - min(m.Block, head.Number.Uint64())), nil
}
