package tx

import (
	"bytes"
	"math/big"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// A body that every test of strictness starts from:
//
//	setProcess { txtype: 28, nonce: 1, processId: 32 bytes, duration: 300 }
func strictFields() (txtype, nonce, processID, duration []byte) {
	return []byte{0x08, 28}, []byte{0x10, 1}, append([]byte{0x1a, 32}, bytes.Repeat([]byte{'e'}, 32)...), []byte{0x58, 0xac, 0x02}
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestOneMessageHasOneEncoding(t *testing.T) {
	txtype, nonce, id, duration := strictFields()
	body := func(parts ...[]byte) []byte { return member(4, string(join(parts...))) }
	good := body(txtype, nonce, id, duration)
	if _, err := Decode(envelope(good, nil)); err != nil {
		t.Fatalf("the body that all others are made from: %v", err)
	}
	tagged := func(num protowire.Number, typ protowire.Type, rest ...byte) []byte {
		return append(protowire.AppendTag(nil, num, typ), rest...)
	}
	raw := envelope(good, nil)
	for name, raw := range map[string][]byte{
		"an unknown field":                     envelope(body(txtype, nonce, id, duration, tagged(999, protowire.VarintType, 1)), nil),
		"an unknown field of ours":             envelope(body(txtype, nonce, id, duration, tagged(1001, protowire.VarintType, 1)), nil),
		"a field number of zero":               envelope(body(txtype, nonce, id, duration, []byte{0x00, 1}), nil),
		"a field number too large":             envelope(body(txtype, nonce, id, duration, []byte{0x80, 0x80, 0x80, 0x80, 0x10, 1}), nil),
		"fields out of order":                  envelope(body(txtype, id, nonce, duration), nil),
		"a field twice":                        envelope(body(txtype, nonce, nonce, id, duration), nil),
		"the last field twice":                 envelope(body(txtype, nonce, id, duration, duration), nil),
		"a number that is longer than need be": envelope(body(txtype, []byte{0x10, 0x81, 0x00}, id, duration), nil),
		"a tag that is longer than need be":    envelope(body(txtype, []byte{0x90, 0x00, 1}, id, duration), nil),
		"a length that is longer than need be": envelope(body(txtype, nonce, join([]byte{0x1a, 0xa0, 0x00}, id[2:]), duration), nil),
		"a number of more than 64 bits":        envelope(body(txtype, join([]byte{0x10}, bytes.Repeat([]byte{0xff}, 10)), id, duration), nil),
		"a zero that should be left out":       envelope(body(txtype, []byte{0x10, 0}, id, duration), nil),
		"a number where bytes belong":          envelope(body(txtype, nonce, []byte{0x18, 1}, duration), nil),
		"bytes where a number belongs":         envelope(body(txtype, []byte{0x12, 1, 1}, id, duration), nil),
		"a fixed number":                       envelope(body(txtype, tagged(2, protowire.Fixed32Type, 1, 0, 0, 0), id, duration), nil),
		"a group":                              envelope(body(txtype, tagged(2, protowire.StartGroupType), tagged(2, protowire.EndGroupType), id, duration), nil),
		"a field that is cut off":              envelope(member(4, string(join(txtype, nonce, id)[:20])), nil),
		"two messages":                         envelope(join(good, good), nil),
		"bytes behind the message":             envelope(join(good, []byte{0}), nil),
		"a body that is a number":              envelope([]byte{0x20, 1}, nil),
		"bytes behind the signature":           append(envelope(good, nil), 0),
		"a third field in the envelope":        append(envelope(good, nil), 0x1a, 0),
		"the signature before the body":        join(protowire.AppendBytes([]byte{0x12}, nil), protowire.AppendBytes([]byte{0x0a}, good)),
		"two signatures":                       append(envelope(good, nil), 0x12, 0),
		"an envelope that is cut off":          raw[:len(raw)-3],
		"a string that is not UTF-8":           envelope(member(9, "\x08\x11\x1a\x01\xff"), nil),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode(raw)
			wantRejection(t, err, MalformedTx)
		})
	}
}

// The order of secp256k1 (SEC 2, section 2.4.1).
var order, _ = new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)

func TestOnlyOneFormOfASignatureIsTaken(t *testing.T) {
	raw, err := Sign(signer, testChain, examples(t)[0].payload)
	if err != nil {
		t.Fatal(err)
	}
	good, err := Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Verify(testChain, raw)
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(sig []byte) []byte) []byte {
		return envelope(good.Body, change(bytes.Clone(good.Signature)))
	}
	for v := range 256 {
		got, err := Verify(testChain, with(func(sig []byte) []byte { sig[64] = byte(v); return sig }))
		switch {
		case byte(v) == good.Signature[64] || byte(v) == good.Signature[64]-27:
			if err != nil || got.ID != want.ID || got.Signer != want.Signer {
				t.Errorf("v %d: %v, id %v, want %s", v, err, got, want.ID)
			}
		case v == 0 || v == 1 || v == 27 || v == 28:
			if err == nil && got.Signer == want.Signer {
				t.Errorf("v %d: still signed by %s", v, got.Signer)
			}
		default:
			wantRejection(t, err, BadSignature)
		}
	}
	for name, change := range map[string]func([]byte) []byte{
		"no bytes":                 func([]byte) []byte { return nil },
		"64 bytes":                 func(sig []byte) []byte { return sig[:64] },
		"66 bytes":                 func(sig []byte) []byte { return append(sig, 0) },
		"a leading zero":           func(sig []byte) []byte { return append([]byte{0}, sig...) },
		"r of zero":                func(sig []byte) []byte { clear(sig[:32]); return sig },
		"s of zero":                func(sig []byte) []byte { clear(sig[32:64]); return sig },
		"r beyond the order":       func(sig []byte) []byte { order.FillBytes(sig[:32]); return sig },
		"the higher of the two s":  func(sig []byte) []byte { higher(sig); return sig },
		"the higher s, v as it is": func(sig []byte) []byte { v := sig[64]; higher(sig); sig[64] = v; return sig },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Verify(testChain, with(change))
			wantRejection(t, err, BadSignature)
		})
	}
}

// higher replaces s by the order minus s, which ECDSA takes as well.
func higher(sig []byte) {
	s := new(big.Int).SetBytes(sig[32:64])
	new(big.Int).Sub(order, s).FillBytes(sig[32:64])
	sig[64] = 27 + 28 - sig[64]
}

func TestFieldsStayWithinTheirBounds(t *testing.T) {
	txtype, nonce, id, _ := strictFields()
	for v, ok := range map[uint64]bool{
		0: false, 1: true, MaxDuration: true, MaxDuration + 1: false, 1 << 32: false, 1<<32 + 1: false, 1<<64 - 1: false,
	} {
		duration := protowire.AppendVarint(protowire.AppendTag(nil, 11, protowire.VarintType), v)
		_, err := Decode(envelope(member(4, string(join(txtype, nonce, id, duration))), nil))
		if ok && err != nil {
			t.Errorf("duration %d: %v", v, err)
		}
		if !ok {
			wantRejection(t, err, FieldRange)
		}
	}
}
