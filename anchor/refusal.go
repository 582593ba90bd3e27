package anchor

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"

	"urna/anchor/contract"
)

// Refusal is what a contract says when it refuses a call.
type Refusal struct {
	Name string // of the error in the contract's source; empty if it gave none
	Args []any
}

// Error gives the name and what came with it.
func (r *Refusal) Error() string {
	if r.Name == "" {
		return "anchor: the contract refused without a reason"
	}
	var args []string
	for _, a := range r.Args {
		if b, ok := a.([32]byte); ok {
			a = common.Hash(b)
		}
		args = append(args, fmt.Sprint(a))
	}
	return "anchor: the contract refused: " + r.Name + "(" + strings.Join(args, ", ") + ")"
}

// Is tells whether both have the same name.
func (r *Refusal) Is(target error) bool {
	var other *Refusal
	return errors.As(target, &other) && other.Name == r.Name
}

// ParseRefusal reads the bytes that a refused call returned.
func ParseRefusal(data []byte) *Refusal {
	if len(data) < 4 {
		return &Refusal{}
	}
	for _, meta := range []*bind.MetaData{
		&contract.CometAnchorMetaData, &contract.ResultRegistryMetaData, &contract.StateProofsMetaData, &contract.TreasuryMetaData,
	} {
		parsed, err := meta.ParseABI()
		if err != nil {
			continue // our own binding; a test parses it
		}
		e, err := parsed.ErrorByID([4]byte(data))
		if err != nil {
			continue
		}
		args, err := e.Inputs.Unpack(data[4:])
		if err != nil {
			return &Refusal{Name: e.Name}
		}
		return &Refusal{Name: e.Name, Args: args}
	}
	if reason, err := abi.UnpackRevert(data); err == nil {
		return &Refusal{Name: reason}
	}
	return &Refusal{Name: fmt.Sprintf("0x%x", data[:4])}
}

// Explain puts the contract's reason into an error of an Ethereum client, if the
// client gave it. Other errors stay as they are.
func Explain(err error) error {
	var with interface{ ErrorData() any }
	if !errors.As(err, &with) {
		return err
	}
	text, ok := with.ErrorData().(string)
	if !ok {
		return err
	}
	return fmt.Errorf("%w (%w)", ParseRefusal(common.FromHex(text)), err)
}
