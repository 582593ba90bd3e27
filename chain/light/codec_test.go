package light

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/merkle"
	"github.com/cometbft/cometbft/crypto/secp256k1eth"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/crypto/ethkey"
	"urna/internal/check"
	"urna/internal/codec"
)

func TestMerkleRootsAreCometBFTs(t *testing.T) {
	var leaves [][]byte
	for n := range 70 {
		if got := MerkleRoot(leaves); !bytes.Equal(got[:], merkle.HashFromByteSlices(leaves)) {
			t.Errorf("%d leaves: %x", n, got)
		}
		leaves = append(leaves, bytes.Repeat([]byte{byte(n)}, n))
	}
}

// mixed is a chain in which validators come and go, differ in power, and do not
// always sign.
func mixed(t testing.TB, height int64) *factory {
	of := func(h int64) []seat {
		list := seats(int(h)/4, 5)
		list[2].Power, list[3].Power = 12, 13
		return list
	}
	return newFactory(t, height, of, func(h int64, name string) cmttypes.BlockIDFlag {
		if h%3 == 0 && name == of(h)[0].Name {
			return cmttypes.BlockIDFlagNil
		}
		if h%3 != 0 && h%5 == 0 && name == of(h)[1].Name {
			return cmttypes.BlockIDFlagAbsent
		}
		return cmttypes.BlockIDFlagCommit
	})
}

func TestHeadersSetsAndCommitsAreWhatCometBFTHashes(t *testing.T) {
	f := mixed(t, 20)
	for h := int64(1); h <= 20; h++ {
		b, want := f.block(h), f.Headers[h-1]
		if got := b.Header.Hash(); !bytes.Equal(got[:], want.Hash()) {
			t.Errorf("header %d has the hash %x, CometBFT says %x", h, got, want.Hash())
		}
		if got := b.Validators.Hash(); !bytes.Equal(got[:], f.Sets[h-1].Hash()) {
			t.Errorf("set %d has the hash %x, CometBFT says %x", h, got, f.Sets[h-1].Hash())
		}
		for i := range b.Commit.Slots {
			s := &b.Commit.Slots[i]
			if s.Signed != (f.Commits[h-1].Signatures[i].BlockIDFlag == cmttypes.BlockIDFlagCommit) {
				t.Errorf("slot %d of commit %d: %t", i, h, s.Signed)
			}
			if got, want := b.Commit.message(b.Header, s), f.Commits[h-1].VoteSignBytes(f.ID, int32(i)); s.Signed && !bytes.Equal(got, want) {
				t.Errorf("validator %d signs %x at height %d, CometBFT says %x", i, got, h, want)
			}
		}
		if b.Header.ChainID != want.ChainID || b.Header.Height != h || !b.Header.Time.Equal(want.Time) ||
			!bytes.Equal(b.Header.AppHash[:], want.AppHash) || !bytes.Equal(b.Header.Proposer[:], want.ProposerAddress) ||
			!bytes.Equal(b.Header.EvidenceHash[:], want.EvidenceHash) || !bytes.Equal(b.Header.LastHash[:], want.LastBlockID.Hash) && h > 1 ||
			b.Header.LastParts != want.LastBlockID.PartSetHeader.Total || b.Header.BlockVersion != 11 || b.Header.AppVersion != 1 {
			t.Errorf("header %d was read as %+v", h, b.Header)
		}
		must(t, b.Verify(testChain))
	}
}

func TestEncodingsAreReadAgain(t *testing.T) {
	f := mixed(t, 6)
	for h := int64(1); h <= 6; h++ {
		b := f.block(h)
		again, err := ParseBlock(b.Encode())
		must(t, err)
		if !bytes.Equal(again.Encode(), b.Encode()) || again.Header.Hash() != b.Header.Hash() {
			t.Errorf("block %d changed on the way", h)
		}
		must(t, again.Verify(testChain))
	}
	b := f.block(3)
	b.Commit = nil
	again, err := ParseBlock(b.Encode())
	if err != nil || again.Commit != nil {
		t.Errorf("without a commit: %v", err)
	}
}

// Headers of real chains have hashes and parts of any size that fits; these are
// the ends of the ranges.
func TestHeadersAtTheEdges(t *testing.T) {
	base := newFactory(t, 2, nil, nil).Headers[1]
	for name, change := range map[string]func(*cmttypes.Header){
		"height":     func(h *cmttypes.Header) { h.Height = 1<<63 - 1 },
		"whole time": func(h *cmttypes.Header) { h.Time = time.Unix(1<<33, 0) },
		"1970":       func(h *cmttypes.Header) { h.Time = time.Unix(0, 0).UTC() },
		"version":    func(h *cmttypes.Header) { h.Version.App = 1<<64 - 1 },
		"no version": func(h *cmttypes.Header) { h.Version.App, h.Version.Block = 0, 0 },
		"parts":      func(h *cmttypes.Header) { h.LastBlockID.PartSetHeader.Total = 1<<31 - 1 },
		"long name":  func(h *cmttypes.Header) { h.ChainID = "0123456789 123456789 123456789 123456789 123456789"[:50] },
	} {
		h := *base
		change(&h)
		got, err := HeaderOf(&h)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		hash := got.Hash()
		if again, err := ParseHeader(got.Encode()); err != nil || !bytes.Equal(hash[:], h.Hash()) || again.Hash() != hash {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*cmttypes.Header){
		"height 0":      func(h *cmttypes.Header) { h.Height = 0 },
		"height -1":     func(h *cmttypes.Header) { h.Height = -1 },
		"before 1970":   func(h *cmttypes.Header) { h.Time = time.Unix(-1, 0) },
		"year 10000":    func(h *cmttypes.Header) { h.Time = time.Unix(253402300800, 0) },
		"no name":       func(h *cmttypes.Header) { h.ChainID = "" },
		"name too long": func(h *cmttypes.Header) { h.ChainID = string(make([]byte, 51)) },
		"strange name":  func(h *cmttypes.Header) { h.ChainID = "a\"b" },
		"no app hash":   func(h *cmttypes.Header) { h.AppHash = nil },
		"short hash":    func(h *cmttypes.Header) { h.DataHash = h.DataHash[:31] },
		"no last block": func(h *cmttypes.Header) { h.LastBlockID = cmttypes.BlockID{} },
		"half a last":   func(h *cmttypes.Header) { h.LastBlockID.PartSetHeader = cmttypes.PartSetHeader{} },
		"no proposer":   func(h *cmttypes.Header) { h.ProposerAddress = nil },
		"long proposer": func(h *cmttypes.Header) { h.ProposerAddress = make([]byte, 21) },
		"early last":    func(h *cmttypes.Header) { h.Height = 1 },
	} {
		h := *base
		change(&h)
		_, err := HeaderOf(&h)
		fails(t, name, err, check.Frame)
	}
	_, err := HeaderOf(nil)
	fails(t, "nothing", err, check.Frame)
}

func TestALeafInAnotherEncodingIsRefused(t *testing.T) {
	h := newFactory(t, 2, nil, nil).block(2).Header
	write := func(l [leaves][]byte) []byte {
		w := codec.Writer{}
		for _, leaf := range l {
			w.Bytes(leaf)
		}
		return w.B
	}
	if got, err := ParseHeader(write(h.leaves)); err != nil || got.Hash() != h.Hash() {
		t.Fatalf("the header itself: %v", err)
	}
	for name, c := range map[string]struct {
		leaf int
		b    []byte
	}{
		"a longer varint":     {leafHeight, []byte{0x08, 0x82, 0x00}},
		"a zero that stands":  {leafVersion, []byte{0x08, 0x00, 0x10, 0x01}},
		"another order":       {leafVersion, []byte{0x10, 0x01, 0x08, 0x0b}},
		"a field twice":       {leafVersion, []byte{0x08, 0x0b, 0x08, 0x0b, 0x10, 0x01}},
		"an unknown field":    {leafVersion, []byte{0x08, 0x0b, 0x10, 0x01, 0x18, 0x01}},
		"an empty string":     {leafChainID, []byte{0x0a, 0x00}},
		"another wire type":   {leafHeight, []byte{0x09, 2, 0, 0, 0, 0, 0, 0, 0}},
		"a length beyond":     {leafData, []byte{0x0a, 0x21}},
		"a huge length":       {leafData, []byte{0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}},
		"an endless varint":   {leafHeight, bytes.Repeat([]byte{0xff}, 12)},
		"nanoseconds":         {leafTime, []byte{0x08, 0x01, 0x10, 0x80, 0x94, 0xeb, 0xdc, 0x03}},
		"no parts":            {leafLastBlock, append([]byte{0x0a, 0x20}, make([]byte, 32)...)},
		"an empty leaf":       {leafApp, nil},
		"a leaf of 1025":      {leafApp, make([]byte, 1025)},
		"a byte that is over": {leafApp, append(bytes.Clone(h.leaves[leafApp]), 0)},
	} {
		l := h.leaves
		l[c.leaf] = c.b
		_, err := ParseHeader(write(l))
		fails(t, name, err, check.Frame)
	}
}

func TestSetsThatAreNoneAreRefused(t *testing.T) {
	good, err := ValidatorsOf(setOf([]seat{{Name: "a", Power: 7}, {Name: "b", Power: 7}, {Name: "c", Power: 3}}))
	must(t, err)
	for name, change := range map[string]func(Validators) Validators{
		"empty":         func(Validators) Validators { return nil },
		"another order": func(v Validators) Validators { return Validators{v[1], v[0], v[2]} },
		"power order":   func(v Validators) Validators { return Validators{v[2], v[0], v[1]} },
		"twice":         func(v Validators) Validators { return Validators{v[0], v[0]} },
		"twice with other power": func(v Validators) Validators {
			return Validators{v[0], {v[0].Key, 1}}
		},
		"no power":   func(v Validators) Validators { return Validators{{v[0].Key, 0}} },
		"great":      func(v Validators) Validators { return Validators{{v[0].Key, 1 << 60}} },
		"great sum":  func(v Validators) Validators { return Validators{{v[0].Key, 1 << 59}, {v[1].Key, 1 << 59}} },
		"no point":   func(v Validators) Validators { return Validators{{[33]byte{2, 32: 5}, 1}} },
		"bad prefix": func(v Validators) Validators { k := v[0].Key; k[0] = 4; return Validators{{k, 1}} },
	} {
		_, err := ParseValidators(change(good).Encode())
		fails(t, name, err, check.Frame)
	}
	if _, err := ParseValidators(good.Encode()); err != nil {
		t.Error(err)
	}
	_, err = ParseValidators(binary.AppendUvarint(nil, 1<<40))
	fails(t, "a count without validators", err, check.Frame)
	if good[0].Address() != ethkey.Address(setOf([]seat{{Name: "a", Power: 7}, {Name: "b", Power: 7}, {Name: "c", Power: 3}}).Validators[0].Address) || !(Validator{}).Address().IsZero() {
		t.Error("the address is another one")
	}
	set, err := good.Set()
	if err != nil || set.Size() != 3 || set.TotalVotingPower() != int64(good.Total()) {
		t.Errorf("%v, %v", set, err)
	}
}

func TestCommitsThatAreNoneAreRefused(t *testing.T) {
	f := newFactory(t, 1, nil, nil)
	b := f.block(1)
	for name, change := range map[string]func(*Commit){
		"round": func(c *Commit) { c.Round = 1 << 31 },
		"parts": func(c *Commit) { c.Parts = 1 << 31 },
		"year":  func(c *Commit) { c.Slots[1].Seconds = 1 << 40 },
		"nanos": func(c *Commit) { c.Slots[1].Nanos = 1e9 },
	} {
		c := *b.Commit
		c.Slots = append([]Slot(nil), c.Slots...)
		change(&c)
		_, err := ParseCommit(c.Encode())
		fails(t, name, err, check.Frame)
	}
	raw := b.Commit.Encode()
	_, err := ParseCommit(append(raw[:len(raw):len(raw)], 0))
	fails(t, "a byte that is over", err, check.Frame)
	for name, change := range map[string]func(*cmttypes.Commit){
		"round":     func(c *cmttypes.Commit) { c.Round = -1 },
		"no parts":  func(c *cmttypes.Commit) { c.BlockID.PartSetHeader.Hash = nil },
		"signature": func(c *cmttypes.Commit) { c.Signatures[0].Signature = c.Signatures[0].Signature[:64] },
		"time":      func(c *cmttypes.Commit) { c.Signatures[0].Timestamp = time.Time{} },
		"block":     func(c *cmttypes.Commit) { c.BlockID.Hash = f.Hash("other", 1) },
	} {
		c := f.Commits[0].Clone()
		change(c)
		if _, err := CommitOf(c, b.Header.Hash()); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	_, err = CommitOf(nil, b.Header.Hash())
	fails(t, "nothing", err, check.Frame)
}

func TestSignaturesAreJudgedAsCometBFTDoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		priv := keyOf(fmt.Sprint("key ", i%7))
		msg := fmt.Appendf(nil, "message %d", i)
		sig, err := priv.Sign(msg)
		must(t, err)
		pub := priv.PubKey().(secp256k1eth.PubKey)
		judge := func(what string, key secp256k1eth.PubKey, msg, sig []byte) bool {
			ours := ethkey.Verify([33]byte(key), ethkey.Keccak256(msg), sig)
			if theirs := key.VerifySignature(msg, sig); ours != theirs {
				t.Errorf("%s: we say %t, CometBFT says %t: %x by %x", what, ours, theirs, sig, key)
			}
			return ours
		}
		if !judge("good", pub, msg, sig) {
			t.Error("a good signature is refused")
		}
		bad := func(what string, change func(s []byte) []byte) {
			if judge(what, pub, msg, change(bytes.Clone(sig))) {
				t.Errorf("%s is accepted", what)
			}
		}
		bad("the other v", func(s []byte) []byte { s[64] ^= 1; return s })
		bad("v 27", func(s []byte) []byte { s[64] += 27; return s })
		bad("v 2", func(s []byte) []byte { s[64] += 2; return s })
		bad("a short one", func(s []byte) []byte { return s[:64] })
		bad("a long one", func(s []byte) []byte { return append(s, 0) })
		bad("none", func([]byte) []byte { return nil })
		bad("r of zero", func(s []byte) []byte { clear(s[:32]); return s })
		bad("s of zero", func(s []byte) []byte { clear(s[32:64]); return s })
		bad("r of the order and more", func(s []byte) []byte { copy(s, bytes.Repeat([]byte{0xff}, 32)); return s })
		bad("the high s", func(s []byte) []byte { return highS(s) })
		bad("a flipped bit", func(s []byte) []byte { s[rng.IntN(64)] ^= 1 << rng.IntN(8); return s })
		if judge("another key", keyOf("another").PubKey().(secp256k1eth.PubKey), msg, sig) {
			t.Error("a signature of another key is accepted")
		}
		mirrored := bytes.Clone(pub)
		mirrored[0] ^= 1
		if judge("the mirrored key", mirrored, msg, sig) {
			t.Error("a signature of the mirrored key is accepted")
		}
		if judge("another message", pub, append(msg, 'x'), sig) {
			t.Error("a signature of another message is accepted")
		}
	}
}

// highS is the other signature that plain ECDSA would accept.
func highS(sig []byte) []byte {
	order := []byte{
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
		0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
	}
	borrow := 0
	for i := 31; i >= 0; i-- {
		d := int(order[i]) - int(sig[32+i]) - borrow
		borrow = 0
		if d < 0 {
			d, borrow = d+256, 1
		}
		sig[32+i] = byte(d)
	}
	sig[64] ^= 1
	return sig
}

func FuzzParseHeader(f *testing.F) {
	chain := mixed(f, 4)
	for h := int64(1); h <= 4; h++ {
		f.Add(chain.block(h).Header.Encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := ParseHeader(b); err == nil {
			if !bytes.Equal(h.Encode(), b) {
				t.Error("two encodings of one header")
			}
		} else if _, ok := check.Failed(err); !ok {
			t.Error(err)
		}
	})
}

func FuzzParseValidators(f *testing.F) {
	chain := mixed(f, 8)
	for _, h := range []int64{1, 8} {
		f.Add(chain.block(h).Validators.Encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := ParseValidators(b); err == nil {
			if !bytes.Equal(v.Encode(), b) {
				t.Error("two encodings of one set")
			}
			if _, err := v.Set(); err != nil {
				t.Error(err)
			}
		} else if _, ok := check.Failed(err); !ok {
			t.Error(err)
		}
	})
}

func FuzzParseCommit(f *testing.F) {
	chain := mixed(f, 5)
	for h := int64(1); h <= 5; h++ {
		f.Add(chain.block(h).Commit.Encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := ParseCommit(b); err == nil {
			if !bytes.Equal(c.Encode(), b) {
				t.Error("two encodings of one commit")
			}
		} else if _, ok := check.Failed(err); !ok {
			t.Error(err)
		}
	})
}

func FuzzParseBlock(f *testing.F) {
	chain := mixed(f, 5)
	for h := int64(1); h <= 5; h++ {
		f.Add(chain.block(h).Encode())
	}
	known := map[Hash]bool{}
	for h := int64(1); h <= 5; h++ {
		known[sha256.Sum256(chain.block(h).Encode())] = true
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if x, err := ParseBlock(b); err == nil {
			if !bytes.Equal(x.Encode(), b) {
				t.Error("two encodings of one signed header")
			}
			if x.Verify(testChain) == nil && !known[sha256.Sum256(b)] && x.Signatures() == len(x.Validators) {
				t.Error("a signed header that nobody signed")
			}
		} else if _, ok := check.Failed(err); !ok {
			t.Error(err)
		}
	})
}
