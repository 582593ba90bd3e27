package e2e

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/big"
	"reflect"
	"testing"
	"time"

	ics23 "github.com/cosmos/ics23/go"
	"github.com/ethereum/go-ethereum/crypto"

	"urna/anchor"
	"urna/anchor/contract"
	"urna/state"
)

// refused fails the test unless err is the refusal of a contract with this name.
func refused(t *testing.T, err error, name string) {
	t.Helper()
	if !errors.Is(err, &anchor.Refusal{Name: name}) {
		t.Errorf("got %v, want a refusal %s", err, name)
	}
}

// step is a call of the anchor in its parts.
type step struct {
	contract.CometAnchorStep
	rotates bool
}

func unpackStep(t *testing.T, call []byte) (s step) {
	t.Helper()
	abi, err := contract.CometAnchorMetaData.ParseABI()
	check(t, err)
	method, err := abi.MethodById(call)
	check(t, err)
	values, err := method.Inputs.Unpack(call[4:])
	check(t, err)
	check(t, method.Inputs.Copy(&s.CometAnchorStep, values))
	s.rotates = method.Name == "anchorAndRotate"
	if !bytes.Equal(s.pack(), call) {
		t.Fatal("a call is not what its parts say")
	}
	return s
}

func (s *step) pack() []byte {
	a := contract.NewCometAnchor()
	if s.rotates {
		return a.PackAnchorAndRotate(s.Header, s.Commit, s.Signatures, s.Roll, s.Keys)
	}
	return a.PackAnchor(s.Header, s.Commit, s.Signatures, s.Roll)
}

// signatures cuts those of a call apart; join puts them together.
func (s *step) signatures() (out [][]byte) {
	for rest := s.Signatures; len(rest) > 0; {
		n := 68 + int(rest[67])
		out = append(out, bytes.Clone(rest[:n]))
		rest = rest[n:]
	}
	return out
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// signature is one in the bytes of a call.
func signature(signer int, rsv, time []byte) []byte {
	return join(binary.BigEndian.AppendUint16(nil, uint16(signer)), rsv, []byte{byte(len(time))}, time)
}

// stamp is a Timestamp of Protobuf.
func stamp(seconds, nanos uint64) (b []byte) {
	if seconds != 0 {
		b = binary.AppendUvarint(append(b, 1<<3), seconds)
	}
	if nanos != 0 {
		b = binary.AppendUvarint(append(b, 2<<3), nanos)
	}
	return b
}

// attack tries everything that is near a call that would be accepted and says
// something else. Told are the calls before it.
func (w *telling) attack(t *testing.T, height int64, call []byte, told [][]byte) {
	t.Helper()
	good := unpackStep(t, call)
	try := func(name string, change func(s *step)) {
		t.Helper()
		s := good
		s.Roll, s.Keys, s.Signatures = bytes.Clone(s.Roll), bytes.Clone(s.Keys), bytes.Clone(s.Signatures)
		change(&s)
		refused(t, w.try(t, w.anchor.Address(), s.pack()), name)
	}
	attackHeader(try)
	attackSignatures(try, good.signatures(), w.commits[height-1])
	attackTimes(try, good.signatures())
	if good.rotates {
		attackKeys(try)
	} else {
		try("SetUnchanged", func(s *step) { s.rotates, s.Keys = true, make([]byte, 72) })
	}
	for _, t0 := range told {
		old := unpackStep(t, t0)
		refused(t, w.try(t, w.anchor.Address(), t0), "HeightNotAbove")
		try("WrongSignature", func(s *step) { s.Signatures = old.Signatures })
		if !bytes.Equal(old.Roll, good.Roll) { // a set that is out of office
			try("WrongSet", func(s *step) { s.Roll = old.Roll })
			try("WrongSet", func(s *step) { s.Roll, s.Signatures = old.Roll, old.Signatures })
		}
	}
	for _, more := range [][]byte{{0}, make([]byte, 32), call} {
		refused(t, w.try(t, w.anchor.Address(), join(call, more)), "WrongCallLength")
	}
}

// tries changes a call, which must then be refused with this name.
type tries func(name string, change func(*step))

func attackHeader(try tries) {
	for _, change := range []func(s *step){
		func(s *step) { s.Header.Height++ },
		func(s *step) { s.Header.Height += 1 << 32 },
		func(s *step) { s.Header.Time++ },
		func(s *step) { s.Header.Nanos++ },
		func(s *step) { s.Header.NextValidatorsHash[0] ^= 1 },
		func(s *step) { s.Header.AppHash[31] ^= 1 },
		func(s *step) { s.Header.AppHash, s.Header.Results = s.Header.Results, s.Header.AppHash },
		func(s *step) { s.Header.Version[0] ^= 1 },
		func(s *step) { s.Header.Last[0] ^= 1 },
		func(s *step) { s.Header.Data[0] ^= 1 },
		func(s *step) { s.Header.Consensus[0] ^= 1 },
		func(s *step) { s.Header.Results[0] ^= 1 },
		func(s *step) { s.Header.Evidence[0] ^= 1 },
		func(s *step) { s.Commit.Round++ },
		func(s *step) { s.Commit.Parts++ },
		func(s *step) { s.Commit.Parts = 0 },
		func(s *step) { s.Commit.PartsHash[0] ^= 1 },
		func(s *step) { s.Commit.PartsHash = s.Header.AppHash },
		func(s *step) { s.Commit = contract.Commit{} },
	} {
		try("WrongSignature", change)
	}
	try("HeightNotAbove", func(s *step) { s.Header.Height = 0 })
	try("TimeBeforeLatest", func(s *step) { s.Header.Time = 0 })
	try("TimeAhead", func(s *step) { s.Header.Time += 3600 })
	try("TimeAhead", func(s *step) { s.Header.Time = 1<<64 - 1 })

	// The roll with another height, total, hash, member, power; shorter, longer.
	for _, at := range []int{7, 15, 16, 48 + 19, 48 + 27} {
		try("WrongSet", func(s *step) { s.Roll[at] ^= 1 })
	}
	try("WrongSet", func(s *step) { s.Roll = nil })
	try("WrongSet", func(s *step) { s.Roll = s.Roll[:len(s.Roll)-28] })
	try("WrongSet", func(s *step) { s.Roll = append(s.Roll, s.Roll[len(s.Roll)-28:]...) })
}

func attackSignatures(try tries, rs [][]byte, c *commit) {
	last := len(rs) - 1
	with := func(name string, all ...[]byte) { try(name, func(s *step) { s.Signatures = join(all...) }) }
	for n := range rs {
		with("NotEnoughPower", rs[:n]...)
		with("MalformedSignatures", join(rs[:n]...), rs[n][:60])
	}
	with("SignerOutOfOrder", rs[0], rs[0], join(rs[1:]...))
	with("SignerOutOfOrder", rs[1], rs[0], join(rs[2:]...))
	with("SignerOutOfOrder", join(rs...), rs[last])
	with("SignerOutOfRange", join(rs[:last]...), []byte{0, 100}, rs[last][2:])
	with("SignerOutOfRange", join(rs[:last]...), []byte{255, 255}, rs[last][2:])
	with("WrongSignature", rs[0], []byte{0, rs[0][1] + 1}, rs[0][2:]) // one signature, two names
	if c.none > 0 {
		// A true vote for no block, among those that are for this one.
		none := signature(c.vote.at, c.vote.signature, stamp(uint64(c.vote.time.Unix()), uint64(c.vote.time.Nanosecond())))
		at := 0
		for at < len(rs) && int(rs[at][1]) < c.vote.at {
			at++
		}
		with("WrongSignature", join(rs[:at]...), none, join(rs[at:]...))
	}

	order := crypto.S256().Params().N
	spoil := func(name string, change func(r, s, v []byte)) {
		b := bytes.Clone(rs[last])
		change(b[2:34], b[34:66], b[66:67])
		with(name, join(rs[:last]...), b)
	}
	spoil("SignatureNotCanonical", func(_, s, v []byte) { // the twin that every signature has
		new(big.Int).Sub(order, new(big.Int).SetBytes(s)).FillBytes(s)
		v[0] ^= 1
	})
	spoil("WrongSignature", func(_, _, v []byte) { v[0] ^= 1 })
	for _, v0 := range []byte{2, 27, 28, 229, 255} {
		spoil("SignatureNotCanonical", func(_, _, v []byte) { v[0] = v0 })
	}
	spoil("WrongSignature", func(r, _, _ []byte) { clear(r) }) // nobody is recovered: the address zero
	spoil("WrongSignature", func(_, s, _ []byte) { clear(s) })
	spoil("WrongSignature", func(r, _, _ []byte) { order.FillBytes(r) })
}

func attackTimes(try tries, rs [][]byte) {
	last := len(rs) - 1
	with := func(name string, time []byte) {
		try(name, func(s *step) {
			s.Signatures = join(join(rs[:last]...), rs[last][:67], []byte{byte(len(time))}, time)
		})
	}
	signed := rs[last][68:]
	for _, time := range [][]byte{
		nil, signed[:len(signed)-1], append(bytes.Clone(signed), 0), append(bytes.Clone(signed), 0x18, 0),
		append(bytes.Clone(signed), 0x32, 1), // the chain id begins early
	} {
		with("WrongSignature", time)
	}
	for bits := 7; bits <= 28; bits += 7 { // both sides of where a varint becomes longer
		for _, n := range []uint64{1<<bits - 1, 1 << bits} {
			with("WrongSignature", stamp(n, n))
			with("WrongSignature", stamp(uint64(time.Now().Unix()), n))
		}
	}
	with("MalformedSignatures", make([]byte, 18))
	with("MalformedSignatures", make([]byte, 255))
}

func attackKeys(try tries) {
	p := crypto.S256().Params().P
	keys := func(name string, change func(k []byte) []byte) { try(name, func(s *step) { s.Keys = change(s.Keys) }) }
	power := func(k []byte, i int) []byte { return k[72*i+64 : 72*i+72] }
	try("SetChanges", func(s *step) { s.rotates = false })
	keys("MalformedKeys", func(k []byte) []byte { return nil })
	keys("MalformedKeys", func(k []byte) []byte { return k[1:] })
	keys("MalformedKeys", func(k []byte) []byte { return append(k, 0) })
	keys("WrongKeys", func(k []byte) []byte { return k[72:] })
	keys("WrongKeys", func(k []byte) []byte { return append(k, k[:72]...) })
	keys("WrongKeys", func(k []byte) []byte { return join(k[72:144], k[:72], k[144:]) })
	keys("WrongKeys", func(k []byte) []byte { power(k, 1)[7]++; return k })
	keys("WrongKeys", func(k []byte) []byte { // the point with the same x on the other side
		new(big.Int).Sub(p, new(big.Int).SetBytes(k[32:64])).FillBytes(k[32:64])
		return k
	})
	keys("KeyNotOnCurve", func(k []byte) []byte { k[63] ^= 1; return k })
	keys("KeyNotOnCurve", func(k []byte) []byte { clear(k[:64]); return k })
	keys("KeyNotOnCurve", func(k []byte) []byte { p.FillBytes(k[:32]); return k })
	keys("ZeroPower", func(k []byte) []byte { clear(power(k, 2)); return k })
	keys("PowerOverflow", func(k []byte) []byte { power(k, 0)[0] = 0x10; return k })
	keys("PowerOverflow", func(k []byte) []byte { // sums of 64 bits would be small again
		for i := range 4 {
			copy(power(k, i), []byte{0x40, 0, 0, 0, 0, 0, 0, 0})
		}
		return k
	})
}

// attackChains shows a call to anchors of other chains with the same validators, and
// to one that has stopped to trust them.
func (w *telling) attackChains(t *testing.T, call []byte, right anchor.Deployment) {
	t.Helper()
	id := right.ChainID
	for _, other := range []string{id[:len(id)-1], id + "0", id[1:], "x" + id, id + id, id[:len(id)-1] + "2"} {
		d := right
		d.ChainID = other
		code, err := d.Code()
		check(t, err)
		refused(t, w.try(t, w.deploy(t, 0, code), call), "WrongSignature")
	}
	d := right
	d.TrustingPeriod = time.Second
	code, err := d.Code()
	check(t, err)
	refused(t, w.try(t, w.deploy(t, 0, code), call), "TrustExpired")
}

// everyByte changes and cuts a call that would be accepted, byte by byte. What is
// accepted must say the same: padding, that nobody reads, may be anything.
func (w *telling) everyByte(t *testing.T, call []byte) {
	t.Helper()
	good := unpackStep(t, call)
	padding := 0
	for i := range call {
		if err := w.try(t, w.anchor.Address(), call[:i]); err == nil {
			t.Errorf("the first %d of %d bytes are accepted", i, len(call))
		}
		for _, flip := range []byte{1, 255} {
			changed := bytes.Clone(call)
			changed[i] ^= flip
			if err := w.try(t, w.anchor.Address(), changed); err != nil {
				continue
			}
			padding++
			if got := said(t, changed); !reflect.DeepEqual(got, said(t, call)) {
				t.Errorf("byte %d of %d may be another one", i, len(call))
			}
		}
	}
	most := 2 * (32*3 - (len(good.Signatures)+31)%32 - (len(good.Roll)+31)%32 - (len(good.Keys)+31)%32)
	if padding > most {
		t.Errorf("%d bytes may be other ones, there are at most %d of padding", padding/2, most/2)
	}
	t.Logf("%d calls differ from one of %d bytes, %d of them in padding", 3*len(call), len(call), padding)
}

// said is what a call of the anchor says.
func said(t *testing.T, call []byte) []any {
	t.Helper()
	abi, err := contract.CometAnchorMetaData.ParseABI()
	check(t, err)
	method, err := abi.MethodById(call)
	check(t, err)
	values, err := method.Inputs.Unpack(call[4:])
	check(t, err)
	return values
}

// attackResult tries what is near the proof of a result.
func (w *telling) attackResult(t *testing.T, registry anchor.Address, p proof) {
	t.Helper()
	root, height := w.header(w.last).Header.AppHash, uint64(w.last)
	e, err := anchor.NewExistence(root, state.ResultKey(p.id), p.record, p.ics23)
	check(t, err)
	prove := func(name string, id [32]byte, anchored uint64, record []byte, version uint64, path []byte) {
		t.Helper()
		refused(t, w.try(t, registry, contract.NewResultRegistry().PackProve(id, anchored, record, version, path)), name)
	}
	other := p.id
	other[31] ^= 1 // shares all but the last bit
	prove("WrongProof", other, height, p.record, e.Version, e.Path)
	prove("NotAnchored", p.id, height+1, p.record, e.Version, e.Path)
	prove("WrongProof", p.id, uint64(w.none), p.record, e.Version, e.Path)
	prove("WrongProof", p.id, height, p.record, e.Version+1, e.Path)
	prove("MalformedPath", p.id, height, p.record, e.Version, e.Path[:len(e.Path)-1])
	changed := bytes.Clone(p.record)
	changed[5] ^= 1
	prove("WrongProof", p.id, height, changed, e.Version, e.Path)

	// Any key and record, to the contract for proofs of all kinds.
	claim := func(name string, key, record, path []byte) {
		t.Helper()
		refused(t, w.try(t, w.proofs, contract.NewStateProofs().PackRequireRecord(height, key, record, e.Version, path)), name)
	}
	key := state.ResultKey(p.id)
	claim("WrongProof", key[:len(key)-1], p.record, e.Path)
	claim("WrongProof", append(bytes.Clone(key), 0), p.record, e.Path)
	claim("WrongProof", append([]byte{'e'}, key[1:]...), p.record, e.Path)
	// The node above the leaf, said to be a leaf itself.
	var whole ics23.CommitmentProof
	check(t, whole.Unmarshal(p.ics23))
	leaf, err := whole.GetExist().Leaf.Apply(key, p.record)
	check(t, err)
	above := whole.GetExist().Path[0]
	node := join(above.Prefix, leaf, above.Suffix)
	rest := e.Path[1+int(e.Path[0]&127)+32:]
	for from := 1; from < 12; from++ {
		claim("WrongProof", node[from:len(node)-33], node[len(node)-32:], rest)
	}
	claim("WrongProof", key, p.record, rest)
}
