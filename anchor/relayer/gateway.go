package relayer

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"urna/chain/light"
	"urna/client"
)

// gatewaySource is a chain behind a gateway.
type gatewaySource struct{ c *client.Client }

// FromGateway reads the chain from a gateway.
func FromGateway(c *client.Client) Results { return gatewaySource{c} }

func (g gatewaySource) Signed(ctx context.Context, height int64) (*light.Block, error) {
	raw, err := g.c.LightBlock(ctx, height)
	if unavailable(err) {
		return nil, fmt.Errorf("%w: %w", ErrNoBlock, err)
	}
	if err != nil {
		return nil, err
	}
	return light.ParseBlock(raw)
}

// unavailable tells whether a gateway says that something is not there, yet or any
// more.
func unavailable(err error) bool {
	p := new(client.Problem)
	return errors.Is(err, client.ErrNotYet) || errors.As(err, &p) && p.Status/100 == 4 && !p.Later()
}

// Written reads the push stream from a height to another.
func (g gatewaySource) Written(ctx context.Context, from, to int64) ([]Written, error) {
	var here, out []Written
	query := client.EventQuery{After: strconv.FormatInt(from-1, 10), Types: []string{"election", "block"}}
	for e, err := range g.c.Events(ctx, query) {
		if err != nil {
			return nil, err
		}
		switch e.Kind {
		case "election":
			var d struct {
				ID     string `json:"electionId"`
				Change string `json:"change"`
			}
			if err := json.Unmarshal(e.Data, &d); err != nil {
				return nil, fmt.Errorf("relayer: an event about an election: %w", err)
			}
			if d.Change != "results" {
				continue
			}
			id, err := hex.DecodeString(d.ID)
			if err != nil || len(id) != 32 {
				return nil, fmt.Errorf("relayer: an event about an election %q", d.ID)
			}
			here = append(here, Written{Election: [32]byte(id)})
		case "block": // the last event of its height
			var d client.BlockEvent
			if err := json.Unmarshal(e.Data, &d); err != nil {
				return nil, fmt.Errorf("relayer: an event about a block: %w", err)
			}
			for _, w := range here {
				w.Height = d.Height
				out = append(out, w)
			}
			here = nil
			if d.Height >= to {
				return out, nil
			}
		}
	}
	return nil, context.Cause(ctx)
}

func (g gatewaySource) Result(ctx context.Context, election [32]byte, height int64) (record, proof []byte, err error) {
	// The header after the state is the checkpoint, so that there is no trail.
	q := url.Values{"height": {strconv.FormatInt(height, 10)}, "trust": {strconv.FormatInt(height+1, 10)}}
	text, err := g.c.Proof(ctx, "elections/"+hex.EncodeToString(election[:])+"/result?"+q.Encode())
	if unavailable(err) {
		return nil, nil, fmt.Errorf("%w: %w", ErrNoProof, err)
	}
	if err != nil {
		return nil, nil, err
	}
	d, err := light.ParseDocument(text)
	if err != nil {
		return nil, nil, err
	}
	if len(d.Claims) != 1 || d.Height != height || d.Claims[0].Value == nil {
		return nil, nil, fmt.Errorf("%w: the document does not show it", ErrNoProof)
	}
	return d.Claims[0].Value, d.Claims[0].Proof, nil
}
