package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// Small censuses and large ones are files of different kinds.
func TestVotersFindTheirProofsWhenTheGatewayOfTheCensusIsGone(t *testing.T) {
	for name, absent := range map[string]int{"small": 0, "large": 100_000} {
		t.Run(name, func(t *testing.T) {
			net := startNetwork(t, network{Validators: 4, BlockTime: "500ms", Voters: 12, Absent: absent, Workers: 6})
			p := openPoll(t, net)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			publisher, others := net.nodes[0], net.nodes[1:]
			for _, n := range others {
				check(t, until(time.Minute, func() error { return n.holds(ctx, p) }))
			}
			publisher.kill(t)
			net.nodes = others
			for i, key := range p.voters { // who ask again: what the publisher said is forgotten
				proof, err := others[i%len(others)].client.CensusProof(ctx, p.census.String(), key.Address())
				check(t, err)
				p.proofs[i], err = proof.Merkle()
				check(t, err)
			}
			p.run(t)
			if t.Failed() {
				return
			}
			p.close(t)
			nodesAgree(t, p)
			for _, n := range others {
				doc, err := n.get(ctx, "/files")
				check(t, err)
				store := doc["store"].(map[string]any)
				if received := store["blocksReceived"].(float64); received == 0 {
					t.Errorf("%s: no blocks came from peers: %v", n.name, store)
				}
			}
		})
	}
}

// holds tells whether a gateway has brought in the census of a poll.
func (n *node) holds(ctx context.Context, p *poll) error {
	doc, err := n.get(ctx, "/censuses/"+p.census.String()+"/job")
	if err != nil {
		return err
	}
	if doc["kind"] != "import" || doc["state"] != "done" || !strings.HasPrefix(fmt.Sprint(doc["uri"]), "ipfs://") {
		return fmt.Errorf("%w: %v", errWrong, doc)
	}
	return nil
}
