package gateway

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"urna/election"
	"urna/indexer"
	"urna/state"
	"urna/tx"
)

type voteAnswer struct {
	TxHash         string          `json:"txHash"`
	ID             string          `json:"voteID"`
	Package        json.RawMessage `json:"package,omitempty"`
	Memo           string          `json:"memo,omitempty"` // hex
	Weight         string          `json:"weight"`
	Election       string          `json:"electionID"`
	Voter          string          `json:"voterID"`
	Height         int64           `json:"blockHeight"`
	Index          int             `json:"transactionIndex"`
	OverwriteCount uint32          `json:"overwriteCount"`
	Position       uint64          `json:"position"` // in the election's log
	Date           time.Time       `json:"date"`
}

var errVoteNotFound = problem(http.StatusNotFound, codeVoteNotFound, "vote not found")

func pathVote(r *http.Request) (election.Nullifier, error) {
	n, err := pathHash(r, "vote", codeVoteID)
	return n, err
}

func (g *Gateway) vote(w http.ResponseWriter, r *http.Request) error {
	id, err := pathVote(r)
	if err != nil {
		return err
	}
	found, record, position, err := g.findVote(r.Context(), id)
	if err != nil {
		return err
	}
	pkg, memo, err := g.app.View().Ballot(found.Election, position)
	if err != nil && !errors.Is(err, state.ErrNotFound) { // old ballots may be thrown away
		return err
	}
	out := voteAnswer{
		TxHash: found.Tx.String(), ID: id.String(), Memo: hex.EncodeToString(memo), Weight: record.Weight.Dec(),
		Election: found.Election.String(), Voter: found.Voter.String(), Height: found.Height, Index: found.Index,
		OverwriteCount: record.Overwrites, Position: position, Date: found.Time,
	}
	if json.Valid(pkg) {
		out.Package = pkg
	}
	return reply(w, &out)
}

// findVote finds a vote's last record, and where the chain took it. The index
// knows the election of a vote and its transaction; when it is a block behind
// an overwrite, it is given the time to catch up, so that both speak of one
// vote.
func (g *Gateway) findVote(ctx context.Context, id election.Nullifier) (v indexer.Vote, record state.VoteRecord, position uint64, err error) {
	for {
		v, err = g.index.Vote(ctx, id)
		if errors.Is(err, indexer.ErrNotFound) {
			return v, record, 0, errVoteNotFound
		}
		if err != nil {
			return v, record, 0, err
		}
		record, position, err = g.app.View().Vote(v.Election, id)
		if err != nil || int64(record.Height) <= v.Height {
			return v, record, position, err
		}
		if err := g.index.Wait(ctx, int64(record.Height)); err != nil {
			return v, record, 0, err
		}
	}
}

func (g *Gateway) verifyVote(w http.ResponseWriter, r *http.Request) error {
	id, err := pathElection(r, "election")
	if err != nil {
		return err
	}
	vote, err := pathVote(r)
	if err != nil {
		return err
	}
	_, _, err = g.app.View().Vote(id, vote)
	if errors.Is(err, state.ErrNotFound) {
		return errVoteNotFound
	}
	if err != nil {
		return err
	}
	return replyDone(w)
}

func (g *Gateway) submitVote(w http.ResponseWriter, r *http.Request) error {
	var body txBody
	if err := readJSON(r, &body); err != nil {
		return err
	}
	raw, t, err := decodeTx("txPayload", body.Payload)
	if err != nil {
		return err
	}
	if _, ok := t.Payload.(*tx.Vote); !ok {
		return wrongKind(t, "vote")
	}
	s, err := g.submit(r.Context(), raw, nil)
	if err != nil {
		return err
	}
	return reply(w, &submitAnswer{TxHash: s.ID.String(), VoteID: voteOf(s)})
}
