package client

import (
	"context"
	"errors"
	"fmt"
)

// Answer is what a gateway said to one transaction of a batch.
type Answer struct {
	Hash    string   // set if the transaction is waiting for a block
	Problem *Problem // why it is not; nil if it is
}

// SubmitBatch sends signed transactions in one request. The answers are in the
// order of the transactions; some may be taken and others not.
func (c *Client) SubmitBatch(ctx context.Context, raws [][]byte) ([]Answer, error) {
	return nil, errors.New("x")
}

var _ = fmt.Sprint
