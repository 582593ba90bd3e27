package light

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"urna/internal/check"
)

func TestAGenesisIsTrustedForItsValidators(t *testing.T) {
	f := mixed(t, 1)
	g, err := TrustGenesis(f.Genesis())
	must(t, err)
	if g.ChainID != testChain || g.Height != 0 || g.NextHash != Hash(f.Headers[0].ValidatorsHash) || len(g.Validators) != 5 {
		t.Errorf("%+v", g)
	}
	validators := func(change func(v map[string]any)) func(map[string]any) {
		return func(m map[string]any) { change(m["validators"].([]any)[1].(map[string]any)) }
	}
	for name, change := range map[string]func(map[string]any){
		"no chain":        func(m map[string]any) { delete(m, "chain_id") },
		"a strange chain": func(m map[string]any) { m["chain_id"] = "a<b" },
		"a later start":   func(m map[string]any) { m["initial_height"] = "2" },
		"no validators":   func(m map[string]any) { delete(m, "validators") },
		"a number":        func(m map[string]any) { m["initial_height"] = 1 },
		"no texts":        func(m map[string]any) { m["chain_id"] = nil },
		"no key":          validators(func(v map[string]any) { delete(v, "pub_key"); delete(v, "address") }),
		"another key type": validators(func(v map[string]any) {
			delete(v, "address")
			v["pub_key"] = map[string]any{"type": "tendermint/PubKeyEd25519", "value": "7s4dKB7mPX1qCJPFnFjUbcjrSIQTCHLlp+7zU9Ibxmo="}
		}),
		"another key":        validators(func(v map[string]any) { v["address"] = strings.Repeat("0", 40) }),
		"a short key":        validators(func(v map[string]any) { v["pub_key"].(map[string]any)["value"] = "AA==" }),
		"a line feed":        validators(func(v map[string]any) { k := v["pub_key"].(map[string]any); k["value"] = k["value"].(string) + "\n" }),
		"a name in capitals": func(m map[string]any) { m["CHAIN_ID"] = m["chain_id"]; delete(m, "chain_id") },
		"a list":             func(m map[string]any) { m["validators"] = map[string]any{} },
		"a sign":             validators(func(v map[string]any) { v["power"] = "+5" }),
		"no power":           validators(func(v map[string]any) { v["power"] = "0" }),
		"much power":         validators(func(v map[string]any) { v["power"] = "1152921504606846976" }),
		"a double seat":      func(m map[string]any) { l := m["validators"].([]any); l[1] = l[0] },
	} {
		_, err := TrustGenesis(edit(t, f.Genesis(), change))
		fails(t, name, err, check.Genesis)
	}
	for _, doc := range []string{"", "{}", "null", "[", `{"chain_id":"a","validators":[{}]}`, "{\"chain_id\":\"\xff\"}"} {
		_, err := TrustGenesis([]byte(doc))
		fails(t, doc, err, check.Genesis)
	}
	bare, err := TrustGenesis(edit(t, f.Genesis(), func(m map[string]any) {
		for name := range m {
			if name != "chain_id" && name != "validators" {
				delete(m, name)
			}
		}
		for _, v := range m["validators"].([]any) {
			delete(v.(map[string]any), "address")
		}
	}))
	if err != nil || bare.NextHash != g.NextHash {
		t.Errorf("what is not read is missed: %v", err)
	}
	if (Trusted{}).IsZero() != true || g.IsZero() || TrustCheckpoint(1, Hash{}).IsZero() {
		t.Error("what is trusted is not known")
	}
	if _, err := (Trusted{}).Follow(f.block(1)); err == nil {
		t.Error("a header follows from nothing")
	}
}

func TestHeadersFollowOneByOneAndInLeaps(t *testing.T) {
	f := mixed(t, 12)
	trusted := f.trusted()
	for h := int64(1); h <= 12; h++ {
		next, err := trusted.Follow(f.block(h))
		must(t, err)
		if next.Height != h || next.Hash != f.block(h).Header.Hash() || next.ChainID != testChain {
			t.Errorf("%+v", next)
		}
		trusted = next
	}
	// Of five validators one is replaced every four blocks.
	followed(t)(f.trusted().Follow(f.block(7)))
	followed(t)(TrustBlock(f.block(2)).Follow(f.block(9)))
	followed(t)(TrustBlock(f.block(2)).Follow(f.block(2)))
}

func followed(t testing.TB) func(Trusted, error) {
	return func(_ Trusted, err error) { t.Helper(); must(t, err) }
}

func TestASignedHeaderIsRefused(t *testing.T) {
	f := mixed(t, 9)
	other := newFactory(t, 9, f.Seats, f.Signs)
	foreign := f.renamed("urna/other/1")
	for name, c := range map[string]struct {
		change func(b *Block)
		want   check.ID
	}{
		"of another chain":           {func(b *Block) { *b = *foreign.block(2) }, check.Genesis},
		"with another set":           {func(b *Block) { b.Validators = b.Validators[:4] }, check.Validators},
		"with another power":         {func(b *Block) { b.Validators = slices.Clone(b.Validators); b.Validators[0].Power++ }, check.Validators},
		"without a commit":           {func(b *Block) { b.Commit = nil }, check.Commits},
		"with a slot too few":        {func(b *Block) { b.Commit.Slots = b.Commit.Slots[:4] }, check.Commits},
		"with a slot too many":       {func(b *Block) { b.Commit.Slots = append(b.Commit.Slots, Slot{}) }, check.Commits},
		"with another round":         {func(b *Block) { b.Commit.Round++ }, check.Commits},
		"with other parts":           {func(b *Block) { b.Commit.Parts++ }, check.Commits},
		"with another parts hash":    {func(b *Block) { b.Commit.PartsHash[3]++ }, check.Commits},
		"with another second":        {func(b *Block) { b.Commit.Slots[4].Seconds++ }, check.Commits},
		"with another nanosecond":    {func(b *Block) { b.Commit.Slots[0].Nanos++ }, check.Commits},
		"with a signature exchanged": {func(b *Block) { s := b.Commit.Slots; s[0], s[1] = s[1], s[0] }, check.Commits},
		"with another signature":     {func(b *Block) { b.Commit.Slots[2].Signature[9] ^= 1 }, check.Commits},
		"with the commit of another": {func(b *Block) { b.Commit = f.block(3).Commit }, check.Commits},
		"signed by a third":          {func(b *Block) { unsign(b, 0, 1, 2) }, check.Commits},
		"signed by half":             {func(b *Block) { unsign(b, 0, 1) }, check.Commits},
		"as it is":                   {func(b *Block) {}, 0},
	} {
		b := other.block(2)
		c.change(b)
		err := b.Verify(testChain)
		_, follow := f.trusted().Follow(b)
		if c.want == 0 {
			must(t, err)
			must(t, follow)
			continue
		}
		fails(t, name, err, c.want)
		fails(t, name+", following", follow, c.want)
	}
	b := newFactory(t, 1, func(int64) []seat { return []seat{{Name: "a", Power: 20}, {Name: "b", Power: 10}} }, nil).block(1)
	unsign(b, 1)
	fails(t, "exactly two thirds", b.Verify(testChain), check.Commits)
	b = newFactory(t, 1, func(int64) []seat { return []seat{{Name: "a", Power: 21}, {Name: "b", Power: 10}} }, nil).block(1)
	unsign(b, 1)
	must(t, b.Verify(testChain))
}

// unsign takes signatures out.
func unsign(b *Block, slots ...int) {
	for _, i := range slots {
		b.Commit.Slots[i] = Slot{}
	}
}

func TestAThirdOfTheTrustedPowerMustHaveSigned(t *testing.T) {
	// The set changes at once at height 5; of three trusted seats of power 10,
	// keep remain with the power that is given.
	change := func(keep int, total int64) *factory {
		old := seats(0, 3)
		later := append(slices.Clone(old[:keep]), seats(50, 3)...)
		old[2].Power = total - 20
		return newFactory(t, 8, func(h int64) []seat {
			if h < 5 {
				return old
			}
			return later
		}, nil)
	}
	for _, c := range []struct {
		keep  int
		total int64 // of the trusted set
		ok    bool
	}{
		{0, 30, false}, {1, 30, false}, {1, 29, true}, {1, 31, false}, {2, 30, true}, {2, 60, false}, {2, 59, true},
	} {
		f := change(c.keep, c.total)
		_, err := TrustBlock(f.block(3)).Follow(f.block(7))
		if c.ok {
			must(t, err)
		} else {
			fails(t, "less than a third", err, check.Validators)
		}
	}
	// One that stays and does not sign counts for nothing.
	f := change(2, 50)
	b := f.block(7)
	unsign(b, slices.IndexFunc(b.Validators, func(v Validator) bool { return v.Key == [33]byte(keyOf("validator 0").PubKey().Bytes()) }))
	must(t, b.Verify(testChain))
	_, err := TrustBlock(f.block(3)).Follow(b)
	fails(t, "an overlap that did not sign", err, check.Validators)
}

func TestTheNextHeaderHasTheAnnouncedValidators(t *testing.T) {
	f := newFactory(t, 6, nil, nil)
	wrong := f.fork(3, "wrong")
	wrong.Seats = func(int64) []seat { return seats(0, 5) } // all the old ones sign, and one more
	wrong.Grow(6)
	if _, err := TrustBlock(f.block(2)).Follow(wrong.block(4)); err != nil {
		t.Errorf("in a leap: %v", err)
	}
	_, err := TrustBlock(f.block(3)).Follow(wrong.block(4))
	fails(t, "the next header", err, check.Validators)
	_, err = f.trusted().Follow(newFactory(t, 1, wrong.Seats, nil).block(1))
	fails(t, "the first header", err, check.Validators)
}

func TestACheckpointIsOneHeader(t *testing.T) {
	f := mixed(t, 9)
	b := f.block(5)
	point := TrustCheckpoint(5, b.Header.Hash())
	_, err := point.Follow(f.block(6))
	fails(t, "a later header", err, check.Validators)
	_, err = point.Follow(f.block(4))
	fails(t, "an earlier header", err, check.Validators)
	_, err = TrustCheckpoint(5, Hash{1}).Follow(b)
	fails(t, "another header", err, check.Validators)
	followed(t)(point.Follow(b))
	bare := &Block{Header: b.Header, Validators: b.Validators}
	next, err := point.Follow(bare)
	must(t, err)
	followed(t)(next.Follow(f.block(8)))
	bare.Validators = bare.Validators[1:]
	_, err = point.Follow(bare)
	fails(t, "a checkpoint with other validators", err, check.Validators)
	b.Commit.Slots[0].Nanos++
	_, err = point.Follow(b)
	fails(t, "a checkpoint with a false commit", err, check.Commits)
}

func TestATrailIsFoundByBisection(t *testing.T) {
	// All validators change every ten blocks, in two steps.
	f := newFactory(t, 64, func(h int64) []seat {
		return append(seats(int(h+5)/10*10, 2), seats(1000+int(h)/10*10, 2)...)
	}, nil)
	for _, from := range []Trusted{f.trusted(), TrustCheckpoint(9, f.block(9).Header.Hash()), TrustBlock(f.block(20))} {
		for _, to := range []int64{21, 22, 40, 64} {
			trail := f.trail(from, to)
			last := from
			for i, b := range trail {
				if i > 0 && b.Header.Height <= trail[i-1].Header.Height || b.Header.Height > to {
					t.Errorf("to %d: height %d at %d", to, b.Header.Height, i)
				}
				next, err := last.Follow(b)
				must(t, err)
				last = next
			}
			if last.Height != to || len(trail) > 16 {
				t.Errorf("from %s to %d: %d headers to %d", from, to, len(trail), last.Height)
			}
			if from.Height == 9 && (trail[0].Header.Height != 9 || trail[0].Commit != nil) {
				t.Errorf("the trail from a checkpoint begins with %d", trail[0].Header.Height)
			}
			again := f.trail(from, to)
			if !slices.EqualFunc(trail, again, func(a, b *Block) bool { return string(a.Encode()) == string(b.Encode()) }) {
				t.Error("two trails differ")
			}
		}
	}
	still := newFactory(t, 40, nil, nil)
	if trail := still.trail(still.trusted(), 40); len(trail) != 1 {
		t.Errorf("where nothing changes the trail has %d headers", len(trail))
	}
	if trail := still.trail(TrustCheckpoint(40, still.block(40).Header.Hash()), 40); len(trail) != 1 || trail[0].Commit == nil {
		t.Error("the checkpoint itself is not enough")
	}
}

func TestATrailThatCannotBeIsRefused(t *testing.T) {
	f := mixed(t, 20)
	try := func(from Trusted, to int64, fetch func(context.Context, int64) (*Block, error)) error {
		_, err := Trail(context.Background(), from, to, fetch)
		return err
	}
	gone := errors.New("gone")
	if err := try(f.trusted(), 20, func(context.Context, int64) (*Block, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Error(err)
	}
	if err := try(TrustBlock(f.block(9)), 8, f.fetch); err == nil {
		t.Error("a trail leads back")
	}
	if err := try(f.trusted(), 0, f.fetch); err == nil {
		t.Error("a trail leads to height 0")
	}
	fails(t, "another height", try(f.trusted(), 9, func(ctx context.Context, h int64) (*Block, error) { return f.fetch(ctx, h+1) }), check.Frame)
	fails(t, "another checkpoint", try(TrustCheckpoint(3, Hash{}), 9, f.fetch), check.Validators)
	strangers := newFactory(t, 20, func(int64) []seat { return seats(99, 4) }, nil)
	fails(t, "other validators", try(f.trusted(), 20, strangers.fetch), check.Validators)
	foreign := strangers.renamed("urna/other/1")
	fails(t, "another chain", try(f.trusted(), 20, foreign.fetch), check.Genesis)
	fails(t, "a false signature", try(f.trusted(), 20, func(ctx context.Context, h int64) (*Block, error) {
		b, err := f.fetch(ctx, h)
		b.Commit.Slots[0].Nanos ^= 1
		b.Commit.Slots[1].Nanos ^= 1
		return b, err
	}), check.Commits)
}

func FuzzTrustGenesis(f *testing.F) {
	f.Add(mixed(f, 1).Genesis())
	f.Add([]byte(`{"chain_id":"a","validators":[{}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := TrustGenesis(b)
		if _, ok := check.Failed(err); err != nil && !ok {
			t.Error(err)
		}
		if err == nil && (g.ChainID == "" || g.NextHash != g.Validators.Hash()) {
			t.Errorf("%+v", g)
		}
	})
}
