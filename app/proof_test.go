package app_test

import (
	"encoding/binary"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	ics23 "github.com/cosmos/ics23/go"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"

	"urna/app"
	"urna/election"
	"urna/internal/codec"
	"urna/state"
)

func readProof(t *testing.T, op cmtcrypto.ProofOp) *ics23.CommitmentProof {
	t.Helper()
	var p ics23.CommitmentProof
	if op.Type != app.ProofICS23 {
		t.Fatalf("proof of type %q", op.Type)
	}
	if err := p.Unmarshal(op.Data); err != nil {
		t.Fatal(err)
	}
	return &p
}

func checkMembership(t *testing.T, root []byte, op cmtcrypto.ProofOp, key, value []byte) {
	t.Helper()
	if !ics23.VerifyMembership(ics23.IavlSpec, root, readProof(t, op), key, value) {
		t.Errorf("the proof of %x does not lead to root %x", key, root)
	}
}

func checkAbsence(t *testing.T, root []byte, op cmtcrypto.ProofOp, key, value []byte) {
	t.Helper()
	if value != nil || !ics23.VerifyNonMembership(ics23.IavlSpec, root, readProof(t, op), key) {
		t.Errorf("the absence of %x does not follow from root %x", key, root)
	}
}

// checkVote checks a receipt as somebody without this code would: from the
// record to the log's root (RFC 6962), from the Log record to the AppHash.
func checkVote(t *testing.T, root []byte, r *abci.ResponseQuery, id election.ID, n election.Nullifier) {
	t.Helper()
	if r.Code != 0 || len(r.ProofOps.Ops) != 2 || r.ProofOps.Ops[0].Type != app.ProofVoteLog {
		t.Fatalf("answer %+v", r)
	}
	op := r.ProofOps.Ops[0]
	d := codec.NewReader(op.Data)
	size := d.U64()
	hashes := make([][]byte, d.Uvarint())
	for i := range hashes {
		hashes[i] = d.Fixed(32)
	}
	logRecord := d.Bytes(1000)
	if err := d.Done(); err != nil {
		t.Fatal(err)
	}
	checkMembership(t, root, r.ProofOps.Ops[1], state.LogKey(id), logRecord)
	log := state.ReadLog(codec.NewReader(logRecord))
	leaf := rfc6962.DefaultHasher.HashLeaf(r.Value)
	pos := binary.BigEndian.Uint64(op.Key)
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, pos, size, leaf, hashes, log.Root[:]); err != nil || size != log.Size {
		t.Errorf("vote %d of %d: %v", pos, log.Size, err)
	}
	record := state.ReadVoteRecord(codec.NewReader(r.Value))
	if record.Nullifier != n {
		t.Errorf("record is %+v", record)
	}
}
