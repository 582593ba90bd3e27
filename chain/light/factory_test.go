package light

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light/lighttest"
	"urna/internal/check"
)

const testChain = lighttest.ID

type seat = lighttest.Seat

var (
	keyOf = lighttest.Key
	seats = lighttest.Seats
	setOf = lighttest.Set
)

// factory makes signed headers.
type factory struct {
	*lighttest.Chain
	t testing.TB
}

// newFactory makes a chain of some height.
func newFactory(t testing.TB, height int64, of func(height int64) []seat, does func(int64, string) cmttypes.BlockIDFlag) *factory {
	t.Helper()
	c := lighttest.New(0, of)
	c.Signs = does
	c.Grow(height)
	return &factory{c, t}
}

// fork is a copy of the chain up to a height, from where it goes its own way.
func (f *factory) fork(height int64, salt string) *factory {
	return &factory{f.Fork(height, salt), f.t}
}

// renamed is a chain of the same validators under another name.
func (f *factory) renamed(id string) *factory {
	c := f.Fork(0, "")
	c.ID = id
	c.Grow(f.Height())
	return &factory{c, f.t}
}

// block is the signed header of a height.
func (f *factory) block(h int64) *Block {
	f.t.Helper()
	b, err := BlockOf(f.LightBlock(h))
	must(f.t, err)
	return b
}

// fetch serves blocks, through their bytes.
func (f *factory) fetch(_ context.Context, h int64) (*Block, error) {
	if h < 1 || h > f.Height() {
		return nil, fmt.Errorf("there is no block %d", h)
	}
	return ParseBlock(f.block(h).Encode())
}

func (f *factory) trusted() Trusted {
	f.t.Helper()
	t, err := TrustGenesis(f.Genesis())
	must(f.t, err)
	return t
}

// trail leads from what is trusted to a height.
func (f *factory) trail(t Trusted, to int64) []*Block {
	f.t.Helper()
	trail, err := Trail(context.Background(), t, to, f.fetch)
	must(f.t, err)
	return trail
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fails checks that an error is the failure of a check.
func fails(t testing.TB, what string, err error, want check.ID) {
	t.Helper()
	if f, ok := check.Failed(err); !ok || f.Check != want {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

func edit(t testing.TB, doc []byte, change func(map[string]any)) []byte {
	t.Helper()
	var m map[string]any
	must(t, json.Unmarshal(doc, &m))
	change(m)
	b, err := json.Marshal(m)
	must(t, err)
	return b
}
