package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"urna/tx"
)

// Codes of problem answers. Those below 6000 are the wire's: existing clients
// turn some of them into exception classes. Those from 6000 up are ours. A
// number is never reused.
const (
	codeAddress             = 4000 // address malformed
	codeAccountNotFound     = 4003
	codeTxNotFound          = 4007
	codeBlockNotFound       = 4008
	codeMetadataNoURI       = 4009 // metadata given, but the transaction names none
	codeMetadataMismatch    = 4010 // metadata is not what the transaction names
	codeBodyTooLarge        = 4012
	codeOrganisation        = 4013 // organisation id malformed
	codeToken               = 4015 // bearer token missing, unknown or not the owner's
	codeBody                = 4016 // body is not the JSON document that is expected
	codeElectionID          = 4017 // election id malformed
	codeNumber              = 4019 // not a number
	codePayload             = 4020 // payload is not base64
	codeMetadataURI         = 4022 // metadata URI is not a content address
	codeVoteID              = 4023 // vote id malformed
	codeVoteNotFound        = 4024
	codeCensusID            = 4025 // census id malformed
	codeCensusType          = 4027 // census type unknown or not supported
	codeDumpType            = 4028 // dump is of another type than the census
	codeDumpRoot            = 4030 // dump has another root than it says
	codeMetadata            = 4018 // metadata is not base64
	codeStatus              = 4031 // unknown status
	codeNoParticipants      = 4032
	codeManyParticipants    = 4033
	codeDumpMissing         = 4034
	codeProofMissing        = 4035
	codeKeyMissing          = 4039
	codeElectionNotFound    = 4045
	codeCensusNotFound      = 4046
	codeNoElectionKeys      = 4047
	codeParameter           = 4048 // a parameter is missing
	codeNotInCensus         = 4049
	codeCensusKey           = 4051 // census key is not an address
	codeIdentityNotFound    = 4054
	codeBoolean             = 4055
	codeHex                 = 4056
	codePageNotFound        = 4057
	codeDate                = 4058
	codeBatchTooLarge       = 4059
	codeBatchEmpty          = 4060
	codeKey                 = 4063 // not a key of the state
	codeTile                = 4064 // tile malformed
	codeTileNotFound        = 4065
	codeFileID              = 4066 // not the content id of a file
	codeFileNotFound        = 4067
	codeBroadcast           = 5001 // the chain could not take the transaction
	codeRefused             = 5003 // the chain refused the transaction
	codeFaucet              = 5018
	codeMetadataPublish     = 5021 // a document could not be stored
	codeTxKind              = 5022 // the endpoint takes another kind of transaction
	codeNoResults           = 5024 // results are not yet available
	codeOverloaded          = 5030
	codeInternal            = 6000
	codeNoEndpoint          = 6001
	codeMethod              = 6002
	codeRateLimit           = 6003
	codeTimeout             = 6004
	codeCensusPublished     = 6005 // a published census cannot be changed
	codeFaucetOff           = 6006
	codeCensusNotEmpty      = 6007 // a dump goes into an empty census
	codeCensusesFull        = 6008
	codeCensusPublishFailed = 6009
	codePruned              = 6010 // the state of a height is given up
	codeNoTrail             = 6011 // headers on the way to a height are thrown away
	codeUnsealed            = 6012 // absence cannot be proved yet
	codeVoted               = 6013 // absence cannot be proved: there is a vote
	codeDiskFull            = 6014
	codeCensusImportFailed  = 6015
	codeNoAnchor            = 6020 // this gateway does not look at Ethereum, or knows of no registry there
)

// Problem is an answer that says no: an RFC 9457 document with the members
// that existing clients read (error and code) beside it.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`

	Legacy string `json:"error"` // same as Detail; what existing clients read
	Code   int    `json:"code"`

	// Rule and RuleCode name the law's rule that a transaction broke. They are
	// stable; Detail is not.
	Rule     string `json:"rule,omitempty"`
	RuleCode uint32 `json:"ruleCode,omitempty"`

	// Hash is set when the transaction is already waiting.
	Hash string `json:"hash,omitempty"`

	retryAfter int // seconds; 0 for none
}

func (p *Problem) Error() string { return p.Detail }

// problem makes the error that a handler returns to say no. Without args, text
// is taken as it is.
func problem(status, code int, text string, args ...any) error {
	return newProblem(status, code, text, args...)
}

func newProblem(status, code int, text string, args ...any) *Problem {
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	return &Problem{
		Type:  "urn:urna:problem:" + strconv.Itoa(code),
		Title: http.StatusText(status), Status: status, Detail: text, Legacy: text, Code: code,
	}
}

// refused is the problem for a transaction that the law rejected.
func refused(r *tx.Rejection) *Problem {
	p := newProblem(http.StatusBadRequest, codeRefused, r.Detail)
	name, _ := tx.CodeInfo(r.Code)
	p.Rule, p.RuleCode = name, uint32(r.Code)
	p.Type = "urn:urna:rule:" + name
	return p
}

// overloaded is the problem for a request that should come again later.
func overloaded(text string) *Problem {
	p := newProblem(http.StatusServiceUnavailable, codeOverloaded, text)
	p.retryAfter = 1
	return p
}

// write sends the problem.
func (p *Problem) write(w http.ResponseWriter) {
	buf := buffers.Get().(*bytes.Buffer)
	defer release(buf)
	if err := encode(buf, p); err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	if p.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	send(w, p.Status, "application/problem+json", buf.Bytes())
}

// asProblem finds the problem in err, or makes the one that tells nothing of a
// fault of ours.
func asProblem(err error) (p *Problem, fault bool) {
	if errors.As(err, &p) {
		return p, false
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return newProblem(http.StatusRequestEntityTooLarge, codeBodyTooLarge,
			"request body is larger than %d bytes", tooLarge.Limit), false
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		p := newProblem(http.StatusServiceUnavailable, codeTimeout, "no answer in time; try again later")
		p.retryAfter = 1
		return p, false
	}
	return newProblem(http.StatusInternalServerError, codeInternal, "internal error"), true
}
