package anchor

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"
)

// Address is an address on Ethereum.
type Address = common.Address

// ParseAddress reads 40 hex digits with or without 0x.
func ParseAddress(s string) (Address, error) {
	if !common.IsHexAddress(s) {
		return Address{}, fmt.Errorf("anchor: %q is not an address on Ethereum, 40 hex digits", s)
	}
	return common.HexToAddress(s), nil
}

// Node talks to a node of Ethereum. It is safe for concurrent use.
type Node = ethclient.Client

// Dial connects to a node of Ethereum: http://, https://, ws://, wss:// or the path
// of a socket. Of HTTP it sees only with the first question whether anybody answers.
func Dial(ctx context.Context, url string) (*Node, error) {
	n, err := ethclient.DialContext(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("anchor: connect to Ethereum: %w", err)
	}
	return n, nil
}

// mostBlocks is how many blocks of Ethereum are searched for events at once. Nodes
// that are open to everybody have limits of their own, often lower.
const mostBlocks = 10_000

// inPieces reads blocks from, to, both included, in pieces. A piece that the node
// refuses is tried again with a quarter of its blocks.
func inPieces(ctx context.Context, from, to uint64, read func(from, to uint64) error) error {
	for most := uint64(mostBlocks); from <= to; {
		last := min(to, from+most-1)
		err := read(from, last)
		var refused interface{ ErrorCode() int } // an answer; not silence
		if err != nil && most > 1 && errors.As(err, &refused) && ctx.Err() == nil {
			most = max(1, min(most, last-from+1)/4)
			continue
		}
		if err != nil {
			return err
		}
		from = last + 1
	}
	return nil
}
