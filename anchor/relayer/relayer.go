package relayer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"urna/anchor"
	"urna/chain/light"
)

// Relayer anchors one chain in one contract. One goroutine may Run or Step it; any
// number may ask for its Status.
type Relayer struct {
	cfg     Config
	log     *slog.Logger
	account common.Address // zero if it only looks
	metrics *metrics

	at      int    // which node of Ethereum is asked
	known   []bool // nodes of Ethereum that are of the right chain
	id      uint64 // chain id of Ethereum; 0 until a node has answered
	chainID string // of the chain that is anchored
	period  time.Duration
	mem     memory
	unsaved bool                // the store could not take the memory
	failed  int                 // steps in a row
	raised  map[string]string   // alarms of this step
	due     map[string]dueSince // what could be sent, and since when

	mu     sync.Mutex
	status Status            // guarded by mu
	alarms map[string]string // of the last step; guarded by mu
}

// New makes a relayer. It asks nobody anything yet.
func New(cfg Config) (*Relayer, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	r := &Relayer{cfg: cfg, log: cfg.Log, known: make([]bool, len(cfg.Ethereum)), due: map[string]dueSince{}, alarms: map[string]string{}}
	if cfg.Key != nil {
		r.account = crypto.PubkeyToAddress(cfg.Key.PublicKey)
	}
	r.status = Status{Contract: cfg.Anchor.Hex(), DryRun: cfg.DryRun, Confirmations: cfg.Confirmations, Alarms: []Alarm{}}
	if cfg.Registry != (common.Address{}) {
		r.status.Registry = cfg.Registry.Hex()
	}
	if cfg.Key != nil {
		r.status.Account = r.account.Hex()
	}
	var err error
	if r.metrics, err = newMetrics(r, cfg.Metrics); err != nil {
		return nil, fmt.Errorf("relayer: %w", err)
	}
	return r, nil
}

// Run relays until ctx ends. Trouble is waited for and told in the status, the log
// and the metrics; it never ends a run.
func (r *Relayer) Run(ctx context.Context) error {
	for {
		timer := time.NewTimer(r.Step(ctx))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// stepTime bounds one step.
const stepTime = time.Minute

// Step looks once, sends at most one transaction, and returns when to look again.
func (r *Relayer) Step(ctx context.Context) time.Duration {
	step, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	r.raised = map[string]string{}
	err := r.step(step)
	if ctx.Err() != nil {
		return 0
	}
	var t *troubled
	switch {
	case err == nil:
		r.failed = 0
	case !errors.As(err, &t):
		err = trouble(alarmEthereum, err)
		errors.As(err, &t)
		fallthrough
	default:
		r.raise(t.alarm, t)
		r.metrics.failures.WithLabelValues(t.alarm).Inc()
		r.failed++
		if t.alarm == alarmEthereum {
			r.at = (r.at + 1) % len(r.cfg.Ethereum)
		}
	}
	r.ring()
	if r.failed > len(r.cfg.Ethereum) {
		return min(r.cfg.Poll<<min(r.failed-len(r.cfg.Ethereum), 10), max(2*time.Minute, r.cfg.Poll))
	}
	return r.cfg.Poll
}

// view is what one step sees on Ethereum.
type view struct {
	eth    Ethereum
	reader *anchor.Reader
	head   *types.Header
	latest anchor.Latest // in the newest block
	final  anchor.Latest // as many blocks earlier as need to be on top

	nonce   uint64 // of the next transaction that can be executed
	balance *big.Int
}

func (r *Relayer) step(ctx context.Context) error {
	eth, err := r.connect(ctx)
	if err != nil {
		return err
	}
	v, err := r.look(ctx, eth)
	if err != nil {
		return err
	}
	if r.unsaved {
		if err := r.save(); err != nil {
			return err
		}
	}
	if r.cfg.Key != nil {
		if err := r.settle(ctx, v); err != nil {
			return err
		}
	}
	r.search(ctx, v)
	newest, err := r.newest(ctx, v)
	r.note(v, newest)
	if err != nil {
		return errors.Join(err, r.nurse(ctx, v, nil))
	}
	r.watch(v, newest)
	if r.cfg.Key == nil {
		return nil
	}
	next, err := r.next(ctx, v, newest)
	if err != nil {
		return errors.Join(err, r.nurse(ctx, v, nil))
	}
	if r.waiting(v) != nil {
		return r.nurse(ctx, v, next)
	}
	return r.begin(ctx, v, next)
}

// connect returns the node of Ethereum whose turn it is. The first time it is asked
// it must be of the right chain and know a contract of the right chain.
func (r *Relayer) connect(ctx context.Context) (Ethereum, error) {
	eth := r.cfg.Ethereum[r.at]
	if r.known[r.at] {
		return eth, nil
	}
	id, err := eth.ChainID(ctx)
	if err != nil {
		return nil, fmt.Errorf("relayer: ask Ethereum for its chain id: %w", err)
	}
	want := r.cfg.EthereumID
	if want == 0 {
		want = r.id
	}
	if !id.IsUint64() || want != 0 && id.Uint64() != want {
		return nil, fmt.Errorf("relayer: this Ethereum has the chain id %s, not %d", id, want)
	}
	reader := anchor.NewReader(r.cfg.Anchor, eth)
	chainID, err := reader.ChainID(ctx)
	if err != nil {
		return nil, err
	}
	period, err := reader.TrustingPeriod(ctx)
	if err != nil {
		return nil, err
	}
	if r.id == 0 {
		r.id = id.Uint64()
		if err := r.recall(); err != nil {
			r.id = 0
			return nil, trouble(alarmStore, err)
		}
	}
	r.chainID, r.period, r.known[r.at] = chainID, period, true
	r.log.Info("the anchor is there", "contract", r.cfg.Anchor.Hex(), "ethereum", r.id, "chain", chainID)
	return eth, nil
}

// look reads where things stand.
func (r *Relayer) look(ctx context.Context, eth Ethereum) (*view, error) {
	v := &view{eth: eth, reader: anchor.NewReader(r.cfg.Anchor, eth), balance: new(big.Int)}
	var err error
	if v.head, err = eth.HeaderByNumber(ctx, nil); err != nil {
		return nil, fmt.Errorf("relayer: read the newest block of Ethereum: %w", err)
	}
	if v.latest, err = v.reader.LatestAt(ctx, v.head.Number.Uint64()); err != nil {
		return nil, err
	}
	v.final = v.latest
	if k := r.cfg.Confirmations; k > 0 {
		v.final = anchor.Latest{}
		// The contract may be younger than that, or the node forgets quickly.
		if n := v.head.Number.Uint64(); n >= k {
			if l, err := v.reader.LatestAt(ctx, n-k); err == nil {
				v.final = l
			}
		}
	}
	if r.cfg.Key == nil {
		return v, nil
	}
	if v.nonce, err = eth.NonceAt(ctx, r.account, v.head.Number); err != nil {
		return nil, fmt.Errorf("relayer: read the account's nonce: %w", err)
	}
	if v.balance, err = eth.BalanceAt(ctx, r.account, v.head.Number); err != nil {
		return nil, fmt.Errorf("relayer: read the account's balance: %w", err)
	}
	return v, nil
}

// newest is the newest header that has a block above it: its commit stands there,
// and the next set is known. nil if there is none.
func (r *Relayer) newest(ctx context.Context, v *view) (*light.Block, error) {
	top, err := checked(ctx, r.cfg.Chain, r.chainID, 0)
	if errors.Is(err, ErrNoBlock) || err == nil && top.Header.Height < 2 {
		return nil, nil // the chain is young
	}
	var b *light.Block
	if err == nil {
		b, err = checked(ctx, r.cfg.Chain, r.chainID, top.Header.Height-1)
	}
	if err != nil {
		return nil, trouble(alarmChain, err)
	}
	if uint64(b.Header.Height) < v.latest.Height {
		return b, trouble(alarmChain, fmt.Errorf("relayer: the node is at height %d, below %d that is anchored", b.Header.Height, v.latest.Height))
	}
	return b, nil
}
