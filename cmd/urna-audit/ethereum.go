package main

import (
	"context"

	"github.com/spf13/pflag"

	"urna/anchor"
	"urna/audit"
	"urna/cmd/internal/cli"
)

// ethereum are the flags that say where the chain is anchored.
type ethereum struct {
	url, anchor, registry string
	from                  uint64
}

func (e *ethereum) flags(f *pflag.FlagSet) {
	f.StringVar(&e.url, "ethereum", "", "a node of Ethereum, http://host:8545 or ws://; it is only read")
	f.StringVar(&e.anchor, "anchor", "", "address of the chain's anchor on Ethereum, to be compared")
	f.StringVar(&e.registry, "registry", "", "address of the registry of results under that anchor")
	f.Uint64Var(&e.from, "ethereum-from", 0, "block of Ethereum to begin with, not above the one that deployed the anchor")
}

// open is nil if nothing was named.
func (e *ethereum) open(ctx context.Context) (*audit.Anchor, error) {
	if e.url == "" && e.anchor == "" && e.registry == "" && e.from == 0 {
		return nil, nil
	}
	if e.url == "" || e.anchor == "" {
		return nil, cli.Misusef("--ethereum and --anchor belong together")
	}
	at, err := anchor.ParseAddress(e.anchor)
	if err != nil {
		return nil, cli.Misusef("--anchor: %w", err)
	}
	out := &audit.Anchor{From: e.from}
	node, err := anchor.Dial(ctx, e.url)
	if err != nil {
		return nil, cli.Misusef("--ethereum: %w", err)
	}
	out.Anchor = anchor.NewReader(at, node)
	if e.registry != "" {
		if at, err = anchor.ParseAddress(e.registry); err != nil {
			return nil, cli.Misusef("--registry: %w", err)
		}
		out.Registry = anchor.NewRegistry(at, node)
	}
	return out, nil
}
