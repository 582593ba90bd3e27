package tx

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// mutation is a body in which one field says something else.
type mutation struct {
	field string
	body  []byte
}

// mutations change each field of a body in turn, at any depth: those that are
// there and those that could be.
func mutations(t *testing.T, body []byte) (list []mutation) {
	t.Helper()
	root := newMessage(t, "Tx")
	if err := proto.Unmarshal(body, root); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, find func(*dynamicpb.Message) protoreflect.Message)
	walk = func(path string, find func(*dynamicpb.Message) protoreflect.Message) {
		here := find(root)
		change := func(fd protoreflect.FieldDescriptor, what string, to func(protoreflect.Message)) {
			m := proto.Clone(root).(*dynamicpb.Message)
			to(find(m))
			list = append(list, mutation{fmt.Sprintf("%s.%s %s", path, fd.Name(), what), marshal(t, m)})
		}
		fields := here.Descriptor().Fields()
		for i := range fields.Len() {
			fd := fields.Get(i)
			if oneof := fd.ContainingOneof(); oneof != nil && !oneof.IsSynthetic() && !here.Has(fd) {
				continue
			}
			if here.Has(fd) {
				change(fd, "left out", func(m protoreflect.Message) { m.Clear(fd) })
			}
			switch {
			case fd.IsList() && fd.Message() != nil:
				change(fd, "longer", func(m protoreflect.Message) { m.Mutable(fd).List().AppendMutable() })
				for j := range here.Get(fd).List().Len() {
					walk(fmt.Sprintf("%s.%s[%d]", path, fd.Name(), j), func(m *dynamicpb.Message) protoreflect.Message {
						return find(m).Mutable(fd).List().Get(j).Message()
					})
				}
			case fd.IsList():
				change(fd, "longer", func(m protoreflect.Message) {
					list := m.Mutable(fd).List()
					list.Append(other(fd, list.NewElement())[0])
				})
				for j := range here.Get(fd).List().Len() {
					for _, v := range other(fd, here.Get(fd).List().Get(j)) {
						change(fd, "entry", func(m protoreflect.Message) { m.Mutable(fd).List().Set(j, v) })
					}
				}
			case fd.Message() != nil && here.Has(fd):
				walk(path+"."+string(fd.Name()), func(m *dynamicpb.Message) protoreflect.Message { return find(m).Mutable(fd).Message() })
			case fd.Message() == nil:
				for _, v := range other(fd, here.Get(fd)) {
					change(fd, fmt.Sprint(v), func(m protoreflect.Message) { m.Set(fd, v) })
				}
			}
		}
	}
	walk("tx", func(m *dynamicpb.Message) protoreflect.Message { return m })
	return list
}

// other gives values of a field that are not v.
func other(fd protoreflect.FieldDescriptor, v protoreflect.Value) (list []protoreflect.Value) {
	switch fd.Kind() {
	case protoreflect.BoolKind:
		return append(list, protoreflect.ValueOfBool(!v.Bool()))
	case protoreflect.Uint32Kind:
		n := uint32(v.Uint())
		return append(list, protoreflect.ValueOfUint32(n+1), protoreflect.ValueOfUint32(n^1<<31))
	case protoreflect.Uint64Kind:
		return append(list, protoreflect.ValueOfUint64(v.Uint()+1), protoreflect.ValueOfUint64(v.Uint()^1<<63))
	case protoreflect.EnumKind:
		for i := range fd.Enum().Values().Len() {
			if n := fd.Enum().Values().Get(i).Number(); n != v.Enum() {
				list = append(list, protoreflect.ValueOfEnum(n))
			}
		}
		return list
	case protoreflect.StringKind:
		return append(list, protoreflect.ValueOfString(v.String()+"x"))
	}
	b := v.Bytes()
	if len(b) == 0 {
		return append(list, protoreflect.ValueOfBytes([]byte{1}))
	}
	for _, i := range []int{0, len(b) / 2, len(b) - 1} {
		c := bytes.Clone(b)
		c[i] ^= 1
		list = append(list, protoreflect.ValueOfBytes(c))
	}
	return append(list, protoreflect.ValueOfBytes(append(bytes.Clone(b), 1)), protoreflect.ValueOfBytes(b[1:]))
}

func TestASignatureServesOneBodyOnly(t *testing.T) {
	for _, e := range examples(t) {
		raw, err := Sign(signer, testChain, e.payload)
		if err != nil {
			t.Fatal(err)
		}
		good, _ := Decode(raw)
		want, err := Verify(testChain, raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mutations(t, good.Body) {
			got, err := Verify(testChain, envelope(m.body, good.Signature))
			if err != nil {
				wantNamed(t, e.name+" "+m.field, err)
			} else if got.Signer == want.Signer || got.ID == want.ID {
				t.Errorf("%s: %s: the signature still serves", e.name, m.field)
			}
		}
		for chain := range map[string]bool{"": true, testChain + "0": true, testChain[1:]: true} {
			if got, err := Verify(chain, raw); err != nil {
				wantNamed(t, e.name, err)
			} else if got.Signer == want.Signer {
				t.Errorf("%s: the signature serves chain %q", e.name, chain)
			}
		}
	}
}

func TestEveryFieldHasAMeaning(t *testing.T) {
	// Signed again by the same key, a body that differs in any field must be
	// refused or mean something else. Nothing that a client can say is dropped.
	indifferent := []string{"tx.sendTokens.txtype", "tx.collectFaucet.txType"}
	for _, e := range examples(t) {
		body, err := Encode(e.payload)
		if err != nil {
			t.Fatal(err)
		}
		original, err := Verify(testChain, sign(t, signer, body))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mutations(t, body) {
			if _, r := decodeBody(m.body); r != nil {
				wantNamed(t, e.name+" "+m.field, r)
				continue
			}
			got, err := Verify(testChain, sign(t, signer, m.body))
			if err != nil {
				wantNamed(t, e.name+" "+m.field, err)
				continue
			}
			if got.ID == original.ID {
				t.Errorf("%s: %s: the same id", e.name, m.field)
			}
			same := reflect.DeepEqual(got.Payload, original.Payload)
			filled := m.field == "tx.sendTokens.from left out" || m.field == "tx.setAccount.account left out"
			if same && !filled && !slices.ContainsFunc(indifferent, func(f string) bool { return bytes.HasPrefix([]byte(m.field), []byte(f)) }) {
				t.Errorf("%s: %s: the same meaning", e.name, m.field)
			}
		}
	}
}

// wantNamed asks that err is a rejection on the list.
func wantNamed(t testing.TB, what string, err error) {
	t.Helper()
	if r := (*Rejection)(nil); !errors.As(err, &r) || !slices.Contains(Codes, r.Code) || r.Code >= 200 {
		t.Errorf("%s: %v is no rejection that follows from bytes", what, err)
	}
}
