package tx

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"urna/census"
	"urna/crypto/ethkey"
	"urna/election"
)

// JSON shows a payload as the HTTP API does: an object with one member, named
// for the message of the wire. Bytes are hex, 64-bit numbers are strings,
// enumerations are names. Fields that the sender must leave out are shown with
// the values that clients expect.
func JSON(p Payload) any {
	b := append([]byte(`{"`), p.Kind().Type()...)
	b = append(b, `":`...)
	return document(append(forms[p.Kind()].json(b, p), '}'))
}

// document is JSON that is ready.
type document []byte

// MarshalJSON implements json.Marshaler.
func (d document) MarshalJSON() ([]byte, error) { return d, nil }

// appendObject writes the fields of src.
func appendObject[T any](b []byte, fields []field[T], src *T) []byte {
	b = append(b, '{')
	start := len(b)
	for i := range fields {
		f := &fields[i]
		if f.hidden(src) {
			continue
		}
		if len(b) > start {
			b = append(b, ',')
		}
		b = append(appendString(b, f.name), ':')
		switch {
		case f.refuse != 0:
			b = append(b, f.shows...)
		case f.in != nil:
			b = appendObject(b, f.in, src)
		default:
			b = appendPlace(b, f.at(src), f.max > math.MaxUint32)
		}
	}
	return append(b, '}')
}

func (f *field[T]) hidden(src *T) bool {
	switch {
	case f.refuse != 0:
		return f.shows == ""
	case f.member && f.in != nil:
		return len(encode(nil, f.in, src)) == 0
	case f.member:
		return load(f.at(src)).isZero()
	case f.num >= ours && f.times.max > 0: // lists that the wire's own clients do not know
		list, _ := entries(f.at(src))
		return len(list) == 0
	}
	return f.presence == optional && load(f.at(src)).isZero()
}

// appendPlace writes the value in a place, see load; wide numbers are strings.
func appendPlace(b []byte, place any, wide bool) []byte {
	switch p := place.(type) {
	case Kind:
		return appendString(b, p.wireName())
	case anyKind:
		return appendString(b, Kind(p).wireName())
	case *bool:
		return strconv.AppendBool(b, *p)
	case *election.Status:
		return appendString(b, p.String())
	case *startStatus:
		return appendString(b, election.Status(load(p).n).String())
	case *census.Origin:
		return appendString(b, p.String())
	case *proofHash:
		return appendName(b, uint32(*p), "BLAKE2B", "POSEIDON")
	case *proofKey:
		return appendName(b, uint32(*p), "PUBKEY", "ADDRESS")
	case *string:
		return appendString(b, *p)
	case **string:
		return appendString(b, string(load(p).b))
	case *[]ethkey.Address:
		b = append(b, '[')
		for i, a := range *p {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, a.String())
		}
		return append(b, ']')
	case *[]census.Class:
		return appendList(b, classFields, *p)
	case *[]Issued:
		return appendList(b, issuedFields, *p)
	case **census.Signed:
		return appendObject(b, issuerFields, *p)
	case **census.Blind:
		return appendObject(b, credentialFields, *p)
	case issuerType:
		return appendString(b, "ECDSA")
	case *FaucetPackage:
		return appendObject(b, faucetFields, p)
	case **FaucetPackage:
		return appendObject(b, faucetFields, *p)
	}
	v := load(place)
	if v.typ == protowire.BytesType {
		return appendString(b, hex.EncodeToString(v.b))
	}
	if wide {
		return appendString(b, strconv.FormatUint(v.n, 10))
	}
	return strconv.AppendUint(b, v.n, 10)
}

func appendList[T any](b []byte, fields []field[T], list []T) []byte {
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendObject(b, fields, &list[i])
	}
	return append(b, ']')
}

func appendName(b []byte, n uint32, names ...string) []byte {
	if n < uint32(len(names)) {
		return appendString(b, names[n])
	}
	return strconv.AppendUint(b, uint64(n), 10)
}

// appendString writes a JSON string. It leaves nothing for a browser to take
// for markup.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ' || strings.ContainsRune("<>&\u2028\u2029\x7f", r):
			b = append(b, '\\', 'u')
			b = append(b, strconv.FormatUint(0x10000+uint64(r), 16)[1:]...)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
