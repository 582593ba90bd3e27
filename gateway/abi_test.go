package gateway

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
)

func TestResultsAreEncodedAsEthereumReadsThem(t *testing.T) {
	var args abi.Arguments
	for _, name := range []string{"bytes32", "address", "bytes32", "address", "uint256[][]"} {
		kind, err := abi.NewType(name, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		args = append(args, abi.Argument{Type: kind})
	}
	id, root := election.ID{1, 2, 3}, census.Root{4, 5}
	org, source := ethkey.Address{6, 19: 7}, ethkey.Address{8}
	for _, shape := range [][2]int{{0, 0}, {1, 2}, {3, 1}, {2, 8}} {
		cells := make([][]ballot.Amount, shape[0])
		want := make([][]*big.Int, shape[0])
		for i := range cells {
			cells[i] = make([]ballot.Amount, shape[1])
			for j := range cells[i] {
				cells[i][j].SetUint64(uint64(i*100 + j + 1))
				cells[i][j].Lsh(&cells[i][j], 200)
				want[i] = append(want[i], cells[i][j].ToBig())
			}
		}
		expected, err := args.Pack(id, common.Address(org), root, common.Address(source), want)
		if err != nil {
			t.Fatal(err)
		}
		if got := abiResult(id, org, root, source, cells); !bytes.Equal(got, expected) {
			t.Errorf("%v: got\n%x\nwant\n%x", shape, got, expected)
		}
	}
}
