package audit

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"sync"

	"github.com/cometbft/cometbft/crypto/merkle"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/internal/check"
	"urna/tx"
)

// block is a block on its way through a replay: what its bytes say, and facts
// that follow from the bytes and the name of the chain alone.
type block struct {
	raw       []byte
	size      int64 // of raw
	header    *light.Header
	parts     uint32 // in which it was gossiped
	partsHash light.Hash
	commit    *cmttypes.Commit // of the block before it
	signers   []signer         // of the commit, one for each of its slots
	evidence  cmttypes.EvidenceList
	txs       [][]byte
	facts     []fact

	err  error          // why it cannot be a block
	work sync.WaitGroup // signers and facts are there
}

// signer is the key that a signature of a commit leads to.
type signer struct {
	key [ethkey.PublicKeyLen]byte
	ok  bool
}

// fact is what a transaction says, or the reason why it says nothing.
type fact struct {
	tx  *tx.Verified
	bad *tx.Rejection
}

// CheckBlock reads a block by itself and returns its header: whether its parts
// are those of the header (V13, V21, V22, V44, V50), not whether it belongs to a
// chain.
func CheckBlock(raw []byte) (*light.Header, error) {
	b, err := decode(raw)
	if err != nil {
		return nil, err
	}
	return b.header, nil
}

// decode reads a block and compares the parts with the header (V13, V21, V22,
// V44, V50). What is costly is left to tasks.
func decode(raw []byte) (*block, error) {
	var pb cmtproto.Block
	if err := pb.Unmarshal(raw); err != nil {
		return nil, check.Fail(check.Encoding, "what should be a block is not Protobuf: %v", err)
	}
	// The reader passes over what it does not know.
	if again, err := pb.Marshal(); err != nil || !bytes.Equal(again, raw) {
		return nil, check.Fail(check.Encoding, "block %d is not in its one canonical encoding", pb.Header.Height)
	}
	b := &block{raw: raw, txs: pb.Data.Txs}
	comet, err := cmttypes.HeaderFromProto(&pb.Header)
	if err == nil {
		b.header, err = light.HeaderOf(&comet)
	}
	if err != nil {
		return nil, check.Fail(check.Headers, "header %d: %v", pb.Header.Height, err)
	}
	h := b.header
	if b.commit, err = commitOf(pb.LastCommit); err != nil {
		return nil, check.Fail(check.Commits, "block %d: %v", h.Height, err)
	}
	list := cmttypes.EvidenceData{}
	if err := list.FromProto(&pb.Evidence); err != nil {
		return nil, check.Fail(check.Evidence, "block %d: %v", h.Height, err)
	}
	b.evidence = list.Evidence
	leaves := make([][]byte, len(b.txs))
	for i := range b.txs {
		sum := sha256.Sum256(b.txs[i])
		leaves[i] = sum[:]
	}
	switch {
	case light.MerkleRoot(leaves) != h.DataHash:
		return nil, check.Fail(check.Body, "the transactions of block %d are not those of its header", h.Height)
	case light.Hash(b.commit.Hash()) != h.LastCommitHash:
		return nil, check.Fail(check.Body, "the last commit of block %d is not that of its header", h.Height)
	case light.Hash(b.evidence.Hash()) != h.EvidenceHash:
		return nil, check.Fail(check.Body, "the evidence of block %d is not that of its header", h.Height)
	}
	b.parts, b.partsHash = partsOf(raw)
	return b, nil
}

func commitOf(pb *cmtproto.Commit) (*cmttypes.Commit, error) {
	if pb == nil {
		return nil, errors.New("there is no last commit")
	}
	return cmttypes.CommitFromProto(pb)
}

// partsOf is how a block is cut to be gossiped; number and hash are part of the
// block's id.
func partsOf(raw []byte) (n uint32, hash light.Hash) {
	var parts [][]byte
	for rest := raw; len(rest) > 0; {
		k := min(len(rest), int(cmttypes.BlockPartSizeBytes))
		parts, rest = append(parts, rest[:k]), rest[k:]
	}
	return uint32(len(parts)), light.Hash(merkle.HashFromByteSlices(parts))
}

// Sizes of tasks: some milliseconds of work each.
const (
	txsPerTask     = 64
	signersPerTask = 16
)

// tasks hands out what remains to be found out about a block. work is done when
// all of them are.
func (b *block) tasks(chainID string, do func(task func())) {
	b.facts = make([]fact, len(b.txs))
	b.signers = make([]signer, len(b.commit.Signatures))
	span := func(n, size int, f func(i int)) {
		for lo := 0; lo < n; lo += size {
			b.work.Add(1)
			do(func() {
				defer b.work.Done()
				for i := lo; i < min(lo+size, n); i++ {
					f(i)
				}
			})
		}
	}
	span(len(b.signers), signersPerTask, func(i int) {
		sig := &b.commit.Signatures[i]
		if sig.BlockIDFlag == cmttypes.BlockIDFlagAbsent {
			return
		}
		hash := ethkey.Keccak256(b.commit.VoteSignBytes(chainID, int32(i)))
		key, err := ethkey.RecoverKey(hash, sig.Signature)
		b.signers[i] = signer{key, err == nil}
	})
	span(len(b.facts), txsPerTask, func(i int) {
		v, err := tx.Verify(chainID, b.txs[i])
		if err != nil && !errors.As(err, &b.facts[i].bad) {
			panic("audit: an error of a pure function is not a rejection: " + err.Error())
		}
		b.facts[i].tx = v
	})
}
