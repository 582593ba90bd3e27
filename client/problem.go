package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Problem is a gateway's refusal.
type Problem struct {
	Status   int    // of HTTP
	Code     int    // of the API; 0 if the answer was not the gateway's
	Rule     string // the law's rule that a transaction broke; stable
	RuleCode uint32 // the rule's number; stable
	Detail   string // for people; not stable
	Hash     string // of a transaction that is waiting already

	retryAfter time.Duration
}

// Codes of problems that callers branch on. The list of all is in the API
// document of the gateway.
const (
	CodeAccountNotFound  = 4003
	CodeVoteNotFound     = 4024
	CodeElectionNotFound = 4045
	CodeCensusNotFound   = 4046
	CodeNotInCensus      = 4049
	CodeFileNotFound     = 4067
	CodeOverloaded       = 5030
)

func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Detail)
	if p.Rule != "" {
		fmt.Fprintf(&b, " [rule %s, %d]", p.Rule, p.RuleCode)
	} else if p.Code != 0 {
		fmt.Fprintf(&b, " [code %d]", p.Code)
	} else {
		fmt.Fprintf(&b, " [HTTP %d]", p.Status)
	}
	return b.String()
}

// Later tells whether the same request may be taken a little later.
func (p *Problem) Later() bool {
	return p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests
}

// maxWait bounds the pauses. A gateway that asks for a longer one is not asked
// again.
const maxWait = 10 * time.Second

// wait is the pause before attempt n+1: what the gateway asked for, or one that
// doubles from 100 ms.
func (p *Problem) wait(n int) time.Duration {
	if p.retryAfter > 0 {
		return p.retryAfter
	}
	return min(100*time.Millisecond<<min(n-1, 10), maxWait)
}

// readProblem makes a Problem of an answer. A proxy in between may answer with
// anything; what it says is kept, shortened.
func readProblem(res *http.Response, body []byte) *Problem {
	var wire struct {
		Detail   string `json:"detail"`
		Error    string `json:"error"`
		Code     int    `json:"code"`
		Rule     string `json:"rule"`
		RuleCode uint32 `json:"ruleCode"`
		Hash     string `json:"hash"`
	}
	if json.Unmarshal(body, &wire) != nil {
		wire.Error = strings.TrimSpace(string(body[:min(len(body), 200)]))
	}
	p := &Problem{
		Status: res.StatusCode, Code: wire.Code, Rule: wire.Rule, RuleCode: wire.RuleCode,
		Detail: wire.Detail, Hash: wire.Hash,
	}
	if p.Detail == "" {
		p.Detail = wire.Error
	}
	if p.Detail == "" {
		p.Detail = "the gateway answered " + res.Status
	}
	if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s > 0 {
		p.retryAfter = time.Duration(min(s, 3600)) * time.Second
	}
	return p
}
