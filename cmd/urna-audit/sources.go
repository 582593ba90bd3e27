package main

import (
	"github.com/spf13/pflag"

	"urna/audit"
	"urna/audit/archive"
	"urna/audit/remote"
	"urna/cmd/internal/cli"
)

// sources are the flags that say where a chain comes from.
type sources struct {
	gateways []string
	rpcs     []string
	files    []string // archives of the chain
}

func (s *sources) flags(f *pflag.FlagSet) {
	f.StringSliceVar(&s.gateways, "gateway", nil, "root of a gateway's API, http://host:port/v2; may be given several times")
	f.StringSliceVar(&s.files, "from", nil, "archive of the chain, a file; may be given several times")
	f.StringSliceVar(&s.rpcs, "rpc", nil, "CometBFT RPC of a node, http://host:26657; may be given several times")
}

// list is one source for each flag, in the order of kinds.
func (s *sources) list() ([]audit.Source, error) {
	var out []audit.Source
	for _, url := range s.gateways {
		g, err := remote.NewGateway(url)
		if err != nil {
			return nil, cli.Misuse(err)
		}
		out = append(out, g)
	}
	for _, url := range s.rpcs {
		r, err := remote.NewRPC(url)
		if err != nil {
			return nil, cli.Misuse(err)
		}
		out = append(out, r)
	}
	for _, path := range s.files {
		a, err := archive.OpenSource(path)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	if len(out) == 0 {
		return nil, cli.Misusef("nothing says where the chain comes from; see --help")
	}
	return out, nil
}

// one is all of them as one.
func (s *sources) one() (audit.Source, error) {
	all, err := s.list()
	if err != nil || len(all) == 1 {
		return append(all, nil)[0], err
	}
	return remote.Several(all), nil
}
