package tx

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"urna/census"
	"urna/crypto/ethkey"
)

// Encode writes the body of a transaction. It refuses, with a *Rejection, what
// Decode would refuse.
func Encode(p Payload) ([]byte, error) {
	f := &forms[p.Kind()]
	body := protowire.AppendTag(nil, f.num, protowire.BytesType)
	body = protowire.AppendBytes(body, f.encode(nil, p))
	if _, r := decodeBody(body); r != nil {
		return nil, r
	}
	return body, nil
}

// Sign writes and signs a transaction.
func Sign(key *ethkey.Key, chainID string, p Payload) ([]byte, error) {
	body, err := Encode(p)
	if err != nil {
		return nil, err
	}
	t := &Tx{Body: body, Payload: p}
	if t.Signature, err = key.Sign(t.Text(chainID)); err != nil {
		return nil, err
	}
	return encode(nil, envelopeFields, t), nil
}

// EncodeBundle writes what an issuer signs for the voter that p names.
func EncodeBundle(p *census.Signed) []byte { return encode(nil, bundleFields, p) }

// DecodeBundle reads what an issuer is asked to sign. It takes the one form of
// a bundle only; an error is a *Rejection.
func DecodeBundle(b []byte) (*census.Signed, error) {
	p := new(census.Signed)
	if r := decode(bundleFields, b, p); r != nil {
		return nil, r
	}
	if again := EncodeBundle(p); !bytes.Equal(again, b) {
		return nil, Reject(MalformedTx, "not the one form of a bundle")
	}
	if len(p.Weight) > 0 {
		if _, ok := (&census.Class{Weight: p.Weight}).Amount(); !ok {
			return nil, Reject(BadProof, "the weight is not in its shortest form")
		}
	}
	return p, nil
}

// SignBundle is an issuer's signature for the voter that p names.
func SignBundle(key *ethkey.Key, p *census.Signed) ([]byte, error) {
	return key.Sign(EncodeBundle(p))
}

// SignFaucet writes and signs a promise of tokens.
func SignFaucet(key *ethkey.Key, p FaucetPayload) (FaucetPackage, error) {
	raw := encode(nil, faucetPayloadFields, &p)
	if r := decode(faucetPayloadFields, raw, new(FaucetPayload)); r != nil {
		return FaucetPackage{}, r
	}
	sig, err := key.Sign(raw)
	if err != nil {
		return FaucetPackage{}, err
	}
	return FaucetPackage{Raw: raw, Signature: sig, Payload: p}, nil
}

// The text of a faucet package is base64 of these parts around the base64 of
// the payload and of the signature: a JSON object.
const faucetHead, faucetMiddle, faucetTail = `{"faucetPayload":"`, `","signature":"`, `"}`

// ErrFaucetText reports a text that MarshalText would not write.
var ErrFaucetText = errors.New("not the text of a faucet package")

// MarshalText writes the package as the HTTP API hands it to clients.
func (p FaucetPackage) MarshalText() ([]byte, error) {
	enc := base64.StdEncoding
	object := faucetHead + enc.EncodeToString(p.Raw) + faucetMiddle + enc.EncodeToString(p.Signature) + faucetTail
	return enc.AppendEncode(nil, []byte(object)), nil
}

// UnmarshalText reads what MarshalText writes.
func (p *FaucetPackage) UnmarshalText(text []byte) error {
	enc := base64.StdEncoding.Strict()
	object, err := enc.AppendDecode(nil, text)
	if err != nil {
		return ErrFaucetText
	}
	inner, headed := strings.CutPrefix(string(object), faucetHead)
	inner, tailed := strings.CutSuffix(inner, faucetTail)
	payload, signature, split := strings.Cut(inner, faucetMiddle)
	raw, errRaw := enc.DecodeString(payload)
	sig, errSig := enc.DecodeString(signature)
	if !headed || !tailed || !split || errRaw != nil || errSig != nil {
		return ErrFaucetText
	}
	q := FaucetPackage{Raw: raw, Signature: sig}
	if r := storeFaucet(&q, encode(nil, faucetFields, &q)); r != nil {
		return r
	}
	*p = q
	return nil
}
