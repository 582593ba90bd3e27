package tx

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"urna/ballot"
	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
)

// compiled is urna.proto, read once.
var compiled = sync.OnceValues(func() (protoreflect.FileDescriptor, error) {
	c := protocompile.Compiler{Resolver: &protocompile.SourceResolver{}}
	files, err := c.Compile(context.Background(), "urna.proto")
	if err != nil {
		return nil, err
	}
	return files[0], nil
})

func schema(t testing.TB) protoreflect.FileDescriptor {
	t.Helper()
	file, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func newMessage(t testing.TB, name protoreflect.Name) *dynamicpb.Message {
	t.Helper()
	return dynamicpb.NewMessage(schema(t).Messages().ByName(name))
}

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// bodyOf makes a body from prototext.
func bodyOf(t testing.TB, text string) []byte {
	t.Helper()
	m := newMessage(t, "Tx")
	if err := prototext.Unmarshal([]byte(text), m); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return marshal(t, m)
}

func TestPayloadsMeanWhatTheProtoFileSays(t *testing.T) {
	for _, e := range examples(t) {
		want := bodyOf(t, e.text)
		got, err := Encode(e.payload)
		if err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s:\n got %x\nwant %x", e.name, got, want)
		}
		back, r := decodeBody(want)
		if r != nil {
			t.Fatalf("%s: %v", e.name, r)
		}
		if !reflect.DeepEqual(back, e.payload) {
			t.Errorf("%s:\n got %+v\nwant %+v", e.name, back, e.payload)
		}
	}
}

func TestTheTablesHaveTheFieldsOfTheProtoFile(t *testing.T) {
	file := schema(t)
	message := func(name protoreflect.Name) protoreflect.MessageDescriptor { return file.Messages().ByName(name) }
	compare(t, message("SignedTx"), envelopeFields)
	compare(t, message("VoteEnvelope"), voteFields)
	compare(t, message("NewProcessTx"), newElectionFields)
	compare(t, message("SetProcessTx"), setStatusFields)
	compare(t, message("SetProcessTx"), setCensusFields)
	compare(t, message("SetProcessTx"), setDurationFields)
	compare(t, message("SetAccountTx"), createAccountFields)
	compare(t, message("SetAccountTx"), setAccountInfoFields)
	compare(t, message("SetAccountTx"), addDelegateFields)
	compare(t, message("SetAccountTx"), delDelegateFields)
	compare(t, message("SetAccountTx"), setValidatorFields)
	compare(t, message("SendTokensTx"), sendTokensFields)
	compare(t, message("CollectFaucetTx"), collectFaucetFields)
	compare(t, message("ProofCA"), issuerFields)
	compare(t, message("CAbundle"), bundleFields)
	compare(t, message("Credential"), credentialFields)
	compare(t, message("WeightClass"), classFields)
	compare(t, message("Issued"), issuedFields)
	compare(t, message("FaucetPackage"), faucetFields)
	compare(t, message("FaucetPayload"), faucetPayloadFields)
	for _, k := range Kinds {
		v := file.Enums().ByName("TxType").Values().ByNumber(protoreflect.EnumNumber(k))
		if v == nil || string(v.Name()) != k.wireName() {
			t.Errorf("kind %s is not in TxType", k)
		}
		member := message("Tx").Fields().ByNumber(forms[k].num)
		if member == nil || string(member.Name()) != k.Type() {
			t.Errorf("kind %s is not in Tx", k)
		}
	}
}

// compare holds a table against the message that it stands for.
func compare[T any](t *testing.T, md protoreflect.MessageDescriptor, fields []field[T]) {
	t.Helper()
	seen := map[protowire.Number]bool{}
	last := protowire.Number(0)
	for _, f := range fields {
		seen[f.num] = true
		if f.num <= last {
			t.Errorf("%s.%s: out of order", md.Name(), f.name)
		}
		last = f.num
		fd := md.Fields().ByNumber(f.num)
		if f.refuse != 0 {
			if fd == nil && !md.ReservedRanges().Has(f.num) {
				t.Errorf("%s.%s: number %d is not reserved", md.Name(), f.name, f.num)
			}
			continue
		}
		if fd == nil || string(fd.Name()) != f.name {
			t.Errorf("%s.%s: not in the proto file with number %d", md.Name(), f.name, f.num)
			continue
		}
		if f.in != nil {
			compare(t, fd.Message(), f.in)
			continue
		}
		if fd.IsList() != (f.times.max > 0) {
			t.Errorf("%s.%s: repeated or not", md.Name(), f.name)
		}
		message := fd.Kind() == protoreflect.MessageKind
		if tracked := fd.HasPresence() && !(message && !fd.HasOptionalKeyword()); tracked != (f.presence != implicit) {
			t.Errorf("%s.%s: optional or not", md.Name(), f.name)
		}
		if kinds := kindsOf(f.at(new(T)), f.max); !slices.Contains(kinds, fd.Kind()) {
			t.Errorf("%s.%s: is %s in the proto file, not %s", md.Name(), f.name, fd.Kind(), kinds)
		}
	}
	for i := range md.Fields().Len() {
		if fd := md.Fields().Get(i); !seen[fd.Number()] {
			t.Errorf("%s.%s: not in the table", md.Name(), fd.Name())
		}
	}
}

func kindsOf(place any, limit uint64) []protoreflect.Kind {
	switch place.(type) {
	case *bool:
		return []protoreflect.Kind{protoreflect.BoolKind}
	case *string, **string:
		return []protoreflect.Kind{protoreflect.StringKind}
	case **FaucetPackage, *FaucetPackage, **census.Signed, **census.Blind, *[]census.Class, *[]Issued:
		return []protoreflect.Kind{protoreflect.MessageKind}
	}
	switch v := load(place); {
	case v.typ == protowire.BytesType:
		return []protoreflect.Kind{protoreflect.BytesKind}
	case limit > math.MaxUint32:
		return []protoreflect.Kind{protoreflect.Uint64Kind}
	}
	return []protoreflect.Kind{protoreflect.Uint32Kind, protoreflect.EnumKind, protoreflect.Uint64Kind}
}

func TestARealProtobufReadsWhatWeWrite(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		p := randomPayload(rng)
		body, err := Encode(p)
		if err != nil {
			t.Fatalf("%T: %v", p, err)
		}
		m := newMessage(t, "Tx")
		if err := (proto.UnmarshalOptions{}).Unmarshal(body, m); err != nil {
			t.Fatalf("%T: %v", p, err)
		}
		if again := marshal(t, m); !bytes.Equal(again, body) {
			t.Fatalf("%T:\n ours %x\ntheirs %x", p, body, again)
		}
		back, r := decodeBody(body)
		if r != nil || !reflect.DeepEqual(back, p) {
			t.Fatalf("%T: %v\n got %+v\nwant %+v", p, r, back, p)
		}
	}
}

func TestWeReadWhatARealProtobufWrites(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	longer := 0
	for range 2000 {
		body, err := Encode(randomPayload(rng))
		if err != nil {
			t.Fatal(err)
		}
		m := newMessage(t, "Tx")
		if err := proto.Unmarshal(body, m); err != nil {
			t.Fatal(err)
		}
		addZeros(rng, m)
		theirs := marshal(t, m)
		p, r := decodeBody(theirs)
		if r != nil {
			t.Fatalf("%v: %x", r, theirs)
		}
		if ours, err := Encode(p); err != nil || !bytes.Equal(ours, body) {
			t.Fatalf("%T: %v\n ours %x\ntheirs %x", p, err, ours, body)
		}
		if len(theirs) > len(body) {
			longer++
		}
	}
	if longer < 200 {
		t.Errorf("only %d bodies had a zero written out", longer)
	}
}

// addZeros writes out some of the zeros whose presence protobuf tracks and
// whose field the kind takes.
func addZeros(rng *rand.Rand, m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		switch {
		case fd.IsList() || fd.ContainingOneof() != nil && !fd.ContainingOneof().IsSynthetic() && !m.Has(fd):
		case fd.Kind() == protoreflect.MessageKind && m.Has(fd):
			addZeros(rng, m.Mutable(fd).Message())
		case fd.Message() != nil && !fd.HasOptionalKeyword():
			if fd.Name() == "envelopeType" || fd.Name() == "mode" {
				m.Set(fd, m.NewField(fd))
			}
		case fd.HasPresence() && !m.Has(fd) && mayBeZero[fd.FullName()] && rng.IntN(2) == 0:
			m.Set(fd, fd.Default())
		}
	}
}

// mayBeZero are the optional fields whose zero every kind takes.
var mayBeZero = map[protoreflect.FullName]bool{
	"urna.VoteEnvelope.memo": true, "urna.Process.censusURI": true, "urna.Process.metadata": true,
	"urna.Process.tempSIKs": true, "urna.SetAccountTx.nonce": true, "urna.SetAccountTx.account": true,
}

// randomPayload makes any payload that Decode accepts.
func randomPayload(rng *rand.Rand) Payload {
	g := generator{rng}
	switch Kinds[rng.IntN(len(Kinds))] {
	case KindNewElection:
		p := &NewElection{
			Nonce: g.u32(), Organisation: maybe(g, g.address), CensusOrigin: census.Origin(1 + rng.IntN(2)), CensusRoot: g.fixed(),
			CensusURI: g.text(MaxURIBytes), MaxCensusSize: 1 + g.u64()/2, StartTime: uint64(g.u32()), Duration: 1 + g.u64()%MaxDuration,
			Paused: g.bool(), AutoStart: g.bool(), Interruptible: g.bool(), DynamicCensus: g.bool(), EncryptedMetadata: g.bool(),
			MetadataURI: g.text(MaxURIBytes), TempKeys: g.bool(), Faucet: maybe(g, g.faucet),
			Rules: ballot.Rules{
				MaxCount: 1 + g.u32()%64, MaxValue: g.u32() % 64, MaxOverwrites: g.u32() % 31, MaxTotalCost: g.u32(),
				CostExponent: g.u32() % 4, UniqueValues: g.bool(), CostFromWeight: g.bool(),
			},
		}
		if g.bool() {
			id := election.ID(g.fixed())
			p.Expect = &id
		}
		switch rng.IntN(4) {
		case 0:
			p.CensusOrigin, p.CensusRoot, p.IssuerKey = census.Issuer, census.Root{}, issuer.PublicKey()
		case 1:
			p.CensusOrigin, p.CensusRoot, p.Classes = census.BlindIssuer, census.Root{}, classes[g.IntN(2):]
		}
		return p
	case KindSetStatus:
		return &SetStatus{g.u32(), g.fixed(), election.Status(1 + rng.IntN(5))}
	case KindSetCensus:
		p := &SetCensus{Nonce: g.u32(), Election: g.fixed(), Size: maybe(g, g.u64)}
		if g.bool() {
			root, uri := census.Root(g.fixed()), "u"+g.text(100)
			p.Root, p.URI = &root, &uri
		} else if g.bool() {
			p.IssuerKey = consensus.PublicKey()
		}
		if g.bool() {
			p.Issued = []Issued{{[]byte{1 + byte(g.IntN(255))}, 1 + g.u64()/2}, {g.bytes(2, 16), 1 + g.u64()/2}}
		}
		return p
	case KindSetDuration:
		return &SetDuration{g.u32(), g.fixed(), 1 + g.u64()%MaxDuration}
	case KindVote:
		proof := census.MerkleProof{
			Type: g.u32() % 2, Siblings: g.bytes(1, MaxSiblingsBytes), AvailableWeight: g.bytes(0, 32),
			KeyType: g.u32() % 2, VoteWeight: g.bytes(0, 32),
		}
		p := &Vote{Election: g.fixed(), Nonce: g.bytes(0, MaxNonceBytes), Package: g.bytes(1, MaxPackageBytes), Memo: g.bytes(0, MaxMemoBytes)}
		switch rng.IntN(3) {
		case 0:
			p.Proof = proof
		case 1:
			p.Signed = &census.Signed{Election: g.fixed(), Voter: g.address(), Weight: g.bytes(0, census.MaxWeightLen), Signature: g.bytes(65, 65)}
		case 2:
			p.Blind = &census.Blind{Class: census.Class{Weight: g.bytes(1, census.MaxWeightLen), Key: g.bytes(384, 384)}, Signature: g.bytes(384, 384)}
		}
		return p
	case KindSendTokens:
		return &SendTokens{g.u32(), maybe(g, g.address), g.address(), 1 + g.u64()/2}
	case KindSetAccountInfo:
		return &SetAccountInfo{g.u32(), maybe(g, g.address), g.text(MaxURIBytes)}
	case KindAddDelegate:
		return &AddDelegate{g.u32(), maybe(g, g.address), g.addresses(1)}
	case KindDelDelegate:
		return &DelDelegate{g.u32(), maybe(g, g.address), g.addresses(1)}
	case KindCollectFaucet:
		return &CollectFaucet{g.u32(), *g.faucet()}
	case KindCreateAccount:
		key := g.fixed()
		return &CreateAccount{
			Account: maybe(g, g.address), InfoURI: g.text(MaxURIBytes), Delegates: g.addresses(0),
			IdentityKey: maybe(g, func() []byte { return key[:] }), Faucet: maybe(g, g.faucet),
		}
	case KindSetValidator:
		return &SetValidator{g.u32(), maybe(g, g.address), g.bytes(33, 33), g.text(MaxNameBytes), g.bytes(65, 65)}
	}
	panic("a kind without a generator")
}

type generator struct{ *rand.Rand }

func maybe[V any](g generator, make func() V) (v V) {
	if g.bool() {
		return make()
	}
	return v
}

func (g generator) bool() bool  { return g.IntN(2) == 0 }
func (g generator) u32() uint32 { return g.Uint32() >> g.IntN(33) }
func (g generator) u64() uint64 { return g.Uint64() >> g.IntN(65) }

func (g generator) bytes(lo, hi int) []byte {
	n := lo + g.IntN(hi-lo+1)>>g.IntN(8)
	if n == 0 {
		return nil
	}
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(1 + g.IntN(255))
	}
	return b
}

func (g generator) fixed() [32]byte         { return [32]byte(g.bytes(32, 32)) }
func (g generator) address() ethkey.Address { return ethkey.Address(g.bytes(20, 20)) }

func (g generator) addresses(least int) (list []ethkey.Address) {
	for range least + g.IntN(5) {
		list = append(list, g.address())
	}
	return list
}

func (g generator) text(most int) string {
	const letters = `abcdefghijklmnopqrstuvwxyz/:.?&"<\ äßπ🗳`
	s := ""
	for r := []rune(letters); len(s) < most-4 && g.IntN(40) > 0; {
		s += string(r[g.IntN(len(r))])
	}
	return s
}

func (g generator) faucet() *FaucetPackage {
	p, err := SignFaucet(issuer, FaucetPayload{g.u64(), g.address(), 1 + g.u64()/2, g.text(MaxChainIDBytes), g.u64() % MaxTime})
	if err != nil {
		panic(fmt.Sprint(err))
	}
	return &p
}
