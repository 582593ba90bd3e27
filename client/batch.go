package client

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/http"

	"urna/tx"
)

// Answer is what a gateway said to one transaction of a batch.
type Answer struct {
	Hash tx.ID    // of a transaction that waits for a block; see SubmitBatch
	Err  *Problem // why it does not wait; nil if it does
}

// batchAnswer is what gateways answer. Transactions that are named nowhere were
// taken.
type batchAnswer struct {
	Submitted []struct {
		Index int    `json:"index"`
		Hash  string `json:"hash"`
	} `json:"submitted"`
	Failed []struct {
		Index    int    `json:"index"`
		Code     int    `json:"code"`
		Error    string `json:"error"`
		Rule     string `json:"rule"`
		RuleCode uint32 `json:"ruleCode"`
		Hash     string `json:"hash"`
	} `json:"failed"`
}

// SubmitBatch sends signed transactions in one request. The answers are in the
// order of the transactions; some may be taken and others not. An error says
// that nothing is known of any of them, or, if it is a *Problem, that none was
// taken.
func (c *Client) SubmitBatch(ctx context.Context, raws [][]byte) ([]Answer, error) {
	var in struct {
		Payloads [][]byte `json:"payloads"`
	}
	in.Payloads = raws
	var out batchAnswer
	if err := c.post(ctx, "/chain/transactions/batch", in, &out); err != nil {
		return nil, err
	}
	answers, err := out.answers(len(raws))
	if err != nil {
		return nil, err
	}
	for i := range answers {
		if a := &answers[i]; a.Err == nil && a.Hash == (tx.ID{}) {
			a.Err = &Problem{Status: http.StatusBadGateway, Detail: "the gateway says nothing of this transaction"}
		}
	}
	return answers, nil
}

// SubmitBinary is SubmitBatch in a form that costs both sides less. The hashes
// in the answers are zero: whoever signed a transaction knows its hash.
func (c *Client) SubmitBinary(ctx context.Context, raws [][]byte) ([]Answer, error) {
	size := 0
	for _, raw := range raws {
		size += 4 + len(raw)
	}
	body := make([]byte, 0, size)
	for _, raw := range raws {
		body = binary.BigEndian.AppendUint32(body, uint32(len(raw)))
		body = append(body, raw...)
	}
	r := request{method: http.MethodPost, path: "/chain/transactions/batch", body: body, contentType: "application/octet-stream"}
	var out batchAnswer
	if err := c.call(ctx, r, &out); err != nil {
		return nil, err
	}
	return out.answers(len(raws))
}

func (b *batchAnswer) answers(n int) ([]Answer, error) {
	out := make([]Answer, n)
	for _, s := range b.Submitted {
		if s.Index < 0 || s.Index >= n {
			return nil, fmt.Errorf("the gateway speaks of transaction %d of a batch of %d", s.Index, n)
		}
		id, err := ParseTxID(s.Hash)
		if err != nil {
			return nil, err
		}
		out[s.Index].Hash = id
	}
	for _, f := range b.Failed {
		if f.Index < 0 || f.Index >= n {
			return nil, fmt.Errorf("the gateway speaks of transaction %d of a batch of %d", f.Index, n)
		}
		if f.Hash != "" { // it waits already
			id, err := ParseTxID(f.Hash)
			if err != nil {
				return nil, err
			}
			out[f.Index].Hash = id
			continue
		}
		p := &Problem{Status: http.StatusBadRequest, Code: f.Code, Rule: f.Rule, RuleCode: f.RuleCode, Detail: f.Error}
		if f.Code == CodeOverloaded {
			p.Status = http.StatusServiceUnavailable
		}
		out[f.Index].Err = p
	}
	return out, nil
}
