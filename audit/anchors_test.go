package audit_test

import (
	"context"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	"github.com/ethereum/go-ethereum/params"

	"urna/anchor"
	"urna/anchor/relayer"
	"urna/app/apptest"
	"urna/audit"
	"urna/chain/light"
	"urna/election"
	"urna/genesis"
	"urna/internal/check"
	"urna/state"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(anchor.Explain(err))
	}
}

// mainnet is a node of go-ethereum that makes a block when it is told to.
type mainnet struct {
	t       testing.TB
	node    *simulated.Backend
	client  simulated.Client
	account *bind.TransactOpts
}

func newEthereum(t testing.TB) *mainnet {
	t.Helper()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("caller")))
	must(t, err)
	b := simulated.NewBackend(types.GenesisAlloc{crypto.PubkeyToAddress(key.PublicKey): {Balance: new(big.Int).Lsh(big.NewInt(1), 100)}})
	t.Cleanup(func() { must(t, b.Close()) })
	e := &mainnet{t, b, b.Client(), bind.NewKeyedTransactor(key, params.AllDevChainProtocolChanges.ChainID)}
	e.account.GasLimit = params.MaxTxGas
	e.clock(apptest.Start.Add(24 * time.Hour))
	return e
}

// clock makes a block that is not older than a time.
func (e *mainnet) clock(to time.Time) {
	e.t.Helper()
	head, err := e.client.HeaderByNumber(context.Background(), nil)
	must(e.t, err)
	if by := to.Sub(time.Unix(int64(head.Time), 0)); by > 0 {
		must(e.t, e.node.AdjustTime(by))
	}
	e.node.Commit()
}

// deploy makes a contract.
func (e *mainnet) deploy(code []byte, err error) anchor.Address {
	e.t.Helper()
	must(e.t, err)
	tx, err := bind.NewBoundContract(anchor.Address{}, abi.ABI{}, e.client, e.client, e.client).RawCreationTransact(e.account, code)
	must(e.t, err)
	return e.mined(tx).ContractAddress
}

// call has a call mined.
func (e *mainnet) call(to anchor.Address, data []byte, err error) {
	e.t.Helper()
	must(e.t, err)
	tx, err := bind.NewBoundContract(to, abi.ABI{}, e.client, e.client, e.client).RawTransact(e.account, data)
	must(e.t, err)
	e.mined(tx)
}

func (e *mainnet) mined(tx *types.Transaction) *types.Receipt {
	e.t.Helper()
	e.node.Commit()
	r, err := e.client.TransactionReceipt(context.Background(), tx.Hash())
	must(e.t, err)
	if r.Status != types.ReceiptStatusSuccessful {
		e.t.Fatal("Ethereum refused a transaction")
	}
	return r
}

// deployment trusts the first validators of a chain.
func deployment(t testing.TB, c *apptest.Chain) anchor.Deployment {
	t.Helper()
	d, err := relayer.DeployAtGenesis(c.Genesis(), 14*24*time.Hour)
	must(t, err)
	return d
}

// signed is where a test's signed headers come from.
type signed func(height int64) (*light.Block, error)

// anchor brings a contract to a height.
func (e *mainnet) anchor(at anchor.Address, to int64, from signed) {
	e.t.Helper()
	latest, err := anchor.NewReader(at, e.client).Latest(context.Background())
	must(e.t, err)
	steps, err := relayer.Plan(context.Background(), latest, to, func(_ context.Context, h int64) (*light.Block, error) { return from(h) })
	must(e.t, err)
	for _, s := range steps {
		call, err := s.Call()
		e.call(at, call, err)
	}
}

// anchored is a chain that was anchored at some heights.
func anchored(t testing.TB, c *apptest.Chain, heights ...int64) (*mainnet, audit.Anchor) {
	t.Helper()
	e := newEthereum(t)
	at := e.deploy(deployment(t, c).Code())
	registry := e.deploy(anchor.RegistryCode(at), nil)
	for _, h := range heights {
		e.anchor(at, h, c.Signed)
	}
	return e, audit.Anchor{Anchor: anchor.NewReader(at, e.client), Registry: anchor.NewRegistry(registry, e.client)}
}

// claim proves the record under a key after the block of a height.
func claim(t testing.TB, c *apptest.Chain, height int64, key []byte) light.Claim {
	t.Helper()
	dir := t.TempDir()
	_, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Dir: dir, To: height})
	must(t, err)
	d, err := audit.OpenDirectory(dir)
	must(t, err)
	defer func() { must(t, d.Close()) }()
	out, err := light.NewClaim(d.View(), key)
	must(t, err)
	return out
}

// prove sends the call that proves a result.
func (e *mainnet) prove(a audit.Anchor, id election.ID, height uint64, root [32]byte, c light.Claim) {
	e.t.Helper()
	call, err := anchor.ResultCall(id, height, root, c.Value, c.Proof)
	e.call(a.Registry.Address(), call, err)
}

// fails replays a chain, which must break a check.
func fails(t *testing.T, o audit.Options, want check.ID, words string) *audit.Verdict {
	t.Helper()
	v, err := audit.Replay(t.Context(), o)
	f, failed := check.Failed(err)
	if !failed || f.Check != want || !strings.Contains(err.Error(), words) {
		t.Fatalf("the replay ends with %v, want %s and %q", err, want, words)
	}
	broken := 0
	for _, l := range v.Checks {
		if l.Status == check.Broken {
			broken++
			if l.ID != want.String() {
				t.Errorf("the report names %s", l.ID)
			}
		}
	}
	var b strings.Builder
	v.WriteText(&b)
	if broken != 1 || v.OK || v.Error == "" || check.ExitCode(err) != int(check.Anchors) || !strings.Contains(b.String(), "What stands on Ethereum is NOT") {
		t.Errorf("%d lines of the report say so: %+v\n%s", broken, v, b.String())
	}
	return v
}

func TestWhatStandsOnEthereumIsCompared(t *testing.T) {
	c, e := story(t)
	ethereum, a := anchored(t, c, 2, 5, 9)
	p := claim(t, c, 8, state.ResultKey(e.ID))
	ethereum.prove(a, e.ID, 9, [32]byte(c.Blocks[7].Root), p)
	for height, want := range map[int64][3]int{c.Height(): {3, 1, 1}, 6: {2, 1, 0}} {
		v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Anchor: &a, To: height})
		must(t, err)
		got := v.Anchor
		if !v.OK || got.Height != 9 || [3]int{got.Blocks, got.Sets, got.Results} != want || got.Above+got.Blocks+got.Sets+got.Results != 5 {
			t.Errorf("to %d: %+v", height, got)
		}
		for _, l := range v.Checks {
			if id := l.ID; (id == "V33" || id == "V34" || id == "V35" || id == "V52" || id == "V36" && want[2] == 1) && l.Status != check.Passed {
				t.Errorf("to %d: %+v", height, l)
			}
		}
		var b strings.Builder
		v.WriteText(&b)
		if !strings.Contains(b.String(), "says the same") || strings.Contains(b.String(), "were not compared") != (height == 6) {
			t.Errorf("to %d: %s", height, b.String())
		}
	}
	a.Registry = nil
	v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Anchor: &a})
	if err != nil || v.Anchor.Results != 0 || v.Anchor.Registry != "" {
		t.Errorf("without a registry: %+v, %v", v.Anchor, err)
	}
	v, err = audit.Replay(t.Context(), audit.Options{Source: c.Source()})
	if err != nil || v.Anchor != nil {
		t.Errorf("when nobody asks: %+v, %v", v.Anchor, err)
	}
}

func TestEveryChangeOfTheValidatorsOnEthereumIsCompared(t *testing.T) {
	c := seats(t)
	_, a := anchored(t, c, c.Height()-1)
	v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Anchor: &a})
	if err != nil || v.Anchor.Sets != 3 || v.Anchor.Blocks != 3 {
		t.Errorf("%+v, %v", v.Anchor, err)
	}
}

func TestAReplayInPartsComparesEverything(t *testing.T) {
	c, _ := story(t)
	_, a := anchored(t, c, 2, 5, 9)
	dir := t.TempDir()
	for _, to := range []int64{4, 6, 0} {
		v, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Dir: dir, Anchor: &a, To: to})
		if err != nil || to == 0 && v.Anchor.Blocks != 3 {
			t.Fatalf("to %d: %+v, %v", to, v, err)
		}
	}
	f := forge(t, c)
	f.block(5).AppHash[0] ^= 1
	_, err := audit.Replay(t.Context(), audit.Options{Source: f, Dir: dir, Anchor: &a})
	if failure, failed := check.Failed(err); !failed || failure.Check != check.Headers || !strings.Contains(err.Error(), "now shows block 5") {
		t.Errorf("a source that rewrites what was replayed: %v", err)
	}
	f.block(5).AppHash[0] ^= 1
	f.raws[4] = []byte("nothing")
	if _, err = audit.Replay(t.Context(), audit.Options{Source: f, Dir: dir, Anchor: &a}); err == nil {
		t.Error("a source that has lost what was replayed is believed")
	}
}

func TestOtherCodeIsNamed(t *testing.T) {
	c, _ := story(t)
	e, a := anchored(t, c, 2)
	d := deployment(t, c)
	d.ChainID += "x"
	ofAnother := e.deploy(d.Code())
	under := func(at anchor.Address) *anchor.Registry {
		return anchor.NewRegistry(e.deploy(anchor.RegistryCode(at), nil), e.client)
	}
	for words, lie := range map[string]audit.Anchor{
		"not that of an anchor of chain":             {Anchor: anchor.NewReader(ofAnother, e.client)},
		"not that of an anchor of chain \"urna/test": {Anchor: anchor.NewReader(e.account.From, e.client)},
		"0x0100000000000000000000000000000000000000": {Anchor: anchor.NewReader(anchor.Address{1}, e.client)},
		a.Registry.Address().Hex():                   {Anchor: anchor.NewReader(a.Registry.Address(), e.client)},
		"not that of a registry":                     {Anchor: a.Anchor, Registry: under(ofAnother)},
		"a registry of results under the anchor":     {Anchor: a.Anchor, Registry: anchor.NewRegistry(a.Anchor.Address(), e.client)},
	} {
		v := fails(t, audit.Options{Source: c.Source(), Anchor: &lie}, check.AnchorCode, words)
		if v.Height != 0 {
			t.Error("the chain was replayed all the same")
		}
	}
}

func TestAWrongFirstSetIsNamed(t *testing.T) {
	c, _ := story(t)
	e := newEthereum(t)
	for words, change := range map[string]func(*anchor.Deployment){
		"took office above height 0": func(d *anchor.Deployment) { d.Validators = d.Validators[:3] },
		"took office above height 4": func(d *anchor.Deployment) { d.Height, d.Validators[0].Power = 4, 99 },
		"created with the time":      func(d *anchor.Deployment) { d.Time++ },
	} {
		d := deployment(t, c)
		change(&d)
		a := audit.Anchor{Anchor: anchor.NewReader(e.deploy(d.Code()), e.client)}
		fails(t, audit.Options{Source: c.Source(), Anchor: &a}, check.AnchoredSets, words)
	}
}

// signed is a header of the forger's, with the commit that the next block holds.
func (f *forger) signed(c *apptest.Chain) signed {
	return func(height int64) (*light.Block, error) {
		b, err := c.Signed(height)
		if err != nil {
			return nil, err
		}
		if b.Header, err = light.HeaderOf(&f.block(int(height)).Header); err != nil {
			return nil, err
		}
		b.Commit, err = light.CommitOf(f.block(int(height)+1).LastCommit, b.Header.Hash())
		return b, err
	}
}

// lie is a chain whose validators have signed another root in a block.
func lie(t testing.TB, c *apptest.Chain, height int, root []byte) *forger {
	t.Helper()
	f := forge(t, c)
	f.block(height).AppHash = root
	f.relink(height)
	return f
}

func TestAnAnchoredForkIsNamed(t *testing.T) {
	c, _ := story(t)
	f := lie(t, c, 5, make([]byte, 32))
	for _, height := range []int64{5, 6} { // the lie itself, and what is built on it
		e, a := anchored(t, c, 2, 4)
		e.anchor(a.Anchor.Address(), height, f.signed(c))
		fails(t, audit.Options{Source: c.Source(), Anchor: &a}, check.AnchoredBlocks, "was anchored as")
		// Whoever shows the truth freezes the anchor; the lie is still named first.
		var branches [2][]*anchor.Signed
		for i, from := range []signed{c.Signed, f.signed(c)} {
			b, err := from(height)
			must(t, err)
			s, err := relayer.FromLight(b)
			must(t, err)
			branches[i] = []*anchor.Signed{s}
		}
		call, err := anchor.ForkCall(branches[0], branches[1], 0, 0, 0)
		e.call(a.Anchor.Address(), call, err)
		fails(t, audit.Options{Source: c.Source(), Anchor: &a}, check.AnchoredBlocks, "was anchored as")
		v := fails(t, audit.Options{Source: c.Source(), Anchor: &a, To: 4}, check.AnchorForks, "two signed blocks of height")
		if v.Anchor.FrozenFrom != uint64(height) {
			t.Errorf("%+v", v.Anchor)
		}
	}
}

// forgedResult is a state that holds another result of an election.
func forgedResult(t testing.TB, id election.ID, votes uint64) ([]byte, light.Claim) {
	t.Helper()
	s, err := state.Open(state.Config{})
	must(t, err)
	defer func() { must(t, s.Close()) }()
	f := s.Fork()
	p := genesis.Default()
	must(t, f.SetParams(&p))
	must(t, f.SetResult(id, &state.Result{Votes: votes, Method: state.MethodRunningSum, Height: 7}))
	_, err = s.Seal(f)
	must(t, err)
	must(t, s.Commit(f, nil))
	c, err := light.NewClaim(s.View(), state.ResultKey(id))
	must(t, err)
	root := s.Root()
	return root[:], c
}

func TestAWrongResultIsNamed(t *testing.T) {
	c, e := story(t)
	for words, id := range map[string]election.ID{"got the result []": e.ID, "which has none": {1}} {
		root, claim := forgedResult(t, id, 99)
		// The lie stands on Ethereum above what is replayed: as an anchored block it
		// is not compared.
		to := int(c.Height())
		f := lie(t, c, to, root)
		ethereum, a := anchored(t, c, 2)
		ethereum.anchor(a.Anchor.Address(), int64(to), f.signed(c))
		ethereum.prove(a, id, uint64(to), [32]byte(root), claim)
		fails(t, audit.Options{Source: c.Source(), Anchor: &a, To: int64(to) - 1}, check.AnchoredResults, words)
		fails(t, audit.Options{Source: c.Source(), Anchor: &a}, check.AnchoredBlocks, "was anchored as")
	}
}

// deaf is a node of Ethereum that shows no events.
type deaf struct{ simulated.Client }

func (deaf) FilterLogs(context.Context, ethereum.FilterQuery) ([]types.Log, error) { return nil, nil }

// shy shows none but the first.
type shy struct{ simulated.Client }

func (s shy) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	logs, err := s.Client.FilterLogs(ctx, q)
	return logs[:min(1, len(logs))], err
}

func TestAnEthereumThatDoesNotShowEverythingIsNoEvidence(t *testing.T) {
	c := seats(t)
	e, a := anchored(t, c, c.Height()-1)
	at := a.Anchor.Address()
	head, _, err := a.Anchor.Head(t.Context())
	must(t, err)
	first, err := a.Anchor.Changes(t.Context(), 0, head)
	must(t, err)
	for words, a := range map[string]audit.Anchor{
		"was not deployed in the blocks": {Anchor: anchor.NewReader(at, deaf{e.client})},
		"shows no event for height":      {Anchor: anchor.NewReader(at, shy{e.client})},
		"was deployed before block":      {Anchor: a.Anchor, From: first[0].Block + 1},
	} {
		_, err := audit.Replay(t.Context(), audit.Options{Source: c.Source(), Anchor: &a})
		if _, failed := check.Failed(err); failed || err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", words, err)
		}
	}
}
