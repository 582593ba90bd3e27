package audit

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/secp256k1eth"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cometbft/cometbft/version"

	"urna/chain/light"
	"urna/election"
	"urna/genesis"
	"urna/internal/check"
)

const testChain = "urna/test/1"

// validators are n keys and their set, the i-th of power i+1 before it is
// sorted.
func validators(t testing.TB, n int) (*set, *cmttypes.ValidatorSet, map[string]secp256k1eth.PrivKey) {
	t.Helper()
	keys := map[string]secp256k1eth.PrivKey{}
	var list []*cmttypes.Validator
	for i := range n {
		k := secp256k1eth.GenPrivKeySecp256k1Eth(fmt.Appendf(nil, "validator %d", i))
		keys[string(k.PubKey().Address())] = k
		list = append(list, cmttypes.NewValidator(k.PubKey(), int64(i+1)))
	}
	comet := cmttypes.NewValidatorSet(list)
	vs, err := light.ValidatorsOf(comet)
	if err != nil {
		t.Fatal(err)
	}
	return newSet(vs), comet, keys
}

func TestCommitsAreJudgedAsConsensusJudgesThem(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	s, comet, keys := validators(t, 5)
	id := cmttypes.BlockID{Hash: slices.Repeat([]byte{7}, 32), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: slices.Repeat([]byte{8}, 32)}}
	accepted := 0
	for range 2000 {
		c := &cmttypes.Commit{Height: 9, Round: rng.Int32N(3), BlockID: id}
		at := time.Unix(1_800_000_000, 5).UTC()
		for i, v := range comet.Validators {
			vote := &cmttypes.Vote{Type: cmtproto.PrecommitType, Height: 9, Round: c.Round, BlockID: id, Timestamp: at, ValidatorAddress: v.Address, ValidatorIndex: int32(i)}
			switch rng.IntN(9) {
			case 0:
				c.Signatures = append(c.Signatures, cmttypes.NewCommitSigAbsent())
				continue
			case 1:
				vote.BlockID = cmttypes.BlockID{}
			}
			var err error
			if vote.Signature, err = keys[string(v.Address)].Sign(cmttypes.VoteSignBytes(testChain, vote.ToProto())); err != nil {
				t.Fatal(err)
			}
			c.Signatures = append(c.Signatures, vote.CommitSig())
		}
		sig := &c.Signatures[rng.IntN(len(c.Signatures))]
		switch rng.IntN(12) { // spoil it
		case 0:
			if len(sig.Signature) > 0 {
				sig.Signature[rng.IntN(len(sig.Signature))] ^= 1 << rng.IntN(8)
			}
		case 1:
			sig.Timestamp = sig.Timestamp.Add(1)
		case 2:
			c.Round++
		case 3:
			sig.ValidatorAddress = comet.Validators[rng.IntN(5)].Address
		case 4:
			c.Signatures = c.Signatures[1:]
		case 5:
			c.BlockID.PartSetHeader.Total++
		case 6:
			c.Height++
		}
		if c.ValidateBasic() != nil {
			continue // decode refuses it
		}
		b := &block{commit: c, header: &light.Header{Time: at}}
		b.tasks(testChain, func(task func()) { task() })
		r := &replay{last: position{height: 9, hash: light.Hash(id.Hash), parts: 1, partsHash: light.Hash(id.PartSetHeader.Hash), last: s}}
		ours := r.decided(b)
		theirs := comet.VerifyCommit(testChain, id, 9, c)
		if failure, ok := check.Failed(ours); ok && failure.Check == check.Headers {
			ours = nil // the signatures are right, the time is not; VerifyCommit does not look at it
		}
		if (ours == nil) != (theirs == nil) {
			t.Fatalf("we say %v, CometBFT %v of %v", ours, theirs, c)
		}
		if ours == nil {
			accepted++
		}
	}
	if accepted < 200 || accepted > 1800 {
		t.Errorf("%d of 2000 commits are accepted", accepted)
	}
}

func TestATreeIsTheOneOfThePage(t *testing.T) {
	var sum tree
	var leaves [][]byte
	for i := range 70 {
		if got, want := sum.root(), light.MerkleRoot(leaves); got != want {
			t.Errorf("the root of %d leaves is %x, want %x", i, got, want)
		}
		leaf := fmt.Appendf(nil, "leaf %d", i)
		sum.add(leaf)
		leaves = append(leaves, leaf)
	}
}

func TestRecordsMustLeadFromTheNewestToTheFirst(t *testing.T) {
	a, b := election.Nullifier{1}, election.Nullifier{2}
	good := []entry{{a, 0, 0, 0}, {b, 1, 0, 0}, {a, 2, 1, 1}, {a, 3, 3, 2}}
	c := &counted{}
	last, err := c.voterByVoter(election.ID{}, slices.Clone(good), 2)
	if err != nil || !slices.Equal(last, []bool{false, true, false, true}) || c.voters != 2 || c.nullifiers != light.MerkleRoot([][]byte{a[:], b[:]}) {
		t.Fatalf("%v %v %+v", last, err, c)
	}
	for name, bad := range map[string]struct {
		id    check.ID
		spoil func(e []entry)
	}{
		"a second first vote":      {check.Uniqueness, func(e []entry) { e[2].replaces, e[2].overwrites = 0, 0 }},
		"a vote that is skipped":   {check.Uniqueness, func(e []entry) { e[3].replaces = 1 }},
		"another voter's vote":     {check.Uniqueness, func(e []entry) { e[1].replaces = 1 }},
		"overwrites that are lost": {check.Uniqueness, func(e []entry) { e[3].overwrites = 1 }},
		"too many":                 {check.Overwrites, nil},
	} {
		e, allowed := slices.Clone(good), uint32(1)
		if bad.spoil != nil {
			bad.spoil(e)
			allowed = 2
		}
		_, err := (&counted{}).voterByVoter(election.ID{}, e, allowed)
		if f, ok := check.Failed(err); !ok || f.Check != bad.id {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAJournalIsReadAsItWasWritten(t *testing.T) {
	s, _, _ := validators(t, 3)
	j := &journal{
		height: 7, hash: light.Hash{1}, parts: 3, partsHash: light.Hash{2}, time: time.Unix(5, 6).UTC(), results: light.Hash{3},
		setAt: 7, set: s.list, proofs: []light.Hash{{4}}, closed: []election.ID{{5}, {6}}, sealed: []election.ID{{7}},
		sums: totals{1, 2, 3, 4}, counts: map[check.ID]uint64{check.Genesis: 1, check.Evidence: 1 << 40},
	}
	got, err := readJournal(j.encode())
	if err != nil || !reflect.DeepEqual(got, j) {
		t.Errorf("%+v, %v, want %+v", got, err, j)
	}
}

func FuzzJournal(f *testing.F) {
	s, _, _ := validators(f, 2)
	f.Add((&journal{height: 1, set: s.list, counts: map[check.ID]uint64{check.Body: 3}}).encode())
	f.Add((&journal{height: 1 << 40, proofs: []light.Hash{{4}}, closed: []election.ID{{5}}}).encode())
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if j, err := readJournal(b); err == nil {
			if _, err := readJournal(j.encode()); err != nil {
				t.Errorf("what was read cannot be read again: %v", err)
			}
		}
	})
}

// testBlock is a block with all that a block can have.
func testBlock(t testing.TB) []byte {
	t.Helper()
	s, comet, keys := validators(t, 2)
	id := cmttypes.BlockID{Hash: slices.Repeat([]byte{7}, 32), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: slices.Repeat([]byte{8}, 32)}}
	at := time.Unix(1_800_000_000, 5).UTC()
	var votes [2]*cmttypes.Vote
	for i := range votes {
		id := id
		id.Hash = slices.Repeat([]byte{byte(i + 1)}, 32)
		votes[i] = &cmttypes.Vote{Type: cmtproto.PrecommitType, Height: 1, BlockID: id, Timestamp: at, ValidatorAddress: comet.Validators[0].Address}
		var err error
		if votes[i].Signature, err = keys[string(comet.Validators[0].Address)].Sign(cmttypes.VoteSignBytes(testChain, votes[i].ToProto())); err != nil {
			t.Fatal(err)
		}
	}
	proof, err := cmttypes.NewDuplicateVoteEvidence(votes[0], votes[1], at, comet)
	if err != nil {
		t.Fatal(err)
	}
	commit := &cmttypes.Commit{Height: 1, BlockID: id, Signatures: []cmttypes.CommitSig{votes[0].CommitSig(), cmttypes.NewCommitSigAbsent()}}
	b := cmttypes.MakeBlock(2, []cmttypes.Tx{[]byte("one"), []byte("two")}, commit, []cmttypes.Evidence{proof})
	b.Header.Populate(cmtversion.Consensus{Block: version.BlockProtocol, App: lawVersion}, testChain, at, id, s.hash[:], s.hash[:], id.Hash, id.Hash, id.Hash, comet.Validators[0].Address)
	b.Hash()
	pb, err := b.ToProto()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := pb.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func FuzzBlock(f *testing.F) {
	raw := testBlock(f)
	f.Add(raw)
	f.Add(raw[:len(raw)/2])
	var pb cmtproto.Block
	if err := pb.Unmarshal(raw); err != nil {
		f.Fatal(err)
	}
	for _, e := range []cmtproto.Evidence{ // with parts that are missing
		{},
		{Sum: &cmtproto.Evidence_DuplicateVoteEvidence{}},
		{Sum: &cmtproto.Evidence_DuplicateVoteEvidence{DuplicateVoteEvidence: &cmtproto.DuplicateVoteEvidence{}}},
		{Sum: &cmtproto.Evidence_LightClientAttackEvidence{}},
		{Sum: &cmtproto.Evidence_LightClientAttackEvidence{LightClientAttackEvidence: &cmtproto.LightClientAttackEvidence{}}},
		{Sum: &cmtproto.Evidence_LightClientAttackEvidence{LightClientAttackEvidence: &cmtproto.LightClientAttackEvidence{
			ConflictingBlock: &cmtproto.LightBlock{SignedHeader: &cmtproto.SignedHeader{}, ValidatorSet: &cmtproto.ValidatorSet{}}, CommonHeight: 1,
			ByzantineValidators: []*cmtproto.Validator{{}},
		}}},
	} {
		pb.Evidence.Evidence = []cmtproto.Evidence{e}
		if odd, err := pb.Marshal(); err == nil {
			f.Add(odd)
		}
	}
	if _, err := decode(raw); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := decode(raw)
		if err != nil {
			if _, ok := check.Failed(err); !ok {
				t.Errorf("what is wrong with a block is no failure of a check: %v", err)
			}
			return
		}
		b.tasks(testChain, func(task func()) { task() })
		b.work.Wait()
		_ = b.evidence.ToABCI()
	})
}

func FuzzGenesis(f *testing.F) {
	k := secp256k1eth.GenPrivKeySecp256k1Eth([]byte("validator"))
	doc := &cmttypes.GenesisDoc{
		GenesisTime: time.Unix(1_800_000_000, 0).UTC(), ChainID: testChain, InitialHeight: 1, ConsensusParams: cmttypes.DefaultConsensusParams(),
		Validators: []cmttypes.GenesisValidator{{Address: k.PubKey().Address(), PubKey: k.PubKey(), Power: 10}},
		AppState:   json.RawMessage((&genesis.Doc{Params: genesis.Default()}).JSON()),
	}
	text, err := cmtjson.Marshal(doc)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"validators":[{"power":"1","address":"00"}]}`))
	f.Add([]byte(`{"validators":[{"pub_key":{"type":"tendermint/PubKeySecp256k1eth","value":"AA=="},"power":"1"}]}`))
	if _, err := parseOrigin(text); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o, err := parseOrigin(text)
		if err == nil {
			err = o.same(o.canonical, "itself")
		}
		if err != nil {
			if _, ok := check.Failed(err); !ok {
				t.Errorf("what is wrong with a genesis is no failure of a check: %v", err)
			}
		}
	})
}
