package light

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cometbft/cometbft/crypto/secp256k1eth"

	"urna/internal/check"
)

// TrustGenesis trusts the validators of a genesis document of CometBFT's, given
// as the bytes of its file (V01). It reads of it what docs/spec/proofs.md section
// 5 names; whether a chain can begin with the rest is for those who run the law.
func TrustGenesis(doc []byte) (Trusted, error) {
	t, err := readGenesis(doc)
	if err != nil {
		return Trusted{}, check.Fail(check.Genesis, "the genesis: %v", err)
	}
	return t, nil
}

// object is one of JSON's, whose names are exact.
type object map[string]json.RawMessage

// text is a field that is a string; none if it is not there.
func (o object) text(name string) (s string, err error) {
	raw, there := o[name]
	if !there {
		return "", nil
	}
	if raw[0] != '"' {
		return "", fmt.Errorf("%s is no text", name)
	}
	return s, json.Unmarshal(raw, &s)
}

func readGenesis(doc []byte) (t Trusted, err error) {
	if !utf8.Valid(doc) {
		return t, errors.New("it is not UTF-8")
	}
	var g object
	if err := json.Unmarshal(doc, &g); err != nil {
		return t, err
	}
	chainID, err1 := g.text("chain_id")
	height, err2 := g.text("initial_height")
	if err := errors.Join(err1, err2); err != nil {
		return t, err
	}
	if !goodChainID(chainID) {
		return t, fmt.Errorf("the chain is named %q", chainID)
	}
	if _, there := g["initial_height"]; there && height != "1" && height != "0" {
		return t, fmt.Errorf("the initial height is %q", height)
	}
	var list []object
	if err := json.Unmarshal(g["validators"], &list); err != nil {
		return t, fmt.Errorf("validators: %w", err)
	}
	vs := make(Validators, len(list))
	for i, o := range list {
		if vs[i], err = genesisValidator(o); err != nil {
			return t, fmt.Errorf("validator %d: %w", i, err)
		}
	}
	slices.SortFunc(vs, func(a, b Validator) int {
		x, y := a.Address(), b.Address()
		return cmp.Or(cmp.Compare(b.Power, a.Power), bytes.Compare(x[:], y[:]))
	})
	if f, ok := check.Failed(vs.check()); ok {
		return t, errors.New(f.Detail)
	}
	return Trusted{ChainID: chainID, Validators: vs, NextHash: vs.Hash()}, nil
}

func genesisValidator(o object) (v Validator, err error) {
	var key object
	if err := json.Unmarshal(o["pub_key"], &key); err != nil {
		return v, fmt.Errorf("pub_key: %w", err)
	}
	kind, err1 := key.text("type")
	value, err2 := key.text("value")
	power, err3 := o.text("power")
	address, err4 := o.text("address")
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return v, err
	}
	raw, err := base64.StdEncoding.DecodeString(value)
	if err != nil || kind != secp256k1eth.PubKeyName || len(raw) != len(v.Key) || base64.StdEncoding.EncodeToString(raw) != value {
		return v, fmt.Errorf("the key %q of type %q is none", value, kind)
	}
	v.Key = [33]byte(raw)
	if v.Power, err = strconv.ParseUint(power, 10, 64); err != nil || strconv.FormatUint(v.Power, 10) != power {
		return v, fmt.Errorf("the power is %q", power)
	}
	if owner := v.Address(); address != "" && !strings.EqualFold(address, fmt.Sprintf("%x", owner[:])) {
		return v, fmt.Errorf("the key is not that of the address %q", address)
	}
	return v, nil
}
