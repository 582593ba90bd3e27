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

// submit hands one transaction to the app, and stores the document that comes
// with it once the transaction waits for a block or is on the chain: so its
// place on the disk is paid for, and whoever is told of the transaction finds
// it. A client that got no answer sends the same again.
func (g *Gateway) submit(ctx context.Context, raw, document []byte) (*app.Submission, error) {
	s := &g.app.Submit(ctx, [][]byte{raw})[0]
	if document != nil && g.stands(ctx, s) {
		if uri, err := g.files.Put(context.WithoutCancel(ctx), document); err != nil {
			g.log.Error("store metadata", "uri", uri, "tx", s.ID.String(), "error", err)
			p := newProblem(http.StatusInternalServerError, codeMetadataPublish, "the transaction was taken, but its metadata could not be stored; send the same again")
			p.Hash = s.ID.String()
			return nil, p
		}
	}
	if s.Err != nil {
		return nil, submissionProblem(s)
	}
	return s, nil
}

// stands tells whether a transaction waits for a block or is on the chain.
func (g *Gateway) stands(ctx context.Context, s *app.Submission) bool {
	if s.Err == nil || errors.Is(s.Err, app.ErrKnown) {
		return true
	}
	if s.ID == (tx.ID{}) {
		return false
	}
	t, err := g.index.Transaction(ctx, s.ID)
	return err == nil && t.Code == 0
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

// metadataOf decodes the metadata that comes with a transaction and checks that
// it is what the transaction's URI names; nil if there is none.
func (g *Gateway) metadataOf(body *txBody, uri string) ([]byte, error) {
	if body.Metadata == nil || *body.Metadata == "" {
		return nil, nil
	}
	if base64.StdEncoding.DecodedLen(len(*body.Metadata)) > g.limits.MaxMetadata+2 {
		return nil, g.metadataTooLarge()
	}
	document, err := unbase64("metadata", *body.Metadata, codeMetadata)
	switch {
	case err != nil:
		return nil, err
	case len(document) > g.limits.MaxMetadata:
		return nil, g.metadataTooLarge()
	case uri == "":
		return nil, problem(http.StatusBadRequest, codeMetadataNoURI, "metadata was given, but the transaction names none")
	}
	found, err := g.files.CID(document)
	if err != nil {
		return nil, err
	}
	if found != uri {
		return nil, problem(http.StatusBadRequest, codeMetadataMismatch, "metadata is %s, the transaction names %q", found, uri)
	}
	return document, nil
}

func (g *Gateway) metadataTooLarge() error {
	return problem(http.StatusRequestEntityTooLarge, codeBodyTooLarge, "metadata is larger than %d bytes", g.limits.MaxMetadata)
}
