package main

import (
	"encoding/hex"
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"urna/audit/archive"
	"urna/chain/light"
	"urna/cmd/internal/cli"
)

// trust are the flags that say what their user knows without a proof.
type trust struct {
	genesis, genesisHash, checkpoint string
	anyChain                         bool
}

func (t *trust) flags(f *pflag.FlagSet) {
	f.StringVar(&t.genesis, "genesis", "", "file of the genesis document that you trust")
	f.StringVar(&t.genesisHash, "genesis-hash", "", "SHA-256 of the genesis in an archive that you trust, in hex")
	f.StringVar(&t.checkpoint, "trust", "", "a block that you trust, as HEIGHT:HASH")
	f.BoolVar(&t.anyChain, "any-chain", false, "it is enough that the file agrees with itself")
}

// errTrust ends a command that has found nothing wrong, and nothing that ties
// the file to a chain which its user knows.
var errTrust = errors.New("nothing says that this is your chain: give --genesis, --genesis-hash or --trust, or be content with --any-chain")

// enough is nil if a file that is right is right enough.
func (t *trust) enough(trusted bool) error {
	if trusted || t.anyChain {
		return nil
	}
	return errTrust
}

// options are those of the verifier of archives.
func (t *trust) options() (o archive.Options, err error) {
	if t.genesis != "" {
		if o.Genesis, err = os.ReadFile(t.genesis); err != nil {
			return o, err
		}
	}
	if t.genesisHash != "" {
		b, err := hex.DecodeString(strings.TrimPrefix(t.genesisHash, "0x"))
		if err != nil || len(b) != len(light.Hash{}) {
			return o, cli.Misusef("--genesis-hash %q is not a SHA-256 in hex", t.genesisHash)
		}
		hash := light.Hash(b)
		o.GenesisHash = &hash
	}
	if t.checkpoint != "" {
		o.Checkpoint, err = parseCheckpoint(t.checkpoint)
	}
	return o, err
}

// root is what a proof document must follow from; zero if nothing was given.
func (t *trust) root() (light.Trusted, error) {
	if t.genesisHash != "" {
		return light.Trusted{}, errors.New("a proof document does not hold the genesis: give --genesis or --trust, and no --genesis-hash")
	}
	if t.genesis != "" && t.checkpoint != "" {
		return light.Trusted{}, cli.Misusef("give --genesis or --trust")
	}
	if t.checkpoint != "" {
		return parseCheckpoint(t.checkpoint)
	}
	if t.genesis == "" {
		return light.Trusted{}, nil
	}
	doc, err := os.ReadFile(t.genesis)
	if err != nil {
		return light.Trusted{}, err
	}
	return light.TrustGenesis(doc)
}

func parseCheckpoint(s string) (light.Trusted, error) {
	height, hash, _ := strings.Cut(s, ":")
	h, err := strconv.ParseInt(height, 10, 64)
	b, bad := hex.DecodeString(strings.TrimPrefix(hash, "0x"))
	if err != nil || bad != nil || h < 1 || len(b) != len(light.Hash{}) {
		return light.Trusted{}, cli.Misusef("%q is not a block as HEIGHT:HASH", s)
	}
	return light.TrustCheckpoint(h, light.Hash(b)), nil
}
