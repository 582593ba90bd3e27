package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/gateway"
	"urna/ipfs"
	"urna/ipfs/replica"
	"urna/state"
	"urna/state/transition"
)

// needs tells replication which files the chain refers to: the metadata of
// accounts, the metadata and census of elections. What it tells of a height is
// how things stand now; so it may begin anywhere.
type needs struct{ blocks *blocks }

var _ replica.Feeder = (*needs)(nil)

// needsBatch is how many blocks are looked through before what they say is kept.
const needsBatch = 500

// Next implements replica.Feeder. The cursor is a height.
func (n *needs) Next(ctx context.Context, after int64, visit func(replica.Need) error) (int64, error) {
	if err := n.blocks.Wait(ctx, after+1); err != nil {
		return 0, err
	}
	if base := n.blocks.Base(); after == 0 || base == 0 || base > after+1 {
		return n.all(visit)
	}
	to := min(n.blocks.Height(), after+needsBatch)
	elections, accounts := map[election.ID]struct{}{}, map[ethkey.Address]struct{}{}
	for h := after + 1; h <= to; h++ {
		b, err := n.blocks.Block(ctx, h)
		if err != nil {
			return 0, fmt.Errorf("block %d: %w", h, err)
		}
		touched(b.Outcome, elections, accounts)
	}
	view := n.blocks.View()
	for id := range elections {
		settings, err := view.Settings(id)
		if err != nil {
			return 0, err
		}
		need, err := n.election(view, settings)
		if err != nil {
			return 0, err
		}
		if err := visit(need); err != nil {
			return 0, err
		}
	}
	for a := range accounts {
		account, err := view.Account(a)
		if err != nil {
			return 0, err
		}
		if err := visit(ofAccount(a, account)); err != nil {
			return 0, err
		}
	}
	return to, nil
}

// touched collects whose files a block may have changed.
func touched(o *transition.BlockOutcome, elections map[election.ID]struct{}, accounts map[ethkey.Address]struct{}) {
	look := func(events []transition.Event) {
		for _, e := range events {
			switch e := e.(type) {
			case transition.AccountCreated:
				accounts[e.Account] = struct{}{}
			case transition.AccountChanged:
				accounts[e.Account] = struct{}{}
			case transition.ElectionCreated:
				elections[e.ID] = struct{}{}
			case transition.StatusChanged:
				elections[e.ID] = struct{}{}
			case transition.CensusChanged:
				elections[e.ID] = struct{}{}
			case transition.ResultWritten:
				elections[e.ID] = struct{}{}
			}
		}
	}
	look(o.Before)
	for _, t := range o.Txs {
		look(t.Events)
	}
	look(o.Events)
}

// all tells of everything in the state.
func (n *needs) all(visit func(replica.Need) error) (int64, error) {
	view := n.blocks.View()
	err := view.EachElection(func(s *election.Settings) error {
		need, err := n.election(view, s)
		if err != nil {
			return err
		}
		return visit(need)
	})
	if err != nil {
		return 0, err
	}
	err = view.EachAccount(func(a ethkey.Address, account *state.Account) error { return visit(ofAccount(a, account)) })
	return view.Height(), err
}

func ofAccount(a ethkey.Address, account *state.Account) replica.Need {
	return replica.Need{Owner: "account/" + a.String(), Files: onIPFS(account.InfoURI, metadataKind)}
}

func (n *needs) election(view *state.View, s *election.Settings) (replica.Need, error) {
	need := replica.Need{Owner: "election/" + s.ID.String()}
	stage, err := view.Stage(s.ID)
	if err != nil {
		return need, err
	}
	kind := metadataKind
	if s.EncryptedMetadata {
		kind = encryptedKind
	}
	need.Files = append(onIPFS(s.MetadataURI, kind), onIPFS(stage.CensusURI, censusKind)...)
	if stage.Status.Final() {
		need.Closed, err = n.closed(view, s.ID, stage)
	}
	return need, err
}

// closed is when an election came to its end: its result, if it has one. Where
// that block is no longer kept, it is said to have been now.
func (n *needs) closed(view *state.View, id election.ID, stage *state.Stage) (time.Time, error) {
	if stage.Status != election.Results {
		return time.Unix(int64(stage.End), 0), nil
	}
	result, err := view.Result(id)
	if err != nil {
		return time.Time{}, err
	}
	h, err := n.blocks.header(int64(result.Height))
	if err == nil {
		return h.Time, nil
	}
	if !errors.Is(err, gateway.ErrNoBlock) {
		return time.Time{}, err
	}
	mark, err := view.Mark()
	return time.Unix(int64(mark.Time), 0), err
}

// onIPFS is a file, if the URI is one of IPFS: censuses of other origins may be
// at any address.
func onIPFS(uri string, kind replica.Kind) []replica.File {
	if !strings.HasPrefix(uri, ipfs.Scheme) {
		return nil
	}
	return []replica.File{{URI: uri, Kind: kind}}
}
