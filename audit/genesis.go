package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
	"urna/genesis"
	"urna/internal/check"
	"urna/state"
	"urna/state/transition"
)

// lawVersion is the application version that stands in every header.
const lawVersion = 1

// origin is the genesis of a chain.
type origin struct {
	chainID       string
	time          time.Time
	consensusHash light.Hash
	evidence      cmttypes.EvidenceParams
	doc           *genesis.Doc
	set           *set   // of heights 1 and 2
	canonical     []byte // the document in one form, to be compared
}

// parseOrigin reads a genesis document of CometBFT's (V01).
func parseOrigin(text []byte) (*origin, error) {
	trusted, err := light.TrustGenesis(text)
	if err != nil {
		return nil, err
	}
	doc, err := parseGenesis(text)
	if err != nil {
		return nil, check.Fail(check.Genesis, "%v", err)
	}
	o := &origin{
		chainID: trusted.ChainID, time: doc.GenesisTime, evidence: doc.ConsensusParams.Evidence,
		consensusHash: light.Hash(doc.ConsensusParams.Hash()), set: newSet(trusted.Validators),
	}
	if o.doc, err = genesis.Parse(doc.AppState); err != nil {
		return nil, check.Fail(check.Genesis, "%v", err)
	}
	if o.canonical, err = canonical(doc); err != nil {
		return nil, check.Fail(check.Genesis, "%v", err)
	}
	if len(doc.AppHash) != 0 || o.time.Unix() < 0 {
		return nil, check.Fail(check.Genesis, "the genesis names the root %s and the time %s", doc.AppHash, o.time)
	}
	return o, nil
}

// parseGenesis reads the document, strictly where CometBFT fills in what is
// missing. Its reader panics at a validator without a key.
func parseGenesis(text []byte) (doc *cmttypes.GenesisDoc, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the genesis cannot be read: %v", p)
		}
	}()
	doc = &cmttypes.GenesisDoc{}
	if err := cmtjson.Unmarshal(text, doc); err != nil {
		return nil, err
	}
	if doc.GenesisTime.IsZero() {
		return nil, errors.New("the genesis has no time")
	}
	return doc, doc.ValidateAndComplete()
}

func canonical(doc *cmttypes.GenesisDoc) ([]byte, error) {
	raw, err := cmtjson.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = json.Compact(&out, raw)
	return out.Bytes(), err
}

// same compares the document with another copy, which may have other white
// space (V01).
func (o *origin) same(copied []byte, whose string) error {
	other, err := parseOrigin(copied)
	if err != nil {
		return fmt.Errorf("%s: %w", whose, err)
	}
	if !bytes.Equal(o.canonical, other.canonical) {
		return check.Fail(check.Genesis, "the genesis of chain %q is not %s, of chain %q", o.chainID, whose, other.chainID)
	}
	return nil
}

// apply writes the first state into a fork, as a node does before the first
// block.
func (o *origin) apply(f *state.Fork) error {
	var validators []transition.GenesisValidator
	for _, v := range o.set.list {
		validators = append(validators, transition.GenesisValidator{PublicKey: v.Key, Power: v.Power})
	}
	b := transition.Block{ChainID: o.chainID, Time: uint64(o.time.Unix())}
	_, err := transition.Genesis(f, o.doc, validators, b)
	if err != nil {
		return check.Fail(check.Genesis, "%v", err)
	}
	return nil
}
