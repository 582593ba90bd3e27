package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"urna/ballot"
	"urna/census"
	"urna/chain/light"
	"urna/client"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/internal/check"
	"urna/internal/codec"
	"urna/state"
)

// What an answer of the API holds besides the state.
var (
	unprovedOfAccount = []string{"transfersCount", "feesCount"}
	unprovedOfVote    = []string{"txHash", "transactionIndex"}
)

// account reads an account, checked if the user wants that.
func (a *app) account(ctx context.Context, gw *client.Client, who ethkey.Address) (acc *client.Account, c *checked, err error) {
	if !a.trust.verify {
		acc, err = gw.Account(ctx, who)
		return acc, nil, err
	}
	v, err := a.verifier(ctx, gw)
	if err != nil {
		return nil, nil, err
	}
	var missing error
	c, err = v.settle(ctx, func() (err error) {
		acc, err = gw.Account(ctx, who)
		missing, err = problemOf(err, client.CodeAccountNotFound)
		return err
	}, func(height int64) error {
		values, err := v.records(ctx, height, state.AccountKey(who))
		if err != nil {
			return err
		}
		if there, err := exists("account", values[0], missing); !there || err != nil {
			return err
		}
		return agreeAccount(acc, who, state.ReadAccount(codec.NewReader(values[0])))
	})
	switch {
	case err != nil:
		return nil, nil, err
	case missing != nil:
		return nil, nil, fmt.Errorf("%w; after block %d there is a proof of it", missing, c.Height)
	}
	acc.Metadata, err = v.metadata(ctx, acc.InfoURL)
	return acc, c, err
}

// problemOf takes a refusal with a code out of the way of other errors.
func problemOf(err error, code int) (missing, other error) {
	var p *client.Problem
	if errors.As(err, &p) && p.Code == code {
		return err, nil
	}
	return nil, err
}

// exists compares whether a record is there with what the gateway says.
func exists(what string, value []byte, missing error) (bool, error) {
	switch {
	case value == nil && missing == nil:
		return false, check.Fail(check.State, "the gateway shows an %s; by the state there is none", what)
	case value != nil && missing != nil:
		return false, check.Fail(check.State, "the gateway says that there is no such %s; by the state there is one", what)
	}
	return value != nil, nil
}

func agreeAccount(acc *client.Account, who ethkey.Address, want *state.Account) error {
	acc.Metadata = nil // the file itself is fetched
	return agree([]said{
		{check.State, "address", acc.Address, who},
		{check.State, "balance", acc.Balance, want.Balance},
		{check.State, "nonce", acc.Nonce, want.Nonce},
		{check.State, "number of elections", acc.ElectionIndex, want.ElectionIndex},
		{check.State, "metadata URI", acc.InfoURL, want.InfoURI},
		{check.State, "identity key", acc.IdentityKey, hex.EncodeToString(want.IdentityKey)},
	})
}

// election reads an election, checked if the user wants that.
func (a *app) election(ctx context.Context, gw *client.Client, arg string) (e *client.Election, c *checked, err error) {
	id, err := argument(election.ParseID(arg))
	if err != nil {
		return nil, nil, err
	}
	if !a.trust.verify {
		e, err = gw.Election(ctx, id)
		return e, nil, err
	}
	v, err := a.verifier(ctx, gw)
	if err != nil {
		return nil, nil, err
	}
	var missing error
	c, err = v.settle(ctx, func() (err error) {
		e, err = gw.Election(ctx, id)
		missing, err = problemOf(err, client.CodeElectionNotFound)
		return err
	}, func(height int64) error {
		values, err := v.records(ctx, height, state.SettingsKey(id), state.StageKey(id), state.LogKey(id), state.TallyKey(id), state.ResultKey(id))
		if err != nil {
			return err
		}
		if there, err := exists("election", values[0], missing); !there || err != nil {
			return err
		}
		return agreeElection(e, id, values)
	})
	switch {
	case err == nil && missing != nil:
		return nil, nil, fmt.Errorf("%w; after block %d there is a proof of it", missing, c.Height)
	case err != nil:
		return nil, nil, err
	case e.ChainID != c.ChainID:
		return nil, nil, check.Fail(check.Genesis, "the gateway says that the election is of chain %q, not %q", e.ChainID, c.ChainID)
	}
	if e.Metadata, err = v.metadata(ctx, e.MetadataURL); err != nil {
		return nil, nil, err
	}
	e.Title = electionTitle(e)
	return e, c, nil
}

// agreeElection compares an election with its records: settings, stage, log,
// tally, and result if there is one.
func agreeElection(e *client.Election, id election.ID, values [][]byte) error {
	settings := election.ReadSettings(codec.NewReader(values[0]))
	for i, key := range [][]byte{state.StageKey(id), state.LogKey(id), state.TallyKey(id)} {
		if values[i+1] == nil {
			name, _ := state.KeyName(key)
			return check.Fail(check.State, "the state has no record of %s", name)
		}
	}
	stage := state.ReadStage(codec.NewReader(values[1]))
	log := state.ReadLog(codec.NewReader(values[2]))
	result, final, err := resultOf(settings, stage, values[3], values[4])
	if err != nil {
		return err
	}
	if e.Census == nil || e.VoteMode == nil || e.Mode == nil || e.Tally == nil {
		return check.Fail(check.State, "the gateway leaves out parts of the election")
	}
	e.Title, e.Metadata = "", nil // the file itself is fetched
	e.Classes = nil               // no claim is about them
	if e.Census.Root, err = rootOf(e.Census); err != nil {
		return err
	}
	r := settings.Rules
	return agree([]said{
		{check.State, "election", e.ID, id},
		{check.State, "organisation", e.Organisation, settings.Organisation},
		{check.State, "status", e.Status, stage.Status},
		{check.State, "start", e.Start.Unix(), settings.Start},
		{check.State, "end", e.End.Unix(), stage.End},
		{check.State, "time of creation", e.Created.Unix(), settings.CreatedTime},
		{check.Counts, "number of votes", e.VoteCount, log.Voters},
		{check.State, "early end", e.ManuallyEnded, stage.ManuallyEnded},
		{check.State, "metadata URI", e.MetadataURL, settings.MetadataURI},
		{check.State, "census", *e.Census, client.ElectionCensus{
			Origin: settings.CensusOrigin.String(), Root: stage.CensusRoot.String(), URL: stage.CensusURI, MaxSize: stage.MaxCensusSize,
		}},
		{check.State, "way of voting", *e.VoteMode, client.VoteMode{
			Anonymous: settings.Mode.Anonymous, Encrypted: settings.Mode.Encrypted,
			UniqueValues: r.UniqueValues, CostFromWeight: r.CostFromWeight,
		}},
		{check.State, "mode", *e.Mode, client.ElectionMode{
			AutoStart: settings.AutoStart, Interruptible: settings.Interruptible,
			DynamicCensus: settings.DynamicCensus, EncryptedMetadata: settings.EncryptedMetadata,
		}},
		{check.State, "ballot", *e.Tally, client.TallyMode{
			MaxCount: r.MaxCount, MaxValue: r.MaxValue, MaxOverwrites: r.MaxOverwrites,
			MaxTotalCost: r.MaxTotalCost, CostExponent: r.CostExponent,
		}},
		{check.Result, "result", e.Result, result},
		{check.Result, "finality of the result", e.FinalResults, final},
	})
}

// resultOf is the result that an election has: the final one, or as long as
// votes may come the one so far, unless ballots are sealed.
func resultOf(e election.Settings, stage *state.Stage, tally, result []byte) (cells [][]string, final bool, err error) {
	switch stage.Status {
	case election.Results:
		if result == nil {
			return nil, false, check.Fail(check.Result, "the state has no result of the election")
		}
		return state.ReadResult(codec.NewReader(result)).Tally.Strings(), true, nil
	case election.Ready, election.Paused, election.Ended:
		if !e.Mode.Encrypted {
			return ballot.ReadTally(codec.NewReader(tally)).Strings(), false, nil
		}
	}
	return nil, false, nil
}

// vote reads a vote, checked if the user wants that.
func (a *app) vote(ctx context.Context, gw *client.Client, id election.Nullifier) (vote *client.Vote, c *checked, err error) {
	if !a.trust.verify {
		vote, err = gw.Vote(ctx, id)
		return vote, nil, err
	}
	v, err := a.verifier(ctx, gw)
	if err != nil {
		return nil, nil, err
	}
	c, err = v.settle(ctx, func() (err error) {
		vote, err = gw.Vote(ctx, id)
		return err
	}, func(height int64) error {
		of, err := election.ParseID(vote.Election)
		if err != nil {
			return check.Fail(check.State, "the gateway names no election: %v", err)
		}
		r, err := v.receipt(ctx, of, id, height)
		if err != nil {
			return err
		}
		b, err := v.light.At(ctx, int64(r.Record.Height))
		if err != nil {
			return err
		}
		return agreeVote(vote, r, b.Header.Time)
	})
	if err != nil {
		return nil, nil, err
	}
	vote.TxHash, vote.Index = "", 0 // of these there is no proof
	return vote, c, nil
}

// counts asks whether a vote is in the box of an election, checked if the user
// wants that.
func (a *app) counts(ctx context.Context, gw *client.Client, of election.ID, id election.Nullifier) (*checked, error) {
	if !a.trust.verify {
		return nil, gw.VerifyVote(ctx, of, id)
	}
	v, err := a.verifier(ctx, gw)
	if err != nil {
		return nil, err
	}
	return v.settle(ctx, func() error { return gw.VerifyVote(ctx, of, id) }, func(height int64) error {
		_, err := v.receipt(ctx, of, id, height)
		return err
	})
}

// receipt proves the newest vote of a nullifier after a block.
func (v *verifier) receipt(ctx context.Context, of election.ID, id election.Nullifier, height int64) (*light.Receipt, error) {
	d, err := v.document(ctx, "votes/"+of.String()+"/"+id.String(), height)
	if err != nil {
		return nil, err
	}
	return receiptOf(d, of, id)
}

// receiptOf reads a receipt that must be of this vote.
func receiptOf(d *light.Document, of election.ID, id election.Nullifier) (*light.Receipt, error) {
	r, err := d.Receipt()
	if err != nil {
		return nil, err
	}
	if r == nil || r.Election != of || r.Record.Nullifier != id {
		return nil, check.Fail(check.Log, "the gateway proves another vote than %s", id)
	}
	return r, nil
}

func agreeVote(vote *client.Vote, r *light.Receipt, at time.Time) error {
	voter, err := ethkey.ParseAddress(vote.Voter)
	if err != nil || election.SignedNullifier(voter, r.Election) != r.Record.Nullifier {
		return check.Fail(check.Signature, "vote %s is not that of %q", r.Record.Nullifier, vote.Voter)
	}
	return agree([]said{
		{check.State, "vote", vote.ID, r.Record.Nullifier},
		{check.Log, "ballot", compact(vote.Package), compact(r.Package)},
		{check.Log, "memo", vote.Memo, hex.EncodeToString(r.Memo)},
		{check.Log, "weight", vote.Weight, r.Record.Weight.Dec()},
		{check.Log, "number of overwrites", vote.OverwriteCount, r.Record.Overwrites},
		{check.Log, "block", vote.Height, r.Record.Height},
		{check.State, "date", vote.Date.Unix(), at.Unix()},
	})
}

// compact is JSON without white space, as it travels inside other JSON; nothing
// if it is no JSON.
func compact(b []byte) string {
	var out bytes.Buffer
	if json.Compact(&out, b) != nil {
		return ""
	}
	return out.String()
}

// rootOf is what the chain keeps as the root of a census: for an issuer, whose
// key a gateway shows instead, what follows from the key.
func rootOf(c *client.ElectionCensus) (string, error) {
	if c.Origin != census.Issuer.String() {
		return c.Root, nil
	}
	key, err := hex.DecodeString(c.Root)
	if err != nil {
		return "", check.Fail(check.State, "the issuer's key %q is not hex", c.Root)
	}
	address, err := ethkey.PublicKeyAddress(key)
	if err != nil {
		return "", check.Fail(check.State, "the issuer's key: %v", err)
	}
	return census.IssuerRoot(address).String(), nil
}
