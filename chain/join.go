package chain

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	cometlight "github.com/cometbft/cometbft/light"
	"github.com/cometbft/cometbft/light/provider"
	lighthttp "github.com/cometbft/cometbft/light/provider/http"
	cmtstate "github.com/cometbft/cometbft/proto/tendermint/state"
	sm "github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/statesync"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cometbft/cometbft/version"

	"urna/chain/light"
	"urna/chain/light/follow"
	"urna/internal/check"
)

// joiner tells CometBFT's state sync which snapshot is true: that whose root
// stands in a header that our light client trusts. It differs from CometBFT's
// own in what it leaves to no single server: forks are kept as evidence and end
// the node, consensus parameters are those of the genesis, and whose turn it is
// to propose is said alike by two servers.
type joiner struct {
	light   *follow.Client
	servers []*server
	params  cmttypes.ConsensusParams
	fail    func(error)
	log     *slog.Logger
}

var _ statesync.StateProvider = (*joiner)(nil)

// newJoiner asks the servers for the newest header, and fails if they contradict
// each other, or do not lead to it from what is trusted.
func newJoiner(ctx context.Context, cfg Config, chainID string, params cmttypes.ConsensusParams, fail func(error)) (*joiner, error) {
	s := cfg.StateSync
	hash, err := hex.DecodeString(s.TrustHash)
	if err != nil || len(hash) != len(light.Hash{}) {
		return nil, fmt.Errorf("chain: state sync: %q is not a block's hash", s.TrustHash)
	}
	trust := light.TrustCheckpoint(s.TrustHeight, light.Hash(hash))
	trust.ChainID = chainID
	j := &joiner{params: params, fail: fail, log: cfg.Log}
	var sources []follow.Source
	for _, url := range s.Servers {
		rpc, err := lighthttp.New(chainID, url)
		if err != nil {
			return nil, fmt.Errorf("chain: state sync: server %q: %w", url, err)
		}
		j.servers = append(j.servers, &server{url, rpc})
		sources = append(sources, j.servers[len(j.servers)-1])
	}
	if len(sources) < 2 {
		return nil, errors.New("chain: state sync: two servers are needed, so that they can be compared")
	}
	j.light, err = follow.NewClient(ctx, follow.Config{
		Trust: trust, Primary: sources[0], Witnesses: sources[1:], MinWitnesses: 1, TrustingPeriod: s.TrustPeriod,
		Dir: filepath.Join(cfg.Home, "data", "light", trust.ID()), Log: cfg.Log,
	})
	if err == nil {
		_, err = j.light.Update(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("chain: state sync: %w", err)
	}
	return j, nil
}

// AppHash is the root of the state after a height, once the headers are there
// that State will want.
func (j *joiner) AppHash(ctx context.Context, height uint64) ([]byte, error) {
	b, err := j.at(ctx, int64(height)+1)
	if err == nil {
		_, err = j.at(ctx, int64(height)+2)
	}
	if err != nil {
		return nil, err
	}
	return b.Header.AppHash[:], nil
}

// Commit is that of a height.
func (j *joiner) Commit(ctx context.Context, height uint64) (*cmttypes.Commit, error) {
	b, err := j.at(ctx, int64(height))
	if err != nil {
		return nil, err
	}
	lb, err := b.LightBlock()
	if err != nil {
		return nil, err
	}
	return lb.Commit, nil
}

// State is what consensus knows after a height. The header of the height after
// it has the results of that block; the validators of the one after that are
// known already.
func (j *joiner) State(ctx context.Context, height uint64) (sm.State, error) {
	var of [3]*cmttypes.LightBlock // of height, and the next ones
	for i := range of {
		b, err := j.at(ctx, int64(height)+int64(i))
		if err != nil {
			return sm.State{}, err
		}
		if of[i], err = b.LightBlock(); err != nil {
			return sm.State{}, err
		}
		if of[i].ValidatorSet, err = j.turns(ctx, b); err != nil {
			return sm.State{}, j.judge(err)
		}
	}
	last, now, next := of[0], of[1], of[2]
	if hash := j.params.Hash(); string(hash) != string(now.ConsensusHash) {
		return sm.State{}, j.judge(fmt.Errorf("chain: state sync: the consensus parameters of block %d are not those of the genesis", now.Height))
	}
	return sm.State{
		ChainID: now.ChainID, InitialHeight: 1,
		Version:         cmtstate.Version{Consensus: now.Version, Software: version.TMCoreSemVer},
		LastBlockHeight: last.Height, LastBlockTime: last.Time, LastBlockID: last.Commit.BlockID,
		LastValidators: last.ValidatorSet, Validators: now.ValidatorSet, NextValidators: next.ValidatorSet,
		LastHeightValidatorsChanged: next.Height,
		ConsensusParams:             j.params, LastHeightConsensusParamsChanged: now.Height,
		AppHash: now.AppHash, LastResultsHash: now.LastResultsHash,
	}, nil
}

// turns returns the validators of a trusted header with their priorities as
// proposers. No header commits to these, so two servers must say the same, and
// none may say something else: a node that has them wrong would refuse the
// proposals of others.
func (j *joiner) turns(ctx context.Context, b *light.Block) (set *cmttypes.ValidatorSet, err error) {
	var from *server
	alike := 0
	for _, s := range j.servers {
		lb, problem := s.rpc.LightBlock(ctx, b.Header.Height)
		if problem != nil || light.Hash(lb.ValidatorSet.Hash()) != b.Header.ValidatorsHash {
			j.log.Warn("a server does not say who proposes", "server", s.url, "height", b.Header.Height, "err", problem)
			continue
		}
		if set == nil {
			set, from = lb.ValidatorSet, s
		}
		for i, v := range lb.ValidatorSet.Validators {
			if v.ProposerPriority != set.Validators[i].ProposerPriority {
				return nil, fmt.Errorf("chain: state sync: %s and %s disagree about whose turn it is to propose after block %d", from.url, s.url, b.Header.Height)
			}
		}
		alike++
	}
	if alike < 2 {
		return nil, fmt.Errorf("chain: state sync: %d of %d servers say who proposes after block %d; two are needed", alike, len(j.servers), b.Header.Height)
	}
	return set, nil
}

// at is the trusted header of a height.
func (j *joiner) at(ctx context.Context, height int64) (*light.Block, error) {
	b, err := j.light.At(ctx, height)
	return b, j.judge(err)
}

// judge ends the node where there is evidence: CometBFT would go on to the next
// snapshot of whoever sent it. Any other error is told, and may pass.
func (j *joiner) judge(err error) error {
	if _, evidence := check.Failed(err); evidence {
		j.fail(fmt.Errorf("chain: state sync: %w", err))
		return errors.Join(err, cometlight.ErrNoWitnesses) // what CometBFT stops at
	}
	if err != nil && !errors.Is(err, follow.ErrNoBlock) {
		j.log.Warn("a snapshot cannot be trusted", "err", err)
	}
	return err
}

// server is a node's RPC as a source of signed headers.
type server struct {
	url string
	rpc provider.Provider
}

var (
	_ follow.Source   = (*server)(nil)
	_ follow.Reporter = (*server)(nil)
)

func (s *server) Name() string { return s.url }

func (s *server) Block(ctx context.Context, height int64) (*light.Block, error) {
	lb, err := s.rpc.LightBlock(ctx, height)
	var bad provider.ErrBadLightBlock
	switch {
	case errors.Is(err, provider.ErrHeightTooHigh), errors.Is(err, provider.ErrLightBlockNotFound):
		return nil, follow.ErrNoBlock
	case errors.As(err, &bad):
		return nil, check.Fail(check.Frame, "%v", bad.Reason)
	case err != nil:
		return nil, err
	}
	return light.BlockOf(lb)
}

// Report hands evidence to the node, so that its chain can punish.
func (s *server) Report(ctx context.Context, ev cmttypes.Evidence) error {
	return s.rpc.ReportEvidence(ctx, ev)
}
