package layers

import (
	"strings"
	"testing"
)

// floor gives each room (a top-level folder) its height. A room imports only
// rooms on lower floors; the packages of one room may import each other. A
// folder with a height of its own is a room apart: chain/light checks what
// nodes sign, for rooms that may not know chain; anchor/relayer knows both the
// headers and Ethereum; app/apptest plays networks for tests, anchor/anchortest
// anchors them on an Ethereum in memory.
var floor = map[string]int{
	"crypto": 0, "anchor": 0, "internal": 0,
	"genesis": 1, "ballot": 1, "census": 1, "ipfs": 1,
	"election": 2, "registry": 2,
	"tx":    3,
	"state": 4, "client": 4, "issuer": 4,
	"app": 5, "indexer": 5, "chain/light": 5,
	"audit": 6, "chain": 6, "gateway": 6, "anchor/relayer": 6,
	"cmd":  7,
	"test": 8, "app/apptest": 8, "anchor/anchortest": 9,
}

// homes names the only packages where a heavy dependency may be imported, so
// that its upgrade is a change in one place. Tests are free.
var homes = []struct {
	dependency string
	packages   []string
	reason     string
}{
	{
		"github.com/cometbft/cometbft",
		[]string{"app/...", "audit/...", "chain/...", "cmd/..."},
		"consensus is replaceable: the law and the readers must not know it",
	},
	{
		"github.com/cometbft/cometbft-db",
		[]string{"internal/kv", "chain/...", "cmd/..."},
		"only CometBFT's own stores speak this interface; internal/kv adapts to it",
	},
	{
		"github.com/cosmos/iavl",
		[]string{"state"},
		"the law writes records, not tree nodes",
	},
	{
		"github.com/cosmos/ics23",
		[]string{"state", "chain/light", "anchor", "app", "cmd/..."},
		"proofs are made in state and checked by those who carry them",
	},
	{
		"github.com/vocdoni/arbo",
		[]string{"census/tree/..."},
		"the law checks census proofs with its own code; arbo builds trees and is the other opinion in tests",
	},
	{
		"github.com/ethereum/go-ethereum",
		[]string{"crypto/...", "anchor/..."},
		"keys and signatures have one strict implementation; the contracts have one neighbour",
	},
	{
		"github.com/cloudflare/circl",
		[]string{"crypto/blindrsa"},
		"the law checks credentials with the standard library",
	},
	{
		"github.com/coreos/go-oidc",
		[]string{"issuer"},
		"only the issuer asks others who somebody is",
	},
	{
		"github.com/cockroachdb/pebble",
		[]string{"internal/kv/..."},
		"one place knows the storage engine and its durability",
	},
	{
		"github.com/ipfs",
		[]string{"ipfs/..."},
		"the rest of the house knows content ids as text",
	},
	{
		"github.com/multiformats",
		[]string{"ipfs/..."},
		"the rest of the house knows content ids as text",
	},
	{
		"github.com/libp2p",
		[]string{"ipfs/..."},
		"one place talks to strangers in this language, and bounds what they may cost",
	},
	{
		"google.golang.org/protobuf",
		[]string{"tx/..."},
		"wire messages exist in tx alone",
	},
	{
		"database/sql",
		[]string{"indexer/...", "registry/...", "issuer"},
		"SQL is a view of the chain, or a service's own books; never part of the chain",
	},
	{
		"modernc.org/sqlite",
		[]string{"indexer/...", "registry/...", "issuer"},
		"SQL is a view of the chain, or a service's own books; never part of the chain",
	},
	{
		"github.com/jackc/pgx",
		[]string{"registry/..."},
		"only an organisation may have its list on a server",
	},
	{
		"net/http",
		[]string{"gateway/...", "client/...", "audit/remote", "registry/desk", "issuer", "cmd/..."},
		"only the edge talks to the world",
	},
	{
		"github.com/spf13",
		[]string{"cmd/..."},
		"only programs read flags",
	},
	{
		"github.com/BurntSushi/toml",
		[]string{"cmd/..."},
		"only programs read configuration files",
	},
	{
		"flag",
		[]string{"cmd/..."},
		"only programs read flags",
	},
	{
		"testing",
		[]string{"app/apptest", "anchor/anchortest", "test/..."},
		"production code must not carry the test framework",
	},
}

func TestImportsPointDown(t *testing.T) {
	for _, f := range sources(t) {
		from := room(f.pkg())
		if _, ok := floor[from]; !ok {
			t.Errorf("%s: room %q has no floor; give it one", f.path, from)
			continue
		}
		if f.isTest() {
			continue
		}
		for _, imp := range f.imports(t) {
			pkg, ours := strings.CutPrefix(imp, module)
			if !ours {
				continue
			}
			to := room(pkg)
			if _, ok := floor[to]; !ok {
				t.Errorf("%s imports %s: room %q has no floor; give it one", f.path, imp, to)
			}
			if to != from && floor[to] >= floor[from] {
				t.Errorf("%s imports %s: floor %d may not reach floor %d", f.path, imp, floor[from], floor[to])
			}
		}
	}
}

func TestHeavyDependenciesStayAtHome(t *testing.T) {
	for _, f := range sources(t) {
		if f.isTest() {
			continue
		}
		for _, imp := range f.imports(t) {
			for _, h := range homes {
				if within(imp, h.dependency) && !matches(f.pkg(), h.packages) {
					t.Errorf("%s imports %s, whose home is %s: %s",
						f.path, imp, strings.Join(h.packages, ", "), h.reason)
				}
			}
		}
	}
}

func TestARuleThatForbidsNothingIsSeen(t *testing.T) {
	// A home that matches no import any more has either been renamed or is no
	// longer needed; either way the table above would be lying.
	seen := map[string]bool{}
	for _, f := range sources(t) {
		for _, imp := range f.imports(t) {
			for _, h := range homes {
				seen[h.dependency] = seen[h.dependency] || within(imp, h.dependency)
			}
		}
	}
	for _, h := range homes {
		if !seen[h.dependency] && h.dependency != "flag" {
			t.Errorf("nothing imports %s; its home is out of date", h.dependency)
		}
	}
}
