package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"

	"urna/anchor"
	"urna/anchor/relayer"
	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/crypto/ethkey/keyfile"
	"urna/gateway"
	"urna/state"
)

// relayerFile is what the relayer remembers, in a home.
const relayerFile = "relayer.json"

// startAnchor looks after the anchor until ctx ends. Trouble with Ethereum is no
// fault of the node.
func (n *node) startAnchor(ctx context.Context) error {
	a := n.cfg.Anchor
	cfg := relayer.Config{
		Chain: relayer.FromNode(anchorNode{n.blocks}), EthereumID: a.Ethereum, DryRun: a.DryRun,
		Store: relayer.File(below(n.home, relayerFile)), EveryBlocks: a.EveryBlocks, Every: a.Every, Confirmations: a.Confirmations,
		MaxFee: big.NewInt(int64(a.MaxFee)), MaxTip: big.NewInt(int64(a.MaxTip)), Patience: a.Patience, Poll: a.Poll,
		Log: n.log, Metrics: n.registry(),
	}
	var err error
	if cfg.Anchor, err = anchor.ParseAddress(a.Contract); err != nil {
		return err
	}
	if a.Results {
		if cfg.Registry, err = anchor.ParseAddress(a.Registry); err != nil {
			return err
		}
	}
	if a.KeyFile != "" {
		text, err := n.anchorKey()
		if err != nil {
			return err
		}
		if cfg.Key, err = relayer.ParseKey(text); err != nil {
			return fmt.Errorf("anchor.key_file: %w", err)
		}
	}
	for _, url := range a.RPC {
		eth, err := anchor.Dial(ctx, url)
		if err != nil {
			return fmt.Errorf("anchor.rpc: %w", err)
		}
		n.onStop(func() error { eth.Close(); return nil })
		n.ethereum = append(n.ethereum, eth)
		cfg.Ethereum = append(cfg.Ethereum, eth)
	}
	if n.relayer, err = relayer.New(cfg); err != nil {
		return err
	}
	n.group.Go(func() error { return n.relayer.Run(ctx) })
	return nil
}

// anchorKey reads the key of the account that pays, as 64 hex digits.
func (n *node) anchorKey() (string, error) {
	a := n.cfg.Anchor
	text, err := os.ReadFile(below(n.home, a.KeyFile))
	if err != nil {
		return "", fmt.Errorf("anchor.key_file: %w", err)
	}
	if a.PasswordFile == "" {
		key, err := ethkey.ParseKey(string(text))
		if err != nil {
			return "", fmt.Errorf("anchor.key_file: %s does not hold 64 hex digits; an encrypted key needs anchor.password_file", a.KeyFile)
		}
		return key.Hex(), nil
	}
	password, err := os.ReadFile(below(n.home, a.PasswordFile))
	if err != nil {
		return "", fmt.Errorf("anchor.password_file: %w", err)
	}
	key, err := keyfile.Decrypt(text, strings.TrimRight(string(password), "\r\n"))
	if err != nil {
		return "", fmt.Errorf("anchor.key_file: %w", err)
	}
	return key.Hex(), nil
}

// anchorNode is the chain as the relayer reads it.
type anchorNode struct{ *blocks }

func (n anchorNode) Signed(ctx context.Context, height int64) (*light.Block, error) {
	b, err := n.blocks.Signed(ctx, height)
	if errors.Is(err, gateway.ErrNoBlock) {
		return nil, relayer.ErrNoBlock
	}
	return b, err
}

func (n anchorNode) ViewAt(height int64) (*state.View, error) { return n.app.Store().ViewAt(height) }

func (n anchorNode) Journal(height int64) ([]byte, error) { return n.app.Store().Journal(height) }

// showAnchor lets a gateway tell what is known of Ethereum.
func (n *node) showAnchor(cfg *gateway.Config) {
	if n.relayer == nil {
		return
	}
	cfg.Anchor = anchorView{n}
	if at, err := anchor.ParseAddress(n.cfg.Anchor.Registry); err == nil {
		cfg.Ethereum = registryView{n, at}
	}
}

// anchorView is what the gateway tells about the anchor.
type anchorView struct{ *node }

// Anchor implements gateway.Anchor. Texts of alarms stay in the log: they may name
// addresses that are nobody's business.
func (v anchorView) Anchor() gateway.AnchorStatus {
	s := v.relayer.Status()
	out := gateway.AnchorStatus{
		EthereumChainID: s.EthereumID, Contract: s.Contract, Registry: v.cfg.Anchor.Registry, Height: s.Height, Time: s.Time,
		Newest: s.Newest, ChainHeight: s.ChainHeight, Lag: s.Lag(), Transaction: s.Transaction, EthereumBlock: s.Block,
		Confirmations: s.Confirmations, FrozenFrom: s.FrozenFrom, TrustedUntil: s.TrustedUntil, Relays: s.Account != "" && !s.DryRun,
		Alarms: []string{},
	}
	for _, a := range s.Alarms {
		out.Alarms = append(out.Alarms, a.Name)
	}
	return out
}

// registryView is what the gateway asks about the registry of results.
type registryView struct {
	*node
	at anchor.Address
}

// Anchored implements gateway.Ethereum.
func (v registryView) Anchored() gateway.Anchored {
	s := v.relayer.Status()
	out := gateway.Anchored{EthereumID: s.EthereumID, Registry: v.at, Heights: s.Heights}
	out.Anchor, _ = anchor.ParseAddress(s.Contract) // it was one
	if s.Account == "" || s.DryRun || len(s.Alarms) > 0 {
		return out
	}
	a := v.cfg.Anchor
	if a.Every > 0 && !s.NewestTime.IsZero() {
		out.Next = s.NewestTime.Add(a.Every)
	}
	if n := a.EveryBlocks; n > 0 && s.ChainHeight > 0 {
		left := n - uint64(s.ChainHeight)%n
		if at := time.Now().Add(time.Duration(left) * v.cfg.Consensus.BlockTime).UTC(); out.Next.IsZero() || at.Before(out.Next) {
			out.Next = at
		}
	}
	return out
}

// Proved implements gateway.Ethereum.
func (v registryView) Proved(ctx context.Context, election [32]byte) (bool, error) {
	return ask(v.node, func(eth *anchor.Node) (bool, error) {
		_, err := anchor.NewRegistry(v.at, eth).Result(ctx, election)
		return err == nil, err
	})
}

// EstimateGas implements gateway.Ethereum.
func (v registryView) EstimateGas(ctx context.Context, call []byte) (uint64, error) {
	return ask(v.node, func(eth *anchor.Node) (uint64, error) {
		return anchor.NewRegistry(v.at, eth).EstimateGas(ctx, anchor.Address{}, call)
	})
}

// ask asks one node of Ethereum after another until one answers. A refusal is an
// answer.
func ask[T any](n *node, question func(*anchor.Node) (T, error)) (answer T, err error) {
	for _, eth := range n.ethereum {
		answer, err = question(eth)
		if err == nil || errors.As(err, new(*anchor.Refusal)) {
			return answer, err
		}
	}
	return answer, err
}
