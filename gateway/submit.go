package gateway

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"

	"urna/app"
	"urna/state/transition"
	"urna/tx"
)

// txBody is what the calls for one kind of transaction take.
type txBody struct {
	Payload  *string `json:"txPayload"`
	Metadata *string `json:"metadata"`
}

// submitAnswer is what they return. Code and Response are only in the answer of the
// call for any transaction.
type submitAnswer struct {
	TxHash      string `json:"txHash,omitempty"`
	ElectionID  string `json:"electionID,omitempty"`
	VoteID      string `json:"voteID,omitempty"`
	MetadataURL string `json:"metadataURL,omitempty"`
}

// decodeTx reads a signed transaction from base64 and looks at what it says;
// nothing is verified yet.
func decodeTx(member string, payload *string) (raw []byte, t *tx.Tx, err error) {
	if payload == nil {
		return nil, nil, problem(http.StatusBadRequest, codePayload, "%s is missing", member)
	}
	if raw, err = unbase64(member, *payload, codePayload); err != nil {
		return nil, nil, err
	}
	if t, err = tx.Decode(raw); err != nil {
		var r *tx.Rejection
		if errors.As(err, &r) {
			return nil, nil, refused(r)
		}
		return nil, nil, err
	}
	return raw, t, nil
}

func wrongKind(t *tx.Tx, wanted string) error {
	return problem(http.StatusBadRequest, codeTxKind, "transaction is %s, this endpoint takes %s", t.Payload.Kind(), wanted)
}

// submit hands one transaction to the app.
func (g *Gateway) submit(ctx context.Context, raw []byte) (*app.Submission, error) {
	s := &g.app.Submit(ctx, [][]byte{raw})[0]
	if s.Err != nil {
		return nil, submissionProblem(s)
	}
	return s, nil
}

// submissionProblem turns a refusal into a problem; a fault stays what it is.
func submissionProblem(s *app.Submission) error {
	var r *tx.Rejection
	switch {
	case errors.As(s.Err, &r):
		return refused(r)
	case s.Err == app.ErrBusy:
		return overloaded("mempool is full: " + s.Err.Error())
	case errors.Is(s.Err, app.ErrBusy):
		return overloaded(s.Err.Error())
	case errors.Is(s.Err, app.ErrKnown):
		p := newProblem(http.StatusConflict, codeBroadcast, "tx already exists in cache")
		p.Hash = s.ID.String()
		return p
	}
	return s.Err
}

// electionOf and voteOf name what a submission has made; empty if nothing.
func electionOf(s *app.Submission) string {
	for _, e := range s.Events {
		if e, ok := e.(transition.ElectionCreated); ok {
			return e.ID.String()
		}
	}
	if p, ok := s.Payload.(*tx.NewElection); ok && p.Expect != nil {
		return p.Expect.String() // it waits for an earlier nonce, so nothing has happened yet
	}
	return ""
}

func voteOf(s *app.Submission) string {
	if s.Kind != tx.KindVote {
		return ""
	}
	return s.Nullifier.String()
}

// keep stores the metadata that comes with a transaction, if it is what the
// transaction's URI names, so that the document is there before anybody can
// look for it.
func (g *Gateway) keep(ctx context.Context, metadata *string, uri string) error {
	if metadata == nil || *metadata == "" {
		return nil
	}
	if base64.StdEncoding.DecodedLen(len(*metadata)) > g.limits.MaxMetadata+2 {
		return g.metadataTooLarge()
	}
	document, err := unbase64("metadata", *metadata, codeMetadata)
	switch {
	case err != nil:
		return err
	case len(document) > g.limits.MaxMetadata:
		return g.metadataTooLarge()
	case uri == "":
		return problem(http.StatusBadRequest, codeMetadataNoURI, "metadata was given, but the transaction names none")
	}
	found, err := g.files.CID(document)
	if err != nil {
		return err
	}
	if found != uri {
		return problem(http.StatusBadRequest, codeMetadataMismatch, "metadata is %s, the transaction names %q", found, uri)
	}
	if _, err := g.files.Put(ctx, document); err != nil {
		g.log.Error("store metadata", "uri", uri, "error", err)
		return problem(http.StatusInternalServerError, codeMetadataPublish, "metadata could not be stored")
	}
	return nil
}

func (g *Gateway) metadataTooLarge() error {
	return problem(http.StatusRequestEntityTooLarge, codeBodyTooLarge, "metadata is larger than %d bytes", g.limits.MaxMetadata)
}
