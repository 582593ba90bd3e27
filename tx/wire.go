package tx

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// Decode reads a signed transaction. It accepts one encoding of a message
// only: fields in ascending order, each once unless it repeats, no field that
// is unknown, numbers in their shortest form, no field that holds zero unless
// protobuf tracks its presence, nothing behind the end. What it returns lives
// in raw, which must not change afterwards. An error is a *Rejection.
func Decode(raw []byte) (*Tx, error) {
	t, r := decodeTx(raw)
	if r != nil {
		return nil, r
	}
	return t, nil
}

func decodeTx(raw []byte) (*Tx, *Rejection) {
	if len(raw) > MaxTxBytes {
		return nil, Reject(TxTooLarge, "%d bytes are more than %d", len(raw), MaxTxBytes)
	}
	t := new(Tx)
	if r := decode(envelopeFields, raw, t); r != nil {
		return nil, r
	}
	var r *Rejection
	if t.Payload, r = decodeBody(t.Body); r != nil {
		return nil, r
	}
	return t, nil
}

// decodeBody reads the one message that a transaction carries.
func decodeBody(body []byte) (Payload, *Rejection) {
	num, v, rest := consume(body)
	if v.typ != protowire.BytesType || len(rest) > 0 {
		return nil, Reject(MalformedTx, "the body is not one message")
	}
	k, r := kindOf(num, v.b)
	if r != nil {
		return nil, r
	}
	return forms[k].decode(v.b)
}

// kindOf names the kind of the message in field num of the body.
func kindOf(num protowire.Number, message []byte) (Kind, *Rejection) {
	switch num {
	case 1:
		return KindVote, nil
	case 2:
		return KindNewElection, nil
	case 4, 9:
		return kindByType(num, message)
	case 7:
		return KindSendTokens, nil
	case 10:
		return KindCollectFaucet, nil
	case 3, 12, 13, 14: // election keys and identity keys
		return 0, Reject(UnsupportedKind, "message %d is not accepted yet", num)
	case 5, 8, 11: // voter keys, the treasurer's costs, key keepers
		return 0, Reject(DeadKind, "message %d is no longer used", num)
	}
	return 0, Reject(MalformedTx, "no message has number %d", num)
}

// kindByType names the kind of a message that serves several, by its first
// field.
func kindByType(num protowire.Number, message []byte) (Kind, *Rejection) {
	first, v, _ := consume(message)
	if first != 1 || v.typ != protowire.VarintType {
		return 0, Reject(FieldRange, "txtype: missing")
	}
	if num == 4 && (v.n == 4 || v.n == 12) { // question index, results
		return 0, Reject(DeadKind, "txtype %d is no longer used", v.n)
	}
	if v.n < uint64(len(forms)) && forms[v.n].num == num {
		return Kind(v.n), nil
	}
	return 0, Reject(FieldRange, "txtype: %d does not fit the message", v.n)
}

// form is how payloads of one kind are written.
type form struct {
	num    protowire.Number // of the message that carries the kind
	decode func([]byte) (Payload, *Rejection)
	encode func([]byte, Payload) []byte
	json   func([]byte, Payload) []byte
}

// as makes the form of T from its fields and from what must hold between them.
func as[T any, P interface {
	*T
	Payload
}](num protowire.Number, fields []field[T], check func(*T) *Rejection) form {
	return form{
		num: num,
		decode: func(b []byte) (Payload, *Rejection) {
			p := new(T)
			if r := decode(fields, b, p); r != nil {
				return nil, r
			}
			if check != nil {
				if r := check(p); r != nil {
					return nil, r
				}
			}
			return P(p), nil
		},
		encode: func(b []byte, p Payload) []byte { return encode(b, fields, (*T)(p.(P))) },
		json:   func(b []byte, p Payload) []byte { return appendObject(b, fields, (*T)(p.(P))) },
	}
}

// decode fills dst from the fields of the message b.
func decode[T any](fields []field[T], b []byte, dst *T) *Rejection {
	next, count := 0, 0 // the field that may come, and how often it has
	for len(b) > 0 {
		num, v, rest := consume(b)
		if rest == nil {
			return Reject(MalformedTx, "not a field in its shortest form")
		}
		b = rest
		for ; next < len(fields) && fields[next].num < num; next, count = next+1, 0 {
			if r := fields[next].left(dst, count); r != nil {
				return r
			}
		}
		if next == len(fields) || fields[next].num != num || count > 0 && fields[next].times.max == 0 {
			return Reject(MalformedTx, "field %d is unknown, repeated or out of order", num)
		}
		if r := fields[next].take(dst, v); r != nil {
			return Reject(r.Code, "%s: %s", fields[next].name, r.Detail)
		}
		count++
	}
	for ; next < len(fields); next, count = next+1, 0 {
		if r := fields[next].left(dst, count); r != nil {
			return r
		}
	}
	return nil
}

// take checks a value and stores it.
func (f *field[T]) take(dst *T, v value) *Rejection {
	switch {
	case f.refuse != 0 && f.presence == optional && v.typ == protowire.BytesType && len(v.b) == 0:
		return nil
	case f.refuse != 0:
		return Reject(f.refuse, "may not be set")
	case f.member && len(v.b) == 0:
		return Reject(MalformedTx, "an empty choice is no choice")
	case f.in != nil && v.typ == protowire.BytesType:
		return decode(f.in, v.b, dst)
	case f.in != nil:
		return Reject(MalformedTx, "not a message")
	}
	place := f.at(dst)
	if v.typ != load(place).typ {
		return Reject(MalformedTx, "wrong wire type")
	}
	if r := f.bounds(v); r != nil {
		return r
	}
	if f.presence == implicit && v.isZero() {
		return Reject(MalformedTx, "a zero is written by leaving the field out")
	}
	return store(place, v)
}

func (f *field[T]) bounds(v value) *Rejection {
	if v.typ == protowire.VarintType {
		if v.n < f.min || v.n > f.max {
			return Reject(FieldRange, "%d is not between %d and %d", v.n, f.min, f.max)
		}
	} else if n := uint64(len(v.b)); n < f.min || n > f.max {
		return Reject(FieldLength, "%d bytes are not between %d and %d", n, f.min, f.max)
	}
	return nil
}

// left checks how often the field has come when no more of it can come.
func (f *field[T]) left(dst *T, count int) (r *Rejection) {
	switch {
	case f.times.max > 0 && (count < f.times.min || count > f.times.max):
		r = Reject(FieldLength, "%d entries are not between %d and %d", count, f.times.min, f.times.max)
	case f.times.max > 0 || count > 0:
		return nil
	case f.in != nil:
		r = decode(f.in, nil, dst)
	case f.min > 0:
		r = f.bounds(value{typ: load(f.at(dst)).typ})
	}
	if r != nil {
		return Reject(r.Code, "%s: %s", f.name, r.Detail)
	}
	return nil
}

// consume takes the first field of a message. The rest is nil if the field is
// cut off, not in its shortest form or of a wire type that no message uses.
func consume(b []byte) (num protowire.Number, v value, rest []byte) {
	tag, b := uvarint(b)
	switch v.typ = protowire.Type(tag & 7); {
	case b == nil || tag>>3 > uint64(protowire.MaxValidNumber):
		return 0, value{typ: -1}, nil
	case v.typ == protowire.VarintType:
		v.n, rest = uvarint(b)
	case v.typ == protowire.BytesType:
		var n uint64
		if n, b = uvarint(b); b != nil && n <= uint64(len(b)) {
			v.b, rest = b[:n:n], b[n:]
		}
	}
	if rest == nil {
		return 0, value{typ: -1}, nil
	}
	return protowire.Number(tag >> 3), v, rest
}

// uvarint takes a number in its shortest form; otherwise the rest is nil.
func uvarint(b []byte) (v uint64, rest []byte) {
	v, n := protowire.ConsumeVarint(b)
	if n < 0 || n != protowire.SizeVarint(v) {
		return 0, nil
	}
	return v, b[n:]
}

// encode appends the fields of src that are not zero.
func encode[T any](b []byte, fields []field[T], src *T) []byte {
	for i := range fields {
		switch f := &fields[i]; {
		case f.refuse != 0:
		case f.in != nil:
			b = f.append(b, octets(encode(nil, f.in, src)))
		default:
			place := f.at(src)
			list, many := entries(place)
			for _, v := range list {
				b = f.append(b, v)
			}
			if !many {
				b = f.append(b, load(place))
			}
		}
	}
	return b
}

func (f *field[T]) append(b []byte, v value) []byte {
	if v.isZero() {
		return b
	}
	b = protowire.AppendTag(b, f.num, v.typ)
	if v.typ == protowire.VarintType {
		return protowire.AppendVarint(b, v.n)
	}
	return protowire.AppendBytes(b, v.b)
}
