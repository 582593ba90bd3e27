package tx

import (
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
)

// field ties a field of a wire message to its place in the domain type T. The
// tables of fields in messages.go are all that the code knows of the wire:
// decoding, encoding and JSON follow them.
type field[T any] struct {
	num      protowire.Number
	name     string       // on the wire and in JSON
	at       func(*T) any // where the value lives: a pointer that load and store know
	min, max uint64       // of a number, or of a length in bytes; with min above 0 it must be there
	presence presence
	times    span       // how often it comes, if it may come more than once
	in       []field[T] // for a message whose fields live in the same T
	refuse   Code       // for a field that may not be set: the reason
	shows    string     // for a field that may not be set: what JSON shows
	member   bool       // of a oneof: not written when empty, not shown when absent
}

type span struct{ min, max int }

// presence says how a zero (number, length) may be written.
type presence uint8

const (
	implicit presence = iota // the wire leaves a zero out, JSON shows it
	optional                 // the wire may write a zero, JSON leaves it out
	shown                    // the wire may write a zero, JSON shows it
)

// at makes a field with a place and bounds.
func at[T any](num protowire.Number, name string, lo, hi uint64, place func(*T) any) field[T] {
	return field[T]{num: num, name: name, at: place, min: lo, max: hi}
}

// within makes a field that is a message.
func within[T any](num protowire.Number, name string, fields ...field[T]) field[T] {
	return field[T]{num: num, name: name, in: fields}
}

// kind makes the field that names the kind of a transaction.
func kind[T any](k Kind) field[T] {
	return at(1, "txtype", uint64(k), uint64(k), func(*T) any { return k })
}

// refused makes a field that the wire knows and nobody may set.
func refused[T any](num protowire.Number, name, shows string) field[T] {
	return field[T]{num: num, name: name, refuse: FieldRange, shows: shows}
}

func (f field[T]) optional() field[T]       { f.presence = optional; return f }
func (f field[T]) shown() field[T]          { f.presence = shown; return f }
func (f field[T]) many(lo, hi int) field[T] { f.times = span{lo, hi}; return f }
func (f field[T]) because(c Code) field[T]  { f.refuse = c; return f }
func (f field[T]) choice() field[T]         { f.member = true; return f }

// value is what stands in a field: a varint or a string of bytes.
type value struct {
	typ protowire.Type
	n   uint64
	b   []byte
}

func number(n uint64) value { return value{typ: protowire.VarintType, n: n} }
func octets(b []byte) value { return value{typ: protowire.BytesType, b: b} }

func (v value) isZero() bool { return v.n == 0 && len(v.b) == 0 }

// Places that need more than their Go type to tell what stands in them.
type (
	anyKind     Kind          // a kind that clients do not agree on; the message alone tells
	startStatus bool          // READY (false) or PAUSED (true)
	firstRoot   NewElection   // a root, or an issuer's key; a blind issuer's is not written
	newRoot     SetCensus     // a root, or an issuer's key
	issuerType  uint32        // how an issuer signs
	proofHash   uint32        // hash function of a census proof
	proofKey    uint32        // how a census proof's key is made
	noNonce     struct{}      // a nonce that must be zero
	rawPayload  FaucetPackage // the signed bytes of the package and what they say
)

// issuerECDSA is the one type of issuer's signature that is accepted. The wire
// has three more: salted, blind, and blind and salted.
const issuerECDSA issuerType = 1

// store puts a value that is within its bounds where it belongs.
func store(place any, v value) *Rejection {
	switch p := place.(type) {
	case *uint32:
		*p = uint32(v.n)
	case *proofHash:
		*p = proofHash(v.n)
	case *proofKey:
		*p = proofKey(v.n)
	case *uint64:
		*p = v.n
	case *bool:
		*p = v.n == 1
	case *election.Status:
		*p = election.Status(v.n)
	case *startStatus:
		if *p = v.n == uint64(election.Paused); !*p && v.n != uint64(election.Ready) {
			return Reject(FieldRange, "an election starts as READY or PAUSED")
		}
	case *census.Origin:
		return storeOrigin(p, v.n)
	case issuerType:
		switch v.n {
		case 1:
		case 2:
			return Reject(SaltedCredential, "a salt that every election of an organisation shares binds nothing")
		case 3, 4:
			return Reject(LegacyBlind, "sessions of this scheme, open at the same time, give one signature too many")
		default:
			return Reject(BadProofKind, "an issuer's signature has no type %d", v.n)
		}
	case **census.Signed:
		*p = new(census.Signed)
		return decode(issuerFields, v.b, *p)
	case **census.Blind:
		*p = new(census.Blind)
		return decode(credentialFields, v.b, *p)
	case *[]census.Class:
		*p = append(*p, census.Class{})
		return decode(classFields, v.b, &(*p)[len(*p)-1])
	case *[]Issued:
		*p = append(*p, Issued{})
		return decode(issuedFields, v.b, &(*p)[len(*p)-1])
	case *[]byte:
		if *p = v.b; len(v.b) == 0 {
			*p = nil
		}
	case *string:
		return storeText(p, v.b)
	case **string:
		if *p = nil; len(v.b) > 0 {
			*p = new(string)
			return storeText(*p, v.b)
		}
	case *ethkey.Address:
		return storeFixed(p[:], v.b)
	case *[]ethkey.Address:
		*p = append(*p, ethkey.Address{})
		return storeFixed((*p)[len(*p)-1][:], v.b)
	case *election.ID:
		return storeFixed(p[:], v.b)
	case **election.ID:
		*p = new(election.ID)
		return storeFixed((*p)[:], v.b)
	case *firstRoot:
		if len(v.b) == ethkey.PublicKeyLen {
			p.IssuerKey = v.b
			return nil
		}
		return storeFixed(p.CensusRoot[:], v.b)
	case *newRoot:
		switch len(v.b) {
		case 0:
		case ethkey.PublicKeyLen:
			p.IssuerKey = v.b
		default:
			p.Root = new(census.Root)
			return storeFixed(p.Root[:], v.b)
		}
	case **FaucetPackage:
		*p = new(FaucetPackage)
		return storeFaucet(*p, v.b)
	case *FaucetPackage:
		return storeFaucet(p, v.b)
	case *rawPayload:
		p.Raw = v.b
		return decode(faucetPayloadFields, v.b, &p.Payload)
	}
	return nil
}

func storeOrigin(o *census.Origin, n uint64) *Rejection {
	var ok bool
	if *o, ok = census.FromWire(n); !ok {
		return Reject(UnsupportedCensus, "census origin %d is not accepted", n)
	}
	return nil
}

// storeText asks for UTF-8, as protobuf does, without control characters: the
// texts that wallets show for signing contain these strings.
func storeText(p *string, b []byte) *Rejection {
	if !utf8.Valid(b) {
		return Reject(MalformedTx, "not UTF-8")
	}
	for _, c := range b {
		if c < ' ' || c == 0x7f {
			return Reject(FieldRange, "contains a control character")
		}
	}
	*p = string(b)
	return nil
}

// storeFixed fills dst, which zero bytes would leave as if nothing had come.
func storeFixed(dst, b []byte) *Rejection {
	if len(b) == 0 {
		return nil
	}
	if len(b) != len(dst) {
		return Reject(FieldLength, "%d bytes instead of %d", len(b), len(dst))
	}
	copy(dst, b)
	for _, c := range b {
		if c != 0 {
			return nil
		}
	}
	return Reject(FieldRange, "nothing but zeros")
}

func storeFaucet(p *FaucetPackage, b []byte) *Rejection {
	if r := decode(faucetFields, b, p); r != nil {
		return Reject(BadFaucetPackage, "%s", r.Detail)
	}
	return nil
}

// load tells what stands in a place; the type is right even if nothing does.
func load(place any) value {
	switch p := place.(type) {
	case Kind:
		return number(uint64(p))
	case anyKind:
		return number(uint64(p))
	case noNonce:
		return number(0)
	case *uint32:
		return number(uint64(*p))
	case *proofHash:
		return number(uint64(*p))
	case *proofKey:
		return number(uint64(*p))
	case *uint64:
		return number(*p)
	case *bool:
		if *p {
			return number(1)
		}
		return number(0)
	case *election.Status:
		return number(uint64(*p))
	case *startStatus:
		if *p {
			return number(uint64(election.Paused))
		}
		return number(uint64(election.Ready))
	case *census.Origin:
		return number(p.Wire())
	case issuerType:
		return number(uint64(p))
	case **census.Signed:
		if *p != nil {
			return octets(encode(nil, issuerFields, *p))
		}
	case **census.Blind:
		if *p != nil {
			return octets(encode(nil, credentialFields, *p))
		}
	case *[]byte:
		return octets(*p)
	case *string:
		return octets([]byte(*p))
	case **string:
		if *p != nil {
			return octets([]byte(**p))
		}
	case *ethkey.Address:
		return fixed(p[:], p.IsZero())
	case *election.ID:
		return fixed(p[:], *p == election.ID{})
	case **election.ID:
		if *p != nil {
			return octets((*p)[:])
		}
	case *firstRoot:
		switch {
		case p.IssuerKey != nil:
			return octets(p.IssuerKey)
		case p.CensusOrigin != census.BlindIssuer:
			return fixed(p.CensusRoot[:], p.CensusRoot == census.Root{})
		}
	case *newRoot:
		switch {
		case p.IssuerKey != nil:
			return octets(p.IssuerKey)
		case p.Root != nil:
			return octets(p.Root[:])
		}
	case **FaucetPackage:
		if *p != nil {
			return octets(encode(nil, faucetFields, *p))
		}
	case *FaucetPackage:
		return octets(encode(nil, faucetFields, p))
	case *rawPayload:
		return octets(p.Raw)
	}
	return octets(nil)
}

// entries lists the values of a field that repeats; many tells whether it does.
func entries(place any) (list []value, many bool) {
	switch p := place.(type) {
	case *[]ethkey.Address:
		for i := range *p {
			list = append(list, octets((*p)[i][:]))
		}
	case *[]census.Class:
		for i := range *p {
			list = append(list, octets(encode(nil, classFields, &(*p)[i])))
		}
	case *[]Issued:
		for i := range *p {
			list = append(list, octets(encode(nil, issuedFields, &(*p)[i])))
		}
	default:
		return nil, false
	}
	return list, true
}

func fixed(b []byte, zero bool) value {
	if zero {
		return octets(nil)
	}
	return octets(b)
}
