package gateway

import (
	"context"
	"errors"
	"iter"
	"time"

	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/indexer"
)

// ErrNoBlock reports a block that this node does not have: it is yet to come,
// or was thrown away.
var ErrNoBlock = errors.New("gateway: no such block")

// Blocks is the chain of blocks as the gateway reads it.
type Blocks interface {
	// Height is that of the last committed block; 0 before the first.
	Height() int64
	// Base is that of the first block that this node has.
	Base() int64
	// GenesisTime is when the chain was to start.
	GenesisTime() time.Time
	// Syncing tells whether this node still fetches blocks that others have.
	Syncing() bool
	// Header returns the header of a block, or ErrNoBlock.
	Header(ctx context.Context, height int64) (*Header, error)
	// Block returns a committed block and what it did, or ErrNoBlock.
	Block(ctx context.Context, height int64) (*indexer.Block, error)
	// RawTx returns the bytes of a transaction of a block, or ErrNoBlock.
	// Clients that wait for their transactions ask for those of the youngest
	// blocks again and again, so these must not be read from the disk each time.
	RawTx(ctx context.Context, height int64, index int) ([]byte, error)
	// GenesisDocument is the consensus engine's, byte for byte as people compare
	// it.
	GenesisDocument() []byte
	// Signed returns the signed header of a height, 0 being the newest, or
	// ErrNoBlock. It may know one more than Height. It must not be changed.
	Signed(ctx context.Context, height int64) (*light.Block, error)
	// RawBlock returns the bytes of a block as they were hashed, in pieces, and
	// their number; or ErrNoBlock. It may know one more block than Height. The
	// pieces end with an error if the block is thrown away meanwhile.
	RawBlock(ctx context.Context, height int64) (size int, pieces iter.Seq2[[]byte, error], err error)
}

// Header is what the validators sign of a block.
type Header struct {
	Height             int64
	Hash               []byte
	Time               time.Time
	Proposer           ethkey.Address
	VersionBlock       uint64
	VersionApp         uint64
	AppHash            []byte
	ConsensusHash      []byte
	DataHash           []byte
	EvidenceHash       []byte
	LastBlockHash      []byte
	LastBlockParts     int // into which the block before was cut
	LastBlockPartsHash []byte
	LastCommitHash     []byte
	LastResultsHash    []byte
	NextValidatorsHash []byte
	ValidatorsHash     []byte
}
