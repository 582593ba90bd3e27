package gateway

import (
	"net/http"
	"time"
)

// Anchor tells how far the chain is anchored on Ethereum: a relayer, or somebody who
// only looks. It does not wait.
type Anchor interface {
	Anchor() AnchorStatus
}

// AnchorStatus is how far the chain is anchored, as it was seen last.
type AnchorStatus struct {
	EthereumChainID uint64    `json:"ethereumChainId"` // 0 until Ethereum has answered
	Contract        string    `json:"contract"`
	Registry        string    `json:"registry,omitempty"`
	Height          uint64    `json:"lastAnchoredHeight"` // with Confirmations on top; 0 if there is none
	Time            time.Time `json:"lastAnchoredTime,omitzero"`
	Newest          uint64    `json:"newestHeight"` // in the newest block of Ethereum
	ChainHeight     int64     `json:"chainHeight"`  // newest that could be anchored
	Lag             uint64    `json:"lag"`          // blocks between ChainHeight and Height
	Transaction     string    `json:"transaction,omitempty"`
	EthereumBlock   uint64    `json:"ethereumBlock,omitempty"` // of Transaction
	Confirmations   uint64    `json:"confirmations"`
	FrozenFrom      uint64    `json:"frozenFrom,omitempty"`
	TrustedUntil    time.Time `json:"trustedUntil,omitzero"`
	Relays          bool      `json:"relays"` // this node anchors, and not only looks
	Alarms          []string  `json:"alarms"` // names of what somebody should look at
}

// anchorStatus answers how far the chain is anchored.
func (g *Gateway) anchorStatus(w http.ResponseWriter, _ *http.Request) error {
	if g.anchor == nil {
		return problem(http.StatusNotImplemented, codeNoAnchor, "this gateway does not look at Ethereum")
	}
	s := g.anchor.Anchor()
	return reply(w, &s)
}
