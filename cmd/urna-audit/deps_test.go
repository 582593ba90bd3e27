package main

import (
	"flag"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write deps.txt again")

// notInside are what an auditor must do without, each with the reason.
var notInside = map[string]string{
	"urna/app":            "an auditor is another opinion than a node's",
	"urna/chain":          "an auditor runs no node",
	"urna/gateway":        "it serves nobody",
	"urna/indexer":        "it reads the chain and no view of it",
	"urna/ipfs":           "files are content-addressed; it needs no daemon",
	"modernc.org":         "no SQL engine; database/sql itself comes with uint256, which can be stored in one",
	"github.com/ipfs":     "no IPFS daemon",
	"github.com/libp2p":   "no IPFS daemon",
	"urna/anchor/relayer": "it pays for nothing",

	"github.com/ethereum/go-ethereum/node":            "it asks a node of Ethereum, and is none",
	"github.com/ethereum/go-ethereum/eth":             "no node of Ethereum inside",
	"github.com/ethereum/go-ethereum/core/vm":         "no node of Ethereum inside",
	"github.com/ethereum/go-ethereum/core/state":      "no node of Ethereum inside",
	"github.com/cometbft/cometbft/consensus":          "no node inside",
	"github.com/cometbft/cometbft/node":               "no node inside",
	"github.com/cometbft/cometbft/p2p":                "no node inside",
	"github.com/cometbft/cometbft/mempool":            "no node inside",
	"github.com/cometbft/cometbft/internal/blocksync": "no node inside",
	"github.com/cometbft/cometbft/rpc":                "it speaks HTTP itself",
	"github.com/cometbft/cometbft/store":              "no node inside",
}

// urna/chain/light is a room apart, see internal/layers.
var apart = "urna/chain/light"

func TestTheProgramHasNoMoreInsideThanItsListSays(t *testing.T) {
	list := exec.Command("go", "list", "-deps", ".")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	var deps []string
	for _, d := range strings.Fields(string(out)) {
		if d == "urna/cmd/urna-audit" || !strings.Contains(d, ".") && !strings.HasPrefix(d, "urna/") || strings.HasPrefix(d, "vendor/") {
			continue // itself, and the standard library
		}
		deps = append(deps, d)
	}
	slices.Sort(deps)
	now := strings.Join(deps, "\n") + "\n"
	for _, d := range deps {
		for bad, why := range notInside {
			if within(d, bad) && !within(d, apart) {
				t.Errorf("%s is inside: %s", d, why)
			}
		}
	}
	if *update {
		if err := os.WriteFile("deps.txt", []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("deps.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != now {
		t.Errorf("deps.txt is not what `go list -deps` says; look at what is new and write it again with -update\n%s", difference(string(want), now))
	}
}

func within(pkg, root string) bool { return pkg == root || strings.HasPrefix(pkg, root+"/") }

// difference lists the lines that only one of two texts has.
func difference(old, now string) string {
	var b strings.Builder
	for sign, texts := range map[string][2]string{"-": {old, now}, "+": {now, old}} {
		for line := range strings.Lines(texts[0]) {
			if !strings.Contains("\n"+texts[1], "\n"+line) {
				b.WriteString(sign + line)
			}
		}
	}
	return b.String()
}
