package chain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmttypes "github.com/cometbft/cometbft/types"
)

// Genesis returns the genesis document that the chain was started with, byte for
// byte as it is at home. The caller must not change it.
func (n *Node) Genesis() []byte { return n.genesis }

// sameGenesis compares the document at home with the one that consensus
// remembers from its first start: from then on CometBFT ignores the file, and
// what the node shows to others must not be another chain's.
func sameGenesis(file []byte, used *cmttypes.GenesisDoc) error {
	doc, err := cmttypes.GenesisDocFromJSON(file)
	if err != nil {
		return fmt.Errorf("genesis: %w", err)
	}
	var texts [2][]byte
	for i, d := range []*cmttypes.GenesisDoc{doc, used} {
		var text bytes.Buffer
		raw, err := cmtjson.Marshal(d)
		if err == nil {
			err = json.Compact(&text, raw)
		}
		if err != nil {
			return fmt.Errorf("genesis: %w", err)
		}
		texts[i] = text.Bytes()
	}
	if !bytes.Equal(texts[0], texts[1]) {
		return errors.New("the genesis file is not the one that this node's chain began with")
	}
	return nil
}

// RawBlock returns the Protobuf bytes of a block, in the pieces in which peers
// send it, and their number. The pieces are read one after the other; an error,
// such as ErrNoBlock of a block that is thrown away meanwhile, is the last.
func (n *Node) RawBlock(height int64) (size int, pieces iter.Seq2[[]byte, error], err error) {
	parts := 0
	err = n.read(func() error {
		meta := n.node.BlockStore().LoadBlockMeta(height)
		if meta == nil || height < n.node.BlockStore().Base() {
			return ErrNoBlock
		}
		size, parts = meta.BlockSize, int(meta.BlockID.PartSetHeader.Total)
		return nil
	})
	if err != nil {
		return 0, nil, err
	}
	return size, func(yield func([]byte, error) bool) {
		left := size
		for i := range parts {
			piece, err := n.part(height, i)
			left -= len(piece)
			if err == nil && (left < 0 || (i == parts-1 && left != 0)) {
				err = fmt.Errorf("chain: block %d does not have the size %d that is noted", height, size)
			}
			if !yield(piece, err) || err != nil {
				return
			}
		}
	}, nil
}

// part returns a piece of a block.
func (n *Node) part(height int64, index int) (b []byte, err error) {
	err = n.read(func() error {
		part := n.node.BlockStore().LoadBlockPart(height, index)
		if part == nil {
			return ErrNoBlock
		}
		b = part.Bytes
		return nil
	})
	return b, err
}
