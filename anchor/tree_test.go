package anchor

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cosmos/iavl"
	idb "github.com/cosmos/iavl/db"
	ics23 "github.com/cosmos/ics23/go"
	"github.com/ethereum/go-ethereum/common"

	"urna/anchor/contract"
)

// tree is a state: an IAVL tree made in a few versions.
type tree struct {
	*iavl.ImmutableTree
	keys   [][]byte // in order
	values map[string][]byte
}

// newTree makes a tree. The keys are written in a random order, in versions that
// begin at first.
func newTree(t testing.TB, seed uint64, first uint64, values map[string][]byte) *tree {
	t.Helper()
	out := &tree{values: values}
	for k := range values {
		out.keys = append(out.keys, []byte(k))
	}
	slices.SortFunc(out.keys, bytes.Compare)
	order := slices.Clone(out.keys)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })

	m := iavl.NewMutableTree(idb.NewMemDB(), 0, true, iavl.NewNopLogger())
	m.SetInitialVersion(first)
	version := int64(0)
	for chunk := range slices.Chunk(order, len(order)/4+1) {
		for _, k := range chunk {
			if _, err := m.Set(k, values[string(k)]); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		if _, version, err = m.SaveVersion(); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if out.ImmutableTree, err = m.GetImmutable(version); err != nil {
		t.Fatal(err)
	}
	return out
}

func (s *tree) root() [32]byte { return [32]byte(s.Hash()) }

// exists is the ICS-23 proof of a key that is there.
func (s *tree) exists(t testing.TB, key []byte) *ics23.CommitmentProof {
	t.Helper()
	p, err := s.GetMembershipProof(key)
	if err != nil {
		t.Fatal(err)
	}
	if !ics23.VerifyMembership(ics23.IavlSpec, s.Hash(), p, key, s.values[string(key)]) {
		t.Fatalf("the proof of %x is not one", key)
	}
	return p
}

// absent is the ICS-23 proof of a key that is not there.
func (s *tree) absent(t testing.TB, key []byte) *ics23.CommitmentProof {
	t.Helper()
	p, err := s.GetNonMembershipProof(key)
	if err != nil {
		t.Fatal(err)
	}
	if !ics23.VerifyNonMembership(ics23.IavlSpec, s.Hash(), p, key) {
		t.Fatalf("the proof that %x is absent is not one", key)
	}
	return p
}

func marshal(t testing.TB, p *ics23.CommitmentProof) []byte {
	t.Helper()
	b, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// randomValues are records under keys of some lengths, many of which share
// prefixes.
func randomValues(seed uint64, n int) map[string][]byte {
	rnd := rand.New(rand.NewPCG(seed, 1))
	out := map[string][]byte{}
	for len(out) < n {
		d := sha256.Sum256(fmt.Append(nil, seed, rnd.IntN(max(1, n/4))))
		key := append([]byte{"aelrtv"[rnd.IntN(6)]}, d[:1+rnd.IntN(32)]...)
		for range rnd.IntN(3) {
			key = append(key, byte(rnd.IntN(3)))
		}
		out[string(key)] = bytes.Repeat([]byte{byte(rnd.Uint32())}, 1+rnd.IntN(300))
	}
	return out
}

// statement is an anchor of some states and the contracts that hang on it.
type statement struct {
	*world
	proofs, registry common.Address
	abi              *contract.StateProofs
}

// newStatement anchors roots, at heights 1, 2, 3, and so on.
func newStatement(t testing.TB, roots ...[32]byte) *statement {
	t.Helper()
	w := newWorld(t, newChain(t, testChainID, 10))
	s := &statement{world: w, abi: contract.NewStateProofs()}
	for _, root := range roots {
		w.anchor(w.next(how{app: root}))
	}
	s.proofs = w.mustDeploy(StateProofsCode(w.at))
	s.registry = w.mustDeploy(RegistryCode(w.at))
	return s
}

func TestEveryRecordOfATreeCanBeShown(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 8, 13, 100, 1000} {
		s := newTree(t, uint64(n), 1<<(n%40), randomValues(uint64(n), n))
		w := newStatement(t, s.root())
		for i, key := range s.keys {
			if n > 100 && i%10 != 0 {
				continue
			}
			call, err := RecordCall(1, s.root(), key, s.values[string(key)], marshal(t, s.exists(t, key)))
			if err != nil {
				t.Fatal(err)
			}
			if err := w.try(w.proofs, call); err != nil {
				t.Errorf("%d records, %x: %v", n, key, err)
			}
		}
	}
}

func TestEveryAbsenceFromATreeCanBeShown(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 8, 13, 100, 1000} {
		s := newTree(t, uint64(n), 1, randomValues(uint64(n), n))
		w := newStatement(t, s.root())
		absent := [][]byte{{0}, {0xff}, bytes.Repeat([]byte{0xff}, 127)}
		for i, k := range s.keys {
			if n > 100 && i%10 != 0 {
				continue
			}
			absent = append(absent, append(bytes.Clone(k), 0), append(bytes.Clone(k), 0xff), k[:len(k)-1])
			before := bytes.Clone(k)
			before[len(before)-1]--
			absent = append(absent, before)
		}
		for _, key := range absent {
			if _, there := s.values[string(key)]; there || len(key) == 0 {
				continue
			}
			call, err := AbsenceCall(1, s.root(), key, marshal(t, s.absent(t, key)))
			if err != nil {
				t.Fatal(err)
			}
			if err := w.try(w.proofs, call); err != nil {
				t.Errorf("%d records, %x: %v", n, key, err)
			}
		}
	}
}

func TestAProofShowsOneThing(t *testing.T) {
	values := randomValues(1, 300)
	s := newTree(t, 1, 1, values)
	other := newTree(t, 2, 1, randomValues(2, 300))
	w := newStatement(t, s.root(), other.root())
	key := s.keys[150]
	value := values[string(key)]
	e, err := NewExistence(s.root(), key, value, marshal(t, s.exists(t, key)))
	if err != nil {
		t.Fatal(err)
	}
	try := func(height uint64, key, value []byte, version uint64, path []byte) error {
		return w.try(w.proofs, w.abi.PackRequireRecord(height, key, value, version, path))
	}
	if err := try(1, key, value, e.Version, e.Path); err != nil {
		t.Fatal(err)
	}
	refused(t, try(2, key, value, e.Version, e.Path), "WrongProof")
	refused(t, try(3, key, value, e.Version, e.Path), "NotAnchored")
	refused(t, try(1, key, append(bytes.Clone(value), 0), e.Version, e.Path), "WrongProof")
	refused(t, try(1, key, nil, e.Version, e.Path), "WrongProof")
	refused(t, try(1, key, value, e.Version+1, e.Path), "WrongProof")
	// A key that only shares a prefix.
	refused(t, try(1, key[:len(key)-1], value, e.Version, e.Path), "WrongProof")
	refused(t, try(1, append(bytes.Clone(key), 0), value, e.Version, e.Path), "WrongProof")
	refused(t, try(1, key[1:], value, e.Version, e.Path), "WrongProof")
	refused(t, try(1, nil, value, e.Version, e.Path), "InvalidKey")
	refused(t, try(1, make([]byte, 128), value, e.Version, e.Path), "InvalidKey")
	// A path that ends early, or goes on.
	for n := range e.Path {
		err := try(1, key, value, e.Version, e.Path[:n])
		var r *Refusal
		if !errors.As(err, &r) || r.Name != "WrongProof" && r.Name != "MalformedPath" && r.Name != "NotANode" {
			t.Fatalf("the first %d of %d bytes of a path: %v", n, len(e.Path), err)
		}
	}
	refused(t, try(1, key, value, e.Version, append(bytes.Clone(e.Path), e.Path...)), "WrongProof")
	refused(t, try(1, key, value, e.Version, append(bytes.Clone(e.Path), 0)), "MalformedPath")
	refused(t, try(1, key, value, e.Version, append(bytes.Clone(e.Path), make([]byte, 33)...)), "NotANode")
	turned := bytes.Clone(e.Path)
	turned[0] ^= 128
	refused(t, try(1, key, value, e.Version, turned), "WrongProof")
	long := append(append([]byte{31}, bytes.Repeat([]byte{2}, 31)...), make([]byte, 32)...)
	refused(t, try(1, key, value, e.Version, append(bytes.Clone(e.Path), long...)), "NotANode")
}

func TestANodeIsNoLeafAndALeafIsNoNode(t *testing.T) {
	// A key of 32 bytes makes a leaf that looks like a node with two children: its
	// length stands where the length of the left child would, and the key where the
	// child would. Whoever may choose such a key could hang a tree of its own below it.
	forged := []byte("r" + "a result that is none")
	lie := []byte("yes by far")
	hash := sha256.Sum256(lie)
	leaf := sha256.Sum256(slices.Concat([]byte{0, 2, 2, byte(len(forged))}, forged, []byte{32}, hash[:]))
	values := randomValues(3, 20)
	values[string(leaf[:])] = []byte("a harmless value")
	s := newTree(t, 3, 1, values)
	w := newStatement(t, s.root())
	e := s.exists(t, leaf[:]).GetExist()
	x, err := NewExistence(s.root(), leaf[:], e.Value, marshal(t, s.exists(t, leaf[:])))
	if err != nil {
		t.Fatal(err)
	}
	below := sha256.Sum256(e.Value)
	path := slices.Concat([]byte{byte(len(e.Leaf.Prefix))}, e.Leaf.Prefix, below[:], x.Path)
	refused(t, w.try(w.proofs, w.abi.PackRequireRecord(1, forged, lie, 1, path)), "NotANode")

	// The other way: the bytes of a node, said to be a leaf with what stands behind
	// its first bytes as key.
	op := e.Path[0]
	node := slices.Concat(op.Prefix, leaf[:], op.Suffix)
	s2, err := newStep(op)
	if err != nil {
		t.Fatal(err)
	}
	rest := x.Path[1+len(s2.head)+32:]
	for from := 1; from < 12; from++ {
		key := node[from : len(node)-33]
		refused(t, w.try(w.proofs, w.abi.PackRequireRecord(1, key, node[len(node)-32:], 1, rest)), "WrongProof")
	}
}

func TestNeighboursStandSideBySide(t *testing.T) {
	values := randomValues(4, 64)
	s := newTree(t, 4, 1, values)
	w := newStatement(t, s.root())
	present := s.keys[30]
	gap := append(bytes.Clone(s.keys[30]), 0)
	good, err := NewAbsence(s.root(), gap, marshal(t, s.absent(t, gap)))
	if err != nil {
		t.Fatal(err)
	}
	try := func(key []byte, change func(a *contract.IavlAbsence)) error {
		a := good
		change(&a)
		return w.try(w.proofs, w.abi.PackRequireAbsent(1, key, a))
	}
	keep := func(*contract.IavlAbsence) {}
	if err := try(gap, keep); err != nil {
		t.Fatal(err)
	}
	refused(t, try(present, keep), "NotBetween")
	refused(t, try(s.keys[31], keep), "NotBetween")
	refused(t, try(s.keys[29], keep), "NotBetween")
	refused(t, try(s.keys[32], keep), "NotBetween")
	refused(t, try(gap, func(a *contract.IavlAbsence) { a.Left, a.Right = a.Right, a.Left }), "NotBetween")
	refused(t, try(gap, func(a *contract.IavlAbsence) { a.Left.Version++ }), "WrongProof")
	refused(t, try(gap, func(a *contract.IavlAbsence) { a.Right.ValueHash[0]++ }), "WrongProof")
	refused(t, try(gap, func(a *contract.IavlAbsence) { a.Meeting = nil }), "NotANode")
	refused(t, try(gap, func(a *contract.IavlAbsence) { a.Meeting = append([]byte{0}, a.Meeting[1:]...) }), "NotANode")
	refused(t, try(gap, func(a *contract.IavlAbsence) { a.Path = nil }), "WrongProof")
	refused(t, try(gap, func(a *contract.IavlAbsence) { a.Left = contract.IavlNeighbour{}; a.Right = contract.IavlNeighbour{} }), "MalformedPath")
	refused(t, try(gap, func(a *contract.IavlAbsence) { *a = contract.IavlAbsence{} }), "InvalidKey")

	// One neighbour is enough at an end of the tree, and nowhere else: every other
	// leaf has a sibling on the side of the key.
	for i, k := range s.keys {
		leaf := s.exists(t, k).GetExist()
		_, version, steps, err := existence(leaf)
		if err != nil {
			t.Fatal(err)
		}
		n := contract.IavlNeighbour{Key: k, ValueHash: sha256.Sum256(leaf.Value), Version: version}
		after := w.try(w.proofs, w.abi.PackRequireAbsent(1, append(bytes.Clone(k), 0), contract.IavlAbsence{Left: n, LeftPath: pack(steps)}))
		before := w.try(w.proofs, w.abi.PackRequireAbsent(1, k[:len(k)-1], contract.IavlAbsence{Right: n, RightPath: pack(steps)}))
		if last := i == len(s.keys)-1; !last {
			refused(t, after, "WrongSide")
		} else if after != nil {
			t.Error(after)
		}
		if first := i == 0; !first {
			refused(t, before, "WrongSide")
		} else if before != nil {
			t.Error(before)
		}
		// What is not needed must not be there.
		refused(t, w.try(w.proofs, w.abi.PackRequireAbsent(1, append(bytes.Clone(k), 0),
			contract.IavlAbsence{Left: n, LeftPath: pack(steps), RightPath: good.RightPath, Path: []byte{1}})), "MalformedPath")
	}

	// Two leaves with others between them have siblings on the inner sides.
	for distance := 2; distance < 20; distance++ {
		a, b := s.exists(t, s.keys[20]).GetExist(), s.exists(t, s.keys[20+distance]).GetExist()
		n := &ics23.CommitmentProof{Proof: &ics23.CommitmentProof_Nonexist{
			Nonexist: &ics23.NonExistenceProof{Key: s.keys[21], Left: a, Right: b},
		}}
		if _, err := NewAbsence(s.root(), s.keys[21], marshal(t, n)); err == nil {
			t.Errorf("neighbours at a distance of %d are accepted", distance)
		}
		refused(t, w.try(w.proofs, w.abi.PackRequireAbsent(1, s.keys[21], meet(t, a, b))), "WrongSide")
	}
}

// meet makes what would be a proof if two leaves were neighbours.
func meet(t testing.TB, a, b *ics23.ExistenceProof) (out contract.IavlAbsence) {
	t.Helper()
	_, va, left, err := existence(a)
	if err != nil {
		t.Fatal(err)
	}
	_, vb, right, err := existence(b)
	if err != nil {
		t.Fatal(err)
	}
	var common []step
	for left[len(left)-1].equal(right[len(right)-1]) {
		common = append([]step{left[len(left)-1]}, common...)
		left, right = left[:len(left)-1], right[:len(right)-1]
	}
	out.Meeting = left[len(left)-1].head
	out.Left = contract.IavlNeighbour{Key: a.Key, ValueHash: sha256.Sum256(a.Value), Version: va}
	out.Right = contract.IavlNeighbour{Key: b.Key, ValueHash: sha256.Sum256(b.Value), Version: vb}
	out.LeftPath, out.RightPath, out.Path = pack(left[:len(left)-1]), pack(right[:len(right)-1]), pack(common)
	return out
}
