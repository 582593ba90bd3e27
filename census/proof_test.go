package census_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/holiman/uint256"
	"github.com/vocdoni/arbo"
	"github.com/vocdoni/arbo/memdb"

	"urna/census"
	"urna/crypto/ethkey"
)

// recorded is a proof that an existing network gave to a public client.
type recorded struct {
	Address, Root, Siblings, Value, Weight string
}

func recordedProofs(t testing.TB) []recorded {
	t.Helper()
	b, err := os.ReadFile("testdata/recorded_proofs.json")
	if err != nil {
		t.Fatal(err)
	}
	var proofs []recorded
	if err := json.Unmarshal(b, &proofs); err != nil {
		t.Fatal(err)
	}
	return proofs
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (r recorded) proof(t testing.TB) (ethkey.Address, census.MerkleProof) {
	t.Helper()
	return ethkey.Address(unhex(t, r.Address)), census.MerkleProof{
		Siblings: unhex(t, r.Siblings), AvailableWeight: unhex(t, r.Value), KeyType: census.KeyAddress,
	}
}

func TestRecordedProofsLeadToTheirRoots(t *testing.T) {
	for _, r := range recordedProofs(t) {
		voter, p := r.proof(t)
		root, weight, err := p.Prove(voter)
		if err != nil || root.String() != r.Root || weight.Dec() != r.Weight {
			t.Errorf("%s: root %s, weight %s, %v", r.Address, root, weight.Dec(), err)
		}
	}
}

// address is a voter that only tests know.
func address(i int) (a ethkey.Address) {
	binary.BigEndian.PutUint32(a[16:], uint32(i))
	return a
}

// arboTree is a census of n voters in which voter i weighs i+1, built by the
// library that existing networks build theirs with.
func arboTree(t testing.TB, n int) (*arbo.Tree, census.Root) {
	t.Helper()
	tree, err := arbo.NewTree(arbo.Config{
		Database: memdb.New(), MaxLevels: census.Levels, HashFunction: arbo.HashFunctionBlake2b,
	})
	if err != nil {
		t.Fatal(err)
	}
	keys, values := make([][]byte, n), make([][]byte, n)
	for i := range n {
		key, value := census.KeyOf(address(i)), census.WeightValue(uint256.NewInt(uint64(i+1)))
		keys[i], values[i] = key[:], value[:]
	}
	if bad, err := tree.AddBatch(keys, values); err != nil || len(bad) > 0 {
		t.Fatal(bad, err)
	}
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	return tree, census.Root(root)
}

func arboProof(t testing.TB, tree *arbo.Tree, voter ethkey.Address) census.MerkleProof {
	t.Helper()
	key := census.KeyOf(voter)
	_, value, siblings, ok, err := tree.GenProof(key[:])
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return census.MerkleProof{Siblings: siblings, AvailableWeight: value}
}

func TestProofsOfTreesOfEverySizeHold(t *testing.T) {
	for _, n := range []int{1, 2, 3, 100, 5000} {
		tree, want := arboTree(t, n)
		for i := 0; i < n; i += 1 + n/300 {
			root, weight, err := arboProof(t, tree, address(i)).Prove(address(i))
			if err != nil || root != want || weight.Uint64() != uint64(i+1) {
				t.Fatalf("%d of %d: root %s, weight %s, %v", i, n, root, weight.Dec(), err)
			}
		}
	}
}

func TestAnotherVotersProofLeadsElsewhere(t *testing.T) {
	tree, want := arboTree(t, 100)
	for i := range 99 {
		if root, _, err := arboProof(t, tree, address(i)).Prove(address(i + 1)); err == nil && root == want {
			t.Fatalf("voter %d used the proof of voter %d", i+1, i)
		}
	}
}

func TestTheOnlyMemberOfACensusHasAHeaderForAProof(t *testing.T) {
	tree, want := arboTree(t, 1)
	p := arboProof(t, tree, address(0))
	if got := hex.EncodeToString(p.Siblings); got != "04000000" {
		t.Errorf("proof is %s", got)
	}
	if root, _, err := p.Prove(address(0)); err != nil || root != want {
		t.Errorf("root %s, %v", root, err)
	}
}

func TestKeysAndHashesAreThoseOfTheSpecification(t *testing.T) {
	key := census.KeyOf(ethkey.Address(unhex(t, "fef82d35abbdeb86618c6c411dacf1a1d0b49cee")))
	if got, want := hex.EncodeToString(key[:]), "15fc5a647f43920ff61835ee66a19cb31f02669d"; got != want {
		t.Errorf("key is %s, want %s", got, want)
	}
	leaf := census.LeafHash(key, census.WeightValue(uint256.NewInt(258)))
	if got, want := hex.EncodeToString(leaf[:]), "8c356f75d6788efcef1d074fc20bcf1126c80188d4a9f4d6c70aea4353a19f0b"; got != want {
		t.Errorf("leaf is %s, want %s", got, want)
	}
	inner := census.InnerHash(&leaf, new([32]byte))
	if got, want := hex.EncodeToString(inner[:]), "8900c7cde595beeb61489c792216cbed80a186fdad737bfbb43351c4237cd60e"; got != want {
		t.Errorf("inner node is %s, want %s", got, want)
	}
}

func TestMalformedProofsAreRefused(t *testing.T) {
	const a, b = "11", "22" // bytes that siblings are made of
	s := func(first string) string { return strings.Repeat(first, 32) }
	value := census.WeightValue(uint256.NewInt(5))
	cases := []struct {
		name string
		bend func(p *census.MerkleProof)
		want error
	}{
		{"as it should be", func(*census.MerkleProof) {}, nil},
		{"no key type", func(p *census.MerkleProof) { p.KeyType = 0 }, nil},
		{"Poseidon", func(p *census.MerkleProof) { p.Type = 1 }, census.ErrProofType},
		{"unknown key type", func(p *census.MerkleProof) { p.KeyType = 2 }, census.ErrProof},
		{"no siblings", func(p *census.MerkleProof) { p.Siblings = nil }, census.ErrProof},
		{"half a header", func(p *census.MerkleProof) { p.Siblings = []byte{3, 0, 0} }, census.ErrProof},
		{"length too high", func(p *census.MerkleProof) { p.Siblings[0]++ }, census.ErrProof},
		{"length too low", func(p *census.MerkleProof) { p.Siblings[0]-- }, census.ErrProof},
		{"a byte too many", func(p *census.MerkleProof) { p.Siblings = append(p.Siblings, 0) }, census.ErrProof},
		{"bitmap beyond the end", func(p *census.MerkleProof) { p.Siblings = unhex(t, "04000100") }, census.ErrProof},
		{"bitmap of 21 bytes", func(p *census.MerkleProof) {
			p.Siblings = unhex(t, "39001500"+strings.Repeat("00", 20)+"01"+s(a))
		}, census.ErrProof},
		{"bitmap of 64 KiB", func(p *census.MerkleProof) { p.Siblings = unhex(t, "2500ffff01"+s(a)) }, census.ErrProof},
		{"bitmap of zeros", func(p *census.MerkleProof) { p.Siblings = unhex(t, "0500010000") }, census.ErrProof},
		{"bitmap with a zero byte at its end", func(p *census.MerkleProof) { p.Siblings = unhex(t, "260002000100"+s(a)) }, census.ErrProof},
		{"two siblings, one announced", func(p *census.MerkleProof) { p.Siblings = unhex(t, "4500010001"+s(a)+s(b)) }, census.ErrProof},
		{"one sibling, two announced", func(p *census.MerkleProof) { p.Siblings = unhex(t, "2500010003"+s(a)) }, census.ErrProof},
		{"half a sibling", func(p *census.MerkleProof) { p.Siblings = unhex(t, "1500010001"+s(a)[:32]) }, census.ErrProof},
		{"a sibling of zeros", func(p *census.MerkleProof) { p.Siblings = unhex(t, "4500010003"+s(a)+s("00")) }, census.ErrProof},
		{"deepest leaf", func(p *census.MerkleProof) {
			p.Siblings = unhex(t, "38001400"+strings.Repeat("00", 19)+"80"+s(a))
		}, nil},
		{"no weight", func(p *census.MerkleProof) { p.AvailableWeight = nil }, census.ErrProof},
		{"weight of 31 bytes", func(p *census.MerkleProof) { p.AvailableWeight = value[:31] }, census.ErrProof},
		{"weight of 33 bytes", func(p *census.MerkleProof) { p.AvailableWeight = append(value[:], 0) }, census.ErrProof},
		{"weight zero", func(p *census.MerkleProof) { p.AvailableWeight = make([]byte, 32) }, census.ErrProof},
		{"weight 2^128", func(p *census.MerkleProof) { p.AvailableWeight = unhex(t, s("00")[:32]+"01"+s("00")[:30]) }, census.ErrProof},
		{"weight 2^128-1", func(p *census.MerkleProof) { p.AvailableWeight = unhex(t, s("ff")[:32]+s("00")[:32]) }, nil},
		{"all of the weight", func(p *census.MerkleProof) { p.VoteWeight = []byte{5} }, nil},
		{"some of the weight in 32 bytes", func(p *census.MerkleProof) { p.VoteWeight = append([]byte{4}, make([]byte, 31)...) }, nil},
		{"more than the weight", func(p *census.MerkleProof) { p.VoteWeight = []byte{6} }, census.ErrProof},
		{"far more than the weight", func(p *census.MerkleProof) { p.VoteWeight = unhex(t, s("00")[:62]+"01") }, census.ErrProof},
		{"none of the weight", func(p *census.MerkleProof) { p.VoteWeight = []byte{0} }, census.ErrProof},
		{"some of the weight in 33 bytes", func(p *census.MerkleProof) { p.VoteWeight = append([]byte{4}, make([]byte, 32)...) }, census.ErrProof},
	}
	for _, c := range cases {
		p := census.MerkleProof{
			Siblings: unhex(t, "4500010003"+s(a)+s(b)), AvailableWeight: value[:], KeyType: census.KeyAddress,
		}
		c.bend(&p)
		root, weight, err := p.Prove(address(1))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if (err != nil) != (root == census.Root{}) || (err != nil) != weight.IsZero() {
			t.Errorf("%s: root %s and weight %s with error %v", c.name, root, weight.Dec(), err)
		}
	}
}

func TestAVoteMayUseLessThanItsWeight(t *testing.T) {
	tree, want := arboTree(t, 9)
	p := arboProof(t, tree, address(8))
	for _, v := range [][]byte{{3}, {3, 0}, append([]byte{3}, make([]byte, 31)...)} {
		p.VoteWeight = v
		if root, weight, err := p.Prove(address(8)); err != nil || root != want || weight.Uint64() != 3 {
			t.Errorf("%x: root %s, weight %s, %v", v, root, weight.Dec(), err)
		}
	}
}

func FuzzABentProofNeverMeansSomethingElseUnderTheSameRoot(f *testing.F) {
	proofs := recordedProofs(f)
	for i := range proofs {
		f.Add(uint(i), uint(3*i), byte(1<<(i%8)), byte(i%5), []byte{})
	}
	f.Add(uint(0), uint(4), byte(0xff), byte(3), []byte("\x01"))
	f.Fuzz(func(t *testing.T, which, at uint, flip, how byte, extra []byte) {
		voter, p := proofs[which%uint(len(proofs))].proof(t)
		root, _, err := p.Prove(voter)
		if err != nil {
			t.Fatal(err)
		}
		other, q := voter, census.MerkleProof{Siblings: slices.Clone(p.Siblings), AvailableWeight: slices.Clone(p.AvailableWeight)}
		switch i := int(at % uint(len(q.Siblings))); how % 7 {
		case 0:
			q.Siblings[i] ^= flip
		case 1:
			q.AvailableWeight[at%32] ^= flip
		case 2:
			other[at%20] ^= flip
		case 3:
			q.Siblings = slices.Insert(q.Siblings, i, extra...)
			binary.LittleEndian.PutUint16(q.Siblings, uint16(len(q.Siblings)))
		case 4:
			q.Siblings = q.Siblings[:i]
		case 5: // levels without siblings, in front of the bitmap and behind it
			n := min(len(extra), 25)
			q.Siblings = slices.Insert(q.Siblings, 4+int(flip&1)*int(q.Siblings[2]), make([]byte, n)...)
			q.Siblings[0] += byte(n)
			q.Siblings[2] += byte(n)
		case 6:
			q.VoteWeight = extra
		}
		got, weight, err := q.Prove(other)
		if err != nil || got != root {
			return
		}
		available := new(uint256.Int).SetBytes(reversed(p.AvailableWeight))
		switch {
		case other != voter:
			t.Fatal("a stranger has a proof")
		case !bytes.Equal(q.Siblings, p.Siblings) || !bytes.Equal(q.AvailableWeight, p.AvailableWeight):
			t.Fatalf("two proofs of one fact: %x and %x", p.Siblings, q.Siblings)
		case weight.IsZero() || weight.Gt(available) || (len(q.VoteWeight) == 0 && !weight.Eq(available)):
			t.Fatalf("weight %s of %s", weight.Dec(), available.Dec())
		}
	})
}

func FuzzProveTakesAnything(f *testing.F) {
	for _, r := range recordedProofs(f) {
		f.Add(unhex(f, r.Siblings), unhex(f, r.Value), []byte(nil), uint32(0), uint32(1))
	}
	f.Add([]byte{4, 0, 0, 0}, []byte{1}, []byte{1}, uint32(1), uint32(9))
	f.Fuzz(func(t *testing.T, siblings, available, vote []byte, kind, keyType uint32) {
		p := census.MerkleProof{Type: kind, Siblings: siblings, AvailableWeight: available, KeyType: keyType, VoteWeight: vote}
		root, _, err := p.Prove(address(1))
		if err != nil {
			if !errors.Is(err, census.ErrProof) && !errors.Is(err, census.ErrProofType) {
				t.Fatal(err)
			}
			return
		}
		key := census.KeyOf(address(1))
		ok, err := arbo.CheckProof(arbo.HashFunctionBlake2b, key[:], available, root[:], siblings)
		if err != nil || !ok {
			t.Fatalf("%x leads to %s, which the other opinion denies: %v", siblings, root, err)
		}
	})
}

func reversed(b []byte) []byte {
	b = slices.Clone(b)
	slices.Reverse(b)
	return b
}

// deepProof is a proof as a census of a million members has them.
func deepProof() census.MerkleProof {
	siblings := []byte{0, 0, 3, 0, 0xff, 0xff, 0x0f}
	siblings = append(siblings, bytes.Repeat([]byte{7}, 20*32)...)
	binary.LittleEndian.PutUint16(siblings, uint16(len(siblings)))
	value := census.WeightValue(uint256.NewInt(1))
	return census.MerkleProof{Siblings: siblings, AvailableWeight: value[:]}
}

func TestProvingAllocatesNothing(t *testing.T) {
	p := deepProof()
	if n := testing.AllocsPerRun(100, func() { _, _, _ = p.Prove(address(1)) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkProve20Siblings(b *testing.B) {
	p := deepProof()
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := p.Prove(address(1)); err != nil {
			b.Fatal(err)
		}
	}
}
