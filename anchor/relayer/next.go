package relayer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"urna/anchor"
	"urna/chain/light"
)

// action is a transaction that should be sent.
type action struct {
	kind     string
	to       common.Address
	data     []byte
	height   uint64
	election common.Hash
	why      string
}

// dueSince is since when something could be sent while the anchor stood at a height.
type dueSince struct {
	latest uint64
	since  time.Time
}

// next decides what should be sent now; nil if there is nothing.
func (r *Relayer) next(ctx context.Context, v *view, newest *light.Block) (*action, error) {
	if v.latest.FrozenFrom != 0 || newest == nil || r.expired(v) {
		return nil, nil // watch has told
	}
	wanted, ready, err := r.results(ctx, v, newest)
	if err != nil {
		return nil, err
	}
	a, err := r.header(ctx, v, newest, wanted)
	if err != nil || a != nil {
		return a, err
	}
	if ready == nil {
		return nil, nil
	}
	hash, err := v.reader.AppHash(ctx, ready.Anchored)
	if err != nil {
		return nil, err
	}
	data, err := anchor.ResultCall(ready.Election, ready.Anchored, hash, ready.Record, ready.Proof)
	if err != nil {
		ready.Anchored = 0 // ask for another proof
		return nil, trouble(alarmChain, err)
	}
	return &action{
		kind: kindResult, to: r.cfg.Registry, data: data, election: ready.Election, why: "a result is final",
	}, nil
}

// header decides which header should be anchored now. Wanted is a height whose
// state somebody waits for, or 0.
func (r *Relayer) header(ctx context.Context, v *view, newest *light.Block, wanted uint64) (*action, error) {
	top := uint64(newest.Header.Height)
	if top <= v.latest.Height {
		return nil, nil
	}
	fetch := func(ctx context.Context, height int64) (*light.Block, error) {
		if height == newest.Header.Height {
			return newest, nil
		}
		return checked(ctx, r.cfg.Chain, r.chainID, height)
	}
	s, err := Next(ctx, v.latest, int64(top), fetch)
	if err != nil {
		return nil, trouble(alarmChain, err)
	}
	why := "the validators change"
	if s.Next == nil {
		var to uint64
		if to, why = r.dueHeight(v, newest, wanted); to == 0 {
			return nil, nil
		}
		if to != top {
			if s, err = Next(ctx, v.latest, int64(to), fetch); err != nil {
				return nil, trouble(alarmChain, err)
			}
		}
	}
	a := &action{kind: kindAnchor, to: r.cfg.Anchor, height: s.Height(), why: why}
	if s.Next != nil {
		a.kind = kindRotate
	}
	if a.data, err = s.Call(); err != nil {
		return nil, trouble(alarmChain, err)
	}
	return a, nil
}

// dueHeight is the height that should be anchored now while the set stays, and why;
// 0 if there is none.
func (r *Relayer) dueHeight(v *view, newest *light.Block, wanted uint64) (uint64, string) {
	top, at := uint64(newest.Header.Height), newest.Header.Time
	since := at.Sub(time.Unix(int64(v.latest.Time), 0))
	switch {
	case wanted > v.latest.Height && wanted <= top:
		return top, "a result is final"
	case r.cfg.Every > 0 && since >= r.cfg.Every:
		return top, "time has passed"
	case since >= r.period/2:
		return top, "half of the trusting period is over"
	}
	// Several relayers find the same height.
	if n := r.cfg.EveryBlocks; n > 0 && top-top%n > v.latest.Height {
		return top - top%n, "blocks have passed"
	}
	return 0, ""
}

// myTurn tells whether to go ahead with an action now. Whoever was the last to
// anchor goes first; others wait for longer than a transaction usually takes, and
// not all for the same time.
func (r *Relayer) myTurn(v *view, a *action) bool {
	key := fmt.Sprint(a.kind, a.election)
	now := r.cfg.Now()
	d, ok := r.due[key]
	if !ok || d.latest != v.latest.Height {
		d = dueSince{v.latest.Height, now}
		r.due[key] = d
	}
	return now.Sub(d.since) >= r.patience(v)
}

func (r *Relayer) patience(v *view) time.Duration {
	if r.mem.Posted == v.latest.Height && r.mem.Posted != 0 || r.cfg.Patience <= 0 {
		return 0
	}
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(r.account.Bytes(), v.latest.Height))
	half := uint64(r.cfg.Patience/2) + 1
	return time.Duration(half + binary.BigEndian.Uint64(sum[:])%half)
}

// taken tells whether somebody else's transaction, which waits, does what an action
// would. After twice the patience it does not count any more: it may wait for ever.
func (r *Relayer) taken(ctx context.Context, v *view, a *action) bool {
	if d := r.due[fmt.Sprint(a.kind, a.election)]; r.cfg.Now().Sub(d.since) > 2*r.cfg.Patience {
		return false
	}
	if a.kind == kindResult {
		_, err := anchor.NewRegistry(r.cfg.Registry, expected{v.eth}).Result(ctx, a.election)
		return err == nil
	}
	l, err := anchor.NewReader(r.cfg.Anchor, expected{v.eth}).Latest(ctx)
	return err == nil && l.Height >= a.height
}

// Bounds on results.
const (
	resultsBack  = 10_000 // heights that are looked at again when the memory is lost
	resultsAtOne = 5_000  // heights in one step
	maxJobs      = 1_000  // results that wait
	jobsAtOnce   = 50     // of them, in one step
)

// results keeps the list of results to prove. It returns a height that must be
// reached so that the next one can be proved, and one that can be proved now.
func (r *Relayer) results(ctx context.Context, v *view, newest *light.Block) (wanted uint64, ready *job, err error) {
	if !r.cfg.proves() {
		return 0, nil, nil
	}
	src := r.cfg.Chain.(Results) // checked in New
	if err := r.collect(ctx, src, v, newest); err != nil {
		return 0, nil, err
	}
	registry := anchor.NewRegistry(r.cfg.Registry, v.eth)
	final := anchor.NewRegistry(r.cfg.Registry, r.before(v))
	for _, j := range slices.Clone(r.mem.ToProve[:min(len(r.mem.ToProve), jobsAtOnce)]) {
		if j.Refused != "" {
			continue
		}
		_, err := registry.Result(ctx, j.Election)
		if err == nil {
			if _, err := final.Result(ctx, j.Election); err == nil {
				r.forget(j)
			}
			continue
		}
		if !errors.Is(err, &anchor.Refusal{Name: "NotProved"}) && !errors.Is(err, &anchor.Refusal{Name: "Frozen"}) {
			return 0, nil, err
		}
		if j.Anchored != 0 && j.Anchored <= v.latest.Height {
			if _, err := v.reader.AppHash(ctx, j.Anchored); err == nil {
				return wanted, j, nil
			}
		}
		if v.latest.Height > uint64(j.Written) {
			switch err := r.prove(ctx, src, j, v.latest.Height); {
			case err == nil:
				return wanted, j, nil
			case !errors.Is(err, ErrNoProof):
				return 0, nil, trouble(alarmChain, err)
			}
		}
		wanted = max(wanted, v.latest.Height+1, uint64(j.Written)+1)
	}
	return wanted, nil, nil
}

// collect looks for results that were written since the last look.
func (r *Relayer) collect(ctx context.Context, src Results, v *view, newest *light.Block) error {
	if r.mem.Results == 0 {
		r.mem.Results = max(0, int64(v.latest.Height)-resultsBack)
	}
	// The newest header has the state of the block before.
	from, to := r.mem.Results+1, min(newest.Header.Height-1, r.mem.Results+resultsAtOne)
	if from > to || len(r.mem.ToProve) >= maxJobs {
		return nil
	}
	list, err := src.Written(ctx, from, to)
	if err != nil {
		return trouble(alarmChain, fmt.Errorf("relayer: results of heights %d to %d: %w", from, to, err))
	}
	for _, w := range list {
		r.mem.ToProve = append(r.mem.ToProve, &job{Election: w.Election, Written: w.Height})
	}
	r.mem.Results = to
	if len(list) == 0 && to%100 != 0 {
		return nil // looked at again after a restart, at no cost
	}
	return r.save()
}

// forget takes a result off the list. It needs not be durable: the registry is asked
// first.
func (r *Relayer) forget(j *job) {
	r.mem.ToProve = slices.DeleteFunc(r.mem.ToProve, func(o *job) bool { return o == j })
}

// prove fetches the proof of a result under the header of a height. It stays in
// memory until something is sent.
func (r *Relayer) prove(ctx context.Context, src Results, j *job, height uint64) error {
	record, proof, err := src.Result(ctx, j.Election, int64(height)-1)
	if err != nil {
		return err
	}
	j.Anchored, j.Record, j.Proof = height, record, proof
	return nil
}

// proveAll fetches the proofs of all results under a header that will be anchored:
// once it is, the node may have forgotten its state.
func (r *Relayer) proveAll(ctx context.Context, height uint64) error {
	src, ok := r.cfg.Chain.(Results)
	if !ok || !r.cfg.proves() {
		return nil
	}
	for _, j := range r.mem.ToProve {
		if height <= uint64(j.Written) {
			continue
		}
		if err := r.prove(ctx, src, j, height); err != nil && !errors.Is(err, ErrNoProof) {
			return trouble(alarmChain, err)
		}
	}
	return nil
}
