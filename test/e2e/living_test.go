package e2e

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"urna/chain/light"
	"urna/client"
)

// powers are those of the validators that a living network begins with. Any one of
// them may be out, also when a fifth has joined.
var powers = []int{14, 12, 11, 10}

// The law of a living network: whoever misses more than 20 of 40 blocks loses the
// seat, and whoever takes one has another power than those of the genesis.
const (
	uptimeWindow = 40
	maxMissed    = 20
	joinPower    = 7

	proposeTimeout = 400 * time.Millisecond
)

// living is a network whose validators join, leave, are away, late, and vote for no
// block, while elections are held.
type living struct {
	*testnet
	passed, rejected *poll // more say yes than no; the other way round
}

// startLiving starts four validators, and nodes without a seat.
func startLiving(t *testing.T, others int) *living {
	t.Helper()
	return &living{testnet: startNetwork(t, network{Validators: len(powers) + others, BlockTime: "250ms"}, func(nodes []*node) {
		for _, n := range nodes {
			n.args = append(n.args, "--consensus-propose-timeout", proposeTimeout.String())
			n.editGenesis(t)
		}
	})}
}

// steady is the part of the network that is never away for long, with some voters.
func (l *living) steady(voters int) *testnet {
	return &testnet{network{Voters: voters, Workers: 8}, l.dir, l.nodes[:3]}
}

// live makes a network go through all of it and returns when both elections have
// their results. Each wait ends after a minute or so, with a failure.
func live(t *testing.T) *living {
	t.Helper()
	l := startLiving(t, 1)
	d, e := l.nodes[3], l.nodes[4]
	l.passed, l.rejected = openPoll(t, l.steady(62)), openPoll(t, l.steady(1))
	votes := make(chan struct{})
	go func() {
		defer close(votes)
		l.passed.run(t)
		l.rejected.run(t)
	}()
	l.until(t, "a validator votes for no block", func(from int64) (bool, error) {
		// It wakes up when it has waited for the proposal for too long, and votes
		// before it reads what came meanwhile.
		d.signal(t, syscall.SIGSTOP)
		wait(proposeTimeout + 50*time.Millisecond)
		d.signal(t, syscall.SIGCONT)
		wait(150 * time.Millisecond)
		return l.anyCommit(t, from, func(c *commit) bool { return c.none > 0 })
	})
	<-votes

	takeSeat(t, l.nodes[0], e)
	l.until(t, "a fifth validator joins", func(int64) (bool, error) { n, err := l.validators(t); return n == 5, err })
	d.signal(t, syscall.SIGSTOP)
	l.until(t, "a block is decided without the proposer of its first round", func(from int64) (bool, error) {
		return l.anyCommit(t, from, func(c *commit) bool { return c.round > 0 && c.absent > 0 })
	})
	l.until(t, "the one who is away loses the seat", func(int64) (bool, error) { n, err := l.validators(t); return n == 4, err })
	d.signal(t, syscall.SIGCONT)
	takeSeat(t, l.nodes[0], d)
	l.until(t, "it takes another one", func(int64) (bool, error) { n, err := l.validators(t); return n == 5, err })

	// Without two of them the chain stands still.
	for _, n := range l.nodes[1:3] {
		n.signal(t, syscall.SIGSTOP)
	}
	wait(3 * time.Second)
	for _, n := range l.nodes[1:3] {
		n.signal(t, syscall.SIGCONT)
	}
	l.passed.close(t)
	l.rejected.close(t)
	l.nodes[0].waitHeight(t, l.height(t)+3, time.Minute)
	return l
}

// height is that of the first node, which is always there.
func (l *living) height(t *testing.T) int64 {
	t.Helper()
	h, err := l.nodes[0].height()
	check(t, err)
	return h
}

// editGenesis gives the first four validators their powers, takes the seats of the
// others, and makes the law less patient.
func (n *node) editGenesis(t *testing.T) {
	t.Helper()
	file := filepath.Join(n.home, "config", "genesis.json")
	text, err := os.ReadFile(file)
	check(t, err)
	var doc map[string]any
	check(t, json.Unmarshal(text, &doc))
	app := doc["app_state"].(map[string]any)
	for _, part := range []map[string]any{doc, app} {
		part["validators"] = part["validators"].([]any)[:len(powers)]
	}
	for i, v := range doc["validators"].([]any) {
		v.(map[string]any)["power"] = fmt.Sprint(powers[i])
	}
	params := app["params"].(map[string]any)
	params["uptime_window_blocks"], params["max_missed_blocks"], params["join_power"] = uptimeWindow, maxMissed, joinPower
	text, err = json.Marshal(doc)
	check(t, err)
	check(t, os.WriteFile(file, text, 0o600))
}

// takeSeat gives a node a validator's seat, by way of a gateway.
func takeSeat(t *testing.T, gateway, n *node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	account, c := newKey(t), gateway.client
	faucet, err := c.Claim(ctx, account.Address())
	check(t, err)
	hash, err := c.CreateAccount(ctx, account, client.NewAccountMetadata("Validator", "made by a test"), faucet)
	check(t, err)
	check(t, c.WaitMined(ctx, hash))
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "urnad"), "keys", "prove", "--json",
		"--home", n.home, "--account", account.Address().String()).Output()
	check(t, err)
	var proof struct{ PublicKey, Possession string }
	check(t, json.Unmarshal(out, &proof))
	key, err := hex.DecodeString(proof.PublicKey)
	check(t, err)
	possession, err := hex.DecodeString(proof.Possession)
	check(t, err)
	hash, err = c.TakeSeat(ctx, account, key, possession, n.name)
	check(t, err)
	check(t, c.WaitMined(ctx, hash))
}

// signal sends a signal to a process that runs.
func (n *node) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	check(t, n.cmd.Process.Signal(s))
}

// until waits for something, which is told the height at which it began.
func (l *living) until(t *testing.T, what string, holds func(from int64) (bool, error)) {
	t.Helper()
	from, began := l.height(t), time.Now()
	if err := until(90*time.Second, func() error {
		yes, err := holds(from)
		if err == nil && !yes {
			err = fmt.Errorf("not yet")
		}
		return err
	}); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	t.Logf("height %d: %s, after %.1f s", l.height(t), what, time.Since(began).Seconds())
}

// validators is how many sign the newest block.
func (l *living) validators(t *testing.T) (int, error) {
	b, err := l.header(t, 0)
	if err != nil {
		return 0, err
	}
	return len(b.Validators), nil
}

// header is the signed header of a height, as the first gateway gives it.
func (l *living) header(t *testing.T, height int64) (*light.Block, error) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	raw, err := l.nodes[0].client.LightBlock(ctx, height)
	if err != nil {
		return nil, err
	}
	return light.ParseBlock(raw)
}

// commit is what CometBFT's RPC says of a commit. It tells votes for no block from
// those that are missing, which a signed header does not.
type commit struct {
	round                int
	signed, none, absent int
	vote                 struct { // one for no block
		at        int
		time      time.Time
		signature []byte
	}
}

// anyCommit tells whether there is a commit like that from a height on.
func (l *living) anyCommit(t *testing.T, from int64, like func(*commit) bool) (bool, error) {
	for height, top := from, l.height(t); height < top-1; height++ {
		c, err := l.commit(t, height)
		if err != nil || like(c) {
			return err == nil, err
		}
	}
	return false, nil
}

// commit asks for the commit of a height that stands in the block above it.
func (l *living) commit(t *testing.T, height int64) (*commit, error) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s/commit?height=%d", l.nodes[0].rpc(t), height), nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var doc struct {
		Result struct {
			Canonical bool
			Header    struct {
				Commit struct {
					Round      int
					Signatures []struct {
						Flag      int `json:"block_id_flag"`
						Timestamp time.Time
						Signature []byte
					}
				}
			} `json:"signed_header"`
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&doc); err != nil {
		return nil, err
	}
	if !doc.Result.Canonical {
		return nil, fmt.Errorf("the commit of height %d is not in a block yet", height)
	}
	c := &commit{round: doc.Result.Header.Commit.Round}
	for i, s := range doc.Result.Header.Commit.Signatures {
		switch s.Flag {
		case 1:
			c.absent++
		case 2:
			c.signed++
		case 3:
			c.none++
			c.vote.at, c.vote.time, c.vote.signature = i, s.Timestamp, s.Signature
		}
	}
	return c, nil
}

// record is a chain from height 1 on: headers[h-1] and commits[h-1] are those of h.
type record struct {
	genesis []byte
	headers []*light.Block
	commits []*commit
}

func (r *record) top() int64                  { return int64(len(r.headers)) }
func (r *record) header(h int64) *light.Block { return r.headers[h-1] }
func (r *record) rotates(h int64) bool {
	return r.header(h).Header.ValidatorsHash != r.header(h).Header.NextValidatorsHash
}

// find is the first height of a kind; there must be one.
func (r *record) find(t *testing.T, what string, is func(h int64) bool) int64 {
	t.Helper()
	for h := int64(2); h < r.top(); h++ {
		if is(h) {
			return h
		}
	}
	t.Fatalf("in %d blocks: no %s", r.top(), what)
	return 0
}

// recorded takes down the chain up to a height, and checks that both accounts of
// each commit agree.
func (l *living) recorded(t *testing.T, top int64) *record {
	t.Helper()
	genesis, err := l.nodes[0].client.Genesis(t.Context())
	check(t, err)
	r := &record{genesis: genesis}
	for h := int64(1); h <= top; h++ {
		b, err := l.header(t, h)
		check(t, err)
		c, err := l.commit(t, h)
		check(t, err)
		signed := 0
		for _, s := range b.Commit.Slots {
			if s.Signed {
				signed++
			}
		}
		if signed != c.signed || int(b.Commit.Round) != c.round {
			t.Errorf("height %d: %d signatures in round %d, CometBFT says %+v", h, signed, b.Commit.Round, c)
		}
		r.headers, r.commits = append(r.headers, b), append(r.commits, c)
	}
	return r
}

// powerOf is the power of a validator in the set that signs a height, 0 if it has none.
func (r *record) powerOf(key [33]byte, h int64) uint64 {
	if i := slices.IndexFunc(r.header(h).Validators, func(v light.Validator) bool { return v.Key == key }); i >= 0 {
		return r.header(h).Validators[i].Power
	}
	return 0
}
