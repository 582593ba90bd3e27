package gateway

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"urna/anchor"
	"urna/chain/light"
	"urna/election"
	"urna/state"
)

// Ethereum tells what stands there about this chain. It is asked for convenience
// only: the contracts check whatever is sent to them.
type Ethereum interface {
	// Anchored says where things stand, as they were seen last. It does not wait.
	Anchored() Anchored

	// Proved asks whether the registry has the result of an election.
	Proved(ctx context.Context, election [32]byte) (bool, error)

	// EstimateGas asks what a call of the registry would cost now. An
	// *anchor.Refusal says that it would be refused.
	EstimateGas(ctx context.Context, call []byte) (uint64, error)
}

// Anchored says where the chain is anchored.
type Anchored struct {
	EthereumID uint64 // chain id
	Anchor     anchor.Address
	Registry   anchor.Address
	Heights    []uint64  // the last ones that are anchored, newest first
	Next       time.Time // when the next one is expected at the latest; zero if nobody knows
}

// How far the result of an election is on its way to Ethereum.
const (
	resultNotFinal    = "notFinal"
	resultNotAnchored = "notAnchored"
	resultReady       = "ready"
	resultProved      = "proved"
	resultRefused     = "refused"
)

// tableGas is what it takes to prove a result of three options in a state of a
// million records (docs/performance.md), for who can ask no node of Ethereum.
const tableGas = 103_000

const (
	gasEstimated = "estimate"
	gasTable     = "table"
)

// ethereumTime bounds the questions to Ethereum of one request.
const ethereumTime = 5 * time.Second

// anchoredResult is the answer about one election.
type anchoredResult struct {
	Election    string      `json:"electionId"`
	State       string      `json:"state"`
	Explanation string      `json:"explanation"`
	EthereumID  uint64      `json:"ethereumChainId"`
	Anchor      string      `json:"anchor"`
	Registry    string      `json:"registry"`
	Anchored    uint64      `json:"anchoredHeight"` // newest; 0 if there is none
	Next        *time.Time  `json:"nextAnchor,omitempty"`
	Call        *resultCall `json:"call,omitempty"`
}

// resultCall is a transaction that anybody may send.
type resultCall struct {
	To        string `json:"to"`
	Data      string `json:"data"`
	Value     string `json:"value"`
	Height    uint64 `json:"height"` // anchored height that it is proved against
	Gas       uint64 `json:"gas"`
	GasSource string `json:"gasSource"`
}

// electionOnEthereum answers with all that it takes to prove a result there.
func (g *Gateway) electionOnEthereum(w http.ResponseWriter, r *http.Request) error {
	id, err := pathElection(r, "election")
	if err != nil {
		return err
	}
	if g.ethereum == nil {
		return problem(http.StatusNotImplemented, codeNoAnchor, "this gateway knows of no registry of results on Ethereum")
	}
	view := g.app.View()
	stage, err := view.Stage(id)
	if err != nil {
		return missing(err, codeElectionNotFound, "election not found")
	}
	leave, err := g.proofs.provers.enter(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(r.Context(), ethereumTime)
	defer cancel()

	at := g.ethereum.Anchored()
	out := &anchoredResult{
		Election: id.String(), EthereumID: at.EthereumID, Anchor: at.Anchor.Hex(), Registry: at.Registry.Hex(),
	}
	if len(at.Heights) > 0 {
		out.Anchored = at.Heights[0]
	}
	if !at.Next.IsZero() {
		next := at.Next.UTC().Truncate(time.Second)
		out.Next = &next
	}
	if stage.Status != election.Results {
		out.State = resultNotFinal
	} else if proved, err := g.ethereum.Proved(ctx, id); err == nil && proved {
		out.State = resultProved
	} else if out.Call, err = g.callOf(id, at); err != nil {
		return err
	} else if out.Call == nil {
		out.State = resultNotAnchored
	} else {
		out.State = g.estimate(ctx, out.Call)
	}
	out.Explanation = out.explain(stage.Status)
	return reply(w, out)
}

// callOf makes the call for the newest anchored height that has the result; nil if
// none has it, or if this node has given up its state.
func (g *Gateway) callOf(id election.ID, at Anchored) (*resultCall, error) {
	for _, height := range at.Heights {
		// The header of a height commits to the state after the block before.
		view, err := g.app.Store().ViewAt(int64(height) - 1)
		if errors.Is(err, state.ErrPruned) || errors.Is(err, state.ErrUncommitted) {
			continue
		}
		if err != nil {
			return nil, err
		}
		claim, err := light.NewClaim(view, state.ResultKey(id))
		if errors.Is(err, state.ErrPruned) {
			continue // a block was committed meanwhile
		}
		if err != nil {
			return nil, err
		}
		if claim.Value == nil {
			return nil, nil // older ones do not have it either
		}
		data, err := anchor.ResultCall(id, height, view.Root(), claim.Value, claim.Proof)
		if err != nil {
			return nil, err
		}
		return &resultCall{
			To: at.Registry.Hex(), Data: "0x" + hex.EncodeToString(data), Value: "0", Height: height, Gas: tableGas, GasSource: gasTable,
		}, nil
	}
	return nil, nil
}

// estimate asks Ethereum what a call takes, and returns the state that follows.
func (g *Gateway) estimate(ctx context.Context, c *resultCall) string {
	data, err := hex.DecodeString(c.Data[2:])
	if err != nil {
		return resultReady // our own text
	}
	gas, err := g.ethereum.EstimateGas(ctx, data)
	var refused *anchor.Refusal
	switch {
	case err == nil:
		c.Gas, c.GasSource = gas, gasEstimated
	case errors.Is(err, &anchor.Refusal{Name: "AlreadyProved"}):
		return resultProved
	case errors.As(err, &refused):
		g.log.Warn("the registry on Ethereum would refuse a result", "height", c.Height, "err", refused)
		return resultRefused
	default:
		g.log.Debug("Ethereum does not say what a result costs", "err", err)
	}
	return resultReady
}

// explain says what a person has to know and can do.
func (a *anchoredResult) explain(status election.Status) string {
	switch a.State {
	case resultNotFinal:
		if status == election.Canceled {
			return "The election was canceled. It has no result, and there will be nothing to prove on Ethereum."
		}
		return "The result is not final yet. Once the election is over and its result stands in a block of the chain, the next block that is anchored on Ethereum makes it provable."
	case resultProved:
		return fmt.Sprintf("The result is proved already: the registry %s on the Ethereum chain %d has it. Any contract, and anybody, can read it there with result(electionId); there is nothing left to do.", a.Registry, a.EthereumID)
	case resultRefused:
		return "The result is final and its proof is made, but the registry would refuse it now: what is anchored on Ethereum is not what this gateway knows, or the anchor was frozen because of a fork. Do not send the call; compare with another gateway."
	case resultNotAnchored:
		next := "Nobody has told this gateway when the next block will be anchored."
		if a.Next != nil {
			next = "The next block is expected to be anchored by " + a.Next.Format(time.RFC3339) + "."
		}
		return "The result is final, but no block that commits to it is anchored on Ethereum, or this gateway can no longer make proofs about the one that is. " + next + " Anybody may anchor a newer one, for some 100,000 to 500,000 gas; then ask again."
	}
	gas := "the node of Ethereum estimates that it takes"
	if a.Call.GasSource == gasTable {
		gas = "a similar one was measured to take"
	}
	return fmt.Sprintf("The result is final and can be proved now. Send a transaction to the address %s on the Ethereum chain %d, with the bytes of call.data as its data and no ether, from any account that can pay for gas; %s %d gas. "+
		"You need no permission, and nobody has to trust you or this gateway: the contract checks the data against block %d of the chain, which is anchored under the signatures of more than two thirds of its validators. "+
		"A wrong or late call changes nothing and costs its gas. Afterwards result(electionId) of the same contract gives the result to anybody.", a.Registry, a.EthereumID, gas, a.Call.Gas, a.Call.Height)
}
