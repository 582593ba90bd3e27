package anchor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
)

// ErrCode says that an address has other code than a contract of ours would.
var ErrCode = errors.New("anchor: the code at this address is another one")

// generator is a point on the curve, and so a key.
var generator = Validator{Key: [33]byte(common.FromHex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")), Power: 1}

// CheckCode looks whether the code at the address is that of an anchor of this
// chain with this trusting period. It does not look at the height, the time and the
// validators that the contract was created with: the first of Changes names them.
func (r *Reader) CheckCode(ctx context.Context, d Deployment) error {
	code, err := d.Code()
	if err != nil {
		return err
	}
	return checkCode(ctx, r.client, r.address, code)
}

// CheckChain is CheckCode for whoever does not know the trusting period: the
// contract says it, and it is returned.
func (r *Reader) CheckChain(ctx context.Context, chainID string) (time.Duration, error) {
	out, err := r.client.CallContract(ctx, ethereum.CallMsg{To: &r.address, Data: r.abi.PackTrustingPeriod()}, nil)
	var reverted *Refusal
	if err != nil && !errors.As(Explain(err), &reverted) {
		return 0, fmt.Errorf("anchor: read the trusting period: %w", err)
	}
	period := new(big.Int).SetBytes(out)
	if err != nil || len(out) != 32 || !period.IsUint64() || period.Uint64() > math.MaxInt64/uint64(time.Second) {
		return 0, ErrCode
	}
	trusting := time.Duration(period.Uint64()) * time.Second
	if trusting == 0 {
		return 0, ErrCode
	}
	return trusting, r.CheckCode(ctx, Deployment{ChainID: chainID, TrustingPeriod: trusting, Validators: []Validator{generator}})
}

// checkCode compares the code at an address with the one that a deployment leaves.
func checkCode(ctx context.Context, client bind.ContractBackend, at Address, deployment []byte) error {
	// A call to nobody deploys, and gives the code that would stay.
	want, err := client.CallContract(ctx, ethereum.CallMsg{Data: deployment}, nil)
	if err != nil {
		return fmt.Errorf("anchor: try a deployment: %w", Explain(err))
	}
	got, err := client.CodeAt(ctx, at, nil)
	if err != nil {
		return fmt.Errorf("anchor: read code: %w", err)
	}
	if len(want) == 0 || !bytes.Equal(got, want) {
		return ErrCode
	}
	return nil
}
