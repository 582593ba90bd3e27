package relayer

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"log/slog"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/params"

	"urna/anchor"
	"urna/chain/light"
	"urna/chain/light/lighttest"
)

// longPeriod outlives every test, whatever the machine's clock says.
const longPeriod = 50 * 365 * 24 * time.Hour

var gwei = big.NewInt(params.GWei)

func gweis(n int64) *big.Int { return new(big.Int).Mul(gwei, big.NewInt(n)) }

func keyOf(name string) *ecdsa.PrivateKey {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte(name)))
	if err != nil {
		panic(err)
	}
	return key
}

func addressOf(name string) common.Address { return crypto.PubkeyToAddress(keyOf(name).PublicKey) }

// world is a chain of signed headers, a node of Ethereum that makes a block when it
// is told to, an anchor on it, and a clock.
type world struct {
	t      testing.TB
	chain  *lighttest.Chain
	top    int64 // newest header that the node shows
	away   error // what the node answers instead
	eth    *simulated.Backend
	client simulated.Client
	at     common.Address
	now    time.Time
	nonces map[string]uint64 // next ones of those who pay
}

const gasLimit = 20_000_000

// newWorld has a chain whose set is another one from each of these heights on.
func newWorld(t testing.TB, changes ...int64) *world {
	t.Helper()
	w := newWorldOf(t, sets(1, changes...), longPeriod)
	w.grow(1)
	return w
}

func newWorldOf(t testing.TB, c *lighttest.Chain, period time.Duration) *world {
	t.Helper()
	rich := new(big.Int).Mul(gweis(1e9), big.NewInt(1_000_000))
	alloc := types.GenesisAlloc{}
	for _, name := range []string{"deployer", "payer", "other", "burner"} {
		alloc[addressOf(name)] = types.Account{Balance: rich}
	}
	rules := *params.AllDevChainProtocolChanges
	rules.AmsterdamTime, rules.BogotaTime = nil, nil
	b := simulated.NewBackend(alloc, func(_ *node.Config, c *ethconfig.Config) {
		c.Genesis.Config, c.Genesis.GasLimit, c.Miner.GasCeil = &rules, gasLimit, gasLimit
		c.RPCTxFeeCap = 0
	})
	t.Cleanup(func() { must(t, b.Close()) })
	w := &world{t: t, chain: c, eth: b, client: b.Client(), now: lighttest.Began, nonces: map[string]uint64{}}
	must(t, b.AdjustTime(time.Duration(lighttest.Began.Unix())*time.Second+period/100))
	d, err := DeployAtGenesis(c.Genesis(), period)
	must(t, err)
	code, err := d.Code()
	must(t, err)
	w.at = w.deploy(code)
	return w
}

func (w *world) deploy(code []byte) common.Address {
	w.t.Helper()
	opts := bind.NewKeyedTransactor(keyOf("deployer"), params.AllDevChainProtocolChanges.ChainID)
	tx, err := bind.NewBoundContract(common.Address{}, abi.ABI{}, w.client, w.client, w.client).RawCreationTransact(opts, code)
	if err != nil {
		w.t.Fatal(anchor.Explain(err))
	}
	w.eth.Commit()
	receipt, err := w.client.TransactionReceipt(context.Background(), tx.Hash())
	must(w.t, err)
	if receipt.Status != types.ReceiptStatusSuccessful {
		w.t.Fatal("a deployment failed")
	}
	return receipt.ContractAddress
}

// pay sends a transaction from an account by its name.
func (w *world) pay(from string, to common.Address, value *big.Int, data []byte, gas uint64, tip, fee *big.Int) *types.Transaction {
	w.t.Helper()
	nonce, err := w.client.NonceAt(context.Background(), addressOf(from), nil)
	must(w.t, err)
	nonce = max(nonce, w.nonces[from])
	w.nonces[from] = nonce + 1
	id := params.AllDevChainProtocolChanges.ChainID
	tx, err := types.SignNewTx(keyOf(from), types.LatestSignerForChainID(id), &types.DynamicFeeTx{
		ChainID: id, Nonce: nonce, To: &to, Value: value, Data: data, Gas: gas, GasTipCap: tip, GasFeeCap: fee,
	})
	must(w.t, err)
	must(w.t, w.client.SendTransaction(context.Background(), tx))
	return tx
}

// Signed is the chain's node.
func (w *world) Signed(_ context.Context, height int64) (*light.Block, error) {
	if w.away != nil {
		return nil, w.away
	}
	if height == 0 {
		height = w.top
	}
	if height < 1 || height > w.top {
		return nil, ErrNoBlock
	}
	return light.BlockOf(w.chain.LightBlock(height))
}

// grow makes blocks of the chain, a second each.
func (w *world) grow(blocks int64) {
	w.top += blocks
	w.chain.Grow(w.top)
	if at := w.chain.Headers[w.top-1].Time; at.After(w.now) {
		w.now = at
	}
}

// config anchors every 10 blocks.
func (w *world) config() Config {
	return Config{
		Chain: w, Ethereum: []Ethereum{w.client}, Anchor: w.at, Key: keyOf("payer"), Store: &memoryStore{},
		EveryBlocks: 10, MaxFee: gweis(100), MaxTip: gweis(2), Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return w.now },
	}
}

func (w *world) relayer(change func(*Config)) *Relayer {
	w.t.Helper()
	cfg := w.config()
	if change != nil {
		change(&cfg)
	}
	r, err := New(cfg)
	must(w.t, err)
	return r
}

// run lets time go by: in each round the chain makes some blocks, every relayer looks
// once, and Ethereum makes a block.
func (w *world) run(rounds int, blocks int64, relayers ...*Relayer) {
	for range rounds {
		w.grow(blocks)
		w.round(relayers...)
	}
}

func (w *world) round(relayers ...*Relayer) {
	for _, r := range relayers {
		r.Step(context.Background())
	}
	w.eth.Commit()
	w.now = w.now.Add(12 * time.Second)
}

// pass puts what waits into a block, and the next one some time later.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.eth.Commit()
	w.eth.Commit() // by now the pool knows that nothing waits
	must(w.t, w.eth.AdjustTime(d))
}

func (w *world) latest() anchor.Latest {
	w.t.Helper()
	l, err := anchor.NewReader(w.at, w.client).Latest(context.Background())
	must(w.t, err)
	return l
}

// anchored are the heights that were anchored, in order.
func (w *world) anchored() (heights []uint64) {
	w.t.Helper()
	head, err := w.client.BlockNumber(context.Background())
	must(w.t, err)
	list, err := anchor.NewReader(w.at, w.client).Anchored(context.Background(), 0, head)
	must(w.t, err)
	for _, a := range list {
		if want := w.chain.Headers[a.Height-1]; string(want.AppHash) != string(a.AppHash[:]) {
			w.t.Errorf("height %d was anchored with application hash %x", a.Height, a.AppHash)
		}
		heights = append(heights, a.Height)
	}
	return heights
}

// paid is how many transactions an account has paid for.
func (w *world) paid(name string) uint64 {
	w.t.Helper()
	n, err := w.client.NonceAt(context.Background(), addressOf(name), nil)
	must(w.t, err)
	return n
}

// calm checks that a relayer needs nobody.
func calm(t testing.TB, r *Relayer) {
	t.Helper()
	for _, a := range r.Status().Alarms {
		t.Errorf("alarm: %s", a)
	}
}

// alarmed checks that a relayer has one alarm.
func alarmed(t testing.TB, r *Relayer, name string) {
	t.Helper()
	if list := r.Status().Alarms; len(list) != 1 || list[0].Name != name {
		t.Errorf("alarms %v, want %s", list, name)
	}
}

// memoryStore keeps a memory.
type memoryStore struct{ kept []byte }

func (s *memoryStore) Load() ([]byte, error) { return s.kept, nil }
func (s *memoryStore) Save(b []byte) error   { s.kept = b; return nil }

// flaky is a node of Ethereum of which some questions fail.
type flaky struct {
	Ethereum
	down    bool  // nothing is answered
	blind   bool  // does not tell what waits
	refuses error // what it says to transactions
}

var errDown = errors.New("connection refused")

func (f *flaky) HeaderByNumber(ctx context.Context, n *big.Int) (*types.Header, error) {
	if f.down {
		return nil, errDown
	}
	return f.Ethereum.HeaderByNumber(ctx, n)
}

func (f *flaky) ChainID(ctx context.Context) (*big.Int, error) {
	if f.down {
		return nil, errDown
	}
	return f.Ethereum.ChainID(ctx)
}

func (f *flaky) PendingCallContract(ctx context.Context, call ethereum.CallMsg) ([]byte, error) {
	if f.blind {
		return nil, errDown
	}
	return f.Ethereum.PendingCallContract(ctx, call)
}

func (f *flaky) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	if f.refuses != nil {
		return f.refuses
	}
	return f.Ethereum.SendTransaction(ctx, tx)
}
