package audit

import (
	"encoding/binary"
	"errors"
	"fmt"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/internal/check"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

// firstRoot runs the genesis alone: its root stands in the first header.
func (r *replay) firstRoot() error {
	f := r.store.Fork()
	if err := r.origin.apply(f); err != nil {
		return err
	}
	root, err := r.store.Seal(f)
	r.last.root = root
	return err
}

// apply runs the law over a block, as docs/spec/consensus.md section 3 has it,
// and seals what comes of it. What the law refuses leaves a code and no trace.
func (r *replay) apply(b *block) error {
	a := &applied{block: b, fork: r.store.Fork(), codes: make(codes, len(b.facts))}
	law := r.lawBlock(b)
	if law.Height == 1 {
		if err := r.origin.apply(a.fork); err != nil {
			return err
		}
		r.count(check.Parameters, 1)
	}
	a.outcome = transition.BlockOutcome{Height: law.Height, Time: law.Time, Txs: make([]transition.Outcome, len(b.facts))}
	var err error
	if a.outcome.Before, err = transition.Begin(a.fork, law); err != nil {
		return fmt.Errorf("begin block %d: %w", law.Height, err)
	}
	for i := range b.facts {
		if a.outcome.Txs[i], err = applyTx(a.fork, law, b.facts[i]); err != nil {
			return fmt.Errorf("transaction %d of block %d: %w", i, law.Height, err)
		}
		a.codes[i] = code(a.outcome.Txs[i].Code)
	}
	if a.outcome.Events, err = transition.End(a.fork, law); err != nil {
		return fmt.Errorf("end block %d: %w", law.Height, err)
	}
	if err := r.elections(a); err != nil {
		return err
	}
	for _, e := range b.evidence {
		a.proofs = append(a.proofs, [32]byte(e.Hash()))
	}
	next, err := r.last.next.change(a.outcome.Updates())
	if err != nil {
		return check.Fail(check.Validators, "consensus cannot carry out the change of validators of block %d: %v", law.Height, err)
	}
	root, err := r.store.Seal(a.fork)
	if err != nil {
		return err
	}
	r.now = a
	r.last = position{
		height: b.header.Height, hash: b.header.Hash(), parts: b.parts, partsHash: b.partsHash, time: b.header.Time,
		root: root, results: a.codes.hash(), last: r.last.now, now: r.last.next, next: next,
	}
	return nil
}

// lawBlock is what the law sees of a block.
func (r *replay) lawBlock(b *block) transition.Block {
	out := transition.Block{
		ChainID: r.origin.chainID, Height: uint64(b.header.Height), Time: uint64(b.header.Time.Unix()), Proposer: b.header.Proposer,
	}
	for i := range b.commit.Signatures {
		out.Commit = append(out.Commit, transition.Signature{
			Validator: r.last.last.addresses[i], Signed: b.commit.Signatures[i].BlockIDFlag != cmttypes.BlockIDFlagAbsent,
		})
	}
	for _, m := range b.evidence.ToABCI() {
		out.Misbehaviour = append(out.Misbehaviour, [20]byte(m.Validator.Address))
	}
	return out
}

func applyTx(f *state.Fork, b transition.Block, t fact) (transition.Outcome, error) {
	if t.bad != nil {
		return transition.Outcome{Code: t.bad.Code}, nil
	}
	o := transition.Outcome{ID: t.tx.ID, Kind: t.tx.Payload.Kind(), Signer: t.tx.Signer}
	events, err := transition.Apply(f, b, t.tx)
	var refusal *tx.Rejection
	if errors.As(err, &refusal) {
		o.Code = refusal.Code
		return o, nil
	}
	o.Events = events
	return o, err
}

// elections notes which elections a block closes, and which sets it completes.
func (r *replay) elections(a *applied) error {
	for id := range r.unsealed {
		s, err := a.fork.Sealing(id)
		if err != nil {
			return fmt.Errorf("set of nullifiers of %s: %w", id, err)
		}
		if s.Done {
			a.sealed = append(a.sealed, id)
		}
	}
	sortIDs(a.sealed)
	for _, e := range a.outcome.Events {
		if e, ok := e.(transition.ResultWritten); ok {
			a.closed = append(a.closed, e.ID)
		}
	}
	return nil
}

// codeField is the Protobuf of a result of which only the code is set.
func codeField(code uint64) []byte { return binary.AppendUvarint([]byte{1 << 3}, code) }
