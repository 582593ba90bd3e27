package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"urna/anchor"
	"urna/anchor/devchain"
	"urna/anchor/relayer"
	"urna/chain"
)

// devTrust is how long the anchor of a development chain believes its validator: a
// network that slept for a year goes on.
const devTrust = 100 * 365 * 24 * time.Hour

// devContracts are the contracts on the Ethereum of a development network, in a file
// of its home.
type devContracts struct {
	Anchor   anchor.Address `json:"anchor"`
	Registry anchor.Address `json:"registry"`
	Genesis  string         `json:"genesis"` // hash of the document that is anchored
}

// devEthereum is the Ethereum of a development network.
type devEthereum struct {
	*devchain.Chain
	contracts devContracts
	deployed  bool // at this start
}

// startDevEthereum starts an Ethereum in this process, deploys what is missing on it,
// and lets the node anchor there.
func startDevEthereum(ctx context.Context, cfg *Config, home, listen string, log *slog.Logger) (e *devEthereum, err error) {
	unlock, err := lockHome(home)
	if err != nil {
		return nil, err
	}
	if err := unlock(); err != nil {
		return nil, err
	}
	if e, err = openDevEthereum(ctx, home, listen); err != nil && ctx.Err() == nil {
		log.Warn("the development Ethereum cannot go on; it begins anew", "err", err)
		if err := os.RemoveAll(filepath.Join(home, "ethereum")); err != nil {
			return nil, err
		}
		e, err = openDevEthereum(ctx, home, listen)
	}
	if err != nil {
		return nil, err
	}
	key := filepath.Join(home, "ethereum", "relayer.key")
	if err := os.WriteFile(key, []byte(devchain.Accounts()[1].KeyHex()+"\n"), 0o600); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	a := &cfg.Anchor
	a.RPC, a.Ethereum = []string{e.URL()}, devchain.ChainID
	a.Contract, a.Registry, a.Results = e.contracts.Anchor.Hex(), e.contracts.Registry.Hex(), true
	a.KeyFile, a.PasswordFile = key, ""
	return e, nil
}

// openDevEthereum starts the Ethereum of a home and prepares it.
func openDevEthereum(ctx context.Context, home, listen string) (e *devEthereum, err error) {
	e = &devEthereum{}
	if e.Chain, err = devchain.Start(devchain.Config{Dir: filepath.Join(home, "ethereum"), Listen: listen}); err != nil {
		return nil, fmt.Errorf("--ethereum: %w", err)
	}
	if err := e.prepare(ctx, home); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// prepare finds the contracts of the last start, or deploys new ones: after a crash
// the Ethereum may have forgotten them.
func (e *devEthereum) prepare(ctx context.Context, home string) error {
	_, hash, err := chain.ReadGenesis(home)
	if err != nil {
		return err
	}
	path := filepath.Join(home, "ethereum", "contracts.json")
	if text, err := os.ReadFile(path); err == nil && json.Unmarshal(text, &e.contracts) == nil && e.contracts.Genesis == fmt.Sprintf("%x", hash) {
		registry := anchor.NewRegistry(e.contracts.Registry, e.Client())
		if registry.CheckCode(ctx, e.contracts.Anchor) == nil {
			if _, err := anchor.NewReader(e.contracts.Anchor, e.Client()).Latest(ctx); err == nil {
				return nil
			}
		}
	}
	// What the relayer remembers is about other contracts, perhaps of the same address.
	if err := os.Remove(filepath.Join(home, relayerFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text, err := os.ReadFile(genesisFile(home))
	if err != nil {
		return err
	}
	d, err := relayer.DeployAtGenesis(text, devTrust)
	if err != nil {
		return err
	}
	code, err := d.Code()
	if err != nil {
		return err
	}
	if e.contracts.Anchor, err = e.Deploy(ctx, code); err != nil {
		return err
	}
	if e.contracts.Registry, err = e.Deploy(ctx, anchor.RegistryCode(e.contracts.Anchor)); err != nil {
		return err
	}
	e.contracts.Genesis, e.deployed = fmt.Sprintf("%x", hash), true
	if text, err = json.MarshalIndent(e.contracts, "", "  "); err != nil {
		return err
	}
	return relayer.File(path).Save(append(text, '\n'))
}

// welcome tells where everything is.
func (e *devEthereum) welcome() string {
	if e == nil {
		return ""
	}
	note := ""
	if e.deployed {
		note = ", just deployed"
	}
	spare := devchain.Accounts()[2]
	return fmt.Sprintf(`  Ethereum %s, chain id %d; the chain is anchored there
  anchor   %s%s
  registry %s
  account  %s, 1,000,000 ether, key %s
`, e.URL(), devchain.ChainID, e.contracts.Anchor.Hex(), note, e.contracts.Registry.Hex(), spare.Address.Hex(), spare.KeyHex())
}
