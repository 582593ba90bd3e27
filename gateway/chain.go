package gateway

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"urna/genesis"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

// submitTx takes any transaction. Its answer names what was made as the wire
// does: bytes in base64.
func (g *Gateway) submitTx(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Payload *string `json:"payload"`
	}
	if err := readJSON(r, &body); err != nil {
		return err
	}
	if body.Payload == nil {
		return problem(http.StatusBadRequest, codePayload, "payload is missing")
	}
	raw, err := unbase64("payload", *body.Payload, codePayload)
	if err != nil {
		return err
	}
	s, err := g.submit(r.Context(), raw, nil)
	if err != nil {
		return err
	}
	made, err := hex.DecodeString(electionOf(s) + voteOf(s)) // one transaction makes one thing
	if err != nil {
		return err
	}
	return reply(w, &struct {
		Hash     string `json:"hash"`
		Response []byte `json:"response,omitempty"`
		Code     int    `json:"code"`
	}{s.ID.String(), made, 0})
}

// committed is the state after the last block, or the problem that there is no
// block yet: until then nothing is known but the genesis document.
func (g *Gateway) committed() (*state.View, error) {
	v := g.app.View()
	if v.Height() == 0 {
		return nil, overloaded("the chain has no block yet; try again later")
	}
	return v, nil
}

func (g *Gateway) params() (*genesis.Params, error) {
	v, err := g.committed()
	if err != nil {
		return nil, err
	}
	return v.Params()
}

func (g *Gateway) txCosts(w http.ResponseWriter, _ *http.Request) error {
	params, err := g.params()
	if err != nil {
		return err
	}
	costs := map[string]uint64{}
	for _, k := range tx.Kinds {
		if name := k.CostName(); name != "" {
			costs[name] = transition.Cost(params, k)
		}
	}
	return reply(w, map[string]any{"costs": costs})
}

func (g *Gateway) priceFactors(w http.ResponseWriter, _ *http.Request) error {
	params, err := g.params()
	if err != nil {
		return err
	}
	p := params.Price
	type factors struct {
		K1 json.Number `json:"k1"`
		K2 json.Number `json:"k2"`
		K3 json.Number `json:"k3"`
		K4 json.Number `json:"k4"`
		K5 json.Number `json:"k5"`
		K6 json.Number `json:"k6"`
		K7 uint64      `json:"k7"`
	}
	return reply(w, &struct {
		Base     uint64  `json:"basePrice"`
		Capacity uint64  `json:"capacity"`
		Factors  factors `json:"factors"`
	}{
		params.Costs.NewElection, p.Capacity,
		factors{nano(p.K1), nano(p.K2), nano(p.K3), nano(p.K4), nano(p.K5), nano(p.K6), p.K7},
	})
}

// nano writes a number of units of 10^-9 as a decimal number, exactly.
func nano(n uint64) json.Number {
	const unit = 1_000_000_000
	s := strconv.FormatUint(n/unit, 10)
	if rest := n % unit; rest != 0 {
		digits := strconv.FormatUint(unit+rest, 10)[1:]
		s += "." + strings.TrimRight(digits, "0")
	}
	return json.Number(s)
}
