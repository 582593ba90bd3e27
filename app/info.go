package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/internal/codec"
	"urna/state"
)

// The info connection.

// Info tells CometBFT where the state stands; it replays from there.
func (a *App) Info(context.Context, *abci.RequestInfo) (*abci.ResponseInfo, error) {
	if err := a.Fault(); err != nil {
		return nil, err
	}
	store := a.store.Load()
	out := &abci.ResponseInfo{Data: "urna", AppVersion: Version, LastBlockHeight: store.Height()}
	if out.LastBlockHeight > 0 {
		root := store.Root()
		out.LastBlockAppHash = root[:]
	}
	return out, nil
}

// Codes of Query.
const (
	QueryOK          = 0
	QueryBadPath     = 1 // unknown path or malformed parameter
	QueryNotFound    = 2 // no such vote; a missing key is a proof of absence instead
	QueryUnavailable = 3 // the height is pruned or not committed, or the set of nullifiers not sealed
	QueryVoted       = 4 // the nullifier whose absence was asked for has voted
)

// keyPrefixes are the first bytes of the keys that can be asked for.
var keyPrefixes = []byte{
	state.ParamsKey()[0], state.MarkKey()[0], state.AccountKey(ethkey.Address{})[0], state.FaucetKey(ethkey.Address{}, 0)[0],
	state.SettingsKey(election.ID{})[0], state.StageKey(election.ID{})[0], state.LogKey(election.ID{})[0],
	state.TallyKey(election.ID{})[0], state.ResultKey(election.ID{})[0], state.SealingKey(election.ID{})[0],
	state.ValidatorKey(ethkey.Address{})[0], state.UptimeKey(ethkey.Address{})[0], state.TombstoneKey(ethkey.Address{})[0],
}

// Types of the proof operations in a Query's answer.
const (
	// ProofICS23 carries an ics23.CommitmentProof of Key against the root of the
	// answer's height, which is the AppHash of the next header. An answer with a
	// nil value carries a proof of absence.
	ProofICS23 = "ics23:iavl"

	// ProofVoteLog carries the way from a vote record (the answer's value) to
	// the election's Log record; see docs/spec/consensus.md.
	ProofVoteLog = "urna:vote-log"

	// ProofAbsence carries the neighbours of a nullifier in the sealed set of an
	// election, whose Sealing record is the answer's value; see
	// docs/spec/consensus.md.
	ProofAbsence = "urna:absence"
)

// Query answers /key/<hex of a state key>, /vote/<election>/<nullifier> and
// /absence/<election>/<nullifier> with values and proofs at a height; height 0 is
// the last committed one.
func (a *App) Query(_ context.Context, r *abci.RequestQuery) (*abci.ResponseQuery, error) {
	if err := a.Fault(); err != nil {
		return nil, err
	}
	out, err := a.query(r)
	var bad *queryError
	if errors.As(err, &bad) {
		return &abci.ResponseQuery{Code: bad.code, Log: bad.text, Height: r.Height}, nil
	}
	if errors.Is(err, state.ErrPruned) { // while it was read
		return &abci.ResponseQuery{Code: QueryUnavailable, Log: err.Error(), Height: r.Height}, nil
	}
	// An error of the disk goes to whoever asked. If it concerns consensus it
	// will show there; what strangers ask for must not stop a node.
	return out, err
}

type queryError struct {
	code uint32
	text string
}

func (e *queryError) Error() string { return e.text }

func (a *App) query(r *abci.RequestQuery) (*abci.ResponseQuery, error) {
	kind, rest, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
	view := a.View()
	if r.Height != 0 {
		var err error
		if view, err = a.Store().ViewAt(r.Height); errors.Is(err, state.ErrPruned) || errors.Is(err, state.ErrUncommitted) {
			return nil, &queryError{QueryUnavailable, err.Error()}
		} else if err != nil {
			return nil, err
		}
	}
	if view.Height() == 0 {
		return nil, &queryError{QueryUnavailable, "the chain has no block yet"}
	}
	out := &abci.ResponseQuery{Height: view.Height()}
	switch kind {
	case "key":
		key, err := hex.DecodeString(rest)
		if err != nil || len(key) == 0 || len(key) > 128 || !bytes.Contains(keyPrefixes, key[:1]) {
			return nil, &queryError{QueryBadPath, "want /key/<hex of a state key>"}
		}
		return out, proveKey(out, view, key)
	case "vote":
		id, nullifier, err := votePath(rest)
		if err != nil {
			return nil, &queryError{QueryBadPath, err.Error()}
		}
		return out, proveVote(out, view, id, nullifier)
	case "absence":
		id, nullifier, err := votePath(rest)
		if err != nil {
			return nil, &queryError{QueryBadPath, err.Error()}
		}
		return out, proveAbsence(out, view, id, nullifier)
	}
	return nil, &queryError{QueryBadPath, "want /key/<hex>, /vote/<election>/<nullifier> or /absence/<election>/<nullifier>"}
}

func votePath(s string) (id election.ID, n election.Nullifier, err error) {
	e, v, _ := strings.Cut(s, "/")
	if id, err = election.ParseID(e); err != nil {
		return id, n, err
	}
	b, err := hex.DecodeString(strings.TrimPrefix(v, "0x"))
	if err != nil || len(b) != len(n) {
		return id, n, fmt.Errorf("nullifier %q is not 64 hex digits", v)
	}
	return id, election.Nullifier(b), nil
}

func proveKey(out *abci.ResponseQuery, view *state.View, key []byte) error {
	value, op, err := ics23Op(view, key)
	if err != nil {
		return err
	}
	out.Key, out.Value, out.ProofOps = key, value, &cmtcrypto.ProofOps{Ops: []cmtcrypto.ProofOp{op}}
	return nil
}

func proveVote(out *abci.ResponseQuery, view *state.View, id election.ID, n election.Nullifier) error {
	_, pos, err := view.Vote(id, n)
	if errors.Is(err, state.ErrNotFound) {
		return &queryError{QueryNotFound, "no such vote"}
	} else if err != nil {
		return err
	}
	proof, err := view.ProveVote(id, pos)
	if err != nil {
		return err
	}
	log, op, err := ics23Op(view, state.LogKey(id))
	if err != nil {
		return err
	}
	w := codec.Writer{}
	w.U64(proof.Size)
	w.Uvarint(uint64(len(proof.Hashes)))
	for _, h := range proof.Hashes {
		w.Fixed(h[:])
	}
	w.Bytes(log)
	out.Key, out.Value, out.Index = n[:], proof.Record, int64(pos)
	out.ProofOps = &cmtcrypto.ProofOps{Ops: []cmtcrypto.ProofOp{
		{Type: ProofVoteLog, Key: binary.BigEndian.AppendUint64(nil, pos), Data: w.B}, op,
	}}
	return nil
}

func proveAbsence(out *abci.ResponseQuery, view *state.View, id election.ID, n election.Nullifier) error {
	p, err := view.ProveNullifier(id, n)
	switch {
	case errors.Is(err, state.ErrNotFound):
		return &queryError{QueryNotFound, "no such election"}
	case errors.Is(err, state.ErrUnsealed):
		return &queryError{QueryUnavailable, err.Error()}
	case err != nil:
		return err
	case p.Found:
		return &queryError{QueryVoted, "the nullifier has voted"}
	}
	set, op, err := ics23Op(view, state.SealingKey(id))
	if err != nil {
		return err
	}
	w := codec.Writer{}
	for _, m := range []*state.Neighbour{p.Before, p.After} {
		w.Bool(m != nil)
		if m == nil {
			continue
		}
		w.U64(m.Position)
		w.Fixed(m.Nullifier[:])
		w.Uvarint(uint64(len(m.Hashes)))
		for _, h := range m.Hashes {
			w.Fixed(h[:])
		}
	}
	out.Key, out.Value = n[:], set
	out.ProofOps = &cmtcrypto.ProofOps{Ops: []cmtcrypto.ProofOp{{Type: ProofAbsence, Key: n[:], Data: w.B}, op}}
	return nil
}

func ics23Op(view *state.View, key []byte) (value []byte, op cmtcrypto.ProofOp, err error) {
	value, proof, err := view.Prove(key)
	if err != nil {
		return nil, op, err
	}
	data, err := proof.Marshal()
	if err != nil {
		return nil, op, err
	}
	return value, cmtcrypto.ProofOp{Type: ProofICS23, Key: key, Data: data}, nil
}
