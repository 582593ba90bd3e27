package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

var (
	soak = flag.Duration("soak", 0, "repeat the crash loop, each time with another seed, for this long")
	seed = flag.Uint64("seed", 0, "seed of the moments at which processes are killed; 0 takes one from the clock")
)

func TestFourValidatorsAgreeWhileOneAfterTheOtherFails(t *testing.T) {
	net := startNetwork(t, readNetwork(t, "four"))
	p := openPoll(t, net)

	votes := make(chan struct{})
	go func() {
		defer close(votes)
		p.run(t)
	}()
	net.perturb(t, p.voting)
	<-votes
	if t.Failed() {
		return
	}
	p.close(t)
	nodesAgree(t, p)
	p.audited(t)
}

// crashes is how often the node of the crash loop is killed.
const crashes = 12

func TestNothingMinedIsLostWhenANodeIsKilledAgainAndAgain(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	end := time.Now().Add(*soak)
	for round := uint64(0); round == 0 || time.Now().Before(end) && !t.Failed(); round++ {
		t.Run(fmt.Sprintf("seed %d", *seed+round), func(t *testing.T) { crashLoop(t, *seed+round) })
	}
}

// crashLoop kills the one validator of a network at random moments while people
// vote, looks for every vote that was answered as mined each time, and compares
// the state it ends with to one that was computed without any crash.
func crashLoop(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	net := startNetwork(t, readNetwork(t, "one"))
	victim := net.nodes[0]
	p := openPoll(t, net)
	votes := make(chan struct{})
	go func() {
		defer close(votes)
		p.run(t)
	}()
	for n := range crashes {
		wait(time.Duration(random.Int64N(int64(2 * time.Second))))
		victim.kill(t)
		victim.start(t)
		if err := until(time.Minute, func() error { _, err := victim.height(); return err }); err != nil {
			t.Fatalf("did not answer after kill %d: %v\n%s", n+1, err, tail(victim.logFile, 2000))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		err := p.votesAreThere(ctx, victim)
		cancel()
		if err != nil {
			t.Fatalf("after kill %d: %v", n+1, err)
		}
	}
	<-votes
	if t.Failed() {
		return
	}
	p.close(t)
	nodesAgree(t, p)
	p.audited(t)
	replayAgrees(t, p)
}
