package tx

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// seed adds every recorded and every golden transaction.
func seed(f *testing.F) {
	f.Helper()
	for _, rec := range recordings(f) {
		f.Add(rec.Raw)
	}
	for _, e := range examples(f) {
		raw, err := Sign(signer, testChain, e.payload)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
}

// FuzzDecode: what is decoded and encoded again is the smallest form of the
// message, as a real protobuf writes it after these two changes: a field whose
// presence is tracked and which holds zero, or an empty message, is left out;
// and the type that clients do not agree on is ours. Without such fields the
// bytes come back as they were.
func FuzzDecode(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := Decode(raw)
		if err != nil {
			wantNamed(t, "Decode", err)
			return
		}
		again, err := Encode(got.Payload)
		if err != nil {
			t.Fatalf("decoded, but not encoded: %v", err)
		}
		m := newMessage(t, "Tx")
		if err := proto.Unmarshal(got.Body, m); err != nil {
			t.Fatalf("decoded, but not by a real protobuf: %v", err)
		}
		minimise(m)
		if want := marshal(t, m); !bytes.Equal(again, want) {
			t.Fatalf("\n got %x\nwant %x", again, want)
		}
		back, r := decodeBody(again)
		if r != nil || !reflect.DeepEqual(back, got.Payload) {
			t.Fatalf("%v: %+v is not %+v", r, back, got.Payload)
		}
		if signed := encode(nil, envelopeFields, got); !bytes.Equal(signed, raw) && len(got.Signature) > 0 {
			t.Fatalf("envelope:\n got %x\nwant %x", signed, raw)
		}
	})
}

func minimise(m protoreflect.Message) {
	switch name := m.Descriptor().Name(); name {
	case "SendTokensTx":
		m.Set(m.Descriptor().Fields().ByName("txtype"), protoreflect.ValueOfEnum(protoreflect.EnumNumber(KindSendTokens)))
	case "CollectFaucetTx":
		m.Set(m.Descriptor().Fields().ByName("txType"), protoreflect.ValueOfEnum(protoreflect.EnumNumber(KindCollectFaucet)))
	}
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		empty := false
		switch {
		case fd.IsList():
		case fd.Message() != nil:
			minimise(v.Message())
			v.Message().Range(func(protoreflect.FieldDescriptor, protoreflect.Value) bool { empty = true; return false })
			empty = !empty
		case fd.Kind() == protoreflect.BytesKind:
			empty = len(v.Bytes()) == 0
		default:
			empty = v.Equal(fd.Default())
		}
		if empty {
			m.Clear(fd)
		}
		return true
	})
}

// FuzzVerify: any bytes get a verdict, the same one each time; what is taken
// has a signer, and another chain does not take it from the same signer.
func FuzzVerify(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, chain := range []string{testChain, "vocdoni/TEST/1"} {
			got, err := Verify(chain, raw)
			again, err2 := Verify(chain, bytes.Clone(raw))
			if !reflect.DeepEqual(got, again) || !reflect.DeepEqual(err, err2) {
				t.Fatalf("two verdicts: %+v %v, %+v %v", got, err, again, err2)
			}
			if err != nil {
				wantNamed(t, "Verify", err)
				continue
			}
			if got.Signer.IsZero() || !slices.Contains(Kinds, got.Payload.Kind()) || got.Size != len(raw) {
				t.Fatalf("%+v", got)
			}
			elsewhere, err := Verify(chain+"x", raw)
			if r := (*Rejection)(nil); err != nil && !errors.As(err, &r) || err == nil && elsewhere.Signer == got.Signer {
				t.Fatalf("taken on another chain: %+v %v", elsewhere, err)
			}
		}
	})
}
