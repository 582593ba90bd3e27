package tree

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/holiman/uint256"
	"github.com/vocdoni/arbo"
	"github.com/vocdoni/arbo/memdb"

	"urna/census"
	"urna/crypto/ethkey"
)

func address(i int) (a ethkey.Address) {
	binary.BigEndian.PutUint32(a[16:], uint32(i))
	return a
}

// members are n voters in an order that depends on seed; voter i weighs i+1.
func members(n int, seed uint64) []Member {
	list := make([]Member, n)
	for i := range list {
		list[i] = Member{address(i), *uint256.NewInt(uint64(i + 1))}
	}
	rand.New(rand.NewPCG(seed, 0)).Shuffle(n, func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

func mustAdd(t testing.TB, tree *Tree, list []Member) {
	t.Helper()
	if bad, err := tree.AddBatch(list); err != nil || len(bad) > 0 {
		t.Fatal(bad, err)
	}
}

// arboOf builds the same census with the library that existing networks use.
func arboOf(t testing.TB, keys []census.Key, weights []uint256.Int) *arbo.Tree {
	t.Helper()
	tree, err := arbo.NewTree(arbo.Config{
		Database: memdb.New(), MaxLevels: census.Levels, HashFunction: arbo.HashFunctionBlake2b,
	})
	if err != nil {
		t.Fatal(err)
	}
	ks, vs := make([][]byte, len(keys)), make([][]byte, len(keys))
	for i := range keys {
		value := census.WeightValue(&weights[i])
		ks[i], vs[i] = keys[i][:], value[:]
	}
	if bad, err := tree.AddBatch(ks, vs); err != nil || len(bad) > 0 {
		t.Fatal(bad, err)
	}
	return tree
}

func compareWithArbo(t *testing.T, tree *Tree) {
	t.Helper()
	var keys []census.Key
	var weights []uint256.Int
	for k, w := range tree.Iterate {
		keys, weights = append(keys, k), append(weights, w)
	}
	other := arboOf(t, keys, weights)
	root, err := other.Root()
	if err != nil {
		t.Fatal(err)
	}
	if got := tree.Root(); got != census.Root(root) {
		t.Fatalf("%d members: root %s, want %x", len(keys), got, root)
	}
	dump, err := other.Dump(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(tree.Dump(), dump) {
		t.Fatalf("%d members: another dump", len(keys))
	}
	for i := 0; i < len(keys); i += 1 + len(keys)/200 {
		_, _, want, ok, err := other.GenProof(keys[i][:])
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if got := tree.siblings(i); !bytes.Equal(got, want) {
			t.Fatalf("member %d of %d: proof %x, want %x", i, len(keys), got, want)
		}
	}
}

func TestTheTreeIsTheOneThatArboBuilds(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 4, 100, 5000, 20000} {
		tree := New()
		for batch := range slices.Chunk(members(n, 1), 1+n/3) {
			mustAdd(t, tree, batch)
		}
		compareWithArbo(t, tree)
	}
}

func TestEveryProofHolds(t *testing.T) {
	tree := New()
	mustAdd(t, tree, members(1000, 1))
	for i := range 1000 {
		p, err := tree.Proof(address(i))
		if err != nil {
			t.Fatal(err)
		}
		root, weight, err := p.Merkle().Prove(address(i))
		if err != nil || root != tree.Root() || root != p.Root || weight.Uint64() != uint64(i+1) || !weight.Eq(&p.Weight) {
			t.Fatalf("voter %d: root %s, weight %s, %v", i, root, weight.Dec(), err)
		}
	}
	if _, err := tree.Proof(address(1000)); !errors.Is(err, ErrNotMember) {
		t.Errorf("a stranger gets %v", err)
	}
}

func TestTheOnlyMemberHasAProof(t *testing.T) {
	tree := New()
	if tree.Root() != (census.Root{}) {
		t.Errorf("the root of nothing is %s", tree.Root())
	}
	if _, err := tree.Proof(address(0)); !errors.Is(err, ErrNotMember) {
		t.Errorf("an empty census answers %v", err)
	}
	mustAdd(t, tree, members(1, 0))
	p, err := tree.Proof(address(0))
	if err != nil || hex.EncodeToString(p.Siblings) != "04000000" {
		t.Fatalf("proof %x, %v", p.Siblings, err)
	}
	if root, _, err := p.Merkle().Prove(address(0)); err != nil || root != tree.Root() {
		t.Errorf("root %s, %v", root, err)
	}
}

// record is a member of a dump with any key.
func record(key census.Key, weight uint64) []byte {
	l, err := newLeaf(key, uint256.NewInt(weight))
	if err != nil {
		panic(err)
	}
	return appendRecords(nil, []leaf{l})
}

func TestKeysThatDifferInOneBitOnly(t *testing.T) {
	for bit := range census.Levels {
		a := census.KeyOf(address(1))
		b := a
		b[bit/8] ^= 1 << (bit % 8)
		tree := New()
		if err := tree.Load(slices.Concat(record(a, 1), record(b, 2), record(census.KeyOf(address(2)), 3))); err != nil {
			t.Fatal(err)
		}
		compareWithArbo(t, tree)
	}
}

func TestRecordedCensusesHaveTheirRoots(t *testing.T) {
	b, err := os.ReadFile("testdata/recorded_censuses.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded []struct {
		Root    string
		Members []struct{ Address, Weight string }
	}
	if err := json.Unmarshal(b, &recorded); err != nil || len(recorded) == 0 {
		t.Fatal(len(recorded), err)
	}
	for _, r := range recorded {
		tree := New()
		for _, m := range r.Members {
			a, err := ethkey.ParseAddress(m.Address)
			if err != nil {
				t.Fatal(err)
			}
			w, err := uint256.FromDecimal(m.Weight)
			if err != nil {
				t.Fatal(err)
			}
			if err := tree.Add(Member{a, *w}); err != nil {
				t.Fatal(err)
			}
		}
		if got := tree.Root().String(); got != r.Root {
			t.Errorf("root %s, want %s", got, r.Root)
		}
	}
}

func TestBadMembersAreListedAndTheOthersAdded(t *testing.T) {
	limit := new(uint256.Int).Lsh(uint256.NewInt(1), 128)
	most := *new(uint256.Int).SubUint64(limit, 1)
	tree := New()
	mustAdd(t, tree, []Member{{address(1), *uint256.NewInt(1)}})
	bad, err := tree.AddBatch([]Member{
		{address(2), *uint256.NewInt(2)},
		{address(1), *uint256.NewInt(3)}, // there already
		{address(3), *new(uint256.Int)},
		{address(4), *limit},
		{address(2), *uint256.NewInt(4)}, // earlier in the list
		{address(3), most},
		{address(5), *new(uint256.Int).SetAllOne()},
		{address(1), *uint256.NewInt(1)},
		{address(2), *uint256.NewInt(2)},
	})
	want := []BadMember{{1, ErrDuplicate, false}, {2, ErrWeight, false}, {3, ErrWeight, false}, {4, ErrDuplicate, false}, {6, ErrWeight, false}, {7, ErrDuplicate, true}, {8, ErrDuplicate, true}}
	if err != nil || !slices.Equal(bad, want) {
		t.Errorf("%v, %v, want %v", bad, err, want)
	}
	if tree.Size() != 3 {
		t.Errorf("%d members", tree.Size())
	}
	if w := tree.Weight(); !w.Eq(new(uint256.Int).AddUint64(&most, 3)) {
		t.Errorf("weight %s", w.Dec())
	}
	if p, err := tree.Proof(address(2)); err != nil || p.Weight.Uint64() != 2 {
		t.Errorf("voter 2 weighs %s, %v", p.Weight.Dec(), err)
	}
	for _, m := range []Member{{address(2), most}, {address(9), *limit}} {
		if err := tree.Add(m); !errors.Is(err, ErrDuplicate) && !errors.Is(err, ErrWeight) {
			t.Errorf("Add: %v", err)
		}
	}
	if tree.Size() != 3 {
		t.Errorf("%d members after two that were refused", tree.Size())
	}
}

func TestARecordedDumpLoads(t *testing.T) {
	const zeros = "00000000000000000000000000000000000000000000000000000000000000"
	var dump []byte
	for _, key := range []string{
		"38f93c8747e7d7afe66da2bef1a764f02239679e", "1654d839f44ccd8bf52acb3b41c714a1fa2f2254",
		"15fc5a647f43920ff61835ee66a19cb31f02669d", "a7e2cac96d7a74658ca94204143c8dbd23c7ae31",
		"9fcbb79728c97c796008002b036bdf450953a180",
	} {
		b, err := hex.DecodeString("142000" + key + "02" + zeros)
		if err != nil {
			t.Fatal(err)
		}
		dump = append(dump, b...)
	}
	tree := New()
	if err := tree.Load(dump); err != nil {
		t.Fatal(err)
	}
	if got, want := tree.Root().String(), "c09e0ce35dc5a12a12f232f86180a437cced77d185969388c948e906dd59564d"; got != want {
		t.Errorf("root %s, want %s", got, want)
	}
	if w := tree.Weight(); w.Uint64() != 10 || tree.Size() != 5 {
		t.Errorf("%d members weigh %s", tree.Size(), w.Dec())
	}
	if !bytes.Equal(tree.Dump(), dump) {
		t.Error("the dump comes out in another order")
	}
	if err := tree.Load(dump); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("loading twice: %v", err)
	}
}

func TestMalformedDumpsAreRefused(t *testing.T) {
	good := record(census.KeyOf(address(1)), 1)
	bent := func(i int, b byte) []byte {
		c := slices.Clone(good)
		c[i] = b
		return c
	}
	for name, dump := range map[string][]byte{
		"cut off":           good[:54],
		"a byte too many":   append(slices.Clone(good), 0),
		"key length":        bent(0, 19),
		"value length":      bent(1, 31),
		"value length high": bent(2, 1),
		"weight zero":       bent(23, 0),
		"weight too large":  bent(23+16, 1),
		"a member twice":    slices.Concat(good, good),
	} {
		tree := New()
		if err := tree.Load(dump); !errors.Is(err, ErrDump) || tree.Size() != 0 {
			t.Errorf("%s: %v, %d members", name, err, tree.Size())
		}
	}
}

func FuzzLoadTakesAnything(f *testing.F) {
	f.Add([]byte{})
	f.Add(record(census.KeyOf(address(1)), 1))
	f.Add(slices.Concat(record(census.Key{}, 1), record(census.Key{0x80}, 2), record(census.Key{1}, 3)))
	f.Add([]byte(strings.Repeat("\x14\x20\x00", 55)))
	f.Fuzz(func(t *testing.T, dump []byte) {
		tree := New()
		if err := tree.Load(dump); err != nil {
			if !errors.Is(err, ErrDump) {
				t.Fatal(err)
			}
			return
		}
		again := New()
		if err := again.Load(tree.Dump()); err != nil || again.Root() != tree.Root() || again.Weight() != tree.Weight() {
			t.Fatalf("%x does not come back: %v", dump, err)
		}
		compareWithArbo(t, tree)
	})
}

func TestProofsAndAdditionsAtTheSameTime(t *testing.T) {
	tree := New()
	mustAdd(t, tree, members(100, 1))
	var wait sync.WaitGroup
	for g := range 4 {
		wait.Go(func() {
			for i := range 100 {
				if g == 0 {
					if err := tree.Add(Member{address(1000 + i), *uint256.NewInt(1)}); err != nil {
						t.Error(err)
					}
					continue
				}
				p, err := tree.Proof(address(i))
				if err != nil {
					t.Error(err)
					continue
				}
				if root, _, err := p.Merkle().Prove(address(i)); err != nil || root != p.Root {
					t.Errorf("root %s, not %s, %v", root, p.Root, err)
				}
			}
		})
	}
	wait.Wait()
	if tree.Size() != 200 {
		t.Errorf("%d members", tree.Size())
	}
}

func TestIterationStopsWhenAsked(t *testing.T) {
	tree := New()
	mustAdd(t, tree, members(10, 1))
	n := 0
	for range tree.Iterate {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d members", n)
	}
}
