package light

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"urna/election"
	"urna/internal/check"
	"urna/state"
)

// Format names the layout of proof documents.
const Format = "urna-proof/1"

// Bounds of a document.
const (
	maxDocumentBytes = 16 << 20
	maxClaims        = 64
	maxHashes        = 64
	maxNumber        = 1<<53 - 1 // what every reader of JSON holds exactly
)

// Document is a proof document: claims about the state at a height, with all
// that leads to them from a genesis or a checkpoint. One with Vote is a
// receipt. See proofs.md section 6.
type Document struct {
	ChainID  string
	Height   int64 // of the state; it hangs on the header of Height+1
	Claims   []Claim
	Vote     *Vote     // with a receipt
	NotVoted *NotVoted // with a proof that somebody has not voted
	Signed   *Block    // of Height+1
	Trail    []*Block  // leads to Signed
}

// Claim says that a record of the state has a value, or that there is none.
type Claim struct {
	Key   []byte // of the hashed tree, see package state
	Value []byte // nil: there is no such record
	Proof []byte // ICS-23 commitment proof, Protobuf
}

// Vote is a leaf of the vote log that the first claim commits to.
type Vote struct {
	Position      uint64
	Record        []byte // state.VoteRecord
	Package, Memo []byte
	Hashes        []Hash // inclusion proof, leaf level first
}

// NotVoted shows that a nullifier is not in the sealed set that the first claim
// commits to: its place is between two neighbours.
type NotVoted struct {
	Nullifier     election.Nullifier
	Before, After *state.Neighbour // nil at the ends of the set
}

// ParseDocument reads a document in its one canonical form (V41). What it says
// is for Verify to check.
func ParseDocument(b []byte) (*Document, error) {
	if len(b) > maxDocumentBytes {
		return nil, check.Fail(check.Frame, "a document of %d bytes; the bound is %d", len(b), maxDocumentBytes)
	}
	var j jsonDocument
	if err := json.Unmarshal(b, &j); err != nil {
		return nil, check.Fail(check.Frame, "%v", err)
	}
	d, err := j.document()
	if err != nil {
		return nil, err
	}
	if canonical := d.Encode(); !bytes.Equal(canonical, b) {
		return nil, check.Fail(check.Frame, "the document is not in its canonical form; it differs at byte %d", differs(canonical, b))
	}
	return d, nil
}

// Encode writes the document, which must have a Signed header.
func (d *Document) Encode() []byte {
	b, err := json.Marshal(d.json())
	if err != nil {
		panic(err) // byte strings and numbers always marshal
	}
	return append(b, '\n')
}

// differs is the first place where two texts do.
func differs(a, b []byte) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}

// list is an array that stops reading where no document goes on: a text of many
// small items would take far more memory than it has bytes.
type list[T any] []T

func (l *list[T]) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return errors.Join(err, errors.New("a list is missing"))
	}
	for *l = (*l)[:0]; dec.More(); {
		if len(*l) > maxTrail {
			return fmt.Errorf("a list of more than %d items", maxTrail)
		}
		var item T
		if err := dec.Decode(&item); err != nil {
			return err
		}
		*l = append(*l, item)
	}
	return nil
}

// The JSON of a document. The order of the fields is that of the page.
type (
	jsonDocument struct {
		Format   string           `json:"format"`
		ChainID  string           `json:"chainId"`
		Height   uint64           `json:"height"`
		Claims   list[jsonClaim]  `json:"claims"`
		Vote     *jsonVote        `json:"vote,omitempty"`
		NotVoted *jsonNotVoted    `json:"notVoted,omitempty"`
		Signed   jsonSigned       `json:"signed"`
		Trail    list[jsonSigned] `json:"trail"`
	}
	jsonClaim struct {
		Key   []byte `json:"key"`
		Value []byte `json:"value"` // null: absent
		Proof []byte `json:"proof"`
	}
	jsonVote struct {
		Position uint64       `json:"position"`
		Record   []byte       `json:"record"`
		Package  []byte       `json:"package"`
		Memo     []byte       `json:"memo"`
		Hashes   list[[]byte] `json:"hashes"`
	}
	jsonNotVoted struct {
		Nullifier []byte         `json:"nullifier"`
		Before    *jsonNeighbour `json:"before"`
		After     *jsonNeighbour `json:"after"`
	}
	jsonNeighbour struct {
		Position  uint64       `json:"position"`
		Nullifier []byte       `json:"nullifier"`
		Hashes    list[[]byte] `json:"hashes"`
	}
	jsonSigned struct {
		Header     []byte `json:"header"`
		Commit     []byte `json:"commit"`
		Validators []byte `json:"validators"`
	}
)

func (d *Document) json() jsonDocument {
	j := jsonDocument{Format: Format, ChainID: d.ChainID, Height: uint64(d.Height), Signed: signedOf(d.Signed)}
	j.Claims = make([]jsonClaim, len(d.Claims))
	for i, c := range d.Claims {
		j.Claims[i] = jsonClaim{Key: some(c.Key), Value: c.Value, Proof: some(c.Proof)}
	}
	if v := d.Vote; v != nil {
		j.Vote = &jsonVote{v.Position, some(v.Record), some(v.Package), some(v.Memo), slicesOf(v.Hashes)}
	}
	if n := d.NotVoted; n != nil {
		j.NotVoted = &jsonNotVoted{n.Nullifier[:], neighbourOf(n.Before), neighbourOf(n.After)}
	}
	j.Trail = make([]jsonSigned, len(d.Trail))
	for i, b := range d.Trail {
		j.Trail[i] = signedOf(b)
	}
	return j
}

func neighbourOf(n *state.Neighbour) *jsonNeighbour {
	if n == nil {
		return nil
	}
	return &jsonNeighbour{n.Position, n.Nullifier[:], slicesOf(n.Hashes)}
}

func signedOf(b *Block) jsonSigned {
	j := jsonSigned{Header: b.Header.Encode(), Commit: []byte{}, Validators: b.Validators.Encode()}
	if b.Commit != nil {
		j.Commit = b.Commit.Encode()
	}
	return j
}

// some is p, and never null in JSON.
func some(p []byte) []byte {
	if p == nil {
		return []byte{}
	}
	return p
}

func slicesOf(hashes []Hash) [][]byte {
	out := make([][]byte, len(hashes))
	for i := range hashes {
		out[i] = hashes[i][:]
	}
	return out
}

// document reads the parts. Whether the text was canonical is for the caller to
// compare.
func (j *jsonDocument) document() (*Document, error) {
	switch {
	case j.Format != Format:
		return nil, check.Fail(check.Frame, "the format is %q, not %q", j.Format, Format)
	case j.Height < 1 || j.Height >= maxNumber:
		return nil, check.Fail(check.Frame, "height %d", j.Height)
	case len(j.Claims) < 1 || len(j.Claims) > maxClaims:
		return nil, check.Fail(check.Frame, "%d claims", len(j.Claims))
	case j.Vote != nil && j.NotVoted != nil:
		return nil, check.Fail(check.Frame, "a vote and a proof of none in one document")
	case len(j.Trail) > maxTrail:
		return nil, check.Fail(check.Frame, "a trail of %d headers", len(j.Trail))
	case !goodChainID(j.ChainID):
		return nil, check.Fail(check.Frame, "the name of the chain is %q", j.ChainID)
	}
	d := &Document{ChainID: j.ChainID, Height: int64(j.Height)}
	for _, c := range j.Claims {
		d.Claims = append(d.Claims, Claim(c))
	}
	var err error
	if v := j.Vote; v != nil {
		d.Vote = &Vote{Position: v.Position, Record: v.Record, Package: v.Package, Memo: v.Memo}
		if d.Vote.Hashes, err = hashesOf(v.Position, v.Hashes); err != nil {
			return nil, err
		}
	}
	if n := j.NotVoted; n != nil {
		if d.NotVoted, err = n.notVoted(); err != nil {
			return nil, err
		}
	}
	if d.Signed, err = j.Signed.block(); err != nil {
		return nil, err
	}
	for _, s := range j.Trail {
		b, err := s.block()
		if err != nil {
			return nil, err
		}
		d.Trail = append(d.Trail, b)
	}
	return d, nil
}

func (j jsonSigned) block() (*Block, error) { return parseBlock(j.Header, j.Commit, j.Validators) }

func (j *jsonNotVoted) notVoted() (*NotVoted, error) {
	if len(j.Nullifier) != len(election.Nullifier{}) {
		return nil, check.Fail(check.Frame, "a nullifier of %d bytes", len(j.Nullifier))
	}
	out := &NotVoted{Nullifier: election.Nullifier(j.Nullifier)}
	var err error
	if out.Before, err = j.Before.neighbour(); err == nil {
		out.After, err = j.After.neighbour()
	}
	return out, err
}

func (j *jsonNeighbour) neighbour() (*state.Neighbour, error) {
	if j == nil {
		return nil, nil
	}
	if len(j.Nullifier) != len(election.Nullifier{}) {
		return nil, check.Fail(check.Frame, "a nullifier of %d bytes", len(j.Nullifier))
	}
	hashes, err := hashesOf(j.Position, j.Hashes)
	return &state.Neighbour{Position: j.Position, Nullifier: election.Nullifier(j.Nullifier), Hashes: hashes}, err
}

// hashesOf checks a position and its inclusion proof for their form.
func hashesOf(position uint64, list [][]byte) ([]Hash, error) {
	if position > maxNumber || len(list) > maxHashes {
		return nil, check.Fail(check.Frame, "position %d with %d hashes", position, len(list))
	}
	out := make([]Hash, len(list))
	for i, p := range list {
		if len(p) != len(out[i]) {
			return nil, check.Fail(check.Frame, "a hash of %d bytes", len(p))
		}
		out[i] = Hash(p)
	}
	return out, nil
}
