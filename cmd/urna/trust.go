package main

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"urna/chain/light"
	"urna/chain/light/follow"
	"urna/client"
	"urna/cmd/internal/cli"
)

// trust holds the flags that say what a user trusts, and whom to compare with.
type trust struct {
	verify     bool
	genesis    string
	checkpoint string
	witnesses  []string
	dir        string
	maxAge     time.Duration
}

func (t *trust) define(f *pflag.FlagSet) {
	f.BoolVar(&t.verify, "verify", false, "check accounts, elections, results and votes against proofs before they are shown; needs --genesis or --trust")
	f.StringVar(&t.genesis, "genesis", "", "genesis document of the chain that you trust, a file")
	f.StringVar(&t.checkpoint, "trust", "", "or a block that you trust, HEIGHT:HASH")
	f.StringSliceVar(&t.witnesses, "witness", nil, "with --verify: another gateway to compare with; may be repeated")
	f.DurationVar(&t.maxAge, "max-age", 2*time.Minute, "with --verify: refuse an answer that is older than this, or this much older than what a witness has; 0 takes any")
	f.StringVar(&t.dir, "light-dir", underHome("light"), "with --verify: where trusted headers are remembered, and evidence of forks is put")
}

// underHome is a place in the directory of urna's own.
func underHome(name string) string {
	dir, err := os.UserHomeDir()
	if err != nil {
		return name
	}
	return filepath.Join(dir, ".urna", name)
}

// root reads the root of trust; the zero Trusted if none was given.
func (t *trust) root() (light.Trusted, error) {
	switch {
	case t.genesis != "" && t.checkpoint != "":
		return light.Trusted{}, cli.Misusef("--genesis and --trust exclude each other")
	case t.genesis != "":
		doc, err := os.ReadFile(t.genesis)
		if err != nil {
			return light.Trusted{}, err
		}
		return light.TrustGenesis(doc)
	case t.checkpoint != "":
		return parseCheckpoint(t.checkpoint)
	}
	return light.Trusted{}, nil
}

func parseCheckpoint(s string) (light.Trusted, error) {
	height, hash, _ := strings.Cut(s, ":")
	h, err := strconv.ParseInt(height, 10, 64)
	b, bad := hex.DecodeString(strings.TrimPrefix(hash, "0x"))
	if err != nil || bad != nil || h < 1 || len(b) != len(light.Hash{}) {
		return light.Trusted{}, cli.Misusef("checkpoint %q is not a height, a colon and 64 hex digits", s)
	}
	return light.TrustCheckpoint(h, light.Hash(b)), nil
}

// gatewaySource hands out a gateway's signed headers.
type gatewaySource struct{ gw *client.Client }

func (s gatewaySource) Name() string { return s.gw.URL() }

func (s gatewaySource) Block(ctx context.Context, height int64) (*light.Block, error) {
	b, err := s.gw.LightBlock(ctx, height)
	var p *client.Problem
	if errors.Is(err, client.ErrNotYet) || (errors.As(err, &p) && p.Status == http.StatusNotFound) {
		return nil, follow.ErrNoBlock
	}
	if err != nil {
		return nil, err
	}
	return light.ParseBlock(b)
}
