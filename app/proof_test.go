package app_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	ics23 "github.com/cosmos/ics23/go"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"

	"urna/app"
	"urna/app/apptest"
	"urna/election"
	"urna/internal/codec"
	"urna/state"
	"urna/tx"
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

// checkNotVoted checks the proof of an absence in the same way: from the
// neighbours to the set's root, from the Sealing record to the AppHash.
func checkNotVoted(t *testing.T, root []byte, r *abci.ResponseQuery, id election.ID, n election.Nullifier) {
	t.Helper()
	if r.Code != 0 || len(r.ProofOps.Ops) != 2 || r.ProofOps.Ops[0].Type != app.ProofAbsence || string(r.Key) != string(n[:]) {
		t.Fatalf("answer %+v", r)
	}
	checkMembership(t, root, r.ProofOps.Ops[1], state.SealingKey(id), r.Value)
	set := state.ReadSealing(codec.NewReader(r.Value))
	d := codec.NewReader(r.ProofOps.Ops[0].Data)
	next := uint64(0) // where the second neighbour must be
	for i := range 2 {
		if !d.Bool() {
			if i == 1 && next != set.Count {
				t.Errorf("nobody stands at %d of %d", next, set.Count)
			}
			continue
		}
		pos := d.U64()
		member := election.Nullifier(d.Fixed(32))
		hashes := make([][]byte, d.Uvarint())
		for j := range hashes {
			hashes[j] = d.Fixed(32)
		}
		leaf := rfc6962.DefaultHasher.HashLeaf(member[:])
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, pos, set.Count, leaf, hashes, set.Root[:]); err != nil {
			t.Errorf("nullifier %d of %d: %v", pos, set.Count, err)
		}
		if below := string(member[:]) < string(n[:]); below != (i == 0) || member == n || (i == 1 && pos != next) {
			t.Errorf("%s at %d is no neighbour of %s", member, pos, n)
		}
		next = pos + 1
	}
	if err := d.Done(); err != nil {
		t.Error(err)
	}
}

func TestQueryProvesThatSomebodyDidNotVote(t *testing.T) {
	c := apptest.New(t, apptest.Options{})
	voters := apptest.Keys("voter", 12)
	e := c.OpenElection(voters, nil)
	c.Mine(e.Votes(voters[:6])...)
	a := c.Nodes[0].App
	ask := func(id election.ID, n election.Nullifier) *abci.ResponseQuery {
		r, err := a.Query(t.Context(), &abci.RequestQuery{Path: fmt.Sprintf("/absence/%s/%s", id, n), Prove: true})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	absent, voted := election.SignedNullifier(voters[7].Address(), e.ID), election.SignedNullifier(voters[2].Address(), e.ID)
	if r := ask(e.ID, absent); r.Code != app.QueryUnavailable {
		t.Errorf("in an open election: code %d", r.Code)
	}
	c.Mine(apptest.Sign(t, apptest.Key("org"), &tx.SetStatus{Nonce: c.Nonce("org"), Election: e.ID, Status: election.Ended}))
	for range 2 {
		c.Mine()
	}
	for _, k := range voters[6:] {
		n := election.SignedNullifier(k.Address(), e.ID)
		checkNotVoted(t, c.Root(), ask(e.ID, n), e.ID, n)
	}
	if r := ask(e.ID, voted); r.Code != app.QueryVoted || r.ProofOps != nil {
		t.Errorf("of a voter: code %d", r.Code)
	}
	if r := ask(election.ID{1}, absent); r.Code != app.QueryNotFound {
		t.Errorf("in no election: code %d", r.Code)
	}
	if r, err := a.Query(t.Context(), &abci.RequestQuery{Path: "/absence/00/00"}); err != nil || r.Code != app.QueryBadPath {
		t.Errorf("a malformed path: %+v %v", r, err)
	}
}
