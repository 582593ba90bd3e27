package transition_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/genesis"
	"urna/state"
	"urna/state/transition"
	"urna/tx"
)

// What time has ended stays ended, also in the block in which the close is
// still to come, and for as long as the close is behind other work.
func TestAnElectionThatIsOverCannotBeReopened(t *testing.T) {
	for name, late := range map[string]func(w *world, id election.ID) tx.Payload{
		"by a longer duration": func(w *world, id election.ID) tx.Payload {
			return &tx.SetDuration{Nonce: w.nonce("org"), Election: id, Duration: 5000}
		},
		"for another census": func(w *world, id election.ID) tx.Payload {
			root, uri := census.Root{7}, "ipfs://d"
			return &tx.SetCensus{Nonce: w.nonce("org"), Election: id, Root: &root, URI: &uri}
		},
		"for a pause": func(w *world, id election.ID) tx.Payload {
			return &tx.SetStatus{Nonce: w.nonce("org"), Election: id, Status: election.Paused}
		},
		"to take it back": func(w *world, id election.ID) tx.Payload {
			return &tx.SetStatus{Nonce: w.nonce("org"), Election: id, Status: election.Canceled}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.join("org", 1000)
			w.census("c", map[string]uint64{"ann": 1})
			d := w.draft("org", "c")
			d.DynamicCensus = true
			id := w.elect("org", "e", d)
			w.must("ann", w.ballotOf("ann", "c", id, "1", "1"))
			w.next(101, nil) // one second after its last
			w.refused(tx.ElectionClosed, "org", late(w, id))
			w.next(1, nil)
			if _, err := w.store.View().Result(id); err != nil {
				t.Errorf("it has no result: %v", err)
			}
		})
	}
}

func TestAnOverElectionMayStillBeEndedByHand(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1000)
	w.census("c", map[string]uint64{"ann": 1})
	d := w.draft("org", "c")
	d.Interruptible = false
	id := w.elect("org", "e", d)
	w.next(101, nil)
	w.must("org", &tx.SetStatus{Nonce: w.nonce("org"), Election: id, Status: election.Ended})
	w.next(1, nil)
	if r, err := w.store.View().Result(id); err != nil || r.Votes != 0 {
		t.Errorf("result %+v, %v", r, err)
	}
}

// Sets of nullifiers are added up a bounded number per block. Whoever leaves
// many large ones behind must not keep other elections from closing.
func TestSetsOfNullifiersDoNotHoldUpTheCloseOfOthers(t *testing.T) {
	w := newWorld(t, nil)
	w.join("org", 1<<30)
	for i := range 2 * transition.MaxCloses { // as if each set were too large for one block
		id := election.ID{0xaa, byte(i >> 8), byte(i)}
		create(t, w.fork, id, 9000)
	}
	w.census("c", map[string]uint64{"ann": 1})
	id := w.elect("org", "e", w.draft("org", "c"))
	w.next(101, nil)
	w.next(1, nil)
	if _, err := w.store.View().Result(id); err != nil {
		t.Errorf("the election that ended a block ago: %v", err)
	}
}
