package follow

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	cmttypes "github.com/cometbft/cometbft/types"

	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/internal/check"
)

// ForkFormat names the layout of the evidence.
const ForkFormat = "urna-fork/1"

// Fork is the error that two sources show valid headers that exclude each
// other: the chain has forked, or more than a third of some set of validators
// lies to somebody. It is evidence that anybody can check.
type Fork struct {
	ChainID string
	Common  int64 // a trusted height before, from which both follow; 0 is the genesis
	A, B    Side
	Both    []Signer // who signed both headers
	File    string   // where the evidence is; empty if it was not written
}

// Side is what one source shows.
type Side struct {
	Source string
	Block  *light.Block
}

// Signer is a validator and its power in the set of the first header.
type Signer struct {
	Address ethkey.Address
	Power   uint64
}

func (f *Fork) Error() string {
	a, b := f.A.Block.Header, f.B.Block.Header
	text := fmt.Sprintf("the chain has forked: %s shows header %d as %x, %s shows header %d as %x; %d validators signed both",
		f.A.Source, a.Height, a.Hash(), f.B.Source, b.Height, b.Hash(), len(f.Both))
	if f.File != "" {
		text += "; the evidence is in " + f.File
	}
	return text
}

// Unwrap makes a fork a failed check (V51).
func (f *Fork) Unwrap() error { return check.Fail(check.Agreement, "%s", f.Error()) }

// newFork compares two sides.
func newFork(common int64, a, b Side) *Fork {
	f := &Fork{ChainID: a.Block.Header.ChainID, Common: common, A: a, B: b}
	signed := map[[33]byte]bool{}
	for i, s := range b.Block.Commit.Slots {
		signed[b.Block.Validators[i].Key] = s.Signed
	}
	for i, s := range a.Block.Commit.Slots {
		if v := a.Block.Validators[i]; s.Signed && signed[v.Key] {
			f.Both = append(f.Both, Signer{v.Address(), v.Power})
		}
	}
	return f
}

// JSON is the evidence as proofs.md section 8 has it.
func (f *Fork) JSON() []byte {
	type side struct {
		Source     string `json:"source"`
		Header     []byte `json:"header"`
		Commit     []byte `json:"commit"`
		Validators []byte `json:"validators"`
	}
	type signer struct {
		Address string `json:"address"`
		Power   uint64 `json:"power"`
	}
	of := func(s Side) side {
		return side{s.Source, s.Block.Header.Encode(), s.Block.Commit.Encode(), s.Block.Validators.Encode()}
	}
	both := make([]signer, len(f.Both))
	for i, s := range f.Both {
		both[i] = signer{s.Address.String(), s.Power}
	}
	b, err := json.Marshal(struct {
		Format  string   `json:"format"`
		ChainID string   `json:"chainId"`
		Common  int64    `json:"common"`
		A       side     `json:"a"`
		B       side     `json:"b"`
		Both    []signer `json:"both"`
	}{ForkFormat, f.ChainID, f.Common, of(f.A), of(f.B), both})
	if err != nil {
		panic(err) // byte strings and numbers always marshal
	}
	return append(b, '\n')
}

// write puts the evidence into a directory, if there is one.
func (f *Fork) write(dir string) error {
	if dir == "" {
		return nil
	}
	a, b := f.A.Block.Header, f.B.Block.Header
	path := filepath.Join(dir, fmt.Sprintf("fork-%d-%s-%s.json", a.Height, short(a), short(b)))
	if err := writeFile(path, f.JSON()); err != nil {
		return fmt.Errorf("follow: write the evidence: %w", err)
	}
	f.File = path
	return nil
}

// short is the beginning of a header's hash.
func short(h *light.Header) string {
	hash := h.Hash()
	return hex.EncodeToString(hash[:4])
}

// accusation is evidence that CometBFT handed to a source, against another one.
type accusation struct {
	to *witness
	ev *cmttypes.LightClientAttackEvidence
}

// fork makes the evidence of what CometBFT has found. The first accusation is
// the one against the primary, handed to the witness that contradicts it.
func (c *Client) fork(ctx context.Context, primary string) (*Fork, error) {
	if len(c.accused) == 0 {
		return nil, errors.New("follow: there is a fork, but no evidence")
	}
	first := c.accused[0]
	a, err := light.BlockOf(first.ev.ConflictingBlock)
	if err != nil {
		return nil, err
	}
	b, err := first.to.said(ctx, a.Header.Height)
	if err != nil {
		// The witness has not reached the height, and has a later time.
		if b, err = first.to.said(ctx, 0); err != nil {
			return nil, fmt.Errorf("follow: %s: %w", first.to.Name(), err)
		}
	}
	// Where both had the same validators CometBFT names the height itself.
	common := first.ev.CommonHeight
	if common >= a.Header.Height {
		common = c.store.before(a.Header.Height)
	}
	return newFork(common, Side{primary, a}, Side{first.to.Name(), b}), nil
}
