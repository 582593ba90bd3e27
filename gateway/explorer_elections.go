package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"urna/crypto/ethkey"
	"urna/election"
	"urna/indexer"
)

type electionItem struct {
	ElectionID     string    `json:"electionId"`
	OrganizationID string    `json:"organizationId"`
	Status         string    `json:"status"`
	StartDate      time.Time `json:"startDate"`
	EndDate        time.Time `json:"endDate"`
	VoteCount      int64     `json:"voteCount"`
	FinalResults   bool      `json:"finalResults"`
	ManuallyEnded  bool      `json:"manuallyEnded"`
	ChainID        string    `json:"chainId"`
	Title          string    `json:"title,omitempty"`
}

func (g *Gateway) listElections(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	f, err := electionFilter(r)
	if err != nil {
		return err
	}
	l, err := g.index.Elections(r.Context(), f, p)
	if err != nil {
		return err
	}
	return replyList(w, "elections", p, l, func(e indexer.Election) (electionItem, error) {
		return electionItem{
			ElectionID: e.ID.String(), OrganizationID: e.Organisation.String(), Status: e.Status.String(),
			StartDate: e.Start, EndDate: e.End, VoteCount: e.Votes, FinalResults: e.FinalResults,
			ManuallyEnded: e.ManuallyEnded, ChainID: g.app.ChainID(), Title: g.title(r.Context(), e.MetadataURI),
		}, nil
	})
}

func electionFilter(r *http.Request) (f indexer.ElectionFilter, err error) {
	if f.ID, err = prefixParam(r, "electionId", len(election.ID{}), codeElectionID); err != nil {
		return f, err
	}
	if f.Organisation, err = prefixParam(r, "organizationId", ethkey.AddressLen, codeOrganisation); err != nil {
		return f, err
	}
	if f.Status, err = statusParam(r); err != nil {
		return f, err
	}
	for _, b := range []struct {
		name string
		into **bool
	}{{"withResults", &f.HasResults}, {"finalResults", &f.FinalResults}, {"manuallyEnded", &f.ManuallyEnded}} {
		if *b.into, err = boolParam(r, b.name); err != nil {
			return f, err
		}
	}
	for _, t := range []struct {
		name string
		into *time.Time
	}{
		{"startDateAfter", &f.StartAfter},
		{"startDateBefore", &f.StartBefore},
		{"endDateAfter", &f.EndAfter},
		{"endDateBefore", &f.EndBefore},
	} {
		if *t.into, err = timeParam(r, t.name); err != nil {
			return f, err
		}
	}
	return f, nil
}

// title is the title of an election in its default language, or nothing if the
// metadata is not at hand or not for everybody to read.
func (g *Gateway) title(ctx context.Context, uri string) string {
	file, err := g.files.Get(ctx, uri, maxTitleDocument)
	if err != nil {
		return ""
	}
	var doc struct {
		Title map[string]string `json:"title"`
	}
	if json.Unmarshal(file, &doc) != nil {
		return ""
	}
	return doc.Title["default"]
}

// maxTitleDocument bounds the metadata that is read for a title alone.
const maxTitleDocument = 64 << 10

func (g *Gateway) countElections(w http.ResponseWriter, r *http.Request) error {
	a, err := g.indexedAccount(r, "organizationId")
	if err != nil {
		return err
	}
	return reply(w, countAnswer{a.Elections})
}

type voteItem struct {
	TxHash           string    `json:"txHash"`
	VoteID           string    `json:"voteID"`
	ElectionID       string    `json:"electionID"`
	VoterID          string    `json:"voterID,omitempty"`
	BlockHeight      int64     `json:"blockHeight"`
	TransactionIndex int       `json:"transactionIndex"`
	BlockTime        time.Time `json:"blockTime"`
}

func (g *Gateway) listVotes(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	in, err := electionParam(r, "electionId")
	if err != nil {
		return err
	}
	l, err := g.index.Votes(r.Context(), in, p)
	if err != nil {
		return missing(err, codeElectionNotFound, "election not found")
	}
	return replyList(w, "votes", p, l, func(v indexer.Vote) (voteItem, error) {
		item := voteItem{
			TxHash: v.Tx.String(), VoteID: v.ID.String(), ElectionID: v.Election.String(),
			BlockHeight: v.Height, TransactionIndex: v.Index, BlockTime: v.Time,
		}
		if !v.Voter.IsZero() { // an anonymous vote has no signer
			item.VoterID = v.Voter.String()
		}
		return item, nil
	})
}

func (g *Gateway) countVotes(w http.ResponseWriter, r *http.Request) error {
	id, err := pathElection(r, "electionId")
	if err != nil {
		return err
	}
	e, err := g.index.Election(r.Context(), id)
	if err != nil {
		return missing(err, codeElectionNotFound, "election not found")
	}
	return reply(w, countAnswer{e.Votes})
}

type activityAnswer struct {
	Bucket       string           `json:"bucket"`
	Buckets      []activityBucket `json:"buckets"`
	TotalVotes   int64            `json:"totalVotes"`
	UndatedVotes int64            `json:"undatedVotes"` // always 0: every vote has a block
}

type activityBucket struct {
	Period time.Time `json:"period"` // when it begins
	Count  int64     `json:"count"`
}

// Codes of questions about activity that cannot be answered.
const (
	codeBucket         = 4061
	codeTooManyBuckets = 4062
)

func (g *Gateway) voteActivity(w http.ResponseWriter, r *http.Request) error {
	id, err := pathElection(r, "electionId")
	if err != nil {
		return err
	}
	answer := activityAnswer{Bucket: param(r, "bucket"), Buckets: []activityBucket{}}
	var width time.Duration
	switch answer.Bucket {
	case "day", "":
		answer.Bucket, width = "day", 24*time.Hour
	case "hour":
		width = time.Hour
	default:
		return problem(http.StatusBadRequest, codeBucket, "bucket is hour or day, not %q", answer.Bucket)
	}
	from, err := timeParam(r, "from")
	if err != nil {
		return err
	}
	to, err := timeParam(r, "to")
	if err != nil {
		return err
	}
	buckets, err := g.index.Activity(r.Context(), id, width, from, to)
	if errors.Is(err, indexer.ErrManyBuckets) {
		return problem(http.StatusBadRequest, codeTooManyBuckets, "more than %d buckets: ask for days, or for less time", indexer.MaxBuckets)
	}
	if err != nil {
		return missing(err, codeElectionNotFound, "election not found")
	}
	for _, b := range buckets {
		answer.Buckets = append(answer.Buckets, activityBucket{b.Start, b.Votes})
		answer.TotalVotes += b.Votes
	}
	return reply(w, answer)
}
