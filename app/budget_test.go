package app_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"urna/app"
	"urna/app/apptest"
	"urna/ballot"
	"urna/census/tree"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/state/transition"
	"urna/tx"
)

// The budget of a block and what an election takes of it, restated.
const (
	blockCells    = 1 << 20
	electionCells = 128
	largest       = 64*64 + electionCells
	fullBlock     = blockCells / largest // elections with the largest tally
	rest          = blockCells % largest
)

// openMany opens elections for everybody in a census, in a block of its own.
func openMany(t testing.TB, c *apptest.Chain, tr *tree.Tree, n int, rules ballot.Rules) []*apptest.Election {
	t.Helper()
	if c.Height() == 0 {
		c.Mine()
	}
	raws := make([][]byte, n)
	first := c.Nonce("org")
	for i := range raws {
		p := apptest.NewElection(first+uint32(i), tr)
		p.Rules, p.Duration = rules, 100_000
		raws[i] = apptest.Sign(t, apptest.Key("org"), p)
	}
	c.Agree(c.Proposal(0, raws))
	out := make([]*apptest.Election, n)
	for i, o := range c.Outcome(c.Height()).Txs {
		out[i] = apptest.Created(t, o.Events, tr)
	}
	return out
}

func rulesOf(count, values uint32) ballot.Rules {
	return ballot.Rules{MaxCount: count, MaxValue: values - 1, MaxOverwrites: 30, CostExponent: 1}
}

func votesIn(elections []*apptest.Election, voter *ethkey.Key) [][]byte {
	out := make([][]byte, len(elections))
	apptest.InParallel(len(out), func(i int) { out[i] = elections[i].Vote(voter, 0, "") })
	return out
}

// cellsOf is what the rule of docs/spec/consensus.md says of a block.
func cellsOf(t *testing.T, c *apptest.Chain, height int64) uint64 {
	t.Helper()
	seen, sum := map[election.ID]bool{}, uint64(0)
	for _, o := range c.Outcome(height).Txs {
		for _, e := range o.Events {
			if v, ok := e.(transition.VoteCast); ok && !seen[v.Election] {
				settings, err := c.Nodes[0].App.View().Settings(v.Election)
				if err != nil {
					t.Fatal(err)
				}
				seen[v.Election] = true
				sum += uint64(settings.Rules.MaxCount)*uint64(settings.Rules.MaxValue+1) + electionCells
			}
		}
	}
	return sum
}

func TestVotesBeyondTheCellsOfABlockComeIntoTheNextOnesAndNoneIsLost(t *testing.T) {
	c := apptest.New(t, apptest.Options{Nodes: 2})
	voters := apptest.Keys("voter", 2)
	tr := apptest.Census(t, voters)
	elections := openMany(t, c, tr, fullBlock+40, rulesOf(64, 64))
	const large = 30 * 30 // more than there is room for behind the others
	small := openMany(t, c, tr, 1, rulesOf(30, 30))
	all := append(votesIn(elections, voters[0]), votesIn(small, voters[0])...)
	all = append(all, votesIn(elections, voters[1])...)
	a := c.Nodes[0].App
	for _, raw := range all { // one by one, so that this is their order in the queue
		if err := submit(a, raw)[0]; err != nil {
			t.Fatal(err)
		}
	}
	// The first block takes the elections at the front of the queue, and the
	// second voter's votes in them, which stand behind others.
	p, err := c.Nodes[0].Prepare()
	if err != nil {
		t.Fatal(err)
	}
	if want := append(votesIn(elections[:fullBlock], voters[0]), votesIn(elections[:fullBlock], voters[1])...); !slices.EqualFunc(p.Txs, want, slices.Equal) {
		t.Fatalf("the proposal has %d votes, or others than the %d at the front of the queue", len(p.Txs), len(want))
	}
	c.Agree(p)
	if got := cellsOf(t, c, c.Height()); got != fullBlock*largest {
		t.Errorf("the block has %d cells", got)
	}
	if n := a.PendingCount(); n != 81 {
		t.Errorf("%d votes wait, not 81", n)
	}
	if p, err = c.Nodes[0].Prepare(); err != nil {
		t.Fatal(err)
	}
	c.Agree(p)
	if got := cellsOf(t, c, c.Height()); got != 40*largest+large+electionCells {
		t.Errorf("the second block has %d cells", got)
	}
	if n := a.PendingCount(); n != 0 {
		t.Errorf("%d votes are left", n)
	}
	for _, e := range elections {
		if log, err := a.View().Log(e.ID); err != nil || log.Voters != 2 {
			t.Fatalf("election %s has log %+v, %v", e.ID, log, err)
		}
	}
}

// What an election takes besides its cells bounds how many small ones a block
// touches.
func TestManySmallElectionsAreTooMany(t *testing.T) {
	c := apptest.New(t, apptest.Options{Nodes: 2})
	voters := apptest.Keys("voter", 1)
	const most = blockCells / (1 + electionCells)
	votes := votesIn(openMany(t, c, apptest.Census(t, voters), most+1, rulesOf(1, 1)), voters[0])
	for n, want := range map[int]bool{most: true, most + 1: false} {
		if ok, err := c.Nodes[1].Process(c.Proposal(0, votes[:n])); err != nil || ok != want {
			t.Errorf("%d: accepted %v, error %v", n, ok, err)
		}
	}
}

func TestAProposalAboveTheCellsOfABlockIsRefused(t *testing.T) {
	c := apptest.New(t, apptest.Options{Nodes: 2})
	voters := apptest.Keys("voter", 2)
	tr := apptest.Census(t, voters)
	elections := openMany(t, c, tr, fullBlock, rulesOf(64, 64))
	fits := openMany(t, c, tr, 1, rulesOf(32, 28)) // exactly
	one := openMany(t, c, tr, 1, rulesOf(39, 23))  // a cell more
	if room := uint64(rest - electionCells); rulesOf(32, 28).Cells() != room || rulesOf(39, 23).Cells() != room+1 {
		t.Fatal("the elections do not have these sizes any more")
	}
	most := votesIn(elections, voters[0])
	full := append(slices.Clone(most), votesIn(fits, voters[0])...)
	created := apptest.NewElection(c.Nonce("org"), tr)
	id := election.NewID(apptest.ChainID, apptest.Key("org").Address(), created.CensusOrigin, created.Mode, created.Rules, fullBlock+2)
	opening := apptest.Sign(t, apptest.Key("org"), created)
	inside := apptest.Created(t, []transition.Event{transition.ElectionCreated{ID: id}}, tr).Vote(voters[0], 0, "")
	for _, x := range []struct {
		name string
		txs  [][]byte
		ok   bool
	}{
		{"all cells", full, true},
		{"a second vote in each", append(slices.Clone(full), votesIn(elections, voters[1])...), true},
		{"one cell more", append(slices.Clone(most), votesIn(one, voters[0])...), false},
		{"one cell more, first", append(votesIn(one, voters[0]), most...), false},
		{"that cell instead of others", append(votesIn(one, voters[0]), full[1:]...), true},
		{"an election of the same block", append([][]byte{opening, inside}, full...), false},
		{"that election without votes", append([][]byte{opening}, full...), true},
		{"that election and room", append([][]byte{opening, inside}, full[1:]...), true},
	} {
		// Node 1 judges, which has none of the transactions in its pool.
		if ok, err := c.Nodes[1].Process(c.Proposal(0, x.txs)); err != nil || ok != x.ok {
			t.Errorf("%s: accepted %v, error %v", x.name, ok, err)
		}
	}
}

// More than two thirds of the power may decide what this node refused. That is no
// fault, and no transaction is refused for it.
func TestADecidedBlockAboveTheCellsIsExecuted(t *testing.T) {
	c := apptest.New(t, apptest.Options{Nodes: 2})
	voters := apptest.Keys("voter", 1)
	elections := openMany(t, c, apptest.Census(t, voters), fullBlock+1, rulesOf(64, 64))
	p := c.Proposal(0, votesIn(elections, voters[0]))
	if ok, err := c.Nodes[1].Process(p); err != nil || ok {
		t.Fatalf("accepted %v, error %v", ok, err)
	}
	b := c.Decided(apptest.Decide(p)) // node 1 finds its execution, node 0 has none
	if i := slices.IndexFunc(b.Codes, func(code tx.Code) bool { return code != 0 }); i >= 0 {
		t.Errorf("vote %d has code %d", i, b.Codes[i])
	}
	if got := cellsOf(t, c, c.Height()); got != (fullBlock+1)*largest {
		t.Errorf("the block has %d cells", got)
	}
	c.Mine()
	for _, n := range c.Nodes {
		if err := n.App.Fault(); err != nil {
			t.Error(err)
		}
	}
}

// BenchmarkManyElections measures blocks that bring one vote to each of many
// elections, with the largest tally or the smallest, all of its cells filled with
// wide sums, as a node executes them that has not seen the votes. The first number
// of each kind is the most that a proposal may touch; the second shows what the
// budget prevents.
func BenchmarkManyElections(b *testing.B) {
	for _, n := range []int{fullBlock, 1000} {
		b.Run(fmt.Sprintf("largest/%d", n), func(b *testing.B) { benchmarkElections(b, n, 64) })
	}
	for _, n := range []int{blockCells / (1 + electionCells), 20_000} {
		b.Run(fmt.Sprintf("smallest/%d", n), func(b *testing.B) { benchmarkElections(b, n, 1) })
	}
}

func benchmarkElections(b *testing.B, n int, side uint32) {
	c := apptest.New(b, apptest.Options{Disk: true, App: func(_ int, cfg *app.Config) { cfg.FactBytes = 1 }})
	voters := apptest.Keys("voter", 128)
	weight := new(uint256.Int).Lsh(uint256.NewInt(1), 127)
	tr := tree.New()
	members := make([]tree.Member, len(voters))
	for i, k := range voters {
		members[i] = tree.Member{Address: k.Address(), Weight: *weight}
	}
	if bad, err := tr.AddBatch(members); err != nil || len(bad) > 0 {
		b.Fatal(bad, err)
	}
	elections := openMany(b, c, tr, n, rulesOf(side, side))
	// cast signs the votes of one voter, the same value at every position.
	cast := func(e *apptest.Election, voter, round int) []byte {
		proof, err := tr.Proof(voters[voter].Address())
		if err != nil {
			b.Fatal(err)
		}
		value := uint32(voter) % side
		pkg := fmt.Appendf(nil, `{"nonce":"%032x","votes":[%d`, round, value)
		for range side - 1 {
			pkg = fmt.Appendf(pkg, ",%d", value)
		}
		return apptest.Sign(b, voters[voter], &tx.Vote{
			Election: e.ID, Nonce: fmt.Appendf(nil, "%032d", round), Proof: proof.Merkle(), Package: append(pkg, "]}"...),
		})
	}
	const together = 8192 // votes
	for some := range slices.Chunk(elections, together/int(side)) {
		raws := make([][]byte, int(side)*len(some))
		apptest.InParallel(len(raws), func(i int) { raws[i] = cast(some[i/int(side)], i%int(side), 0) })
		c.Decided(apptest.Decide(c.Proposal(0, raws)))
	}
	var finalize, commit, longest time.Duration
	rounds := 0
	for b.Loop() {
		b.StopTimer()
		raws := make([][]byte, n)
		apptest.InParallel(n, func(i int) { raws[i] = cast(elections[i], 64+rounds%64, 1+rounds) })
		r := apptest.Decide(c.Proposal(0, raws))
		b.StartTimer()
		start := time.Now()
		out := c.Nodes[0].Finalize(r)
		sealed := time.Now()
		c.Nodes[0].Commit()
		done := time.Now()
		finalize, commit, longest = finalize+sealed.Sub(start), commit+done.Sub(sealed), max(longest, done.Sub(start))
		rounds++
		if blk := c.Record(r, out); slices.Max(blk.Codes) != 0 {
			b.Fatal("a vote was refused")
		}
	}
	b.ReportMetric(math.Round(finalize.Seconds()*1000/float64(rounds)), "finalize-ms/block")
	b.ReportMetric(math.Round(commit.Seconds()*1000/float64(rounds)), "commit-ms/block")
	b.ReportMetric(math.Round(longest.Seconds()*1000), "longest-ms")
	b.ReportMetric(0, "ns/op")
}
