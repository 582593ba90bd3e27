// Package audit replays a chain: from its genesis and its blocks it computes
// everything again that the chain claims, under the law that nodes run, and
// compares. Whoever hands over the blocks is not trusted.
//
// It promises that what passes is what the law makes of the genesis and of
// blocks that more than two thirds of the validators have signed, that every
// closed election was counted once more from its ballots, and that evidence of
// anything else is a *check.Failure; docs/spec/audit.md numbers the checks. It
// refuses to say anything of the newest block of a source, which no other block
// confirms yet. It knows no node, no gateway and no index: sources are given.
package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"urna/chain/light"
	"urna/internal/check"
	"urna/state"
	"urna/state/transition"
)

// Source is where a chain comes from. Nothing that it says is believed.
type Source interface {
	// Name is for people.
	Name() string

	// Genesis returns the genesis document of CometBFT, in JSON.
	Genesis(ctx context.Context) ([]byte, error)

	// Tip is the height of the newest block.
	Tip(ctx context.Context) (int64, error)

	// Blocks calls visit with the block of a height, in Protobuf, and with all
	// that follow, until the newest one. It returns visit's error as it is. The
	// bytes are visit's to keep.
	Blocks(ctx context.Context, from int64, visit func(raw []byte) error) error
}

// Prover is a Source that proves records of the state, so that a root that
// differs can be traced to a key.
type Prover interface {
	// Record returns a proof document (docs/spec/proofs.md) whose claim is about
	// a key of the state after the block at a height.
	Record(ctx context.Context, height int64, key []byte) ([]byte, error)
}

// Closer is a Source whose blocks end before a signed header, such as a file.
// The header confirms the last block.
type Closer interface {
	Closing(ctx context.Context) (*light.Block, error)
}

// Options say what to replay. Source is required.
type Options struct {
	Source Source

	// Dir keeps the state between runs: the replay resumes where it ended. It
	// holds a file for every election whose set of nullifiers is sealed, see
	// ReadClaims. "" keeps everything in memory.
	Dir string

	// Genesis is a copy of the genesis document that is trusted. Without it the
	// source's is, and the verdict is about that chain.
	Genesis []byte

	// To is the last height to be replayed; 0 is all. Its confirmation is in
	// the block after it.
	To int64

	// Anchor is where the chain is anchored on Ethereum; nil does not look there.
	Anchor *Anchor

	// Report collects what was looked at of the chain; nil makes one.
	Report *check.Report

	// Progress is told how far the replay is, some times a second.
	Progress func(Progress)

	// OnBlock is given every block when all that can be known of it is checked
	// and, with Dir, written. Its error ends the replay.
	OnBlock func(*Block) error

	// LookAhead bounds the bytes of blocks that are decoded and verified before
	// it is their turn; 16 MiB. A larger block comes alone.
	LookAhead int64
}

// Progress says how far a replay is.
type Progress struct {
	Height, Tip int64
	Votes       uint64  // all so far
	Rate        float64 // votes a second, of this run
}

// Block is a block of which everything was checked.
type Block struct {
	Raw     []byte        // Protobuf
	Header  *light.Header // its own
	Next    *light.Header // that confirms it
	Txs     [][]byte
	Outcome *transition.BlockOutcome
	View    *state.View // after the block; readable until OnBlock returns
}

// Replay replays a chain and says what it found. The verdict is there whatever
// the error is: a *check.Failure, which is about the chain, or one that kept the
// replay from looking. After the end of ctx the next run with the same Dir goes
// on.
func Replay(ctx context.Context, o Options) (*Verdict, error) {
	r := &replay{o: o, report: o.Report, started: time.Now()}
	if r.report == nil {
		r.report = check.NewReport('C')
	}
	if r.o.LookAhead == 0 {
		r.o.LookAhead = 16 << 20
	}
	err := r.open(ctx)
	if err == nil && o.Anchor != nil {
		err = r.lookAtEthereum(ctx)
	}
	if err == nil {
		err = r.run(ctx)
	}
	v := r.verdict(err)
	if r.ethereum != nil {
		if err == nil {
			err = r.compareEthereum(ctx)
		}
		r.ethereum.add(v, err)
	}
	return v, errors.Join(err, r.close())
}

// open takes the genesis and the state that an earlier run has left.
func (r *replay) open(ctx context.Context) error {
	if r.o.Source == nil {
		return errors.New("audit: there is no source")
	}
	doc, err := r.o.Source.Genesis(ctx)
	if err != nil {
		return fmt.Errorf("genesis from %s: %w", r.o.Source.Name(), err)
	}
	if r.origin, err = parseOrigin(doc); err != nil {
		return err
	}
	if r.o.Genesis != nil {
		if err := r.origin.same(r.o.Genesis, "the trusted copy"); err != nil {
			return err
		}
	}
	cfg := state.Config{KeepVersions: 2}
	if r.o.Dir != "" {
		if err := r.keepGenesis(doc); err != nil {
			return err
		}
		cfg.Dir = filepath.Join(r.o.Dir, "state")
	}
	if r.store, err = state.Open(cfg); err != nil {
		return err
	}
	r.count(check.Genesis, 1)
	return r.resume()
}

// keepGenesis puts the genesis into the directory, which is then of this chain.
func (r *replay) keepGenesis(doc []byte) error {
	if err := os.MkdirAll(filepath.Join(r.o.Dir, "elections"), 0o755); err != nil {
		return err
	}
	path := filepath.Join(r.o.Dir, "genesis.json")
	old, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return writeFile(path, doc)
	}
	if err != nil {
		return err
	}
	return r.origin.same(old, "that of "+r.o.Dir)
}

func (r *replay) close() error {
	if r.store == nil {
		return nil
	}
	return r.store.Close()
}

// writeFile writes a file all or nothing.
func writeFile(path string, b []byte) error {
	if err := os.WriteFile(path+".new", b, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
